"""What is recorded in the audit trail has a name on its page, in both languages."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentlab.audit.verification import FORGETTING

API = Path(__file__).parents[2]
RECORDERS = {"record", "record_of_project"}
ACTION = re.compile(r"([a-z_]+)\.[a-z_]+ed")
"""`noun.verb` in the past tense."""
BEGINNING = re.compile(r"([a-z_]+)\.")


def nouns() -> Iterator[str]:
    yield from (action.partition(".")[0] for action in FORGETTING)
    for file in sorted((API / "agentlab").rglob("*.py")):
        module = ast.parse(file.read_text("utf-8"))
        if RECORDERS & set(imported(module)):
            for node in ast.walk(module):
                yield from nouns_in(node)


def imported(module: ast.Module) -> Iterator[str]:
    for node in ast.walk(module):
        if isinstance(node, ast.ImportFrom):
            yield from (each.name for each in node.names)


def nouns_in(node: ast.AST) -> Iterator[str]:
    """Of a whole action, and of one that is put together in a call: `f"thread.{word}"`."""
    if isinstance(node, ast.Constant):
        yield from first(ACTION, node)
    if isinstance(node, ast.Call):
        for given in node.args:
            if isinstance(given, ast.JoinedStr):
                yield from first(BEGINNING, given.values[0])


def first(pattern: re.Pattern[str], node: ast.expr) -> Iterator[str]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        found = pattern.fullmatch(node.value)
        yield from found.groups() if found else ()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_noun_that_is_recorded_can_be_chosen_on_the_page(language: str) -> None:
    messages = API.parent / "web" / "messages" / f"{language}.json"
    named = json.loads(messages.read_text("utf-8"))["audit"]["nouns"]
    assert set(nouns()) == set(named)
