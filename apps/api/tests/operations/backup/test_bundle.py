"""The file: what goes in comes out, and no damage goes unseen."""

import io
import os
import random
import subprocess
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyrage
import pytest
from pyrage.x25519 import Identity

from agentlab.errors import AgentLabError
from agentlab.operations.backup import bundle, keys
from agentlab.operations.backup.bundle import (
    BundleDamaged,
    BundleMissing,
    BundleOfOtherFormat,
    KeyDoesNotFit,
)
from agentlab.operations.backup.keys import KeyMissing, KeyUnusable
from tests.operations.backup.support import CONTENT, nobody, write


@pytest.fixture
def identity() -> Identity:
    return Identity.generate()


@pytest.fixture
def file(tmp_path: Path, identity: Identity) -> Path:
    return write(tmp_path, identity)


def contents(file: Path, identity: Identity) -> dict[str, bytes]:
    """Everything in a bundle, looked at as a verification does."""
    opened = bundle.read(file)
    bundle.check(opened, nobody)
    found = {}
    for name in opened.manifest.parts:
        target = io.BytesIO()
        bundle.unseal(opened, name, [identity], target, nobody)
        found[name] = target.getvalue()
    return found


def test_what_goes_in_comes_out(file: Path, identity: Identity) -> None:
    assert contents(file, identity) == CONTENT


def test_any_tar_and_any_age_open_it(file: Path, identity: Identity, tmp_path: Path) -> None:
    subprocess.run(["tar", "-xf", file, "-C", tmp_path], check=True)
    subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=tmp_path, check=True)
    opened = pyrage.decrypt((tmp_path / "database.dump.age").read_bytes(), [identity])
    assert opened == CONTENT["database"]


def regions(file: Path) -> dict[str, range]:
    """The bytes of a bundle by what they are."""
    found, at = {}, 0
    with tarfile.open(file) as tar:
        for member in tar.getmembers():
            end = member.offset_data + member.size
            found[f"header of {member.name}"] = range(at, member.offset_data)
            found[member.name] = range(member.offset_data, end)
            at = end + -end % tarfile.BLOCKSIZE
            found[f"padding of {member.name}"] = range(end, at)
    found["end"] = range(at, file.stat().st_size)
    return {name: span for name, span in found.items() if span}


def test_no_damaged_byte_goes_unseen(file: Path, identity: Identity) -> None:
    chance = random.Random(6)  # noqa: S311 - the same bytes in each run
    spans = regions(file)
    assert sum(map(len, spans.values())) == file.stat().st_size
    for name, span in spans.items():
        for at in {span[0], span[-1], *chance.choices(span, k=8)}:
            with (
                broken(file, at, chance.randrange(1, 256)),
                pytest.raises((BundleDamaged, BundleOfOtherFormat)) as raised,
            ):
                contents(file, identity)
            assert raised.value.detail.count("\n") == 0, name
    assert contents(file, identity) == CONTENT


def test_every_byte_of_every_header_counts(file: Path) -> None:
    headers = [span for name, span in regions(file).items() if name.startswith("header")]
    for at in (at for span in headers for at in span):
        with broken(file, at, 1), pytest.raises(BundleDamaged):
            bundle.read(file)


@contextmanager
def broken(file: Path, at: int, bits: int) -> Iterator[None]:
    """One byte of the file is another one, until the block ends."""
    with file.open("r+b", buffering=0) as stream:
        (byte,) = os.pread(stream.fileno(), 1, at)
        os.pwrite(stream.fileno(), bytes([byte ^ bits]), at)
        yield
        os.pwrite(stream.fileno(), bytes([byte]), at)


def test_a_bundle_that_was_cut_off_says_so(file: Path, tmp_path: Path) -> None:
    whole, copy = file.read_bytes(), tmp_path / "copy.bundle"
    cuts = {0, 1, len(whole) - 1} | {span[0] for span in regions(file).values()}
    for cut in (*cuts, *range(7, len(whole), len(whole) // 30)):
        copy.write_bytes(whole[:cut])
        with pytest.raises(BundleDamaged, match=r"cut off|is damaged"):
            bundle.read(copy)
    copy.write_bytes(whole + b"\0")
    with pytest.raises(BundleDamaged, match="1 bytes too many"):
        bundle.read(copy)


def test_members_in_another_order_are_no_bundle(file: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.bundle"
    with tarfile.open(file) as old, tarfile.open(copy, "w") as new:
        for member in reversed(old.getmembers()):
            new.addfile(member, old.extractfile(member))
    with pytest.raises(BundleDamaged, match=r"header of manifest\.json"):
        bundle.read(copy)


def test_a_part_of_another_bundle_is_noticed(tmp_path: Path, identity: Identity) -> None:
    """Whole in itself, encrypted to the same key, and not what this manifest is about."""
    whole = write(tmp_path, identity)
    opened = bundle.read(whole)
    other = opened.manifest.model_copy(
        update={"parts": {**opened.manifest.parts, "database": opened.manifest.parts["roles"]}}
    )
    with pytest.raises(BundleDamaged, match="not what the manifest says"):
        bundle.unseal(
            bundle.Bundle(whole, opened.size, other, opened.members, opened.sums),
            "database",
            [identity],
            io.BytesIO(),
            nobody,
        )


def test_another_format_names_the_version_to_use(file: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.bundle"
    copy.write_bytes(file.read_bytes().replace(b'"format": 1', b'"format": 2', 1))
    with pytest.raises(BundleOfOtherFormat, match=r"has format 2.*Use AgentLab 0\.1\.0"):
        bundle.read(copy)


def test_another_key_is_told_which_one_fits(file: Path) -> None:
    opened = bundle.read(file)
    with pytest.raises(KeyDoesNotFit, match="does not open"):
        bundle.unseal(opened, "roles", [Identity.generate()], io.BytesIO(), nobody)


def test_a_full_disk_is_told_as_it_is(file: Path, identity: Identity) -> None:
    opened = bundle.read(file)
    with Path("/dev/full").open("wb", buffering=0) as full, pytest.raises(OSError, match="space"):
        bundle.unseal(opened, "database", [identity], full, nobody)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BundleMissing):
        bundle.read(tmp_path / "nothing.bundle")


@pytest.mark.parametrize("content", [b"", b"hello", os.urandom(5000), bytes(10_000)])
def test_other_files_are_no_bundles(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "other").write_bytes(content)
    with pytest.raises(BundleDamaged):
        bundle.read(tmp_path / "other")


def test_a_key_is_made_once(tmp_path: Path) -> None:
    file = tmp_path / "secrets" / "backup_key"
    keys.ensure(file)
    first = file.read_text()
    keys.ensure(file)
    assert file.read_text() == first
    assert file.stat().st_mode & 0o777 == 0o600
    assert str(keys.read(file)[0].to_public()) in first
    assert list(file.parent.iterdir()) == [file]


def test_a_key_may_be_pasted_carelessly(tmp_path: Path) -> None:
    file = tmp_path / "key"
    secret = str(Identity.generate())
    file.write_text(f"kept by Ada, 2026\r\n  {secret.lower()}  \r\n")
    assert [str(each) for each in keys.read(file)] == [secret]


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (None, KeyMissing),
        (b"", KeyUnusable),
        (b"\xff\xfe", KeyUnusable),
        (b"AGE-SECRET-KEY-1QQQ\n", KeyUnusable),
    ],
)
def test_what_is_no_key_is_told_in_a_sentence(
    content: bytes | None, error: type[AgentLabError], tmp_path: Path
) -> None:
    file = tmp_path / "key"
    if content is not None:
        file.write_bytes(content)
    with pytest.raises(error):
        keys.read(file)


def test_what_is_no_recipient_is_told_in_a_sentence() -> None:
    with pytest.raises(KeyUnusable, match="no age recipient"):
        keys.recipients([], ["age1nobody"])
