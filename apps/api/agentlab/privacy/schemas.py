from typing import Annotated

from pydantic import BaseModel, Field

from agentlab.kit.text import Storable


class ErasureIn(BaseModel):
    confirmation: Annotated[Storable, Field(max_length=320)]
    """The e-mail of the person, typed; the name for a contact without one."""
    also_contacts: bool = False
    """Erase every other contact with this e-mail, too: the same person stands at each client."""


class ErasureOut(BaseModel):
    audit_entries: int
    """How many entries of the audit trail lost their details."""
    contacts_left: int
    """How many other contacts, also deleted ones, have the same e-mail and were not erased."""
    projects_released: int
    """Of how many projects they were the owner; these have none now."""
