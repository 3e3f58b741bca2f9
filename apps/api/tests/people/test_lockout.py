from fastapi import FastAPI

from agentlab.auth import throttle
from agentlab.context import Context
from tests.people.test_users import trail_of, user_of
from tests.support.browser import PASSWORD, Browser, refusal

RIGHT = {"email": "bob@example.com", "password": PASSWORD}


async def lock_out(browser: Browser) -> None:
    for _ in range(throttle.LIMITS["guess"]):
        await browser.post("/session", {**RIGHT, "password": "a guess"})
    assert refusal(await browser.post("/session", RIGHT)) == (429, "too_many_sign_ins")


async def test_administrators_see_who_is_locked_out_and_unlock_them(
    ada: Browser, bob: Browser, anonymous: Browser, context: Context
) -> None:
    await lock_out(anonymous)
    assert refusal(await anonymous.post("/session", RIGHT)) == (429, "too_many_sign_ins")
    user = await user_of(ada, "bob@")
    assert user["state"] == "locked"
    assert user["locked_until"]
    assert (await ada.read("/users", state="locked"))["items"] == [user]
    assert len(await trail_of(context, "session.refused")) == 1
    assert (await ada.post(f"/users/{user['id']}/unlock")).status_code == 204
    assert (await user_of(ada, "bob@"))["state"] == "active"
    await anonymous.do("/session", RIGHT)
    assert await trail_of(context, "user.unlocked")


async def test_who_comes_from_an_address_that_is_held_back_is_seen_and_let_in(
    ada: Browser, bob: Browser, anonymous: Browser
) -> None:
    for number in range(throttle.LIMITS["address"] // 5):
        for _ in range(5):
            await anonymous.post("/session", {"email": f"no-{number}@example.com", "password": "x"})
    assert (await user_of(ada, "bob@"))["state"] == "active"
    assert refusal(await anonymous.post("/session", RIGHT)) == (429, "too_many_sign_ins")
    user = await user_of(ada, "bob@")
    assert user["state"] == "locked"
    assert (await ada.post(f"/users/{user['id']}/unlock")).status_code == 204
    await anonymous.do("/session", RIGHT)


async def test_wrong_passwords_in_the_profile_lock_as_at_the_sign_in(
    ada: Browser, bob: Browser, anonymous: Browser
) -> None:
    wrong = {"current": "a guess", "new": "another correct horse"}
    for _ in range(throttle.LIMITS["guess"]):
        assert refusal(await bob.put("/profile/password", wrong)) == (422, "wrong_password")
    assert refusal(await bob.put("/profile/password", wrong)) == (429, "too_many_sign_ins")
    user = await user_of(ada, "bob@")
    assert user["state"] == "locked"
    assert (await ada.post(f"/users/{user['id']}/unlock")).status_code == 204
    await anonymous.do("/session", RIGHT)


async def test_unlocking_who_is_not_locked_changes_nothing(
    ada: Browser, bob: Browser, context: Context
) -> None:
    user = await user_of(ada, "bob@")
    assert (await ada.post(f"/users/{user['id']}/unlock")).status_code == 204
    assert await trail_of(context, "user.unlocked") == []


async def test_an_account_that_does_not_exist_is_not_locked(
    ada: Browser, anonymous: Browser, context: Context
) -> None:
    for _ in range(throttle.LIMITS["guess"] + 1):
        await anonymous.post("/session", {"email": "eve@example.com", "password": "a guess"})
    assert await throttle.locked(context.redis) == {}


async def test_a_lock_ends_by_itself(ada: Browser, bob: Browser, context: Context) -> None:
    user = await user_of(ada, "bob@")
    await context.redis.zadd(throttle.LOCKED, {user["id"]: 1.0})
    assert (await user_of(ada, "bob@"))["state"] == "active"


async def test_a_reset_by_link_unlocks(
    ada: Browser, bob: Browser, app: FastAPI, anonymous: Browser
) -> None:
    await lock_out(anonymous)
    user = await user_of(ada, "bob@")
    link = await ada.do(f"/users/{user['id']}/links")
    choice = {"token": link["token"], "password": "a whole new password"}
    await anonymous.do("/invitations/acceptance", choice)
    assert (await user_of(ada, "bob@"))["state"] == "active"
    await anonymous.do("/session", {**RIGHT, "password": "a whole new password"})
