"""The words in which ledgers say where something stands, and what they mean."""

import re
from collections.abc import Mapping
from enum import StrEnum


class Ledger(StrEnum):
    """A kind of file that says where work stands."""

    SPRINT_STATUS = "sprint_status"
    STORY_FILE = "story_file"
    SPEC = "spec"
    EPICS = "epics"
    STORIES_LIST = "stories_list"
    QA_GATE = "qa_gate"
    RETROSPECTIVE = "retrospective"
    READINESS = "readiness"
    WORKFLOW_STATUS = "workflow_status"
    TASK_FILE = "task_file"
    TASK_LIST = "task_list"


class Status(StrEnum):
    """Where something stands, whatever its ledger calls that."""

    BACKLOG = "backlog"
    READY = "ready"
    IN_PROGRESS = "in_progress"
    REVIEW = "review"
    DONE = "done"
    BLOCKED = "blocked"
    OPTIONAL = "optional"
    UNKNOWN = "unknown"


RANKS: Mapping[Status, int] = {
    Status.BACKLOG: 0,
    Status.READY: 1,
    Status.IN_PROGRESS: 2,
    Status.REVIEW: 3,
    Status.DONE: 4,
}
"""How far work has come; the others are on no such way."""

MEANINGS: Mapping[str, Status] = {
    **dict.fromkeys(("backlog", "draft", "open", "todo", "to-do", "pending"), Status.BACKLOG),
    **dict.fromkeys(("ready-for-dev", "approved", "ready", "drafted"), Status.READY),
    **dict.fromkeys(("in-progress", "inprogress", "contexted"), Status.IN_PROGRESS),
    **dict.fromkeys(("review", "in-review", "ready-for-review"), Status.REVIEW),
    **dict.fromkeys(("done", "completed", "complete", "final", "archived"), Status.DONE),
    **dict.fromkeys(("blocked", "on-hold"), Status.BLOCKED),
    **dict.fromkeys(("optional", "skipped"), Status.OPTIONAL),
}

# `pass` means that the reviewer lets it go, not that the story is done; both end the review.
VERDICTS: Mapping[str, Status] = {
    **dict.fromkeys(("pass", "waived", "accepted", "ready"), Status.DONE),
    **dict.fromkeys(("concerns", "accepted-with-open-items", "needs-work"), Status.REVIEW),
    **dict.fromkeys(("fail", "rejected", "not-ready"), Status.BLOCKED),
}
JUDGING = frozenset({Ledger.QA_GATE, Ledger.RETROSPECTIVE, Ledger.READINESS})

NEEDED_BY_A_WORKFLOW = frozenset({"required", "recommended", "conditional"})

WORDS: Mapping[Ledger, Mapping[Status, str]] = {
    Ledger.SPRINT_STATUS: {
        Status.BACKLOG: "backlog",
        Status.READY: "ready-for-dev",
        Status.IN_PROGRESS: "in-progress",
        Status.REVIEW: "review",
        Status.DONE: "done",
    },
    Ledger.SPEC: {
        Status.READY: "ready-for-dev",
        Status.IN_PROGRESS: "in-progress",
        Status.REVIEW: "in-review",
        Status.DONE: "done",
    },
}
"""How each ledger that may be corrected spells a status."""

OF_V4: Mapping[Status, str] = {
    Status.READY: "Approved",
    Status.IN_PROGRESS: "InProgress",
    Status.REVIEW: "Review",
    Status.DONE: "Done",
}

# `approved` is where a document ends, and where a story begins. A PRFAQ names the part that was
# written last.
WORDS_OF_DOCUMENTS: Mapping[str, Status] = {
    **dict.fromkeys(("approved", "accepted"), Status.DONE),
    **dict.fromkeys(("press-release", "customer-faq", "internal-faq"), Status.IN_PROGRESS),
}

BETWEEN_WORDS = re.compile(r"[\s_]+")
LAST_STEP = re.compile(r"step-\d+[a-z]?-complete(?:\.md)?")
STEPS = re.compile(r"step-(?P<done>\d+)-of-(?P<total>\d+)")
BOXES = re.compile(r"(?P<ticked>\d+) of (?P<total>\d+)|\[(?P<mark>.)\]")


def meaning(ledger: Ledger, raw: str | None) -> Status:
    """What `raw` says; words that nobody knows are kept as they are and mean nothing here."""
    if ledger is Ledger.TASK_LIST:
        return meaning_of_boxes(raw or "")
    word = BETWEEN_WORDS.sub("-", (raw or "").strip().lower())
    if ledger in JUDGING:
        return VERDICTS.get(word, MEANINGS.get(word, Status.UNKNOWN))
    if ledger is Ledger.WORKFLOW_STATUS and word in NEEDED_BY_A_WORKFLOW:
        return Status.BACKLOG
    return MEANINGS.get(word, Status.UNKNOWN)


def meaning_in_document(raw: str | None) -> Status:
    """What a planning document says of itself, by its status or by the last step that is done."""
    word = BETWEEN_WORDS.sub("-", (raw or "").strip().lower())
    if LAST_STEP.fullmatch(word):
        return Status.DONE
    if steps := STEPS.fullmatch(word):
        return meaning_of_parts(int(steps["done"]), int(steps["total"]))
    return WORDS_OF_DOCUMENTS.get(word, MEANINGS.get(word, Status.UNKNOWN))


def meaning_of_boxes(raw: str) -> Status:
    """`[x]` and `3 of 3` are done; what is ticked in part has begun."""
    found = BOXES.fullmatch(raw)
    if found is None:
        return Status.UNKNOWN
    if found["mark"]:
        return Status.BACKLOG if found["mark"] == " " else Status.DONE
    return meaning_of_parts(int(found["ticked"]), int(found["total"]))


def meaning_of_parts(done: int, total: int) -> Status:
    if done == total:
        return Status.DONE
    return Status.IN_PROGRESS if done else Status.BACKLOG


def spelled(ledger: Ledger, status: Status, instead_of: str) -> str | None:
    """The word for `status` in this ledger, in the manner of the one that it replaces."""
    if ledger is Ledger.STORY_FILE:
        is_v4 = instead_of[:1].isupper()
        return (OF_V4 if is_v4 else WORDS[Ledger.SPRINT_STATUS]).get(status)
    return WORDS.get(ledger, {}).get(status)
