"""Notices are told in the reader's language by their clauses, and by their codes if need be.

So each clause and each code needs its texts, and a clause's has all that stands in it.
"""

import ast
import json
import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

API = Path(__file__).parents[2]
WEB = API.parent / "web"
SOURCES = ("workflows/importers", "ledgers", "workspaces", "documents", "templates")

# The names of what makes or raises a notice, with the place of the code among what it is given.
MAKERS = {"Notice": 2, "of": 2, "LeftOut": 0, "odd": 2, "Oddity": 1, "_say": 1, "_odd": 1}

RESTORED = "agentlab/workflows/definitions.py"
"""Makes notices of what is kept of them, whose clauses others wrote out."""

STANDS_IN = re.compile(r"\{(\w+)[,}]")


def calls(name: str) -> Iterator[tuple[str, ast.Call]]:
    """Every call of what has this name, with the file that it is in."""
    for file in sorted((API / "agentlab").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == name:
                yield str(file.relative_to(API)), node


def clauses() -> Iterator[tuple[str, frozenset[str]]]:
    """Every clause that the program can make, with the names of what stands in it."""
    for file, call in calls("Clause"):
        if file != RESTORED:
            name, _, *values = call.args
            yield literal(name), frozenset(map(literal, keys_of(*values)))


def keys_of(values: ast.expr | None = None) -> list[ast.expr | None]:
    assert values is None or isinstance(values, ast.Dict), ast.unparse(values)
    return values.keys if values else []


def literal(node: ast.expr | None) -> str:
    """Nobody could tell in time what a clause is called whose name is put together."""
    assert isinstance(node, ast.Constant), node
    return str(node.value)


def messages(language: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((WEB / "messages" / f"{language}.json").read_text("utf-8"))
    return told


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
def test_every_code_has_a_text(language: str) -> None:
    found = set(codes())
    assert len(found) > 20
    assert found - messages(language)["notices"].keys() == set()


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_clause_is_told_with_all_that_stands_in_it(language: str) -> None:
    told = messages(language)["clauses"]
    made = defaultdict[str, set[frozenset[str]]](set)
    for name, values in clauses():
        made[name].add(values)
    assert len(made) > 100
    assert {name: {frozenset(STANDS_IN.findall(text))} for name, text in told.items()} == made


def test_no_notice_is_without_clauses() -> None:
    """`Notice.of` has one by its type; whoever makes a notice by hand hands them over."""
    made = [(file, call) for file, call in calls("Notice") if file != RESTORED]
    assert len(made) > 3
    assert [(file, ast.unparse(call)) for file, call in made if len(call.args) < 5] == []
