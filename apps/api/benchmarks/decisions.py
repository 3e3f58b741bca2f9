"""How long a decision takes to be answered, in a portfolio that is full.

All of it counts: the lock, the policy, the files that are read again, the rows, the trail and the
page that comes back. Every second decision is a rejection, every other an approval that completes
its stage.

The first ones are left out, as they are on a server that runs: the driver prepares a statement when
it has seen it five times, and PostgreSQL keeps a plan of it after five more.
"""

import asyncio
import json
import time
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from agentlab.context import open_context
from agentlab.imports.schemas import ImportIn
from agentlab.imports.service import import_folder
from agentlab.operations.embedded import Connections
from agentlab.settings import Settings

PROJECTS = 65
FIRST = 5
"""Projects whose decisions are not counted: ten that a connection has seen, half of each kind."""

CORE_CONFIG = "prd:\n  prdFile: docs/prd.md\n"
WORKFLOW = """\
workflow:
  id: bench
  name: Bench
  sequence:
    - agent: pm
      creates: prd.md
    - agent: architect
      creates: architecture.md
      requires: prd.md
"""
WORDS = "What is needed, and why, in words that somebody has to read before they decide. "


async def times(port: int, cookie: str, connections: Connections, folder: Path) -> list[float]:
    """Seconds that each decision took, one after the other on one connection."""
    projects = await imported(connections, folder)
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**22)
    browser = Browser(port, cookie, reader, writer)
    took = []
    try:
        for project_id in projects:
            page, _ = await browser.ask("GET", f"/projects/{project_id}")
            gate_id = page["stages"][0]["gate"]["id"]
            for verdict in ("rejected", "approved"):
                gate, _ = await browser.ask("POST", f"/gates/{gate_id}/submissions", {})
                submission = gate["submissions"][0]
                path = f"/submissions/{submission['id']}/decision"
                _, seconds = await browser.ask("POST", path, decision(submission, verdict))
                took.append(seconds)
    finally:
        writer.close()
    return took[2 * FIRST :]


def decision(submission: dict[str, Any], verdict: str) -> dict[str, Any]:
    shown = [
        {"document_id": each["document_id"], "sha256": each["sha256"]}
        for each in submission["artefacts"]
    ]
    return {"verdict": verdict, "reason": "As it was read.", "artefacts": shown}


class Browser:
    """Speaks HTTP by hand: a client library would take more of the processor than it measures."""

    def __init__(
        self, port: int, cookie: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.port = port
        self.cookie = cookie
        self.reader = reader
        self.writer = writer

    async def ask(
        self, method: str, path: str, body: dict[str, Any] | None = None
    ) -> tuple[Any, float]:
        """The parsed reply, and the seconds until it was whole."""
        sent = json.dumps(body).encode() if body is not None else b""
        host = f"127.0.0.1:{self.port}"
        head = (
            f"{method} /api/v1{path} HTTP/1.1\r\nHost: {host}\r\nOrigin: http://{host}\r\n"
            f"Cookie: {self.cookie}\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(sent)}\r\n\r\n"
        )
        started = time.perf_counter()
        self.writer.write(head.encode() + sent)
        replied = (await self.reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(replied.partition("content-length: ")[2].split()[0])
        content = await self.reader.readexactly(length)
        elapsed = time.perf_counter() - started
        if not replied.startswith("http/1.1 20"):
            raise RuntimeError(f"{path} answered {replied.splitlines()[0]}: {content[:300]!r}")
        return json.loads(content), elapsed


async def imported(connections: Connections, folder: Path) -> list[str]:
    """Projects whose first stage has a gate and its text; their ids."""
    settings = Settings(
        database_url=SecretStr(connections.database_url),
        redis_url=SecretStr(connections.redis_url),
        workspace_roots=(folder,),
        data_dir=folder / "data",
    )
    made = []
    async with open_context(settings) as context:
        for number in range(PROJECTS):
            project = write_project(folder / f"decided-{number:02}")
            choice = ImportIn(
                path=str(project), client="Bench", service="Decisions", workflow="bench"
            )
            async with context.sessions.begin() as db:
                done = await import_folder(db, choice, by=None, roots=settings.allowed_roots)
            made.append(str(done.project_id))
    return made


def write_project(folder: Path) -> Path:
    texts = {
        ".bmad-core/core-config.yaml": CORE_CONFIG,
        ".bmad-core/install-manifest.yaml": "version: 4.44.3\n",
        ".bmad-core/workflows/bench.yaml": WORKFLOW,
        "docs/prd.md": f"# {folder.name}\n\n" + WORDS * 200,
    }
    for path, text in texts.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder
