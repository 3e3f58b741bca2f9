"""Redis's file of users: who may connect, with which passwords, and what they may do."""

import hashlib
from collections.abc import Iterable

FILE = "redis_users.acl"
USER = "agentlab"
ALLOWED = (
    "~* resetchannels +@read +@write +@connection +@transaction +@blocking "
    "-@dangerous -@admin +info +acl|whoami +acl|load"
)
"""What AgentLab's code uses, and no more: no scripts, no channels, nothing that stops the server or
empties it. `acl|load` reads this file again, which only the host can write; `info` is for checks.
"""


NOBODY = "user default off ~* +@all"
"""Nobody can be the default user, but Redis itself is, when it reads what it has written to disk:
without permissions it refuses its own transactions then, and everybody is signed out.
"""


def text(passwords: Iterable[str]) -> str:
    """The file that lets the app in with any of these passwords, and nobody else."""
    hashes = " ".join(f"#{digest(password)}" for password in passwords)
    return f"{NOBODY}\nuser {USER} on {hashes} {ALLOWED}\n"


def accepts(file: str, password: str) -> bool:
    """Whether the file lets the app in with the password."""
    return f"#{digest(password)}" in words_of_app(file)


def is_current(file: str) -> bool:
    """Whether the file grants what this version of AgentLab needs, and nobody else anything."""
    hashes = [word for word in words_of_app(file) if word.startswith("#")]
    return file.split() == f"{NOBODY} user {USER} on {' '.join(hashes)} {ALLOWED}".split()


def words_of_app(file: str) -> list[str]:
    lines = (line.split() for line in file.splitlines())
    return next((words for words in lines if words[:2] == ["user", USER]), [])


def digest(password: str) -> str:
    return hashlib.sha256(password.encode()).hexdigest()
