"""`agentlab config check`: each setting, its value, its origin, its meaning, and what is wrong.

An installation is checked with the environment that its containers get. Settings are read from the
process's environment, so they are read in a process that has that environment and nothing else.
"""

import ast
import difflib
import inspect
import json
import os
import re
import subprocess
import sys
import textwrap
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from functools import cache
from itertools import chain, pairwise
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pydantic import SecretStr, ValidationError
from pydantic.fields import FieldInfo

from agentlab.errors import AgentLabError, Unavailable
from agentlab.kit import migrations
from agentlab.operations.host.compose import Compose, DockerFailed, DockerMissing
from agentlab.operations.host.folder import (
    COMPOSE_FILE,
    Installation,
    NotAnInstallation,
    assignment,
)
from agentlab.operations.host.secret_files import IN_CONTAINERS
from agentlab.operations.host.variables import VARIABLES, domain_of
from agentlab.settings import Settings, secret_names

MASK = "••••"
DATA_IN_CONTAINERS = "/var/lib/agentlab/"
READ_WITHIN_S = 30


class SettingsUnreadable(Unavailable):
    code = "settings_unreadable"


@dataclass(frozen=True, slots=True)
class Setting:
    name: str
    value: str
    """As people may see it: passwords are masked."""
    source: str
    """`environment`, `.env`, `default`, or the file that holds it."""
    meaning: str
    problems: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Report:
    settings: list[Setting]
    problems: list[str]
    """What is wrong and belongs to no one setting."""

    @property
    def is_fine(self) -> bool:
        return not self.problems and not any(setting.problems for setting in self.settings)


def check() -> Report:
    """The settings of the installation that the shell is in, else of this process."""
    try:
        installation = Installation.find()
    except NotAnInstallation:
        return check_process()
    return check_installation(installation) if is_initialised(installation) else check_process()


def is_initialised(installation: Installation) -> bool:
    return installation.has_secret("jwt_secret")


# --- a process's own settings


def check_process() -> Report:
    """The settings of this process, from its environment and the `.env` where it was started."""
    own = read_assignments(Path(".env"))
    try:
        settings, errors = Settings(), dict[str, list[str]]()
    except ValidationError as error:
        settings, errors = None, errors_by_name(error)
    found = [
        setting_of(name, info, own, settings, errors.pop(env_name(name, info), []))
        for name, info in Settings.model_fields.items()
    ]
    general = chain.from_iterable(errors.values())
    return Report(found, [*general, *unknown_names(own, known_names())])


def setting_of(
    name: str,
    info: FieldInfo,
    own: Mapping[str, str],
    settings: Settings | None,
    problems: list[str],
) -> Setting:
    called = env_name(name, info)
    source = source_of(called, own)
    value = getattr(settings, name) if settings else os.environ.get(called, own.get(called, ""))
    return Setting(
        called,
        shown(name, value),
        source,
        meanings()[name],
        [*problems, *given_twice(called, own), *wrong_address(name, settings)],
    )


def env_name(name: str, info: FieldInfo) -> str:
    return (info.alias or name).upper()


def source_of(called: str, own: Mapping[str, str]) -> str:
    if os.environ.get(called):
        return "environment"
    if own.get(called):
        return ".env"
    return os.environ.get(f"{called}_FILE") or "default"


def shown(name: str, value: object) -> str:
    """A value that may be read by whoever looks over a shoulder."""
    if value is None or value in {"", ()}:
        return ""
    text = value.get_secret_value() if isinstance(value, SecretStr) else str(value)
    if name in {"database_url", "redis_url"}:
        return re.sub(r"(?<=:)[^:@/]*(?=@)", MASK, text)
    if name in secret_names():
        return f"{MASK} ({len(text)} characters)"
    return ", ".join(map(str, value)) if isinstance(value, tuple) else text


def given_twice(called: str, own: Mapping[str, str]) -> Iterator[str]:
    if os.environ.get(f"{called}_FILE") and (os.environ.get(called) or own.get(called)):
        yield f"{called} and {called}_FILE are both given; remove one of them."


def wrong_address(name: str, settings: Settings | None) -> Iterator[str]:
    """What reading the settings does not refuse, but using them would."""
    if settings is None:
        return
    schemes = {"openai_base_url": ("http", "https"), "claude_code_mcp_url": ("ws", "wss")}
    value = getattr(settings, name)
    if name == "database_url" and value:
        try:
            migrations.need_address(value.get_secret_value())
        except AgentLabError as error:
            yield error.detail
    elif name in schemes and value and not has_scheme(value, schemes[name]):
        yield f"It is not an address that begins with {schemes[name][0]}:// and names a server."


def has_scheme(url: str, schemes: tuple[str, ...]) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:  # the port is no number
        return False


def errors_by_name(error: ValidationError) -> dict[str, list[str]]:
    """Pydantic's sentences, with the settings that they are about or begin with."""
    found: dict[str, list[str]] = {}
    for each in error.errors(include_input=False, include_url=False):
        sentence = each["msg"].removeprefix("Value error, ")
        first_word = sentence.partition(" ")[0].removesuffix("_FILE")
        name = ".".join(map(str, each["loc"])).upper() or first_word
        found.setdefault(name, []).append(f"{sentence}.")
    return found


def known_names() -> set[str]:
    names = {env_name(name, info) for name, info in Settings.model_fields.items()}
    return names | {f"{name.upper()}_FILE" for name in secret_names()}


def unknown_names(given: Mapping[str, str], known: set[str]) -> Iterator[str]:
    for name in given:
        if name not in known and not name.startswith("COMPOSE_"):
            close = difflib.get_close_matches(name.upper(), known, n=1)
            meant = f" Did you mean {close[0]}?" if close else ""
            yield f".env sets {name}, which nothing reads.{meant}"


def read_assignments(file: Path) -> dict[str, str]:
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        return {}
    return dict(filter(None, map(assignment, lines)))


# --- an installation's settings


def check_installation(installation: Installation) -> Report:
    """The settings as the api's containers get them, and those of the other containers."""
    inner = report_in(environment_of_api(installation))
    own = installation.read_env()
    settings = [
        *host_settings(own),
        *(come_from(each, installation, own) for each in inner.settings),
    ]
    by_name = {setting.name: setting for setting in reversed(settings)}
    known = {*by_name, *known_names(), *names_in_compose(installation)}
    problems = [
        *inner.problems,
        *unknown_names(own, known),
        *secrets_in_env(own),
        *missing_files(installation, own),
    ]
    return Report(sorted(by_name.values(), key=lambda setting: setting.name), problems)


def environment_of_api(installation: Installation) -> dict[str, str]:
    """What the api is given, with the secrets' files where they lie on the host."""
    try:
        rendered = Compose(installation, IMAGES).run("config", "--format", "json")
        given: dict[str, str] = json.loads(rendered)["services"]["api"]["environment"]
    except (DockerFailed, DockerMissing):
        given = without_docker(installation)
    return {name: on_host(str(value), installation) for name, value in given.items()}


def on_host(value: str, installation: Installation) -> str:
    """A path in a container as the host knows it; anything else as it is."""
    secrets, data = f"{installation.secrets}/", f"{installation.root}/state/data/"
    return value.replace(IN_CONTAINERS, secrets, 1).replace(DATA_IN_CONTAINERS, data, 1)


IMAGES = {"AGENTLAB_API_IMAGE": "none", "AGENTLAB_WEB_IMAGE": "none"}
"""Compose wants them named, also before the first deploy; nothing is started."""


def without_docker(installation: Installation) -> dict[str, str]:
    """The same, as far as it can be told from the folder alone."""
    own = {variable.name: variable.default for variable in VARIABLES} | installation.read_env()
    files = {
        f"{name.upper()}_FILE": f"{IN_CONTAINERS}{name}"
        for name in secret_names()
        if installation.has_secret(name)
    }
    app = {"POSTGRES_PASSWORD_FILE": f"{IN_CONTAINERS}postgres_app_password"}
    place = {"DATABASE_URL": f"postgresql://agentlab@postgres:5432/{own['POSTGRES_DB']}"}
    place["REDIS_URL"] = "redis://agentlab@redis:6379/0"
    place["ENVIRONMENT"] = "staging" if "staging" in own["COMPOSE_FILE"] else "production"
    names = {env_name(name, info) for name, info in Settings.model_fields.items()}
    read = {
        name: value for name, value in own.items() if value and name.removesuffix("_FILE") in names
    }
    return files | read | app | place


def report_in(environment: Mapping[str, str]) -> Report:
    """What `check_process` says in a process with this environment alone."""
    done = subprocess.run(  # noqa: S603 - our own program
        [sys.executable, "-c", CHECK],
        env={"PATH": os.defpath, **environment},
        cwd="/",
        capture_output=True,
        timeout=READ_WITHIN_S,
        check=False,
    )
    if done.returncode:
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:]
        raise SettingsUnreadable(f"The settings could not be read: {' '.join(last)}")
    answer: dict[str, Any] = json.loads(done.stdout)
    return Report([Setting(**each) for each in answer["settings"]], answer["problems"])


CHECK = """
import json
from dataclasses import asdict
from agentlab.operations.host.configuration import check_process
print(json.dumps(asdict(check_process())))
"""


def come_from(setting: Setting, installation: Installation, own: Mapping[str, str]) -> Setting:
    """Say where a container's setting was written by a person."""
    if setting.source == "environment":
        return replace(setting, source=".env" if own.get(setting.name) else "Compose")
    return replace(setting, source=setting.source.removeprefix(f"{installation.root}/"))


def secrets_in_env(own: Mapping[str, str]) -> Iterator[str]:
    for name in secret_names():
        if own.get(name.upper()):
            yield (
                f"{name.upper()} stands in .env, which others can read and no container is given. "
                "Secrets have files of their own in secrets/."
            )


def missing_files(installation: Installation, own: Mapping[str, str]) -> Iterator[str]:
    for file in (own.get("COMPOSE_FILE") or COMPOSE_FILE).split(":"):
        if not (installation.root / file).is_file():
            yield f"COMPOSE_FILE names {file}, which is not in {installation.root}."


def host_settings(own: Mapping[str, str]) -> Iterator[Setting]:
    for variable in VARIABLES:
        value = own.get(variable.name) or variable.default
        source = ".env" if own.get(variable.name) else "default"
        problems = list(wrong_value(variable.name, value))
        yield Setting(variable.name, value, source, variable.meaning, problems)
    for name, value in own.items():
        if name.endswith("_IMAGE"):
            yield Setting(
                name, value, ".env", "Written by `agentlab deploy`: what runs, by digest."
            )


def wrong_value(name: str, value: str) -> Iterator[str]:
    pattern, sentence = PATTERNS.get(name, ("", ""))
    if pattern and not re.fullmatch(pattern, value):
        yield f"{value!r} is not {sentence}."
    if name == "AGENTLAB_DOMAIN":
        try:
            domain_of(value)
        except AgentLabError as error:
            yield error.detail


PORT = (r"\d{1,4}|[1-5]\d{4}|6[0-4]\d{3}|65[0-4]\d\d|655[0-2]\d|6553[0-5]", "a port")
PATTERNS = {
    "AGENTLAB_HTTP_PORT": PORT,
    "AGENTLAB_HTTPS_PORT": PORT,
    "AGENTLAB_HSTS_MAX_AGE": (r"\d+", "a number of seconds"),
    "AGENTLAB_HOST_USER": (r"\d+:\d+", "a user and a group, such as 10001:10001"),
    "AGENTLAB_ACME_EMAIL": (r"([^@\s]+@[^@\s]+)?", "an address for e-mail"),
    "POSTGRES_DB": (r"[a-z_][a-z0-9_]*", "a name of a database"),
}


def names_in_compose(installation: Installation) -> set[str]:
    """Every variable that a Compose file of this folder mentions."""
    files = [
        *installation.root.glob("docker-compose*.yml"),
        *installation.root.glob("infrastructure/*.yml"),
    ]
    return {
        name for file in files for name in re.findall(r"\$\{([A-Z_][A-Z0-9_]*)", file.read_text())
    }


@cache
def meanings() -> Mapping[str, str]:
    """What stands under each attribute of the settings class."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(Settings)))
    body = tree.body[0].body if isinstance(tree.body[0], ast.ClassDef) else []
    return {
        field.target.id: " ".join(meaning.value.value.split())
        for field, meaning in pairwise(body)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(meaning, ast.Expr)
        and isinstance(meaning.value, ast.Constant)
        and isinstance(meaning.value.value, str)
    }


def as_json(report: Report) -> str:
    return json.dumps(asdict(report), indent=2, ensure_ascii=False)
