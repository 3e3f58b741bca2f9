"""pgBackRest's repositories: the one on this host, and the one elsewhere where S3 is configured.

Each has a configuration of its own, so that trouble with one is none of the other's.
"""

import asyncio
import hashlib
import json
import os
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from agentlab.errors import InvalidInput, Unavailable
from agentlab.operations.backup.archives import Which
from agentlab.operations.backup.place import S3

STANZA = "agentlab"
HOME = Path("/var/lib/pgbackrest")
"""What PostgreSQL's container and ours share."""
OUTGOING = HOME / "outgoing"
"""Where `pgbackrest-archive` puts a second copy of each segment, for the repository elsewhere."""
LOCAL_CONFIGURATION = Path("/etc/pgbackrest/local.conf")
ELSEWHERE_CONFIGURATION = HOME / "elsewhere.conf"
OWN_CONFIGURATION = Path("/tmp/elsewhere.conf")  # noqa: S108 - of our own container
"""For a key that is not the one here: nobody else goes on with it."""

Kind = Literal["full", "diff"]
FULL_EVERY = timedelta(days=7)
DIFFERENTIAL_EVERY = timedelta(days=1)
KEPT_DAYS = 14

OTHER_DATABASE = (28, 51)
"""pgBackRest: the repository's information is about another database than the one that runs."""


class RepositoryFailed(Unavailable):
    code = "archive_failed"

    def __init__(self, detail: str, *, exit_code: int = 0) -> None:
        super().__init__(detail)
        self.exit_code = exit_code


class RepositoryOfOther(RepositoryFailed):
    """It is of another database than the one that runs."""


class S3Unsafe(InvalidInput):
    code = "backup_s3_unsafe"


@dataclass(frozen=True)
class BaseBackup:
    label: str
    kind: str
    began_at: datetime
    ended_at: datetime
    first_wal: str
    """The segment that a restore begins with."""


@dataclass(frozen=True)
class Information:
    backups: Sequence[BaseBackup]
    """Of the database that runs now, oldest first."""
    archive: str | None
    """What pgBackRest calls the archive of that database, such as 17-1."""


@dataclass(frozen=True)
class Repository:
    which: Which
    configuration: Path

    async def run(self, command: str, *arguments: str) -> str:
        """What `pgbackrest COMMAND` prints; ended with us when we are cancelled.

        Raises:
            RepositoryFailed: it did not end well; the sentence has its last lines.
        """
        process = await asyncio.create_subprocess_exec(
            "pgbackrest",
            f"--config={self.configuration}",
            f"--stanza={STANZA}",
            command,
            *arguments,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            said, complained = await process.communicate()
        except asyncio.CancelledError:
            with suppress(ProcessLookupError):
                process.terminate()
            await process.wait()
            raise
        if process.returncode:
            raise RepositoryFailed(
                f"pgbackrest {command} failed ({self.which}): {reason_in(said + complained)}",
                exit_code=process.returncode,
            )
        return said.decode(errors="replace")

    async def information(self) -> Information:
        stanza = json.loads(await self.run("info", "--output=json"))[0]
        current = max((each["id"] for each in stanza["db"]), default=None)
        return Information(
            [
                base_backup_of(each)
                for each in stanza["backup"]
                if each["database"]["id"] == current and not each["error"]
            ],
            next(
                (each["id"] for each in stanza["archive"] if each["database"]["id"] == current),
                None,
            ),
        )

    async def make_ready(self, *, may_begin_anew: bool) -> None:
        """Create the stanza, or let it go on with another database than before.

        Args:
            may_begin_anew: that people use the database that runs. Where a new and empty one stands
                beside the archive of another, that one is to be restored, not gone on from.

        Raises:
            RepositoryOfOther: it holds what should be restored.
            RepositoryFailed: it cannot be reached.
        """
        try:
            await self.run("stanza-create", "--no-online")
        except RepositoryFailed as error:
            if error.exit_code not in OTHER_DATABASE:
                raise
            if not may_begin_anew:
                raise RepositoryOfOther(
                    f"The archive ({self.which}) is of another database than the one that runs, "
                    "and nobody uses this one yet. Bring that one back with `agentlab restore --at "
                    "latest`; to begin anew, `agentlab user add EMAIL --name NAME --role "
                    "administrator`.",
                    exit_code=error.exit_code,
                ) from error
            await self.run("stanza-upgrade", "--no-online")

    async def back_up(self, kind: Kind) -> None:
        """Make a base backup, and let go of what is older than it needs to be."""
        await self.run("backup", f"--type={kind}")

    async def segments(self, archive: str, since: str) -> set[int]:
        """The numbers of the segments from `since` on that the repository has."""
        path = f"archive/{STANZA}/{archive}"
        folders = (await self.run("repo-ls", path)).split()
        names = [
            name
            for folder in folders
            if len(folder) == len("0000000100000000") and folder[8:] >= since[8:16]
            for name in (await self.run("repo-ls", f"{path}/{folder}")).split()
        ]
        return {number for name in names if (number := number_of(name)) >= number_of(since)}

    async def has_gap(self, found: Information) -> bool:
        """Whether a segment since the newest base backup is missing among those that are there."""
        if not found.backups or not found.archive:
            return False
        numbers = await self.segments(found.archive, found.backups[-1].first_wal)
        return bool(numbers) and max(numbers) - min(numbers) + 1 != len(numbers)


def reason_in(output: bytes) -> str:
    """What pgBackRest says went wrong, and what the storage said of that, in one line."""
    said = output.decode(errors="replace")
    lines = [line.strip() for line in said.partition("ERROR: ")[2].splitlines() if line.strip()]
    answer = re.search(r"<Message>(.*?)</Message>", said)
    return " ".join([*(lines[:2] or [said[-200:]]), *(answer.groups() if answer else ())])


def due(backups: Sequence[BaseBackup], now: datetime, *, is_apart: bool) -> Kind | None:
    """Which base backup should be made now, if any.

    `is_apart`: that the archive does not lead from the newest one to what is written now.

    What a clock that was ahead has dated later than now counts for nothing that is due. But
    pgBackRest names a full one by the clock, and makes none whose name comes before another: until
    the clock is there, only what builds on the one that is ahead can be made.
    """
    past = [each for each in backups if each.ended_at <= now]
    full = max((each.ended_at for each in past if each.kind == "full"), default=None)
    is_ahead = len(past) < len(backups)
    if not is_ahead and (full is None or now - full >= FULL_EVERY):
        return "full"
    last = max((each.ended_at for each in past), default=None)
    if is_apart or last is None or now - last >= DIFFERENTIAL_EVERY:
        return "diff"
    return None


def number_of(segment: str) -> int:
    """The number of a segment of 16 MiB in its timeline; -1 for what is none, such as a history."""
    name = segment[:24]
    try:
        return int(name[8:16], 16) * 256 + int(name[16:24], 16) if len(name) == 24 else -1  # noqa: PLR2004
    except ValueError:
        return -1


def base_backup_of(found: Mapping[str, Any]) -> BaseBackup:
    times = found["timestamp"]
    return BaseBackup(
        found["label"],
        found["type"],
        datetime.fromtimestamp(times["start"], UTC),
        datetime.fromtimestamp(times["stop"], UTC),
        found["archive"]["start"],
    )


def local() -> Repository:
    return Repository(Which.LOCAL, LOCAL_CONFIGURATION)


def elsewhere(s3: S3 | None, key: Path) -> list[Repository]:
    """The one in a bucket, its configuration written as it is now; none where none is set.

    Raises:
        S3Unsafe: it would be reached without TLS.
    """
    if s3 is None:
        ELSEWHERE_CONFIGURATION.unlink(missing_ok=True)
        return []
    OUTGOING.mkdir(mode=0o700, exist_ok=True)
    passphrase = passphrase_of(key.read_text(encoding="utf-8"))
    write_private(ELSEWHERE_CONFIGURATION, configuration_of(s3, passphrase))
    return [Repository(Which.ELSEWHERE, ELSEWHERE_CONFIGURATION)]


def elsewhere_with(s3: S3 | None, key: str) -> list[Repository]:
    """The same, as only this container reads it with the text of another key.

    Raises:
        S3Unsafe: it would be reached without TLS.
    """
    if s3 is None:
        return []
    write_private(OWN_CONFIGURATION, configuration_of(s3, passphrase_of(key)))
    return [Repository(Which.ELSEWHERE, OWN_CONFIGURATION)]


def configuration_of(s3: S3, passphrase: str) -> str:
    """As `infrastructure/postgres/pgbackrest.conf`, encrypted, and in a bucket over TLS."""
    if not s3.endpoint.startswith("https://"):
        raise S3Unsafe(
            f"BACKUP_S3_ENDPOINT is {s3.endpoint}, and the archive is only sent over TLS. Give an "
            "https:// address."
        )
    settings = {
        "repo1-type": "s3",
        "repo1-path": f"/{s3.prefix}pgbackrest",
        "repo1-s3-endpoint": s3.endpoint,
        "repo1-s3-bucket": s3.bucket,
        "repo1-s3-region": s3.region,
        "repo1-s3-uri-style": "path",
        "repo1-s3-key": s3.access_key,
        "repo1-s3-key-secret": s3.secret_key,
        "repo1-cipher-type": "aes-256-cbc",
        "repo1-cipher-pass": passphrase,
        "repo1-bundle": "y",
        "repo1-retention-full-type": "time",
        "repo1-retention-full": str(KEPT_DAYS),
        "compress-type": "zst",
        "start-fast": "y",
        "io-timeout": "30",
        "lock-path": "/tmp/pgbackrest-elsewhere",  # noqa: S108 - of our own container
        "log-level-console": "warn",
        "log-level-file": "off",
    }
    if s3.ca:
        settings["repo1-storage-ca-file"] = str(s3.ca)
    database = {
        "pg1-path": "/var/lib/postgresql/data",
        "pg1-socket-path": "/var/run/postgresql",
        "pg1-user": "postgres",
        "pg1-database": "postgres",
    }
    return section("global", settings) + section(STANZA, database)


def section(name: str, settings: dict[str, str]) -> str:
    for setting, value in settings.items():
        if any(letter in value for letter in "\r\n"):
            raise InvalidInput(f"What becomes {setting} of pgBackRest has more than one line.")
    return "\n".join([f"[{name}]", *(f"{k}={v}" for k, v in settings.items()), ""])


def passphrase_of(key: str) -> str:
    """From the backups' key, so that whoever has that can read the archive elsewhere, too."""
    secret = "".join(line.strip() for line in key.splitlines() if not line.startswith("#"))
    return hashlib.sha256(f"agentlab pgbackrest {secret}".encode()).hexdigest()


def write_private(file: Path, text: str) -> None:
    fresh = file.with_name(f".{file.name}.{os.getpid()}")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(text)
    fresh.replace(file)
