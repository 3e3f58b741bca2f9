from datetime import datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

from agentlab.kit.text import STORABLE, Word, said_as, without_control_characters
from agentlab.operations.restore.journal import Outcome, Step


def storable(value: SecretStr) -> SecretStr:
    without_control_characters(value.get_secret_value())
    return value


KeyText = Annotated[
    SecretStr, Field(max_length=10_000), AfterValidator(storable), said_as(STORABLE)
]
"""The text that `agentlab backup export-key` wrote."""


class RestoreProgress(BaseModel):
    """How far a restore is, without what it restores."""

    model_config = ConfigDict(from_attributes=True)

    step: Step
    """What it is doing, or what it failed at."""
    outcome: Outcome
    """`interrupted` until it is restored again or AgentLab starts anew: both clear up first."""
    done_bytes: int
    total_bytes: int
    reason: str
    """Why it failed; what was there before is there still."""


class RestoreOut(RestoreProgress):
    """The restore that runs, or the last one."""

    backup: str
    started_at: datetime
    finished_at: datetime | None
    restore_point: str | None
    """The backup that holds what was there before, once it exists."""


class RestoresOut(BaseModel):
    """What there is to know before one restores a backup over what is in use."""

    restores_here: bool
    """Whether `POST /restore` works; otherwise it is `agentlab restore` on the host."""
    is_confirmed: bool
    """Whether who asks has shown within the last five minutes that it is them."""
    last: RestoreOut | None


class RestoreIn(BaseModel):
    backup: Word
    """By name, as `GET /backups` lists it."""
    key: KeyText | None = None
    """Only for a backup that the key of this AgentLab does not open."""
