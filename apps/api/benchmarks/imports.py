"""Importing 1,000 documents, against reading, hashing and storing the same bytes by hand.

And importing a project of BMAD v6 as its installer writes it, with 500 stories.
"""

import hashlib
import shutil
import statistics
import subprocess
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
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

BMAD = "bmad-method@6.12.0"
STORIES = 500
STORIES_OF_AN_EPIC = 10
WHOLE_LIMIT_S = 2


async def ratio(folder: Path) -> Measurement:
    """The median of several rounds of each, taken in turns."""
    project = write_project(folder / "projects" / "bench")
    ours: list[float] = []
    bare: list[float] = []
    async with opened(folder) as (context, database_url):
        for number in range(ROUNDS):
            bare.append(by_hand(database_url, project))
            ours.append(await imported(context, project, number))
    by_hand_s, ours_s = statistics.median(bare), statistics.median(ours)
    return Measurement(
        f"import of {DOCUMENTS:,} documents of {SIZE_BYTES // 1000} KB",
        ours_s / by_hand_s,
        "times by hand",
        LIMIT,
        f"medians of {ROUNDS}: {ours_s * 1000:.0f} ms, by hand {by_hand_s * 1000:.0f} ms",
    )


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[tuple[Context, str]]:
    """A context with services of its own, and the address of its database."""
    async with embedded(folder / "data") as connections:
        migrations.upgrade(connections.as_owner)
        settings = Settings(
            database_url=SecretStr(connections.database_url),
            redis_url=SecretStr(connections.redis_url),
            workspace_roots=(folder,),
            data_dir=folder / "data",
        )
        async with open_context(settings) as context:
            yield context, connections.as_owner


async def whole(folder: Path) -> Measurement:
    """The median of several imports of one installation, each under another name."""
    project = install(folder / "projects" / "whole")
    taken: list[float] = []
    async with opened(folder) as (context, _):
        for number in range(ROUNDS):
            there = renamed(project, f"whole-{number}")
            choice = ImportIn(path=str(there), client="Bench", service="Whole", workflow="bmm")
            started = time.perf_counter()
            async with context.sessions.begin() as db:
                done = await import_folder(
                    db, choice, by=None, roots=context.settings.allowed_roots
                )
            taken.append(time.perf_counter() - started)
            renamed(there, project.name)
            if done.scan.added < STORIES or done.definition is None:
                raise RuntimeError(f"imported {done.scan.added} documents and {done.definition}")
    return Measurement(
        f"import of {BMAD} with {STORIES} stories",
        statistics.median(taken),
        "s",
        WHOLE_LIMIT_S,
        f"median of {ROUNDS}, slowest {max(taken):.2f} s",
    )


def install(folder: Path) -> Path:
    """A project as BMAD's own installer writes it, with an epic for each ten stories."""
    folder.mkdir(parents=True)
    npx = shutil.which("npx")
    if npx is None:
        raise RuntimeError("npx is missing. Install Node 20 or newer, which brings npm and npx.")
    options = ("--modules", "bmm", "--tools", "claude-code", "--yes", "--user-name", "Ada")
    subprocess.run(  # noqa: S603 - the installer whose project is imported
        [npx, "--yes", BMAD, "install", "--directory", str(folder), *options],
        check=True,
        capture_output=True,
        stdin=subprocess.DEVNULL,
        timeout=300,
    )
    stories = folder / "_bmad-output" / "implementation-artifacts"
    stories.mkdir(parents=True, exist_ok=True)
    lines = ["generated: 11-28-2026 09:00", "project: bench", "development_status:"]
    for number in range(STORIES):
        epic, story = divmod(number, STORIES_OF_AN_EPIC)
        key = f"{epic + 1}-{story + 1}-a-story-about-{number:03}"
        lines += [f"  epic-{epic + 1}: in-progress"] if story == 0 else []
        lines.append(f"  {key}: ready-for-dev")
        text = f"# Story {epic + 1}.{story + 1}\n\nStatus: ready-for-dev\n\n" + "It reads. " * 400
        (stories / f"{key}.md").write_text(text, encoding="utf-8")
    (stories / "sprint-status.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder


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


def by_hand(owner_url: str, project: Path) -> float:
    """Read and hash in a bare loop, then one COPY of the same bytes."""
    with psycopg.connect(owner_url) as connection:
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
