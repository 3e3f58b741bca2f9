import asyncio

import pytest
from pyrage.x25519 import Identity

from agentlab.kit import clock
from agentlab.operations.backup.archives import Archive, Which, write_state
from agentlab.operations.backup.bundle import DatabaseFacts
from agentlab.operations.backup.desk import folder_of
from agentlab.operations.backup.shelf import Shelf
from agentlab.operations.restore import starting
from agentlab.operations.restore.journal import Entry, Journal
from agentlab.settings import Settings
from tests.operations.backup import support
from tests.support.browser import PASSWORD, Browser, parsed, refusal

ACCOUNT = {"name": "Ada Lovelace", "email": "ada@example.com", "password": PASSWORD}


async def test_the_first_run_asks_for_an_administrator(anonymous: Browser) -> None:
    assert await anonymous.read("/setup") == {
        "needs_first_administrator": True,
        "backups": [],
        "archives": [],
        "restores_here": False,
        "restore": None,
    }


async def test_the_first_administrator_is_signed_in_at_once(anonymous: Browser) -> None:
    made = parsed(await anonymous.post("/setup", ACCOUNT))
    assert made["role"] == "administrator"
    assert await anonymous.read("/session") == made
    assert (await anonymous.read("/setup"))["needs_first_administrator"] is False


async def test_there_is_only_one_first_administrator(ada: Browser, anonymous: Browser) -> None:
    response = await anonymous.post("/setup", {**ACCOUNT, "email": "eve@example.com"})
    assert refusal(response) == (409, "already_set_up")
    assert refusal(await anonymous.get("/session")) == (401, "not_signed_in")


async def test_of_two_who_set_up_at_once_one_becomes_administrator(anonymous: Browser) -> None:
    replies = await asyncio.gather(
        *(anonymous.post("/setup", {**ACCOUNT, "email": f"{n}@example.com"}) for n in range(4))
    )
    assert sorted(reply.status_code for reply in replies) == [201, 409, 409, 409]


async def test_a_short_password_is_refused_with_its_field(anonymous: Browser) -> None:
    response = await anonymous.post("/setup", {**ACCOUNT, "password": "short"})
    assert refusal(response) == (422, "invalid_input")
    assert response.json()["field"] == "password"
    assert "short" not in response.json()["detail"].replace("shorter", "")


async def test_hostile_names_are_refused_and_never_crash(anonymous: Browser) -> None:
    for name in ("", "a\x00b", "line\nbreak", "x" * 201, "\x1b[31mred"):
        response = await anonymous.post("/setup", {**ACCOUNT, "name": name})
        assert refusal(response) == (422, "invalid_input"), name
        assert response.json()["field"] == "name"


async def test_a_lone_surrogate_is_refused(anonymous: Browser) -> None:
    response = await anonymous.http.post(
        "/api/v1/setup",
        content=b'{"name": "\\ud800", "email": "ada@example.com", "password": "long enough pw"}',
        headers={"content-type": "application/json"},
    )
    assert refusal(response) == (422, "invalid_input")


KEY = Identity.generate()


@pytest.fixture
def backup(settings: Settings) -> str:
    """The name of a backup with somebody in it, of an AgentLab that was here before."""
    shelf = Shelf(folder_of(settings))
    return support.put(shelf, KEY).name


async def test_beside_backups_nobody_is_made_the_first_administrator(
    anonymous: Browser, backup: str
) -> None:
    found = await anonymous.read("/setup")
    assert [each["name"] for each in found["backups"]] == [backup]
    response = await anonymous.post("/setup", ACCOUNT)
    assert refusal(response) == (409, "backups_found")
    assert "agentlab user add" in response.json()["detail"]
    assert (await anonymous.read("/setup"))["needs_first_administrator"] is True


async def test_beside_the_archive_of_a_desk_nobody_is_made_the_first_administrator(
    anonymous: Browser, settings: Settings
) -> None:
    now = clock.now()
    folder = folder_of(settings)
    Shelf(folder).prepare()
    write_state(folder, [Archive(Which.LOCAL, now, since=now, until=now)])
    response = await anonymous.post("/setup", ACCOUNT)
    assert refusal(response) == (409, "backups_found")
    assert "`agentlab restore --at latest`" in response.json()["detail"]
    (found,) = (await anonymous.read("/setup"))["archives"]
    assert found["command"] == "agentlab restore --at latest"
    write_state(folder, [Archive(Which.ELSEWHERE, now, since=now, until=now)])
    response = await anonymous.post("/setup", ACCOUNT)
    assert "`agentlab restore --at latest --elsewhere --key FILE`" in response.json()["detail"]
    # A server's begins with its first start, before anybody is there.
    write_state(folder, [Archive(Which.LOCAL, now, since=now)])
    assert (await anonymous.post("/setup", ACCOUNT)).status_code == 201


async def test_beside_the_archive_of_another_servers_database_nobody_begins_anew(
    anonymous: Browser, settings: Settings
) -> None:
    """The volume with the database is new, the one with the archive is the old one."""
    folder, now = folder_of(settings), clock.now()
    Shelf(folder).prepare()
    others = [Archive(which, now, since=now, is_of_other=True, failure="?") for which in Which]
    write_state(folder, others)
    response = await anonymous.post("/setup", ACCOUNT)
    assert refusal(response) == (409, "backups_found")
    assert (await anonymous.read("/setup"))["archives"] == [
        {"until": None, "command": "agentlab restore --at latest"},
        {"until": None, "command": "agentlab restore --at latest --elsewhere"},
    ]


async def test_backups_of_nobody_are_no_reason_to_wait(
    anonymous: Browser, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = DatabaseFacts(name="agentlab", size_bytes=1, rows={"users": 0})
    monkeypatch.setattr(support, "DatabaseFacts", lambda **_: rows)
    support.put(Shelf(folder_of(settings)), KEY)
    assert (await anonymous.post("/setup", ACCOUNT)).status_code == 201


async def test_who_has_an_account_already_hears_nothing_of_backups(
    ada: Browser, anonymous: Browser, backup: str
) -> None:
    assert (await anonymous.read("/setup"))["backups"] == []
    response = await anonymous.post("/setup/restore", {"backup": backup, "key": str(KEY)})
    assert refusal(response) == (409, "already_set_up")


async def test_of_a_restore_that_runs_anybody_hears_only_how_far_it_is(
    ada: Browser, anonymous: Browser, backup: str, settings: Settings
) -> None:
    shelf = Shelf(folder_of(settings))
    entry = Entry(bundle=backup, bundle_id="", started_at=clock.now(), restore_point=backup)
    Journal(shelf.folder).write(entry)
    with shelf.locked():
        found = await anonymous.read("/setup")
    assert found["restore"] == {
        "step": "check",
        "outcome": "running",
        "done_bytes": 0,
        "total_bytes": 0,
        "reason": "",
    }
    assert (await anonymous.read("/setup"))["restore"] is None  # it was interrupted


async def test_on_a_server_the_command_is_named(anonymous: Browser, backup: str) -> None:
    response = await anonymous.post("/setup/restore", {"backup": backup, "key": str(KEY)})
    assert refusal(response) == (409, "restore_on_host")
    assert f"`agentlab restore {backup.removesuffix('.bundle')} --key" in response.json()["detail"]


async def test_without_its_key_no_backup_is_restored(
    anonymous: Browser, backup: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(starting, "restores_here", lambda _settings: True)
    for key, code in ((str(Identity.generate()), "backup_key_wrong"), ("?", "backup_key_unusable")):
        response = await anonymous.post("/setup/restore", {"backup": backup, "key": key})
        assert refusal(response) == (422, code)


async def test_only_a_backup_that_lies_there_is_restored(
    anonymous: Browser, backup: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(starting, "restores_here", lambda _settings: True)
    for name in ("../../etc/passwd", "latest", f"../backups/{backup}", ""):
        response = await anonymous.post("/setup/restore", {"backup": name, "key": str(KEY)})
        assert refusal(response) == (404, "bundle_missing")
