"""The API keeps its own contract, whoever asks: a fuzzer reads the document and tries everything.

schemathesis makes requests that fit the document and requests that do not, as each role, as an
agent with a token and as a stranger, on a database with content. No reply may be a 500, have a
status, a type, a header or a shape that the document does not know, or let in who has no key.
"""

import asyncio
import json
import re
import time
from collections.abc import Awaitable, Callable, Iterable, Iterator
from contextlib import suppress
from datetime import date
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID
from zoneinfo import available_timezones

import hypothesis
import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase
from hypothesis.errors import FlakyStrategyDefinition
from hypothesis.strategies import dates, from_regex, sampled_from
from jsonschema_rs import validator_for
from pydantic import SecretStr
from schemathesis import APIOperation, Case, GenerationMode
from schemathesis.auths import AuthContext
from schemathesis.checks import CHECKS
from schemathesis.core.transport import Response
from schemathesis.generation.meta import CoverageScenario
from schemathesis.wfc.escalation import EscalatingAuthProvider
from typing_extensions import override

from agentlab.app import create_app
from agentlab.auth import callers, once, sessions
from agentlab.auth.callers import COOKIE
from agentlab.context import Context
from agentlab.contract import calls, operations
from agentlab.kit.problems import CODES, INCONSISTENT, MEDIA_TYPE
from agentlab.settings import Settings
from tests.house.test_hostile_text import ids_there
from tests.portfolio.test_sight import only_assigned
from tests.support.agent import token_of
from tests.support.browser import Browser
from tests.support.levels import a_client, a_service
from tests.support.projects import bmad_folder, project_of
from tests.support.serving import served

CONTRACT = create_app(Settings(), with_worker=False).openapi()
ROUTES = dict(operations(create_app(Settings(), with_worker=False)))

BUDGET_S = 30
"""For one caller; the more operations there are, the fewer examples each of them gets."""
MOST, LEAST = 25, 2

PATIENCE_S = 120
"""Nothing here is about speed: the sample takes long on a computer that does much else."""

UNENDING = "follow_changes"
"""A stream of events: its replies do not end."""

OF_SCENARIOS = ("ensure_resource_availability", "object_level_authorization", "use_after_free")
"""These compare requests that follow each other; where each stands alone they say nothing."""

OF_SCHEMAS = {"invalid_input", "invalid_json", *CODES} - {INCONSISTENT}
"""Codes of 422 for what does not fit the document."""

OF_COVERAGE = ("unsupported_method", "missing_required_header", "not_a_server_error")
SCENARIOS = {CoverageScenario.UNSPECIFIED_HTTP_METHOD, CoverageScenario.MISSING_PARAMETER}

ACCEPTANCE = "positive_data_acceptance"

WALLED = ("clients", "services", "projects", "contacts", "applications")
"""Of a client, and so not there for others than its people."""
MADE_AND_DELETED = (*WALLED, "views", "tokens")

MOST_SCENARIOS = 20
"""Of each kind, until what is to be seen was seen."""
SETTINGS_OF_SCENARIOS = hypothesis.settings(
    max_examples=2,
    stateful_step_count=8,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)

REFUSED_FIRST = ("410", "412", "413")
"""Besides what the fuzzer takes for a refusal: an `If-Match` that no version can have, and a link
that was used, are refused before anybody looks at the rest."""

TAGS = ("*", '"1"', "*", 'W/"2"', "*", '"999999999"')
"""Versions that things have, as they are shown and as a proxy makes them, and one that none has."""

LONGEST_ADDRESS = 60_000
"""Characters of what uvicorn takes for an address: it reads 64 KiB of a request's head at most."""

CALLERS = ("administrator", "product_owner", "viewer", "agent", "stranger")

FORMATS = {
    "email": from_regex(r"[a-z0-9]{1,20}@[a-z]{1,20}\.example\.com", fullmatch=True),
    "time-zone": sampled_from(sorted(available_timezones())),
    "date": dates(date(2000, 1, 1), date(2999, 12, 31)).map(str),
}
"""What is meant where OpenAPI has no word for it: mail could get there, the zone exists, the day is
in the centuries that the parameter's description names."""
for name, strategy in FORMATS.items():
    schemathesis.openapi.format(name, strategy)

Credentials = dict[str, Any]
Operation = APIOperation[Any, Any, Any, Any]


@pytest.fixture
def settings(settings: Settings) -> Settings:
    return settings.model_copy(update={"jwt_secret": SecretStr("j" * 40)})


@pytest.fixture
def people(ada: Browser, bob: Browser, vera: Browser) -> dict[str, Browser]:
    return {"administrator": ada, "product_owner": bob, "viewer": vera}


Keyring = Callable[[], Awaitable[Credentials]]


async def credentials_of(who: str, people: dict[str, Browser], context: Context) -> Keyring:
    """What this caller comes with; new ones each time, because some requests end a session."""
    if who == "stranger":
        return nothing
    if who == "agent":
        token = await token_of(people["product_owner"])
        header = {"headers": {"Authorization": f"Bearer {token}"}}
        return partial(always, header)
    account = await people[who].read("/session")
    return partial(new_session, context, UUID(account["id"]))


async def nothing() -> Credentials:
    return {}


async def always(credentials: Credentials) -> Credentials:
    return credentials


async def new_session(context: Context, user_id: UUID) -> Credentials:
    return {"cookies": {COOKIE: await sessions.start(context.redis, user_id)}}


@pytest.mark.parametrize("who", CALLERS)
async def test_the_api_keeps_its_contract(
    who: str, app: FastAPI, people: dict[str, Browser], context: Context, root: Path
) -> None:
    bob = people["product_owner"]
    page = await project_of(bob, context, bmad_folder(root))
    await bob.do(f"/gates/{page['stages'][0]['gate']['id']}/submissions", {})
    there = await ids_there(context)
    keyring = await credentials_of(who, people, context)
    broken: list[str] = []
    async with served(app) as server:
        for operation, examples in Pace(fuzzed()):
            run = fuzz(operation, examples, there, await keyring(), server.url)
            try:
                await asyncio.to_thread(run)
            except (Exception, BaseExceptionGroup) as error:  # noqa: BLE001 - each is a finding
                broken.append(f"{operation.label}: {error}")
    assert not broken, "\n\n".join(broken)


class Pace:
    """Each operation with how many examples there is time for, as fast as they turn out to be."""

    def __init__(self, left: list[Operation]) -> None:
        self.left = left

    def __iter__(self) -> Iterator[tuple[Operation, int]]:
        began, made, cost_s = time.monotonic(), 0, 0.1
        while self.left:
            spent_s = time.monotonic() - began
            cost_s = spent_s / made if made else cost_s
            fitting = (BUDGET_S - spent_s) / len(self.left) / cost_s
            examples = max(LEAST, min(MOST, int(fitting)))
            made += examples
            yield self.left.pop(), examples


def fuzzed() -> list[Operation]:
    schema = schemathesis.openapi.from_dict(CONTRACT)
    schema.config.generation.update(with_security_parameters=False)  # the caller's own are sent
    rejection = schema.config.checks.negative_data_rejection
    rejection.expected_statuses = [*rejection.expected_statuses, *REFUSED_FIRST]
    acceptance = schema.config.checks.positive_data_acceptance
    acceptance.expected_statuses = [*acceptance.expected_statuses, *REFUSED_FIRST]
    schema.config.checks.missing_required_header.expected_statuses = ["428"]
    found = [result.ok() for result in schema.get_all_operations()]  # type: ignore[union-attr]
    return [each for each in found if each.definition.raw["operationId"] != UNENDING]


def fuzz(
    operation: Operation,
    examples: int,
    there: dict[str, str],
    credentials: Credentials,
    url: str,
) -> Callable[[], None]:
    """Requests to one operation; what is wrong with a reply is raised."""
    fitting = operation.as_strategy(generation_mode=GenerationMode.POSITIVE)
    unfit = operation.as_strategy(generation_mode=GenerationMode.NEGATIVE)
    cases = fitting | unfit if takes_anything(operation) else fitting

    @hypothesis.settings(
        max_examples=examples,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @hypothesis.given(case=cases)
    def run(case: Case[Any]) -> None:
        address_something(case, there)
        reply = case.call(base_url=url, timeout=PATIENCE_S, **credentials)
        if len(reply.request.url or "") > LONGEST_ADDRESS:
            return  # the server refuses it before it comes to the api
        need_code_known(operation, reply)
        by_a_rule = (ACCEPTANCE,) if is_refused_by_a_rule(reply) else ()
        case.validate_response(
            reply,
            excluded_checks=checks_named(OF_SCENARIOS + by_a_rule),
            transport_kwargs={"base_url": url, **credentials},
        )

    return run


def need_code_known(operation: Operation, reply: Response) -> None:
    """Every refusal is one that the operation's document names under its status."""
    if reply.status_code >= HTTPStatus.BAD_REQUEST:
        status, code = str(reply.status_code), reply.json()["code"]
        assert code in codes_of(operation, status), f"{status} {code} is not documented"


def codes_of(operation: Operation, status: str) -> set[str]:
    said = operation.definition.raw["responses"].get(status, {}).get("description", "")
    return set(re.findall(r"`([a-z0-9_]+)`", said))


def is_refused_by_a_rule(reply: Response) -> bool:
    """Whether no schema could have said so: see what 422 says in docs/guide/api.md."""
    if reply.status_code != HTTPStatus.UNPROCESSABLE_ENTITY:
        return False
    return reply.json()["code"] not in OF_SCHEMAS


def checks_named(names: Iterable[str]) -> list[Any]:
    return [CHECKS.get_one(name) for name in names]


def takes_anything(operation: Operation) -> bool:
    """Whether there is something in its requests that could be wrong."""
    raw = operation.definition.raw
    return bool(raw.get("parameters") or raw.get("requestBody"))


def address_something(case: Case[Any], there: dict[str, str]) -> None:
    """Half of the random ids become ids of things that exist, or nothing but 404 would come.

    And half of the tags become `*`, or hardly anything would get as far as its route.
    """
    if case.headers and "if-match" in case.headers:
        drawn = str(case.headers["if-match"])
        case.headers["if-match"] = TAGS[sum(drawn.encode("utf-8", "replace")) % len(TAGS)]
    for part in ("path_parameters", "query", "body"):
        drawn, named = getattr(case, part), naming_what_is_there(getattr(case, part), there)
        if named != drawn:  # what is set is judged anew, by another reading of patterns
            setattr(case, part, named)


def naming_what_is_there(value: Any, there: dict[str, str], name: str = "") -> Any:
    """The same, with half of its ids become those of things that exist, by their parts' names."""
    match value:
        case dict():
            return {part: naming_what_is_there(each, there, part) for part, each in value.items()}
        case list():
            return [naming_what_is_there(each, there, name.removesuffix("s")) for each in value]
        case str() if name in there and is_even_id(value):
            return there[name]
        case _:
            return value


def is_even_id(value: str) -> bool:
    try:
        return UUID(value).int % 2 == 0
    except ValueError:
        return False


async def test_an_address_refuses_other_methods_and_requests_that_lack_a_header(
    app: FastAPI, people: dict[str, Browser], context: Context
) -> None:
    there = await ids_there(context)
    credentials = await (await credentials_of("administrator", people, context))()
    broken: list[str] = []
    seen: set[CoverageScenario] = set()
    async with served(app) as server:
        for operation in fuzzed():
            asking = partial(ask_each, operation, there, credentials, server.url, seen)
            try:
                await asyncio.to_thread(asking)
            except (Exception, BaseExceptionGroup) as error:  # noqa: BLE001 - each is a finding
                broken.append(f"{operation.label}: {error}")
    assert not broken, "\n\n".join(broken)
    assert seen == SCENARIOS


def ask_each(
    operation: Operation,
    there: dict[str, str],
    credentials: Credentials,
    url: str,
    seen: set[CoverageScenario],
) -> None:
    """What the fuzzer lists as wrong without drawing anything; raises where a reply is."""
    schema = operation.schema
    cases = schema.iter_coverage_cases(
        operation,
        generation_modes=[GenerationMode.NEGATIVE],
        generation_config=schema.config.generation,
    )
    for case in cases:
        scenario = case.meta.phase.data.scenario
        is_another = case.method != operation.method.upper() and is_an_id_elsewhere(operation.path)
        if scenario in SCENARIOS and not is_another:
            seen.add(scenario)
            address_something(case, there)
            reply = case.call(base_url=url, timeout=PATIENCE_S, **credentials)
            case.validate_response(reply, checks=checks_named(OF_COVERAGE))


def is_an_id_elsewhere(path: str) -> bool:
    """Whether another address takes the last part of this one for an id: `/templates/schema`."""
    above = path.rpartition("/")[0]
    return any(re.fullmatch(re.escape(above) + r"/\{\w+\}", other) for other in CONTRACT["paths"])


async def test_what_was_made_is_there_for_its_own_and_what_was_deleted_is_not(
    app: FastAPI, people: dict[str, Browser], context: Context
) -> None:
    """Scenarios whose requests use what the ones before have made, also after it was deleted.

    What the administrator reads, a product owner of no client asks for as well.
    """
    await only_assigned(context, people["product_owner"])
    sessions = {}
    for who in ("administrator", "product_owner"):
        sessions[who] = await (await credentials_of(who, people, context))()
    seen: set[str] = set()
    async with served(app) as server:
        for kind in MADE_AND_DELETED:
            peers = Peers(sessions)
            there = await ids_to_name(people["administrator"], kind)
            scenarios = scenarios_at(server.url, kind, peers, there)
            await asyncio.to_thread(scenarios.play)
            seen |= scenarios.seen
            assert "DELETE 204" in scenarios.seen, kind
            assert peers.asked or kind not in WALLED, kind
    assert {"POST 201", "GET 200", "GET 404"} <= seen


async def ids_to_name(ada: Browser, kind: str) -> dict[str, str | None]:
    """What a body may name: something to be made in, and nothing that a random id would be."""
    for number in range(5):
        client = await a_client(ada, f"{kind} {number}")
    service = await a_service(ada, client)
    places = {"client_id": client["id"], "service_id": service["id"]}
    return places | dict.fromkeys(("domain_id", "implementation_type_id", "owner_id", "project_id"))


def name_something(case: Case[Any], there: dict[str, str | None]) -> None:
    """What a body names is there, or nothing would be made."""
    if isinstance(case.body, dict):
        case.body |= {name: there[name] for name in case.body.keys() & there.keys()}
        case.body |= {name: [] for name in case.body if name.endswith("category_ids")}


def names_in(response: Response) -> dict[str, str]:
    """What is shown, by its id."""
    shown: Any = response.json() if response.content else []
    listed: list[dict[str, str]] = shown if isinstance(shown, list) else shown.get("items", [shown])
    return {each["id"]: each["name"] for each in listed if "id" in each}


class Cookies:
    """An identity for schemathesis: a session."""

    def __init__(self, credentials: Credentials) -> None:
        self.cookies: dict[str, str] = credentials["cookies"]

    def get(self, _: Case[Any], __: AuthContext) -> dict[str, str]:
        return self.cookies

    def set(self, case: Case[Any], data: dict[str, str], _: AuthContext) -> None:
        case.cookies = {**(case.cookies or {}), **data}


class Peers(EscalatingAuthProvider):
    """The first makes and reads; the others may not see it."""

    def __init__(self, sessions: dict[str, Credentials]) -> None:
        names = list(sessions)
        providers: list[Any] = [Cookies(each) for each in sessions.values()]
        super().__init__(providers, names, peers=tuple(names), pinned=names[0])
        self.asked: set[str] = set()
        """The operations that were asked as somebody else, too."""

    @override
    def claim_probe(self, key: tuple[str, ...]) -> bool:
        self.asked.add(key[1])
        return super().claim_probe(key)


def scenarios_at(url: str, kind: str, peers: Peers, there: dict[str, str | None]) -> Any:
    one = f"^/api/v1/{kind}(/{{[a-z_]+}})?$"
    schema = schemathesis.openapi.from_dict(CONTRACT).include(path_regex=one)
    schema.auth.providers.append(peers)
    schema.config.update(base_url=url)
    schema.config.generation.update(with_security_parameters=False, modes=[GenerationMode.POSITIVE])
    checks = checks_named(OF_SCENARIOS)

    class Scenarios(schema.as_state_machine()):  # type: ignore[misc] # made at run time
        seen: ClassVar[set[str]] = set()
        names: ClassVar[dict[str, str]] = {}

        @classmethod
        def play(cls) -> None:
            """Each alone: Hypothesis objects where one begins like another and finds more there.

            Its own first example is always the same and hardly does anything, hence two; and it
            would begin with the same request each time.
            """
            for number in range(MOST_SCENARIOS):
                if "DELETE 204" in cls.seen and (peers.asked or kind not in WALLED):
                    break
                cls.rule_order_seed = number
                hypothesis.seed(number)(cls)
                with suppress(FlakyStrategyDefinition):
                    cls.run(settings=SETTINGS_OF_SCENARIOS)

        def before_call(self, case: Case[Any]) -> None:
            address_something(case, {})
            name_something(case, there)
            for id_ in (case.path_parameters or {}).values():
                if case.method == "DELETE" and id_ in self.names:
                    case.query = {"name": self.names[id_]}  # typed, to be sure

        def get_call_kwargs(self, _: Case[Any]) -> dict[str, Any]:
            return {"timeout": PATIENCE_S}

        def after_call(self, response: Any, case: Case[Any]) -> None:
            super().after_call(response, case)
            self.seen.add(f"{case.method} {response.status_code}")
            self.names.update(names_in(response))

        def validate_response(self, response: Any, case: Case[Any], *_: Any, **sent: Any) -> None:
            case.validate_response(
                response, checks=checks, transport_kwargs=sent, recorder=self.recorder
            )

    return Scenarios


def test_every_body_has_an_example_that_fits() -> None:
    every = (each for item in CONTRACT["paths"].values() for each in item.values())
    assert [each["operationId"] for each in every if not has_fitting_example(each)] == []


def has_fitting_example(operation: dict[str, Any]) -> bool:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json")
    if body is None:
        return True
    schema = {**body["schema"], "components": CONTRACT["components"]}
    name = body["schema"].get("$ref", "").rpartition("/")[2]
    named = CONTRACT["components"]["schemas"].get(name, {})
    examples = [body["example"]] if "example" in body else named.get("examples", [])
    return bool(examples) and all(validator_for(schema).is_valid(each) for each in examples)


def test_every_reply_has_an_example_that_fits() -> None:
    checked: dict[str, Any] = {}
    for name, status, content in json_replies():
        schema = {**content["schema"], "components": CONTRACT["components"]}
        key = json.dumps(content["schema"], sort_keys=True)
        fits = checked.setdefault(key, validator_for(schema))
        assert content["examples"], f"{name} {status}"
        for each in content["examples"].values():
            kept = each["$ref"].rpartition("/")[2]
            value = CONTRACT["components"]["examples"][kept]["value"]
            assert fits.is_valid(value), f"{name} {status} {kept}: {value}"


def json_replies() -> Iterator[tuple[str, str, Any]]:
    for item in CONTRACT["paths"].values():
        for operation in item.values():
            for status, reply in operation["responses"].items():
                for media_type, content in reply.get("content", {}).items():
                    if media_type in {"application/json", MEDIA_TYPE}:
                        yield operation["operationId"], status, content


def test_every_code_of_a_refusal_has_its_example() -> None:
    for name, status, content in json_replies():
        if int(status) >= HTTPStatus.BAD_REQUEST:
            said = operation_of(name)["responses"][status]["description"]
            assert content["examples"].keys() == set(re.findall(r"`([a-z0-9_]+)`", said))
            for code, each in content["examples"].items():
                kept = each["$ref"].rpartition("/")[2]
                value = CONTRACT["components"]["examples"][kept]["value"]
                assert (value["code"], value["status"]) == (code, int(status))


def test_every_creation_takes_an_idempotency_key_and_keeps_its_reply() -> None:
    for name, route in ROUTES.items():
        is_creation = route.methods == {"POST"} and route.status_code in once.CREATED
        if not is_creation or name in once.SHOWN_ONCE | once.OF_NOBODY:
            continue
        handler = getattr(route.get_route_handler(), "__self__", None)
        assert isinstance(handler, once.Keeping), name
        named = {each["name"] for each in operation_of(name).get("parameters", [])}
        assert once.HEADER in named, name
        assert callers.calling in calls(route.dependant), name  # who says whose key it is


def test_where_nobody_is_known_no_idempotency_key_is_promised() -> None:
    for name in once.OF_NOBODY:
        assert callers.calling not in calls(ROUTES[name].dependant)
        assert not names_header(operation_of(name), once.HEADER.lower())


def test_what_is_changed_by_version_says_its_version_where_it_is_read() -> None:
    for path, item in CONTRACT["paths"].items():
        by_version = {m for m, operation in item.items() if names_header(operation, "if-match")}
        for method in by_version:
            assert "412" in item[method]["responses"], f"{method} {path}"
            assert says_version(item[method]) or "204" in item[method]["responses"], path
        if "patch" in by_version:
            assert "get" not in item or says_version(item["get"]), path


NOT_ITS_OWN = {"resolve_thread", "reopen_thread"}
"""Their `version` is the document's."""


def test_what_shows_its_version_after_a_change_takes_the_one_before() -> None:
    for path, item in CONTRACT["paths"].items():
        for method, operation in item.items():
            is_change = method != "get" and "201" not in operation["responses"]
            if (
                is_change
                and operation["operationId"] not in NOT_ITS_OWN
                and shows_version(operation)
            ):
                assert names_header(operation, "if-match"), f"{method} {path}"
                assert says_version(operation), f"{method} {path}"


def shows_version(operation: dict[str, Any]) -> bool:
    """Whether its reply is something that has a version."""
    content = operation["responses"].get("200", {}).get("content", {})
    schema = content.get("application/json", {}).get("schema", {})
    name = schema.get("$ref", "").rpartition("/")[2]
    return "version" in CONTRACT["components"]["schemas"].get(name, {}).get("properties", {})


def names_header(operation: dict[str, Any], name: str) -> bool:
    return any(each["name"].lower() == name for each in operation.get("parameters", []))


def says_version(operation: dict[str, Any]) -> bool:
    return any(
        "ETag" in reply.get("headers", {})
        for status, reply in operation["responses"].items()
        if status.startswith("2")
    )


def operation_of(name: str) -> dict[str, Any]:
    every = (each for item in CONTRACT["paths"].values() for each in item.values())
    return next(each for each in every if each["operationId"] == name)


def test_every_operation_says_what_opens_it_and_what_it_refuses() -> None:
    schemes = CONTRACT["components"]["securitySchemes"]
    for item in CONTRACT["paths"].values():
        for operation in item.values():
            opened_by = {name for each in operation["security"] for name in each}
            assert opened_by <= schemes.keys()
            if opened_by:
                assert {"401", "403"} & operation["responses"].keys(), operation["operationId"]
