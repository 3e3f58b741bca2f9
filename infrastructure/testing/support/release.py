"""A release that machines can install: a repository with its tag, a registry with its images."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from support.docker import REPOSITORY, docker, inspect, running, wait_for

IDENTITY = ("-c", "user.name=AgentLab", "-c", "user.email=agentlab@example.com")


def git(*words: str, cwd: Path) -> str:
    return subprocess.run(
        ["git", *IDENTITY, *words], cwd=cwd, capture_output=True, text=True, check=True
    ).stdout


def make_repository(folder: Path, *, version: str) -> None:
    """Give `folder` the files of this checkout, as they are now, with the tag of a release."""
    folder.mkdir()
    git("init", "--quiet", cwd=folder)
    listed = git("ls-files", "-z", "--cached", "--others", "--exclude-standard", cwd=REPOSITORY)
    for name in filter(None, listed.split("\0")):
        source, copy = REPOSITORY / name, folder / name
        if source.is_file():
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(source.read_bytes())
            copy.chmod(source.stat().st_mode)
    git("add", "--all", cwd=folder)
    git("commit", "--quiet", "--message", f"Release {version}", cwd=folder)
    git("tag", f"v{version}", cwd=folder)


def relabelled(image: str, version: str) -> str:
    """The same program as `image`, of a later release."""
    name = f"{image.partition(':')[0]}:{version}"
    dockerfile = (
        f"FROM {image}\nENV AGENTLAB_VERSION={version}\n"
        f"LABEL org.opencontainers.image.version={version}\n"
    )
    build = ["docker", "build", "--quiet", "--tag", name, "-"]
    subprocess.run(build, input=dockerfile, capture_output=True, text=True, check=True)
    return name


@dataclass(frozen=True)
class Registry:
    """Reached by the engine as a local one, and by the engine's containers at `address`."""

    port: str
    address: str

    def push(self, image: str, name: str) -> str:
        """Put an image of the engine there under `name`; its digest."""
        here = f"127.0.0.1:{self.port}/{name}"
        docker("tag", image, here)
        try:
            docker("push", "--quiet", here, timeout_s=600)
            digests: list[str] = inspect("image", here)["RepoDigests"]
            return next(
                digest.partition("@")[2]
                for digest in digests
                if digest.startswith(here.rpartition(":")[0] + "@")
            )
        finally:
            docker("image", "rm", here)


@contextmanager
def registry() -> Iterator[Registry]:
    with running("registry:2", options=("--publish=127.0.0.1::5000",)) as container:
        networks = inspect("container", container.name)["NetworkSettings"]["Networks"]
        ip = next(iter(networks.values()))["IPAddress"]
        port = docker("port", container.name, "5000/tcp").rpartition(":")[2]
        wait_for(lambda: answers(port), "The registry's first answer")
        yield Registry(port, f"{ip}:5000")


def answers(port: str) -> bool:
    """Whether it can say that it has no such image."""
    try:
        docker("pull", "--quiet", f"127.0.0.1:{port}/nothing:here")
    except RuntimeError as error:
        return "not found" in str(error) or "manifest unknown" in str(error)
    return True
