"""What a project's ledgers say of its work, their contradictions, and corrections of them.

Expand: new tables, and a number beside each project's standing that old code does not name.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

KINDS = ("epic", "story", "retrospective", "spec", "action", "document", "task")
STATUSES = (
    "backlog",
    "ready",
    "in_progress",
    "review",
    "done",
    "blocked",
    "optional",
    "unknown",
)
LEDGERS = (
    "sprint_status",
    "story_file",
    "spec",
    "epics",
    "stories_list",
    "qa_gate",
    "retrospective",
    "readiness",
    "workflow_status",
    "task_file",
    "task_list",
)
DISAGREEMENTS = (
    "sprint_behind_story",
    "story_behind_sprint",
    "sprint_behind_spec",
    "spec_behind_sprint",
    "spec_not_approved",
    "spec_blocked",
    "review_open",
    "story_file_floor",
    "epic_behind_stories",
    "epic_done_early",
    "gate_failed",
    "retrospective_held",
    "done_with_open_tasks",
    "tasks_done_first",
)


def one_of(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def of_project(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["project_id"],
        ["projects.id"],
        name=op.f(f"fk_{table}_project_id"),
        ondelete="CASCADE",
    )


def of_item(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["item_id"], ["work_items.id"], name=op.f(f"fk_{table}_item_id"), ondelete="CASCADE"
    )


def upgrade() -> None:
    op.create_table(
        "ledger_readings",
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("notices", postgresql.JSONB(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        of_project("ledger_readings"),
        sa.PrimaryKeyConstraint("project_id", name=op.f("pk_ledger_readings")),
    )
    op.create_table(
        "work_items",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", one_of("kind", KINDS), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("parent", sa.Text(), nullable=True),
        sa.Column("status", one_of("status", STATUSES), nullable=False),
        sa.Column("is_disputed", sa.Boolean(), nullable=False),
        of_project("work_items"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_work_items")),
    )
    op.create_index(
        "uq_work_items_project_id_position", "work_items", ["project_id", "position"], unique=True
    )
    op.create_index("ix_work_items_project_id_parent", "work_items", ["project_id", "parent"])
    op.create_table(
        "work_statements",
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("ledger", one_of("ledger", LEDGERS), nullable=False),
        sa.Column("raw", sa.Text(), nullable=True),
        sa.Column("status", one_of("status", STATUSES), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        of_item("work_statements"),
        sa.PrimaryKeyConstraint("item_id", "position", name=op.f("pk_work_statements")),
    )
    op.create_table(
        "contradictions",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kind", one_of("kind", DISAGREEMENTS), nullable=False),
        sa.Column("is_expected", sa.Boolean(), nullable=False),
        sa.Column("evidence", postgresql.JSONB(), nullable=False),
        sa.Column("proposal", postgresql.JSONB(), nullable=True),
        of_project("contradictions"),
        of_item("contradictions"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contradictions")),
    )
    op.create_index(
        "uq_contradictions_project_id_position",
        "contradictions",
        ["project_id", "position"],
        unique=True,
    )
    op.create_index(op.f("ix_contradictions_item_id"), "contradictions", ["item_id"])
    op.create_table(
        "corrections",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("kind", one_of("kind", DISAGREEMENTS), nullable=False),
        sa.Column("item_kind", one_of("item_kind", KINDS), nullable=False),
        sa.Column("item_key", sa.Text(), nullable=False),
        sa.Column("ledger", one_of("ledger", LEDGERS), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=True),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("word_before", sa.Text(), nullable=False),
        sa.Column("word_after", sa.Text(), nullable=False),
        sa.Column("sha256_before", sa.Text(), nullable=False),
        sa.Column("sha256_after", sa.Text(), nullable=False),
        sa.Column("applied_by", sa.Uuid(), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("undone_by", sa.Uuid(), nullable=True),
        sa.Column("undone_at", sa.DateTime(timezone=True), nullable=True),
        of_project("corrections"),
        sa.ForeignKeyConstraint(
            ["applied_by"], ["users.id"], name=op.f("fk_corrections_applied_by")
        ),
        sa.ForeignKeyConstraint(["undone_by"], ["users.id"], name=op.f("fk_corrections_undone_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_corrections")),
    )
    op.create_index(
        "ix_corrections_project_id_applied_at", "corrections", ["project_id", "applied_at"]
    )
    op.add_column(
        "standings",
        sa.Column("contradictions", sa.Integer(), server_default=sa.text("0"), nullable=False),
    )


def downgrade() -> None:
    op.drop_column("standings", "contradictions")
    for table in (
        "corrections",
        "contradictions",
        "work_statements",
        "work_items",
        "ledger_readings",
    ):
        op.drop_table(table)
