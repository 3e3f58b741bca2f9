"""The real Claude Code behind our bridge: who gets in, and its file tools; no model is called."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from support.docker import HARDENED, Container, running, wait_for, write_secrets
from support.images import CLAUDE_CODE, Image

TOKEN = "the token of the tests"

numbers = itertools.count(1)


@pytest.fixture(scope="module")
def secrets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("claude") / "secrets"


@pytest.fixture(scope="module")
def bridge(images: tuple[Image, ...], secrets: Path) -> Iterator[Container]:
    options = (
        *HARDENED,
        "--init",
        "--publish=3001",
        "--tmpfs=/workspaces:uid=10001",
        "--env=CLAUDE_CODE_HEARTBEAT_MS=300",
        "--env=CLAUDE_CODE_MOST_CONNECTIONS=2",
        write_secrets(secrets, {"claude_code_token": f"{TOKEN}\n"}),
    )
    with running(CLAUDE_CODE.name, options=options) as container:
        container.wait_until_healthy()
        yield container


@asynccontextmanager
async def connected(
    bridge: Container, authorization: str | None = f"Bearer {TOKEN}", **options: Any
) -> AsyncIterator[ClientConnection]:
    host, port = bridge.address(3001)
    path = options.pop("path", "/mcp")
    headers = {"Authorization": authorization} if authorization else {}
    headers |= options.pop("headers", {})
    async with connect(
        f"ws://{host}:{port}{path}",
        additional_headers=headers,
        **{"subprotocols": ["mcp"], "proxy": None, "max_size": None} | options,
    ) as socket:
        yield socket


async def call(socket: ClientConnection, method: str, **params: Any) -> Any:
    number = next(numbers)
    message = {"jsonrpc": "2.0", "id": number, "method": method, "params": params}
    await socket.send(json.dumps(message, indent=1))
    async with asyncio.timeout(30):
        while (reply := json.loads(await socket.recv())).get("id") != number:
            pass
    return reply


async def tool(socket: ClientConnection, name: str, **arguments: Any) -> str:
    reply = await call(socket, "tools/call", name=name, arguments=arguments)
    assert not reply["result"].get("isError"), reply
    return str(reply["result"]["content"][0]["text"])


@asynccontextmanager
async def initialised(bridge: Container) -> AsyncIterator[ClientConnection]:
    async with connected(bridge) as socket:
        client = {"name": "AgentLab's tests", "version": "1"}
        reply = await call(
            socket, "initialize", protocolVersion="2025-06-18", capabilities={}, clientInfo=client
        )
        assert reply["result"]["serverInfo"]["name"] == "claude/tengu"
        await socket.send('{"jsonrpc": "2.0", "method": "notifications/initialized"}')
        yield socket


async def test_it_writes_and_reads_a_file_over_the_web_socket(bridge: Container) -> None:
    text = "Bonjour 🚀\nsecond line\n"
    async with initialised(bridge) as socket:
        assert socket.subprotocol == "mcp"
        tools = {each["name"] for each in (await call(socket, "tools/list"))["result"]["tools"]}
        assert {"Read", "Write", "Bash"} <= tools
        await tool(socket, "Write", file_path="/workspaces/notes/a.md", content=text)
        read = json.loads(await tool(socket, "Read", file_path="/workspaces/notes/a.md"))
    assert read["file"]["content"].rstrip("\n") == text.rstrip("\n")
    assert bridge.run("cat", "/workspaces/notes/a.md").strip() == text.strip()


async def test_a_long_message_arrives_whole(bridge: Container) -> None:
    text = "".join(f"line {number}\n" for number in range(100_000))
    async with initialised(bridge) as socket:
        await tool(socket, "Write", file_path="/workspaces/long.txt", content=text)
    assert bridge.run("wc", "-c", "/workspaces/long.txt").split()[0] == str(len(text))


async def test_commands_see_an_empty_home_and_no_secret(bridge: Container) -> None:
    async with initialised(bridge) as socket:
        environment = json.loads(await tool(socket, "Bash", command="env"))["stdout"]
        home = json.loads(await tool(socket, "Bash", command="echo $HOME"))["stdout"].strip()
    assert home.startswith("/tmp/claude-")
    assert TOKEN not in environment
    assert "CLAUDE_CODE_HEARTBEAT_MS" not in environment  # the bridge's own settings
    wait_for(lambda: bridge.run("ls", "/tmp") == "", "the home being removed")


@pytest.mark.parametrize(
    "authorization", [None, "", "Bearer", "Bearer wrong", f"Basic {TOKEN}", TOKEN]
)
async def test_without_the_token_there_is_no_connection(
    bridge: Container, authorization: str | None
) -> None:
    with pytest.raises(InvalidStatus) as refused:
        async with connected(bridge, authorization):
            pass
    assert refused.value.response.status_code == 401
    assert refused.value.response.headers["WWW-Authenticate"] == "Bearer"


async def test_other_addresses_pages_and_protocols_are_refused(bridge: Container) -> None:
    cases: list[tuple[dict[str, Any], int]] = [
        ({"path": "/other"}, 404),
        ({"headers": {"Origin": "http://evil.example"}}, 403),
        ({"subprotocols": ["chat"]}, 400),
        ({"subprotocols": None}, 400),
    ]
    for options, status in cases:
        with pytest.raises(InvalidStatus) as refused:
            async with connected(bridge, **options):
                pass
        assert refused.value.response.status_code == status


def test_plain_http_is_answered_with_health_alone(bridge: Container) -> None:
    assert httpx.get(f"{bridge.url(3001)}/healthz").json() == {"status": "alive"}
    assert httpx.get(f"{bridge.url(3001)}/mcp").status_code == 404


async def test_what_is_no_message_is_said_to_be_none(bridge: Container) -> None:
    async with initialised(bridge) as socket:
        for nonsense in ("nonsense", "[]", "1", "null", ""):
            await socket.send(nonsense)
            assert json.loads(await socket.recv())["error"]["code"] == -32700
        assert (await call(socket, "tools/list"))["result"]["tools"]
        await socket.send(b"bytes")
        with pytest.raises(ConnectionClosed) as closed:
            await socket.recv()
    assert closed.value.rcvd is not None
    assert closed.value.rcvd.code == 1003


async def test_there_are_only_so_many_at_a_time(bridge: Container) -> None:
    async with connected(bridge), connected(bridge):
        with pytest.raises(InvalidStatus) as refused:
            async with connected(bridge):
                pass
        assert refused.value.response.status_code == 503
    wait_for(lambda: processes(bridge) == 0, "both processes ending")
    async with initialised(bridge):
        assert processes(bridge) == 1


async def test_what_it_started_ends_with_the_connection(bridge: Container) -> None:
    async with initialised(bridge) as socket:
        await tool(socket, "Bash", command="sleep 987 >/dev/null 2>&1 & echo started")
        assert "987" in commands(bridge)
    wait_for(lambda: "987" not in commands(bridge), "the command's end")
    assert processes(bridge) == 0


async def test_a_silent_connection_is_kept_and_a_dead_one_is_not(bridge: Container) -> None:
    async with initialised(bridge) as socket:
        await asyncio.sleep(1.5)  # five heartbeats, which this client answers
        assert (await call(socket, "tools/list"))["result"]["tools"]
        socket.transport.pause_reading()  # now it is deaf
        await asyncio.to_thread(wait_for, lambda: processes(bridge) == 0, "its process ending")
        socket.transport.resume_reading()


async def test_a_rotated_token_holds_from_the_next_connection(
    bridge: Container, secrets: Path
) -> None:
    with rotated(secrets / "claude_code_token", "another"):
        async with connected(bridge, "Bearer another"):
            pass
        with pytest.raises(InvalidStatus):
            async with connected(bridge):
                pass


@contextmanager
def rotated(secret: Path, token: str) -> Iterator[None]:
    """In place, as the host does it: a file that is mounted by itself cannot be replaced."""
    before = secret.read_text()
    secret.chmod(0o644)
    secret.write_text(token)
    try:
        yield
    finally:
        secret.write_text(before)


def commands(bridge: Container) -> str:
    script = "cat /proc/[0-9]*/cmdline | tr '\\0' ' '"
    return bridge.run("bash", "-c", script)


def processes(bridge: Container) -> int:
    return commands(bridge).count("mcp serve")
