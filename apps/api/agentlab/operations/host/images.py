"""From what an operator names to a release's images, by digest and checked; and what is kept."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from agentlab.errors import Conflict, InvalidInput, NotFound
from agentlab.operations.host.compose import Compose, DockerFailed, docker, last_lines
from agentlab.operations.host.folder import Installation
from agentlab.operations.host.releases import Release

DIGEST = re.compile(r"sha256:[0-9a-f]{64}")
VERSION = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
PULL_S = 1800
LABEL = "org.opencontainers.image."
OURS = {"postgres": "POSTGRES_IMAGE", "claude-code": "CLAUDE_CODE_IMAGE"}
THEIRS = {
    "nginx": "NGINX_IMAGE",
    "redis": "REDIS_IMAGE",
    "acme": "CERTBOT_IMAGE",
    "prometheus": "PROMETHEUS_IMAGE",
}
"""Services that a deploy does not replace, and the variable of the Compose file for each image."""

LOCAL = "agentlab"
"""The images that `make images` builds here; no registry is asked for them."""


class TargetUnclear(InvalidInput):
    code = "target_unclear"


class ImageNotFound(NotFound):
    code = "image_not_found"


class ImageRefused(Conflict):
    code = "image_refused"


def resolve(installation: Installation, target: str, web: str | None = None) -> Release:
    """Bring the images of `target` to this host and name them by digest.

    Args:
        installation: whose `.env` names the registry and who signs.
        target: a version (the images' tag), or the digest of the api's image.
        web: the digest of the web's image, where `target` is a digest.

    Raises:
        TargetUnclear: it is neither, or a digest without the other one.
        ImageNotFound: neither the registry nor this host has it.
        ImageRefused: it is not ours, they do not belong together, or nobody we trust signed it.
    """
    env = installation.read_env()
    registry = env.get("AGENTLAB_REGISTRY", "")
    check_words(target, web)
    api = bring(registry, "api", target)
    pair = bring(registry, "web", web or target)
    labels = inspect(api)["Config"].get("Labels") or {}
    release = Release(
        labels.get(f"{LABEL}version", ""), labels.get(f"{LABEL}revision", ""), api, pair
    )
    check_together({"api": api, "web": pair})
    backup = bring(registry, "backup", tag_of(installation, target, release))
    check_together({"api": api, "backup": backup})
    for reference in (api, pair, backup):
        verify_signature(reference, env.get("AGENTLAB_SIGNED_BY", ""))
    return replace(release, backup=backup)


def tag_of(installation: Installation, target: str, release: Release) -> str:
    """What the images are called that come with a release, where only its digest was named."""
    if not DIGEST.fullmatch(target):
        return target
    # The pipeline tags what it pushes with the commit.
    return release.revision if installation.read_env().get("AGENTLAB_REGISTRY") else release.version


def pin(compose: Compose, tag: str) -> None:
    """Name by digest, in `.env`, the images that no release replaces: nginx, Redis, PostgreSQL.

    They are chosen when they are first needed. From then on a deploy leaves them alone, whatever
    a tag may have come to mean; `agentlab upgrade` chooses anew.

    Args:
        compose: of the installation.
        tag: what our own images are called that come with the release.
    """
    env = compose.installation.read_env()
    registry = env.get("AGENTLAB_REGISTRY", "")
    for part, variable in OURS.items():
        if not env.get(variable) and part in compose.services():
            reference = bring(registry, part, tag)
            verify_signature(reference, env.get("AGENTLAB_SIGNED_BY", ""))
            compose.installation.write_env({variable: reference})
    services = json.loads(compose.run("config", "--format", "json"))["services"]
    for service, variable in THEIRS.items():
        if not env.get(variable) and service in services:
            compose.installation.write_env({variable: by_digest(services[service]["image"])})


def by_digest(name: str) -> str:
    """The image of another project, by digest: pulled, or as it is on this host."""
    if not is_here(name):
        docker("image", "pull", "--quiet", name, timeout_s=PULL_S)
    digests: list[str] = inspect(name).get("RepoDigests") or []
    return digests[0] if digests else local(name)


def check_words(target: str, web: str | None) -> None:
    if DIGEST.fullmatch(target):
        if web is None or not DIGEST.fullmatch(web):
            raise TargetUnclear(
                "A digest names one image, and a release is two: name the web's as well, with "
                "`--web sha256:…`."
            )
    elif web is not None:
        raise TargetUnclear("`--web` goes with the digest of the api's image, not with a version.")
    elif not VERSION.fullmatch(target):
        raise TargetUnclear(f"{target!r} is neither a version such as 1.4.2 nor sha256:….")


def bring(registry: str, part: str, target: str) -> str:
    """Pull an image, or find it on this host; its name by digest."""
    if not registry:
        name = target if DIGEST.fullmatch(target) else f"{LOCAL}/{part}:{target}"
        return local(name)
    separator = "@" if DIGEST.fullmatch(target) else ":"
    name = f"{registry}/{part}{separator}{target}"
    try:
        docker("image", "pull", "--quiet", name, timeout_s=PULL_S)
    except DockerFailed as error:
        if not is_here(name):  # an air-gapped site loaded it from a bundle
            raise ImageNotFound(f"{name} cannot be had. {error.detail}") from error
    digests: list[str] = inspect(name).get("RepoDigests") or []
    return next((each for each in digests if each.startswith(f"{registry}/{part}@")), local(name))


def local(name: str) -> str:
    """The id of an image of this host, which is its digest as well."""
    if not is_here(name):
        raise ImageNotFound(
            f"There is no image {name} on this host. Build it with `make images`, load it from a "
            "bundle, or set AGENTLAB_REGISTRY in .env to where the releases are."
        )
    return str(inspect(name)["Id"])


def is_here(name: str) -> bool:
    try:
        inspect(name)
    except DockerFailed:
        return False
    return True


def digest_of(reference: str) -> str:
    """Of an image that is named by digest, or known by its id alone."""
    return reference.rpartition("@")[2]


def inspect(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(docker("image", "inspect", name))[0]
    return found


def check_together(parts: Mapping[str, str]) -> None:
    """Refuse images that are not AgentLab's, or not of one and the same release."""
    labels = {part: inspect(name)["Config"].get("Labels") or {} for part, name in parts.items()}
    for part, found in labels.items():
        if not found.get(f"{LABEL}title", "").startswith(f"AgentLab {part}"):
            raise ImageRefused(f"The image for {part} does not say that it is AgentLab's {part}.")
    for label in ("version", "revision"):
        said = {part: found.get(LABEL + label) for part, found in labels.items()}
        if len(set(said.values())) > 1:
            raise ImageRefused(
                "These images are of different releases: "
                + ", ".join(f"{part} has {label} {value}" for part, value in said.items())
                + "."
            )


def verify_signature(reference: str, signed_by: str) -> None:
    """Refuse an image that the workflow named by `AGENTLAB_SIGNED_BY` did not sign.

    That is `IDENTITY ISSUER`, as `cosign verify` knows them; without it signatures are not asked
    for. An image that was built or loaded on this host has none, and is refused then.
    """
    if not signed_by:
        return
    identity, _, issuer = signed_by.partition(" ")
    cosign = shutil.which("cosign")
    if cosign is None:
        raise ImageRefused(
            "AGENTLAB_SIGNED_BY asks for signed images, and the program `cosign` that checks them "
            "is not installed."
        )
    arguments = [
        cosign,
        "verify",
        f"--certificate-identity={identity}",
        f"--certificate-oidc-issuer={issuer}",
        reference,
    ]
    checked = subprocess.run(arguments, capture_output=True, check=False, timeout=PULL_S)  # noqa: S603 - found above
    if checked.returncode != 0:
        raise ImageRefused(f"{reference} is not signed by {identity}: {last_lines(checked.stderr)}")


def prune(kept: Iterable[Release], known: Iterable[Release]) -> list[str]:
    """Remove the images of releases that are no longer kept; which ones went."""
    keep = {image for release in kept for image in release.images}
    old = {image for release in known for image in release.images} - keep
    return [image for image in sorted(old) if is_here(image) and removed(image)]


def removed(image: str) -> bool:
    """Take every name from it, since an image goes with its last one."""
    found = inspect(image)
    names = [*(found.get("RepoTags") or []), *(found.get("RepoDigests") or [])]
    try:
        docker("image", "rm", *(names or [found["Id"]]))
    except DockerFailed:  # a container still has it
        return False
    return True
