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
    __table_args__ = (
        UniqueConstraint("method", "generation", "sha256", "source_path", "key"),
        Index("ix_templates_method_key", "method", "key"),
    )

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
    definition: Mapped[dict[str, Any] | None] = mapped_column(
        JSONB, deferred=True, deferred_raiseload=True
    )
    """Its stages and notices as they were read first (`workflows.definitions`).

    Null of one that was imported before they were kept.
    """
    imported_at: Mapped[datetime] = mapped_column(default=now)
    archived_at: Mapped[datetime | None]
    """Since when it is offered to no project any more."""


class Workflow(Identified, Base):
    """One project's run through a template."""

    __tablename__ = "workflows"

    project_id: Mapped[UUID] = mapped_column(ForeignKey("projects.id"), unique=True)
    template_id: Mapped[UUID] = mapped_column(ForeignKey("templates.id"), index=True)
    started_at: Mapped[datetime] = mapped_column(default=now)
    completed_at: Mapped[datetime | None]


class StageState(StrEnum):
    UPCOMING = "upcoming"
    CURRENT = "current"
    SUBMITTED = "submitted"
    DONE = "done"
    SKIPPED = "skipped"


class SkipCause(StrEnum):
    """Why a stage is left out."""

    REASON = "reason"
    """A person said why."""
    ANSWER = "answer"
    """Its condition does not hold, as a person answered."""
    ROUTE = "route"
    """It is not on the path that a person chose."""


class Stage(Identified, Base):
    """A step of a workflow: who does it, what it needs, what it produces, where it stands."""

    __tablename__ = "stages"
    __table_args__ = (
        UniqueConstraint("workflow_id", "key"),
        UniqueConstraint("workflow_id", "position"),
        Index(
            "uq_stages_workflow_id_active_alone",
            "workflow_id",
            unique=True,
            postgresql_where=text("state IN ('current', 'submitted') AND together IS NULL"),
        ),
        Index(
            "ix_stages_asking",
            "workflow_id",
            postgresql_where=text(
                "state = 'current' AND (condition IS NOT NULL OR jsonb_typeof(routes) = 'object')"
            ),
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
    together: Mapped[str | None]
    """Stages of a workflow that have the same word here may be worked on side by side."""
    state: Mapped[StageState] = mapped_column(one_of(StageState, "state"))
    skip_cause: Mapped[SkipCause | None] = mapped_column(one_of(SkipCause, "skip_cause"))
    """Of a skipped stage; null for those that a person skipped before there were causes."""
    retired_at: Mapped[datetime | None]
    """Since when the project's template has no such stage; it is kept for what happened there."""
    dropped_at: Mapped[datetime | None]
    """Since when it is left out for that alone: it is to come where the template has it again."""


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
    __table_args__ = (
        Index(
            "ix_stage_transitions_entries",
            "stage_id",
            "at",
            postgresql_include=["from_state"],
            postgresql_where=text("to_state = 'current' AND from_state <> 'submitted'"),
        ),
        Index(
            "ix_stage_transitions_closings",
            "at",
            postgresql_include=["stage_id", "to_state"],
            postgresql_where=text(
                "to_state = 'skipped' "
                "OR (to_state = 'done' AND from_state IN ('current', 'submitted'))"
            ),
        ),
        Index(
            "ix_stage_transitions_taken_back",
            "stage_id",
            "at",
            postgresql_where=text("to_state = 'upcoming'"),
        ),
    )

    stage_id: Mapped[UUID] = mapped_column(ForeignKey("stages.id"), index=True)
    from_state: Mapped[StageState] = mapped_column(one_of(StageState, "from_state"))
    to_state: Mapped[StageState] = mapped_column(one_of(StageState, "to_state"))
    actor_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"))
    """Null when the system moved it, as a consequence of another stage's move."""
    at: Mapped[datetime] = mapped_column(default=now)
    reason: Mapped[str] = mapped_column(default="")


class ConditionAnswer(Identified, Base):
    """That a person said whether a condition holds. The last one counts; none is ever changed."""

    __tablename__ = "condition_answers"
    __table_args__ = (Index("ix_condition_answers_workflow_id", "workflow_id"),)

    workflow_id: Mapped[UUID] = mapped_column(ForeignKey("workflows.id"))
    condition: Mapped[str]
    """In the template's own words; every stage that has it depends on the answer."""
    holds: Mapped[bool]
    note: Mapped[str]
    answered_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    answered_at: Mapped[datetime] = mapped_column(default=now)


class RouteChoice(Identified, Base):
    """That a person chose one of a stage's routes. The last one counts; none is ever changed."""

    __tablename__ = "route_choices"
    __table_args__ = (Index("ix_route_choices_stage_id", "stage_id"),)

    stage_id: Mapped[UUID] = mapped_column(ForeignKey("stages.id"))
    route: Mapped[str]
    note: Mapped[str]
    chosen_by: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    chosen_at: Mapped[datetime] = mapped_column(default=now)
