"""Templates in our own format: YAML with a published JSON schema.

Read as tolerantly as those of methods: what is not understood is kept and reported in one line,
and only what cannot be a workflow at all is refused.
"""

import hashlib
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError
from pydantic.json_schema import SkipJsonSchema

from agentlab.auth.models import Role
from agentlab.errors import InvalidInput
from agentlab.gates.policy_schemas import Approvals, DecidingRole, DueDays
from agentlab.kit.text import Line
from agentlab.workflows.importers.definitions import (
    MOST_ITEMS,
    USUAL_RULES,
    ArtefactDefinition,
    GateProposal,
    GateRules,
    ProposedItem,
    StageDefinition,
    WorkflowDefinition,
)
from agentlab.workflows.importers.keys import stage_key
from agentlab.workflows.importers.precedence import after_all_before
from agentlab.workflows.importers.storable import storable
from agentlab.workflows.importers.yaml_source import BrokenYaml, YamlSource, read_yaml
from agentlab.workspaces.notices import Clause, Notice, shown

METHOD, GENERATION = "agentlab", "v1"
MOST_STAGES = 1_000
MOST_REPAIRS = 200
"""So many values of the wrong kind are set aside before the rest counts as unreadable."""

SCHEMA_ID = "urn:agentlab:template:v1"
OPEN = ConfigDict(extra="allow")

Short = Annotated[str, Field(min_length=1, max_length=200)]
Long = Annotated[str, Field(max_length=20_000)]


class TemplateUnreadable(InvalidInput):
    code = "template_unreadable"


class OwnArtefact(BaseModel):
    """A file that a stage produces or needs."""

    model_config = OPEN

    role: Literal["creates", "requires", "updates", "validates"] = "creates"
    label: Short | SkipJsonSchema[None] = None
    """What people call it; its first pattern unless it is said."""
    patterns: Annotated[list[Short], Field(max_length=20)] = []
    """Globs from the project folder, best first, such as `docs/prd.md`."""
    every: bool = False
    """The files of all patterns belong together; otherwise the first that finds one decides."""
    optional: bool = False


class OwnGate(BaseModel):
    """A point where people decide before work goes on."""

    model_config = OPEN

    kind: Literal["approval", "choice"] = "approval"
    reason: Annotated[str, Field(max_length=2_000)] = ""
    """Why a decision is needed here."""
    roles: Annotated[
        list[DecidingRole | SkipJsonSchema[None]], Field(min_length=1, max_length=2)
    ] = [Role.ADMINISTRATOR, Role.PRODUCT_OWNER]
    """Everybody with one of these roles who sees the client may decide."""
    approvals: Approvals = USUAL_RULES.approvals
    """How many people have to approve."""
    submitter_decides: bool = USUAL_RULES.submitter_decides
    """Whether whoever submits may decide."""
    checklist: Annotated[list[Line | SkipJsonSchema[None]], Field(max_length=MOST_ITEMS)] = []
    """An approval needs a yes to each of these."""
    reauthentication: bool = USUAL_RULES.reauthentication
    """Whether whoever decides gives their password again, or signs in again."""
    due_days: DueDays | SkipJsonSchema[None] = None
    """So many days after a submission a decision is due; never without it."""

    @property
    def rules(self) -> GateRules | None:
        """None where they are the usual ones. What was set aside in a list is null there."""
        rules = GateRules(
            roles=tuple(r for r in USUAL_RULES.roles if r in self.roles) or USUAL_RULES.roles,
            approvals=self.approvals,
            submitter_decides=self.submitter_decides,
            checklist=tuple(ProposedItem(text) for text in self.checklist if text),
            reauthentication=self.reauthentication,
            due_days=self.due_days,
        )
        return None if rules == USUAL_RULES else rules


class OwnStage(BaseModel):
    """A step: who does it, what it needs, what it produces."""

    model_config = OPEN

    key: Annotated[str, Field(max_length=80)] | SkipJsonSchema[None] = None
    """Its name for programs, which stays when the title changes. Made of the title if missing."""
    title: Short | SkipJsonSchema[None] = None
    agent: Short | SkipJsonSchema[None] = None
    action: Long | SkipJsonSchema[None] = None
    condition: Long | SkipJsonSchema[None] = None
    """Only done where this holds; a person says whether it does."""
    optional: bool = False
    repeats: Long | SkipJsonSchema[None] = None
    """What it is done once for each of, such as `story`."""
    notes: Long | SkipJsonSchema[None] = None
    uses: Short | SkipJsonSchema[None] = None
    optional_steps: Annotated[list[Short], Field(max_length=100)] = []
    after: Annotated[list[Short], Field(max_length=100)] = []
    """Keys of stages that come before it, wherever they stand in the file."""
    routes: dict[str, Any] | SkipJsonSchema[None] = None
    """Ways on, by name, each with the key of the stage that it leads to."""
    artefacts: Annotated[list[OwnArtefact], Field(max_length=100)] = []
    gate: OwnGate | bool | SkipJsonSchema[None] = None
    """`true` for an approval without more words."""


class OwnTemplate(BaseModel):
    """A workflow of your own."""

    model_config = ConfigDict(extra="allow", json_schema_extra={"$id": SCHEMA_ID})

    agentlab: Literal[1] = 1
    """The version of this format."""
    key: Annotated[str, Field(min_length=1, max_length=80, pattern=r"^[a-z0-9][a-z0-9._-]*$")]
    """Its name for programs. The same key with other text is another version."""
    name: Short
    description: Long = ""
    kind: Short | SkipJsonSchema[None] = None
    """Such as `greenfield`."""
    project_types: Annotated[list[Short], Field(max_length=50)] = []
    when_to_use: Annotated[list[Annotated[str, Field(max_length=2_000)]], Field(max_length=50)] = []
    flow_diagram: Annotated[str, Field(max_length=50_000)] | SkipJsonSchema[None] = None
    """Mermaid, without a fence."""
    handoff_prompts: dict[str, Long] = {}
    stages: Annotated[list[OwnStage], Field(min_length=1, max_length=MOST_STAGES)]
    """In their order."""


def json_schema() -> dict[str, Any]:
    """The published schema, for editors (`# yaml-language-server: $schema=…`) and programs."""
    schema = OwnTemplate.model_json_schema()
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}


def read_own(data: bytes, path: str = "template.yaml") -> WorkflowDefinition:
    """The workflow that a source of ours describes.

    Raises:
        TemplateUnreadable: it is not YAML, or lacks what no workflow can do without.
    """
    try:
        source = read_yaml(data)
    except BrokenYaml as broken:
        place = f"{path}, line {broken.line}" if broken.line else path
        raise TemplateUnreadable(
            f"{place}: {broken.reason.english}. Correct it and try again.", field="source"
        ) from broken
    return _Reading(path, data, source).result()


@dataclass(slots=True)
class _Reading:
    path: str
    data: bytes
    source: YamlSource
    notices: list[Notice] = field(default_factory=list)
    aside: dict[str, JsonValue] = field(default_factory=dict)
    """Values of the wrong kind, by where they stood."""

    def result(self) -> WorkflowDefinition:
        for line, oddity in self.source.oddities:
            self._say(line, "given_twice", oddity)
        template = self._validated()
        stages, keys = self._keyed(template.stages)
        order = self._order(stages, keys)
        defined: list[StageDefinition] = []
        for position, at in enumerate(order, start=1):
            defined.append(self._stage(at, stages[at], keys[at], position, keys))
        extra: dict[str, JsonValue] = dict(self._unknown(template, ()))
        if self.aside:
            extra["set_aside"] = self.aside
        return WorkflowDefinition(
            key=template.key,
            name=shown(template.name),
            description=template.description,
            kind=template.kind,
            project_types=tuple(template.project_types),
            stages=tuple(defined),
            flow_diagram=(template.flow_diagram or "").strip("\n") or None,
            when_to_use=tuple(template.when_to_use),
            handoff_prompts=template.handoff_prompts,
            source_path=f"{template.key}.yaml",
            source=self.data,
            sha256=hashlib.sha256(self.data).hexdigest(),
            extra=extra,
            notices=tuple(self.notices),
        )

    def _validated(self) -> OwnTemplate:
        value = deepcopy(self.source.value)
        if not isinstance(value, dict):
            raise TemplateUnreadable(
                f"{self.path}: it is no mapping with `key`, `name` and `stages`. Start from the "
                "example.",
                field="source",
            )
        for _ in range(MOST_REPAIRS):
            try:
                return OwnTemplate.model_validate(value)
            except ValidationError as error:
                self._set_aside(value, error)
        raise TemplateUnreadable(
            f"{self.path}: more than {MOST_REPAIRS} values are not what the schema says. Start "
            "from the example.",
            field="source",
        )

    def _set_aside(self, value: JsonValue, error: ValidationError) -> None:
        """Take the first wrong value out, so that the rest can be read; or give up."""
        problem = error.errors(include_url=False, include_context=False, include_input=False)[0]
        location = _within(value, problem["loc"])
        words = ".".join(map(str, location)) or "it"
        line = self.source.line(*location)
        place = f"{self.path}, line {line}" if line else self.path
        is_needed = location in {("key",), ("name",), ("stages",)} or not location
        if is_needed or problem["type"] == "missing":
            message = problem["msg"].rstrip(".")
            raise TemplateUnreadable(
                f"{place}: `{shown(words)}`: {message[:1].lower()}{message[1:]}. Correct it and "
                "try again.",
                field="source",
            )
        parent: Any = value
        for part in location[:-1]:
            parent = parent[part]
        last = cast("Any", location[-1])
        self.aside[words] = parent[last]
        if isinstance(parent, list):
            # Others keep their places, by which they are found in the source.
            parent[last] = _nothing_like(location)
        else:
            del parent[last]
        english = f"`{words}` is not as the schema says; set aside"
        self._say(line, "unusual_value", Clause("value_set_aside", english, {"key": words}))

    def _keyed(self, given: Sequence[OwnStage]) -> tuple[list[OwnStage], list[str]]:
        keys: list[str] = []
        for at, stage in enumerate(given):
            named = stage.key or stage.title or ""
            key = stage_key(named, at + 1, keys)
            if stage.key and key != stage.key:
                clause = _renamed(stage.key, key, is_taken=stage.key in keys)
                self._say(self.source.line("stages", at, "key"), "id_taken", clause)
            keys.append(key)
        return list(given), keys

    def _order(self, stages: Sequence[OwnStage], keys: Sequence[str]) -> list[int]:
        """By `after`, and else as in the file."""
        places = {key: at for at, key in reversed(list(enumerate(keys)))}
        following: dict[int, set[int]] = {}
        for at, stage in enumerate(stages):
            for key in stage.after:
                if key in places and places[key] != at:
                    following.setdefault(places[key], set()).add(at)
                else:
                    clause = _after_nothing(key, keys[at], is_itself=places.get(key) == at)
                    self._say(self.source.line("stages", at, "after"), "dangling_reference", clause)
        order = list(after_all_before(len(stages), following))
        if len(order) < len(stages):
            left = [at for at in range(len(stages)) if at not in set(order)]
            names = ", ".join(keys[at] for at in left[:10])
            so = "they come in the order of the file"
            english = f"`{names}` wait for each other in a circle; {so}"
            clause = Clause("stages_in_circle", english, {"names": names})
            self._say(self.source.line("stages", left[0], "after"), "cycle", clause)
            return list(range(len(stages)))
        return order

    def _stage(
        self, at: int, stage: OwnStage, key: str, position: int, keys: Sequence[str]
    ) -> StageDefinition:
        for name, leads_to in (stage.routes or {}).items():
            if isinstance(leads_to, str) and leads_to not in keys:
                english = f"the route `{name}` leads to `{leads_to}`, which is no stage"
                clause = Clause("route_to_nothing", english, {"route": name, "stage": leads_to})
                line = self.source.line("stages", at, "routes", name)
                self._say(line, "dangling_reference", clause)
        extra: dict[str, JsonValue] = dict(self._unknown(stage, ("stages", at)))
        if stage.after:
            extra["after"] = list(stage.after)
        gate = stage.gate
        if gate is True:
            gate = OwnGate()
        if isinstance(gate, OwnGate):
            extra |= {f"gate.{k}": v for k, v in self._unknown(gate, ("stages", at, "gate"))}
        return StageDefinition(
            position=position,
            key=key,
            title=shown(stage.title or key.replace("-", " ").replace("_", " ").capitalize()),
            agent=stage.agent,
            action=stage.action,
            condition=stage.condition,
            optional=stage.optional,
            repeats=stage.repeats,
            notes=stage.notes,
            uses=stage.uses,
            optional_steps=tuple(stage.optional_steps),
            routes=stage.routes,
            artefacts=tuple(self._artefacts(at, stage, extra)),
            gate=GateProposal(gate.kind, gate.reason or "The template asks for it")
            if isinstance(gate, OwnGate)
            else None,
            rules=gate.rules if isinstance(gate, OwnGate) else None,
            extra=extra,
        )

    def _artefacts(
        self, at: int, stage: OwnStage, extra: dict[str, JsonValue]
    ) -> Iterator[ArtefactDefinition]:
        for number, artefact in enumerate(stage.artefacts):
            path = ("stages", at, "artefacts", number)
            for name, value in self._unknown(artefact, path):
                extra[f"artefacts.{number}.{name}"] = value
            label = artefact.label or (artefact.patterns[0] if artefact.patterns else None)
            if label is None:
                clause = Clause("artefact_without_name", "an artefact has no name")
                self._say(self.source.line(*path), "malformed_item", clause)
                continue
            patterns = tuple(self._inside(path, artefact.patterns))
            yield ArtefactDefinition(
                role=artefact.role,
                label=label,
                source=label,
                optional=artefact.optional,
                patterns=patterns,
                every=artefact.every,
            )

    def _inside(self, path: tuple[str | int, ...], patterns: Sequence[str]) -> Iterator[str]:
        for pattern in patterns:
            if pattern.startswith("/") or ".." in pattern.split("/") or "\\" in pattern:
                english = f"`{pattern}` leads out of the project folder; left out"
                clause = Clause("pattern_leads_out", english, {"pattern": pattern})
                self._say(self.source.line(*path, "patterns"), "dangling_reference", clause)
            else:
                yield pattern

    def _unknown(
        self, model: BaseModel, path: tuple[str | int, ...]
    ) -> Iterator[tuple[str, JsonValue]]:
        for name, value in (model.model_extra or {}).items():
            english = f"`{name}` has no meaning here; it is kept as it is"
            clause = Clause("unknown_key", english, {"key": name})
            self._say(self.source.line(*path, name), "unknown_key", clause)
            yield name, value

    def _say(self, line: int | None, code: str, clause: Clause) -> None:
        self.notices.append(Notice.of(self.path, line, code, clause))


def _renamed(was: str, key: str, *, is_taken: bool) -> Clause:
    so = f"so the stage is called `{key}`"
    if is_taken:
        return Clause("key_taken", f"the key `{was}` is taken, {so}", {"was": was, "key": key})
    english = f"the key `{was}` has characters that a key cannot have, {so}"
    return Clause("key_not_allowed", english, {"was": was, "key": key})


def _after_nothing(after: str, key: str, *, is_itself: bool) -> Clause:
    it = f"`{after}`, after which `{key}` comes,"
    if is_itself:
        return Clause("stage_after_itself", f"{it} is the stage itself", {"key": key})
    return Clause("stage_after_unknown", f"{it} is no stage", {"after": after, "key": key})


def _within(value: JsonValue, location: Sequence[str | int]) -> tuple[str | int, ...]:
    """The part of an error's location that leads through the value; the rest names types."""
    path: list[str | int] = []
    for part in location:
        if isinstance(value, dict) and part in value:
            value = value[str(part)]
        elif isinstance(value, list) and isinstance(part, int) and part < len(value):
            value = value[part]
        elif part == location[-1] and not path:
            return (part,)
        else:
            continue
        path.append(part)
    return tuple(path)


def _nothing_like(location: Sequence[str | int]) -> JsonValue:
    """What stands in a list for an item that was set aside."""
    names = [part for part in location if isinstance(part, str)]
    if names[-1] in {"roles", "checklist"}:
        return None
    return {} if names[-1] in {"stages", "artefacts"} else "-"


def stored(source: str) -> bytes:
    """The bytes of a text that came as JSON."""
    return storable(source).encode()


EXAMPLE = """\
# yaml-language-server: $schema=/api/v1/templates/schema
agentlab: 1
key: small-change
name: A small change
description: From a short brief to a change that was reviewed.
kind: brownfield
project_types: [web-app, service]
when_to_use:
  - The change fits into a week.
stages:
  - key: brief
    title: Write the brief
    agent: analyst
    notes: What has to change, for whom, and how one sees that it did.
    artefacts:
      - {role: creates, label: Brief, patterns: [docs/brief.md]}
    gate:
      kind: approval
      reason: Everything else builds on the brief
  - key: plan
    title: Plan the change
    agent: architect
    artefacts:
      - {role: requires, label: Brief, patterns: [docs/brief.md]}
      - {role: creates, label: Plan, patterns: [docs/plan.md]}
    gate: true
  - key: build
    title: Build it
    agent: developer
    repeats: story
    after: [plan]
  - key: review
    title: Review what was built
    agent: reviewer
    artefacts:
      - {role: creates, label: Review, patterns: [docs/review.md]}
    gate:
      kind: approval
      reason: What was built is what was asked for
      submitter_decides: false
      due_days: 5
      checklist:
        - Every text of the brief was looked at
        - The tests pass
handoff_prompts:
  brief_to_plan: The brief is approved. Plan the change from docs/brief.md.
"""
