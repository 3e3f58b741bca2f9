"""Importing 1,000 documents, against reading, hashing and storing the same bytes by hand."""

import hashlib
import statistics
import time
from pathlib import Path

import psycopg
from pydantic import SecretStr

from agentlab.context import Context, open_context
from agentlab.imports.schemas import ImportIn
from agentlab.imports.service import import_folder
from agentlab.kit import migrations
from agentlab.operations.embedded import embedded
from agentlab.settings import Settings
from benchmarks.measure import Measurement

DOCUMENTS = 1000
SIZE_BYTES = 10_000
ROUNDS = 5
LIMIT = 3


async def ratio(folder: Path) -> Measurement:
    """The median of several rounds of each, taken in turns."""
    project = write_project(folder / "projects" / "bench")
    ours: list[float] = []
    bare: list[float] = []
    async with embedded(folder / "data") as connections:
        migrations.upgrade(connections.database_url)
        settings = Settings(
            database_url=SecretStr(connections.database_url),
            redis_url=SecretStr(connections.redis_url),
            workspace_roots=(folder,),
            data_dir=folder / "data",
        )
        async with open_context(settings) as context:
            for number in range(ROUNDS):
                bare.append(by_hand(connections.database_url, project))
                ours.append(await imported(context, project, number))
    by_hand_s, ours_s = statistics.median(bare), statistics.median(ours)
    return Measurement(
        f"import of {DOCUMENTS:,} documents of {SIZE_BYTES // 1000} KB",
        ours_s / by_hand_s,
        "times by hand",
        LIMIT,
        f"medians of {ROUNDS}: {ours_s * 1000:.0f} ms, by hand {by_hand_s * 1000:.0f} ms",
    )


def write_project(folder: Path) -> Path:
    """Texts that differ and compress like prose."""
    for number in range(DOCUMENTS):
        path = folder / f"part-{number // 50:02}" / f"{number:04}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        words = " ".join(
            hashlib.md5(f"{number} {at}".encode(), usedforsecurity=False).hexdigest()[: 3 + at % 7]
            for at in range(SIZE_BYTES // 6)
        )
        path.write_text(f"# Document {number}\n\n{words}"[:SIZE_BYTES], encoding="utf-8")
    return folder


def by_hand(database_url: str, project: Path) -> float:
    """Read and hash in a bare loop, then one COPY of the same bytes."""
    with psycopg.connect(database_url) as connection:
        connection.execute("CREATE TABLE by_hand (sha256 text PRIMARY KEY, content bytea)")
        connection.commit()
        started = time.perf_counter()
        rows = []
        for path in project.rglob("*.md"):
            content = path.read_bytes()
            rows.append((hashlib.sha256(content).hexdigest(), content))
        with connection.cursor().copy("COPY by_hand FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types(["text", "bytea"])
            for row in rows:
                copy.write_row(row)
        connection.commit()
        elapsed = time.perf_counter() - started
        connection.execute("DROP TABLE by_hand")
    return elapsed


def renamed(folder: Path, name: str) -> Path:
    return folder.rename(folder.with_name(name))


async def imported(context: Context, project: Path, number: int) -> float:
    """Import under a new name of the folder, as each folder is imported once."""
    folder = renamed(project, f"bench-{number}")
    choice = ImportIn(path=str(folder), client="Bench", service="Bench")
    started = time.perf_counter()
    async with context.sessions.begin() as db:
        done = await import_folder(db, choice, by=None, roots=context.settings.allowed_roots)
    elapsed = time.perf_counter() - started
    renamed(folder, project.name)
    if done.scan.added != DOCUMENTS:
        raise RuntimeError(f"imported {done.scan.added} documents of {DOCUMENTS}")
    return elapsed
