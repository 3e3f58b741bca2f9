"""Every table, for the migrations and the test that compares the two."""

from agentlab.audit import models as audit
from agentlab.auth import models as auth
from agentlab.documents import models as documents
from agentlab.gates import models as gates
from agentlab.gates.staleness import models as staleness
from agentlab.gates.threads import models as threads
from agentlab.imports import models as imports
from agentlab.inbox import models as inbox
from agentlab.kit.db import Base
from agentlab.ledgers import models as ledgers
from agentlab.portfolio import models as portfolio
from agentlab.templates import models as templates
from agentlab.workflows import models as workflows
from agentlab.workspaces import models as workspaces

__all__ = [
    "audit",
    "auth",
    "documents",
    "gates",
    "imports",
    "inbox",
    "ledgers",
    "metadata",
    "portfolio",
    "staleness",
    "templates",
    "threads",
    "workflows",
    "workspaces",
]

metadata = Base.metadata
