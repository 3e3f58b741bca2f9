import os
from pathlib import Path

import pytest

from agentlab.errors import InvalidInput
from agentlab.workspaces import folder
from agentlab.workspaces.folder import Folder, FolderListing, list_folders, resolve
from tests.support.folders import open_folder
from tests.support.privileges import ordinary_user


@pytest.fixture
def root(tmp_path: Path) -> Path:
    root = tmp_path.resolve() / "projects"
    (root / "reader").mkdir(parents=True)
    return root


def refusal(path: str | Path, *roots: Path) -> InvalidInput:
    with pytest.raises(InvalidInput) as caught:
        resolve(path, roots)
    assert caught.value.field == "path"
    return caught.value


def test_a_folder_below_a_root_is_resolved(root: Path) -> None:
    assert resolve(f"{root}/x/../reader/", [root]) == root / "reader"
    assert resolve(root, [root]) == root


def test_a_tilde_is_the_home_folder(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(root))
    assert resolve("~/reader", [root]) == root / "reader"


def test_links_are_resolved_on_both_sides(root: Path, tmp_path: Path) -> None:
    (tmp_path / "alias").symlink_to(root)
    assert resolve(tmp_path / "alias" / "reader", [root]) == root / "reader"
    assert resolve(root / "reader", [tmp_path / "alias"]) == root / "reader"


@pytest.mark.parametrize("path", ["reader", "", ".", "../reader", "~nobody-has-this-name/x"])
def test_a_path_that_is_not_absolute_is_refused(root: Path, path: str) -> None:
    assert refusal(path, root).code in {"path_not_absolute", "path_invalid"}


@pytest.mark.parametrize("path", ["/a\0b", "/\ud800", "\0"])
def test_a_path_that_is_no_text_is_refused(root: Path, path: str) -> None:
    assert refusal(path, root).code == "path_invalid"


@pytest.mark.parametrize("name", [b"caf\xe9", b"a\x1b[2Jb"])
def test_a_link_to_a_name_that_is_no_text_is_refused(root: Path, name: bytes) -> None:
    os.mkdir(os.fsencode(root) + b"/" + name)  # noqa: PTH102 - bytes that no Path can spell
    os.symlink(name, root / "link")  # noqa: PTH211 - the same
    error = refusal(root / "link", root)
    assert error.code == "path_invalid"
    assert error.detail.startswith(f"{root}/link leads to")


@pytest.mark.parametrize("name", ["a\u00a0b", "\U0001f469\u200d\U0001f680"])
def test_a_name_that_is_hard_to_show_is_text_all_the_same(root: Path, name: str) -> None:
    (root / name).mkdir()
    assert resolve(root / name, [root]) == root / name


def test_outside_the_roots_the_answer_does_not_tell_what_exists(root: Path) -> None:
    there, missing = refusal("/etc", root), refusal("/etc-that-is-missing", root)
    assert there.code == missing.code == "path_outside_roots"
    assert there.detail.replace("/etc", "") == missing.detail.replace("/etc-that-is-missing", "")
    assert "AGENTLAB_WORKSPACE_ROOTS" in there.detail


def test_a_neighbour_with_the_same_beginning_is_outside(root: Path) -> None:
    Path(f"{root}-private").mkdir()
    assert refusal(f"{root}-private", root).code == "path_outside_roots"


@pytest.mark.parametrize("inside", ["", "/ssl", "/missing"])
def test_a_link_that_leaves_the_roots_is_refused(root: Path, inside: str) -> None:
    (root / "out").symlink_to("/etc")
    error = refusal(f"{root}/out{inside}", root)
    assert error.code == "path_leaves_roots"
    assert f"{root}/out{inside}" in error.detail


def test_what_is_missing_is_named(root: Path) -> None:
    error = refusal(root / "writer", root)
    assert (error.code, error.status) == ("folder_missing", 422)
    assert str(root / "writer") in error.detail


def test_a_file_is_not_a_folder(root: Path) -> None:
    (root / "notes.md").write_text("x")
    assert refusal(root / "notes.md", root).code == "not_a_folder"
    assert refusal(root / "notes.md" / "deeper", root).code == "not_a_folder"


def test_a_name_that_is_too_long_is_refused(root: Path) -> None:
    assert refusal(root / ("x" * 300), root).code == "folder_unreadable"
    assert refusal(f"{root}{'/x' * 5000}", root).code in {"folder_missing", "folder_unreadable"}


def test_a_circle_of_links_is_refused(root: Path) -> None:
    (root / "circle").symlink_to("circle")
    assert refusal(root / "circle", root).code == "folder_unreadable"


@pytest.mark.parametrize("mode", [0o000, 0o400, 0o100])
def test_a_folder_that_may_not_be_read_is_refused(mode: int) -> None:
    with open_folder() as root:
        (root / "closed").mkdir()
        (root / "closed").chmod(mode)
        with ordinary_user():
            error = refusal(root / "closed", root)
    assert error.code == "folder_unreadable"
    assert "Permission denied" in error.detail


def test_folders_are_listed_for_a_picker(root: Path) -> None:
    (root / "reader" / ".bmad-core").mkdir(parents=True)
    for name in (".hidden", "Écrits", "archive"):
        (root / name).mkdir()
    (root / "notes.md").write_text("x")
    (root / "link").symlink_to(root / "reader")
    os.mkdir(os.fsencode(root) + b"/caf\xe9")  # noqa: PTH102 - bytes that no Path can spell
    assert list_folders(root, [root]) == FolderListing(
        path=str(root),
        parent=None,
        folders=(
            Folder("archive", f"{root}/archive", has_method=False),
            Folder("reader", f"{root}/reader", has_method=True),
            Folder("Écrits", f"{root}/Écrits", has_method=False),
        ),
        truncated=False,
    )


def test_expansion_packs_alone_are_a_method(root: Path) -> None:
    for name in ("pack", "other", "linked"):
        (root / name / ".bmad-game").mkdir(parents=True)
    (root / "pack/.bmad-game/install-manifest.yaml").touch()
    (root / "linked/.bmad-game").rmdir()
    (root / "linked/.bmad-game").symlink_to(root / "pack/.bmad-game")
    listed = list_folders(root, [root]).folders
    assert [folder.name for folder in listed if folder.has_method] == ["pack"]


def test_the_way_up_ends_at_the_root(root: Path) -> None:
    assert list_folders(root / "reader", [root]).parent == str(root)
    assert list_folders(root, [root]).parent is None


def test_without_a_path_the_roots_are_listed(root: Path, tmp_path: Path) -> None:
    listing = list_folders(None, [root, tmp_path / "missing"])
    assert [found.path for found in listing.folders] == [str(root)]
    assert listing.path is None


def test_a_root_whose_name_is_no_text_is_not_listed(root: Path) -> None:
    unspeakable = Path(os.fsdecode(os.fsencode(root) + b"/caf\xe9"))
    unspeakable.mkdir()
    assert [found.name for found in list_folders(None, [root, unspeakable]).folders] == [root.name]


def test_a_long_list_is_cut(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "MAX_LISTED_FOLDERS", 2)
    for name in ("b", "a"):
        (root / name).mkdir()
    listing = list_folders(root, [root])
    assert ([found.name for found in listing.folders], listing.truncated) == (["a", "b"], True)


def test_listing_outside_the_roots_is_refused(root: Path) -> None:
    with pytest.raises(folder.PathOutsideRoots):
        list_folders("/", [root])
