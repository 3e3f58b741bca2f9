"""Whether a project's method has another version than its workflow: what nobody went over to yet.

Every scan reads the method again, with its settings, and keeps whether a change would do something
to the workflow. Between scans the one file that the template came from is looked at.
"""

import asyncio
import hashlib
from dataclasses import replace
from pathlib import Path
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.changes.schemas import Noun
from agentlab.changes.service import announce
from agentlab.documents.scan import after_scan
from agentlab.errors import AgentLabError, InvalidInput
from agentlab.templates import library, migration
from agentlab.templates.models import MethodNews
from agentlab.templates.plan import Fate, Step
from agentlab.templates.schemas import TemplateNews
from agentlab.workflows.models import Template, Workflow
from agentlab.workspaces import service as workspaces
from agentlab.workspaces.folder import opened_root
from agentlab.workspaces.inside import LeftOut, read_inside
from agentlab.workspaces.models import Workspace
from agentlab.workspaces.walk import is_markdown

MOST_SOURCE_BYTES = 8 * 1024 * 1024
"""Of a method's file that is compared with the template it became."""

MERE_WORDS = frozenset({"notes", "extra"})
"""Fields of a stage that follow the work where its items are the stages, as with tasks."""


@after_scan
async def look(db: AsyncSession, project_id: UUID, root: Path) -> None:
    """Keep whether the folder's method would change the workflow, until somebody went over to it.

    What cannot be read or is not there any more is no news: `of_project` says that it is missing.
    """
    outcome = await outcome_of(db, project_id, root)
    kept = await db.get(MethodNews, project_id)
    if (kept.outcome if kept else None) == outcome:
        return
    if kept:
        await db.delete(kept)
        await db.flush()
    if outcome:
        db.add(MethodNews(project_id=project_id, outcome=outcome))
    announce(db, Noun.PROJECT, of=project_id, project_id=project_id)


async def outcome_of(db: AsyncSession, project_id: UUID, root: Path) -> str | None:
    """A digest of what the workflow would become; None where it would stay as it is."""
    followed = await db.scalar(
        select(Template)
        .join(Workflow, Workflow.template_id == Template.id)
        .where(Workflow.project_id == project_id)
    )
    if followed is None or follows_no_file(followed):
        return None
    try:
        change = await migration.of_folder(db, project_id, root)
    except AgentLabError:
        return None
    return change.plan.outcome if any(map(matters, change.plan.steps)) else None


def matters(step: Step) -> bool:
    """Whether somebody should look at what would become of a stage."""
    changed = {each.field for each in step.changes}
    are_mere_words = step.fate is Fate.CHANGED and changed and changed <= MERE_WORDS
    return library.is_news(replace(step, fate=Fate.KEPT) if are_mere_words else step)


def follows_no_file(template: Template) -> bool:
    """Of our own, or of a working text, which stands for a method that no file states."""
    return library.is_own(template) or is_markdown(template.source_path)


async def of_project(db: AsyncSession, project_id: UUID, roots: tuple[Path, ...]) -> TemplateNews:
    """Whether there is another version of what a project runs through; looks at one file."""
    query = (
        select(Template, Workspace, MethodNews.id)
        .join(Workflow, Workflow.template_id == Template.id)
        .outerjoin(Workspace, Workspace.project_id == Workflow.project_id)
        .outerjoin(MethodNews, MethodNews.project_id == Workflow.project_id)
        .where(Workflow.project_id == project_id)
    )
    row = (await db.execute(query)).one_or_none()
    if row is None or row[1] is None:
        return TemplateNews(state="none", template_id=None, source_path=None)
    template, workspace, found = row
    if library.is_own(template):
        newest = await library.newest_version(db, template)
        if newest == template.id:
            return TemplateNews(state="same", template_id=None, source_path=None)
        return TemplateNews(state="newer", template_id=newest, source_path=None)
    path = template.source_path
    if follows_no_file(template):
        return TemplateNews(state="same", template_id=None, source_path=path)
    try:
        root = await workspaces.folder(workspace, roots)
        source = await asyncio.to_thread(read_source, root, path)
    except (LeftOut, InvalidInput):
        return TemplateNews(state="missing", template_id=None, source_path=path)
    is_same = hashlib.sha256(source).hexdigest() == template.sha256
    state = "changed" if not is_same else "settings" if found else "same"
    return TemplateNews(state=state, template_id=None, source_path=path)


def read_source(root: Path, path: str) -> bytes:
    with opened_root(root) as top:
        return read_inside(top, path, MOST_SOURCE_BYTES)
