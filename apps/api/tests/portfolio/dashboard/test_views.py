"""Saved views: everybody has their own."""

import asyncio

from tests.support.browser import Browser, parsed, refusal

MINE = {"name": "Blocked", "query": "status=blocked&sort=-changed_at"}


async def test_a_view_is_saved_renamed_and_forgotten(vera: Browser) -> None:
    view = await vera.do("/views", MINE)
    assert await vera.read("/views") == [view]
    path = f"/views/{view['id']}"
    changed = await vera.patch(path, {"name": "Stuck"}, version=1)
    assert parsed(changed) == view | {"name": "Stuck", "version": 2}
    assert changed.headers["etag"] == '"2"'
    changed = await vera.patch(path, {"query": "waiting=true"}, version=2)
    assert parsed(changed)["query"] == "waiting=true"
    assert (await vera.delete(f"/views/{view['id']}")).status_code == 204
    assert await vera.read("/views") == []


async def test_a_view_that_another_window_changed_is_not_overwritten(vera: Browser) -> None:
    path = f"/views/{(await vera.do('/views', MINE))['id']}"
    both = await asyncio.gather(
        *(vera.patch(path, {"query": f"stage={number}"}, version=1) for number in range(2))
    )
    assert sorted(reply.status_code for reply in both) == [200, 412]
    assert refusal(await vera.patch(path, {"name": "Stuck"})) == (428, "if_match_missing")
    late = await vera.http.delete(f"/api/v1{path}", headers={"If-Match": '"1"'})
    assert refusal(late) == (412, "changed_meanwhile")
    (view,) = await vera.read("/views")
    assert (view["name"], view["version"]) == ("Blocked", 2)


async def test_nobody_sees_another_ones(ada: Browser, bob: Browser) -> None:
    view = await bob.do("/views", MINE)
    assert await ada.read("/views") == []
    path = f"/views/{view['id']}"
    assert refusal(await ada.patch(path, {"name": "x"}, version=1)) == (404, "not_found")
    assert refusal(await ada.delete(f"/views/{view['id']}")) == (404, "not_found")
    await ada.do("/views", MINE)
    assert await bob.read("/views") == [view]


async def test_a_name_is_used_once_also_by_two_at_once(bob: Browser) -> None:
    replies = await asyncio.gather(*(bob.post("/views", MINE) for _ in range(5)))
    assert sorted(reply.status_code for reply in replies) == [201, 409, 409, 409, 409]
    other = await bob.do("/views", MINE | {"name": "Other"})
    taken = await bob.patch(f"/views/{other['id']}", {"name": "Blocked"}, version=1)
    assert refusal(taken) == (409, "view_name_taken")


async def test_fifty_are_enough(bob: Browser) -> None:
    for number in range(50):
        await bob.do("/views", MINE | {"name": f"View {number}"})
    assert refusal(await bob.post("/views", MINE)) == (409, "too_many_views")


async def test_what_is_no_view_is_refused(bob: Browser, anonymous: Browser) -> None:
    for body in ({"name": "", "query": ""}, {"name": "x", "query": "y" * 2_001}, {"name": "x"}):
        assert refusal(await bob.post("/views", body)) == (422, "invalid_input")
    assert refusal(await anonymous.post("/views", MINE)) == (401, "not_signed_in")
