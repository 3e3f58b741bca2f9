"""Every list goes on after a name that is as long as a name can be: its own `next` is taken."""

from typing import Any

import pytest
from fastapi import FastAPI

from agentlab.auth.models import Role
from agentlab.context import Context
from agentlab.kit.pages import LONGEST_CURSOR
from agentlab.kit.text import LONGEST_LINE
from tests.support.browser import Browser, parsed
from tests.support.levels import a_client, a_project, a_service

LISTS = {
    "get_projects",
    "list_applications",
    "list_clients",
    "list_contacts",
    "list_people",
    "list_services",
    "list_templates",
    "list_tokens",
    "list_users",
}
"""Those that can be sorted by a name, or are."""


@pytest.mark.parametrize("letter", ["🎉", "각", "\ufdfa", "\u3356", "İ", '"'])
async def test_every_list_goes_on_after_the_longest_names(
    app: FastAPI, ada: Browser, context: Context, letter: str
) -> None:
    await two_of_everything(app, context, ada, letter)
    for path, operation in lists_of(app):
        for order in await orders_of(ada, path, operation):
            expected = (await ada.read(path, **order, limit=200))["items"]
            assert len(expected) >= 2, path
            assert await one_by_one(ada, path, order) == [each["id"] for each in expected]


def lists_of(app: FastAPI) -> list[tuple[str, Any]]:
    found = [
        (path.removeprefix("/api/v1"), item["get"])
        for path, item in app.openapi()["paths"].items()
        if "get" in item and item["get"]["operationId"] in LISTS
    ]
    assert len(found) == len(LISTS)
    return found


async def orders_of(ada: Browser, path: str, operation: Any) -> list[dict[str, str]]:
    if not any(each["name"] == "sort" for each in operation["parameters"]):
        return [{}]
    refused = await ada.get(path, sort="?")
    names = refused.json()["detail"].rstrip(".").partition(": ")[2].split(", ")
    return [{"sort": sign + name} for name in names for sign in ("", "-")]


async def one_by_one(ada: Browser, path: str, order: dict[str, str]) -> list[str]:
    ids: list[str] = []
    after: dict[str, str] = {}
    while True:
        page = await ada.read(path, **order, **after, limit=1)
        ids += [each["id"] for each in page["items"]]
        if page["next"] is None:
            return ids
        assert len(page["next"]) <= LONGEST_CURSOR
        after = {"after": page["next"]}


async def two_of_everything(app: FastAPI, context: Context, ada: Browser, letter: str) -> None:
    """With names that differ only at their ends."""
    account = await ada.read("/session")
    profile = await ada.read("/profile")
    name = letter * LONGEST_LINE
    parsed(await ada.patch("/profile", {"name": name}, version=profile["version"]))
    for number in (1, 2):
        name = letter * (LONGEST_LINE - 1) + str(number)
        client = await a_client(ada, name)
        service = await a_service(ada, client, name)
        await a_project(ada, service, name, owner_id=account["id"])
        for kind in ("contacts", "applications"):
            await ada.do(f"/{kind}", {"client_id": client["id"], "name": name})
        await ada.do("/tokens", {"name": name, "scopes": ["read"]})
        async with Browser(app) as person:
            await person.join(context, name, f"p{number}@example.com", Role.PRODUCT_OWNER)
        quoted = name.replace('"', '\\"')
        source = f'key: own-{number}\nname: "{quoted}"\nstages:\n  - title: Think\n'
        await ada.do("/templates", {"source": source})
