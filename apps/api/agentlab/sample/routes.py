from uuid import UUID

from fastapi import APIRouter, status
from pydantic import BaseModel

from agentlab.auth.callers import Reviewer
from agentlab.context import Ctx
from agentlab.imports.service import ClientNotYours, PlaceRenamed
from agentlab.kit.db import DB
from agentlab.kit.problems import documents
from agentlab.portfolio.levels.places import PlaceArchived
from agentlab.sample import service

router = APIRouter(tags=["sample"])


class SampleOut(BaseModel):
    project_id: UUID
    """The project to look at first: a gate waits there."""


@router.post(
    "/sample",
    status_code=status.HTTP_201_CREATED,
    responses=documents(service.SampleExists, ClientNotYours, PlaceArchived, PlaceRenamed),
)
async def create_sample(owner: Reviewer, db: DB, context: Ctx) -> SampleOut:
    """Create the sample portfolio: three projects in two languages, one gate waiting.

    For a person alone: its history has decisions, which are theirs.
    """
    return SampleOut(project_id=await service.create(db, context.settings, by=owner))
