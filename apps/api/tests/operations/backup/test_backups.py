"""Backups of the real database: what is in them, and that they can be relied on."""

import asyncio
import io
import tarfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from pyrage.x25519 import Identity
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from agentlab.context import Context
from agentlab.kit.migrations import LOCK
from agentlab.operations.backup import bundle, checking, facts, keys, making, proving
from agentlab.operations.backup.bundle import Bundle, KeyDoesNotFit, Reason, Sealed
from agentlab.operations.backup.facts import MigrationRuns
from agentlab.operations.backup.place import Part, Place
from agentlab.operations.backup.programs import conninfo
from agentlab.operations.backup.proving import ProofFailed
from agentlab.operations.backup.service import Outcome, Watch, back_up, run_on
from agentlab.operations.backup.shelf import Progress, Shelf, Step, Stopped, Warning_
from tests.operations.backup.support import nobody
from tests.support.browser import Browser
from tests.support.projects import bmad_folder, import_it


async def backed_up(place: Place, watch: Watch | None = None, reason: Reason = "asked") -> Outcome:
    return await asyncio.to_thread(back_up, place, reason, watch)


def opened(place: Place, file: Path, part: str) -> bytes:
    target = io.BytesIO()
    bundle.unseal(bundle.read(file), part, keys.read(place.key), target, nobody)
    return target.getvalue()


async def test_a_backup_is_verified_and_proven(
    place: Place, bob: Browser, context: Context, root: Path, owner: AsyncEngine
) -> None:
    await import_it(bob, context, bmad_folder(root))
    made = (await backed_up(replace(place, prove=True))).made
    assert made.manifest
    assert made.record
    assert made.record.proof
    async with owner.connect() as db:
        entries = await db.scalar(text("SELECT count(*) FROM audit_entries"))
        versions = await db.scalar(text("SELECT count(*) FROM versions"))
    assert entries
    assert versions
    assert made.manifest.database.rows["audit_entries"] == entries
    assert made.manifest.documents.count == versions
    assert made.manifest.audit.sequence == entries
    assert made.record.proof.ok
    compared = made.record.proof.compared
    assert "b-tree indexes, each beside its table." in compared.pop(2)
    assert compared[1:] == [
        f"{versions} versions of documents, byte for byte.",
        f"The audit trail, {entries} entries.",
    ]
    assert made.record.proof.left_out == ["amcheck: this PostgreSQL comes without it."]
    assert Shelf(place.folder).find("latest").file == made.file
    left = {file.name for file in place.folder.iterdir()}
    assert left == {made.name, f"{made.file.stem}.json", "lock", "state.json"}
    assert list(place.scratch.iterdir()) == []


async def test_the_counts_are_those_of_the_dump(place: Place, owner: AsyncEngine) -> None:
    """Somebody writes while the backup is made, after its snapshot was counted."""
    loop = asyncio.get_running_loop()

    async def write() -> None:
        async with owner.begin() as db:
            await db.execute(text("UPDATE schema_floor SET revision = revision"))
            await db.execute(text("CREATE TABLE since (id int)"))
            await db.execute(text("INSERT INTO since VALUES (1)"))

    def told(progress: Progress) -> None:
        if progress.step is Step.DATABASE and not progress.done_bytes:
            asyncio.run_coroutine_threadsafe(write(), loop).result(timeout=30)

    try:
        made = (await backed_up(replace(place, prove=True), Watch(told))).made
    finally:
        async with owner.begin() as db:
            await db.execute(text("DROP TABLE IF EXISTS since"))
    assert made.manifest
    assert "since" not in made.manifest.database.rows
    assert made.record
    assert made.record.proof
    assert made.record.proof.ok


async def test_files_and_secrets_are_in_it_but_not_its_own_key(place: Place) -> None:
    samples = place.parts["files"].root / "samples"
    (samples / "docs").mkdir()
    (samples / "docs" / "prd.md").write_text("# Ours")
    (samples / "link").symlink_to("/etc/passwd")
    made = (await backed_up(place)).made
    with tarfile.open(fileobj=io.BytesIO(opened(place, made.file, "files"))) as tar:
        assert tar.getnames() == ["samples", "samples/docs", "samples/docs/prd.md", "samples/link"]
        assert tar.getmember("samples/link").issym()
    with tarfile.open(fileobj=io.BytesIO(opened(place, made.file, "configuration"))) as tar:
        assert tar.getnames() == ["secrets", "secrets/jwt_secret"]
    roles = opened(place, made.file, "roles")
    assert b"CREATE ROLE agentlab_owner" in roles
    assert b"PASSWORD 'SCRAM" not in roles


async def test_large_files_that_grow_are_packed_as_they_were(
    tmp_path: Path, identity: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "SMALL_BYTES", 1000)
    (tmp_path / "large").write_bytes(b"x" * 5000)
    with making.packed(Part(tmp_path, ("large", "missing"))) as stream:
        packed = stream.read()
    with tarfile.open(fileobj=io.BytesIO(packed)) as tar:
        assert [(each.name, each.size) for each in tar.getmembers()] == [("large", 5000)]


async def test_everybody_who_has_a_key_of_their_own_opens_it(place: Place) -> None:
    theirs = Identity.generate()
    made = (await backed_up(replace(place, recipients=(str(theirs.to_public()),)))).made
    bundle.unseal(bundle.read(made.file), "roles", [theirs], io.BytesIO(), nobody)
    assert made.manifest
    assert str(theirs.to_public()) in made.manifest.recipients


async def test_a_copy_of_the_key_is_rehearsed(place: Place, shelf: Shelf, tmp_path: Path) -> None:
    await backed_up(place)
    for key, is_rehearsed in ((place.key, False), (tmp_path / "copy", True)):
        if key != place.key:
            key.write_text(place.key.read_text())
        await asyncio.to_thread(checking.check, place, "latest", Watch(), key=key)
        assert (Warning_.KEY_NOT_REHEARSED not in shelf.state().warnings) is is_rehearsed


async def test_a_key_that_does_not_fit_is_no_rehearsal(
    place: Place, shelf: Shelf, tmp_path: Path
) -> None:
    await backed_up(place)
    (tmp_path / "other").write_text(keys.new())
    with pytest.raises(KeyDoesNotFit):
        await asyncio.to_thread(checking.check, place, "latest", Watch(), key=tmp_path / "other")
    assert shelf.state().key_rehearsed_at is None
    assert shelf.find("latest").is_good


async def test_no_backup_is_made_while_a_migration_runs(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facts, "PATIENCE", "100ms")
    with psycopg.connect(conninfo(place.database_url), autocommit=True) as db:
        db.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        with pytest.raises(MigrationRuns):
            await backed_up(place)


async def test_no_migration_runs_while_a_backup_is_made(place: Place) -> None:
    could: list[bool] = []

    def told(progress: Progress) -> None:
        if progress.step is Step.DATABASE:
            with psycopg.connect(conninfo(place.database_url), autocommit=True) as db:
                found = db.execute("SELECT pg_try_advisory_lock(%s)", [LOCK]).fetchone()
                could.append(bool(found and found[0]))

    await backed_up(place, Watch(told))
    assert could
    assert not any(could)


async def test_a_backup_that_does_not_restore_to_what_it_says_is_not_good(
    place: Place, shelf: Shelf
) -> None:
    made = (await backed_up(place)).made
    rewrite(made.file, lambda rows: {**rows, "users": rows["users"] + 1})
    with pytest.raises(ProofFailed, match=r"users has \d+ rows and should have \d+"):
        await asyncio.to_thread(proven, place, shelf, made.file)
    assert shelf.latest_good() is None
    record = shelf.bundles()[0].record
    assert record
    assert record.proof
    assert not record.proof.ok


def proven(place: Place, shelf: Shelf, file: Path) -> None:
    with run_on(shelf) as report:
        proving.prove(place, file, report)


def rewrite(file: Path, change: Callable[[dict[str, int]], dict[str, int]]) -> None:
    """The same parts under a manifest that counts otherwise."""
    old = bundle.read(file)
    database = old.manifest.database
    changed = database.model_copy(update={"rows": change(database.rows)})
    parts = {name: taken_out(old, name) for name in bundle.STORED}
    file.unlink()
    manifest = old.manifest.model_copy(update={"database": changed})
    bundle.assemble(file, manifest, parts, nobody)


def taken_out(old: Bundle, name: str) -> Sealed:
    stored = bundle.STORED[name]
    member, target = old.members[stored], old.file.with_suffix(f".{name}")
    with old.file.open("rb") as stream:
        stream.seek(member.offset)
        target.write_bytes(stream.read(member.size))
    return Sealed(target, member.size, old.sums[stored], old.manifest.parts[name])


async def test_a_run_can_be_stopped(place: Place, shelf: Shelf) -> None:
    steps: list[Step] = []
    watch = Watch(lambda progress: steps.append(progress.step), lambda: Step.VERIFYING in steps)
    with pytest.raises(Stopped):
        await backed_up(place, watch)
    assert shelf.bundles() == []
    assert shelf.state().last_failure is None
    assert [file.name for file in place.folder.iterdir()] == ["lock"]
