import hashlib
import os
from pathlib import Path

import pytest

from agentlab.workspaces.folder import FolderMissing
from agentlab.workspaces.writing import (
    FileChanged,
    WorkspaceNotWritable,
    replace_same,
    write_atomically,
)
from tests.support.folders import open_folder
from tests.support.privileges import NOBODY, ordinary_user

DECISION = ".agentlab/decisions/2026-01-01-prd.md"


def refusal(root: Path, relative: str) -> WorkspaceNotWritable:
    with pytest.raises(WorkspaceNotWritable) as caught:
        write_atomically(root, relative, b"approved")
    assert (caught.value.code, caught.value.status) == ("workspace_not_writable", 409)
    return caught.value


def names(root: Path) -> list[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*"))


def test_a_file_is_written_with_its_folders(tmp_path: Path) -> None:
    assert write_atomically(tmp_path, DECISION, b"approved")
    assert (tmp_path / DECISION).read_bytes() == b"approved"
    assert names(tmp_path) == [".agentlab", ".agentlab/decisions", DECISION]


def test_what_is_there_already_is_left_alone(tmp_path: Path) -> None:
    write_atomically(tmp_path, DECISION, b"approved")
    before = (tmp_path / DECISION).stat()
    assert not write_atomically(tmp_path, DECISION, b"approved")
    assert (tmp_path / DECISION).stat() == before


@pytest.mark.parametrize("old", [b"", b"rejected", b"approved, and much more"])
def test_other_content_is_replaced(tmp_path: Path, old: bytes) -> None:
    (tmp_path / "a.md").write_bytes(old)
    assert write_atomically(tmp_path, "a.md", b"approved")
    assert (tmp_path / "a.md").read_bytes() == b"approved"


@pytest.mark.parametrize("link", [".agentlab", ".agentlab/decisions"])
def test_a_linked_folder_cannot_lead_outside(tmp_path: Path, link: str) -> None:
    outside, root = tmp_path / "outside", tmp_path / "root"
    (outside / "decisions").mkdir(parents=True)
    (root / link).parent.mkdir(parents=True)
    (root / link).symlink_to(outside)
    assert "no link" in refusal(root, DECISION).detail
    assert names(outside) == ["decisions"]


def test_a_linked_file_is_neither_followed_nor_replaced(tmp_path: Path) -> None:
    (tmp_path / "theirs.md").write_text("theirs")
    (tmp_path / "a.md").symlink_to("theirs.md")
    assert "symbolic link" in refusal(tmp_path, "a.md").detail
    assert (tmp_path / "theirs.md").read_text() == "theirs"


@pytest.mark.parametrize("relative", ["../a.md", "/srv/a.md", "a/../../b.md", "", "a\0.md", "a//b"])
def test_a_path_that_leads_out_is_refused(tmp_path: Path, relative: str) -> None:
    assert "not a path inside" in refusal(tmp_path, relative).detail


def test_a_file_in_the_place_of_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".agentlab").write_text("x")
    assert "to be a folder" in refusal(tmp_path, DECISION).detail
    (tmp_path / "folder.md").mkdir()
    assert "regular file" in refusal(tmp_path, "folder.md").detail


def test_a_folder_that_may_not_be_written_is_refused_whole() -> None:
    with open_folder() as root:
        root.chmod(0o555)
        with ordinary_user():
            error = refusal(root, DECISION)
        assert names(root) == []
    assert "Permission denied" in error.detail


def test_a_failed_write_leaves_no_draft(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    (tmp_path / "a.md").write_text("before")
    assert "No space left on device" in refusal(tmp_path, "a.md").detail
    assert names(tmp_path) == ["a.md"]
    assert (tmp_path / "a.md").read_text() == "before"


def test_a_missing_root_is_named(tmp_path: Path) -> None:
    with pytest.raises(FolderMissing):
        write_atomically(tmp_path / "missing", DECISION, b"approved")


def test_what_is_made_belongs_to_the_owner_of_the_folder(tmp_path: Path) -> None:
    if os.geteuid() == 0:
        os.chown(tmp_path, NOBODY, NOBODY)
    owner = tmp_path.stat()
    write_atomically(tmp_path, DECISION, b"approved")
    for path in tmp_path.rglob("*"):
        assert (path.stat().st_uid, path.stat().st_gid) == (owner.st_uid, owner.st_gid)


def digest(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def test_the_same_file_is_replaced_and_keeps_its_permissions(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"review")
    (tmp_path / "a.yaml").chmod(0o640)
    replace_same(tmp_path, "a.yaml", b"done", sha256=digest(b"review"))
    assert (tmp_path / "a.yaml").read_bytes() == b"done"
    assert (tmp_path / "a.yaml").stat().st_mode & 0o777 == 0o640
    assert names(tmp_path) == ["a.yaml"]


@pytest.mark.parametrize("there", [b"done", None])
def test_another_file_is_not_replaced(tmp_path: Path, there: bytes | None) -> None:
    if there is not None:
        (tmp_path / "a.yaml").write_bytes(there)
    with pytest.raises(FileChanged) as caught:
        replace_same(tmp_path, "a.yaml", b"review", sha256=digest(b"backlog"))
    assert (caught.value.code, caught.value.status) == ("changed_meanwhile", 409)
    assert names(tmp_path) == ([] if there is None else ["a.yaml"])


def test_what_somebody_writes_while_the_draft_is_made_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last look is right before the step that replaces the file."""
    file = tmp_path / "a.yaml"
    file.write_bytes(b"review")
    chmod = os.fchmod

    def meanwhile(descriptor: int, mode: int) -> None:
        file.write_bytes(b"theirs")
        chmod(descriptor, mode)

    monkeypatch.setattr(os, "fchmod", meanwhile)
    with pytest.raises(FileChanged):
        replace_same(tmp_path, "a.yaml", b"done", sha256=digest(b"review"))
    assert file.read_bytes() == b"theirs"
    assert names(tmp_path) == ["a.yaml"]
