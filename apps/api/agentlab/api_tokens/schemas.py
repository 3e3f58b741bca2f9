from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from agentlab.auth.models import Scope
from agentlab.kit.text import Line


class TokenIn(BaseModel):
    """A token for an agent or a program."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "name": "Claude Code on my laptop",
                    "scopes": ["read", "write"],
                    "project_id": None,
                    "expires_at": None,
                }
            ]
        }
    )

    name: Line
    scopes: Annotated[frozenset[Scope], Field(min_length=1)]
    """`read` to look, `write` to change. A viewer's token can only read."""
    project_id: UUID | None = None
    """The only project that it reaches; null for all that its owner sees."""
    expires_at: AwareDatetime | None = None
    """When it ends, at most a year from now; null for never."""


class Owner(BaseModel):
    id: UUID
    name: str


class TokenOut(BaseModel):
    """A token, without its secret."""

    id: UUID
    name: str
    owner: Owner
    hint: str
    """Its last four characters."""
    scopes: list[Scope]
    project_id: UUID | None
    project_name: str | None
    """Null also when you do not see that project any more."""
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    """To the minute; null until it is used."""
    last_used_address: str | None


class TokenMade(TokenOut):
    token: str
    """The token itself. It is shown this once: only a hash of it is kept."""
