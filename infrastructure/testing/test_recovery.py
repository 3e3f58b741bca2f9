"""Everything of a server is lost but a bundle and its key; one command on a fresh host."""

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from agentlab.operations.backup.bundle import read_manifest
from agentlab.operations.host import deploy
from agentlab.operations.host.folder import Installation
from agentlab.operations.restore.journal import Journal, Step

from support.docker import docker, network, wait_for
from support.images import VERSION, Image
from support.stack import AGENTLAB, Stack
from support.storage import storage

PROJECT = "agentlab-lost"
SETTINGS = {
    # The usual ports are those of the stack that other tests share, which may run at the same time.
    "AGENTLAB_HTTP_PORT": "38080",
    "AGENTLAB_HTTPS_PORT": "38443",
    "COMPOSE_FILE": "docker-compose.prod.yml:infrastructure/testing/stack.yml"
    ":infrastructure/testing/storage.yml",
}
READER = "metabase"
"""A role that an operator made, which no fresh server has."""


@dataclass(frozen=True)
class Held:
    """What somebody took away, and what people saw when it was made."""

    folder: Path
    bundle: Path
    before: dict[str, object]

    @property
    def key(self) -> Path:
        return self.folder / "key"


@pytest.fixture(scope="module")
def held(images: tuple[Image, ...], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Held]:
    """Of a server that is lost; its archive elsewhere goes on after the bundle, by a client."""
    folder, tls = tmp_path_factory.mktemp("lost"), tmp_path_factory.mktemp("tls")
    with readable_folder() as kept, network() as outside:
        lost = Stack(folder, PROJECT)
        lost.init()
        lost.set(STORAGE_NETWORK=outside, **SETTINGS)
        try:
            lost.agentlab("deploy", VERSION)
            lost.wait_until_live()
            with storage(lost, tls, outside):
                yield lose(lost, kept)
        finally:
            if (lost.folder / ".env").exists():
                lost.down()


@contextmanager
def readable_folder() -> Iterator[Path]:
    """A desk's services run as another user, who has to get here."""
    with tempfile.TemporaryDirectory(prefix="agentlab-held-") as name:
        folder = Path(name).resolve()
        folder.chmod(0o755)
        yield folder


def lose(lost: Stack, kept: Path) -> Held:
    Installation(lost.folder).write_secret("smtp_password", "of an optional part")
    lost.psql(f"CREATE ROLE {READER} LOGIN; GRANT SELECT ON projects TO {READER}")
    before = what_people_see(lost, make_sample=True)
    lost.agentlab("backup", "create")
    lost.agentlab("backup", "export-key", str(kept / "key"))
    (bundle,) = (lost.folder / "state" / "backups").glob("*.bundle")
    wait_for(lambda: lost.base_backups() == 2, "a base backup in both", timeout_s=300)
    add_client(lost, "After the bundle")
    segment = lost.psql("SELECT pg_walfile_name(pg_switch_wal())")
    wait_for(lambda: is_elsewhere(lost, segment), "the archive elsewhere", timeout_s=180)
    held = Held(kept, Path(shutil.copy(bundle, kept)), before)
    lost.down()
    shutil.rmtree(lost.folder)
    assert PROJECT not in docker("volume", "ls", "--quiet")
    return held


def is_elsewhere(stack: Stack, segment: str) -> bool:
    ask = ("--config=/var/lib/pgbackrest/elsewhere.conf", "--stanza=agentlab", "repo-ls")
    folder = f"archive/agentlab/17-1/{segment[:16]}"
    return segment in stack.compose("exec", "-T", "backup", "pgbackrest", *ask, folder)


def add_client(stack: Stack, name: str) -> None:
    with stack.administrator() as ada:
        assert ada.post("/api/v1/clients", json={"name": name}).is_success


@contextmanager
def fresh_host(folder: Path) -> Iterator[Stack]:
    """A release's files and nothing else; gone at the end, for the next one."""
    fresh = Stack(folder, PROJECT)
    try:
        yield fresh
    finally:
        fresh.down()


def test_a_fresh_host_has_what_was_archived_after_the_bundle_too(
    held: Held, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with fresh_host(tmp_path_factory.mktemp("archived")) as fresh:
        words = ("restore", str(held.bundle), "--key", str(held.key), "--at", "latest")
        done = json.loads(fresh.agentlab(*words, "--elsewhere", "--json"))
        assert (done["outcome"], done["bundle"]) == (
            "restored",
            "The database at its last archived moment",
        )
        fresh.wait_until_live()
        found, clients = what_people_see(fresh), held.before["clients"]
        assert isinstance(clients, list)
        assert found == held.before | {"clients": sorted([*clients, "After the bundle"])}
        noted = "SELECT label FROM audit_entries WHERE action = 'backup.restored'"
        assert done["bundle"] in fresh.psql(noted).splitlines()
        refused = fresh.try_agentlab(*words)
        assert "AgentLab runs here already." in refused.stderr


def test_a_fresh_host_has_everything_back_with_one_command(
    held: Held, tmp_path_factory: pytest.TempPathFactory
) -> None:
    with fresh_host(tmp_path_factory.mktemp("fresh")) as fresh:
        said = fresh.agentlab("restore", str(held.bundle), "--key", str(held.key))
        assert said.splitlines()[-2] == f"AgentLab {VERSION} runs at https://agentlab.test"
        fresh.wait_until_live()
        assert what_people_see(fresh) == held.before
        killed_over_what_lives(fresh, held)
        over_what_lives(fresh, held)
        to_a_desk_and_back(fresh, held)


def killed_over_what_lives(stack: Stack, held: Held) -> None:
    """`kill -9` leaves the old or the new, by whichever command comes next, and every bundle."""
    add_client(stack, "Since then")
    ours, bundles = what_people_see(stack), set[Path]()
    for moment, is_restored in {
        Step.SWAP: False,  # the database has changed places
        Step.CLEAN: True,  # there is no way back any more
    }.items():
        kill_restore(stack, held.bundle, moment)
        settle(stack)
        stack.wait_until_live()
        assert what_people_see(stack) == (held.before if is_restored else ours)
        there = set((stack.folder / "state" / "backups").glob("*.bundle"))
        assert bundles <= there
        bundles = there


def kill_restore(stack: Stack, bundle: Path, moment: Step) -> None:
    """When its journal says that it has changed places, or that it began with this."""
    journal = Journal(Installation(stack.folder).backups)
    earlier = journal.read()

    def has_come() -> bool:
        entry = journal.read()
        if entry is None or (earlier and entry.started_at == earlier.started_at):
            return False
        return moment in entry.seconds if moment is Step.SWAP else entry.step is moment

    with subprocess.Popen(
        [AGENTLAB, "restore", str(bundle)],
        cwd=stack.folder,
        env=stack.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as restoring:
        wait_for(has_come, moment, timeout_s=180)
        restoring.kill()


def settle(stack: Stack) -> None:
    """As the next command does first, whichever it is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AGENTLAB_HOME", str(stack.folder))
        with deploy.alone(Installation(stack.folder), print):
            pass
    assert not list(stack.folder.glob(".unpacked-*"))


def over_what_lives(stack: Stack, held: Held) -> None:
    """The same again over an installation in use: what was made since is in a restore point."""
    add_client(stack, "Since then")
    earlier = set((stack.folder / "state" / "backups").glob("*.bundle"))
    said = stack.agentlab("restore", str(held.bundle))
    assert "What was here before is in agentlab-" in said
    stack.wait_until_live()
    assert what_people_see(stack) == held.before
    (kept,) = set((stack.folder / "state" / "backups").glob("*.bundle")) - earlier
    assert read_manifest(kept).reason == "restore point"
    assert not list((stack.folder / "state").rglob("*restor*ing*"))


def to_a_desk_and_back(stack: Stack, held: Held) -> None:
    """From PostgreSQL 17 to the 18 of a desk, and from there to 17 again; with a role of theirs."""
    desk = Desk(held.folder)
    desk.agentlab("restore", str(held.bundle), "--key", str(held.key), "--on", "desk")
    desk.agentlab("backup", "create")
    desk.agentlab("backup", "export-key", str(held.folder / "key-of-desk"))
    (made,) = (held.folder / "desk" / "backups").glob("*.bundle")
    manifest = read_manifest(made)
    assert (manifest.place, manifest.postgres_major) == ("desk", 18)
    stack.psql(f"DROP OWNED BY {READER}; DROP ROLE {READER}")
    stack.agentlab("restore", str(made), "--key", str(held.folder / "key-of-desk"))
    stack.wait_until_live()
    assert what_people_see(stack) == held.before


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
    may_read = f"has_table_privilege('{READER}', 'projects', 'SELECT')"
    return {
        "clients": sorted(each["name"] for each in portfolio["clients"]),
        "documents": stack.psql(f"{counts} FROM versions"),
        "decisions": stack.psql("SELECT count(*) FROM decisions"),
        "samples": sorted(path.name for path in (stack.folder / "state/data/samples").iterdir()),
        "proof_key": (stack.folder / "secrets" / "proof_key").read_text(),
        "smtp_password": (stack.folder / "secrets" / "smtp_password").read_text(),
        "owners": stack.psql("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname='public'"),
        "reader": stack.psql(
            f"SELECT rolcanlogin, {may_read} FROM pg_roles"  # noqa: S608
            f" WHERE rolname = '{READER}'"
        ),
    }
