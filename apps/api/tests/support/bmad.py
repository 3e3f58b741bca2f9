"""The real BMAD v4, as its own installer writes it, fetched from the npm registry."""

import atexit
import shutil
import subprocess
import tempfile
from functools import cache
from pathlib import Path

import pytest

VERSION = "4.44.3"
PACKS = ("bmad-2d-unity-game-dev", "bmad-creative-writing", "bmad-godot-game-dev")


@cache
def installed_project() -> Path:
    """A project with BMAD in it, made once for the whole test session. Copy it to change it."""
    return _installed()


@cache
def installed_project_with_packs() -> Path:
    """The same with three expansion packs, whose workflows differ from the core's."""
    return _installed("-e", *PACKS)


def copy_of_installed_project(folder: Path) -> Path:
    """A copy in `folder`, which must not exist yet, to do with as one likes."""
    return Path(shutil.copytree(installed_project(), folder))


def _installed(*options: str) -> Path:
    npx = shutil.which("npx")
    if npx is None:
        pytest.fail("npx is missing. Install Node 20 or newer, which brings npm and npx.")
    folder = Path(tempfile.mkdtemp(prefix="al-bmad-")).resolve()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    folder.chmod(0o755)
    command = [npx, "--yes", f"bmad-method@{VERSION}", "install", "-f", "-d", str(folder)]
    done = subprocess.run(
        [*command, "-i", "claude-code", *options],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    if done.returncode != 0 or not (folder / ".bmad-core" / "core-config.yaml").is_file():
        pytest.fail(f"{' '.join(command)} failed:\n{done.stdout}\n{done.stderr}")
    return folder
