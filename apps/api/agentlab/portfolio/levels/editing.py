"""What levels add to `portfolio.edits`: a change is by whoever acts."""

from agentlab.audit import actors
from agentlab.portfolio import edits
from agentlab.portfolio.models import Edited


def touch(row: Edited) -> None:
    """Say that the row was changed, now, by whoever acts."""
    edits.touch(row, by=actors.current().id)
