"""An S3 server over TLS, beside a stack that keeps copies and its archive there."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from agentlab.operations.host import authority
from agentlab.operations.host.authority import pem_of, pem_of_key

from support.docker import docker, running, wait_for
from support.stack import Stack

IMAGE = "agentlab-test/s3"
NAME = "storage.test"
BUCKET = "safe"
SETTINGS = {
    "BACKUP_S3_ENDPOINT": f"https://{NAME}:9000",
    "BACKUP_S3_BUCKET": BUCKET,
    "BACKUP_S3_PREFIX": "agentlab",
    "BACKUP_S3_ACCESS_KEY": "agentlab",
    "BACKUP_S3_CA": "/certificates/trusted/storage.pem",
}
MAKE_BUCKET = f"""
import boto3
there = dict(endpoint_url="https://{NAME}:9000", verify="/tls/trusted.pem", region_name="us-east-1")
keys = dict(aws_access_key_id="agentlab", aws_secret_access_key="a secret key")
boto3.client("s3", **there, **keys).create_bucket(Bucket="{BUCKET}")
"""


@contextmanager
def storage(stack: Stack, folder: Path, network: str = "") -> Iterator[None]:
    """The stack uses it for the length of the block; only its backup service is made anew.

    Args:
        stack: which runs.
        folder: for the certificates of the server.
        network: where it is; by default in one of the stack's, which has to be there to the end.
    """
    trusted = certify(folder)
    ca = stack.folder / "certificates" / "trusted" / "storage.pem"
    ca.write_bytes(trusted)
    with serving(folder, network or f"{stack.project}_app"):
        use(stack, SETTINGS, "a secret key")
        try:
            yield
        finally:
            if ca.exists():  # and not lost with everything else
                use(stack, dict.fromkeys(SETTINGS, ""), "")
                ca.unlink()


def certify(folder: Path) -> bytes:
    """Write the server's certificates; whom to believe."""
    authority_of_it = authority.make_authority(NAME)
    own, key = authority_of_it.issue(NAME)
    trusted = pem_of((authority_of_it.certificate,))
    (folder / "chain.pem").write_bytes(pem_of((own,)))
    (folder / "key.pem").write_bytes(pem_of_key(key))
    (folder / "trusted.pem").write_bytes(trusted)
    return trusted


@contextmanager
def serving(folder: Path, network: str) -> Iterator[None]:
    docker("build", "--quiet", "--tag", IMAGE, str(Path(__file__).parents[1] / "s3"))
    options = (f"--network={network}", f"--network-alias={NAME}", f"--volume={folder}:/tls:ro")
    with running(IMAGE, options=options) as server:
        wait_for(lambda: "Uvicorn running" in server.logs(), "the S3 server")
        server.run("python", "-c", MAKE_BUCKET)
        yield


def use(stack: Stack, settings: dict[str, str], secret: str) -> None:
    stack.set(**settings)
    file = stack.folder / "secrets" / "backup_s3_secret_key"
    file.chmod(0o644)
    file.write_text(secret)
    file.chmod(0o444)
    stack.compose("up", "--detach", "--wait", "--no-deps", "backup")
