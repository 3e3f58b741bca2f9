"""How Alembic reaches the database. Called by `agentlab.kit.migrations`, never by a person."""

from alembic import context
from alembic.runtime.migration import MigrationContext, MigrationInfo
from sqlalchemy import create_engine, pool, text

from agentlab.kit.migrations import LOCK, OLDEST_CODE, schema_floor
from agentlab.models import metadata

TIMEOUTS = {
    "lock_timeout": "120s",  # for the migration before this one to end
    "statement_timeout": "900s",
    "idle_in_transaction_session_timeout": "60s",
}
TABLE_LOCK_TIMEOUT = "5s"
"""Behind a statement that waits for a table, everybody else who wants the table waits too."""


def ours(name: str | None, kind: str, _: object) -> bool:
    """Leave out the job queue's tables: procrastinate brings their definition itself."""
    return not (kind == "table" and (name or "").startswith("procrastinate_"))


def raise_floor(*, ctx: MigrationContext, step: MigrationInfo, **_: object) -> None:
    """Note, in the migration's own transaction, whose code no longer works after it."""
    oldest = getattr(step.up_revision.module, OLDEST_CODE, None)
    if step.is_upgrade and oldest:
        ctx.connection.execute(schema_floor.update().values(revision=oldest))


def run() -> None:
    url = context.config.get_main_option("sqlalchemy.url")
    if context.is_offline_mode():  # the statements as text, for the linter
        context.configure(url=str(url), target_metadata=metadata, literal_binds=True)
        context.run_migrations()
        return
    options = " ".join(f"-c {name}={value}" for name, value in TIMEOUTS.items())
    engine = create_engine(
        str(url),
        poolclass=pool.NullPool,
        connect_args={"connect_timeout": 5, "options": options},
    )
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
        connection.execute(text(f"SET lock_timeout = '{TABLE_LOCK_TIMEOUT}'"))
        connection.commit()
        context.configure(
            connection=connection,
            target_metadata=metadata,
            include_name=lambda name, kind, _: ours(name, kind, None),
            transaction_per_migration=True,
            on_version_apply=raise_floor,
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
