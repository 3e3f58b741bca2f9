"""Submissions that nobody can decide any more, and since when ledgers contradict each other.

Expand: a new table, and columns that the code before does not know. Scans keep them; until the next
one they say what was known.
"""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "torn_submissions",
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("texts", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submissions.id"],
            name=op.f("fk_torn_submissions_submission_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("submission_id", name=op.f("pk_torn_submissions")),
    )
    op.execute("""
        INSERT INTO torn_submissions (submission_id, texts, since)
        SELECT a.submission_id, count(*), min(coalesce(x.missing_since, x.changed_at))
        FROM submission_artefacts a
        JOIN documents x ON x.id = a.document_id
        WHERE (x.sha256 <> a.sha256 OR x.missing_since IS NOT NULL)
          AND NOT starts_with(split_part(a.path, '/', -1), '.')
          AND NOT EXISTS (
              SELECT FROM decisions d WHERE d.submission_id = a.submission_id AND d.settles)
          AND NOT EXISTS (SELECT FROM withdrawals w WHERE w.submission_id = a.submission_id)
        GROUP BY a.submission_id
    """)

    op.add_column(
        "contradictions",
        sa.Column(
            "found_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
    )
    op.execute("""
        UPDATE contradictions c SET found_at = l.read_at
        FROM ledger_readings l WHERE l.project_id = c.project_id
    """)
    for name in ("contradictions_since", "contradictions_news_at"):
        op.add_column("standings", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.execute("""
        UPDATE standings k SET contradictions_since = x.since, contradictions_news_at = x.news_at
        FROM (SELECT project_id, min(found_at) AS since, max(found_at) AS news_at
              FROM contradictions WHERE NOT is_expected GROUP BY project_id) x
        WHERE x.project_id = k.project_id
    """)
    op.add_column("inbox_snoozes", sa.Column("news_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.drop_column("inbox_snoozes", "news_at")
    op.drop_column("standings", "contradictions_news_at")
    op.drop_column("standings", "contradictions_since")
    op.drop_column("contradictions", "found_at")
    op.drop_table("torn_submissions")
