"""Names that look the same are the same, however their letters are encoded.

Expand: the indexes keep their names, so the code before says of a taken name what it always said.
"""

from alembic import op

revision = "0018"
down_revision = "0016"
branch_labels = None
depends_on = None

ALIKE = """
    CREATE FUNCTION alike(given text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN lower(normalize(given, NFC))
"""

# What is unique: the index, its table, the columns before the name, and which rows count.
NAMES = (
    ("uq_clients_name", "clients", "", "WHERE deleted_at IS NULL"),
    ("uq_services_client_id_name", "services", "client_id, ", "WHERE deleted_at IS NULL"),
    ("uq_projects_service_id_name", "projects", "service_id, ", "WHERE deleted_at IS NULL"),
    ("uq_applications_client_id_name", "applications", "client_id, ", ""),
)

# Nobody's names are changed in passing: whoever has two that look the same renames one.
REFUSE = """
    DO $$
    DECLARE twice text;
    BEGIN
        SELECT min(name) INTO twice FROM {table} {where}
        GROUP BY {columns}alike(name) HAVING count(*) > 1 LIMIT 1;
        IF twice IS NOT NULL THEN
            RAISE unique_violation USING MESSAGE =
                'Two {table} have the name "' || twice || '" with letters encoded differently. '
                'Rename one of them in the version that runs now, and migrate again.';
        END IF;
    END $$
"""


def upgrade() -> None:
    op.execute(ALIKE)
    for index, table, columns, where in NAMES:
        op.execute(REFUSE.format(table=table, columns=columns, where=where))
        op.execute(f"DROP INDEX {index}")
        op.execute(f"CREATE UNIQUE INDEX {index} ON {table} ({columns}alike(name)) {where}")


def downgrade() -> None:
    for index, table, columns, where in reversed(NAMES):
        op.execute(f"DROP INDEX {index}")
        op.execute(f"CREATE UNIQUE INDEX {index} ON {table} ({columns}lower(name)) {where}")
    op.execute("DROP FUNCTION alike(text)")
