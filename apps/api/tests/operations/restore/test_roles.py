"""Roles that operators made for programs of their own come back with the database."""

import psycopg

from agentlab.operations.backup import keys
from agentlab.operations.restore import restoring
from agentlab.operations.restore.desk import Desk
from agentlab.operations.restore.source import find
from tests.operations.restore.conftest import Backup

WHAT_IT_MAY = """
    SELECT rolcanlogin, rolconnlimit, rolconfig,
        rolsuper OR rolcreaterole OR rolcreatedb OR rolreplication OR rolbypassrls,
        ARRAY(
            SELECT roleid::regrole::text FROM pg_auth_members WHERE member = pg_roles.oid ORDER BY 1
        ),
        has_table_privilege(rolname, 'projects', 'SELECT')
    FROM pg_roles WHERE rolname = %s
"""


def test_they_come_without_power_and_who_is_there_stays_as_they_are(
    desk: Desk, backup: Backup
) -> None:
    with psycopg.connect(desk.place.database_url) as db:
        db.execute("CREATE ROLE analyst CONNECTION LIMIT 9")
    restoring.restore(desk, find(desk.place, str(backup.bundle), keys.read(backup.key)))

    with psycopg.connect(desk.place.database_url) as db:

        def what(role: str) -> tuple[object, ...] | None:
            return db.execute(WHAT_IT_MAY, [role]).fetchone()

        groups = ["analysts", "pg_read_all_data"]
        assert what("metabase") == (True, 5, ["statement_timeout=30s"], False, groups, True)
        assert what("analyst") == (False, 9, None, False, [], True)
        assert what('The "boss"; really') == (True, -1, None, False, [], False)
        assert what("unwanted") is None
    assert desk.settings.database_address
    psycopg.connect(desk.settings.database_address).close()  # with the password of this desk
