"""Details of the trail go only with the entry that names them.

Expand, but for what earlier code must not be able to do any more: its erasures and its retention
are refused and delete nothing; the rest of it works.
"""

from alembic import op

revision = "0025"
down_revision = "0023"
branch_labels = None
depends_on = None

# It runs with the rights of the tables' owner, which who serves requests has not. The setting is
# there for who is both: what deletes details without it is refused by the trigger.
FORGET = """
    CREATE FUNCTION forget_audit_details(named_by bigint) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
    AS $$
    BEGIN
        PERFORM set_config('agentlab.forgetting', 'on', true);
        WITH named AS (
            SELECT (span ->> 0)::bigint AS first, (span ->> 1)::bigint AS last
            FROM public.audit_entries e
            JOIN public.audit_details d USING (sequence)
            CROSS JOIN jsonb_array_elements(d.detail #> '{after,sequences}') AS span
            WHERE e.sequence = named_by AND e.action IN ('privacy.erased', 'retention.applied')
        )
        DELETE FROM public.audit_details d USING named
        WHERE d.sequence BETWEEN named.first AND least(named.last, named_by - 1)
          AND d.sequence NOT IN (
              SELECT sequence FROM public.audit_entries
              WHERE action IN ('privacy.erased', 'retention.applied'));
        PERFORM set_config('agentlab.forgetting', '', true);
    END $$
"""

TRIGGERS = """
    CREATE TRIGGER only_by_name BEFORE DELETE ON audit_details FOR EACH ROW
        WHEN (current_setting('agentlab.forgetting', true) IS DISTINCT FROM 'on')
        EXECUTE FUNCTION refuse_audit_change();
    CREATE TRIGGER never_emptied BEFORE TRUNCATE ON audit_details
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
    CREATE TRIGGER never_emptied BEFORE TRUNCATE ON audit_entries
        FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change();
    CREATE TRIGGER what_ended_stays BEFORE UPDATE ON audit_verifications FOR EACH ROW
        WHEN (OLD.ended_at IS NOT NULL) EXECUTE FUNCTION refuse_audit_change();
    CREATE TRIGGER append_only BEFORE DELETE ON audit_verifications
        FOR EACH ROW EXECUTE FUNCTION refuse_audit_change();
"""

RIGHTS = """
    DO $$ BEGIN
        IF current_user <> 'agentlab'
           AND EXISTS (SELECT FROM pg_roles WHERE rolname = 'agentlab') THEN
            {} ON audit_details {} agentlab;
            {} ON audit_verifications {} agentlab;
        END IF;
    END $$;
"""


def upgrade() -> None:
    op.execute(FORGET)
    op.execute(TRIGGERS)
    op.execute(RIGHTS.format(*("REVOKE DELETE", "FROM") * 2))


def downgrade() -> None:
    op.execute(RIGHTS.format(*("GRANT DELETE", "TO") * 2))
    op.execute(
        """
        DROP TRIGGER append_only ON audit_verifications;
        DROP TRIGGER what_ended_stays ON audit_verifications;
        DROP TRIGGER never_emptied ON audit_entries;
        DROP TRIGGER never_emptied ON audit_details;
        DROP TRIGGER only_by_name ON audit_details;
        DROP FUNCTION forget_audit_details(bigint);
        """
    )
