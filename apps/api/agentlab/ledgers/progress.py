"""Whether what is recorded of stages fits what the files show."""

import re
from collections.abc import Iterator, Mapping, Sequence

from agentlab.ledgers.schemas import (
    CarriedStatus,
    Finding,
    KindCount,
    StageDisagreement,
    StageEvidence,
)
from agentlab.ledgers.statements import Kind
from agentlab.ledgers.statuses import RANKS, Status
from agentlab.workflows.models import ArtefactRole, StageState
from agentlab.workflows.schemas import ArtefactOut, StageOut

MOST_STATUSES = 20
"""Of one stage, that are shown."""

BUILDING = re.compile(r"implement_story|bmad-build|(?:.+[-:])?dev-story")
"""How the names begin of stages, and of what they use, in which stories become software."""


def evidence_of(
    stages: Sequence[StageOut], statuses: Mapping[str, tuple[Status, str]]
) -> list[StageEvidence]:
    """Of each stage that creates files, which are there and what they say of themselves."""
    found = []
    for stage in stages:
        made = made_by(stage)
        documents = [document for artefact in made for document in artefact.documents]
        if made:
            found.append(
                StageEvidence(
                    stage_id=stage.id,
                    wanted=len(made),
                    there=sum(bool(artefact.documents) for artefact in made),
                    statuses=[
                        CarriedStatus(
                            document_id=document.id,
                            title=document.title,
                            status=statuses[document.path][0],
                            raw=statuses[document.path][1],
                        )
                        for document in documents[:MOST_STATUSES]
                        if document.path in statuses
                    ],
                )
            )
    return found


def made_by(stage: StageOut) -> list[ArtefactOut]:
    """The files that it creates, but those that may be left out."""
    return [
        artefact
        for artefact in stage.artefacts
        if artefact.role is ArtefactRole.CREATES and artefact.is_file and not artefact.optional
    ]


def stages_that_disagree(
    stages: Sequence[StageOut], counts: Sequence[KindCount], evidence: Sequence[StageEvidence]
) -> list[StageDisagreement]:
    """The disagreements of all stages, in their order."""
    carried = {each.stage_id: each.statuses for each in evidence}
    return [
        each
        for stage in stages
        for each in disagreements_of(stage, counts, carried.get(stage.id, []))
    ]


def disagreements_of(
    stage: StageOut, counts: Sequence[KindCount], carried: Sequence[CarriedStatus]
) -> Iterator[StageDisagreement]:
    made = made_by(stage)
    drafts = [each.title for each in carried if RANKS.get(each.status, 4) < RANKS[Status.DONE]]
    if stage.state is StageState.DONE and drafts:
        yield disagreement(stage, Finding.ARTEFACT_DRAFT, names=drafts)
    missing = [artefact.label for artefact in made if not artefact.documents]
    if stage.state is StageState.DONE and missing:
        yield disagreement(stage, Finding.ARTEFACT_MISSING, names=missing)
    if stage.state is StageState.UPCOMING and made and not missing:
        yield disagreement(
            stage, Finding.ARTEFACT_THERE, names=[artefact.label for artefact in made]
        )
    if is_building(stage):
        yield from of_building(stage, counts)


def is_building(stage: StageOut) -> bool:
    names = (stage.key, stage.action or "", stage.uses or "")
    return any(map(BUILDING.match, names))


def of_building(stage: StageOut, counts: Sequence[KindCount]) -> Iterator[StageDisagreement]:
    stories = [each for each in counts if each.kind is Kind.STORY]
    total = sum(each.count for each in stories)
    open_ = total - sum(each.count for each in stories if each.status is Status.DONE)
    started = sum(
        each.count for each in stories if RANKS.get(each.status, 0) >= RANKS[Status.IN_PROGRESS]
    )
    if stage.state is StageState.DONE and open_:
        yield disagreement(stage, Finding.STORIES_OPEN, open_=open_, total=total)
    if stage.state is StageState.UPCOMING and started:
        yield disagreement(stage, Finding.STORIES_STARTED, open_=open_, total=total)


def disagreement(
    stage: StageOut, finding: Finding, *, names: Sequence[str] = (), open_: int = 0, total: int = 0
) -> StageDisagreement:
    return StageDisagreement(
        stage_id=stage.id,
        title=stage.title,
        state=stage.state,
        finding=finding,
        names=list(names),
        open=open_,
        total=total,
    )
