"""What was found at approvals whose artefacts changed, and threads on lines of what is submitted.

Expand: new tables, and a column with a default.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "staleness_findings",
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("found_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("found_by", sa.Uuid(), nullable=True),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["decision_id"],
            ["decisions.id"],
            name=op.f("fk_staleness_findings_decision_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["found_by"], ["users.id"], name=op.f("fk_staleness_findings_found_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staleness_findings")),
        sa.UniqueConstraint(
            "decision_id", "number", name=op.f("uq_staleness_findings_decision_id_number")
        ),
    )
    op.create_table(
        "staleness_differences",
        sa.Column("finding_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("approved_version", sa.Integer(), nullable=True),
        sa.Column("approved_sha256", sa.Text(), nullable=True),
        sa.Column("current_version", sa.Integer(), nullable=True),
        sa.Column("current_sha256", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["finding_id"],
            ["staleness_findings.id"],
            name=op.f("fk_staleness_differences_finding_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["documents.id"],
            name=op.f("fk_staleness_differences_document_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("finding_id", "document_id", name=op.f("pk_staleness_differences")),
    )
    op.create_table(
        "staleness_acceptances",
        sa.Column("finding_id", sa.Uuid(), nullable=False),
        sa.Column("accepted_by", sa.Uuid(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["finding_id"],
            ["staleness_findings.id"],
            name=op.f("fk_staleness_acceptances_finding_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["accepted_by"], ["users.id"], name=op.f("fk_staleness_acceptances_accepted_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staleness_acceptances")),
        sa.UniqueConstraint("finding_id", name=op.f("uq_staleness_acceptances_finding_id")),
    )
    op.add_column(
        "standings",
        sa.Column("stale_total", sa.Integer(), server_default=sa.text("0"), nullable=False),
    )

    op.create_table(
        "threads",
        sa.Column("gate_id", sa.Uuid(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("opened_by", sa.Uuid(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("is_resolved", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["gate_id"], ["gates.id"], name=op.f("fk_threads_gate_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["opened_by"], ["users.id"], name=op.f("fk_threads_opened_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_threads")),
    )
    op.create_index("ix_threads_gate_id_opened_at", "threads", ["gate_id", "opened_at", "id"])
    op.create_table(
        "thread_places",
        sa.Column("thread_id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("first_line", sa.Integer(), nullable=True),
        sa.Column("last_line", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["thread_id"],
            ["threads.id"],
            name=op.f("fk_thread_places_thread_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["submissions.id"],
            name=op.f("fk_thread_places_submission_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["documents.id"],
            name=op.f("fk_thread_places_document_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("thread_id", "submission_id", name=op.f("pk_thread_places")),
    )
    op.create_index(op.f("ix_thread_places_submission_id"), "thread_places", ["submission_id"])
    op.create_table(
        "thread_comments",
        sa.Column("thread_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("is_agents", sa.Boolean(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("edited_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["thread_id"],
            ["threads.id"],
            name=op.f("fk_thread_comments_thread_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["author_id"], ["users.id"], name=op.f("fk_thread_comments_author_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thread_comments")),
    )
    op.create_index(
        "ix_thread_comments_thread_id_written_at", "thread_comments", ["thread_id", "written_at"]
    )
    op.create_table(
        "thread_moves",
        sa.Column("thread_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("is_resolved", sa.Boolean(), nullable=False),
        sa.Column("moved_by", sa.Uuid(), nullable=False),
        sa.Column("moved_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["thread_id"],
            ["threads.id"],
            name=op.f("fk_thread_moves_thread_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["moved_by"], ["users.id"], name=op.f("fk_thread_moves_moved_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_thread_moves")),
        sa.UniqueConstraint("thread_id", "number", name=op.f("uq_thread_moves_thread_id_number")),
    )
    op.create_table(
        "decided_threads",
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("thread_id", sa.Uuid(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("first_line", sa.Integer(), nullable=True),
        sa.Column("last_line", sa.Integer(), nullable=True),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("comments", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(
            ["decision_id"],
            ["decisions.id"],
            name=op.f("fk_decided_threads_decision_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["thread_id"],
            ["threads.id"],
            name=op.f("fk_decided_threads_thread_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("decision_id", "thread_id", name=op.f("pk_decided_threads")),
    )


def downgrade() -> None:
    op.drop_table("decided_threads")
    op.drop_table("thread_moves")
    op.drop_table("thread_comments")
    op.drop_table("thread_places")
    op.drop_table("threads")
    op.drop_column("standings", "stale_total")
    op.drop_table("staleness_acceptances")
    op.drop_table("staleness_differences")
    op.drop_table("staleness_findings")
