"""PostgreSQL and Redis, as the api sees them."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from redis import Redis
from redis.exceptions import AuthenticationError, NoPermissionError, RedisError

from agentlab.kit import migrations
from agentlab.kit.passwords import without_user
from agentlab.operations.embedded import connections_of_running
from agentlab.operations.host.doctor.findings import (
    Kind,
    Place,
    Table,
    Verdict,
    ok,
    problem,
    warning,
)
from agentlab.operations.host.redis_users import USER

checks = Table()

POSTGRES_NEEDED = 17
PGVECTOR_NEEDED = (0, 7)
TIMEOUT_S = 5


@contextmanager
def database(place: Place) -> Iterator[psycopg.Connection[tuple[Any, ...]]]:
    with psycopg.connect(database_address(place), connect_timeout=TIMEOUT_S, autocommit=True) as db:
        yield db


def database_address(place: Place) -> str:
    settings = place.settings
    running = connections_of_running(settings.data_dir) if place.kind is Kind.DESK else None
    return str(settings.database_address or (running and running.database_url) or "")


def redis_address(place: Place) -> str:
    settings = place.settings
    running = connections_of_running(settings.data_dir) if place.kind is Kind.DESK else None
    return str(settings.redis_address or (running and running.redis_url) or "")


@checks.on(Kind.SERVER, Kind.DESK)
def postgresql(place: Place) -> Verdict | None:
    """PostgreSQL lets us in and is new enough."""
    if not database_address(place):
        return None
    try:
        with database(place) as db:
            version = db.info.server_version // 10_000
    except psycopg.OperationalError as error:
        reason = str(error).strip().splitlines()[-1]
        if "password authentication failed" in reason:
            return problem(
                "PostgreSQL refuses the password.",
                "`agentlab rotate postgres` gives the roles new passwords.",
            )
        return problem(f"PostgreSQL is away: {reason}", "Look at the log of `postgres`.")
    if version < POSTGRES_NEEDED:
        return problem(
            f"PostgreSQL is {version}, older than {POSTGRES_NEEDED}.",
            "Move the data to a newer server with pg_dump and pg_restore.",
        )
    return ok(f"PostgreSQL {version} answers.")


@checks.on(Kind.SERVER, Kind.DESK)
def pgvector(place: Place) -> Verdict | None:
    """The extension for vectors is in the database, and as new as its server's."""
    answer = first_row(place, PGVECTOR)
    if answer is None:
        return None
    installed, available = answer
    if installed is None:
        return problem(
            "The database has no pgvector.",
            "Install it on the server and let a superuser run `CREATE EXTENSION vector`.",
        )
    if tuple(map(int, installed.split(".")[:2])) < PGVECTOR_NEEDED:
        return problem(f"pgvector is {installed}, older than 0.7.", UPDATE_PGVECTOR)
    if available and installed != available:
        return warning(f"pgvector is {installed}; the server has {available}.", UPDATE_PGVECTOR)
    return ok(f"pgvector {installed} is in the database.")


UPDATE_PGVECTOR = "As a superuser: `ALTER EXTENSION vector UPDATE`."
PGVECTOR = """
SELECT (SELECT extversion FROM pg_extension WHERE extname = 'vector'),
       (SELECT default_version FROM pg_available_extensions WHERE name = 'vector')
"""


@checks.on(Kind.SERVER, Kind.DESK)
def schema(place: Place) -> Verdict | None:
    """The database has the schema of this version."""
    answer = first_row(place, "SELECT to_regclass('alembic_version') IS NOT NULL")
    if answer is None:
        return None
    row = first_row(place, "SELECT version_num FROM alembic_version") if answer[0] else None
    current, needed = row[0] if row else "none", migrations.head()
    if current != needed:
        return warning(
            f"The database has schema {current}, this version {needed}.",
            "After a rollback that is right. Otherwise deploy again; it migrates.",
        )
    return ok(f"The database has schema {current}.")


def has_our_roles(place: Place) -> bool:
    """Not on a desk with a PostgreSQL of somebody's own, which may have a single role."""
    return place.kind is Kind.SERVER or not place.settings.database_address


@checks.on(Kind.SERVER, Kind.DESK)
def database_roles(place: Place) -> Verdict | None:
    """The role that serves requests may work with rows, and with nothing else."""
    answer = first_row(place, ROLES) if has_our_roles(place) else None
    if answer is None:
        return None
    role, is_superuser, makes_roles, owns, lacks, reader_writes = answer
    too_much = {
        "is a superuser": is_superuser,
        "may create roles or databases": makes_roles,
        f"owns {owns} tables": owns,
    }
    if found := [words for words, is_so in too_much.items() if is_so]:
        return problem(
            f"The role {role} {' and '.join(found)}.",
            "Let agentlab_owner own the tables and DATABASE_URL name a role with rights on rows.",
        )
    if lacks:
        return problem(
            f"The role {role} may not work with the rows of {lacks} tables.",
            f"As the tables' owner: GRANT SELECT, INSERT, UPDATE, DELETE … TO {role}.",
        )
    if reader_writes:
        return problem(
            f"agentlab_reader may write into {reader_writes} tables.",
            "As the tables' owner: REVOKE INSERT, UPDATE, DELETE … FROM agentlab_reader.",
        )
    return ok(f"The role {role} may work with rows and with nothing else.")


ROLES = """
SELECT current_user, role.rolsuper, role.rolcreaterole OR role.rolcreatedb,
       count(*) FILTER (WHERE own.relowner = role.oid),
       count(*) FILTER (WHERE own.relname NOT IN
               ('audit_entries', 'audit_details', 'audit_verifications')
           AND NOT (has_table_privilege(own.oid, 'SELECT')
           AND has_table_privilege(own.oid, 'INSERT')
           AND has_table_privilege(own.oid, 'UPDATE')
           AND has_table_privilege(own.oid, 'DELETE'))),
       count(*) FILTER (WHERE reader.oid IS NOT NULL
           AND has_table_privilege(reader.oid, own.oid, 'INSERT, UPDATE, DELETE'))
FROM pg_roles AS role
LEFT JOIN pg_class AS own
    ON own.relkind IN ('r', 'p') AND own.relnamespace = 'public'::regnamespace
LEFT JOIN pg_roles AS reader ON reader.rolname = 'agentlab_reader'
WHERE role.rolname = current_user
GROUP BY role.oid, role.rolsuper, role.rolcreaterole, role.rolcreatedb
"""


@checks.on(Kind.SERVER, Kind.DESK)
def audit_trail(place: Place) -> Verdict | None:
    """The audit trail cannot be changed by who serves requests, and was found whole lately."""
    there = first_row(place, "SELECT to_regclass('audit_verifications') IS NOT NULL")
    if there is None or not there[0]:
        return None
    may_change, checked, days, troubles = first_row(place, TRAIL) or (False, None, None, None)
    if may_change and has_our_roles(place):
        return problem(
            "The role that serves requests may change or delete what is in the audit trail.",
            "As the tables' owner: REVOKE UPDATE, DELETE, TRUNCATE ON audit_entries, audit_details "
            "and REVOKE DELETE, TRUNCATE ON audit_verifications FROM it.",
        )
    if checked is None:
        return ok("The audit trail waits for its first verification, which the worker does.")
    if troubles:
        return problem(
            f"The audit trail is not what AgentLab wrote: {troubles} troubles.",
            "`agentlab audit verify` says where. Find out who can write to the database.",
        )
    if days > STALE_AFTER_DAYS:
        return warning(f"The audit trail was verified {days} days ago.", VERIFY)
    return ok(f"The audit trail is whole: {checked} entries, verified {days} days ago.")


STALE_AFTER_DAYS = 3
VERIFY = "`agentlab audit verify`; the worker does it daily."
TRAIL = """
SELECT has_table_privilege('audit_entries', 'UPDATE, DELETE, TRUNCATE')
           OR has_table_privilege('audit_details', 'UPDATE, DELETE, TRUNCATE')
           OR has_table_privilege('audit_verifications', 'DELETE, TRUNCATE'),
       last.checked, extract(day FROM now() - last.ended_at)::int, last.troubles_total
FROM (SELECT 1) AS always
LEFT JOIN LATERAL (
    SELECT checked, ended_at, troubles_total FROM audit_verifications
    WHERE ended_at IS NOT NULL ORDER BY started_at DESC LIMIT 1
) AS last ON true
"""


def first_row(place: Place, query: str) -> tuple[Any, ...] | None:
    """What PostgreSQL answers; None where it is away, which `postgresql` says already."""
    if not database_address(place):
        return None
    try:
        with database(place) as db:
            return db.execute(query.encode()).fetchone()
    except psycopg.OperationalError:
        return None


@checks.on(Kind.SERVER, Kind.DESK)
def redis(place: Place) -> Verdict | None:
    """Redis lets us in and stores what it is given."""
    if not redis_address(place):
        return None
    try:
        with client(redis_address(place)) as server:
            info: dict[str, Any] = server.info()
    except AuthenticationError:
        return problem("Redis refuses the password.", "`agentlab rotate redis` mends it.")
    except (RedisError, OSError) as error:
        return problem(f"Redis is away: {error}.", "Look at the log of `redis`.")
    used, limit = info["used_memory"], info["maxmemory"]
    if limit and used > limit * 0.8:
        return warning(
            f"Redis has used {used / limit:.0%} of its memory.", "Raise `maxmemory` in redis.conf."
        )
    name = "Valkey" if "valkey_version" in info else "Redis"
    return ok(f"{name} {info.get('valkey_version') or info['redis_version']} answers.")


@checks.on(Kind.SERVER)
def redis_policy(place: Place) -> Verdict | None:
    """Redis cannot forget who is signed in, neither for want of memory nor in a restart."""
    try:
        with client(redis_address(place)) as server:
            info: dict[str, Any] = server.info()
    except (RedisError, OSError):
        return None
    policy = info["maxmemory_policy"]
    if policy != "noeviction":
        return problem(
            f"Redis drops what people need when it is full (maxmemory-policy {policy}).",
            "Set `maxmemory-policy noeviction` in redis.conf.",
        )
    if not info["aof_enabled"]:
        return warning(
            "A restart of Redis signs everybody out.", "Set `appendonly yes` in redis.conf."
        )
    return ok("Redis evicts nothing and survives restarts.")


@checks.on(Kind.SERVER)
def redis_acl(place: Place) -> Verdict | None:
    """Redis lets nobody in without a password, and the app's user may not stop or empty it."""
    address = redis_address(place)
    try:
        if is_allowed(without_user(address), "PING"):
            return problem("Redis answers without a password.", TURN_ACL_ON)
        if is_allowed(address, "CONFIG", "GET", "maxmemory"):
            return problem("The app's user of Redis may change its configuration.", TURN_ACL_ON)
    except (RedisError, OSError):
        return None
    return ok(f"Redis lets {USER} in with a password, and nobody else.")


TURN_ACL_ON = "`agentlab init` writes redis_users.acl; redis.conf has to name it as `aclfile`."


def is_allowed(address: str, *words: str) -> bool:
    try:
        with client(address) as server:
            server.execute_command(*words)
    except (NoPermissionError, AuthenticationError):
        return False
    return True


def client(address: str) -> Redis:
    return Redis.from_url(
        address, decode_responses=True, socket_timeout=TIMEOUT_S, socket_connect_timeout=TIMEOUT_S
    )
