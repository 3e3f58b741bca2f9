"""An upgrade of a real clone. The next release's own command is a script that says what it got."""

import os
import subprocess
from pathlib import Path

import pytest

from agentlab.operations.host.folder import COMPOSE_FILE, Installation
from agentlab.operations.host.upgrade import (
    Checkout,
    FilesChanged,
    NotesUnread,
    NothingNewer,
    UpgradeFailed,
    upgrade,
)

COMMAND = """#!/bin/sh
# The host command of {version}.
echo "{version} $*" >>"$(dirname "$0")/../../calls"
exit {code}
"""
INSTALL = """#!/bin/sh
mkdir -p .host/bin && cp command .host/bin/agentlab && chmod 755 .host/bin/agentlab
"""


def git(folder: Path, *arguments: str) -> None:
    names = {f"GIT_{who}_{what}": "ada@example.com" for who in ("AUTHOR", "COMMITTER")
             for what in ("NAME", "EMAIL")}  # fmt: skip
    subprocess.run(
        ["git", *arguments], cwd=folder, check=True, capture_output=True, env=os.environ | names
    )


def publish(folder: Path, version: str, *, notes: str = "- Better.", code: int = 0) -> None:
    """Tag a release whose host command ends with `code`."""
    changelog = folder / "CHANGELOG.md"
    earlier = changelog.read_text() if changelog.exists() else ""
    changelog.write_text(f"## {version}\n\n{notes}\n\n{earlier}")
    (folder / "command").write_text(COMMAND.format(version=version, code=code))
    git(folder, "add", "--all")
    git(folder, "commit", "--message", version)
    git(folder, "tag", f"v{version}")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    (folder / "scripts").mkdir(parents=True)
    (folder / COMPOSE_FILE).touch()
    (folder / ".gitignore").write_text("/.host/\n/calls\n/state/\n")
    script = folder / "scripts" / "install-host-command"
    script.write_text(INSTALL.replace("mkdir", 'cd "$(dirname "$0")/.."; mkdir'))
    script.chmod(0o755)
    git(folder, "init", "--quiet")
    publish(folder, "1.0.0")
    return folder


@pytest.fixture
def installation(repository: Path, tmp_path: Path) -> Installation:
    clone = tmp_path / "installation"
    git(tmp_path, "clone", "--quiet", "--branch", "v1.0.0", str(repository), str(clone))
    return Installation(clone)


def run(installation: Installation, version: str | None = None, *, accepts: bool = False) -> None:
    upgrade(installation, version, accepts_breaking=accepts, say=lambda _line: None)


def calls(installation: Installation) -> list[str]:
    file = installation.root / "calls"
    return file.read_text().splitlines() if file.exists() else []


def test_the_newest_release_takes_over(repository: Path, installation: Installation) -> None:
    for version in ("1.9.0", "1.10.0", "2.0.0-rc.1"):
        publish(repository, version)
    run(installation)
    assert calls(installation) == ["1.10.0 upgrade 1.10.0 --files-are-new"]


def test_a_version_may_be_named(repository: Path, installation: Installation) -> None:
    publish(repository, "1.1.0")
    publish(repository, "1.2.0")
    run(installation, "1.1.0")
    assert calls(installation) == ["1.1.0 upgrade 1.1.0 --files-are-new"]


def test_a_release_that_fails_leaves_the_files_of_before(
    repository: Path, installation: Installation
) -> None:
    publish(repository, "1.1.0", code=1)
    before = Checkout(installation).here
    with pytest.raises(UpgradeFailed, match=r"1\.1\.0 was not installed; what ran before"):
        run(installation)
    assert Checkout(installation).here == before
    assert "1.0.0" in (installation.root / ".host" / "bin" / "agentlab").read_text()


def test_an_interrupted_upgrade_goes_on(repository: Path, installation: Installation) -> None:
    """The files are the new ones already, but nobody knows how far the rest of it came."""
    publish(repository, "1.1.0")
    checkout = Checkout(installation)
    checkout.remember(checkout.here)
    git(installation.root, "fetch", "--quiet", "--tags")
    git(installation.root, "checkout", "--quiet", "v1.1.0")
    run(installation)
    assert calls(installation) == ["1.1.0 upgrade 1.1.0 --files-are-new"]
    assert checkout.before is None


def test_nothing_newer_is_said(installation: Installation) -> None:
    with pytest.raises(NothingNewer, match=r"is 1\.0\.0 already"):
        run(installation)


def test_a_version_that_does_not_exist_is_said(installation: Installation) -> None:
    with pytest.raises(UpgradeFailed, match="git rev-parse"):
        run(installation, "7.0.0")


def test_changes_by_hand_are_not_lost(repository: Path, installation: Installation) -> None:
    publish(repository, "1.1.0")
    (installation.root / COMPOSE_FILE).write_text("services: {}\n")
    with pytest.raises(FilesChanged, match=r"docker-compose\.override\.yml"):
        run(installation)
    assert (installation.root / COMPOSE_FILE).read_text() == "services: {}\n"


def test_what_an_operator_has_to_do_first_is_read_first(
    repository: Path, installation: Installation
) -> None:
    publish(repository, "2.0.0", notes="- **Breaking:** move your projects to /srv.")
    publish(repository, "2.0.1")
    with pytest.raises(NotesUnread, match="move your projects to /srv"):
        run(installation)
    assert calls(installation) == []
    run(installation, accepts=True)
    assert calls(installation) == ["2.0.1 upgrade 2.0.1 --files-are-new"]


def test_an_unpacked_release_needs_its_version(tmp_path: Path) -> None:
    (tmp_path / COMPOSE_FILE).touch()
    with pytest.raises(NothingNewer, match="scripts/load-bundle"):
        run(Installation(tmp_path))
