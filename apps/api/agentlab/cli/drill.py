"""`agentlab drill`: rehearse the recovery plan on scratch copies, and say how long it takes."""

from functools import partial
from typing import Annotated

import typer
from rich.text import Text

from agentlab.app import create_app
from agentlab.cli.tables import print_table
from agentlab.cli.terminal import calm, one_sentence_on_failure, say
from agentlab.kit import logging
from agentlab.operations.backup.desk import place_of
from agentlab.operations.host import backups
from agentlab.operations.host.drilling import drill_on_server
from agentlab.operations.restore.desk_drill import drill_on_desk
from agentlab.operations.restore.drill import Rehearsed, Report
from agentlab.settings import Settings

MINUTE_S = 60
HOUR_S = 3600
DAY_S = 86_400


def drill(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Rehearse the recovery: data, service, configuration, communication. Nothing in use changes.

    The newest backup comes back on a scratch copy. RPO is how much work would have been lost, RTO
    how long it took to have it back. Exit code 1 when a part failed; the report is kept, and the
    status page shows it.
    """
    logging.configure("warning", as_json=False)
    with one_sentence_on_failure():
        report = rehearse_here()
    if as_json:
        typer.echo(report.model_dump_json(indent=2))
    else:
        print_table(("", "", ""), map(row, report.parts))
        say(summary(report))
    if not report.ok:
        raise typer.Exit(1)


def rehearse_here() -> Report:
    if installation := backups.installation_here():
        return drill_on_server(installation)
    settings = Settings()
    place = place_of(settings, "postgresql://")
    return drill_on_desk(settings, place, partial(create_app, with_worker=False))


def row(part: Rehearsed) -> tuple[Text, str, Text]:
    sign = Text("✓", style="green") if part.ok else Text("✗", style="bold red")
    told = Text("\n".join(map(calm, part.said)))
    for advice in part.advice:
        told.append(f"\n→ {calm(advice)}", style="dim")
    return sign, f"{part.part} ({part.seconds:.0f} s)", told


def summary(report: Report) -> str:
    verdict = "The recovery works" if report.ok else "The recovery would not have worked"
    return f"\n{verdict}. RPO {length(report.rpo_s)}, RTO {length(report.rto_s)}."


def length(seconds: float | None) -> str:
    if seconds is None:
        return "unknown"
    for name, unit in (("days", DAY_S), ("h", HOUR_S), ("min", MINUTE_S)):
        if seconds >= 2 * unit:
            return f"{seconds / unit:.0f} {name}"
    return f"{seconds:.0f} s"
