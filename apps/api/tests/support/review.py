"""A project at its first gate, as people submit and decide there."""

from pathlib import Path
from typing import Any

import httpx

from agentlab.context import Context
from tests.support.browser import Browser, parsed
from tests.support.projects import stage_of


class Review:
    """A project whose first stage has a gate, as one person works on it."""

    def __init__(
        self, browser: Browser, context: Context, folder: Path, page: Any, key: str = "prd.md"
    ) -> None:
        self.browser = browser
        self.context = context
        self.folder = folder
        self.project_id = page["id"]
        self.gate_id = stage_of(page, key)["gate"]["id"]

    async def page(self) -> Any:
        return await self.browser.read(f"/projects/{self.project_id}")

    async def gate(self) -> Any:
        return await self.browser.read(f"/gates/{self.gate_id}")

    async def submit(self, note: str = "") -> Any:
        """The new submission."""
        gate = await self.browser.do(f"/gates/{self.gate_id}/submissions", {"note": note})
        return gate["submissions"][0]

    async def rule(self, by: Browser | None = None, **policy: Any) -> Any:
        """Make this the gate's policy; the parsed reply."""
        return parsed(await self.set_policy(by or self.browser, **policy))

    async def set_policy(self, by: Browser, version: str = "*", **policy: Any) -> httpx.Response:
        address = f"/api/v1/gates/{self.gate_id}/policy"
        return await by.http.put(address, json=policy, headers={"If-Match": version})

    def decision(
        self, submission: Any, verdict: str = "approved", reason: str = "", **more: Any
    ) -> Any:
        shown = [
            {"document_id": a["document_id"], "sha256": a["sha256"]}
            for a in submission["artefacts"]
        ]
        return {"verdict": verdict, "reason": reason, "artefacts": shown, **more}

    async def decide(
        self,
        submission: Any,
        verdict: str = "approved",
        reason: str = "",
        *,
        by: Browser | None = None,
        **more: Any,
    ) -> httpx.Response:
        return await (by or self.browser).post(
            f"/submissions/{submission['id']}/decision",
            self.decision(submission, verdict, reason, **more),
        )

    async def states(self) -> list[str]:
        return [stage["state"] for stage in (await self.page())["stages"]]
