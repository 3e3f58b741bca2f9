"""Redis with our configuration: who gets in, what is kept, what happens when it is full."""

from collections.abc import Iterator

import pytest
from redis import Redis
from redis.exceptions import AuthenticationError, NoPermissionError, OutOfMemoryError

from support.docker import Container, docker, wait_for
from support.servers import REDIS_PASSWORD, redis

FILLERS = [f"filler:{number}" for number in range(400)]


@pytest.fixture(scope="module")
def server(stand_ins: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Container]:
    with redis(tmp_path_factory.mktemp("redis") / "secrets") as server:
        wait_for(lambda: "Ready to accept connections" in server.logs(), "Redis answering")
        yield server


def connected(server: Container, user: str | None, password: str | None) -> Redis:
    host, port = server.address(6379)
    return Redis(host=host, port=port, username=user, password=password)


@pytest.fixture
def app(server: Container) -> Iterator[Redis]:
    with connected(server, "agentlab", REDIS_PASSWORD) as client:
        yield client


@pytest.mark.parametrize(
    ("user", "password"),
    [(None, None), (None, REDIS_PASSWORD), ("default", ""), ("agentlab", "wrong"), ("other", "x")],
)
def test_nobody_else_gets_in(server: Container, user: str | None, password: str | None) -> None:
    with connected(server, user, password) as client, pytest.raises(AuthenticationError):
        client.ping()


def test_the_app_gets_in_and_cannot_stop_or_empty_it(app: Redis) -> None:
    assert app.set("key", "value", ex=60)
    assert app.get("key") == b"value"
    for forbidden in (app.flushall, app.shutdown, app.config_get, app.keys):
        with pytest.raises(NoPermissionError):
            forbidden()


def test_full_it_refuses_and_forgets_nobody(app: Redis) -> None:
    assert app.set("session", "ada", ex=3600)
    with pytest.raises(OutOfMemoryError):
        fill(app)
    assert app.get("session") == b"ada"
    app.delete(*FILLERS)


def fill(client: Redis) -> None:
    for key in FILLERS:
        client.set(key, b"x" * 1_000_000)


def test_what_was_written_survives_a_restart(server: Container, app: Redis) -> None:
    app.set("session", "bob", ex=3600)
    docker("kill", "--signal", "KILL", server.name)
    docker("start", server.name)
    wait_for(lambda: server.logs().count("Ready to accept connections") == 2, "Redis answering")
    with connected(server, "agentlab", REDIS_PASSWORD) as again:
        assert again.get("session") == b"bob"
