"""Which of the databases of before a deploy are kept."""

from pathlib import Path

import pytest

from agentlab.operations.host import restore_points
from agentlab.operations.host.compose import Compose
from agentlab.operations.host.folder import Installation


def test_the_newest_stays_whatever_a_clock_that_was_ahead_called_the_others(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = installation.restore_points
    later = [folder / f"2036010{day}T000000.dump" for day in range(1, 6)]
    for each in later:
        each.touch()

    def dump(_: Compose, file: Path) -> None:
        file.touch()

    monkeypatch.setattr(restore_points, "dump", dump)
    monkeypatch.setattr(restore_points, "prove", lambda *_: None)
    kept = restore_points.create(Compose(installation))
    assert sorted(folder.iterdir()) == [kept, *later[1:]]
