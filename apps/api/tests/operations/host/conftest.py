"""Installation folders, and servers as in production, for the tests of the host's commands."""

import asyncio
import shutil
from asyncio.subprocess import DEVNULL
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql
from redis import Redis
from redis.exceptions import RedisError

from agentlab.kit import migrations
from agentlab.operations.embedded import embedded
from agentlab.operations.embedded.programs import installed
from agentlab.operations.embedded.roles import RIGHTS
from agentlab.operations.host import initialisation, redis_users
from agentlab.operations.host.folder import COMPOSE_FILE, Installation
from agentlab.operations.host.initialisation import Answers
from agentlab.operations.host.rotation import ROLES


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    """A folder in which `agentlab init` was run, without a certificate."""
    (tmp_path / COMPOSE_FILE).touch()
    installation = Installation(tmp_path)
    initialisation.initialise(installation, Answers(), certify=lambda _installation: None)
    return installation


@dataclass(frozen=True)
class Production:
    """A PostgreSQL with production's roles and a Valkey with production's users."""

    installation: Installation
    postgres: str
    """The address without a user."""
    redis: str

    def database_url(self, role: str = "agentlab", *, with_password: bool = True) -> str:
        return with_user(self.postgres, role, self._secret(ROLES[role]) if with_password else None)

    def redis_url(self, *, with_password: bool = True) -> str:
        password = self._secret("redis_password") if with_password else None
        return with_user(self.redis, redis_users.USER, password)

    def _secret(self, name: str) -> str:
        return self.installation.read_secret(name)


def with_user(url: str, user: str, password: str | None = None) -> str:
    parts = urlsplit(url)
    who = user if password is None else f"{user}:{quote(password, safe='')}"
    return urlunsplit(parts._replace(netloc=f"{who}@{parts.netloc.rpartition('@')[2]}"))


@pytest.fixture
async def production(installation: Installation, data_dir: Path) -> AsyncIterator[Production]:
    async with embedded(data_dir) as connections, valkey(installation) as redis:
        parts = urlsplit(connections.database_url)
        bare = urlunsplit(parts._replace(netloc=""))
        production = Production(
            installation, bare.replace("postgresql:/", "postgresql:///", 1), redis
        )
        create_roles(connections.as_owner, production)
        owner = production.database_url("agentlab_owner")
        await asyncio.to_thread(migrations.upgrade, owner)
        yield production


def create_roles(as_superuser: str, production: Production) -> None:
    """As `infrastructure/postgres/10-roles.sh` does it."""
    password = {
        role: sql.Literal(production.installation.read_secret(name)) for role, name in ROLES.items()
    }
    with psycopg.connect(as_superuser, autocommit=True) as db:
        statement = "CREATE ROLE postgres SUPERUSER LOGIN PASSWORD {}"
        db.execute(sql.SQL(statement).format(password["postgres"]))
    with psycopg.connect(production.database_url("postgres"), autocommit=True) as db:
        db.execute("ALTER ROLE agentlab_owner RENAME TO bootstrap")
        db.execute("ALTER ROLE agentlab RENAME TO embedded")
        for role in ("agentlab", "agentlab_owner", "agentlab_reader"):
            statement = "CREATE ROLE {} LOGIN PASSWORD {}"
            db.execute(sql.SQL(statement).format(sql.Identifier(role), password[role]))
        db.execute("ALTER DATABASE agentlab OWNER TO agentlab_owner")
        db.execute("CREATE EXTENSION vector")
        db.execute("GRANT pg_read_all_data TO agentlab_reader")
        db.execute(RIGHTS.encode())


@asynccontextmanager
async def valkey(installation: Installation, **more: str) -> AsyncIterator[str]:
    """A Valkey that reads its users from the installation's file; its address without a user."""
    folder = installation.root / "valkey"
    folder.mkdir()
    options = {"port": "0", "unixsocket": str(folder / "s"), "dir": str(folder), "logfile": ""}
    options |= {"aclfile": str(installation.secrets / redis_users.FILE), "save": ""}
    options |= {"appendonly": "yes", "maxmemory": "64mb", "maxmemory-policy": "noeviction"} | more
    words = [word for name, value in options.items() for word in (f"--{name}", value)]
    server = await asyncio.create_subprocess_exec(installed().valkey, *words, stdout=DEVNULL)
    address = f"unix://{folder / 's'}"
    password = installation.read_secret("redis_password")
    async with asyncio.timeout(10):
        while not answers(with_user(address, redis_users.USER, password)):  # noqa: ASYNC110 - it is another process
            await asyncio.sleep(0.02)
    yield address
    server.kill()
    await server.wait()
    shutil.rmtree(folder)


def answers(url: str) -> bool:
    with suppress(RedisError, OSError), Redis.from_url(url, retry=None) as redis:
        return bool(redis.ping())
    return False
