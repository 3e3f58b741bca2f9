import os
import subprocess
import tempfile
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentlab.workspaces import folder
from agentlab.workspaces.notices import Notice
from agentlab.workspaces.walk import FoundDocument, walk_documents
from tests.support.folders import open_folder
from tests.support.privileges import ordinary_user


def write(root: Path, *paths: str) -> None:
    for path in paths:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text("# A title\n")


def found(root: Path) -> list[str]:
    return [item.path for item in walk_documents(root) if isinstance(item, FoundDocument)]


def notices(root: Path) -> list[tuple[str | None, str]]:
    items = [item for item in walk_documents(root) if isinstance(item, Notice)]
    assert all("\n" not in item.text for item in items)
    return [(item.path, item.code) for item in items]


def test_markdown_is_found_in_a_stable_order(tmp_path: Path) -> None:
    write(tmp_path, "b/z.md", "README.md", "b/a/deep.MD", "a/Notes.Markdown", "a.txt", ".draft.md")
    assert found(tmp_path) == [
        ".draft.md",
        "README.md",
        "a/Notes.Markdown",
        "b/z.md",
        "b/a/deep.MD",
    ]
    assert notices(tmp_path) == []


def test_plans_that_methods_keep_as_data_are_documents_too(tmp_path: Path) -> None:
    write(tmp_path, "plan/sprint-status.yaml", "plan/other.yaml", "plan/._sprint-status.yaml")
    assert found(tmp_path) == ["plan/sprint-status.yaml"]


@pytest.mark.parametrize(
    "path",
    [
        *(".git/x.md", ".bmad-core/x.md", ".agentlab/x.md", "web/.next/x.md"),
        *("node_modules/x.md", "a/node_modules/b/x.md", "__pycache__/x.md"),
        *("._README.md", ".#notes.md"),
    ],
)
def test_what_no_person_wrote_is_skipped(tmp_path: Path, path: str) -> None:
    write(tmp_path, path)
    assert list(walk_documents(tmp_path)) == []


def test_virtual_environments_are_skipped_whatever_their_name(tmp_path: Path) -> None:
    write(tmp_path, "tools/env-3/pyvenv.cfg", "tools/env-3/lib/licence.md", "tools/kept.md")
    assert found(tmp_path) == ["tools/kept.md"]


def test_a_project_may_itself_lie_in_a_virtual_environment(tmp_path: Path) -> None:
    write(tmp_path, "pyvenv.cfg", "kept.md")
    assert found(tmp_path) == ["kept.md"]


def test_links_are_not_followed(tmp_path: Path) -> None:
    write(tmp_path, "docs/a.md", "docs/data.txt")
    (tmp_path / "all").symlink_to("docs")
    (tmp_path / "copy.md").symlink_to("docs/a.md")
    (tmp_path / "gone.md").symlink_to("missing")
    (tmp_path / "data").symlink_to("docs/data.txt")
    (tmp_path / "node_modules").symlink_to("docs")
    assert found(tmp_path) == ["docs/a.md"]
    links = ["all", "copy.md", "gone.md"]
    assert notices(tmp_path) == [(link, "symbolic_link") for link in links]


def test_names_that_are_not_utf8_get_a_notice(tmp_path: Path) -> None:
    os.close(os.open(os.fsencode(tmp_path) + b"/caf\xe9.md", os.O_CREAT))
    os.mkdir(os.fsencode(tmp_path) + b"/d\xe9p\xf4t")  # noqa: PTH102 - bytes that no Path can spell
    write(tmp_path, "café.md")
    assert found(tmp_path) == ["café.md"]
    unspeakable = [(r"caf\xe9.md", "name_not_utf8"), (r"d\xe9p\xf4t", "name_not_utf8")]
    assert notices(tmp_path) == unspeakable


def test_both_spellings_of_an_accent_stay_what_they_are(tmp_path: Path) -> None:
    write(tmp_path, "caf\u00e9.md", "cafe\u0301.md")
    assert set(found(tmp_path)) == {"caf\u00e9.md", "cafe\u0301.md"}


def test_a_name_with_a_line_break_stays_on_one_line_of_its_notice(tmp_path: Path) -> None:
    (tmp_path / "two\nlines.md").symlink_to("missing")
    assert notices(tmp_path) == [(r"two\nlines.md", "symbolic_link")]


def test_a_folder_that_may_not_be_read_gets_a_notice() -> None:
    with open_folder() as root:
        write(root, "closed/a.md", "open.md")
        (root / "closed").chmod(0o000)
        with ordinary_user():
            items = list(walk_documents(root))
    assert items[0] == FoundDocument("open.md")
    assert isinstance(items[1], Notice)
    assert (items[1].path, items[1].code) == ("closed", "unreadable")


def test_folders_that_change_during_the_walk_get_a_notice(tmp_path: Path) -> None:
    write(tmp_path, "first.md", "gone/a.md", "swapped/a.md", "turned/a.md")
    walk = walk_documents(tmp_path)
    assert next(walk) == FoundDocument("first.md")
    for name in ("gone", "swapped", "turned"):
        (tmp_path / name / "a.md").unlink()
        (tmp_path / name).rmdir()
    (tmp_path / "swapped").symlink_to("/etc")
    (tmp_path / "turned").write_text("x")
    rest = [(item.path, getattr(item, "code", None)) for item in walk]
    assert rest == [
        ("gone", "disappeared"),
        ("swapped", "symbolic_link"),
        ("turned", "not_a_folder"),
    ]


def test_a_missing_root_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(folder.FolderMissing):
        list(walk_documents(tmp_path / "missing"))


@pytest.fixture
def deep() -> Iterator[Path]:
    """A folder for trees too deep for Python's own way of removing them, pytest's included."""
    folder = Path(tempfile.mkdtemp(prefix="al-deep-")).resolve()
    yield folder
    subprocess.run(["rm", "-rf", folder], check=True)


def nest(root: Path, name: str, depth: int) -> None:
    current = os.open(root, os.O_RDONLY)
    for _ in range(depth):
        os.mkdir(name, dir_fd=current)
        inner = os.open(name, os.O_RDONLY, dir_fd=current)
        os.close(current)
        current = inner
    os.close(os.open("end.md", os.O_CREAT, dir_fd=current))
    os.close(current)


def test_deep_trees_need_no_recursion(deep: Path) -> None:
    nest(deep, "d", 1500)
    assert found(deep) == [f"{'d/' * 1500}end.md"]


def test_deeper_than_any_path_gets_a_notice(deep: Path) -> None:
    nest(deep, "d" * 200, 25)
    assert found(deep) == []
    assert [code for _, code in notices(deep)] == ["path_too_long"]


def test_memory_does_not_grow_with_the_number_of_files(tmp_path: Path) -> None:
    for number in range(3000):
        write(tmp_path, f"{number // 30}/{number}.md")
    tracemalloc.start()
    try:
        count = sum(1 for _ in walk_documents(tmp_path))
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == 3000
    assert peak < 200_000
