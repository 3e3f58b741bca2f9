"""Contacts: one person is one contact, linked to services and projects."""

import asyncio
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import select

from agentlab.audit.models import AuditDetail, AuditEntry
from agentlab.context import Context
from agentlab.portfolio.models import Client, Service
from tests.portfolio.test_sight import only_assigned
from tests.support.agent import Agent, token_of
from tests.support.browser import Browser, parsed, refusal
from tests.support.levels import a_project
from tests.support.portfolio import Place, portfolio_of, put_in_bin

NOBODY = "00000000-0000-7000-8000-000000000000"


@pytest.fixture
async def here(context: Context) -> Place:
    return await portfolio_of(context, "Maison Lumière")


def marie(client_id: Any, **changes: Any) -> dict[str, Any]:
    return {
        "client_id": str(client_id),
        "name": "Marie Curie",
        "email": "marie@example.com",
        "role": "Head of research",
        "phone": "+33 1 23 45 67 89",
        **changes,
    }


async def names(browser: Browser, **filters: Any) -> list[str]:
    return [item["name"] for item in (await browser.read("/contacts", **filters))["items"]]


async def trail(context: Context) -> list[tuple[str, str | None, dict[str, Any]]]:
    async with context.sessions() as db:
        rows = await db.execute(
            select(AuditEntry.action, AuditEntry.label, AuditDetail.detail)
            .join(AuditDetail, AuditDetail.sequence == AuditEntry.sequence)
            .order_by(AuditEntry.sequence)
        )
        return [(action, label, detail) for action, label, detail in rows]


async def test_a_product_owner_adds_a_contact(bob: Browser, vera: Browser, here: Place) -> None:
    made = await bob.do("/contacts", marie(here.client_id))
    found = await vera.read(f"/contacts/{made['id']}")
    assert found == made
    assert found["client"] == {"id": str(here.client_id), "name": "Maison Lumière"}
    assert (found["active"], found["links_total"], found["version"]) == (True, 0, 1)


async def test_the_same_address_is_the_same_person(
    bob: Browser, context: Context, here: Place
) -> None:
    made = await bob.do("/contacts", marie(here.client_id))
    again = await bob.post("/contacts", marie(here.client_id, email="MARIE@example.com"))
    assert refusal(again) == (409, "contact_exists")
    assert made["id"] in again.json()["detail"]
    assert again.json()["field"] == "email"
    elsewhere = await portfolio_of(context, "Somebody else")
    await bob.do("/contacts", marie(elsewhere.client_id))
    other = await bob.do("/contacts", marie(here.client_id, email=None, name="Pierre"))
    moved = await bob.patch(f"/contacts/{other['id']}", {"email": "marie@example.com"}, version=1)
    assert refusal(moved) == (409, "contact_exists")


async def test_two_of_one_address_at_once_become_one(bob: Browser, here: Place) -> None:
    both = await asyncio.gather(*(bob.post("/contacts", marie(here.client_id)) for _ in range(2)))
    assert sorted(response.status_code for response in both) == [201, 409]


async def test_several_may_have_no_address(bob: Browser, here: Place) -> None:
    for name in ("Irène", "Ève"):
        await bob.do("/contacts", marie(here.client_id, name=name, email=None))
    assert await names(bob) == ["Ève", "Irène"] or await names(bob) == ["Irène", "Ève"]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "a\u0000b"}, "name"),
        ({"email": "nobody"}, "email"),
        ({"phone": "1\n2"}, "phone"),
        ({"role": "x" * 201}, "role"),
    ],
)
async def test_what_is_no_contact_is_refused(
    bob: Browser, here: Place, changes: dict[str, str], field: str
) -> None:
    refused = await bob.post("/contacts", marie(here.client_id, **changes))
    assert refusal(refused) == (422, "invalid_input")
    assert refused.json()["field"] == field


@pytest.mark.parametrize(
    "name", ["<img src=x onerror=alert(1)>", "מארי קירי", "🧪 Ⅳ", "=1+1", "%_\\"]
)
async def test_a_name_is_kept_and_found_as_given(bob: Browser, here: Place, name: str) -> None:
    await bob.do("/contacts", marie(here.client_id))
    await bob.do("/contacts", marie(here.client_id, name=name, email=None))
    assert await names(bob, search=name) == [name]


async def test_contacts_come_in_pages_and_are_filtered(
    bob: Browser, context: Context, here: Place
) -> None:
    elsewhere = await portfolio_of(context, "Somebody else")
    for number, place in enumerate((here, here, elsewhere)):
        await bob.do("/contacts", marie(place.client_id, name=f"Person {number}", email=None))
    first = await bob.read("/contacts", limit=2)
    second = await bob.read("/contacts", limit=2, after=first["next"])
    assert [item["name"] for item in first["items"] + second["items"]] == [
        "Person 0",
        "Person 1",
        "Person 2",
    ]
    assert second["next"] is None
    assert await names(bob, client_id=elsewhere.client_id) == ["Person 2"]
    assert await names(bob, search="person else") == ["Person 2"]
    assert await names(bob, sort="-name", limit=1) == ["Person 2"]
    inactive = first["items"][0]
    parsed(await bob.patch(f"/contacts/{inactive['id']}", {"active": False}, version=1))
    assert await names(bob, active=False) == ["Person 0"]
    assert refusal(await bob.get("/contacts", client_id=NOBODY)) == (404, "not_found")
    assert refusal(await bob.get("/contacts", sort="size")) == (422, "unknown_order")


async def test_a_contact_is_changed(bob: Browser, context: Context, here: Place) -> None:
    made = await bob.do("/contacts", marie(here.client_id))
    path = f"/contacts/{made['id']}"
    reply = await bob.patch(path, {"email": None, "phone": "none"}, version=1)
    changed = parsed(reply)
    assert (changed["email"], changed["phone"], changed["name"]) == (None, "none", "Marie Curie")
    assert reply.headers["etag"] == '"2"'
    assert changed["updated_by"]["name"] == "Bob Noyce"
    assert refusal(await bob.patch(path, {"name": "X"}, version=1)) == (412, "changed_meanwhile")
    assert refusal(await bob.patch(path, {"name": "X"})) == (428, "if_match_missing")
    assert refusal(await bob.patch(path, {"active": None}, version=2)) == (422, "invalid_input")
    action, label, detail = (await trail(context))[-1]
    assert (action, label) == ("contact.changed", None)
    assert detail["before"] == {"email": "marie@example.com", "phone": "+33 1 23 45 67 89"}
    assert detail["after"] == {"email": None, "phone": "none"}


async def test_a_new_primary_contact_takes_over(
    bob: Browser, context: Context, here: Place
) -> None:
    marie_id = (await bob.do("/contacts", marie(here.client_id)))["id"]
    pierre = marie(here.client_id, name="Pierre", email="pierre@example.com")
    pierre_id = (await bob.do("/contacts", pierre))["id"]
    path = f"/services/{here.service_id}/contacts"
    parsed(await bob.put(f"{path}/{marie_id}", {"role": "primary"}))
    linked = parsed(await bob.put(f"{path}/{pierre_id}", {"role": "primary"}))
    assert [(item["contact"]["name"], item["role"]) for item in linked["items"]] == [
        ("Pierre", "primary"),
        ("Marie Curie", "relationship"),
    ]
    assert [entry[:2] for entry in (await trail(context))[-2:]] == [
        ("contact.relieved", "Reading"),
        ("contact.linked", "Reading"),
    ]
    page = await bob.read(f"/contacts/{marie_id}")
    assert page["services"] == [
        {"service": {"id": str(here.service_id), "name": "Reading"}, "role": "relationship"}
    ]
    assert len(parsed(await bob.delete(f"{path}/{marie_id}"))["items"]) == 1
    assert len(parsed(await bob.delete(f"{path}/{marie_id}"))["items"]) == 1


async def test_of_two_primary_ones_at_once_one_stays(bob: Browser, here: Place) -> None:
    path = f"/services/{here.service_id}/contacts"
    ids = [
        (await bob.do("/contacts", marie(here.client_id, name=name, email=None)))["id"]
        for name in ("A", "B", "C")
    ]
    await asyncio.gather(*(bob.put(f"{path}/{id_}", {"role": "primary"}) for id_ in ids))
    roles = [item["role"] for item in (await bob.read(path))["items"]]
    assert roles == ["primary", "relationship", "relationship"]


async def test_a_contact_is_several_things_for_a_project(bob: Browser, here: Place) -> None:
    contact_id = (await bob.do("/contacts", marie(here.client_id)))["id"]
    path = f"/projects/{here.project_id}/contacts"
    body = {"roles": ["reviewer", "approver", "reviewer"]}
    linked = parsed(await bob.put(f"{path}/{contact_id}", body))
    assert linked["items"][0]["roles"] == ["approver", "reviewer"]
    linked = parsed(await bob.put(f"{path}/{contact_id}", {"roles": ["stakeholder", "reviewer"]}))
    assert linked["items"][0]["roles"] == ["reviewer", "stakeholder"]
    page = await bob.read(f"/contacts/{contact_id}")
    assert page["projects"][0]["roles"] == ["reviewer", "stakeholder"]
    assert page["links_total"] == 1
    assert refusal(await bob.put(f"{path}/{contact_id}", {"roles": []}))[0] == 422
    assert parsed(await bob.delete(f"{path}/{contact_id}")) == {"items": []}


async def test_only_an_active_contact_of_the_client_is_linked(
    bob: Browser, context: Context, here: Place
) -> None:
    elsewhere = await portfolio_of(context, "Somebody else")
    contact = await bob.do("/contacts", marie(elsewhere.client_id))
    service = f"/services/{here.service_id}/contacts/{contact['id']}"
    project = f"/projects/{here.project_id}/contacts/{contact['id']}"
    expected = (409, "contact_of_another_client")
    assert refusal(await bob.put(service, {"role": "primary"})) == expected
    assert refusal(await bob.put(project, {"roles": ["reviewer"]})) == expected
    inactive = await bob.do("/contacts", marie(here.client_id, active=False))
    project = f"/projects/{here.project_id}/contacts/{inactive['id']}"
    assert refusal(await bob.put(project, {"roles": ["reviewer"]})) == (409, "contact_inactive")


async def test_what_is_in_the_bin_shows_no_contacts(
    bob: Browser, context: Context, here: Place
) -> None:
    contact_id = (await bob.do("/contacts", marie(here.client_id)))["id"]
    path = f"/services/{here.service_id}/contacts/{contact_id}"
    parsed(await bob.put(path, {"role": "primary"}))
    await put_in_bin(context, Service, here.service_id)
    page = await bob.read(f"/contacts/{contact_id}")
    assert (page["services"], page["links_total"]) == ([], 0)
    await put_in_bin(context, Client, here.client_id)
    assert await names(bob) == []
    assert refusal(await bob.get(f"/contacts/{contact_id}")) == (404, "not_found")


async def test_viewers_read_and_strangers_see_nothing(
    *, bob: Browser, vera: Browser, anonymous: Browser, context: Context, here: Place
) -> None:
    contact_id = (await bob.do("/contacts", marie(here.client_id)))["id"]
    path, service = f"/contacts/{contact_id}", f"/services/{here.service_id}/contacts"
    project = f"/projects/{here.project_id}/contacts"
    writes = (
        ("POST", "/contacts", marie(here.client_id)),
        ("PATCH", path, {"name": "X"}),
        ("DELETE", f"{path}?name=Marie%20Curie", None),
        ("PUT", f"{service}/{contact_id}", {"role": "primary"}),
        ("DELETE", f"{service}/{contact_id}", None),
        ("PUT", f"{project}/{contact_id}", {"roles": ["reviewer"]}),
        ("DELETE", f"{project}/{contact_id}", None),
    )
    for method, address, body in writes:
        for who, status in ((vera, 403), (anonymous, 401)):
            reply = await who.http.request(
                method, f"/api/v1{address}", json=body, headers={"If-Match": "*"}
            )
            assert refusal(reply)[0] == status, (method, address)
    reads = (path, service, project)
    for address in reads:
        assert refusal(await anonymous.get(address))[0] == 401
        await vera.read(address)
    await only_assigned(context, vera)
    await only_assigned(context, bob)
    assert await names(vera) == []
    for address in reads:
        assert refusal(await vera.get(address)) == (404, "not_found")
    for method, address, body in writes:
        reply = await bob.http.request(
            method, f"/api/v1{address}", json=body, headers={"If-Match": "*"}
        )
        assert refusal(reply) == (404, "not_found"), (method, address)


async def test_a_token_of_one_project_learns_nothing_of_links_and_contacts_outside(
    bob: Browser, app: FastAPI, here: Place
) -> None:
    service = {"id": str(here.service_id)}
    outside = await a_project(bob, service, "Elsewhere")
    seen = await bob.do("/contacts", marie(here.client_id))
    unseen = await bob.do("/contacts", marie(here.client_id, email="irene@example.com"))
    portal = await bob.do("/applications", {"client_id": str(here.client_id), "name": "Portal"})
    for project_id in (here.project_id, outside["id"]):
        at = f"/projects/{project_id}/contacts/{seen['id']}"
        parsed(await bob.put(at, {"roles": ["stakeholder"]}))
        at = f"/applications/{portal['id']}/projects/{project_id}"
        parsed(await bob.put(at, {"relation": "builds"}))
    at = f"/services/{here.service_id}/contacts/{seen['id']}"
    parsed(await bob.put(at, {"role": "primary"}))
    contact, application = f"/contacts/{seen['id']}", f"/applications/{portal['id']}"
    taken = {"email": "irene@example.com"}

    async def learned(who: Browser) -> tuple[int, ...]:
        [listed] = (await who.read("/contacts", search="marie@"))["items"]
        found = await who.read(contact)
        deletions = [await who.read(f"{path}/deletion") for path in (contact, application)]
        counted = (each["links"] for each in deletions)
        return (listed["links_total"], found["links_total"], *counted)

    token = await token_of(bob, project_id=str(here.project_id))
    async with Agent(app, token) as agent:
        assert await learned(agent) == (1, 1, 1, 1)
        version = (await agent.read(contact))["version"]
        refused = await agent.patch(contact, taken, version=version)
        assert refusal(refused) == (409, "contact_exists")
        assert unseen["id"] not in refused.text
    assert await learned(bob) == (3, 3, 3, 2)
    assert unseen["id"] in (await bob.patch(contact, taken, version=version)).text
