"""The drill of a desk: its newest backup restored on a scratch data folder, and started there."""

from functools import partial
from pathlib import Path

from agentlab.errors import NotFound
from agentlab.kit import clock
from agentlab.operations.backup import keys
from agentlab.operations.backup.archives import read_state
from agentlab.operations.backup.place import CONFIGURATION, Place
from agentlab.operations.backup.shelf import Shelf
from agentlab.operations.restore import restoring
from agentlab.operations.restore.desk import SIGNING, CreateApp, desk_of
from agentlab.operations.restore.drill import (
    Notes,
    Part,
    Report,
    advise_on_custody,
    drill,
    scratch_folder,
)
from agentlab.operations.restore.source import find, opened
from agentlab.settings import Settings


class SecretNotBackedUp(NotFound):
    code = "drill_secret_missing"


def drill_on_desk(
    settings: Settings,
    place: Place,
    create_app: CreateApp,
) -> Report:
    """`place` is the desk's own; its database is not asked for anything."""
    shelf = Shelf(place.folder)
    with scratch_folder(place.scratch) as folder:
        scratch = settings.model_copy(
            update={"data_dir": folder / "data", "backup_folder": folder / "backups"}
        )
        return drill(
            {
                Part.DATA: partial(restore_on_scratch, place, scratch, create_app),
                Part.SERVICE: partial(start_on_scratch, scratch, create_app),
                Part.CONFIGURATION: partial(look_at_secrets, place, folder / "configuration"),
                Part.COMMUNICATION: partial(look_at_words, settings, shelf),
            },
            rpo_s=lambda: lost_s(shelf),
            folder=settings.data_dir / "drills",
        )


def lost_s(shelf: Shelf) -> float | None:
    """Seconds since the last moment that an archive or, failing that, a backup leads back to."""
    now, archives = clock.now(), read_state(shelf.folder)
    moments = [each.until for each in archives if each.until and not each.is_in_trouble(now)]
    if newest := shelf.latest_good():
        moments.append(newest.created_at)
    return round((now - max(moments)).total_seconds(), 1) if moments else None


def restore_on_scratch(
    place: Place, scratch: Settings, create_app: CreateApp, notes: Notes
) -> None:
    newest = Shelf(place.folder).find("latest").file
    with desk_of(scratch, create_app) as desk:
        source = find(desk.place, str(newest), keys.read(place.key))
        restoring.restore(desk, source)
    rows = sum(source.bundle.manifest.database.rows.values())
    notes.said.append(
        f"{newest.name} came back on an empty data folder: {rows:,} rows, "
        f"{source.bundle.manifest.documents.count:,} versions of documents, the audit trail whole."
    )


def start_on_scratch(scratch: Settings, create_app: CreateApp, notes: Notes) -> None:
    """A second start, as after the machine was switched on again."""
    with desk_of(scratch, create_app) as desk:
        desk.check_health()
    notes.said.append(f"AgentLab {scratch.version} started on it and answered.")


def look_at_secrets(place: Place, folder: Path, notes: Notes) -> None:
    newest = opened(Shelf(place.folder).find("latest").file, keys.read(place.key))
    folder.mkdir()
    newest.extract(CONFIGURATION, folder)
    missing = [name for name in SIGNING if not (folder / "secrets" / name).is_file()]
    if missing:
        raise SecretNotBackedUp(
            f"{newest.name} lacks {', '.join(missing)}: what was signed with it could not be "
            "verified any more. Make another backup."
        )
    notes.said.append("The secrets that tokens and proofs were signed with are in the backup.")


def look_at_words(settings: Settings, shelf: Shelf, notes: Notes) -> None:
    advise_on_custody(shelf, notes)
    if settings.smtp_host is None:
        notes.advice.append("No mail server is set (SMTP_HOST), so people are told by hand.")
    else:
        notes.said.append(f"Mail goes out through {settings.smtp_host}.")
