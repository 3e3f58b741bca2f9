"""What a function of the package can reach, read from its source: who may come to call whom.

Every name that a function mentions counts as called, also one that is only passed on, and of a
class every method. A function that a decorator of the package puts into a list of the package runs
for whoever mentions that list. So what is not reached here is not reached at all, unless by a name
that is made up while the program runs; only the list of commands looks its modules up in that way.
"""

import ast
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import agentlab

ROOT = Path(agentlab.__file__).parent

Place = tuple[str, str]
"""A module, and what is defined at its top level; or a module alone, with an empty name."""


class Module:
    def __init__(self, name: str, tree: ast.Module) -> None:
        self.name = name
        self.imported: dict[str, Place] = {}
        self.defined: dict[str, list[ast.AST]] = {}
        for node in ast.walk(tree):
            self.note_import(node)
        for node in tree.body:
            for defined in names_of(node):
                self.defined.setdefault(defined, []).append(node)

    def note_import(self, node: ast.AST) -> None:
        if isinstance(node, ast.Import):
            for alias in node.names:
                self.imported[alias.asname or alias.name.partition(".")[0]] = (
                    alias.name if alias.asname else alias.name.partition(".")[0],
                    "",
                )
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{self.name} imports relatively"
            for alias in node.names:
                self.imported[alias.asname or alias.name] = (str(node.module), alias.name)


def names_of(node: ast.stmt) -> Iterator[str]:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            yield node.name
        case ast.Assign():
            for target in node.targets:
                yield from (n.id for n in ast.walk(target) if isinstance(n, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name)):
            yield name
        case _:
            return


@cache
def modules() -> dict[str, Module]:
    found = {}
    for path in ROOT.rglob("*.py"):
        parts = path.relative_to(ROOT.parent).with_suffix("").parts
        is_package = parts[-1] == "__init__"
        name = ".".join(parts[:-1] if is_package else parts)
        found[name] = Module(name, ast.parse(path.read_text("utf-8")))
    return found


def resolved(module: str, name: str) -> Place | None:
    """Where it is defined what a module calls `name`, through imports of imports."""
    for _ in range(10):
        if f"{module}.{name}" in modules():
            return f"{module}.{name}", ""
        known = modules().get(module)
        if known is None:
            return None
        if name in known.defined:
            return module, name
        if name not in known.imported:
            return None
        module, name = known.imported[name]
        if name == "":
            return (module, "") if module in modules() else None
    raise AssertionError(f"{module}.{name} is imported in a circle")


def mentioned(place: Place) -> Iterator[Place]:
    """Everything of the package that the code at this place mentions."""
    module, name = place
    for definition in modules()[module].defined[name]:
        for node in ast.walk(definition):
            found = None
            if isinstance(node, ast.Name):
                found = resolved(module, node.id)
            elif isinstance(node, ast.Attribute):
                found = of_chain(module, node)
            if found:
                yield found


def of_chain(module: str, node: ast.Attribute) -> Place | None:
    """`gates.decide` or `agentlab.gates.service.decide`, as far as it leads through modules."""
    if isinstance(node.value, ast.Name):
        base = resolved(module, node.value.id)
    elif isinstance(node.value, ast.Attribute):
        base = of_chain(module, node.value)
    else:
        return None
    return resolved(base[0], node.attr) if base and base[1] == "" else None


@cache
def registered() -> dict[Place, set[Place]]:
    """The functions that decorators of the package put into what they mention, by that."""
    found = defaultdict[Place, set[Place]](set)
    for place in places():
        for definition in modules()[place[0]].defined[place[1]]:
            for decorator in getattr(definition, "decorator_list", ()):
                by = resolved(place[0], decorator.id) if isinstance(decorator, ast.Name) else None
                for list_ in mentioned(by) if by and by[1] else ():
                    found[list_].add(place)
    return found


@cache
def reachable(place: Place) -> frozenset[Place]:
    """All that can come to run when this does."""
    seen: set[Place] = set()
    left = [place]
    while left:
        at = left.pop()
        if at in seen or at[1] == "":
            continue
        seen.add(at)
        left.extend((*mentioned(at), *registered().get(at, ())))
    return frozenset(seen)


def place_of(function: Callable[..., Any]) -> Place:
    return function.__module__, function.__qualname__.partition(".")[0]


def places() -> Iterator[Place]:
    for module in modules().values():
        yield from ((module.name, name) for name in module.defined)


def mentioning(target: Place) -> set[str]:
    """The modules whose code mentions it, its own aside."""
    return {
        place[0] for place in places() if place[0] != target[0] and target in set(mentioned(place))
    }
