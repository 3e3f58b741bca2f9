"""A rehearsed recovery: what each of the plan's four parts came to, and the figures.

The report is kept as a file, which the status page shows as an event.
"""

import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from enum import StrEnum
from pathlib import Path

from pydantic import BaseModel

from agentlab.errors import AgentLabError
from agentlab.kit import clock, logging
from agentlab.operations.backup.shelf import Shelf, write_json
from agentlab.operations.restore.databases import first_line

STAMP = "%Y%m%dT%H%M%SZ"

log = logging.get(__name__)


class Part(StrEnum):
    """Of the recovery plan, as docs/operate/disaster-recovery.md has them."""

    DATA = "data"
    SERVICE = "service"
    CONFIGURATION = "configuration"
    COMMUNICATION = "communication"


class Rehearsed(BaseModel):
    part: Part
    ok: bool
    seconds: float
    said: list[str]
    """What was seen to work, each a sentence; the last says why the part failed, if it did."""
    advice: list[str] = []
    """What would make it better, and is no failure."""


class Report(BaseModel):
    started_at: datetime
    finished_at: datetime
    ok: bool
    rpo_s: float | None
    """How much work would have been lost, in seconds: what nothing but this machine had."""
    rto_s: float | None
    """How long it took to have everything back, in seconds; null when it did not come back."""
    parts: list[Rehearsed]


class Notes:
    """What a part's rehearsal writes down while it goes on."""

    def __init__(self) -> None:
        self.said: list[str] = []
        self.advice: list[str] = []


Rehearsal = Callable[[Notes], None]
"""Raises when the part does not work: one of our sentences, or whatever it ran into."""


def drill(
    rehearsals: dict[Part, Rehearsal],
    *,
    rpo_s: Callable[[], float | None],
    folder: Path,
) -> Report:
    """Rehearse every part, also when one of them fails; keep the report in `folder`."""
    started_at, lost_s = clock.now(), measured(rpo_s)
    parts = [rehearse(part, rehearsal) for part, rehearsal in rehearsals.items()]
    brought_back = [each for each in parts if each.part in {Part.DATA, Part.SERVICE}]
    report = Report(
        started_at=started_at,
        finished_at=clock.now(),
        ok=all(each.ok for each in parts),
        rpo_s=lost_s,
        rto_s=round(sum(each.seconds for each in brought_back), 1)
        if all(each.ok for each in brought_back)
        else None,
        parts=parts,
    )
    folder.mkdir(parents=True, exist_ok=True)
    write_json(folder / f"{report.finished_at:{STAMP}}.json", report)
    return report


def measured(rpo_s: Callable[[], float | None]) -> float | None:
    """None where it cannot be told: that ends no drill, whose parts say what does not work."""
    try:
        return rpo_s()
    except Exception:
        log.exception("drill_rpo_unknown")
        return None


def rehearse(part: Part, rehearsal: Rehearsal) -> Rehearsed:
    notes, began, ok = Notes(), time.monotonic(), True
    try:
        rehearsal(notes)
    except AgentLabError as error:
        notes.said.append(error.detail)
        ok = False
    except Exception as error:
        log.exception("drill_part_failed", part=part)
        notes.said.append(
            f"It was ended by {type(error).__name__}: {first_line(error).rstrip('.')}. Mend that, "
            "then run the drill again."
        )
        ok = False
    seconds = round(time.monotonic() - began, 1)
    return Rehearsed(part=part, ok=ok, seconds=seconds, said=notes.said, advice=notes.advice)


def age_of_newest(shelf: Shelf) -> float | None:
    """Of the newest good backup, in seconds; None where there is none."""
    newest = shelf.latest_good()
    return round((clock.now() - newest.created_at).total_seconds(), 1) if newest else None


def advise_on_custody(shelf: Shelf, notes: Notes) -> None:
    rehearsed_at = shelf.notes().key_rehearsed_at
    if rehearsed_at is None:
        notes.advice.append(
            "Nobody has rehearsed yet that a copy of the key opens a backup: `agentlab backup "
            "verify latest --key FILE`, with the copy from where you keep it."
        )
    else:
        notes.said.append(f"A copy of the key was last rehearsed on {rehearsed_at:%Y-%m-%d}.")


@contextmanager
def scratch_folder(parent: Path) -> Iterator[Path]:
    """Removed at the end, whatever a drill that was killed has left before included."""
    parent.mkdir(mode=0o711, parents=True, exist_ok=True)
    for left in parent.glob("drill-*"):
        shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix="drill-", dir=parent))
    folder.chmod(0o711)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
