"""A certificate by ACME: certbot as production runs it, and Let's Encrypt's authority for tests."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from agentlab.operations.host import authority, certificates
from agentlab.operations.host.authority import pem_of, pem_of_key
from agentlab.operations.host.certificates import Origin

from support.docker import HARDENED, REPOSITORY, Container, docker, wait_for
from support.edge import Edge

CERTBOT_IMAGE = os.environ.get("CERTBOT_IMAGE", "certbot/certbot:v5.5.0")
PEBBLE_IMAGE = "agentlab-test/pebble"
LIFE_DAYS = 90
SCRIPTS = REPOSITORY / "infrastructure" / "acme"


@pytest.fixture
def edge(stand_ins: None, tmp_path: Path) -> Iterator[Edge]:
    """Nginx with a local certificate to begin with."""
    edge = Edge(tmp_path)
    try:
        edge.start()
        yield edge
    finally:
        edge.stop()


@pytest.fixture
def pebble(edge: Edge, tmp_path: Path) -> str:
    """A certificate authority whose certificates live for `LIFE_DAYS`; the URL of its directory."""
    folder = tmp_path / "pebble"
    folder.mkdir()
    trusted = authority.make_authority("pebble")
    own, key = trusted.issue("pebble")
    (folder / "chain.pem").write_bytes(pem_of((own,)))
    (folder / "key.pem").write_bytes(pem_of_key(key))
    (folder / "trusted.pem").write_bytes(pem_of((trusted.certificate,)))
    profile = {"description": "Short", "validityPeriod": LIFE_DAYS * 86400}
    settings = {
        "listenAddress": "0.0.0.0:14000",
        "managementListenAddress": "0.0.0.0:15000",
        "certificate": "/pebble/chain.pem",
        "privateKey": "/pebble/key.pem",
        "httpPort": 8080,
        "tlsPort": 8443,
        "certificateValidityPeriod": LIFE_DAYS * 86400,  # before version 2.7
        "profiles": {"default": profile},
    }
    (folder / "config.json").write_text(json.dumps({"pebble": settings}))
    docker("build", "--quiet", "--tag", PEBBLE_IMAGE, str(Path(__file__).parent / "pebble"))
    container = edge.run(
        "pebble",
        *("--network", edge.prefix, "--network-alias", "pebble"),
        *(f"--volume={folder}:/pebble:ro", PEBBLE_IMAGE),
    )
    wait_for(lambda: "ACME directory available" in Container(container).logs(), "Pebble to listen")
    return "https://pebble:14000/dir"


def start_certbot(edge: Edge, directory: str) -> str:
    """As the service `acme` of the production file runs it."""
    root = edge.installation
    mounts = {
        SCRIPTS: "/etc/agentlab/acme:ro",
        root.acme: "/acme",
        root.live_certificate.parent: "/certificates",
        root.acme_challenges: "/srv/acme",
        root.root / "pebble": "/pebble:ro",
    }
    uid, gid = root.writer
    return edge.run(
        "certbot",
        *("--init", "--network", edge.prefix, "--user", f"{uid}:{gid}", *HARDENED),
        *(f"--volume={here}:{there}" for here, there in mounts.items()),
        *(f"--env=AGENTLAB_DOMAIN={edge.domain}", f"--env=AGENTLAB_ACME_SERVER={directory}"),
        *("--env=REQUESTS_CA_BUNDLE=/pebble/trusted.pem", "--entrypoint", "/bin/sh"),
        *(CERTBOT_IMAGE, "/etc/agentlab/acme/keep-renewed"),
    )


def is_served_by_pebble(edge: Edge) -> bool:
    return "Pebble" in edge.served(verified=False).issuer.rfc4514_string()


def call_it_due(edge: Edge) -> None:
    """Certbot would ask the authority, and this one names a moment by chance."""
    file = edge.installation.acme / "renewal" / f"{edge.domain}.conf"
    file.write_text(f"renew_before_expiry = {LIFE_DAYS + 1} days\n{file.read_text()}")


def test_a_domain_gets_its_certificate_and_a_new_one_when_it_is_due(
    edge: Edge, pebble: str
) -> None:
    """Nginx begins with the local one, and is never told that there is another."""
    local = certificates.served(edge.installation)
    assert local.origin is Origin.LOCAL
    assert not is_served_by_pebble(edge)
    certbot = start_certbot(edge, pebble)
    try:
        wait_for(lambda: is_served_by_pebble(edge), "the certificate to be served", timeout_s=90)
        first = certificates.served(edge.installation)
        assert first.origin is Origin.ACME
        assert first.names == [edge.domain]
        assert certificates.ensure(edge.installation) is None  # `init` leaves it alone
        call_it_due(edge)
        docker("restart", "--time", "5", certbot)
        wait_for(lambda: certificates.served(edge.installation).leaf != first.leaf, "a renewal")
        renewed = certificates.served(edge.installation)
        assert renewed.leaf.public_key() != first.leaf.public_key()
        wait_for(
            lambda: edge.served(verified=False) == renewed.leaf,
            "the renewed one to be served",
        )
    except TimeoutError as error:
        authority_said = Container(f"{edge.prefix}-pebble").logs()
        raise AssertionError(Container(certbot).logs() + authority_said) from error
