"""The embedded Valkey: one private socket, a password, and a log that survives a crash."""

import signal
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

from redis.asyncio import Redis
from redis.exceptions import RedisError
from typing_extensions import override

from agentlab.operations.embedded.service import Service


class Valkey(Service):
    name: ClassVar = "Valkey"
    farewell: ClassVar = ((signal.SIGTERM, 10.0),)

    @property
    @override
    def url(self) -> str:
        return f"unix://:{quote(self.password, safe='')}@{quote(bytes(self._socket))}?db=0"

    @override
    async def prepare(self) -> None:
        """Write the configuration to a private file: the process list would show a password."""
        settings = {
            "port": "0",
            "unixsocket": str(self._socket),
            "unixsocketperm": "700",
            "requirepass": self.password,
            "dir": str(self.folder.subfolder(self.data.name)),
            "appendonly": "yes",  # sessions survive a restart
            "save": "",
            "maxmemory": "128mb",
            # What expires soonest goes first: caches and counters before sessions.
            "maxmemory-policy": "volatile-ttl",
            "set-proc-title": "no",  # `is_ours` reads the command line
            "logfile": "",
        }
        lines = [f"{name} {_quoted(value)}\n" for name, value in settings.items()]
        self.folder.write(self._configuration, "".join(lines).encode("utf-8", "surrogateescape"))

    @override
    def command(self) -> list[str]:
        return [str(self.programs.valkey), str(self._configuration)]

    @override
    def is_ours(self, cmdline: list[str]) -> bool:
        return cmdline[1:] == [str(self._configuration)] and (
            Path(cmdline[0]).name == "valkey-server"
        )

    @override
    def traces(self) -> tuple[tuple[Path, str], ...]:
        return ((self.sockets, self._socket.name),)

    @override
    async def answers(self) -> bool:
        async with Redis.from_url(self.url, retry=None) as client:
            try:
                return bool(await client.ping())
            except (RedisError, OSError):
                return False  # not listening yet, or still loading its log

    @property
    def _socket(self) -> Path:
        return self.sockets / "valkey.sock"

    @property
    def _configuration(self) -> Path:
        return self.folder.path / "valkey.conf"


def _quoted(value: str) -> str:
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'
