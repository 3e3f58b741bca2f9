"""Short ways to have clients, services and projects without folders."""

from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import insert, update

from agentlab.context import Context
from agentlab.kit.ids import new_id
from agentlab.portfolio.models import Client, Project, Service
from agentlab.portfolio.standings import write


@dataclass(frozen=True)
class Place:
    client_id: UUID
    service_id: UUID
    project_id: UUID


async def portfolio_of(context: Context, client: str, project: str = "Reader") -> Place:
    """A client with one service and one project."""
    place = Place(new_id(), new_id(), new_id())
    async with context.engine.begin() as connection:
        await connection.execute(insert(Client).values(id=place.client_id, name=client))
        await connection.execute(
            insert(Service).values(id=place.service_id, client_id=place.client_id, name="Reading")
        )
        await connection.execute(
            insert(Project).values(id=place.project_id, service_id=place.service_id, name=project)
        )
    async with context.sessions() as db:
        await db.run_sync(write, [place.project_id])
        await db.run_sync(lambda session: session.connection().commit())
    return place


async def put_in_bin(context: Context, table: type[Client | Service | Project], id_: UUID) -> None:
    async with context.engine.begin() as connection:
        await connection.execute(
            update(table).where(table.id == id_).values(deleted_at=table.created_at)
        )
