"""Submissions that nobody can decide, because other texts are in the folder than were submitted.

Expand: a new table. Scans keep it; until the next one it says what was known of the texts.
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


def downgrade() -> None:
    op.drop_table("torn_submissions")
