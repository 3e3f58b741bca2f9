"""The place of a server: its backup container, where Compose puts all that a backup needs."""

from pathlib import Path

from agentlab.context import Context
from agentlab.operations.backup.desk import folder_of, retention_of, s3_of
from agentlab.operations.backup.place import CONFIGURATION as CONFIGURATION_PART
from agentlab.operations.backup.place import FILES, Part, Place
from agentlab.operations.embedded.folder import BACKUP_KEY
from agentlab.settings import Settings

CONFIGURATION = Path("/configuration")
"""What of the installation folder belongs to this server alone, as it lies there."""
SCRATCH = Path("/scratch")
PROGRAMS = Path("/usr/lib/postgresql/17/bin")
"""Of the version that the servers run: infrastructure/postgres."""


def is_server() -> bool:
    """Whether this is the backup container: nothing else has the configuration there."""
    return CONFIGURATION.is_dir()


def place_of(settings: Settings, database_url: str) -> Place:
    """`database_url` as the superuser, through the socket that PostgreSQL's container shares."""
    return Place(
        kind="server",
        programs=PROGRAMS,
        database_url=database_url,
        folder=folder_of(settings),
        parts={
            FILES: Part(settings.data_dir, (settings.samples_dir.name,)),
            CONFIGURATION_PART: Part(
                CONFIGURATION,
                (".env", "secrets", "certificates", "state"),
                without=(f"secrets/{BACKUP_KEY}",),
            ),
        },
        key=CONFIGURATION / "secrets" / BACKUP_KEY,
        scratch=SCRATCH,
        recipients=settings.backup_recipients,
        second_folder=settings.backup_second_folder,
        s3=s3_of(settings),
        keep=retention_of(settings),
        prove=settings.backup_prove,
    )


def place_of_running(context: Context) -> Place:
    return place_of(context.settings, context.database_url())
