import hashlib
import os
import socket
from pathlib import Path

import pytest

from agentlab.workspaces.notices import Notice
from agentlab.workspaces.reading import (
    MAX_DOCUMENT_BYTES,
    ReadDocument,
    read_document,
    read_documents,
)
from tests.support.folders import open_folder
from tests.support.privileges import ordinary_user


def code(item: ReadDocument | Notice) -> str:
    assert isinstance(item, Notice)
    return item.code


def test_a_document_is_its_bytes_and_their_digest(tmp_path: Path) -> None:
    data = b"\xef\xbb\xbf# Titre\r\n\r\nd\xc3\xa9j\xc3\xa0 vu\r"
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "a.md").write_bytes(data)
    document = ReadDocument("docs/a.md", data, hashlib.sha256(data).hexdigest(), None)
    assert read_document(tmp_path, "docs/a.md") == document
    assert list(read_documents(tmp_path)) == [document]
    assert document.size == len(data)


def test_an_empty_document_is_a_document(tmp_path: Path) -> None:
    (tmp_path / "a.md").touch()
    (document,) = read_documents(tmp_path)
    assert isinstance(document, ReadDocument)
    assert document.data == b""


def test_text_that_is_not_utf8_is_kept_and_noticed(tmp_path: Path) -> None:
    data = b"# Caf\xc3\xa9\n\nCaf\xe9\n"
    (tmp_path / "a.md").write_bytes(data)
    (document,) = read_documents(tmp_path)
    assert isinstance(document, ReadDocument)
    assert document.data == data
    notice = document.notice
    assert notice is not None
    assert (notice.path, notice.line, notice.code) == ("a.md", 3, "invalid_utf8")
    assert notice.text == "a.md is not UTF-8 in line 3; its bytes are kept as they are."
    assert [(each.name, each.values) for each in notice.says] == [("bytes_kept", {"line": 3})]


def test_a_document_of_20_mb_is_read(tmp_path: Path) -> None:
    data = b"a line of text\n" * 1_400_000
    (tmp_path / "a.md").write_bytes(data)
    (document,) = read_documents(tmp_path)
    assert isinstance(document, ReadDocument)
    assert document.sha256 == hashlib.sha256(data).hexdigest()


def test_the_limit_is_exact(tmp_path: Path) -> None:
    for name, size in (("fits.md", MAX_DOCUMENT_BYTES), ("over.md", MAX_DOCUMENT_BYTES + 1)):
        (tmp_path / name).write_bytes(b"x" * size)
    fits, over = read_documents(tmp_path)
    assert isinstance(fits, ReadDocument)
    assert code(over) == "too_large"


def test_binary_data_is_no_document(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_bytes(b"PK\x03\x04\0\0")
    assert [code(item) for item in read_documents(tmp_path)] == ["not_text"]


def test_what_is_no_regular_file_is_never_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.md")
    with socket.socket(socket.AF_UNIX) as listener:
        # A socket's path has to be short, which a test's folder is not.
        here = Path.cwd()
        os.chdir(tmp_path)
        try:
            listener.bind("socket.md")
        finally:
            os.chdir(here)
        codes = [code(item) for item in read_documents(tmp_path)]
    assert codes == ["not_a_file", "not_a_file"]


def test_a_file_that_may_not_be_read_gets_a_notice() -> None:
    with open_folder() as root:
        (root / "closed.md").write_text("x")
        (root / "closed.md").chmod(0o000)
        with ordinary_user():
            items = list(read_documents(root))
    assert [code(item) for item in items] == ["unreadable"]


def test_a_file_that_disappears_or_changes_meanwhile_gets_a_notice(tmp_path: Path) -> None:
    for name in ("a.md", "b.md", "c.md"):
        (tmp_path / name).write_text("x")
    reading = read_documents(tmp_path)
    assert isinstance(next(reading), ReadDocument)
    (tmp_path / "b.md").unlink()
    (tmp_path / "c.md").unlink()
    (tmp_path / "c.md").symlink_to("/etc/passwd")
    assert [code(item) for item in reading] == ["disappeared", "symbolic_link"]


@pytest.mark.parametrize("path", ["../a.md", "/etc/passwd", "docs/../../a.md", "a\0.md", "", "."])
def test_one_document_is_never_read_from_outside(tmp_path: Path, path: str) -> None:
    assert code(read_document(tmp_path, path)) == "path_leaves_workspace"


def test_one_document_is_not_read_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "out").symlink_to("/etc")
    assert code(read_document(tmp_path, "out/passwd")) == "symbolic_link"
    assert code(read_document(tmp_path, "missing/a.md")) == "disappeared"
