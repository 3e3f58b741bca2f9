from pydantic import BaseModel


class SingleSignOnOut(BaseModel):
    """Whether people can sign in at an OpenID provider."""

    is_on: bool
    name: str | None
    """What the provider is called; null when it is off."""
