from datetime import datetime
from typing import Annotated
from uuid import UUID

from annotated_types import Ge, Le, MaxLen
from pydantic import BaseModel, Field, StringConstraints

from agentlab.gates.schemas import ArtefactShown, ChecklistAnswer
from agentlab.kit.text import Paragraph, Written


class ChangeOut(BaseModel):
    """An artefact that is not as it was approved."""

    document_id: UUID
    path: str
    title: str
    approved_version: int | None
    """Null for a file that joined since."""
    approved_sha256: str | None
    current_version: int | None
    """Null for a file that is gone."""
    current_sha256: str | None


class AcceptanceOut(BaseModel):
    accepted_by: str
    """The person's name."""
    accepted_at: datetime
    reason: str


class StalenessOut(BaseModel):
    """Whether the artefacts of an approved gate are still the approved texts."""

    is_stale: bool
    """There are changes, and nobody accepted them as irrelevant."""
    decision_id: UUID | None
    """The approval; null when the gate is not approved."""
    approved_by: str | None
    approved_at: datetime | None
    found_at: datetime | None
    """When a scan found it so; null while nothing is, or nothing was recorded yet."""
    digest: str
    """Stands for exactly these changes; empty for none."""
    changes: list[ChangeOut]
    """Sorted by path."""
    present: list[ArtefactShown]
    """What approving again would be about."""
    acceptance: AcceptanceOut | None


class RenewalIn(BaseModel):
    """An approval of the texts as they are now."""

    reason: Paragraph = ""
    artefacts: Annotated[list[ArtefactShown], Field(max_length=10_000)]
    """Every present artefact with the digest of the text that was shown."""
    checklist: Annotated[list[ChecklistAnswer], MaxLen(50)] = []
    policy_version: Annotated[int, Ge(0), Le(2**31 - 1)] | None = None


class AcceptanceIn(BaseModel):
    digest: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    """Of the changes that were shown."""
    reason: Written
    """Why they do not matter for the approval."""
