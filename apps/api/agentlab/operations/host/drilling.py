"""The drill of a server. Nothing that people use is touched or slowed down for long."""

import shutil
import time
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from agentlab.errors import NotFound, Unavailable
from agentlab.operations.backup import keys
from agentlab.operations.backup.place import CONFIGURATION
from agentlab.operations.backup.shelf import Shelf
from agentlab.operations.embedded.folder import BACKUP_KEY
from agentlab.operations.host import images
from agentlab.operations.host.compose import Compose, DockerFailed, docker
from agentlab.operations.host.doctor import CHECKS, examine
from agentlab.operations.host.doctor.findings import Kind, Place, State
from agentlab.operations.host.folder import Installation
from agentlab.operations.host.releases import Records, Release
from agentlab.operations.host.secret_files import SECRETS
from agentlab.operations.restore.drill import (
    Notes,
    Part,
    Report,
    advise_on_custody,
    age_of_newest,
    drill,
    scratch_folder,
)
from agentlab.operations.restore.source import opened

PROOF_S = 6 * 3600
ARCHIVED_WITHIN_S = 120
SITE_FRESH_S = 900

SWITCH = "SELECT pg_walfile_name(pg_switch_wal())"
OPEN_S = "SELECT setting FROM pg_settings WHERE name = 'archive_timeout'"
"""How old a segment becomes at most before it is archived, in seconds."""
ARCHIVED = "SELECT last_archived_wal >= '{}' FROM pg_stat_archiver"


class SecretsNotBackedUp(NotFound):
    code = "drill_secrets_missing"


class SiteStale(Unavailable):
    code = "drill_status_site_stale"


class MailAway(Unavailable):
    code = "drill_mail_away"


def drill_on_server(installation: Installation) -> Report:
    server = Server(installation)
    return drill(
        {
            Part.DATA: server.restore_on_scratch,
            Part.SERVICE: server.look_at_images,
            Part.CONFIGURATION: server.look_at_configuration,
            Part.COMMUNICATION: server.look_at_words,
        },
        rpo_s=server.rpo_s,
        folder=installation.state / "drills",
    )


@dataclass(frozen=True)
class Server:
    installation: Installation

    @cached_property
    def compose(self) -> Compose:
        return Compose(self.installation)

    @cached_property
    def shelf(self) -> Shelf:
        return Shelf(self.installation.backups)

    @cached_property
    def release(self) -> Release:
        return Records(self.installation).current().release

    def rpo_s(self) -> float | None:
        """Until what is written now is archived at the latest, else the newest backup's age."""
        with suppress(DockerFailed):  # PostgreSQL is away
            began = time.monotonic()
            segment = self._ask(SWITCH)
            while time.monotonic() - began < ARCHIVED_WITHIN_S:
                if self._ask(ARCHIVED.format(segment)) == "t":
                    archived_s = time.monotonic() - began
                    return round(int(self._ask(OPEN_S)) + archived_s, 1)
                time.sleep(0.5)
        return age_of_newest(self.shelf)

    def restore_on_scratch(self, notes: Notes) -> None:
        """In the backup container, with the key in its secrets."""
        newest = self.shelf.find("latest")
        command = ("agentlab", "backup", "verify", newest.name, "--prove")
        self.compose.run("exec", "-T", "backup", *command, timeout_s=PROOF_S)
        proven = self.shelf.find(newest.name).record
        notes.said.append(f"{newest.name} came back in a scratch PostgreSQL.")
        if proven and proven.proof:
            notes.said += proven.proof.compared
            notes.advice += proven.proof.left_out

    def look_at_images(self, notes: Notes) -> None:
        """Bring the release as a fresh host would, and see that its program starts."""
        release, env = self.release, self.installation.read_env()
        if registry := env.get("AGENTLAB_REGISTRY"):
            images.resolve(
                self.installation, images.digest_of(release.api), images.digest_of(release.web)
            )
            notes.said.append(f"{registry} has {release.version} by its digests.")
        else:
            notes.advice.append(
                f"No registry is set, so a fresh host gets {release.version} from an offline "
                "bundle: keep that where the backups are copied to."
            )
        docker("run", "--rm", "--network=none", release.api, "agentlab", "--help")
        notes.said.append(f"The program of {release.version} starts.")

    def look_at_configuration(self, notes: Notes) -> None:
        """Unpack it as a fresh host would, and let Compose read it with the repository's files."""
        key = keys.read(self.installation.secrets / BACKUP_KEY)
        newest = opened(self.shelf.find("latest").file, key)
        with scratch_folder(self.installation.state) as folder:
            newest.extract(CONFIGURATION, folder)
            missing = [
                each.name
                for each in SECRETS
                if each.name != BACKUP_KEY and not (folder / "secrets" / each.name).is_file()
            ]
            if missing or not (folder / ".env").is_file():
                raise SecretsNotBackedUp(
                    f"{newest.name} lacks {', '.join(missing) or '.env'}. Make another backup."
                )
            self._read_with_compose(folder)
        notes.said.append(
            "Settings, secrets and certificate are in the backup, and Compose reads them."
        )

    def look_at_words(self, notes: Notes) -> None:
        """What tells people: the status page, and mail."""
        advise_on_custody(self.shelf, notes)
        page = self.installation.status_site / "index.html"
        age_s = time.time() - page.stat().st_mtime if page.is_file() else None
        if age_s is None or age_s > SITE_FRESH_S:
            raise SiteStale(
                f"The status page {page} is {'missing' if age_s is None else 'old'}, so nobody "
                "would be told. Look whether the service `status` runs."
            )
        notes.said.append("The status page is written, and nginx serves it when all else is down.")
        self._look_at_mail(notes)

    def _look_at_mail(self, notes: Notes) -> None:
        checks = [each for each in CHECKS if each.code == "mail_server"]
        found = examine(Place(Kind.HOST, installation=self.installation), checks)
        if not found:
            notes.advice.append("No mail server is set (SMTP_HOST), so people are told by hand.")
        for each in found:
            if each.state is State.PROBLEM:
                raise MailAway(f"{each.sentence} {each.remedy}")
            notes.said.append(each.sentence)

    def _read_with_compose(self, folder: Path) -> None:
        for file in self.installation.root.glob("docker-compose*.yml"):
            shutil.copy(file, folder)
        (folder / "infrastructure").symlink_to(self.installation.root / "infrastructure")
        # Which release a fresh host starts says the record of deployments, and not `.env`.
        compose = Compose(Installation(folder)).with_settings(self.release.settings)
        compose.run("config", "--quiet")

    def _ask(self, question: str) -> str:
        database = self.installation.read_env().get("POSTGRES_DB") or "agentlab"
        psql = ("psql", "-qAtX", "-U", "postgres", database, "-c", question)
        return self.compose.run("exec", "-T", "postgres", *psql).strip()
