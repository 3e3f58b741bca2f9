"""What a template says, kept beside its source: importers need the whole folder to read it again.

Patterns of artefacts depend on settings of the project that brought the template first.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from agentlab.auth.models import Role
from agentlab.workflows.importers.definitions import (
    ArtefactDefinition,
    GateProposal,
    GateRules,
    ProposedItem,
    StageDefinition,
    WorkflowDefinition,
)
from agentlab.workflows.models import Gate, Stage, StageArtefact, Template
from agentlab.workspaces.notices import Clause, Notice, as_json

MOST_NOTICES = 500
"""So many are kept of one template; a file of 5 MB can give reason for more than anybody reads."""


def kept(definition: WorkflowDefinition) -> dict[str, Any]:
    """Its stages and notices as JSON."""
    notices = definition.notices[:MOST_NOTICES]
    return {
        "stages": [asdict(stage) for stage in definition.stages],
        "notices": [told(notice) for notice in notices],
        "says": [as_json(notice)["says"] for notice in notices],
        "notices_total": len(definition.notices),
    }


def restored(template: Template, source: bytes) -> WorkflowDefinition | None:
    """The definition that `kept` was made of; None for a template from before it was."""
    if template.definition is None:
        return None
    return WorkflowDefinition(
        key=template.key,
        name=template.name,
        description=template.description,
        kind=template.kind,
        project_types=tuple(template.project_types),
        stages=tuple(stage_from(each) for each in template.definition["stages"]),
        flow_diagram=template.flow_diagram,
        when_to_use=tuple(template.when_to_use),
        handoff_prompts=template.handoff_prompts,
        source_path=template.source_path,
        source=source,
        sha256=template.sha256,
        extra=template.extra,
        notices=tuple(notices_of(template.definition)),
    )


def told(notice: Notice) -> dict[str, Any]:
    """What every release has kept of a notice: an older one would not take more."""
    return {name: each for name, each in as_json(notice).items() if name != "says"}


def notices_of(definition: Mapping[str, Any]) -> Iterator[Notice]:
    """The notices that `kept` kept; those of older releases say nothing but their text."""
    nothing: list[Any] = [[]] * len(definition["notices"])
    for each, says in zip(definition["notices"], definition.get("says", nothing), strict=True):
        yield Notice(**each, says=tuple(Clause(**clause, english="") for clause in says))


def stage_from(given: Mapping[str, Any]) -> StageDefinition:
    gate = given["gate"]
    artefacts = [{**each, "patterns": tuple(each["patterns"])} for each in given["artefacts"]]
    # A release that was taken back may have kept more than this one knows.
    names = StageDefinition.__dataclass_fields__.keys() & given.keys()
    rest = {name: given[name] for name in names - {"artefacts", "gate", "rules"}}
    rest["optional_steps"] = tuple(given["optional_steps"])
    return StageDefinition(
        **rest,
        artefacts=tuple(ArtefactDefinition(**each) for each in artefacts),
        gate=GateProposal(**gate) if gate else None,
        rules=rules_from(given["rules"]) if given.get("rules") else None,
    )


def rules_from(given: Mapping[str, Any]) -> GateRules:
    roles = tuple(Role(role) for role in given["roles"])
    checklist = tuple(ProposedItem(**item) for item in given["checklist"])
    return GateRules(**{**given, "roles": roles, "checklist": checklist})


def stage_of_rows(
    stage: Stage,
    artefacts: list[StageArtefact],
    gate: Gate | None,
    rules: GateRules | None = None,
) -> StageDefinition:
    """What a stage of a running workflow was made of, as far as its rows tell."""
    return StageDefinition(
        position=stage.position,
        key=stage.key,
        title=stage.title,
        agent=stage.agent,
        action=stage.action,
        condition=stage.condition,
        optional=stage.optional,
        repeats=stage.repeats,
        notes=stage.notes,
        uses=stage.uses,
        optional_steps=tuple(stage.optional_steps),
        routes=stage.routes,
        artefacts=tuple(
            ArtefactDefinition(
                role=artefact.role.value,
                label=artefact.label,
                source=artefact.label,
                optional=artefact.optional,
                patterns=tuple(artefact.patterns),
                every=artefact.every,
            )
            for artefact in artefacts
        ),
        gate=GateProposal(gate.kind.value, gate.reason) if gate else None,
        rules=rules,
        extra=stage.extra,
        together=stage.together,
    )
