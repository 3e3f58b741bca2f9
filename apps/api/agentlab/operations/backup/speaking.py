"""What the state of backups and archives means, in sentences: for the command and the doctor."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from typing_extensions import override

from agentlab.operations.backup.archives import Archive, Which
from agentlab.operations.backup.shelf import State, Warning_


@dataclass(frozen=True)
class Words:
    sentence: str
    remedy: str

    @override
    def __str__(self) -> str:
        return f"{self.sentence} {self.remedy}".strip()


def warnings_of(state: State) -> Iterator[tuple[Warning_, Words]]:
    """Each with what somebody has to do about it."""
    for warning in state.warnings:
        words = WARNINGS[warning]
        if warning is Warning_.LAST_FAILED and state.last_failure:
            words = Words(f"The last run failed: {state.last_failure.sentence}", words.remedy)
        yield warning, words


WARNINGS = {
    Warning_.NO_BACKUP: Words("There is no good backup.", "`agentlab backup create` makes one."),
    Warning_.LAST_FAILED: Words("The last run failed.", ""),
    Warning_.TOO_OLD: Words(
        "The newest good backup is older than a day and a half.",
        "`agentlab backup create` makes one and says what is in the way.",
    ),
    Warning_.NOT_PROVEN: Words(
        "No backup was proven yet.", "`agentlab backup verify latest --prove` does it."
    ),
    Warning_.PROOF_FAILED: Words(
        "The last proof failed: that backup cannot be relied on.",
        "`agentlab backup create` makes another and proves it.",
    ),
    Warning_.NO_COPY: Words(
        "There is no copy elsewhere.", "Set BACKUP_SECOND_FOLDER or BACKUP_S3_ENDPOINT."
    ),
    Warning_.COPY_FAILED: Words(
        "The newest backup was not copied elsewhere.", "`agentlab backup copy` does it."
    ),
    Warning_.KEY_NOT_REHEARSED: Words(
        "The key was never rehearsed.",
        "`agentlab backup export-key FILE`, then `agentlab backup verify latest --key FILE`.",
    ),
    Warning_.FROM_THE_FUTURE: Words(
        "A backup has a date in the future.", "Look at this machine's clock."
    ),
    Warning_.NOT_ARCHIVED: Words(
        "What is done now is not archived, so that one could not go back to it.",
        "`agentlab doctor` says what is in the way.",
    ),
}


def moments_of(archive: Archive) -> str:
    """From when to when one can go back, and how."""
    is_local = archive.which is Which.LOCAL
    where, option = ("", "") if is_local else ("Elsewhere: ", " --elsewhere")
    if archive.since is None:
        return f"{where}No moment can be restored yet: there is no base backup."
    until = f" to {spelled(archive.until)}" if archive.until else ""
    return (
        f"{where}Any moment from {spelled(next_second(archive.since))}{until} UTC: "
        f"`agentlab restore --at TIME{option}`."
    )


def stretches_of(archive: Archive) -> list[str]:
    """A line for each, where there is more than one: to what lies between nothing leads."""
    if len(archive.stretches) < 2:  # noqa: PLR2004 - one has no gap
        return []
    return [
        f"  {spelled(next_second(since))} to {spelled(until)} UTC"
        for since, until in archive.stretches
    ]


def next_second(moment: datetime) -> datetime:
    """The first whole one that is not before it: what a person can name."""
    whole = moment.replace(microsecond=0)
    return whole if whole == moment else whole + timedelta(seconds=1)


def spelled(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}"
