"""Notices are told in the reader's language by their codes, so each code needs its texts."""

import ast
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

API = Path(__file__).parents[2]
WEB = API.parent / "web"
SOURCES = ("workflows/importers", "ledgers", "workspaces", "documents", "templates")

# The names of what makes or raises a notice, with the place of the code among what it is given.
MAKERS = {"Notice": 2, "LeftOut": 0, "odd": 2, "Oddity": 1, "_say": 1, "say": 1, "_odd": 1}


def codes() -> Iterator[str]:
    for folder in SOURCES:
        for file in sorted((API / "agentlab" / folder).rglob("*.py")):
            for node in ast.walk(ast.parse(file.read_text("utf-8"))):
                if isinstance(node, ast.Call):
                    yield from code_of(node)
                elif isinstance(node, ast.Tuple) and len(node.elts) == 3:
                    yield from texts([node.elts[1]] if is_line(node.elts[0]) else [])


def code_of(call: ast.Call) -> Iterator[str]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    place = MAKERS.get(name)
    if place is not None and len(call.args) > place:
        yield from texts([call.args[place]])


def is_line(node: ast.expr) -> bool:
    """An oddity begins with the line that it is on."""
    return "line" in ast.unparse(node)


def texts(nodes: list[ast.expr]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_notice_has_a_text(language: str) -> None:
    told = json.loads((WEB / "messages" / f"{language}.json").read_text("utf-8"))["notices"]
    found = set(codes())
    assert len(found) > 20
    assert found - told.keys() == set()
