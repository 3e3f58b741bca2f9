"""Who acts, for the whole of a request or job: a person, an agent with a token, or the system."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from uuid import UUID

from agentlab.audit.models import ActorKind


@dataclass(frozen=True)
class Actor:
    kind: ActorKind
    id: UUID | None = None
    """The person, also behind an agent's token; None for the system."""
    name: str = ""
    token_id: UUID | None = None
    address: str = ""
    """Where the request came from; empty for jobs and commands."""


SYSTEM = Actor(ActorKind.SYSTEM)

_current: ContextVar[Actor] = ContextVar("actor", default=SYSTEM)


def current() -> Actor:
    return _current.get()


def act_as(actor: Actor) -> None:
    """From here to the end of this request, `actor` is who acts."""
    _current.set(actor)


@contextmanager
def acting(actor: Actor) -> Iterator[None]:
    """Inside the block, `actor` is who acts: for jobs and commands."""
    token = _current.set(actor)
    try:
        yield
    finally:
        _current.reset(token)
