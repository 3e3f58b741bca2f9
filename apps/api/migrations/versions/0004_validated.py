"""Check what 0003 added without looking at the rows that were there, with a lock that lets write.

Expand: nothing changes for anybody.
"""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

NOT_YET_VALID = (
    ("clients", "fk_clients_updated_by"),
    ("clients", "fk_clients_domain_id"),
    ("clients", "fk_clients_deleted_by"),
    ("projects", "fk_projects_implementation_type_id"),
    ("projects", "fk_projects_owner_id"),
    ("projects", "fk_projects_deleted_by"),
    ("projects", "fk_projects_updated_by"),
    ("services", "fk_services_updated_by"),
    ("services", "fk_services_deleted_by"),
    ("projects", "ck_projects_type"),
    ("projects", "ck_projects_status"),
)


def upgrade() -> None:
    for table, constraint in NOT_YET_VALID:
        op.execute(f"ALTER TABLE {table} VALIDATE CONSTRAINT {constraint}")


def downgrade() -> None:
    """A validated constraint is one that is not validated, and more."""
