"""`agentlab init` on real folders."""

import stat
from pathlib import Path

import pytest

from agentlab.errors import AgentLabError
from agentlab.operations.host import initialisation, redis_users, secret_files
from agentlab.operations.host.folder import COMPOSE_FILE, Installation
from agentlab.operations.host.initialisation import Answers, Step
from agentlab.operations.host.releases import DeployRunning, lock
from agentlab.operations.host.variables import VARIABLES, NotADomain, domain_of

SECRET_NAMES = {secret.name for secret in secret_files.SECRETS} | {redis_users.FILE}


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    (tmp_path / COMPOSE_FILE).touch()
    return Installation(tmp_path)


def initialise(installation: Installation, answers: Answers | None = None) -> list[Step]:
    return initialisation.initialise(
        installation, answers or Answers(), certify=lambda _installation: None
    )


def secrets_in(installation: Installation) -> dict[str, str]:
    return {file.name: file.read_text() for file in installation.secrets.iterdir()}


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_installation_has_every_secret_and_setting(installation: Installation) -> None:
    initialise(installation, Answers(domain="lab.example.com"))
    secrets = secrets_in(installation)
    assert set(secrets) == SECRET_NAMES
    generated = [value for value in secrets.values() if value and "\n" not in value]
    assert len(generated) == len(set(generated)) == 8
    assert min(map(len, generated)) >= secret_files.SHORTEST
    assert set(installation.read_env()) == {variable.name for variable in VARIABLES}
    assert installation.domain == "lab.example.com"


def test_only_the_owner_reaches_the_secrets_and_containers_can_read_them(
    installation: Installation,
) -> None:
    initialise(installation)
    assert mode(installation.secrets) == 0o700
    assert {mode(file) for file in installation.secrets.iterdir()} == {0o444}
    assert mode(installation.restore_points) == 0o700
    assert mode(installation.status_site) == 0o755
    assert installation.status_site.stat().st_uid == installation.writer[0]


def test_no_secret_stands_in_the_settings(installation: Installation) -> None:
    initialise(installation)
    env = installation.env_file.read_text()
    assert [
        name for name, value in secrets_in(installation).items() if value and value in env
    ] == []


def test_running_it_again_changes_nothing(installation: Installation) -> None:
    initialise(installation, Answers(domain="lab.example.com", environment="staging"))
    secrets, env = secrets_in(installation), installation.env_file.read_text()
    steps = initialise(installation)
    assert [step for step in steps if step.is_change] == []
    assert (secrets_in(installation), installation.env_file.read_text()) == (secrets, env)


def test_running_it_again_adds_what_is_missing(installation: Installation) -> None:
    initialise(installation)
    before = secrets_in(installation)
    (installation.secrets / "postgres_reader_password").unlink()
    lines = installation.env_file.read_text().splitlines()
    installation.env_file.write_text(
        "\n".join(line for line in lines if not line.startswith("POSTGRES_DB")) + "\nMINE=kept\n"
    )
    changes = [step.what for step in initialise(installation) if step.is_change]
    assert changes == ["secrets/postgres_reader_password", ".env"]
    after = secrets_in(installation)
    assert {name for name in SECRET_NAMES if before[name] != after[name]} == {
        "postgres_reader_password"
    }
    env = installation.read_env()
    assert (env["POSTGRES_DB"], env["MINE"]) == ("agentlab", "kept")


def test_a_deploy_adds_only_what_nothing_else_has_a_copy_of(installation: Installation) -> None:
    initialise(installation)
    for name in (secret_files.PROOF_KEY, "postgres_password", "smtp_password"):
        (installation.secrets / name).unlink()
    added = [step.what for step in initialisation.add_new_secrets(installation)]
    assert added == ["secrets/proof_key", "secrets/smtp_password"]
    assert secret_files.missing(installation) == ["postgres_password"]
    assert list(initialisation.add_new_secrets(installation)) == []


@pytest.mark.parametrize("writes", [0, 1, 5, 9])
def test_an_interrupted_run_is_finished_by_the_next(
    installation: Installation, monkeypatch: pytest.MonkeyPatch, writes: int
) -> None:
    write, left = Installation.write_secret, iter(range(writes))

    def write_until_killed(self: Installation, name: str, value: str) -> None:
        if next(left, None) is None:
            raise KeyboardInterrupt
        write(self, name, value)

    with monkeypatch.context() as patch:
        patch.setattr(Installation, "write_secret", write_until_killed)
        with pytest.raises(KeyboardInterrupt):
            initialise(installation)
    before = secrets_in(installation)
    assert len(before) == writes
    initialise(installation)
    after = secrets_in(installation)
    assert set(after) == SECRET_NAMES
    assert before.items() <= after.items()


def test_a_chosen_domain_replaces_the_old_one_and_says_so(installation: Installation) -> None:
    initialise(installation)
    steps = initialise(installation, Answers(domain="lab.example.com"))
    assert installation.domain == "lab.example.com"
    assert Step(".env AGENTLAB_DOMAIN", "localhost → lab.example.com") in steps


def test_staging_is_chosen_by_its_compose_file(installation: Installation) -> None:
    initialise(installation)
    assert installation.read_env()["COMPOSE_FILE"] == "docker-compose.prod.yml"
    initialise(installation, Answers(environment="staging"))
    assert installation.read_env()["COMPOSE_FILE"] == "docker-compose.staging.yml"


def test_what_somebody_chose_in_env_stays(installation: Installation) -> None:
    initialise(installation)
    installation.write_env({"AGENTLAB_HOST_USER": "1234:1234", "LOG_LEVEL": "debug"})
    assert [step for step in initialise(installation) if step.is_change] == []
    assert installation.read_env()["AGENTLAB_HOST_USER"] == "1234:1234"


def test_browsers_are_not_told_to_insist_on_https_for_localhost(
    installation: Installation,
) -> None:
    initialise(installation)
    assert installation.read_env()["AGENTLAB_HSTS_MAX_AGE"] == "0"


def test_wrong_modes_are_mended(installation: Installation) -> None:
    initialise(installation)
    installation.secrets.chmod(0o755)
    (installation.secrets / "jwt_secret").chmod(0o600)
    steps = initialise(installation)
    assert Step("secrets/jwt_secret", "mode mended") in steps
    assert (mode(installation.secrets), mode(installation.secrets / "jwt_secret")) == (0o700, 0o444)


def test_users_of_redis_follow_the_password_and_this_version(installation: Installation) -> None:
    initialise(installation)
    password = installation.read_secret("redis_password")
    installation.write_secret(redis_users.FILE, "user default on nopass ~* +@all\n")
    initialise(installation)
    users = installation.read_secret(redis_users.FILE)
    assert redis_users.accepts(users, password)
    assert redis_users.is_current(users)


@pytest.mark.parametrize(
    ("typed", "domain"),
    [
        ("localhost", "localhost"),
        (" Lab.Example.COM. ", "lab.example.com"),
        ("lab.localhost", "lab.localhost"),
        ("münchen.example", "xn--mnchen-3ya.example"),
    ],
)
def test_domains_get_one_spelling(typed: str, domain: str) -> None:
    assert domain_of(typed) == domain


@pytest.mark.parametrize(
    "typed",
    [
        *("", "lab", "https://lab.example.com", "lab.example.com:443", "lab.example.com/x"),
        *("10.0.0.1", "1.2.3.4.", "::1", "a..b", "-a.example", "a b.example", "_x.example"),
        "x" * 64 + ".example",
        ".".join(["x" * 50] * 6),
    ],
)
def test_what_is_no_domain_is_refused(typed: str) -> None:
    with pytest.raises(NotADomain, match="is not a domain"):
        domain_of(typed)


def test_two_at_once_are_not_let_in(installation: Installation) -> None:
    with lock(installation), pytest.raises(DeployRunning):
        initialise(installation)
    assert secrets_in(installation) == {}


def test_a_folder_that_is_not_ours_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where a folder belongs")
    with pytest.raises(AgentLabError, match="Run the command as the owner"):
        initialise(Installation(tmp_path))
    assert list((tmp_path / "secrets").iterdir()) == []


def test_a_domain_of_the_internet_gets_its_certificate_by_acme(installation: Installation) -> None:
    initialise(installation, Answers(domain="localhost"))
    assert installation.read_env()["COMPOSE_PROFILES"] == ""
    initialise(installation, Answers(domain="lab.example.com"))
    env = installation.read_env()
    assert (env["COMPOSE_PROFILES"], env["AGENTLAB_HSTS_MAX_AGE"]) == ("acme", "300")


@pytest.mark.parametrize("domain", ["localhost", "lab.test", "lab.internal", "lab.lan"])
def test_a_private_name_asks_no_authority(installation: Installation, domain: str) -> None:
    initialise(installation, Answers(domain=domain))
    assert installation.read_env()["COMPOSE_PROFILES"] == ""


def test_parts_that_somebody_chose_stay(installation: Installation) -> None:
    initialise(installation, Answers(domain="localhost"))
    installation.write_env({"COMPOSE_PROFILES": "monitoring"})
    initialise(installation, Answers(domain="lab.example.com"))
    assert installation.read_env()["COMPOSE_PROFILES"] == "monitoring"
