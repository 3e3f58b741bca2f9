"""A real OpenID provider in a process of its own, over HTTP, for tests to sign in at.

`python -m tests.support.openid_provider PORT` runs it: oidc-provider-mock, whose clients have to be
registered with their redirect address and secret, and which here insists on PKCE as well.
"""

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import httpx
from pydantic import BaseModel

MODULE = "tests.support.openid_provider"
START_S = 20


class Registered(BaseModel):
    client_id: str
    client_secret: str


@dataclass(frozen=True)
class OpenIDProvider:
    issuer: str
    client: Registered
    http: httpx.AsyncClient

    async def knows(self, subject: str, **claims: Any) -> None:
        """From now on it says this about the person."""
        reply = await self.http.put(f"/users/{quote(subject, safe='')}", json=claims)
        assert reply.status_code == 204, reply.text

    async def consent(self, address: str, subject: str) -> str:
        """What the person's browser does there; the address that it is sent back to."""
        assert (await self.http.get(address)).status_code == 200
        reply = await self.http.post(address, data={"sub": subject})
        assert reply.status_code == 302, reply.text
        return reply.headers["location"]

    async def deny(self, address: str) -> str:
        reply = await self.http.post(address, data={"action": "deny"})
        assert reply.status_code == 302, reply.text
        return reply.headers["location"]


@asynccontextmanager
async def openid_provider(redirect_uri: str) -> AsyncIterator[OpenIDProvider]:
    """A running provider with one client, which may send people back to `redirect_uri` alone."""
    with closing(socket.create_server(("127.0.0.1", 0))) as free:
        port = free.getsockname()[1]
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-W", "ignore", "-m", MODULE, str(port)),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    issuer = f"http://127.0.0.1:{port}"
    try:
        async with httpx.AsyncClient(base_url=issuer, timeout=10) as http:
            await answering(http, process)
            body = {"redirect_uris": [redirect_uri], "scope": "openid email profile"}
            registered = (await http.post("/oauth2/clients", json=body)).raise_for_status()
            client = Registered.model_validate(registered.json())
            yield OpenIDProvider(issuer, client, http)
    finally:
        process.terminate()
        await process.wait()


async def answering(http: httpx.AsyncClient, process: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(START_S):
        while process.returncode is None:
            try:
                await http.get("/.well-known/openid-configuration")
            except httpx.TransportError:
                await asyncio.sleep(0.05)
            else:
                return
    raise AssertionError("the provider ended")


def serve(port: int) -> None:
    """Run the provider until it is told to stop."""
    import flask  # noqa: PLC0415 - only this process needs them
    import oidc_provider_mock  # type: ignore[import-untyped] # noqa: PLC0415
    import uvicorn  # noqa: PLC0415
    from authlib.oauth2.rfc7636 import create_s256_code_challenge  # noqa: PLC0415

    os.environ["AUTHLIB_INSECURE_TRANSPORT"] = "1"
    app: flask.Flask = oidc_provider_mock.app(require_client_registration=True, require_nonce=True)
    challenges: dict[str, str] = {}

    @app.after_request
    def remember(reply: flask.Response) -> flask.Response:
        codes = parse_qs(urlsplit(reply.location or "").query).get("code", [])
        for code in codes:
            if flask.request.args.get("code_challenge_method") == "S256":
                challenges[code] = flask.request.args["code_challenge"]
        return reply

    @app.before_request
    def need_verifier() -> tuple[dict[str, str], int] | None:
        if flask.request.path != "/oauth2/token":
            return None
        form = flask.request.form
        verified = create_s256_code_challenge(form.get("code_verifier", ""))  # type: ignore[no-untyped-call]
        if challenges.pop(form.get("code", ""), None) == verified:
            return None
        return {"error": "invalid_grant", "error_description": "PKCE"}, 400

    uvicorn.run(app, interface="wsgi", host="127.0.0.1", port=port, log_config=None)


if __name__ == "__main__":
    serve(int(sys.argv[1]))
