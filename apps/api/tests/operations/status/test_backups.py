"""What the records beside the bundles say of backups and their proofs."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from agentlab.kit import clock
from agentlab.operations.backup import shelf as shelf_module
from agentlab.operations.backup.shelf import Record, Shelf
from agentlab.operations.status.backups import Backups
from agentlab.operations.status.components import Component, Finding, Reason, State
from agentlab.operations.status.settings import backups_wanted

FINE = (State.UP, None)


class Bundles:
    """A folder of bundles, as backups leave it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        self.begun(days=300)

    def begun(self, **ago: float) -> None:
        """When the folder was last changed."""
        at = (datetime.now(UTC) - timedelta(**ago)).timestamp()
        os.utime(self.folder, (at, at))

    def keep(self, hours: float, *, proof: dict[str, Any] | None = None, **record: Any) -> Path:
        at = datetime.now(UTC) - timedelta(hours=hours)
        file = self.folder / f"agentlab-{at:%Y%m%dT%H%M%SZ}-0123abcd.bundle"
        file.write_bytes(b"x" * 100)
        proven = {"at": str(at), "seconds": 4.5, "ok": True, "compared": []} | (proof or {})
        written = {
            "size": 100,
            "sha256": "0" * 64,
            "seconds": 2.0,
            "verified_at": str(at),
            "failure": None,
            "proof": proven,
            "copies": [{"kind": "s3", "ok": True}],
        }
        file.with_suffix(".json").write_text(json.dumps(written | record))
        return file

    def fail(self, hours: float) -> None:
        at = datetime.now(UTC) - timedelta(hours=hours)
        failure = {"at": str(at), "sentence": "The disk /secret/place is full."}
        (self.folder / "state.json").write_text(json.dumps({"last_failure": failure}))

    async def look(self, **every: float) -> tuple[Finding, Finding]:
        span = {"every": timedelta(**every)} if every else {}
        backup, proof = await Backups(self.folder, **span).look()
        assert (backup.component, proof.component) == (Component.BACKUP, Component.PROOF)
        return backup, proof

    async def found(self, **every: float) -> tuple[tuple[State, Reason | None], ...]:
        return tuple((each.state, each.reason) for each in await self.look(**every))


@pytest.fixture
def bundles(tmp_path: Path) -> Bundles:
    return Bundles(tmp_path / "backups")


async def test_a_proven_backup_of_last_night_is_fine(bundles: Bundles) -> None:
    bundles.keep(30)
    bundles.keep(6)
    backup, proof = await bundles.look()
    assert (backup.state, proof.state) == (State.UP, State.UP)
    assert backup.figures["backups_good"] == 2
    assert backup.figures["backup_bytes"] == 100
    assert backup.figures["backup_age_seconds"] == pytest.approx(6 * 3_600, abs=60)
    assert proof.figures["proof_age_seconds"] == pytest.approx(6 * 3_600, abs=60)
    assert (proof.figures["proof_seconds"], proof.figures["proof_failed"]) == (4.5, 0)


async def test_without_a_folder_there_is_nothing_to_look_at(tmp_path: Path) -> None:
    assert await Backups(tmp_path / "backups").look() == []


async def test_the_first_backup_is_waited_for(bundles: Bundles) -> None:
    bundles.begun(hours=20)
    assert await bundles.found() == (FINE, FINE)
    bundles.begun(hours=40)
    assert await bundles.found() == ((State.DEGRADED, Reason.BACKUP_LATE), FINE)
    bundles.begun(hours=70)
    assert (await bundles.found())[0] == (State.DOWN, Reason.NO_BACKUP)


async def test_backups_that_were_never_restored_for_a_trial_need_attention(
    bundles: Bundles,
) -> None:
    bundles.keep(1, proof={"at": ""})
    assert await bundles.found() == (FINE, FINE)
    bundles.keep(40, proof={"at": ""})
    assert await bundles.found() == (FINE, (State.DEGRADED, Reason.NOT_PROVEN))


@pytest.mark.parametrize(
    ("hours", "expected"),
    [
        (35, FINE),
        (37, (State.DEGRADED, Reason.BACKUP_LATE)),
        (61, (State.DOWN, Reason.NO_BACKUP)),
    ],
)
async def test_a_backup_is_judged_by_its_age(
    bundles: Bundles, hours: float, expected: tuple[State, Reason | None]
) -> None:
    bundles.keep(hours)
    assert (await bundles.found())[0] == expected


async def test_a_weekly_backup_is_judged_by_the_week(bundles: Bundles) -> None:
    bundles.keep(170)
    assert await bundles.found(days=7) == (FINE, FINE)


@pytest.mark.parametrize(
    ("schedule", "every"),
    [
        ("", timedelta(days=1)),
        ("0 */6 * * *", timedelta(hours=6)),
        ("0 3 * * 0", timedelta(days=7)),
        ("0 3 * * 1-5", timedelta(days=3)),
        ("nonsense", timedelta(days=1)),
    ],
)
def test_how_often_one_is_due_is_what_the_schedule_says(schedule: str, every: timedelta) -> None:
    [found] = backups_wanted({"BACKUP_SCHEDULE": schedule}, Path("/nowhere"))
    assert found.every == every


def test_where_none_are_made_none_are_missed() -> None:
    assert backups_wanted({"BACKUP_SCHEDULE": "off"}, Path("/nowhere")) == []


async def test_the_shelf_writes_what_is_read_here(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path / "backups")
    shelf.prepare()
    at = clock.now()
    file = shelf.folder / f"agentlab-{at:%Y%m%dT%H%M%SZ}-0123abcd.bundle"
    file.write_bytes(b"x" * 10)
    proof = shelf_module.Proof(at=at, seconds=3, ok=True)
    copy = shelf_module.Copy(kind="s3", where="elsewhere", at=at, ok=False, failure="no")
    record = Record(size=10, sha256="0" * 64, verified_at=at, proof=proof, copies=[copy])
    shelf.keep(file, record)
    backup, proven = await Backups(shelf.folder).look()
    assert (backup.state, backup.reason) == (State.DEGRADED, Reason.COPY_FAILED)
    assert (proven.state, proven.figures["proof_seconds"]) == (State.UP, 3)
    shelf.note_failure("The disk is full.")
    backup, _ = await Backups(shelf.folder).look()
    assert (backup.state, backup.reason) == (State.DEGRADED, Reason.BACKUP_FAILED)


async def test_a_failure_counts_until_a_backup_succeeds(bundles: Bundles) -> None:
    bundles.keep(20)
    bundles.fail(2)
    backup, _ = await bundles.look()
    assert (backup.state, backup.reason) == (State.DEGRADED, Reason.BACKUP_FAILED)
    assert "secret" not in backup.detail
    bundles.keep(1)
    assert (await bundles.found())[0] == FINE


async def test_a_backup_that_cannot_be_restored_is_none(bundles: Bundles) -> None:
    bundles.keep(30)
    bundles.keep(6, proof={"ok": False, "failure": "It has 3 rows fewer."})
    backup, proof = await bundles.look()
    assert backup.figures["backups_good"] == 1
    assert (proof.state, proof.reason) == (State.DOWN, Reason.PROOF_FAILED)
    assert proof.figures["proof_failed"] == 1


async def test_an_old_proof_needs_attention(bundles: Bundles) -> None:
    bundles.keep(24 * 9)
    bundles.keep(6, proof={"at": ""})
    assert await bundles.found() == (FINE, (State.DEGRADED, Reason.PROOF_LATE))


async def test_a_copy_that_failed_needs_attention(bundles: Bundles) -> None:
    copies = [{"kind": "s3", "ok": True}, {"kind": "folder", "ok": False, "failure": "away"}]
    bundles.keep(6, copies=copies)
    assert (await bundles.found())[0] == (State.DEGRADED, Reason.COPY_FAILED)


async def test_backups_that_lie_in_no_other_place_need_attention(bundles: Bundles) -> None:
    bundles.keep(30, copies=[])
    assert (await bundles.found())[0] == FINE  # the day is still long enough to set one
    bundles.keep(40, copies=[])
    backup, _ = await bundles.look()
    assert (backup.state, backup.reason) == (State.DEGRADED, Reason.NO_COPY)
    apart = backup.figures["backup_elsewhere_age_seconds"]
    assert apart == pytest.approx(40 * 3_600, abs=60)


async def test_a_backup_may_be_copied_after_it_was_made(bundles: Bundles) -> None:
    bundles.keep(50)
    bundles.keep(25)
    bundles.keep(1, copies=[])
    backup, _ = await bundles.look()
    assert (backup.state, backup.reason) == FINE
    apart = backup.figures["backup_elsewhere_age_seconds"]
    assert apart == pytest.approx(25 * 3_600, abs=60)


async def test_copies_that_are_no_longer_made_are_missed(bundles: Bundles) -> None:
    bundles.keep(60)
    bundles.keep(30, copies=[])
    bundles.keep(6, copies=[])
    assert (await bundles.found())[0] == (State.DEGRADED, Reason.NO_COPY)
    assert (await bundles.found(days=7))[0] == FINE


async def test_what_is_not_verified_or_not_whole_or_of_the_future_is_no_backup(
    bundles: Bundles,
) -> None:
    bundles.keep(1, verified_at=None)
    bundles.keep(2, failure="Its end is missing.")
    bundles.keep(3).write_bytes(b"x")
    bundles.keep(4).unlink()
    bundles.keep(-50, proof={"at": ""})
    for number, content in enumerate(("", "[]", "null", '{"size": "many"}')):
        name = f"agentlab-20261124T03000{number}Z-0123abcd.json"
        (bundles.folder / name).write_text(content)
    (bundles.folder / "state.json").write_text("{")
    bundles.begun(days=300)
    backup, _ = await bundles.look()
    assert backup.figures == {"backups_good": 0}
    assert (backup.state, backup.reason) == (State.DOWN, Reason.NO_BACKUP)


async def test_a_folder_that_may_not_be_read_says_nothing(
    bundles: Bundles, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundles.keep(6)

    def refuse(_: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", refuse)
    unseen = (State.UNKNOWN, Reason.NO_ANSWER)
    assert await bundles.found() == (unseen, unseen)
