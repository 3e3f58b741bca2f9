"""Verifying a bundle: every byte, every part decrypted, the whole dump read by PostgreSQL."""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from pyrage.x25519 import Identity

from agentlab.kit import clock
from agentlab.operations.backup import bundle, keys, programs
from agentlab.operations.backup.bundle import Bundle, BundleDamaged
from agentlab.operations.backup.place import DATABASE, Place
from agentlab.operations.backup.programs import ProgramFailed
from agentlab.operations.backup.shelf import Record, Report, Shelf, Step


def verify(place: Place, file: Path, report: Report, *, key: Path | None = None) -> Bundle:
    """Verify a bundle wherever it lies; the record of one on the shelf says what came of it.

    `key` is a copy of the key from elsewhere: that it opens the bundle is its rehearsal.
    """
    shelf = Shelf(place.folder)
    lies_there = shelf.has(file)
    identities = keys.read(key or place.key)
    try:
        opened = bundle.read(file)
        digest = verify_contents(place, opened, identities, report)
    except BundleDamaged as error:
        if lies_there:
            with suppress(OSError):
                note(shelf, file, failure=error.detail)
        raise
    if lies_there:
        note(shelf, file, sha256=digest)
    if key is not None and not (place.key.exists() and key.samefile(place.key)):
        shelf.prepare()
        shelf.note_rehearsal()
    return opened


def note(shelf: Shelf, file: Path, *, sha256: str = "", failure: str | None = None) -> None:
    def change(record: Record) -> Record:
        if failure:
            return record.model_copy(update={"failure": failure})
        size = file.stat().st_size
        seen = {"size": size, "sha256": sha256, "verified_at": clock.now(), "failure": None}
        return record.model_copy(update=seen)

    shelf.change(file, change)


def verify_contents(
    place: Place,
    opened: Bundle,
    identities: Sequence[Identity],
    report: Report,
    *,
    sha256: str | None = None,
) -> str:
    """The digest of a bundle's file; raise a sentence about whatever is wrong with it.

    Args:
        place: where PostgreSQL's programs are.
        opened: the bundle.
        identities: keys that may open it.
        report: told the bytes that were looked at: those of the file, then of the parts.
        sha256: what the whole file has to have.
    """
    parts = opened.manifest.parts
    report.begin(Step.VERIFYING, opened.size + sum(part.size for part in parts.values()))
    found = bundle.check(opened, report.add)
    if sha256 not in {None, found}:
        raise bundle.damaged(opened.file, "it is not what was written")
    for name in parts:
        if name == DATABASE:
            read_dump(place, opened, identities, report)
        else:
            bundle.unseal(opened, name, identities, Nowhere(), report.add)
    return found


def read_dump(place: Place, opened: Bundle, identities: Sequence[Identity], report: Report) -> None:
    """Let PostgreSQL read all of the dump: its table of contents and every compressed row."""
    command = [place.program("pg_restore"), "--file=/dev/null"]
    env = programs.environment("postgresql://")
    try:
        with programs.running(command, env=env, reads=True) as process:
            stdin = programs.Stdin(process)
            bundle.unseal(opened, DATABASE, identities, stdin, report.add)
    except ProgramFailed as error:
        raise bundle.damaged(opened.file, f"its dump cannot be read. {error.detail}") from error


class Nowhere:
    def write(self, data: bytes, /) -> int:
        return len(data)
