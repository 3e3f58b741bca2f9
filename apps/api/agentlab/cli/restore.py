"""`agentlab restore`: everything back from a bundle, with one command."""

import sys
from contextlib import contextmanager
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple, Self

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn

from agentlab.cli.terminal import one_sentence_on_failure, say
from agentlab.errors import InvalidInput
from agentlab.kit import logging
from agentlab.operations.backup import keys
from agentlab.operations.backup.archives import Which
from agentlab.operations.restore.journal import Entry, Step
from agentlab.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyrage.x25519 import Identity

    from agentlab.operations.host.folder import Installation
    from agentlab.operations.restore.desk import Desk

WORDS = {
    Step.CHECK: "Reading the backup",
    Step.RESTORE_POINT: "Keeping what is here now",
    Step.LOAD: "Restoring the database beside it",
    Step.COMPARE: "Comparing it with what was backed up",
    Step.MIGRATE: "Bringing it up to date",
    Step.FILES: "Unpacking files",
    Step.SWAP: "Changing places",
    Step.HEALTH: "Asking AgentLab whether all is well",
    Step.CLEAN: "Clearing up",
    Step.BACK: "Going back",
}


class Ground(StrEnum):
    DESK = "desk"
    SERVER = "server"


class When(NamedTuple):
    at: datetime | None
    """None for the last moment."""
    which: Which
    """Of which archive."""


def restore(
    bundle: Annotated[
        str | None,
        typer.Argument(help="A bundle's file, its name in the backups' folder, or `latest`."),
    ] = None,
    *,
    key: Annotated[
        Path | None,
        typer.Option(
            help="The file that `agentlab backup export-key` wrote, or `-` for standard input. "
            "Default: the key of this place."
        ),
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(
            help="A moment such as 2026-11-29T10:15:00Z that the archive goes back to, or "
            "`latest`. It is of the database alone, and in place of a bundle; on a fresh server "
            "beside one, which brings the rest."
        ),
    ] = None,
    elsewhere: Annotated[
        bool,
        typer.Option(
            "--elsewhere",
            help="With --at: from the archive's copy in S3 or, at a desk, in the second folder.",
        ),
    ] = False,
    release: Annotated[
        str | None,
        typer.Option(help="On a fresh server: the version to start. Default: the backup's."),
    ] = None,
    on: Annotated[
        Ground | None,
        typer.Option(help="Default: a server in an installation folder, else a desk."),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print what was done as one JSON object.")
    ] = False,
) -> None:
    """Bring everything back from a backup; what fails leaves everything as it was.

    What is here now is backed up first. It works on a fresh machine, over what is in use, and while
    AgentLab runs. Interrupted, the next run goes on or clears up.
    """
    logging.configure("warning", as_json=False)
    with one_sentence_on_failure():
        installation = None if on is Ground.DESK else find_installation(on, bundle)
        identities = read_key(key) if key else None
        which = Which.ELSEWHERE if elsewhere else Which.LOCAL
        when = When(moment_of(at), which) if at is not None else None
        if bundle is not None and installation:
            entry = on_server(installation, bundle, when, identities, release, as_json=as_json)
        elif bundle is not None and when:
            raise InvalidInput("Name either a backup or a moment with --at, not both.")
        elif bundle is not None:
            entry = on_desk(bundle, identities, as_json=as_json)
        elif when and installation:
            entry = on_server_at(installation, when, identities, as_json=as_json)
        elif when:
            entry = on_desk_at(when, identities, as_json=as_json)
        else:
            raise InvalidInput("Name a backup, such as `agentlab restore latest --key FILE`.")
    typer.echo(entry.model_dump_json(indent=2)) if as_json else say(summary(entry))


def read_key(key: Path) -> "Sequence[Identity]":
    if key == Path("-"):
        return keys.parse(sys.stdin.read(), "Standard input")
    return keys.read(key)


def find_installation(on: Ground | None, bundle: str | None) -> "Installation | None":
    """The installation that the shell is in. One where nothing runs yet is for servers' backups."""
    # Here, and not above: `--help` need not wait for it.
    from agentlab.operations.backup.bundle import read_manifest  # noqa: PLC0415
    from agentlab.operations.host.folder import (  # noqa: PLC0415
        Installation,
        NotAnInstallation,
    )
    from agentlab.operations.restore.source import file_named  # noqa: PLC0415

    try:
        found = Installation.find()
    except NotAnInstallation:
        if on is Ground.SERVER:
            raise
        return None
    if on is Ground.SERVER or "AGENTLAB_API_IMAGE" in found.read_env():
        return found
    file = file_named(bundle) if bundle else None
    return found if file and Ground(read_manifest(file).place) is Ground.SERVER else None


def on_desk(bundle: str, identities: "Sequence[Identity] | None", *, as_json: bool) -> Entry:
    # Here, and not above: `--help` need not wait for it.
    from agentlab.operations.restore.restoring import restore as bring_back  # noqa: PLC0415
    from agentlab.operations.restore.source import find, first_look  # noqa: PLC0415

    first_look(bundle, identities)
    with the_desk(Settings(), as_json=as_json) as desk:
        source = find(desk.place, bundle, identities)
        with Bar(is_shown=not as_json) as bar:
            return bring_back(desk, source, tell=bar.show)


@contextmanager
def the_desk(settings: Settings, *, as_json: bool) -> "Iterator[Desk]":
    # Here, and not above: it brings the whole application.
    from agentlab.app import create_app  # noqa: PLC0415
    from agentlab.operations.host.deploy import first_signal_raises  # noqa: PLC0415
    from agentlab.operations.restore.desk import desk_of  # noqa: PLC0415

    app_of = partial(create_app, with_worker=False)
    with first_signal_raises(), desk_of(settings, app_of, report=quiet if as_json else say) as desk:
        yield desk


def on_server(
    installation: "Installation",
    bundle: str,
    when: When | None,
    identities: "Sequence[Identity] | None",
    release: str | None,
    *,
    as_json: bool,
) -> Entry:
    from agentlab.operations.backup.shelf import Shelf  # noqa: PLC0415 - as above
    from agentlab.operations.host import restoring  # noqa: PLC0415 - as above
    from agentlab.operations.host.archived import Moment, journal_of  # noqa: PLC0415 - as above
    from agentlab.operations.restore.journal import Journal  # noqa: PLC0415 - as above
    from agentlab.operations.restore.source import file_named, opened  # noqa: PLC0415 - as above

    file = file_named(bundle) or Shelf(installation.backups).find(bundle).file
    source = opened(file, identities or keys.read(installation.secrets / "backup_key"))
    moment = Moment(*when, source.identities) if when else None
    tell = quiet if as_json else say
    with Bar(is_shown=not as_json) as bar:
        version = restoring.restore(
            installation, source, release=release, moment=moment, say=tell, tell=bar.show
        )
    tell(f"AgentLab {version} runs at https://{installation.domain}")
    journal = journal_of(installation) if moment else Journal(installation.backups)
    entry = journal.read()
    if entry is None:
        raise InvalidInput(f"The journal of the restore, {journal.file}, is gone.")
    return entry


def on_server_at(
    installation: "Installation",
    when: When,
    identities: "Sequence[Identity] | None",
    *,
    as_json: bool,
) -> Entry:
    from agentlab.operations.host import point_in_time  # noqa: PLC0415 - as above
    from agentlab.operations.host.archived import Moment  # noqa: PLC0415 - as above

    moment = Moment(*when, identities or ())
    with Bar(is_shown=not as_json) as bar:
        return point_in_time.restore(
            installation, moment, say=quiet if as_json else say, tell=bar.show
        )


def on_desk_at(when: When, identities: "Sequence[Identity] | None", *, as_json: bool) -> Entry:
    from agentlab.operations.point_in_time.moment import find, moment_in  # noqa: PLC0415 - as above
    from agentlab.operations.restore.restoring import restore as bring_back  # noqa: PLC0415

    settings = Settings()
    found = find(settings, when.at, when.which)
    with (
        the_desk(settings, as_json=as_json) as desk,
        moment_in(desk.place, found, when.at, identities) as moment,
        Bar(is_shown=not as_json) as bar,
    ):
        return bring_back(desk, moment, tell=bar.show)


def moment_of(at: str) -> datetime | None:
    """None for the last one."""
    if at == "latest":
        return None
    try:
        moment = datetime.fromisoformat(at)
    except ValueError as error:
        raise InvalidInput(
            f"{at} is no moment such as 2026-11-29T10:15:00Z; or say `--at latest`."
        ) from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def quiet(_line: str) -> None:
    """For programs, which read one JSON object."""


def summary(entry: Entry) -> str:
    took_s = sum(entry.seconds.values())
    kept = f" What was here before is in {entry.restore_point}." if entry.restore_point else ""
    return f"{entry.bundle} is back ({took_s:.0f} s).{kept}"


class Bar:
    """One line for each step, with a bar where bytes can be counted."""

    def __init__(self, *, is_shown: bool) -> None:
        columns = (TextColumn("{task.description}…"), BarColumn(), TaskProgressColumn())
        self.progress = Progress(*columns, console=Console(stderr=True), disable=not is_shown)
        self.tasks: dict[Step, TaskID] = {}

    def __enter__(self) -> Self:
        self.progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.progress.stop()

    def show(self, entry: Entry) -> None:
        if entry.step not in self.tasks:
            for earlier in self.tasks.values():
                self.progress.update(earlier, total=1, completed=1)
            self.tasks[entry.step] = self.progress.add_task(WORDS[entry.step], total=None)
        if entry.done_bytes:
            self.progress.update(
                self.tasks[entry.step], total=entry.total_bytes, completed=entry.done_bytes
            )
