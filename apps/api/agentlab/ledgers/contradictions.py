"""Where ledgers disagree on an item, and what BMAD's own rules make of it.

The rules: a status is never lowered; a story with a file is at least ready for development; a
story that was started has an epic in progress. Where they say nothing, nothing is proposed.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from agentlab.ledgers.items import Item
from agentlab.ledgers.statements import Kind, Statement
from agentlab.ledgers.statuses import RANKS, Ledger, Status, spelled


class Disagreement(StrEnum):
    """How ledgers disagree."""

    SPRINT_BEHIND_STORY = "sprint_behind_story"
    STORY_BEHIND_SPRINT = "story_behind_sprint"
    SPRINT_BEHIND_SPEC = "sprint_behind_spec"
    SPEC_BEHIND_SPRINT = "spec_behind_sprint"
    SPEC_NOT_APPROVED = "spec_not_approved"
    SPEC_BLOCKED = "spec_blocked"
    REVIEW_OPEN = "review_open"
    STORY_FILE_FLOOR = "story_file_floor"
    EPIC_BEHIND_STORIES = "epic_behind_stories"
    EPIC_DONE_EARLY = "epic_done_early"
    GATE_FAILED = "gate_failed"
    RETROSPECTIVE_HELD = "retrospective_held"
    DONE_WITH_OPEN_TASKS = "done_with_open_tasks"
    TASKS_DONE_FIRST = "tasks_done_first"


REASONS = {
    Disagreement.SPRINT_BEHIND_STORY: "The story's file is further than the sprint status, and a "
    "status is never lowered.",
    Disagreement.STORY_BEHIND_SPRINT: "The sprint status is further than the story's file, and a "
    "status is never lowered.",
    Disagreement.SPRINT_BEHIND_SPEC: "The spec is further than the sprint status, as after "
    "“approve and stop”, and a status is never lowered.",
    Disagreement.SPEC_BEHIND_SPRINT: "The sprint status is further than the spec, and a status is "
    "never lowered.",
    Disagreement.SPEC_NOT_APPROVED: "Work has begun on a spec that is still a draft. Approving it "
    "is a decision about its text, so read it and approve it where it was written.",
    Disagreement.SPEC_BLOCKED: "The spec is blocked while the sprint status says that the work is "
    "nearly or wholly done. Find out which is true.",
    Disagreement.REVIEW_OPEN: "When a build ends, BMAD marks the spec as done and leaves the story "
    "in review, for the code review to close. Apply this only when that review is over.",
    Disagreement.STORY_FILE_FLOOR: "The story has a file, so it is at least ready for development.",
    Disagreement.EPIC_BEHIND_STORIES: "A story of the epic was started, and that moves its epic to "
    "in progress.",
    Disagreement.EPIC_DONE_EARLY: "The epic is done and a story of it is not. Either may be wrong, "
    "and a status is never lowered by a rule.",
    Disagreement.GATE_FAILED: "The story is done and its quality gate says FAIL. Let the reviewer "
    "look again, or take the story back.",
    Disagreement.RETROSPECTIVE_HELD: "The retrospective's document is there, so it was held.",
    Disagreement.DONE_WITH_OPEN_TASKS: "It is said to be done, and boxes in it are not ticked. "
    "Find out which is true.",
    Disagreement.TASKS_DONE_FIRST: "Every box in it is ticked, and it is not said to be done.",
}
"""For people who read the API; the interface says the same in the reader's language."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """The word of one ledger that a correction replaces."""

    statement: Statement
    word: str


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Statements on one item that cannot all be true.

    Args:
        item: what the ledgers disagree on.
        kind: how.
        evidence: their statements.
        proposal: what would settle it; None where only people can know.
    """

    item: Item
    kind: Disagreement
    evidence: tuple[Statement, ...]
    proposal: Proposal | None = None

    @property
    def is_expected(self) -> bool:
        """Whether the method itself leaves it like this for a while."""
        return self.kind is Disagreement.REVIEW_OPEN


def contradictions_of(items: Sequence[Item]) -> list[Contradiction]:
    """All of them, in the order of their items, those that are expected last."""
    parts = defaultdict[str, list[Item]](list)
    for item in items:
        if item.kind is Kind.STORY and item.parent:
            parts[item.parent].append(item)
    found = [each for item in items for each in of_item(item, parts[item.key])]
    return sorted(found, key=lambda each: each.is_expected)


def of_item(item: Item, parts: Sequence[Item]) -> Iterator[Contradiction]:
    match item.kind:
        case Kind.STORY | Kind.SPEC:
            yield from of_story(item)
        case Kind.EPIC:
            yield from of_epic(item, parts)
        case Kind.RETROSPECTIVE:
            yield from of_retrospective(item)
        case Kind.TASK:
            yield from of_boxes(item)
        case Kind.ACTION | Kind.DOCUMENT:
            pass


def of_story(item: Item) -> Iterator[Contradiction]:
    sprint, story, spec = (
        item.of(ledger) for ledger in (Ledger.SPRINT_STATUS, Ledger.STORY_FILE, Ledger.SPEC)
    )
    if sprint:
        yield from with_story_file(item, sprint, story)
    if sprint and spec:
        yield from with_spec(item, sprint, spec)
    yield from of_boxes(item)
    gate = item.of(Ledger.QA_GATE)
    recorded = sprint or story
    if gate and recorded and gate.status is Status.BLOCKED and recorded.status is Status.DONE:
        yield Contradiction(item, Disagreement.GATE_FAILED, (recorded, gate))


def of_boxes(item: Item) -> Iterator[Contradiction]:
    """A file that says one thing in its status and another in its boxes."""
    said, boxes = item.of(Ledger.TASK_FILE) or item.of(Ledger.SPEC), item.of(Ledger.TASK_LIST)
    if said is None or boxes is None:
        return
    if said.status is boxes.status:
        return
    if said.status is Status.DONE:
        yield Contradiction(item, Disagreement.DONE_WITH_OPEN_TASKS, (said, boxes))
    elif (
        said.ledger is Ledger.TASK_FILE and is_further(boxes, said) and boxes.status is Status.DONE
    ):
        yield Contradiction(item, Disagreement.TASKS_DONE_FIRST, (said, boxes))


def with_story_file(
    item: Item, sprint: Statement, story: Statement | None
) -> Iterator[Contradiction]:
    file = story or next((s for s in item.statements if s.ledger is Ledger.STORY_FILE), None)
    if story and is_further(story, sprint):
        yield raised(item, Disagreement.SPRINT_BEHIND_STORY, sprint, story)
    elif story and is_further(sprint, story):
        yield raised(item, Disagreement.STORY_BEHIND_SPRINT, story, sprint)
    elif file and sprint.status is Status.BACKLOG:
        kind = Disagreement.STORY_FILE_FLOOR
        proposal = proposed(sprint, Status.READY)
        yield Contradiction(item, kind, (sprint, file), proposal)


def with_spec(item: Item, sprint: Statement, spec: Statement) -> Iterator[Contradiction]:
    is_draft = spec.status is Status.BACKLOG
    if spec.status is Status.BLOCKED and rank(sprint) >= RANKS[Status.REVIEW]:
        yield Contradiction(item, Disagreement.SPEC_BLOCKED, (sprint, spec))
    elif spec.status is Status.DONE and sprint.status is Status.REVIEW:
        yield raised(item, Disagreement.REVIEW_OPEN, sprint, spec)
    elif is_further(spec, sprint):
        yield raised(item, Disagreement.SPRINT_BEHIND_SPEC, sprint, spec)
    elif is_draft and rank(sprint) >= RANKS[Status.IN_PROGRESS]:
        yield Contradiction(item, Disagreement.SPEC_NOT_APPROVED, (sprint, spec))
    elif is_further(sprint, spec) and not is_draft:
        yield raised(item, Disagreement.SPEC_BEHIND_SPRINT, spec, sprint)


def of_epic(item: Item, parts: Sequence[Item]) -> Iterator[Contradiction]:
    said = item.of(Ledger.SPRINT_STATUS)
    if said is None:
        return
    started = first_said(parts, lambda status: RANKS.get(status, 0) >= RANKS[Status.IN_PROGRESS])
    open_ = first_said(parts, lambda status: status in RANKS and status is not Status.DONE)
    if said.status is Status.BACKLOG and started:
        kind = Disagreement.EPIC_BEHIND_STORIES
        yield Contradiction(item, kind, (said, started), proposed(said, Status.IN_PROGRESS))
    elif said.status is Status.DONE and open_:
        yield Contradiction(item, Disagreement.EPIC_DONE_EARLY, (said, open_))


def first_said(parts: Sequence[Item], fits: Callable[[Status], bool]) -> Statement | None:
    """The statement of the first story whose status fits."""
    for part in parts:
        if part.statements and fits(part.status):
            return next((s for s in part.statements if s.raw), None)
    return None


def of_retrospective(item: Item) -> Iterator[Contradiction]:
    said = item.of(Ledger.SPRINT_STATUS)
    held = next((s for s in item.statements if s.ledger is Ledger.RETROSPECTIVE), None)
    if said and held and said.status is Status.OPTIONAL:
        kind = Disagreement.RETROSPECTIVE_HELD
        yield Contradiction(item, kind, (said, held), proposed(said, Status.DONE))


def raised(item: Item, kind: Disagreement, behind: Statement, ahead: Statement) -> Contradiction:
    evidence = tuple(s for s in item.statements if s in {behind, ahead})
    return Contradiction(item, kind, evidence, proposed(behind, ahead.status))


def proposed(statement: Statement, status: Status) -> Proposal | None:
    """Nothing where the word cannot be replaced by itself, or the ledger has none for it."""
    word = spelled(statement.ledger, status, statement.raw or "")
    return Proposal(statement, word) if word and statement.is_editable else None


def is_further(one: Statement, other: Statement) -> bool:
    both_known = one.status in RANKS and other.status in RANKS
    return both_known and rank(one) > rank(other)


def rank(statement: Statement) -> int:
    return RANKS.get(statement.status, -1)
