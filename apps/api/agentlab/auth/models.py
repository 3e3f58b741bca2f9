from datetime import datetime
from enum import StrEnum

from sqlalchemy import Index, func
from sqlalchemy.orm import Mapped, mapped_column

from agentlab.kit.clock import now
from agentlab.kit.db import Base, Identified, one_of


class Role(StrEnum):
    ADMINISTRATOR = "administrator"
    PRODUCT_OWNER = "product_owner"
    VIEWER = "viewer"


class User(Identified, Base):
    """A person who can sign in."""

    __tablename__ = "users"

    name: Mapped[str]
    email: Mapped[str]
    password_hash: Mapped[str]
    role: Mapped[Role] = mapped_column(one_of(Role, "role"))
    created_at: Mapped[datetime] = mapped_column(default=now)


Index("uq_users_email", func.lower(User.email), unique=True)
