from typing import Annotated

from pydantic import AfterValidator, BaseModel, Field

from agentlab.kit.text import without_control_characters


class ErasureIn(BaseModel):
    confirmation: Annotated[str, Field(max_length=320), AfterValidator(without_control_characters)]
    """The e-mail of the person, typed; the name for a contact without one."""


class ErasureOut(BaseModel):
    audit_entries: int
    """How many entries of the audit trail lost their details."""
