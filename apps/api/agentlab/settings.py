"""Every setting, once. `.env.example` and the reference page are generated from this class."""

import os
from contextlib import suppress
from importlib.metadata import version
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal, Self, get_args
from urllib.parse import quote, urlsplit, urlunsplit

from pydantic import Field, SecretStr, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

LOCAL_HOSTS = ("127.0.0.1", "localhost", "[::1]")
SignInRole = Literal["administrator", "product_owner", "viewer"]
"""Spelled as `auth.models.Role`, the highest first."""

SIGN_IN_ROLES = get_args(SignInRole)
DISCOVERY = "/.well-known/openid-configuration"

EVERY_ADDRESS = ("", "0.0.0.0", "::")  # noqa: S104 - compared, not listened on

SHORTEST_SECRET = 32
KNOWN_SECRETS = frozenset(
    {
        "agentlab",
        "change-me",
        "changeme",
        "dev-secret-key",
        "password",
        "postgres",
        "production-secret-key-change-this",
        "secret",
    }
)
"""What stands in documents and examples, this project's founding one included."""


def default_data_dir() -> Path:
    """`~/.local/share/agentlab`; for root `/var/lib/agentlab`.

    Root's home is closed to the unprivileged user that the embedded services run as, and we do
    not open it.
    """
    if os.geteuid() == 0:
        return Path("/var/lib/agentlab")
    return Path.home() / ".local" / "share" / "agentlab"


class Settings(BaseSettings):
    """Read from the environment; any secret `NAME` may be given as the file `NAME_FILE` instead."""

    model_config = SettingsConfigDict(
        env_file=".env", extra="ignore", populate_by_name=True, frozen=True
    )

    environment: Literal["development", "staging", "production"] = "development"
    """Where this runs. Outside `development` cookies are sent over HTTPS only, and secrets that
    are short or known from examples are refused."""

    version: str = Field(
        default_factory=lambda: version("agentlab"), min_length=1, alias="AGENTLAB_VERSION"
    )
    """What this release calls itself, in `/livez` and in the header `X-AgentLab-Version`. Images
    carry it. Default: the version of the package."""

    domain: str = Field(default="localhost", alias="AGENTLAB_DOMAIN")
    """The name by which browsers reach this AgentLab through nginx."""

    log_level: Literal["debug", "info", "warning", "error"] = "info"
    """The least severe message that is logged."""

    host: str = Field(default="127.0.0.1", alias="AGENTLAB_HOST")
    """The address that `agentlab up` listens on. Other machines can reach `0.0.0.0`."""

    port: int = Field(default=8000, ge=1, le=65535, alias="PORT")
    """The port that `agentlab up` listens on."""

    drain_s: float = Field(default=0, ge=0, le=300, alias="AGENTLAB_DRAIN_S")
    """Seconds after SIGTERM in which requests are still answered while `/readyz` says 503, so that
    a proxy turns to another server first."""

    data_dir: Path = Field(default_factory=default_data_dir, alias="AGENTLAB_DATA_DIR")
    """Where the embedded services keep their data and secrets. Created with mode 0700."""

    workspace_roots: Annotated[tuple[Path, ...], NoDecode] = Field(
        default_factory=lambda: (Path.home(),), alias="AGENTLAB_WORKSPACE_ROOTS"
    )
    """Folders below which projects may be imported, separated by `:`. Default: the home folder."""

    trusted_proxies: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(), alias="AGENTLAB_TRUSTED_PROXIES"
    )
    """Networks, separated by commas, whose `X-Forwarded-For` and `-Proto` are believed, such as
    `10.0.0.0/8`. Default: nobody's."""

    session_idle_hours: int = Field(default=12, ge=1, le=8760)
    """A session ends when nothing was asked for this many hours."""

    session_days: int = Field(default=14, ge=1, le=400)
    """A session ends this many days after sign-in, however busy it is."""

    database_url: SecretStr | None = None
    """`postgresql://user:password@host:port/name`. Default: the embedded PostgreSQL."""

    postgres_password: SecretStr | None = None
    """The password, as it is, of a DATABASE_URL that has none in it."""

    redis_url: SecretStr | None = None
    """`redis://…` or `unix://…`. Default: the embedded Valkey."""

    redis_password: SecretStr | None = None
    """The password, as it is, of a REDIS_URL that has none in it."""

    jwt_secret: SecretStr | None = None
    """Signs access tokens and the tokens of operators. At least 32 characters; needed outside
    development. Default for `agentlab up`: one of its own, made in AGENTLAB_DATA_DIR."""

    jwt_secret_previous: SecretStr | None = None
    """The JWT_SECRET before the last rotation: tokens that it signed are still accepted."""

    audit_details_retention_days: int | None = Field(default=None, ge=1, le=36_500)
    """Days after which the audit trail forgets values, reasons, names and addresses; that something
    was done, when, and by whose account stays. Default: it forgets nothing."""

    openai_api_key: SecretStr | None = None
    """The key for the model server at OPENAI_BASE_URL."""

    openai_base_url: str | None = None
    """A server that speaks OpenAI's protocol, such as `http://localhost:11434/v1` for Ollama.
    Default, where OPENAI_API_KEY is set: OpenAI itself."""

    claude_code_mcp_url: str | None = None
    """The MCP server of Claude Code, such as `ws://claude-code:3001/mcp`."""

    claude_code_token: SecretStr | None = None
    """The bearer token that the server at CLAUDE_CODE_MCP_URL asks for."""

    oidc_issuer: str | None = None
    """Your OpenID provider, such as `https://login.example.com/realms/staff`; people sign in there
    when OIDC_CLIENT_ID is set, too. Its discovery document is below it."""

    oidc_client_id: str | None = None
    """What the provider at OIDC_ISSUER calls this AgentLab."""

    oidc_client_secret: SecretStr | None = None
    """What this AgentLab proves to the provider with. Default: PKCE alone, for public clients."""

    oidc_name: str = "OpenID Connect"
    """What the button on the sign-in page names: “Sign in with …”."""

    oidc_groups_claim: str = "groups"
    """Where the provider says which groups a person is in."""

    oidc_roles: Annotated[tuple[tuple[str, SignInRole], ...], NoDecode] = ()
    """`group=role`, separated by commas, such as `it-directors=administrator,staff=viewer`. Roles
    are `administrator`, `product_owner` and `viewer`; of several the first in that order counts.
    When set, a person's role follows their groups at each sign-in."""

    oidc_default_role: SignInRole | None = None
    """The role of people in none of the groups of OIDC_ROLES. Default: they may not sign in."""

    web_dir: Path | None = Field(default=None, alias="AGENTLAB_WEB_DIR")
    """The exported web app. Default: the one inside the package or the checkout."""

    @model_validator(mode="before")
    @classmethod
    def read_secret_files(cls, values: dict[str, object]) -> dict[str, object]:
        """Fill `NAME` from the file named by `NAME_FILE`, for every secret that is not given."""
        for name in secret_names():
            file = os.environ.get(f"{name.upper()}_FILE")
            secret = read_secret(name, Path(file)) if file and not values.get(name) else None
            if secret:
                values[name] = secret
        return values

    @field_validator(
        "database_url",
        "redis_url",
        "postgres_password",
        "redis_password",
        "jwt_secret",
        "jwt_secret_previous",
        "audit_details_retention_days",
        "openai_api_key",
        "openai_base_url",
        "claude_code_mcp_url",
        "claude_code_token",
        "oidc_issuer",
        "oidc_client_id",
        "oidc_client_secret",
        "oidc_default_role",
        mode="before",
    )
    @classmethod
    def take_empty_for_missing(cls, value: object) -> object:
        """An empty line in `.env` or an empty file says that there is none."""
        return None if value == "" else value

    @field_validator("oidc_name", "oidc_groups_claim", mode="before")
    @classmethod
    def take_empty_for_default(cls, value: object, field: ValidationInfo) -> object:
        return value or cls.model_fields[str(field.field_name)].default

    @field_validator("oidc_issuer")
    @classmethod
    def need_a_provider(cls, value: str | None) -> str | None:
        parts = urlsplit(value or "https://nobody")
        is_local = f"[{parts.hostname}]" in LOCAL_HOSTS or parts.hostname in LOCAL_HOSTS
        if not parts.hostname or not (parts.scheme == "https" or is_local):
            raise ValueError("has to be an https:// address")
        return value.removesuffix(DISCOVERY).rstrip("/") if value else value

    @field_validator("oidc_roles", mode="before")
    @classmethod
    def split_roles(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        pairs = [part.rpartition("=") for part in value.split(",") if part.strip()]
        mapped = [(group.strip(), role.strip()) for group, _, role in pairs]
        if not all(group and role in SIGN_IN_ROLES for group, role in mapped):
            raise ValueError(f"has to be group=role, …, with one of {', '.join(SIGN_IN_ROLES)}")
        return tuple(sorted(mapped, key=lambda pair: SIGN_IN_ROLES.index(pair[1])))

    @field_validator("trusted_proxies", mode="before")
    @classmethod
    def split_networks(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(part.strip() for part in value.split(",") if part.strip())
        return value

    @field_validator("trusted_proxies")
    @classmethod
    def need_networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for network in value:
            try:
                ip_network(network)
            except ValueError as error:
                raise ValueError(f"{network} is not a network such as 10.0.0.0/8") from error
        return value

    @field_validator("redis_url")
    @classmethod
    def need_redis(cls, value: SecretStr | None) -> SecretStr | None:
        if value and not is_redis_address(value.get_secret_value()):
            raise ValueError("is not an address such as redis://:password@host:6379/0")
        return value

    @field_validator("workspace_roots", mode="before")
    @classmethod
    def split_roots(cls, value: object) -> object:
        if isinstance(value, str):
            return tuple(home_expanded(part) for part in value.split(os.pathsep) if part)
        return value

    @field_validator("data_dir")
    @classmethod
    def make_absolute(cls, value: Path) -> Path:
        return home_expanded(str(value)).absolute()

    @model_validator(mode="after")
    def need_a_root(self) -> Self:
        if not self.workspace_roots:
            raise ValueError("AGENTLAB_WORKSPACE_ROOTS is empty; name at least one folder")
        return self

    @model_validator(mode="after")
    def need_strong_secrets(self) -> Self:
        """Refuse, outside development, to run with secrets that a stranger knows or guesses."""
        if self.environment == "development":
            return self
        if self.jwt_secret is None:
            raise ValueError("JWT_SECRET is missing; `agentlab init` generates one")
        for name in ("jwt_secret", "jwt_secret_previous"):
            secret = revealed(getattr(self, name))
            if secret and len(secret) < SHORTEST_SECRET:
                raise ValueError(
                    f"{name.upper()} is shorter than {SHORTEST_SECRET} characters; "
                    "`agentlab rotate jwt` makes a new one"
                )
        for name in secret_names():
            if revealed(getattr(self, name)) in KNOWN_SECRETS:
                raise ValueError(f"{name.upper()} is an example that everybody knows")
        return self

    @property
    def database_address(self) -> str | None:
        """DATABASE_URL with its password, as it is now, filled in."""
        return with_password(revealed(self.database_url), self.current("postgres_password"))

    @property
    def redis_address(self) -> str | None:
        """REDIS_URL with its password, as it is now, filled in."""
        return with_password(revealed(self.redis_url), self.current("redis_password"))

    def current(self, name: str) -> str | None:
        """A secret as it is now: `agentlab rotate` writes its file anew while processes run."""
        file = os.environ.get(f"{name.upper()}_FILE")
        if file and not os.environ.get(name.upper()):
            with suppress(ValueError):  # away for the moment; what we began with still stands
                return read_secret(name, Path(file)) or None
        return revealed(getattr(self, name))

    def with_servers(self, *, database_url: str, redis_url: str) -> Self:
        """The same settings with the addresses of PostgreSQL and Redis filled in.

        One that was given stays as it was given: its password may have a file that changes.
        """
        servers = {}
        if database_url != self.database_address:
            servers["database_url"] = SecretStr(database_url)
        if redis_url != self.redis_address:
            servers["redis_url"] = SecretStr(redis_url)
        return self.model_copy(update=servers)

    @property
    def samples_dir(self) -> Path:
        """Where the folders of the sample data are put."""
        return self.data_dir / "samples"

    @property
    def allowed_roots(self) -> tuple[Path, ...]:
        """Folders below which workspaces may lie."""
        return (*self.workspace_roots, self.samples_dir)

    @property
    def allowed_hosts(self) -> tuple[str, ...]:
        """Names that requests may call us by: local ones and the address we listen on."""
        if self.host in EVERY_ADDRESS:
            return ("*",)
        return (*LOCAL_HOSTS, f"[{self.host}]" if ":" in self.host else self.host.lower())

    @property
    def secure_cookies(self) -> bool:
        return self.environment != "development"


def secret_names() -> tuple[str, ...]:
    """The settings that are secrets, and may therefore be given as files."""
    return tuple(
        name
        for name, field in Settings.model_fields.items()
        if SecretStr in getattr(field.annotation, "__args__", ())
    )


def with_password(url: str | None, password: str | None) -> str | None:
    """The address with the password in it, unless it has one: people need not encode theirs."""
    if url is None or password is None:
        return url
    parts = urlsplit(url)
    user, at, host = parts.netloc.rpartition("@")
    if ":" in user or not parts.netloc:
        return url
    netloc = f"{user}:{quote(password, safe='')}@{host if at else parts.netloc}"
    return urlunsplit(parts._replace(netloc=netloc))


def is_redis_address(url: str) -> bool:
    try:
        scheme, port = urlsplit(url).scheme, urlsplit(url).port
    except ValueError:  # the port is no number
        return False
    return scheme in {"redis", "rediss", "unix"} and port != 0


def read_secret(name: str, file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ValueError(f"{name.upper()}_FILE names {file}, which cannot be read") from error


def home_expanded(path: str) -> Path:
    try:
        return Path(path).expanduser()
    except RuntimeError as error:
        raise ValueError(f"{path} names the home of a user that does not exist") from error


def revealed(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret else None
