"""From a fresh machine to a server that people can use, with nothing but its user data."""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from support.docker import REPOSITORY, docker, inspect
from support.documents import blocks
from support.images import API, BACKUP, POSTGRES, REDIS, VERSION, WEB, Image
from support.machine import FRESH, Machine, booted, build
from support.release import Registry, make_repository, registry, relabelled

CLOUD_INIT = REPOSITORY / "infrastructure" / "cloud" / "cloud-init.yaml"
DOMAIN = "agentlab.example.com"
NEXT_VERSION = "0.0.1-test"
CERTBOT = os.environ.get("CERTBOT_IMAGE", "certbot/certbot:v5.5.0")
NGINX = os.environ.get("NGINX_IMAGE", "nginx:1.30-alpine")
HOSTILE = [
    "",
    "bash -i",
    "deploy sha256:1 sha256:2",
    f"deploy sha256:{'a' * 64} sha256:{'b' * 64}; id",
    "rollback; id",
    "$(id)",
    "../../bin/sh",
]


@dataclass(frozen=True)
class Server:
    """A machine that cloud-init has made a server of, and the pipeline's key to it."""

    machine: Machine
    key: str
    next_release: tuple[str, str]
    """The digests of api and web."""

    repository: Path

    def ask(self, *words: str, known_hosts: str | None = None) -> subprocess.CompletedProcess[str]:
        """Ask as the pipeline does, with its own script, from a container beside the machine."""
        hosts = self.known_hosts if known_hosts is None else known_hosts
        return subprocess.run(
            [
                *("docker", "run", "--rm", "--interactive", "--entrypoint", "bash"),
                *("--env", f"DEPLOY_HOST={self.machine.address}", "--env", "DEPLOY_KEY"),
                *("--env", "DEPLOY_KNOWN_HOSTS", "--volume", f"{REPOSITORY}/scripts:/scripts:ro"),
                *(build(FRESH), "/scripts/ask-server", *words),
            ],
            env=os.environ | {"DEPLOY_KEY": self.key, "DEPLOY_KNOWN_HOSTS": hosts},
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )

    def run_here(self, script: str) -> None:
        """Run what an operator types on a computer that can reach the server, in a checkout."""
        known_hosts = self.repository / ".known_hosts"
        known_hosts.write_text(self.known_hosts.replace(self.machine.address, DOMAIN))
        done = subprocess.run(
            [
                *("docker", "run", "--rm", "--interactive", "--workdir", "/checkout"),
                *("--add-host", f"{DOMAIN}:{self.machine.address}"),
                *("--volume", f"{self.repository}:/checkout"),
                *("--volume", f"{known_hosts}:/etc/ssh/ssh_known_hosts:ro"),
                *("--entrypoint", "bash", build(FRESH), "-euo", "pipefail"),
            ],
            input=script,
            capture_output=True,
            text=True,
            check=False,
            timeout=600,
        )
        assert done.returncode == 0, f"{script}\n{done.stdout}{done.stderr}"

    @property
    def version(self) -> str:
        """What answers people."""
        answer = self.machine.run(
            f"curl -sS --fail --resolve {DOMAIN}:443:127.0.0.1 "
            f"--cacert /opt/agentlab/certificates/ca/ca.pem https://{DOMAIN}/livez"
        )
        found: dict[str, str] = json.loads(answer)
        return found["version"]

    @property
    def known_hosts(self) -> str:
        return self.machine.run(f'sed "s/^/{self.machine.address} /" /etc/ssh/ssh_host_*_key.pub')


def user_data(text: str, store: Registry, key: str) -> str:
    """The file with its values set, as a person does.

    And with a registry that stands in for the public ones, which the engine has to be told about.
    """
    values = {
        "DOMAIN": DOMAIN,
        "VERSION": VERSION,
        "REPOSITORY": "file:///repository",
        "REGISTRY": f"{store.address}/agentlab",
        "DEPLOY_KEY": f"'{key}'",
    }
    for name, value in values.items():
        text, found = re.subn(rf"^( +){name}=.*$", rf"\1{name}={value}", text, flags=re.MULTILINE)
        assert found == 1, name
    mirror = {
        "insecure-registries": [store.address],
        "registry-mirrors": [f"http://{store.address}"],
    }
    return text.replace('"live-restore"', f'{json.dumps(mirror)[1:-1]}, "live-restore"')


def push_next(store: Registry, image: Image) -> str:
    """Publish a later release of `image`, tagged with its commit as in the pipeline; its digest."""
    name = relabelled(image.name, NEXT_VERSION)
    commit = inspect("image", name)["Config"]["Labels"]["org.opencontainers.image.revision"]
    try:
        return store.push(name, f"agentlab/{image.title}:{commit}")
    finally:
        docker("image", "rm", name)


@pytest.fixture(scope="module")
def server(images: tuple[Image, ...], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("provider")
    make_repository(folder / "repository", version=VERSION)
    key = folder / "key"
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "ci", "-f", key], check=True
    )
    with registry() as store:
        for image in (API, WEB, BACKUP, POSTGRES):
            store.push(image.name, f"agentlab/{image.title}:{VERSION}")
        for public in (NGINX, REDIS):
            store.push(public, f"library/{public}")
        store.push(CERTBOT, CERTBOT)
        api, web, _ = (push_next(store, image) for image in (API, WEB, BACKUP))
        seed = folder / "seed"
        seed.mkdir()
        text = user_data(CLOUD_INIT.read_text(), store, key.with_suffix(".pub").read_text().strip())
        (seed / "user-data").write_text(text)
        (seed / "meta-data").write_text("instance-id: agentlab\n")
        with booted(FRESH, f"--volume={folder}/repository:/repository:ro", seed=seed) as machine:
            machine.wait_for_cloud_init()
            machine.run(f'echo "$(hostname -I) {DOMAIN}" >>/etc/hosts')  # as its DNS record would
            yield Server(machine, key.read_text(), (api, web), folder / "repository")


def test_cloud_init_accepts_the_file_and_ends_well(server: Server) -> None:
    text = CLOUD_INIT.read_text()
    checked = server.machine.run(
        f"cat >/tmp/it.yaml <<'END'\n{text}\nEND\ncloud-init schema --config-file /tmp/it.yaml"
    )
    assert "Valid schema" in checked
    status = json.loads(server.machine.run("cloud-init status --format json"))
    assert (status["status"], status["errors"]) == ("done", [])


def test_agentlab_answers_over_https(server: Server) -> None:
    assert server.version == VERSION


def test_only_ssh_and_the_web_are_open(server: Server) -> None:
    rules = server.machine.run("ufw status")
    assert rules.startswith("Status: active")
    assert set(re.findall(r"^(\S+) +ALLOW", rules, re.MULTILINE)) == {"22/tcp", "80/tcp", "443/tcp"}


def test_security_updates_install_themselves(server: Server) -> None:
    assert server.machine.run("systemctl is-enabled unattended-upgrades") == "enabled"
    settings = server.machine.run("apt-config dump APT::Periodic::Unattended-Upgrade")
    assert settings == 'APT::Periodic::Unattended-Upgrade "1";'


def test_the_pipeline_deploys_by_digest_and_rolls_back(server: Server) -> None:
    deployed = server.ask("deploy", *server.next_release)
    assert f"{NEXT_VERSION} is live (deploy" in deployed.stdout, deployed.stderr
    assert server.version == NEXT_VERSION

    back = server.ask("rollback")
    assert f"{VERSION} is live (rollback" in back.stdout, back.stderr
    assert server.version == VERSION

    assert re.findall(r"(deploy|rollback) +deployed", server.ask("status").stdout) == [
        "rollback",
        "deploy",
        "deploy",
    ]


@pytest.mark.parametrize("words", HOSTILE)
def test_the_key_is_good_for_nothing_else(server: Server, words: str) -> None:
    answer = server.ask(words)
    assert answer.returncode == 64
    assert "uid=" not in answer.stdout + answer.stderr


def test_the_pipeline_refuses_a_server_with_other_keys(server: Server) -> None:
    strangers = server.known_hosts.replace("AAAAC3NzaC1lZDI1NTE5AAAAI", "AAAAC3NzaC1lZDI1NTE5AAAAJ")
    only_one = next(line for line in strangers.splitlines() if "ssh-ed25519" in line)
    assert server.ask("status", known_hosts=only_one).returncode == 255


def test_the_deploy_user_owns_nothing_and_can_start_nothing_else(server: Server) -> None:
    assert server.machine.run("find / -xdev -user deploy 2>/dev/null || true") == ""
    assert "docker" not in server.machine.run("id -Gn deploy").split()
    for command in ("agentlab init", "agentlab deploy latest", "bash", "agentlab rollback --help"):
        refused = server.machine.attempt(f"sudo -u deploy sudo --non-interactive {command}")
        assert refused.returncode == 1, command


def test_the_commands_of_the_documents(server: Server) -> None:
    """In their order: the key that is made here is the one that the server then trusts."""
    for block in blocks("run", "here", "server"):
        if block.place == "here":
            server.run_here(block.script)
        else:
            carry_key(server)
            server.machine.run(f"cd /opt/agentlab\n{block.script}")
    assert f"DOMAIN={DOMAIN}\n" in (server.repository / "my-server.yaml").read_text()


def carry_key(server: Server) -> None:
    """What a person does in between: copy the public half of the key to the server."""
    public = server.repository / "deploy-key.pub"
    if public.exists():
        docker("cp", str(public), f"{server.machine.name}:/opt/agentlab/deploy-key.pub")
