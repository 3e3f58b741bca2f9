"""When a project's sprint status was written last, by its own word.

Expand: a column that the code before does not know. The next scan that reads the file fills it.
"""

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("ledger_readings", sa.Column("sprint_updated_on", sa.Date(), nullable=True))


def downgrade() -> None:
    op.drop_column("ledger_readings", "sprint_updated_on")
