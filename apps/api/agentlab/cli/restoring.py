"""`python -m agentlab.cli.restoring`: the steps of `agentlab restore` on a server.

They run in its backup container, and are about the database alone. The host has the rest.
"""

import json
import sys
from typing import Annotated

import typer

from agentlab.cli.terminal import one_sentence_on_failure
from agentlab.kit import logging
from agentlab.operations.backup import keys
from agentlab.operations.backup.server import place_of
from agentlab.operations.restore import restoring
from agentlab.operations.restore.server import Server
from agentlab.operations.restore.source import find
from agentlab.settings import Settings

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False)


@app.command()
def prepare(bundle: str) -> None:
    """Restore beside the database that is used; the key comes through standard input."""
    with one_sentence_on_failure():
        ground = server()
        source = find(ground.place, bundle, keys.parse(sys.stdin.read(), "Standard input"))
        restoring.prepare(ground, source)


@app.command()
def swap() -> None:
    """Let what was restored take the place of what is used."""
    with one_sentence_on_failure():
        restoring.swap(server())


@app.command()
def clean() -> None:
    """Remove what was used before."""
    with one_sentence_on_failure():
        restoring.clean(server())


@app.command()
def undo(
    *,
    reason: Annotated[str, typer.Option(help="Why.")] = "It was interrupted.",
) -> None:
    """Use again what was used before; says whether it does."""
    with one_sentence_on_failure():
        typer.echo(json.dumps({"undone": restoring.undo(server(), reason)}))


def server() -> Server:
    logging.configure("warning", as_json=False)
    settings = Settings()
    return Server(place_of(settings, settings.database_address or ""))


if __name__ == "__main__":
    app()
