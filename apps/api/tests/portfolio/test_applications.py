"""The application catalogue: software of clients, and which projects touch it."""

import asyncio
from typing import Any

import pytest

from agentlab.context import Context
from agentlab.portfolio.models import Client, Project
from tests.portfolio.test_contacts import trail
from tests.portfolio.test_sight import only_assigned
from tests.support.browser import Browser, parsed, refusal
from tests.support.portfolio import Place, portfolio_of, put_in_bin

NOBODY = "00000000-0000-7000-8000-000000000000"


@pytest.fixture
async def here(context: Context) -> Place:
    return await portfolio_of(context, "Maison Lumière")


def portal(client_id: Any, **changes: Any) -> dict[str, Any]:
    return {
        "client_id": str(client_id),
        "name": "Portal",
        "description": "Where clients\nsign in.",
        "url": "https://portal.example.com/en?a=b",
        **changes,
    }


async def names(browser: Browser, **filters: Any) -> list[str]:
    return [item["name"] for item in (await browser.read("/applications", **filters))["items"]]


async def test_a_product_owner_adds_an_application(
    bob: Browser, vera: Browser, here: Place
) -> None:
    made = await bob.do("/applications", portal(here.client_id))
    assert await vera.read(f"/applications/{made['id']}") == made
    assert made["client"]["name"] == "Maison Lumière"
    assert (made["projects"], made["projects_total"], made["version"]) == ([], 0, 1)


async def test_a_name_is_unique_at_a_client(bob: Browser, context: Context, here: Place) -> None:
    both = await asyncio.gather(
        *(bob.post("/applications", portal(here.client_id)) for _ in range(2))
    )
    assert sorted(response.status_code for response in both) == [201, 409]
    again = await bob.post("/applications", portal(here.client_id, name="PORTAL"))
    assert refusal(again) == (409, "application_name_taken")
    other = await bob.do("/applications", portal(here.client_id, name="Other"))
    renamed = await bob.patch(f"/applications/{other['id']}", {"name": "portal"}, version=1)
    assert refusal(renamed) == (409, "application_name_taken")
    elsewhere = await portfolio_of(context, "Somebody else")
    await bob.do("/applications", portal(elsewhere.client_id))


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"description": "x" * 10_001}, "description"),
        ({"url": "javascript:alert(1)"}, "url"),
        ({"url": "https://"}, "url"),
        ({"url": "https://[half"}, "url"),
        ({"url": "example.com"}, "url"),
        ({"url": "https://example.com/a b"}, "url"),
    ],
)
async def test_what_is_no_application_is_refused(
    bob: Browser, here: Place, changes: dict[str, str], field: str
) -> None:
    refused = await bob.post("/applications", portal(here.client_id, **changes))
    assert refusal(refused) == (422, "invalid_input")
    assert refused.json()["field"] == field


@pytest.mark.parametrize(
    "name", ["<b>bold</b>", "بوابة العملاء", "🚪 Portal", "=HYPERLINK(1)", "%"]
)
async def test_a_name_is_kept_and_found_as_given(bob: Browser, here: Place, name: str) -> None:
    await bob.do("/applications", portal(here.client_id, name="Other", description=""))
    await bob.do("/applications", portal(here.client_id, name=name))
    assert await names(bob, search=name) == [name]


async def test_the_catalogue_comes_in_pages_and_is_filtered(
    bob: Browser, context: Context, here: Place
) -> None:
    elsewhere = await portfolio_of(context, "Somebody else")
    for number, place in enumerate((here, here, elsewhere)):
        await bob.do("/applications", portal(place.client_id, name=f"App {number}"))
    first = await bob.read("/applications", limit=2)
    second = await bob.read("/applications", limit=2, after=first["next"])
    assert [item["name"] for item in first["items"] + second["items"]] == [
        "App 0",
        "App 1",
        "App 2",
    ]
    assert await names(bob, client_id=elsewhere.client_id) == ["App 2"]
    assert await names(bob, search="app else") == ["App 2"]
    assert await names(bob, sort="-client", limit=1) == ["App 2"]
    assert refusal(await bob.get("/applications", client_id=NOBODY)) == (404, "not_found")


async def test_it_is_changed(bob: Browser, here: Place) -> None:
    made = await bob.do("/applications", portal(here.client_id))
    path = f"/applications/{made['id']}"
    reply = await bob.patch(path, {"url": None, "description": ""}, version=1)
    changed = parsed(reply)
    assert (changed["url"], changed["description"], changed["name"]) == (None, "", "Portal")
    assert reply.headers["etag"] == '"2"'
    assert refusal(await bob.patch(path, {"name": "X"}, version=1)) == (412, "changed_meanwhile")
    assert refusal(await bob.patch(path, {"name": "X"})) == (428, "if_match_missing")
    assert refusal(await bob.patch(path, {"name": None}, version=2)) == (422, "invalid_input")


async def test_projects_build_and_change_it(bob: Browser, context: Context, here: Place) -> None:
    application_id = (await bob.do("/applications", portal(here.client_id)))["id"]
    path = f"/applications/{application_id}/projects/{here.project_id}"
    linked = parsed(await bob.put(path, {"relation": "builds"}))
    assert [(p["name"], p["relation"]) for p in linked["projects"]] == [("Reader", "builds")]
    linked = parsed(await bob.put(path, {"relation": "changes"}))
    assert linked["projects"][0]["relation"] == "changes"
    (row,) = (await bob.read("/applications"))["items"]
    assert row["projects_total"] == 1
    of_project = await bob.read(f"/projects/{here.project_id}/applications")
    assert of_project["items"][0]["name"] == "Portal"
    for _ in range(2):
        assert parsed(await bob.delete(path))["projects"] == []
    assert [entry[:2] for entry in (await trail(context))[-3:]] == [
        ("application.linked", "Portal"),
        ("application.linked", "Portal"),
        ("application.unlinked", "Portal"),
    ]


async def test_a_project_of_another_client_does_not(
    bob: Browser, context: Context, here: Place
) -> None:
    elsewhere = await portfolio_of(context, "Somebody else")
    application_id = (await bob.do("/applications", portal(here.client_id)))["id"]
    path = f"/applications/{application_id}/projects/{elsewhere.project_id}"
    refused = await bob.put(path, {"relation": "builds"})
    assert refusal(refused) == (409, "project_of_another_client")


async def test_what_is_in_the_bin_is_not_there(bob: Browser, context: Context, here: Place) -> None:
    path = f"/applications/{(await bob.do('/applications', portal(here.client_id)))['id']}"
    parsed(await bob.put(f"{path}/projects/{here.project_id}", {"relation": "builds"}))
    await put_in_bin(context, Project, here.project_id)
    assert (await bob.read(path))["projects_total"] == 0
    await put_in_bin(context, Client, here.client_id)
    assert await names(bob) == []
    assert refusal(await bob.get(path)) == (404, "not_found")


async def test_viewers_read_and_strangers_see_nothing(
    *, bob: Browser, vera: Browser, anonymous: Browser, context: Context, here: Place
) -> None:
    path = f"/applications/{(await bob.do('/applications', portal(here.client_id)))['id']}"
    writes = (
        ("POST", "/applications", portal(here.client_id)),
        ("PATCH", path, {"name": "X"}),
        ("DELETE", f"{path}?name=Portal", None),
        ("PUT", f"{path}/projects/{here.project_id}", {"relation": "builds"}),
        ("DELETE", f"{path}/projects/{here.project_id}", None),
    )
    for method, address, body in writes:
        for who, status in ((vera, 403), (anonymous, 401)):
            reply = await who.http.request(
                method, f"/api/v1{address}", json=body, headers={"If-Match": "*"}
            )
            assert refusal(reply)[0] == status, (method, address)
    assert refusal(await anonymous.get("/applications"))[0] == 401
    await vera.read(path)
    await only_assigned(context, vera)
    await only_assigned(context, bob)
    assert await names(vera) == []
    assert refusal(await vera.get(path)) == (404, "not_found")
    for method, address, body in writes:
        reply = await bob.http.request(
            method, f"/api/v1{address}", json=body, headers={"If-Match": "*"}
        )
        assert refusal(reply) == (404, "not_found"), (method, address)
