"""A release can be taken back: the code before a migration works while it runs and after it.

Expand, migrate, contract: a migration adds. What is no longer used is taken away in a later
release, by a migration that names in `oldest_code` the revision from which on no code uses it.
"""

import io
import re
import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.script import Script, ScriptDirectory

from agentlab.kit import migrations

SQUAWK = Path(sys.executable).with_name("squawk")
SETTLED = {
    "prefer-robust-stmts",  # every migration is one transaction
    "require-concurrent-index-creation",  # our tables are small enough for the lock timeout
    "require-concurrent-index-deletion",
    "adding-field-with-default",  # the same of a computed column, which rewrites its table
    "require-lock-timeout",  # migrations/env.py sets both for all of them
    "require-statement-timeout",
    "prefer-text-field",  # text is what the models use; varchar comes from our enums
    "prefer-bigint-over-int",
    "prefer-timestamptz",
}
TAKES_AWAY = {
    "adding-not-nullable-field",
    "adding-required-field",
    "ban-alter-domain-with-add-constraint",
    "ban-drop-column",
    "ban-drop-database",
    "ban-drop-not-null",
    "ban-drop-table",
    "changing-column-type",
    "renaming-column",
    "renaming-table",
}
"""What breaks the code of before; allowed where the contract phase says that nobody uses it."""


def script() -> ScriptDirectory:
    return ScriptDirectory.from_config(migrations.config())


def test_the_names_of_the_files_say_the_revisions_in_their_order() -> None:
    newest_first = [revision.revision for revision in script().walk_revisions()]
    assert migrations.revisions() == tuple(reversed(newest_first))


def after_the_first() -> list[Script]:
    """The first one meets an empty database, and makes the job queue from the library's file."""
    return [revision for revision in script().walk_revisions() if revision.down_revision]


def statements(start: str, end: str) -> str:
    """What a migration says to PostgreSQL, as text."""
    text = io.StringIO()
    config = migrations.config("postgresql://nobody@nowhere/nothing")
    config.output_buffer = text
    command.upgrade(config, f"{start}:{end}", sql=True)
    return "\n".join(line for line in text.getvalue().splitlines() if "alembic_version" not in line)


def broken_rules(sql: str) -> set[str]:
    arguments = [str(SQUAWK), "--pg-version=17.0", "--assume-in-transaction", "--reporter=gcc"]
    run = subprocess.run(arguments, input=sql, capture_output=True, text=True, check=False)
    assert not run.stderr
    found = set(re.findall(r": (?:warning|error): ([a-z-]+) ", run.stdout))
    return found - SETTLED


def weakened_by(revision: Script) -> tuple[str, ...]:
    """Constraints that go because what the code before does still holds; each says why."""
    return getattr(revision.module, "weakened", ())


@pytest.mark.parametrize("revision", after_the_first(), ids=lambda revision: revision.revision)
def test_a_migration_leaves_the_code_before_it_alone(revision: Script) -> None:
    sql = statements(str(revision.down_revision), revision.revision)
    found = broken_rules(sql)
    if set(re.findall(r"DROP CONSTRAINT (\w+)", sql)) == set(weakened_by(revision)):
        found -= {"ban-drop-constraint"}
    if getattr(revision.module, migrations.OLDEST_CODE, None):
        found -= TAKES_AWAY
    assert found == set()


@pytest.mark.parametrize("revision", after_the_first(), ids=lambda revision: revision.revision)
def test_the_release_before_a_contract_still_works(revision: Script) -> None:
    """`oldest_code` is the revision before, or an earlier one; never the migration itself."""
    oldest = getattr(revision.module, migrations.OLDEST_CODE, revision.down_revision)
    before = script().iterate_revisions(str(revision.down_revision), "base")
    assert oldest in {each.revision for each in before}


@pytest.mark.parametrize(
    ("sql", "rule"),
    [
        ("ALTER TABLE gates DROP COLUMN name;", "ban-drop-column"),
        ("DROP TABLE gates;", "ban-drop-table"),
        ("ALTER TABLE gates RENAME COLUMN name TO title;", "renaming-column"),
        ("ALTER TABLE gates ADD COLUMN due text NOT NULL;", "adding-required-field"),
        ("ALTER TABLE gates ALTER COLUMN name TYPE bigint;", "changing-column-type"),
        (
            "ALTER TABLE gates ADD CONSTRAINT c CHECK (length(name) > 1);",
            "constraint-missing-not-valid",
        ),
    ],
)
def test_the_linter_refuses_what_breaks_running_code(sql: str, rule: str) -> None:
    assert rule in broken_rules(sql)


def test_the_linter_lets_additions_pass() -> None:
    assert broken_rules("ALTER TABLE gates ADD COLUMN due timestamptz;") == set()
