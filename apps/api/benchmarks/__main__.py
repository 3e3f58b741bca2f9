"""Run every benchmark, print a table, and fail when a limit is passed."""

import asyncio
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks import (
    analytics,
    archive,
    backups,
    imports,
    incidents,
    portfolio,
    recovery,
    start,
)
from benchmarks.measure import Measurement


def main() -> int:
    with tempfile.TemporaryDirectory(prefix="agentlab-bench-") as name:
        folder = Path(name).resolve()
        folder.chmod(0o755)  # as root the services run as another user, who has to get here
        measurements = [
            asyncio.run(imports.ratio(folder / "imports")),
            asyncio.run(imports.whole(folder / "whole")),
            *asyncio.run(portfolio.speed(folder / "portfolio")),
            *asyncio.run(analytics.speed(folder / "analytics")),
            *asyncio.run(backups.speed(folder / "backups")),
            recovery.rto(folder / "recovery"),
            *archive.rpo(folder / "archive"),
            *asyncio.run(incidents.life(folder / "incidents")),
            *start.warm(folder / "start"),
        ]
    show(measurements)
    return 0 if all(measurement.is_within for measurement in measurements) else 1


def show(measurements: list[Measurement]) -> None:
    table = Table("what", "measured", "limit", "", "how")
    for each in measurements:
        verdict = "within" if each.is_within else "OVER"
        table.add_row(
            each.what,
            f"{each.value:.2f} {each.unit}",
            f"{each.limit:g} {each.unit}",
            verdict,
            each.how,
        )
    Console(width=140).print(table)


if __name__ == "__main__":
    sys.exit(main())
