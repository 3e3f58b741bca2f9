"""A person's browser as tests drive it: cookies, same-origin headers, and short ways to act."""

from functools import cache
from typing import Any, Self

import httpx
from fastapi import FastAPI

from agentlab.auth import service, sessions
from agentlab.auth.callers import COOKIE
from agentlab.auth.models import Role, User
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

    async def put(self, path: str, body: Any = None) -> httpx.Response:
        return await self.http.put(f"/api/v1{path}", json=body)

    async def patch(self, path: str, body: Any, *, version: int | None = None) -> httpx.Response:
        """With the version that the change was made from, unless there is none to name."""
        headers = {} if version is None else {"If-Match": f'"{version}"'}
        return await self.http.patch(f"/api/v1{path}", json=body, headers=headers)

    async def delete(self, path: str, /, **parameters: Any) -> httpx.Response:
        return await self.http.delete(f"/api/v1{path}", params=parameters or None)

    async def read(self, path: str, /, **parameters: Any) -> Any:
        """GET that has to succeed; the parsed reply."""
        return parsed(await self.get(path, **parameters))

    async def do(self, path: str, body: Any = None) -> Any:
        """POST that has to succeed; the parsed reply."""
        return parsed(await self.post(path, body))

    async def join(self, context: Context, name: str, email: str, role: Role) -> None:
        """Be a person who is signed in, without the second that hashing a password takes."""
        person = User(name=name, email=email, password_hash=hash_of_password(), role=role)
        async with context.sessions.begin() as db:
            db.add(person)
        self.http.cookies.set(COOKIE, await sessions.start(context.redis, person.id))


@cache
def hash_of_password() -> str:
    return service.passwords.hash(PASSWORD)


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
