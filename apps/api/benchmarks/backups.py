"""How much longer a backup takes than the bare `pg_dump` of the same data, in the same run.

A backup is all that makes it count: the dump, encrypted and packed, and the whole of it read back.
Copies elsewhere and the proof come after it and are not in the ratio; the proof has its own line.
"""

import asyncio
import subprocess
import time
from pathlib import Path
from statistics import median

import psycopg
from pydantic import SecretStr

from agentlab.kit import migrations
from agentlab.operations.backup import desk, keys, making, programs, proving
from agentlab.operations.backup.place import Place
from agentlab.operations.backup.service import run_on
from agentlab.operations.backup.shelf import Shelf
from agentlab.operations.embedded import embedded
from agentlab.settings import Settings
from benchmarks.measure import Measurement

PAIRS = 3
ROWS = 40_000
FILL = """
    CREATE TABLE texts AS
    SELECT n AS id, string_agg(substr(md5((n * 131 + w)::text), 1, 2 + w %% 7), ' ') AS content
    FROM generate_series(1, %s) n, generate_series(1, 400) w GROUP BY n
"""


async def speed(folder: Path) -> list[Measurement]:
    async with embedded(folder / "data") as connections:
        await asyncio.to_thread(migrations.upgrade, connections.as_owner)
        with psycopg.connect(connections.as_owner, autocommit=True) as db:
            db.execute(FILL.encode(), [ROWS])
            db.execute("VACUUM ANALYZE")
        settings = Settings(
            data_dir=folder / "data",
            database_url=SecretStr(connections.database_url),
            redis_url=SecretStr(connections.redis_url),
        )
        place = desk.place_of(settings, connections.as_owner)
        return await asyncio.to_thread(measured, place, folder)


def measured(place: Place, folder: Path) -> list[Measurement]:
    keys.ensure(place.key)
    shelf = Shelf(place.folder)
    pairs = [(bare(place, folder / "bare.dump"), whole(place, shelf)) for _ in range(PAIRS)]
    ratio = median(ours / theirs for theirs, ours in pairs)
    how = f"{median(ours for _, ours in pairs):.1f} s, pg_dump {median(b for b, _ in pairs):.1f} s"
    proof = seconds_of_proof(place, shelf)
    return [
        Measurement("A backup, verified, to bare pg_dump", ratio, "times", 1.3, how),
        Measurement("Its proof, to the backup", proof / pairs[-1][1], "times", 3, f"{proof:.1f} s"),
    ]


def bare(place: Place, file: Path) -> float:
    env = programs.environment(place.database_url)
    began = time.perf_counter()
    with file.open("wb") as stream:
        subprocess.run(  # noqa: S603 - PostgreSQL's own program
            [place.program("pg_dump"), "--format=custom"], check=True, stdout=stream, env=env
        )
    return time.perf_counter() - began


def whole(place: Place, shelf: Shelf) -> float:
    began = time.perf_counter()
    with run_on(shelf) as report:
        making.make(place, shelf, report, "asked")
    return time.perf_counter() - began


def seconds_of_proof(place: Place, shelf: Shelf) -> float:
    with run_on(shelf) as report:
        return proving.prove(place, shelf.find("latest").file, report).seconds
