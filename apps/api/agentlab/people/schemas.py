from datetime import datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID
from zoneinfo import available_timezones

from annotated_types import Ge, Le, MaxLen
from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
)
from pydantic_core import PydanticCustomError

from agentlab.auth.models import AccountLinkPurpose, Digest, Role
from agentlab.auth.schemas import Given, Language, Password
from agentlab.kit.kept import Kept
from agentlab.kit.text import EmailAddress, Line, Word
from agentlab.portfolio.levels.schemas import Releasing

ClientIds = Annotated[list[UUID], MaxLen(2_000)]


def known_zone(value: str) -> str:
    if value not in available_timezones():
        raise PydanticCustomError("no_time_zone", "is not a time zone such as Europe/Paris")
    return value


TimeZone = Annotated[
    str,
    StringConstraints(max_length=100),
    AfterValidator(known_zone),
    Field(json_schema_extra={"format": "time-zone"}),
]
"""An IANA name."""


class UserState(StrEnum):
    """Whether somebody can sign in."""

    ACTIVE = "active"
    INVITED = "invited"
    """They have not accepted their invitation yet."""
    LOCKED = "locked"
    """Active, but too many sign-ins failed lately: some are refused for a while."""
    DEACTIVATED = "deactivated"
    ERASED = "erased"
    """Nothing is known of them any more, and nothing brings them back."""


class PersonOut(BaseModel):
    """Somebody who can be an owner, named in a filter, or looked for."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str


class ClientOfUser(BaseModel):
    id: UUID
    name: str


class UserOut(BaseModel):
    """A person who can sign in, as administrators see them."""

    id: UUID
    name: str
    email: str
    role: Role
    state: UserState
    sees_all_clients: bool
    """Otherwise only `clients`. An administrator sees all of them anyway."""
    clients: list[ClientOfUser]
    """Those that they are assigned to, by name."""
    created_at: datetime
    signed_in_at: datetime | None
    """When they last signed in."""
    link: "OpenLink | None"
    """The link that they were given and have not used yet."""
    locked_until: datetime | None
    deactivated_at: datetime | None
    projects_owned: int
    """Of how many projects they are the owner, those in the bin aside."""
    is_last_administrator: bool
    """Without them nobody could administer: they cannot be demoted or deactivated."""
    version: int
    updated_at: datetime | None
    updated_by: PersonOut | None


class ChangedUser(Releasing, UserOut):
    """A person as they are now, and of what they are not the owner any more."""


class Deactivated(Releasing):
    """What a deactivation took from somebody, which a reactivation does not bring back."""

    tokens_revoked: int
    """How many API tokens of theirs there were."""


class OpenLink(BaseModel):
    purpose: AccountLinkPurpose
    expires_at: datetime


class UserPatch(BaseModel):
    """What to change; what is left out stays."""

    name: Kept[Line] = None
    email: Kept[EmailAddress] = None
    role: Kept[Role] = None
    sees_all_clients: Kept[bool] = None
    client_ids: Kept[ClientIds] = None
    """All the clients that they are assigned to from now on."""


class InvitationIn(BaseModel):
    """Somebody to invite."""

    email: EmailAddress
    name: Line
    role: Role
    sees_all_clients: bool
    """Otherwise only those of `client_ids`."""
    client_ids: ClientIds = []


class LinkOut(BaseModel):
    """A link that works once. It is shown now and never again."""

    purpose: AccountLinkPurpose
    path: str
    """Below AgentLab's address. The part after `#` is the token, which reaches no log."""
    token: str
    expires_at: datetime


class InvitationOut(BaseModel):
    user: UserOut
    link: LinkOut


class LinkIn(BaseModel):
    token: Word


class LinkAbout(BaseModel):
    """Who a link is for."""

    purpose: AccountLinkPurpose
    name: str
    email: str
    expires_at: datetime


class Acceptance(BaseModel):
    """What the person behind a link chooses."""

    token: Word
    password: Password
    """10 to 200 characters."""
    name: Line | None = None
    """As others see it; null for the one that they were invited by."""


class ProfileOut(BaseModel):
    """What is a person's own."""

    id: UUID
    name: str
    email: str
    role: Role
    sees_all_clients: bool
    clients: list[ClientOfUser]
    language: Language | None
    time_zone: str | None
    reading_minutes: int | None
    """How long they want to read in a week; null for no budget."""
    digest: Digest
    digest_hour: int
    """From when on the digest is sent, in their time zone."""
    has_password: bool
    """False for somebody who signs in elsewhere only."""
    created_at: datetime
    version: int
    updated_at: datetime | None
    updated_by: PersonOut | None


class ProfilePatch(BaseModel):
    """What to change; what is left out stays."""

    name: Kept[Line] = None
    language: Language | None = None
    """Of the interface; null for the browser's."""
    time_zone: TimeZone | None = None
    """An IANA name such as `Europe/Paris`; null for the browser's."""
    reading_minutes: Annotated[int, Ge(1), Le(10_080)] | None = None
    """How long to read in a week; null for no budget."""
    digest: Kept[Digest] = None
    """How often to get the inbox by e-mail."""
    digest_hour: Kept[Annotated[int, Ge(0), Le(23)]] = None
    """From when on the digest is sent, in one's time zone; UTC for who chose none."""


class PasswordChange(BaseModel):
    current: Given
    new: Password
    """10 to 200 characters."""


class SessionKind(StrEnum):
    BROWSER = "browser"
    API = "api"
    """A program that signed in with `POST /access-tokens`."""


class SessionOut(BaseModel):
    """Somewhere that a person is signed in."""

    key: str
    kind: SessionKind
    started_at: datetime
    last_used_at: datetime
    """Of a program: when it asked for its last token."""
    address: str
    """Empty for a program."""
    user_agent: str
    """What the browser calls itself; empty for a program."""
    is_current: bool
    """The one that asks."""


class SessionsEnded(BaseModel):
    ended: int
    """How many ran until now."""


class SignedOut(SessionsEnded):
    """Everywhere, by an administrator."""

    tokens_revoked: int
    """How many API tokens of theirs there were."""
