"""The `agentlab` command's table of contents; a command is imported when it is asked for."""

import gc
from importlib import import_module
from typing import Any, NamedTuple

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_command, get_group
from typing_extensions import override


class Entry(NamedTuple):
    module: str
    """Of this package."""
    about: str
    """The first paragraph of what its own `--help` says."""


COMMANDS = {
    "up": Entry("up", "Start AgentLab with its database, and serve it until Ctrl-C."),
    "import": Entry(
        "import_",
        "Import a project folder: its workflow with stages and gates, and every Markdown document.",
    ),
    "serve": Entry(
        "serve",
        "Serve the API until SIGTERM, with PostgreSQL and Redis elsewhere and jobs in "
        "`agentlab work`.",
    ),
    "work": Entry("work", "Run jobs until SIGTERM."),
    "migrate": Entry(
        "migrate",
        "Bring the database to the schema of this version. `agentlab up` does it by itself.",
    ),
    "restore": Entry(
        "restore", "Bring everything back from a backup; what fails leaves everything as it was."
    ),
    "drill": Entry(
        "drill",
        "Rehearse the recovery: data, service, configuration, communication. Nothing in use "
        "changes.",
    ),
    "init": Entry(
        "init", "Generate every secret and write `.env`. Run again, it adds what is missing."
    ),
    "doctor": Entry(
        "doctor", "Look for what keeps AgentLab from working, and say what to do about it."
    ),
    "rotate": Entry(
        "rotate", "Replace a secret by a new one. Nothing restarts, and no request fails."
    ),
    "deploy": Entry(
        "deploy",
        "Make a release live without failing a request; what fails leaves everything as it was.",
    ),
    "rollback": Entry(
        "deploy", "Make the release before the current one live again. The database stays as it is."
    ),
    "upgrade": Entry(
        "deploy",
        "Bring this installation to a newer release: files, host command, images. Or leave it.",
    ),
    "restart": Entry(
        "deploy",
        "Start the current release anew, without failing a request: after a change of settings.",
    ),
    "releases": Entry("deploy", "List what was deployed, newest first."),
    "maintenance": Entry("deploy", "Close the edge for a while, and open it again."),
    "token": Entry(
        "token", "Print a token that shows for 15 minutes how the installation is, at `/healthz`."
    ),
    "openapi": Entry("openapi", "Print the REST API's OpenAPI document."),
    "user": Entry("user", "The people who can sign in."),
    "template": Entry("template", "The templates that projects run through."),
    "audit": Entry("audit", "The trail of who did what, and when."),
    "backup": Entry(
        "backup", "Backups: encrypted files, verified before they count, restored to prove them."
    ),
    "privacy": Entry(
        "privacy",
        "What is known about a person: their account, and contacts with their e-mail, also "
        "deleted ones.",
    ),
    "config": Entry("config", "The settings."),
    "certificate": Entry("certificate", "What the server proves itself with."),
    "status": Entry("status", "How the installation is."),
}
"""Every command and group of commands, in the order of `--help`."""


class Contents(TyperGroup):
    """Lists the commands without their modules; only the one that is run is imported."""

    def __init__(self, **attributes: Any) -> None:  # noqa: ANN401 - what typer hands on
        super().__init__(**attributes)
        self.commands = {
            name: TyperCommand(name, help=entry.about) for name, entry in COMMANDS.items()
        }

    @override
    def resolve_command(self, ctx: Any, args: list[str]) -> tuple[str | None, Any, list[str]]:
        name, found, rest = super().resolve_command(ctx, args)
        return name, found and made(str(name)), rest


def made(name: str) -> Any:  # noqa: ANN401 - typer does not export what it makes
    """The command, or the group of commands, of this name, as typer makes it of our functions."""
    # What an import makes stays: looking through it for garbage is a fifth of the time it takes.
    gc.disable()
    try:
        module = import_module(f"agentlab.cli.{COMMANDS[name].module}")
    finally:
        gc.freeze()
        gc.enable()
    found = getattr(module, "import_" if name == "import" else name)
    if isinstance(found, typer.Typer):
        return get_group(found)
    alone = typer.Typer(add_completion=False)
    alone.command(name=name)(found)
    return get_command(alone)


app = typer.Typer(
    name="agentlab",
    cls=Contents,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


@app.callback()
def agentlab() -> None:
    """The control tower for people who run many AI-built software projects."""
