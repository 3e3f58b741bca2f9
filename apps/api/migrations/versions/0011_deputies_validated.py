"""Check what 0008 added without looking at the rows that were there, with a lock that lets write.

Expand: nothing changes for anybody.
"""

from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("ALTER TABLE decisions VALIDATE CONSTRAINT fk_decisions_deputy_of")


def downgrade() -> None:
    """A validated constraint is one that is not validated, and more."""
