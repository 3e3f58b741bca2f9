"""The secrets as Compose hands them out: who gets which, and that backups take all of them."""

from typing import Any

import pytest
from ruamel.yaml import YAML

from agentlab.operations.host import redis_users, secret_files
from agentlab.operations.host.folder import COMPOSE_FILE
from tests.house.test_names import REPOSITORY

MOUNTED = "/run/secrets/"
TAKEN_BY_BUNDLES = "/configuration/secrets/"


@pytest.fixture(scope="module")
def compose() -> Any:
    return YAML(typ="safe").load(REPOSITORY / COMPOSE_FILE)


def test_compose_has_every_secret_that_init_makes(compose: Any) -> None:
    names = {secret.name for secret in secret_files.SECRETS} | {redis_users.FILE}
    assert compose["secrets"] == {name: {"file": f"./secrets/{name}"} for name in names}


@pytest.mark.parametrize("service", ["backup", "point-in-time"])
def test_the_backup_has_every_secret_where_bundles_take_it_from(compose: Any, service: str) -> None:
    given = {each["source"]: each["target"] for each in compose["services"][service]["secrets"]}
    assert given == {name: f"{TAKEN_BY_BUNDLES}{name}" for name in compose["secrets"]}


def test_whoever_is_told_of_a_secret_gets_it(compose: Any) -> None:
    for name, service in compose["services"].items():
        given = {
            each if isinstance(each, str) else each["source"] for each in service.get("secrets", [])
        }
        told = {
            value.partition(MOUNTED)[2].removesuffix("}")
            for value in service.get("environment", {}).values()
            if MOUNTED in value
        }
        assert told <= given, name


def test_a_file_that_env_may_name_is_otherwise_a_secret_of_compose(compose: Any) -> None:
    """An older `.env` names one in the data folder; a new one says nothing."""
    for name, place in secret_files.NAMED_IN_ENV.items():
        told = {
            service["environment"][name]
            for service in compose["services"].values()
            if service.get("environment", {}).get(name)
        }
        secret = place.removeprefix("secrets/")
        otherwise = f"{MOUNTED}{secret}" if name.endswith("_FILE") else ""
        assert told == {f"${{{name}:-{otherwise}}}"}


def test_bundles_take_the_authorities_that_containers_see(compose: Any) -> None:
    folder, seen = "./certificates/trusted", "/certificates/trusted:ro"
    volumes = {name: each.get("volumes", []) for name, each in compose["services"].items()}
    for name in ("backup", "point-in-time", "status"):
        assert f"{folder}:{seen}" in volumes[name]
    assert f"{folder}:/configuration{seen}" in volumes["backup"]
