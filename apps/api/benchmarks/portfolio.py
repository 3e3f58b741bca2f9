"""Finding one's way over 10,000 projects: how long the first screen and the lists take.

Two copies of the api answer, as on a server, over HTTP on this machine.
"""

import asyncio
import math
import os
import random
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import httpx
import psycopg

from agentlab.kit import migrations
from agentlab.kit.ids import new_id
from agentlab.operations.embedded import Connections, embedded
from benchmarks.measure import Measurement

CLIENTS, SERVICES, PROJECTS, ENTRIES = 500, 2_000, 10_000, 200_000
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
        await asyncio.to_thread(migrations.upgrade, connections.database_url)
        async with AsyncExitStack() as stack:
            ports = [
                await stack.enter_async_context(api(connections, folder / f"api-{number}"))
                for number in range(COPIES)
            ]
            cookie = await sign_in(ports[0])
            await asyncio.to_thread(seed, connections.database_url)
            return [each async for each in measured(ports, cookie)]


async def measured(ports: list[int], cookie: str) -> AsyncIterator[Measurement]:
    size = f"{PROJECTS:,} projects, {SERVICES:,} services, {CLIENTS:,} clients"
    alone = (
        ("dashboard", "/dashboard", ALONE_MS),
        ("dashboard while typing", "/dashboard?search=read&sort=client", ALONE_MS),
        ("dashboard, filtered", "/dashboard?status=blocked&status=active&waiting=true", ALONE_MS),
        ("page of projects", "/projects", PAGE_MS),
        ("page of projects by last change", "/projects?sort=-changed_at", PAGE_MS),
        ("finding by name", "/search/quick?q=read", FOUND_MS),
        ("page of the activity feed", "/activity", ALONE_MS),
    )
    for what, path, limit in alone:
        times = await asked(ports[0], path, cookie, ROUNDS)
        if times:  # a path that this version does not have is passed over
            yield measurement(f"{what}, one client", times, limit, f"{size}, {ROUNDS} requests")
    for what, path in (("dashboard", "/dashboard"), ("page of projects", "/projects")):
        loads = [
            asked(ports[number % COPIES], path, cookie, ROUNDS_EACH) for number in range(CONCURRENT)
        ]
        times = [each for one in await asyncio.gather(*loads) for each in one]
        yield measurement(
            f"{what}, {CONCURRENT} clients at once",
            times,
            TOGETHER_MS,
            f"{ROUNDS_EACH} requests each, {COPIES} copies of the api",
        )


def measurement(what: str, times: list[float], limit: float, how: str) -> Measurement:
    ordered = sorted(times)
    p95 = ordered[math.ceil(len(ordered) * 0.95) - 1] * 1000
    median = statistics.median(ordered) * 1000
    return Measurement(what, p95, "ms", limit, f"p95, median {median:.1f} ms; {how}")


@asynccontextmanager
async def api(connections: Connections, folder: Path) -> AsyncIterator[int]:
    """One copy of the api as servers run it; its port."""
    port = free_port()
    environment = os.environ | {
        "DATABASE_URL": connections.database_url,
        "REDIS_URL": connections.redis_url,
        "AGENTLAB_DATA_DIR": str(folder),
        "AGENTLAB_LOG_LEVEL": "error",
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


async def asked(port: int, path: str, cookie: str, rounds: int) -> list[float]:
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
            started = time.perf_counter()
            writer.write(request)
            head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
            body = await reader.readexactly(int(head.partition("content-length: ")[2].split()[0]))
            if head.startswith("http/1.1 404"):
                return []
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


def seed(database_url: str) -> None:
    """The same portfolio each time, by COPY."""
    chance = random.Random(4)  # noqa: S311 - nothing secret
    now = datetime.now(UTC)
    clients = [(new_id(), f"{pick(chance)} client {n}", now) for n in range(CLIENTS)]
    services = [
        (new_id(), clients[n % CLIENTS][0], f"{pick(chance)} service {n}", now)
        for n in range(SERVICES)
    ]
    projects = [project(chance, n, services[n % SERVICES][0], now) for n in range(PROJECTS)]
    with psycopg.connect(database_url) as connection:
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
            "audit_entries (sequence, at, actor_kind, actor_id, action, subject_id, label, "
            "client_id, project_id, request_id, detail_digest, previous_hash, hash)",
            entries(owner_id, [row[0] for row in projects], [row[0] for row in clients], now),
        )
        copy(
            connection,
            "audit_details (sequence, salt, detail)",
            ((n, b"", "{}") for n in range(2, ENTRIES + 2)),
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


def entries(
    actor_id: UUID | None, project_ids: list[UUID], client_ids: list[UUID], now: datetime
) -> Iterator[tuple[object, ...]]:
    """After the one that says that the account was made. Nobody verifies their hashes here."""
    for n in range(2, ENTRIES + 2):
        project_id, client_id = project_ids[n % PROJECTS], client_ids[n % CLIENTS]
        at = now - timedelta(seconds=ENTRIES - n)
        place = (project_id, f"Project {n}", client_id, project_id)
        yield (n, at, "person", actor_id, "project.changed", *place, "bench", "0", str(n), str(n))


def copy(
    connection: psycopg.Connection[tuple[object, ...]],
    table: str,
    rows: Iterator[tuple[object, ...]] | list[tuple[object, ...]],
) -> None:
    with connection.cursor().copy(f"COPY {table} FROM STDIN") as into:
        for row in rows:
            into.write_row(row)
