"""Checking a proof with nothing but the proof: no database, no network."""

import base64
import io
import json
import zipfile
import zlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from agentlab.audit import chain
from agentlab.audit.chain import canonical
from agentlab.errors import InvalidInput
from agentlab.gates.proof.contents import FORMAT, markdown_of
from agentlab.gates.proof.keys import fingerprint_of
from agentlab.gates.proof.sealing import (
    JSON,
    MARKDOWN,
    NAMES,
    SIGNATURE,
    signed_bytes,
    spelled_signature,
)

LARGEST = 32 * 1024 * 1024
"""A proof of 10,000 artefacts has a tenth of it."""


MISSHAPEN = (ValueError, TypeError, LookupError, AttributeError, ArithmeticError, RecursionError)
"""What comes of reading JSON as something that it is not."""

READABLE = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
"""Ways to pack; proofs are stored, and programs that pass them on may deflate them."""


class ProofRefused(InvalidInput):
    code = "proof_refused"


@dataclass(frozen=True)
class Proven:
    """What a proof that is whole says, and whose key signed it."""

    contents: dict[str, Any]
    fingerprint: str

    @property
    def head(self) -> str:
        entry = self.contents["entry"]
        return f"{entry['sequence']}:{entry['hash']}"


def verify(proof: bytes, *, key: str | None = None) -> Proven:
    """Check every byte of a proof that says something.

    Args:
        proof: the file.
        key: the fingerprint of the key that has to have signed it.

    Raises:
        ProofRefused: with the one thing that does not match first.
    """
    texts = unpacked(proof)
    public_key, signature = signature_in(texts[SIGNATURE])
    fingerprint = fingerprint_of(public_key)
    need_signed(texts, public_key, signature)
    if key is not None and key.strip().lower().replace(":", "") != fingerprint:
        raise ProofRefused(
            f"The proof is whole, but another key signed it: {fingerprint}. Whoever has that "
            "key wrote it, and it is not the one that you trust."
        )
    return Proven(contents_in(texts, fingerprint), fingerprint)


def unpacked(proof: bytes) -> dict[str, bytes]:
    try:
        with zipfile.ZipFile(io.BytesIO(proof)) as archive:
            entries = need_parts(archive)
            return {entry.filename: archive.read(entry) for entry in entries}
    except ProofRefused:
        raise
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        OSError,
        ValueError,
        RuntimeError,  # of encrypted files, and of ways to pack that are not known
    ) as error:
        raise ProofRefused(
            "The file is not a proof, or was damaged: it cannot be read as a ZIP. Ask for it again."
        ) from error


def need_parts(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    """The three files of a proof, before any of them is unpacked."""
    entries = archive.infolist()
    if sorted(entry.filename for entry in entries) != sorted(NAMES):
        raise ProofRefused(f"A proof holds exactly {', '.join(NAMES)}; this file does not.")
    if sum(entry.file_size for entry in entries) > LARGEST:
        raise ProofRefused("The file is larger than any proof.")
    if any(entry.compress_type not in READABLE for entry in entries):
        raise ProofRefused("The file is packed in a way that no proof is. Ask for it again.")
    return entries


def signature_in(text: bytes) -> tuple[bytes, bytes]:
    """The public key and the signature."""
    try:
        found = json.loads(text)
        if found["format"] != FORMAT:
            raise ProofRefused("The proof has a format that this version does not know.")
        public_key, signature = (
            base64.b64decode(found[name], validate=True) for name in ("public_key", "signature")
        )
        Ed25519PublicKey.from_public_bytes(public_key)
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ProofRefused(f"{SIGNATURE} was changed: it holds no signature.") from error
    return public_key, signature


def need_signed(texts: dict[str, bytes], public_key: bytes, signature: bytes) -> None:
    expected = json.loads(spelled_signature(public_key, texts, signature))
    said = json.loads(texts[SIGNATURE])
    digests = said.get("sha256")
    for name in (MARKDOWN, JSON):
        if not isinstance(digests, dict) or digests.get(name) != expected["sha256"][name]:
            raise ProofRefused(f"{name} is not the text that was signed: it was changed.")
    try:
        Ed25519PublicKey.from_public_bytes(public_key).verify(
            signature, signed_bytes(texts, public_key)
        )
    except InvalidSignature as error:
        raise ProofRefused(
            f"The signature in {SIGNATURE} does not fit: it or what was signed was changed."
        ) from error
    if texts[SIGNATURE] != spelled_signature(public_key, texts, signature):
        raise ProofRefused(f"{SIGNATURE} was changed beside the signature.")


def contents_in(texts: dict[str, bytes], fingerprint: str) -> dict[str, Any]:
    """What was signed. Whoever has a key of their own can sign anything in any shape."""
    try:
        contents: dict[str, Any] = json.loads(texts[JSON])
        is_spelled_so = canonical(contents) == texts[JSON]
        need_consistent(contents)
        markdown = markdown_of(contents, fingerprint).encode()
    except MISSHAPEN as error:
        raise not_ours(fingerprint) from error
    if not is_spelled_so:
        raise not_ours(fingerprint)
    if texts[MARKDOWN] != markdown:
        raise ProofRefused(f"{MARKDOWN} does not say what {JSON} says.")
    return contents


def not_ours(fingerprint: str) -> ProofRefused:
    return ProofRefused(
        f"{JSON} was signed, but AgentLab does not write a decision like that: whoever has the key "
        f"{fingerprint} made it up."
    )


def need_consistent(contents: dict[str, Any]) -> None:
    """The decision is the one that the trail's entry is about, and the entry has its hash."""
    entry, decision = contents["entry"], contents["decision"]
    columns = {**entry, "at": datetime.fromisoformat(entry["at"])}
    if chain.hash_of(columns, entry["previous_hash"]) != entry["hash"]:
        raise ProofRefused(f"Entry {entry['sequence']} of the trail has not the hash it should.")
    pairs = (
        (entry["subject_id"], decision["id"]),
        (entry["actor_id"], decision["decided_by"]["id"]),
        (entry["action"], f"decision.{decision['verdict']}"),
        (entry["project_id"], contents["project"]["id"]),
        (entry["label"], contents["stage"]["title"]),
    )
    if any(ours != theirs for ours, theirs in pairs):
        raise ProofRefused(f"Entry {entry['sequence']} of the trail is about something else.")
