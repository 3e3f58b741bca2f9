"""People who can sign in, what they may see, and what else opens the door for them."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ForeignKey, Index, func, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from agentlab.kit.clock import now
from agentlab.kit.db import Base, Identified, one_of


class Role(StrEnum):
    ADMINISTRATOR = "administrator"
    PRODUCT_OWNER = "product_owner"
    VIEWER = "viewer"


class Digest(StrEnum):
    """How often somebody gets their inbox by e-mail."""

    NEVER = "never"
    DAILY = "daily"
    WEEKLY = "weekly"
    """On Mondays."""


class User(Identified, Base):
    """A person who can sign in."""

    __tablename__ = "users"

    name: Mapped[str]
    email: Mapped[str]
    password_hash: Mapped[str]
    """`!` for a person who has none and signs in elsewhere."""
    role: Mapped[Role] = mapped_column(one_of(Role, "role"))
    created_at: Mapped[datetime] = mapped_column(default=now)
    sees_all_clients: Mapped[bool] = mapped_column(default=True, server_default=text("true"))
    """Otherwise only those of `ClientAssignment`. An administrator sees all of them anyway."""
    signed_in_at: Mapped[datetime | None]
    """When they last started a session; null before the first."""
    deactivated_at: Mapped[datetime | None]
    language: Mapped[str | None]
    """Of the interface: `en` or `fr`; null for the browser's."""
    time_zone: Mapped[str | None]
    """An IANA name such as `Europe/Paris`; null for the browser's."""
    reading_minutes: Mapped[int | None]
    """How long they want to read in a week; null for no budget."""
    digest: Mapped[str] = mapped_column(default="never", server_default=text("'never'"))
    """A `Digest`: how often they get their inbox by e-mail."""
    digest_hour: Mapped[int] = mapped_column(default=8, server_default=text("8"))
    """From when on it is sent, in their time zone."""
    looked_at: Mapped[datetime | None]
    """Up to when they have seen the activity feed."""
    version: Mapped[int] = mapped_column(default=1, server_default=text("1"))
    updated_at: Mapped[datetime | None]
    updated_by: Mapped[UUID | None]


Index("uq_users_email", func.lower(User.email), unique=True)


class ClientAssignment(Base):
    """That a person may see a client."""

    __tablename__ = "client_assignments"

    user_id: Mapped[UUID] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    client_id: Mapped[UUID] = mapped_column(
        ForeignKey("clients.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class AccountLinkPurpose(StrEnum):
    INVITATION = "invitation"
    RESET = "reset"


class AccountLink(Identified, Base):
    """A link that works once: to set the first password, or a new one."""

    __tablename__ = "account_links"

    purpose: Mapped[AccountLinkPurpose] = mapped_column(one_of(AccountLinkPurpose, "purpose"))
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    created_by: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    """Null when it was made on the host."""
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class Identity(Base):
    """How an OpenID provider knows a person."""

    __tablename__ = "identities"

    issuer: Mapped[str] = mapped_column(primary_key=True)
    subject: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    linked_at: Mapped[datetime] = mapped_column(default=now)


class Scope(StrEnum):
    """What a token may do. None of them decides at a gate or administers anything."""

    READ = "read"
    WRITE = "write"


class ApiToken(Identified, Base):
    """A long-lived token of an agent or program; only its hash is kept."""

    __tablename__ = "api_tokens"

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    """Whose rights it has at most."""
    name: Mapped[str]
    token_hash: Mapped[str] = mapped_column(unique=True)
    hint: Mapped[str]
    """Its last four characters, to tell one from another."""
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    project_id: Mapped[UUID | None] = mapped_column(ForeignKey("projects.id", ondelete="CASCADE"))
    """The only project that it reaches; null for all that its person sees."""
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime | None]
    last_used_at: Mapped[datetime | None]
    last_used_address: Mapped[str | None]
    revoked_at: Mapped[datetime | None]


class RefreshToken(Identified, Base):
    """One link of a chain: each is used once, for an access token and the next link."""

    __tablename__ = "refresh_tokens"

    family_id: Mapped[UUID] = mapped_column(index=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    scopes: Mapped[list[str]] = mapped_column(ARRAY(Text))
    created_at: Mapped[datetime] = mapped_column(default=now)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class IdempotencyKey(Base):
    """That a creation was asked for under a key of the client's own."""

    __tablename__ = "idempotency_keys"
    user_id: Mapped[UUID] = mapped_column(
        ForeignKey("users.id", ondelete="CASCADE"), primary_key=True
    )
    key: Mapped[str] = mapped_column(primary_key=True)
    request_digest: Mapped[str]
    status: Mapped[int | None]
    body: Mapped[bytes | None]
    etag: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(default=now, index=True)
