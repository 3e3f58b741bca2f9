"""The flag file that closes the edge."""

from pathlib import Path

import pytest

from agentlab.operations.host.folder import COMPOSE_FILE, Installation
from agentlab.operations.host.maintenance import (
    UPGRADE,
    close,
    closed_for_upgrade,
    reopen,
    reopen_after_crash,
)


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    (tmp_path / COMPOSE_FILE).touch()
    return Installation(tmp_path)


def test_the_edge_is_closed_and_opened(installation: Installation) -> None:
    close(installation)
    assert installation.maintenance_flag.exists()
    reopen(installation)
    reopen(installation)
    assert not installation.maintenance_flag.exists()


def test_an_upgrade_opens_what_it_closed(installation: Installation) -> None:
    with closed_for_upgrade(installation):
        assert installation.maintenance_flag.read_bytes() == UPGRADE
    assert not installation.maintenance_flag.exists()
    with pytest.raises(ZeroDivisionError), closed_for_upgrade(installation):
        raise ZeroDivisionError
    assert not installation.maintenance_flag.exists()


def test_an_upgrade_leaves_closed_what_an_operator_closed(installation: Installation) -> None:
    close(installation)
    with closed_for_upgrade(installation):
        assert installation.maintenance_flag.exists()
    reopen_after_crash(installation)
    assert installation.maintenance_flag.exists()


def test_a_killed_upgrade_does_not_close_the_edge_for_ever(installation: Installation) -> None:
    close(installation, reason=UPGRADE)
    reopen_after_crash(installation)
    assert not installation.maintenance_flag.exists()
