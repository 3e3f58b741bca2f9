"""A key that is given fits, however many projects have one name."""

from uuid import UUID

import pytest

from agentlab.context import Context
from agentlab.portfolio.keys import FORM, LONGEST, free_key, key_from, numbered, stem
from agentlab.portfolio.models import Project
from tests.support.browser import Browser
from tests.support.levels import a_client, a_service

LONG = "Chat assistant of the people"
DIGITS = "2026 assistants of the year"


@pytest.mark.parametrize("name", [LONG, DIGITS, "Élan", "日本", "1" * 50, "ATLAS-2"])
@pytest.mark.parametrize("number", [1, 2, 99, 1_000, 9_999_999])
def test_each_is_a_key_and_begins_as_all_of_its_name(name: str, number: int) -> None:
    key = numbered(key_from(name), number)
    assert FORM.fullmatch(key)
    assert len(key) <= LONGEST
    assert key.startswith(stem(key_from(name)))


async def test_the_hundredth_of_a_name_gets_a_key_too(bob: Browser, context: Context) -> None:
    service = await a_service(bob, await a_client(bob))
    async with context.sessions.begin() as db:
        db.add_all(
            Project(
                service_id=UUID(service["id"]),
                name=f"n{number}",
                key=numbered(key_from(DIGITS), number),
            )
            for number in range(1, 100)
        )
    made = await bob.do("/projects", {"service_id": service["id"], "name": DIGITS})
    assert made["key"] == numbered(key_from(DIGITS), 100)
    async with context.sessions() as db:
        assert await free_key(db, DIGITS) == numbered(key_from(DIGITS), 101)
