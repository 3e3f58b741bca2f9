"""A BMAD v4 workflow file, as the workflows that it defines."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from pydantic import JsonValue

from agentlab.workflows.importers.bmad_v4.artefacts import Artefacts, created_in
from agentlab.workflows.importers.bmad_v4.references import References
from agentlab.workflows.importers.bmad_v4.shapes import ROOT, SEQUENCE, Raw, Shape, shapes_of
from agentlab.workflows.importers.bmad_v4.stages import MAX_ARTEFACTS, Item, read_item, stage_of
from agentlab.workflows.importers.definitions import (
    ArtefactDefinition,
    StageDefinition,
    WorkflowDefinition,
)
from agentlab.workflows.importers.values import as_text, as_texts
from agentlab.workflows.importers.yaml_source import BrokenYaml, Path, YamlSource, read_yaml
from agentlab.workspaces.notices import Clause, Notice

KNOWN = frozenset(
    {
        *("id", "name", "description", "type", "project_types", "flow_diagram"),
        *("decision_guidance", "handoff_prompts"),
    }
)
MAX_STAGES = 1_000

FENCE = "```"
MERMAID = re.compile(rf"{FENCE}mermaid[ \t]*\n")


def read_workflows(
    path: str, data: bytes, artefacts: Artefacts, references: References
) -> tuple[WorkflowDefinition, ...]:
    """The workflows of one file: one for each sequence in it. Raises `BrokenYaml`.

    `path` is relative to the project folder. Whatever is unusual becomes a notice of the workflow.
    """
    source = read_yaml(data)
    return tuple(
        _Reading(path, data, source, shape, artefacts, references).result()
        for shape in shapes_of(source)
    )


@dataclass(slots=True)
class _Reading:
    """One sequence of one file on its way to a `WorkflowDefinition`."""

    path: str
    data: bytes
    source: YamlSource
    shape: Shape
    artefacts: Artefacts
    references: References
    notices: list[Notice] = field(default_factory=list)
    extra: dict[str, JsonValue] = field(default_factory=dict)

    def result(self) -> WorkflowDefinition:
        for line, oddity in self.source.oddities:
            self._say(line, "given_twice", oddity)
        self._keep_unknown()
        key, name = self._names()
        return WorkflowDefinition(
            key=key,
            name=name,
            description=self._text("description") or "",
            kind=self._text("type"),
            project_types=self._texts("project_types"),
            stages=self._stages(),
            flow_diagram=_diagram(self._text("flow_diagram")),
            when_to_use=self._when_to_use(),
            handoff_prompts=self._handoff_prompts(),
            source_path=self.path,
            source=self.data,
            sha256=hashlib.sha256(self.data).hexdigest(),
            extra=self.extra,
            notices=tuple(self.notices),
        )

    def _names(self) -> tuple[str, str]:
        key = self._text("id") or PurePosixPath(self.path).stem
        name = self._text("name") or key
        if self.shape.sequence == SEQUENCE:
            return key, name
        variant = self.shape.sequence.removesuffix(SEQUENCE).strip("_")
        return f"{key}-{variant}", f"{name}: {variant.replace('_', ' ')}"

    def _keep_unknown(self) -> None:
        top = self.source.value if isinstance(self.source.value, dict) else {}
        beside = top if self.shape.path else {}
        for key in (key for key in beside if key != ROOT):
            self._keep(key, beside[key], (key,))
        for key, value in self.shape.workflow.items():
            if key not in KNOWN and key not in self.shape.lists:
                self._keep(key, value, (*self.shape.path, key))

    def _keep(self, key: str, value: JsonValue, path: Path) -> None:
        self.extra[key] = value
        english = f"`{key}` has no meaning in BMAD v4; it is kept as it is"
        reason = Clause("unknown_key_v4", english, {"key": key})
        self._say(self.source.line(*path), "unknown_key", reason)

    def _text(self, key: str) -> str | None:
        value = self.shape.workflow.get(key)
        text = as_text(value)
        if text is None and value is not None:
            self._odd(key, value)
        return text

    def _texts(self, key: str) -> tuple[str, ...]:
        value = self.shape.workflow.get(key)
        texts = () if value is None else as_texts(value)
        if texts is None:
            self._odd(key, value)
        return texts or ()

    def _when_to_use(self) -> tuple[str, ...]:
        guidance = self._mapping("decision_guidance")
        texts = as_texts(guidance.get("when_to_use", []))
        others = {k: v for k, v in guidance.items() if k != "when_to_use" or texts is None}
        if others:
            self._odd("decision_guidance", dict(others))
        return texts or ()

    def _handoff_prompts(self) -> dict[str, str]:
        given = self._mapping("handoff_prompts")
        prompts = {name: as_text(value) for name, value in given.items()}
        others = {name: given[name] for name, text in prompts.items() if text is None}
        if others:
            self._odd("handoff_prompts", others)
        return {name: text for name, text in prompts.items() if text is not None}

    def _mapping(self, key: str) -> dict[str, JsonValue]:
        value = self.shape.workflow.get(key)
        if isinstance(value, dict):
            return value
        if value is not None:
            self._odd(key, value)
        return {}

    def _odd(self, key: str, value: JsonValue) -> None:
        self.extra[key] = value
        line = self.source.line(*self.shape.path, key)
        english = f"`{key}` is not as BMAD v4 writes it; kept as it is"
        self._say(line, "unusual_value", Clause("unusual_value_v4", english, {"key": key}))

    def _stages(self) -> tuple[StageDefinition, ...]:
        if len(self.shape.items) > MAX_STAGES:
            english = f"it has more than {MAX_STAGES:,} stages"
            reason = Clause("too_many_stages", english, {"limit": MAX_STAGES})
            raise BrokenYaml(reason, self._line(MAX_STAGES))
        items = [_item(raw) for raw in self.shape.items]
        stages: list[StageDefinition] = []
        taken, made, named = set[str](), dict[str, ArtefactDefinition](), 0
        for position, item in enumerate(items, start=1):
            stage = stage_of(item, position, artefacts=self.artefacts, taken=taken, made=made)
            stages.append(stage)
            taken.add(stage.key)
            made |= created_in(stage.artefacts)
            named += len(stage.artefacts)
            if named > MAX_ARTEFACTS:
                english = f"its stages name more than {MAX_ARTEFACTS:,} files"
                reason = Clause("too_many_artefacts", english, {"limit": MAX_ARTEFACTS})
                raise BrokenYaml(reason, self._line(position - 1))
        if not stages:
            line = self.source.line(*self.shape.path)
            self._say(line, "empty_sequence", Clause("no_stages", "it has no stages"))
        self._report(items)
        self._report_dangling(stages)
        return tuple(stages)

    def _report(self, items: list[Item]) -> None:
        """One notice for each unknown key, however often it comes; one for each odd item."""
        unknown: dict[str, list[int]] = {}
        for index, item in enumerate(items):
            for key in item.unknown:
                unknown.setdefault(key, []).append(index)
            if item.malformed:
                number, list_ = index + 1, self.shape.sequence
                english = f"item {number} of `{list_}` is not as BMAD v4 writes it"
                reason = Clause("unusual_item_v4", english, {"number": number, "list": list_})
                self._say(self._line(index), "malformed_item", reason, item.malformed)
            for key in item.odd:
                number = index + 1
                english = f"`{key}` of item {number} is not as BMAD v4 writes it; kept as it is"
                reason = Clause("unusual_value_of_item_v4", english, {"key": key, "number": number})
                self._say(self._line(index, key), "unusual_value", reason)
        for key, places in unknown.items():
            often = "1 item" if len(places) == 1 else f"{len(places)} items"
            english = f"`{key}`, in {often}, has no meaning in BMAD v4; it is kept as it is"
            reason = Clause("unknown_key_of_items_v4", english, {"key": key, "count": len(places)})
            self._say(self._line(places[0], key), "unknown_key", reason)

    def _report_dangling(self, stages: Sequence[StageDefinition]) -> None:
        given = as_texts(self.shape.workflow.get("inputs", [])) or ()
        for at, key, reason in self.references.dangling(stages, given):
            self._say(self._line(at, key), "dangling_reference", reason)

    def _line(self, index: int, *path: str | int) -> int | None:
        return self.source.line(*self.shape.items[index].path, *path)

    def _say(self, line: int | None, code: str, first: Clause, *others: Clause) -> None:
        self.notices.append(Notice.of(self.path, line, code, first, *others))


def _item(raw: Raw) -> Item:
    item = read_item(raw.value)
    item.title = raw.title
    if raw.phase is not None:
        item.extra["phase"] = raw.phase
    return item


def _diagram(text: str | None) -> str | None:
    """The Mermaid source alone, without the fence around it."""
    if text and (opening := MERMAID.search(text)):
        diagram, closing, _ = text[opening.end() :].partition(FENCE)
        text = diagram.rstrip(" \t") if closing else text
    return text.strip("\n") or None if text else None
