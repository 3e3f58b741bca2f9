"""`agentlab backup`: make, list, verify and prune backups, and take their key elsewhere."""

import asyncio
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bar
from rich.text import Text

from agentlab.cli.tables import print_table
from agentlab.cli.terminal import calm, one_sentence_on_failure, say
from agentlab.errors import Conflict, InvalidInput
from agentlab.kit import clock
from agentlab.operations.embedded import embedded
from agentlab.settings import Settings

if TYPE_CHECKING:
    from agentlab.operations.backup.place import Place
    from agentlab.operations.backup.service import Watch
    from agentlab.operations.backup.shelf import KeptBundle, Progress

backup = typer.Typer(
    name="backup",
    help="Backups: encrypted files, verified before they count, restored to prove them.",
    no_args_is_help=True,
)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON value.")]
Named = Annotated[
    str, typer.Argument(metavar="BUNDLE", help="Its name as `list` shows it, a file, or `latest`.")
]
Result = TypeVar("Result")

SERVICE_PORT = 8003

CUSTODY = """\
# The key of AgentLab's backups. Whoever has it and a backup can read everything in it, and without
# it nobody can, AgentLab's makers included. Keep two copies where the backups are not: a password
# manager that a second person can open, and paper in a safe. Rehearse it twice a year with
#   agentlab backup verify latest --key THIS_FILE
"""


class FileExists(Conflict):
    code = "file_exists"


@backup.callback()
def where_it_runs(context: typer.Context) -> None:
    """In the folder of a server's installation, the same command in its backup container."""
    from agentlab.operations.host import backups  # noqa: PLC0415 - as below

    words = sys.argv[sys.argv.index("backup") + 1 :] if "backup" in sys.argv else []
    if context.invoked_subcommand == "serve" or "--help" in words:
        return
    with one_sentence_on_failure():
        installation = backups.installation_here()
        if installation is None:
            return
        if context.invoked_subcommand != "export-key":
            raise typer.Exit(backups.ask(installation, words))
        context.obj = backups.key_of(installation)


@backup.command(hidden=True)
def serve() -> None:
    """What a server's backup container runs: backups when they are due, and the archive."""
    from agentlab.cli.starting import start  # noqa: PLC0415 - as below
    from agentlab.operations.backup import server  # noqa: PLC0415 - as below
    from agentlab.operations.point_in_time.service import create_backup_app  # noqa: PLC0415

    with one_sentence_on_failure():
        if not server.is_server():
            raise InvalidInput(
                "This runs in a server's backup container. On a desk `agentlab up` makes the "
                "backups."
            )
        start(Settings().model_copy(update={"port": SERVICE_PORT}), create_backup_app)


@backup.command()
def create(*, as_json: AsJson = False) -> None:
    """Make a backup now: verify it, copy it elsewhere, prove it, and prune old ones.

    AgentLab may run or not. Exit code 1, with the reason, when any part did not succeed; what was
    verified is kept even then, and nothing is pruned.
    """
    from agentlab.operations.backup.service import back_up  # noqa: PLC0415 - as below

    with one_sentence_on_failure():
        with watched() as shown:
            outcome = with_database(lambda place, watch: back_up(place, "asked", watch), shown.told)
        if as_json:
            pruned = [kept.name for kept in outcome.pruned]
            typer.echo(json.dumps({**as_value(outcome.made), "pruned": pruned}, indent=2))
            return
        say(f"{outcome.made.name}: {facts_of(outcome.made)}.")
        for kept in outcome.pruned:
            say(f"Pruned {kept.name}.")


@backup.command("list")
def list_(*, as_json: AsJson = False) -> None:
    """Show the backups, newest first, and what somebody has to do something about."""
    from agentlab.operations.backup import copies  # noqa: PLC0415 - `--help` need not wait for it
    from agentlab.operations.backup.archives import read_state  # noqa: PLC0415 - the same
    from agentlab.operations.backup.shelf import Shelf  # noqa: PLC0415 - the same
    from agentlab.operations.backup.speaking import (  # noqa: PLC0415 - the same
        moments_of,
        stretches_of,
        warnings_of,
    )

    with one_sentence_on_failure():
        place = place_without_database()
        shelf = Shelf(place.folder)
        bundles = shelf.bundles()
        state = shelf.state(copies_expected=copies.are_expected(place))
    if as_json:
        typer.echo(json.dumps([as_value(kept) for kept in bundles], indent=2))
        return
    if bundles:
        print_table(("", "Backup", "Size", "Age", ""), map(row, bundles))
    say(f"{len(bundles)} in {place.folder}, {size_of(state.free_bytes)} free.")
    for archive in read_state(place.folder):
        say(moments_of(archive))
        for line in stretches_of(archive):
            say(line)
        if archive.failure:
            say(f"! {calm(archive.failure)}")
    for _, words in warnings_of(state):
        say(f"! {calm(str(words))}")


@backup.command()
def verify(
    bundle: Named,
    *,
    key: Annotated[
        Path | None,
        typer.Option(help="A copy of the key from elsewhere, to rehearse that it opens them."),
    ] = None,
    prove: Annotated[
        bool, typer.Option("--prove", help="Also restore it into a scratch database.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Read a backup as a whole: every byte, every part decrypted, the dump by PostgreSQL."""
    from agentlab.operations.backup import checking  # noqa: PLC0415 - as above

    with one_sentence_on_failure():
        place = place_without_database()
        with watched() as watch:
            checked = checking.check(place, bundle, watch, key=key, prove=prove)
        if as_json:
            typer.echo(checked.manifest.model_dump_json(indent=2))
            return
        rows = sum(checked.manifest.database.rows.values())
        say(
            f"{checked.file.name} is whole: {size_of(checked.size)}, made by AgentLab "
            f"{checked.manifest.agentlab}, {rows:,} rows, {checked.manifest.documents.count:,} "
            "versions of documents."
        )
        if prove:
            say("It was restored into a scratch database, which was the same.")
        if key is not None:
            say("The key opens it.")


@backup.command()
def prune(*, as_json: AsJson = False) -> None:
    """Remove the backups that no rule keeps; never the newest good ones.

    Nothing while the last backup failed, or while none that would stay is proven.
    """
    from agentlab.operations.backup import service  # noqa: PLC0415 - as above

    with one_sentence_on_failure():
        gone = service.prune(place_without_database())
    if as_json:
        typer.echo(json.dumps([kept.name for kept in gone], indent=2))
    else:
        for kept in gone:
            say(f"Pruned {kept.name}.")
        say(f"{len(gone) or 'None'} pruned.")


@backup.command()
def copy(bundle: Named = "latest") -> None:
    """Copy a backup to the second folder and to S3 again, as BACKUP_… say."""
    from agentlab.operations.backup import copies, service  # noqa: PLC0415 - as above
    from agentlab.operations.backup.shelf import Shelf  # noqa: PLC0415 - as above

    with one_sentence_on_failure():
        place = place_without_database()
        if not copies.are_expected(place):
            raise InvalidInput(
                "Nowhere to copy to: set BACKUP_SECOND_FOLDER or BACKUP_S3_ENDPOINT first."
            )
        shelf = Shelf(place.folder)
        with watched() as watch, service.run_on(shelf, watch) as report:
            copies.copy(place, shelf, shelf.find(bundle).file, report, again=True)
        say("Copied.")


@backup.command()
def export_key(
    context: typer.Context,
    file: Annotated[
        Path | None, typer.Argument(help="A file that does not exist yet; standard output if not.")
    ] = None,
) -> None:
    """Write the key that opens the backups, to keep it where the backups are not."""
    with one_sentence_on_failure():
        text = context.obj or key_with_words()
        if file is None:
            typer.echo(text, nl=False)
            return
        write_new(file, text)
        say(f"{file} holds the key. Move it to where the backups are not, then remove it here.")


def key_with_words() -> str:
    from agentlab.operations.backup import keys  # noqa: PLC0415 - as above

    place = place_without_database()
    keys.ensure(place.key)
    keys.read(place.key)
    return CUSTODY + place.key.read_text(encoding="utf-8")


def write_new(file: Path, text: str) -> None:
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise FileExists(f"{file} exists already. Name a file that does not.") from error
    except OSError as error:
        raise InvalidInput(f"{file} cannot be written: {error.strerror}.") from error
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)


# Where AgentLab is


def place_without_database() -> "Place":
    """For what needs files and programs only."""
    from agentlab.operations.backup.places import place_of  # noqa: PLC0415 - as above

    settings = Settings()
    return place_of(settings, settings.database_address or "postgresql://")


def with_database(
    work: "Callable[[Place, Watch], Result]", told: "Callable[[Progress], None]"
) -> "Result":
    """With the database of the AgentLab that runs or, when none does, with one for the duration.

    Ctrl-C ends `work`, and what it had begun is cleared up.
    """
    return asyncio.run(opened(Settings(), work, told))


async def opened(
    settings: Settings,
    work: "Callable[[Place, Watch], Result]",
    told: "Callable[[Progress], None]",
) -> "Result":
    from agentlab.operations.backup.places import place_of  # noqa: PLC0415 - as above
    from agentlab.operations.backup.service import stoppable  # noqa: PLC0415 - as above

    async with embedded(
        settings.data_dir, database_url=settings.database_address, redis_url=settings.redis_address
    ) as connections:
        place = place_of(settings, connections.as_owner)
        return await stoppable(partial(work, place), told)


# What people read


@contextmanager
def watched() -> "Iterator[Watch]":
    """A bar on standard error that follows the steps, where that is a terminal."""
    from agentlab.operations.backup.service import Watch  # noqa: PLC0415 - as above

    terminal = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeElapsedColumn())
    with Bar(*columns, console=terminal, disable=not terminal.is_terminal, transient=True) as bar:
        task = bar.add_task("Starting", total=None)

        def tell(progress: "Progress") -> None:
            bar.update(
                task,
                description=STEPS[progress.step],
                completed=progress.done_bytes,
                total=max(progress.total_bytes or 0, progress.done_bytes) or None,
            )

        yield Watch(told=tell)


STEPS = {
    "starting": "Starting",
    "database": "Dumping the database",
    "files": "Packing files",
    "writing": "Writing the bundle",
    "verifying": "Verifying",
    "copying": "Copying elsewhere",
    "proving": "Proving",
    "restoring": "Restoring",
}


def row(kept: "KeptBundle") -> tuple[Text, str, str, str, str]:
    sign = Text("✓", style="green") if kept.is_good else Text("✗", style="bold red")
    return sign, kept.file.stem, size_of(kept.size), age_of(kept.created_at), facts_of(kept)


def facts_of(kept: "KeptBundle") -> str:
    record = kept.record
    if kept.trouble:
        return kept.trouble
    if record is None or record.verified_at is None:
        return "not verified: `agentlab backup verify` does it"
    if record.failure:
        return record.failure
    proof = record.proof
    proven = "not proven" if proof is None else f"proven {proof.at:%Y-%m-%d}"
    if proof and not proof.ok:
        proven = f"not proven: {proof.failure}"
    copies = sum(each.ok for each in record.copies)
    return f"verified, {proven}, {copies or 'no'} {'copy' if copies == 1 else 'copies'}"


def age_of(moment: datetime) -> str:
    hours = (clock.now() - moment).total_seconds() / 3600
    if hours < 0:
        return "in the future"
    return f"{hours / 24:.0f} days" if hours >= 48 else f"{hours:.0f} h"  # noqa: PLR2004 - two days


def size_of(size: int) -> str:
    return f"{size / 1_000_000:,.1f} MB"


def as_value(kept: "KeptBundle") -> dict[str, Any]:
    return {
        "name": kept.name,
        "size": kept.size,
        "created_at": kept.created_at.isoformat(),
        "is_good": kept.is_good,
        "trouble": kept.trouble,
        "record": kept.record.model_dump(mode="json") if kept.record else None,
        "manifest": kept.manifest.model_dump(mode="json") if kept.manifest else None,
    }
