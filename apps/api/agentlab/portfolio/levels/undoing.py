"""Taking back what was done: as it was, or not at all."""

from agentlab.errors import Conflict

REMEDY = "Nothing was undone. Look at what was changed, and change back what should go back."


class CannotBeUndone(Conflict):
    code = "cannot_be_undone"


class ChangedSince(Conflict):
    code = "changed_since"
