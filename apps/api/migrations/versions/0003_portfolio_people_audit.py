"""The whole portfolio, its people and their rights, tokens, and the audit trail.

Expand: the code of 0002 goes on working. What it makes meanwhile gets its key from the column's
default and its standing from a sweep.
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Wait at most this long for a lock, so that a busy table fails us and not its users.
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "audit_entries",
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "actor_kind",
            sa.Enum(
                "person",
                "agent",
                "system",
                name="actor_kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("token_id", sa.Uuid(), nullable=True),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=True),
        sa.Column("label", sa.Text(), nullable=True),
        sa.Column("client_id", sa.Uuid(), nullable=True),
        sa.Column("project_id", sa.Uuid(), nullable=True),
        sa.Column("request_id", sa.Text(), nullable=False),
        sa.Column("detail_digest", sa.Text(), nullable=False),
        sa.Column("previous_hash", sa.Text(), nullable=False),
        sa.Column("hash", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_audit_entries")),
    )
    op.create_index(
        "ix_audit_entries_action_sequence", "audit_entries", ["action", "sequence"], unique=False
    )
    op.create_index(
        "ix_audit_entries_actor_id_sequence",
        "audit_entries",
        ["actor_id", "sequence"],
        unique=False,
    )
    op.create_index("ix_audit_entries_at", "audit_entries", ["at"], unique=False)
    op.create_index(
        "ix_audit_entries_client_id_sequence",
        "audit_entries",
        ["client_id", "sequence"],
        unique=False,
    )
    op.create_index(
        "ix_audit_entries_project_id_sequence",
        "audit_entries",
        ["project_id", "sequence"],
        unique=False,
    )
    op.create_index(
        "ix_audit_entries_subject_id_sequence",
        "audit_entries",
        ["subject_id", "sequence"],
        unique=False,
    )
    op.create_table(
        "account_links",
        sa.Column(
            "purpose",
            sa.Enum(
                "invitation",
                "reset",
                name="purpose",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("created_by", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name=op.f("fk_account_links_created_by")
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_account_links_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_links")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_account_links_token_hash")),
    )
    op.create_index(op.f("ix_account_links_user_id"), "account_links", ["user_id"], unique=False)
    op.create_table(
        "audit_details",
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.Column("detail", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["sequence"], ["audit_entries.sequence"], name=op.f("fk_audit_details_sequence")
        ),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_audit_details")),
    )
    op.create_table(
        "idempotency_keys",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("request_digest", sa.Text(), nullable=False),
        sa.Column("status", sa.Integer(), nullable=True),
        sa.Column("body", sa.LargeBinary(), nullable=True),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_idempotency_keys_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("user_id", "key", name=op.f("pk_idempotency_keys")),
    )
    op.create_index(
        op.f("ix_idempotency_keys_created_at"), "idempotency_keys", ["created_at"], unique=False
    )
    op.create_table(
        "identities",
        sa.Column("issuer", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("linked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_identities_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_identities")),
    )
    op.create_index(op.f("ix_identities_user_id"), "identities", ["user_id"], unique=False)
    op.create_table(
        "portfolio_transitions",
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "status",
                "move",
                "archive",
                "unarchive",
                "delete",
                "restore",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("from_value", sa.Text(), nullable=True),
        sa.Column("to_value", sa.Text(), nullable=True),
        sa.Column("actor_id", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["actor_id"], ["users.id"], name=op.f("fk_portfolio_transitions_actor_id")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portfolio_transitions")),
    )
    op.create_index(
        op.f("ix_portfolio_transitions_subject_id"),
        "portfolio_transitions",
        ["subject_id"],
        unique=False,
    )
    op.create_table(
        "reference_items",
        sa.Column(
            "kind",
            sa.Enum(
                "business_domain",
                "service_category",
                "implementation_type",
                "user_category",
                name="kind",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("colour", sa.Text(), nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["updated_by"], ["users.id"], name=op.f("fk_reference_items_updated_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reference_items")),
        sa.UniqueConstraint("kind", "code", name=op.f("uq_reference_items_kind_code")),
    )
    op.create_table(
        "refresh_tokens",
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_refresh_tokens_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_refresh_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_refresh_tokens_token_hash")),
    )
    op.create_index(
        op.f("ix_refresh_tokens_family_id"), "refresh_tokens", ["family_id"], unique=False
    )
    op.create_index(op.f("ix_refresh_tokens_user_id"), "refresh_tokens", ["user_id"], unique=False)
    op.create_table(
        "saved_views",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_saved_views_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_views")),
        sa.UniqueConstraint("user_id", "name", name=op.f("uq_saved_views_user_id_name")),
    )
    op.create_table(
        "applications",
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["client_id"], ["clients.id"], name=op.f("fk_applications_client_id")
        ),
        sa.ForeignKeyConstraint(
            ["updated_by"], ["users.id"], name=op.f("fk_applications_updated_by")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_applications")),
    )
    op.create_index(
        "uq_applications_client_id_name",
        "applications",
        ["client_id", sa.literal_column("lower(name)")],
        unique=True,
    )
    op.create_table(
        "client_assignments",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["client_id"],
            ["clients.id"],
            name=op.f("fk_client_assignments_client_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["users.id"],
            name=op.f("fk_client_assignments_user_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("user_id", "client_id", name=op.f("pk_client_assignments")),
    )
    op.create_index(
        op.f("ix_client_assignments_client_id"), "client_assignments", ["client_id"], unique=False
    )
    op.create_table(
        "contacts",
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=True),
        sa.Column("role", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("phone", sa.Text(), server_default=sa.text("''"), nullable=False),
        sa.Column("active", sa.Boolean(), server_default=sa.text("true"), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("updated_by", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["client_id"], ["clients.id"], name=op.f("fk_contacts_client_id")),
        sa.ForeignKeyConstraint(["updated_by"], ["users.id"], name=op.f("fk_contacts_updated_by")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contacts")),
    )
    op.create_index(
        "uq_contacts_client_id_email",
        "contacts",
        ["client_id", sa.literal_column("lower(email)")],
        unique=True,
    )
    op.create_table(
        "service_categories",
        sa.Column("service_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["item_id"], ["reference_items.id"], name=op.f("fk_service_categories_item_id")
        ),
        sa.ForeignKeyConstraint(
            ["service_id"],
            ["services.id"],
            name=op.f("fk_service_categories_service_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("service_id", "item_id", name=op.f("pk_service_categories")),
    )
    op.create_index(
        op.f("ix_service_categories_item_id"), "service_categories", ["item_id"], unique=False
    )
    op.create_table(
        "api_tokens",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False),
        sa.Column("hint", sa.Text(), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_address", sa.Text(), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["projects.id"],
            name=op.f("fk_api_tokens_project_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["users.id"], name=op.f("fk_api_tokens_user_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_tokens_token_hash")),
    )
    op.create_index(op.f("ix_api_tokens_user_id"), "api_tokens", ["user_id"], unique=False)
    op.create_table(
        "application_projects",
        sa.Column("application_id", sa.Uuid(), nullable=False),
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column(
            "relation",
            sa.Enum(
                "builds",
                "changes",
                name="relation",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["application_id"],
            ["applications.id"],
            name=op.f("fk_application_projects_application_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["projects.id"],
            name=op.f("fk_application_projects_project_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "application_id", "project_id", name=op.f("pk_application_projects")
        ),
    )
    op.create_index(
        op.f("ix_application_projects_project_id"),
        "application_projects",
        ["project_id"],
        unique=False,
    )
    op.create_table(
        "contact_links",
        sa.Column("contact_id", sa.Uuid(), nullable=False),
        sa.Column("service_id", sa.Uuid(), nullable=True),
        sa.Column("project_id", sa.Uuid(), nullable=True),
        sa.Column(
            "role",
            sa.Enum(
                "primary",
                "relationship",
                "stakeholder",
                "reviewer",
                "approver",
                name="role",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["contact_id"],
            ["contacts.id"],
            name=op.f("fk_contact_links_contact_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["projects.id"],
            name=op.f("fk_contact_links_project_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["service_id"],
            ["services.id"],
            name=op.f("fk_contact_links_service_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_links")),
        sa.UniqueConstraint(
            "contact_id",
            "service_id",
            "project_id",
            "role",
            name=op.f("uq_contact_links_contact_id_service_id_project_id_role"),
            postgresql_nulls_not_distinct=True,
        ),
    )
    op.create_index(
        op.f("ix_contact_links_project_id"), "contact_links", ["project_id"], unique=False
    )
    op.create_index(
        op.f("ix_contact_links_service_id"), "contact_links", ["service_id"], unique=False
    )
    op.create_table(
        "standings",
        sa.Column("project_id", sa.Uuid(), nullable=False),
        sa.Column("method", sa.Text(), nullable=True),
        sa.Column("generation", sa.Text(), nullable=True),
        sa.Column("stages_total", sa.Integer(), nullable=False),
        sa.Column("stages_closed", sa.Integer(), nullable=False),
        sa.Column("stage", sa.Text(), nullable=True),
        sa.Column("stage_state", sa.Text(), nullable=True),
        sa.Column("stage_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("waiting_gate_id", sa.Uuid(), nullable=True),
        sa.Column("documents_total", sa.Integer(), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["project_id"],
            ["projects.id"],
            name=op.f("fk_standings_project_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("project_id", name=op.f("pk_standings")),
    )
    op.create_index(op.f("ix_standings_changed_at"), "standings", ["changed_at"], unique=False)
    op.add_column("clients", sa.Column("domain_id", sa.Uuid(), nullable=True))
    op.add_column("clients", sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "clients", sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False)
    )
    op.add_column("clients", sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("clients", sa.Column("updated_by", sa.Uuid(), nullable=True))
    op.add_column("clients", sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("clients", sa.Column("deleted_by", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_clients_updated_by"),
        "clients",
        "users",
        ["updated_by"],
        ["id"],
        postgresql_not_valid=True,
    )
    op.create_foreign_key(
        op.f("fk_clients_domain_id"),
        "clients",
        "reference_items",
        ["domain_id"],
        ["id"],
        postgresql_not_valid=True,
    )
    op.create_foreign_key(
        op.f("fk_clients_deleted_by"),
        "clients",
        "users",
        ["deleted_by"],
        ["id"],
        postgresql_not_valid=True,
    )
    op.add_column(
        "projects",
        sa.Column(
            "key",
            sa.Text(),
            nullable=True,
        ),
    )
    op.add_column(
        "projects",
        sa.Column("description", sa.Text(), server_default=sa.text("''"), nullable=False),
    )
    op.add_column(
        "projects",
        sa.Column(
            "type",
            sa.String(length=32),
            server_default=sa.text("'existing'"),
            nullable=False,
        ),
    )
    op.add_column("projects", sa.Column("implementation_type_id", sa.Uuid(), nullable=True))
    op.add_column(
        "projects",
        sa.Column(
            "user_category_ids",
            postgresql.ARRAY(sa.Uuid()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
    )
    op.add_column(
        "projects",
        sa.Column(
            "status",
            sa.String(length=32),
            server_default=sa.text("'active'"),
            nullable=False,
        ),
    )
    op.add_column(
        "projects",
        sa.Column("status_reason", sa.Text(), server_default=sa.text("''"), nullable=False),
    )
    op.add_column("projects", sa.Column("status_since", sa.DateTime(timezone=True), nullable=True))
    op.add_column("projects", sa.Column("owner_id", sa.Uuid(), nullable=True))
    op.add_column(
        "projects", sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False)
    )
    op.add_column("projects", sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("projects", sa.Column("updated_by", sa.Uuid(), nullable=True))
    op.add_column("projects", sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("projects", sa.Column("deleted_by", sa.Uuid(), nullable=True))
    op.create_index(op.f("ix_projects_owner_id"), "projects", ["owner_id"], unique=False)
    op.create_index("uq_projects_key", "projects", [sa.literal_column("upper(key)")], unique=True)
    op.create_foreign_key(
        op.f("fk_projects_implementation_type_id"),
        "projects",
        "reference_items",
        ["implementation_type_id"],
        ["id"],
        postgresql_not_valid=True,
    )
    op.create_foreign_key(
        op.f("fk_projects_owner_id"),
        "projects",
        "users",
        ["owner_id"],
        ["id"],
        postgresql_not_valid=True,
    )
    op.create_foreign_key(
        op.f("fk_projects_deleted_by"),
        "projects",
        "users",
        ["deleted_by"],
        ["id"],
        postgresql_not_valid=True,
    )
    op.create_foreign_key(
        op.f("fk_projects_updated_by"),
        "projects",
        "users",
        ["updated_by"],
        ["id"],
        postgresql_not_valid=True,
    )
    op.add_column(
        "services",
        sa.Column("description", sa.Text(), server_default=sa.text("''"), nullable=False),
    )
    op.add_column("services", sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "services", sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False)
    )
    op.add_column("services", sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("services", sa.Column("updated_by", sa.Uuid(), nullable=True))
    op.add_column("services", sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("services", sa.Column("deleted_by", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_services_updated_by"),
        "services",
        "users",
        ["updated_by"],
        ["id"],
        postgresql_not_valid=True,
    )
    op.create_foreign_key(
        op.f("fk_services_deleted_by"),
        "services",
        "users",
        ["deleted_by"],
        ["id"],
        postgresql_not_valid=True,
    )
    op.add_column(
        "users",
        sa.Column("sees_all_clients", sa.Boolean(), server_default=sa.text("true"), nullable=False),
    )
    op.add_column("users", sa.Column("deactivated_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("users", sa.Column("language", sa.Text(), nullable=True))
    op.add_column("users", sa.Column("time_zone", sa.Text(), nullable=True))
    op.add_column("users", sa.Column("looked_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "users", sa.Column("version", sa.Integer(), server_default=sa.text("1"), nullable=False)
    )
    op.add_column("users", sa.Column("updated_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("users", sa.Column("updated_by", sa.Uuid(), nullable=True))
    name_only_what_is_in_use()
    op.execute(
        """
        ALTER TABLE projects ADD CONSTRAINT ck_projects_type
            CHECK (type IN ('new', 'existing')) NOT VALID;
        ALTER TABLE projects ADD CONSTRAINT ck_projects_status
            CHECK (status IN ('draft', 'active', 'blocked', 'completed', 'archived')) NOT VALID;
        UPDATE projects SET key = 'P' || upper(substr(md5(gen_random_uuid()::text), 1, 11));
        ALTER TABLE projects ALTER COLUMN key
            SET DEFAULT 'P' || upper(substr(md5(gen_random_uuid()::text), 1, 11));
        """
    )
    op.execute(STANDINGS)
    op.execute(REFERENCE)
    op.execute(APPEND_ONLY)


NAMED = (
    ("uq_clients_name", "clients", "lower(name)"),
    ("uq_services_client_id_name", "services", "client_id, lower(name)"),
    ("uq_projects_service_id_name", "projects", "service_id, lower(name)"),
)

STANDINGS = """
    INSERT INTO standings (project_id, method, generation, stages_total, stages_closed, stage,
        stage_state, stage_since, waiting_gate_id, documents_total, changed_at)
    SELECT p.id, ws.method, ws.generation, coalesce(stage.total, 0), coalesce(stage.closed, 0),
           active.title, active.state,
           CASE WHEN active.id IS NOT NULL THEN coalesce(
               (SELECT max(t.at) FROM stage_transitions t WHERE t.stage_id = active.id),
               p.created_at) END,
           CASE WHEN active.state = 'submitted' THEN gate.id END,
           coalesce(document.total, 0), coalesce(document.changed_at, p.created_at)
    FROM projects p
    LEFT JOIN workspaces ws ON ws.project_id = p.id
    LEFT JOIN workflows w ON w.project_id = p.id
    LEFT JOIN LATERAL (
        SELECT count(*) AS total, count(*) FILTER (WHERE s.state IN ('done', 'skipped')) AS closed
        FROM stages s WHERE s.workflow_id = w.id
    ) stage ON true
    LEFT JOIN stages active
        ON active.workflow_id = w.id AND active.state IN ('current', 'submitted')
    LEFT JOIN gates gate ON gate.stage_id = active.id
    LEFT JOIN LATERAL (
        SELECT count(*) AS total, max(d.changed_at) AS changed_at
        FROM documents d WHERE d.project_id = p.id
    ) document ON true
"""

REFERENCE = """
    INSERT INTO reference_items (id, kind, code, name, colour, created_at)
    SELECT gen_random_uuid(), kind, code, name, colour, now() FROM (VALUES
        ('business_domain', 'healthcare', 'Healthcare', NULL),
        ('business_domain', 'finance', 'Finance', NULL),
        ('business_domain', 'technology', 'Technology', NULL),
        ('business_domain', 'manufacturing', 'Manufacturing', NULL),
        ('business_domain', 'education', 'Education', NULL),
        ('business_domain', 'public_sector', 'Public sector', NULL),
        ('business_domain', 'other', 'Other', NULL),
        ('service_category', 'ai', 'AI', '#7c3aed'),
        ('service_category', 'data', 'Data', '#0369a1'),
        ('service_category', 'web', 'Web', '#15803d'),
        ('service_category', 'mobile', 'Mobile', '#b45309'),
        ('service_category', 'integration', 'Integration', '#be185d'),
        ('implementation_type', 'rag', 'RAG', '#0369a1'),
        ('implementation_type', 'agentic', 'Agentic', '#7c3aed'),
        ('implementation_type', 'automation', 'Automation', '#15803d'),
        ('implementation_type', 'chatbot', 'Chatbot', '#b45309'),
        ('implementation_type', 'analytics', 'Analytics', '#0f766e'),
        ('implementation_type', 'recommendation', 'Recommendation', '#be185d'),
        ('user_category', 'employees', 'Employees', NULL),
        ('user_category', 'customers', 'Customers', NULL),
        ('user_category', 'partners', 'Partners', NULL),
        ('user_category', 'public', 'General public', NULL)
    ) AS given (kind, code, name, colour)
"""

# The api and the worker are the role `agentlab`, which owns nothing (application_rights.sql). In a
# database of somebody's own they may be its owner: there the trigger stands in their way.
APPEND_ONLY = """
    CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'the audit trail is append only' USING ERRCODE = 'insufficient_privilege';
    END $$;
    CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON audit_entries
        FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();
    CREATE TRIGGER append_only BEFORE UPDATE ON audit_details
        FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();
    DO $$ BEGIN
        IF current_user <> 'agentlab'
           AND EXISTS (SELECT FROM pg_roles WHERE rolname = 'agentlab') THEN
            REVOKE UPDATE, DELETE, TRUNCATE ON audit_entries FROM agentlab;
            REVOKE UPDATE, TRUNCATE ON audit_details FROM agentlab;
        END IF;
    END $$;
"""


def name_only_what_is_in_use() -> None:
    """A name is free again when what had it is in the bin."""
    for index, table, columns in NAMED:
        op.execute(f"DROP INDEX {index}")
        op.execute(f"CREATE UNIQUE INDEX {index} ON {table} ({columns}) WHERE deleted_at IS NULL")


def downgrade() -> None:
    op.execute("SET LOCAL lock_timeout = '5s'")
    for index, table, columns in NAMED:
        op.execute(f"DROP INDEX {index}")
        op.execute(f"CREATE UNIQUE INDEX {index} ON {table} ({columns})")
    op.drop_column("users", "updated_by")
    op.drop_column("users", "updated_at")
    op.drop_column("users", "version")
    op.drop_column("users", "looked_at")
    op.drop_column("users", "time_zone")
    op.drop_column("users", "language")
    op.drop_column("users", "deactivated_at")
    op.drop_column("users", "sees_all_clients")
    op.drop_constraint(op.f("fk_services_deleted_by"), "services", type_="foreignkey")
    op.drop_constraint(op.f("fk_services_updated_by"), "services", type_="foreignkey")
    op.drop_column("services", "deleted_by")
    op.drop_column("services", "deleted_at")
    op.drop_column("services", "updated_by")
    op.drop_column("services", "updated_at")
    op.drop_column("services", "version")
    op.drop_column("services", "archived_at")
    op.drop_column("services", "description")
    op.drop_constraint(op.f("fk_projects_updated_by"), "projects", type_="foreignkey")
    op.drop_constraint(op.f("fk_projects_deleted_by"), "projects", type_="foreignkey")
    op.drop_constraint(op.f("fk_projects_owner_id"), "projects", type_="foreignkey")
    op.drop_constraint(op.f("fk_projects_implementation_type_id"), "projects", type_="foreignkey")
    op.drop_index("uq_projects_key", table_name="projects")
    op.drop_index(op.f("ix_projects_owner_id"), table_name="projects")
    op.drop_column("projects", "deleted_by")
    op.drop_column("projects", "deleted_at")
    op.drop_column("projects", "updated_by")
    op.drop_column("projects", "updated_at")
    op.drop_column("projects", "version")
    op.drop_column("projects", "owner_id")
    op.drop_column("projects", "status_since")
    op.drop_column("projects", "status_reason")
    op.drop_column("projects", "status")
    op.drop_column("projects", "user_category_ids")
    op.drop_column("projects", "implementation_type_id")
    op.drop_column("projects", "type")
    op.drop_column("projects", "description")
    op.drop_column("projects", "key")
    op.drop_constraint(op.f("fk_clients_deleted_by"), "clients", type_="foreignkey")
    op.drop_constraint(op.f("fk_clients_domain_id"), "clients", type_="foreignkey")
    op.drop_constraint(op.f("fk_clients_updated_by"), "clients", type_="foreignkey")
    op.drop_column("clients", "deleted_by")
    op.drop_column("clients", "deleted_at")
    op.drop_column("clients", "updated_by")
    op.drop_column("clients", "updated_at")
    op.drop_column("clients", "version")
    op.drop_column("clients", "archived_at")
    op.drop_column("clients", "domain_id")
    op.drop_index(op.f("ix_standings_changed_at"), table_name="standings")
    op.drop_table("standings")
    op.drop_index(op.f("ix_contact_links_service_id"), table_name="contact_links")
    op.drop_index(op.f("ix_contact_links_project_id"), table_name="contact_links")
    op.drop_table("contact_links")
    op.drop_index(op.f("ix_application_projects_project_id"), table_name="application_projects")
    op.drop_table("application_projects")
    op.drop_index(op.f("ix_api_tokens_user_id"), table_name="api_tokens")
    op.drop_table("api_tokens")
    op.drop_index(op.f("ix_service_categories_item_id"), table_name="service_categories")
    op.drop_table("service_categories")
    op.drop_index("uq_contacts_client_id_email", table_name="contacts")
    op.drop_table("contacts")
    op.drop_index(op.f("ix_client_assignments_client_id"), table_name="client_assignments")
    op.drop_table("client_assignments")
    op.drop_index("uq_applications_client_id_name", table_name="applications")
    op.drop_table("applications")
    op.drop_table("saved_views")
    op.drop_index(op.f("ix_refresh_tokens_user_id"), table_name="refresh_tokens")
    op.drop_index(op.f("ix_refresh_tokens_family_id"), table_name="refresh_tokens")
    op.drop_table("refresh_tokens")
    op.drop_table("reference_items")
    op.drop_index(op.f("ix_portfolio_transitions_subject_id"), table_name="portfolio_transitions")
    op.drop_table("portfolio_transitions")
    op.drop_index(op.f("ix_identities_user_id"), table_name="identities")
    op.drop_table("identities")
    op.drop_index(op.f("ix_idempotency_keys_created_at"), table_name="idempotency_keys")
    op.drop_table("idempotency_keys")
    op.drop_table("audit_details")
    op.drop_index(op.f("ix_account_links_user_id"), table_name="account_links")
    op.drop_table("account_links")
    op.drop_index("ix_audit_entries_subject_id_sequence", table_name="audit_entries")
    op.drop_index("ix_audit_entries_project_id_sequence", table_name="audit_entries")
    op.drop_index("ix_audit_entries_client_id_sequence", table_name="audit_entries")
    op.drop_index("ix_audit_entries_at", table_name="audit_entries")
    op.drop_index("ix_audit_entries_actor_id_sequence", table_name="audit_entries")
    op.drop_index("ix_audit_entries_action_sequence", table_name="audit_entries")
    op.drop_table("audit_entries")
    op.execute("DROP FUNCTION refuse_audit_change()")
