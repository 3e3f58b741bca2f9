"""Machines: containers in which systemd boots, and cloud-init runs as at a provider."""

import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from support.docker import REPOSITORY, docker, inspect, running

DOCKERFILE = REPOSITORY / "infrastructure" / "testing" / "machine"
FRESH = "fresh"
EQUIPPED = "equipped"
"""The stages of the Dockerfile."""

BOOTED_WITHIN_S = 900
OLD_CGROUPS = "systemd.unified_cgroup_hierarchy=0 SYSTEMD_CGROUP_ENABLE_LEGACY_FORCE=1"
"""What a kernel says to systemd when it has the control groups of the engine around it."""


@dataclass(frozen=True)
class Machine:
    name: str

    @property
    def address(self) -> str:
        networks = inspect("container", self.name)["NetworkSettings"]["Networks"]
        return str(next(iter(networks.values()))["IPAddress"])

    def attempt(self, script: str, *, timeout_s: float = 900) -> subprocess.CompletedProcess[str]:
        """What happens when root runs `script` in a shell that ends at the first failure."""
        return subprocess.run(
            ["docker", "exec", "--interactive", self.name, "bash", "-euo", "pipefail"],
            input=script,
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout_s,
        )

    def run(self, script: str) -> str:
        """What root's `script` prints; it must not fail."""
        done = self.attempt(script)
        if done.returncode:
            raise RuntimeError(f"{script}\n{done.stdout}{done.stderr}")
        return done.stdout.strip()

    def wait_for_cloud_init(self) -> str:
        """How cloud-init ended: `done`, `error` or `disabled`."""
        deadline = time.monotonic() + BOOTED_WITHIN_S
        while time.monotonic() < deadline:
            state = self.attempt("cloud-init status || true").stdout.split()[-1:]
            if state in (["done"], ["error"], ["disabled"]):
                return state[0]
            time.sleep(2)
        raise TimeoutError(f"cloud-init did not end within {BOOTED_WITHIN_S} s")


def build(stage: str) -> str:
    """The image of a kind of machine."""
    image = f"agentlab-test/{stage}-machine"
    docker("build", "--quiet", "--target", stage, "--tag", image, str(DOCKERFILE), timeout_s=900)
    return image


@contextmanager
def booted(stage: str, *options: str, seed: Path | None = None) -> Iterator[Machine]:
    """A machine, gone at the end.

    Args:
        stage: its kind.
        options: of `docker run`.
        seed: a folder with `user-data` and `meta-data`, as a provider hands them to cloud-init;
            none for a machine that only boots.
    """
    command_line = ["cloud-init=enabled" if seed else "cloud-init=disabled"]
    if docker("info", "--format", "{{.CgroupVersion}}") == "1":
        command_line.append(OLD_CGROUPS)
    given = [f"--volume={seed}:/var/lib/cloud/seed/nocloud:ro"] if seed else []
    fixed = (
        *("--privileged", "--tmpfs=/run", "--tmpfs=/tmp:exec", "--env=container=docker"),
        f"--env=SYSTEMD_PROC_CMDLINE={' '.join(command_line)}",
    )
    with running(build(stage), options=(*fixed, *given, *options)) as container:
        yield Machine(container.name)
