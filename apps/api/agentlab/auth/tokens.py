"""Tokens of operators and of our own programs: short JWTs, signed with `JWT_SECRET`.

Whoever can read the secret on the host can make one. No token decides at a gate.
"""

from collections.abc import Iterator
from datetime import timedelta

import jwt

from agentlab.errors import Unauthenticated, Unavailable
from agentlab.kit import clock
from agentlab.settings import Settings

ALGORITHM = "HS256"
ISSUER = "agentlab"
LIFETIME = timedelta(minutes=15)
REQUIRED = ["exp", "iat", "iss", "sub", "scope"]

OPERATIONS = "operations"
"""The only scope there is: to see how the installation is."""


class TokenRefused(Unauthenticated):
    code = "token_refused"


class NoSecret(Unavailable):
    code = "jwt_secret_missing"


def issue(settings: Settings, *, subject: str) -> str:
    """A token for `subject` that may see how the installation is, for 15 minutes."""
    secret = settings.current("jwt_secret")
    if secret is None:
        raise NoSecret("There is no JWT_SECRET to sign a token with. `agentlab init` makes one.")
    now = clock.now()
    claims = {
        "iss": ISSUER,
        "sub": subject,
        "scope": OPERATIONS,
        "iat": now,
        "exp": now + LIFETIME,
    }
    return jwt.encode(claims, secret, ALGORITHM)


def subject_of(settings: Settings, token: str) -> str:
    """Whose token it is. Raises `TokenRefused` unless we signed it, now or before the rotation."""
    for secret in secrets_of(settings):
        try:
            claims = jwt.decode(
                token, secret, [ALGORITHM], issuer=ISSUER, options={"require": REQUIRED}
            )
        except jwt.InvalidSignatureError:
            continue
        except jwt.InvalidTokenError as error:
            raise TokenRefused(f"The token is not accepted: {error}. Get a new one.") from error
        return str(claims["sub"])
    raise TokenRefused("The token was not signed by this AgentLab. Get one on its host.")


def secrets_of(settings: Settings) -> Iterator[str]:
    """The secret that signs, then the one before it, whose tokens are still accepted."""
    return filter(None, map(settings.current, ("jwt_secret", "jwt_secret_previous")))
