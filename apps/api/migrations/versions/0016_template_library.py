"""The template library: what a template says as it was read, and how workflows changed theirs.

Expand: columns that old code does not name, and a new table.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("templates", sa.Column("definition", postgresql.JSONB(), nullable=True))
    op.add_column("templates", sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_templates_method_key", "templates", ["method", "key"])
    op.create_index("ix_workflows_template_id", "workflows", ["template_id"])
    op.add_column("stages", sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        "template_changes",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("workflow_id", sa.Uuid(), nullable=False),
        sa.Column("from_template_id", sa.Uuid(), nullable=True),
        sa.Column("to_template_id", sa.Uuid(), nullable=True),
        sa.Column("changed_by", sa.Uuid(), nullable=True),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("summary", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workflow_id"],
            ["workflows.id"],
            name=op.f("fk_template_changes_workflow_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["from_template_id"],
            ["templates.id"],
            name=op.f("fk_template_changes_from_template_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["to_template_id"],
            ["templates.id"],
            name=op.f("fk_template_changes_to_template_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["changed_by"], ["users.id"], name=op.f("fk_template_changes_changed_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_template_changes")),
    )
    op.create_index(
        "ix_template_changes_workflow_id_changed_at",
        "template_changes",
        ["workflow_id", "changed_at"],
    )
    op.create_index(
        op.f("ix_template_changes_from_template_id"), "template_changes", ["from_template_id"]
    )


def downgrade() -> None:
    op.drop_table("template_changes")
    op.drop_column("stages", "retired_at")
    op.drop_index("ix_workflows_template_id", "workflows")
    op.drop_index("ix_templates_method_key", "templates")
    op.drop_column("templates", "archived_at")
    op.drop_column("templates", "definition")
