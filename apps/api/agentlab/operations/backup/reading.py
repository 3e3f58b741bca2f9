"""The backups as pages and metrics show them: from files alone, without the place's programs."""

from collections.abc import Iterator
from datetime import datetime

from croniter import croniter
from prometheus_client.metrics_core import Metric

from agentlab.kit import clock
from agentlab.kit.metrics import gauge
from agentlab.operations.backup.desk import folder_of
from agentlab.operations.backup.schemas import BackupOut, BackupsOut, FailureOut
from agentlab.operations.backup.shelf import KeptBundle, Shelf, State
from agentlab.settings import OFF, Settings


def shelf_of(settings: Settings) -> Shelf:
    return Shelf(folder_of(settings))


def state_of(settings: Settings) -> State:
    copies = settings.backup_second_folder or settings.backup_s3_endpoint
    return shelf_of(settings).state(copies_expected=copies is not None, runs=True)


def overview(settings: Settings) -> BackupsOut:
    state, failure = state_of(settings), None
    if state.last_failure:
        failure = FailureOut(at=state.last_failure.at, sentence=state.last_failure.sentence)
    return BackupsOut(
        backups=[shown(kept) for kept in shelf_of(settings).bundles()],
        running=state.running,
        last_success=state.last_success,
        last_failure=failure,
        last_proof=state.last_proof,
        last_copy=state.last_copy,
        key_rehearsed_at=state.key_rehearsed_at,
        size_bytes=state.size_bytes,
        free_bytes=state.free_bytes,
        warnings=list(state.warnings),
        schedule=settings.backup_schedule,
        next_at=next_after(settings.backup_schedule, clock.now()),
    )


def shown(kept: KeptBundle) -> BackupOut:
    record, manifest = kept.record, kept.manifest
    return BackupOut(
        name=kept.file.stem,
        created_at=kept.created_at,
        size=kept.size,
        is_good=kept.is_good,
        trouble=kept.trouble or (record.failure if record else None),
        seconds=record.seconds if record else None,
        verified_at=record.verified_at if record else None,
        proof=record.proof if record else None,
        copies=record.copies if record else [],
        reason=manifest.reason if manifest else None,
        agentlab=manifest.agentlab if manifest else None,
        rows=sum(manifest.database.rows.values()) if manifest else None,
        versions=manifest.documents.count if manifest else None,
    )


def next_after(schedule: str, moment: datetime) -> datetime | None:
    if schedule == OFF:
        return None
    due: datetime = croniter(schedule, moment).get_next(datetime)
    return due


def metrics(settings: Settings) -> Iterator[Metric]:
    """Moments are seconds since 1970, 0 for never; nothing from a process that sees no backups."""
    shelf, state = shelf_of(settings), state_of(settings)
    if not shelf.folder.is_dir():
        return
    newest = shelf.latest_good()
    proof = state.last_proof
    for name, about, value in (
        ("good", "Backups that were verified, and whose proof did not fail.", state.good),
        ("size_bytes", "The newest good backup.", newest.size if newest else 0),
        ("total_size_bytes", "All backups here.", state.size_bytes),
        ("free_bytes", "Free on the disk that they lie on.", state.free_bytes),
        ("last_success_timestamp_seconds", "The newest good backup.", seconds(state.last_success)),
        ("last_proof_timestamp_seconds", "The last proof.", seconds(proof.at if proof else None)),
        ("last_proof_ok", "Whether the last proof succeeded.", int(bool(proof and proof.ok))),
        ("last_copy_timestamp_seconds", "The last copy elsewhere.", seconds(state.last_copy)),
        (
            "key_rehearsed_timestamp_seconds",
            "The key's rehearsal.",
            seconds(state.key_rehearsed_at),
        ),
        (
            "failed",
            "Whether something failed since the last success.",
            int(bool(state.last_failure)),
        ),
        ("running", "Whether one is being made.", int(state.running is not None)),
    ):
        yield gauge(f"agentlab_backup_{name}", about, value)


def seconds(moment: datetime | None) -> float:
    return moment.timestamp() if moment else 0
