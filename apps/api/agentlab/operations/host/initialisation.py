"""`agentlab init`: everything that an installation needs before its first deployment.

Every step adds what is missing and leaves the rest alone, so a run that was interrupted is
finished by the next one.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from agentlab.operations.host import redis_users, secret_files
from agentlab.operations.host.folder import (
    COMPOSE_FILE,
    READABLE,
    Installation,
    explained,
    quoted,
    replace_file,
)
from agentlab.operations.host.releases import lock
from agentlab.operations.host.variables import LOCALHOST, VARIABLES, Variable, is_private

HEADER = """\
# The settings of this AgentLab, for Compose and for `agentlab`. Secrets are in secrets/.
# `agentlab config check` explains each line; `agentlab restart` applies a change.
"""


COMPOSE_FILES = {"production": COMPOSE_FILE, "staging": "docker-compose.staging.yml"}


@dataclass(frozen=True, slots=True)
class Step:
    """One line of what `init` tells."""

    what: str
    outcome: str
    is_change: bool = True


@dataclass(frozen=True, slots=True)
class Answers:
    """What only a person knows. `None` leaves what `.env` says, or takes the default."""

    domain: str | None = None
    environment: str | None = None
    email: str | None = None


def initialise(
    installation: Installation,
    answers: Answers,
    *,
    certify: Callable[[Installation], str | None],
) -> list[Step]:
    """Create what is missing.

    Args:
        installation: the folder.
        answers: what a person chose.
        certify: gives nginx a certificate if it has none for the domain; says what it did.
    """
    installation.create_folders()
    with lock(installation):
        steps = [*add_secrets(installation), *mend_secrets(installation)]
        steps += set_variables(installation, answers)
        done = certify(installation)
    return [*steps, Step("certificates/", done or "kept", is_change=done is not None)]


def add_secrets(installation: Installation) -> Iterator[Step]:
    missing = secret_files.missing(installation)
    for name in missing:
        value = secret_files.first_text(installation, name)
        installation.write_secret(name, value)
        outcome = "generated" if value else "empty: yours to fill"
        yield Step(
            f"secrets/{name}", outcome if name != secret_files.JWT_SECRET_PREVIOUS else "empty"
        )
    kept = len(secret_files.SECRETS) + 1 - len(missing)
    if kept:
        yield Step("secrets/", f"{kept} kept", is_change=False)


def add_new_secrets(installation: Installation) -> Iterator[Step]:
    """Those of which nothing else has a copy: what was installed before they came lacks them."""
    missing = secret_files.missing(installation)
    for secret in secret_files.SECRETS:
        if secret.name in missing and not secret.is_known_elsewhere:
            installation.write_secret(
                secret.name, secret_files.first_text(installation, secret.name)
            )
            outcome = "generated" if secret.is_generated else "empty: yours to fill"
            yield Step(f"secrets/{secret.name}", outcome)


def mend_secrets(installation: Installation) -> Iterator[Step]:
    """Modes that let containers read, and the rights that this version's code has in Redis."""
    for secret in secret_files.SECRETS:
        file = installation.secrets / secret.name
        if file.stat().st_mode & 0o777 != READABLE:
            with explained(installation.root):
                file.chmod(READABLE)
            yield Step(f"secrets/{secret.name}", "mode mended")
    password = installation.read_secret(secret_files.REDIS_PASSWORD)
    users = installation.read_secret(redis_users.FILE)
    if not (redis_users.accepts(users, password) and redis_users.is_current(users)):
        installation.write_secret(redis_users.FILE, redis_users.text([password]))
        yield Step(f"secrets/{redis_users.FILE}", "rights brought up to date")


def set_variables(installation: Installation, answers: Answers) -> Iterator[Step]:
    old = installation.read_env()
    chosen = {**chosen_values(answers), **consequences(answers.domain, old)}
    changes = {name: value for name, value in chosen.items() if old.get(name, value) != value}
    if changes:
        installation.write_env(changes)
    missing = [variable for variable in VARIABLES if variable.name not in old]
    if missing:
        defaults = defaults_for(installation, chosen | old)
        append_variables(installation, missing, defaults | chosen)
    for name, value in changes.items():
        yield Step(f".env {name}", f"{old[name] or 'empty'} → {value}")
    if missing and not old:
        yield Step(".env", f"written, {len(missing)} settings")
    elif missing:
        yield Step(".env", "added " + ", ".join(variable.name for variable in missing))
    elif not changes:
        yield Step(".env", "kept", is_change=False)


def chosen_values(answers: Answers) -> dict[str, str]:
    chosen = {
        "AGENTLAB_DOMAIN": answers.domain,
        "COMPOSE_FILE": answers.environment and COMPOSE_FILES[answers.environment],
        "AGENTLAB_ACME_EMAIL": answers.email,
    }
    return {name: value for name, value in chosen.items() if value is not None}


def consequences(domain: str | None, old: Mapping[str, str]) -> dict[str, str]:
    """What follows from a domain of the internet, unless somebody has decided otherwise."""
    if domain is None or is_private(domain):
        return {}
    follows = {"COMPOSE_PROFILES": "acme"} if not old.get("COMPOSE_PROFILES") else {}
    if old.get("AGENTLAB_HSTS_MAX_AGE") == "0":  # as it is for localhost
        follows["AGENTLAB_HSTS_MAX_AGE"] = "300"
    return follows


def defaults_for(installation: Installation, values: Mapping[str, str]) -> dict[str, str]:
    defaults = {"AGENTLAB_HOST_USER": ":".join(map(str, installation.writer))}
    if values.get("AGENTLAB_DOMAIN", LOCALHOST).endswith(LOCALHOST):
        # Browsers keep HSTS by name: on localhost it would catch every other program's port too.
        defaults["AGENTLAB_HSTS_MAX_AGE"] = "0"
    return defaults


def append_variables(
    installation: Installation, variables: list[Variable], values: dict[str, str]
) -> None:
    file = installation.env_file
    with explained(installation.root):
        text = file.read_text(encoding="utf-8") if file.exists() else HEADER
        for variable in variables:
            value = quoted(values.get(variable.name, variable.default))
            text = f"{text.rstrip()}\n\n# {variable.meaning}\n{variable.name}={value}\n"
        replace_file(file, text.encode(), 0o644)
