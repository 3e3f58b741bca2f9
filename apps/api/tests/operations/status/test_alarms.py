"""E-mails to operators, handed in at a real mail server: one for each event."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from agentlab.errors import InvalidInput
from agentlab.operations.status import alarms as alarms_module
from agentlab.operations.status.alarms import Postman
from agentlab.operations.status.components import Component, Finding, Reason, State
from agentlab.operations.status.prober import Address, Prober
from agentlab.operations.status.settings import postman_wanted
from agentlab.operations.status.store import Store
from tests.operations.status.conftest import Clock, Rounds
from tests.operations.status.test_backups import Bundles
from tests.support.mail_server import SECRET, USER, Mailbox, mail_server
from tests.support.watched import AWAY, DOMAIN, PAGE, Watched

OPERATORS = "ops@example.com, night@example.com"


@pytest.fixture
async def mailbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Mailbox]:
    async with mail_server(tmp_path) as found:
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
        yield found


@pytest.fixture
def smtp(mailbox: Mailbox, tmp_path: Path) -> dict[str, str]:
    password = tmp_path / "smtp_password"
    password.write_text(f"{SECRET}\n")
    return {
        "SMTP_HOST": "localhost",
        "SMTP_PORT": str(mailbox.port),
        "SMTP_TLS": "",
        "SMTP_USER": USER,
        "SMTP_PASSWORD_FILE": str(password),
        "AGENTLAB_ALARM_EMAIL": OPERATORS,
        "AGENTLAB_ALARM_LANGUAGE": "",
    }


@pytest.fixture
def postman(smtp: dict[str, str], prober: Prober, monkeypatch: pytest.MonkeyPatch) -> Postman:
    prober.postman = postman_wanted(smtp, Address(DOMAIN))
    monkeypatch.setattr(alarms_module, "TRIED_AGAIN_AFTER_S", 0)
    assert prober.postman
    return prober.postman


async def handed_in(rounds: Rounds, postman: Postman, count: int = 1) -> None:
    """Rounds, each with the time that the mail server needs."""
    for _ in range(count):
        await rounds(1)
        await postman.end()


async def test_an_incident_is_told_when_it_opens_and_when_it_ends(
    installation: Watched, rounds: Rounds, mailbox: Mailbox, postman: Postman
) -> None:
    await handed_in(rounds, postman, 2)
    installation.edge.answers["/"] = AWAY
    await handed_in(rounds, postman, 6)
    installation.recover()
    await handed_in(rounds, postman, 6)
    opened, resolved = mailbox.messages
    assert opened["Subject"] == f"[{DOMAIN}] Trouble with Web app"
    assert (opened["From"], opened["To"]) == (f"agentlab@{DOMAIN}", OPERATORS)
    assert opened["Auto-Submitted"] == "auto-generated"
    assert "Checks of Web app fail. The cause is not known yet." in opened.get_content()
    assert f"https://{DOMAIN}/status/" in opened.get_content()
    assert resolved["Subject"] == f"[{DOMAIN}] Resolved: Trouble with Web app"
    assert "Everything works again. The incident lasted 2 min." in resolved.get_content()
    assert opened["Message-ID"] != resolved["Message-ID"]


async def test_they_are_written_in_french_where_that_is_set(
    installation: Watched, rounds: Rounds, mailbox: Mailbox, smtp: dict[str, str], prober: Prober
) -> None:
    prober.postman = postman_wanted(smtp | {"AGENTLAB_ALARM_LANGUAGE": "fr"}, Address(DOMAIN))
    assert prober.postman
    await rounds(1)
    installation.edge.answers["/"] = AWAY
    await handed_in(rounds, prober.postman, 2)
    [opened] = mailbox.messages
    assert opened["Subject"] == f"[{DOMAIN}] Problème\u00a0: Application web"


async def test_a_server_that_refuses_is_asked_again_and_gets_each_once(
    installation: Watched, rounds: Rounds, mailbox: Mailbox, postman: Postman
) -> None:
    await rounds(1)
    mailbox.refusal = "451 Come again later"
    installation.edge.answers["/"] = AWAY
    await handed_in(rounds, postman, 4)
    assert (mailbox.messages, postman.failures >= 2) == ([], True)
    mailbox.refusal = None
    await handed_in(rounds, postman, 3)
    assert len(mailbox.messages) == 1


async def test_what_comes_back_after_its_end_was_told_is_told_again(
    installation: Watched, rounds: Rounds, mailbox: Mailbox, postman: Postman
) -> None:
    await rounds(1)
    for _ in range(2):
        installation.edge.answers["/"] = AWAY
        await handed_in(rounds, postman, 3)
        installation.edge.answers["/"] = PAGE
        await handed_in(rounds, postman, 5)
    subjects = [each["Subject"].removeprefix(f"[{DOMAIN}] ") for each in mailbox.messages]
    assert subjects == ["Trouble with Web app", "Resolved: Trouble with Web app"] * 2


async def test_a_missing_backup_is_told_once_as_an_incident(
    prober: Prober, rounds: Rounds, mailbox: Mailbox, postman: Postman
) -> None:
    prober.places.backups.rmdir()
    bundles = Bundles(prober.places.backups)
    bundles.keep(6)
    await handed_in(rounds, postman)
    for file in prober.places.backups.iterdir():
        file.unlink()
    bundles.begun(days=4)
    await handed_in(rounds, postman, 8)
    [told] = mailbox.messages
    assert told["Subject"] == f"[{DOMAIN}] Trouble with Backup"
    assert "Checks of Backup fail" in told.get_content()


async def test_a_failed_proof_is_told_once(
    prober: Prober, rounds: Rounds, mailbox: Mailbox, postman: Postman
) -> None:
    prober.places.backups.rmdir()
    bundles = Bundles(prober.places.backups)
    bundles.keep(30)
    await handed_in(rounds, postman)
    bundles.keep(6, proof={"ok": False})
    await handed_in(rounds, postman, 8)
    assert [each["Subject"] for each in mailbox.messages] == [
        f"[{DOMAIN}] Trouble with Restore proof"
    ]


async def test_backups_without_a_copy_elsewhere_are_told_once_and_are_no_incident(
    prober: Prober, rounds: Rounds, mailbox: Mailbox, postman: Postman
) -> None:
    prober.places.backups.rmdir()
    bundles = Bundles(prober.places.backups)
    bundles.keep(40, copies=[])
    bundles.keep(6, copies=[])
    await handed_in(rounds, postman, 12)
    [letter] = mailbox.messages
    assert letter["Subject"] == f"[{DOMAIN}] Backup needs attention"
    assert "Backup: there is no copy elsewhere" in letter.get_content()
    assert prober.store().incidents() == []


def look(store: Store, time: Clock, rounds: int, state: State, reason: Reason | None) -> None:
    for _ in range(rounds):
        store.record([Finding(Component.BACKUP, state, reason)], time())
        time.go_on(15)


def told(store: Store, time: Clock) -> list[str]:
    return [each.about for each in store.waiting_alarms(time())]


def test_what_needs_attention_is_told_once_until_it_is_over(store: Store, time: Clock) -> None:
    look(store, time, 3, State.DEGRADED, Reason.BACKUP_LATE)
    assert told(store, time) == []
    look(store, time, 50, State.DEGRADED, Reason.BACKUP_LATE)
    assert told(store, time) == ["backup:backup_late"]
    look(store, time, 10, State.DEGRADED, Reason.BACKUP_FAILED)
    assert told(store, time) == ["backup:backup_late", "backup:backup_failed"]


def test_what_comes_and_goes_is_told_once_a_day(store: Store, time: Clock) -> None:
    for _ in range(10):
        look(store, time, 5, State.DEGRADED, Reason.COPY_FAILED)
        look(store, time, 5, State.UP, None)
    assert told(store, time) == ["backup:copy_failed"]
    time.go_on(timedelta(days=1).total_seconds())
    look(store, time, 5, State.DEGRADED, Reason.COPY_FAILED)
    assert told(store, time) == ["backup:copy_failed"]  # yesterday's is no news any more


def test_an_alarm_that_nobody_took_for_a_day_is_no_news(store: Store, time: Clock) -> None:
    look(store, time, 5, State.DEGRADED, Reason.BACKUP_LATE)
    time.go_on(timedelta(days=2).total_seconds())
    assert told(store, time) == []


def test_without_a_server_or_anybody_to_write_to_nothing_is_sent() -> None:
    address = Address(DOMAIN)
    assert postman_wanted({"SMTP_HOST": "mail.example.com"}, address) is None
    assert postman_wanted({"AGENTLAB_ALARM_EMAIL": "ops@example.com"}, address) is None


@pytest.mark.parametrize(
    "wrong",
    [
        {"AGENTLAB_ALARM_EMAIL": "ops"},
        {"AGENTLAB_ALARM_EMAIL": "a@b.example\r\nBcc: all@example.com"},
        {"AGENTLAB_ALARM_LANGUAGE": "de"},
    ],
)
def test_settings_that_cannot_be_used_are_refused(wrong: dict[str, str]) -> None:
    given = {"SMTP_HOST": "mail.example.com", "AGENTLAB_ALARM_EMAIL": "ops@example.com"} | wrong
    with pytest.raises(InvalidInput):
        postman_wanted(given, Address(DOMAIN))
