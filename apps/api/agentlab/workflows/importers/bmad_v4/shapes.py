"""Where in a BMAD v4 workflow file its stages are: the core has one way, its packs have three more.

The core and the game packs have lists `sequence`, `full_game_sequence` and the like below
`workflow`. The pack for creative writing has either `workflow.phases`, a list for each phase, or
no `workflow` at all and `steps` at the top.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from agentlab.workflows.importers.yaml_source import BrokenYaml, Path, YamlSource
from agentlab.workspaces.notices import Clause

ROOT = "workflow"
SEQUENCE = "sequence"
PHASES = "phases"
STEPS = "steps"
MAX_SEQUENCES = 20
"""In one file; each is a workflow that repeats what the file says of itself. Packs have two."""

OF_PHASES = {"task": "step", "input": "requires", "output": "creates", "repeat": "repeats"}
OF_STEPS = {
    "id": "step",
    "inputs": "requires",
    "outputs": "creates",
    "repeat": "repeats",
    "repeat_for": "repeats",
}
OF_ROOT = {"name": "id", "title": "name"}


@dataclass(frozen=True, slots=True)
class Raw:
    """One item as the core would write it, and where it stands."""

    value: JsonValue
    path: Path
    title: str | None = None
    phase: str | None = None


@dataclass(frozen=True, slots=True)
class Shape:
    """A workflow's mapping as the core would write it, its path, and one list of its items.

    `lists` are the keys of the mapping that hold items, this one's and its siblings'.
    """

    workflow: Mapping[str, JsonValue]
    path: Path
    sequence: str
    lists: frozenset[str]
    items: tuple[Raw, ...]


def shapes_of(source: YamlSource) -> tuple[Shape, ...]:
    """Each sequence of a file. Raises `BrokenYaml` where there is none."""
    top = source.value if isinstance(source.value, dict) else {}
    workflow = top.get(ROOT)
    if not isinstance(workflow, dict):
        steps = top.get(STEPS)
        if ROOT in top or not isinstance(steps, list):
            english = f"it has no mapping `{ROOT}` at the top"
            raise BrokenYaml(Clause("no_mapping_at_top", english, {"key": ROOT}), source.line(ROOT))
        return (_of_steps(top, steps),)
    names = frozenset(key for key, value in workflow.items() if _is_sequence(key, value))
    if len(names) > MAX_SEQUENCES:
        english = f"it holds more than {MAX_SEQUENCES} sequences"
        reason = Clause("too_many_sequences", english, {"limit": MAX_SEQUENCES})
        raise BrokenYaml(reason, source.line(ROOT))
    if names:
        return tuple(_of_sequence(workflow, name, names) for name in workflow if name in names)
    phases = workflow.get(PHASES)
    if isinstance(phases, dict):
        lists = frozenset({PHASES})
        return (Shape(workflow, (ROOT,), SEQUENCE, lists, tuple(_of_phases(phases))),)
    reason = Clause("no_sequence_list", "it has no `workflow.sequence`")
    if SEQUENCE in workflow:
        reason = Clause("sequence_no_list", "`workflow.sequence` is not a list")
    raise BrokenYaml(reason, source.line(ROOT, SEQUENCE))


def _is_sequence(key: str, value: JsonValue) -> bool:
    return key.endswith(SEQUENCE) and isinstance(value, list)


def _of_sequence(workflow: dict[str, JsonValue], name: str, names: frozenset[str]) -> Shape:
    values = workflow[name]
    given = values if isinstance(values, list) else []
    items = (Raw(value, (ROOT, name, at)) for at, value in enumerate(given))
    return Shape(workflow, (ROOT,), name, names, tuple(items))


def _of_phases(phases: dict[str, JsonValue]) -> Iterator[Raw]:
    for phase, values in phases.items():
        for at, value in enumerate(values if isinstance(values, list) else [values]):
            yield Raw(_renamed(value, OF_PHASES), (ROOT, PHASES, phase, at), phase=phase)


def _of_steps(top: dict[str, JsonValue], steps: list[JsonValue]) -> Shape:
    items = (_step(value, at) for at, value in enumerate(steps))
    workflow = _renamed(top, OF_ROOT if "id" not in top else {"title": "title"})
    whole = workflow if isinstance(workflow, dict) else top
    return Shape(whole, (), SEQUENCE, frozenset({STEPS}), tuple(items))


def _step(value: JsonValue, at: int) -> Raw:
    """The only kind of item that has a title."""
    title = value.get("title") if isinstance(value, dict) else None
    if not isinstance(value, dict) or not isinstance(title, str):
        return Raw(_renamed(value, OF_STEPS), (STEPS, at))
    others = {key: each for key, each in value.items() if key != "title"}
    return Raw(_renamed(others, OF_STEPS), (STEPS, at), title=title)


def _renamed(value: JsonValue, names: Mapping[str, str]) -> JsonValue:
    """The same mapping in the core's words; a key whose word is there already keeps its own."""
    if not isinstance(value, dict):
        return value
    renamed: dict[str, JsonValue] = {}
    for key, each in value.items():
        name = names.get(key, key)
        is_free = name == key or (name not in renamed and (name not in value or name in names))
        renamed[name if is_free else key] = each
    return renamed
