"""The production stack, booted for real: what each container may do, and what survives."""

import json
import time
from collections.abc import Iterator

import httpx
import pytest

from support.docker import docker, inspect, wait_for
from support.images import VERSION
from support.stack import SERVICES, Stack

MIB = 1024 * 1024
IDLE_S = 100
NOT_ROTATED = {
    *("openai_api_key", "proof_key", "backup_key", "backup_s3_secret_key"),
    *("oidc_client_secret", "smtp_password", "status_s3_secret_key"),
}
"""Yours to change; or by which proofs are known as ours, and what was made is opened."""


@pytest.fixture(scope="module")
def ada(stack: Stack) -> Iterator[httpx.Client]:
    """The administrator, signed in over HTTPS."""
    with stack.administrator() as browser:
        yield browser


def test_every_service_runs_and_is_healthy(stack: Stack) -> None:
    containers = stack.containers()
    services = [each["Config"]["Labels"]["com.docker.compose.service"] for each in containers]
    assert set(services) == SERVICES
    assert services.count("api") == 2
    wait_for(
        lambda: {each["State"]["Health"]["Status"] for each in stack.containers()} == {"healthy"},
        "health everywhere",
    )


def test_every_service_is_confined(stack: Stack) -> None:
    for container in stack.containers():
        host = container["HostConfig"]
        assert container["Config"]["User"].partition(":")[0] not in {"", "0", "root"}
        assert host["ReadonlyRootfs"]
        assert host["CapDrop"] == ["ALL"]
        assert not host["CapAdd"]
        assert not host["Privileged"]
        assert "no-new-privileges:true" in host["SecurityOpt"]
        assert host["Memory"] > 0
        assert host["NanoCpus"] > 0
        assert host["PidsLimit"] > 0
        assert host["RestartPolicy"]["Name"] == "unless-stopped"
        assert host["LogConfig"]["Config"]["max-size"]


def test_nobody_runs_as_root_inside(stack: Stack) -> None:
    for container in stack.containers():
        titles, *processes = docker("top", container["Id"], "-o", "pid,uid").splitlines()
        assert titles.split() == ["PID", "UID"]
        assert processes
        assert [line for line in processes if line.split()[1] == "0"] == []


def test_only_the_edge_is_published(stack: Stack) -> None:
    published = {
        (container["Config"]["Labels"]["com.docker.compose.service"], inside)
        for container in stack.containers()
        for inside, bound in container["NetworkSettings"]["Ports"].items()
        if bound
    }
    assert published == {("nginx", "8080/tcp"), ("nginx", "8443/tcp")}


def test_data_is_reached_by_those_who_need_it_alone(stack: Stack) -> None:
    reachable = {
        container["Config"]["Labels"]["com.docker.compose.service"]: {
            name.removeprefix(f"{stack.project}_")
            for name in container["NetworkSettings"]["Networks"]
        }
        for container in stack.containers()
    }
    assert reachable == {
        "nginx": {"edge", "app"},
        "web": {"app"},
        "api": {"app", "data"},
        "worker": {"app", "data"},
        "postgres": {"data"},
        "backup": {"app", "data"},
        "redis": {"data"},
        "status": {"app"},
    }
    assert inspect("network", f"{stack.project}_data")["Internal"]
    assert not inspect("network", f"{stack.project}_app")["Internal"]


def test_no_secret_is_in_an_environment_or_a_command(stack: Stack) -> None:
    secrets = {
        text for file in (stack.folder / "secrets").iterdir() if (text := file.read_text().strip())
    }
    for container in stack.containers():
        told = json.dumps([container["Config"], container["Args"], container["Path"]])
        assert [secret for secret in secrets if secret in told] == []


def test_the_database_keeps_the_application_from_its_schema(stack: Stack) -> None:
    roles = stack.psql("SELECT rolname, rolsuper FROM pg_roles WHERE rolname ~ 'agentlab'")
    assert set(roles.splitlines()) == {"agentlab_owner|f", "agentlab|f", "agentlab_reader|f"}
    owners = stack.psql("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'")
    assert owners == "agentlab_owner"


def test_a_body_at_the_limit_is_read_and_one_beyond_is_refused(ada: httpx.Client) -> None:
    frame = len(json.dumps({"email": "", "password": "x"}))
    at_limit = {"email": "a" * (MIB - frame), "password": "x"}
    body = json.dumps(at_limit).encode()
    assert len(body) == MIB
    headers = {"content-type": "application/json"}
    read = ada.post("/api/v1/session", content=body, headers=headers)
    assert (read.status_code, read.json()["code"]) == (422, "invalid_input")
    refused = ada.post("/api/v1/session", content=body + b" ", headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (413, "body_too_large")
    assert "1024 KiB" in refused.json()["detail"]


def test_the_version_that_was_deployed_answers(stack: Stack) -> None:
    assert stack.livez() == {"status": "alive", "version": VERSION}


def test_a_second_up_changes_nothing(stack: Stack) -> None:
    stack.compose("up", "--detach", "--wait")  # what earlier tests have left is in order then
    before = {each["Id"] for each in stack.containers()}
    stack.compose("up", "--detach", "--wait")
    assert {each["Id"] for each in stack.containers()} == before


def test_a_stream_stays_open_while_nothing_happens(stack: Stack, ada: httpx.Client) -> None:
    """Twice as long as the longest timeout on the way that is not meant for streams."""
    began = time.monotonic()
    kinds = []
    with ada.stream("GET", "/api/v1/events", timeout=60) as stream:
        assert stream.headers["content-type"].startswith("text/event-stream")
        lines = stream.iter_lines()
        for line in lines:
            kinds.append(line.partition(":")[0])
            if time.monotonic() - began > IDLE_S:
                break
        assert kinds.count("") > IDLE_S / 20  # heartbeats are comments
        with stack.browser() as other:
            other.cookies.update(ada.cookies)
            assert other.post("/api/v1/sample").is_success
        assert next(line for line in lines if line.startswith("data:"))


def test_rotated_secrets_are_used_at_once(stack: Stack, ada: httpx.Client) -> None:
    old = secrets_of(stack)
    stack.agentlab("rotate", "all")
    assert ada.get("/api/v1/portfolio").is_success
    new = secrets_of(stack)
    kept = {name for name in old if old[name] == new[name]}
    assert kept == NOT_ROTATED
    assert new["jwt_secret_previous"] == old["jwt_secret"]
    stack.compose("restart", "api", "worker", "status")  # they start with what they find now
    stack.wait_until_live()
    assert ada.get("/api/v1/portfolio").is_success


def secrets_of(stack: Stack) -> dict[str, str]:
    return {
        file.name: file.read_text()
        for file in (stack.folder / "secrets").iterdir()
        if not file.name.startswith(".")
    }
