"""Every setting, once. `.env.example` and the reference page are generated from this class."""

import os
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

LOCAL_HOSTS = ("127.0.0.1", "localhost", "[::1]")
EVERY_ADDRESS = ("", "0.0.0.0", "::")  # noqa: S104 - compared, not listened on


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
    """Where this runs. Outside `development` cookies are sent over HTTPS only."""

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

    database_url: SecretStr | None = None
    """`postgresql://user:password@host:port/name`. Default: the embedded PostgreSQL."""

    redis_url: SecretStr | None = None
    """`redis://…` or `unix://…`. Default: the embedded Valkey."""

    web_dir: Path | None = Field(default=None, alias="AGENTLAB_WEB_DIR")
    """The exported web app. Default: the one inside the package or the checkout."""

    @model_validator(mode="before")
    @classmethod
    def read_secret_files(cls, values: dict[str, object]) -> dict[str, object]:
        """Fill `NAME` from the file named by `NAME_FILE`, for every secret that is not given."""
        for name, field in cls.model_fields.items():
            file = os.environ.get(f"{name.upper()}_FILE")
            if file and SecretStr in getattr(field.annotation, "__args__", ()):
                values.setdefault(name, read_secret(name, Path(file)))
        return values

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

    def with_servers(self, *, database_url: str, redis_url: str) -> Self:
        """The same settings with the addresses of PostgreSQL and Redis filled in."""
        servers = {"database_url": SecretStr(database_url), "redis_url": SecretStr(redis_url)}
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
