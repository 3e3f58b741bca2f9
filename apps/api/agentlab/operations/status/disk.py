"""How much room is left where the installation keeps its state."""

import shutil
from dataclasses import dataclass
from pathlib import Path

from agentlab.operations.status.components import Component, Finding, Reason, State

NEARLY_FULL = 0.10
FULL = 0.02


@dataclass(frozen=True)
class Disk:
    folder: Path

    async def look(self) -> list[Finding]:
        total, _, free = shutil.disk_usage(self.folder)
        left = free / total
        state, reason = judged(left)
        detail = f"{left:.0%} of {total / 1e9:.0f} GB free"
        figures = {"disk_free_ratio": left}
        return [Finding(Component.DISK, state, reason, detail=detail, figures=figures)]


def judged(left: float) -> tuple[State, Reason | None]:
    if left < FULL:
        return State.DOWN, Reason.FULL
    if left < NEARLY_FULL:
        return State.DEGRADED, Reason.NEARLY_FULL
    return State.UP, None
