"""Every text that the API takes, found in its contract, replaced by one that nothing can store."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import text as sql

from agentlab.app import create_app
from agentlab.auth import sight
from agentlab.context import Context
from agentlab.kit import text as texts
from agentlab.portfolio.keys import FORM
from agentlab.settings import Settings
from tests.support.browser import Browser, refusal
from tests.support.projects import bmad_folder, project_of

CONTRACT = create_app(Settings(), with_worker=False).openapi()
NOBODY = "00000000-0000-7000-8000-000000000000"
HOSTILE = {
    "a NUL": "a long enough text\0",
    "half a character": "\ud800" * 12,
    "100 kB": "x" * 100_000,
}
LONGEST_ADDRESS = 60_000

REFUSED = {401, 409, 422}
"""A password may hold any text that has an encoding, so it gets as far as being wrong (401) or
too late (409). Anything else is refused before a route runs: 404 would mean that a text got as far
as the database."""

SAMPLES = {
    "uuid": NOBODY,
    "email": "ada@example.com",
    "password": "long enough",
    "^[0-9a-f]{64}$": "0" * 64,
    "^[a-z][a-z0-9_]{0,39}$": "a_code",
    "^#[0-9a-fA-F]{6}$": "#123456",
    "^[!-~]+$": "a-key",
    "time-zone": "Europe/Paris",
    texts.LINE: "long enough",
    texts.LINE_OR_EMPTY: "long enough",
    texts.STORABLE: "long enough",
    texts.WRITTEN: "long enough",
    texts.WRITTEN_OR_EMPTY: "long enough",
    texts.WEB_ADDRESS: "https://example.com",
    f"^{FORM.pattern}$": "KEY",
    "date-time": "2030-01-01T00:00:00Z",
    "date": "2030-01-01",
    "string": "long enough",
    "integer": 1,
    "boolean": False,
}
"""By format, pattern or type."""

Schema = dict[str, Any]


def resolved(schema: Schema) -> Schema:
    """The schema behind a reference, or of the first that may stand here."""
    if "$ref" in schema:
        return resolved(CONTRACT["components"]["schemas"][schema["$ref"].rpartition("/")[2]])
    return resolved(schema["anyOf"][0]) if "anyOf" in schema else schema


def valid(schema: Schema) -> Any:
    """A small value that fits; a `KeyError` asks for a sample of a new format or pattern."""
    schema = resolved(schema)
    if "enum" in schema:
        return schema["enum"][-1]
    if schema["type"] == "object":
        return {name: valid(part) for name, part in schema.get("properties", {}).items()}
    if schema["type"] == "array":
        return [valid(schema["items"])]
    kind = next(schema[key] for key in ("format", "pattern", "type") if key in schema)
    return SAMPLES[kind]


def spoiled(schema: Schema, text: str) -> Iterator[Any]:
    """For every text in a valid value: the value with `text` in its place."""
    schema = resolved(schema)
    if "additionalProperties" in schema:
        yield {text: valid(schema["additionalProperties"])}
    elif schema["type"] == "object":
        for name, part in schema["properties"].items():
            yield from ({**valid(schema), name: bad} for bad in spoiled(part, text))
    elif schema["type"] == "array":
        yield from ([bad] for bad in spoiled(schema["items"], text))
    elif schema["type"] == "string":
        yield text


def requests(text: str, there: dict[str, str]) -> Iterator[tuple[str, str, bytes | None]]:
    """Method, address and body of each request that carries `text` in one place.

    `there` has, by the name of a part of an address, the id of something that exists.
    """
    for path, item in CONTRACT["paths"].items():
        for method, operation in item.items():
            parameters = operation.get("parameters", [])
            address = path
            for each in parameters:
                name, schema = each["name"], each["schema"]
                address = address.replace(f"{{{name}}}", there.get(name) or str(valid(schema)))
            for each in parameters:
                if each["in"] == "query":
                    for bad in spoiled(each["schema"], text[:LONGEST_ADDRESS]):
                        [word] = bad if isinstance(bad, list) else [bad]
                        value = quote(word, errors="surrogatepass")
                        yield method, f"{address}?{each['name']}={value}", None
            body = operation.get("requestBody", {}).get("content", {})
            json_body = body.get("application/json")  # files are read as bytes, by their own tests
            for bad in spoiled(json_body["schema"], text) if json_body else ():
                yield method, address, json.dumps(bad).encode()


async def ids_there(context: Context) -> dict[str, str]:
    """One of each thing that an address can name, or there would be nothing but 404."""
    found: dict[str, str] = {}
    async with context.sessions() as db:
        for name in sight.PLACES:
            table = f"{name.removesuffix('_id')}s"
            id_ = await db.scalar(sql(f"SELECT id FROM {table} LIMIT 1"))  # noqa: S608 - our own names
            found |= {name: str(id_)} if id_ else {}
    return found


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
async def test_no_text_crashes_a_route(
    ada: Browser, context: Context, root: Path, text: str
) -> None:
    page = await project_of(ada, context, bmad_folder(root))
    gate = await ada.do(f"/gates/{page['stages'][0]['gate']['id']}/submissions", {})
    submission = gate["submissions"][0]
    lines = {"first_line": 1, "last_line": 1, "text": "Which one?"}
    asked = {"document_id": submission["artefacts"][0]["document_id"], **lines}
    await ada.do(f"/submissions/{submission['id']}/threads", asked)
    client_id = (await ada.read("/portfolio"))["clients"][0]["id"]
    for path in ("/contacts", "/applications"):
        await ada.do(path, {"client_id": client_id, "name": "Somebody"})
    sent = list(requests(text, await ids_there(context)))
    assert len(sent) > 15
    for method, address, body in sent:
        response = await ada.http.request(
            method,
            address,
            content=body,
            headers={"content-type": "application/json", "if-match": "*"},
        )
        is_lost = "?" in address and text == HOSTILE["half a character"]
        # An address is read as UTF-8, so half a character arrives as U+FFFD, a text like others.
        assert is_lost or refusal(response)[0] in REFUSED, (method, address[:80], response.text)
        assert response.status_code < 500, (method, address[:80], response.text)
