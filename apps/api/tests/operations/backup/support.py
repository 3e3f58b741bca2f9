"""Bundles without a database, for what is about the file alone."""

import io
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from pyrage.x25519 import Identity

from agentlab.operations.backup import bundle
from agentlab.operations.backup.bundle import (
    FORMAT,
    STORED,
    ChainHead,
    DatabaseFacts,
    Documents,
    Manifest,
    Plain,
    Sealed,
)
from agentlab.operations.backup.shelf import Record, Shelf

CREATED = datetime(2026, 11, 1, 3, 0, tzinfo=UTC)
CONTENT = {
    "database": b"rows " * 200_001,
    "roles": b"CREATE ROLE agentlab;\n",
    "files": b"",
    "configuration": bytes(1024),
}


def nobody(_done: int) -> None:
    pass


def manifest(
    parts: dict[str, Plain], created_at: datetime = CREATED, recipients: Sequence[str] = ()
) -> Manifest:
    return Manifest(
        format=FORMAT,
        bundle_id=f"{int(created_at.timestamp()) % 2**32:08x}",
        created_at=created_at,
        agentlab="0.1.0",
        revision="0018",
        floor="0001",
        postgres="18.1",
        postgres_major=18,
        pgvector="0.8.1",
        place="desk",
        database=DatabaseFacts(name="agentlab", size_bytes=1, rows={"users": 1}),
        documents=Documents(count=0, digest="0" * 64),
        audit=ChainHead(sequence=0, hash="0" * 64),
        parts=parts,
        recipients=list(recipients),
        reason="asked",
    )


def sealed(folder: Path, identity: Identity) -> dict[str, Sealed]:
    folder.mkdir()
    return {
        name: bundle.seal(
            io.BytesIO(CONTENT[name]), folder / stored, [identity.to_public()], nobody
        )
        for name, stored in STORED.items()
    }


def damage(file: Path) -> None:
    """Change one byte in the middle, as a disk does that nobody has read for a year."""
    with file.open("r+b") as stream:
        stream.seek(file.stat().st_size // 2)
        byte = stream.read(1)[0]
        stream.seek(-1, 1)
        stream.write(bytes([byte ^ 1]))


def write(
    folder: Path,
    identity: Identity,
    created_at: datetime = CREATED,
    recipients: Sequence[str] | None = None,
) -> Path:
    """A whole bundle on the shelf `folder`, without a record."""
    parts = sealed(folder / ".new-parts", identity)
    plain = {name: part.plain for name, part in parts.items()}
    made = manifest(plain, created_at, recipients or [str(identity.to_public())])
    file = folder / made.name
    bundle.assemble(file, made, parts, nobody)
    (folder / ".new-parts").rmdir()
    return file


def put(
    shelf: Shelf,
    identity: Identity,
    created_at: datetime = CREATED,
    recipients: Sequence[str] | None = None,
) -> Path:
    """A good bundle on the shelf."""
    shelf.prepare()
    file = write(shelf.folder, identity, created_at, recipients)
    digest = bundle.check(bundle.read(file), nobody)
    shelf.keep(
        file, Record(size=file.stat().st_size, sha256=digest, seconds=1, verified_at=created_at)
    )
    return file
