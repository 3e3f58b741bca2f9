"""The key that proofs are signed with: made from the installation's secret PROOF_KEY."""

import hashlib

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from agentlab.errors import Conflict
from agentlab.settings import Settings


class NoProofKey(Conflict):
    code = "proof_key_missing"


def key_of(settings: Settings) -> Ed25519PrivateKey:
    """The same key for the same secret, so that the secret can be kept and moved like any other."""
    secret = settings.current("proof_key")
    if not secret:
        raise NoProofKey(
            "There is no PROOF_KEY to sign a proof with. `agentlab init` makes one on a server; "
            "`agentlab up` has one of its own."
        )
    seed = HKDF(SHA256(), length=32, salt=None, info=b"agentlab proof key").derive(secret.encode())
    return Ed25519PrivateKey.from_private_bytes(seed)


def public_bytes(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes_raw()


def fingerprint_of(public_key: bytes) -> str:
    """What people compare: 64 hexadecimal digits."""
    return hashlib.sha256(public_key).hexdigest()
