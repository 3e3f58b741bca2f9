"""What was done to the trail is found, and what was deleted on purpose is not taken for it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from agentlab.audit import chain, forgetting, jobs, verification
from agentlab.audit.models import AuditDetail, AuditEntry
from agentlab.audit.trail import record
from agentlab.audit.verification import Head, Verification, as_ranges
from agentlab.context import Context
from agentlab.kit.clock import now
from tests.support.browser import Browser
from tests.support.projects import run_jobs


@pytest.fixture
async def trail(ada: Browser, context: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten entries, walked three at a time."""
    monkeypatch.setattr(verification, "BATCH", 3)
    for number in range(1, 11):
        async with context.sessions.begin() as db:
            record(db, "client.created", label=f"Client {number}", after={"name": "é 😀"})


async def tamper(owner: AsyncEngine, *statements: str) -> None:
    """As somebody who owns the tables, and has put the triggers out of the way."""
    async with owner.begin() as connection:
        await connection.execute(text("SET LOCAL session_replication_role = replica"))
        for statement in statements:
            await connection.execute(text(statement))


def setting(table: str, change: str, sequence: int) -> str:
    return f"UPDATE {table} SET {change} WHERE sequence = {sequence}"  # noqa: S608 - our own texts


async def verified(context: Context, *known: Head) -> Verification:
    async with context.sessions() as db:
        return await verification.verify(db, known=known)


def kinds(found: Verification) -> list[tuple[str, int]]:
    return [(trouble.kind.value, trouble.sequence) for trouble in found.troubles]


async def test_a_whole_trail_is_whole(context: Context, trail: None) -> None:
    found = await verified(context)
    assert (found.is_whole, found.checked, found.head.sequence) == (True, 10, 10)


async def test_an_empty_trail_is_whole(context: Context) -> None:
    found = await verified(context)
    assert (found.is_whole, found.head) == (True, Head(0, chain.GENESIS))


@pytest.mark.parametrize(
    "change",
    [
        "action = 'client.deleted'",
        "at = at + interval '1 microsecond'",
        "actor_kind = 'person'",
        "actor_id = gen_random_uuid()",
        "token_id = gen_random_uuid()",
        "subject_id = gen_random_uuid()",
        "client_id = gen_random_uuid()",
        "project_id = gen_random_uuid()",
        "label = label || ' '",
        "label = NULL",
        "request_id = 'other'",
    ],
)
async def test_every_edit_is_found(
    context: Context, owner: AsyncEngine, trail: None, change: str
) -> None:
    await tamper(owner, setting("audit_entries", change, 4))
    assert kinds(await verified(context)) == [("entry_changed", 4)]


async def test_an_edit_with_a_new_hash_breaks_the_link(
    context: Context, owner: AsyncEngine, trail: None
) -> None:
    async with context.sessions() as db:
        entry = await db.get_one(AuditEntry, 4)
        values = {name: getattr(entry, name) for name in chain.HASHED} | {"label": "Forged"}
    forged = chain.hash_of(values, entry.previous_hash)
    await tamper(
        owner,
        setting("audit_entries", f"label = 'Forged', hash = '{forged}'", 4),
    )
    assert kinds(await verified(context)) == [("link_broken", 5)]


async def test_a_removal_is_found(context: Context, owner: AsyncEngine, trail: None) -> None:
    await tamper(
        owner,
        "DELETE FROM audit_details WHERE sequence IN (3, 4)",
        "DELETE FROM audit_entries WHERE sequence IN (3, 4)",
    )
    (trouble,) = (await verified(context)).troubles
    assert (trouble.kind, trouble.sequence, trouble.until) == ("entries_missing", 3, 4)


async def test_a_removal_that_was_closed_up_is_found(
    context: Context, owner: AsyncEngine, trail: None
) -> None:
    await tamper(
        owner,
        "DELETE FROM audit_details WHERE sequence = 10",
        "DELETE FROM audit_entries WHERE sequence = 3",
        *(setting("audit_entries", f"sequence = {n - 1}", n) for n in range(4, 11)),
    )
    found = await verified(context)
    assert ("link_broken", 3) in kinds(found)
    assert ("entry_changed", 9) in kinds(found)


async def test_a_new_order_is_found(context: Context, owner: AsyncEngine, trail: None) -> None:
    await tamper(
        owner,
        "UPDATE audit_entries SET sequence = 99 WHERE sequence = 4",
        "UPDATE audit_entries SET sequence = 4 WHERE sequence = 5",
        "UPDATE audit_entries SET sequence = 5 WHERE sequence = 99",
    )
    found = kinds(await verified(context))
    assert {("link_broken", 4), ("entry_changed", 4), ("link_broken", 6)} <= set(found)


async def test_what_is_put_before_the_first_is_found(
    context: Context, owner: AsyncEngine, trail: None
) -> None:
    await tamper(
        owner,
        """
        INSERT INTO audit_entries SELECT 0, at, actor_kind, actor_id, token_id, action, subject_id,
            label, client_id, project_id, request_id, detail_digest, previous_hash, hash
        FROM audit_entries WHERE sequence = 1
        """,
    )
    assert ("link_broken", 0) in kinds(await verified(context))


@pytest.mark.parametrize("change", ["detail = '{}'", "salt = 'x'"])
async def test_changed_details_are_found(
    context: Context, owner: AsyncEngine, trail: None, change: str
) -> None:
    await tamper(owner, setting("audit_details", change, 7))
    assert kinds(await verified(context)) == [("details_changed", 7)]


async def test_missing_details_are_found(context: Context, owner: AsyncEngine, trail: None) -> None:
    await tamper(owner, "DELETE FROM audit_details WHERE sequence = 7")
    assert kinds(await verified(context)) == [("details_missing", 7)]


async def test_details_that_were_deleted_on_purpose_are_not_missed(
    context: Context, trail: None
) -> None:
    async with context.sessions.begin() as db:
        named = await forgetting.details_of(db, AuditEntry.sequence.in_([2, 3, 7]))
        await forgetting.forget(db, verification.ERASED, named)
    found = await verified(context)
    assert (found.is_whole, found.erased, found.checked) == (True, 3, 11)


async def test_only_what_an_erasure_names_can_be_deleted(context: Context, trail: None) -> None:
    async with context.sessions.begin() as db:
        record(db, verification.ERASED, after={"sequences": [[2, 3]]})  # the 11th
    async with context.sessions.begin() as db:
        record(db, "client.created", after={"sequences": [[4, 4]]})
        record(db, verification.RETAINED, after={"sequences": [[9, 99]]})
        record(db, "client.created", label="Later")
    async with context.sessions.begin() as db:
        for entry in (1, 11, 12, 13, 99):
            await db.execute(select(func.forget_audit_details(entry)))
    async with context.sessions() as db:
        kept = await db.scalars(select(AuditDetail.sequence).order_by(AuditDetail.sequence))
        assert list(kept) == [1, 4, 5, 6, 7, 8, 11, 13, 14]
    assert (await verified(context)).is_whole


async def test_what_a_verification_found_is_not_changed(
    ada: Browser, context: Context, owner: AsyncEngine, trail: None
) -> None:
    await ada.do("/audit/verification")
    await run_jobs(context)
    for engine in (context.engine, owner):
        with pytest.raises(DBAPIError, match="append only"):
            async with engine.begin() as connection:
                await connection.execute(text("UPDATE audit_verifications SET troubles_total = 0"))
    with pytest.raises(DBAPIError, match="append only"):
        async with owner.begin() as connection:
            await connection.execute(text("DELETE FROM audit_verifications"))


@pytest.mark.parametrize("nonsense", ["{}", '{"after": 1}', '{"after": {"sequences": ["a"]}}'])
async def test_whoever_writes_nonsense_into_an_erasure_is_found(
    context: Context, owner: AsyncEngine, trail: None, nonsense: str
) -> None:
    async with context.sessions.begin() as db:
        await forgetting.forget(db, verification.ERASED, [2])
    await tamper(owner, setting("audit_details", f"detail = '{nonsense}'", 11))
    assert kinds(await verified(context)) == [("details_missing", 2), ("details_changed", 11)]


async def test_no_entry_excuses_what_comes_after_it(
    context: Context, owner: AsyncEngine, trail: None
) -> None:
    async with context.sessions.begin() as db:
        record(db, verification.ERASED, after={"sequences": [[1, 99]]})
    async with context.sessions.begin() as db:
        record(db, "client.created", label="Later")
    await tamper(owner, "DELETE FROM audit_details WHERE sequence = 12")
    assert kinds(await verified(context)) == [("details_missing", 12)]


async def test_a_cut_is_found_by_who_knows_the_head(
    context: Context, owner: AsyncEngine, trail: None
) -> None:
    head = (await verified(context)).head
    await tamper(
        owner,
        "DELETE FROM audit_details WHERE sequence > 8",
        "DELETE FROM audit_entries WHERE sequence > 8",
    )
    assert (await verified(context)).is_whole
    assert kinds(await verified(context, head)) == [("head_missing", 10)]
    for number in range(3):
        async with context.sessions.begin() as db:
            record(db, "client.created", label=f"Other {number}")
    assert kinds(await verified(context, head)) == [("head_missing", 10)]


async def test_only_the_first_troubles_are_kept_and_all_are_counted(
    context: Context, owner: AsyncEngine, trail: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(verification, "MOST_TROUBLES", 4)
    await tamper(owner, "UPDATE audit_entries SET request_id = 'x'")
    found = await verified(context)
    assert (found.troubles_total, len(found.troubles)) == (10, 4)


def test_sequences_are_named_as_ranges() -> None:
    assert as_ranges([]) == []
    assert as_ranges([3, 1, 2, 9, 7, 6]) == [[1, 3], [6, 7], [9, 9]]


async def last(ada: Browser) -> Any:
    return (await ada.read("/audit/verification"))["last"]


async def test_an_administrator_asks_for_a_verification(
    ada: Browser, context: Context, trail: None
) -> None:
    assert await last(ada) is None
    asked = (await ada.do("/audit/verification"))["last"]
    assert (asked["ended_at"], asked["total"]) == (None, 10)
    assert asked["requested_by"]["name"] == "Ada Lovelace"
    again = (await ada.do("/audit/verification"))["last"]
    assert again["id"] == asked["id"]
    await run_jobs(context)
    ended = await last(ada)
    assert ended["ended_at"]
    assert (ended["checked"], ended["troubles_total"], ended["head_sequence"]) == (10, 0, 10)


async def test_the_next_verification_remembers_how_far_the_trail_went(
    ada: Browser, context: Context, owner: AsyncEngine, trail: None
) -> None:
    await ada.do("/audit/verification")
    await run_jobs(context)
    await tamper(
        owner,
        "DELETE FROM audit_details WHERE sequence > 8",
        "DELETE FROM audit_entries WHERE sequence > 8",
    )
    for _ in range(2):  # what was found once is not forgotten by the next one
        await ada.do("/audit/verification")
        await run_jobs(context)
        ended = await last(ada)
        assert ended["troubles"] == [{"kind": "head_missing", "sequence": 10, "until": None}]


async def test_the_trail_is_verified_daily_by_itself(
    ada: Browser, context: Context, owner: AsyncEngine, trail: None
) -> None:
    for _ in range(2):
        await jobs.verify_daily(context)
        await run_jobs(context)
    found = await last(ada)
    assert (found["requested_by"], found["troubles_total"]) == (None, 0)
    async with context.engine.begin() as connection:
        count = await connection.scalar(text("SELECT count(*) FROM audit_verifications"))
        assert count == 1
    await tamper(owner, "UPDATE audit_verifications SET started_at = now() - interval '25 hours'")
    await jobs.verify_daily(context)
    assert (await last(ada))["ended_at"] is None


async def test_old_details_are_forgotten_when_that_is_set(context: Context, trail: None) -> None:
    async with context.sessions.begin() as db:
        assert await forgetting.forget_older(db, now() - timedelta(days=1)) == 0
    async with context.sessions.begin() as db:
        assert await forgetting.forget_older(db, now()) == 10
    async with context.sessions.begin() as db:  # what named them is kept
        assert await forgetting.forget_older(db, now()) == 0
    found = await verified(context)
    assert (found.is_whole, found.erased, found.checked) == (True, 10, 11)


async def test_the_retention_is_told(ada: Browser, context: Context, trail: None) -> None:
    assert await ada.read("/audit/retention") == {"details_days": None, "applied_at": None}
    settings = context.settings.model_copy(update={"audit_details_retention_days": 30})
    object.__setattr__(context, "settings", settings)
    async with context.sessions.begin() as db:
        await forgetting.forget_older(db, now())
    told = await ada.read("/audit/retention")
    assert (told["details_days"], bool(told["applied_at"])) == (30, True)


async def test_the_retention_is_applied_once_a_day(
    context: Context, owner: AsyncEngine, trail: None
) -> None:
    settings = context.settings.model_copy(update={"audit_details_retention_days": 30})
    keeping = replace(context, settings=settings)
    await age(owner, days=31)
    await jobs.apply_retention(keeping)
    async with context.sessions.begin() as db:
        record(db, "client.created", label="Later")
    await age(owner, days=31, sequence=12)
    await jobs.apply_retention(keeping)  # the next time is tomorrow
    async with context.sessions() as db:
        kept = await db.scalars(select(AuditDetail.sequence).order_by(AuditDetail.sequence))
        assert list(kept) == [11, 12]


async def age(owner: AsyncEngine, *, days: int, sequence: int | None = None) -> None:
    which = "true" if sequence is None else f"sequence = {sequence}"
    await tamper(
        owner,
        f"UPDATE audit_entries SET at = at - interval '{days} days' WHERE {which}",  # noqa: S608 - our own texts
    )


async def test_nothing_is_forgotten_by_itself(context: Context, trail: None) -> None:
    await jobs.apply_retention(context)
    assert (await verified(context)).erased == 0
