"""`agentlab token`: a token for those who operate this installation."""

from typing import Annotated

import typer
from pydantic import SecretStr

from agentlab.auth import tokens
from agentlab.cli.terminal import one_sentence_on_failure
from agentlab.operations.embedded import signing_secret_in
from agentlab.operations.host.folder import Installation, NotAnInstallation
from agentlab.operations.host.secret_files import JWT_SECRET
from agentlab.settings import Settings


def token(
    subject: Annotated[str, typer.Option(help="Who will use it; it stands in the log.")] = "host",
) -> None:
    """Print a token that shows for 15 minutes how the installation is, at `/healthz`."""
    with one_sentence_on_failure():
        typer.echo(tokens.issue(settings_with_secret(), subject=subject))


def settings_with_secret(name: str = JWT_SECRET) -> Settings:
    """The settings of this process; the secret is the installation's, or that of `agentlab up`."""
    settings = Settings()
    if getattr(settings, name) is not None:
        return settings
    try:
        secret: str | None = Installation.find().read_secret(name)
    except NotAnInstallation:
        secret = signing_secret_in(settings.data_dir, name)
    if secret is None:
        return settings
    return settings.model_copy(update={name: SecretStr(secret)})
