"""Names: unique within their place, except in the bin."""

import unicodedata
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from psycopg import Error
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.errors import Conflict, InvalidInput


class ClientNameTaken(Conflict):
    code = "client_name_taken"


class ServiceNameTaken(Conflict):
    code = "service_name_taken"


class ProjectNameTaken(Conflict):
    code = "project_name_taken"


class ApplicationNameTaken(Conflict):
    code = "application_name_taken"


class KeyTaken(Conflict):
    code = "key_taken"


class NameDoesNotMatch(InvalidInput):
    code = "name_does_not_match"


TAKEN: dict[str, tuple[type[Conflict], str]] = {
    "uq_clients_name": (ClientNameTaken, "There is a client"),
    "uq_services_client_id_name": (ServiceNameTaken, "This client has a service"),
    "uq_projects_service_id_name": (ProjectNameTaken, "This service has a project"),
    "uq_applications_client_id_name": (ApplicationNameTaken, "This client has an application"),
}


@asynccontextmanager
async def unique_names(
    db: AsyncSession, name: str, *, field: str | None = "name", key: str = ""
) -> AsyncIterator[None]:
    """What is changed inside the block is written at its end, or refused because of its name."""
    try:
        async with db.begin_nested():
            yield
    except IntegrityError as error:
        raise refusal(error, name, field, key) or error from error


def violated_by(error: IntegrityError) -> str:
    """The name of the constraint."""
    found = error.orig.diag.constraint_name if isinstance(error.orig, Error) else None
    return found or ""


def refusal(error: IntegrityError, name: str, field: str | None, key: str) -> Conflict | None:
    violated = violated_by(error)
    if violated == "uq_projects_key":
        return KeyTaken(
            f"Another project has the key “{key}”, perhaps one in the bin. Choose another key.",
            field="key",
        )
    kind, what = TAKEN.get(violated, (None, ""))
    if kind is None:
        return None
    return kind(f"{what} “{name}” already. Choose another name.", field=field)


def need_same_name(typed: str, name: str) -> None:
    """Whoever deletes something types its name, to be sure that it is this one."""
    if alike(typed) != alike(name):
        raise NameDoesNotMatch(
            f"The name is not the one of what would be deleted. Type “{name}”.", field="name"
        )


def alike(name: str) -> str:
    """As it looks, however its letters are encoded: keyboards differ in that."""
    return unicodedata.normalize("NFC", name.strip())
