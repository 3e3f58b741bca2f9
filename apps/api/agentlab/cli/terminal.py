"""What every command says to a person at a terminal, and how it says what went wrong."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress

import typer
from pydantic import ValidationError
from rich.console import Console

from agentlab.errors import AgentLabError
from agentlab.kit.text import said_of
from agentlab.workspaces.notices import shown


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
