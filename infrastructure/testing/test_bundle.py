"""The offline bundle: packed where there is a network, installed where there is none."""

import json
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.docker import REPOSITORY, docker
from support.documents import blocks
from support.images import API, BACKUP, OURS, POSTGRES, REDIS, VERSION, WEB, Image
from support.machine import EQUIPPED, Machine, booted
from support.release import make_repository

UV = REPOSITORY / ".tools" / "uv" / "bin" / "uv"
NGINX = os.environ.get("NGINX_IMAGE", "nginx:1.30-alpine")
DOMAIN = "agentlab.example.com"
IN_THE_DOCUMENT = ("0.1.0", "amd64")


NEEDED = (API, WEB, BACKUP, POSTGRES)
"""All of ours that start without being asked for; the rest would only make the test longer."""


@pytest.fixture(scope="module")
def bundle(images: tuple[Image, ...], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Packed by the script, from a release of this checkout."""
    folder = tmp_path_factory.mktemp("release")
    repository, dist = folder / "repository", folder / "dist"
    make_repository(repository, version=VERSION)
    subprocess.run(
        [UV, "build", "--quiet", "--wheel", f"--out-dir={dist}", f"{repository}/apps/api"],
        check=True,
    )
    version = subprocess.check_output([repository / "scripts" / "version"], text=True).strip()
    names = [f"agentlab/{image.title}:{version}" for image in NEEDED]
    try:
        for image, name in zip(NEEDED, names, strict=True):
            docker("tag", image.name, name)
        packed = subprocess.check_output(
            [f"{repository}/scripts/bundle", str(dist), *names, NGINX, REDIS], text=True
        )
    finally:
        docker("image", "rm", *names)
    return Path(packed.strip())


@pytest.fixture(scope="module")
def site(bundle: Path) -> Iterator[Machine]:
    """A machine with the distribution's packages and no network but its own."""
    with booted(EQUIPPED, f"--volume={bundle.parent}:/carried:ro", "--network=none") as machine:
        machine.run("timeout 60 sh -c 'until docker info >/dev/null 2>&1; do sleep 0.5; done'")
        yield machine


def typed(script: str, bundle: Path) -> str:
    """What a person types who has this bundle and not the one of the document."""
    for word, here in zip(IN_THE_DOCUMENT, bundle.stem.split("-")[1:], strict=True):
        script = script.replace(word, here)
    return f"cd /carried\n{script}"


def test_a_bundle_that_was_damaged_on_the_way_is_refused(site: Machine, bundle: Path) -> None:
    site.run(f"mkdir /damaged && tar -xf /carried/{bundle.name} -C /damaged --strip-components 1")
    site.run("echo '# changed' >>/damaged/docker-compose.prod.yml")
    refused = site.attempt("/damaged/scripts/load-bundle")
    assert refused.returncode == 1
    assert "docker-compose.prod.yml: FAILED" in refused.stdout
    assert "not what was packed" in refused.stderr
    assert site.run("docker images --quiet; rm -rf /damaged") == ""


def test_the_document_installs_and_updates_a_site(site: Machine, bundle: Path) -> None:
    install, start, update = blocks("run", "air-gapped")
    site.run(typed(install.script, bundle))
    site.run(typed(start.script, bundle))
    secret = site.run("cat /opt/agentlab/secrets/jwt_secret")
    site.run(typed(update.script, bundle))
    assert site.run("cat /opt/agentlab/secrets/jwt_secret") == secret

    answer = site.run(
        f"curl -sS --fail --resolve {DOMAIN}:443:127.0.0.1 "
        f"--cacert /opt/agentlab/certificates/ca/ca.pem https://{DOMAIN}/livez"
    )
    assert json.loads(answer) == {"status": "alive", "version": VERSION}


def test_a_checkout_is_not_taken_for_a_bundle(tmp_path: Path) -> None:
    make_repository(tmp_path / "checkout", version=VERSION)
    refused = subprocess.run(
        [tmp_path / "checkout" / "scripts" / "load-bundle"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert refused.returncode == 1
    assert "is not an offline bundle" in refused.stderr


def test_a_bundle_has_every_image_that_compose_names() -> None:
    listed = subprocess.check_output([REPOSITORY / "scripts" / "images-of-release"], text=True)
    version = subprocess.check_output([REPOSITORY / "scripts" / "version"], text=True).strip()
    names = set(listed.split())
    assert {f"agentlab/{image.title}:{version}" for image in OURS} <= names
    assert {NGINX, REDIS} <= names
    compose = (REPOSITORY / "docker-compose.prod.yml").read_text()
    assert len(names) == len(set(re.findall(r"^ +image: (\S+)", compose, re.MULTILINE)))
