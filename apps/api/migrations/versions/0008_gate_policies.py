"""Who decides at a gate and how, several approvals of one submission, reminders.

Expand: a decision of the code before settles its submission, as it always did, because that is the
column's default. Its promise, one decision for each submission, becomes two: one that settles it,
and one by each person.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# The code before inserts one decision that settles for each submission, which the partial index
# that takes its place still refuses to do twice.
weakened = ("uq_decisions_submission_id",)


def upgrade() -> None:
    make_policies()
    make_what_goes_with_decisions()
    op.add_column(
        "decisions",
        sa.Column("settles", sa.Boolean(), server_default=sa.text("true"), nullable=False),
    )
    op.add_column(
        "decisions",
        sa.Column(
            "checklist", postgresql.JSONB(), server_default=sa.text("'[]'::jsonb"), nullable=False
        ),
    )
    op.add_column("decisions", sa.Column("deputy_of", sa.Uuid(), nullable=True))
    op.execute(
        "ALTER TABLE decisions ADD CONSTRAINT fk_decisions_deputy_of "
        "FOREIGN KEY (deputy_of) REFERENCES users (id) NOT VALID"
    )
    op.create_index(
        "uq_decisions_submission_id_decided_by",
        "decisions",
        ["submission_id", "decided_by"],
        unique=True,
    )
    op.create_index(
        "uq_decisions_submission_id_settles",
        "decisions",
        ["submission_id"],
        unique=True,
        postgresql_where=sa.text("settles"),
    )
    op.drop_constraint("uq_decisions_submission_id", "decisions", type_="unique")
    op.add_column(
        "standings", sa.Column("waiting_due_at", sa.DateTime(timezone=True), nullable=True)
    )


def make_policies() -> None:
    op.create_table(
        "gate_policies",
        sa.Column("gate_id", sa.Uuid(), nullable=False),
        sa.Column("roles", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("approvals", sa.Integer(), nullable=False),
        sa.Column("submitter_decides", sa.Boolean(), nullable=False),
        sa.Column("checklist", postgresql.JSONB(), nullable=False),
        sa.Column("reauthentication", sa.Boolean(), nullable=False),
        sa.Column("due_days", sa.Integer(), nullable=True),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["gate_id"], ["gates.id"], name=op.f("fk_gate_policies_gate_id")),
        sa.ForeignKeyConstraint(
            ["updated_by"], ["users.id"], name=op.f("fk_gate_policies_updated_by")
        ),
        sa.PrimaryKeyConstraint("gate_id", name=op.f("pk_gate_policies")),
    )
    op.create_table(
        "gate_reviewers",
        sa.Column("gate_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["gate_id"], ["gates.id"], name=op.f("fk_gate_reviewers_gate_id")),
        sa.ForeignKeyConstraint(["user_id"], ["users.id"], name=op.f("fk_gate_reviewers_user_id")),
        sa.PrimaryKeyConstraint("gate_id", "user_id", name=op.f("pk_gate_reviewers")),
    )
    op.create_table(
        "gate_deputies",
        sa.Column("gate_id", sa.Uuid(), nullable=False),
        sa.Column("reviewer_id", sa.Uuid(), nullable=False),
        sa.Column("deputy_id", sa.Uuid(), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("ends_on", sa.Date(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["gate_id"], ["gates.id"], name=op.f("fk_gate_deputies_gate_id")),
        sa.ForeignKeyConstraint(
            ["reviewer_id"], ["users.id"], name=op.f("fk_gate_deputies_reviewer_id")
        ),
        sa.ForeignKeyConstraint(
            ["deputy_id"], ["users.id"], name=op.f("fk_gate_deputies_deputy_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_gate_deputies")),
    )
    op.create_index(op.f("ix_gate_deputies_gate_id"), "gate_deputies", ["gate_id"], unique=False)


def make_what_goes_with_decisions() -> None:
    op.create_table(
        "decision_attention",
        sa.Column("decision_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("seconds", sa.Integer(), nullable=False),
        sa.Column("texts", postgresql.JSONB(), nullable=False),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decisions.id"], name=op.f("fk_decision_attention_decision_id")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_decision_attention_user_id")
        ),
        sa.PrimaryKeyConstraint("decision_id", name=op.f("pk_decision_attention")),
    )
    op.create_table(
        "gate_reminders",
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reminded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["submission_id"], ["submissions.id"], name=op.f("fk_gate_reminders_submission_id")
        ),
        sa.PrimaryKeyConstraint("submission_id", "due_at", name=op.f("pk_gate_reminders")),
    )


def downgrade() -> None:
    op.drop_column("standings", "waiting_due_at")
    # What does not settle has no place in the schema of before.
    op.execute("DELETE FROM decision_attention")
    op.execute(
        "DELETE FROM decision_artefacts WHERE decision_id IN "
        "(SELECT id FROM decisions WHERE NOT settles)"
    )
    op.execute("DELETE FROM decisions WHERE NOT settles")
    op.create_unique_constraint("uq_decisions_submission_id", "decisions", ["submission_id"])
    op.drop_index("uq_decisions_submission_id_settles", table_name="decisions")
    op.drop_index("uq_decisions_submission_id_decided_by", table_name="decisions")
    op.drop_column("decisions", "deputy_of")
    op.drop_column("decisions", "checklist")
    op.drop_column("decisions", "settles")
    op.drop_table("gate_reminders")
    op.drop_table("decision_attention")
    op.drop_index(op.f("ix_gate_deputies_gate_id"), table_name="gate_deputies")
    op.drop_table("gate_deputies")
    op.drop_table("gate_reviewers")
    op.drop_table("gate_policies")
