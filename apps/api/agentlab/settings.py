"""Every setting, once. `.env.example` and the reference page are generated from this class."""

import os
import re
from contextlib import suppress
from importlib.metadata import version
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Literal, Self, get_args
from urllib.parse import quote, urlsplit, urlunsplit

from croniter import croniter
from pydantic import Field, SecretStr, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

LOCAL_HOSTS = ("127.0.0.1", "localhost", "[::1]")
SignInRole = Literal["administrator", "product_owner", "viewer"]
"""Spelled as `auth.models.Role`, the highest first."""

SmtpTls = Literal["starttls", "tls", "none"]

SIGN_IN_ROLES = get_args(SignInRole)
DISCOVERY = "/.well-known/openid-configuration"

EVERY_ADDRESS = ("", "0.0.0.0", "::")  # noqa: S104 - compared, not listened on

OFF = "off"
CRON_FIELDS = 5

SHORTEST_SECRET = 32
REMEDY = {
    "jwt_secret": "`agentlab rotate jwt` makes a new one",
    "jwt_secret_previous": "`agentlab rotate jwt` makes a new one",
    "proof_key": "remove its file, and `agentlab init` makes a new one",
}
KNOWN_SECRETS = frozenset(
    {
        "agentlab",
        "change-me",
        "changeme",
        "dev-proof-key",
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

    proof_key: SecretStr | None = None
    """Signs proofs of decisions; another one is another key, so keep it. Default for `agentlab up`:
    one of its own, made in AGENTLAB_DATA_DIR."""

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

    oidc_emails_are_verified: bool = False
    """Whether every e-mail at the provider is verified although it never says so with the claim
    `email_verified`. Where it does say, that counts."""

    oidc_sees_all_clients: bool = False
    """Whether people who come from the provider for the first time see every client. Default: none,
    until an administrator assigns them to some; administrators see all."""

    smtp_host: str | None = None
    """The mail server that sends digests, such as `smtp.example.com`. Default: nothing is sent."""

    smtp_port: int = Field(default=587, ge=1, le=65535)
    """The port of SMTP_HOST: usually 587 with `starttls`, 465 with `tls`."""

    smtp_tls: SmtpTls = "starttls"
    """How the way to SMTP_HOST is protected: `starttls`, `tls` from the first byte, or `none`, for
    a server on the same machine."""

    smtp_user: str | None = None
    """Whom SMTP_HOST knows this AgentLab as. Default: it asks nobody."""

    smtp_password: SecretStr | None = None
    """The password of SMTP_USER."""

    smtp_sender: str | None = None
    """Who e-mails come from, such as `lab@example.com`. Default: agentlab at AGENTLAB_DOMAIN."""

    public_url: str | None = Field(default=None, alias="AGENTLAB_PUBLIC_URL")
    """Where links in e-mails lead, such as `https://lab.example.com`. Default: AGENTLAB_DOMAIN over
    HTTPS, or this machine's own address where that is `localhost`."""

    backup_schedule: str = "0 3 * * *"
    """When backups are made by themselves: five fields of cron in UTC, or `off`. One that was due
    while AgentLab did not run is made when it runs again."""

    backup_folder: Path | None = None
    """Where the backups lie. Default: `backups` in AGENTLAB_DATA_DIR. Another disk is better."""

    backup_keep_days: int = Field(default=30, ge=1, le=36_500)
    """Backups of so many days are kept; a day without a backup does not count."""

    backup_keep_minimum: int = Field(default=3, ge=1, le=1000)
    """So many good backups are never deleted, whatever the other settings say."""

    backup_keep_gfs: Annotated[tuple[int, int, int] | None, NoDecode] = None
    """Instead of BACKUP_KEEP_DAYS: of how many days, weeks and months the newest backup is kept,
    such as `7/4/12`."""

    backup_prove: bool = True
    """Whether each backup is restored into a scratch database at once, and compared."""

    backup_recipients: Annotated[tuple[str, ...], NoDecode] = ()
    """Further age recipients (`age1…`), separated by commas, whose own keys open the backups too.
    """

    backup_second_folder: Path | None = None
    """Where each backup is copied to: a folder on another disk or machine, which has to exist."""

    backup_archive_days: int = Field(default=7, ge=0, le=365)
    """On a desk: so many days back leads the archive of all that PostgreSQL writes, in
    AGENTLAB_DATA_DIR and in BACKUP_SECOND_FOLDER; 0 for none. A server's keeps 14."""

    backup_s3_endpoint: str | None = None
    """S3-compatible storage that each backup is copied to, such as `https://s3.example.com`."""

    backup_s3_bucket: str | None = None
    """The bucket there. It has to exist; let it keep what is deleted, or forbid to delete."""

    backup_s3_region: str = "us-east-1"
    """The region of the bucket."""

    backup_s3_prefix: str | None = None
    """What the backups' names in the bucket begin with, such as `agentlab`."""

    backup_s3_access_key: str | None = None
    """Whom the storage knows this AgentLab as."""

    backup_s3_secret_key: SecretStr | None = None
    """The secret of BACKUP_S3_ACCESS_KEY."""

    backup_s3_ca: Path | None = None
    """A file with the certificates to trust for BACKUP_S3_ENDPOINT. Default: the system's."""

    state: Path | None = Field(default=None, alias="AGENTLAB_STATE")
    """A server's folder `state`. What the prober of the status page keeps in `prober` below it is
    shown to administrators, who can add words to it. Default: there is no status page."""

    otlp_endpoint: str | None = Field(default=None, alias="OTEL_EXPORTER_OTLP_ENDPOINT")
    """An OpenTelemetry collector that takes OTLP over HTTP, such as `http://collector:4318`, for
    traces of requests, statements and jobs. Default: nothing is traced, and nothing loaded for
    it. `OTEL_TRACES_SAMPLER` and `OTEL_TRACES_SAMPLER_ARG` say how many are."""

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
        "proof_key",
        "audit_details_retention_days",
        "openai_api_key",
        "openai_base_url",
        "claude_code_mcp_url",
        "claude_code_token",
        "oidc_issuer",
        "oidc_client_id",
        "oidc_client_secret",
        "oidc_default_role",
        "smtp_host",
        "smtp_user",
        "smtp_password",
        "smtp_sender",
        "public_url",
        "otlp_endpoint",
        "state",
        "backup_folder",
        "backup_keep_gfs",
        "backup_second_folder",
        "backup_s3_endpoint",
        "backup_s3_bucket",
        "backup_s3_prefix",
        "backup_s3_access_key",
        "backup_s3_secret_key",
        "backup_s3_ca",
        mode="before",
    )
    @classmethod
    def take_empty_for_missing(cls, value: object) -> object:
        """An empty line in `.env` or an empty file says that there is none."""
        return None if value == "" else value

    @field_validator(
        "oidc_name",
        "oidc_groups_claim",
        "oidc_emails_are_verified",
        "oidc_sees_all_clients",
        "smtp_port",
        "smtp_tls",
        "backup_schedule",
        "backup_keep_days",
        "backup_keep_minimum",
        "backup_prove",
        "backup_archive_days",
        "backup_s3_region",
        mode="before",
    )
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

    @field_validator("public_url")
    @classmethod
    def need_an_address(cls, value: str | None) -> str | None:
        parts = urlsplit(value or "https://somebody")
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("has to be an address such as https://lab.example.com")
        return value.rstrip("/") if value else value

    @field_validator("otlp_endpoint")
    @classmethod
    def need_a_collector(cls, value: str | None) -> str | None:
        parts = urlsplit(value or "https://nobody")
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("has to be an address such as http://collector:4318")
        return value

    @field_validator("smtp_sender")
    @classmethod
    def need_a_sender(cls, value: str | None) -> str | None:
        if value and not re.fullmatch(r"[^\s@<>]+@[^\s@<>]+", value):
            raise ValueError("has to be an e-mail address such as agentlab@example.com")
        return value

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

    @field_validator("backup_schedule")
    @classmethod
    def need_a_schedule(cls, value: str) -> str:
        if value != OFF and not (croniter.is_valid(value) and len(value.split()) == CRON_FIELDS):
            raise ValueError("has to be five fields of cron, such as `0 3 * * *`, or `off`")
        return value

    @field_validator("backup_keep_gfs", mode="before")
    @classmethod
    def split_generations(cls, value: object) -> object:
        if not isinstance(value, str) or not value:
            return value
        if not re.fullmatch(r"\d{1,4}/\d{1,4}/\d{1,4}", value):
            raise ValueError("has to be days/weeks/months, such as 7/4/12")
        return tuple(map(int, value.split("/")))

    @field_validator("backup_recipients", mode="before")
    @classmethod
    def split_recipients(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        return tuple(part for part in re.split(r"[\s,]+", value) if part)

    @field_validator("backup_recipients")
    @classmethod
    def need_recipients(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for recipient in value:
            if not re.fullmatch(r"age1[0-9a-z]{58}", recipient):
                raise ValueError(f"{recipient} is no age recipient; `age-keygen -y` prints one")
        return value

    @field_validator("backup_s3_endpoint")
    @classmethod
    def need_https(cls, value: str | None) -> str | None:
        parts = urlsplit(value or "https://nobody")
        if parts.scheme != "https" or not parts.hostname:
            raise ValueError("has to be an https:// address: backups do not travel in the open")
        return value.rstrip("/") if value else value

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
    def need_all_of_s3(self) -> Self:
        needed = ("bucket", "access_key")
        missing = [name for name in needed if not getattr(self, f"backup_s3_{name}")]
        if self.backup_s3_endpoint and missing:
            names = ", ".join(f"BACKUP_S3_{name.upper()}" for name in missing)
            raise ValueError(f"BACKUP_S3_ENDPOINT is set, so {names} has to be, too")
        return self

    @model_validator(mode="after")
    def need_strong_secrets(self) -> Self:
        """Refuse, outside development, to run with secrets that a stranger knows or guesses."""
        if self.environment == "development":
            return self
        if self.jwt_secret is None:
            raise ValueError("JWT_SECRET is missing; `agentlab init` generates one")
        for name in ("jwt_secret", "jwt_secret_previous", "proof_key"):
            secret = revealed(getattr(self, name))
            if secret and len(secret) < SHORTEST_SECRET:
                raise ValueError(
                    f"{name.upper()} is shorter than {SHORTEST_SECRET} characters; {REMEDY[name]}"
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
    def oidc_client(self) -> tuple[str, str] | None:
        """The provider and what it calls us, where people can sign in there."""
        if self.oidc_issuer is None or self.oidc_client_id is None:
            return None
        return self.oidc_issuer, self.oidc_client_id

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
    def sender(self) -> str:
        """Who e-mails come from."""
        return self.smtp_sender or f"agentlab@{self.domain}"

    @property
    def address(self) -> str:
        """Where people reach this AgentLab, for links that leave it."""
        if self.public_url:
            return self.public_url
        is_desk = self.domain == "localhost" and self.environment == "development"
        return f"http://localhost:{self.port}" if is_desk else f"https://{self.domain}"

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
