"""With which token an agent changed the state or place of something in the portfolio.

Expand: a column that the code before does not know. Null for what it noted.
"""

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("portfolio_transitions", sa.Column("token_id", sa.Uuid(), nullable=True))


def downgrade() -> None:
    op.drop_column("portfolio_transitions", "token_id")
