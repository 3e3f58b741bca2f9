"""The entries of a BMAD v6 catalogue, as the stages of one workflow for each module."""

import re
from collections.abc import Sequence
from dataclasses import replace

from pydantic import JsonValue

from agentlab.workflows.importers.bmad_v6.artefacts import Artefacts
from agentlab.workflows.importers.bmad_v6.catalogue import Entry
from agentlab.workflows.importers.bmad_v6.roster import Roster
from agentlab.workflows.importers.definitions import (
    ArtefactDefinition,
    GateProposal,
    StageDefinition,
)
from agentlab.workflows.importers.keys import stage_key
from agentlab.workflows.importers.together import side_by_side

MAX_TITLE_CHARACTERS = 200
GATE = "BMAD requires it before anything that comes later"

# What BMAD does for each story, and once for each epic. Skills of other modules, and those of the
# first betas, end in the same words.
OF_STORIES = re.compile(r"bmad-build|(?:.+[-:])?(?:create-story|dev-story|code-review)")
OF_EPICS = re.compile(r"(?:.+[-:])?retrospective")


def stages_of(
    entries: Sequence[Entry], artefacts: Artefacts, roster: Roster
) -> tuple[StageDefinition, ...]:
    """A stage for each entry, which are in their order already."""
    stages: list[StageDefinition] = []
    made: dict[str, tuple[ArtefactDefinition, ...]] = {}
    taken: set[str] = set()
    for position, entry in enumerate(entries, start=1):
        created = artefacts.created(entry.output_location, entry.outputs)
        made[entry.reference] = made[entry.skill] = created
        key = stage_key(_name(entry), position, taken)
        taken.add(key)
        agent = roster.agent_of(entry.skill, entry.agent)
        stages.append(_stage(entry, position, key, agent, (*_needed(entry, made), *created)))
    entry_of = dict(zip((stage.key for stage in stages), entries, strict=True))
    return side_by_side(
        stages,
        [entry.phase.label for entry in entries],
        lambda one, other: _follows(entry_of[one.key], entry_of[other.key]),
    )


def _follows(entry: Entry, earlier: Entry) -> bool:
    """Whether the file says that one of them comes after the other."""
    is_after = {earlier.skill, earlier.reference} & set(entry.preceded_by)
    is_before = {entry.skill, entry.reference} & set(earlier.followed_by)
    return bool(is_after or is_before)


def extra_of(entry: Entry) -> dict[str, JsonValue]:
    """The phase, in BMAD's words and ours, and the row as it is."""
    phase: dict[str, JsonValue] = {"label": entry.phase.label, "group": entry.phase.group}
    return {"phase": phase, "row": dict(entry.row)}


def _name(entry: Entry) -> str:
    return f"{entry.skill}-{entry.action}" if entry.action else entry.skill


def _stage(
    entry: Entry,
    position: int,
    key: str,
    agent: str | None,
    works_on: tuple[ArtefactDefinition, ...],
) -> StageDefinition:
    title = (entry.name or key)[:MAX_TITLE_CHARACTERS]
    return StageDefinition(
        position=position,
        key=key,
        title=title,
        agent=agent,
        action=entry.action or None,
        optional=not entry.is_required,
        repeats=_repeats(entry.skill),
        notes=entry.description or None,
        uses=entry.skill or None,
        artefacts=works_on,
        gate=GateProposal("approval", GATE) if entry.is_required else None,
        extra=extra_of(entry),
    )


def _repeats(skill: str) -> str | None:
    """In the words of BMAD v4; the catalogue of v6 says it in prose alone."""
    if OF_STORIES.fullmatch(skill):
        return "for_each_story"
    return "for_each_epic" if OF_EPICS.fullmatch(skill) else None


def _needed(
    entry: Entry, made: dict[str, tuple[ArtefactDefinition, ...]]
) -> tuple[ArtefactDefinition, ...]:
    """What the steps before it create. Their order is soft, so none of it has to be there."""
    needed = {
        artefact.label: replace(artefact, role="requires", optional=True)
        for name in entry.preceded_by
        for artefact in made.get(name, ())
        if artefact.patterns
    }
    return tuple(needed.values())
