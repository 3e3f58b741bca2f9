"""The inbox: what was read, what is put off, what a day of waiting costs, and e-mail digests.

Expand: new tables, and columns that are null or have a default.
"""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

KINDS = ("gate", "question", "stale", "contradiction")


def one_of(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=32)


def of_user(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["user_id"], ["users.id"], name=op.f(f"fk_{table}_user_id"), ondelete="CASCADE"
    )


def upgrade() -> None:
    op.add_column(
        "clients",
        sa.Column("cost_of_delay", sa.Integer(), server_default=sa.text("1"), nullable=False),
    )
    op.add_column("users", sa.Column("reading_minutes", sa.Integer(), nullable=True))
    op.add_column(
        "users",
        sa.Column("digest", sa.Text(), server_default=sa.text("'never'"), nullable=False),
    )
    op.add_column(
        "users",
        sa.Column("digest_hour", sa.Integer(), server_default=sa.text("8"), nullable=False),
    )
    op.add_column("versions", sa.Column("words", sa.Integer(), nullable=True))
    op.add_column("versions", sa.Column("words_changed", sa.Integer(), nullable=True))
    op.create_index(
        "ix_versions_uncounted",
        "versions",
        ["document_id", "number"],
        postgresql_where=sa.text("words IS NULL"),
    )
    op.create_index(
        "ix_standings_open",
        "standings",
        ["project_id"],
        postgresql_where=sa.text(
            "waiting_gate_id IS NOT NULL OR stale_total > 0 OR contradictions > 0"
        ),
    )
    op.create_index(
        "ix_threads_open", "threads", ["id"], postgresql_where=sa.text("NOT is_resolved")
    )
    op.create_table(
        "document_readings",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("words", sa.Integer(), nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        of_user("document_readings"),
        sa.ForeignKeyConstraint(
            ["document_id", "version"],
            ["versions.document_id", "versions.number"],
            name=op.f("fk_document_readings_document_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "user_id", "document_id", "version", name=op.f("pk_document_readings")
        ),
    )
    op.create_index(
        "ix_document_readings_user_id_read_at", "document_readings", ["user_id", "read_at"]
    )
    # What people opened before they decided they have read.
    op.execute(
        """
        INSERT INTO document_readings (user_id, document_id, version, words, read_at)
        SELECT a.user_id, x.document_id, x.version, 0, max(d.decided_at)
        FROM decision_attention a
        JOIN decisions d ON d.id = a.decision_id
        CROSS JOIN LATERAL jsonb_array_elements(a.texts) AS seen
        JOIN decision_artefacts x
            ON x.decision_id = d.id AND x.document_id::text = seen ->> 'document_id'
        WHERE (seen ->> 'opened')::boolean
        GROUP BY a.user_id, x.document_id, x.version
        """
    )
    op.create_table(
        "inbox_snoozes",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("kind", one_of("kind", KINDS), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("snoozed_at", sa.DateTime(timezone=True), nullable=False),
        of_user("inbox_snoozes"),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["projects.id"],
            name=op.f("fk_inbox_snoozes_project_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", "kind", "item_id", name=op.f("pk_inbox_snoozes")),
    )
    op.create_index(op.f("ix_inbox_snoozes_project_id"), "inbox_snoozes", ["project_id"])
    op.create_table(
        "inbox_digests",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("period", sa.Date(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("began_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("items", sa.Integer(), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        of_user("inbox_digests"),
        sa.PrimaryKeyConstraint("user_id", "period", name=op.f("pk_inbox_digests")),
    )


def downgrade() -> None:
    op.drop_table("inbox_digests")
    op.drop_table("inbox_snoozes")
    op.drop_table("document_readings")
    op.drop_index("ix_threads_open", table_name="threads")
    op.drop_index("ix_standings_open", table_name="standings")
    op.drop_index("ix_versions_uncounted", table_name="versions")
    op.drop_column("versions", "words_changed")
    op.drop_column("versions", "words")
    op.drop_column("users", "digest_hour")
    op.drop_column("users", "digest")
    op.drop_column("users", "reading_minutes")
    op.drop_column("clients", "cost_of_delay")
