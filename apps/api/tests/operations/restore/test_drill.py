"""A rehearsed recovery says what works, how much would be lost, and how long it takes."""

import json
import shutil
import subprocess
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import psycopg

from agentlab.kit import clock
from agentlab.operations.backup.archives import Archive, Which, write_state
from agentlab.operations.backup.shelf import Record, Shelf
from agentlab.operations.restore.desk import Desk
from agentlab.operations.restore.desk_drill import drill_on_desk, lost_s
from agentlab.operations.restore.drill import Notes, Part, drill
from agentlab.settings import Settings
from tests.operations.restore.conftest import APP, Backup


def test_the_newest_backup_comes_back_on_a_scratch_copy(
    used_desk: Desk, backup: Backup, folder: Path
) -> None:
    shelf = Shelf(folder / "backups")
    shelf.prepare()
    kept = Path(shutil.copy(backup.bundle, shelf.folder))
    shelf.keep(kept, Record(size=kept.stat().st_size, sha256="", verified_at=backup.made_at))
    place = replace(
        used_desk.place, folder=shelf.folder, key=backup.key, scratch=folder / "scratch"
    )
    settings = Settings(data_dir=folder / "data")
    report = drill_on_desk(settings, place, APP)
    assert [part.said for part in report.parts if not part.ok] == []
    assert [part.part for part in report.parts] == list(Part)
    assert report.rpo_s
    assert report.rto_s
    assert list(place.scratch.iterdir()) == []
    (kept_report,) = (folder / "data" / "drills").iterdir()
    told = json.loads(kept_report.read_text())
    assert (told["ok"], told["rto_s"], told["rpo_s"]) == (True, report.rto_s, report.rpo_s)


def test_a_part_that_the_system_ends_fails_in_a_sentence_and_the_others_are_rehearsed(
    folder: Path,
) -> None:
    def no_database(_: Notes) -> None:
        psycopg.connect("postgresql://nobody@127.0.0.1:1/agentlab")

    def no_folder(_: Notes) -> None:
        (folder / "missing" / "configuration").mkdir()

    def no_program(_: Notes) -> None:
        subprocess.run(["/bin/false"], check=True)

    report = drill(
        {
            Part.DATA: no_database,
            Part.SERVICE: no_program,
            Part.CONFIGURATION: no_folder,
            Part.COMMUNICATION: lambda notes: notes.said.append("Mail goes out."),
        },
        rpo_s=lambda: next((folder / "missing").iterdir()).stat().st_mtime,
        folder=folder / "drills",
    )
    assert [part.ok for part in report.parts] == [False, False, False, True]
    said = [part.said for part in report.parts]
    assert [len(sentences) for sentences in said] == [1, 1, 1, 1]
    assert said[0][0].startswith("It was ended by OperationalError: connection failed")
    assert said[1][0].startswith("It was ended by CalledProcessError: Command")
    assert said[2][0].startswith("It was ended by FileNotFoundError: [Errno 2]")
    assert (report.rpo_s, report.rto_s) == (None, None)
    (kept,) = (folder / "drills").iterdir()
    assert json.loads(kept.read_text())["ok"] is False


def test_an_archive_that_works_loses_less_than_the_newest_backup(folder: Path) -> None:
    shelf = Shelf(folder / "backups")
    shelf.prepare()
    assert lost_s(shelf) is None
    now = clock.now()
    since, until = now - timedelta(hours=2), now - timedelta(seconds=20)
    local = Archive(Which.LOCAL, now, since=since, until=until)
    broken = replace(local, which=Which.ELSEWHERE, until=now, failure="The disk is full.")
    write_state(shelf.folder, [local, broken])
    lost = lost_s(shelf)
    assert lost is not None
    assert 20 <= lost < 7_200
    write_state(shelf.folder, [broken])
    assert lost_s(shelf) is None


def test_without_a_backup_it_says_that_nothing_would_come_back(
    used_desk: Desk, folder: Path
) -> None:
    place = replace(used_desk.place, folder=folder / "nothing", scratch=folder / "scratch")
    settings = Settings(data_dir=folder / "data")
    report = drill_on_desk(settings, place, APP)
    assert (report.ok, report.rpo_s, report.rto_s) == (False, None, None)
    data = report.parts[0]
    assert (data.part, data.ok) == (Part.DATA, False)
    assert "There is no good backup" in data.said[0]
    (kept,) = (folder / "data" / "drills").iterdir()
    assert json.loads(kept.read_text())["ok"] is False
