"""What a template says, kept beside its source: importers need the whole folder to read it again.

Patterns of artefacts depend on settings of the project that brought the template first.
"""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from agentlab.workflows.importers.definitions import (
    ArtefactDefinition,
    GateProposal,
    StageDefinition,
    WorkflowDefinition,
)
from agentlab.workflows.models import Gate, Stage, StageArtefact, Template
from agentlab.workspaces.notices import Notice

MOST_NOTICES = 500
"""So many are kept of one template; a file of 5 MB can give reason for more than anybody reads."""


def kept(definition: WorkflowDefinition) -> dict[str, Any]:
    """Its stages and notices as JSON."""
    notices = definition.notices[:MOST_NOTICES]
    return {
        "stages": [asdict(stage) for stage in definition.stages],
        "notices": [asdict(notice) for notice in notices],
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
        notices=tuple(Notice(**each) for each in template.definition["notices"]),
    )


def stage_from(given: Mapping[str, Any]) -> StageDefinition:
    gate = given["gate"]
    artefacts = [{**each, "patterns": tuple(each["patterns"])} for each in given["artefacts"]]
    # A release that was taken back may have kept more than this one knows.
    names = StageDefinition.__dataclass_fields__.keys() & given.keys()
    rest = {name: given[name] for name in names - {"artefacts", "gate"}}
    rest["optional_steps"] = tuple(given["optional_steps"])
    return StageDefinition(
        **rest,
        artefacts=tuple(ArtefactDefinition(**each) for each in artefacts),
        gate=GateProposal(**gate) if gate else None,
    )


def stage_of_rows(
    stage: Stage, artefacts: list[StageArtefact], gate: Gate | None
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
        extra=stage.extra,
        together=stage.together,
    )
