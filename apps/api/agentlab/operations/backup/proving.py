"""Proving a backup: restore it into a scratch database, count again, and compare."""

import asyncio
import shutil
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import psycopg
from psycopg import Connection
from pyrage.x25519 import Identity
from sqlalchemy.exc import OperationalError

from agentlab.audit import verification
from agentlab.audit.verification import Head
from agentlab.errors import AgentLabError, Unavailable
from agentlab.kit import clock, migrations
from agentlab.kit.db import create_engine, create_sessions
from agentlab.kit.folders import nearest_existing
from agentlab.operations.backup import bundle, facts, keys, programs, scratch, structure
from agentlab.operations.backup.bundle import Bundle, Manifest
from agentlab.operations.backup.facts import DatabaseUnreachable
from agentlab.operations.backup.making import NoRoom, megabytes
from agentlab.operations.backup.place import DATABASE, ROLES, Place
from agentlab.operations.backup.programs import ProgramFailed, ProgramInterrupted
from agentlab.operations.backup.shelf import Proof, Report, Shelf, Step
from agentlab.operations.backup.structure import Unsound
from agentlab.operations.embedded.service import LEAST_ROOM_BYTES

SERVER_BYTES = 400 << 20
"""Of a scratch server beside its database: empty databases, and what it keeps of its WAL."""


class ProofFailed(Unavailable):
    code = "backup_proof_failed"


class ProofInterrupted(Unavailable):
    """It came to no end; what was to be proven is as good as it was."""

    code = "backup_proof_interrupted"


class Different(Exception):
    """The restored database is not what the manifest says; a sentence."""


def prove(
    place: Place, file: Path, report: Report, *, identities: Sequence[Identity] | None = None
) -> Proof:
    """Restore and compare; the record of the bundle says what came of it.

    Raises:
        ProofFailed: the bundle was restored badly or not at all, as its record says now.
        AgentLabError: the proof could not be made here, which says nothing about the bundle.
    """
    began = time.monotonic()
    opened = bundle.read(file)
    need_room(place, opened.manifest)
    found = Findings()
    with scratch.server(place) as url:
        failure = None
        try:
            restore(place, opened, identities or keys.read(place.key), url, report)
            compare(place, opened.manifest, url, found)
        except (ProgramInterrupted, DatabaseUnreachable, OperationalError) as error:
            raise interrupted(place, file, error) from error
        except (Different, Unsound, ProgramFailed) as error:
            if isinstance(error, ProgramFailed) and (is_full(place) or has_ended(url)):
                raise interrupted(place, file, error) from error
            failure = str(error)
    proof = Proof(
        at=clock.now(),
        seconds=round(time.monotonic() - began, 1),
        ok=failure is None,
        compared=found.compared,
        left_out=found.left_out,
        failure=failure,
    )
    shelf = Shelf(place.folder)
    lies_there = shelf.has(file)
    if lies_there:
        shelf.change(file, lambda record: record.model_copy(update={"proof": proof}))
    if failure:
        counts = "It does not count as a good backup any more, and nothing is pruned. "
        raise ProofFailed(
            f"{file.name} could not be proven: {failure} {counts if lies_there else ''}Make "
            "another one, and look into why."
        )
    return proof


def interrupted(
    place: Place, file: Path, error: AgentLabError | OperationalError
) -> ProofInterrupted:
    """What happened, with the room on the disk: to run out of it is what happens most."""
    reason = error.detail if isinstance(error, AgentLabError) else f"“{first_line(error.orig)}”."
    free = free_bytes(place)
    return ProofInterrupted(
        f"The proof of {file.name} was interrupted, which says nothing about the backup: {reason} "
        f"{megabytes(free)} are free in {place.scratch}. Prove it again."
    )


def first_line(error: BaseException | None) -> str:
    return str(error).strip().partition("\n")[0]


def free_bytes(place: Place) -> int:
    return shutil.disk_usage(nearest_existing(place.scratch)).free


def is_full(place: Place) -> bool:
    """Whether the scratch server cannot write what it has to, in whatever words it says so."""
    # Twice, as the statement that failed has given back what it had taken.
    return free_bytes(place) < 2 * LEAST_ROOM_BYTES


def has_ended(url: str) -> bool:
    """Whether the scratch server does not answer any more."""
    try:
        psycopg.connect(url, connect_timeout=10).close()
    except psycopg.OperationalError:
        return True
    return False


class Findings:
    def __init__(self) -> None:
        self.compared: list[str] = []
        self.left_out: list[str] = []


def need_room(place: Place, manifest: Manifest) -> None:
    free = free_bytes(place)
    needed = int(manifest.database.size_bytes * 1.3) + SERVER_BYTES
    if free < needed:
        raise NoRoom(
            f"Proving the backup needs about {megabytes(needed)} in {place.scratch}, and "
            f"{megabytes(free)} are free there. Free some space; the backup itself is whole."
        )


def restore(
    place: Place, opened: Bundle, identities: Sequence[Identity], url: str, report: Report
) -> None:
    """The roles, then the whole dump; the first error ends it."""
    parts = opened.manifest.parts
    report.begin(Step.PROVING, parts[ROLES].size + parts[DATABASE].size)
    env = programs.environment(url)
    psql = [place.program("psql"), "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--file=-"]
    load = [place.program("pg_restore"), "--exit-on-error", f"--dbname={env['PGDATABASE']}"]
    for command, part in ((psql, ROLES), (load, DATABASE)):
        with programs.running(command, env=env, reads=True) as process:
            bundle.unseal(opened, part, identities, programs.Stdin(process), report.add)


def compare(place: Place, manifest: Manifest, url: str, found: Findings) -> None:
    with facts.connected(url) as db:
        restored = facts.read(db)
        if differences := list(differing_rows(manifest.database.rows, restored.database.rows)):
            raise Different(f"{'; '.join(differences[:5])}.")
        total = sum(restored.database.rows.values())
        found.compared.append(f"{len(restored.database.rows)} tables with {total:,} rows.")
        compare_documents(db, manifest, restored, found)
        if restored.audit != manifest.audit:
            raise Different("the audit trail ends with another entry.")
        compared, left_out = structure.check(place, db, url)
        found.compared.extend(compared)
        found.left_out.extend(left_out)
    check_chain(manifest, url, found)


def differing_rows(expected: dict[str, int], restored: dict[str, int]) -> Iterator[str]:
    for table in sorted(expected.keys() | restored.keys()):
        should, has = expected.get(table, 0), restored.get(table, 0)
        if should != has:
            yield f"{table} has {has:,} rows and should have {should:,}"


def compare_documents(
    db: Connection[tuple[Any, ...]], manifest: Manifest, restored: facts.Facts, found: Findings
) -> None:
    if restored.documents != manifest.documents:
        raise Different("the versions of documents have other digests.")
    if wrong := facts.false_digests(db):
        raise Different(f"{wrong:,} versions of documents do not have the content they had.")
    found.compared.append(f"{restored.documents.count:,} versions of documents, byte for byte.")


def check_chain(manifest: Manifest, url: str, found: Findings) -> None:
    """Walk the audit trail by this version's rules, so with this version's schema."""
    if manifest.revision not in migrations.revisions():
        found.left_out.append(
            f"The audit trail: schema {manifest.revision or 'none'} is not of this version."
        )
        return
    if manifest.revision != migrations.head():
        migrations.upgrade(url)
        found.compared.append(f"Migrated from {manifest.revision} to {migrations.head()}.")
    head = Head(manifest.audit.sequence, manifest.audit.hash)
    result = asyncio.run(walked(url, head))
    if not result.is_whole:
        raise Different(f"the audit trail is broken in {result.troubles_total:,} places.")
    found.compared.append(f"The audit trail, {result.checked:,} entries.")


async def walked(url: str, head: Head) -> verification.Verification:
    engine = create_engine(url)
    try:
        async with create_sessions(engine)() as db:
            return await verification.verify(db, known=[head])
    finally:
        await engine.dispose()
