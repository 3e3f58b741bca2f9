"""Finding one's way over 10,000 projects: how long the first screen and the lists take.

Two copies of the api answer, as on a server, over HTTP on this machine.
"""

import asyncio
import os
import random
import socket
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import httpx
import psycopg

from agentlab.auth import sessions
from agentlab.auth.callers import COOKIE
from agentlab.kit import migrations
from agentlab.kit.ids import new_id
from agentlab.kit.passwords import redis_client
from agentlab.operations.embedded import Connections, embedded
from benchmarks import decisions, inbox, switching
from benchmarks.measure import Measurement, p95_of

CLIENTS, SERVICES, PROJECTS, ENTRIES = 500, 2_000, 10_000, 200_000
DOCUMENTS_EACH = 5
COPIES = 2
ROUNDS = 60
CONCURRENT = 50
ROUNDS_EACH = 12
ACCOUNT = {"name": "Ada", "email": "ada@example.com", "password": "correct horse battery"}

ALONE_MS = 50
TOGETHER_MS = 150
PAGE_MS = 20
FOUND_MS = 50

STAGES = ("Create the brief", "Create the PRD", "Create the architecture", "Implement story")
WORDS = ("Élan", "Atlas", "Reader", "Portail", "Facturation", "Chat", "Archive", "Réservation")


async def speed(folder: Path) -> list[Measurement]:
    """The 95th percentiles."""
    async with embedded(folder / "data") as connections:
        await asyncio.to_thread(migrations.upgrade, connections.as_owner)
        async with AsyncExitStack() as stack:
            ports = [
                await stack.enter_async_context(api(connections, folder / f"api-{number}"))
                for number in range(COPIES)
            ]
            cookie = await sign_in(ports[0])
            await asyncio.to_thread(seed, connections.as_owner)
            await asyncio.to_thread(inbox.seed, connections)
            everybody = [cookie] * CONCURRENT
            owners = await own_cookies(connections)
            with psycopg.connect(connections.database_url, autocommit=True) as connection:
                change = Change(connection)
                found = [
                    *[each async for each in alone(ports[0], cookie, change)],
                    await together("dashboard", "/dashboard", everybody, ports, change),
                    await together("page of projects", "/projects", everybody, ports, change),
                    await together(
                        "dashboard, each with clients of their own",
                        "/dashboard",
                        owners,
                        ports,
                        change,
                    ),
                ]
            found += await switching.speed(ports[0], cookie)
            for what, path in (("inbox", "/inbox"), ("badge of the inbox", "/inbox/totals")):
                times = await asked(ports[0], path, cookie, ROUNDS)
                how = f"{PROJECTS:,} projects, {inbox.ITEMS:,} open items, {ROUNDS} requests"
                found.append(p95_of(f"{what}, one client", times, ALONE_MS, how))
            took = await decisions.times(ports[0], cookie, connections, folder)
            how = (
                f"{PROJECTS:,} projects, {len(took)} decisions, half of them rejections, "
                f"after {2 * decisions.FIRST} others"
            )
            return [*found, p95_of("decision at a gate, one client", took, ALONE_MS, how)]


@dataclass(frozen=True)
class Change:
    """A project of one client changes: nobody who sees it may be told what was read before."""

    connection: psycopg.Connection[tuple[object, ...]]

    def __call__(self) -> None:
        self.connection.execute(
            "INSERT INTO audit_entries (sequence, at, actor_kind, action, client_id, request_id, "
            "detail_digest, previous_hash, hash) SELECT max(sequence) + 1, now(), 'system', "
            "'project.changed', (SELECT id FROM clients ORDER BY random() LIMIT 1), 'bench', '', "
            "'', max(sequence)::text || '+' FROM audit_entries"
        )

    async def every_second(self) -> None:
        while True:
            await asyncio.to_thread(self)
            await asyncio.sleep(1)


async def alone(port: int, cookie: str, change: Change) -> AsyncIterator[Measurement]:
    size = f"{PROJECTS:,} projects, {SERVICES:,} services, {CLIENTS:,} clients"
    for what, path, limit in (
        ("dashboard", "/dashboard", ALONE_MS),
        ("dashboard while typing", "/dashboard?search=read&sort=client", ALONE_MS),
        ("dashboard, filtered", "/dashboard?status=blocked&status=active&waiting=true", ALONE_MS),
        ("page of projects", "/projects", PAGE_MS),
        ("page of projects by last change", "/projects?sort=-changed_at", PAGE_MS),
        ("finding by name", "/search/quick?q=read", FOUND_MS),
        ("page of the activity feed", "/activity", ALONE_MS),
        ("page of the activity feed, filtered", "/activity?kind=client&kind=decision", ALONE_MS),
        ("page of the audit trail", "/audit/entries", ALONE_MS),
    ):
        times = await asked(port, path, cookie, ROUNDS, before_each=change)
        how = f"{size}, {ROUNDS} requests, each after a change"
        yield p95_of(f"{what}, one client", times, limit, how)


async def together(
    what: str, path: str, cookies: list[str], ports: list[int], change: Change
) -> Measurement:
    loads = [
        asked(ports[number % COPIES], path, cookie, ROUNDS_EACH)
        for number, cookie in enumerate(cookies)
    ]
    changing = asyncio.create_task(change.every_second())
    times = [each for one in await asyncio.gather(*loads) for each in one]
    changing.cancel()
    how = f"{ROUNDS_EACH} requests each, {COPIES} copies of the api, a change each second"
    return p95_of(f"{what}, {len(cookies)} clients at once", times, TOGETHER_MS, how)


async def own_cookies(connections: Connections) -> list[str]:
    """Of product owners who see a tenth of the clients each: nobody shares what they read."""
    people = [new_id() for _ in range(CONCURRENT)]
    now = datetime.now(UTC)
    with psycopg.connect(connections.database_url) as connection:
        rows = connection.execute("SELECT id FROM clients ORDER BY id").fetchall()
        copy(
            connection,
            "users (id, name, email, password_hash, role, created_at, sees_all_clients)",
            (
                (id_, f"Owner {n}", f"owner-{n}@example.com", "!", "product_owner", now, False)
                for n, id_ in enumerate(people)
            ),
        )
        copy(
            connection,
            "client_assignments (user_id, client_id)",
            ((id_, row[0]) for n, id_ in enumerate(people) for row in rows[n % 10 :: 10]),
        )
    async with redis_client(lambda: connections.redis_url) as redis:
        return [f"{COOKIE}={await sessions.start(redis, id_)}" for id_ in people]


@asynccontextmanager
async def api(connections: Connections, folder: Path) -> AsyncIterator[int]:
    """One copy of the api as servers run it; its port."""
    port = free_port()
    environment = os.environ | {
        "DATABASE_URL": connections.database_url,
        "REDIS_URL": connections.redis_url,
        "AGENTLAB_DATA_DIR": str(folder),
        "AGENTLAB_LOG_LEVEL": "error",
        "AGENTLAB_WORKSPACE_ROOTS": str(folder.parent),
        "PORT": str(port),
    }
    program = Path(sys.executable).with_name("agentlab")
    process = subprocess.Popen(  # noqa: ASYNC220, S603 - our own program, and starting is quick
        [program, "serve"], env=environment, stdout=subprocess.DEVNULL
    )
    try:
        await until_ready(port, process)
        yield port
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait, 60)


async def until_ready(port: int, process: subprocess.Popen[bytes]) -> None:
    async with httpx.AsyncClient() as client:
        while process.poll() is None:
            try:
                if (await client.get(f"http://127.0.0.1:{port}/readyz")).is_success:
                    return
            except httpx.TransportError:
                await asyncio.sleep(0.05)
    raise RuntimeError(f"agentlab serve ended with {process.returncode}")


async def sign_in(port: int) -> str:
    address = f"http://127.0.0.1:{port}"
    async with httpx.AsyncClient(headers={"Origin": address}) as client:
        reply = await client.post(f"{address}/api/v1/setup", json=ACCOUNT)
        reply.raise_for_status()
        return "; ".join(f"{name}={value}" for name, value in client.cookies.items())


async def asked(
    port: int,
    path: str,
    cookie: str,
    rounds: int,
    before_each: Callable[[], None] = lambda: None,
) -> list[float]:
    """Seconds that each of several requests took, on one connection and one after the other.

    Spoken by hand: a client library would take more of the processor than what is measured.
    """
    request = (
        f"GET /api/v1{path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nCookie: {cookie}\r\n\r\n"
    ).encode()
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**22)
    times = []
    try:
        for number in range(rounds + 1):
            before_each()
            started = time.perf_counter()
            writer.write(request)
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            body = await reader.readexactly(int(head.partition("content-length: ")[2].split()[0]))
            if not head.startswith("http/1.1 200"):
                raise RuntimeError(f"{path} answered {head.splitlines()[0]}: {body[:300]!r}")
            if number:  # the first one opens connections
                times.append(time.perf_counter() - started)
    finally:
        writer.close()
    return times


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port: int = server.getsockname()[1]
        return port


def seed(owner_url: str) -> None:
    """The same portfolio each time, by COPY."""
    chance = random.Random(4)  # noqa: S311 - nothing secret
    now = datetime.now(UTC)
    clients = [(new_id(), f"{pick(chance)} client {n}", now) for n in range(CLIENTS)]
    services = [
        (new_id(), clients[n % CLIENTS][0], f"{pick(chance)} service {n}", now)
        for n in range(SERVICES)
    ]
    projects = [project(chance, n, services[n % SERVICES][0], now) for n in range(PROJECTS)]
    with psycopg.connect(owner_url) as connection:
        owner = connection.execute("SELECT id FROM users").fetchone()
        owner_id = owner[0] if owner else None
        copy(connection, "clients (id, name, created_at)", clients)
        copy(connection, "services (id, client_id, name, created_at)", services)
        copy(
            connection,
            "projects (id, service_id, name, key, status, created_at, owner_id)",
            ((*row, owner_id if chance.random() < 0.5 else None) for row in projects),  # noqa: PLR2004
        )
        copy(
            connection,
            "standings (project_id, method, generation, stages_total, stages_closed, stage, "
            "stage_state, stage_since, waiting_gate_id, documents_total, changed_at)",
            (standing(chance, row[0], now) for row in projects),
        )
        copy(
            connection,
            "documents (id, project_id, path, title, version, sha256, size_bytes, changed_at)",
            documents(chance, [row[0] for row in projects], now),
        )
        first = connection.execute("SELECT max(sequence) + 1 FROM audit_entries").fetchone()
        sequences = range(first[0] if first else 1, ENTRIES)
        copy(
            connection,
            "audit_entries (sequence, at, actor_kind, actor_id, action, subject_id, label, "
            "client_id, project_id, request_id, detail_digest, previous_hash, hash)",
            entries(
                sequences, owner_id, [row[0] for row in projects], [row[0] for row in clients], now
            ),
        )
        copy(
            connection,
            "audit_details (sequence, salt, detail)",
            ((n, b"", "{}") for n in sequences),
        )
        connection.commit()
        connection.autocommit = True
        connection.execute("VACUUM ANALYZE")


def pick(chance: random.Random) -> str:
    return chance.choice(WORDS)


def project(
    chance: random.Random, number: int, service_id: UUID, now: datetime
) -> tuple[UUID, UUID, str, str, str, datetime]:
    status = chance.choice(("active", "active", "active", "blocked", "draft", "completed"))
    return new_id(), service_id, f"{pick(chance)} {number}", f"P-{number}", status, now


def standing(chance: random.Random, project_id: UUID, now: datetime) -> tuple[object, ...]:
    is_waiting = chance.random() < 0.2  # noqa: PLR2004
    since = now - timedelta(days=chance.randrange(60))
    return (
        project_id,
        "bmad",
        "v4",
        11,
        chance.randrange(11),
        chance.choice(STAGES),
        "submitted" if is_waiting else "current",
        since,
        new_id() if is_waiting else None,
        chance.randrange(80),
        since + timedelta(days=1),
    )


def documents(
    chance: random.Random, project_ids: list[UUID], now: datetime
) -> Iterator[tuple[object, ...]]:
    for project_id in project_ids:
        for n in range(DOCUMENTS_EACH):
            title = f"{pick(chance)} and {pick(chance)} {n}"
            yield new_id(), project_id, f"notes/{n}.md", title, 1, inbox.DIGEST, 9_000, now


def entries(
    sequences: range,
    actor_id: UUID | None,
    project_ids: list[UUID],
    client_ids: list[UUID],
    now: datetime,
) -> Iterator[tuple[object, ...]]:
    """After those that say that the account was made. Nobody verifies their hashes here."""
    for n in sequences:
        project_id, client_id = project_ids[n % PROJECTS], client_ids[n % CLIENTS]
        at = now - timedelta(seconds=ENTRIES - n)
        place = (project_id, f"Project {n}", client_id, project_id)
        yield (n, at, "person", actor_id, "project.changed", *place, "bench", "0", str(n), str(n))


def copy(
    connection: psycopg.Connection[tuple[object, ...]],
    table: str,
    rows: Iterable[tuple[object, ...]],
) -> None:
    with connection.cursor().copy(f"COPY {table} FROM STDIN") as into:
        for row in rows:
            into.write_row(row)
