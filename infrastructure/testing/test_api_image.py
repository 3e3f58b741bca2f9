"""The api's image beside PostgreSQL and Redis, hardened as in production."""

from collections.abc import Iterator
from urllib.parse import quote

import httpx
import pytest

from support.docker import HARDENED, Container, docker, network, running, wait_for, write_secrets
from support.images import API, VERSION, Image
from support.servers import PASSWORDS, REDIS_PASSWORD, postgres, redis


@pytest.fixture(scope="module")
def installation(
    images: tuple[Image, ...], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, ...]]:
    """Options for a container of the api's image that has its servers and its secrets."""
    folder = tmp_path_factory.mktemp("installation")
    with (
        network() as name,
        postgres(folder / "postgres", f"--network={name}", "--network-alias=postgres"),
        redis(folder / "redis", f"--network={name}", "--network-alias=redis"),
    ):
        secrets = write_secrets(
            folder / "api", {"app": PASSWORDS["agentlab"], "redis": REDIS_PASSWORD, "jwt": "s" * 64}
        )
        yield (
            *HARDENED,
            f"--network={name}",
            secrets,
            "--env=ENVIRONMENT=production",
            "--env=AGENTLAB_HOST=0.0.0.0",
            "--env=DATABASE_URL=postgresql://agentlab@postgres:5432/agentlab",
            "--env=POSTGRES_PASSWORD_FILE=/run/secrets/app",
            "--env=REDIS_URL=redis://agentlab@redis:6379/0",
            "--env=REDIS_PASSWORD_FILE=/run/secrets/redis",
            "--env=JWT_SECRET_FILE=/run/secrets/jwt",
        )


@pytest.fixture(scope="module")
def migrated(installation: tuple[str, ...]) -> tuple[str, ...]:
    owner = quote(PASSWORDS["agentlab_owner"], safe="")
    address = f"--env=DATABASE_URL=postgresql://agentlab_owner:{owner}@postgres:5432/agentlab"
    docker("run", "--rm", *installation, address, API.name, "agentlab", "migrate")
    return installation


@pytest.fixture(scope="module")
def api(migrated: tuple[str, ...]) -> Iterator[Container]:
    with running(API.name, options=(*migrated, "--publish=8000")) as container:
        container.wait_until_healthy()
        yield container


def test_it_serves_from_a_read_only_container_as_a_role_that_owns_nothing(api: Container) -> None:
    wait_for(lambda: httpx.get(f"{api.url(8000)}/readyz").is_success, "readiness")
    assert httpx.get(f"{api.url(8000)}/livez").json() == {"status": "alive", "version": VERSION}


def test_its_health_check_fails_when_nothing_answers(api: Container) -> None:
    check = "python -m agentlab.alive 8000; python -m agentlab.alive 8009; echo $?"
    assert api.run("sh", "-c", check).splitlines()[-1] == "1"


def test_it_stops_at_once_when_asked(migrated: tuple[str, ...]) -> None:
    with running(API.name, options=migrated) as container:
        container.wait_until_healthy()
        docker("stop", "--time", "20", container.name)
        assert docker("inspect", "--format", "{{.State.ExitCode}}", container.name) == "0"
