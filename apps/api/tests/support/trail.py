"""Rows that a test makes by itself leave a trace, too."""

from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.audit.trail import record
from agentlab.changes.schemas import Noun
from agentlab.changes.service import announce


def recorded_as(db: AsyncSession, action: str) -> None:
    """Say in the trail, and to everybody who watches, what this transaction makes."""
    record(db, action)
    announce(db, Noun.PORTFOLIO)
