"""`agentlab audit`: whether the trail of who did what is whole, and the trail itself."""

import asyncio
import json
import re
import sys
from collections.abc import AsyncIterator
from dataclasses import asdict
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from agentlab.audit import jobs, reading, verification
from agentlab.audit.models import AuditVerification
from agentlab.audit.schemas import Filters
from agentlab.audit.verification import Head, Trouble, TroubleKind, Verification
from agentlab.cli.opening import opened_context
from agentlab.cli.terminal import one_sentence_on_failure, say
from agentlab.cli.token import settings_with_secret
from agentlab.context import Context
from agentlab.errors import InvalidInput
from agentlab.gates.proof import verification as proofs
from agentlab.gates.proof.keys import fingerprint_of, key_of, public_bytes
from agentlab.gates.proof.verification import Proven
from agentlab.operations.embedded import PROOF_KEY
from agentlab.settings import Settings
from agentlab.workspaces.notices import shown

audit = typer.Typer(name="audit", help="The trail of who did what, and when.", no_args_is_help=True)


@audit.command()
def verify(
    proof: Annotated[
        Path | None,
        typer.Argument(help="The proof of a decision, checked offline instead of the trail."),
    ] = None,
    *,
    key: Annotated[
        str | None,
        typer.Option(
            help="The fingerprint of the key that has to have signed the proof.",
            metavar="FINGERPRINT",
        ),
    ] = None,
    expect_head: Annotated[
        str | None,
        typer.Option(
            help="What an earlier verification printed: the trail has to contain it still.",
            metavar="SEQUENCE:HASH",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Walk the whole trail and look for anything edited, removed or reordered.

    With PROOF, look at that file instead: it needs no database and no network.

    Exit code 1 when there is. The head that is printed, kept where nobody who administers this
    host can change it, proves at the next time that the end was not cut off.
    """
    if proof is not None:
        with one_sentence_on_failure():
            verify_proof(proof, key=key, as_json=as_json)
        return
    with one_sentence_on_failure():
        if key is not None:
            raise InvalidInput("--key: name the proof, too: `agentlab audit verify PROOF --key …`.")
        known = [head_in(expect_head)] if expect_head else []
        result = asyncio.run(verified(Settings(), known))
    if as_json:
        typer.echo(json.dumps(summary(result), indent=2))
    else:
        say("\n".join(report(result)))
    if not result.is_whole:
        raise typer.Exit(1)


def verify_proof(file: Path, *, key: str | None, as_json: bool) -> None:
    try:
        content = file.read_bytes()
    except OSError as error:
        raise InvalidInput(f"{file} cannot be read: {error.strerror}.") from error
    proven = proofs.verify(content, key=key)
    if as_json:
        found = {"whole": True, "key": proven.fingerprint, "head": proven.head}
        typer.echo(json.dumps({**found, "contents": proven.contents}, indent=2))
    else:
        say("\n".join(said_of(proven, is_trusted=key is not None)))


def said_of(proven: Proven, *, is_trusted: bool) -> list[str]:
    contents = proven.contents
    decision, project = contents["decision"], contents["project"]
    by = decision["decided_by"]["name"] or "an erased person"
    compare = "" if is_trusted else "; compare it with the one that you trust, or give it as --key"
    what = f"“{contents['stage']['title']}” of {project['name']}"
    said = [
        "The proof is whole: not a byte of it was changed.",
        f"{what} was {decision['verdict']} by {by} at {decision['decided_at']}.",
        *(f"  {artefact['sha256']}  {artefact['path']}" for artefact in contents["artefacts"]),
        f"Key: {proven.fingerprint}{compare}",
        f"Head: {proven.head}",
    ]
    return [shown(line) for line in said]  # a name with line breaks would add lines of its own


@audit.command()
def key() -> None:
    """Print the fingerprint of the key that this installation signs proofs with."""
    with one_sentence_on_failure():
        mine = key_of(settings_with_secret(PROOF_KEY))
        typer.echo(fingerprint_of(public_bytes(mine)))


def head_in(spelled: str) -> Head:
    found = re.fullmatch(r"(\d{1,18}):([0-9a-f]{64})", spelled.strip())
    if found is None:
        raise InvalidInput("--expect-head: expects SEQUENCE:HASH, as `agentlab audit verify` says.")
    return Head(int(found[1]), found[2])


async def verified(settings: Settings, known: list[Head]) -> Verification:
    """Walk with a bar; the result is kept, as that of a verification in the browser is."""
    terminal = Console(stderr=True)
    bar = Progress(
        TextColumn("Verifying the trail"),
        BarColumn(),
        MofNCompleteColumn(),
        console=terminal,
        disable=not terminal.is_terminal,
        transient=True,
    )
    async with opened_context(settings) as context:
        async with context.sessions() as db:
            known = [*known, *await jobs.known_heads(db)]
            total = await verification.size(db)
        with bar:
            task = bar.add_task("entries", total=total)

            async def show(checked: int) -> None:
                bar.update(task, completed=checked)

            async with context.sessions() as db:
                result = await verification.verify(db, known=known, on_progress=show)
        async with context.sessions.begin() as db:
            kept = AuditVerification(requested_by=None)
            db.add(kept)
            jobs.keep(kept, result)
        return result


def summary(result: Verification) -> dict[str, Any]:
    return {
        "whole": result.is_whole,
        "checked": result.checked,
        "details_erased": result.erased,
        "head": str(result.head),
        "troubles_total": result.troubles_total,
        "troubles": [asdict(trouble) for trouble in result.troubles],
    }


def report(result: Verification) -> list[str]:
    lines = [f"{result.checked:,} entries checked."]
    if result.erased:
        lines.append(f"The details of {result.erased:,} were deleted on purpose; entries say so.")
    if result.is_whole:
        lines.append("The trail is whole: nothing was edited, removed or reordered.")
    else:
        lines += [f"✗ {sentence_of(trouble)}" for trouble in result.troubles]
        more = result.troubles_total - len(result.troubles)
        lines += [f"✗ And {more:,} more."] if more else []
        lines.append(
            "The trail is not what AgentLab wrote. Find out who can write to the database, and "
            "compare with a backup."
        )
    lines.append(f"Head: {result.head}")
    return lines


def sentence_of(trouble: Trouble) -> str:
    return SENTENCES[trouble.kind].format(trouble.sequence, trouble.until)


SENTENCES = {
    TroubleKind.ENTRIES_MISSING: "Entries {0} to {1} are missing.",
    TroubleKind.ENTRY_CHANGED: "Entry {0} was changed.",
    TroubleKind.LINK_BROKEN: "Entry {0} does not follow the one before it.",
    TroubleKind.DETAILS_CHANGED: "The details of entry {0} were changed.",
    TroubleKind.DETAILS_MISSING: "The details of entry {0} are missing.",
    TroubleKind.HEAD_MISSING: "Entry {0} is not the one that an earlier verification found there.",
}


class Format(StrEnum):
    JSONL = "jsonl"
    CSV = "csv"


@audit.command()
def export(
    *,
    format_: Annotated[
        Format, typer.Option("--format", help="For programs, or for a spreadsheet.")
    ] = Format.JSONL,
    action: Annotated[
        str | None, typer.Option(help="`project.archived`, or all of a noun: `project.`")
    ] = None,
    since: Annotated[
        datetime | None, typer.Option("--from", help="At this moment (UTC) or later.")
    ] = None,
    until: Annotated[
        datetime | None, typer.Option("--to", help="Before this moment (UTC).")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="A file; otherwise standard output.")
    ] = None,
) -> None:
    """Write the trail, newest first."""
    asked = Filters(action=action, since=in_utc(since), until=in_utc(until))
    with one_sentence_on_failure():
        asyncio.run(written(Settings(), asked, format_, out))


def in_utc(moment: datetime | None) -> datetime | None:
    return moment.replace(tzinfo=UTC) if moment else None


async def written(settings: Settings, asked: Filters, format_: Format, out: Path | None) -> None:
    async with opened_context(settings) as context:
        lines = lines_of(context, asked, format_)
        if out is None:
            async for part in lines:
                sys.stdout.buffer.write(part)
            sys.stdout.flush()
            return
        try:
            with out.open("wb") as file:
                async for part in lines:
                    file.write(part)
        except OSError as error:
            raise InvalidInput(f"--out: {out} cannot be written: {error.strerror}.") from error


def lines_of(context: Context, asked: Filters, format_: Format) -> AsyncIterator[bytes]:
    batches = reading.every(context.sessions, asked)
    return reading.as_csv(batches) if format_ is Format.CSV else reading.as_json_lines(batches)
