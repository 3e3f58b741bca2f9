"""The stories of a spec folder as a workflow, where a person asked to be asked about them.

`stories.yaml` lists stories in the order in which they are built. Of each, `spec_checkpoint` says
that a person reviews its spec before it is built, and `done_checkpoint` that the work pauses once
it is: gates that were chosen when the list was made.
"""

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from pydantic import JsonValue

from agentlab.kit import globs
from agentlab.workflows.importers.bmad_v6.artefacts import Artefacts
from agentlab.workflows.importers.definitions import (
    ArtefactDefinition,
    GateProposal,
    Role,
    StageDefinition,
    WorkflowDefinition,
)
from agentlab.workflows.importers.keys import stage_key
from agentlab.workflows.importers.project_files import ProjectFiles
from agentlab.workflows.importers.values import as_flag, as_text
from agentlab.workflows.importers.yaml_source import YamlSource
from agentlab.workspaces.notices import Clause, Notice, shown

SPECS = "{output_folder}/specs"
SPEC = re.compile(r"spec-.+")
STORIES = "stories.yaml"
ID = re.compile(r"[A-Za-z0-9-]+")
KNOWN = frozenset(
    {"id", "title", "description", "spec_checkpoint", "done_checkpoint", "invoke_dev_with"}
)
MAX_FOLDERS = 100
MAX_TITLE_CHARACTERS = 200

SPEC_REVIEWED = "A person reviews the spec of a story before it is built"
PAUSE = "The work pauses after this story until a person lets it go on"


def workflows_of(files: ProjectFiles, artefacts: Artefacts) -> Iterator[WorkflowDefinition]:
    """One for each spec folder with a checkpoint; the lists of others ask nothing of people."""
    for folder in _folders(files, artefacts):
        data = files.read_within_budget(f"{folder}/{STORIES}")
        source = files.parse(f"{folder}/{STORIES}", data) if data is not None else None
        if data is not None and source and isinstance(source.value, list):
            workflow = _Reading(folder, source).result(source.value, data)
            if any(stage.gate for stage in workflow.stages):
                yield workflow


def _folders(files: ProjectFiles, artefacts: Artefacts) -> Iterator[str]:
    for place in artefacts.folders(SPECS):
        named = files.names(place) if files.is_folder(place) else ()
        fit = [n for n in named if SPEC.fullmatch(n) and globs.is_literal(n) and shown(n) == n]
        listed = [name for name in fit if files.is_file(f"{place}/{name}/{STORIES}")]
        yield from (f"{place}/{name}" for name in listed[:MAX_FOLDERS])


@dataclass(slots=True)
class _Reading:
    """One list of stories on its way to a `WorkflowDefinition`."""

    folder: str
    source: YamlSource
    stages: list[StageDefinition] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    taken: set[str] = field(default_factory=set)

    @property
    def path(self) -> str:
        return f"{self.folder}/{STORIES}"

    def result(self, stories: list[JsonValue], data: bytes) -> WorkflowDefinition:
        for index, story in enumerate(stories):
            self._take(index, story if isinstance(story, dict) else {"title": story})
        self._report_unknown(stories)
        key = PurePosixPath(self.folder).name
        return WorkflowDefinition(
            key=key,
            name=f"{key}: stories",
            stages=tuple(self.stages),
            source_path=self.path,
            source=data,
            sha256=hashlib.sha256(data).hexdigest(),
            notices=tuple(self.notices),
        )

    def _take(self, index: int, story: dict[str, JsonValue]) -> None:
        """The stage of a story, after the one of its spec where a person reviews that."""
        number = as_text(story.get("id")) or str(index + 1)
        if number in self.taken:
            clause = Clause("step_twice", f"the step `{number}` comes twice", {"name": number})
            self._say(self.source.line(index, "id"), "id_taken", clause)
        is_reviewed = as_flag(story.get("spec_checkpoint")) is True
        if is_reviewed:
            self._add(story, f"{number} spec", "creates", SPEC_REVIEWED)
        gate = PAUSE if as_flag(story.get("done_checkpoint")) is True else None
        self._add(story, number, "updates" if is_reviewed else "creates", gate)

    def _add(self, story: dict[str, JsonValue], name: str, role: Role, gate: str | None) -> None:
        position = len(self.stages) + 1
        key = stage_key(name, position, self.taken)
        self.taken.add(key)
        title = as_text(story.get("title"))
        notes = [as_text(story.get(each)) for each in ("description", "invoke_dev_with")]
        self.stages.append(
            StageDefinition(
                position=position,
                key=key,
                title=(f"{name}: {title}" if title else name)[:MAX_TITLE_CHARACTERS],
                notes="\n\n".join(note for note in notes if note) or None,
                artefacts=self._file(story, role),
                gate=GateProposal("approval", gate) if gate else None,
                extra={"phase": {"label": "ship", "group": "ship"}, "story": story},
            )
        )

    def _file(self, story: dict[str, JsonValue], role: Role) -> tuple[ArtefactDefinition, ...]:
        """Its spec, which begins with the id and says where the story stands."""
        number = as_text(story.get("id")) or ""
        if not ID.fullmatch(number):
            return ()
        label = f"stories/{number}-*.md"
        return (ArtefactDefinition(role, label, label, patterns=(f"{self.folder}/{label}",)),)

    def _report_unknown(self, stories: list[JsonValue]) -> None:
        """One notice for each unknown key, however often it comes."""
        unknown: dict[str, list[int | None]] = {}
        for index, story in enumerate(stories):
            for key in story if isinstance(story, dict) else ():
                if key not in KNOWN:
                    unknown.setdefault(key, []).append(self.source.line(index, key))
        for key, lines in unknown.items():
            often = "once" if len(lines) == 1 else f"{len(lines)} times"
            english = f"`{key}`, given {often}, has no meaning in BMAD v6; it is kept as it is"
            clause = Clause("unknown_key_v6", english, {"key": key, "count": len(lines)})
            self._say(lines[0], "unknown_key", clause)

    def _say(self, line: int | None, code: str, clause: Clause) -> None:
        self.notices.append(Notice.of(self.path, line, code, clause))
