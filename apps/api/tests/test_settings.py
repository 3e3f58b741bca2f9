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
