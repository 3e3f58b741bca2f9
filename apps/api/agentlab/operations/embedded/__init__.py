"""PostgreSQL and Valkey, started by us: the same storage without Docker and without a server."""

from agentlab.operations.embedded.lock import Connections, connections_of_running, holder_of
from agentlab.operations.embedded.supervisor import (
    JWT_SECRET,
    PROOF_KEY,
    EmbeddedServices,
    embedded,
    signing_secret_in,
)

__all__ = [
    "JWT_SECRET",
    "PROOF_KEY",
    "Connections",
    "EmbeddedServices",
    "connections_of_running",
    "embedded",
    "holder_of",
    "signing_secret_in",
]
