from pathlib import Path

import pytest
from pydantic import SecretStr, ValidationError

from agentlab.settings import LOCAL_HOSTS, Settings


def test_a_secret_may_be_given_as_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "url"
    file.write_text("postgresql://from/file\n", encoding="utf-8")
    monkeypatch.setenv("DATABASE_URL_FILE", str(file))
    secret = Settings().database_url
    assert secret
    assert secret.get_secret_value() == "postgresql://from/file"
    assert "from/file" not in repr(Settings())


def test_a_secret_file_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL_FILE", "/nowhere/url")
    with pytest.raises(ValidationError, match="REDIS_URL_FILE names /nowhere/url"):
        Settings()


def test_roots_are_separated_and_expanded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENTLAB_WORKSPACE_ROOTS", "/srv/projects:~/work")
    assert Settings().workspace_roots == (Path("/srv/projects"), Path.home() / "work")


@pytest.mark.parametrize("roots", ["", ":", "~nobody-at-all/x"])
def test_roots_that_are_none_are_refused(roots: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENTLAB_WORKSPACE_ROOTS", roots)
    with pytest.raises(ValidationError, match="name"):
        Settings()


@pytest.mark.parametrize(
    ("host", "hosts"),
    [
        ("127.0.0.1", {*LOCAL_HOSTS}),
        ("192.168.1.5", {*LOCAL_HOSTS, "192.168.1.5"}),
        ("Desk.lan", {*LOCAL_HOSTS, "desk.lan"}),
        ("::1", {*LOCAL_HOSTS}),
        ("0.0.0.0", {"*"}),
        ("::", {"*"}),
    ],
)
def test_requests_may_call_us_by_the_address_we_listen_on(host: str, hosts: set[str]) -> None:
    assert set(Settings(host=host).allowed_hosts) == hosts


@pytest.mark.parametrize("url", ["nonsense", "http://desk:6379/0", "redis://desk:port/0"])
def test_an_address_that_redis_does_not_understand_is_refused(url: str) -> None:
    with pytest.raises(ValidationError, match="is not an address such as redis://"):
        Settings(redis_url=SecretStr(url))


@pytest.mark.parametrize(
    ("url", "complete"),
    [
        ("postgresql://ada@db:5432/agentlab", "postgresql://ada:p%2F%40%3A%20w@db:5432/agentlab"),
        ("postgresql://ada:given@db/agentlab", "postgresql://ada:given@db/agentlab"),
        ("postgresql://db/agentlab", "postgresql://:p%2F%40%3A%20w@db/agentlab"),
    ],
)
def test_a_password_is_filled_in_as_it_is(url: str, complete: str) -> None:
    settings = Settings(database_url=SecretStr(url), postgres_password=SecretStr("p/@: w"))
    assert settings.database_address == complete


def test_redis_takes_its_password_from_a_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "password").write_text("secret word\n", encoding="utf-8")
    monkeypatch.setenv("REDIS_PASSWORD_FILE", str(tmp_path / "password"))
    settings = Settings(redis_url=SecretStr("redis://agentlab@cache:6379/0"))
    assert settings.redis_address == "redis://agentlab:secret%20word@cache:6379/0"


def test_an_empty_secret_file_is_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "key").touch()
    monkeypatch.setenv("OPENAI_API_KEY_FILE", str(tmp_path / "key"))
    assert Settings().openai_api_key is None


@pytest.mark.parametrize(
    ("secrets", "sentence"),
    [
        ({}, "JWT_SECRET is missing"),
        ({"jwt_secret": "dev-secret-key"}, "JWT_SECRET is shorter than 32"),
        ({"jwt_secret": "x" * 31}, "JWT_SECRET is shorter than 32"),
        (
            {"jwt_secret": "production-secret-key-change-this"},
            "JWT_SECRET is an example that everybody knows",
        ),
        (
            {"jwt_secret": "x" * 32, "postgres_password": "password"},
            "POSTGRES_PASSWORD is an example",
        ),
    ],
)
def test_a_server_refuses_secrets_that_a_stranger_knows(
    secrets: dict[str, str], sentence: str
) -> None:
    given = {name: SecretStr(value) for name, value in secrets.items()}
    with pytest.raises(ValidationError, match=sentence):
        Settings(environment="production", **given)  # type: ignore[arg-type] # names from the case
    assert Settings(environment="development", **given)  # type: ignore[arg-type] # the same


def test_a_server_starts_with_good_secrets() -> None:
    assert Settings(environment="staging", jwt_secret=SecretStr("x" * 32)).secure_cookies


@pytest.mark.parametrize("networks", ["everybody", "10.0.0.0/8,nginx", "10.0.0.0/33"])
def test_proxies_are_named_by_network(networks: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AGENTLAB_TRUSTED_PROXIES", networks)
    with pytest.raises(ValidationError, match="is not a network such as"):
        Settings()
