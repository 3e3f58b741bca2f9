"""Copies in other places: a second folder, and S3. A backup with only one copy is one accident old.

A copy counts when it was compared with the original where it lies.
"""

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal

from agentlab.errors import AgentLabError, Unavailable
from agentlab.kit import clock
from agentlab.kit.folders import sync_folder
from agentlab.operations.backup import bucket, bundle, keys, retention, s3
from agentlab.operations.backup.place import S3, Place
from agentlab.operations.backup.shelf import (
    UNFINISHED,
    Copy,
    KeptBundle,
    Record,
    Report,
    Shelf,
    Step,
)


class CopyFailed(Unavailable):
    code = "backup_copy_failed"


def are_expected(place: Place) -> bool:
    return place.second_folder is not None or place.s3 is not None


def are_missing(place: Place, kept: KeptBundle) -> bool:
    """Whether a bundle does not lie in each place that is set."""
    made = kept.record.copies if kept.record else []
    there = {each.where for each in made if each.ok}
    return any(target.where not in there for target in targets(place, kept.file))


def copy(place: Place, shelf: Shelf, file: Path, report: Report, *, again: bool = False) -> None:
    """Copy a bundle to every place that is set; the record says what came of each.

    Where it lies already it is copied `again` only if somebody asks for that.

    Raises:
        CopyFailed: at least one is not there; the others were made all the same.
    """
    record = shelf.find(file.name).record or Record(size=file.stat().st_size, sha256="")
    there = {} if again else {each.where: each for each in record.copies if each.ok}
    made = [
        there.get(target.where) or attempt(target, record, report)
        for target in targets(place, file)
    ]
    shelf.change(file, lambda old: old.model_copy(update={"copies": made}))
    failures = [each.failure for each in made if each.failure]
    if failures:
        raise CopyFailed(
            f"{file.name} was made and verified, and could not be copied: {' '.join(failures)} "
            "`agentlab backup copy` tries again."
        )


@dataclass(frozen=True)
class Target:
    """A place that a bundle is to lie in, too."""

    kind: Literal["folder", "s3"]
    where: str
    work: Callable[[Record, Report], None]


def targets(place: Place, file: Path) -> Iterator[Target]:
    if (folder := place.second_folder) is not None:
        yield Target("folder", str(folder), partial(copy_to_folder, folder, file))
    if (there := place.s3) is not None:
        where = f"{there.endpoint.rstrip('/')}/{there.bucket}/{there.prefix}{file.name}"
        yield Target("s3", where, partial(copy_to_bucket, place, there, file))


def attempt(target: Target, record: Record, report: Report) -> Copy:
    failure = None
    try:
        target.work(record, report)
    except AgentLabError as error:
        if error.code == "backup_stopped":
            raise
        failure = error.detail
    except OSError as error:
        failure = f"{target.where}: {error.strerror or error}."
    return Copy(
        kind=target.kind, where=target.where, at=clock.now(), ok=not failure, failure=failure
    )


def copy_to_folder(folder: Path, file: Path, record: Record, report: Report) -> None:
    if not folder.is_dir():
        raise CopyFailed(f"The second folder {folder} is not there. Is its disk mounted?")
    report.begin(Step.COPYING, 2 * record.size)
    second, read = Shelf(folder), hashlib.sha256()
    with second.locked():
        fresh = folder / f"{UNFINISHED}{file.name}"
        with file.open("rb") as source, bundle.created(fresh) as target:
            while piece := source.read(bundle.CHUNK):
                target.write(piece)
                read.update(piece)
                report.add(len(piece))
            target.flush()
            os.fsync(target.fileno())
        copied = digest_of(fresh, report)
        if copied != read.hexdigest():
            fresh.unlink()
            raise CopyFailed(f"The copy in {folder} is not what was copied. Check that disk.")
        if not record.is_of(copied):
            fresh.unlink()
            raise CopyFailed(
                f"The copy in {folder} is not what was verified, and was given up. Check the disk "
                f"of {file.parent}."
            )
        second.keep(folder / file.name, record)
        fresh.rename(folder / file.name)
        sync_folder(folder)


def copy_to_bucket(place: Place, there: S3, file: Path, record: Record, report: Report) -> None:
    s3.upload(there, file, record, report, owner=owners_of(place)[0])


def owners_of(place: Place) -> list[str]:
    """Whose a copy elsewhere is, is told by the key that opens it: others may use it, too.

    The key that bundles are made with now, and those before it whose lines were left in its file.
    """
    return [str(identity.to_public()) for identity in keys.read(place.key)]


def prune(place: Place, shelf: Shelf, report: Report) -> None:
    """Remove what need not be kept there. Only after a success, and for who holds the shelf's lock.

    What a proof here found to be of no use is no good copy there either. What another AgentLab put
    there stays, and keeps nothing of ours from being kept: it may be all that is left of it. A
    folder whose disk went since the copy is not made anew on another one.
    """
    refuted = shelf.refuted() | {each.name for each in shelf.bundles() if not each.is_good}
    if (folder := place.second_folder) is not None and folder.is_dir():
        second = Shelf(folder, owners=owners_of(place))
        with second.locked():
            retention.confirm(second, place.keep, report, refuted)
            retention.prune(second, place.keep, refuted)
    if (there := place.s3) is not None:
        bucket.prune(there, place.keep, refuted, owners=owners_of(place))


def let_go_of_refuted(place: Place, shelf: Shelf) -> None:
    """Keep of those whose proof failed the newest few, here and elsewhere.

    The records of the others stay, by which their copies are known for what they are.
    """
    refuted = shelf.refuted()
    for each in retention.surplus(shelf.bundles(), refuted):
        shelf.let_go(each)
    if (folder := place.second_folder) is not None and folder.is_dir():
        second = Shelf(folder, owners=owners_of(place))
        with second.locked():
            for each in retention.surplus(second.bundles(), refuted):
                second.remove(each)
    if (there := place.s3) is not None:
        bucket.let_go(there, refuted, owners=owners_of(place))


def digest_of(file: Path, report: Report) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)  # from the disk
        while piece := stream.read(bundle.CHUNK):
            digest.update(piece)
            report.add(len(piece))
    return digest.hexdigest()
