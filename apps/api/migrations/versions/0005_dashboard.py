"""What finding one's way over 10,000 projects needs: names to search and sort by, and indexes.

Expand: the columns are computed by PostgreSQL, so the code of before does not notice them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

# Without extensions, and the same on every machine: the collation is PostgreSQL's own.
FOLDED = """
    CREATE FUNCTION folded(given text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN replace(replace(replace(replace(replace(
        lower(regexp_replace(normalize(given, NFKD), '[\u0300-\u036f]', '', 'g')
              COLLATE "pg_c_utf8"),
        'œ', 'oe'), 'æ', 'ae'), 'ß', 'ss'), 'ø', 'o'), 'ł', 'l')
"""

TABLES = ("clients", "services", "projects")


def upgrade() -> None:
    op.execute(FOLDED)
    for table in TABLES:
        op.execute(
            f'ALTER TABLE {table} ADD COLUMN folded_name text COLLATE "C" '
            "GENERATED ALWAYS AS (folded(name)) STORED"
        )
    op.create_index(
        "ix_projects_folded_name",
        "projects",
        ["folded_name", "id"],
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_index("ix_standings_stage_since", "standings", ["stage_since"])
    op.execute(
        "CREATE INDEX ix_documents_title_words ON documents "
        "USING gin (to_tsvector('simple'::regconfig, folded(title)))"
    )


def downgrade() -> None:
    op.drop_index("ix_documents_title_words", table_name="documents")
    op.drop_index("ix_standings_stage_since", table_name="standings")
    op.drop_index("ix_projects_folded_name", table_name="projects")
    for table in TABLES:
        op.drop_column(table, "folded_name")
    op.execute("DROP FUNCTION folded(text)")
