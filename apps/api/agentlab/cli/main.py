"""The `agentlab` command's table of contents; a command is imported when it is asked for."""

import gc
from collections import UserDict
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command, get_group
from typing_extensions import override

MODULES = {
    "up": "up",
    "import": "import_",
    "serve": "serve",
    "work": "work",
    "migrate": "migrate",
    "restore": "restore",
    "drill": "drill",
    "init": "init",
    "doctor": "doctor",
    "rotate": "rotate",
    "deploy": "deploy",
    "rollback": "deploy",
    "upgrade": "deploy",
    "restart": "deploy",
    "releases": "deploy",
    "maintenance": "deploy",
    "token": "token",
    "openapi": "openapi",
    "user": "user",
    "template": "template",
    "audit": "audit",
    "backup": "backup",
    "privacy": "privacy",
    "config": "config",
    "certificate": "certificate",
    "status": "status",
}
"""In which module of this package each command is, in the order of `--help`."""


class Commands(UserDict[str, Any]):
    """The commands by their names, each one made when somebody looks at it."""

    def __init__(self) -> None:
        super().__init__(dict.fromkeys(MODULES))

    @override
    def __getitem__(self, name: str) -> Any:
        if self.data[name] is None:
            self.data[name] = made(name)
        return self.data[name]


class Contents(TyperGroup):
    def __init__(self, **attributes: Any) -> None:  # noqa: ANN401 - what typer hands on
        super().__init__(**attributes)
        self.commands = Commands()


def made(name: str) -> object:
    """The command, or the group of commands, of this name."""
    # What an import makes stays: looking through it for garbage is a fifth of the time it takes.
    gc.disable()
    module = import_module(f"agentlab.cli.{MODULES[name]}")
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
