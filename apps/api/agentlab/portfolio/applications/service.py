"""The application catalogue: software of a client, and which projects build or change it."""

from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.audit.trail import record
from agentlab.changes.schemas import Noun
from agentlab.changes.service import announce
from agentlab.errors import Conflict, InvalidInput, NotFound
from agentlab.kit.preconditions import need_unchanged
from agentlab.portfolio.applications.schemas import ApplicationChanges, ApplicationIn
from agentlab.portfolio.edits import edit
from agentlab.portfolio.models import (
    Application,
    ApplicationProject,
    ApplicationRelation,
    Project,
    Service,
)
from agentlab.portfolio.records import record_of_project

CLEARED = ("url",)
"""Fields that null takes away; the others have to have a value."""


class ApplicationNameTaken(Conflict):
    code = "application_name_taken"


class ApplicationTouched(Conflict):
    code = "application_touched"


class ProjectOfAnotherClient(Conflict):
    code = "project_of_another_client"


async def create(db: AsyncSession, wanted: ApplicationIn) -> UUID:
    application = Application(**wanted.model_dump())
    try:
        async with db.begin_nested():
            db.add(application)
    except IntegrityError as error:
        raise name_taken(wanted.name) from error
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


def name_taken(name: str) -> ApplicationNameTaken:
    return ApplicationNameTaken(
        f"This client has an application “{name}” already. Use that one, or choose another name.",
        field="name",
    )


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
    for name, value in values.items():
        if value is None and name not in CLEARED:
            raise InvalidInput(f"`{name}` cannot be null. Leave it out to keep it.", field=name)
    client_id = application.client_id
    try:
        async with db.begin_nested():
            before, after = edit(application, values, by=by)
    except IntegrityError as error:
        raise name_taken(values.get("name", "")) from error
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


async def remove(db: AsyncSession, application_id: UUID, *, unlink: bool) -> None:
    """Delete an application, also from its projects only when that is said.

    Raises:
        ApplicationTouched.
    """
    application = await locked_application(db, application_id)
    projects = await db.scalar(
        select(func.count()).where(ApplicationProject.application_id == application_id)
    )
    if projects and not unlink:
        raise ApplicationTouched(
            f"{projects} projects build or change “{application.name}”. Take it from them first, "
            "or delete it together with that."
        )
    await db.delete(application)
    announce(db, Noun.PORTFOLIO, of=application_id)
    record(
        db,
        "application.deleted",
        subject=application_id,
        label=application.name,
        client_id=application.client_id,
        before={
            "name": application.name,
            "description": application.description,
            "url": application.url,
            "projects": projects,
        },
    )


async def link(
    db: AsyncSession, application_id: UUID, project_id: UUID, relation: ApplicationRelation
) -> None:
    """Say that the project builds or changes the application.

    Raises:
        ProjectOfAnotherClient.
    """
    application = await locked_application(db, application_id)
    client_id = await db.scalar(
        select(Service.client_id)
        .join(Project, Project.service_id == Service.id)
        .where(Project.id == project_id)
        .with_for_update(of=Project, read=True, key_share=True)
    )
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


async def unlink(db: AsyncSession, application_id: UUID, project_id: UUID) -> None:
    application = await locked_application(db, application_id)
    known = await db.get(ApplicationProject, (application_id, project_id))
    if known is None:
        return
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
    application = await db.get(Application, application_id, with_for_update=True)
    if application is None:
        raise NotFound("There is no such application; perhaps it was just deleted.")
    return application
