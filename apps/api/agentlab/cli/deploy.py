"""What runs on this host: `agentlab deploy`, `rollback`, `restart`, `releases`, `maintenance`."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from agentlab.cli.terminal import one_sentence_on_failure, say
from agentlab.errors import InvalidInput
from agentlab.operations.host import deploy as deploying
from agentlab.operations.host import maintenance as edge
from agentlab.operations.host import upgrade as upgrading
from agentlab.operations.host.folder import Installation
from agentlab.operations.host.releases import Deployment, Outcome, Records


def deploy(
    target: Annotated[str, typer.Argument(help="A version, or the digest of the api's image.")],
    web: Annotated[
        str | None, typer.Option(help="With a digest: the digest of the web's image.")
    ] = None,
) -> None:
    """Make a release live without failing a request; what fails leaves everything as it was."""
    with one_sentence_on_failure():
        announce(deploying.deploy(Installation.find(), target, web=web, say=say))


def upgrade(
    version: Annotated[str | None, typer.Argument(help="Default: the newest release.")] = None,
    *,
    accept_breaking: Annotated[
        bool, typer.Option(help="The notes were read, and what they ask for is done.")
    ] = False,
    files_are_new: Annotated[bool, typer.Option(hidden=True)] = False,
) -> None:
    """Bring this installation to a newer release: files, host command, images. Or leave it."""
    with one_sentence_on_failure():
        installation = Installation.find()
        if files_are_new and version:
            upgrading.finish(installation, version, say=say)
        else:
            upgrading.upgrade(installation, version, accepts_breaking=accept_breaking, say=say)
        say(f"This installation is {Records(installation).current().release.version} now.")


def rollback() -> None:
    """Make the release before the current one live again. The database stays as it is."""
    with one_sentence_on_failure():
        announce(deploying.rollback(Installation.find(), say=say))


def restart() -> None:
    """Start the current release anew, without failing a request: after a change of settings."""
    with one_sentence_on_failure():
        announce(deploying.restart(Installation.find(), say=say))


def announce(deployment: Deployment) -> None:
    took_s = sum(deployment.steps.values())
    say(f"{deployment.release.version} is live ({deployment.kind}, {took_s:.0f} s).")


def releases() -> None:
    """List what was deployed, newest first."""
    with one_sentence_on_failure():
        records = Records(Installation.find())
        table = Table("", "Version", "When", "By", "What", "Outcome", box=None)
        live = next(iter(records.successes()), None)
        for each in list(reversed(records.all()))[:20]:
            table.add_row(
                "●" if each == live else "",
                each.release.version,
                f"{each.started_at:%Y-%m-%d %H:%M}",
                each.by,
                each.kind,
                each.outcome + (f": {first_line(each.reason)}" if each.reason else ""),
                style="red" if each.outcome is Outcome.FAILED else None,
            )
        Console().print(table)
        if live is None:
            records.current()  # says what to do


def first_line(reason: str) -> str:
    return reason.partition("\n")[0]


def maintenance(
    state: Annotated[str, typer.Argument(help="on: everybody sees a page that says so; or off.")],
) -> None:
    """Close the edge for a while, and open it again."""
    with one_sentence_on_failure():
        if state not in {"on", "off"}:
            raise InvalidInput("Say `agentlab maintenance on` or `agentlab maintenance off`.")
        change = edge.close if state == "on" else edge.reopen
        change(Installation.find())
        say(f"Maintenance is {state}.")
