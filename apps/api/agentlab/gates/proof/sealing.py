"""A proof as one file: a ZIP with the decision as Markdown and JSON, and a signature of both.

The same decision gives the same bytes.
"""

import base64
import hashlib
import io
import zipfile
from collections.abc import Mapping
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from agentlab.audit.chain import canonical
from agentlab.gates.proof.contents import FORMAT, markdown_of
from agentlab.gates.proof.keys import fingerprint_of, public_bytes

MARKDOWN, JSON, SIGNATURE = "decision.md", "decision.json", "signature.json"
NAMES = (MARKDOWN, JSON, SIGNATURE)
NO_TIME = (1980, 1, 1, 0, 0, 0)
UNIX, READABLE = 3, 0o100644 << 16


def sealed(contents: dict[str, Any], key: Ed25519PrivateKey) -> bytes:
    public_key = public_bytes(key)
    texts = {
        MARKDOWN: markdown_of(contents, fingerprint_of(public_key)).encode(),
        JSON: canonical(contents),
    }
    signature = key.sign(signed_bytes(texts, public_key))
    return packed({**texts, SIGNATURE: spelled_signature(public_key, texts, signature)})


def signed_bytes(texts: Mapping[str, bytes], public_key: bytes) -> bytes:
    """What the signature covers: the format, the key, and the digest of each text."""
    return canonical(
        {
            "format": FORMAT,
            "public_key": in_base64(public_key),
            "sha256": {name: hashlib.sha256(texts[name]).hexdigest() for name in (MARKDOWN, JSON)},
        }
    )


def spelled_signature(public_key: bytes, texts: Mapping[str, bytes], signature: bytes) -> bytes:
    """The one spelling of `signature.json`."""
    return canonical(
        {
            "algorithm": "Ed25519",
            "fingerprint": fingerprint_of(public_key),
            "format": FORMAT,
            "public_key": in_base64(public_key),
            "sha256": {name: hashlib.sha256(texts[name]).hexdigest() for name in (MARKDOWN, JSON)},
            "signature": in_base64(signature),
        }
    )


def in_base64(value: bytes) -> str:
    return base64.b64encode(value).decode()


def packed(files: Mapping[str, bytes]) -> bytes:
    """A ZIP that knows no time and no machine."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_STORED) as file:
        for name in NAMES:
            entry = zipfile.ZipInfo(name, NO_TIME)
            entry.create_system, entry.external_attr = UNIX, READABLE
            file.writestr(entry, files[name])
    return archive.getvalue()
