"""Whether this computer believes the local certificate authority."""

import os
import platform
import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from agentlab.errors import Conflict, NotFound
from agentlab.operations.host.folder import Installation

NAME = "agentlab-local-authority"
NSS_NAME = "AgentLab local authority"

Command = Sequence[str]


class NoAuthority(NotFound):
    code = "no_local_authority"


class TrustNotChanged(Conflict):
    code = "trust_not_changed"


@dataclass(frozen=True, slots=True)
class TrustStore:
    """Where a system keeps the authorities that it believes, and how it takes notice.

    On macOS a keychain takes the place of the folder.
    """

    system: str
    folder: Path | None
    suffix: str
    notice: Command

    @property
    def file(self) -> Path | None:
        return self.folder / f"{NAME}{self.suffix}" if self.folder else None

    def additions(self, authority: Path) -> list[Command]:
        if self.file is None:
            keychain = "/Library/Keychains/System.keychain"
            return [(*self.notice, "add-trusted-cert", "-d", "-k", keychain, str(authority))]
        copy = ("install", "-m", "0644", str(authority), str(self.file))
        return [copy, self.notice]

    def removals(self, authority: Path) -> list[Command]:
        if self.file is None:
            return [(*self.notice, "remove-trusted-cert", "-d", str(authority))]
        return [("rm", "-f", str(self.file)), self.notice]


STORES = (
    TrustStore(
        "Debian, Ubuntu and Alpine",
        Path("/usr/local/share/ca-certificates"),
        ".crt",
        ("update-ca-certificates",),
    ),
    TrustStore("openSUSE", Path("/etc/pki/trust/anchors"), ".pem", ("update-ca-certificates",)),
    TrustStore(
        "Fedora and Red Hat",
        Path("/etc/pki/ca-trust/source/anchors"),
        ".pem",
        ("update-ca-trust", "extract"),
    ),
    TrustStore(
        "Arch",
        Path("/etc/ca-certificates/trust-source/anchors"),
        ".crt",
        ("update-ca-trust", "extract"),
    ),
)
KEYCHAIN = TrustStore("macOS", None, "", ("security",))


def trust(installation: Installation) -> str:
    """Have this computer's programs believe the authority; say what its store is called."""
    authority = authority_of(installation)
    store = find_store(authority)
    run(store.additions(authority))
    return store.system


def untrust(installation: Installation) -> str:
    authority = installation.authority / "ca.pem"
    store = find_store(authority)
    run(store.removals(authority))
    return store.system


def authority_of(installation: Installation) -> Path:
    authority = installation.authority / "ca.pem"
    if not authority.is_file():
        raise NoAuthority(
            "There is no local certificate authority here. `agentlab certificate local` makes one."
        )
    return authority


def find_store(authority: Path) -> TrustStore:
    if platform.system() == "Darwin":
        return KEYCHAIN
    for store in STORES:
        if store.folder and store.folder.parent.is_dir() and shutil.which(store.notice[0]):
            return store
    raise TrustNotChanged(
        f"This system's certificate store is not one that AgentLab knows. Import {authority} into "
        "it as a certificate authority; on Debian the package `ca-certificates` provides one."
    )


def run(commands: Sequence[Command]) -> None:
    for command in map(privileged, commands):
        done = subprocess.run(command, stdout=subprocess.DEVNULL, check=False)  # noqa: S603 - ours
        if done.returncode:
            raise TrustNotChanged(
                f"`{' '.join(command)}` failed. Run `agentlab certificate trust` as root, or this "
                "command by hand."
            )


def privileged(command: Command) -> Command:
    """The command as root, who alone may change what everybody believes."""
    if os.geteuid() == 0:
        return command
    sudo = shutil.which("sudo")
    if sudo is None:
        raise TrustNotChanged(f"Run this as root: {' '.join(command)}")
    return (sudo, *command)


def own_stores(home: Path) -> Iterator[Path]:
    """The folders of browsers that keep authorities of their own (NSS: Firefox, Chromium)."""
    patterns = (
        ".pki/nssdb/cert9.db",
        "snap/chromium/current/.pki/nssdb/cert9.db",
        ".mozilla/firefox/*/cert9.db",
        "snap/firefox/common/.mozilla/firefox/*/cert9.db",
        ".var/app/org.mozilla.firefox/.mozilla/firefox/*/cert9.db",
        "Library/Application Support/Firefox/Profiles/*/cert9.db",
    )
    for pattern in patterns:
        yield from (file.parent for file in sorted(home.glob(pattern)))


def nss_command(folder: Path, authority: Path) -> str:
    """What makes one browser profile believe the authority."""
    return f"certutil -d 'sql:{folder}' -A -t C,, -n '{NSS_NAME}' -i '{authority}'"
