"""No endpoint asks the database more often because there is more: every GET, before and after."""

from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import SecretStr

from agentlab.context import Context
from agentlab.settings import Settings
from tests.house.test_routes import api_routes
from tests.support.browser import Browser, parsed
from tests.support.levels import a_client, a_project, a_service
from tests.support.projects import bmad_folder, import_it, run_jobs, write
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
FEW, MANY = 2, 6
STORY = "# Story {epic}.{number}: Reading\n\n## Status\n\nDraft\n"
TEMPLATE = "key: own-{number}\nname: Own {number}\nstages:\n  - title: Think\n"


class Portfolio:
    """Whatever lists show. It grows by one of each, below what was there first."""

    def __init__(
        self,
        ada: Browser,
        context: Context,
        folder: Path,
        page: dict[str, Any],
        facts: dict[str, Any],
    ) -> None:
        self.ada = ada
        self.context = context
        self.folder = folder
        self.review = Review(ada, context, folder, page)
        self.size = 0
        self.ids = {
            "client_id": facts["client"]["id"],
            "service_id": facts["service"]["id"],
            "project_id": page["id"],
            "key": page["key"],
            "gate_id": self.review.gate_id,
            "template_id": page["workflow"]["template"]["id"],
            "kind": "service_category",
            "number": "1",
        }
        """For each part of an address what was made first."""

    def first(self, **ids: str) -> None:
        self.ids = ids | self.ids

    async def grow(self) -> None:
        self.size += 1
        await self.grow_levels()
        await self.grow_catalogue()
        await self.grow_people()
        await self.grow_documents()
        await self.grow_gate()

    async def grow_levels(self) -> None:
        """A client, a service and a project, which was archived, and one more in the bin."""
        await a_client(self.ada, f"Client {self.size}")
        await a_service(self.ada, {"id": self.ids["client_id"]}, f"Service {self.size}")
        here = {"id": self.ids["service_id"]}
        await a_project(self.ada, here, f"Project {self.size}")
        for of in ("client", "service"):
            archival = f"/{of}s/{self.ids[f'{of}_id']}/archival"
            await self.ada.do(archival, {"reason": "A pause."})
            parsed(await self.ada.delete(archival))
        gone = await a_project(self.ada, here, f"Gone {self.size}")
        parsed(await self.ada.delete(f"/projects/{gone['id']}", name=gone["name"]))
        self.first(binned_id=gone["id"])

    async def grow_catalogue(self) -> None:
        item = {"code": f"kind_{self.size}", "name": f"Kind {self.size}"}
        await self.ada.do("/reference/service_category", item)
        application = {"client_id": self.ids["client_id"], "name": f"Application {self.size}"}
        made = await self.ada.do("/applications", application)
        self.first(application_id=made["id"])
        link = f"/applications/{made['id']}/projects/{self.ids['project_id']}"
        parsed(await self.ada.put(link, {"relation": "builds"}))
        for source in (
            TEMPLATE.format(number=self.size),
            TEMPLATE.format(number=f"1 # {self.size}"),
        ):
            template = await self.ada.do("/templates", {"source": source})
            self.first(against=template["id"])
        await self.ada.do("/views", {"name": f"View {self.size}", "query": ""})

    async def grow_people(self) -> None:
        """Somebody of ours, a contact that the project has, and a token."""
        invited = {"name": f"Person {self.size}", "email": f"p{self.size}@example.com"}
        seen = {"sees_all_clients": False, "client_ids": [self.ids["client_id"]]}
        made = await self.ada.do("/invitations", {**invited, "role": "viewer", **seen})
        self.first(user_id=made["user"]["id"])
        contact = {"client_id": self.ids["client_id"], "name": f"Contact {self.size}"}
        made = await self.ada.do("/contacts", contact)
        self.first(contact_id=made["id"], subject_id=made["id"])
        for place, tie in (("service", {"role": "primary"}), ("project", {"roles": ["reviewer"]})):
            link = f"/{place}s/{self.ids[f'{place}_id']}/contacts/{made['id']}"
            parsed(await self.ada.put(link, tie))
        await self.ada.do("/tokens", {"name": f"Token {self.size}", "scopes": ["read"]})

    async def grow_documents(self) -> None:
        """A version, a story of the first epic, and an epic more."""
        write(self.folder / "docs" / "prd.md", f"# A reader\n\nIt reads {self.size} books.\n")
        for epic in (1, self.size + 1):
            story = STORY.format(epic=epic, number=self.size)
            write(self.folder / f"docs/stories/{epic}.{self.size}.reading.md", story)
        await self.ada.do(f"/projects/{self.ids['project_id']}/scans")
        await run_jobs(self.context)
        page = await self.review.page()
        document = next(one for one in page["documents"]["items"] if one["path"] == "docs/prd.md")
        self.first(document_id=document["id"])

    async def grow_gate(self) -> None:
        """A submission with requests for changes, turned down."""
        submission = await self.review.submit()
        (bound,) = submission["artefacts"]
        lines = {"document_id": bound["document_id"], "first_line": 3, "last_line": 3}
        threads = f"/submissions/{submission['id']}/threads"
        self.first(thread_id=(await self.ada.do(threads, {**lines, "text": "How?"}))["id"])
        await self.ada.do(f"/threads/{self.ids['thread_id']}/comments", {"text": "So."})
        gate = parsed(await self.review.decide(submission, "rejected", "Not yet."))
        self.first(decision_id=gate["submissions"][0]["decisions"][0]["id"])


@pytest.fixture
def settings(settings: Settings) -> Settings:
    """With a key for proofs, as every installation has."""
    return settings.model_copy(update={"proof_key": SecretStr("0" * 64)})


@pytest.fixture
async def portfolio(ada: Browser, context: Context, root: Path) -> Portfolio:
    folder = bmad_folder(root)
    ended = await import_it(ada, context, folder)
    page = await ada.read(f"/projects/{ended['project_id']}")
    facts = await ada.read(f"/projects/{ended['project_id']}/facts")
    portfolio = Portfolio(ada, context, folder, page, facts)
    portfolio.first(import_id=ended["id"])
    return portfolio


async def test_no_query_count_grows_with_what_there_is(app: FastAPI, portfolio: Portfolio) -> None:
    addresses = {
        route.name: route.path.removeprefix("/api/v1")
        for route in api_routes(app)
        if route.methods == {"GET"} and route.name not in NOT_ASKED
    }
    for _ in range(FEW):
        await portfolio.grow()
    few = await counted(portfolio, addresses)
    for _ in range(MANY - FEW):
        await portfolio.grow()
    many = await counted(portfolio, addresses)
    assert {name: (few[name], many[name]) for name in few if many[name] > few[name]} == {}


async def counted(portfolio: Portfolio, addresses: dict[str, str]) -> dict[str, int]:
    """How many statements each takes when it is asked again: some things are looked up once."""
    counts = {}
    for name, address in addresses.items():
        path, parameters = address.format_map(portfolio.ids), asked(name, portfolio.ids)
        for _ in range(2):
            with recorded(portfolio.context.engine) as statements:
                reply = await portfolio.ada.get(path, **parameters)
        assert reply.is_success, (path, reply.text)
        counts[name] = len(statements)
    return counts


def asked(name: str, ids: dict[str, str]) -> dict[str, str]:
    """The parameters without which a route does not answer."""
    match name:
        case "search_quickly":
            return {"q": "Reader"}
        case "suggest_key":
            return {"name": "Reader"}
        case "export_analytics":
            return {"table": "stages"}
        case "compare_templates":
            return {"against": ids["against"]}
        case _:
            return {}
