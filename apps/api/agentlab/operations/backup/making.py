"""Making a bundle: dump, encrypt, assemble, verify, and only then give it its name."""

import io
import os
import re
import secrets
import tarfile
import time
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from importlib.metadata import version
from pathlib import Path
from typing import BinaryIO

from pyrage.x25519 import Recipient

from agentlab.errors import Unavailable
from agentlab.kit import clock
from agentlab.kit.folders import sync_folder
from agentlab.kit.pipes import written_by
from agentlab.operations.backup import bundle, facts, keys, programs
from agentlab.operations.backup.bundle import FORMAT, STORED, Manifest, Reason, Sealed
from agentlab.operations.backup.place import (
    CONFIGURATION,
    DATABASE,
    FILES,
    ROLES,
    Part,
    Place,
)
from agentlab.operations.backup.shelf import (
    UNFINISHED,
    Record,
    Report,
    Shelf,
    Step,
)
from agentlab.operations.backup.verifying import verify_contents

SPARE_BYTES = 64 << 20
"""What stays free on the disk in any case."""

SMALL_BYTES = 16 << 20


class NoRoom(Unavailable):
    code = "backup_no_room"


class FileChanged(Unavailable):
    code = "backup_file_changed"


def make(place: Place, shelf: Shelf, report: Report, reason: Reason) -> Path:
    """A verified bundle on the shelf. Whatever goes wrong, what was there is untouched."""
    began = time.monotonic()
    identities = keys.read(place.key)
    recipients = keys.recipients(identities, place.recipients)
    work = shelf.folder / f"{UNFINISHED}parts"
    work.mkdir(mode=0o700)
    with facts.snapshot(place.database_url) as snapshot:
        created_at = clock.now().replace(microsecond=0)
        need_room(place, shelf, snapshot.facts.database.size_bytes)
        report.begin(Step.DATABASE, expected_dump(shelf))
        parts = {
            DATABASE: dump(place, snapshot.id, work, recipients, report),
            ROLES: dump_roles(place, work, recipients, report),
        }
    report.begin(Step.FILES, sum(map(size_of, place.parts.values())))
    for name in (FILES, CONFIGURATION):
        parts[name] = pack(place.parts[name], work / STORED[name], recipients, report)
    found = snapshot.facts
    manifest = Manifest(
        format=FORMAT,
        bundle_id=secrets.token_hex(4),
        created_at=created_at,
        agentlab=version("agentlab"),
        revision=found.revision,
        floor=found.floor,
        postgres=found.postgres,
        postgres_major=found.postgres_major,
        pgvector=found.pgvector,
        place=place.kind,
        database=found.database,
        documents=found.documents,
        audit=found.audit,
        parts={name: part.plain for name, part in parts.items()},
        recipients=[str(each) for each in recipients],
        reason=reason,
    )
    fresh = shelf.folder / f"{UNFINISHED}{manifest.name}"
    report.begin(Step.WRITING, sum(part.size for part in parts.values()))
    size, digest = bundle.assemble(fresh, manifest, parts, report.add)
    work.rmdir()
    verify_contents(place, bundle.read(fresh), identities, report, sha256=digest)
    file = shelf.folder / manifest.name
    seconds = round(time.monotonic() - began, 1)
    shelf.keep(file, Record(size=size, sha256=digest, seconds=seconds, verified_at=clock.now()))
    fresh.rename(file)
    sync_folder(shelf.folder)
    return file


def need_room(place: Place, shelf: Shelf, database_bytes: int) -> None:
    """Raise `NoRoom` when the bundle will hardly fit beside its own parts."""
    last = shelf.latest_good()
    expected = last.size if last else database_bytes // 2 + sum(map(size_of, place.parts.values()))
    needed, free = 2 * expected + SPARE_BYTES, shelf.free_bytes()
    if free < needed:
        raise NoRoom(
            f"The backup needs about {megabytes(needed)} in {shelf.folder}, and "
            f"{megabytes(free)} are free there. Free some space, or let the backups lie on "
            "another disk. Nothing was written, and nothing was deleted."
        )


def megabytes(size: int) -> str:
    return f"{size / 1_000_000:,.0f} MB"


def expected_dump(shelf: Shelf) -> int | None:
    """As many bytes as the last one had: a guess for the bar."""
    last = shelf.latest_good()
    return last.manifest.parts[DATABASE].size if last and last.manifest else None


def dump(
    place: Place, snapshot: str, work: Path, recipients: Sequence[Recipient], report: Report
) -> Sealed:
    command = [
        place.program("pg_dump"),
        "--format=custom",
        f"--snapshot={snapshot}",
        "--no-password",
        f"--lock-wait-timeout={facts.PATIENCE}",
    ]
    env = programs.environment(place.database_url)
    with programs.running(command, env=env, writes=True) as process:
        output = programs.stdout_of(process)
        return bundle.seal(output, work / STORED[DATABASE], recipients, report.add)


def dump_roles(place: Place, work: Path, recipients: Sequence[Recipient], report: Report) -> Sealed:
    content = io.BytesIO(roles_of(place, place.database_url))
    return bundle.seal(content, work / STORED[ROLES], recipients, report.add)


def roles_of(place: Place, database_url: str) -> bytes:
    """As SQL. Without passwords: those are in the configuration, and every start sets them again.

    Nor does it say by whom a role was granted, who would have to exist where it is restored.
    """
    env = programs.environment(database_url)
    command = [
        place.program("pg_dumpall"),
        "--roles-only",
        "--no-role-passwords",
        "--no-password",
        f"--database={env['PGDATABASE']}",
    ]
    with programs.running(command, env=env, writes=True) as process:
        return re.sub(rb" GRANTED BY [^;\n]+;", b";", programs.stdout_of(process).read())


def pack(part: Part, file: Path, recipients: Sequence[Recipient], report: Report) -> Sealed:
    with packed(part) as stream:
        return bundle.seal(stream, file, recipients, report.add)


def packed(part: Part) -> AbstractContextManager[BinaryIO]:
    """A tar of the part's files, which another thread writes while the block reads."""

    def write(pipe: BinaryIO) -> None:
        with tarfile.open(fileobj=pipe, mode="w|") as tar:
            for path in files_of(part):
                add(tar, part.root / path, path)

    return written_by(write)


def add(tar: tarfile.TarFile, path: Path, name: str) -> None:
    """One file as it is now. What has gone since it was seen is left out."""
    try:
        info = tar.gettarinfo(path, name)
        if not info.isreg():
            tar.addfile(info)
            return
        with path.open("rb") as stream:
            info.size = os.fstat(stream.fileno()).st_size
            if info.size > SMALL_BYTES:
                tar.addfile(info, stream)
                return
            content = stream.read()
    except FileNotFoundError:
        return
    except OSError as error:
        if error.errno is not None:
            raise
        raise FileChanged(
            f"{path} became shorter while it was read. Run the backup again."
        ) from error
    info.size = len(content)
    tar.addfile(info, io.BytesIO(content))


def files_of(part: Part) -> Iterator[str]:
    """Names below the part's root, folders before what is in them; sockets and the like are not."""
    for entry in part.entries:
        yield from below(part, entry)


def below(part: Part, name: str) -> Iterator[str]:
    path = part.root / name
    if name in part.without or not (path.is_symlink() or path.is_file() or path.is_dir()):
        return
    yield name
    if path.is_dir() and not path.is_symlink():
        for child in sorted(os.listdir(path)):  # noqa: PTH208 - names are what is wanted
            yield from below(part, f"{name}/{child}")


def size_of(part: Part) -> int:
    total = 0
    for name in files_of(part):
        try:
            total += (part.root / name).lstat().st_size
        except FileNotFoundError:
            continue
    return total
