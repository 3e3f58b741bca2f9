"""`agentlab config check`: what it says about a process and about an installation."""

from pathlib import Path

import pytest

from agentlab.operations.host import configuration
from agentlab.operations.host.configuration import Report, Setting, check_process
from agentlab.operations.host.folder import Installation
from agentlab.operations.host.variables import VARIABLES
from agentlab.settings import Settings
from tests.house.test_names import REPOSITORY

LONG = "a secret of more than thirty-two characters"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder without a `.env`, and an environment without settings."""
    for name in configuration.known_names():
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def find(report: Report, name: str) -> Setting:
    return next(setting for setting in report.settings if setting.name == name)


def test_every_setting_has_a_meaning() -> None:
    assert set(configuration.meanings()) == set(Settings.model_fields)
    assert all(setting.meaning for setting in check_process().settings)
    assert check_process().is_fine


def test_each_value_has_its_origin(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "9000")
    (here / ".env").write_text("LOG_LEVEL=debug\n")
    (here / "jwt").write_text(LONG)
    monkeypatch.setenv("JWT_SECRET_FILE", str(here / "jwt"))
    report = check_process()
    found = {
        name: find(report, name) for name in ("PORT", "LOG_LEVEL", "JWT_SECRET", "ENVIRONMENT")
    }
    assert {name: (each.value, each.source) for name, each in found.items()} == {
        "PORT": ("9000", "environment"),
        "LOG_LEVEL": ("debug", ".env"),
        "JWT_SECRET": ("•••• (43 characters)", str(here / "jwt")),
        "ENVIRONMENT": ("development", "default"),
    }


def test_no_secret_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    for environment in ("development", "production"):  # the second is refused as a whole
        monkeypatch.setenv("ENVIRONMENT", environment)
        monkeypatch.setenv("DATABASE_URL", "postgresql://ada:hush%40hush@db/agentlab")
        monkeypatch.setenv("REDIS_URL", "redis://:hush@cache:6379/0")
        monkeypatch.setenv("OPENAI_API_KEY", "hush")
        report = check_process()
        assert "hush" not in configuration.as_json(report)
        assert find(report, "DATABASE_URL").value == "postgresql://ada:••••@db/agentlab"


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("ENVIRONMENT", "testing", "Input should be 'development'"),
        ("PORT", "many", "valid integer"),
        ("DATABASE_URL", "nonsense", "DATABASE_URL is not an address"),
        ("REDIS_URL", "http://cache", "is not an address such as redis://"),
        ("OPENAI_BASE_URL", "localhost:11434", "begins with http://"),
        ("OPENAI_BASE_URL", "http://:11434/v1", "begins with http://"),
        ("CLAUDE_CODE_MCP_URL", "http://claude-code:3001", "begins with ws://"),
        ("JWT_SECRET_FILE", "/nowhere/secret", "cannot be read"),
    ],
)
def test_a_wrong_value_is_said_at_its_setting(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, words: str
) -> None:
    monkeypatch.setenv(name, value)
    report = check_process()
    problems = find(report, name.removesuffix("_FILE")).problems
    assert (len(problems), words in problems[0], report.is_fine) == (1, True, False), problems


@pytest.mark.parametrize(
    ("secret", "words"),
    [("short", "is shorter than 32 characters"), ("", "JWT_SECRET is missing")],
)
def test_weak_secrets_are_refused_outside_development(
    monkeypatch: pytest.MonkeyPatch, secret: str, words: str
) -> None:
    monkeypatch.setenv("ENVIRONMENT", "staging")
    monkeypatch.setenv("JWT_SECRET", secret)
    problems = find(check_process(), "JWT_SECRET").problems
    assert any(words in problem for problem in problems), problems


def test_examples_that_everybody_knows_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENVIRONMENT", "production")
    monkeypatch.setenv("JWT_SECRET", LONG)
    monkeypatch.setenv("POSTGRES_PASSWORD", "password")
    assert "everybody knows" in find(check_process(), "POSTGRES_PASSWORD").problems[0]


def test_a_secret_that_is_given_twice_is_said(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (here / "jwt").write_text(LONG)
    monkeypatch.setenv("JWT_SECRET_FILE", str(here / "jwt"))
    monkeypatch.setenv("JWT_SECRET", LONG)
    assert "are both given" in find(check_process(), "JWT_SECRET").problems[0]


def test_unknown_names_are_said_with_what_was_meant(here: Path) -> None:
    (here / ".env").write_text("LOG_LEVLE=debug\nCOMPOSE_PROJECT_NAME=mine\nXYZZY=1\n")
    assert check_process().problems == [
        ".env sets LOG_LEVLE, which nothing reads. Did you mean LOG_LEVEL?",
        ".env sets XYZZY, which nothing reads.",
    ]


# --- an installation


@pytest.fixture
def without_docker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")


def test_an_installation_is_in_order_after_init(
    installation: Installation, without_docker: None
) -> None:
    report = configuration.check_installation(installation)
    assert report.is_fine, configuration.as_json(report)
    assert find(report, "JWT_SECRET").source == "secrets/jwt_secret"
    assert find(report, "POSTGRES_PASSWORD").source == "secrets/postgres_app_password"
    assert find(report, "AGENTLAB_DOMAIN").source == ".env"
    secret = installation.read_secret("jwt_secret")
    assert secret not in configuration.as_json(report)


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("AGENTLAB_HTTPS_PORT", "65536", "is not a port"),
        ("AGENTLAB_DOMAIN", "https://lab.example.com", "is not a domain"),
        ("AGENTLAB_HSTS_MAX_AGE", "two years", "is not a number of seconds"),
        ("AGENTLAB_HOST_USER", "ada", "is not a user and a group"),
    ],
)
def test_a_wrong_value_in_an_installation_is_said(
    installation: Installation, without_docker: None, name: str, value: str, words: str
) -> None:
    installation.write_env({name: value})
    report = configuration.check_installation(installation)
    assert any(words in problem for problem in find(report, name).problems)


def test_a_secret_in_the_data_folder_is_found_where_the_host_has_it(
    installation: Installation, without_docker: None
) -> None:
    file = "/var/lib/agentlab/oidc_client_secret"
    installation.write_env({"OIDC_ISSUER": "https://login.example.com", "OIDC_ROLES": "it=viewer"})
    installation.write_env({"OIDC_CLIENT_SECRET_FILE": file})
    report = configuration.check_installation(installation)
    assert not report.is_fine
    secret = installation.root / "state" / "data" / "oidc_client_secret"
    secret.parent.mkdir(parents=True, exist_ok=True)
    secret.write_text("s" * 40)
    report = configuration.check_installation(installation)
    assert report.is_fine, configuration.as_json(report)
    assert find(report, "OIDC_CLIENT_SECRET").source == "state/data/oidc_client_secret"


def test_a_secret_of_an_optional_part_counts_once_its_file_is_filled(
    installation: Installation, without_docker: None
) -> None:
    report = configuration.check_installation(installation)
    assert (report.is_fine, find(report, "SMTP_PASSWORD").value) == (True, "")
    installation.write_secret("smtp_password", "let me in")
    found = find(configuration.check_installation(installation), "SMTP_PASSWORD")
    assert (found.source, "9 characters" in found.value) == ("secrets/smtp_password", True)


def test_secrets_and_slips_in_env_are_said(
    installation: Installation, without_docker: None
) -> None:
    installation.write_env({"OPENAI_API_KEY": "key", "AGENTLAB_DOMIAN": "x", "MY_IMAGE": "x"})
    problems = configuration.check_installation(installation).problems
    assert any("OPENAI_API_KEY stands in .env" in problem for problem in problems)
    assert any("Did you mean AGENTLAB_DOMAIN?" in problem for problem in problems)


def test_a_compose_file_that_is_not_there_is_said(
    installation: Installation, without_docker: None
) -> None:
    installation.write_env({"COMPOSE_FILE": "docker-compose.prod.yml:mine.yml"})
    [problem] = configuration.check_installation(installation).problems
    assert problem.startswith("COMPOSE_FILE names mine.yml")


def test_the_containers_secrets_are_checked_as_they_get_them(
    installation: Installation, without_docker: None
) -> None:
    installation.write_secret("jwt_secret", "changeme")
    report = configuration.check_installation(installation)
    assert "shorter than 32 characters" in find(report, "JWT_SECRET").problems[0]


def test_init_writes_nothing_that_nobody_reads() -> None:
    """Compose reads it, or the host's commands do."""
    read_by_commands = {"AGENTLAB_REGISTRY", "AGENTLAB_SIGNED_BY", "AGENTLAB_ACME_EMAIL"}
    by_compose = configuration.names_in_compose(Installation(REPOSITORY))
    by_compose |= {"COMPOSE_FILE", "COMPOSE_PROFILES"}
    assert {variable.name for variable in VARIABLES} <= by_compose | read_by_commands
