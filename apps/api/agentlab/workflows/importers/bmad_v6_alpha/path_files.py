"""A path file of a BMAD v6 alpha, as the workflow that it is."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath
from typing import NamedTuple

from pydantic import JsonValue

from agentlab.workflows.importers.bmad_v6.artefacts import Artefacts
from agentlab.workflows.importers.bmad_v6.phases import phase_of
from agentlab.workflows.importers.bmad_v6_alpha.status import SKIPPED, Status
from agentlab.workflows.importers.definitions import (
    ArtefactDefinition,
    GateProposal,
    StageDefinition,
    WorkflowDefinition,
)
from agentlab.workflows.importers.keys import stage_key
from agentlab.workflows.importers.together import side_by_side
from agentlab.workflows.importers.values import as_flag, as_text
from agentlab.workflows.importers.yaml_source import (
    NO_STEPS,
    BrokenYaml,
    YamlSource,
    no_list_at_top,
    read_yaml,
)
from agentlab.workspaces.notices import Clause, Notice

PHASES, STEPS = "phases", "workflows"
KNOWN = frozenset({"method_name", "track", "field_type", "description", PHASES})

# The first alphas had the loops over epics and stories in the path file: lists of steps of their
# own, beside keys that say what each is repeated for.
LISTS: Mapping[str, tuple[str, ...]] = {
    STEPS: ("loop_type", "story_loop"),
    "epic_workflows": ("epic_loop",),
    "story_workflows": ("story_loop",),
    "epic_completion": ("epic_loop",),
}
LOOPS = frozenset(loop for loops in LISTS.values() for loop in loops)
AFTER_EACH_EPIC = "for_each_epic"
"""What `epic_completion` means where the file has no loop over epics beside it."""

OF_PHASES = (
    LISTS.keys()
    | LOOPS
    | {
        *("phase", "name", "required", "optional", "conditional", "note", "skip"),
    }
)
OF_STEPS = frozenset(
    {
        *("id", "agent", "command", "required", "optional", "recommended", "conditional"),
        *("included_by", "output", "note", "purpose", "exec", "workflow"),
    }
)
MAX_TITLE_CHARACTERS = 200
GATE = "BMAD requires it before the next phase"

SPELLINGS = {word.lower(): word for word in ("AI", "API", "GDD", "PRD", "QA", "UI", "UX")}

# In which words the catalogue of later versions calls what these steps make.
OUTPUTS = {
    "prd": "prd",
    "product-brief": "product brief",
    "create-ux-design": "ux design",
    "create-design": "ux design",
    "create-architecture": "architecture",
    "create-epics-and-stories": "epics and stories",
    "tech-spec": "tech spec",
    "implementation-readiness": "readiness report",
    "solutioning-gate-check": "readiness report",
    "sprint-planning": "sprint status",
    "research": "research documents",
    "brainstorm-project": "brainstorming session",
    "game-brief": "game brief",
    "gdd": "gdd",
}


def read_path_file(
    path: str, data: bytes, artefacts: Artefacts, status: Status
) -> WorkflowDefinition:
    """The workflow of one file. Raises `BrokenYaml`. Whatever is unusual becomes a notice."""
    source = read_yaml(data)
    root = source.value
    phases = root.get(PHASES) if isinstance(root, dict) else None
    if not isinstance(root, dict) or not isinstance(phases, list):
        raise BrokenYaml(no_list_at_top(PHASES), source.line(PHASES))
    is_followed = status.follows == PurePosixPath(path).name
    reading = _Reading(path, source, artefacts, status if is_followed else Status())
    return reading.result(root, phases, data)


class _Place(NamedTuple):
    """Where a step is: the phase, its list in the phase, its place in the list."""

    phase: int
    key: str
    step: int


@dataclass(slots=True)
class _Reading:
    """One file on its way to a `WorkflowDefinition`."""

    path: str
    source: YamlSource
    artefacts: Artefacts
    status: Status
    notices: list[Notice] = field(default_factory=list)
    stages: list[StageDefinition] = field(default_factory=list)
    phases: list[str] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)

    def result(
        self, root: dict[str, JsonValue], phases: list[JsonValue], data: bytes
    ) -> WorkflowDefinition:
        for line, oddity in self.source.oddities:
            self._say(line, "given_twice", oddity)
        key = PurePosixPath(self.path).stem
        for place, step, phase in self._steps(phases):
            self._take(place, step, phase)
        self._report_unknown(root, phases)
        if not self.stages:
            self._say(self.source.line(PHASES), "empty_sequence", NO_STEPS)
        kind = as_text(root.get("field_type"))
        name = as_text(root.get("method_name")) or key
        return WorkflowDefinition(
            key=key,
            name=f"{name} ({kind})" if kind else name,
            description=as_text(root.get("description")) or "",
            kind=kind,
            stages=side_by_side(self.stages, self.phases),
            source_path=self.path,
            source=data,
            sha256=hashlib.sha256(data).hexdigest(),
            extra=self._extra(root),
            notices=tuple(self.notices),
        )

    def _extra(self, root: dict[str, JsonValue]) -> dict[str, JsonValue]:
        extra = {key: value for key, value in root.items() if key not in KNOWN}
        if track := as_text(root.get("track")):
            extra["track"] = track
        if self.status.path:
            known = {stage.uses for stage in self.stages}
            others = {step: said for step, said in self.status.steps.items() if step not in known}
            extra["status_file"] = self.status.path
            if others:
                extra["status_of_others"] = dict(others)
                steps = ", ".join(others)
                where = "in no phase of the path that the project follows"
                english = f"`{steps}` is {where}; it is kept"
                clause = Clause("step_in_no_phase", english, {"steps": steps})
                path = self.status.path
                self.notices.append(Notice.of(path, None, "dangling_reference", clause))
        return extra

    def _steps(
        self, phases: list[JsonValue]
    ) -> Iterator[tuple[_Place, JsonValue, dict[str, JsonValue]]]:
        for at, phase in enumerate(phases):
            if not isinstance(phase, dict):
                english = f"phase {at + 1} is not a mapping"
                clause = Clause("phase_no_mapping", english, {"number": at + 1})
                self._say(self._line(at), "malformed_item", clause)
                continue
            lists = _lists(phase)
            if not lists and as_flag(phase.get("skip")) is not True:
                english = f"phase {at + 1} has no list `{STEPS}`"
                clause = Clause("phase_without", english, {"number": at + 1, "key": STEPS})
                self._say(self._line(at), "malformed_item", clause)
            for name, steps in lists.items():
                yield from ((_Place(at, name, n), step, phase) for n, step in enumerate(steps))

    def _take(self, place: _Place, step: JsonValue, phase: dict[str, JsonValue]) -> None:
        position = len(self.stages) + 1
        values: dict[str, JsonValue] = step if isinstance(step, dict) else {"id": as_text(step)}
        if not isinstance(step, dict):
            number, of = place.step + 1, place.phase + 1
            english = f"step {number} of phase {of} is not a mapping"
            clause = Clause("step_of_phase_no_mapping", english, {"step": number, "phase": of})
            self._say(self._line(*place), "malformed_item", clause)
        name = as_text(values.get("id")) or as_text(values.get("command")) or ""
        if name and name in {stage.uses for stage in self.stages}:
            clause = Clause("step_twice", f"the step `{name}` comes twice", {"name": name})
            self._say(self._line(*place), "id_taken", clause)
        key = stage_key(name, position, self.taken)
        self.taken.add(key)
        # Steps of a loop are beside each other, and not beside those that are gone through once.
        self.phases.append(f"{place.phase} {place.key}")
        stage = self._stage(position, key, name, values, phase)
        self.stages.append(replace(stage, repeats=_repeats(phase, place.key)))

    def _stage(
        self,
        position: int,
        key: str,
        name: str,
        values: dict[str, JsonValue],
        phase: dict[str, JsonValue],
    ) -> StageDefinition:
        condition = as_text(values.get("conditional")) or as_text(phase.get("conditional"))
        is_required = as_flag(values.get("required")) is True
        is_gate = is_required and as_text(phase.get("conditional")) is None
        notes = [as_text(values.get(each)) for each in ("output", "note", "purpose")]
        return StageDefinition(
            position=position,
            key=key,
            title=(_title(name) or f"Stage {position}")[:MAX_TITLE_CHARACTERS],
            agent=as_text(values.get("agent")),
            action=as_text(values.get("command")),
            condition=condition,
            optional=not is_required,
            notes="\n".join(note for note in notes if note) or None,
            uses=name or None,
            artefacts=tuple(self._artefacts(name, values)),
            gate=GateProposal("approval", GATE) if is_gate else None,
            extra={
                "phase": _phase(phase),
                "step": values,
                **({"status": said} if (said := self.status.steps.get(name)) else {}),
            },
        )

    def _artefacts(self, name: str, values: dict[str, JsonValue]) -> Iterator[ArtefactDefinition]:
        """The file that the status names, before those that the method would write."""
        output = OUTPUTS.get(name) or as_text(values.get("output"))
        found = self.status.file_of(name)
        if not output and not found:
            return
        place = "implementation_artifacts" if name == "sprint-planning" else "planning_artifacts"
        made = self.artefacts.created(place, OUTPUTS.get(name, ""))
        guessed = made[0].patterns if made and name in OUTPUTS else ()
        label = output or found or ""
        patterns = (*((found,) if found else ()), *guessed)
        is_skipped = self.status.steps.get(name, "").lower() == SKIPPED
        yield ArtefactDefinition("creates", label, label, is_skipped, patterns)

    def _report_unknown(self, root: dict[str, JsonValue], phases: list[JsonValue]) -> None:
        """One notice for each unknown key, however often it comes."""
        unknown: dict[str, list[int | None]] = {}
        for key in (key for key in root if key not in KNOWN):
            unknown.setdefault(key, []).append(self.source.line(key))
        for at, phase in enumerate(phases):
            given = phase if isinstance(phase, dict) else {}
            for key in (key for key in given if key not in OF_PHASES):
                unknown.setdefault(key, []).append(self._line(at, key))
            for place, step in (
                (_Place(at, name, n), step)
                for name, steps in _lists(given).items()
                for n, step in enumerate(steps)
            ):
                for key in step if isinstance(step, dict) else {}:
                    if key not in OF_STEPS:
                        unknown.setdefault(key, []).append(self._line(*place, key))
        for key, lines in unknown.items():
            often = "once" if len(lines) == 1 else f"{len(lines)} times"
            english = f"`{key}`, given {often}, has no meaning in BMAD v6; it is kept as it is"
            clause = Clause("unknown_key_v6", english, {"key": key, "count": len(lines)})
            self._say(lines[0], "unknown_key", clause)

    def _line(self, *path: str | int) -> int | None:
        return self.source.line(PHASES, *path)

    def _say(self, line: int | None, code: str, clause: Clause) -> None:
        self.notices.append(Notice.of(self.path, line, code, clause))


def _lists(phase: Mapping[str, JsonValue]) -> dict[str, list[JsonValue]]:
    """The lists of steps of a phase, in the file's order."""
    return {key: value for key, value in phase.items() if key in LISTS and isinstance(value, list)}


def _repeats(phase: Mapping[str, JsonValue], name: str) -> str | None:
    """What the steps of a list are repeated for, in the file's words."""
    said = (as_text(phase.get(loop)) for loop in LISTS[name])
    usual = AFTER_EACH_EPIC if name == "epic_completion" else None
    return next(filter(None, said), usual)


def _title(name: str) -> str:
    """`create-ux-design` → “Create UX design”."""
    words = [SPELLINGS.get(word.lower(), word) for word in name.replace("_", "-").split("-")]
    text = " ".join(words)
    return text[:1].upper() + text[1:]


def _phase(phase: dict[str, JsonValue]) -> JsonValue:
    """Its number and name as the file has them, and the group.

    The name decides: early alphas counted from 0 to 3, later ones from 1 to 4.
    """
    number, name = as_text(phase.get("phase")) or "", as_text(phase.get("name")) or ""
    group = phase_of(name).group if name else phase_of(number, first_to_ship=3).group
    others = {key: value for key, value in phase.items() if key not in LISTS}
    return {"label": f"{number} {name}".strip(), "group": group, "phase": others}
