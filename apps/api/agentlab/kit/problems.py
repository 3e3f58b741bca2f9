"""One shape for every error: RFC 9457 problem details with our `code` and `request_id`."""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import psycopg
import redis.exceptions
import sqlalchemy.exc
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict
from pydantic_core import PydanticCustomError
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from agentlab.errors import AgentLabError, Fact, TooManyRequests
from agentlab.kit import logging, refusals, text
from agentlab.kit.ids import request_id

log = logging.get(__name__)

OUTAGES = (
    sqlalchemy.exc.OperationalError,
    sqlalchemy.exc.InterfaceError,
    sqlalchemy.exc.TimeoutError,
    psycopg.OperationalError,
    redis.exceptions.ConnectionError,
    redis.exceptions.TimeoutError,
    redis.exceptions.OutOfMemoryError,
)
DISK_FULL = "53100"
"""PostgreSQL's code for it."""


Facts = dict[str, int | float | str | list[str]]
"""Numbers and names, by what they are called in the sentences of every language."""


class Problem(BaseModel):
    """What every reply with a status of 400 or above contains."""

    model_config = ConfigDict(json_schema_serialization_defaults_required=True)

    type: str = "about:blank"
    title: str
    """The status in words."""
    status: int
    code: str
    """Stable, snake_case; programs decide by this."""
    detail: str
    """One sentence for a person: what happened, then what to do."""
    field: str | None = None
    """The part of the request that was wrong."""
    kind: str | None = None
    """Which case of `code` it is, where there are several; for `invalid_input` what is wrong."""
    facts: Facts = {}
    """The numbers and names that `detail` is about, to say it in another language."""
    request_id: str
    """The same id stands in the logs and in the `X-Request-ID` header."""


MEDIA_TYPE = "application/problem+json"

INCONSISTENT = "inconsistent_input"
CODES = text.CODES | {INCONSISTENT}
"""Codes of what a schema refuses that stand beside `invalid_input`."""


def inconsistent(kind: str, reason: str) -> PydanticCustomError:
    """For validators of a whole model: each part is in order, but not together with the others."""
    return PydanticCustomError(INCONSISTENT, reason, {"kind": kind})


EVERYWHERE: dict[int | str, dict[str, Any]] = {422: {"model": Problem, "description": ""}}
"""In place of FastAPI's own shape. What a route refuses stands in `agentlab.contract`."""


def documents(*errors: type[AgentLabError]) -> dict[int | str, dict[str, Any]]:
    """The `responses=` of a route: which errors it answers, by status and code."""
    replies: dict[int | str, dict[str, Any]] = {}
    for error in errors:
        entry = replies.setdefault(error.status, {"model": Problem, "description": ""})
        entry["description"] = ", ".join(filter(None, [entry["description"], f"`{error.code}`"]))
    return replies


def problem_response(
    status: int,
    code: str,
    detail: str,
    *,
    field: str | None = None,
    kind: str | None = None,
    facts: Mapping[str, Fact] | None = None,
    headers: dict[str, str] | None = None,
) -> JSONResponse:
    problem = Problem(
        title=HTTPStatus(status).phrase,
        status=status,
        code=code,
        detail=detail,
        field=field,
        kind=kind,
        facts=dict(facts or {}),
        request_id=request_id(),
    )
    return JSONResponse(problem.model_dump(), status, headers, media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    """Answer every error of this app in the one shape, and say so in its OpenAPI document."""
    app.add_exception_handler(AgentLabError, answer_agentlab_error)
    app.add_exception_handler(RequestValidationError, answer_validation_error)
    app.add_exception_handler(HTTPException, answer_http_exception)
    for outage in OUTAGES:
        app.add_exception_handler(outage, answer_outage)
    app.add_exception_handler(redis.exceptions.ResponseError, answer_refusal_of_redis)
    plain = app.openapi
    app.openapi = lambda: in_our_media_type(plain())  # type: ignore[method-assign] # FastAPI's way


def in_our_media_type(document: dict[str, Any]) -> dict[str, Any]:
    """`document` with problems as `application/problem+json`, which FastAPI has no setting for."""
    for item in document["paths"].values():
        for operation in item.values():
            for status, reply in operation["responses"].items():
                if status[0] in "45" and "content" in reply:
                    (problem,) = reply["content"].values()
                    reply["content"] = {MEDIA_TYPE: problem}
    return document


def answer_outage(_: Request, error: Exception) -> JSONResponse:
    """PostgreSQL or Redis is away, too busy or without room; what was begun was rolled back."""
    if has_no_room(error):
        log.error("disk_full", error=str(error))
        return problem_response(
            503,
            "disk_full",
            "The disk of AgentLab's database is full. Nothing was changed; tell whoever operates "
            "AgentLab to make room, then try again.",
            headers={"Retry-After": "30"},
        )
    log.error("service_away", error=str(error))
    return problem_response(
        503,
        "service_away",
        "AgentLab's database does not answer right now. Nothing was changed; try again in a "
        "moment.",
        headers={"Retry-After": "2"},
    )


def has_no_room(error: Exception) -> bool:
    """Whether PostgreSQL could not write to its disk, or Redis refuses because it could not."""
    if isinstance(error, redis.exceptions.ResponseError):
        return "MISCONF" in str(error)
    return getattr(getattr(error, "orig", error), "sqlstate", None) == DISK_FULL


def answer_refusal_of_redis(request: Request, error: Exception) -> JSONResponse:
    """An outage where it cannot keep what is written; whatever else it refuses is our mistake."""
    if not has_no_room(error):
        raise error
    return answer_outage(request, error)


def answer_agentlab_error(_: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, AgentLabError):
        raise error
    wait = error.retry_after_s if isinstance(error, TooManyRequests) else None
    headers = {"Retry-After": str(wait)} if wait is not None else None
    return problem_response(
        error.status,
        error.code,
        error.detail,
        field=error.field,
        kind=error.kind,
        facts=error.facts,
        headers=headers,
    )


def answer_validation_error(_: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, RequestValidationError):
        raise error
    first = error.errors()[0]
    field = field_name(first["loc"])
    if first["type"] == "json_invalid":
        return problem_response(
            422, "invalid_json", f"The body is not JSON: {first['ctx']['error']}."
        )
    detail = f"`{field}`: {text.said_of(first)}."
    if first["type"] in text.CODES:
        return problem_response(422, first["type"], detail, field=field)
    if first["type"] == INCONSISTENT:
        return problem_response(422, INCONSISTENT, detail, field=field, kind=first["ctx"]["kind"])
    kind, facts = refusals.kind_of(first)
    return problem_response(422, "invalid_input", detail, field=field, kind=kind, facts=facts)


def field_name(location: Sequence[str | int]) -> str:
    """`("body", "artefacts", 0, "sha256")` becomes `artefacts.0.sha256`."""
    return ".".join(str(part) for part in location[1:]) or str(location[0])


def answer_http_exception(_: Request, error: Exception) -> JSONResponse:
    if not isinstance(error, HTTPException):
        raise error
    phrase = HTTPStatus(error.status_code).phrase
    code = {413: "body_too_large"}.get(
        error.status_code, phrase.lower().replace(" ", "_").replace("-", "_")
    )
    detail = {
        400: "The body cannot be read. Send JSON in UTF-8, not nested too deeply.",
        404: "Nothing is served at this address.",
        405: "This address does not answer that method.",
    }.get(error.status_code, str(error.detail))
    headers = dict(error.headers) if error.headers else None
    return problem_response(error.status_code, code, detail, headers=headers)


async def unknown_address(scope: Scope, receive: Receive, send: Send) -> None:
    """ASGI app for addresses below the API that no route answers: JSON, never a page."""
    await problem_response(404, "not_found", "Nothing is served at this address.")(
        scope, receive, send
    )
