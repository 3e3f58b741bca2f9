"""`agentlab doctor`: the findings, as a table for people and as JSON for programs."""

import json
from collections import Counter
from dataclasses import asdict
from typing import Annotated

import typer
from rich.text import Text

from agentlab.cli.tables import print_table
from agentlab.cli.terminal import calm, one_sentence_on_failure, say
from agentlab.operations.host.doctor import CHECKS, Finding, examine, find_place

SIGNS = {
    "ok": ("✓", "green"),
    "warning": ("!", "yellow"),
    "problem": ("✗", "bold red"),
    "unknown": ("?", "cyan"),
}


def doctor(
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON array.")] = False,
    exit_zero: Annotated[
        bool, typer.Option("--exit-zero", help="Succeed whatever was found.")
    ] = False,
) -> None:
    """Look for what keeps AgentLab from working, and say what to do about it.

    Exit code 1 when there is a problem; warnings are none.
    """
    with one_sentence_on_failure():
        findings = examine(find_place(), CHECKS)
        if as_json:
            typer.echo(json.dumps([asdict(finding) for finding in findings], indent=2))
        else:
            print_table(("", "", ""), map(row, findings))
            say(f"\n{summary(findings)}")
    if not exit_zero and any(finding.state == "problem" for finding in findings):
        raise typer.Exit(1)


def row(finding: Finding) -> tuple[Text, str, Text]:
    sign, style = SIGNS[finding.state]
    sentence = Text(calm(finding.sentence))
    if finding.remedy:
        sentence.append(f"\n→ {calm(finding.remedy)}", style="dim")
    return Text(sign, style=style), finding.code, sentence


def summary(findings: list[Finding]) -> str:
    counts = Counter(str(finding.state) for finding in findings)
    parts = [
        f"{count} {name if count == 1 else names}"
        for state, (name, names) in NAMES.items()
        if (count := counts[state])
    ]
    return f"{len(findings)} checked: {', '.join(parts)}."


NAMES = {
    "problem": ("problem", "problems"),
    "warning": ("warning", "warnings"),
    "unknown": ("unknown", "unknown"),
    "ok": ("in order", "in order"),
}
