from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from agentlab.auth.callers import Administrator, Person
from agentlab.context import Ctx
from agentlab.errors import NotFound
from agentlab.kit.db import DB
from agentlab.kit.problems import documents
from agentlab.people.service import LastAdministrator
from agentlab.privacy import erasure, export
from agentlab.privacy.erasure import NotConfirmed
from agentlab.privacy.mentions import contacts_with, known_contact
from agentlab.privacy.schemas import ErasureIn, ErasureOut

router = APIRouter(tags=["privacy"])

ZIP = "application/zip"
AS_ZIP: dict[int | str, dict[str, Any]] = {
    200: {"content": {ZIP: {}}, "description": "A ZIP with `person.json` and CSV tables"}
}


@router.get("/profile/export", response_class=Response, responses=AS_ZIP)
async def export_own_data(person: Person, db: DB, context: Ctx) -> Response:
    """Everything that AgentLab knows about oneself.

    Of clients that one may not see any more, ids and times of what one did there.
    """
    return as_file(await export.of_user(db, context.redis, person.id, seen_by=person))


@router.get(
    "/privacy/users/{user_id}/export",
    response_class=Response,
    responses=AS_ZIP | documents(NotFound),
)
async def export_user(user_id: UUID, _: Administrator, db: DB, context: Ctx) -> Response:
    """Everything that AgentLab knows about a person with an account, and nothing of others."""
    return as_file(await export.of_user(db, context.redis, user_id))


@router.get(
    "/privacy/contacts/{subject_id}/export",
    response_class=Response,
    responses=AS_ZIP | documents(NotFound),
)
async def export_contact(subject_id: UUID, _: Administrator, db: DB) -> Response:
    """Everything that AgentLab knows about a contact, also about one that was deleted."""
    return as_file(await export.of_contact(db, subject_id))


def as_file(exported: export.Export) -> Response:
    headers = {
        "Content-Disposition": f'attachment; filename="{exported.name}"',
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
    }
    return Response(exported.content, media_type=ZIP, headers=headers)


@router.post(
    "/privacy/users/{user_id}/erasure",
    responses=documents(NotFound, NotConfirmed, LastAdministrator),
)
async def erase_user(
    user_id: UUID, wanted: ErasureIn, administrator: Administrator, db: DB, context: Ctx
) -> ErasureOut:
    """Erase a person with an account: nobody can sign in with it, and nothing names them.

    What they submitted and decided stays, by “Erased person”; their projects have no owner any
    more. This cannot be taken back.
    """
    others = await contacts_with(db, wanted.confirmation)
    erased = await erasure.erase_user(
        db,
        context,
        user_id,
        confirmation=wanted.confirmation,
        contact_ids=others if wanted.also_contacts else (),
        by=administrator.id,
    )
    return ErasureOut(
        audit_entries=erased.audit_entries,
        contacts_left=0 if wanted.also_contacts else len(others),
        projects_released=erased.projects_released,
    )


@router.post("/privacy/contacts/{subject_id}/erasure", responses=documents(NotFound, NotConfirmed))
async def erase_contact(
    subject_id: UUID, wanted: ErasureIn, administrator: Administrator, db: DB
) -> ErasureOut:
    """Erase a contact, also what the trail says of one that was deleted. Cannot be taken back."""
    known = await known_contact(db, subject_id)
    emails = known.emails if known else ()
    others = {id_ for email in emails for id_ in await contacts_with(db, email)} - {subject_id}
    also = sorted(others) if wanted.also_contacts else []
    await erasure.hold_contacts(db, [subject_id, *also])
    forgotten = await erasure.erase_contact(
        db, subject_id, confirmation=wanted.confirmation, by=administrator.id
    )
    forgotten += await erasure.erase_contacts(db, also, by=administrator.id)
    left = len(others) - len(also)
    return ErasureOut(audit_entries=forgotten, contacts_left=left, projects_released=0)
