from uuid import UUID

from fastapi import APIRouter, Response

from agentlab.auth.callers import Viewer
from agentlab.errors import NotFound
from agentlab.kit.db import DB
from agentlab.kit.preconditions import Tagging
from agentlab.kit.problems import documents
from agentlab.kit.reads import json_reply
from agentlab.portfolio import reading
from agentlab.portfolio.schemas import PortfolioOut, ProjectPage

router = APIRouter(tags=["portfolio"])


@router.get("/portfolio", response_model=PortfolioOut, deprecated=True)
async def get_portfolio(viewer: Viewer, db: DB) -> Response:
    """All clients, services and projects, each project with where it stands.

    In one reply, which has megabytes where there are many; it goes with version 1.0. Read
    `/clients`, `/services` and `/projects`, which come in pages.
    """
    return await json_reply(db, reading.PORTFOLIO, **reading.seen_by(viewer))


@router.get("/projects/{project_id}", responses=documents(NotFound))
async def get_project(project_id: UUID, _: Viewer, db: DB, tag: Tagging) -> ProjectPage:
    """A project's page: workspace, workflow, stages with artefacts and gates, documents."""
    page = await reading.project_page(db, project_id)
    tag(page.version)
    return page
