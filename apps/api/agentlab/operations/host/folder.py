"""The installation folder: a checkout or an unpacked release on the host, and what lies in it.

.env                  settings, no secrets
secrets/              one file for each secret; the folder keeps other users of the host out
certificates/         live/ what nginx serves    ca/ the local authority    acme/ certbot's own
                      trusted/ authorities of servers that AgentLab asks
state/                edge/ flag files that nginx tests on each request    status/ the status site
                      prober/ what the status prober remembers
                      traces/ a socket for what nginx tells of requests, while they are traced
                      acme/ answers to HTTP-01    releases/ deployments    restore-points/
                      backups/ the bundles    pgbackrest/ base backups and what was written since
                      drills/ reports of rehearsed recoveries
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from agentlab.errors import Conflict, NotFound
from agentlab.kit.folders import sync_folder

HOME = "AGENTLAB_HOME"
COMPOSE_FILE = "docker-compose.prod.yml"
PRIVATE_FOLDER = 0o700
SHARED_FOLDER = 0o755
DROP_FOLDER = 0o1777
READABLE = 0o444  # containers run as other users; their folder on the host keeps people out
POSTGRES_USER = 999
CONTAINER_USER = 10001
"""Who certbot and the status prober run as when the installation belongs to root."""


class NotAnInstallation(NotFound):
    code = "not_an_installation"


class SecretMissing(NotFound):
    code = "secret_missing"


class InstallationNotWritable(Conflict):
    code = "installation_not_writable"


@dataclass(frozen=True, slots=True)
class Installation:
    """Where everything of one installation lies. Nothing is created until it is asked for."""

    root: Path

    @classmethod
    def find(cls) -> "Installation":
        """The folder that `AGENTLAB_HOME` names, else the one that the shell is in or below."""
        named = os.environ.get(HOME)
        here = Path(named).expanduser().resolve() if named else Path.cwd()
        for folder in (here,) if named else (here, *here.parents):
            if (folder / COMPOSE_FILE).is_file():
                return cls(folder)
        raise NotAnInstallation(
            f"{here} is not an AgentLab installation: there is no {COMPOSE_FILE} in it. "
            f"{'Correct' if named else 'Change into the installation folder, or set'} {HOME}."
        )

    @property
    def compose_file(self) -> Path:
        return self.root / COMPOSE_FILE

    @property
    def env_file(self) -> Path:
        return self.root / ".env"

    @property
    def secrets(self) -> Path:
        return self.root / "secrets"

    @property
    def certificates(self) -> Path:
        return self.root / "certificates"

    @property
    def live_certificate(self) -> Path:
        """The chain that nginx serves."""
        return self.certificates / "live" / "fullchain.pem"

    @property
    def live_key(self) -> Path:
        return self.certificates / "live" / "privkey.pem"

    @property
    def authority(self) -> Path:
        """The local certificate authority's folder."""
        return self.certificates / "ca"

    @property
    def trusted(self) -> Path:
        """Authorities of servers that AgentLab asks, where the system does not know them."""
        return self.certificates / "trusted"

    @property
    def acme(self) -> Path:
        """What certbot keeps for itself: its account and its certificates."""
        return self.certificates / "acme"

    @property
    def state(self) -> Path:
        return self.root / "state"

    @property
    def edge_state(self) -> Path:
        return self.state / "edge"

    @property
    def green_flag(self) -> Path:
        """Present while green is the colour that people reach."""
        return self.edge_state / "green"

    @property
    def maintenance_flag(self) -> Path:
        return self.edge_state / "maintenance"

    @property
    def shared_authority(self) -> Path:
        """The local authority's certificate, without its key, for the status prober."""
        return self.edge_state / "ca.pem"

    @property
    def status_site(self) -> Path:
        return self.state / "status"

    @property
    def prober(self) -> Path:
        """What the status prober remembers; nginx does not serve it."""
        return self.state / "prober"

    @property
    def traces(self) -> Path:
        """Where nginx finds the socket of the service `traces`."""
        return self.state / "traces"

    @property
    def data(self) -> Path:
        """Files that AgentLab owns: the folders of the sample data."""
        return self.state / "data"

    @property
    def workspaces(self) -> Path:
        """Where projects may be imported from; people put their folders there, or name another."""
        return self.root / (self.read_env().get("AGENTLAB_WORKSPACES") or "workspaces")

    @property
    def acme_challenges(self) -> Path:
        return self.state / "acme"

    @property
    def releases(self) -> Path:
        return self.state / "releases"

    @property
    def drills(self) -> Path:
        """Reports of rehearsed recoveries, for the status page."""
        return self.state / "drills"

    @property
    def restore_points(self) -> Path:
        return self.state / "restore-points"

    @property
    def backups(self) -> Path:
        return self.state / "backups"

    @property
    def pgbackrest(self) -> Path:
        return self.state / "pgbackrest"

    @property
    def domain(self) -> str:
        """What people type into the browser; `localhost` until `.env` says otherwise."""
        return self.read_env().get("AGENTLAB_DOMAIN") or "localhost"

    @property
    def writer(self) -> tuple[int, int]:
        """User and group of the containers that write into the installation (certbot, prober).

        They run as its owner, whose folders they can then write to; but never as root.
        """
        owner = self.root.stat()
        return (owner.st_uid, owner.st_gid) if owner.st_uid else (CONTAINER_USER, CONTAINER_USER)

    def create_folders(self) -> None:
        """Create what is missing, and give every folder its mode and its owner."""
        with explained(self.root):
            for folder in (self.secrets, self.certificates, self.authority):
                make_folder(folder, PRIVATE_FOLDER)
            for folder in (self.trusted, self.state, self.edge_state, self.releases, self.drills):
                make_folder(folder, SHARED_FOLDER)
            make_folder(self.restore_points, PRIVATE_FOLDER)
            for folder in (
                self.live_certificate.parent,
                self.acme,
                self.acme_challenges,
                self.status_site,
                self.prober,
                self.traces,
                self.data,
            ):
                self.make_writable_folder(folder)
            make_folder_of_postgres(self.backups, SHARED_FOLDER)  # the api reads what they say
            make_folder_of_postgres(self.pgbackrest, PRIVATE_FOLDER)
            if not self.workspaces.exists():
                self.make_writable_folder(self.workspaces)

    def make_writable_folder(self, folder: Path) -> None:
        """A folder that the containers write into."""
        make_folder(folder, SHARED_FOLDER)
        if os.geteuid() == 0:
            os.chown(folder, *self.writer)

    def read_env(self) -> dict[str, str]:
        """The settings in `.env`; empty when there is none yet."""
        if not self.env_file.exists():
            return {}
        lines = self.env_file.read_text(encoding="utf-8").splitlines()
        return dict(filter(None, map(assignment, lines)))

    def write_env(self, changes: Mapping[str, str | None]) -> None:
        """Set (or with `None` remove) settings in `.env`; everything else keeps its place."""
        text = self.env_file.read_text(encoding="utf-8") if self.env_file.exists() else ""
        left = dict(changes)
        lines = []
        for line in text.splitlines():
            found = assignment(line)
            if found is None or found[0] not in changes:
                lines.append(line)
            elif (value := left.pop(found[0], None)) is not None:
                lines.append(f"{found[0]}={quoted(value)}")
        lines += [f"{name}={quoted(value)}" for name, value in left.items() if value is not None]
        with explained(self.root):
            replace_file(self.env_file, "\n".join([*lines, ""]).encode(), 0o644)

    def has_secret(self, name: str) -> bool:
        return (self.secrets / name).is_file()

    def read_secret(self, name: str) -> str:
        file = self.secrets / name
        with explained(self.root):
            finish_overwriting(file)
            if not file.is_file():
                raise SecretMissing(
                    f"The secret {file} does not exist. `agentlab init` creates every secret that "
                    "is missing and leaves the others alone."
                )
            return file.read_text(encoding="utf-8").removesuffix("\n")

    def write_secret(self, name: str, value: str) -> None:
        """Store a secret. Containers that run see the new text when they read their file again."""
        with explained(self.root):
            make_folder(self.secrets, PRIVATE_FOLDER)
            overwrite_file(self.secrets / name, value.encode(), READABLE)


@contextmanager
def explained(root: Path) -> Iterator[None]:
    """Turn what the operating system says about the installation into one of our sentences."""
    try:
        yield
    except OSError as error:
        raise InstallationNotWritable(
            f"AgentLab cannot use the installation {root}: {error.strerror or error} "
            f"({error.filename or root}). Run the command as the owner of the folder."
        ) from error


def make_folder(folder: Path, mode: int) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    if folder.stat().st_mode & 0o1777 != mode:
        folder.chmod(mode)


def make_folder_of_postgres(folder: Path, mode: int) -> None:
    """A folder that PostgreSQL's user writes into.

    Only root can give a folder away. Where the installation is somebody else's, everybody may put
    files into it, and nobody may touch another's.
    """
    if os.geteuid() == 0:
        make_folder(folder, mode)
        os.chown(folder, POSTGRES_USER, POSTGRES_USER)
    elif not folder.exists():
        make_folder(folder, DROP_FOLDER)


def replace_file(file: Path, content: bytes, mode: int) -> None:
    """Write a file so that a reader or a crash finds the old one or the new one, never half.

    For files that containers see through their folder, or not at all. A file that is mounted by
    itself needs `overwrite_file`.
    """
    replace_files({file: content}, mode)


def replace_files(contents: Mapping[Path, bytes], mode: int) -> None:
    """Write files that belong together: all are complete before the first takes its place."""
    fresh = {write_beside(file, content, mode): file for file, content in contents.items()}
    for new, file in fresh.items():
        new.replace(file)
    for folder in {file.parent for file in contents}:
        sync_folder(folder)


def write_beside(file: Path, content: bytes, mode: int) -> Path:
    fresh = file.with_name(f".{file.name}.new")
    fresh.unlink(missing_ok=True)
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as stream:
        stream.write(content)
        stream.flush()
        os.fchmod(descriptor, mode)
        os.fsync(descriptor)
    return fresh


def overwrite_file(file: Path, content: bytes, mode: int) -> None:
    """Change a file that Compose mounts by itself, as it does with secrets.

    Such a mount holds on to the inode, so a container that runs would never see a file that was
    renamed into place. The new text is therefore complete in a file beside this one before it is
    copied over the old text; what a crash interrupts, the next call finishes.
    """
    if not file.exists():
        replace_file(file, content, mode)
        return
    replace_file(pending(file), content, mode)
    finish_overwriting(file)


def pending(file: Path) -> Path:
    return file.with_name(f".{file.name}.pending")


def finish_overwriting(file: Path) -> None:
    fresh = pending(file)
    if not fresh.exists():
        return
    mode = fresh.stat().st_mode & 0o777
    file.chmod(mode | 0o200)
    with file.open("r+b") as stream:
        stream.write(fresh.read_bytes())
        stream.truncate()
        stream.flush()
        os.fsync(stream.fileno())
    file.chmod(mode)
    fresh.unlink()


def assignment(line: str) -> tuple[str, str] | None:
    """Name and value of a line of `.env`, read as Compose does; `None` for anything else."""
    name, equals, value = line.strip().removeprefix("export ").partition("=")
    if not equals or name.startswith("#"):
        return None
    return name.strip(), unquoted(value.strip())


def unquoted(value: str) -> str:
    for quote in ("'", '"'):
        if value.startswith(quote) and (end := value.rfind(quote)) > 0:
            return value[1:end].replace(f"\\{quote}", quote)
    return value.partition(" #")[0].rstrip()


def quoted(value: str) -> str:
    """The value as Compose reads it back: bare where that is safe, else in single quotes."""
    is_plain = all(letter.isalnum() or letter in "_-./:@,+=%" for letter in value)
    return value if is_plain else "'" + value.replace("'", "\\'") + "'"
