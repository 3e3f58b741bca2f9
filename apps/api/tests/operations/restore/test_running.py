"""A restore while AgentLab runs: from its first-run screen, and with the command."""

import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from subprocess import DEVNULL

import httpx
import pytest

from tests.operations.restore.conftest import Backup
from tests.support.browser import PASSWORD
from tests.support.holding import kill_all_on

AGENTLAB = Path(sys.executable).with_name("agentlab")
ADA = {"email": "ada@example.com", "password": PASSWORD}
LATER = {"name": "Later Than The Backup", "domain": "education"}
PATIENCE_S = 150


@pytest.fixture
def environment(folder: Path) -> dict[str, str]:
    """Nothing of the machine that was lost: not its variables, not its folders."""
    (folder / "projects").mkdir()
    return {
        "PATH": "/usr/bin:/bin",
        "HOME": str(folder),
        "AGENTLAB_DATA_DIR": str(folder / "data"),
        "AGENTLAB_WORKSPACE_ROOTS": str(folder / "projects"),
        "BACKUP_SCHEDULE": "off",
    }


def test_whoever_lost_the_machine_is_back_with_one_command_and_has_everything(
    folder: Path, environment: dict[str, str], backup: Backup, free_port: int
) -> None:
    words = ("restore", backup.bundle, "--key", backup.key)
    done = subprocess.run(
        [AGENTLAB, *words], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.splitlines()[-1][:9]) == (0, "agentlab-"), done.stderr
    with up(folder, environment, free_port) as browser:
        assert browser.get("/api/v1/setup").json()["needs_first_administrator"] is False
        assert browser.post("/api/v1/session", json=ADA).is_success
        portfolio = browser.get("/api/v1/portfolio").json()
        assert [each["name"] for each in portfolio["clients"]] == [
            "Maison Lumière",
            "Northwind Health",
        ]


def test_the_first_run_screen_restores_and_agentlab_starts_anew_by_itself(
    folder: Path, environment: dict[str, str], backup: Backup, free_port: int
) -> None:
    shelf = folder / "data" / "backups"
    with up(folder, environment, free_port) as browser:
        shelf.mkdir(exist_ok=True)
        (shelf / backup.bundle.name).write_bytes(backup.bundle.read_bytes())
        setup = browser.get("/api/v1/setup").json()
        assert (setup["restores_here"], len(setup["backups"])) == (True, 1)
        chosen = {"backup": backup.bundle.name, "key": backup.key.read_text()}
        begun = browser.post("/api/v1/setup/restore", json=chosen)
        assert begun.json()["outcome"] == "running", begun.text
        eventually(lambda: is_done(browser))
        assert browser.post("/api/v1/session", json=ADA).is_success
    assert (folder / "data" / "secrets" / "proof_key").read_text() == backup.proof_key


def test_an_administrator_restores_over_what_is_in_use(
    folder: Path, environment: dict[str, str], backup: Backup, free_port: int
) -> None:
    words = ("restore", backup.bundle, "--key", backup.key, "--json")
    subprocess.run([AGENTLAB, *words], cwd=folder, env=environment, check=True, stdout=DEVNULL)
    shelf = folder / "data" / "backups"
    (shelf / backup.bundle.name).write_bytes(backup.bundle.read_bytes())
    with up(folder, environment, free_port) as browser:
        first = browser.get("/api/v1/setup").json()
        assert first["restore"] is None
        browser.post("/api/v1/session", json=ADA).raise_for_status()
        browser.put("/api/v1/session/confirmation", json={"password": PASSWORD}).raise_for_status()
        browser.post("/api/v1/clients", json=LATER).raise_for_status()
        asked = browser.post("/api/v1/restore", json={"backup": backup.bundle.stem})
        assert (asked.status_code, asked.json()["outcome"]) == (202, "running"), asked.text
        began = asked.json()["started_at"]
        eventually(lambda: has_restored(browser, began))
        names = [each["name"] for each in browser.get("/api/v1/portfolio").json()["clients"]]
        assert names == ["Maison Lumière", "Northwind Health"]
        last = browser.get("/api/v1/restore").json()["last"]
        kept = {each["name"]: each for each in browser.get("/api/v1/backups").json()["backups"]}
        # What was made since is in the restore point, which is a backup like any other.
        assert kept[last["restore_point"].removesuffix(".bundle")]["reason"] == "restore point"
        noted = browser.get("/api/v1/audit/entries?action=backup.restored").json()["items"][0]
        assert (noted["label"], noted["actor"]["name"]) == (backup.bundle.stem, "Ada Lovelace")


def has_restored(browser: httpx.Client, began: str) -> bool:
    """Once it answers on what was restored; who was signed in may have to sign in again."""
    state = browser.get("/api/v1/restore")
    if state.status_code == httpx.codes.UNAUTHORIZED:
        browser.post("/api/v1/session", json=ADA)
    if not state.is_success:
        return False
    last = state.json()["last"]
    return (last["started_at"], last["outcome"]) == (began, "restored")


def is_done(browser: httpx.Client) -> bool:
    """Once it answers on what was restored; meanwhile it may be away."""
    setup = browser.get("/api/v1/setup")
    if not setup.is_success:
        return False
    found = setup.json()
    return not found["needs_first_administrator"] and found["restore"] is None


def eventually(condition: Callable[[], bool]) -> None:
    ends = time.monotonic() + PATIENCE_S
    while True:
        try:
            if condition():
                return
        except httpx.HTTPError:
            pass  # not listening yet
        assert time.monotonic() < ends
        time.sleep(0.2)


@pytest.fixture
def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        number: int = free.getsockname()[1]
        return number


@contextmanager
def up(folder: Path, environment: dict[str, str], port: int) -> Iterator[httpx.Client]:
    process = subprocess.Popen([AGENTLAB, "up"], cwd=folder, env=environment | {"PORT": str(port)})
    headers = {"Origin": f"http://127.0.0.1:{port}", "Sec-Fetch-Site": "same-origin"}
    try:
        with httpx.Client(
            base_url=f"http://127.0.0.1:{port}", headers=headers, timeout=60
        ) as browser:
            eventually(lambda: browser.get("/readyz").is_success)
            yield browser
    finally:
        process.terminate()
        process.wait()
        kill_all_on(folder)
