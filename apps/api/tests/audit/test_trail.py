from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from agentlab.audit import chain
from agentlab.audit.models import ActorKind, AuditDetail, AuditEntry
from agentlab.context import Context
from tests.support.browser import Browser
from tests.support.projects import bmad_folder, project_of


async def entries(context: Context) -> list[AuditEntry]:
    async with context.sessions() as db:
        rows = await db.scalars(select(AuditEntry).order_by(AuditEntry.sequence))
        return list(rows)


async def test_what_people_do_stands_in_the_trail(
    bob: Browser, context: Context, root: Path
) -> None:
    page = await project_of(bob, context, bmad_folder(root))
    await bob.do(f"/gates/{page['stages'][0]['gate']['id']}/submissions", {"note": "Ready"})
    found = await entries(context)
    assert [entry.action for entry in found] == [
        "import.requested",
        "client.created",
        "service.created",
        "project.scanned",
        "project.imported",
        "submission.created",
    ]
    assert {entry.actor_kind for entry in found} == {ActorKind.PERSON}
    assert {str(entry.project_id) for entry in found[3:]} == {page["id"]}


async def test_each_entry_is_linked_to_the_one_before(
    bob: Browser, context: Context, root: Path
) -> None:
    await project_of(bob, context, bmad_folder(root))
    previous = chain.GENESIS
    async with context.sessions() as db:
        for entry in await entries(context):
            kept = await db.get_one(AuditDetail, entry.sequence)
            values = {name: getattr(entry, name) for name in chain.HASHED}
            assert entry.detail_digest == chain.digest_of(kept.salt, kept.detail)
            assert (entry.previous_hash, entry.hash) == (previous, chain.hash_of(values, previous))
            previous = entry.hash


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entries SET action = 'nothing.happened'",
        "DELETE FROM audit_entries",
        "UPDATE audit_details SET detail = '{}'",
    ],
)
async def test_the_database_refuses_to_change_the_trail(
    bob: Browser, context: Context, root: Path, statement: str
) -> None:
    await project_of(bob, context, bmad_folder(root))
    with pytest.raises(DBAPIError, match="append only"):
        async with context.sessions.begin() as db:
            await db.execute(text(statement))
