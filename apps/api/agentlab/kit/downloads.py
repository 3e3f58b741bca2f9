"""Files that a browser saves and never shows."""

from urllib.parse import quote

from fastapi import Response


def as_download(content: bytes, path: str) -> Response:
    """The bytes under the last name of `path`, in a way that no script in them can run."""
    name = path.rpartition("/")[2]
    return Response(
        content,
        media_type="application/octet-stream",
        headers={
            "Content-Disposition": f"attachment; filename*=UTF-8''{quote(name)}",
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "sandbox; default-src 'none'",
        },
    )
