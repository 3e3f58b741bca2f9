"""The rules of clients."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.audit.trail import record
from agentlab.auth.callers import Caller
from agentlab.changes.schemas import Noun
from agentlab.changes.service import announce
from agentlab.errors import Forbidden
from agentlab.kit.ids import new_id
from agentlab.kit.preconditions import need_unchanged
from agentlab.portfolio.clients.schemas import ClientChanges, ClientIn
from agentlab.portfolio.edits import assign, differing
from agentlab.portfolio.levels import archival
from agentlab.portfolio.levels.editing import touch
from agentlab.portfolio.levels.names import unique_names
from agentlab.portfolio.levels.places import lock_client
from agentlab.portfolio.models import Client, ReferenceKind
from agentlab.portfolio.reference.service import need_items


class NeedsAllClients(Forbidden):
    code = "needs_all_clients"


def need_all_clients(by: Caller) -> None:
    """Refuse whoever does not see every client.

    Otherwise the answer would tell whether somebody else has a client of that name.
    """
    if not by.sees_all or by.project_id:
        raise NeedsAllClients(
            "Only people who see every client can add or rename one. Ask an administrator to do it."
        )


async def create(db: AsyncSession, given: ClientIn, *, by: Caller) -> UUID:
    """Raises NeedsAllClients, ClientNameTaken, UnknownItem, ItemRetired."""
    need_all_clients(by)
    await need_domain(db, given.domain_id)
    client = Client(id=new_id(), **given.model_dump())
    async with unique_names(db, given.name):
        db.add(client)
    announce(db, Noun.PORTFOLIO, of=client.id)
    record(
        db,
        "client.created",
        subject=client.id,
        label=client.name,
        client_id=client.id,
        after=given.model_dump(exclude_none=True),
    )
    return client.id


async def need_domain(db: AsyncSession, id_: UUID | None, *, had: UUID | None = None) -> None:
    await need_items(
        db,
        ReferenceKind.BUSINESS_DOMAIN,
        [id_] if id_ else [],
        field="domain_id",
        already=[had] if had else [],
    )


async def change(
    db: AsyncSession, client_id: UUID, given: ClientChanges, *, version: int | None, by: Caller
) -> None:
    """Raises ChangedMeanwhile and what `create` raises."""
    client = await lock_client(db, client_id)
    need_unchanged(client.version, version)
    before, after = differing(client, given.given())
    if not after:
        return
    if "name" in after:
        need_all_clients(by)
    await need_domain(db, after.get("domain_id"), had=client.domain_id)
    async with unique_names(db, after.get("name", client.name)):
        assign(client, after)
        touch(client)
    tell(db, client)
    record(
        db,
        "client.changed",
        subject=client.id,
        label=client.name,
        client_id=client.id,
        before=before,
        after=after,
    )


async def archive(
    db: AsyncSession, client_id: UUID, *, reason: str, version: int | None = None
) -> None:
    """Raises NotFound, ChangedMeanwhile, AlreadyArchived."""
    client = await lock_client(db, client_id)
    archival.archive(db, client, "client", reason=reason, version=version)


async def unarchive(
    db: AsyncSession, client_id: UUID, *, reason: str = "", version: int | None = None
) -> None:
    """Raises NotFound, ChangedMeanwhile, NotArchived."""
    client = await lock_client(db, client_id)
    archival.unarchive(db, client, "client", reason=reason, version=version)


def tell(db: AsyncSession, client: Client) -> None:
    announce(db, Noun.PORTFOLIO, of=client.id)
