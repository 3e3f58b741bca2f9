import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from agentlab.auth.models import Scope
from agentlab.auth.schemas import Credentials
from agentlab.kit.text import said_as


def as_we_make_them(value: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[!-~]{1,200}", value.get_secret_value()):
        raise ValueError("is no refresh token")
    return value


Refresh = Annotated[
    SecretStr,
    Field(min_length=1, max_length=200),
    AfterValidator(as_we_make_them),
    said_as("^[!-~]+$"),
]


class AccessIn(Credentials):
    """A sign-in of a program, with what it asks for."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "email": "ada@example.com",
                    "password": "correct horse battery",
                    "scopes": ["read"],
                }
            ]
        }
    )

    scopes: Annotated[frozenset[Scope], Field(min_length=1)] = frozenset({Scope.READ})


class RefreshIn(BaseModel):
    """The newest refresh token of a sign-in."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"refresh_token": "agr_3q2-7wAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"}]
        }
    )

    refresh_token: Refresh


class AccessOut(BaseModel):
    """Two tokens: one to work with, and one to get the next two with."""

    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 - its kind
    access_token: str
    """A JWT, for `Authorization: Bearer …`."""
    expires_in: int
    """Seconds until the access token ends."""
    refresh_token: str
    """Works once. Whoever shows it a second time ends this sign-in for everybody who has it."""
    refresh_expires_in: int
    """Seconds until this sign-in ends, however often it is refreshed."""
    scopes: list[Scope]
