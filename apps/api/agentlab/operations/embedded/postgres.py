"""The embedded PostgreSQL: one private socket, passwords for everybody, tuned for a desk."""

import hashlib
import shutil
import signal
import tempfile
from functools import cached_property
from pathlib import Path
from typing import ClassVar
from urllib.parse import quote

import psycopg
from psycopg import sql
from psycopg.rows import TupleRow
from typing_extensions import override

from agentlab.errors import Conflict
from agentlab.kit.waiting import until
from agentlab.operations.embedded import roles
from agentlab.operations.embedded.programs import POSTGRES_MAJOR
from agentlab.operations.embedded.service import Service, ServiceFailed
from agentlab.operations.embedded.sockets import POSTGRES_PORT

DATABASE = "agentlab"
UNFINISHED = "initialising-"

SETTINGS = {
    "listen_addresses": "",
    "port": str(POSTGRES_PORT),
    "unix_socket_permissions": "0700",
    # A person's desk, not a server: small shared memory, no helper processes that idle.
    "shared_buffers": "48MB",
    "max_connections": "40",
    "io_method": "sync",
    "jit": "off",
    "random_page_cost": "1.1",  # of a disk without moving parts; the default is for one with them
    "work_mem": "8MB",
    "maintenance_work_mem": "64MB",
    "effective_cache_size": "256MB",
    "max_wal_size": "256MB",
    "min_wal_size": "32MB",
    "wal_compression": "pglz",
    "max_wal_senders": "4",
    # An archive that cannot be written must not fill the database's own disk.
    "max_slot_wal_keep_size": "512MB",
    "hot_standby": "off",  # after a restore, it answers when it can write
    # Parallel index builds need more of /dev/shm than a container has by default.
    "max_parallel_maintenance_workers": "0",
    "log_checkpoints": "off",
    "log_line_prefix": "%m [%p] ",
    "log_timezone": "UTC",
    "timezone": "UTC",
}


class DataFromOtherVersion(Conflict):
    code = "data_from_other_version"


class Postgres(Service):
    name: ClassVar = "PostgreSQL"
    farewell: ClassVar = ((signal.SIGINT, 30.0), (signal.SIGQUIT, 5.0))

    @property
    @override
    def url(self) -> str:
        return self._url_of(DATABASE, roles.APPLICATION, self._application_password)

    @property
    def owner_url(self) -> str:
        return self._url_of(DATABASE, roles.OWNER, self.password)

    @override
    async def prepare(self) -> None:
        await self.end_leftovers()
        await until(self._nothing_unfinished, timeout_s=10)
        version = self.data / "PG_VERSION"
        if not self.data.exists():
            await self._initialise()
        elif (found := version.read_text().strip()) != POSTGRES_MAJOR:
            raise DataFromOtherVersion(
                f"{self.data} was made by PostgreSQL {found}; this AgentLab runs PostgreSQL "
                f"{POSTGRES_MAJOR}. Start the AgentLab that made it, or name another folder with "
                "AGENTLAB_DATA_DIR=…"
            )

    @override
    def command(self) -> list[str]:
        settings = SETTINGS | {
            "unix_socket_directories": f'"{self.sockets}"',
            "cluster_name": self._cluster_name,
        }
        options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
        return [str(self.programs.postgres), "-D", str(self.data), *options]

    @override
    def is_ours(self, cmdline: list[str]) -> bool:
        """The server by its folder, its children by the name in their title; and `initdb`."""
        program = Path(cmdline[0]).name if cmdline else ""
        if program == "postgres" and cmdline[1:3] == ["-D", str(self.data)]:
            return True
        if program == "initdb" and cmdline[1].startswith(
            f"--pgdata={self.folder.path / UNFINISHED}"
        ):
            return True
        return " ".join(cmdline).startswith(f"postgres: {self._cluster_name}: ")

    @override
    def traces(self) -> tuple[tuple[Path, str], ...]:
        # PostgreSQL believes a pid file whose number is alive, be it a zombie or a stranger.
        socket = f".s.PGSQL.{POSTGRES_PORT}"
        return (
            (self.data, "postmaster.pid"),
            (self.sockets, socket),
            (self.sockets, f"{socket}.lock"),
        )

    @override
    async def answers(self) -> bool:
        connection = await self._connect_as_owner("postgres")
        if connection is None:
            return False
        async with connection:
            await _create_database(connection)
        connection = await self._connect_as_owner(DATABASE)
        if connection is None:
            return False
        async with connection:
            await roles.separate(connection, self._application_password)
        return True

    async def _connect_as_owner(self, database: str) -> psycopg.AsyncConnection[TupleRow] | None:
        """By whichever name the owner has in this data folder; None while nobody answers."""
        for role in (roles.OWNER, roles.FORMER_OWNER):
            try:
                return await psycopg.AsyncConnection.connect(
                    self._url_of(database, role, self.password), autocommit=True
                )
            except psycopg.OperationalError as error:
                if "authentication failed" not in str(error):
                    return None
        raise ServiceFailed(
            f"PostgreSQL refuses the password in {self.secret_file}. Put the file back "
            "that belongs to this data folder."
        )

    @cached_property
    def _application_password(self) -> str:
        return self.folder.secret("postgresql_application").read_text(encoding="utf-8")

    async def _initialise(self) -> None:
        """Build the cluster beside its place and move it there: it exists whole or not at all."""
        self.report("Creating the database, on the first start only…")
        fresh = self._fresh_folder()
        await self._run_initdb(fresh)
        self._move_into_place(fresh)

    def _fresh_folder(self) -> Path:
        with self.folder.account.acting():
            return Path(tempfile.mkdtemp(prefix=UNFINISHED, dir=self.folder.path))

    async def _run_initdb(self, fresh: Path) -> None:
        process = self.launch(
            [
                str(self.programs.initdb),
                f"--pgdata={fresh}",
                f"--username={roles.OWNER}",
                f"--pwfile={self.secret_file}",
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--locale-provider=builtin",
                "--builtin-locale=C.UTF-8",
                "--data-checksums",
                "--no-clean",  # so that a full disk is still seen to be full
            ]
        )
        try:
            await until(lambda: process.poll() is not None)
        finally:
            process.kill()
            process.wait()
        if process.returncode != 0:
            failure = self.failure("while creating the database", process)
            self._nothing_unfinished()
            raise failure

    def _nothing_unfinished(self) -> bool:
        """Remove what an `initdb` left that did not end well; False while it still writes."""
        with self.folder.account.acting():
            for unfinished in self.folder.path.glob(f"{UNFINISHED}*"):
                shutil.rmtree(unfinished, ignore_errors=True)
            return not any(self.folder.path.glob(f"{UNFINISHED}*"))

    def _move_into_place(self, fresh: Path) -> None:
        with self.folder.account.acting():
            fresh.rename(self.data)

    def _url_of(self, database: str, role: str, password: str) -> str:
        secret = quote(password, safe="")
        host = quote(bytes(self.sockets), safe="")
        return f"postgresql://{role}:{secret}@/{database}?host={host}&port={POSTGRES_PORT}"

    @property
    def _cluster_name(self) -> str:
        return f"agentlab-{hashlib.sha256(bytes(self.data)).hexdigest()[:16]}"


async def _create_database(connection: psycopg.AsyncConnection[TupleRow]) -> None:
    found = await connection.execute("SELECT FROM pg_database WHERE datname = %s", [DATABASE])
    if found.rowcount == 0:
        await connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
