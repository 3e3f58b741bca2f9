"""What lies in the installation folder: settings, secrets and certificates."""

from pathlib import Path

from cryptography.hazmat.primitives.serialization import load_pem_private_key

from agentlab.operations.host import certificates, redis_users, secret_files
from agentlab.operations.host.doctor.findings import (
    Kind,
    Place,
    Table,
    Verdict,
    ok,
    problem,
    warning,
)
from agentlab.operations.host.folder import (
    CONTAINER_USER,
    PRIVATE_FOLDER,
    READABLE,
    Installation,
    pending,
)
from agentlab.operations.host.variables import VARIABLES
from agentlab.settings import KNOWN_SECRETS

checks = Table()

INIT = "`agentlab init` adds what is missing and leaves the rest alone."


def is_initialised(place: Place) -> bool:
    return place.installation.secrets.is_dir()


@checks.on(Kind.HOST)
def installation(place: Place) -> Verdict:
    """`agentlab init` was run, and every setting of this version stands in `.env`."""
    if not is_initialised(place):
        return warning(
            f"{place.installation.root} has no secrets and no settings yet.",
            "Run `agentlab init`; it asks for the domain.",
        )
    env = place.installation.read_env()
    missing = [variable.name for variable in VARIABLES if variable.name not in env]
    if missing:
        return warning(f".env lacks {', '.join(missing)}; defaults are used.", INIT)
    return ok(f"{place.installation.env_file} has every setting, for {place.installation.domain}.")


@checks.on(Kind.HOST)
def secrets(place: Place) -> Verdict | None:
    """Every secret is there, whole, and fits the others."""
    if not is_initialised(place):
        return None
    folder = place.installation
    if missing := secret_files.missing(folder):
        return problem(f"secrets/ lacks {', '.join(missing)}.", INIT)
    if half := [name for name in names() if pending(folder.secrets / name).exists()]:
        return problem(
            f"A change of {', '.join(half)} was interrupted.",
            "Run the `agentlab rotate` that was interrupted again; it finishes.",
        )
    users = folder.read_secret(redis_users.FILE)
    if not redis_users.accepts(users, folder.read_secret(secret_files.REDIS_PASSWORD)):
        return problem(
            f"{redis_users.FILE} does not let redis_password in.", "Run `agentlab rotate redis`."
        )
    if not redis_users.is_current(users):
        return warning(
            f"{redis_users.FILE} grants other rights than this version needs.",
            "Run `agentlab init`, then `agentlab rotate redis`, which makes Redis read it.",
        )
    return ok(f"All {len(names())} secrets are there.")


def names() -> list[str]:
    return [*(secret.name for secret in secret_files.SECRETS), redis_users.FILE]


@checks.on(Kind.HOST)
def secret_modes(place: Place) -> Verdict | None:
    """Nobody else on the host reaches the secrets, and the containers can read them."""
    if not is_initialised(place):
        return None
    folder = place.installation.secrets
    if open_to := folder.stat().st_mode & 0o777 & ~PRIVATE_FOLDER:
        return problem(
            f"{folder} is open to others (mode {PRIVATE_FOLDER | open_to:04o}).",
            f"`chmod 700 {folder}`, and consider `agentlab rotate all`.",
        )
    wrong = [
        file.name
        for file in files_in(place.installation)
        if file.stat().st_mode & 0o777 != READABLE
    ]
    if wrong:
        return problem(f"Containers may not be able to read {', '.join(wrong)}.", INIT)
    return ok("secrets/ is open to its owner alone.")


@checks.on(Kind.HOST)
def secret_strength(place: Place) -> Verdict | None:
    """No secret is short, known from an example, or used twice."""
    if not is_initialised(place):
        return None
    values = {file.name: file.read_text().strip() for file in files_in(place.installation)}
    generated = [
        secret.name
        for secret in secret_files.SECRETS
        if secret.is_generated and secret.name in values
    ]
    weak = [
        name
        for name in generated
        if len(values[name]) < secret_files.SHORTEST or values[name].lower() in KNOWN_SECRETS
    ]
    twice = [name for name in generated if list(values.values()).count(values[name]) > 1]
    if weak or twice:
        found = dict.fromkeys([*weak, *twice])
        return problem(
            f"{', '.join(found)}: shorter than {secret_files.SHORTEST} characters, known from an "
            "example, or used twice.",
            "`agentlab rotate all` makes new ones while everything runs.",
        )
    return ok(f"Secrets have {secret_files.SHORTEST} characters or more, each its own.")


@checks.on(Kind.HOST)
def secrets_backed_up(place: Place) -> Verdict | None:
    """Every file that `.env` names is one that backups take."""
    if not is_initialised(place):
        return None
    env = place.installation.read_env()
    if outside := secret_files.not_backed_up(env):
        named = ", ".join(f"{env[name]} ({name})" for name in outside)
        moves = " ".join(f"{name}: {how_to_move(name, env[name])}." for name in outside)
        return warning(
            f".env names what no backup takes, and a new machine would lack: {named}.",
            f"{moves} Then `agentlab restart`.",
        )
    return ok("Backups take every secret and certificate that .env names.")


def how_to_move(name: str, file: str) -> str:
    place = secret_files.NAMED_IN_ENV[name]
    if name.endswith("_FILE"):
        return f"write its text into {place} and empty the line"
    return f"move the file into {place} and name /{place}{Path(file).name}"


def files_in(folder: Installation) -> list[Path]:
    return [folder.secrets / name for name in names() if folder.has_secret(name)]


@checks.on(Kind.HOST)
def writable_folders(place: Place) -> Verdict | None:
    """The containers' user owns the folders that the containers write into."""
    if not is_initialised(place):
        return None
    folder = place.installation
    user = folder.read_env().get("AGENTLAB_HOST_USER") or f"{CONTAINER_USER}:{CONTAINER_USER}"
    uid = user.partition(":")[0]
    written = (
        *(folder.status_site, folder.prober, folder.traces, folder.data),
        *(folder.acme, folder.acme_challenges),
    )
    wrong = [each for each in written if not each.exists() or str(each.stat().st_uid) != uid]
    if wrong:
        names = ", ".join(str(each.relative_to(folder.root)) for each in wrong)
        return problem(
            f"Containers run as {user} (AGENTLAB_HOST_USER), who cannot write into {names}.",
            f"`chown -R {user} {names.replace(',', '')}` in {folder.root}",
        )
    return ok(f"Containers write as {user} into folders of their own.")


@checks.on(Kind.HOST)
def certificate(place: Place) -> Verdict | None:
    """There is a certificate, and the key that belongs to it."""
    if not is_initialised(place):
        return None
    try:
        served = certificates.served(place.installation)
        key = load_pem_private_key(place.installation.live_key.read_bytes(), password=None)
    except (certificates.NoCertificate, certificates.CertificateUnusable) as error:
        return problem(error.detail, NEW_CERTIFICATE)
    except (OSError, ValueError, TypeError) as error:
        return problem(f"{place.installation.live_key} is no key: {error}.", NEW_CERTIFICATE)
    if key.public_key() != served.leaf.public_key():
        return problem("The key belongs to another certificate.", NEW_CERTIFICATE)
    return ok(f"The certificate is from {served.issuer} and has its key.")


NEW_CERTIFICATE = (
    "`agentlab certificate local` makes one; `agentlab certificate install` takes your own."
)


@checks.on(Kind.HOST)
def certificate_domain(place: Place) -> Verdict | None:
    """The certificate is for the domain."""
    served = served_or_none(place)
    if served is None:
        return None
    domain = place.installation.domain
    if not served.covers(domain):
        return problem(
            f"The certificate is for {', '.join(served.names) or 'no name'}, the domain is "
            f"{domain}.",
            "`agentlab certificate local`, or get one for the domain with `agentlab certificate`.",
        )
    return ok(f"The certificate is for {domain}.")


@checks.on(Kind.HOST)
def certificate_expiry(place: Place) -> Verdict | None:
    """The certificate is good for a while."""
    served = served_or_none(place)
    if served is None:
        return None
    if served.days_left < 0:
        return problem(f"The certificate ended on {served.ends:%Y-%m-%d}.", RENEW)
    sentence = f"The certificate ends on {served.ends:%Y-%m-%d}, in {served.days_left} days."
    return warning(sentence, RENEW) if served.is_due else ok(sentence)


RENEW = "`agentlab certificate renew` renews it; `agentlab certificate` says where it is from."


def served_or_none(place: Place) -> certificates.Certificate | None:
    try:
        return certificates.served(place.installation)
    except (certificates.NoCertificate, certificates.CertificateUnusable):
        return None
