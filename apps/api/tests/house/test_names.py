"""Rules about names and files that no linter knows."""

import pkgutil
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest

import agentlab
from agentlab.errors import AgentLabError

PACKAGE = Path(agentlab.__file__).parent
REPOSITORY = PACKAGE.parent.parent.parent
NAMELESS = {"utils", "helpers", "common", "misc", "core", "base"}
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|HACK|NotImplementedError)\b")
SWITCHED_OFF = re.compile(
    r"pytest\.(mark\.)?(skip|xfail)|\b(test|it|describe)\.(skip|only|fixme)\("
)


@pytest.fixture(scope="module", autouse=True)
def every_module() -> None:
    for module in pkgutil.walk_packages(agentlab.__path__, "agentlab."):
        import_module(module.name)


def errors(kind: type[AgentLabError] = AgentLabError) -> Iterator[type[AgentLabError]]:
    for error in kind.__subclasses__():
        yield error
        yield from errors(error)


def sources(*folders: str) -> Iterator[Path]:
    for folder in folders:
        for path in (REPOSITORY / folder).rglob("*"):
            is_code = path.suffix in {".py", ".ts", ".tsx"}
            if is_code and not {"node_modules", ".venv", ".next", "out"} & set(path.parts):
                yield path


def test_lists_are_searched_in_one_way() -> None:
    """`kit.searching`: PostgreSQL's own comparisons know nothing of accents."""
    other = re.compile(r"\b(icontains|ilike|istartswith|iendswith)\b|\bILIKE\b")
    found = [path for path in PACKAGE.rglob("*.py") if other.search(path.read_text("utf-8"))]
    assert found == []


def test_error_codes_are_stable_names_of_their_own() -> None:
    codes = [error.code for error in errors() if "code" in vars(error)]
    assert [code for code in codes if not re.fullmatch(r"[a-z][a-z0-9_]*", code)] == []
    assert sorted(codes) == sorted(set(codes))


def test_no_module_is_a_drawer() -> None:
    drawers = [path for path in sources("apps", "e2e") if path.stem in NAMELESS]
    assert drawers == []


def test_nothing_is_left_unfinished_or_switched_off() -> None:
    found = [
        f"{path.relative_to(REPOSITORY)}:{number}"
        for path in sources("apps", "e2e")
        if path != Path(__file__)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1)
        if UNFINISHED.search(line) or SWITCHED_OFF.search(line)
    ]
    assert found == []
