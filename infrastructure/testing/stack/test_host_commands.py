"""`agentlab init`, `doctor`, `config check` and `rotate` on the production stack."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from support.docker import docker, wait_for
from support.stack import Stack

INSIDE = {
    *("postgresql", "pgvector", "schema", "database_roles"),
    *("redis", "redis_policy", "redis_acl"),
}
"""What only a container can tell."""


def findings(stack: Stack) -> dict[str, dict[str, str]]:
    """What the doctor says, by the finding's code. The test's domain is in nobody's DNS."""
    said = json.loads(stack.agentlab("doctor", "--json", "--exit-zero"))
    return {each["code"]: each for each in said if each["code"] != "dns"}


def troubles(stack: Stack) -> list[dict[str, str]]:
    return [each for each in findings(stack).values() if each["state"] in {"warning", "problem"}]


def secrets_of(stack: Stack) -> dict[str, str]:
    return {file.name: file.read_text() for file in (stack.folder / "secrets").iterdir()}


@pytest.fixture
def ada(stack: Stack) -> Iterator[httpx.Client]:
    """The administrator, signed in over HTTPS."""
    with stack.administrator() as browser:
        yield browser


def test_the_doctor_finds_a_new_stack_in_order(stack: Stack) -> None:
    wait_for(lambda: troubles(stack) == [], "a stack in order")
    assert findings(stack).keys() >= INSIDE | {"ports", "containers", "secrets", "certificate"}


def test_the_doctor_sees_what_is_away(stack: Stack) -> None:
    stack.compose("stop", "redis")
    try:
        found = findings(stack)
        assert found["containers"]["state"] == found["redis"]["state"] == "problem"
        assert "redis" in found["containers"]["sentence"]
        done = stack.try_agentlab("doctor")
        assert (done.returncode, done.stderr) == (1, "")
        assert max(map(len, done.stdout.splitlines())) <= 80
    finally:
        stack.compose("start", "redis")
        stack.wait_until_live()


def test_the_settings_are_in_order_as_the_containers_get_them(stack: Stack) -> None:
    report = json.loads(stack.agentlab("config", "check", "--json"))
    settings = {each["name"]: each for each in report["settings"]}
    assert settings["JWT_SECRET"]["source"] == "secrets/jwt_secret"
    assert settings["AGENTLAB_WORKSPACE_ROOTS"]["source"] == "Compose"
    assert settings["AGENTLAB_DOMAIN"]["source"] == ".env"
    shown = json.dumps(report)
    assert [name for name, text in secrets_of(stack).items() if text and text in shown] == []


def test_a_slip_in_the_settings_is_a_failure_with_a_guess(stack: Stack) -> None:
    env = stack.folder / ".env"
    before = env.read_text()
    env.write_text(f"{before}LOG_LEVLE=debug\n")
    try:
        done = stack.try_agentlab("config", "check")
    finally:
        env.write_text(before)
    assert done.returncode == 1
    assert "Did you mean LOG_LEVEL?" in done.stdout


def test_init_leaves_an_installation_alone(stack: Stack) -> None:
    before, env = secrets_of(stack), (stack.folder / ".env").read_text()
    stack.agentlab("init", "--yes")
    assert (secrets_of(stack), (stack.folder / ".env").read_text()) == (before, env)


@dataclass
class Load:
    """Requests, one after the other, and those that failed."""

    sent: int = 0
    failures: list[str] = field(default_factory=list)

    def ask(self, browser: httpx.Client, path: str) -> None:
        self.sent += 1
        try:
            answer = browser.get(path)
        except httpx.HTTPError as error:
            self.failures.append(f"{path}: {error!r}")
        else:
            if not answer.is_success:
                self.failures.append(f"{path}: {answer.status_code} {answer.text[:200]}")


@contextmanager
def under_load(stack: Stack, cookies: httpx.Cookies) -> Iterator[Load]:
    """Three people who read while the block runs; the database's connections end all the time."""
    load, done = Load(), threading.Event()

    def read() -> None:
        with stack.browser() as browser:
            browser.cookies = cookies
            while not done.wait(0.1):  # so that one address does not ask more than it may
                load.ask(browser, "/api/v1/portfolio")
                load.ask(browser, "/api/v1/session")

    def end_connections() -> None:
        while not done.wait(0.5):
            stack.psql(END_IDLE)

    threads = [threading.Thread(target=each) for each in (read, read, read, end_connections)]
    for thread in threads:
        thread.start()
    try:
        yield load
    finally:
        done.set()
        for thread in threads:
            thread.join()


END_IDLE = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
WHERE usename = 'agentlab' AND state = 'idle' AND query NOT LIKE 'LISTEN%'
  AND state_change < now() - interval '1.5 s' -- after 1 s the pool asks first whether it lives
"""
SESSIONS = "SELECT sum(sessions) FROM pg_stat_database WHERE datname = 'agentlab'"


def test_no_request_fails_while_every_secret_is_rotated(
    stack: Stack, ada: httpx.Client, capsys: pytest.CaptureFixture[str]
) -> None:
    old = secrets_of(stack)
    containers = {each["Id"] for each in stack.containers()}
    sessions = int(stack.psql(SESSIONS))
    with under_load(stack, ada.cookies) as load:
        for _ in range(2):
            stack.agentlab("rotate", "all")
    opened = int(stack.psql(SESSIONS)) - sessions
    with capsys.disabled():
        print(
            f"\nrotate all, twice: {load.sent} requests, {len(load.failures)} failed; "
            f"{opened} new connections to PostgreSQL"
        )
    assert load.failures == []
    assert load.sent > 100
    assert opened > 10
    new = secrets_of(stack)
    kept = {name for name in new if new[name] == old[name]}
    assert kept == {
        *("openai_api_key", "proof_key", "backup_key", "backup_s3_secret_key"),
        *("oidc_client_secret", "smtp_password", "status_s3_secret_key"),
    }
    assert {each["Id"] for each in stack.containers()} == containers
    assert is_refused(stack, old["postgres_app_password"])
    assert not is_refused(stack, new["postgres_app_password"])
    assert troubles(stack) == []


def is_refused(stack: Stack, password: str) -> bool:
    """Over the network: inside its container PostgreSQL believes who somebody is."""
    words = ("psql", "-qAtX", "-h", "postgres", "-U", "agentlab", "agentlab", "-c", "SELECT 1")
    try:
        stack.compose("exec", "-T", "-e", f"PGPASSWORD={password}", "postgres", *words)
    except RuntimeError as error:
        return "password authentication failed" in str(error)
    return False


def test_containers_that_start_after_a_rotation_use_the_new_secrets(stack: Stack) -> None:
    stack.agentlab("rotate", "all")
    ids = [each["Id"] for each in stack.containers("api", "worker", "redis")]
    docker("restart", "--time", "10", *ids)
    stack.wait_until_live()
    wait_for(lambda: troubles(stack) == [], "a stack in order")


def test_a_token_of_the_host_survives_one_rotation(stack: Stack) -> None:
    token = stack.compose("exec", "-T", "api", "agentlab", "token")
    stack.agentlab("rotate", "jwt")
    answer = healthz(stack, token)
    assert answer.get("postgresql", "").startswith("17"), answer
    stack.agentlab("rotate", "jwt")
    assert healthz(stack, token)["code"] == "token_refused"


def healthz(stack: Stack, token: str) -> dict[str, Any]:
    """As an operator asks it: through the api's own port, which the edge does not serve."""
    ask = (
        "import sys, httpx; print(httpx.get('http://127.0.0.1:8000/healthz', "
        "headers={'Authorization': f'Bearer {sys.argv[1]}'}).text)"
    )
    answer: dict[str, Any] = json.loads(
        stack.compose("exec", "-T", "api", "python", "-c", ask, token)
    )
    return answer
