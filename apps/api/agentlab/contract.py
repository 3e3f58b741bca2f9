"""What FastAPI cannot know of the OpenAPI document: who may call, what is refused, which headers.

All of it follows from the routes themselves, so a route of any feature is complete without a word.
"""

import re
from collections.abc import Callable, Iterator
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts

from agentlab.auth import callers, once, sight
from agentlab.kit import preconditions
from agentlab.kit.db import OutcomeUnknown, unit_of_work
from agentlab.kit.examples import Examples
from agentlab.kit.problems import CODES, MEDIA_TYPE, Problem

SESSION, TOKEN, OPERATOR = "session", "token", "operator"

SCHEMES = {
    SESSION: {
        "type": "apiKey",
        "in": "cookie",
        "name": callers.COOKIE,
        "description": "A person in a browser, after `POST /api/v1/session`.",
    },
    TOKEN: {
        "type": "http",
        "scheme": "bearer",
        "description": "An API token (`agl_…`) or an access token from `/api/v1/access-tokens`.",
    },
    OPERATOR: {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "Made on the host by `agentlab token`.",
    },
}

KEY_PARAMETER = {
    "name": once.HEADER,
    "in": "header",
    "required": False,
    "description": "Any text of your own, such as a UUID: asking again with it within 24 hours "
    "gets the reply of the first time, and nothing happens twice.",
    "schema": {"type": "string", "pattern": "^[!-~]+$", "minLength": 1, "maxLength": 200},
}

REPLAYED = {
    "Idempotency-Replayed": {
        "description": "`true` on a reply that was given before.",
        "schema": {"type": "string"},
    }
}

VERSION = {
    "ETag": {
        "description": "The version that this shows: send it as `If-Match` with a change, as it "
        "came, also when a proxy that compresses put `W/` before it.",
        "required": True,
        "schema": {"type": "string", "pattern": '^(W/)?"[0-9]+"$'},
    }
}

PROBLEM = {"$ref": "#/components/schemas/Problem"}

ANYWHERE = {
    413: ("body_too_large",),
    421: ("unknown_host",),
    500: ("internal_error",),
    503: ("service_away", "disk_full"),
}
"""What may be answered whatever is asked: by `kit.guard`, `kit.requests` and `kit.problems`."""

BEFORE_US = (
    "Every refusal has one shape, `Problem`, and its `code` is one of those that the operation "
    "names under the status. On a server nginx answers in the same shape before the API is asked: "
    "400, 408, 411, 414 and 431 `bad_request`, 413 `body_too_large`, 429 `too_many_requests`, 502 "
    "and 504 `unavailable`, 503 `maintenance`. An address answers 405 `method_not_allowed` to "
    "methods that it does not know."
)
"""What no operation can say, because none is reached."""

ADA = {"name": "Ada Lovelace", "email": "ada@example.com", "password": "correct horse battery"}

SOME_ID = "01a22378-bdae-705e-99ca-7f89711aefeb"

EXAMPLES: dict[str, Any] = {
    "set_up": ADA,
    "restore_found_backup": {
        "backup": "agentlab-20261129T030000Z-7f3a91c2.bundle",
        "key": "AGE-SECRET-KEY-1…",
    },
    "restore_backup": {"backup": "agentlab-20261129T030000Z-7f3a91c2"},
    "sign_in": {"email": ADA["email"], "password": ADA["password"]},
    "invite": {
        "email": "bob@example.com",
        "name": "Bob Noyce",
        "role": "product_owner",
        "sees_all_clients": False,
        "client_ids": [SOME_ID],
    },
    "create_client": {"name": "Maison Lumière"},
    "create_service": {"client_id": SOME_ID, "name": "Reading"},
    "create_project": {
        "service_id": SOME_ID,
        "name": "A reader",
        "key": "READER",
        "description": "Reads feeds aloud.",
        "type": "new",
    },
    "create_contact": {
        "client_id": SOME_ID,
        "name": "Grace Hopper",
        "email": "grace@example.com",
        "role": "Head of IT",
    },
    "create_application": {
        "client_id": SOME_ID,
        "name": "Catalogue",
        "url": "https://catalogue.example.com",
    },
    "create_reference_item": {"code": "public_sector", "name": "Public sector"},
    "save_view": {"name": "Waiting for me", "query": "waiting=true&sort=-changed"},
    "inspect_folder": {"path": "/home/ada/projects/reader"},
    "request_import": {
        "path": "/home/ada/projects/reader",
        "client": "Maison Lumière",
        "service": "Reading",
        "workflow": "greenfield-fullstack",
    },
    "give_folder": {
        "path": "/home/ada/projects/reader",
        "workflow": "greenfield-fullstack",
    },
    "move_folder": {"path": "/home/ada/archive/reader"},
    "submit_stage": {"note": "The personas are new; the rest is as we discussed."},
    "apply_correction": {"contradiction_id": SOME_ID, "sha256": "0" * 64},
    "decide_submission": {
        "verdict": "approved",
        "reason": "Complete, and the open questions are answered.",
        "artefacts": [{"document_id": SOME_ID, "sha256": "0" * 64}],
    },
    "change_user": {"role": "viewer", "sees_all_clients": False, "client_ids": [SOME_ID]},
    "look_up_link": {"token": "kq3vZB0m1x9s"},
    "accept_link": {"token": "kq3vZB0m1x9s", "password": ADA["password"], "name": "Bob Noyce"},
    "change_profile": {"language": "fr", "time_zone": "Europe/Paris"},
    "change_password": {"current": ADA["password"], "new": "a longer horse battery"},
    "change_client": {"name": "Maison Lumière", "domain_id": None},
    "archive_client": {"reason": "The contract ended."},
    "change_service": {"description": "What the house publishes and reads."},
    "archive_service": {"reason": "Merged into another one."},
    "move_service": {"client_id": SOME_ID, "reason": "Sold to the new owner."},
    "change_project": {"key": "READER", "type": "existing", "owner_id": None},
    "set_project_status": {"status": "blocked", "reason": "The client's data is missing."},
    "move_project": {"service_id": SOME_ID, "reason": "It belongs with the readers."},
    "change_projects": {
        "action": "assign_owner",
        "project_ids": [SOME_ID],
        "versions": {SOME_ID: 4},
        "owner_id": SOME_ID,
    },
    "undo_change_of_projects": {
        "action": "assign_owner",
        "projects": [{"id": SOME_ID, "version": 4}],
    },
    "confirm_session": {"password": ADA["password"]},
    "set_gate_policy": {
        "roles": ["product_owner"],
        "approvals": 2,
        "submitter_decides": False,
        "checklist": [{"text": "The numbers have a source.", "required": True}],
        "due_days": 5,
    },
    "edit_comment": {"text": "Which *numbers* does this rest on, and where are they from?"},
    "restore_binned": {"name": "A reader, restored"},
    "change_reference_item": {"name": "Public sector", "colour": "#0e7490"},
    "change_contact": {"role": "Director of IT", "email": None},
    "link_service_contact": {"role": "primary"},
    "link_project_contact": {"roles": ["reviewer", "approver"]},
    "change_application": {"description": "What can be bought.", "url": None},
    "link_application_project": {"relation": "changes"},
    "change_view": {"name": "Waiting for me"},
    "complete_stage": {},
    "answer_condition": {"holds": False, "note": "It is a service without screens."},
    "choose_route": {"route": "major_enhancement", "note": "Several epics, a new data store."},
    "skip_stage": {"reason": "The client has this document already."},
    "reopen_stage": {"reason": "The scope changed."},
    "look_at_activity": {"at": "2026-11-28T09:30:00Z"},
    "erase_user": {"confirmation": "bob@example.com"},
    "erase_contact": {"confirmation": "Grace Hopper"},
    "open_thread": {
        "document_id": SOME_ID,
        "first_line": 12,
        "last_line": 14,
        "text": "Which *numbers* does this rest on?",
    },
    "answer_thread": {"text": "On those of 2025; the source is in the appendix now."},
    "renew_approval": {
        "reason": "The new chapter is as we discussed.",
        "artefacts": [{"document_id": SOME_ID, "sha256": "0" * 64}],
    },
    "snooze": {"until": "2026-12-07T08:00:00Z", "reason": "The client answers on Monday."},
    "create_template": {"source": "key: short\nname: A short one\nstages:\n  - title: Do it\n"},
    "validate_template": {"source": "key: short\nname: A short one\nstages:\n  - title: Do it\n"},
    "change_template": {"digest": "0" * 64, "template_id": SOME_ID},
    "accept_change": {"digest": "0" * 64, "reason": "Only the spelling of a name."},
    "explain_incident": {
        "text": "A cable was cut; the provider is on it.",
        "french": "Un câble a été coupé, et le fournisseur y travaille.",
    },
    "plan_maintenance": {
        "text": "PostgreSQL gets a larger disk.",
        "starts_at": "2026-12-01T22:00:00Z",
        "ends_at": "2026-12-02T00:00:00Z",
        "components": ["database"],
    },
}
"""A JSON body of each route that takes one, unless its schema has examples itself."""


WORDS = {
    "access_token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIwMWEyMjM3OCJ9.Qw",
    "action": "project.created",
    "address": "192.0.2.7",
    "agent": "pm",
    "backup": "agentlab-20261129T030000Z-7f3a91c2.bundle",
    "by": ADA["name"],
    "client": "Maison Lumière",
    "code": "public_sector",
    "colour": "#0e7490",
    "command": "agentlab restore --at latest",
    "condition": "The product has a user interface.",
    "description": "Reads feeds aloud.",
    "email": ADA["email"],
    "evidence": "docs/prd.md",
    "field": "name",
    "folder": "/home/ada/projects/reader",
    "generation": "v4",
    "hash": "0" * 64,
    "head_hash": "0" * 64,
    "key": "READER",
    "kind": "greenfield",
    "label": "A reader",
    "method": "bmad",
    "method_version": "4.44.3",
    "name": "A reader",
    "next": "WyJuYW1lIiwgImEgcmVhZGVyIl0",
    "note": "The personas are new.",
    "path": "docs/prd.md",
    "phone": "+33 1 23 45 67 89",
    "project": "A reader",
    "query": "waiting=true&sort=-changed_at",
    "quote": "It reads feeds.",
    "reason": "Complete, and the open questions are answered.",
    "refresh_token": "kq3vZB0m1x9s",
    "request_id": SOME_ID,
    "restore_point": "agentlab-20261129T092900Z-1c0f4b7e.bundle",
    "role": "Head of IT",
    "service": "Reading",
    "sha256": "0" * 64,
    "source_path": ".bmad-core/workflows/greenfield-fullstack.yaml",
    "stage": "Create the PRD",
    "text": "Which *numbers* does this rest on?",
    "time_zone": "Europe/Paris",
    "title": "Create the PRD",
    "token": "agl_kq3vZB0m1x9s",
    "url": "https://catalogue.example.com",
    "user_agent": "curl/8.14.1",
    "workspace_path": "/home/ada/projects/reader",
}
"""What stands in examples of replies for a text that is called so."""


def describe(app: FastAPI) -> None:
    """Complete what this app says about itself at `/api/openapi.json`."""
    plain = app.openapi
    complete: list[dict[str, Any]] = []

    def openapi() -> dict[str, Any]:
        if not complete:
            complete.append(described(plain(), dict(operations(app))))
        return complete[0]

    app.openapi = openapi  # type: ignore[method-assign] # FastAPI's way


def operations(app: FastAPI) -> Iterator[tuple[str, APIRoute]]:
    """Every route by the id of its operation."""
    for found in iter_route_contexts(app.routes):
        if isinstance(found.original_route, APIRoute):
            yield found.original_route.name, found.original_route


def described(document: dict[str, Any], routes: dict[str, APIRoute]) -> dict[str, Any]:
    document["info"]["description"] = BEFORE_US
    document.setdefault("components", {})["securitySchemes"] = SCHEMES
    for path, item in document["paths"].items():
        for method, operation in item.items():
            complete_operation(operation, routes[operation["operationId"]], path, method)
            add_examples(operation, document["components"])
    return document


def complete_operation(operation: dict[str, Any], route: APIRoute, path: str, method: str) -> None:
    called = set(calls(route.dependant))
    operation["security"] = security_of(called)
    complete_refusals(operation, refusals(called, route, path, method))
    if once.is_creation(route):
        operation.setdefault("parameters", []).append(KEY_PARAMETER)
        add_headers(operation, route, REPLAYED)
    if preconditions.version_named in called:
        require_header(operation, "if-match")
    if preconditions.tagging in called:
        add_headers(operation, route, VERSION)
    if route.name in EXAMPLES:
        body = operation["requestBody"]["content"]["application/json"]
        body.setdefault("example", EXAMPLES[route.name])


def require_header(operation: dict[str, Any], name: str) -> None:
    """Say that it has to be sent, where a route has its own refusal for a request without it."""
    [header] = [each for each in operation["parameters"] if each["name"] == name]
    header["required"] = True
    header["schema"] = {"type": "string", "title": header["schema"]["title"]}


def add_headers(operation: dict[str, Any], route: APIRoute, headers: dict[str, Any]) -> None:
    reply = operation["responses"][str(route.status_code or 200)]
    reply["headers"] = {**reply.get("headers", {}), **headers}


def calls(dependant: Dependant) -> Iterator[Callable[..., Any] | None]:
    """Every function that a route depends on, directly or through another."""
    return (part.call for part in parts(dependant))


def parts(dependant: Dependant) -> Iterator[Dependant]:
    yield dependant
    for part in dependant.dependencies:
        yield from parts(part)


def security_of(called: set[Callable[..., Any] | None]) -> list[dict[str, list[str]]]:
    """Each of these opens the door; an empty list says that everybody may come in."""
    if callers.operator in called:
        return [{OPERATOR: []}]
    if callers.calling not in called:
        return []
    in_person = callers.in_person in called
    return [{SESSION: []}] if in_person else [{SESSION: []}, {TOKEN: []}]


Refused = Iterator[tuple[int, tuple[str, ...]]]


def refusals(
    called: set[Callable[..., Any] | None], route: APIRoute, path: str, method: str
) -> Refused:
    """What is refused around a route, by status: before it runs, and at the commit after it."""
    yield from ANYWHERE.items()
    yield from refusals_of_callers(called, path, method)
    yield from refusals_of_input(route)
    yield from refusals_of_headers(called, route)
    if unit_of_work in called and method != "get":
        yield 503, (OutcomeUnknown.code,)


def refusals_of_callers(called: set[Callable[..., Any] | None], path: str, method: str) -> Refused:
    if callers.calling in called:
        yield 401, ("not_signed_in", "token_refused")
        yield 403, ("forbidden", "scope_missing")
    if callers.operator in called:
        yield 401, ("token_refused",)
    if method != "get":
        yield 403, ("cross_site_request",)
    if callers.product_owner in called or any(f"{{{name}}}" in path for name in sight.PLACES):
        yield 404, ("not_found",)


def refusals_of_input(route: APIRoute) -> Refused:
    if has_parameters(route):
        yield 422, ("invalid_input",)
    if route.body_field is not None:
        yield 400, ("bad_request",)
        yield 422, ("invalid_input", "invalid_json", *sorted(CODES))


def refusals_of_headers(called: set[Callable[..., Any] | None], route: APIRoute) -> Refused:
    if preconditions.version_named in called:
        yield 412, ("changed_meanwhile",)
        yield 428, ("if_match_missing",)
    if preconditions.version_if_named in called:
        yield 412, ("changed_meanwhile",)
    if once.is_creation(route):
        yield 422, ("idempotency_key_reused", "idempotency_key_malformed")
    if once.shows_once(route):
        yield 422, ("idempotency_key_not_taken",)


def has_parameters(route: APIRoute) -> bool:
    return any(
        part.path_params or part.query_params or part.header_params or part.cookie_params
        for part in parts(route.dependant)
    )


def complete_refusals(operation: dict[str, Any], refused: Refused) -> None:
    """Name every code under its status, once; in the order of statuses."""
    said = operation["responses"].items()
    # What names no code is there in place of FastAPI's own.
    responses = {n: reply for n, reply in said if n < "400" or CODE.search(reply["description"])}
    for status, codes in refused:
        reply = responses.setdefault(
            str(status), {"description": "", "content": {MEDIA_TYPE: {"schema": PROBLEM}}}
        )
        missing = [f"`{code}`" for code in codes if f"`{code}`" not in reply["description"]]
        reply["description"] = ", ".join(filter(None, [reply["description"], *missing]))
    operation["responses"] = dict(sorted(responses.items()))


def add_examples(operation: dict[str, Any], components: dict[str, Any]) -> None:
    """An example of every JSON that is replied; what several operations reply stands once."""
    known = components.setdefault("examples", {})
    examples = Examples(components["schemas"], WORDS)
    for status, reply in operation["responses"].items():
        for media_type, content in reply.get("content", {}).items():
            if media_type == MEDIA_TYPE:
                codes = CODE.findall(reply["description"])
                shown = {code: (f"{status}.{code}", problem(int(status), code)) for code in codes}
            elif media_type == "application/json":
                name = content["schema"].get("$ref", operation["operationId"]).rpartition("/")[2]
                shown = {"reply": (name, examples.of(content["schema"]))}
            else:
                continue
            known |= {kept: {"value": value} for kept, value in shown.values()}
            content["examples"] = {
                name: {"$ref": f"#/components/examples/{kept}"} for name, (kept, _) in shown.items()
            }


CODE = re.compile(r"`([a-z0-9_]+)`")


def problem(status: int, code: str) -> dict[str, Any]:
    return Problem(
        title=HTTPStatus(status).phrase,
        status=status,
        code=code,
        detail="A sentence for a person: what happened, then what to do.",
        request_id=SOME_ID,
    ).model_dump()
