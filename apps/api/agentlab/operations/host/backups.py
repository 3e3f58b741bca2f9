"""`agentlab backup …` in an installation folder: the same command in the backup container."""

import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from agentlab.errors import InvalidInput
from agentlab.operations.host.compose import Compose
from agentlab.operations.host.folder import Installation, NotAnInstallation

KEY = "--key"


def installation_here() -> Installation | None:
    """The installation that the shell is in, once something was deployed there."""
    try:
        found = Installation.find()
    except NotAnInstallation:
        return None
    return found if "AGENTLAB_API_IMAGE" in found.read_env() else None


def ask(installation: Installation, words: Sequence[str]) -> int:
    """Run `agentlab backup WORDS` there, with this terminal; how it ended.

    A key that lies on this host goes through standard input: the container does not see it.
    """
    given, key = with_key_from_stdin(words)
    is_terminal = key is None and sys.stdin.isatty() and sys.stdout.isatty()
    command = [
        *("docker", "compose", *Compose(installation).files(), "exec"),
        *([] if is_terminal else ["-T"]),
        *("backup", "agentlab", "backup", *given),
    ]
    stdin: dict[str, Any] = {} if is_terminal else {"stdin": subprocess.DEVNULL}
    done = subprocess.run(  # noqa: S603 - a fixed program; arguments are never a shell's
        command,
        cwd=installation.root,
        check=False,
        **(stdin if key is None else {"input": key}),
    )
    return done.returncode


def key_of(installation: Installation) -> str:
    """What `agentlab backup export-key` says there."""
    return (
        Compose(installation).run("exec", "-T", "backup", "agentlab", "backup", "export-key") + "\n"
    )


def with_key_from_stdin(words: Sequence[str]) -> tuple[list[str], bytes | None]:
    """The words with `/dev/stdin` in the place of the key's file, and what is in that."""
    given = [part for word in words for part in split(word)]
    if KEY not in given[:-1]:
        return given, None
    at = given.index(KEY) + 1
    try:
        key = Path(given[at]).read_bytes()
    except OSError as error:
        raise InvalidInput(f"The key {given[at]} cannot be read: {error.strerror}.") from error
    given[at] = "/dev/stdin"
    return given, key


def split(word: str) -> list[str]:
    """`--key=FILE` as two words."""
    return list(word.split("=", 1)) if word.startswith(f"{KEY}=") else [word]
