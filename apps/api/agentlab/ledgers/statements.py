"""What ledgers say, as plain values: each statement is about one item and stands in one line."""

import hashlib
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from agentlab.ledgers.statuses import Ledger, Status, meaning, meaning_in_document
from agentlab.workspaces.notices import Clause, Notice

LONGEST_LINE = 300


class Kind(StrEnum):
    """What an item of work is."""

    EPIC = "epic"
    STORY = "story"
    RETROSPECTIVE = "retrospective"
    SPEC = "spec"
    ACTION = "action"
    DOCUMENT = "document"
    TASK = "task"


@dataclass(frozen=True, slots=True)
class Source:
    """A ledger's file as it was read."""

    path: str
    text: str
    sha256: str

    def line_at(self, start: int) -> int:
        """The number, from 1, of the line that holds the character at `start`."""
        return self.text.count("\n", 0, start) + 1

    def line_around(self, start: int) -> str:
        begin = self.text.rfind("\n", 0, start) + 1
        end = self.text.find("\n", start)
        return clean(self.text[begin : end if end >= 0 else None].rstrip("\r"))


@dataclass(frozen=True, slots=True)
class Statement:
    """What one ledger says of one item.

    Args:
        ledger: which kind of file.
        kind: what the item is.
        key: the item's name in this ledger, such as `1-2-sign-in`.
        number: `1` for an epic and its retrospective, `1.2` or `1.2a` for a story; else None.
        title: as far as this ledger knows one.
        raw: the status in the ledger's own word; None where it names the item and no status.
        path: of the file.
        line: where in it, from 1.
        text: that line; of a quality gate, a second one with its reason.
        sha256: of the whole file.
        is_editable: whether the word can be replaced without touching anything else.
        parent: the key of the item that it belongs to, when the number does not say so.
        is_void: whether its word counts no longer, so that somebody has to look again.
    """

    ledger: Ledger
    kind: Kind
    key: str
    number: str | None
    title: str | None
    raw: str | None
    path: str
    line: int | None
    text: str
    sha256: str
    is_editable: bool = False
    parent: str | None = None
    is_void: bool = False

    @property
    def status(self) -> Status:
        if self.is_void:
            return Status.REVIEW
        if self.kind is Kind.DOCUMENT and self.ledger is Ledger.SPEC:
            return meaning_in_document(self.raw)
        return meaning(self.ledger, self.raw)


@dataclass(slots=True)
class Found:
    """Everything that the ledgers of one project say, and what was odd about them.

    `sprint_updated_on`: the day on which the sprint status says that it was written last.
    """

    statements: list[Statement] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    sprint_updated_on: date | None = None

    def odd(self, path: str, line: int | None, code: str, first: Clause, *others: Clause) -> None:
        """Note something of a file."""
        self.notices.append(Notice.of(path, line, code, first, *others))


def clean(text: str, limit: int = LONGEST_LINE) -> str:
    """Text of a file, fit to be stored and shown in one line."""
    printable = text[: limit + 1]
    if not printable.isprintable():
        printable = "".join(c if c.isprintable() else " " for c in printable)
    return printable if len(printable) <= limit else f"{printable[: limit - 1]}…"


def digest_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
