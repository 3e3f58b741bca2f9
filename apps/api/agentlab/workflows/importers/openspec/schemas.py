"""The artefacts of an OpenSpec change, as a schema of the project says or OpenSpec's own does."""

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import JsonValue

from agentlab.workflows.importers.precedence import after_all_before
from agentlab.workflows.importers.values import as_text, as_texts
from agentlab.workflows.importers.yaml_source import BrokenYaml, YamlSource, no_list_at_top
from agentlab.workspaces.notices import Clause


@dataclass(frozen=True, slots=True)
class Artefact:
    """One step of a change: `generates` is a glob in the change's folder."""

    id: str
    generates: str
    description: str = ""
    requires: tuple[str, ...] = ()
    is_optional: bool = False


@dataclass(frozen=True, slots=True)
class Schema:
    """`tracks` is the file whose boxes are ticked while the change is made."""

    name: str
    artefacts: tuple[Artefact, ...]
    tracks: str = "tasks.md"
    path: str | None = None
    data: bytes = b""


SPEC_DRIVEN = Schema(
    "spec-driven",
    (
        Artefact("proposal", "proposal.md", "Why the change is needed, and what it changes"),
        Artefact("specs", "specs/**/*.md", "What the system should do", ("proposal",)),
        Artefact("design", "design.md", "How it is built", ("proposal",), is_optional=True),
        Artefact("tasks", "tasks.md", "The steps of the work", ("specs", "design")),
    ),
)
"""The schema that OpenSpec ships and every project has from the start."""

Oddity = tuple[int | None, str, Clause]


def read_schema(
    name: str, path: str, data: bytes, source: YamlSource
) -> tuple[Schema, list[Oddity]]:
    """A schema of the project, in an order that fits its edges. Raises `BrokenYaml`."""
    root = source.value if isinstance(source.value, dict) else {}
    given = root.get("artifacts")
    if not isinstance(given, list) or not given:
        raise BrokenYaml(no_list_at_top("artifacts"), source.line("artifacts"))
    oddities: list[Oddity] = [(line, "given_twice", clause) for line, clause in source.oddities]
    artefacts = list(_artefacts(given, source, oddities))
    ordered = _in_order(artefacts, source, oddities)
    apply = root.get("apply")
    tracks = as_text(apply.get("tracks")) if isinstance(apply, dict) else None
    return Schema(name, tuple(ordered), tracks or "tasks.md", path, data), oddities


def _artefacts(
    given: list[JsonValue], source: YamlSource, oddities: list[Oddity]
) -> Iterator[Artefact]:
    taken: set[str] = set()
    for at, value in enumerate(given):
        line = source.line("artifacts", at)
        values = value if isinstance(value, dict) else {}
        id_ = as_text(values.get("id"))
        if not id_:
            english = f"artefact {at + 1} has no `id`; it was left out"
            clause = Clause("artefact_without_id", english, {"number": at + 1})
            oddities.append((line, "malformed_item", clause))
        elif id_ in taken:
            english = f"`{id_}` comes twice; the first one counts"
            oddities.append((line, "id_taken", Clause("artefact_twice", english, {"key": id_})))
        else:
            taken.add(id_)
            yield Artefact(
                id_,
                as_text(values.get("generates")) or f"{id_}.md",
                as_text(values.get("description")) or "",
                as_texts(values.get("requires") or []) or (),
            )


def _in_order(
    artefacts: list[Artefact], source: YamlSource, oddities: list[Oddity]
) -> list[Artefact]:
    places = {artefact.id: at for at, artefact in enumerate(artefacts)}
    after: dict[int, set[int]] = {}
    for at, artefact in enumerate(artefacts):
        for name in artefact.requires:
            if name in places:
                after.setdefault(places[name], set()).add(at)
            else:
                key = artefact.id
                english = f"`{key}` requires `{name}`, which is not there; it is ignored"
                clause = Clause("artefact_needs_unknown", english, {"key": key, "name": name})
                oddities.append((source.line("artifacts"), "dangling_reference", clause))
    order = list(after_all_before(len(artefacts), after))
    if len(order) < len(artefacts):
        english = "what requires what goes round in a circle; the file's order counts"
        clause = Clause("artefacts_in_circle", english)
        oddities.append((source.line("artifacts"), "cycle", clause))
        return artefacts
    return [artefacts[at] for at in order]
