"""`agentlab up`: everything in one process tree, on one address, until Ctrl-C."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial

import typer
from pydantic import ValidationError
from rich.console import Console

from agentlab.errors import AgentLabError
from agentlab.kit import logging
from agentlab.kit.text import said_of
from agentlab.operations.launch import Launch, run
from agentlab.settings import Settings
from agentlab.workspaces.notices import shown


def up() -> None:
    """Start AgentLab with its database, and serve it until Ctrl-C.

    The address is `http://127.0.0.1:8000`, or what AGENTLAB_HOST and PORT say. PostgreSQL and
    Valkey are started too, in AGENTLAB_DATA_DIR, unless DATABASE_URL and REDIS_URL name others.
    """
    # Here, and not above: `agentlab --help` need not wait for the whole application.
    from agentlab.app import create_app  # noqa: PLC0415
    from agentlab.kit.migrations import upgrade  # noqa: PLC0415
    from agentlab.operations.backup.desk import folder_of  # noqa: PLC0415
    from agentlab.operations.point_in_time.desk import keep  # noqa: PLC0415
    from agentlab.operations.restore.desk import settle  # noqa: PLC0415
    from agentlab.operations.restore.running import restored  # noqa: PLC0415

    with one_sentence_on_failure():
        settings = Settings()
        logging.configure(settings.log_level, as_json=settings.environment != "development")
        launch = Launch(
            settings,
            create_app=create_app,
            migrate=upgrade,
            settle=partial(settle, settings, partial(create_app, with_worker=False), say),
            renewed=partial(restored, folder_of(settings)),
            beside=partial(keep, settings),
            say=say,
        )
        run(launch)


@contextmanager
def one_sentence_on_failure() -> Iterator[None]:
    """Print what a person can act on, on standard error and without a traceback; exit code 1."""
    errors = Console(stderr=True, soft_wrap=True, markup=False, emoji=False, highlight=False)
    try:
        yield
    except AgentLabError as error:
        errors.print(calm(error.detail), style="red")
        raise typer.Exit(1) from error
    except ValidationError as error:
        for problem in error.errors(include_input=False, include_url=False):
            name = ".".join(map(str, problem["loc"])).upper()
            errors.print(f"{name or 'Settings'}: {calm(said_of(problem))}", style="red")
        raise typer.Exit(1) from error


def say(line: str) -> None:
    """Print a line; nobody listening any more (`| head`, a lost terminal) is no reason to fail."""
    with suppress(OSError, SystemExit):  # rich exits when its pipe is broken
        console = Console(soft_wrap=True, markup=False, emoji=False, highlight=False)
        console.print(calm(line))


def calm(lines: str) -> str:
    """Without characters that a terminal obeys: names in a folder can be a stranger's."""
    return "\n".join(map(shown, lines.split("\n")))
