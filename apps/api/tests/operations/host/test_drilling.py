"""How much work a server would lose, as its drill says."""

from datetime import timedelta

import psycopg
import pytest
from pyrage.x25519 import Identity

from agentlab.kit import clock
from agentlab.operations.backup.shelf import Shelf
from agentlab.operations.embedded import Connections
from agentlab.operations.host.compose import Compose, DockerFailed
from agentlab.operations.host.drilling import ARCHIVED, OPEN_S, SWITCH, Server
from agentlab.operations.host.folder import Installation
from tests.operations.backup.support import put


def test_it_is_what_postgresql_keeps_to_itself_at_most(
    installation: Installation, services: Connections, monkeypatch: pytest.MonkeyPatch
) -> None:
    with psycopg.connect(services.as_owner) as db:
        assert db.execute(OPEN_S.encode()).fetchone() == ("0",)  # at a desk nothing ends one
    answers = {SWITCH: "0A", ARCHIVED.format("0A"): "t\n", OPEN_S: "45\n"}
    monkeypatch.setattr(Compose, "run", lambda _, *words: answers[words[-1]])
    lost_s = Server(installation).rpo_s()
    assert lost_s is not None
    assert 45 <= lost_s < 50


def test_while_postgresql_is_away_it_is_the_age_of_the_newest_backup(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(_compose: Compose, *_words: str) -> str:
        raise DockerFailed('service "postgres" is not running')

    monkeypatch.setattr(Compose, "run", away)
    put(Shelf(installation.backups), Identity.generate(), clock.now() - timedelta(hours=5))
    assert Server(installation).rpo_s() == pytest.approx(5 * 3600, abs=60)
