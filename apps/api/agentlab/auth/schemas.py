from enum import StrEnum
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from agentlab.auth.models import Role
from agentlab.kit.text import EmailAddress, Line, Storable


def as_utf8(value: SecretStr) -> SecretStr:
    """Refuse what cannot be encoded, and so not be hashed either: halves of characters."""
    try:
        value.get_secret_value().encode()
    except UnicodeEncodeError:
        raise ValueError("contains half a character") from None
    return value


Given = Annotated[SecretStr, Field(max_length=200), AfterValidator(as_utf8)]
Password = Annotated[Given, Field(min_length=10)]


class Language(StrEnum):
    """What the interface speaks."""

    ENGLISH = "en"
    FRENCH = "fr"


class AccountIn(BaseModel):
    """A new person."""

    name: Line
    email: EmailAddress
    password: Password
    """10 to 200 characters."""


class Credentials(BaseModel):
    email: Annotated[Storable, Field(max_length=320)]
    password: Given


class ConfirmationIn(BaseModel):
    password: Given


class AccountOut(BaseModel):
    """The person who is signed in."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    email: str
    role: Role
    sees_all_clients: bool
    """Otherwise only those that they are assigned to. An administrator sees all of them anyway."""
    language: Language | None
    """Of the interface; null for the browser's."""
    time_zone: str | None
    """An IANA name such as `Europe/Paris`; null for the browser's."""
