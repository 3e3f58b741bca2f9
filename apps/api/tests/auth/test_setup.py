import asyncio

from tests.support.browser import PASSWORD, Browser, parsed, refusal

ACCOUNT = {"name": "Ada Lovelace", "email": "ada@example.com", "password": PASSWORD}


async def test_the_first_run_asks_for_an_administrator(anonymous: Browser) -> None:
    assert await anonymous.read("/setup") == {"needs_first_administrator": True}


async def test_the_first_administrator_is_signed_in_at_once(anonymous: Browser) -> None:
    made = parsed(await anonymous.post("/setup", ACCOUNT))
    assert made["role"] == "administrator"
    assert await anonymous.read("/session") == made
    assert await anonymous.read("/setup") == {"needs_first_administrator": False}


async def test_there_is_only_one_first_administrator(ada: Browser, anonymous: Browser) -> None:
    response = await anonymous.post("/setup", {**ACCOUNT, "email": "eve@example.com"})
    assert refusal(response) == (409, "already_set_up")
    assert refusal(await anonymous.get("/session")) == (401, "not_signed_in")


async def test_of_two_who_set_up_at_once_one_becomes_administrator(anonymous: Browser) -> None:
    replies = await asyncio.gather(
        *(anonymous.post("/setup", {**ACCOUNT, "email": f"{n}@example.com"}) for n in range(4))
    )
    assert sorted(reply.status_code for reply in replies) == [201, 409, 409, 409]


async def test_a_short_password_is_refused_with_its_field(anonymous: Browser) -> None:
    response = await anonymous.post("/setup", {**ACCOUNT, "password": "short"})
    assert refusal(response) == (422, "invalid_input")
    assert response.json()["field"] == "password"
    assert "short" not in response.json()["detail"].replace("shorter", "")


async def test_hostile_names_are_refused_and_never_crash(anonymous: Browser) -> None:
    for name in ("", "   ", "a\x00b", "line\nbreak", "x" * 201, "\x1b[31mred"):
        response = await anonymous.post("/setup", {**ACCOUNT, "name": name})
        assert refusal(response) == (422, "invalid_input"), name
        assert response.json()["field"] == "name"


async def test_a_lone_surrogate_is_refused(anonymous: Browser) -> None:
    response = await anonymous.http.post(
        "/api/v1/setup",
        content=b'{"name": "\\ud800", "email": "ada@example.com", "password": "long enough pw"}',
        headers={"content-type": "application/json"},
    )
    assert refusal(response) == (422, "invalid_input")
