"""A Valkey of a test's own, which may be killed, and may forget."""

import asyncio
from asyncio.subprocess import DEVNULL, Process
from pathlib import Path

from redis.asyncio import Redis
from redis.exceptions import RedisError

from agentlab.operations.embedded.programs import installed

STARTS_WITHIN_S = 10


class Valkey:
    """Keeps what it was told through a restart, unless it is told to forget."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.socket = folder / "valkey.sock"
        self._process: Process | None = None

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    async def start(self) -> None:
        options = {"port": "0", "unixsocket": str(self.socket), "dir": str(self.folder)}
        options |= {"appendonly": "yes", "appendfsync": "always", "save": "", "logfile": ""}
        words = [word for name, value in options.items() for word in (f"--{name}", value)]
        self._process = await asyncio.create_subprocess_exec(
            installed().valkey, *words, stdout=DEVNULL
        )
        await self._answers()

    async def kill(self) -> None:
        if self._process and self._process.returncode is None:
            self._process.kill()
            await self._process.wait()

    def forget(self) -> None:
        """Lose everything, as after the loss of its disk. Only while it does not run."""
        for file in (self.folder / "appendonlydir").iterdir():
            file.unlink()

    async def _answers(self) -> None:
        async with asyncio.timeout(STARTS_WITHIN_S), Redis.from_url(self.url, retry=None) as redis:
            while not await answers(redis):  # noqa: ASYNC110 - it is another process
                await asyncio.sleep(0.02)


async def answers(redis: Redis) -> bool:
    try:
        return bool(await redis.ping())
    except (RedisError, OSError):
        return False
