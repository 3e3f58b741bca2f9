"""Reference data: what administrators offer for fields of the portfolio."""

import asyncio
from typing import Any

import pytest
from sqlalchemy import text

from agentlab.context import Context
from tests.support.browser import Browser, parsed, refusal

NOBODY = "00000000-0000-7000-8000-000000000000"
INSURANCE = {"code": "insurance", "name": "Insurance", "colour": "#0F766E"}

CLIENT = """
    INSERT INTO clients (id, name, created_at, domain_id)
    VALUES (gen_random_uuid(), 'A', now(), :domain)
"""
SERVICE = """
    INSERT INTO services (id, client_id, name, created_at)
    SELECT gen_random_uuid(), id, 'B', now() FROM clients
"""
CATEGORY = """
    INSERT INTO service_categories
    SELECT id, CAST(:category AS uuid) FROM services WHERE CAST(:category AS uuid) IS NOT NULL
"""
PROJECT = """
    INSERT INTO projects
        (id, service_id, name, created_at, implementation_type_id, user_category_ids)
    SELECT gen_random_uuid(), id, 'C', now(), :type,
           array_remove(ARRAY[CAST(:users AS uuid)], NULL)
    FROM services
"""
USED = (CLIENT, SERVICE, CATEGORY, PROJECT)


async def items(browser: Browser, kind: str) -> dict[str, Any]:
    """By code."""
    found = (await browser.read(f"/reference/{kind}"))["items"]
    return {item["code"]: item for item in found}


async def use(context: Context, **ids: str) -> None:
    """A client, a service and a project with these values."""
    given = {"domain": None, "category": None, "type": None, "users": None, **ids}
    async with context.engine.begin() as connection:
        for statement in USED:
            await connection.execute(text(statement), given)


async def test_the_values_to_begin_with_are_there(vera: Browser) -> None:
    assert set(await items(vera, "business_domain")) == {
        "healthcare",
        "finance",
        "technology",
        "manufacturing",
        "education",
        "public_sector",
        "other",
    }
    assert len(await items(vera, "implementation_type")) == 6
    assert (await items(vera, "service_category"))["ai"]["colour"] == "#7c3aed"


async def test_an_administrator_adds_one(ada: Browser, vera: Browser) -> None:
    made = await ada.do("/reference/business_domain", INSURANCE)
    assert (made["name"], made["colour"], made["version"]) == ("Insurance", "#0f766e", 1)
    assert (await items(vera, "business_domain"))["insurance"]["id"] == made["id"]
    assert "insurance" not in await items(vera, "service_category")


async def test_they_stand_in_order_and_the_retired_ones_last(ada: Browser) -> None:
    made = await ada.do("/reference/business_domain", {"code": "a", "name": "aaa"})
    await ada.do(f"/reference-items/{made['id']}/retirement")
    await ada.do("/reference/business_domain", {"code": "b", "name": "abb"})
    codes = list(await items(ada, "business_domain"))
    assert (codes[0], codes[-1]) == ("b", "a")


async def test_a_code_is_unique_in_its_kind(ada: Browser) -> None:
    await ada.do("/reference/business_domain", INSURANCE)
    again = await ada.post("/reference/business_domain", INSURANCE)
    assert refusal(again) == (409, "reference_code_taken")
    assert again.json()["field"] == "code"
    await ada.do("/reference/service_category", INSURANCE)


async def test_two_of_one_code_at_once_become_one(ada: Browser) -> None:
    both = await asyncio.gather(
        *(ada.post("/reference/business_domain", INSURANCE) for _ in range(2))
    )
    assert sorted(response.status_code for response in both) == [201, 409]


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"code": "Insurance"}, "code"),
        ({"code": "in surance"}, "code"),
        ({"code": "insurance\n"}, "code"),
        ({"code": ""}, "code"),
        ({"code": "x" * 41}, "code"),
        ({"name": ""}, "name"),
        ({"name": "x" * 201}, "name"),
        ({"name": "two\nlines"}, "name"),
        ({"colour": "red"}, "colour"),
        ({"colour": "#12345"}, "colour"),
    ],
)
async def test_what_is_no_value_is_refused(
    ada: Browser, changes: dict[str, str], field: str
) -> None:
    refused = await ada.post("/reference/business_domain", INSURANCE | changes)
    assert refusal(refused) == (422, "invalid_input")
    assert refused.json()["field"] == field


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "שלום עולם", "🩺 = 1+1", "'; --"])
async def test_a_name_is_kept_as_given(ada: Browser, name: str) -> None:
    await ada.do("/reference/business_domain", INSURANCE | {"name": name})
    assert (await items(ada, "business_domain"))["insurance"]["name"] == name


async def test_a_kind_that_does_not_exist_is_refused(ada: Browser) -> None:
    assert refusal(await ada.get("/reference/planets")) == (422, "invalid_input")


async def test_it_gets_another_name_and_loses_its_colour(ada: Browser) -> None:
    made = await ada.do("/reference/business_domain", INSURANCE)
    path = f"/reference-items/{made['id']}"
    reply = await ada.patch(path, {"name": "Assurance"}, version=1)
    changed = parsed(reply)
    assert reply.headers["etag"] == '"2"'
    assert (changed["name"], changed["colour"], changed["version"]) == ("Assurance", "#0f766e", 2)
    assert changed["updated_by"]["name"] == "Ada Lovelace"
    assert parsed(await ada.patch(path, {"colour": None}, version=2))["colour"] is None
    assert refusal(await ada.patch(path, {"name": None}, version=3)) == (422, "invalid_input")


async def test_a_change_of_what_was_changed_meanwhile_is_refused(ada: Browser) -> None:
    made = await ada.do("/reference/business_domain", INSURANCE)
    path = f"/reference-items/{made['id']}"
    both = await asyncio.gather(
        *(ada.patch(path, {"name": name}, version=1) for name in ("One", "Other"))
    )
    assert sorted(response.status_code for response in both) == [200, 412]
    assert refusal(await ada.patch(path, {"name": "One"})) == (428, "if_match_missing")


async def test_a_retired_one_is_kept_and_can_be_offered_again(ada: Browser) -> None:
    finance = (await items(ada, "business_domain"))["finance"]
    path = f"/reference-items/{finance['id']}/retirement"
    retired = await ada.do(path)
    assert retired["retired_at"] is not None
    assert await ada.do(path) == retired
    assert parsed(await ada.delete(path))["retired_at"] is None


async def test_one_that_nothing_has_is_deleted(ada: Browser) -> None:
    finance = (await items(ada, "business_domain"))["finance"]
    path = f"/reference-items/{finance['id']}"
    assert (await ada.delete(path)).status_code == 204
    assert "finance" not in await items(ada, "business_domain")
    assert refusal(await ada.delete(path)) == (404, "not_found")


@pytest.mark.parametrize(
    ("kind", "code", "as_"),
    [
        ("business_domain", "finance", "domain"),
        ("service_category", "ai", "category"),
        ("implementation_type", "rag", "type"),
        ("user_category", "employees", "users"),
    ],
)
async def test_one_that_something_has_is_not_deleted(
    ada: Browser, vera: Browser, context: Context, *, kind: str, code: str, as_: str
) -> None:
    item = (await items(ada, kind))[code]
    await use(context, **{as_: item["id"]})
    refused = await ada.delete(f"/reference-items/{item['id']}")
    assert refusal(refused) == (409, "in_use")
    assert "1 " in refused.json()["detail"]
    assert (await items(ada, kind))[code]["uses"] == 1
    assert (await items(vera, kind))[code]["uses"] is None


async def test_only_administrators_change_them(
    bob: Browser, vera: Browser, anonymous: Browser
) -> None:
    finance = (await items(bob, "business_domain"))["finance"]
    path = f"/reference-items/{finance['id']}"
    for who, expected in ((bob, (403, "forbidden")), (vera, (403, "forbidden"))):
        assert refusal(await who.post("/reference/business_domain", INSURANCE)) == expected
        assert refusal(await who.patch(path, {"name": "X"}, version=1)) == expected
        assert refusal(await who.post(f"{path}/retirement")) == expected
        assert refusal(await who.delete(f"{path}/retirement")) == expected
        assert refusal(await who.delete(path)) == expected
    assert refusal(await anonymous.get("/reference/business_domain"))[0] == 401
    assert refusal(await anonymous.delete(path))[0] == 401


async def test_what_is_not_there_is_not_found(ada: Browser) -> None:
    for response in (
        await ada.patch(f"/reference-items/{NOBODY}", {"name": "X"}, version=1),
        await ada.post(f"/reference-items/{NOBODY}/retirement"),
        await ada.delete(f"/reference-items/{NOBODY}/retirement"),
        await ada.delete(f"/reference-items/{NOBODY}"),
    ):
        assert refusal(response) == (404, "not_found")
