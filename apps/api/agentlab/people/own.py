"""Routes for what is a person's own: the profile, the password, the sessions."""

from fastapi import APIRouter, Request, Response, status

from agentlab.auth import callers, sessions, throttle
from agentlab.auth.callers import COOKIE, Person
from agentlab.auth.routes import take_back
from agentlab.auth.service import NoPassword, WrongPassword
from agentlab.context import Ctx
from agentlab.errors import NotFound
from agentlab.kit.db import DB
from agentlab.kit.preconditions import ChangedMeanwhile, IfMatch, Tagging, VersionMissing
from agentlab.kit.problems import documents
from agentlab.people import profile, reading
from agentlab.people.schemas import (
    PasswordChange,
    ProfileOut,
    ProfilePatch,
    SessionOut,
    SessionsEnded,
)

router = APIRouter(tags=["profile"])


@router.get("/profile")
async def get_profile(person: Person, db: DB, tag: Tagging) -> ProfileOut:
    """What AgentLab knows of oneself."""
    found = await reading.profile(db, person.id)
    tag(found.version)
    return found


@router.patch("/profile", responses=documents(ChangedMeanwhile, VersionMissing))
async def change_profile(
    patch: ProfilePatch, version: IfMatch, person: Person, db: DB, tag: Tagging
) -> ProfileOut:
    """Change one's own name, language or time zone. An e-mail is changed by administrators."""
    await profile.change(db, person.id, patch, version=version)
    await db.flush()
    found = await reading.profile(db, person.id)
    tag(found.version)
    return found


@router.put(
    "/profile/password",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=documents(WrongPassword, NoPassword, throttle.TooManySignIns),
)
async def change_password(
    wanted: PasswordChange, person: Person, db: DB, context: Ctx, request: Request
) -> None:
    """Choose a new password. Every session of one's own ends but this one."""
    session, address = request.cookies.get(COOKIE, ""), callers.address_of(request)
    await profile.change_password(db, context, person.id, wanted, session=session, address=address)


@router.get("/sessions")
async def list_sessions(person: Person, db: DB, context: Ctx, request: Request) -> list[SessionOut]:
    """Where one is signed in, what was used last first: browsers, and programs with access tokens.

    A program's key is the id of its sign-in.
    """
    current = sessions.key_of(request.cookies.get(COOKIE, ""))
    return await reading.sessions_of(db, context, person.id, current=current)


@router.delete("/sessions")
async def end_other_sessions(
    person: Person, db: DB, context: Ctx, request: Request
) -> SessionsEnded:
    """Sign out everywhere else."""
    session = request.cookies.get(COOKIE, "")
    return SessionsEnded(
        ended=await profile.end_other_sessions(db, context, person.id, session=session)
    )


@router.delete(
    "/sessions/{session_key}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=documents(NotFound),
)
async def end_session(
    session_key: str,
    person: Person,
    db: DB,
    context: Ctx,
    *,
    request: Request,
    response: Response,
) -> None:
    """End one of one's own sessions or sign-ins. With the one that asks, one is signed out."""
    await profile.end_session(db, context, person.id, session_key)
    if session_key == sessions.key_of(request.cookies.get(COOKIE, "")):
        take_back(response)
