"""`agentlab rotate` under load, on a real PostgreSQL and a real Valkey."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import psycopg
import pytest
from psycopg import sql
from pydantic import SecretStr
from redis import Redis
from redis.exceptions import NoPermissionError
from sqlalchemy import text

from agentlab.auth import sessions, throttle, tokens
from agentlab.context import Context, open_context
from agentlab.errors import AgentLabError
from agentlab.kit import ids, live
from agentlab.operations.host import redis_users, rotation, secret_files
from agentlab.operations.host.folder import Installation
from agentlab.operations.host.rotation import ROLES, Rotated, ServerNotThere
from agentlab.settings import Settings
from tests.operations.host.conftest import Production, answers, with_user

FILES = {
    "POSTGRES_PASSWORD_FILE": "postgres_app_password",
    "REDIS_PASSWORD_FILE": "redis_password",
    "JWT_SECRET_FILE": "jwt_secret",
    "JWT_SECRET_PREVIOUS_FILE": "jwt_secret_previous",
}


@dataclass
class Servers:
    """Told directly what `agentlab rotate` tells the containers through Docker."""

    production: Production
    is_away: bool = False

    def need_postgres(self) -> None:
        if self.is_away:
            raise ServerNotThere("postgres has to run, and it does not.")

    def change_password(self, role: str, verifier: str) -> None:
        self.need_postgres()
        # Inside its container PostgreSQL believes who somebody is; here another superuser does it.
        with psycopg.connect(self.superuser, autocommit=True) as db:
            statement = sql.SQL("ALTER ROLE {} PASSWORD {}")
            db.execute(statement.format(sql.Identifier(role), sql.Literal(verifier)))

    def __post_init__(self) -> None:
        self.superuser = with_user(self.production.postgres, "bootstrap", "bootstrap")
        with psycopg.connect(self.production.database_url("postgres"), autocommit=True) as db:
            db.execute("ALTER ROLE bootstrap PASSWORD 'bootstrap'")

    def reload_redis_users(self) -> None:
        self.need_postgres()
        with Redis.from_url(self.production.redis_url()) as redis:
            assert redis.acl_load()


@pytest.fixture
def servers(production: Production) -> Servers:
    return Servers(production)


@pytest.fixture
async def process(
    production: Production, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Context]:
    """What the api is made of, with its passwords from the installation's files."""
    for name, secret in FILES.items():
        monkeypatch.setenv(name, str(production.installation.secrets / secret))
    settings = Settings(
        environment="production",
        database_url=SecretStr(production.database_url(with_password=False)),
        redis_url=SecretStr(production.redis_url(with_password=False)),
    )
    async with open_context(settings) as context:
        yield context


@dataclass
class Load:
    """Requests that each open new connections, one after the other, until they are stopped."""

    request: Callable[[], Awaitable[None]]
    served: int = 0
    stopping: bool = False  # asked, not cancelled: redis-py can take a cancellation for a timeout

    async def run(self) -> None:
        while not self.stopping:
            await self.request()
            self.served += 1


async def test_no_request_fails_while_every_secret_is_rotated(
    production: Production, process: Context, servers: Servers
) -> None:
    async def ask_postgresql() -> None:
        async with process.engine.connect() as connection:
            assert await connection.scalar(text("SELECT current_user")) == "agentlab"
            await connection.invalidate()

    async def ask_redis() -> None:
        token = await sessions.start(process.redis, ids.new_id())
        await process.redis.connection_pool.disconnect(inuse_connections=False)
        assert await sessions.user_of(process.redis, token)

    async def use_a_token() -> None:
        token = tokens.issue(process.settings, subject="ada")
        await asyncio.sleep(0.01)
        assert tokens.subject_of(process.settings, token) == "ada"

    loads = [Load(ask_postgresql), Load(ask_postgresql), Load(ask_redis), Load(use_a_token)]
    running = [asyncio.create_task(load.run()) for load in loads]
    for _ in range(3):
        before = secrets_of(production.installation)
        await asyncio.to_thread(rotate, production, servers)
        after = secrets_of(production.installation)
        assert {name for name in after if after[name] == before[name]} == {
            "openai_api_key",
            "proof_key",
            "backup_key",
            "backup_s3_secret_key",
            "oidc_client_secret",
            "smtp_password",
            "status_s3_secret_key",
        }
        assert after["jwt_secret_previous"] == before["jwt_secret"]
    assert [task for task in running if task.done()] == []
    for load in loads:
        load.stopping = True
    await asyncio.gather(*running)
    assert min(load.served for load in loads) > 20


async def test_old_passwords_end_with_the_rotation(
    production: Production, servers: Servers
) -> None:
    old = [production.database_url(role) for role in ROLES]
    old_redis = production.redis_url()
    rotate(production, servers)
    for url in old:
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(url)
    for role in ROLES:
        psycopg.connect(production.database_url(role)).close()
    assert (answers(old_redis), answers(production.redis_url())) == (False, True)


async def test_a_token_survives_one_rotation_and_no_second(
    production: Production, process: Context, servers: Servers
) -> None:
    token = tokens.issue(process.settings, subject="ada")
    rotate(production, servers, Rotated.JWT)
    assert tokens.subject_of(process.settings, token) == "ada"
    rotate(production, servers, Rotated.JWT)
    with pytest.raises(tokens.TokenRefused):
        tokens.subject_of(process.settings, token)


async def test_a_rotation_killed_after_any_step_is_finished_by_the_next(
    production: Production, process: Context, servers: Servers
) -> None:
    """Nobody is locked out in between either."""
    for done in range(10):
        plan = rotation.steps(production.installation, Rotated.ALL, servers)
        for _, step in zip(range(done), plan, strict=False):
            step.do()
        assert await select_one(process) == 1
        assert answers(production.redis_url())
        rotate(production, servers)
        for role in ROLES:
            psycopg.connect(production.database_url(role)).close()
        assert production.installation.read_secret(redis_users.FILE).count("#") == 1
        assert answers(production.redis_url())


async def test_a_kill_between_file_and_server_is_mended_by_the_next(
    production: Production, process: Context, servers: Servers
) -> None:
    production.installation.write_secret("postgres_app_password", "written, not taken")
    assert await select_one(process) == 1
    rotate(production, servers, Rotated.POSTGRES)
    assert await select_one(process) == 1
    psycopg.connect(production.database_url()).close()


@pytest.mark.parametrize("what", [Rotated.POSTGRES, Rotated.REDIS])
async def test_nothing_changes_where_a_server_is_away(
    production: Production, servers: Servers, what: Rotated
) -> None:
    before = secrets_of(production.installation)
    servers.is_away = True
    with pytest.raises(ServerNotThere):
        rotate(production, servers, what)
    assert secrets_of(production.installation) == before


async def test_a_role_that_does_not_take_its_password_keeps_the_old(
    production: Production, servers: Servers, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = secrets_of(production.installation)
    monkeypatch.setattr(Servers, "need_postgres", lambda _servers: None)

    def fail(_servers: Servers, role: str, verifier: str) -> None:
        raise ServerNotThere("postgres has just died.")

    monkeypatch.setattr(Servers, "change_password", fail)
    with pytest.raises(AgentLabError):
        rotate(production, servers, Rotated.POSTGRES)
    assert secrets_of(production.installation) == before


async def test_a_dry_run_says_every_step_and_does_none(
    production: Production, servers: Servers
) -> None:
    before, said = secrets_of(production.installation), list[str]()
    rotation.rotate(production.installation, Rotated.ALL, servers, say=said.append, dry_run=True)
    assert len(said) == 11
    assert secrets_of(production.installation) == before


async def test_the_app_works_with_the_rights_that_it_has_in_redis(process: Context) -> None:
    """Sessions, throttling, live updates and health, as the user of the file."""
    token = await sessions.start(process.redis, ids.new_id())
    await sessions.end(process.redis, token)
    await throttle.admit(process.redis, account="ada", address="here")
    await throttle.forgive(process.redis, account="ada", address="here")
    newest = await live.tip(process.redis)
    assert await live.next_messages(process.redis, "0-0")
    await process.redis.xrange(live.STREAM, min=newest)
    assert (await process.redis.info("server"))["redis_version"]


async def test_the_app_may_do_nothing_else_in_redis(production: Production) -> None:
    with Redis.from_url(production.redis_url()) as redis:
        for words in FORBIDDEN:
            with pytest.raises(NoPermissionError):
                redis.execute_command(*words.split())


FORBIDDEN = (
    *("FLUSHALL", "KEYS *", "EVAL return 0", "SUBSCRIBE x", "CONFIG GET maxmemory", "ACL LIST"),
    *("ACL SETUSER x", "SHUTDOWN", "MONITOR", "REPLICAOF NO ONE", "MODULE LIST", "CLIENT LIST"),
)


async def select_one(process: Context) -> int:
    async with process.engine.connect() as connection:
        answer = int(await connection.scalar(text("SELECT 1")) or 0)
        await connection.invalidate()
    return answer


def rotate(production: Production, servers: Servers, what: Rotated = Rotated.ALL) -> None:
    rotation.rotate(production.installation, what, servers, say=lambda _sentence: None)


def secrets_of(installation: Installation) -> dict[str, str]:
    names = [secret.name for secret in secret_files.SECRETS]
    return {name: installation.read_secret(name) for name in names}
