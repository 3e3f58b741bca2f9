"""What `agentlab restore` refuses in one sentence, before anything is started or made."""

from pathlib import Path

import pytest
from pyrage.x25519 import Identity
from typer.testing import CliRunner, Result

from agentlab.cli.main import app
from tests.operations.backup import support

KEY = Identity.generate()


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    (tmp_path / "held").mkdir()
    return support.write(tmp_path / "held", KEY)


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not in a checkout, which would be an installation."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AGENTLAB_DATA_DIR", str(tmp_path / "data"))


def refusal(tmp_path: Path, *words: str, typed: str = "") -> str:
    result: Result = CliRunner().invoke(app, ["restore", *words], input=typed)
    assert (result.exit_code, result.stdout) == (1, "")
    assert not (tmp_path / "data").exists()
    return result.stderr


def test_a_key_that_does_not_open_it(tmp_path: Path, bundle: Path) -> None:
    said = refusal(tmp_path, str(bundle), "--key", "-", typed=f"{Identity.generate()}\n")
    assert said.startswith(f"This key does not open {bundle.name}")


def test_a_key_that_is_none(tmp_path: Path, bundle: Path) -> None:
    said = refusal(tmp_path, str(bundle), "--key", "-", typed="AGE-SECRET-KEY-1QQQ\n")
    assert said.startswith("Standard input holds no whole key")


def test_a_bundle_that_was_cut_off(tmp_path: Path, bundle: Path) -> None:
    bundle.write_bytes(bundle.read_bytes()[:-4096])
    said = refusal(tmp_path, str(bundle), "--key", "-", typed=f"{KEY}\n")
    assert "it was cut off" in said


def test_a_bundle_of_a_later_format(tmp_path: Path, bundle: Path) -> None:
    bundle.write_bytes(bundle.read_bytes().replace(b'"format": 1', b'"format": 2', 1))
    said = refusal(tmp_path, str(bundle), "--key", "-", typed=f"{KEY}\n")
    assert "has format 2" in said


def test_neither_a_backup_nor_a_moment(tmp_path: Path) -> None:
    assert refusal(tmp_path).startswith("Name a backup, such as `agentlab restore latest")


@pytest.mark.parametrize("moment", ["latest", "2026-11-29T10:15:00Z"])
def test_a_moment_on_a_desk_without_an_archive(tmp_path: Path, moment: str) -> None:
    said = refusal(tmp_path, "--at", moment)
    assert said.startswith("There is no archive with a base backup in ")


def test_a_moment_that_has_not_come_yet(tmp_path: Path) -> None:
    assert "has not come yet" in refusal(tmp_path, "--at", "2126-11-29T10:15:00Z")


def test_a_moment_elsewhere_without_a_second_folder(tmp_path: Path) -> None:
    said = refusal(tmp_path, "--at", "latest", "--elsewhere")
    assert "BACKUP_SECOND_FOLDER is not set" in said


def test_both_a_backup_and_a_moment(tmp_path: Path, bundle: Path) -> None:
    assert "not both" in refusal(tmp_path, str(bundle), "--at", "latest")
