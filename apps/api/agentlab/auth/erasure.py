"""What is left of a person's account when it was erased: an id, and that it was a person's."""

from uuid import UUID

from sqlalchemy import ColumnElement, Text, case, cast

from agentlab.auth.models import User

ERASED = "Erased person"


def erased_email(user_id: UUID) -> str:
    """An address that no one can have (RFC 6761), and no two accounts share."""
    return f"erased-{user_id}@invalid"


def is_erased() -> ColumnElement[bool]:
    """A condition on `User`."""
    return User.email == "erased-" + cast(User.id, Text) + "@invalid"


def was_erased(user: User) -> bool:
    return user.email == erased_email(user.id)


def name_now() -> ColumnElement[str | None]:
    """The person's name; null when they were erased, which each language says in its own words."""
    return case((is_erased(), None), else_=User.name)
