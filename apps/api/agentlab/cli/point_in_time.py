"""`python -m agentlab.cli.point_in_time`: the steps of `agentlab restore --at` on a server.

They run in a container of their own, beside PostgreSQL's, and answer with JSON; `note` runs where
the schema is brought up to date.
"""

import asyncio
import json
import os
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from agentlab.cli.terminal import one_sentence_on_failure
from agentlab.operations.backup.archives import Which
from agentlab.operations.backup.server import place_of
from agentlab.operations.point_in_time.moment import database_at
from agentlab.operations.point_in_time.recovery import Recovered, Recovery
from agentlab.operations.point_in_time.repository import (
    Repository,
    RepositoryFailed,
    elsewhere,
    elsewhere_with,
    local,
)
from agentlab.operations.restore.noting import note_in_trail
from agentlab.settings import Settings

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)
Source = Annotated[Which, typer.Option(help="The repository.")]
Key = Annotated[
    bool,
    typer.Option("--key", help="Take the key of the one elsewhere from standard input."),
]


@app.command()
def prepare(
    *,
    source: Source = Which.LOCAL,
    key: Key = False,
    at: Annotated[str | None, typer.Option(help="In ISO 8601. Default: the last moment.")] = None,
) -> None:
    """Restore beside the files that are used, and look whether the moment is there."""
    with one_sentence_on_failure():
        moment = datetime.fromisoformat(at) if at else None
        tell(asyncio.run(recovery(source, key=key).prepare(moment)))


@app.command()
def swap() -> None:
    """Put what was restored into its place. PostgreSQL is stopped."""
    with one_sentence_on_failure():
        recovery().swap()


@app.command()
def finish(*, source: Source = Which.LOCAL, key: Key = False) -> None:
    """Replay the archive to the moment, and go on from there."""
    with one_sentence_on_failure():
        tell(asyncio.run(recovery(source, key=key).finish()))


@app.command()
def note(
    *,
    at: Annotated[str | None, typer.Option(help="As for `prepare`.")] = None,
    restore_point: Annotated[
        str | None, typer.Option(help="What holds the database of before.")
    ] = None,
) -> None:
    """Add to the audit trail that it was restored, as the database's owner, before it is used."""
    with one_sentence_on_failure():
        moment = datetime.fromisoformat(at).astimezone(UTC) if at else None
        owner = Settings().database_address or ""
        note_in_trail(owner, database_at(moment), restore_point)


@app.command()
def undo() -> None:
    """Use again what was used before."""
    with one_sentence_on_failure():
        recovery().undo()


@app.command()
def forget() -> None:
    """Remove what was used before."""
    with one_sentence_on_failure():
        recovery().forget()


def recovery(source: Which = Which.LOCAL, *, key: bool = False) -> Recovery:
    return Recovery(repository(source, key=key), os.environ.get("POSTGRES_DB") or "agentlab")


def repository(source: Which, *, key: bool) -> Repository:
    if source is Which.LOCAL:
        return local()
    settings = Settings()
    place = place_of(settings, settings.database_address or "")
    found = elsewhere_with(place.s3, sys.stdin.read()) if key else elsewhere(place.s3, place.key)
    for there in found:
        return there
    raise RepositoryFailed("There is no archive elsewhere: BACKUP_S3_ENDPOINT is not set in .env.")


def tell(found: Recovered | None) -> None:
    typer.echo(json.dumps(asdict(found), default=str) if found else "{}")


if __name__ == "__main__":
    app()
