"""Templates and the runs of projects through them, as rows."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.types import Text

from agentlab.kit.clock import now
from agentlab.kit.db import Base, Identified, one_of


class Template(Identified, Base):
    """An imported workflow definition. The source is kept byte for byte."""

    __tablename__ = "templates"
    __table_args__ = (UniqueConstraint("method", "generation", "sha256", "source_path", "key"),)

    method: Mapped[str]
    generation: Mapped[str]
    key: Mapped[str]
    """The workflow's own id in its file, such as `greenfield-fullstack`."""
    name: Mapped[str]
    description: Mapped[str]
    kind: Mapped[str | None]
    project_types: Mapped[list[str]] = mapped_column(ARRAY(Text))
    source_path: Mapped[str]
    source: Mapped[bytes] = mapped_column(deferred=True, deferred_raiseload=True)
    sha256: Mapped[str]
    flow_diagram: Mapped[str | None]
    when_to_use: Mapped[list[str]] = mapped_column(ARRAY(Text))
    handoff_prompts: Mapped[dict[str, str]] = mapped_column(JSONB)
    extra: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """Keys that we do not know, as the file has them."""
    imported_at: Mapped[datetime] = mapped_column(default=now)


class Workflow(Identified, Base):
    """One project's run through a template."""

    __tablename__ = "workflows"

    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id"), unique=True)
    template_id: Mapped[UUID] = mapped_column(ForeignKey("templates.id"))
    started_at: Mapped[datetime] = mapped_column(default=now)
    completed_at: Mapped[datetime | None]


class StageState(StrEnum):
    UPCOMING = "upcoming"
    CURRENT = "current"
    SUBMITTED = "submitted"
    DONE = "done"
    SKIPPED = "skipped"


class Stage(Identified, Base):
    """A step of a workflow: who does it, what it needs, what it produces, where it stands."""

    __tablename__ = "stages"
    __table_args__ = (
        UniqueConstraint("workflow_id", "key"),
        UniqueConstraint("workflow_id", "position"),
        Index(
            "uq_stages_workflow_id_active",
            "workflow_id",
            unique=True,
            postgresql_where=text("state IN ('current', 'submitted')"),
        ),
    )

    workflow_id: Mapped[UUID] = mapped_column(ForeignKey("workflows.id"))
    position: Mapped[int]
    key: Mapped[str]
    title: Mapped[str]
    agent: Mapped[str | None]
    action: Mapped[str | None]
    condition: Mapped[str | None]
    optional: Mapped[bool]
    repeats: Mapped[str | None]
    notes: Mapped[str | None]
    uses: Mapped[str | None]
    optional_steps: Mapped[list[str]] = mapped_column(ARRAY(Text))
    routes: Mapped[dict[str, Any] | None] = mapped_column(JSONB)
    extra: Mapped[dict[str, Any]] = mapped_column(JSONB)
    state: Mapped[StageState] = mapped_column(one_of(StageState, "state"))


class ArtefactRole(StrEnum):
    CREATES = "creates"
    REQUIRES = "requires"
    UPDATES = "updates"
    VALIDATES = "validates"


class StageArtefact(Identified, Base):
    """A file that a stage produces or needs."""

    __tablename__ = "stage_artefacts"
    __table_args__ = (UniqueConstraint("stage_id", "position"),)

    stage_id: Mapped[UUID] = mapped_column(ForeignKey("stages.id"))
    position: Mapped[int]
    role: Mapped[ArtefactRole] = mapped_column(one_of(ArtefactRole, "role"))
    label: Mapped[str]
    """The template's own words, such as `v0_prompt (optional)`."""
    optional: Mapped[bool]
    every: Mapped[bool]
    """The files of all patterns belong together; otherwise the first that finds one decides."""
    patterns: Mapped[list[str]] = mapped_column(ARRAY(Text))
    """Globs relative to the workspace, best first; empty when no file stands for it."""


class GateKind(StrEnum):
    APPROVAL = "approval"
    CHOICE = "choice"


class Gate(Identified, Base):
    """A point where people decide before work goes on."""

    __tablename__ = "gates"

    stage_id: Mapped[UUID] = mapped_column(ForeignKey("stages.id"), unique=True)
    kind: Mapped[GateKind] = mapped_column(one_of(GateKind, "kind"))
    reason: Mapped[str]
    """Why the importer proposed a gate here."""


class StageTransition(Identified, Base):
    """That a stage went from one state to another: who, when, why."""

    __tablename__ = "stage_transitions"

    stage_id: Mapped[UUID] = mapped_column(ForeignKey("stages.id"), index=True)
    from_state: Mapped[StageState] = mapped_column(one_of(StageState, "from_state"))
    to_state: Mapped[StageState] = mapped_column(one_of(StageState, "to_state"))
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    """Null when the system moved it, as a consequence of another stage's move."""
    at: Mapped[datetime] = mapped_column(default=now)
    reason: Mapped[str] = mapped_column(default="")
