"""Names: what looks the same is the same, and of two who take one at once, one is told."""

import asyncio
from typing import Any

import pytest

from agentlab.context import Context
from tests.support.browser import Browser, refusal
from tests.support.levels import a_client, a_project, a_service

COMPOSED, DECOMPOSED = "Élan", "E\u0301lan"


@pytest.fixture
async def places(ada: Browser) -> dict[str, str]:
    client = await a_client(ada)
    return {"client_id": client["id"], "service_id": (await a_service(ada, client))["id"]}


NAMED = [
    ("/clients", {}, "client_name_taken"),
    ("/services", {"client_id"}, "service_name_taken"),
    ("/projects", {"service_id"}, "project_name_taken"),
    ("/applications", {"client_id"}, "application_name_taken"),
    ("/views", {"query"}, "view_name_taken"),
]


@pytest.mark.parametrize(("path", "needs", "code"), NAMED)
async def test_names_that_look_the_same_are_the_same(
    ada: Browser, places: dict[str, str], path: str, needs: set[str], code: str
) -> None:
    around = body_of(places, needs)
    made = await ada.do(path, {"name": DECOMPOSED, **around})
    assert made["name"] == DECOMPOSED, "as it was given"
    assert refusal(await ada.post(path, {"name": COMPOSED, **around})) == (409, code)


@pytest.mark.parametrize(
    ("path", "needs", "code"),
    [
        *NAMED,
        ("/contacts", {"client_id", "email"}, "contact_exists"),
        ("/reference/business_domain", {"code"}, "reference_code_taken"),
    ],
)
async def test_of_two_who_take_a_name_at_once_one_is_told(
    ada: Browser, places: dict[str, str], path: str, needs: set[str], code: str
) -> None:
    body = {"name": COMPOSED, **body_of(places, needs)}
    replies = await asyncio.gather(ada.post(path, body), ada.post(path, body))
    made, refused = sorted(replies, key=lambda reply: reply.status_code)
    assert made.is_success, made.text
    assert refusal(refused) == (409, code)


def body_of(places: dict[str, str], needs: set[str]) -> dict[str, Any]:
    known = {**places, "email": "grace@example.com", "code": "space", "query": "waiting=true"}
    return {name: known[name] for name in needs}


async def test_who_types_a_name_to_delete_it_types_it_as_their_keyboard_does(
    ada: Browser, context: Context
) -> None:
    project = await a_project(ada, await a_service(ada, await a_client(ada)), DECOMPOSED)
    deleted = await ada.delete(f"/projects/{project['id']}", name=COMPOSED)
    assert deleted.is_success, deleted.text


async def test_a_spreadsheet_names_what_looks_the_same(ada: Browser) -> None:
    await a_client(ada, DECOMPOSED)
    reply = await ada.http.post(
        "/api/v1/spreadsheets/import",
        content=f"client,service\n{COMPOSED},Reading\n".encode(),
        headers={"Content-Type": "text/csv"},
    )
    assert reply.is_success, reply.text
    assert reply.json()["created"] == {"clients": 0, "services": 1, "projects": 0}


@pytest.mark.parametrize("name", [" Reader", "Reader ", "Reader\u00a0", "\u3000Reader", "  "])
@pytest.mark.parametrize(("path", "needs", "_"), NAMED)
async def test_white_space_around_a_name_is_refused_and_not_cut(
    ada: Browser, places: dict[str, str], path: str, needs: set[str], name: str, _: str
) -> None:
    refused = await ada.post(path, {"name": name, **body_of(places, needs)})
    assert refusal(refused) == (422, "white_space_around")
    assert refused.json()["field"] == "name"


async def test_a_longer_text_keeps_its_first_and_last_lines(
    ada: Browser, places: dict[str, str]
) -> None:
    text = "\n  It reads.\r\n\n\tIndented \u202egnp\u202c 🧪\n\n"
    made = await ada.do("/services", {**places, "name": "Second", "description": text})
    assert (await ada.read(f"/services/{made['id']}"))["description"] == text
    refused = await ada.post("/services", {**places, "name": "Third", "description": " \n"})
    assert refusal(refused) == (422, "white_space_alone")
    assert refused.json()["field"] == "description"
