"""Say in the database which code still works with it, so that a release can be taken back.

Expand: the code of 0001 goes on working.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    floor = op.create_table(
        "schema_floor",
        sa.Column("revision", sa.Text(), nullable=False),
        sa.Column("one", sa.Boolean(), server_default="true", nullable=False),
        sa.PrimaryKeyConstraint("revision", name=op.f("pk_schema_floor")),
        sa.UniqueConstraint("one", name=op.f("uq_schema_floor_one")),
        sa.CheckConstraint("one", name=op.f("ck_schema_floor_one")),
        comment="The oldest schema whose code still works with this one; a single row.",
    )
    op.bulk_insert(floor, [{"revision": "0001"}])


def downgrade() -> None:
    op.drop_table("schema_floor")
