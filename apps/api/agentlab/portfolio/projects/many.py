"""What is done to many projects at once, in as many statements as to one."""

import json
from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import Error
from pydantic_core import to_jsonable_python
from sqlalchemy import ARRAY, Uuid, bindparam, select, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.audit import actors
from agentlab.auth.callers import Caller
from agentlab.auth.sight import project_in_sight
from agentlab.errors import NotFound
from agentlab.kit.clock import now
from agentlab.portfolio.levels.names import ProjectNameTaken
from agentlab.portfolio.levels.places import hold_projects
from agentlab.portfolio.levels.undoing import ChangedSince, some_of
from agentlab.portfolio.models import Client, Project, ProjectStatus, Service


@dataclass(frozen=True)
class Locked:
    """A project as it was when it was locked, with its client."""

    place: str
    """The part of the request that named it, for who is refused because of it."""
    id: UUID
    name: str
    version: int
    owner_id: UUID | None
    status: ProjectStatus
    status_reason: str
    status_since: datetime | None
    service_id: UUID
    client_id: UUID

    @property
    def state(self) -> dict[str, Any]:
        return {
            "status": self.status,
            "status_reason": self.status_reason,
            "status_since": self.status_since,
        }


async def lock(
    db: AsyncSession, ids: Sequence[UUID], *, by: Caller, field: str = "project_ids.{}"
) -> list[Locked]:
    """The projects, in an order in which two requests at once do not block.

    Raises:
        NotFound: for one that the caller does not see, naming it.
    """
    await hold_projects(db, ids)
    rows = await db.execute(
        select(
            Project.id,
            Project.name,
            Project.version,
            Project.owner_id,
            Project.status,
            Project.status_reason,
            Project.status_since,
            Project.service_id,
            Client.id,
        )
        .join(Service, Service.id == Project.service_id)
        .join(Client, Client.id == Service.client_id)
        .where(
            Project.id.in_(ids),
            Project.deleted_at.is_(None),
            Service.deleted_at.is_(None),
            Client.deleted_at.is_(None),
            project_in_sight(by, Project.id, Client.id),
        )
        .order_by(Project.id)
    )
    places = {id_: field.format(number) for number, id_ in enumerate(ids)}
    found = [Locked(places.pop(row[0]), *row) for row in rows]
    if places:
        raise NotFound("There is no such project.", field=next(iter(places.values())))
    return found


def refuse_changed(changed: Sequence[Locked], remedy: str) -> None:
    """Raises ChangedSince when there are some, naming them."""
    if not changed:
        return
    names = some_of([project.name for project in changed])
    raise ChangedSince(f"Changed since then: {names}. {remedy}", field=changed[0].place)


TYPES = {
    "owner_id": "uuid",
    "service_id": "uuid",
    "status": "text",
    "status_reason": "text",
    "status_since": "timestamptz",
}


async def write(db: AsyncSession, values: Mapping[UUID, Mapping[str, Any]]) -> dict[UUID, int]:
    """Give each project its values, the same fields all of them; the versions that they have now.

    Raises:
        IntegrityError: for a name that is taken in the service where one goes.
    """
    if not values:
        return {}
    fields = list(next(iter(values.values())))
    assigned = ", ".join(f"{name} = n.{name}" for name in fields)
    types = ", ".join(f"{name} {TYPES[name]}" for name in fields)
    statement = text(
        f"""
        UPDATE projects p
        SET {assigned}, version = p.version + 1, updated_at = :at, updated_by = :by
        FROM json_to_recordset(CAST(:rows AS json)) AS n(id uuid, {types})
        WHERE p.id = n.id
        RETURNING p.id, p.version
        """  # noqa: S608 - names of our own
    )
    rows = json.dumps(to_jsonable_python([{"id": id_, **one} for id_, one in values.items()]))
    written = await db.execute(statement, {"rows": rows, "at": now(), "by": actors.current().id})
    return {row[0]: row[1] for row in written}


NAME_TAKEN = text(
    """
    WITH moved AS (
        SELECT * FROM unnest(:ids, :services) AS m(id, service_id)
    )
    SELECT p.id FROM moved m JOIN projects p ON p.id = m.id
    WHERE EXISTS (
        SELECT 1 FROM projects o LEFT JOIN moved mo ON mo.id = o.id
        WHERE o.id <> p.id AND o.deleted_at IS NULL AND alike(o.name) = alike(p.name)
          AND coalesce(mo.service_id, o.service_id) = m.service_id)
    """
).bindparams(bindparam("ids", type_=ARRAY(Uuid)), bindparam("services", type_=ARRAY(Uuid)))


@asynccontextmanager
async def unique_names_there(
    db: AsyncSession, projects: Collection[Locked], services: Mapping[UUID, UUID]
) -> AsyncIterator[None]:
    """Around a `write` that moves projects: a refusal names the first whose name is taken."""
    try:
        async with db.begin_nested():
            yield
    except IntegrityError as error:
        violated = error.orig.diag.constraint_name if isinstance(error.orig, Error) else None
        if violated != "uq_projects_service_id_name":
            raise
        asked = {"ids": list(services), "services": list(services.values())}
        taken = set(await db.scalars(NAME_TAKEN, asked))
        one = next((each for each in projects if each.id in taken), None)
        name = one.name if one else "One of them"
        raise ProjectNameTaken(
            f"{name}: the service has a project of this name already. Rename one of the two.",
            field=one.place if one else None,
        ) from error
