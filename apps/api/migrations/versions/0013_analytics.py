"""Indexes for the analytics: when stages were entered, closed, and taken back.

Expand: indexes alone. Each holds only the moves that it is about, and all that is read of them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_stage_transitions_entries",
        "stage_transitions",
        ["stage_id", "at"],
        postgresql_include=["from_state"],
        postgresql_where=sa.text("to_state = 'current' AND from_state <> 'submitted'"),
    )
    op.create_index(
        "ix_stage_transitions_closings",
        "stage_transitions",
        ["at"],
        postgresql_include=["stage_id", "to_state"],
        postgresql_where=sa.text(
            "to_state = 'skipped' OR (to_state = 'done' AND from_state IN ('current', 'submitted'))"
        ),
    )
    op.create_index(
        "ix_stage_transitions_taken_back",
        "stage_transitions",
        ["stage_id", "at"],
        postgresql_where=sa.text("to_state = 'upcoming'"),
    )


def downgrade() -> None:
    op.drop_index("ix_stage_transitions_taken_back", table_name="stage_transitions")
    op.drop_index("ix_stage_transitions_closings", table_name="stage_transitions")
    op.drop_index("ix_stage_transitions_entries", table_name="stage_transitions")
