"""The application catalogue: software of a client, and which projects build or change it."""

from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.audit.trail import record
from agentlab.changes.schemas import Noun
from agentlab.changes.service import announce
from agentlab.errors import Conflict, NotFound
from agentlab.kit.preconditions import need_unchanged
from agentlab.portfolio.applications.schemas import ApplicationChanges, ApplicationIn
from agentlab.portfolio.edits import edit
from agentlab.portfolio.levels.editing import touch
from agentlab.portfolio.levels.names import unique_names
from agentlab.portfolio.levels.places import hold_project, open_client
from agentlab.portfolio.models import (
    Application,
    ApplicationProject,
    ApplicationRelation,
)
from agentlab.portfolio.records import record_of_project


class ProjectOfAnotherClient(Conflict):
    code = "project_of_another_client"


async def create(db: AsyncSession, wanted: ApplicationIn) -> UUID:
    """Raises NotFound, PlaceArchived, ApplicationNameTaken."""
    await open_client(db, wanted.client_id)
    application = Application(**wanted.model_dump())
    async with unique_names(db, application.name):
        db.add(application)
    announce(db, Noun.PORTFOLIO, of=application.id)
    record(
        db,
        "application.created",
        subject=application.id,
        label=application.name,
        client_id=application.client_id,
        after=wanted.model_dump(exclude={"client_id"}),
    )
    return application.id


async def change(
    db: AsyncSession,
    application_id: UUID,
    changes: ApplicationChanges,
    *,
    version: int | None,
    by: UUID,
) -> None:
    application = await locked_application(db, application_id)
    need_unchanged(application.version, version)
    values = changes.model_dump(exclude_unset=True)
    client_id = application.client_id
    async with unique_names(db, values.get("name", application.name)):
        before, after = edit(application, values, by=by)
    if after:
        announce(db, Noun.PORTFOLIO, of=application_id)
        record(
            db,
            "application.changed",
            subject=application_id,
            label=application.name,
            client_id=client_id,
            before=before,
            after=after,
        )


async def link(
    db: AsyncSession,
    application_id: UUID,
    project_id: UUID,
    relation: ApplicationRelation,
    *,
    version: int | None = None,
) -> None:
    """Say that the project builds or changes the application.

    Raises:
        ProjectOfAnotherClient.
    """
    _, client_id = await hold_project(db, project_id)
    application = await locked_application(db, application_id)
    need_unchanged(application.version, version)
    if client_id != application.client_id:
        raise ProjectOfAnotherClient(
            f"“{application.name}” is of another client than the project. Choose a project of the "
            "same client.",
            field="project_id",
        )
    known = await db.get(ApplicationProject, (application_id, project_id))
    before = known.relation if known else None
    if before is relation:
        return
    touch(application)
    if known:
        known.relation = relation
    else:
        db.add(
            ApplicationProject(
                application_id=application_id, project_id=project_id, relation=relation
            )
        )
    announce_link(db, application_id, project_id)
    await record_of_project(
        db,
        project_id,
        "application.linked",
        subject=application_id,
        label=application.name,
        before={"relation": before} if before else None,
        after={"relation": relation},
    )


async def unlink(
    db: AsyncSession, application_id: UUID, project_id: UUID, *, version: int | None = None
) -> None:
    application = await locked_application(db, application_id)
    need_unchanged(application.version, version)
    known = await db.get(ApplicationProject, (application_id, project_id))
    if known is None:
        return
    touch(application)
    await db.delete(known)
    announce_link(db, application_id, project_id)
    await record_of_project(
        db,
        project_id,
        "application.unlinked",
        subject=application_id,
        label=application.name,
        before={"relation": known.relation},
    )


def announce_link(db: AsyncSession, application_id: UUID, project_id: UUID) -> None:
    announce(db, Noun.PORTFOLIO, of=application_id)
    announce(db, Noun.PROJECT, of=project_id, project_id=project_id)


async def locked_application(db: AsyncSession, application_id: UUID) -> Application:
    found = select(Application).filter_by(id=application_id, deleted_at=None)
    application = await db.scalar(found.with_for_update())
    if application is None:
        raise NotFound("There is no such application; perhaps it was just deleted.")
    return application
