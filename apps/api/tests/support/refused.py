"""Which errors a function of the package may raise, read from its source.

An error that is made counts as raised, wherever that is done; one of a call inside `try` or
`suppress` does not when that catches it and says something else. Conditions are not weighed.
"""

import ast
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import import_module

from agentlab.errors import AgentLabError
from tests.support.reach import Place, modules, of_chain, places, registered, resolved

Errors = frozenset[type[AgentLabError]]
Caught = tuple[type[BaseException], ...]


@cache
def errors_of() -> dict[Place, Errors]:
    """For every function of the package what it may raise, itself or through others."""
    own: dict[Place, set[type[AgentLabError]]] = defaultdict(set)
    calls: dict[Place, set[tuple[Place, Caught]]] = defaultdict(set)
    for place in places():
        for node in modules()[place[0]].defined[place[1]]:
            for said, caught in mentions(place[0], running(node)):
                if (error := error_at(said)) is None:
                    calls[place].add((said, caught))
                elif not issubclass(error, caught):
                    own[place].add(error)
        calls[place] |= {(each, ()) for each in registered().get(place, ())}
    return settled(own, calls)


def settled(
    own: dict[Place, set[type[AgentLabError]]], calls: dict[Place, set[tuple[Place, Caught]]]
) -> dict[Place, Errors]:
    """Each with what it takes over from those that it calls, until nothing is added."""
    found = defaultdict(set, {place: set(errors) for place, errors in own.items()})
    grows = True
    while grows:
        grows = False
        for place, called in calls.items():
            before = len(found[place])
            for other, caught in called:
                found[place] |= {e for e in found.get(other, ()) if not issubclass(e, caught)}
            grows |= len(found[place]) > before
    return {place: frozenset(errors) for place, errors in found.items()}


def running(node: ast.AST) -> Sequence[ast.AST]:
    """What of a definition runs when it is used: no decorators, no types."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return node.body
        case ast.ClassDef(body=body):
            return [part for each in body for part in running(each)]
        case ast.Assign(value=value) | ast.AnnAssign(value=ast.expr() as value):
            return [value]
        case _:
            return []


def mentions(
    module: str, body: Sequence[ast.AST], caught: Caught = ()
) -> Iterator[tuple[Place, Caught]]:
    """What the code mentions, each with what is caught around it."""
    for node in body:
        match node:
            case ast.Try():
                inside = (*caught, *handled(module, node))
                yield from mentions(module, node.body, inside)
                rest = [*node.handlers, *node.orelse, *node.finalbody]
                yield from mentions(module, rest, caught)
            case ast.ExceptHandler():  # what it is about is not raised by naming it
                yield from mentions(module, node.body, caught)
            case ast.With() | ast.AsyncWith():
                yield from mentions(module, node.items, caught)
                yield from mentions(module, node.body, (*caught, *suppressed(module, node)))
            case ast.Call():
                yield from places_in(module, node.func, caught)
                yield from mentions(module, [*node.args, *node.keywords], caught)
            case ast.Name() | ast.Attribute():
                said = place_at(module, node)
                # Merely named, an error is compared with, or listed in what a route documents.
                if said and error_at(said) is None:
                    yield said, caught
                elif isinstance(node, ast.Attribute) and said is None:
                    yield from mentions(module, [node.value], caught)
            case _:
                yield from mentions(module, list(ast.iter_child_nodes(node)), caught)


def places_in(module: str, called: ast.expr, caught: Caught) -> Iterator[tuple[Place, Caught]]:
    said = place_at(module, called)
    if said:
        yield said, caught
    else:
        yield from mentions(module, list(ast.iter_child_nodes(called)), caught)


def handled(module: str, node: ast.Try) -> Iterator[type[BaseException]]:
    for handler in node.handlers:
        raises_it_again = any(
            isinstance(each, ast.Raise) and each.exc is None for each in ast.walk(handler)
        )
        if not raises_it_again:
            yield from named(module, [handler.type] if handler.type else [])


def suppressed(module: str, node: ast.With | ast.AsyncWith) -> Iterator[type[BaseException]]:
    for item in node.items:
        match item.context_expr:
            case ast.Call(func=ast.Name(id="suppress"), args=args):
                yield from named(module, args)
            case _:
                pass


def named(module: str, nodes: Sequence[ast.expr]) -> Iterator[type[BaseException]]:
    """The errors of ours among these classes, also in tuples and in tuples with a name."""
    for node in nodes:
        if isinstance(node, ast.Tuple):
            yield from named(module, node.elts)
        elif isinstance(node, ast.Name) and node.id == "Exception":
            yield Exception
        elif (place := place_at(module, node)) and place[1]:
            found = getattr(import_module(place[0]), place[1])
            classes = found if isinstance(found, tuple) else (found,)
            yield from (each for each in classes if issubclass(each, AgentLabError))


def place_at(module: str, node: ast.expr) -> Place | None:
    if isinstance(node, ast.Name):
        return resolved(module, node.id)
    return of_chain(module, node) if isinstance(node, ast.Attribute) else None


@cache
def error_at(place: Place) -> type[AgentLabError] | None:
    """The error that is defined there, if it is one."""
    if not any(
        isinstance(node, ast.ClassDef) for node in modules()[place[0]].defined.get(place[1], ())
    ):
        return None
    found = getattr(import_module(place[0]), place[1])
    return found if issubclass(found, AgentLabError) else None
