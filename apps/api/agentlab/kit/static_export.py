"""Serves a static export of Next.js from memory, under a strict content security policy.

The export has one page for all ids of a kind, under the placeholder `_`: every UUID in a path, and
what else names a thing there, is answered with the file of that name. That goes for the pages and
for the `.txt` files that Next fetches when somebody follows a link.
"""

import base64
import gzip
import hashlib
import mimetypes
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

UUID = re.compile(r"(?<=/)[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}(?=[/.]|$)")
INLINE_SCRIPT = re.compile(rb"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", re.DOTALL)
COMPRESSIBLE = ("text/", "application/javascript", "application/json", "image/svg+xml")
FOREVER = "public, max-age=31536000, immutable"


@dataclass(frozen=True)
class File:
    body: bytes
    headers: dict[str, str]
    etag: str
    is_compressible: bool

    @cached_property
    def compressed(self) -> bytes:
        """Made when somebody asks for it: AgentLab starts without waiting for all of them."""
        return gzip.compress(self.body, 6, mtime=0)


class StaticExport:
    """ASGI app over the files of `folder`, read once.

    Args:
        folder: the `out` folder of `next build`.
        names: what stands in a path where a UUID could.
    """

    def __init__(self, folder: Path, names: re.Pattern[str]) -> None:
        self.names = names
        self.files = {
            f"/{path.relative_to(folder).as_posix()}": load(path, folder)
            for path in folder.rglob("*")
            if path.is_file()
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        await self.answer(scope["method"], scope["path"], Headers(scope=scope))(
            scope, receive, send
        )

    def answer(self, method: str, path: str, headers: Headers) -> Response:
        if method not in {"GET", "HEAD"}:
            return Response(status_code=405, headers={"Allow": "GET, HEAD"})
        file = self.find(path)
        status = 200 if file else 404
        file = file or self.files.get("/404.html")
        if file is None:
            return Response("Not found", 404)
        if status == 200 and headers.get("if-none-match") == file.etag:  # noqa: PLR2004 - HTTP OK
            return Response(status_code=304, headers=file.headers)
        accepts_gzip = "gzip" in headers.get("accept-encoding", "")
        if file.is_compressible and accepts_gzip:
            zipped = {**file.headers, "Content-Encoding": "gzip"}
            return Response(file.compressed, status, zipped)
        return Response(file.body, status, file.headers)

    def find(self, path: str) -> File | None:
        shell = self.names.sub("_", UUID.sub("_", path))
        if shell == "/":
            return self.files.get("/index.html")
        candidates = (path, shell, f"{shell}.html", f"{shell}/index.html")
        return next((self.files[name] for name in candidates if name in self.files), None)


def load(path: Path, folder: Path) -> File:
    body = path.read_bytes()
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    kind = "text/javascript" if path.suffix == ".js" else kind
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    is_hashed = path.is_relative_to(folder / "_next" / "static")
    headers = {
        "Content-Type": f"{kind}; charset=utf-8" if kind.startswith("text/") else kind,
        "Cache-Control": FOREVER if is_hashed else "no-cache",
        "ETag": etag,
        "Vary": "Accept-Encoding",
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",
    }
    if path.suffix == ".html":
        headers["Content-Security-Policy"] = policy(body)
    return File(body, headers, etag, kind.startswith(COMPRESSIBLE))


def policy(html: bytes) -> str:
    """Scripts come from our own files or are one of this page's own inline ones, by hash."""
    hashes = sorted(
        {
            base64.b64encode(hashlib.sha256(script).digest()).decode()
            for script in INLINE_SCRIPT.findall(html)
            if script
        }
    )
    scripts = " ".join(["'self'", *(f"'sha256-{digest}'" for digest in hashes)])
    return "; ".join(
        [
            "default-src 'self'",
            f"script-src {scripts}",
            "style-src 'self' 'unsafe-inline'",  # Mermaid and Shiki style what they draw inline
            "img-src 'self' data:",
            "font-src 'self'",
            "connect-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "form-action 'self'",
            "frame-ancestors 'none'",
        ]
    )


def find_export(configured: Path | None, *, package: Path) -> Path | None:
    """The configured folder, else the one inside the installed package, else the checkout's."""
    checkout = package.parent.parent / "web" / "out"
    for folder in (configured, package / "web", checkout):
        if folder and (folder / "index.html").is_file():
            return folder
    return None
