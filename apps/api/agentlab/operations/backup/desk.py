"""The place of `agentlab up`: everything lies in its data folder."""

import re
import shutil
from functools import cache
from pathlib import Path

from agentlab.context import Context
from agentlab.errors import InvalidInput
from agentlab.operations.backup.place import (
    CONFIGURATION,
    FILES,
    S3,
    Generations,
    Part,
    Place,
    ProgramMissing,
    Retention,
)
from agentlab.operations.embedded import connections_of_running, programs
from agentlab.operations.embedded import folder as data_folder
from agentlab.operations.embedded.folder import BACKUP_KEY, SECRETS
from agentlab.operations.embedded.programs import ProgramsMissing
from agentlab.settings import Settings


def place_of(settings: Settings, database_url: str) -> Place:
    """`database_url` as the database's owner."""
    home = settings.data_dir
    return Place(
        kind="desk",
        programs=programs_in(home),
        database_url=database_url,
        folder=folder_of(settings),
        parts={
            FILES: Part(home, (settings.samples_dir.name,)),
            CONFIGURATION: Part(home, (SECRETS,), without=(f"{SECRETS}/{BACKUP_KEY}",)),
        },
        key=key_of(settings),
        scratch=home / "scratch",
        recipients=settings.backup_recipients,
        second_folder=settings.backup_second_folder,
        s3=s3_of(settings),
        keep=retention_of(settings),
        prove=settings.backup_prove,
    )


def place_of_running(context: Context) -> Place:
    """That of the AgentLab which runs in this process."""
    settings = context.settings
    running = connections_of_running(settings.data_dir)
    return place_of(settings, running.as_owner if running else context.database_url())


def folder_of(settings: Settings) -> Path:
    return settings.backup_folder or settings.data_dir / "backups"


def key_of(settings: Settings) -> Path:
    return settings.data_dir / SECRETS / BACKUP_KEY


def retention_of(settings: Settings) -> Retention:
    gfs = settings.backup_keep_gfs
    return Retention(
        days=settings.backup_keep_days,
        minimum=settings.backup_keep_minimum,
        generations=Generations(*gfs) if gfs else None,
    )


def s3_of(settings: Settings) -> S3 | None:
    """None unless an endpoint is set, which the other settings then are, too."""
    if settings.backup_s3_endpoint is None:
        return None
    secret = settings.current("backup_s3_secret_key")
    if not secret:  # most processes of a server have no business with it
        raise InvalidInput("BACKUP_S3_ENDPOINT is set, so BACKUP_S3_SECRET_KEY has to be, too.")
    return S3(
        endpoint=settings.backup_s3_endpoint,
        bucket=settings.backup_s3_bucket or "",
        region=settings.backup_s3_region,
        prefix=re.sub(r"^/+|/*$", "", settings.backup_s3_prefix or "") + "/"
        if settings.backup_s3_prefix
        else "",
        access_key=settings.backup_s3_access_key or "",
        secret_key=secret,
        ca=settings.backup_s3_ca,
    )


@cache
def programs_in(home: Path) -> Path:
    """PostgreSQL's programs from its wheel or, where that is not installed, the system's.

    Found once: for root this acts as the services' account, which it must not while it serves.
    """
    try:
        programs.installed()
        return programs.runnable_in(data_folder.prepare(home)).postgres.parent
    except ProgramsMissing as error:
        found = shutil.which("pg_dump")
        if found is None:
            raise ProgramMissing(
                "There is no pg_dump here. Install `agentlab[embedded]`, or PostgreSQL's client "
                "and server programs, at least as new as your server."
            ) from error
        return Path(found).resolve().parent
