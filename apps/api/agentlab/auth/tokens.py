"""JWTs signed with `JWT_SECRET`: of operators and our own programs, and access tokens of people.

Whoever can read the secret on the host can make one of an operator, which shows how the
installation is. Neither kind opens the other's doors, and no token decides at a gate.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

import jwt

from agentlab.auth.models import Scope
from agentlab.errors import Unauthenticated, Unavailable
from agentlab.kit import clock
from agentlab.kit.ids import new_id
from agentlab.settings import Settings

ALGORITHM = "HS256"
ISSUER = "agentlab"
LIFETIME = timedelta(minutes=15)
REQUIRED = ["exp", "iat", "iss", "sub", "scope"]

OPERATIONS = "operations"
"""The scope of operators: to see how the installation is. Never together with one of people."""


class TokenRefused(Unauthenticated):
    code = "token_refused"


class NoSecret(Unavailable):
    code = "jwt_secret_missing"


@dataclass(frozen=True)
class Access:
    """What an access token says."""

    user_id: UUID
    family_id: UUID
    """Of the refresh tokens: when these are revoked, so is it."""
    scopes: frozenset[Scope]


def issue(settings: Settings, *, subject: str) -> str:
    """A token for `subject` that may see how the installation is, for 15 minutes."""
    return signed(settings, {"sub": subject, "scope": OPERATIONS})


def issue_access(
    settings: Settings, *, user_id: UUID, family_id: UUID, scopes: Collection[Scope]
) -> str:
    """An access token of a person, for 15 minutes."""
    claims = {"sub": str(user_id), "sid": str(family_id), "jti": str(new_id())}
    return signed(settings, {**claims, "scope": " ".join(sorted(scopes))})


def signed(settings: Settings, claims: Mapping[str, str]) -> str:
    secret = settings.current("jwt_secret")
    if secret is None:
        raise NoSecret("There is no JWT_SECRET to sign a token with. `agentlab init` makes one.")
    now = clock.now()
    return jwt.encode(
        {"iss": ISSUER, "iat": now, "exp": now + LIFETIME, **claims}, secret, ALGORITHM
    )


def subject_of(settings: Settings, token: str) -> str:
    """Whose operator's token it is.

    Raises:
        TokenRefused: unless we signed it, now or before the rotation, for operations.
    """
    claims = claims_of(settings, token)
    if claims["scope"] != OPERATIONS:
        raise TokenRefused("This token is not an operator's. `agentlab token` makes one.")
    return str(claims["sub"])


def access_of(settings: Settings, token: str) -> Access:
    """What an access token of a person says.

    Raises:
        TokenRefused: unless we signed it, now or before the rotation, for a person.
    """
    claims = claims_of(settings, token)
    try:
        scopes = frozenset(map(Scope, str(claims["scope"]).split()))
        return Access(UUID(claims["sub"]), UUID(claims["sid"]), scopes)
    except (KeyError, ValueError) as error:
        raise TokenRefused("This token is not a person's. Get one at /access-tokens.") from error


def claims_of(settings: Settings, token: str) -> dict[str, Any]:
    for secret in secrets_of(settings):
        try:
            return jwt.decode(
                token, secret, [ALGORITHM], issuer=ISSUER, options={"require": REQUIRED}
            )
        except jwt.InvalidSignatureError:
            continue
        except jwt.InvalidTokenError as error:
            raise TokenRefused(f"The token is not accepted: {error}. Get a new one.") from error
    raise TokenRefused("The token was not signed by this AgentLab. Get one on its host.")


def secrets_of(settings: Settings) -> Iterator[str]:
    """The secret that signs, then the one before it, whose tokens are still accepted."""
    return filter(None, map(settings.current, ("jwt_secret", "jwt_secret_previous")))
