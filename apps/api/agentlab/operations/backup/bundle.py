"""The file that a backup is: a tar of a manifest that anybody can read, encrypted parts, checksums.

A bundle is exactly the bytes that its members make. `read` looks at its frame and `check` at every
byte, so that nothing in it can be damaged unseen: headers and padding are compared with what they
have to be, contents with SHA256SUMS.
"""

import hashlib
import io
import json
import os
import re
import tarfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO, Literal, Protocol

import pyrage
from pydantic import BaseModel, ValidationError
from pyrage.x25519 import Identity, Recipient
from typing_extensions import Buffer, override

from agentlab.errors import Conflict, InvalidInput, NotFound
from agentlab.operations.backup.place import CONFIGURATION, DATABASE, FILES, ROLES

FORMAT = 1
SUFFIX = ".bundle"
MANIFEST = "manifest.json"
SUMS = "SHA256SUMS"
STORED = {
    DATABASE: "database.dump.age",
    ROLES: "roles.sql.age",
    FILES: "files.tar.age",
    CONFIGURATION: "configuration.tar.age",
}
"""What the parts are called in the tar, in their order."""

LARGEST_TEXT = 4 << 20
"""Of the manifest and the checksums, in bytes: more is no manifest."""

BLOCK = tarfile.BLOCKSIZE
END = bytes(2 * BLOCK)
CHUNK = 1 << 20

Watch = Callable[[int], None]
"""Told how many bytes more are done; raises to stop the work."""

Reason = Literal["scheduled", "asked", "restore point", "drill"]


class BundleMissing(NotFound):
    code = "bundle_missing"


class BundleDamaged(Conflict):
    code = "bundle_damaged"


class BundleOfOtherFormat(Conflict):
    code = "bundle_of_other_format"


class KeyDoesNotFit(InvalidInput):
    code = "backup_key_wrong"


class Plain(BaseModel):
    """A part before it was encrypted."""

    size: int
    sha256: str


class DatabaseFacts(BaseModel):
    name: str
    size_bytes: int
    """On the server, indexes included."""
    rows: dict[str, int]
    """By table of the schema `public`."""


class Documents(BaseModel):
    count: int
    """Of versions."""
    digest: str
    """SHA-256 over the versions' digests, in the order of documents and versions."""


class ChainHead(BaseModel):
    sequence: int
    hash: str


class Manifest(BaseModel):
    """What a bundle says of itself without a key. No secrets."""

    format: int
    bundle_id: str
    created_at: datetime
    agentlab: str
    """The version that made it."""
    revision: str | None
    """The migration that the database has."""
    floor: str | None
    """The oldest migration whose code works with the database."""
    postgres: str
    postgres_major: int
    pgvector: str | None
    place: Literal["desk", "server"]
    database: DatabaseFacts
    documents: Documents
    audit: ChainHead
    parts: dict[str, Plain]
    recipients: list[str]
    reason: Reason

    @property
    def name(self) -> str:
        return f"agentlab-{self.created_at:%Y%m%dT%H%M%SZ}-{self.bundle_id}{SUFFIX}"


@dataclass(frozen=True)
class Sealed:
    """A part that was encrypted into a file."""

    file: Path
    size: int
    sha256: str
    plain: Plain


@dataclass(frozen=True)
class Member:
    offset: int
    """Where its bytes begin in the bundle."""
    size: int
    header: bytes


@dataclass(frozen=True)
class Bundle:
    """A bundle whose frame was looked at; its contents not yet."""

    file: Path
    size: int
    manifest: Manifest
    members: Mapping[str, Member]
    sums: Mapping[str, str]


class Readable(Protocol):
    def read(self, size: int = -1, /) -> bytes: ...


class Writable(Protocol):
    def write(self, data: bytes, /) -> int | None: ...


# Writing


def seal(source: Readable, file: Path, recipients: Sequence[Recipient], watch: Watch) -> Sealed:
    """Encrypt a stream into a file, a little at a time. `watch` counts plain bytes."""
    with created(file) as stream:
        reader, writer = Reading(source, watch), Writing(stream)
        with reasons_of(reader, writer):
            pyrage.encrypt_io(reader, writer, recipients)
        stream.flush()
        os.fsync(stream.fileno())
    plain = Plain(size=reader.size, sha256=reader.digest.hexdigest())
    return Sealed(file, writer.size, writer.digest.hexdigest(), plain)


def assemble(
    file: Path, manifest: Manifest, parts: Mapping[str, Sealed], watch: Watch
) -> tuple[int, str]:
    """Write the bundle, taking the parts' own files away one by one; its size and SHA-256."""
    text = manifest.model_dump_json(indent=2).encode() + b"\n"
    made = int(manifest.created_at.timestamp())
    sums = [f"{hashlib.sha256(text).hexdigest()}  {MANIFEST}\n"]
    with created(file) as stream:
        writer = Writing(stream, watch)
        write_member(writer, MANIFEST, io.BytesIO(text), len(text), made)
        for name, stored in STORED.items():
            part = parts[name]
            with part.file.open("rb") as content:
                write_member(writer, stored, content, part.size, made)
            part.file.unlink()
            sums.append(f"{part.sha256}  {stored}\n")
        last = "".join(sums).encode()
        write_member(writer, SUMS, io.BytesIO(last), len(last), made)
        writer.write(END)
        stream.flush()
        os.fsync(stream.fileno())
    return writer.size, writer.digest.hexdigest()


def write_member(writer: "Writing", name: str, content: Readable, size: int, made: int) -> None:
    writer.write(header(name, size, made))
    while piece := content.read(CHUNK):
        writer.write(piece)
    writer.write(padding(size))


def header(name: str, size: int, made: int) -> bytes:
    info = tarfile.TarInfo(name)
    info.size, info.mtime, info.mode = size, made, 0o600
    return info.tobuf(tarfile.GNU_FORMAT)


def padding(size: int) -> bytes:
    return bytes(-size % BLOCK)


def created(file: Path) -> BinaryIO:
    """A new file. Its folder keeps others out; where they may look in, they find ciphertext."""
    return os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644), "wb")


# Reading


def read(file: Path) -> Bundle:
    """Look at the frame and the manifest, without reading the parts.

    Raises:
        BundleMissing: there is no such file.
        BundleDamaged: it is no bundle, or one that was cut off or changed.
        BundleOfOtherFormat: another version of AgentLab can read it.
    """
    with opened(file) as stream:
        size = os.fstat(stream.fileno()).st_size
        members = {}
        offset = 0
        for name in (MANIFEST, *STORED.values(), SUMS):
            members[name] = member = read_header(file, stream, offset, name, size)
            if name == MANIFEST:
                manifest = manifest_in(file, text_of(file, stream, member))
            offset = member.offset + member.size + len(padding(member.size))
        if offset + len(END) != size:
            raise damaged(file, cut_off(size, offset + len(END)))
        sums = sums_in(file, text_of(file, stream, members[SUMS]))
    return Bundle(file, size, manifest, members, sums)


def read_manifest(file: Path) -> Manifest:
    """The manifest alone: cheap, and possible with the beginning of a bundle."""
    with opened(file) as stream:
        size = os.fstat(stream.fileno()).st_size
        member = read_header(file, stream, 0, MANIFEST, size)
        return manifest_in(file, text_of(file, stream, member))


def check(bundle: Bundle, watch: Watch) -> str:
    """Compare every byte with what it has to be; the SHA-256 of the whole file."""
    whole = hashlib.sha256()
    with opened(bundle.file) as stream:
        for name, member in bundle.members.items():
            found = stream.read(BLOCK)
            if found != member.header:
                raise damaged(bundle.file, f"the header of {name} changed while it was read")
            whole.update(found)
            digest = hashlib.sha256()
            for piece in Section(stream, member.size).pieces():
                digest.update(piece)
                whole.update(piece)
                watch(len(piece))
            expected = bundle.sums.get(name, digest.hexdigest() if name == SUMS else None)
            if digest.hexdigest() != expected:
                raise damaged(bundle.file, f"{name} is not what {SUMS} says")
            check_padding(bundle, name, stream.read(len(padding(member.size))), member)
            whole.update(padding(member.size))
        if stream.read() != END:
            raise damaged(bundle.file, "its end is not what it has to be")
        whole.update(END)
    return whole.hexdigest()


def check_padding(bundle: Bundle, name: str, found: bytes, member: Member) -> None:
    if found != padding(member.size):
        raise damaged(bundle.file, f"the bytes after {name} are not what they have to be")


def unseal(
    bundle: Bundle, part: str, identities: Sequence[Identity], target: Writable, watch: Watch
) -> None:
    """Decrypt a part into `target`, a little at a time, and compare it with the manifest.

    What was written before an error is raised must not be used. `watch` counts plain bytes.
    """
    member, plain = bundle.members[STORED[part]], bundle.manifest.parts.get(part)
    with opened(bundle.file) as stream:
        stream.seek(member.offset)
        reader, writer = Section(stream, member.size), Writing(target, watch)
        try:
            with reasons_of(writer):
                pyrage.decrypt_io(reader, writer, identities)
        except pyrage.DecryptError as error:
            if "matching keys" in str(error):
                raise KeyDoesNotFit(
                    f"This key does not open {bundle.file.name}: it was encrypted to "
                    f"{', '.join(bundle.manifest.recipients)}. Name the key that fits with --key."
                ) from error
            raise damaged(bundle.file, f"{STORED[part]} cannot be decrypted") from error
        except OSError as error:
            if error.errno is not None:
                raise
            raise damaged(bundle.file, f"{STORED[part]} cannot be decrypted") from error
    if plain != Plain(size=writer.size, sha256=writer.digest.hexdigest()):
        raise damaged(bundle.file, f"{STORED[part]} is not what the manifest says")


def read_header(file: Path, stream: BinaryIO, offset: int, name: str, size: int) -> Member:
    """The member that has to begin at `offset`."""
    stream.seek(offset)
    found = stream.read(BLOCK)
    if len(found) < BLOCK:
        raise damaged(file, f"it was cut off before {name}")
    try:
        info = tarfile.TarInfo.frombuf(found, "utf-8", "strict")
        is_canonical = found == header(name, info.size, int(info.mtime))
    except (tarfile.HeaderError, ValueError) as error:
        raise damaged(file, f"the header of {name} cannot be read") from error
    if not is_canonical:
        raise damaged(file, f"the header of {name} is not what it has to be")
    member = Member(offset + BLOCK, info.size, found)
    if member.offset + member.size > size:
        raise damaged(file, cut_off(size, member.offset + member.size))
    return member


def text_of(file: Path, stream: BinaryIO, member: Member) -> bytes:
    if member.size > LARGEST_TEXT:
        raise damaged(file, "its manifest or its checksums are too large")
    stream.seek(member.offset)
    return stream.read(member.size)


def manifest_in(file: Path, text: bytes) -> Manifest:
    try:
        values = json.loads(text)
        found = values["format"]
        if found == FORMAT:
            return Manifest.model_validate(values)
    except (ValueError, TypeError, KeyError, ValidationError) as error:
        raise damaged(file, "its manifest cannot be read") from error
    raise BundleOfOtherFormat(
        f"{file.name} has format {str(found)[:20]}, and this AgentLab reads format {FORMAT}. Use "
        f"AgentLab {str(values.get('agentlab'))[:40]}, which made it, or a newer one."
    )


def sums_in(file: Path, text: bytes) -> dict[str, str]:
    lines = [re.fullmatch(rb"([0-9a-f]{64})  (\S+)", line) for line in text.splitlines()]
    sums = {found[2].decode("ascii", "replace"): found[1].decode() for found in lines if found}
    canonical = "".join(f"{digest}  {name}\n" for name, digest in sums.items()).encode()
    if text != canonical or list(sums) != [MANIFEST, *STORED.values()]:
        raise damaged(file, f"{SUMS} is not what it has to be")
    return sums


def opened(file: Path) -> BinaryIO:
    try:
        return file.open("rb")
    except FileNotFoundError as error:
        raise BundleMissing(f"There is no backup {file}. `agentlab backup list` shows all.") from (
            error
        )
    except OSError as error:
        raise BundleDamaged(f"{file} cannot be read: {error.strerror}.") from error


def cut_off(found: int, expected: int) -> str:
    if found < expected:
        return f"it was cut off, {expected - found:,} bytes or more are missing"
    return f"it has {found - expected:,} bytes too many"


def damaged(file: Path, what: str) -> BundleDamaged:
    return BundleDamaged(
        f"{file.name} is damaged: {what}. Use another copy of it, or another backup."
    )


# Streams that count


class Reading(io.BufferedIOBase):
    """A stream that is hashed and counted while it is read."""

    def __init__(self, source: Readable, watch: Watch) -> None:
        self.source, self.watch = source, watch
        self.size, self.digest = 0, hashlib.sha256()
        self.failure: BaseException | None = None

    @override
    def read(self, size: int | None = -1, /) -> bytes:
        try:
            piece = self.source.read(-1 if size is None else size)
            self.watch(len(piece))
        except BaseException as error:
            self.failure = error
            raise
        self.size += len(piece)
        self.digest.update(piece)
        return piece


class Writing(io.BufferedIOBase):
    """A stream that is hashed and counted while it is written."""

    def __init__(self, target: Writable, watch: Watch = lambda _: None) -> None:
        self.target, self.watch = target, watch
        self.size, self.digest = 0, hashlib.sha256()
        self.failure: BaseException | None = None

    @override
    def write(self, buffer: Buffer, /) -> int:
        piece = bytes(buffer)
        try:
            self.target.write(piece)
            self.watch(len(piece))
        except BaseException as error:
            self.failure = error
            raise
        self.size += len(piece)
        self.digest.update(piece)
        return len(piece)

    @override
    def flush(self) -> None:
        """The file is flushed by whoever opened it."""


@contextmanager
def reasons_of(*streams: Reading | Writing) -> Iterator[None]:
    """Raise what went wrong in our own streams as it was: pyrage makes it an error of its own."""
    try:
        yield
    except Exception:
        for stream in streams:
            if stream.failure is not None:
                raise stream.failure from None
        raise


class Section(io.BufferedIOBase):
    """So many bytes of a stream, from where it stands."""

    def __init__(self, stream: BinaryIO, size: int) -> None:
        self.stream, self.left = stream, size

    @override
    def read(self, size: int | None = -1, /) -> bytes:
        wanted = self.left if size is None or size < 0 else min(size, self.left)
        piece = self.stream.read(wanted)
        self.left -= len(piece)
        return piece

    def pieces(self) -> Iterator[bytes]:
        while piece := self.read(CHUNK):
            yield piece
