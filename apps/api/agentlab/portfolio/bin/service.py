"""The bin: what is deleted stays there for 30 days, can be restored, and then goes for good."""

from collections.abc import Awaitable, Callable
from typing import Any, cast
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.audit import actors
from agentlab.audit.trail import record
from agentlab.auth.callers import Caller
from agentlab.auth.sight import Looking
from agentlab.changes.schemas import Noun
from agentlab.changes.service import announce
from agentlab.context import Context
from agentlab.errors import Conflict
from agentlab.kit import logging
from agentlab.kit.clock import now
from agentlab.kit.preconditions import need_unchanged
from agentlab.portfolio.applications.service import locked_application
from agentlab.portfolio.bin import reading
from agentlab.portfolio.bin.purge import delete_all_of
from agentlab.portfolio.bin.reading import KEPT_FOR
from agentlab.portfolio.bin.schemas import RestoredOut
from agentlab.portfolio.clients.service import need_all_clients
from agentlab.portfolio.contacts.service import locked_contact, one_contact
from agentlab.portfolio.levels.deletion import Deletable, deletion_of
from agentlab.portfolio.levels.editing import touch
from agentlab.portfolio.levels.names import need_same_name, unique_names
from agentlab.portfolio.levels.places import lock_client, lock_project, lock_service
from agentlab.portfolio.levels.transitions import note_transition
from agentlab.portfolio.models import (
    Application,
    ApplicationProject,
    Client,
    Contact,
    ContactLink,
    Project,
    Service,
    TransitionKind,
)

log = logging.get(__name__)

Thing = Client | Service | Project | Contact | Application


class ParentInBin(Conflict):
    code = "parent_in_bin"


LOCKED: dict[Deletable, Callable[[AsyncSession, UUID], Awaitable[Thing]]] = {
    Deletable.CLIENT: lock_client,
    Deletable.SERVICE: lock_service,
    Deletable.PROJECT: lock_project,
    Deletable.CONTACT: locked_contact,
    Deletable.APPLICATION: locked_application,
}
MODELS: dict[Deletable, type[Thing]] = {
    Deletable.CLIENT: Client,
    Deletable.SERVICE: Service,
    Deletable.PROJECT: Project,
    Deletable.CONTACT: Contact,
    Deletable.APPLICATION: Application,
}


async def delete(
    db: AsyncSession,
    kind: Deletable,
    id_: UUID,
    *,
    name: str,
    reason: str = "",
    version: int | None = None,
) -> None:
    """Put it into the bin, with all that is in it.

    Raises:
        NotFound, ChangedMeanwhile, NameDoesNotMatch.
    """
    thing = await LOCKED[kind](db, id_)
    need_unchanged(thing.version, version)
    need_same_name(name, thing.name)
    thing.deleted_at = now()
    thing.deleted_by = actors.current().id
    touch(thing)
    note_transition(db, id_, TransitionKind.DELETE, reason=reason)
    gone = {"name": thing.name, "deleted_at": None}
    deleted = {"deleted_at": thing.deleted_at}
    await keep(db, kind, thing, f"{kind}.deleted", before=gone, after=deleted, reason=reason)


async def keep(
    db: AsyncSession,
    kind: Deletable,
    thing: Thing,
    action: str,
    *,
    before: dict[str, Any] | None = None,
    after: dict[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Record and announce what happened to it."""
    project_id = thing.id if kind is Deletable.PROJECT else None
    client_id = await client_of(db, thing)
    announce(
        db,
        Noun.PROJECT if project_id else Noun.PORTFOLIO,
        of=thing.id,
        project_id=project_id,
    )
    for linked_id in await db.scalars(projects_of(thing)):
        announce(db, Noun.PROJECT, of=linked_id, project_id=linked_id)
    record(
        db,
        action,
        subject=thing.id,
        label=None if kind is Deletable.CONTACT else thing.name,
        client_id=client_id,
        project_id=project_id,
        before=before,
        after=after,
        reason=reason,
    )


async def client_of(db: AsyncSession, thing: Thing) -> UUID:
    if isinstance(thing, Client):
        return thing.id
    if not isinstance(thing, Project):
        return thing.client_id
    of_service = select(Service.client_id).where(Service.id == thing.service_id)
    return (await db.execute(of_service)).scalar_one()


def projects_of(thing: Thing) -> Select[UUID | None] | Select[UUID]:
    """Those on whose pages a contact or an application stands."""
    if isinstance(thing, Contact):
        links = select(ContactLink.project_id).filter_by(contact_id=thing.id).distinct()
        return links.where(ContactLink.project_id.is_not(None))
    return select(ApplicationProject.project_id).filter_by(application_id=thing.id)


async def lock_binned(db: AsyncSession, caller: Looking, id_: UUID) -> tuple[Deletable, Thing]:
    """What is in the bin under this id, locked after its client and its service."""
    binned = await reading.find(db, caller, id_)
    kind = Deletable(binned.kind)
    for place, of in ((Client.id, binned.client_id), (Service.id, binned.service_id)):
        if of and of != id_:
            await db.execute(select(place).where(place == of).with_for_update(read=True))
    model = MODELS[kind]
    binned_one = select(model).where(model.id == id_, model.deleted_at.is_not(None))
    thing = cast("Thing | None", await db.scalar(binned_one.with_for_update()))
    if thing is None:
        raise reading.not_binned()
    return kind, thing


async def restore(
    db: AsyncSession, id_: UUID, *, name: str | None, reason: str = "", by: Caller
) -> RestoredOut:
    """Take it out of the bin, with all that was in it.

    Raises:
        NotFound, ParentInBin, ClientNameTaken, ServiceNameTaken, ProjectNameTaken, ContactExists,
        ApplicationNameTaken, NeedsAllClients.
    """
    kind, thing = await lock_binned(db, by, id_)
    await need_parents(db, thing)
    before = thing.name
    if kind is Deletable.CLIENT and name and name != before:
        need_all_clients(by)
    async with (
        one_contact(db, thing.client_id, thing.email, by=by)
        if isinstance(thing, Contact)
        else unique_names(db, name or before)
    ):
        thing.name = name or before
        thing.deleted_at = None
        thing.deleted_by = None
        touch(thing)
    note_transition(db, id_, TransitionKind.RESTORE, reason=reason)
    renamed = {"before": {"name": before}, "after": {"name": thing.name}}
    changed = renamed if thing.name != before else {}
    await keep(db, kind, thing, f"{kind}.restored", **changed, reason=reason)
    return RestoredOut(id=id_, kind=kind, name=thing.name)


async def need_parents(db: AsyncSession, thing: Thing) -> None:
    """What it belongs to must not be in the bin itself."""
    if isinstance(thing, Client):
        return
    if isinstance(thing, Project):
        service = await db.get_one(Service, thing.service_id, populate_existing=True)
        client = await db.get_one(Client, service.client_id, populate_existing=True)
    else:
        service = None
        client = await db.get_one(Client, thing.client_id, populate_existing=True)
    if client.deleted_at:
        raise ParentInBin(
            f"Its client “{client.name}” is in the bin, too. Restore the client first."
        )
    if service and service.deleted_at:
        raise ParentInBin(
            f"Its service “{service.name}” is in the bin, too. Restore the service first."
        )


async def purge(db: AsyncSession, id_: UUID, *, name: str, by: Looking) -> None:
    """Delete it for good, with all that was in it. Raises NotFound, NameDoesNotMatch."""
    kind, thing = await lock_binned(db, by, id_)
    need_same_name(name, thing.name)
    await purge_locked(db, kind, thing)


async def purge_locked(db: AsyncSession, kind: Deletable, thing: Thing) -> None:
    counts = await deletion_of(db, kind, thing.id)
    await keep(
        db,
        kind,
        thing,
        f"{kind}.purged",
        before={noun: total for noun, total in counts if noun != "name" and total},
    )
    db.expunge(thing)
    await delete_all_of(db, kind, thing.id)


async def purge_old(context: Context) -> None:
    """A sweep: what has been in the bin for 30 days goes for good, the largest first."""
    with actors.acting(actors.SYSTEM):
        for kind in Deletable:
            await purge_old_of(context, kind)


async def purge_old_of(context: Context, kind: Deletable) -> None:
    model = MODELS[kind]
    overdue = select(model.id).where(model.deleted_at < now() - KEPT_FOR)
    async with context.sessions() as db:
        ids = list(await db.scalars(overdue))
    for id_ in ids:
        try:
            async with context.sessions.begin() as db:
                one = overdue.with_only_columns(model).where(model.id == id_)
                # Only while nobody has restored it; what another worker purges is passed over.
                thing = cast("Thing | None", await db.scalar(one.with_for_update(skip_locked=True)))
                if thing is not None:
                    await purge_locked(db, kind, thing)
                    log.info("bin_purged", kind=kind, id=str(id_))
        except (OperationalError, InterfaceError):
            raise  # the database is away, and so for all of them
        except Exception:
            # It keeps none of the others here; the next sweep tries it again.
            log.exception("bin_purge_failed", kind=kind, id=str(id_))
