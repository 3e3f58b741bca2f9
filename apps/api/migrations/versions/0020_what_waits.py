"""Stages that ask, corrections about to be written, methods that changed, conflicts that wait.

Expand: a new index, new tables, and one more word for what somebody put off.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0020"
down_revision = "0019b"
branch_labels = None
depends_on = None

# The one that takes its place lets a word more pass, which the code before never writes or reads.
weakened = ("ck_inbox_snoozes_kind",)

BEFORE = ("gate", "question", "stale", "contradiction")


def upgrade() -> None:
    op.create_index(
        "ix_stages_asking",
        "stages",
        ["workflow_id"],
        postgresql_where=sa.text(
            "state = 'current' AND (condition IS NOT NULL OR jsonb_typeof(routes) = 'object')"
        ),
    )
    op.create_table(
        "correction_intents",
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("undoes_id", sa.Uuid(), nullable=True),
        sa.Column("facts", postgresql.JSONB(), nullable=False),
        sa.Column("intended_by", sa.Uuid(), nullable=False),
        sa.Column("intended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["projects.id"],
            name=op.f("fk_correction_intents_project_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["undoes_id"],
            ["corrections.id"],
            name=op.f("fk_correction_intents_undoes_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["intended_by"], ["users.id"], name=op.f("fk_correction_intents_intended_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_correction_intents")),
    )
    op.create_index(op.f("ix_correction_intents_project_id"), "correction_intents", ["project_id"])
    op.create_index(op.f("ix_correction_intents_undoes_id"), "correction_intents", ["undoes_id"])

    op.create_table(
        "method_news",
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["projects.id"],
            name=op.f("fk_method_news_project_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("project_id", name=op.f("pk_method_news")),
        sa.UniqueConstraint("id", name=op.f("uq_method_news_id")),
    )
    let_kinds_be((*BEFORE, "conflict"))


def let_kinds_be(kinds: tuple[str, ...]) -> None:
    op.execute("ALTER TABLE inbox_snoozes DROP CONSTRAINT ck_inbox_snoozes_kind")
    words = ", ".join(f"'{kind}'" for kind in kinds)
    op.execute(
        "ALTER TABLE inbox_snoozes ADD CONSTRAINT ck_inbox_snoozes_kind "
        f"CHECK (kind IN ({words})) NOT VALID"
    )


def downgrade() -> None:
    op.execute("DELETE FROM inbox_snoozes WHERE kind = 'conflict'")
    let_kinds_be(BEFORE)
    op.drop_table("method_news")
    op.drop_table("correction_intents")
    op.drop_index("ix_stages_asking", "stages")
