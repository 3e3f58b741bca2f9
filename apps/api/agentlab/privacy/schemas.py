from typing import Annotated

from pydantic import BaseModel, Field

from agentlab.kit.text import Storable


class ErasureIn(BaseModel):
    confirmation: Annotated[Storable, Field(max_length=320)]
    """The e-mail of the person, typed; the name for a contact without one."""


class ErasureOut(BaseModel):
    audit_entries: int
    """How many entries of the audit trail lost their details."""
