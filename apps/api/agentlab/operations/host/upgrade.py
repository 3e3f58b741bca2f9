"""A newer AgentLab on this host: its files, its host command, its release, what runs beside it.

A deploy replaces what people use and fails no request. An upgrade also replaces the files of the
installation and, where the new release brings others, nginx, PostgreSQL and Redis; for the moment
in which one of these is exchanged people see the maintenance page.
"""

import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from agentlab.errors import Conflict, NotFound, Unavailable
from agentlab.operations.host import images
from agentlab.operations.host.compose import Compose, last_lines
from agentlab.operations.host.deploy import deploy
from agentlab.operations.host.folder import Installation
from agentlab.operations.host.releases import lock

FETCH_S = 600
INSTALL_S = 900
DEPLOY_S = 7200
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
    checkout.refuse_changes()
    say("Looking for releases…")
    checkout.git("fetch", "--tags", "--force", "--quiet")
    version = version or checkout.newest()
    before, target = checkout.here, checkout.git("rev-parse", f"v{version}^{{commit}}")
    if before == target:
        raise NothingNewer(f"This installation is {version} already.")
    if not accepts_breaking:
        refuse_unread(breaking_notes(checkout, before, target))
    try:
        take_files(checkout, target, say)
        go_on(installation, version)
    except UpgradeFailed as error:
        say("Going back to the files of before…")
        take_files(checkout, before, say)
        raise UpgradeFailed(
            f"{version} was not installed; what ran before still runs. {error.detail}"
        ) from error


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
    """Run a program of the release; what it says goes where ours goes."""
    try:
        done = subprocess.run(  # noqa: S603 - a program of the installation
            [program, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=sys.stdout,
            stderr=subprocess.PIPE,
            check=False,
            timeout=timeout_s,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UpgradeFailed(f"{program.name} could not be run: {error}") from error
    if done.returncode != 0:
        raise UpgradeFailed(last_lines(done.stderr))


def finish(installation: Installation, version: str, *, say: Say) -> None:
    """With the files of the new release in place: deploy it, then exchange what runs beside it."""
    deploy(installation, version, web=None, say=say)
    with lock(installation):
        exchange_the_rest(Compose(installation), version, say)


def exchange_the_rest(compose: Compose, version: str, say: Say) -> None:
    """PostgreSQL, Redis and nginx as the new files want them, where that differs from what runs."""
    pinned = [*images.OURS.values(), *images.THEIRS.values()]
    before = compose.installation.read_env()
    compose.installation.write_env(dict.fromkeys(pinned))
    try:
        images.pin(compose, version)
        if changes(compose):
            say("Exchanging what runs beside the release…")
            exchange(compose)
    except BaseException:
        compose.installation.write_env({name: before.get(name) for name in pinned})
        exchange(compose)
        raise


def changes(compose: Compose) -> bool:
    """Whether Compose would make a container anew."""
    wanted = compose.run("config", "--hash", "*").splitlines()
    hashes = dict(line.split() for line in wanted)
    running = compose.containers()
    return {each.service for each in running} < compose.services() or any(
        hashes.get(each.service) != each.config_hash for each in running
    )


def exchange(compose: Compose) -> None:
    flag = compose.installation.maintenance_flag
    flag.touch()
    try:
        compose.run("up", "--detach", "--wait", "--remove-orphans", timeout_s=600)
    finally:
        flag.unlink(missing_ok=True)
