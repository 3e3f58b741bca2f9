"""Backups and the archive that leads to any moment, from what lies beside the bundles."""

from datetime import datetime, timedelta
from pathlib import Path

from agentlab.kit import clock
from agentlab.operations.backup.archives import BEHIND, Archive, Which, read_state
from agentlab.operations.backup.desk import folder_of
from agentlab.operations.backup.shelf import TOO_OLD, Shelf, Warning_
from agentlab.operations.backup.shelf import State as ShelfState
from agentlab.operations.backup.speaking import Words, moments_of, warnings_of
from agentlab.operations.embedded import holder_of
from agentlab.operations.embedded.folder import BACKUP_KEY, SECRETS
from agentlab.operations.host.doctor.findings import (
    Kind,
    Place,
    Table,
    Verdict,
    ok,
    problem,
    warning,
)

checks = Table()

PROOF_TOO_OLD = timedelta(days=8)

NOT_YET = {
    Warning_.NO_BACKUP,
    Warning_.NOT_PROVEN,
    Warning_.NO_COPY,
    Warning_.KEY_NOT_REHEARSED,
}
"""What is still to come on the first day; the page of the backups says it from the beginning."""

PROBLEMS = {Warning_.NO_BACKUP, Warning_.TOO_OLD, Warning_.PROOF_FAILED}
"""With these, much would be lost if the disk broke today."""


@checks.on(Kind.DESK, Kind.HOST)
def backups(place: Place) -> Verdict | None:
    """There is a good backup, it is young, was proven, and lies elsewhere, too."""
    shelf, key, copies_expected = shelf_of(place)
    if not key.exists():
        return ok("Backups begin when AgentLab has been started.")
    state = shelf.state(copies_expected=copies_expected)
    found = [pair for pair in warnings_of(state) if pair[0] is not Warning_.NOT_ARCHIVED]
    found += old_proof(state)
    if not found:
        return ok(f"The newest good backup is of {said(state.last_success)}; it was proven.")
    is_new = clock.now().timestamp() - key.stat().st_mtime < TOO_OLD.total_seconds()
    if is_new and not (found := [pair for pair in found if pair[0] not in NOT_YET]):
        return ok("AgentLab is new here, and its backups have just begun.")
    verdict = problem if {kind for kind, _ in found} & PROBLEMS else warning
    return verdict(
        " ".join(words.sentence for _, words in found),
        " ".join(words.remedy for _, words in found if words.remedy),
    )


def shelf_of(place: Place) -> tuple[Shelf, Path, bool]:
    """Where the backups lie, their key, and whether copies are made."""
    if place.kind is Kind.DESK:
        settings = place.settings
        copies = settings.backup_second_folder or settings.backup_s3_endpoint
        return Shelf(folder_of(settings)), settings.data_dir / SECRETS / BACKUP_KEY, bool(copies)
    env = place.installation.read_env()
    copies = env.get("BACKUP_SECOND_FOLDER") or env.get("BACKUP_S3_ENDPOINT")
    return Shelf(place.installation.backups), place.installation.secrets / BACKUP_KEY, bool(copies)


def old_proof(state: ShelfState) -> list[tuple[Warning_, Words]]:
    proof = state.last_proof
    if proof is None or not proof.ok or clock.now() - proof.at < PROOF_TOO_OLD:
        return []
    sentence = f"The last proof is of {said(proof.at)}."
    return [(Warning_.NOT_PROVEN, Words(sentence, "`agentlab backup verify latest --prove`."))]


@checks.on(Kind.DESK, Kind.HOST)
def point_in_time(place: Place) -> Verdict | None:
    """What is written is archived as it comes, so that one can go back to any moment."""
    if place.kind is Kind.DESK and place.settings.database_url:
        return None
    if place.kind is Kind.DESK and not place.settings.backup_archive_days:
        return ok("Nothing is archived: BACKUP_ARCHIVE_DAYS is 0.")
    found = read_state(shelf_of(place)[0].folder)
    runs = place.kind is Kind.HOST or holder_of(place.settings.data_dir) is not None
    troubles = [words for each in found if (words := trouble_with(each, runs=runs))]
    if troubles:
        return warning(
            " ".join(words.sentence for words in troubles),
            " ".join(dict.fromkeys(words.remedy for words in troubles)),
        )
    if not any(each.since for each in found):
        return ok("The archive begins when people use AgentLab.")
    return ok(" ".join(map(moments_of, found)))


def trouble_with(archive: Archive, *, runs: bool) -> Words | None:
    where = "The archive" if archive.which is Which.LOCAL else "The archive elsewhere"
    reached = archive.until or archive.checked_at
    if archive.failure:
        return Words(f"{where} is not kept: {archive.failure}", KEEPS_TRYING)
    if archive.has_gap:
        return Words(f"{where} has a gap, and no base backup since.", KEEPS_TRYING)
    if runs and archive.since and clock.now() - reached > BEHIND:
        return Words(f"{where} has nothing since {said(reached)}.", KEEPS_TRYING)
    return None


KEEPS_TRYING = "It goes on by itself when that is mended; the log says what is in the way."


def said(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC" if moment else "no day"
