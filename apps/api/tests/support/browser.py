"""A person's browser as tests drive it: cookies, same-origin headers, and short ways to act."""

from typing import Any, Self

import httpx
from fastapi import FastAPI
from pydantic import SecretStr

from agentlab.auth import service
from agentlab.auth.models import Role
from agentlab.auth.schemas import AccountIn
from agentlab.context import Context

PASSWORD = "correct horse battery"
ORIGIN = "http://127.0.0.1:8000"


class Browser:
    def __init__(self, app: FastAPI, *, address: str = "127.0.0.1") -> None:
        self.http = httpx.AsyncClient(
            transport=httpx.ASGITransport(
                app, raise_app_exceptions=False, client=(address, 50_000)
            ),
            base_url=ORIGIN,
            headers={"Origin": ORIGIN, "Sec-Fetch-Site": "same-origin"},
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.aclose()

    async def get(self, path: str, /, **parameters: Any) -> httpx.Response:
        return await self.http.get(f"/api/v1{path}", params=parameters)

    async def post(self, path: str, body: Any = None) -> httpx.Response:
        return await self.http.post(f"/api/v1{path}", json=body)

    async def delete(self, path: str) -> httpx.Response:
        return await self.http.delete(f"/api/v1{path}")

    async def read(self, path: str, /, **parameters: Any) -> Any:
        """GET that has to succeed; the parsed reply."""
        return parsed(await self.get(path, **parameters))

    async def do(self, path: str, body: Any = None) -> Any:
        """POST that has to succeed; the parsed reply."""
        return parsed(await self.post(path, body))

    async def set_up(self, name: str, email: str) -> None:
        await self.do("/setup", {"name": name, "email": email, "password": PASSWORD})

    async def join(self, context: Context, name: str, email: str, *, role: str) -> None:
        """Add the person from the host, then sign in."""
        account = AccountIn(name=name, email=email, password=SecretStr(PASSWORD))
        async with context.sessions.begin() as db:
            await service.create_user(db, account, Role(role))
        await self.do("/session", {"email": email, "password": PASSWORD})


def parsed(response: httpx.Response) -> Any:
    assert response.is_success, f"{response.status_code} {response.text}"
    return response.json() if response.content else None


def refusal(response: httpx.Response) -> tuple[int, str]:
    """Status and code of a reply that has to be a problem in our one shape."""
    assert response.headers["content-type"] == "application/problem+json", response.text
    problem = response.json()
    assert problem["status"] == response.status_code
    assert problem["request_id"] == response.headers["x-request-id"]
    assert problem["detail"].endswith((".", "?", "!"))
    return problem["status"], problem["code"]
