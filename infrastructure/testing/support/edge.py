"""The real nginx with our real configuration, in front of peers that tell what they received."""

import json
import os
import socket
import ssl
import time
import uuid
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

import httpx
from agentlab.operations.host import certificates
from agentlab.operations.host.folder import COMPOSE_FILE, Installation
from cryptography import x509

from support.docker import HARDENED, REPOSITORY, Container, docker, wait_for

NGINX = REPOSITORY / "infrastructure" / "nginx"
PEER = Path(__file__).with_name("peer.py")
NGINX_IMAGE = os.environ.get("NGINX_IMAGE", "nginx:1.30-alpine")
PYTHON_IMAGE = os.environ.get("PYTHON_IMAGE", "python:3.13-slim")
DOMAIN = "lab.example.com"
SETTINGS = {
    "AGENTLAB_DOMAIN": DOMAIN,
    "AGENTLAB_HSTS_MAX_AGE": "300",
    "AGENTLAB_HTTPS_PORT": "443",
    "AGENTLAB_API_RATE": "100000",
    "NGINX_ENVSUBST_TEMPLATE_DIR": "/etc/agentlab/templates",
    "NGINX_ENVSUBST_FILTER": "^AGENTLAB_",
}
FOLDERS = (  # besides /tmp
    "/run:uid=101,gid=101",
    "/etc/nginx/conf.d:uid=101,gid=101",
    "/var/cache/nginx:uid=101,gid=101",
)


class Edge:
    """One edge: a container that holds the network, nginx in it, and peers beside it.

    Args:
        folder: becomes the installation, with a local certificate.
        settings: in place of the usual ones.
    """

    def __init__(self, folder: Path, settings: Mapping[str, str] | None = None) -> None:
        self.prefix = f"edge-{uuid.uuid4().hex[:8]}"
        self.settings = {**SETTINGS, **(settings or {})}
        (folder / COMPOSE_FILE).touch()
        self.installation = Installation(folder)
        self.installation.write_env({"AGENTLAB_DOMAIN": self.settings["AGENTLAB_DOMAIN"]})
        certificates.ensure(self.installation)
        self.containers: list[str] = []
        self.nginx = ""
        docker("network", "create", self.prefix)

    @property
    def domain(self) -> str:
        return self.settings["AGENTLAB_DOMAIN"]

    # --- starting and stopping

    def start(self) -> None:
        self.run(
            "holder",
            *("--init", "--network", self.prefix, "--network-alias", self.domain),
            *("--sysctl", "net.ipv4.tcp_migrate_req=1"),
            *("--publish", "8080", "--publish", "8443"),
            *(PYTHON_IMAGE, "sleep", "infinity"),
        )
        self.nginx = self.start_nginx("nginx")

    def start_nginx(self, name: str) -> str:
        """Another nginx on the same addresses, ready when this returns."""
        state = self.installation.state
        mounts = {
            NGINX: "/etc/agentlab",
            self.installation.live_certificate.parent: "/etc/nginx/certificates",
            self.installation.edge_state: "/etc/nginx/state",
            self.installation.traces: "/etc/nginx/traces",
            self.installation.status_site: "/srv/status",
            state / "acme": "/srv/acme",
        }
        container = self.run(
            name,
            *("--network", f"container:{self.prefix}-holder", "--user", "101:101", *HARDENED),
            *(f"--tmpfs={folder}" for folder in FOLDERS),
            *(f"--volume={here}:{there}:ro" for here, there in mounts.items()),
            *(f"--env={key}={value}" for key, value in self.settings.items()),
            *("--stop-timeout", "130", NGINX_IMAGE),
            *("nginx", "-c", "/etc/agentlab/nginx.conf", "-g", "daemon off;"),
        )
        wait_for(lambda: self.gate("/nginx", container) == "alive", f"{name} to start")
        return container

    def start_peer(self, name: str, *aliases: str, port: int = 8000) -> str:
        """A peer under these names in the network."""
        return self.run(
            name,
            *("--init", "--network", self.prefix),
            *(f"--network-alias={alias}" for alias in aliases),
            *(f"--volume={PEER}:/peer.py:ro", PYTHON_IMAGE, "python3", "/peer.py", name, str(port)),
        )

    def run(self, name: str, *arguments: str) -> str:
        container = f"{self.prefix}-{name}"
        self.containers.append(container)  # also when it does not start
        docker("run", "--detach", "--name", container, *arguments)
        return container

    def remove(self, container: str) -> None:
        docker("rm", "--force", "--volumes", container)
        self.containers.remove(container)

    def stop(self) -> None:
        for container in reversed(self.containers):
            docker("rm", "--force", "--volumes", container)
        docker("network", "rm", self.prefix)

    # --- asking

    def address(self, port: int = 8443) -> tuple[str, int]:
        """Where a port is published."""
        return Container(f"{self.prefix}-holder").address(port)

    def context(self) -> ssl.SSLContext:
        """Believes our authority and nobody else."""
        return ssl.create_default_context(cafile=self.installation.authority / "ca.pem")

    def connect(self) -> ssl.SSLSocket:
        plain = socket.create_connection(self.address(), timeout=30)
        return self.context().wrap_socket(plain, server_hostname=self.domain)

    def gate(self, path: str, container: str | None = None, *, accepting: str = "") -> str:
        """What the gate inside nginx's container answers; empty while it does not."""
        command = (
            *("curl", "--silent", "--fail", "--max-time", "5"),
            *("--header", f"Accept-Encoding: {accepting}", "--unix-socket", "/tmp/gate.sock"),
        )
        with suppress(RuntimeError):
            return Container(container or self.nginx).run(*command, f"http://gate{path}")
        return ""

    def served(self, *, verified: bool = True) -> x509.Certificate:
        """The certificate that is served now."""
        context = self.context() if verified else ssl._create_unverified_context()  # noqa: S323, SLF001 - another authority's
        plain = socket.create_connection(self.address(), timeout=30)
        with context.wrap_socket(plain, server_hostname=self.domain) as connection:
            encoded = connection.getpeercert(binary_form=True)
        assert encoded
        return x509.load_der_x509_certificate(encoded)

    def log(self) -> list[dict[str, object]]:
        """What nginx wrote about requests, once it has been written."""
        time.sleep(1.2)
        lines = docker("logs", self.nginx).splitlines()
        return [json.loads(line) for line in lines if line.startswith("{")]

    # --- the flag files

    def go_green(self, *, green: bool = True) -> None:
        self.flag(self.installation.green_flag, present=green)

    def maintain(self, *, maintenance: bool = True) -> None:
        self.flag(self.installation.maintenance_flag, present=maintenance)

    def flag(self, file: Path, *, present: bool) -> None:
        file.touch() if present else file.unlink(missing_ok=True)


def client_of(edge: Edge, port: int = 8443) -> httpx.Client:
    host, published = edge.address(port)
    scheme = "https" if port == 8443 else "http"

    def name_the_domain(request: httpx.Request) -> None:
        request.extensions["sni_hostname"] = edge.domain

    return httpx.Client(
        base_url=f"{scheme}://{host}:{published}",
        headers={"Host": edge.domain},
        verify=edge.context(),
        event_hooks={"request": [name_the_domain]},
        timeout=30,
    )


def received(response: httpx.Response) -> dict[str, list[str]]:
    """The headers that a peer got, by lower-case name."""
    headers: dict[str, list[str]] = {}
    for name, value in response.json()["headers"]:
        headers.setdefault(name.lower(), []).append(value)
    return headers
