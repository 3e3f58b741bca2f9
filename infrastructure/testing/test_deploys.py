"""Deploys under load: ten in a row, three of them bad, a rollback; and no request fails."""

import asyncio
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from agentlab.kit import migrations

from support.docker import docker
from support.images import VERSION, Image
from support.stack import ADA, AGENTLAB, DOMAIN, Stack
from support.traffic import Places, Traffic

RATE = 200
AT_LEAST = 100_000
ROLLBACK_WITHIN_S = 15

NEVER_READY = """
FROM agentlab/api:{base}
ENV AGENTLAB_VERSION={version}
LABEL org.opencontainers.image.version={version}
COPY never_ready.py /never_ready.py
CMD ["python", "/never_ready.py"]
"""
NEVER_READY_PROGRAM = """
import sys

from agentlab import health
from agentlab.cli.main import app


async def ask_redis(_context):
    raise ConnectionError("This release does not find Redis.")


health.ask_redis = ask_redis
sys.argv = ["agentlab", "serve"]
app()
"""
CRASHES = """
FROM agentlab/api:{base}
ENV AGENTLAB_VERSION={version} AGENTLAB_HOST=nowhere.invalid
LABEL org.opencontainers.image.version={version}
CMD ["agentlab", "serve-nothing"]
"""
PLAIN = """
FROM agentlab/api:{base}
ENV AGENTLAB_VERSION={version}
LABEL org.opencontainers.image.version={version}
"""
MIGRATES = f"""{PLAIN}
COPY migration.py /app/migrations/versions/{{revision}}_test.py
"""
POSTGRES = """
FROM agentlab/postgres:{base}
LABEL org.opencontainers.image.version={version}
"""
BROKEN_POSTGRES = f"""{POSTGRES}
ENTRYPOINT ["false"]
"""
WEB = """
FROM agentlab/web:{base}
LABEL org.opencontainers.image.version={version}
"""
MIGRATION = """
from alembic import op

revision = "{revision}"
down_revision = "{before}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("{statement}")


def downgrade() -> None:
    pass
"""
HEAD = str(migrations.head())
"""The schema of the code under test, which the releases below build on."""


class Releases:
    """Images of releases that were never made, built on the ones under test."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def make(
        self,
        version: str,
        dockerfile: str,
        *,
        statement: str = "",
        after: str = "",
        postgres: str = POSTGRES,
    ) -> str:
        """Build a release's images and return its version; `statement` is its migration."""
        revision = f"test{version.replace('.', '')}"
        context = self.folder / version
        context.mkdir()
        migration = MIGRATION.format(revision=revision, before=after, statement=statement)
        (context / "migration.py").write_text(migration)
        (context / "never_ready.py").write_text(NEVER_READY_PROGRAM)
        for name, text in (("api", dockerfile), ("web", WEB), ("postgres", postgres)):
            filled = text.format(base=VERSION, version=version, revision=revision)
            (context / "Dockerfile").write_text(filled)
            docker("build", "--quiet", "--tag", f"agentlab/{name}:{version}", str(context))
        return version


@pytest.fixture
def releases(images: tuple[Image, ...], tmp_path: Path) -> Iterator[Releases]:
    yield Releases(tmp_path)
    for version in (each.name for each in tmp_path.iterdir()):
        names = (f"agentlab/{part}:{version}" for part in ("api", "web", "postgres"))
        docker("image", "rm", "--force", *names)


@pytest.fixture
def deployed(
    images: tuple[Image, ...], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stack]:
    """A stack of its own, with the sample data in it."""
    stack = Stack(tmp_path_factory.mktemp("installation"), "agentlab-deploys")
    stack.init()
    stack.set(AGENTLAB_HTTP_PORT="28080", AGENTLAB_HTTPS_PORT="28443")
    stack.set(AGENTLAB_API_RATE="5000")  # all of the load comes from one address
    try:
        stack.agentlab("deploy", VERSION)
        stack.wait_until_live()
        yield stack
    finally:
        stack.down()


def traffic_on(stack: Stack) -> Traffic:
    with stack.browser() as browser:
        assert browser.post("/api/v1/setup", json=ADA).is_success
        assert browser.post("/api/v1/sample").is_success
        places = Places.found(browser)
    return Traffic(
        stack.place,
        DOMAIN,
        stack.trust,
        places=places,
        rate=RATE,
        enough=AT_LEAST,
    )


def submissions_of(stack: Stack, gate_id: str) -> int:
    """How many there are in truth: each that was asked for once, and none of them twice."""
    with stack.browser() as browser:
        assert browser.post("/api/v1/session", json=ADA).is_success
        return len(browser.get(f"/api/v1/gates/{gate_id}").json()["submissions"])


async def test_ten_deploys_under_load_fail_no_request(deployed: Stack, releases: Releases) -> None:
    good = [releases.make(f"1.{n}", PLAIN) for n in range(1, 4)]
    adds = releases.make(
        "2.0", MIGRATES, after=HEAD, statement="ALTER TABLE clients ADD COLUMN motto text"
    )
    never_ready = releases.make("9.1", NEVER_READY)
    bad_migration = releases.make(
        "9.2", MIGRATES, after=HEAD, statement="ALTER TABLE nothing ADD x int"
    )
    crashes = releases.make("9.3", CRASHES)

    async def deploy(version: str, *, well: bool = True) -> str:
        began = time.monotonic()
        done = await asyncio.to_thread(deployed.try_agentlab, "deploy", version)
        print(f"deploy {version}: exit {done.returncode} after {time.monotonic() - began:.1f} s")
        assert (done.returncode == 0) is well, done.stdout + done.stderr
        return done.stderr

    async def roll_back() -> None:
        began = time.monotonic()
        done = await asyncio.to_thread(deployed.try_agentlab, "rollback")
        took_s = time.monotonic() - began
        print(f"rollback: exit {done.returncode} after {took_s:.1f} s\n{done.stdout}")
        assert done.returncode == 0, done.stderr
        steps = deployed.last_deployment()["steps"]
        assert sum(steps[each] for each in ("start", "ready", "switch")) < ROLLBACK_WITHIN_S

    traffic = traffic_on(deployed)
    async with traffic.running() as report:
        await deploy(good[0])
        await deploy(good[1])
        assert "was not ready within" in await deploy(never_ready, well=False)
        await deploy(good[2])
        assert 'relation "nothing" does not exist' in await deploy(bad_migration, well=False)
        await deploy(good[0])
        assert "did not become healthy" in await deploy(crashes, well=False)
        await deploy(adds)
        await roll_back()
        assert deployed.livez()["version"] == good[0]
        await deploy(adds)
        await deploy(good[1])
        await traffic.has_enough.wait()
    print(report)
    print(*report.failures[:20], *report.failures[-5:], sep="\n")
    assert report.failures == []
    assert report.sent >= AT_LEAST
    assert set(report.versions) == {VERSION, *good, adds}
    assert report.streams > 1
    assert report.told == traffic.changes
    assert submissions_of(deployed, traffic.gate_id) == traffic.submissions


def test_an_upgrade_exchanges_what_runs_beside_the_release(
    deployed: Stack, releases: Releases
) -> None:
    """PostgreSQL too, with every row in it; and where that does not start, all of it goes back."""
    better = releases.make("3.1", PLAIN)
    broken = releases.make("3.2", PLAIN, postgres=BROKEN_POSTGRES)
    with deployed.browser() as browser:
        assert browser.post("/api/v1/setup", json=ADA).is_success
    before = deployed.containers("postgres")[0]["Image"]

    deployed.agentlab("upgrade", better)
    after = deployed.containers("postgres")[0]["Image"]
    assert after != before
    assert sign_in(deployed) == 200
    assert deployed.livez()["version"] == better

    refused = deployed.try_agentlab("upgrade", broken)
    assert refused.returncode == 1
    assert "postgres" in refused.stderr
    assert deployed.containers("postgres")[0]["Image"] == after
    assert deployed.livez()["version"] == better
    assert sign_in(deployed) == 200


def sign_in(stack: Stack) -> int:
    with stack.browser() as browser:
        return browser.post("/api/v1/session", json=ADA).status_code


@pytest.mark.parametrize("after", ["migrate", "start", "switch"])
def test_a_killed_deploy_is_cleared_up_by_the_next_command(stack: Stack, after: str) -> None:
    """`kill -9` leaves two colours or a half-written record; people notice nothing of either."""
    kill_deploy(stack, after)
    assert stack.is_live()
    stack.agentlab("restart")
    assert stack.livez()["version"] == VERSION
    assert len(stack.containers("api")) == 2
    assert len(stack.containers("web")) == 1
    assert "interrupted" in stack.agentlab("releases") or after == "switch"


def kill_deploy(stack: Stack, after: str) -> None:
    """Kill it as soon as it says that it has done this step."""
    with begun(stack, "deploy", VERSION, until=after) as deploying:
        deploying.kill()


@contextmanager
def begun(stack: Stack, *command: str, until: str) -> "Iterator[subprocess.Popen[str]]":
    """A command that still runs, and has said that it did the step `until`."""
    with subprocess.Popen(
        [AGENTLAB, *command],
        cwd=stack.folder,
        env=stack.environment | {"PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stdout
        assert any(f"✓ {until}" in line for line in running.stdout)
        yield running


def test_a_deploy_that_is_asked_to_stop_goes_back(stack: Stack) -> None:
    before = {each["Id"] for each in stack.containers("api", "web")}
    with begun(stack, "deploy", VERSION, until="start") as deploying:
        deploying.send_signal(signal.SIGTERM)
        _, complaint = deploying.communicate()
    assert deploying.returncode == 1
    assert "what ran before still runs. It was interrupted by SIGTERM." in complaint
    assert {each["Id"] for each in stack.containers("api", "web")} == before
    assert stack.is_live()


def test_two_deploys_at_once_are_one(stack: Stack) -> None:
    with begun(stack, "restart", until="start") as first:
        second = stack.try_agentlab("deploy", VERSION)
        assert "A deploy runs already" in second.stderr
        first.communicate()
    assert first.returncode == 0


def test_images_that_do_not_belong_together_are_refused(stack: Stack, releases: Releases) -> None:
    releases.make("5.1", PLAIN)
    releases.make("5.2", PLAIN)
    docker("tag", "agentlab/web:5.2", "agentlab/web:5.1")
    refused = stack.try_agentlab("deploy", "5.1")
    assert "These images are of different releases" in refused.stderr
    assert "There is no image agentlab/api:7.7" in stack.try_agentlab("deploy", "7.7").stderr
    assert "neither a version" in stack.try_agentlab("deploy", "../x").stderr
    assert stack.livez()["version"] == VERSION
