"""Recognising OpenSpec and reading its changes, each of which is a workflow."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import JsonValue

from agentlab.kit import globs
from agentlab.workflows.importers.checklists import boxes_of
from agentlab.workflows.importers.definitions import (
    Detection,
    WorkflowDefinition,
)
from agentlab.workflows.importers.keys import with_keys_of_their_own
from agentlab.workflows.importers.openspec.schemas import (
    SPEC_DRIVEN,
    Schema,
    read_schema,
)
from agentlab.workflows.importers.openspec.stages import (
    ARCHIVE,
    CHANGES,
    FOLDER,
    inside,
    stages_of,
)
from agentlab.workflows.importers.project_files import ProjectFiles
from agentlab.workflows.importers.values import as_text, nested
from agentlab.workflows.importers.yaml_source import BrokenYaml
from agentlab.workspaces.folder import opened_root
from agentlab.workspaces.notices import Clause, Notice, shown

CONFIGS = ("config.yaml", "config.yml")
OF_OLD = ("project.md", "AGENTS.md")
MAX_CHANGES = 300
OWN_SCHEMA = Clause("own_schema", "OpenSpec's own schema is assumed")
WORD = re.compile(r"[A-Za-z0-9][\w.-]*")


def detect(folder: Path) -> Detection | None:
    """What `folder` holds of OpenSpec; None when it is not there.

    Raises what `opened_root` raises.
    """
    with opened_root(folder) as top:
        files = ProjectFiles(top)
        if not files.is_folder(FOLDER):
            return None
        signs = [name for name in (*CONFIGS, *OF_OLD) if files.is_file(f"{FOLDER}/{name}")]
        both = all(files.is_folder(f"{FOLDER}/{name}") for name in ("changes", "specs"))
        if not signs and not both:
            return None
        reading = _Reading(files)
        changes = reading.changes()
        return Detection(
            method="openspec",
            generation="v1" if set(signs) & set(CONFIGS) else "v0",
            version=None,
            folder=FOLDER,
            evidence=tuple(reading.evidence(signs, changes)),
            workflows=tuple(with_keys_of_their_own(reading.workflows(signs, changes))),
            notices=tuple(files.notices),
        )


@dataclass(frozen=True, slots=True)
class _Source:
    """The file that states a workflow, where its schema is OpenSpec's own."""

    path: str
    data: bytes


@dataclass(slots=True)
class _Reading:
    files: ProjectFiles
    schemas: dict[str, Schema] = field(default_factory=dict)

    def changes(self) -> tuple[str, ...]:
        """The changes that are not archived, by name."""
        if not self.files.is_folder(CHANGES):
            return ()
        named = [name for name in self.files.folders(CHANGES) if name != ARCHIVE]
        fit = [n for n in named if globs.is_literal(n) and shown(n) == n and n[0] != "."]
        if len(fit) > MAX_CHANGES:
            english = f"it holds {len(fit):,} changes; the first {MAX_CHANGES} are read"
            clause = Clause("too_many_changes", english, {"count": len(fit), "limit": MAX_CHANGES})
            self.files.notices.append(Notice.of(CHANGES, None, "too_many_files", clause))
        return tuple(fit[:MAX_CHANGES])

    def evidence(self, signs: list[str], changes: tuple[str, ...]) -> Iterator[str]:
        yield from (f"{FOLDER}/{sign}" for sign in signs)
        if self.files.is_folder(CHANGES):
            yield f"{CHANGES}: {_count(len(changes), 'open')}"
        if self.files.is_folder(f"{CHANGES}/{ARCHIVE}"):
            archived = len(self.files.folders(f"{CHANGES}/{ARCHIVE}"))
            yield f"{CHANGES}/{ARCHIVE}: {_count(archived, 'archived')}"
        if self.files.is_folder(f"{FOLDER}/specs"):
            specs = len(self.files.folders(f"{FOLDER}/specs"))
            yield f"{FOLDER}/specs: {specs} {'spec' if specs == 1 else 'specs'}"

    def workflows(self, signs: list[str], changes: tuple[str, ...]) -> Iterator[WorkflowDefinition]:
        """One for the changes of all, and one for each that is open."""
        stated = f"{FOLDER}/{signs[0]}" if signs else None
        name = None
        if signs and signs[0] in CONFIGS:
            config = self.files.yaml(f"{FOLDER}/{signs[0]}")
            name = as_text(nested(config.value if config else None, "schema"))
        data = self.files.read_or_say(stated) if stated else None
        whole = self.schema(name or SPEC_DRIVEN.name)
        yield _workflow(whole, _Source(stated or FOLDER, data or b""))
        for change in changes:
            yield self._of_change(change, name, _Source(stated or FOLDER, data or b""))

    def _of_change(self, change: str, name: str | None, stated: _Source) -> WorkflowDefinition:
        path = f"{CHANGES}/{change}/.openspec.yaml"
        own = self.files.read_or_say(path)
        source = self.files.parse(path, own) if own is not None else None
        value = source.value if source else None
        schema = self.schema(as_text(nested(value, "schema")) or name or SPEC_DRIVEN.name)
        extra: dict[str, JsonValue] = {"change": change}
        if isinstance(value, dict):
            extra["metadata"] = value
        own_source = _Source(path, own) if own is not None else self._proposal(change) or stated
        standing = self._standing(change, schema)
        return _workflow(schema, own_source, change=change, extra=extra, description=standing)

    def _proposal(self, change: str) -> _Source | None:
        path = f"{CHANGES}/{change}/proposal.md"
        data = self.files.read_or_say(path)
        return _Source(path, data) if data is not None else None

    def _standing(self, change: str, schema: Schema) -> str:
        """How far a change is by the boxes of its own tasks."""
        if not globs.is_literal(schema.tracks):
            return ""
        tasks = self.files.read_or_say(inside(f"{CHANGES}/{change}", schema.tracks))
        boxes = boxes_of(tasks.decode("utf-8", "replace")) if tasks else None
        return boxes.sentence if boxes and boxes.total else ""

    def schema(self, name: str) -> Schema:
        """The project's own of this name, or OpenSpec's."""
        if name not in self.schemas:
            self.schemas[name] = self._schema(name)
        return self.schemas[name]

    def _schema(self, name: str) -> Schema:
        path = f"{FOLDER}/schemas/{name}/schema.yaml"
        data = self.files.read_or_say(path) if WORD.fullmatch(name) else None
        source = self.files.parse(path, data) if data is not None else None
        if data is not None and source is not None:
            try:
                schema, oddities = read_schema(name, path, data, source)
            except BrokenYaml as broken:
                clauses = (broken.reason, OWN_SCHEMA)
                notice = Notice.of(path, broken.line, "broken_workflow", *clauses)
                self.files.notices.append(notice)
            else:
                self.files.notices.extend(Notice.of(path, *odd) for odd in oddities)
                return schema
        elif name != SPEC_DRIVEN.name:
            english = f"the schema `{name}` is not in it; OpenSpec's own is assumed"
            clause = Clause("schema_not_there", english, {"name": name})
            self.files.notices.append(Notice.of(FOLDER, None, "dangling_reference", clause))
        return SPEC_DRIVEN


def _count(changes: int, kind: str) -> str:
    return f"1 {kind} change" if changes == 1 else f"{changes} {kind} changes"


def _workflow(
    schema: Schema,
    source: _Source,
    *,
    change: str | None = None,
    extra: Mapping[str, JsonValue] | None = None,
    description: str = "",
) -> WorkflowDefinition:
    stated = _Source(schema.path, schema.data) if schema.path is not None else source
    return WorkflowDefinition(
        key=change or FOLDER,
        name=change or "OpenSpec: any change",
        description=description,
        stages=tuple(stages_of(schema, change)),
        source_path=stated.path,
        source=stated.data,
        sha256=hashlib.sha256(stated.data).hexdigest(),
        extra={**(extra or {}), "schema": schema.name},
    )
