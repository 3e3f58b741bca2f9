"""The secrets of an installation: their names, what each is for, and how each is made."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from agentlab.operations.backup import keys
from agentlab.operations.embedded.folder import BACKUP_KEY
from agentlab.operations.host import redis_users
from agentlab.operations.host.folder import Installation

REDIS_PASSWORD = "redis_password"  # noqa: S105 - the names of files
JWT_SECRET = "jwt_secret"  # noqa: S105
JWT_SECRET_PREVIOUS = "jwt_secret_previous"  # noqa: S105
PROOF_KEY = "proof_key"
CLAUDE_CODE_TOKEN = "claude_code_token"  # noqa: S105
SHORTEST = 32
IN_CONTAINERS = "/run/secrets/"
TRUSTED_IN_CONTAINERS = "/certificates/trusted/"

NAMED_IN_ENV = {
    "OIDC_CLIENT_SECRET_FILE": "secrets/oidc_client_secret",
    "SMTP_PASSWORD_FILE": "secrets/smtp_password",
    "AGENTLAB_STATUS_S3_SECRET_KEY_FILE": "secrets/status_s3_secret_key",
    "AGENTLAB_STATUS_S3_CA": "certificates/trusted/",
    "BACKUP_S3_CA": "certificates/trusted/",
}
"""Settings that may name a file anywhere, and where backups take such a file from."""


@dataclass(frozen=True, slots=True)
class Secret:
    name: str
    purpose: str
    is_generated: bool = True
    """The others begin empty: Compose wants the file, and only a person knows what is in it."""
    is_known_elsewhere: bool = True
    """A new one would not fit what another program holds, so only a person asks for it."""


SECRETS = (
    Secret(BACKUP_KEY, "opens the backups", is_known_elsewhere=False),
    Secret(
        "backup_s3_secret_key",
        "your key for an S3 server that backups are copied to",
        is_generated=False,
        is_known_elsewhere=False,
    ),
    Secret("postgres_password", "PostgreSQL's superuser"),
    Secret("postgres_owner_password", "the role that migrates the schema"),
    Secret("postgres_app_password", "the role that the api and the worker use"),
    Secret("postgres_reader_password", "the role that backups read with"),
    Secret(REDIS_PASSWORD, "the api and the worker, towards Redis"),
    Secret(JWT_SECRET, "signs access tokens, and operators'"),
    Secret(JWT_SECRET_PREVIOUS, "signed them before the last rotation", is_generated=False),
    Secret(PROOF_KEY, "signs proofs of decisions", is_known_elsewhere=False),
    Secret(CLAUDE_CODE_TOKEN, "the api, towards Claude Code's MCP server"),
    Secret("openai_api_key", "your key for a model server", is_generated=False),
    Secret(
        "oidc_client_secret",
        "the api, towards your OpenID provider",
        is_generated=False,
        is_known_elsewhere=False,
    ),
    Secret(
        "smtp_password",
        "AgentLab, towards your mail server",
        is_generated=False,
        is_known_elsewhere=False,
    ),
    Secret(
        "status_s3_secret_key",
        "your key for an S3 server that the status page is copied to",
        is_generated=False,
        is_known_elsewhere=False,
    ),
)


def generate() -> str:
    """256 bits; the letters need no quoting anywhere."""
    return secrets.token_urlsafe(32)


def missing(installation: Installation) -> list[str]:
    names = [secret.name for secret in SECRETS] + [redis_users.FILE]
    return [name for name in names if not installation.has_secret(name)]


def first_text(installation: Installation, name: str) -> str:
    """What a secret that does not exist yet begins with."""
    if name == redis_users.FILE:
        return redis_users.text([installation.read_secret(REDIS_PASSWORD)])
    if name == BACKUP_KEY:
        return keys.new()
    secret = next(secret for secret in SECRETS if secret.name == name)
    return generate() if secret.is_generated else ""


def not_backed_up(env: Mapping[str, str]) -> list[str]:
    """The settings that name a file which no backup takes, as older installations did."""
    return [
        name
        for name in NAMED_IN_ENV
        if env.get(name) and not env[name].startswith((IN_CONTAINERS, TRUSTED_IN_CONTAINERS))
    ]
