"""Copies in other places: a second folder, and S3. A backup with only one copy is one accident old.

A copy counts when it was compared with the original where it lies.
"""

import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from agentlab.errors import AgentLabError, Unavailable
from agentlab.kit import clock
from agentlab.kit.folders import sync_folder
from agentlab.operations.backup import bucket, bundle, keys, retention, s3
from agentlab.operations.backup.place import S3, Place
from agentlab.operations.backup.shelf import (
    UNFINISHED,
    Copy,
    Record,
    Report,
    Shelf,
    Step,
)


class CopyFailed(Unavailable):
    code = "backup_copy_failed"


def are_expected(place: Place) -> bool:
    return place.second_folder is not None or place.s3 is not None


def copy(place: Place, shelf: Shelf, file: Path, report: Report) -> None:
    """Copy a bundle to every place that is set; the record says what came of each.

    Raises:
        CopyFailed: at least one is not there; the others were made all the same.
    """
    record = shelf.find(file.name).record or Record(size=file.stat().st_size, sha256="")
    made = list(attempts(place, file, record, report))
    shelf.change(file, lambda old: old.model_copy(update={"copies": made}))
    failures = [each.failure for each in made if each.failure]
    if failures:
        raise CopyFailed(
            f"{file.name} was made and verified, and could not be copied: {' '.join(failures)} "
            "`agentlab backup copy` tries again."
        )


def attempts(place: Place, file: Path, record: Record, report: Report) -> Iterator[Copy]:
    if (folder := place.second_folder) is not None:
        yield attempt(
            "folder", str(folder), lambda: copy_to_folder(place, folder, file, record, report)
        )
    if (there := place.s3) is not None:
        where = f"{there.endpoint.rstrip('/')}/{there.bucket}/{there.prefix}{file.name}"
        yield attempt("s3", where, lambda: copy_to_bucket(place, there, file, record, report))


def attempt(kind: str, where: str, work: Callable[[], None]) -> Copy:
    failure = None
    try:
        work()
    except AgentLabError as error:
        if error.code == "backup_stopped":
            raise
        failure = error.detail
    except OSError as error:
        failure = f"{where}: {error.strerror or error}."
    values = {"kind": kind, "where": where, "at": clock.now(), "ok": not failure}
    return Copy.model_validate({**values, "failure": failure})


def copy_to_folder(place: Place, folder: Path, file: Path, record: Record, report: Report) -> None:
    if not folder.is_dir():
        raise CopyFailed(f"The second folder {folder} is not there. Is its disk mounted?")
    report.begin(Step.COPYING, 2 * record.size)
    second = Shelf(folder)
    with second.locked():
        fresh = folder / f"{UNFINISHED}{file.name}"
        with file.open("rb") as source, bundle.created(fresh) as target:
            while piece := source.read(bundle.CHUNK):
                target.write(piece)
                report.add(len(piece))
            target.flush()
            os.fsync(target.fileno())
        if digest_of(fresh, report) != record.sha256:
            fresh.unlink()
            raise CopyFailed(f"The copy in {folder} is not what was copied. Check that disk.")
        second.keep(folder / file.name, record)
        fresh.rename(folder / file.name)
        sync_folder(folder)
        retention.prune(second, place.keep)


def copy_to_bucket(place: Place, there: S3, file: Path, record: Record, report: Report) -> None:
    """Whose it is, is told by the key that opens it: others may use the bucket, too."""
    owner = keys.read(place.key)[0].to_public()
    s3.upload(there, file, record, report, owner=str(owner))
    bucket.prune(there, place.keep, owner=str(owner))


def digest_of(file: Path, report: Report) -> str:
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)  # from the disk
        while piece := stream.read(bundle.CHUNK):
            digest.update(piece)
            report.add(len(piece))
    return digest.hexdigest()
