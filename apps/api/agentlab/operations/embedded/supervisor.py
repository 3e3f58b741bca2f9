"""Run the embedded services: one holder per folder, all or nothing, restarted when they die."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path

from agentlab.kit import logging
from agentlab.kit.waiting import until
from agentlab.operations.embedded import folder as data_folder
from agentlab.operations.embedded import programs, sockets
from agentlab.operations.embedded.folder import SECRETS, DataFolder, DiskFull, explained
from agentlab.operations.embedded.lock import Connections, Holder, Lock, holder_of
from agentlab.operations.embedded.postgres import Postgres
from agentlab.operations.embedded.service import Report, Service, ServiceFailed
from agentlab.operations.embedded.valkey import Valkey

JWT_SECRET = "jwt_secret"  # noqa: S105 - the name of its file
PROOF_KEY = "proof_key"

GIVE_UP_AFTER = 5
WITHIN_S = 60.0

log = logging.get(__name__)


class EmbeddedServices:
    """PostgreSQL and Valkey on one data folder, owned by this process.

    A service whose address is given is not started. With both given nothing is touched at all.
    """

    def __init__(
        self,
        data_dir: Path,
        *,
        database_url: str | None = None,
        redis_url: str | None = None,
        address: str | None = None,
        report: Report = lambda _line: None,
    ) -> None:
        self._data_dir = data_dir
        self._database_url = database_url
        self._redis_url = redis_url
        self._address = address
        self._report = report
        self._folder: DataFolder | None = None
        self._lock: Lock | None = None
        self._release_sockets: Callable[[], None] = lambda: None
        self._services: list[Service] = []

    async def start(self) -> Connections:
        """Return once both answer. Raises one of our sentences, and then leaves nothing running."""
        if self._database_url and self._redis_url:
            return Connections(self._database_url, self._redis_url)
        try:
            with explained(self._data_dir):
                return await self._start()
        except BaseException:
            await self.stop()
            raise

    def signing_secret(self, name: str = JWT_SECRET) -> str | None:
        """A secret of this data folder's own, made once; None where nothing is embedded."""
        if self._folder is None:
            return None
        return self._folder.secret(name).read_text(encoding="utf-8")

    async def supervise(self) -> None:
        """Restart what dies; raise `ServiceFailed` or `DiskFull` when that does not help."""
        deaths: list[float] = []
        while True:
            service = await self._next_death()
            why = service.failure("unexpectedly")
            deaths = [at for at in deaths if at > time.monotonic() - WITHIN_S]
            if len(deaths) == GIVE_UP_AFTER:
                raise why
            log.error("service_died", service=service.name, why=why.detail)
            with explained(self._data_dir):
                await self._restart(service, wait_s=0.2 * len(deaths))
            deaths.append(time.monotonic())

    async def stop(self) -> None:
        """End both services cleanly and give the folder back. Safe to call twice."""
        await asyncio.gather(*(service.stop() for service in self._services))
        for service in self._services:
            service.close()
        self._services = []
        self._release_sockets()
        if self._lock is not None:
            self._lock.release()
            self._lock = None

    def hurry(self) -> None:
        """Make a running `stop` end now: nothing stored is lost, the next start repairs."""
        for service in self._services:
            service.hurry()

    async def _start(self) -> Connections:
        self._folder = folder = data_folder.prepare(self._data_dir)
        self._lock = Lock(folder)
        crashed = self._lock.acquire(self._address)
        if crashed and crashed.sockets:
            sockets.remove(Path(crashed.sockets), folder)
        place = sockets.create(folder)
        self._release_sockets = partial(sockets.remove, place, folder)
        for name in (JWT_SECRET, PROOF_KEY):
            folder.secret(name)
        holder = Holder(os.getpid(), self._address, str(place))
        self._lock.publish(holder)
        connections = await self._start_missing(folder, place)
        self._lock.publish(replace(holder, connections=connections))
        return connections

    async def _start_missing(self, folder: DataFolder, place: Path) -> Connections:
        runnable = programs.runnable_in(folder)
        database_url, redis_url, owner_url = self._database_url, self._redis_url, None
        if not database_url:
            postgres = Postgres(folder, runnable, place, self._report)
            await self._bring_up(postgres)
            database_url, owner_url = postgres.url, postgres.owner_url
        if not redis_url:
            valkey = Valkey(folder, runnable, place, self._report)
            await self._bring_up(valkey)
            redis_url = valkey.url
        return Connections(database_url, redis_url, owner_url)

    async def _bring_up(self, service: Service) -> None:
        self._services.append(service)
        self._report(f"Starting {service.name}…")
        await service.prepare()
        await service.start()

    async def _next_death(self) -> Service:
        await until(lambda: any(each.has_died for each in self._services), every_s=0.25)
        return next(each for each in self._services if each.has_died)

    async def _restart(self, service: Service, *, wait_s: float) -> None:
        await asyncio.sleep(wait_s)
        with suppress(ServiceFailed, DiskFull):  # it has died again, and the loop counts that
            await service.start()


def signing_secret_in(data_dir: Path, name: str = JWT_SECRET) -> str | None:
    """The secret that `agentlab up` on this folder signs with, if it has made one."""
    try:
        return (data_dir / SECRETS / name).read_text(encoding="utf-8")
    except OSError:
        return None


@asynccontextmanager
async def embedded(
    data_dir: Path,
    *,
    database_url: str | None = None,
    redis_url: str | None = None,
    report: Report = lambda _line: None,
) -> AsyncIterator[Connections]:
    """The services that run on the folder or, when none do, our own for the duration.

    An address that is given is used in any case; with both given the folder is not looked at.
    """
    while not (database_url and redis_url) and (holder := holder_of(data_dir)) is not None:
        if (running := holder.connections) is not None:
            yield Connections(
                database_url or running.database_url,
                redis_url or running.redis_url,
                None if database_url else running.owner_url,
            )
            return
        await asyncio.sleep(0.1)  # its services are starting
    services = EmbeddedServices(
        data_dir, database_url=database_url, redis_url=redis_url, report=report
    )
    try:
        yield await services.start()
    finally:
        await services.stop()
