"""`agentlab rotate`: new secrets while everything runs, without a restart and a failed request.

Programs read a secret when they use it (`kit/passwords.py`), and each rotation keeps the old one
valid until the new one is in its place. Whatever step a crash interrupts, running it again ends
well: it starts from what the files say, and makes one more new secret.
"""

import base64
import hashlib
import hmac
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Protocol

from agentlab.errors import AgentLabError, Conflict
from agentlab.operations.host import redis_users
from agentlab.operations.host.compose import Compose, DockerFailed, DockerMissing
from agentlab.operations.host.folder import Installation
from agentlab.operations.host.releases import lock
from agentlab.operations.host.secret_files import (
    CLAUDE_CODE_TOKEN,
    JWT_SECRET,
    JWT_SECRET_PREVIOUS,
    REDIS_PASSWORD,
    generate,
)

ROLES = {
    "agentlab": "postgres_app_password",
    "agentlab_owner": "postgres_owner_password",
    "agentlab_reader": "postgres_reader_password",
    "postgres": "postgres_password",
}
SETTLED_S = 1.0
"""For so long somebody may still send a password that was read a moment ago."""


class ServerNotThere(Conflict):
    code = "server_not_there"


class Rotated(StrEnum):
    JWT = "jwt"
    POSTGRES = "postgres"
    REDIS = "redis"
    CLAUDE_CODE = "claude-code"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Step:
    sentence: str
    do: Callable[[], None]


class Servers(Protocol):
    """The servers that have to be told about a new password."""

    def need_postgres(self) -> None:
        """Raise `ServerNotThere` unless it can be told."""

    def change_password(self, role: str, verifier: str) -> None: ...

    def reload_redis_users(self) -> None:
        """Have Redis read its file of users; also to see that it can be told."""


@dataclass(frozen=True, slots=True)
class Containers:
    """The servers of an installation, told through Docker by who is on its host."""

    compose: Compose

    def need_postgres(self) -> None:
        self._tell("postgres", *PSQL, stdin=b"SELECT 1;")

    def change_password(self, role: str, verifier: str) -> None:
        statement = f"ALTER ROLE \"{role}\" PASSWORD '{verifier}';"
        self._tell("postgres", *PSQL, stdin=statement.encode())

    def reload_redis_users(self) -> None:
        self._tell("redis", "sh", "-c", RELOAD, stdin=b"")

    def _tell(self, service: str, *command: str, stdin: bytes) -> None:
        if "AGENTLAB_API_IMAGE" not in self.compose.installation.read_env():
            raise ServerNotThere(
                f"Nothing is deployed yet, so there is no {service} to tell about a new password."
            )
        try:
            self.compose.run("exec", "-T", service, *command, stdin=stdin)
        except (DockerFailed, DockerMissing) as error:
            raise ServerNotThere(
                f"{service} has to run, for only it can take a new password, and it does not: "
                f"{error.detail}"
            ) from error


PSQL = ("psql", "-X", "-q", "-v", "ON_ERROR_STOP=1", "-U", "postgres", "-d", "postgres")
RELOAD = (
    'REDISCLI_AUTH="$(cat /run/secrets/redis_password)" exec redis-cli -e --user agentlab acl load'
)


def rotate(
    installation: Installation,
    what: Rotated,
    servers: Servers,
    *,
    say: Callable[[str], None],
    dry_run: bool = False,
) -> None:
    """Replace secrets, one step after the other, and say each."""
    with lock(installation):
        for step in steps(installation, what, servers):
            if not dry_run:
                step.do()
            say(step.sentence)


def steps(installation: Installation, what: Rotated, servers: Servers) -> Iterator[Step]:
    plans = PLANS.values() if what is Rotated.ALL else (PLANS[what],)
    for plan in plans:
        yield from plan(installation, servers)


def jwt_steps(installation: Installation, _servers: Servers) -> Iterator[Step]:
    def keep() -> None:
        installation.write_secret(JWT_SECRET_PREVIOUS, installation.read_secret(JWT_SECRET))

    def replace() -> None:
        installation.write_secret(JWT_SECRET, generate())

    yield Step("jwt_secret is kept as jwt_secret_previous: its tokens stay accepted", keep)
    yield Step("jwt_secret is new, and signs from now on", replace)


def postgres_steps(installation: Installation, servers: Servers) -> Iterator[Step]:
    yield Step("PostgreSQL runs", servers.need_postgres)
    for role, name in ROLES.items():
        change = partial(change_role, installation, servers, role, name)
        yield Step(f"{name} is new, and the role {role} takes it", change)


def change_role(installation: Installation, servers: Servers, role: str, name: str) -> None:
    """Write the password down, then have it taken: who connects in between still uses the old."""
    old, new = installation.read_secret(name), generate()
    installation.write_secret(name, new)
    try:
        servers.change_password(role, scram_verifier(new))
    except AgentLabError:
        installation.write_secret(name, old)
        raise


def redis_steps(installation: Installation, servers: Servers) -> Iterator[Step]:
    old, new = installation.read_secret(REDIS_PASSWORD), generate()

    def accept_both() -> None:
        try:
            let_in(installation, servers, old, new)
        except AgentLabError:
            installation.write_secret(redis_users.FILE, redis_users.text([old]))
            raise

    def use_new() -> None:
        installation.write_secret(REDIS_PASSWORD, new)
        time.sleep(SETTLED_S)

    yield Step("Redis takes a new password beside the old one", accept_both)
    yield Step("redis_password is the new one", use_new)
    yield Step("Redis takes only that", partial(let_in, installation, servers, new))


def let_in(installation: Installation, servers: Servers, *passwords: str) -> None:
    installation.write_secret(redis_users.FILE, redis_users.text(passwords))
    servers.reload_redis_users()


def claude_code_steps(installation: Installation, _servers: Servers) -> Iterator[Step]:
    def replace() -> None:
        installation.write_secret(CLAUDE_CODE_TOKEN, generate())

    yield Step("claude_code_token is new, on both sides of the next connection", replace)


PLANS = {
    Rotated.JWT: jwt_steps,
    Rotated.POSTGRES: postgres_steps,
    Rotated.REDIS: redis_steps,
    Rotated.CLAUDE_CODE: claude_code_steps,
}


def scram_verifier(password: str, *, iterations: int = 4096) -> str:
    """What PostgreSQL stores of a password (RFC 5803): the password itself never reaches it."""
    salt = secrets.token_bytes(16)
    salted = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, iterations)
    stored = hashlib.sha256(hmac.digest(salted, b"Client Key", "sha256")).digest()
    server = hmac.digest(salted, b"Server Key", "sha256")
    parts = (base64.b64encode(part).decode() for part in (salt, stored, server))
    return "SCRAM-SHA-256${}:{}${}:{}".format(iterations, *parts)
