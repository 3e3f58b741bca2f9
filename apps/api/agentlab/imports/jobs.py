"""Imports asked for in the browser run as jobs: requested, run, watched."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.audit import actors
from agentlab.audit.trail import record
from agentlab.auth import bearers
from agentlab.auth.callers import Caller, actor_of, person
from agentlab.auth.models import Role
from agentlab.changes.schemas import Noun
from agentlab.changes.service import announce, tell_now
from agentlab.context import Context
from agentlab.documents.scan import OnProgress
from agentlab.errors import AgentLabError, Forbidden, NotFound
from agentlab.imports import progress, service
from agentlab.imports.models import Import, ImportState
from agentlab.imports.schemas import (
    FolderIn,
    FolderOfProject,
    ImportIn,
    ImportOut,
    ImportProblem,
    ImportProgress,
)
from agentlab.kit import logging
from agentlab.kit.clock import now
from agentlab.kit.ids import current_request_id, new_id, request_id
from agentlab.kit.jobs import enqueue
from agentlab.workspaces import walls
from agentlab.workspaces.folder import resolve
from agentlab.workspaces.walk import FoundDocument, walk_documents

log = logging.get(__name__)

IMPORT = "import_folder"

TELL_EVERY_S = 0.5
"""Progress is told to every page that is open, so not more often than a person reads."""


class TokenRevoked(Forbidden):
    code = "token_revoked"


Choice = ImportIn | FolderOfProject
CHOICES: TypeAdapter[Choice] = TypeAdapter(Choice)


async def request_folder(
    db: AsyncSession, project_id: UUID, given: FolderIn, *, by: Caller
) -> Import:
    """Ask for a folder to be given to a project; a worker does it after the commit.

    Raises:
        NotFound: also for a token that reaches one project: the folders of the server are outside.
        ProjectHasFolder, PlaceArchived.
    """
    service.need_folders_in_reach(by)
    await service.need_without_folder(db, project_id, by=by)
    choice = FolderOfProject(project_id=project_id, **given.model_dump())
    return await request(db, choice, by=by)


async def request(db: AsyncSession, choice: Choice, *, by: Caller) -> Import:
    """Ask for an import; a worker runs it after the commit."""
    requested = Import(
        id=new_id(),
        path=choice.path,
        choices=choice.model_dump(mode="json"),
        state=ImportState.QUEUED,
        requested_by=by.id,
        token_id=by.token_id,
        address=by.address,
        request_id=request_id(),
    )
    db.add(requested)
    await db.flush()
    await enqueue(db, IMPORT, import_id=str(requested.id))
    announce(db, Noun.IMPORT, of=requested.id, to=by.id)
    record(db, "import.requested", subject=requested.id, after={"path": choice.path})
    return requested


async def run(context: Context, import_id: str) -> None:
    """Run a requested import. Safe to run again: an import that ended is left alone."""
    key = UUID(import_id)
    requested = await begin(context, key)
    if requested is None:
        return
    try:
        await import_and_finish(context, requested)
    except AgentLabError as error:
        await fail(context, key, code=error.code, detail=error.detail)
    except Exception:
        log.exception("import_crashed", import_id=import_id)
        detail = "Something went wrong on our side; nothing was imported. The log has the reason."
        await fail(context, key, code="internal_error", detail=detail)


async def begin(context: Context, import_id: UUID) -> Import | None:
    async with context.sessions.begin() as db:
        requested = await db.get(Import, import_id, with_for_update=True)
        if requested is None or requested.state in {ImportState.DONE, ImportState.FAILED}:
            return None
        requested.state = ImportState.RUNNING
        announce(db, Noun.IMPORT, of=import_id, to=requested.requested_by)
        return requested


async def import_and_finish(context: Context, requested: Import) -> None:
    """The import and its own row's end in one transaction."""
    choice = CHOICES.validate_python(requested.choices)
    roots = context.settings.allowed_roots
    async with context.sessions() as db:
        by = await importer(db, requested)
        root = await walls.resolved(db, choice.path, by=by, roots=roots)
    total = await asyncio.to_thread(count_documents, str(root), roots)
    async with context.sessions.begin() as db:
        running = await db.get_one(Import, requested.id, with_for_update=True)
        if running.state is not ImportState.RUNNING:
            return  # another worker, which was thought to be dead, has ended it
        by = await importer(db, running)
        actors.act_as(actor_of(by))
        current_request_id.set(running.request_id or request_id())
        on_progress = reporter(context, requested, total)
        if isinstance(choice, FolderOfProject):
            imported = await service.give_folder(
                db, choice, by=by, roots=roots, on_progress=on_progress
            )
        else:
            imported = await service.import_folder(
                db, choice, by=by, roots=roots, on_progress=on_progress
            )
        end(running, ImportState.DONE)
        running.project_id = imported.project_id
        announce(
            db,
            Noun.IMPORT,
            of=running.id,
            project_id=imported.project_id,
            to=running.requested_by,
        )


def end(ended: Import, state: ImportState) -> None:
    ended.state = state
    ended.finished_at = now()
    ended.address = None


async def importer(db: AsyncSession, requested: Import) -> Caller:
    """Who asked for the import, with the rights that they and their token have by now."""
    by = await person(db, requested.requested_by, requested.address or "")
    if by is None or by.role is Role.VIEWER:
        raise Forbidden("Whoever asked for this import may not import any more.")
    if requested.token_id and not await bearers.is_open(db, requested.token_id):
        raise TokenRevoked(
            "The token that asked for this import was revoked or has ended. Ask for it again with "
            "another one."
        )
    return replace(by, token_id=requested.token_id)


def count_documents(path: str, roots: Sequence[Path]) -> int:
    return sum(isinstance(found, FoundDocument) for found in walk_documents(resolve(path, roots)))


def reporter(context: Context, requested: Import, total: int) -> OnProgress:
    told_at = 0.0

    async def report(done: int, path: str) -> None:
        nonlocal told_at
        state = ImportProgress(done=done, total=max(total, done), path=path)
        await progress.report(context.redis, requested.id, state)
        if time.monotonic() - told_at >= TELL_EVERY_S:
            told_at = time.monotonic()
            tell_now(context.live, Noun.IMPORT, of=requested.id, to=requested.requested_by)

    return report


async def fail(context: Context, import_id: UUID, *, code: str, detail: str) -> None:
    async with context.sessions.begin() as db:
        failed = await db.get_one(Import, import_id, with_for_update=True)
        if failed.state is not ImportState.RUNNING:
            return
        end(failed, ImportState.FAILED)
        failed.error_code = code
        failed.error_detail = detail
        announce(db, Noun.IMPORT, of=import_id, to=failed.requested_by)


async def find(db: AsyncSession, context: Context, import_id: UUID, *, by: Caller) -> ImportOut:
    """An import as its person sees it, or an administrator."""
    found = await db.get(Import, import_id)
    is_theirs = found and (found.requested_by == by.id or by.role is Role.ADMINISTRATOR)
    if found is None or not is_theirs:
        raise NotFound("There is no such import.")
    return ImportOut(
        id=found.id,
        path=found.path,
        state=found.state,
        requested_at=found.requested_at,
        finished_at=found.finished_at,
        progress=await progress.read(context.redis, import_id),
        project_id=found.project_id,
        error=ImportProblem(code=found.error_code, detail=str(found.error_detail))
        if found.error_code
        else None,
    )
