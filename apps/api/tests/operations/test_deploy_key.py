"""What the holder of a deploy key can make a server do: three things."""

import os
import subprocess
from pathlib import Path

import pytest

import agentlab

SCRIPT = Path(agentlab.__file__).parents[3] / "scripts" / "deploy-over-ssh"
API = f"sha256:{'a1' * 32}"
WEB = f"sha256:{'0f' * 32}"

HOSTILE = [
    "",
    " ",
    "deploy",
    f"deploy {API}",
    f"deploy {API} {WEB} {API}",
    f"deploy  {API} {WEB}",
    f" deploy {API} {WEB}",
    f"deploy {API} {WEB} ",
    f"deploy {API} {WEB}\n",
    f"deploy {API} {WEB}\nrollback",
    f"rollback\ndeploy {API} {WEB}",
    f"deploy {API} {WEB}; id",
    f"deploy {API} {WEB} && id",
    f"deploy {API} $(id)",
    f"deploy {API} `id`",
    f"deploy {API} {WEB.upper()}",
    f"deploy {API} sha256:{'0f' * 31}",
    f"deploy {API} sha256:{'0f' * 33}",
    f"deploy {API} sha256:{'0g' * 32}",
    f"deploy {API} sha512:{'0f' * 32}",
    f"deploy {API} latest",
    f"deploy --web {API} {WEB}",
    f"deploy {API} --help",
    f"deploy\t{API}\t{WEB}",
    f"DEPLOY {API} {WEB}",
    f"xdeploy {API} {WEB}",
    "rollback ",
    "rollback --to 1",
    "rollback\n",
    "status;id",
    "status status",
    "rollbackstatus",
    "-v",
    "--help",
    "init",
    "upgrade",
    "*",
    "${IFS}",
    "bash -i",
    "sh -c id",
    "scp -t /etc",
    "internal-sftp",
    "/usr/lib/openssh/sftp-server",
    "rsync --server . /",
    "\x01status",
    "status\r",
    "\uff53tatus",
    "[[ status",
    "deploy " + "sha256:" * 10_000,
]


@pytest.fixture
def ask(tmp_path: Path) -> "Ask":
    return Ask(tmp_path)


class Ask:
    """Runs the forced command as sshd does; sudo is a program that writes down its words."""

    def __init__(self, folder: Path) -> None:
        self.started = folder / "started"
        programs = folder / "programs"
        programs.mkdir()
        sudo = programs / "sudo"
        sudo.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >{self.started}\n', encoding="utf-8")
        sudo.chmod(0o755)
        self.environment = {
            "PATH": f"{programs}:{os.environ['PATH']}",
            "SSH_CONNECTION": "::1 1 ::1 22",
        }

    def __call__(self, command: str | None) -> subprocess.CompletedProcess[str]:
        asked = {} if command is None else {"SSH_ORIGINAL_COMMAND": command}
        return subprocess.run(
            [SCRIPT], env=self.environment | asked, capture_output=True, text=True, check=False
        )

    @property
    def words(self) -> list[str] | None:
        """What sudo was started with."""
        return self.started.read_text().splitlines() if self.started.exists() else None


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (f"deploy {API} {WEB}", ["deploy", API, "--web", WEB]),
        ("rollback", ["rollback"]),
        ("status", ["releases"]),
        ("drill", ["drill", "--json"]),
    ],
)
def test_the_four_requests_reach_agentlab(ask: Ask, command: str, words: list[str]) -> None:
    assert ask(command).returncode == 0
    assert ask.words == ["--non-interactive", "/usr/local/bin/agentlab", *words]


@pytest.mark.parametrize("command", [*HOSTILE, None])
def test_everything_else_is_refused_and_starts_nothing(ask: Ask, command: str | None) -> None:
    answer = ask(command)
    assert answer.returncode == 64
    assert answer.stdout == ""
    assert answer.stderr.startswith("This key can ask for: deploy sha256:API sha256:WEB")
    assert ask.words is None
