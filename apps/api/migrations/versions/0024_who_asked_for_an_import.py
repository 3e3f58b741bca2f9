"""With which token an import was asked for, from where, and in which request.

Expand: columns that the code before does not know. Null for an import that it asked for.
"""

import sqlalchemy as sa
from alembic import op

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("imports", sa.Column("token_id", sa.Uuid(), nullable=True))
    op.add_column("imports", sa.Column("address", sa.Text(), nullable=True))
    op.add_column("imports", sa.Column("request_id", sa.Text(), nullable=True))


def downgrade() -> None:
    for column in ("request_id", "address", "token_id"):
        op.drop_column("imports", column)
