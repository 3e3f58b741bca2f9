"""Saved views: everybody has their own."""

import asyncio

from tests.support.browser import Browser, parsed, refusal

MINE = {"name": "Blocked", "query": "status=blocked&sort=-changed_at"}


async def test_a_view_is_saved_renamed_and_forgotten(vera: Browser) -> None:
    view = await vera.do("/views", MINE)
    assert await vera.read("/views") == [view]
    changed = await vera.http.patch(f"/api/v1/views/{view['id']}", json={"name": "Stuck"})
    assert parsed(changed) == view | {"name": "Stuck"}
    changed = await vera.http.patch(f"/api/v1/views/{view['id']}", json={"query": "waiting=true"})
    assert parsed(changed)["query"] == "waiting=true"
    assert (await vera.delete(f"/views/{view['id']}")).status_code == 204
    assert await vera.read("/views") == []


async def test_nobody_sees_another_ones(ada: Browser, bob: Browser) -> None:
    view = await bob.do("/views", MINE)
    assert await ada.read("/views") == []
    address = f"/api/v1/views/{view['id']}"
    assert refusal(await ada.http.patch(address, json={"name": "x"})) == (404, "not_found")
    assert refusal(await ada.delete(f"/views/{view['id']}")) == (404, "not_found")
    await ada.do("/views", MINE)
    assert await bob.read("/views") == [view]


async def test_a_name_is_used_once_also_by_two_at_once(bob: Browser) -> None:
    replies = await asyncio.gather(*(bob.post("/views", MINE) for _ in range(5)))
    assert sorted(reply.status_code for reply in replies) == [201, 409, 409, 409, 409]
    other = await bob.do("/views", MINE | {"name": "Other"})
    taken = await bob.http.patch(f"/api/v1/views/{other['id']}", json={"name": "Blocked"})
    assert refusal(taken) == (409, "view_name_taken")


async def test_fifty_are_enough(bob: Browser) -> None:
    for number in range(50):
        await bob.do("/views", MINE | {"name": f"View {number}"})
    assert refusal(await bob.post("/views", MINE)) == (409, "too_many_views")


async def test_what_is_no_view_is_refused(bob: Browser, anonymous: Browser) -> None:
    for body in ({"name": "", "query": ""}, {"name": "x", "query": "y" * 2_001}, {"name": "x"}):
        assert refusal(await bob.post("/views", body)) == (422, "invalid_input")
    assert refusal(await anonymous.post("/views", MINE)) == (401, "not_signed_in")
