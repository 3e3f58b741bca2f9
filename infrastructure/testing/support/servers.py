"""PostgreSQL and Redis as in production, for what needs them."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from agentlab.operations.host import redis_users

from support.docker import HARDENED, REPOSITORY, Container, running, write_secrets
from support.images import POSTGRES, REDIS

PASSWORDS = {
    name: f"'{name}' $ecret"
    for name in ("postgres", "agentlab_owner", "agentlab", "agentlab_reader")
}
"""By role; with characters that shells and SQL have a meaning for."""
SECRETS = {
    "postgres_password": PASSWORDS["postgres"],
    "postgres_owner_password": PASSWORDS["agentlab_owner"] + "\n",
    "postgres_app_password": PASSWORDS["agentlab"],
    "postgres_reader_password": PASSWORDS["agentlab_reader"],
}
REDIS_PASSWORD = "of redis"
POSTGRES_RUNS = (
    *HARDENED,
    "--tmpfs=/var/run/postgresql:uid=999,gid=999",
    "--env=POSTGRES_PASSWORD_FILE=/run/secrets/postgres_password",
)


@contextmanager
def postgres(folder: Path, *options: str) -> Iterator[Container]:
    secrets = write_secrets(folder, SECRETS)
    published = f"--publish={POSTGRES.port}"
    with running(POSTGRES.name, options=(*POSTGRES_RUNS, published, secrets, *options)) as server:
        server.wait_until_healthy()
        yield server


@contextmanager
def redis(folder: Path, *options: str) -> Iterator[Container]:
    secrets = write_secrets(folder, {redis_users.FILE: redis_users.text([REDIS_PASSWORD])})
    configuration = f"--volume={REPOSITORY}/infrastructure/redis:/etc/redis:ro"
    with running(
        REDIS,
        "redis-server",
        "/etc/redis/redis.conf",
        options=(
            *HARDENED,
            "--user=999:1000",
            "--publish=6379",
            secrets,
            configuration,
            *options,
        ),
    ) as server:
        yield server
