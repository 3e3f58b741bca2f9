"""The model servers: OpenAI's protocol, Ollama, and Claude Code's MCP server."""

import json
from typing import Any
from urllib.parse import urlsplit

import httpx
from websockets.exceptions import InvalidStatus, WebSocketException
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from agentlab.operations.host.doctor.findings import (
    Kind,
    Place,
    Table,
    Verdict,
    ok,
    problem,
    warning,
)

checks = Table()

OPENAI = "https://api.openai.com/v1"
OLLAMA_PORT = 11434
TIMEOUT_S = 6
PROTOCOL = "2025-06-18"
HERE = {"localhost", "127.0.0.1", "::1"}
IN_A_CONTAINER = (
    "In a container that name is the container itself. Name the machine: host.docker.internal, "
    "or its address."
)


@checks.on(Kind.SERVER, Kind.DESK)
def model_server(place: Place) -> Verdict | None:
    """The server of OPENAI_BASE_URL answers, takes the key, and has a model."""
    settings = place.settings
    key = settings.current("openai_api_key")
    if settings.openai_base_url is None and key is None:
        return None
    base = (settings.openai_base_url or OPENAI).rstrip("/")
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    try:
        answer = httpx.get(f"{base}/models", headers=headers, timeout=TIMEOUT_S)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return problem(f"{base} does not answer: {error}.", remedy_for(place, base))
    if answer.status_code in {401, 403}:
        return problem(f"{base} refuses the key.", "Correct secrets/openai_api_key.")
    models = models_in(answer) if answer.is_success else None
    if models is None:
        return problem(
            f"{base}/models answers {answer.status_code}, not a list of models.",
            "OPENAI_BASE_URL usually ends in /v1.",
        )
    if not models:
        return warning(f"{base} has no model.", "For Ollama: `ollama pull` and a model's name.")
    shown = ", ".join(models[:3]) + (f" and {len(models) - 3} more" if len(models) > 3 else "")  # noqa: PLR2004 - enough to recognise it
    return ok(f"{base} has {shown}.")


def models_in(answer: httpx.Response) -> list[str] | None:
    try:
        return [str(model["id"]) for model in answer.json()["data"] or []]
    except (ValueError, KeyError, TypeError):
        return None


def remedy_for(place: Place, base: str) -> str:
    parts = urlsplit(base)
    if place.kind is Kind.SERVER and parts.hostname in HERE:
        return IN_A_CONTAINER
    if parts.port == OLLAMA_PORT:
        return "Start Ollama; for containers with OLLAMA_HOST=0.0.0.0, which lets them reach it."
    return "Correct OPENAI_BASE_URL, or start that server."


@checks.on(Kind.SERVER, Kind.DESK)
def claude_code(place: Place) -> Verdict | None:
    """Claude Code's MCP server takes a WebSocket, the token, and introduces itself."""
    url = place.settings.claude_code_mcp_url
    if url is None:
        return None
    token = place.settings.current("claude_code_token")
    try:
        server = introduced(url, token)
    except InvalidStatus as error:
        if error.response.status_code in {401, 403}:
            return problem(f"{url} refuses the token.", "`agentlab rotate claude-code`")
        return problem(f"{url} answers {error.response.status_code}.", "The path is usually /mcp.")
    except (OSError, TimeoutError, WebSocketException, ValueError) as error:
        return problem(
            f"{url} does not answer as an MCP server: {error}.",
            IN_A_CONTAINER
            if place.kind is Kind.SERVER and urlsplit(url).hostname in HERE
            else "Start it with COMPOSE_PROFILES=claude-code, or correct CLAUDE_CODE_MCP_URL.",
        )
    return ok(f"{url} is {server}.")


def introduced(url: str, token: str | None) -> str:
    """What the server calls itself, after the handshake and MCP's `initialize`."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    with connect(
        url,
        additional_headers=headers,
        subprotocols=[Subprotocol("mcp")],
        open_timeout=TIMEOUT_S,
        close_timeout=1,
        user_agent_header=None,
    ) as socket:
        socket.send(json.dumps(INITIALIZE))
        answer: dict[str, Any] = json.loads(socket.recv(timeout=TIMEOUT_S))
    info = (answer.get("result") or {}).get("serverInfo")
    if not isinstance(info, dict):
        raise ValueError(f"it said {json.dumps(answer)[:120]}")  # noqa: TRY004 - about what was said
    return f"{info.get('name')} {info.get('version')}"


INITIALIZE = {
    "jsonrpc": "2.0",
    "id": 1,
    "method": "initialize",
    "params": {
        "protocolVersion": PROTOCOL,
        "capabilities": {},
        "clientInfo": {"name": "agentlab-doctor", "version": "1"},
    },
}
