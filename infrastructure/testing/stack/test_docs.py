"""What the operators' documents tell people to type."""

import os
import subprocess
from pathlib import Path

import pytest

from support.docker import REPOSITORY
from support.documents import Block, all_blocks, blocks
from support.images import VERSION
from support.stack import AGENTLAB, Stack

UV = REPOSITORY / ".tools" / "uv" / "bin" / "uv"
AWS_CLI = "awscli==1.46.3"
"""In an environment of its own, because it holds back libraries that we want new."""


def at(block: Block) -> str:
    return block.at


def test_every_block_of_commands_says_where_it_is_tried() -> None:
    found = list(all_blocks())
    assert found
    assert [block.at for block in found if not block.is_known] == []


@pytest.mark.parametrize("block", list(all_blocks()), ids=at)
def test_every_block_is_correct_shell(block: Block) -> None:
    checked = subprocess.run(
        ["bash", "-n"], input=block.script, capture_output=True, text=True, check=False
    )
    assert (checked.returncode, checked.stderr) == (0, "")


def test_the_aws_cli_understands_every_argument(tmp_path: Path) -> None:
    """It answers every command with a skeleton of the reply, so later commands get something."""
    (tmp_path / "my-server.yaml").write_text("#cloud-config\n")
    script = "".join(block.script for block in blocks("parse", "aws"))
    assert script
    done = subprocess.run(
        [
            *(UV, "run", "--quiet", "--isolated", "--no-project", "--with", AWS_CLI),
            *("bash", "-euo", "pipefail"),
        ],
        input='aws() { command aws "$@" --generate-cli-skeleton output; }\n' + script,
        cwd=tmp_path,
        env=os.environ | {"AWS_DEFAULT_REGION": "eu-central-1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("document", sorted({block.document for block in blocks("run", "host")}))
def test_an_operator_can_type_what_a_document_says(stack: Stack, document: str) -> None:
    """One block after the other, in the installation folder of the running stack."""
    for block in blocks("run", "host"):
        if block.document != document:
            continue
        done = subprocess.run(
            ["bash", "-euo", "pipefail"],
            input=block.script,
            cwd=stack.folder,
            env=stack.environment
            | {"VERSION": VERSION, "PATH": f"{AGENTLAB.parent}:{os.environ['PATH']}"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{block.at}\n{block.script}\n{done.stdout}\n{done.stderr}"
    stack.wait_until_live()
