"""The feed: what was done in the portfolio, as far as each may see it, and what is news."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from agentlab.activity import service
from agentlab.activity.schemas import Wanted
from agentlab.audit.trail import record
from agentlab.auth.callers import person
from agentlab.context import Context
from tests.portfolio.test_sight import only_assigned
from tests.support.agent import Agent, token_of
from tests.support.browser import Browser, refusal
from tests.support.projects import bmad_folder, import_it, project_of


@pytest.fixture
async def page(bob: Browser, context: Context, root: Path) -> dict[str, Any]:
    """Bob's project, with a submission."""
    page = await project_of(bob, context, bmad_folder(root))
    await bob.do(f"/gates/{page['stages'][0]['gate']['id']}/submissions", {"note": "Ready"})
    return page


async def feed(who: Browser, **asked: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await who.read("/activity", **asked))["items"]
    return items


async def actions(who: Browser, **asked: Any) -> list[str]:
    return [item["action"] for item in await feed(who, **asked)]


async def client_of(who: Browser) -> str:
    client_id: str = (await who.read("/portfolio"))["clients"][0]["id"]
    return client_id


async def look(who: Browser, at: str) -> Any:
    return await who.http.put("/api/v1/activity/looked", json={"at": at})


async def change(context: Context, statement: str, **values: Any) -> None:
    async with context.engine.begin() as connection:
        await connection.execute(text(statement), values)


async def test_the_feed_says_what_was_done_in_the_portfolio(
    vera: Browser, page: dict[str, Any]
) -> None:
    newest, imported, scanned, *_ = await feed(vera)
    assert newest["action"] == "submission.created"
    assert newest["kind"] == "submission"
    assert newest["actor"]["name"] == "Bob Noyce"
    assert newest["project"] == {"id": page["id"], "key": page["key"], "name": "reader"}
    assert newest["client"]["name"] == "Maison Lumière"
    assert newest["reason"] == "Ready"
    assert newest["gate_id"] == page["stages"][0]["gate"]["id"]
    assert imported["action"] == "project.imported"
    assert scanned["counts"] == {"added": 1}
    assert await actions(vera) == [
        "submission.created",
        "project.imported",
        "project.scanned",
        "service.created",
        "client.created",
    ]


async def test_nobody_anonymous_reads_it(anonymous: Browser) -> None:
    assert refusal(await anonymous.get("/activity")) == (401, "not_signed_in")
    assert refusal(await look(anonymous, "2026-01-01T00:00:00Z")) == (401, "not_signed_in")


async def test_folders_and_people_are_not_in_it(
    ada: Browser, vera: Browser, context: Context, root: Path, page: dict[str, Any]
) -> None:
    async with context.sessions.begin() as db:
        record(db, "user.invited", after={"email": "new@example.com"})
        record(db, "token.created", label="Secret agent")
    answer = await vera.get("/activity")
    for unseen in (str(root), "new@example.com", "Secret agent"):
        assert unseen not in answer.text
    assert "user.invited" not in await actions(ada)


async def test_it_can_be_filtered(bob: Browser, vera: Browser, page: dict[str, Any]) -> None:
    bob_id = (await bob.read("/session"))["id"]
    assert len(await actions(vera, actor_id=bob_id)) == 5
    assert await actions(vera, actor_id=(await vera.read("/session"))["id"]) == []
    assert await actions(vera, kind=["client", "service"]) == ["service.created", "client.created"]
    assert len(await actions(vera, project_id=page["id"])) == 3
    assert len(await actions(vera, client_id=await client_of(vera))) == 5
    assert await actions(vera, to="2020-01-01T00:00:00Z") == []
    assert len(await actions(vera, **{"from": "2020-01-01T00:00:00Z"})) == 5
    newest = (await feed(vera))[0]["sequence"]
    assert await actions(vera, newer_than=newest) == []
    assert await actions(vera, newer_than=newest - 1) == ["submission.created"]


@pytest.mark.parametrize(
    "asked",
    [
        {"kind": "user"},
        {"newer_than": "-1"},
        {"from": "yesterday"},
        {"limit": 1000},
        {"after": "x"},
    ],
)
async def test_bad_filters_are_refused(vera: Browser, asked: dict[str, Any]) -> None:
    assert refusal(await vera.get("/activity", **asked))[0] == 422


async def test_pages_follow_each_other(vera: Browser, page: dict[str, Any]) -> None:
    first = await vera.read("/activity", limit=3)
    second = await vera.read("/activity", limit=3, after=first["next"])
    assert [item["action"] for item in second["items"]] == ["service.created", "client.created"]
    assert second["next"] is None


async def test_a_stranger_sees_nothing_of_it(
    vera: Browser, context: Context, page: dict[str, Any]
) -> None:
    client_id = await client_of(vera)
    await only_assigned(context, vera)
    assert (await vera.read("/activity"))["items"] == []
    for asked in ({"project_id": page["id"]}, {"client_id": client_id}):
        assert refusal(await vera.get("/activity", **asked)) == (404, "not_found")
    await only_assigned(context, vera, client_id)
    assert len(await actions(vera)) == 5


async def test_what_was_moved_away_is_not_seen_any_more(
    bob: Browser, vera: Browser, context: Context, root: Path, page: dict[str, Any]
) -> None:
    first_id = await client_of(vera)
    other = bmad_folder(root, "other")
    await import_it(bob, context, other, client="Other", service="Other service")
    await only_assigned(context, vera, first_id)
    assert "submission.created" in await actions(vera)
    await change(
        context,
        "UPDATE projects SET service_id = (SELECT id FROM services WHERE name = 'Other service')"
        " WHERE id = :id",
        id=UUID(page["id"]),
    )
    assert await actions(vera) == ["service.created", "client.created"]


@pytest.mark.parametrize("table", ["projects", "services", "clients"])
async def test_of_what_is_in_the_bin_only_its_deletion_is_told(
    ada: Browser, context: Context, page: dict[str, Any], table: str
) -> None:
    of = {entry["action"]: entry for entry in await feed(ada)}
    client_id = UUID(of["client.created"]["subject_id"])
    subject = {
        "projects": UUID(page["id"]),
        "services": UUID(of["service.created"]["subject_id"]),
        "clients": client_id,
    }[table]
    async with context.sessions.begin() as db:
        record(
            db,
            f"{table.removesuffix('s')}.deleted",
            subject=subject,
            label="Gone",
            client_id=client_id,
            project_id=subject if table == "projects" else None,
            reason="Nobody needs Gone",
        )
    await change(context, f"UPDATE {table} SET deleted_at = now() WHERE id = :id", id=subject)  # noqa: S608 - one of three
    newest, *rest = await feed(ada)
    assert newest["action"] == f"{table.removesuffix('s')}.deleted"
    assert (newest["label"], newest["client"], newest["project"]) == (None, None, None)
    assert newest["reason"] == ""
    assert "Gone" not in (await ada.get("/activity")).text
    left = {"projects": 2, "services": 1, "clients": 0}[table]
    assert len(rest) == left


async def test_a_token_of_one_project_reads_only_its_activity(
    bob: Browser, context: Context, root: Path, page: dict[str, Any]
) -> None:
    await project_of(bob, context, bmad_folder(root, "other"))
    async with context.sessions() as db:
        caller = await person(db, UUID((await bob.read("/session"))["id"]), "")
        assert caller
        bound = replace(caller, token_id=caller.id, project_id=UUID(page["id"]))
        seen = await service.page(db, bound, Wanted(), limit=50, after=None)
    assert [item.action for item in seen.items] == [
        "submission.created",
        "project.imported",
        "project.scanned",
    ]


async def test_changed_fields_are_named_without_their_values(
    vera: Browser, context: Context, page: dict[str, Any]
) -> None:
    async with context.sessions.begin() as db:
        record(
            db,
            "project.changed",
            subject=UUID(page["id"]),
            label="reader",
            client_id=UUID(await client_of(vera)),
            project_id=UUID(page["id"]),
            before={"description": "An old secret"},
            after={"description": "A new secret", "owner_id": None},
        )
    answer = await vera.get("/activity")
    assert answer.json()["items"][0]["fields"] == ["description", "owner_id"]
    assert "secret" not in answer.text


async def test_what_others_did_since_one_looked_is_news(
    bob: Browser, vera: Browser, page: dict[str, Any]
) -> None:
    before = await vera.read("/activity")
    assert (before["looked_at"], before["news"]) == (None, 0)
    assert (await look(vera, before["items"][1]["at"])).status_code == 204
    assert (await vera.read("/activity"))["news"] == 1
    assert (await look(vera, before["items"][0]["at"])).status_code == 204
    after = await vera.read("/activity", limit=1)
    assert (after["looked_at"], after["news"]) == (before["items"][0]["at"], 0)


async def test_of_more_than_is_counted_no_number_is_said(
    vera: Browser, page: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "AS_FAR_BACK", 2)
    newest = (await vera.read("/activity"))["items"][0]["at"]
    await look(vera, "2020-01-01T00:00:00Z")
    assert (await vera.read("/activity"))["news"] is None
    await look(vera, newest)
    assert (await vera.read("/activity"))["news"] == 0


async def test_what_ones_own_agent_did_is_news(
    bob: Browser, app: FastAPI, page: dict[str, Any]
) -> None:
    await look(bob, (await bob.read("/activity"))["items"][0]["at"])
    async with Agent(app, await token_of(bob)) as agent:
        await agent.do("/services", {"client_id": await client_of(bob), "name": "Nightly"})
    assert (await bob.read("/activity"))["news"] == 1


async def test_a_spreadsheet_of_several_clients_is_told_to_who_sees_all(
    bob: Browser, vera: Browser, context: Context
) -> None:
    async with context.sessions.begin() as db:
        record(db, "spreadsheet.imported", after={"rows": 9, "projects": 7})
    entry = (await feed(vera))[0]
    assert (entry["kind"], entry["client"], entry["counts"]) == (
        "spreadsheet",
        None,
        {"projects": 7},
    )
    await only_assigned(context, vera)
    assert await feed(vera) == []


async def test_what_one_did_oneself_is_no_news(bob: Browser, page: dict[str, Any]) -> None:
    await look(bob, "2020-01-01T00:00:00Z")
    assert (await bob.read("/activity"))["news"] == 0


async def test_looking_goes_neither_backwards_nor_into_the_future(vera: Browser) -> None:
    await look(vera, "2026-01-02T00:00:00Z")
    await look(vera, "2026-01-01T00:00:00Z")
    assert (await vera.read("/activity"))["looked_at"] == "2026-01-02T00:00:00Z"
    await look(vera, "2999-01-01T00:00:00Z")
    looked_at = datetime.fromisoformat((await vera.read("/activity"))["looked_at"])
    assert looked_at < datetime.now(UTC) + timedelta(minutes=1)


async def test_looking_needs_a_moment_with_its_zone(vera: Browser) -> None:
    assert refusal(await look(vera, "2026-01-02T00:00:00")) == (422, "invalid_input")
