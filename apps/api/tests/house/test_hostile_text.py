"""Every text that the API takes, given text that cannot be stored: an answer, never a crash."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI

from agentlab.app import create_app
from agentlab.settings import Settings
from tests.support.browser import PASSWORD, Browser

NOBODY = "00000000-0000-7000-8000-000000000000"
HOSTILE = ("a\\u0000b", "\\ud800", "\\u202e", "x" * 100_000, "")
"""As they stand in JSON: a NUL, half a character, a change of direction, a lot, nothing."""

GOOD: dict[str, Any] = {
    "name": "Ada",
    "email": "ada@example.com",
    "password": PASSWORD,
    "path": "/nowhere",
    "client": "Client",
    "service": "Service",
    "verdict": "rejected",
    "reason": "Because.",
    "artefacts": [],
}


def operations() -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Method, path and the schema of the body of every operation that takes one."""
    document = create_app(Settings(), with_worker=False).openapi()
    for path, item in document["paths"].items():
        for method, operation in item.items():
            body = operation.get("requestBody", {}).get("content", {}).get("application/json")
            if body:
                name = body["schema"]["$ref"].rpartition("/")[2]
                yield method, path, document["components"]["schemas"][name]


@pytest.mark.parametrize(
    ("method", "path", "schema"),
    [pytest.param(*operation, id=f"{operation[0]} {operation[1]}") for operation in operations()],
)
async def test_no_text_in_a_body_breaks_a_route(
    app: FastAPI, ada: Browser, method: str, path: str, schema: dict[str, Any]
) -> None:
    address = path
    for name in ("project_id", "gate_id", "submission_id", "stage_id"):
        address = address.replace(f"{{{name}}}", NOBODY)
    fields = schema["properties"]
    for hostile in HOSTILE:
        for field in fields:
            body = as_json({key: GOOD[key] for key in fields if key in GOOD}, field, hostile)
            response = await ada.http.request(
                method, address, content=body, headers={"content-type": "application/json"}
            )
            assert response.status_code < 500, (field, hostile[:20], response.text)


def as_json(good: dict[str, Any], field: str, hostile: str) -> bytes:
    rest = "".join(f", {json.dumps(k)}: {json.dumps(v)}" for k, v in good.items() if k != field)
    return f'{{"{field}": "{hostile}"{rest}}}'.encode()


@pytest.mark.parametrize("hostile", ["%00", "%ff", "%ed%a0%80", "%e2%80%ae", "x" * 5000, ""])
async def test_no_text_in_an_address_breaks_a_route(ada: Browser, hostile: str) -> None:
    for address in (
        f"/projects/{NOBODY}/documents?search={hostile}",
        f"/projects/{NOBODY}/documents?after={hostile}",
        f"/folders?path={hostile}",
        f"/projects/{hostile}",
        f"/documents/{NOBODY}?version={hostile}",
    ):
        response = await ada.http.get(f"/api/v1{address}")
        assert response.status_code < 500, (address[:60], response.text)
