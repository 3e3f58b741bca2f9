"""Stages that are left out because the method has them no more are known as such.

They come back when the method does; until now nothing told them from those that a person skipped.

Expand: a column that the code before does not read, filled where a reason says so.
"""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020b"
branch_labels = None
depends_on = None

NO_LONGER = "The method does not have this stage any more."


def upgrade() -> None:
    op.add_column("stages", sa.Column("dropped_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(f"""
        UPDATE stages s SET dropped_at = s.retired_at
        WHERE s.state = 'skipped' AND s.skip_cause IS NULL AND s.retired_at IS NOT NULL
          AND EXISTS (SELECT FROM stage_transitions t WHERE t.stage_id = s.id
                      AND t.to_state = 'skipped' AND t.reason = '{NO_LONGER}')
    """)  # noqa: S608 - a text of our own


def downgrade() -> None:
    op.drop_column("stages", "dropped_at")
