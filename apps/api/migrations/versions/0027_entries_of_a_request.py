"""The trail is asked for what one request did."""

from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_audit_entries_request_id_sequence", "audit_entries", ["request_id", "sequence"]
    )


def downgrade() -> None:
    op.drop_index("ix_audit_entries_request_id_sequence", "audit_entries")
