"""The dashboard and the list of projects: filters, order, pages, counts, and walls."""

import csv
import io
from base64 import urlsafe_b64encode
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import product
from typing import Any
from uuid import uuid4

import pytest

from agentlab.context import Context
from agentlab.kit.clock import now
from agentlab.kit.pages import Page
from agentlab.portfolio.dashboard.schemas import Dashboard, ListedProject
from agentlab.portfolio.models import Client, Project, ProjectStatus, ReferenceKind, Service
from tests.portfolio.dashboard.portfolio import Portfolio, names
from tests.portfolio.test_sight import only_assigned
from tests.support.browser import Browser, refusal
from tests.support.levels import a_client, a_project, a_service, an_item
from tests.support.statements import recorded


@pytest.fixture
async def some(portfolio: Portfolio, bob: Browser) -> Portfolio:
    """Five projects of three clients; Bob owns one, and one is in the archive."""
    bob_id = (await bob.read("/session"))["id"]
    await portfolio.add("Élan", stage="Create the PRD", days=20, owner_id=bob_id, key="ELAN-1")
    await portfolio.add("Archives", client="Northwind", service="Records")
    blocked = ProjectStatus.BLOCKED
    await portfolio.add("Blog", stage="Implement", days=3, status=blocked, stale_total=2)
    await portfolio.add("Chat", stage="Implement", days=5, waiting_gate_id=uuid4())
    await portfolio.add("Old", client="Contoso", service="Legacy", status=ProjectStatus.ARCHIVED)
    return portfolio


async def test_a_row_says_where_a_project_stands(bob: Browser, some: Portfolio) -> None:
    page = Page[ListedProject].model_validate(await bob.read("/projects", search="elan"))
    (row,) = page.items
    assert (row.name, row.key, row.client.name, row.service.name) == (
        "Élan",
        "ELAN-1",
        "Maison Lumière",
        "Reading",
    )
    assert row.owner
    assert row.owner.name == "Bob Noyce"
    assert (row.stage, row.stages_closed, row.stages_total) == ("Create the PRD", 1, 4)
    assert page.next is None


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, ["Archives", "Blog", "Chat", "Élan"]),
        ({"status": "archived"}, ["Old"]),
        ({"status": ["blocked", "archived"]}, ["Blog", "Old"]),
        ({"waiting": "true"}, ["Chat"]),
        ({"stale": "true"}, ["Blog"]),
        ({"stale": "false"}, ["Archives", "Chat", "Élan"]),
        ({"waiting": "false", "stage": "Implement"}, ["Blog"]),
        ({"stage": ["Implement", "Create the PRD"]}, ["Blog", "Chat", "Élan"]),
        ({"owner_id": "none"}, ["Archives", "Blog", "Chat"]),
        ({"search": "ELAN"}, ["Élan"]),
        ({"search": "elan-1"}, ["Élan"]),
        ({"search": "lumiere read ch"}, ["Chat"]),
        ({"search": "NORTH records"}, ["Archives"]),
        ({"search": "100%"}, []),
        ({"search": "_"}, []),
        ({"sort": "-name"}, ["Élan", "Chat", "Blog", "Archives"]),
        ({"sort": "stage_since"}, ["Élan", "Chat", "Blog", "Archives"]),
        ({"sort": "-changed_at"}, ["Chat", "Blog", "Archives", "Élan"]),
        ({"sort": "changed_at"}, ["Élan", "Archives", "Blog", "Chat"]),
        ({"sort": "client"}, ["Blog", "Chat", "Élan", "Archives"]),
        ({"sort": "status"}, ["Blog", "Archives", "Chat", "Élan"]),
        ({"sort": "owner"}, ["Élan", "Archives", "Blog", "Chat"]),
    ],
)
async def test_the_list_is_narrowed_and_sorted(
    bob: Browser, some: Portfolio, asked: dict[str, Any], expected: list[str]
) -> None:
    assert names(await bob.read("/projects", **asked)) == expected
    assert names((await bob.read("/dashboard", **asked))["projects"]) == expected


async def test_it_is_narrowed_by_place_and_owner(bob: Browser, some: Portfolio) -> None:
    row = (await bob.read("/projects", search="elan"))["items"][0]
    client, service, owner = row["client"]["id"], row["service"]["id"], row["owner"]["id"]
    assert names(await bob.read("/projects", client_id=client)) == ["Blog", "Chat", "Élan"]
    assert names(await bob.read("/projects", service_id=service)) == ["Blog", "Chat", "Élan"]
    assert names(await bob.read("/projects", owner_id=owner)) == ["Élan"]
    both = await bob.read("/projects", owner_id=[owner, "none"])
    assert names(both) == ["Archives", "Blog", "Chat", "Élan"]


async def test_what_did_not_move_for_two_weeks_is_quiet(bob: Browser, portfolio: Portfolio) -> None:
    long_ago = now() - timedelta(days=15)
    await portfolio.add("Moved on", stage="Implement", days=2, changed=long_ago)
    await portfolio.add("Quiet", changed=long_ago)
    await portfolio.add("Done", status=ProjectStatus.COMPLETED, changed=long_ago)
    assert names(await bob.read("/projects", quiet="true")) == ["Quiet"]
    assert (await bob.read("/dashboard"))["totals"]["quiet"] == 1


@pytest.mark.parametrize("sort", ["name", "-name", "client", "-changed_at", "stage_since", "owner"])
async def test_pages_follow_each_other_without_gaps(
    bob: Browser, some: Portfolio, sort: str
) -> None:
    whole = names(await bob.read("/projects", sort=sort))
    found, after = [], {}
    first = await bob.read("/dashboard", sort=sort, limit=1)
    page = first["projects"]
    while True:
        found += names(page)
        if page["next"] is None:
            break
        after = {"after": page["next"]}
        page = await bob.read("/projects", sort=sort, limit=1, **after)
    assert found == whole
    assert refusal(await bob.get("/projects", sort="status", **after)) == (422, "invalid_cursor")


async def test_everything_is_counted_and_no_facet_by_itself(bob: Browser, some: Portfolio) -> None:
    found = Dashboard.model_validate(
        await bob.read("/dashboard", status="blocked", stage="Implement")
    )
    assert found.totals.model_dump() == {
        "projects": 1,
        "waiting": 0,
        "stale": 1,
        "blocked": 1,
        "quiet": 0,
    }
    facets = found.facets
    assert [(f.status, f.count) for f in facets.statuses] == [("active", 1), ("blocked", 1)]
    assert [(f.stage, f.count) for f in facets.stages] == [("Implement", 1)]
    assert [(f.name, f.count) for f in facets.clients] == [("Maison Lumière", 1)]
    assert [(f.name, f.count) for f in facets.owners] == [(None, 1)]
    everything = Dashboard.model_validate(await bob.read("/dashboard"))
    assert everything.totals.projects == 4
    assert [(f.name, f.count) for f in everything.facets.owners] == [(None, 3), ("Bob Noyce", 1)]
    assert ("archived", 1) in [(f.status, f.count) for f in everything.facets.statuses]


async def test_each_facet_counts_what_the_other_ones_leave(bob: Browser, some: Portfolio) -> None:
    """In every combination of them, against the rows of everything."""
    rows = (await bob.read("/projects", status=[*ProjectStatus]))["items"]
    of: dict[str, Callable[[dict[str, Any]], Any]] = {
        "status": lambda row: row["status"],
        "stage": lambda row: row["stage"],
        "client_id": lambda row: row["client"]["id"],
        "owner_id": lambda row: row["owner"]["id"] if row["owner"] else "none",
    }
    unarchived = {*ProjectStatus} - {ProjectStatus.ARCHIVED}
    clients, owners = ({of[each](row) for row in rows} for each in ("client_id", "owner_id"))
    for asked in combinations(
        status=[(), ("blocked",), ("blocked", "archived")],
        stage=[(), ("Implement",)],
        client_id=[(), *((each,) for each in clients)],
        owner_id=[(), *((each,) for each in owners)],
    ):
        wanted = {**asked, "status": asked["status"] or unarchived}
        found = await bob.read("/dashboard", **asked)
        counted = {
            "status": {each["status"]: each["count"] for each in found["facets"]["statuses"]},
            "stage": {each["stage"]: each["count"] for each in found["facets"]["stages"]},
            "client_id": {each["id"]: each["count"] for each in found["facets"]["clients"]},
            "owner_id": {each["id"] or "none": each["count"] for each in found["facets"]["owners"]},
        }
        for facet, counts in counted.items():
            others = [each for each in of if each != facet and wanted[each]]
            left = [row for row in rows if all(of[each](row) in wanted[each] for each in others)]
            assert counts == Counter(of[facet](row) for row in left if of[facet](row)), asked
        chosen = [row for row in rows if all(not w or of[e](row) in w for e, w in wanted.items())]
        assert found["totals"]["projects"] == len(chosen), asked


def combinations(**choices: list[tuple[str, ...]]) -> Iterator[dict[str, tuple[str, ...]]]:
    for chosen in product(*choices.values()):
        yield dict(zip(choices, chosen, strict=True))


async def test_what_is_below_an_archived_client_is_archived_with_it(
    bob: Browser, some: Portfolio
) -> None:
    await some.change(Client, "Maison Lumière", archived_at=now())
    assert names(await bob.read("/projects")) == ["Archives"]
    archived = await bob.read("/projects", status="archived")
    assert names(archived) == ["Blog", "Chat", "Élan", "Old"]
    assert {row["status"] for row in archived["items"]} == {"archived"}


async def test_nothing_at_all_is_not_nothing_that_matches(
    bob: Browser, portfolio: Portfolio
) -> None:
    assert (await bob.read("/dashboard"))["is_empty"] is True
    await portfolio.add("Reader")
    found = await bob.read("/dashboard", search="zebra")
    assert (found["is_empty"], found["totals"]["projects"]) == (False, 0)


@pytest.mark.parametrize(
    ("kind", "name"), [(Project, "Élan"), (Service, "Reading"), (Client, "Maison Lumière")]
)
async def test_what_is_in_the_bin_is_nowhere(
    bob: Browser, some: Portfolio, kind: type[Client | Service | Project], name: str
) -> None:
    await some.change(kind, name, deleted_at=now())
    assert "Élan" not in (await bob.get("/dashboard")).text
    assert "Élan" not in (await bob.get("/projects")).text
    assert "Élan" not in (await bob.get("/projects.csv")).text
    assert await bob.read("/search/quick", q="elan") == {"items": []}


async def test_a_stranger_finds_and_counts_nothing(
    vera: Browser, context: Context, some: Portfolio
) -> None:
    await only_assigned(context, vera)
    found = await vera.read("/dashboard")
    assert (found["projects"]["items"], found["is_empty"]) == ([], True)
    assert not any(found["totals"].values())
    assert not any(found["facets"].values())
    assert (await vera.read("/projects"))["items"] == []
    assert len((await vera.get("/projects.csv")).text.splitlines()) == 1
    for word in ("elan", "maison", "reading"):
        assert await vera.read("/search/quick", q=word) == {"items": []}


async def test_who_is_assigned_to_a_client_sees_its_projects_only(
    vera: Browser, bob: Browser, context: Context, some: Portfolio
) -> None:
    row = (await bob.read("/projects", search="archives"))["items"][0]
    await only_assigned(context, vera, row["client"]["id"])
    found = await vera.read("/dashboard")
    assert names(found["projects"]) == ["Archives"]
    assert [client["name"] for client in found["facets"]["clients"]] == ["Northwind"]


async def test_the_statements_do_not_grow_with_the_portfolio(
    bob: Browser, context: Context, portfolio: Portfolio
) -> None:
    await portfolio.add("First")
    counts = []
    for turn in range(2):
        for path in ("/dashboard", "/projects", "/search/quick?q=first"):
            with recorded(context.engine) as statements:
                await bob.http.get(f"/api/v1{path}")
            counts.append(len(statements))
        for number in range(30):
            await portfolio.add(f"Another {turn} {number}", client=f"Client {number}")
    assert counts == [4, 4, 2] * 2, "who asks and when, the version meanwhile, a plan, the answer"


HALF_A_CHARACTER = urlsafe_b64encode(
    rb'["name","\ud800","00000000-0000-0000-0000-000000000000"]'
).decode()
SORTED_BY_TEXT = ("/projects", "/clients", "/services", "/contacts", "/applications", "/people")


@pytest.mark.parametrize(
    ("path", "asked", "code"),
    [
        ("/projects", {"sort": "colour"}, "unknown_order"),
        ("/dashboard", {"sort": "colour"}, "unknown_order"),
        ("/projects.csv", {"sort": "colour"}, "unknown_order"),
        ("/projects", {"after": "x"}, "invalid_cursor"),
        *((path, {"after": HALF_A_CHARACTER}, "invalid_cursor") for path in SORTED_BY_TEXT),
        ("/projects", {"client_id": "x"}, "invalid_input"),
        ("/projects", {"owner_id": "somebody"}, "invalid_input"),
        ("/projects", {"status": "gone"}, "invalid_input"),
        ("/projects", {"search": "a\x00b"}, "invalid_input"),
        ("/projects", {"limit": "0"}, "invalid_input"),
        ("/search/quick", {}, "invalid_input"),
        ("/search/quick", {"q": "\x00"}, "invalid_input"),
    ],
)
async def test_what_cannot_be_asked_is_said(
    bob: Browser, path: str, asked: dict[str, str], code: str
) -> None:
    assert refusal(await bob.get(path, **asked)) == (422, code)


async def test_nobody_looks_without_signing_in(anonymous: Browser) -> None:
    for path in ("/dashboard", "/projects", "/projects.csv", "/search/quick?q=a", "/views"):
        assert refusal(await anonymous.http.get(f"/api/v1{path}")) == (401, "not_signed_in")


async def test_a_list_is_read_again_only_for_what_concerns_who_asks(
    ada: Browser, vera: Browser, context: Context
) -> None:
    async def asked_for() -> int:
        with recorded(context.engine) as statements:
            await vera.read("/dashboard")
        return sum("json_build_object" in statement for statement in statements)

    mine, other = await a_client(ada, "Mine"), await a_client(ada, "Other")
    await only_assigned(context, vera, mine["id"])
    service = await a_service(ada, other)
    await a_project(ada, service, "Atlas")
    assert (await vera.read("/dashboard"))["totals"]["projects"] == 0
    await a_project(ada, service, "Blog")
    assert await asked_for() == 0, "that was at a client that she does not see"
    move = {"client_id": mine["id"], "confirm_other_client": True}
    assert (await ada.put(f"/services/{service['id']}/client", move)).is_success
    assert await asked_for() == 1
    assert (await vera.read("/dashboard"))["totals"]["projects"] == 2
    vera_id = (await vera.read("/session"))["id"]
    version = (await ada.read(f"/users/{vera_id}"))["version"]
    assert (await ada.patch(f"/users/{vera_id}", {"client_ids": []}, version=version)).is_success
    assert (await vera.read("/dashboard"))["totals"]["projects"] == 0


def rows_of(file: bytes) -> "csv.DictReader[str]":
    return csv.DictReader(io.StringIO(file.decode("utf-8-sig")))


async def test_it_is_narrowed_by_what_clients_and_projects_are(
    bob: Browser, context: Context
) -> None:
    health = await an_item(context, ReferenceKind.BUSINESS_DOMAIN, "Health")
    rag = await an_item(context, ReferenceKind.IMPLEMENTATION_TYPE, "RAG")
    nurses = await an_item(context, ReferenceKind.USER_CATEGORY, "Nurses")
    clinic = await a_client(bob, "Clinic", domain_id=health)
    letters = {"implementation_type_id": rag, "user_category_ids": [nurses], "type": "existing"}
    records = await a_service(bob, clinic, "Records")
    written = await a_project(bob, records, "Letters", **letters)
    await a_project(bob, records, "Blog")
    await a_project(bob, await a_service(bob, await a_client(bob, "Bank")), "Vault")
    portal = (await bob.do("/applications", {"client_id": clinic["id"], "name": "Portal"}))["id"]
    touched = f"/applications/{portal}/projects/{written['id']}"
    assert (await bob.put(touched, {"relation": "changes"})).is_success
    for asked, found in (
        ({"domain_id": health}, ["Blog", "Letters"]),
        ({"service_id": records["id"]}, ["Blog", "Letters"]),
        ({"type": "existing"}, ["Letters"]),
        ({"implementation_type_id": rag}, ["Letters"]),
        ({"user_category_id": nurses}, ["Letters"]),
        ({"domain_id": health, "type": "new"}, ["Blog"]),
        ({"user_category_id": rag}, []),
        ({"application_id": portal}, ["Letters"]),
        ({"application_id": rag}, []),
    ):
        with recorded(context.engine) as statements:
            dashboard = await bob.read("/dashboard", **asked)
        assert [row["name"] for row in dashboard["projects"]["items"]] == found, asked
        assert dashboard["totals"]["projects"] == len(found)
        assert len(statements) <= 4
    (row,) = rows_of((await bob.get("/projects.csv", type="existing")).content)
    assert (row["type"], row["implementation_type"], row["business_domain"]) == (
        "existing",
        "RAG",
        "Health",
    )
    assert (row["stale_approvals"], row["contradictions"], row["decision_due_at"]) == ("0", "0", "")
