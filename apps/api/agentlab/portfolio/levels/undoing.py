"""Taking back what was done: as it was, or not at all."""

from collections.abc import Sequence

from agentlab.errors import Conflict

MOST_NAMED = 5

REMEDY = "Nothing was undone. Look at what was changed, and change back what should go back."


class CannotBeUndone(Conflict):
    code = "cannot_be_undone"


class ChangedSince(Conflict):
    code = "changed_since"


def some_of(names: Sequence[str]) -> str:
    """The first few, in quotes, and how many more there are."""
    named = ", ".join(f"“{name}”" for name in names[:MOST_NAMED])
    return named + (f" and {len(names) - MOST_NAMED} more" if len(names) > MOST_NAMED else "")
