"""`agentlab rotate`: new secrets while everything runs."""

from typing import Annotated

import typer

from agentlab.cli.terminal import one_sentence_on_failure, say
from agentlab.operations.host import rotation
from agentlab.operations.host.compose import Compose
from agentlab.operations.host.folder import Installation
from agentlab.operations.host.rotation import Containers, Rotated


def rotate(
    what: Annotated[Rotated, typer.Argument(help="Which secret; all of them, one by one.")],
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be done, and do nothing.")
    ] = False,
) -> None:
    """Replace a secret by a new one. Nothing restarts, and no request fails.

    Interrupted, it is finished by running it again. The old JWT secret is still accepted after
    one rotation; after a leak rotate it twice.
    """
    with one_sentence_on_failure():
        installation = Installation.find()
        rotation.rotate(
            installation,
            what,
            Containers(Compose(installation)),
            say=lambda sentence: say(f"{'would:' if dry_run else '✓'} {sentence}"),
            dry_run=dry_run,
        )
