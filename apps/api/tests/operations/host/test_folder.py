"""Finding an installation, and changing its files without losing any."""

import os
import stat
from pathlib import Path

import pytest

from agentlab.operations.host import folder
from agentlab.operations.host.folder import (
    COMPOSE_FILE,
    HOME,
    Installation,
    InstallationNotWritable,
    NotAnInstallation,
    SecretMissing,
)


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Installation:
    (tmp_path / COMPOSE_FILE).touch()
    monkeypatch.delenv(HOME, raising=False)
    monkeypatch.chdir(tmp_path)
    return Installation(tmp_path)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_it_is_found_from_below(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    below = installation.root / "docs" / "operate"
    below.mkdir(parents=True)
    monkeypatch.chdir(below)
    assert Installation.find() == installation


def test_the_one_that_is_named_is_taken(
    installation: Installation, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir("/")
    monkeypatch.setenv(HOME, str(installation.root))
    assert Installation.find() == installation
    monkeypatch.chdir(installation.root)
    monkeypatch.setenv(HOME, str(tmp_path / "elsewhere"))
    with pytest.raises(NotAnInstallation, match=f"elsewhere is not .* Correct {HOME}"):
        Installation.find()


def test_elsewhere_a_person_is_told_where_to_go(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation.compose_file.unlink()
    with pytest.raises(NotAnInstallation, match="Change into the installation folder"):
        Installation.find()


def test_folders_keep_people_out_and_let_containers_in(installation: Installation) -> None:
    installation.create_folders()
    private = {installation.secrets, installation.certificates, installation.authority}
    assert {mode(each) for each in (*private, installation.restore_points)} == {0o700}
    for shared in (installation.edge_state, installation.acme_challenges, installation.status_site):
        assert mode(shared) == 0o755
        assert mode(shared.parent) == 0o755
    written = installation.acme.stat()
    assert (written.st_uid, written.st_gid) == installation.writer
    assert installation.writer[0] != 0


def test_settings_keep_their_comments_and_their_order(installation: Installation) -> None:
    installation.env_file.write_text(
        "# Where people reach it.\nAGENTLAB_DOMAIN=old.example.com # for now\n\n"
        "export B='it''s'\nGONE=1\nC=\"a \\\"b\\\"\"\n"
    )
    assert installation.read_env()["AGENTLAB_DOMAIN"] == "old.example.com"
    assert installation.read_env()["C"] == 'a "b"'
    installation.write_env({"AGENTLAB_DOMAIN": "lab.example.com", "GONE": None, "NEW": "a 'b' $c"})
    assert installation.env_file.read_text() == (
        "# Where people reach it.\nAGENTLAB_DOMAIN=lab.example.com\n\n"
        "export B='it''s'\nC=\"a \\\"b\\\"\"\nNEW='a \\'b\\' $c'\n"
    )
    assert installation.read_env()["NEW"] == "a 'b' $c"
    assert installation.domain == "lab.example.com"


def test_without_settings_the_domain_is_this_computer(installation: Installation) -> None:
    assert installation.read_env() == {}
    assert installation.domain == "localhost"


def test_a_container_that_runs_sees_a_new_secret(installation: Installation) -> None:
    """Compose mounts the file, not its name: the inode has to stay."""
    installation.write_secret("jwt_secret", "a rather long first secret")
    file = installation.secrets / "jwt_secret"
    with file.open() as mounted:
        assert mounted.read() == "a rather long first secret"
        installation.write_secret("jwt_secret", "second")
        mounted.seek(0)
        assert mounted.read() == "second"
    assert mode(file) == 0o444
    assert mode(installation.secrets) == 0o700
    assert [each.name for each in installation.secrets.iterdir()] == ["jwt_secret"]


def test_what_a_crash_interrupted_is_finished(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation.write_secret("jwt_secret", "first")
    with monkeypatch.context() as crash:
        crash.setattr(folder, "finish_overwriting", lambda _file: None)
        installation.write_secret("jwt_secret", "second")
    (installation.secrets / "jwt_secret").chmod(0o600)
    (installation.secrets / "jwt_secret").write_text("sec")
    assert installation.read_secret("jwt_secret") == "second"
    assert mode(installation.secrets / "jwt_secret") == 0o444


def test_a_secret_that_is_missing_is_named(installation: Installation) -> None:
    assert not installation.has_secret("jwt_secret")
    with pytest.raises(SecretMissing, match=r"secrets/jwt_secret .*agentlab init"):
        installation.read_secret("jwt_secret")


def test_a_file_is_the_old_one_or_the_new_one(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = installation.root / "file"
    folder.replace_file(file, b"old", 0o644)

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as crash:
        crash.setattr(os, "fsync", full)
        with pytest.raises(InstallationNotWritable, match="No space left"):
            installation.write_env({"A": "1"})
        with pytest.raises(OSError, match="No space left"):
            folder.replace_file(file, b"new", 0o644)
    assert file.read_bytes() == b"old"
    folder.replace_file(file, b"new", 0o640)
    assert (file.read_bytes(), mode(file)) == (b"new", 0o640)
