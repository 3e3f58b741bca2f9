"""How old the last backup and its last proof are, by the small files that lie beside the bundles.

`operations/backup/shelf.py` writes them. Nothing of it is imported: it loads what reads bundles,
and the prober needs a few numbers. Names, places and sentences in these files are not published.
"""

import asyncio
import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from agentlab.kit import clock
from agentlab.operations.status.components import Component, Finding, Reason, State

NAME = re.compile(r"agentlab-(\d{8}T\d{6}Z)-[0-9a-f]{8}\.json")

GRACE = timedelta(hours=12)
PROOF_LATE = timedelta(days=8)
FUTURE = timedelta(hours=1)
"""So much later than now, a clock was wrong."""

Json = dict[str, Any]


@dataclass(frozen=True)
class Backup:
    """A bundle that was verified, by its record."""

    at: datetime
    size: int
    copies: tuple[bool, ...]
    """Whether each is there; none where no other place was set."""

    @property
    def is_elsewhere(self) -> bool:
        return any(self.copies)


@dataclass(frozen=True)
class Proof:
    at: datetime
    ok: bool
    seconds: float


@dataclass(frozen=True)
class Shelf:
    """What the records say."""

    backups: list[Backup]
    """Good ones, the newest first."""
    proof: Proof | None
    failed_at: datetime | None


@dataclass(frozen=True)
class Backups:
    """The folder that the bundles lie in.

    Args:
        folder: without it there is nothing to look at.
        every: how long after one backup the next is due.
    """

    folder: Path
    every: timedelta = timedelta(days=1)

    async def look(self) -> list[Finding]:
        try:
            begun_at = datetime.fromtimestamp(self.folder.stat().st_mtime, UTC)
            shelf = await asyncio.to_thread(read, self.folder)
        except FileNotFoundError:
            return []
        except OSError as error:
            hidden = State.UNKNOWN, Reason.NO_ANSWER
            detail = f"the backups' folder cannot be read: {error.strerror}"
            return [Finding(each, *hidden, detail=detail) for each in AGES]
        now = clock.now()
        return [self.backup(shelf, begun_at, now), self.proof(shelf, now)]

    def backup(self, shelf: Shelf, begun_at: datetime, now: datetime) -> Finding:
        newest = next(iter(shelf.backups), None)
        age, apart = now - (newest.at if newest else begun_at), apart_for(shelf.backups, now)
        figures = {"backups_good": float(len(shelf.backups))}
        if newest:
            figures |= {
                "backup_age_seconds": age.total_seconds(),
                "backup_bytes": newest.size,
                "backup_elsewhere_age_seconds": apart.total_seconds(),
            }
        detail = f"{len(shelf.backups)} good, the last one {told(age)} old" if newest else "none"
        state, reason = self.judged(shelf, newest, age, apart)
        return Finding(Component.BACKUP, state, reason, detail=detail, figures=figures)

    def judged(
        self, shelf: Shelf, newest: Backup | None, age: timedelta, apart: timedelta
    ) -> tuple[State, Reason | None]:
        """Without a copy elsewhere, set or not, one accident takes all: never simply up.

        It is no incident either: nothing that worked has ceased to.
        """
        if age > 2 * self.every + GRACE:
            return State.DOWN, Reason.NO_BACKUP
        if shelf.failed_at and (newest is None or shelf.failed_at > newest.at):
            return State.DEGRADED, Reason.BACKUP_FAILED
        if age > self.every + GRACE:
            return State.DEGRADED, Reason.BACKUP_LATE
        if newest and not all(newest.copies):
            return State.DEGRADED, Reason.COPY_FAILED
        if apart > self.every + GRACE:
            return State.DEGRADED, Reason.NO_COPY
        return State.UP, None  # also before the first one is due

    def proof(self, shelf: Shelf, now: datetime) -> Finding:
        proof, component = shelf.proof, Component.PROOF
        if proof is None:
            # Without a backup there is nothing to prove, and that is told of the backup itself.
            first = min((each.at for each in shelf.backups), default=now)
            if now - first > self.every + GRACE:
                return Finding(component, State.DEGRADED, Reason.NOT_PROVEN, detail="none")
            return Finding(component, State.UP, detail="none")
        age = now - proof.at
        figures = {"proof_age_seconds": age.total_seconds(), "proof_seconds": proof.seconds}
        detail = f"{told(age)} ago, in {proof.seconds:.0f} s"
        if not proof.ok:
            figures["proof_failed"] = 1.0
            failed = Reason.PROOF_FAILED
            return Finding(component, State.DOWN, failed, detail=detail, figures=figures)
        figures["proof_failed"] = 0.0
        if age > max(PROOF_LATE, self.every + GRACE):
            late_proof = Reason.PROOF_LATE
            return Finding(component, State.DEGRADED, late_proof, detail=detail, figures=figures)
        return Finding(component, State.UP, detail=detail, figures=figures)


AGES = (Component.BACKUP, Component.PROOF)


def read(folder: Path) -> Shelf:
    """What cannot be read is passed over: it is neither a good backup nor a proof."""
    backups, proofs = [], []
    for file in folder.iterdir():
        named = NAME.fullmatch(file.name)
        record = json_in(file) if named else {}
        if not named or not record:
            continue
        at = datetime.strptime(named[1], "%Y%m%dT%H%M%S%z")
        proof = proof_in(record.get("proof"))
        if proof:
            proofs.append(proof)
        if at <= clock.now() + FUTURE and is_good(file.with_suffix(".bundle"), record, proof):
            copies = tuple(bool(copy.get("ok")) for copy in record.get("copies") or [])
            backups.append(Backup(at, int(record["size"]), copies))
    return Shelf(
        backups=sorted(backups, key=lambda each: each.at, reverse=True),
        proof=max(proofs, key=lambda each: each.at, default=None),
        failed_at=moment_in((json_in(folder / "state.json").get("last_failure") or {}).get("at")),
    )


def apart_for(backups: list[Backup], now: datetime) -> timedelta:
    """How old the newest is that lies elsewhere; while none does, the oldest.

    The newest alone does not tell: it is copied only after it was made.
    """
    oldest = min((each.at for each in backups), default=now)
    return now - max((each.at for each in backups if each.is_elsewhere), default=oldest)


def is_good(bundle: Path, record: Json, proof: Proof | None) -> bool:
    """Verified, as long as it was then, and not found wanting since."""
    if not record.get("verified_at") or record.get("failure") or (proof and not proof.ok):
        return False
    try:
        return bundle.stat().st_size == record.get("size")
    except OSError:
        return False


def proof_in(value: object) -> Proof | None:
    if not isinstance(value, dict):
        return None
    at = moment_in(value.get("at"))
    return Proof(at, value.get("ok") is True, float(value.get("seconds") or 0)) if at else None


def json_in(file: Path) -> Json:
    try:
        found = json.loads(file.read_bytes())
    except PermissionError:
        raise
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def moment_in(value: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def told(age: timedelta) -> str:
    hours = age.total_seconds() / 3_600
    return f"{hours:.0f} h" if hours < 48 else f"{hours / 24:.0f} days"  # noqa: PLR2004 - two days
