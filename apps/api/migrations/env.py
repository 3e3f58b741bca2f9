"""How Alembic reaches the database. Called by `agentlab.kit.migrations`, never by a person."""

from alembic import context
from sqlalchemy import create_engine, pool, text

from agentlab.models import metadata

LOCK = 7_236_540_023  # any number that no other program takes: one migration at a time


def ours(name: str | None, kind: str, _: object) -> bool:
    """Leave out the job queue's tables: procrastinate brings their definition itself."""
    return not (kind == "table" and (name or "").startswith("procrastinate_"))


def run() -> None:
    url = context.config.get_main_option("sqlalchemy.url")
    engine = create_engine(str(url), poolclass=pool.NullPool, connect_args={"connect_timeout": 5})
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:lock)"), {"lock": LOCK})
        connection.commit()
        context.configure(
            connection=connection,
            target_metadata=metadata,
            include_name=lambda name, kind, _: ours(name, kind, None),
        )
        with context.begin_transaction():
            context.run_migrations()
    engine.dispose()


run()
