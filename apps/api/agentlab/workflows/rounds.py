"""What a repeated stage is repeated for: the epics or stories of the project's own files.

BMAD v4 marks where a loop begins (`repeats` on the stage that creates stories) and where it ends
(`repeat_development_cycle`). The stages between are gone through once for each story, so leaving
one of them says nothing of the others; the stage that ends the loop does. Where the file marks no
such end, the last stage of the workflow is it.

Other methods mark every stage of a loop, as BMAD v6 does from the first one that is gone through
for each story to the retrospective, which each epic ends with: then the last of these ends it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.workflows.models import Stage

EPIC, STORY = "epic", "story"
LOOP_ENDS = frozenset({"repeat_development_cycle", "continue_for_all_stories"})
SHOWN = 100

COUNTS = text(
    """
    SELECT i.kind, count(*), count(*) FILTER (WHERE i.status = 'done')
    FROM work_items i JOIN workflows w ON w.project_id = i.project_id
    WHERE w.id = :workflow_id AND i.kind IN ('epic', 'story') GROUP BY i.kind
    """
)
ITEMS = text(
    """
    SELECT i.kind, i.id, i.key, i.title, i.status FROM (
        SELECT i.*, row_number() OVER (
            PARTITION BY i.kind ORDER BY (i.status = 'done'), i.position) AS place
        FROM work_items i JOIN workflows w ON w.project_id = i.project_id
        WHERE w.id = :workflow_id AND i.kind IN ('epic', 'story')
    ) i WHERE i.place <= :shown ORDER BY i.position
    """
)
"""Those that are open first, where there are more than can be shown."""


@dataclass(frozen=True, slots=True)
class Round:
    """One epic or story, and where it stands by the files."""

    id: UUID
    key: str
    title: str
    status: str


@dataclass(frozen=True, slots=True)
class Rounds:
    """The rounds of a stage. `ends_here`: whoever closes this stage says that all are over."""

    kind: str
    done: int
    total: int
    ends_here: bool
    items: tuple[Round, ...]


async def of_stages(
    db: AsyncSession, workflow_id: UUID, stages: Sequence[Stage]
) -> Mapping[UUID, Rounds]:
    """The rounds of those stages that are repeated, in two statements or none."""
    wanted = list(repeated(stages))
    if not wanted:
        return {}
    counted = await db.execute(COUNTS, {"workflow_id": workflow_id})
    counts = {kind: (total, done) for kind, total, done in counted}
    items: dict[str, list[Round]] = {EPIC: [], STORY: []}
    rows = await db.execute(ITEMS, {"workflow_id": workflow_id, "shown": SHOWN})
    for kind, id_, key, title, status in rows:
        items[kind].append(Round(id_, key, title, status))
    found = {}
    for stage, asked, ends_here in wanted:
        kind = asked if asked in counts else EPIC if EPIC in counts else STORY
        total, done = counts.get(kind, (0, 0))
        found[stage.id] = Rounds(kind, done, total, ends_here, tuple(items[kind]))
    return found


def repeated(stages: Sequence[Stage]) -> Iterator[tuple[Stage, str, bool]]:
    """Each repeated stage, for what it is repeated, and whether the loop ends with it."""
    ends = [stage for stage in stages if {stage.key, stage.action} & LOOP_ENDS]
    marked = [stage for stage in stages if stage.repeats]
    if marked and not ends:
        ends = [stages[-1] if len(marked) == 1 else marked[-1]]
    for stage in stages:
        if stage.repeats or stage in ends:
            yield stage, kind_of(stage.repeats), stage in ends


def kind_of(repeats: str | None) -> str:
    """`for_each_epic` is about epics; `for_each_story_in_epic`, and what is not known, stories."""
    words = (repeats or "").lower()
    return EPIC if EPIC in words and STORY not in words else STORY
