"""The machine is lost: how long one command takes on an empty desk, beside pg_restore alone."""

import asyncio
import os
import subprocess
import time
from functools import partial
from pathlib import Path

import httpx
import psycopg
from psycopg import sql

from agentlab.app import create_app
from agentlab.kit import migrations
from agentlab.operations.backup import bundle, keys, making, programs
from agentlab.operations.backup.place import DATABASE
from agentlab.operations.backup.shelf import Shelf
from agentlab.operations.embedded import embedded
from agentlab.operations.restore.desk import SIGNING, Desk, desk_with
from agentlab.settings import Settings
from benchmarks.measure import Measurement
from benchmarks.portfolio import ACCOUNT
from benchmarks.start import REPOSITORY

ORIGIN = "http://127.0.0.1:8000"
SAME_SITE = {"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin"}
DOCUMENTS = 4_000
LINES = 600
TIMES_BARE, MORE_S = 1.5, 60

FILL = """
WITH made AS (
    INSERT INTO documents (id, project_id, path, title, version, sha256, size_bytes, changed_at)
    SELECT gen_random_uuid(), (SELECT id FROM projects LIMIT 1), 'bench/' || n || '.md', 'Bench', 1,
           '', 0, now() FROM generate_series(1, %s) n
    RETURNING id
), texts AS (
    SELECT id, convert_to(string_agg(md5(random()::text), E'\\n'), 'UTF8') AS content
    FROM made, generate_series(1, %s) GROUP BY id
)
INSERT INTO versions (document_id, number, sha256, size_bytes, seen_at, content)
SELECT id, 1, encode(sha256(content), 'hex'), length(content), now(), content FROM texts
"""


def rto(folder: Path) -> Measurement:
    file, key, size, bare_s = asyncio.run(prepare(folder / "lost"))
    environment = {"PATH": os.defpath, "AGENTLAB_DATA_DIR": str(folder / "fresh")}
    agentlab = REPOSITORY / "apps" / "api" / ".venv" / "bin" / "agentlab"
    began = time.monotonic()
    subprocess.run(  # noqa: S603 - our own program
        [agentlab, "restore", file, "--key", key, "--json"],
        env=environment,
        cwd=folder,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    whole_s = time.monotonic() - began
    return Measurement(
        f"RTO on an empty desk, over {TIMES_BARE:g} times pg_restore",
        whole_s - TIMES_BARE * bare_s,
        "s",
        MORE_S,
        f"{size / 1e6:.0f} MB: {whole_s:.1f} s with everything, pg_restore alone {bare_s:.1f} s",
    )


async def prepare(data: Path) -> tuple[Path, Path, int, float]:
    """A bundle, its key, the size of its database, and how long PostgreSQL alone takes for it."""
    async with embedded(data) as connections:
        await asyncio.to_thread(migrations.upgrade, connections.as_owner)
        app_of = partial(create_app, with_worker=False)
        desk = desk_with(Settings(data_dir=data), connections, app_of)
        for name in SIGNING:
            desk.folder.secret(name)
        app = app_of(desk.settings)
        transport = httpx.ASGITransport(app)
        async with (
            app.router.lifespan_context(app),
            httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers=SAME_SITE) as ada,
        ):
            (await ada.post("/api/v1/setup", json=ACCOUNT)).raise_for_status()
            (await ada.post("/api/v1/sample")).raise_for_status()
        return await asyncio.to_thread(back_up, desk)


def back_up(desk: Desk) -> tuple[Path, Path, int, float]:
    url = desk.place.database_url
    with psycopg.connect(url) as db:
        db.execute(FILL, [DOCUMENTS, LINES])
    keys.ensure(desk.place.key)
    shelf = Shelf(desk.place.folder)
    with shelf.locked() as report:
        file = making.make(desk.place, shelf, report, "asked")
    size = bundle.read_manifest(file).database.size_bytes
    return file, desk.place.key, size, bare(desk, file)


def bare(desk: Desk, file: Path) -> float:
    """pg_restore of the same dump, from a file, into an empty database of the same server."""
    dump = file.with_suffix(".dump")
    with dump.open("wb") as stream:
        identities = keys.read(desk.place.key)
        bundle.unseal(bundle.read(file), DATABASE, identities, stream, lambda _: None)
    with psycopg.connect(desk.place.database_url, autocommit=True) as db:
        db.execute(sql.SQL("CREATE DATABASE bare TEMPLATE template0"))
    command = [desk.place.program("pg_restore"), "--exit-on-error", "--dbname=bare", str(dump)]
    began = time.monotonic()
    with programs.running(command, env=programs.environment(desk.place.database_url)):
        pass
    return time.monotonic() - began
