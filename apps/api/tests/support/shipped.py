"""Packages of planning methods from their registries, and projects as their own tools make them."""

import atexit
import os
import shutil
import subprocess
import tarfile
import tempfile
from functools import cache
from pathlib import Path

import pytest

import agentlab

OPENSPEC = "@fission-ai/openspec@1.13.2"
BACKLOG_MD = "backlog.md@1.52.0"
SPEC_KIT = "specify-cli==1.2.3"

UV = Path(agentlab.__file__).parents[3] / ".tools" / "uv" / "bin" / "uv"

QUIET = {"OPENSPEC_TELEMETRY": "0", "DO_NOT_TRACK": "1", "NO_COLOR": "1", "CI": "1"}


@cache
def package(name: str) -> Path:
    """The files of an npm package, `name@version`, fetched once for the whole test session."""
    folder = _folder()
    run("npm", "pack", name, "--silent", "--pack-destination", str(folder), at=folder)
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        archive.extractall(folder, filter="data")
    return folder / "package"


@cache
def bmad_v6(version: str) -> Path:
    """A project with this version of BMAD v6 in it, by its own installer. Copy it to change it."""
    folder = _folder()
    options = ("--modules", "bmm", "--tools", "claude-code", "--yes", "--user-name", "Ada")
    npx(f"bmad-method@{version}", "install", "--directory", str(folder), *options, at=folder)
    return folder


@cache
def bmad_alpha(version: str, folder: str, config: str) -> Path:
    """A project with the modules of a BMAD v6 alpha, whose installer only asks people.

    They are copied from the package into `folder`, beside a manifest in `config`.
    """
    project = _folder()
    modules = package(f"bmad-method@{version}") / "src" / "modules"
    for module in ("bmm", "bmgd"):
        shutil.copytree(modules / module, project / folder / module)
    (project / folder / config).mkdir()
    manifest = f"installation:\n  version: {version}\nmodules:\n  - bmm\n  - bmgd\n"
    (project / folder / config / "manifest.yaml").write_text(manifest)
    return project


@cache
def openspec() -> Path:
    """A project with one open change and one that is archived, by OpenSpec itself."""
    folder = _folder()
    npx(OPENSPEC, "init", "--tools", "claude", ".", at=folder)
    npx(OPENSPEC, "new", "change", "add-search", at=folder)
    npx(OPENSPEC, "new", "change", "add-login", at=folder)
    npx(OPENSPEC, "archive", "add-login", "--yes", "--skip-specs", "--no-validate", at=folder)
    return folder


@cache
def backlog_md() -> Path:
    """A project with three tasks, of which the first depends on the third, by Backlog.md itself."""
    folder = _folder()
    run("git", "init", "--quiet", ".", at=folder)
    npx(BACKLOG_MD, "init", "Reader", "--defaults", "--integration-mode", "none", at=folder)
    options = ("--ac", "Pages turn", "--ac", "Pages turn back", "-s", "In Progress", "-a", "ada")
    npx(BACKLOG_MD, "task", "create", "Read a book", *options, at=folder)
    npx(BACKLOG_MD, "task", "create", "Write a book", at=folder)
    npx(BACKLOG_MD, "task", "create", "Learn to read", at=folder)
    npx(BACKLOG_MD, "task", "edit", "1", "--dep", "task-3", at=folder)
    return folder


@cache
def spec_kit() -> Path:
    """A project with two features, by Spec Kit itself."""
    folder = _folder()
    options = ("--here", "--force", "--non-interactive", "--ignore-agent-tools", "--script", "sh")
    specify = ("specify", "init", *options, "--integration", "claude")
    run(str(UV), "tool", "run", "--from", SPEC_KIT, *specify, at=folder)
    for feature in ("Search the books", "Sort the books"):
        run("bash", ".specify/scripts/bash/create-new-feature.sh", feature, at=folder)
    return folder


def npx(package_name: str, *arguments: str, at: Path) -> None:
    run("npx", "--yes", package_name, *arguments, at=at)


def run(*command: str, at: Path) -> None:
    program = shutil.which(command[0])
    if program is None:
        pytest.fail(f"{command[0]} is missing. CONTRIBUTING.md says what the tests need.")
    done = subprocess.run(
        [program, *command[1:]],
        cwd=at,
        env={**os.environ, **QUIET},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    if done.returncode != 0:
        pytest.fail(f"{' '.join(command)} failed:\n{done.stdout}\n{done.stderr}")


def _folder() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="al-shipped-")).resolve()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    folder.chmod(0o755)
    return folder
