"""Contacts and applications go through the bin, and saved views count their changes.

Expand: columns that may be null or have a default. What is unique outside of the bin is so by
indexes of the same names. The code before shows what is in the bin as if it were not.
"""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

TABLES = ("contacts", "applications")
UNIQUE = (
    ("uq_contacts_client_id_email", "contacts (client_id, lower(email))"),
    ("uq_applications_client_id_name", "applications (client_id, alike(name))"),
)


def upgrade() -> None:
    version = sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False)
    op.add_column("saved_views", version)
    for table in TABLES:
        op.add_column(table, sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True))
        op.add_column(table, sa.Column("deleted_by", sa.Uuid(), nullable=True))
        op.create_foreign_key(
            op.f(f"fk_{table}_deleted_by"),
            table,
            "users",
            ["deleted_by"],
            ["id"],
            postgresql_not_valid=True,
        )
    for index, what in UNIQUE:
        op.execute(f"DROP INDEX {index}")
        op.execute(f"CREATE UNIQUE INDEX {index} ON {what} WHERE deleted_at IS NULL")


def downgrade() -> None:
    op.drop_column("saved_views", "version")
    for table in TABLES:
        op.execute(f"DELETE FROM {table} WHERE deleted_at IS NOT NULL")  # noqa: S608 - our own
    for index, what in UNIQUE:
        op.execute(f"DROP INDEX {index}")
        op.execute(f"CREATE UNIQUE INDEX {index} ON {what}")
    for table in TABLES:
        op.drop_constraint(op.f(f"fk_{table}_deleted_by"), table)
        op.drop_column(table, "deleted_by")
        op.drop_column(table, "deleted_at")
