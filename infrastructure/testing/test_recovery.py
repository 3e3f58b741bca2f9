"""Everything of a server is lost but a bundle and its key; one command on a fresh host."""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from agentlab.operations.backup.bundle import read_manifest
from agentlab.operations.host.folder import Installation

from support.docker import docker
from support.images import VERSION, Image
from support.stack import AGENTLAB, Stack

PROJECT = "agentlab-lost"
PORTS = {"AGENTLAB_HTTP_PORT": "38080", "AGENTLAB_HTTPS_PORT": "38443"}
"""The usual ones are those of the stack that other tests share, which may run at the same time."""


@pytest.fixture
def held() -> Iterator[Path]:
    """What somebody took away. A desk's services run as another user, who has to get here."""
    with tempfile.TemporaryDirectory(prefix="agentlab-held-") as name:
        folder = Path(name).resolve()
        folder.chmod(0o755)
        yield folder


def test_a_fresh_host_has_everything_back_with_one_command(
    images: tuple[Image, ...], held: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    lost = Stack(tmp_path_factory.mktemp("lost"), PROJECT)
    lost.init()
    lost.set(**PORTS)
    try:
        lost.agentlab("deploy", VERSION)
        lost.wait_until_live()
        Installation(lost.folder).write_secret("smtp_password", "of an optional part")
        before = what_people_see(lost, make_sample=True)
        lost.agentlab("backup", "create")
        lost.agentlab("backup", "export-key", str(held / "key"))
        (bundle,) = (lost.folder / "state" / "backups").glob("*.bundle")
        shutil.copy(bundle, held)
    finally:
        lost.down()
    shutil.rmtree(lost.folder)
    assert PROJECT not in docker("volume", "ls", "--quiet")

    fresh = Stack(tmp_path_factory.mktemp("fresh"), PROJECT)
    try:
        said = fresh.agentlab("restore", str(held / bundle.name), "--key", str(held / "key"))
        assert said.splitlines()[-2] == f"AgentLab {VERSION} runs at https://agentlab.test"
        fresh.wait_until_live()
        assert what_people_see(fresh) == before
        over_what_lives(fresh, held / bundle.name, before)
        to_a_desk_and_back(fresh, held, bundle.name, before)
    finally:
        fresh.down()


def over_what_lives(stack: Stack, bundle: Path, before: dict[str, object]) -> None:
    """The same again over an installation in use: what was made since is in a restore point."""
    with stack.administrator() as ada:
        made = ada.post("/api/v1/clients", json={"name": "Since then"})
        assert made.is_success
    said = stack.agentlab("restore", str(bundle))
    assert "What was here before is in agentlab-" in said
    stack.wait_until_live()
    assert what_people_see(stack) == before
    restore_points = [
        each
        for each in (stack.folder / "state" / "backups").glob("*.bundle")
        if b'"reason": "restore point"' in each.read_bytes()[:65536]
    ]
    assert len(restore_points) == 1
    assert not list((stack.folder / "state").rglob("*restor*ing*"))


def to_a_desk_and_back(stack: Stack, held: Path, bundle: str, before: dict[str, object]) -> None:
    """From PostgreSQL 17 to the 18 of a desk, and from there to 17 again."""
    desk = Desk(held)
    desk.agentlab("restore", str(held / bundle), "--key", str(held / "key"), "--on", "desk")
    desk.agentlab("backup", "create")
    desk.agentlab("backup", "export-key", str(held / "key-of-desk"))
    (made,) = (held / "desk" / "backups").glob("*.bundle")
    manifest = read_manifest(made)
    assert (manifest.place, manifest.postgres_major) == ("desk", 18)
    stack.agentlab("restore", str(made), "--key", str(held / "key-of-desk"))
    stack.wait_until_live()
    assert what_people_see(stack) == before


class Desk:
    """AgentLab as somebody runs it on their own computer, in a folder of its own."""

    def __init__(self, folder: Path) -> None:
        self.environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(folder),
            "AGENTLAB_DATA_DIR": str(folder / "desk"),
        }
        self.folder = folder

    def agentlab(self, *words: str) -> None:
        subprocess.run([AGENTLAB, *words], cwd=self.folder, env=self.environment, check=True)


def what_people_see(stack: Stack, *, make_sample: bool = False) -> dict[str, object]:
    """Clients with their projects, documents by digest, decisions, files, and whose it is."""
    with stack.administrator() as ada:
        if make_sample:
            assert ada.post("/api/v1/sample", timeout=120).is_success
        portfolio = ada.get("/api/v1/portfolio").json()
    counts = "SELECT count(*), md5(string_agg(sha256, ',' ORDER BY document_id, number))"
    return {
        "clients": [each["name"] for each in portfolio["clients"]],
        "documents": stack.psql(f"{counts} FROM versions"),
        "decisions": stack.psql("SELECT count(*) FROM decisions"),
        "samples": sorted(path.name for path in (stack.folder / "state/data/samples").iterdir()),
        "proof_key": (stack.folder / "secrets" / "proof_key").read_text(),
        "smtp_password": (stack.folder / "secrets" / "smtp_password").read_text(),
        "owners": stack.psql("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname='public'"),
    }
