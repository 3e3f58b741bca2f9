from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, EmailStr, Field, SecretStr

from agentlab.auth.models import Role
from agentlab.kit.text import Line

Password = Annotated[SecretStr, Field(min_length=10, max_length=200)]


class AccountIn(BaseModel):
    """A new person."""

    name: Line
    email: EmailStr
    password: Password
    """10 to 200 characters."""


class Credentials(BaseModel):
    email: Annotated[str, Field(max_length=320)]
    password: Annotated[SecretStr, Field(max_length=200)]


class AccountOut(BaseModel):
    """The person who is signed in."""

    id: UUID
    name: str
    email: str
    role: Role


class SetupOut(BaseModel):
    needs_first_administrator: bool
    """True until the first administrator exists."""
