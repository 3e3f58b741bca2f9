"""Going from one project to another in a real browser, which nobody else keeps busy."""

import asyncio
import json
import os

import httpx

from benchmarks.measure import Measurement, p95_of
from benchmarks.start import REPOSITORY

LIMIT_MS = 100
ROUNDS = 20
WAYS = {"palette": "from the command palette", "list": "from the first screen"}


async def speed(port: int, cookie: str) -> list[Measurement]:
    """From the key or the click to the frame that shows the project's name as its heading."""
    address = f"http://127.0.0.1:{port}"
    async with httpx.AsyncClient(headers={"Cookie": cookie}) as client:
        reply = await client.get(f"{address}/api/v1/projects", params={"limit": 200})
        named = [one["name"] for one in reply.raise_for_status().json()["items"]]
    # Those with four digits: no other name holds them, and one more because the first is warmth.
    projects = [name for name in named if name[-4:].isdigit()][: ROUNDS + 1]
    found = await in_browser(address, cookie, projects)
    how = f"{ROUNDS} switches, to the first frame with the project's name"
    return [
        p95_of(f"switching project {way}", [ms / 1000 for ms in found[name]], LIMIT_MS, how)
        for name, way in WAYS.items()
    ]


async def in_browser(address: str, cookie: str, projects: list[str]) -> dict[str, list[float]]:
    """Milliseconds of each switch, by the way that was gone."""
    browser = (REPOSITORY / ".tools" / "browser").read_text().strip()
    process = await asyncio.create_subprocess_exec(
        "node",
        REPOSITORY / "e2e" / "bench" / "switching.mjs",
        address,
        cookie,
        *projects,
        env=os.environ | {"CHROMIUM": browser},
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    if process.returncode:
        raise RuntimeError(f"The browser ended with {process.returncode}")
    found: dict[str, list[float]] = json.loads(output)
    return found
