"""Every list that is searched finds names by words, whatever their accents and capitals."""

from typing import Any

import pytest
from sqlalchemy import func, literal, select

from agentlab.context import Context
from agentlab.kit.searching import occurs
from tests.support.browser import Browser, parsed
from tests.support.levels import a_client, a_project, a_service


@pytest.mark.parametrize(
    ("search", "is_found"),
    [
        ("", True),
        ("  ", True),
        ("lumiere", True),
        ("LUMIÈRE maison", True),
        ("oeuvres", True),
        ("maison 100%", True),
        ("maison x", False),
        ("%", True),
        ("_", False),
        ("\\", False),
    ],
)
async def test_each_word_occurs_in_one_of_the_texts(
    context: Context, search: str, *, is_found: bool
) -> None:
    texts = literal("Maison Lumie\u0300re"), literal("Œuvres à 100%"), literal(None)
    async with context.sessions() as db:
        found = await db.scalar(select(occurs(search, *texts)))
    assert bool(found) is is_found


async def test_plain_letters_are_folded_as_beside_others(context: Context) -> None:
    plain = "".join(map(chr, range(1, 128)))
    async with context.sessions() as db:
        alone = await db.scalar(select(func.folded(plain)))
        beside = await db.scalar(select(func.folded(plain + "É")))
    assert (alone, beside) == (plain.lower(), plain.lower() + "e")


async def test_lists_fold_accents_and_capitals(ada: Browser) -> None:
    client = await a_client(ada, "Écoles")
    service = await a_service(ada, client, "Élèves")
    await ada.do("/contacts", {"client_id": client["id"], "name": "Zoé Éluard"})
    await ada.do("/applications", {"client_id": client["id"], "name": "Évaluations"})
    gone = await a_project(ada, service, "Événements")
    parsed(await ada.delete(f"/projects/{gone['id']}", name=gone["name"]))
    for path, search in (
        ("/clients", "ecol"),
        ("/services", "ELEVES"),
        ("/contacts", "eluard zoe"),
        ("/applications", "evalu"),
        ("/bin", "evenem"),
        ("/people", "LOVELACE"),
        (f"/clients/{client['id']}/people", "ada love"),
        ("/users", "ada@ lovelace"),
    ):
        found: list[Any] = (await ada.read(path, search=search))["items"]
        assert len(found) == 1, path
