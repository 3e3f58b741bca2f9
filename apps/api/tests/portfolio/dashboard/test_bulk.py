"""One action on many projects."""

import asyncio
from typing import Any
from uuid import uuid4

from sqlalchemy import text

from agentlab.context import Context
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
    entries = await trail(context, "project.owner_assigned")
    assert [label for label, _ in entries] == ["Two", "Three"]
    assert entries[0][1]["after"] == {"owner": "Bob Noyce"}
    assert entries[0][1]["reason"] == "He knows them."
    for undo in done["undo"]:
        await bob.do("/projects/bulk", undo)
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
    assert await trail(context, "project.owner_assigned") == []


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
    assert refusal(reply) == (409, "owner_cannot_see")
    reply = await ada.post("/projects/bulk", await assigning(ada, portfolio, str(uuid4())))
    assert (refusal(reply), reply.json()["field"]) == ((404, "not_found"), "owner_id")


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
