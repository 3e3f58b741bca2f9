"""Where AgentLab runs, as a backup sees it: on a desk, or in the backup container of a server."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from agentlab.errors import Unavailable

DATABASE = "database"
ROLES = "roles"
FILES = "files"
CONFIGURATION = "configuration"

Kind = Literal["desk", "server"]


class ProgramMissing(Unavailable):
    code = "backup_program_missing"


@dataclass(frozen=True)
class Part:
    """Files that go into a bundle, named relative to a folder, so that they can lie elsewhere."""

    root: Path
    entries: tuple[str, ...]
    """Files and folders below `root`; what does not exist is left out."""
    without: tuple[str, ...] = ()
    """What stays out of them, such as the backup's own key."""


@dataclass(frozen=True)
class Generations:
    """Grandfather, father, son: how many days, weeks and months keep their newest backup."""

    daily: int
    weekly: int
    monthly: int


@dataclass(frozen=True)
class Retention:
    days: int = 30
    """Backups of so many days are kept; a day without a backup does not count."""
    minimum: int = 3
    """So many good backups are never deleted, whatever else is said."""
    generations: Generations | None = None
    """Instead of `days`."""


@dataclass(frozen=True)
class S3:
    endpoint: str
    bucket: str
    region: str
    prefix: str
    """Ends with `/`, or is empty."""
    access_key: str = field(repr=False)
    secret_key: str = field(repr=False)
    ca: Path | None = None
    """Certificates that the endpoint's is signed by, where the system does not know them."""


@dataclass(frozen=True)
class Place:
    kind: Kind
    programs: Path
    """The folder with pg_dump, pg_restore, pg_dumpall, postgres and initdb."""
    database_url: str = field(repr=False)
    """As a role that may read everything, roles included."""
    folder: Path
    """Where the bundles lie: the shelf."""
    parts: Mapping[str, Part]
    """What FILES and CONFIGURATION are made of."""
    key: Path
    """The age identity that opens every bundle made here."""
    scratch: Path
    """Where a proof may make a PostgreSQL of its own; it is made when it is missing."""
    recipients: tuple[str, ...] = ()
    """Further age recipients: people whose own key opens the bundles, too."""
    second_folder: Path | None = None
    s3: S3 | None = None
    keep: Retention = Retention()
    prove: bool = True
    """Whether each new backup is restored into a scratch database at once."""

    def program(self, name: str) -> str:
        """The path of one of PostgreSQL's programs."""
        file = self.programs / name
        if not file.is_file():
            raise ProgramMissing(
                f"{name} is not in {self.programs}. Install PostgreSQL's programs there; without "
                "them no backup can be made, verified or restored."
            )
        return str(file)
