"""The data folder: who owns it, what lies in it, and a sentence for every way it can be wrong.

postgres/ valkey/   the data           programs/     copies, only where root needs them
secrets/            passwords          run/          sockets, when the path is short enough
logs/               what both say      lock, running.json   who holds the folder
"""

import errno
import os
import pwd
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from agentlab.errors import Unavailable
from agentlab.kit.folders import nearest_existing
from agentlab.operations.embedded import account
from agentlab.operations.embedded.account import Account

NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
LOCK = "lock"
SECRETS = "secrets"
BACKUP_KEY = "backup_key"
PRIVATE = 0o700
LOG_LIMIT_BYTES = 5_000_000
REMEDY = "Name another folder with AGENTLAB_DATA_DIR=…"


class DataFolderUnusable(Unavailable):
    code = "data_folder_unusable"


class DiskFull(Unavailable):
    code = "disk_full"


def disk_full(path: Path) -> DiskFull:
    free_mb = shutil.disk_usage(path).free / 1_000_000
    return DiskFull(
        f"There is no room left to write in {path}: {free_mb:.0f} MB are free on its disk, and a "
        "new installation needs about 200 MB. Free some space (or raise the quota) and start "
        "again. Nothing that was stored is lost."
    )


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn what the operating system says about the data folder into one of our sentences."""
    try:
        yield
    except OSError as error:
        if error.errno in NO_ROOM:
            raise disk_full(nearest_existing(path)) from error
        raise DataFolderUnusable(
            f"AgentLab cannot use the data folder {path}: {error.strerror or error} "
            f"({error.filename or path}). {REMEDY}"
        ) from error


@dataclass(frozen=True)
class DataFolder:
    """A folder that exists, is ours alone, and can be entered by the services' account."""

    path: Path
    account: Account

    def subfolder(self, name: str) -> Path:
        with self.account.acting():
            folder = self.path / name
            folder.mkdir(mode=PRIVATE, exist_ok=True)
            return folder

    def secret(self, name: str) -> Path:
        """The file with the secret `name`, generated when it is missing."""
        file = self.path / SECRETS / name
        if not file.exists():
            self.subfolder(SECRETS)
            self.write(file, secrets.token_urlsafe(32).encode())
        return file

    def write(self, file: Path, content: bytes) -> None:
        """Write a private file so that a crash leaves the old one or the new one, never half."""
        fresh = file.with_name(f".{file.name}.new")
        with self.account.acting():
            fresh.unlink(missing_ok=True)
            descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(descriptor)
            fresh.replace(file)

    def open_log(self, name: str) -> tuple[Path, int]:
        """The log file and a descriptor that appends; one earlier log is kept."""
        file = self.subfolder("logs") / f"{name}.log"
        with self.account.acting():
            if file.exists() and file.stat().st_size > LOG_LIMIT_BYTES:
                file.replace(file.with_suffix(".log.1"))
            return file, os.open(file, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)


def prepare(path: Path) -> DataFolder:
    """Create or take over the data folder, without touching anything above it."""
    path = path.resolve()
    owner = account.for_services()
    with explained(path):
        _make(path, owner)
        _refuse_if_foreign(path, owner)
        path.chmod(PRIVATE)
        if owner.switched:
            os.chown(path, owner.uid, owner.gid)
            _refuse_if_unreachable(path, owner)
        with owner.acting():
            (path / LOCK).touch(0o600)  # from now on it is known as ours
    return DataFolder(path, owner)


def _make(path: Path, owner: Account) -> None:
    missing = [folder for folder in path.parents if not folder.exists()]
    for folder in reversed(missing):
        folder.mkdir()
        if owner.switched:  # root's umask may be 077, and the services must pass through
            folder.chmod(0o755)
    path.mkdir(mode=PRIVATE, exist_ok=True)


def _refuse_if_foreign(path: Path, owner: Account) -> None:
    """Leave folders alone that hold somebody's files: a slip in the setting must not cost them."""
    held_by = path.stat().st_uid
    if held_by not in {owner.uid, os.geteuid()}:
        raise DataFolderUnusable(
            f"The data folder {path} belongs to the user {_user_name(held_by)}. Start AgentLab as "
            f"that user, or name another folder with AGENTLAB_DATA_DIR=…"
        )
    content = {entry.name for entry in path.iterdir()} - {"lost+found"}
    # Beside servers of one's own an earlier version left backups there, and no lock.
    is_ours = LOCK in content or (path / SECRETS / BACKUP_KEY).exists()
    if content and not is_ours:
        raise DataFolderUnusable(
            f"The folder {path} holds files that are not AgentLab's. Name an empty or a new "
            "folder with AGENTLAB_DATA_DIR=…"
        )


def _user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _refuse_if_unreachable(path: Path, owner: Account) -> None:
    for folder in (*reversed(path.parents), path):
        with owner.acting():
            try:
                os.stat(f"{folder}/.")  # noqa: PTH116 - Path drops the dot that makes the kernel look inside
            except PermissionError:
                closed = folder
            else:
                continue
        raise DataFolderUnusable(
            f"The services run as the unprivileged user `{account.NAME}`, which may not enter "
            f"{closed}. {REMEDY}, for example /var/lib/agentlab"
        )
