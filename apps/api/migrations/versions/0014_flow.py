"""Answers to conditions, chosen routes, why a stage is left out, and stages side by side.

Expand: new tables, and columns that old code does not name. The promise that one stage of a
workflow is worked on becomes: one, unless the template lets several go side by side.
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

# The code before starts no stage beside another, and writes no word in `together`: the index that
# takes its place refuses all of its rows that the old one refused.
weakened = ("uq_stages_workflow_id_active",)


def upgrade() -> None:
    op.create_table(
        "condition_answers",
        sa.Column("workflow_id", sa.Uuid(), nullable=False),
        sa.Column("condition", sa.Text(), nullable=False),
        sa.Column("holds", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("answered_by", sa.Uuid(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["workflow_id"], ["workflows.id"], name=op.f("fk_condition_answers_workflow_id")
        ),
        sa.ForeignKeyConstraint(
            ["answered_by"], ["users.id"], name=op.f("fk_condition_answers_answered_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_condition_answers")),
    )
    op.create_index("ix_condition_answers_workflow_id", "condition_answers", ["workflow_id"])
    op.create_table(
        "route_choices",
        sa.Column("stage_id", sa.Uuid(), nullable=False),
        sa.Column("route", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("chosen_by", sa.Uuid(), nullable=False),
        sa.Column("chosen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["stage_id"], ["stages.id"], name=op.f("fk_route_choices_stage_id")
        ),
        sa.ForeignKeyConstraint(
            ["chosen_by"], ["users.id"], name=op.f("fk_route_choices_chosen_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_route_choices")),
    )
    op.create_index("ix_route_choices_stage_id", "route_choices", ["stage_id"])
    op.add_column("stages", sa.Column("together", sa.Text(), nullable=True))
    op.add_column("stages", sa.Column("skip_cause", sa.String(32), nullable=True))
    op.execute(
        "ALTER TABLE stages ADD CONSTRAINT ck_stages_skip_cause "
        "CHECK (skip_cause IN ('reason', 'answer', 'route')) NOT VALID"
    )
    op.create_index(
        "uq_stages_workflow_id_active_alone",
        "stages",
        ["workflow_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('current', 'submitted') AND together IS NULL"),
    )
    op.drop_index("uq_stages_workflow_id_active", table_name="stages")


def downgrade() -> None:
    # Of several stages that were worked on side by side the first one stays it.
    op.execute(
        """
        UPDATE stages s SET state = 'upcoming'
        WHERE s.state IN ('current', 'submitted') AND EXISTS (
            SELECT FROM stages b WHERE b.workflow_id = s.workflow_id AND b.position < s.position
                AND b.state IN ('current', 'submitted'))
        """
    )
    op.create_index(
        "uq_stages_workflow_id_active",
        "stages",
        ["workflow_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('current', 'submitted')"),
    )
    op.drop_index("uq_stages_workflow_id_active_alone", table_name="stages")
    op.drop_column("stages", "skip_cause")
    op.drop_column("stages", "together")
    op.drop_table("route_choices")
    op.drop_table("condition_answers")
