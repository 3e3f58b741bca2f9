"""The OpenID provider over HTTP: discovery, keys, the code's exchange, and what an ID token says.

Authlib knows the protocol, joserfc (its other half) the signatures; the requests are ours, so that
none of them waits inside a transaction.
"""

import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from agentlab.errors import Unauthenticated, Unavailable
from agentlab.kit import logging
from agentlab.settings import DISCOVERY, Settings

log = logging.get(__name__)

SCOPE = "openid email profile"
TIMEOUT_S = 10
REMEMBERED_S = 600
"""For how long what the provider says about itself is not asked again."""
LEEWAY_S = 60
"""By how much its clock and ours may differ."""
SIGNED_WITH = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512"]
"""Signatures that only the provider can make: never `none`, and nothing with a shared secret."""


class ProviderUnavailable(Unavailable):
    code = "provider_unavailable"


class ProviderRefused(Unauthenticated):
    code = "provider_refused"


@dataclass(frozen=True)
class Pending:
    """What a sign-in that began at the provider has to be finished with."""

    state: str
    nonce: str
    verifier: str
    next: str
    browser: str
    """Hash of what only the browser that began has in a cookie."""
    again: bool = False
    """The provider has to ask who it is, even if it knows."""


@dataclass
class Provider:
    """One provider, with what it said about itself."""

    issuer: str
    client_id: str
    client_secret: str | None
    _metadata: dict[str, Any] = field(default_factory=dict)
    _keys: KeySet | None = None
    _asked_at: float = 0

    async def address(self, pending: Pending, redirect_uri: str) -> str:
        """Where to send the browser."""
        metadata = await self.metadata()
        # With `max_age` the provider has to say when it asked (OpenID Connect Core, 3.1.2.1).
        asking_again = {"prompt": "login", "max_age": "0"} if pending.again else {}
        return str(
            prepare_grant_uri(
                metadata["authorization_endpoint"],
                self.client_id,
                "code",
                redirect_uri=redirect_uri,
                scope=SCOPE,
                state=pending.state,
                nonce=pending.nonce,
                code_challenge=create_s256_code_challenge(pending.verifier),  # type: ignore[no-untyped-call]
                code_challenge_method="S256",
                **asking_again,
            )
        )

    async def claims(self, code: str, pending: Pending, redirect_uri: str) -> dict[str, Any]:
        """What the provider says about the person whose code this is.

        Raises:
            ProviderUnavailable: it does not answer, or not as a provider does.
            ProviderRefused: it refuses the code, or its ID token is not for us, now, and for this
                sign-in.
        """
        answer = await self.exchange(code, pending, redirect_uri)
        said = await self.read_id_token(answer, pending)
        return said | await self.ask_about(answer, said)

    async def metadata(self) -> dict[str, Any]:
        if not self._metadata or time.monotonic() - self._asked_at > REMEMBERED_S:
            found = await get_json(self.issuer + DISCOVERY)
            needed = ("authorization_endpoint", "token_endpoint", "jwks_uri")
            if str(found.get("issuer", "")).rstrip("/") != self.issuer:
                raise ProviderUnavailable(
                    f"The provider calls itself {found.get('issuer')}, and OIDC_ISSUER is "
                    f"{self.issuer}. They have to be the same."
                )
            if not all(isinstance(found.get(name), str) for name in needed):
                raise ProviderUnavailable("The provider's discovery document is not complete.")
            self._metadata, self._keys = found, None
            self._asked_at = time.monotonic()
        return self._metadata

    async def exchange(self, code: str, pending: Pending, redirect_uri: str) -> dict[str, Any]:
        metadata = await self.metadata()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": pending.verifier,
        }
        auth = None
        if self.client_secret is None:
            form["client_id"] = self.client_id
        elif "client_secret_basic" in metadata.get(
            "token_endpoint_auth_methods_supported", ["client_secret_basic"]
        ):
            auth = httpx.BasicAuth(self.client_id, self.client_secret)
        else:
            form |= {"client_id": self.client_id, "client_secret": self.client_secret}
        async with asking() as http:
            reply = await http.post(
                metadata["token_endpoint"], data=form, auth=auth or httpx.Auth()
            )
        if reply.is_client_error:
            log.warning("code_refused", status=reply.status_code, said=reply.text[:500])
            raise ProviderRefused("The provider refused the sign-in. Try again.")
        return parsed(reply)

    async def read_id_token(self, answer: Mapping[str, Any], pending: Pending) -> dict[str, Any]:
        metadata = await self.metadata()
        try:
            token = await self.decoded(str(answer.get("id_token")))
            claims = CodeIDToken(
                token.claims,
                token.header,
                options={
                    "iss": {"essential": True, "value": metadata["issuer"]},
                    "aud": {"essential": True, "value": self.client_id},
                    "sub": {"essential": True},
                },
                params={
                    "nonce": pending.nonce,
                    "client_id": self.client_id,
                    "access_token": answer.get("access_token"),
                },
            )
            claims.validate(leeway=LEEWAY_S)
        except (JoseError, ValueError, TypeError) as error:
            log.warning("id_token_refused", error=str(error))
            raise ProviderRefused("What the provider said could not be trusted.") from error
        return dict(claims)

    async def decoded(self, token: str) -> jwt.Token:
        """The token, its signature checked; keys are asked for again when it has a new one."""
        for is_last in (False, True):
            try:
                return jwt.decode(token, await self.keys(), algorithms=SIGNED_WITH)
            except (JoseError, ValueError):
                if is_last:
                    raise
                self._keys = None
        raise AssertionError

    async def keys(self) -> KeySet:
        if self._keys is None:
            metadata = await self.metadata()
            self._keys = KeySet.import_key_set(await get_json(metadata["jwks_uri"]))  # type: ignore[arg-type]
        return self._keys

    async def ask_about(self, answer: Mapping[str, Any], said: Mapping[str, Any]) -> dict[str, Any]:
        """What the provider's userinfo adds; some keep e-mail and groups out of their ID tokens."""
        endpoint = (await self.metadata()).get("userinfo_endpoint")
        if not endpoint or not answer.get("access_token"):
            return {}
        header = {"Authorization": f"Bearer {answer['access_token']}"}
        found = await get_json(str(endpoint), headers=header)
        if found.get("sub") != said["sub"]:
            raise ProviderRefused("The provider spoke of two people in one sign-in.")
        return {key: value for key, value in found.items() if key not in said}


_known: dict[tuple[str, str], Provider] = {}


def provider_of(settings: Settings) -> Provider | None:
    """The provider that the settings name, if they do; with the client secret of now."""
    named = settings.oidc_client
    if named is None:
        return None
    provider = _known.setdefault(named, Provider(*named, None))
    provider.client_secret = settings.current("oidc_client_secret")
    return provider


@asynccontextmanager
async def asking() -> AsyncIterator[httpx.AsyncClient]:
    try:
        async with httpx.AsyncClient(timeout=TIMEOUT_S, follow_redirects=False) as http:
            yield http
    except httpx.HTTPError as error:
        log.warning("provider_away", error=str(error))
        raise ProviderUnavailable("The provider does not answer. Try again in a moment.") from error


async def get_json(address: str, *, headers: dict[str, str] | None = None) -> dict[str, Any]:
    async with asking() as http:
        return parsed(await http.get(address, headers=headers))


def parsed(reply: httpx.Response) -> dict[str, Any]:
    try:
        found = reply.raise_for_status().json()
    except (httpx.HTTPStatusError, ValueError) as error:
        log.warning("provider_answers_badly", error=str(error))
        raise ProviderUnavailable("The provider does not answer as one does.") from error
    if not isinstance(found, dict):
        raise ProviderUnavailable("The provider does not answer as one does.")
    return found
