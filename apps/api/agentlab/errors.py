"""Every error a caller can act on: a stable code, a status, and a sentence with the remedy.

Features subclass the kinds below beside the rule they state; `agentlab.kit.http` turns each of
them into one JSON shape (RFC 9457 problem details).
"""

from collections.abc import Mapping, Sequence
from typing import ClassVar

Fact = int | float | str | Sequence[str]
"""A number or name that a problem is about."""


class AgentLabError(Exception):
    """Something happened that the caller can understand and act on.

    `detail` is one sentence: what happened, then what to do. `field` names the input that was
    wrong, in the request's own spelling (`path`, `artefacts.0.sha256`). Where a code has several
    cases `kind` names one of them, and `facts` has what `detail` is about: with both, an interface
    says it in another language.
    """

    code: ClassVar[str] = "internal_error"
    status: ClassVar[int] = 500

    def __init__(
        self,
        detail: str,
        *,
        field: str | None = None,
        kind: str | None = None,
        facts: Mapping[str, Fact] | None = None,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.field = field
        self.kind = kind
        self.facts = facts or {}


class InvalidInput(AgentLabError):
    code = "invalid_input"
    status = 422


class Unauthenticated(AgentLabError):
    code = "not_signed_in"
    status = 401


class Forbidden(AgentLabError):
    code = "forbidden"
    status = 403


class NotFound(AgentLabError):
    code = "not_found"
    status = 404


class Conflict(AgentLabError):
    code = "conflict"
    status = 409


class Gone(AgentLabError):
    code = "gone"
    status = 410


class PreconditionFailed(AgentLabError):
    code = "precondition_failed"
    status = 412


class PreconditionRequired(AgentLabError):
    code = "precondition_required"
    status = 428


class TooManyRequests(AgentLabError):
    """`retry_after_s` becomes the `Retry-After` header, in whole seconds."""

    code = "too_many_requests"
    status = 429

    def __init__(self, detail: str, *, retry_after_s: int) -> None:
        super().__init__(detail)
        self.retry_after_s = retry_after_s


class Unavailable(AgentLabError):
    code = "unavailable"
    status = 503
