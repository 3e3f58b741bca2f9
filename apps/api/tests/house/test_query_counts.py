"""No endpoint asks the database more often because there is more: every GET, before and after.

And there has to be more: what a reply lists is counted, too, so that no list stays empty unseen.
"""

from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from agentlab.auth import sessions
from agentlab.auth.models import Role
from agentlab.context import Context
from agentlab.kit.clock import now
from agentlab.settings import Settings
from tests.portfolio.test_sight import only_assigned
from tests.support.agent import Agent, token_of
from tests.support.browser import Browser, parsed
from tests.support.ledgers import ARTEFACTS, SPRINT, STORY_TEXT, bmad_v6_folder
from tests.support.levels import a_client, a_project, a_service
from tests.support.projects import WORKFLOW, bmad_folder, import_it, run_jobs, write
from tests.support.review import Review
from tests.support.statements import recorded

NOT_ASKED = {
    "download_template_example",  # has no database
    "finish_single_sign_on",  # is where a provider sends people to
    "follow_changes",  # has no end
    "get_template_schema",  # has no database
    "healthz",  # is for operators
    "livez",  # has no database
    "metrics",  # is for Prometheus
    "readyz",  # is for whoever balances the load
    "start_single_sign_on",  # sends people to a provider
}
FEW, MANY = 2, 4
STORY = "# Story {epic}.{number}: Reading\n\n## Status\n\nDraft\n"
TEMPLATE = "key: own-{number}\nname: Own {number}\nstages:\n  - title: Think\n"


class Portfolio:
    """Whatever lists show. It grows by one of each, below what was there first."""

    def __init__(
        self, app: FastAPI, ada: Browser, bob: Browser, context: Context, root: Path
    ) -> None:
        self.app = app
        self.ada = ada
        self.bob = bob
        self.context = context
        self.root = root
        self.size = 0
        self.reviewers: list[dict[str, Any]] = []
        self.clients: list[str] = []
        self.projects: list[str] = []
        self.categories: list[str] = []
        self.user_categories: list[str] = []
        self.ids = {"kind": "service_category", "number": "1", "root": str(root)}
        """For each part of an address what was made first."""

    def first(self, **ids: str) -> None:
        self.ids = ids | self.ids

    def address(self, name: str, path: str) -> str:
        """Where a route is asked about what there was first."""
        other = {part: self.ids[each] for part, each in ELSEWHERE.get(name, {}).items()}
        return path.format_map(self.ids | other)

    async def begin(self) -> None:
        """A project of everything, one whose template changes, and one whose ledgers disagree."""
        self.folder = bmad_folder(self.root)
        ended = await self.imported(self.folder)
        page = await self.ada.read(f"/projects/{ended['project_id']}")
        facts = await self.ada.read(f"/projects/{ended['project_id']}/facts")
        self.review = Review(self.ada, self.context, self.folder, page)
        self.first(
            import_id=ended["id"],
            client_id=facts["client"]["id"],
            service_id=facts["service"]["id"],
            project_id=page["id"],
            key=page["key"],
            gate_id=self.review.gate_id,
            template_id=page["workflow"]["template"]["id"],
        )
        await only_assigned(self.context, self.bob, self.ids["client_id"])
        self.changing = bmad_folder(self.root, "changing")
        self.first(changing_id=(await self.imported(self.changing))["project_id"])
        self.ledgers = bmad_v6_folder(self.root)
        self.first(disputed_id=(await self.imported(self.ledgers, workflow=None))["project_id"])

    async def imported(self, folder: Path, **changes: Any) -> dict[str, Any]:
        ended = await import_it(self.ada, self.context, folder, **changes)
        assert ended["state"] == "done", ended["error"]
        return ended

    async def grow(self) -> None:
        self.size += 1
        await self.grow_levels()
        await self.grow_catalogue()
        await self.grow_people()
        await self.grow_documents()
        await self.grow_gate()
        await self.grow_waiting()
        await self.grow_ledgers()
        await self.grow_template_changes()

    async def grow_levels(self) -> None:
        """A client, a service and a project, which was archived, and one more in the bin."""
        self.clients.append((await a_client(self.ada, f"Client {self.size}"))["id"])
        await a_service(self.ada, {"id": self.ids["client_id"]}, f"Service {self.size}")
        here = {"id": self.ids["service_id"]}
        self.projects.append((await a_project(self.ada, here, f"Project {self.size}"))["id"])
        for of in ("client", "service"):
            archival = f"/{of}s/{self.ids[f'{of}_id']}/archival"
            await self.ada.do(archival, {"reason": "A pause."})
            parsed(await self.ada.delete(archival))
        for status in ("blocked", "active"):
            address = f"/projects/{self.ids['project_id']}/status"
            parsed(await self.ada.put(address, {"status": status, "reason": "As it is."}))
        gone = await a_project(self.ada, here, f"Gone {self.size}")
        parsed(await self.ada.delete(f"/projects/{gone['id']}", name=gone["name"]))
        self.first(binned_id=gone["id"])

    async def grow_catalogue(self) -> None:
        item = {"code": f"kind_{self.size}", "name": f"Kind {self.size}"}
        self.categories.append((await self.ada.do("/reference/service_category", item))["id"])
        await self.change(f"/services/{self.ids['service_id']}", category_ids=self.categories)
        self.user_categories.append((await self.ada.do("/reference/user_category", item))["id"])
        project = f"/projects/{self.ids['project_id']}"
        await self.change(project, user_category_ids=self.user_categories)
        application = {"client_id": self.ids["client_id"], "name": f"Application {self.size}"}
        made = await self.ada.do("/applications", application)
        self.first(application_id=made["id"])
        for application_id, project_id in (
            (made["id"], self.ids["project_id"]),
            (self.ids["application_id"], self.projects[-1]),
        ):
            link = f"/applications/{application_id}/projects/{project_id}"
            parsed(await self.ada.put(link, {"relation": "builds"}))
        for source in (
            TEMPLATE.format(number=self.size),
            TEMPLATE.format(number=f"1 # {self.size}"),
        ):
            template = await self.ada.do("/templates", {"source": source})
            self.first(against=template["id"], own_id=template["id"])
        for person in (self.ada, self.bob):
            await person.do("/views", {"name": f"View {self.size}", "query": ""})

    async def change(self, address: str, **changes: Any) -> None:
        headers = {"If-Match": "*"}
        parsed(await self.ada.http.patch(f"/api/v1{address}", json=changes, headers=headers))

    async def grow_people(self) -> None:
        """Somebody invited and somebody who can sign in, a contact, tokens and sessions."""
        invited = {"name": f"Person {self.size}", "email": f"p{self.size}@example.com"}
        seen = {"sees_all_clients": False, "client_ids": [self.ids["client_id"]]}
        made = await self.ada.do("/invitations", {**invited, "role": "viewer", **seen})
        self.first(user_id=made["user"]["id"])
        await self.change(f"/users/{self.ids['user_id']}", client_ids=self.clients)
        await self.grow_owners()
        contact = {"client_id": self.ids["client_id"], "name": f"Contact {self.size}"}
        made = await self.ada.do("/contacts", contact)
        self.first(contact_id=made["id"], subject_id=made["id"])
        for link, tie in (
            (f"/services/{self.ids['service_id']}/contacts/{made['id']}", {"role": "primary"}),
            (f"/projects/{self.ids['project_id']}/contacts/{made['id']}", {"roles": ["reviewer"]}),
            (
                f"/projects/{self.projects[-1]}/contacts/{self.ids['contact_id']}",
                {"roles": ["approver"]},
            ),
        ):
            parsed(await self.ada.put(link, tie))
        for person in (self.ada, self.bob):
            await person.do("/tokens", {"name": f"Token {self.size}", "scopes": ["read"]})
            account = await person.read("/session")
            await sessions.start(self.context.redis, UUID(account["id"]))

    async def grow_owners(self) -> None:
        """A product owner of the first client, who may decide and has deputies at its gate."""
        async with Browser(self.app) as owner:
            name, email = f"Owner {self.size}", f"owner{self.size}@example.com"
            await owner.join(self.context, name, email, Role.PRODUCT_OWNER)
            await only_assigned(self.context, owner, self.ids["client_id"])
            account = await owner.read("/session")
        today = now().date()
        days = {"starts_on": f"{today}", "ends_on": f"{today + timedelta(days=2)}"}
        deputies = [{"user_id": each["user_id"], **days} for each in self.reviewers[:1]]
        self.reviewers.append({"user_id": account["id"], "deputies": deputies})

    async def grow_documents(self) -> None:
        """A version, a story of the first epic, and an epic more."""
        write(self.folder / "docs" / "prd.md", f"# A reader\n\nIt reads {self.size} books.\n")
        for epic in (1, self.size + 1):
            story = STORY.format(epic=epic, number=self.size)
            write(self.folder / f"docs/stories/{epic}.{self.size}.reading.md", story)
        (self.root / f"folder {self.size}").mkdir()
        await self.scan(self.ids["project_id"])
        page = await self.review.page()
        document = next(one for one in page["documents"]["items"] if one["path"] == "docs/prd.md")
        self.first(document_id=document["id"])

    async def scan(self, project_id: str) -> None:
        await self.ada.do(f"/projects/{project_id}/scans")
        await run_jobs(self.context)

    async def grow_gate(self) -> None:
        """A submission with requests for changes of others, turned down; then one more waits."""
        checklist = [{"text": f"Item {n}", "required": False} for n in range(self.size)]
        await self.review.rule(reviewers=self.reviewers, checklist=checklist)
        submission = await self.review.submit()
        (bound,) = submission["artefacts"]
        lines = {"document_id": bound["document_id"], "first_line": 3, "last_line": 3}
        threads = f"/submissions/{submission['id']}/threads"
        for person in (self.ada, self.bob):
            thread = await person.do(threads, {**lines, "text": "How?"})
            self.first(thread_id=thread["id"])
        await self.bob.do(f"/threads/{self.ids['thread_id']}/comments", {"text": "So."})
        gate = parsed(await self.review.decide(submission, "rejected", "Not yet."))
        self.first(decision_id=gate["submissions"][0]["decisions"][0]["id"])

    async def grow_waiting(self) -> None:
        """A project with a submission that waits, and one whose approval is stale, put off."""
        await (await self.review_in(f"waiting {self.size}")).submit()
        stale = await self.review_in(f"stale {self.size}")
        parsed(await stale.decide(await stale.submit()))
        write(stale.folder / "docs" / "prd.md", "# Another reader\n")
        await self.scan(stale.project_id)
        self.first(stale_gate_id=stale.gate_id)
        inbox = await self.ada.read("/inbox", kind="stale")
        until = {"until": (now() + timedelta(days=2)).isoformat(), "reason": "Later."}
        for item in inbox["page"]["items"]:
            parsed(await self.ada.put(f"/inbox/stale/{item['id']}/snooze", until))

    async def review_in(self, name: str) -> Review:
        folder = bmad_folder(self.root, name)
        ended = await self.imported(folder)
        page = await self.ada.read(f"/projects/{ended['project_id']}")
        return Review(self.ada, self.context, folder, page)

    async def grow_ledgers(self) -> None:
        """Two stories that are further than the sprint says, of which one is corrected."""
        sprint = self.ledgers / SPRINT
        for number in (2 * self.size + 10, 2 * self.size + 11):
            before = "  1-1-accounts: done\n"
            line = f"  1-{number}-story: in-progress\n"
            write(sprint, sprint.read_text().replace(before, before + line))
            story = STORY_TEXT.replace("1.2", f"1.{number}")
            write(self.ledgers / f"{ARTEFACTS}/1-{number}-story.md", story)
        await self.scan(self.ids["disputed_id"])
        address = f"/projects/{self.ids['disputed_id']}"
        found = (await self.ada.read(f"{address}/contradictions"))["items"]
        proposed = next(each for each in found if each["proposal"])
        choice = {
            "contradiction_id": proposed["id"],
            "sha256": proposed["proposal"]["sha256"],
        }
        await self.ada.do(f"{address}/corrections", choice)

    async def grow_template_changes(self) -> None:
        workflow = WORKFLOW.replace("what is needed.", f"what is needed, {self.size} times.")
        write(self.changing / ".bmad-core/workflows/short.yaml", workflow)
        address = f"/projects/{self.ids['changing_id']}/template-changes"
        proposal = await self.ada.read(f"{address}/proposal")
        await self.ada.do(address, {"digest": proposal["digest"]})


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """With a key for proofs, as every installation has."""
    return settings.model_copy(update={"proof_key": SecretStr("0" * 64)})


@pytest.fixture
async def portfolio(
    app: FastAPI, ada: Browser, bob: Browser, context: Context, root: Path
) -> Portfolio:
    portfolio = Portfolio(app, ada, bob, context, root)
    await portfolio.begin()
    return portfolio


ELSEWHERE = {
    "get_staleness": {"gate_id": "stale_gate_id"},
    "get_template_news": {"project_id": "changing_id"},
    "list_contradictions": {"project_id": "disputed_id"},
    "list_corrections": {"project_id": "disputed_id"},
    "list_template_changes": {"project_id": "changing_id"},
    "propose_template_change": {"project_id": "changing_id"},
}
"""Routes that are asked about another thing than the first of its kind."""

NEEDED = {
    "compare_templates": "against={against}",
    "export_analytics": "table=stages",
    "get_folders": "path={root}",
    "list_activity": "limit=200",
    "search_quickly": "q=Project",
    "suggest_key": "name=Reader",
}
"""The parameters without which a route does not answer, or does not show what there is more of."""

FURTHER = {
    "get_inbox": ["snoozed=true"],
    "list_clients": ["include_archived=true"],
    "list_services": ["include_archived=true"],
    "list_templates": ["archived=true"],
    "list_threads": ["resolved=false"],
    "list_tokens": ["all=true"],
}
"""What they are asked besides; whatever can be searched or sorted is, too."""

STAYS = {
    "one file": {
        "download_proof",
        "download_template",
        "download_version",
        "get_spreadsheet_template",
        "get_template_news",
    },
    "one thing, which lists nothing": {
        "get_audit_verification",
        "get_client",
        "get_digest",
        "get_import",
        "get_profile",
        "get_session",
        "suggest_key",
    },
    "numbers of what there is": {
        "get_deletion_of_application",
        "get_deletion_of_binned",
        "get_deletion_of_client",
        "get_deletion_of_contact",
        "get_deletion_of_project",
        "get_deletion_of_service",
        "get_inbox_totals",
        "get_progress",
    },
    "a row for each name of a stage, whatever number of projects has it": {"export_analytics"},
    "the stages and documents of one template": {
        "compare_templates",
        "get_staleness",
        "propose_template_change",
    },
    "of the installation: files, settings and other processes": {
        "get_audit_retention",
        "get_restore",
        "get_setup",
        "get_single_sign_on",
        "get_status_page",
        "list_backups",
    },
}
"""Replies that do not get longer with the portfolio, by the reason."""

Question = tuple[str, str]
"""The name of a route, and the address that it is asked at."""


class Measured(NamedTuple):
    statements: int
    size: int
    """How many items its reply lists, wherever in it; of a file its bytes."""


async def test_no_query_count_grows_with_what_there_is(app: FastAPI, portfolio: Portfolio) -> None:
    for _ in range(FEW):
        await portfolio.grow()
    questions = [each async for each in questions_of(app, portfolio)]
    bound = await token_of(portfolio.bob, "read", project_id=portfolio.ids["project_id"])
    callers = (portfolio.ada, portfolio.bob, Agent(app, bound))
    few = [await counted(portfolio, who, questions) for who in callers]
    for _ in range(MANY - FEW):
        await portfolio.grow()
    many = [await counted(portfolio, who, questions) for who in callers]
    for before, after in zip(few, many, strict=True):
        assert before.keys() == after.keys()
        assert {
            asked: (count.statements, after[asked].statements)
            for asked, count in before.items()
            if after[asked].statements > count.statements
        } == {}
    [of_ada, *_], [of_ada_now, *_] = few, many
    same = {asked[0] for asked, count in of_ada.items() if of_ada_now[asked].size <= count.size}
    assert same == set().union(*STAYS.values())


async def counted(
    portfolio: Portfolio, person: Browser, questions: Sequence[Question]
) -> dict[Question, Measured]:
    """How many statements each takes when it is asked again: some things are looked up once.

    What somebody is refused or may not see is left out.
    """
    counts = {}
    for question in questions:
        _, address = question
        for _ in range(2):
            with recorded(portfolio.context.engine) as statements:
                reply = await person.http.get(f"/api/v1{address}")
        if reply.is_success:
            counts[question] = Measured(len(statements), size_of(reply))
        else:
            assert person is not portfolio.ada, (address, reply.text)
            assert reply.status_code in {403, 404}, (address, reply.text)
    return counts


def size_of(reply: httpx.Response) -> int:
    kind = reply.headers["content-type"]
    if kind == "application/json":
        return items_in(reply.json())
    return len(reply.text.splitlines()) if kind.startswith("text/") else len(reply.content)


def items_in(value: object) -> int:
    match value:
        case list():
            return len(value) + sum(map(items_in, value))
        case dict():
            return sum(map(items_in, value.values()))
        case _:
            return 0


async def questions_of(app: FastAPI, portfolio: Portfolio) -> AsyncIterator[Question]:
    """Every GET, once as it is and once with each thing that makes other statements of it."""
    for path, item in app.openapi()["paths"].items():
        if "get" not in item or item["get"]["operationId"] in NOT_ASKED:
            continue
        name = item["get"]["operationId"]
        address = portfolio.address(name, path.removeprefix("/api/v1"))
        needed = NEEDED.get(name, "").format_map(portfolio.ids)
        taken = {each["name"] for each in item["get"].get("parameters", [])}
        further = [*FURTHER.get(name, ()), *(["search=e"] if "search" in taken else [])]
        if "sort" in taken:
            further += [f"sort={order}" for order in await orders_of(portfolio, address)]
        for parameters in ["", *further]:
            query = "&".join(filter(None, [needed, parameters]))
            yield name, f"{address}?{query}" if query else address


async def orders_of(portfolio: Portfolio, address: str) -> list[str]:
    refused = await portfolio.ada.get(address, sort="?")
    orders: str = refused.json()["detail"].rstrip(".").partition(": ")[2]
    return orders.split(", ")
