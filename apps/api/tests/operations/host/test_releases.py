"""What was deployed when, and that one deploy runs at a time."""

import json
from pathlib import Path

import pytest

from agentlab.operations.host.folder import COMPOSE_FILE, Installation
from agentlab.operations.host.releases import (
    KEPT,
    Colour,
    DeployRunning,
    NothingDeployed,
    NothingToRollBackTo,
    Outcome,
    Records,
    Release,
    lock,
)


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    (tmp_path / COMPOSE_FILE).touch()
    return Installation(tmp_path)


def release(version: str) -> Release:
    return Release(version, f"revision-{version}", f"api@{version}", f"web@{version}")


def went_live(records: Records, version: str, *, colour: Colour = Colour.GREEN) -> None:
    records.save(records.begin("deploy", release(version), colour).ended(Outcome.DEPLOYED))


def test_what_is_recorded_is_read_back_whole(installation: Installation) -> None:
    records = Records(installation)
    begun = records.begin("deploy", release("1.0"), Colour.GREEN)
    assert records.unfinished() == begun
    ended = begun.ended(Outcome.FAILED, reason="It was interrupted.")
    records.save(ended)
    assert records.all() == [ended]
    assert records.unfinished() is None


def test_a_record_tells_strangers_what_they_need(installation: Installation) -> None:
    went_live(Records(installation), "1.0")
    [file] = installation.releases.glob("*.json")
    found = json.loads(file.read_text(encoding="utf-8"))
    assert (found["version"], found["api"], found["web"]) == ("1.0", "api@1.0", "web@1.0")
    assert (found["outcome"], found["colour"], found["kind"]) == ("deployed", "green", "deploy")


def test_before_the_first_deploy_there_is_nothing(installation: Installation) -> None:
    with pytest.raises(NothingDeployed, match="agentlab deploy VERSION"):
        Records(installation).current()


def test_the_only_release_cannot_be_taken_back(installation: Installation) -> None:
    went_live(Records(installation), "1.0")
    went_live(Records(installation), "1.0")
    with pytest.raises(NothingToRollBackTo, match=r"Before 1\.0 no other release"):
        Records(installation).previous()


def test_a_rollback_leads_to_what_was_live_before(installation: Installation) -> None:
    records = Records(installation)
    went_live(records, "1.0")
    went_live(records, "1.1")
    records.save(records.begin("deploy", release("1.2"), Colour.GREEN).ended(Outcome.FAILED))
    assert records.current().release == release("1.1")
    assert records.previous() == release("1.0")
    went_live(records, "1.2")
    records.save(records.begin("rollback", release("1.1"), Colour.BLUE).ended(Outcome.DEPLOYED))
    assert records.previous() == release("1.0")
    went_live(records, "1.3")
    assert records.previous() == release("1.1")


def test_the_last_five_releases_are_kept(installation: Installation) -> None:
    records = Records(installation)
    for number in range(8):
        went_live(records, f"1.{number}")
    went_live(records, "1.3")
    kept = [each.version for each in records.kept()]
    assert kept == ["1.3", "1.7", "1.6", "1.5", "1.4"]
    assert len(kept) == KEPT


def test_a_second_deploy_is_told_who_deploys(installation: Installation) -> None:
    with lock(installation), pytest.raises(DeployRunning, match="since"), lock(installation):
        pass
    with lock(installation):
        pass
