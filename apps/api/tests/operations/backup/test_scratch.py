"""What a scratch PostgreSQL that ended is said to have said."""

from pathlib import Path

from agentlab.operations.backup.scratch import failed

LOG = """\
LOG:  starting PostgreSQL
FATAL:  recovery ended before configured recovery target was reached
FATAL:  the database system is not accepting connections
LOG:  database system is shut down
"""


def test_the_reason_is_told_and_not_what_answered_whoever_asked(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_text(LOG)
    assert "“FATAL:  recovery ended before configured" in failed(log, 1).detail
