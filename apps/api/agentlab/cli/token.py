"""`agentlab token`: a token for those who operate this installation."""

from typing import Annotated

import typer

from agentlab.auth import tokens
from agentlab.cli.up import one_sentence_on_failure
from agentlab.settings import Settings


def token(
    subject: Annotated[str, typer.Option(help="Who will use it; it stands in the log.")] = "host",
) -> None:
    """Print a token that shows for 15 minutes how the installation is, at `/healthz`."""
    with one_sentence_on_failure():
        typer.echo(tokens.issue(Settings(), subject=subject))
