"""`agentlab restore` in an installation folder: on a fresh host, or over what lives there.

The database changes places in the backup container (`operations/restore/server.py`); configuration,
secrets, files, and what runs are the host's. Until all is well everything can be taken back.
"""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

from cryptography import x509
from cryptography.x509.oid import NameOID

from agentlab.errors import Conflict, NotFound
from agentlab.kit import clock
from agentlab.operations.embedded.folder import BACKUP_KEY
from agentlab.operations.host import certificates, images, secret_files
from agentlab.operations.host.archived import START_S, Archived, Moment, set_passwords
from agentlab.operations.host.configuration import on_host
from agentlab.operations.host.deploy import (
    MIGRATE_S,
    Attempt,
    alone,
    first_signal_raises,
    one_attempt,
)
from agentlab.operations.host.folder import READABLE, Installation, replace_file, replace_files
from agentlab.operations.host.images import ImageNotFound
from agentlab.operations.host.initialisation import Answers, initialise
from agentlab.operations.host.maintenance import closed_for_upgrade
from agentlab.operations.host.point_in_time import reason_of, start_writers
from agentlab.operations.host.releases import Records, Release, lock
from agentlab.operations.host.secret_files import (
    JWT_SECRET,
    JWT_SECRET_PREVIOUS,
    PROOF_KEY,
)
from agentlab.operations.host.unfinished_restore import (
    WRITERS,
    Database,
    Files,
    complete,
    take_back,
    unpacked,
)
from agentlab.operations.restore.journal import Entry, Journal, Step
from agentlab.operations.restore.restoring import RestoreFailed
from agentlab.operations.restore.source import Opened

SIGNING = (JWT_SECRET, JWT_SECRET_PREVIOUS, PROOF_KEY)
"""The secrets that belong to what is in the database."""

RUNNING = ("AGENTLAB_API_IMAGE", "AGENTLAB_WEB_IMAGE", "AGENTLAB_BACKUP_IMAGE", "AGENTLAB_COLOUR")
"""What a deploy writes into `.env`; it says what runs, and on a fresh host nothing does."""

OURS = "AgentLab"
"""Who issued it, as certificates of a local authority say."""

EVERY_S = 0.5

Say = Callable[[str], None]
Tell = Callable[[Entry], None]


class ReleaseUnknown(NotFound):
    code = "restore_release_unknown"


class NotFresh(Conflict):
    code = "restore_host_not_fresh"


def restore(
    installation: Installation,
    source: Opened,
    *,
    release: str | None,
    say: Say,
    tell: Tell,
    moment: Moment | None = None,
) -> str:
    """Bring everything back; the version that runs then.

    Args:
        installation: a folder with a release's files in it; something runs there, or not yet.
        source: what is brought back, with the key that opened it.
        release: which version to start on a fresh host; None for the one that made the backup.
        say: told what is being done, a sentence each.
        tell: told how far the database is.
        moment: of the archive, from which the database comes in place of the backup's; only on a
            fresh host.

    Raises:
        NotFresh: something runs there, and a moment was named.
        RestoreFailed, DeployFailed: it did not succeed; what was there before is there still.
    """
    if Records(installation).unfinished():
        with alone(installation, say):
            pass  # what was interrupted may have gone live, and the host is not fresh then
    if not Records(installation).successes():
        on_a_fresh_host(installation, source, say, tell, version=release, moment=moment)
    elif moment:
        raise NotFresh(
            "AgentLab runs here already. Name either a backup or a moment with --at; both belong "
            "together only on a fresh host."
        )
    else:
        over_what_lives(installation, source, say, tell)
    return Records(installation).current().release.version


def over_what_lives(installation: Installation, source: Opened, say: Say, tell: Tell) -> None:
    """The release and the settings stay; what people made is exchanged."""
    with alone(installation, say):
        release = Records(installation).current().release
        database, files = Database(installation, release.settings), Files(installation)
        say("Restoring beside what is used, while everything still runs…")
        with unpacked(installation, source) as folder, taking_back(database, files):
            with told(installation, tell):
                database.prepare(source)
            files.stage(folder, SIGNING)
            with closed_for_upgrade(installation):
                say("Changing places. Everybody sees the maintenance page…")
                exchange(database, files)
                complete(database, files)


def exchange(database: Database, files: Files) -> None:
    compose = database.compose
    compose.run("stop", *WRITERS, timeout_s=START_S)
    try:
        database.swap()
        files.swap()
        compose.run("run", "--rm", "-T", "--no-deps", "migrate", timeout_s=MIGRATE_S)
        start_writers(compose)
    except BaseException:
        compose.run("stop", *WRITERS, timeout_s=START_S)
        take_back(database, files, "What was restored did not start.")
        start_writers(compose)
        raise


def on_a_fresh_host(
    installation: Installation,
    source: Opened,
    say: Say,
    tell: Tell,
    *,
    version: str | None,
    moment: Moment | None,
) -> None:
    with unpacked(installation, source) as folder:
        say("Unpacking configuration and secrets…")
        with lock(installation), first_signal_raises():
            configure(installation, folder, source)
            forget_lost_secrets(installation, say)
        for step in initialise(installation, Answers(), certify=certificates.ensure):
            if step.is_change:
                say(f"✓ {step.what}: {step.outcome}")
        wanted, release = release_of(installation, newest_in(folder), version, say)
        with (
            alone(installation, say),
            one_attempt(installation, "restore", release, say) as attempt,
        ):
            bring_back(attempt, source, folder, tell, wanted=wanted, moment=moment)


def bring_back(
    attempt: Attempt,
    source: Opened,
    folder: Path,
    tell: Tell,
    *,
    wanted: str,
    moment: Moment | None,
) -> None:
    """Beside what a database of before may hold, which is taken back when anything fails."""
    release, installation = attempt.deployment.release, attempt.installation
    database, files = Database(installation, attempt.compose.settings), Files(installation)
    tag = images.tag_of(installation, wanted, release)
    attempt.step("images", lambda: images.pin(attempt.compose, tag))
    attempt.step("database and cache", attempt.start_services)
    attempt.step("passwords", lambda: set_passwords(attempt.compose))
    with taking_back(database, files, lambda: attempt.is_settled):
        with told(installation, tell):
            attempt.step("restore", lambda: database.prepare(source))
        files.stage(folder, ())
        attempt.step("database", database.swap)
        attempt.step("files", files.swap)
        with from_archive(attempt, moment, tell) if moment else nullcontext():
            attempt.step("migrate", attempt.migrate)
            attempt.make_live()
    complete(database, files)


@contextmanager
def from_archive(attempt: Attempt, moment: Moment, tell: Tell) -> Iterator[None]:
    """In the block the database is the archive's, which goes on after the backup."""
    archived = Archived.begin(attempt.compose, moment, tell)
    with archived.going_back_on_failure(lambda: attempt.is_settled):
        attempt.step("archive", archived.prepare)
        attempt.step("moment", lambda: archived.step(Step.SWAP, archived.swap))
        archived.step(Step.MIGRATE, archived.migrate)
        yield
    archived.clean()


@contextmanager
def taking_back(
    database: Database, files: Files, stays: Callable[[], bool] = lambda: False
) -> Iterator[None]:
    """What fails in the block leaves what was there before, until people have what was restored."""
    try:
        yield
    except BaseException as error:
        if stays():
            complete(database, files)
            raise
        take_back(database, files, reason_of(error))
        if isinstance(error, RestoreFailed) or not isinstance(error, Exception):
            raise
        raise RestoreFailed(f"What was there before is there still. {reason_of(error)}") from error


@contextmanager
def told(installation: Installation, tell: Tell) -> Iterator[None]:
    """Tell what the backup container notes in its journal, until the block ends."""
    ended = threading.Event()
    journal, began = Journal(installation.backups), clock.now()

    def follow() -> None:
        while not ended.wait(EVERY_S):
            entry = journal.read()
            if entry and entry.started_at >= began:
                tell(entry)

    following = threading.Thread(target=follow, daemon=True)
    following.start()
    try:
        yield
    finally:
        ended.set()
        following.join()


# A fresh host


def configure(installation: Installation, folder: Path, source: Opened) -> None:
    """Settings, secrets and certificate of the old host, where there are none yet.

    The key of the backups is the one that opened this one: people have it in their custody.
    """
    installation.create_folders()
    if (folder / ".env").is_file() and not installation.env_file.exists():
        pinned = (*RUNNING, *images.OURS.values(), *images.THEIRS.values())
        owner = ":".join(map(str, installation.writer))
        brought = Installation(folder)
        brought.write_env({**dict.fromkeys(pinned), "AGENTLAB_HOST_USER": owner})
        replace_file(installation.env_file, brought.env_file.read_bytes(), 0o644)
    for secret in sorted((folder / "secrets").glob("*")):
        if secret.name in SIGNING or not installation.has_secret(secret.name):
            installation.write_secret(secret.name, secret.read_text(encoding="utf-8").strip())
    key = "".join(f"{identity}\n" for identity in source.identities)
    installation.write_secret(BACKUP_KEY, key)
    bring_certificate(installation, folder / "certificates" / "live")
    bring_authorities(installation, folder / "certificates" / "trusted")


def bring_certificate(installation: Installation, live: Path) -> None:
    """One that others have issued; for a lost local authority `initialise` makes another."""
    pair = (installation.live_key, installation.live_certificate)
    brought = {file: live / file.name for file in pair}
    if installation.live_certificate.exists() or not all(map(Path.is_file, brought.values())):
        return
    leaf = x509.load_pem_x509_certificate((live / installation.live_certificate.name).read_bytes())
    issuer = leaf.issuer.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
    if [attribute.value for attribute in issuer] != [OURS]:
        replace_files({file: found.read_bytes() for file, found in brought.items()}, READABLE)


def bring_authorities(installation: Installation, trusted: Path) -> None:
    brought = {installation.trusted / each.name: each for each in trusted.glob("*")}
    missing = {to: each for to, each in brought.items() if each.is_file() and not to.exists()}
    replace_files({to: each.read_bytes() for to, each in missing.items()}, READABLE)


def forget_lost_secrets(installation: Installation, say: Say) -> None:
    """Nothing would start with a name in `.env` of a file that was left on the old host."""
    env = installation.read_env()
    for name in secret_files.not_backed_up(env):
        if name.endswith("_FILE") and not Path(on_host(env[name], installation)).exists():
            installation.write_env({name: ""})
            say(
                f"{name} named {env[name]}, which is in no backup. Put that secret into "
                f"{secret_files.NAMED_IN_ENV[name]}."
            )


def newest_in(folder: Path) -> Release | None:
    """What ran on the old host when the backup was made."""
    records = Records(Installation(folder))
    return next((each.release for each in records.successes()), None)


def release_of(
    installation: Installation, recorded: Release | None, version: str | None, say: Say
) -> tuple[str, Release]:
    """The images, from the registry by their digests or as they were loaded on this host.

    Returns:
        By what they were asked for, a version or a digest, and what that was.
    """
    wanted = version or (recorded.version if recorded else None)
    if wanted is None:
        raise ReleaseUnknown(
            "The backup is of a desk, so it does not say which release a server should start. "
            "Name it: `agentlab restore … --release VERSION`."
        )
    say(f"Fetching {wanted}…")
    if recorded and version is None and installation.read_env().get("AGENTLAB_REGISTRY"):
        api, web = images.digest_of(recorded.api), images.digest_of(recorded.web)
        try:
            return api, images.resolve(installation, api, web)
        except ImageNotFound:
            say("The registry does not have them by their digests any more; by version, then.")
    return wanted, images.resolve(installation, wanted)
