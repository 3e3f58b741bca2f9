"""`agentlab init`, `doctor`, `config check` and `rotate`, run as an operator runs them."""

import json
import os
import pty
import subprocess
from pathlib import Path

import pytest
from pydantic import SecretStr

from agentlab.auth import tokens
from agentlab.cli.token import settings_with_secret
from agentlab.operations.host.folder import COMPOSE_FILE, Installation
from agentlab.settings import Settings
from tests.cli.test_commands import AGENTLAB


class Host:
    """A machine without Docker, with an installation that the shell is in."""

    def __init__(self, folder: Path) -> None:
        self.installation = Installation(folder)
        self.environment = {"PATH": "/nonexistent", "COLUMNS": "80", "HOME": str(folder)}

    def run(self, *words: str) -> tuple[int, str, str]:
        """Exit code, standard output, standard error; without a terminal."""
        done = subprocess.run(
            [AGENTLAB, *words],
            cwd=self.installation.root,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        assert "Traceback" not in done.stderr
        too_wide = [line for line in done.stdout.splitlines() if len(line) > 80]
        assert words[0] == "token" or "--json" in words or too_wide == []
        return done.returncode, done.stdout, done.stderr

    def run_in_terminal(self, *words: str, typed: str) -> tuple[int, str]:
        """Exit code, and all that stood in the terminal."""
        ours, theirs = pty.openpty()
        with os.fdopen(ours, "r+b", buffering=0) as terminal:
            process = subprocess.Popen(
                [AGENTLAB, *words],
                cwd=self.installation.root,
                env=self.environment | {"TERM": "dumb"},
                stdin=theirs,
                stdout=theirs,
                stderr=theirs,
            )
            os.close(theirs)
            terminal.write(typed.encode())
            seen = b""
            while chunk := read(terminal.fileno()):
                seen += chunk
        return process.wait(), seen.decode()


def read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 4096)
    except OSError:  # how Linux says that nobody has the other end any more
        return b""


@pytest.fixture
def host(tmp_path: Path) -> Host:
    (tmp_path / COMPOSE_FILE).touch()
    return Host(tmp_path)


def test_init_without_a_terminal_asks_nothing(host: Host) -> None:
    code, output, errors = host.run("init")
    assert (code, errors) == (0, "")
    assert "secrets/jwt_secret" in output
    assert "https://localhost" in output
    assert host.installation.live_certificate.exists()
    secret = host.installation.read_secret("jwt_secret")
    assert secret not in output
    code, output, _ = host.run("init")
    assert (code, "16 kept" in output) == (0, True)
    assert host.installation.read_secret("jwt_secret") == secret


def test_init_asks_for_the_domain_until_it_is_one(host: Host) -> None:
    code, seen = host.run_in_terminal("init", typed="https://nonsense\nlab.example.com\n")
    assert code == 0, seen
    assert "Domain [localhost]:" in seen
    assert "is not a domain" in seen
    assert host.installation.domain == "lab.example.com"
    code, seen = host.run_in_terminal("init", typed="")
    assert (code, "Domain" in seen) == (0, False)


def test_init_refuses_a_domain_that_is_none_and_leaves_nothing(host: Host) -> None:
    code, output, errors = host.run("init", "--domain", "10.0.0.1")
    assert (code, output) == (1, "")
    assert errors.startswith("“10.0.0.1” is not a domain")
    assert [file.name for file in host.installation.root.iterdir()] == [COMPOSE_FILE]


def test_init_for_staging_and_a_new_domain_says_what_changed(host: Host) -> None:
    host.run("init", "--yes")
    _, output, _ = host.run("init", "--domain", "lab.example.com", "--environment", "staging")
    assert ".env AGENTLAB_DOMAIN" in output
    assert "localhost → lab.example.com" in output
    assert host.installation.read_env()["COMPOSE_FILE"] == "docker-compose.staging.yml"


@pytest.mark.parametrize("command", [["init"], ["rotate", "jwt"]])
def test_outside_an_installation_is_a_sentence(tmp_path: Path, command: list[str]) -> None:
    code, output, errors = Host(tmp_path).run(*command)
    assert (code, output) == (1, "")
    assert "is not an AgentLab installation" in errors


def test_the_doctor_fails_on_a_problem_and_says_what_to_do(host: Host) -> None:
    host.run("init")
    code, output, errors = host.run("doctor")
    assert (code, errors) == (1, "")
    assert "✗  engine" in output
    assert "→ Install Docker Engine 24 or newer" in " ".join(output.split())
    assert "problem" in output.splitlines()[-1]


def test_the_doctor_speaks_json(host: Host) -> None:
    host.run("init")
    code, output, _ = host.run("doctor", "--json", "--exit-zero")
    findings = {each["code"]: each for each in json.loads(output)}
    assert code == 0
    assert findings["secrets"]["state"] == "ok"
    assert findings["engine"].keys() == {"code", "state", "sentence", "remedy"}


def test_config_check_fails_on_a_slip_and_masks_secrets(host: Host) -> None:
    host.run("init")
    code, output, errors = host.run("config", "check", "--json")
    assert (code, errors) == (0, "")
    assert host.installation.read_secret("jwt_secret") not in output
    host.installation.write_env({"AGENTLAB_DOMIAN": "x"})
    code, output, _ = host.run("config", "check")
    assert code == 1
    assert "Did you mean AGENTLAB_DOMAIN?" in " ".join(output.split())


def test_config_check_explains_a_desk_too(tmp_path: Path) -> None:
    code, output, _ = Host(tmp_path).run("config", "check")
    assert code == 0
    assert "AGENTLAB_DATA_DIR" in output


def test_rotate_changes_files_alone_where_no_server_is_asked(host: Host) -> None:
    host.run("init")
    old = host.installation.read_secret("jwt_secret")
    code, output, _ = host.run("rotate", "jwt", "--dry-run")
    assert (code, output.count("would:")) == (0, 2)
    assert host.installation.read_secret("jwt_secret") == old
    assert host.run("rotate", "jwt")[0] == 0
    assert host.installation.read_secret("jwt_secret_previous") == old


def test_rotate_refuses_what_nobody_can_be_told(host: Host) -> None:
    host.run("init")
    old = host.installation.read_secret("postgres_app_password")
    code, _, errors = host.run("rotate", "postgres")
    assert (code, errors.count("\n")) == (1, 1)
    assert errors.startswith("Nothing is deployed yet")
    assert host.installation.read_secret("postgres_app_password") == old


def test_a_token_made_on_the_host_is_signed_with_the_installation_s_secret(host: Host) -> None:
    assert host.run("token")[0] == 1
    host.run("init")
    code, output, _ = host.run("token", "--subject", "ada")
    secret = SecretStr(host.installation.read_secret("jwt_secret"))
    assert code == 0
    assert tokens.subject_of(Settings(jwt_secret=secret), output.strip()) == "ada"


def test_on_a_desk_a_token_is_signed_with_the_secret_that_up_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AGENTLAB_DATA_DIR", str(tmp_path / "data"))
    secret = tmp_path / "data" / "secrets" / "jwt_secret"
    secret.parent.mkdir(parents=True)
    secret.write_text("s" * 43)
    found = settings_with_secret()
    assert tokens.subject_of(found, tokens.issue(found, subject="ada")) == "ada"
    assert found.current("jwt_secret") == "s" * 43
