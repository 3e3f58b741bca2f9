"""The table of contents says what the commands say, and needs none of them to do so."""

import subprocess
import sys

import pytest
from typer.testing import CliRunner

from agentlab.cli.main import COMMANDS, app, made

LISTING = """
import sys
from typer.testing import CliRunner
from agentlab.cli.main import app
assert "Start AgentLab" in CliRunner().invoke(app, ["--help"]).output
print(*sorted(name for name in sys.modules if name.startswith("agentlab.")))
"""


@pytest.mark.parametrize("name", COMMANDS)
def test_what_is_listed_of_a_command_is_what_it_says_of_itself(name: str) -> None:
    said = " ".join((made(name).help or "").partition("\n\n")[0].split())
    assert (COMMANDS[name].about, made(name).name) == (said, name)


def test_the_list_of_commands_needs_none_of_them() -> None:
    listed = subprocess.run([sys.executable, "-c", LISTING], capture_output=True, check=True)
    assert listed.stdout.decode().split() == ["agentlab.cli", "agentlab.cli.main"]


def test_a_command_that_is_not_there_is_told_with_those_that_are_like_it() -> None:
    run = CliRunner().invoke(app, ["deplyo"])
    assert (run.exit_code, "Did you mean 'deploy'?" in run.output) == (2, True)
