"""A newer AgentLab on this host: its files, its host command, its release, what runs beside it.

A deploy replaces what people use and fails no request. An upgrade also replaces the files of the
installation and, where the new release brings others, nginx, PostgreSQL and Redis; for the moment
in which one of these is exchanged people see the maintenance page.
"""

import re
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from agentlab.errors import AgentLabError, Conflict, NotFound, Unavailable
from agentlab.operations.host import gate, images
from agentlab.operations.host.compose import Compose, last_lines, wait_until_healthy
from agentlab.operations.host.deploy import (
    alone,
    deploy,
    first_signal_raises,
    live_colour,
    rollback,
)
from agentlab.operations.host.folder import (
    SHARED_FOLDER,
    Installation,
    make_folder,
    replace_file,
)
from agentlab.operations.host.maintenance import closed_for_upgrade
from agentlab.operations.host.releases import Records

FETCH_S = 600
INSTALL_S = 900
DEPLOY_S = 7200
READS_FILES = frozenset({"nginx", "redis", "acme", "prometheus"})
"""Services whose configuration is a mounted file: Compose does not notice when it changes."""
BREAKING = "**Breaking:**"
"""How a line of the changelog begins that an operator has to act on."""

Say = Callable[[str], None]


class UpgradeFailed(Unavailable):
    code = "upgrade_failed"


class FilesChanged(Conflict):
    code = "installation_changed"


class NothingNewer(NotFound):
    code = "nothing_newer"


class NotesUnread(Conflict):
    code = "breaking_notes_unread"


@dataclass(frozen=True)
class Checkout:
    """The installation as a clone of the repository."""

    installation: Installation

    @property
    def exists(self) -> bool:
        return (self.installation.root / ".git").exists()

    def git(self, *arguments: str) -> str:
        done = subprocess.run(  # noqa: S603 - a fixed program; arguments are never a shell's
            ["git", *arguments],  # noqa: S607 - the operator's own
            cwd=self.installation.root,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
            timeout=FETCH_S,
        )
        if done.returncode != 0:
            raise UpgradeFailed(f"`git {arguments[0]}` failed: {last_lines(done.stderr)}")
        return done.stdout.decode(errors="replace").strip()

    @property
    def here(self) -> str:
        return self.git("rev-parse", "HEAD")

    @property
    def before(self) -> str | None:
        """Where an upgrade began that was interrupted, and goes back to if it fails again."""
        return self._mark.read_text().strip() if self._mark.exists() else None

    def remember(self, commit: str) -> None:
        make_folder(self._mark.parent, SHARED_FOLDER)
        replace_file(self._mark, f"{commit}\n".encode(), 0o644)

    def forget(self) -> None:
        self._mark.unlink(missing_ok=True)

    @property
    def _mark(self) -> Path:
        return self.installation.releases / "upgrading-from"

    def refuse_changes(self) -> None:
        changed = self.git("status", "--porcelain", "--untracked-files=no")
        if changed:
            raise FilesChanged(
                f"Files of this installation were changed by hand, and an upgrade would lose that: "
                f"{', '.join(line[3:] for line in changed.splitlines()[:5])}. Put what you need "
                "into docker-compose.override.yml (named in COMPOSE_FILE), then `git checkout .`"
            )

    def newest(self) -> str:
        """The highest version that is tagged, pre-releases left out."""
        tags = self.git("tag", "--list", "v[0-9]*", "--sort=-version:refname").splitlines()
        found = next((tag for tag in tags if re.fullmatch(r"v[0-9.]+", tag)), None)
        if found is None:
            raise NothingNewer("The repository has no release yet. Name a version to upgrade to.")
        return found.removeprefix("v")


def upgrade(
    installation: Installation, version: str | None, *, accepts_breaking: bool, say: Say
) -> None:
    """Bring the installation to `version`, the newest one by default; back again if that fails."""
    checkout = Checkout(installation)
    if not checkout.exists:  # an unpacked release: its files are the new ones already
        if version is None:
            raise NothingNewer(
                "This installation was unpacked, not cloned. Unpack the new release over it, run "
                "scripts/load-bundle and scripts/install-host-command, then "
                "`agentlab upgrade VERSION`."
            )
        finish(installation, version, say=say)
        return
    with first_signal_raises():
        upgrade_checkout(checkout, version, accepts_breaking=accepts_breaking, say=say)


def upgrade_checkout(
    checkout: Checkout, version: str | None, *, accepts_breaking: bool, say: Say
) -> None:
    checkout.refuse_changes()
    say("Looking for releases…")
    checkout.git("fetch", "--tags", "--force", "--quiet")
    version = version or checkout.newest()
    before, target = checkout.before or checkout.here, checkout.git("rev-parse", f"v{version}^{{}}")
    if before == target:
        raise NothingNewer(f"This installation is {version} already.")
    if not accepts_breaking:
        refuse_unread(breaking_notes(checkout, before, target))
    checkout.remember(before)
    try:
        take_files(checkout, target, say)
        go_on(checkout.installation, version)
    except BaseException as error:
        say("Going back to the files of before…")
        take_files(checkout, before, say)
        checkout.forget()
        reason = error.detail if isinstance(error, AgentLabError) else repr(error)
        raise UpgradeFailed(
            f"{version} was not installed; what ran before still runs. {reason}"
        ) from error
    checkout.forget()


def breaking_notes(checkout: Checkout, before: str, target: str) -> list[str]:
    """What the changelog says between the two that an operator has to act on."""
    known = set(checkout.git("show", f"{before}:CHANGELOG.md").splitlines())
    lines = checkout.git("show", f"{target}:CHANGELOG.md").splitlines()
    return [line for line in lines if BREAKING in line and line not in known]


def refuse_unread(notes: list[str]) -> None:
    if notes:
        raise NotesUnread(
            "This upgrade asks something of you first. Nothing was changed.\n"
            + "\n".join(notes)
            + "\nWhen that is done: `agentlab upgrade --accept-breaking`"
        )


def take_files(checkout: Checkout, commit: str, say: Say) -> None:
    say("Taking the files and the host command of the release…")
    checkout.git("checkout", "--quiet", "--detach", commit)
    run(checkout.installation.root / "scripts" / "install-host-command", timeout_s=INSTALL_S)


def go_on(installation: Installation, version: str) -> None:
    """The rest is the new release's own code."""
    command = installation.root / ".host" / "bin" / "agentlab"
    run(command, "upgrade", version, "--files-are-new", timeout_s=DEPLOY_S)


def run(program: Path, *arguments: str, timeout_s: float) -> None:
    """Run a program of the release; what it says goes where ours goes.

    Whatever ends our waiting, it is asked to stop and given the time to go back by itself.
    """
    try:
        process = subprocess.Popen(  # noqa: S603 - a program of the installation
            [program, *arguments],
            stdin=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
    except OSError as error:
        raise UpgradeFailed(f"{program.name} could not be run: {error}") from error
    try:
        _, complaint = process.communicate(timeout=timeout_s)
    except BaseException:
        process.terminate()
        process.communicate()
        raise
    if process.returncode != 0:
        raise UpgradeFailed(last_lines(complaint))


def finish(installation: Installation, version: str, *, say: Say) -> None:
    """With the files of the new release in place: deploy it, then exchange what runs beside it."""
    is_first = not Records(installation).successes()
    deploy(installation, version, web=None, say=say)
    try:
        with alone(installation, say):
            exchange_the_rest(Compose(installation), version, say)
    except BaseException:
        if not is_first:
            rollback(installation, say=say)
        raise


def exchange_the_rest(compose: Compose, version: str, say: Say) -> None:
    """PostgreSQL, Redis and nginx as the new files want them."""
    pinned = [*images.OURS.values(), *images.THEIRS.values()]
    before = compose.installation.read_env()
    compose.installation.write_env(dict.fromkeys(pinned))
    say("Exchanging what runs beside the release…")
    try:
        images.pin(compose, version)
        exchange(compose)
    except BaseException:
        compose.installation.write_env({name: before.get(name) for name in pinned})
        exchange(compose)
        raise


def exchange(compose: Compose) -> None:
    """Make what changed anew, and start again what reads its files only when it starts."""
    with closed_for_upgrade(compose.installation):
        compose.run("up", "--detach", "--wait", "--remove-orphans", timeout_s=600)
        readers = sorted(compose.services() & READS_FILES)
        compose.run("restart", *readers, timeout_s=300)
        wait_until_healthy(
            [each.id for each in compose.containers("nginx", "redis")], timeout_s=120
        )
        # The same release as before, so any answer is right: what counts is what it reaches again.
        gate.wait_until_ready(compose, live_colour(compose.installation), bool)
