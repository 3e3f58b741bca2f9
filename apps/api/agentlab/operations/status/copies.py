"""Copies of the site elsewhere, so that it outlives the machine: another folder, or an S3 bucket.

They must never hold up a round: one is made in a thread of its own, and while it is under way the
next waits with the newest files. What fails is tried again, and is told after a while.
"""

import asyncio
import hashlib
import time
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from agentlab.kit import logging
from agentlab.operations.backup.place import S3
from agentlab.operations.backup.s3_client import open_client
from agentlab.operations.status.publishing import Site

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

log = logging.get(__name__)

RENEWED_AFTER_S = 120.0
"""Without news. Readers are warned after three minutes, and each renewal of a bucket costs."""

FAILING_AFTER_S = 600.0
TIMEOUT_S = 15

KINDS = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".json": "application/json",
    ".rss": "application/rss+xml; charset=utf-8",
    ".atom": "application/atom+xml; charset=utf-8",
}
PAGES_LAST = {".html": 1}
"""A page is put after what it needs."""

Files = Mapping[str, bytes]


class Target(Protocol):
    """Somewhere that files can be put."""

    @property
    def name(self) -> str: ...

    def put(self, files: Files) -> None:
        """Make these the files there. Blocks; raises whatever goes wrong."""


class Folder:
    """Another folder, such as one on another machine: each file is renamed into place."""

    name = "folder"

    def __init__(self, folder: Path) -> None:
        self.site = Site(folder)
        self.folder = folder

    def put(self, files: Files) -> None:
        if not self.folder.is_dir():  # made by us, it would be on this disk, not on the other
            raise NotADirectoryError(f"{self.folder} is not there")
        self.site.publish(files)


class Bucket:
    """An S3 bucket: only files that changed are sent, each as a whole."""

    name = "s3"

    def __init__(self, there: S3) -> None:
        self.there = there
        self.put_before: dict[str, bytes] = {}
        self._client: S3Client | None = None

    def put(self, files: Files) -> None:
        for name in sorted(files, key=lambda name: (PAGES_LAST.get(suffix(name), 0), name)):
            digest = hashlib.sha256(files[name]).digest()
            if self.put_before.get(name) != digest:
                self.client().put_object(
                    Bucket=self.there.bucket,
                    Key=self.there.prefix + name,
                    Body=files[name],
                    ContentType=KINDS[suffix(name)],
                    CacheControl="no-cache",
                )
                self.put_before[name] = digest

    def client(self) -> "S3Client":
        if self._client is None:
            self._client = client_of(self.there)
        return self._client


def client_of(there: S3) -> "S3Client":
    return open_client(
        there, connect_s=TIMEOUT_S, read_s=TIMEOUT_S, retries={"total_max_attempts": 2}
    )


class Copy:
    """Keeps one target as new as the site."""

    def __init__(self, target: Target) -> None:
        self.target = target
        self.succeeded_at: float | None = None
        """Unix time."""
        self.failing_since: float | None = None
        """Of the monotonic clock; None after a success."""
        self.news: object = None
        self.ended = float("-inf")
        self.task: asyncio.Task[None] | None = None

    @property
    def fails(self) -> bool:
        """For so long that somebody should be told."""
        since = self.failing_since
        return since is not None and time.monotonic() - since > FAILING_AFTER_S

    def offer(self, files: Files, news: object) -> None:
        """Begin to put the files there, if there is news or it is time, and nothing under way."""
        is_busy = self.task is not None and not self.task.done()
        is_due = time.monotonic() - self.ended > RENEWED_AFTER_S
        if not is_busy and (is_due or news != self.news or self.failing_since is not None):
            self.task = asyncio.create_task(self.put(files, news))

    async def put(self, files: Files, news: object) -> None:
        try:
            await asyncio.to_thread(self.target.put, files)
        except Exception as error:  # noqa: BLE001 - the site here goes on whatever is wrong there
            self.failing_since = self.failing_since or time.monotonic()
            log.warning("status_copy_failed", target=self.target.name, error=str(error))
        else:
            self.succeeded_at, self.failing_since, self.news = time.time(), None, news
        self.ended = time.monotonic()

    async def end(self) -> None:
        """Let what is under way come to its end."""
        if self.task:
            await asyncio.wait({self.task}, timeout=2)


def suffix(name: str) -> str:
    return Path(name).suffix
