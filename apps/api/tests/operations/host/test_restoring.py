"""What a fresh host takes from a bundle: settings, secrets, certificates."""

from pathlib import Path

import pytest
from pyrage.x25519 import Identity

from agentlab.operations.host import restoring
from agentlab.operations.host.folder import COMPOSE_FILE, Installation
from agentlab.operations.restore.source import Opened


@pytest.fixture
def fresh(tmp_path: Path) -> Installation:
    root = tmp_path / "fresh"
    root.mkdir()
    (root / COMPOSE_FILE).touch()
    return Installation(root)


def opened() -> Opened:
    """Unpacked already, so that only its key is asked for."""
    return Opened(None, [Identity.generate()])  # type: ignore[arg-type]


def test_secrets_of_optional_parts_and_authorities_come_back(
    installation: Installation, fresh: Installation
) -> None:
    optional = ("smtp_password", "oidc_client_secret", "status_s3_secret_key")
    for name in optional:
        installation.write_secret(name, f"the {name}")
    (installation.trusted / "s3.pem").write_text("an authority")
    restoring.configure(fresh, installation.root, opened())
    assert [fresh.read_secret(name) for name in optional] == [f"the {name}" for name in optional]
    assert (fresh.trusted / "s3.pem").read_text() == "an authority"
    assert (fresh.trusted / "s3.pem").stat().st_mode & 0o777 == 0o444


def test_an_older_env_does_not_name_files_that_were_left_behind(
    installation: Installation, fresh: Installation
) -> None:
    names = {
        "SMTP_PASSWORD_FILE": "/var/lib/agentlab/smtp_password",
        "OIDC_CLIENT_SECRET_FILE": "/var/lib/agentlab/oidc_client_secret",
        "BACKUP_S3_CA": "/var/lib/agentlab/s3.pem",
    }
    installation.write_env(names)
    restoring.configure(fresh, installation.root, opened())
    (fresh.data / "oidc_client_secret").write_text("put there by hand")
    said: list[str] = []
    restoring.forget_lost_secrets(fresh, said.append)
    env = fresh.read_env()
    assert {name: env[name] for name in names} == names | {"SMTP_PASSWORD_FILE": ""}
    [sentence] = said
    assert sentence == (
        "SMTP_PASSWORD_FILE named /var/lib/agentlab/smtp_password, which is in no backup. "
        "Put that secret into secrets/smtp_password."
    )
