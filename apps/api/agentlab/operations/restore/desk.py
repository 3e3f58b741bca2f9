"""A restore on a desk: into the embedded PostgreSQL, whether AgentLab runs on its folder or not."""

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import httpx
from anyio.from_thread import start_blocking_portal
from fastapi import FastAPI
from pydantic import SecretStr

from agentlab.errors import AgentLabError, InvalidInput, Unavailable
from agentlab.operations.backup.desk import place_of, programs_in
from agentlab.operations.backup.place import CONFIGURATION, FILES, Place
from agentlab.operations.backup.shelf import Report as ShelfReport
from agentlab.operations.backup.shelf import Shelf
from agentlab.operations.embedded import (
    JWT_SECRET,
    PROOF_KEY,
    Connections,
    embedded,
    signing_secret_in,
)
from agentlab.operations.embedded import folder as data_folder
from agentlab.operations.embedded.folder import SECRETS, DataFolder
from agentlab.operations.embedded.service import Report
from agentlab.operations.restore import restoring
from agentlab.operations.restore.databases import Databases
from agentlab.operations.restore.journal import Journal, Outcome
from agentlab.operations.restore.restore_points import has_people, restore_point
from agentlab.operations.restore.restoring import RestoreFailed, Source
from agentlab.operations.restore.swapped import Swapped
from agentlab.settings import Settings

SAMPLES = "samples"
WHERE_SAMPLES_ARE = (SAMPLES, f"data/{SAMPLES}", f"state/data/{SAMPLES}")
"""In the files of a desk's bundle, and of a server's."""

SIGNING = (JWT_SECRET, PROOF_KEY)
"""The secrets that belong to what is in the database; the others belong to the folder's servers."""


CreateApp = Callable[[Settings], FastAPI]


class NotHealthy(Unavailable):
    code = "restored_not_healthy"


class NotEmbedded(InvalidInput):
    code = "restore_needs_embedded_database"


@dataclass(frozen=True)
class Desk:
    place: Place
    folder: DataFolder
    settings: Settings
    """With the addresses of PostgreSQL and Redis filled in."""
    create_app: CreateApp
    """AgentLab itself, which stands above this module, to see whether it is well."""

    @cached_property
    def journal(self) -> Journal:
        return Journal(self.place.folder)

    @cached_property
    def databases(self) -> Databases:
        return Databases(self.place.database_url)

    @cached_property
    def swapped(self) -> tuple[Swapped, ...]:
        secrets = self.folder.path / SECRETS
        return (
            Swapped(self.folder.path / SAMPLES),
            *(Swapped(secrets / name) for name in SIGNING),
            Swapped(self.place.key),
        )

    def restore_point(self, report: ShelfReport) -> str | None:
        return restore_point(self.place, report)

    def stage(self, source: Source) -> None:
        """The files, and the secrets that proofs and tokens were signed with.

        Where nobody was yet, the key that opened the bundle is the key from now on: people have it
        in their custody already.
        """
        unpacked = Path(tempfile.mkdtemp(prefix=".unpacked-", dir=self.folder.path))
        try:
            for part in (FILES, CONFIGURATION):
                source.extract(part, unpacked)
            self.stage_files(unpacked)
        finally:
            shutil.rmtree(unpacked)
        if source.identities and not has_people(self.place.database_url):
            key = "".join(f"{identity}\n" for identity in source.identities)
            self.folder.write(Swapped(self.place.key).beside, key.encode())

    def stage_files(self, unpacked: Path) -> None:
        for place in WHERE_SAMPLES_ARE:
            if (unpacked / place).is_dir():
                (unpacked / place).rename(Swapped(self.folder.path / SAMPLES).beside)
        for name in SIGNING:
            if (secret := unpacked / SECRETS / name).is_file():
                living = self.folder.path / SECRETS / name
                self.folder.write(Swapped(living).beside, secret.read_bytes().strip())

    def check_health(self) -> None:
        """Start AgentLab on what was restored, without a port and without its worker."""
        made = {name: signing_secret_in(self.folder.path, name) for name in SIGNING}
        secrets = {name: SecretStr(secret) for name, secret in made.items() if secret}
        asyncio.run(need_answers(self.create_app(self.settings.model_copy(update=secrets))))


async def need_answers(app: FastAPI) -> None:
    """Raise `NotHealthy` unless AgentLab is ready and knows its people."""
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client,
    ):
        ready = await client.get("/readyz")
        setup = await client.get("/api/v1/setup")
    if ready.status_code != httpx.codes.OK:
        raise NotHealthy(f"AgentLab is not ready on what was restored: {ready.text}")
    if setup.json().get("needs_first_administrator") is not False:
        raise NotHealthy(f"AgentLab does not find its people in what was restored: {setup.text}")


@contextmanager
def desk_of(
    settings: Settings, create_app: CreateApp, *, report: Report = lambda _line: None
) -> Iterator[Desk]:
    """With the services of the AgentLab that runs on the data folder, or with our own."""
    if settings.database_url:
        raise NotEmbedded(
            "DATABASE_URL names a server of your own, and `agentlab restore` works on the "
            "PostgreSQL that AgentLab starts itself. Unset it, or restore on that server with "
            "pg_restore."
        )
    services = embedded(settings.data_dir, redis_url=settings.redis_address, report=report)
    with start_blocking_portal() as portal, portal.wrap_async_context_manager(services) as running:
        yield desk_with(settings, running, create_app)


def desk_with(settings: Settings, connections: Connections, create_app: CreateApp) -> Desk:
    servers = settings.with_servers(
        database_url=connections.database_url, redis_url=connections.redis_url
    )
    place = place_of(settings, connections.as_owner)
    Shelf(place.folder).prepare()
    return Desk(place, data_folder.prepare(settings.data_dir), servers, create_app)


def settle(
    settings: Settings, create_app: CreateApp, report: Report, connections: Connections
) -> None:
    """Before AgentLab starts: finish a restore that was interrupted, or clear up after it."""
    with suppress(AgentLabError):  # found now, as later on nothing acts as the services' account
        programs_in(settings.data_dir)
    if settings.database_url:
        return
    desk = desk_with(settings, connections, create_app)
    entry = desk.journal.read()
    if entry is None or entry.outcome is not Outcome.RUNNING:
        return
    report(f"The restore of {entry.bundle} was interrupted. Finishing it, or clearing up…")
    try:
        restoring.settle(desk)
    except RestoreFailed as error:
        ended = desk.journal.read()
        if ended and ended.outcome is Outcome.RUNNING:
            raise
        report(error.detail)  # what was there before is there still, and can be started
