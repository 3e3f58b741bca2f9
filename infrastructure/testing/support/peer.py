"""What stands behind the edge in its tests: it tells what it received, and can be slow or silent.

Runs alone in a container of the plain Python image, in the place of api and web: usage
`peer.py NAME PORT`.

/echo…                     JSON: who answered, method, path, headers, the body's size
/page                      HTML with a policy of its own, and headers that the edge says better
/api/v1/slow?seconds=S     answers after S seconds
/api/v1/events?silence=S   a stream: one event, S seconds of nothing, another event, the end
/api/v1/status/N           problem details with status N
/api/v1/versions/N         as /echo, with the ETag of version N, and long enough to be compressed
/api/v1/hang-up            takes the request, counts it, and closes without an answer
/mcp                       a WebSocket that sends back what it gets
/_next/static/NAME         the file's name, `NAME-` of another peer is not found
/counts                    how often each path was asked for, /api/v1/items/ID included
"""

import asyncio
import base64
import hashlib
import json
import sys
from collections import Counter
from urllib.parse import parse_qs, urlsplit

NAME, PORT = sys.argv[1], int(sys.argv[2])
WEBSOCKET = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
BIG = 256 * 1024
counts: Counter[str] = Counter()


class Request:
    def __init__(self, method: str, target: str, headers: list[tuple[str, str]]) -> None:
        self.method = method
        self.target = target
        self.headers = headers
        parts = urlsplit(target)
        self.path = parts.path
        self.query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        self.body = b""

    def header(self, name: str) -> str:
        return next((value for key, value in self.headers if key.lower() == name), "")


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while request := await read(reader):
            counts[request.path] += 1
            if not await answer(request, reader, writer):
                break
    except (ConnectionError, asyncio.IncompleteReadError):
        pass
    finally:
        writer.close()


async def read(reader: asyncio.StreamReader) -> Request | None:
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").strip().split("\r\n")
    method, target, _ = first.split(" ")
    pairs = [line.split(":", 1) for line in lines]
    request = Request(method, target, [(name, value.strip()) for name, value in pairs])
    request.body = await reader.readexactly(int(request.header("content-length") or 0))
    return request


async def answer(
    request: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> bool:
    """Answer one request; whether the connection may be used for another."""
    path = request.path
    if path == "/mcp" and request.header("upgrade") == "websocket":
        await echo_websocket(request, reader, writer)
        return False
    if path == "/api/v1/hang-up":
        return False
    if path == "/api/v1/events":
        await stream(request, writer)
        return False
    if path == "/api/v1/slow":
        await asyncio.sleep(float(request.query.get("seconds", 1)))
    status, headers, body = reply(request)
    send(writer, status, headers, body if request.method != "HEAD" else b"", len(body))
    await writer.drain()
    return True


def reply(request: Request) -> tuple[int, list[tuple[str, str]], bytes]:
    own = [("X-Peer", NAME), ("X-Request-ID", request.header("x-request-id"))]
    path = request.path
    if path == "/page":
        said = [
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Security-Policy", "script-src 'sha256-abc='"),
            ("Referrer-Policy", "no-referrer"),
            ("X-Content-Type-Options", "nosniff"),
            ("X-Frame-Options", "SAMEORIGIN"),
            ("Strict-Transport-Security", "max-age=1"),
            ("Vary", "Accept-Encoding"),
            ("X-Powered-By", "chance"),
        ]
        return 200, own + said, b"<!doctype html><title>Page</title>" + b"x" * 4096
    if path.startswith("/_next/static/"):
        return asset(request, own)
    if path == "/counts":
        return 200, [*own, ("Content-Type", "application/json")], json.dumps(counts).encode()
    status = int(path.rpartition("/")[2]) if path.startswith("/api/v1/status/") else 200
    body = {
        "peer": NAME,
        "method": request.method,
        "target": request.target,
        "headers": request.headers,
        "body_bytes": len(request.body),
        "times": counts[path],
    }
    kind = "application/json" if status == 200 else "application/problem+json"
    said = [("Content-Type", kind), ("Cache-Control", "no-store")]
    if path.startswith("/api/v1/versions/"):
        said.append(("ETag", f'"{path.rpartition("/")[2]}"'))
        body["text"] = "x" * 4096
    return status, own + said, json.dumps(body).encode()


def asset(request: Request, own: list[tuple[str, str]]) -> tuple[int, list[tuple[str, str]], bytes]:
    name = request.path.rpartition("/")[2]
    if name.startswith("only-") and not name.startswith(f"only-{NAME}"):
        return 404, [*own, ("Content-Type", "text/html")], b"not here"
    encoding = request.header("accept-encoding")
    body = (name * BIG)[:BIG].encode() if name.startswith("big") else name.encode()
    said = [
        ("Content-Type", "text/javascript; charset=utf-8"),
        ("Cache-Control", "public, max-age=31536000, immutable"),
        ("ETag", f'"{hashlib.sha256(body).hexdigest()[:16]}"'),
        ("Vary", "Accept-Encoding"),
        ("X-Asked-For", encoding or "identity"),
    ]
    return 200, own + said, body


def send(
    writer: asyncio.StreamWriter,
    status: int,
    headers: list[tuple[str, str]],
    body: bytes,
    length: int,
) -> None:
    lines = [f"HTTP/1.1 {status} Whatever", f"Content-Length: {length}"]
    lines += [f"{name}: {value}" for name, value in headers if value]
    writer.write("\r\n".join([*lines, "", ""]).encode("latin-1") + body)


async def stream(request: Request, writer: asyncio.StreamWriter) -> None:
    head = "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\n\r\n"
    writer.write(head.encode() + f"data: hello from {NAME}\n\n".encode())
    await writer.drain()
    await asyncio.sleep(float(request.query.get("silence", 1)))
    writer.write(b"data: still here\n\n")
    await writer.drain()


async def echo_websocket(
    request: Request, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    key = request.header("sec-websocket-key")
    digest = hashlib.sha1((key + WEBSOCKET).encode()).digest()  # noqa: S324 - the protocol's choice
    accept = base64.b64encode(digest).decode()
    writer.write(
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Accept: {accept}\r\n\r\n".encode()
    )
    await writer.drain()
    while True:
        kind, length = await reader.readexactly(2)
        mask = await reader.readexactly(4)
        masked = await reader.readexactly(length & 0x7F)
        payload = bytes(byte ^ mask[at % 4] for at, byte in enumerate(masked))
        writer.write(bytes([kind, len(payload)]) + payload)
        await writer.drain()
        if kind & 0x0F == 8:
            return


async def main() -> None:
    server = await asyncio.start_server(serve, "0.0.0.0", PORT, limit=2 * 1024 * 1024, backlog=1024)
    await server.serve_forever()


asyncio.run(main())
