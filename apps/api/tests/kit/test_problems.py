from collections.abc import Awaitable, Callable
from logging import INFO

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute
from redis.exceptions import ResponseError
from sqlalchemy import text

from agentlab.context import Ctx
from agentlab.kit.logging import REQUESTS
from tests.support.browser import Browser, refusal
from tests.support.levels import a_client


async def test_an_unknown_address_below_the_api_is_json(anonymous: Browser) -> None:
    assert refusal(await anonymous.get("/nothing/here")) == (404, "not_found")


async def test_a_wrong_method_on_a_known_address_is_said(ada: Browser) -> None:
    response = await ada.post("/portfolio")
    assert refusal(response) == (405, "method_not_allowed")
    assert response.headers["allow"] == "GET"


async def test_an_address_with_a_slash_too_many_is_unknown(ada: Browser) -> None:
    assert refusal(await ada.get("/portfolio/")) == (404, "not_found")


async def test_the_contract_promises_problems_and_nothing_else(app: FastAPI) -> None:
    for path, item in app.openapi()["paths"].items():
        for operation in item.values():
            errors = {k: v for k, v in operation["responses"].items() if k[0] in "45"}
            for status, reply in errors.items():
                schema = {"$ref": "#/components/schemas/Problem"}
                assert reply["content"].keys() == {"application/problem+json"}, (path, status)
                assert reply["content"]["application/problem+json"]["schema"] == schema
                assert reply["description"].startswith("`"), (path, status)
            if path.startswith("/api/"):
                assert {"413", "421", "500", "503"} <= errors.keys()


async def test_a_body_that_is_no_json_gets_a_sentence(anonymous: Browser) -> None:
    response = await anonymous.http.post(
        "/api/v1/session", content=b"{oops", headers={"content-type": "application/json"}
    )
    assert refusal(response) == (422, "invalid_json")


async def test_a_body_that_is_no_text_gets_what_the_contract_names(
    app: FastAPI, anonymous: Browser
) -> None:
    response = await anonymous.http.post(
        "/api/v1/session",
        content=b'{"email": "\xff"}',
        headers={"content-type": "application/json"},
    )
    assert refusal(response) == (400, "bad_request")
    replies = app.openapi()["paths"]["/api/v1/session"]["post"]["responses"]
    assert "`bad_request`" in replies["400"]["description"]


async def test_an_id_that_is_no_uuid_names_its_field(ada: Browser) -> None:
    response = await ada.get("/projects/..%2f..")
    assert response.status_code in {404, 422}
    response = await ada.get("/projects/seven")
    assert refusal(response) == (422, "invalid_input")
    assert response.json()["field"] == "project_id"


@pytest.mark.parametrize(
    ("wrong", "field", "kind", "facts"),
    [
        ({"email": "nobody"}, "email", "no_email", {}),
        ({"email": "Jean <jean@example.com>"}, "email", "no_email", {}),
        ({"name": "Jean\tDupont"}, "name", "several_lines", {}),
        ({"name": "Jean\x07"}, "name", "control_character", {"character": "U+0007"}),
        ({"name": "x" * 201}, "name", "too_long", {"most": 200}),
        ({"name": ""}, "name", "too_short", {"least": 1}),
        ({"phone": "1" * 201}, "phone", "too_long", {"most": 200}),
        ({"active": "perhaps"}, "active", "no_choice", {}),
        ({"client_id": "x"}, "client_id", "no_id", {}),
    ],
)
async def test_what_a_form_sent_wrongly_is_said_by_kind_and_numbers(
    ada: Browser, wrong: dict[str, str], field: str, kind: str, facts: dict[str, object]
) -> None:
    client = await a_client(ada)
    reply = await ada.post("/contacts", {"client_id": client["id"], "name": "Jean", **wrong})
    assert refusal(reply) == (422, "invalid_input")
    said = reply.json()
    assert (said["field"], said["kind"], said["facts"]) == (field, kind, facts)


async def test_what_is_missing_too_large_or_not_null_has_its_kind(ada: Browser) -> None:
    client = await a_client(ada)
    missing = (await ada.post("/clients", {"domain_id": None})).json()
    assert (missing["field"], missing["kind"]) == ("name", "missing")
    path = f"/clients/{client['id']}"
    null = (await ada.patch(path, {"name": None}, version=client["version"])).json()
    assert (null["field"], null["kind"]) == ("name", "missing")
    large = (await ada.patch(path, {"cost_of_delay": 11}, version=client["version"])).json()
    assert (large["kind"], large["facts"]) == ("too_large", {"most": 10})
    word = (await ada.patch(path, {"cost_of_delay": "much"}, version=client["version"])).json()
    assert (word["field"], word["kind"]) == ("cost_of_delay", "no_number")


async def test_a_crash_is_answered_with_the_id_that_is_in_the_log(
    app: FastAPI, anonymous: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    async def crash() -> None:
        raise RuntimeError("boom")

    app.router.routes.insert(0, APIRoute("/api/v1/crash-for-a-test", crash))
    response = await anonymous.get("/crash-for-a-test")
    assert refusal(response) == (500, "internal_error")
    assert response.json()["request_id"] in response.json()["detail"]
    assert "boom" not in response.text
    assert "request_crashed" in caplog.text


async def refused_by_postgresql(context: Ctx) -> None:
    async with context.sessions() as db:
        raised = "DO $$ BEGIN RAISE 'could not extend file' USING ERRCODE = 'disk_full'; END $$"
        await db.execute(text(raised))


async def refused_by_redis(context: Ctx) -> None:
    refusal = "MISCONF Errors writing to the AOF file: No space left on device"
    await context.redis.eval(f"return redis.error_reply('{refusal}')", 0)


@pytest.mark.parametrize("refused", [refused_by_postgresql, refused_by_redis])
async def test_a_full_disk_is_said_as_it_is(
    app: FastAPI, anonymous: Browser, refused: Callable[[Ctx], Awaitable[None]]
) -> None:
    app.router.routes.insert(0, APIRoute("/api/v1/refused-for-a-test", refused))
    response = await anonymous.get("/refused-for-a-test")
    assert refusal(response) == (503, "disk_full")
    assert response.headers["retry-after"] == "30"


async def test_what_redis_refuses_for_another_reason_is_a_crash(
    app: FastAPI, anonymous: Browser
) -> None:
    async def crash() -> None:
        raise ResponseError("ERR wrong number of arguments")

    app.router.routes.insert(0, APIRoute("/api/v1/crash-for-a-test", crash))
    assert refusal(await anonymous.get("/crash-for-a-test")) == (500, "internal_error")


async def test_a_sane_request_id_is_kept_and_another_replaced(anonymous: Browser) -> None:
    kept = await anonymous.http.get("/livez", headers={"X-Request-ID": "from-the-proxy-1"})
    replaced = await anonymous.http.get("/livez", headers={"X-Request-ID": "a b\tc"})
    assert kept.headers["x-request-id"] == "from-the-proxy-1"
    assert replaced.headers["x-request-id"] != "a b\tc"


async def test_no_address_writes_control_characters_into_the_log(
    anonymous: Browser, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(INFO, REQUESTS)  # a terminal, which another test played, has them quiet
    await anonymous.http.get("/%1b[2Jhello")
    assert "/%1b[2Jhello" in caplog.text
    assert "\x1b" not in caplog.text
