"""One action on many projects."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import text

from agentlab.context import Context
from agentlab.portfolio.models import ProjectStatus
from tests.portfolio.dashboard.portfolio import Portfolio
from tests.portfolio.test_sight import only_assigned
from tests.support.browser import Browser, refusal


async def trail(context: Context, action: str) -> list[Any]:
    async with context.engine.connect() as connection:
        rows = await connection.execute(
            text(
                "SELECT label, detail FROM audit_entries JOIN audit_details USING (sequence) "
                "WHERE action = :action ORDER BY sequence"
            ),
            {"action": action},
        )
        return [tuple(row) for row in rows]


async def assigning(browser: Browser, portfolio: Portfolio, owner_id: str | None) -> dict[str, Any]:
    ids = [str(id_) for id_ in portfolio.ids.values()]
    return {"action": "assign_owner", "project_ids": ids, "owner_id": owner_id}


async def test_an_owner_is_given_to_many_and_taken_back(
    bob: Browser, context: Context, portfolio: Portfolio
) -> None:
    bob_id = (await bob.read("/session"))["id"]
    await portfolio.add("One", owner_id=bob_id)
    await portfolio.add("Two")
    await portfolio.add("Three")
    body = await assigning(bob, portfolio, bob_id) | {"reason": "He knows them."}
    done = await bob.do("/projects/bulk", body)
    assert len(done["changed"]) == 2
    assert len((await bob.read("/projects", owner_id=bob_id))["items"]) == 3
    entries = await trail(context, "project.changed")
    assert [label for label, _ in entries] == ["Two", "Three"]
    assert entries[0][1]["after"] == {"owner_id": bob_id}
    assert entries[0][1]["reason"] == "He knows them."
    await bob.do("/projects/bulk/undo", done["undo"])
    assert len((await bob.read("/projects", owner_id=bob_id))["items"]) == 1
    assert (await bob.read("/projects", owner_id="none", sort="name"))["items"]


async def test_it_is_all_or_nothing(bob: Browser, context: Context, portfolio: Portfolio) -> None:
    bob_id = (await bob.read("/session"))["id"]
    await portfolio.add("One")
    body = await assigning(bob, portfolio, bob_id)
    body["project_ids"].append(str(uuid4()))
    reply = await bob.post("/projects/bulk", body)
    assert (refusal(reply), reply.json()["field"]) == ((404, "not_found"), "project_ids.1")
    assert (await bob.read("/projects", owner_id=bob_id))["items"] == []
    assert await trail(context, "project.changed") == []


async def test_what_one_does_not_see_one_cannot_change(
    bob: Browser, context: Context, portfolio: Portfolio
) -> None:
    await portfolio.add("One")
    await only_assigned(context, bob)
    reply = await bob.post("/projects/bulk", await assigning(bob, portfolio, None))
    assert refusal(reply) == (404, "not_found")


async def test_an_owner_has_to_be_there_and_to_see_the_projects(
    ada: Browser, bob: Browser, context: Context, portfolio: Portfolio
) -> None:
    bob_id = (await bob.read("/session"))["id"]
    await portfolio.add("One")
    await only_assigned(context, bob)
    reply = await ada.post("/projects/bulk", await assigning(ada, portfolio, bob_id))
    assert refusal(reply) == (422, "owner_unknown")
    reply = await ada.post("/projects/bulk", await assigning(ada, portfolio, str(uuid4())))
    assert (refusal(reply), reply.json()["field"]) == ((422, "owner_unknown"), "project_ids.0")


async def test_two_at_once_both_get_through(bob: Browser, portfolio: Portfolio) -> None:
    bob_id = (await bob.read("/session"))["id"]
    for number in range(10):
        await portfolio.add(f"Project {number}")
    body = await assigning(bob, portfolio, bob_id)
    backwards = body | {"project_ids": body["project_ids"][::-1]}
    replies = await asyncio.gather(
        *(bob.do("/projects/bulk", each) for each in (body, backwards, body))
    )
    assert sorted(len(reply["changed"]) for reply in replies) == [0, 0, 10]


async def test_who_may_not_is_told(
    vera: Browser, anonymous: Browser, bob: Browser, portfolio: Portfolio
) -> None:
    await portfolio.add("One")
    body = await assigning(bob, portfolio, None)
    assert refusal(await vera.post("/projects/bulk", body)) == (403, "forbidden")
    assert refusal(await anonymous.post("/projects/bulk", body)) == (401, "not_signed_in")
    for wrong in (
        body | {"project_ids": []},
        body | {"project_ids": [str(uuid4())] * 501},
        body | {"action": "burn"},
    ):
        assert refusal(await bob.post("/projects/bulk", wrong)) == (422, "invalid_input")


async def test_many_are_archived_and_come_back_as_they_were(
    bob: Browser, context: Context, portfolio: Portfolio
) -> None:
    await portfolio.add("One")
    await portfolio.add("Two")
    await portfolio.add("Gone", status=ProjectStatus.ARCHIVED)
    one = portfolio.ids["One"]
    blocked = await bob.put(
        f"/projects/{one}/status", {"status": "blocked", "reason": "No budget."}
    )
    assert blocked.is_success
    ids = [str(id_) for id_ in portfolio.ids.values()]
    done = await bob.do("/projects/bulk", {"action": "archive", "project_ids": ids})
    assert len(done["changed"]) == 2
    assert (await bob.read("/projects"))["items"] == []
    await bob.do("/projects/bulk/undo", done["undo"])
    rows = (await bob.read("/projects"))["items"]
    assert (rows[0]["status"], rows[0]["status_reason"]) == ("blocked", "No budget.")
    assert [row["name"] for row in rows] == ["One", "Two"]
    assert len(await trail(context, "project.status_changed")) == 5


async def test_many_are_moved_and_back(bob: Browser, portfolio: Portfolio) -> None:
    await portfolio.add("One", service="Reading")
    await portfolio.add("Two", service="Writing")
    await portfolio.add("There", client="Northwind", service="Records")
    found = (await bob.read("/projects", search="there"))["items"][0]
    body = {
        "action": "move",
        "project_ids": [str(portfolio.ids["One"]), str(portfolio.ids["Two"])],
        "service_id": found["service"]["id"],
    }
    reply = await bob.post("/projects/bulk", body | {"project_ids": body["project_ids"][::-1]})
    assert refusal(reply) == (409, "moves_to_another_client")
    assert reply.json()["detail"].startswith("One: ")
    assert reply.json()["field"] == "project_ids.1"
    done = await bob.do("/projects/bulk", body | {"confirm_other_client": True})
    assert len(done["changed"]) == 2
    assert len((await bob.read("/projects", service_id=found["service"]["id"]))["items"]) == 3
    await bob.do("/projects/bulk/undo", done["undo"])
    rows = (await bob.read("/projects"))["items"]
    assert [row["service"]["name"] for row in rows] == ["Reading", "Records", "Writing"]


async def test_a_name_that_is_taken_there_moves_none(bob: Browser, portfolio: Portfolio) -> None:
    await portfolio.add("Same", service="Reading")
    await portfolio.add("Other", service="Reading")
    await portfolio.add("Same", service="Writing")
    target = (await bob.read("/projects", search="writing"))["items"][0]["service"]["id"]
    rows = (await bob.read("/projects", search="reading"))["items"]
    body = {"action": "move", "project_ids": [r["id"] for r in rows], "service_id": target}
    reply = await bob.post("/projects/bulk", body)
    at = [row["name"] for row in rows].index("Same")
    assert (refusal(reply), reply.json()["field"]) == (
        (409, "project_name_taken"),
        f"project_ids.{at}",
    )
    assert len((await bob.read("/projects", search="reading"))["items"]) == 2
    del body["service_id"]
    assert refusal(await bob.post("/projects/bulk", body)) == (422, "service_missing")


@pytest.mark.parametrize("action", ["assign_owner", "archive", "unarchive", "move"])
async def test_what_somebody_changed_meanwhile_is_not_overwritten(
    ada: Browser, bob: Browser, portfolio: Portfolio, action: str
) -> None:
    await portfolio.add("One")
    await portfolio.add("Two")
    rows = (await bob.read("/projects", sort="name"))["items"]
    body = {
        "action": action,
        "project_ids": [row["id"] for row in rows],
        "versions": {row["id"]: row["version"] for row in rows},
        "service_id": rows[0]["service"]["id"],
    }
    two = rows[1]
    changed = await ada.patch(
        f"/projects/{two['id']}", {"description": "Hers"}, version=two["version"]
    )
    assert changed.is_success
    reply = await bob.post("/projects/bulk", body)
    assert (refusal(reply), reply.json()["field"]) == ((409, "changed_since"), "project_ids.1")
    assert "“Two”" in reply.json()["detail"]
    assert "One" not in reply.json()["detail"]
    now = (await bob.read("/projects", sort="name"))["items"]
    assert [row["status"] for row in now] == [row["status"] for row in rows]
    await bob.do("/projects/bulk", body | {"versions": {two["id"]: now[1]["version"]}})
    del body["versions"]
    await bob.do("/projects/bulk", body)


async def test_of_two_at_once_who_looked_at_the_same_one_is_told(
    bob: Browser, portfolio: Portfolio
) -> None:
    one = str(await portfolio.add("One"))
    bob_id = (await bob.read("/session"))["id"]
    version = (await bob.read("/projects"))["items"][0]["version"]
    body = {"project_ids": [one], "versions": {one: version}}
    replies = await asyncio.gather(
        bob.post("/projects/bulk", body | {"action": "assign_owner", "owner_id": bob_id}),
        bob.post("/projects/bulk", body | {"action": "archive"}),
    )
    assert sorted(reply.status_code for reply in replies) == [200, 409]
