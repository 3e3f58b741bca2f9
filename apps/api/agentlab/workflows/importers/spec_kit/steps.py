"""The steps of Spec Kit: those of a workflow file, or the ones that its commands always had."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from pydantic import JsonValue

from agentlab.workflows.importers.definitions import ArtefactDefinition, GateProposal, Role
from agentlab.workflows.importers.values import as_text
from agentlab.workflows.importers.yaml_source import BrokenYaml, YamlSource, no_list_at_top
from agentlab.workspaces.notices import Clause

SPECS = "specs"
MAX_REASON_CHARACTERS = 500
KNOWN_ROOT = frozenset({"schema_version", "workflow", "requires", "inputs", "steps"})
KNOWN_STEP = frozenset({"id", "command", "type", "message", "options", "on_reject"})
KEPT_QUIETLY = frozenset({"integration", "input", "model"})


@dataclass(frozen=True, slots=True)
class Step:
    """One step that people or agents do. `gate` is what a review after it asks."""

    name: str
    command: str | None = None
    is_optional: bool = False
    gate: GateProposal | None = None
    extra: dict[str, JsonValue] = field(default_factory=dict)


REVIEW = "Later stages build on it"

# Without a workflow file: the commands in the order of Spec Kit's own guide.
STANDARD = (
    Step("specify", "speckit.specify", gate=GateProposal("approval", REVIEW)),
    Step("clarify", "speckit.clarify", is_optional=True),
    Step("plan", "speckit.plan", gate=GateProposal("approval", REVIEW)),
    Step("tasks", "speckit.tasks"),
    Step("analyze", "speckit.analyze", is_optional=True),
    Step("implement", "speckit.implement"),
)

# What each command works on in a feature's folder: role, file, whether it may be missing.
FILES: dict[str, tuple[tuple[Role, str, bool], ...]] = {
    "specify": (("creates", "spec.md", False), ("creates", "checklists/**/*.md", True)),
    "clarify": (("updates", "spec.md", False),),
    "plan": (
        ("requires", "spec.md", False),
        ("creates", "plan.md", False),
        ("creates", "research.md", True),
        ("creates", "data-model.md", True),
        ("creates", "quickstart.md", True),
        ("creates", "contracts/**/*.md", True),
    ),
    "checklist": (("creates", "checklists/**/*.md", False),),
    "tasks": (("requires", "plan.md", False), ("creates", "tasks.md", False)),
    "analyze": (
        ("validates", "spec.md", False),
        ("validates", "plan.md", False),
        ("validates", "tasks.md", False),
    ),
    "implement": (("requires", "tasks.md", False), ("updates", "tasks.md", False)),
    "converge": (("updates", "tasks.md", False),),
}


def artefacts_of(step: Step, feature: str) -> Iterator[ArtefactDefinition]:
    """What a step works on. `feature` is a folder's name, or `*` for those of all."""
    command = (step.command or step.name).rpartition(".")[2]
    for role, file, is_optional in FILES.get(command, ()):
        pattern = f"{SPECS}/{feature}/{file}"
        yield ArtefactDefinition(role, file, file, is_optional, (pattern,), every="*" in pattern)


Oddity = tuple[int | None, str, Clause]


def steps_of(source: YamlSource) -> tuple[tuple[Step, ...], list[Oddity]]:
    """The steps of a workflow file, and what is odd about it. Raises `BrokenYaml`.

    A step of the type `gate` asks for a decision about the step before it.
    """
    root = source.value if isinstance(source.value, dict) else {}
    given = root.get("steps")
    if not isinstance(given, list):
        raise BrokenYaml(no_list_at_top("steps"), source.line("steps"))
    oddities: list[Oddity] = [(line, "given_twice", clause) for line, clause in source.oddities]
    oddities += _unknown(root, KNOWN_ROOT, source, ())
    steps: list[Step] = []
    for at, value in enumerate(given):
        line = source.line("steps", at)
        if not isinstance(value, dict):
            english = f"step {at + 1} is not a mapping; it is kept as it is"
            clause = Clause("step_no_mapping", english, {"number": at + 1})
            oddities.append((line, "malformed_item", clause))
            steps.append(Step(f"step-{at + 1}", extra={"step": value}))
            continue
        oddities += _unknown(value, KNOWN_STEP | KEPT_QUIETLY, source, ("steps", at))
        if value.get("type") == "gate" and steps:
            steps[-1] = _with_gate(steps[-1], value)
        else:
            steps.append(_step(value, at))
    return tuple(steps), oddities


def _unknown(
    value: dict[str, JsonValue],
    known: frozenset[str],
    source: YamlSource,
    path: Sequence[str | int],
) -> Iterator[Oddity]:
    for key in (key for key in value if key not in known):
        english = f"`{key}` has no meaning for AgentLab; it is kept as it is"
        clause = Clause("unknown_key", english, {"key": key})
        yield source.line(*path, key), "unknown_key", clause


def _step(value: dict[str, JsonValue], at: int) -> Step:
    command = as_text(value.get("command"))
    name = as_text(value.get("id")) or command or f"step-{at + 1}"
    gate = _gate(value) if value.get("type") == "gate" else None
    return Step(name, command, gate=gate, extra={"step": value})


def _with_gate(step: Step, value: dict[str, JsonValue]) -> Step:
    extra = {**step.extra, "gate": value}
    return Step(step.name, step.command, step.is_optional, step.gate or _gate(value), extra)


def _gate(value: dict[str, JsonValue]) -> GateProposal:
    return GateProposal(
        "approval", (as_text(value.get("message")) or REVIEW)[:MAX_REASON_CHARACTERS]
    )
