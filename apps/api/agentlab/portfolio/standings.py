"""Keeps `Standing` true: written again for each project that a transaction changed something of."""

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, bindparam, event, text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session, SessionTransaction

from agentlab.changes.service import TOUCHED
from agentlab.context import Context

# The row lock makes two transactions that change one project write one after the other, and
# the second statement sees what the first one committed.
LOCK = text(
    "SELECT id FROM projects WHERE id = ANY(:ids) ORDER BY id FOR NO KEY UPDATE"
).bindparams(bindparam("ids", type_=ARRAY(Uuid)))

COMPUTED = """
    SELECT p.id AS project_id,
           ws.method,
           ws.generation,
           coalesce(stage.total, 0) AS stages_total,
           coalesce(stage.closed, 0) AS stages_closed,
           active.title AS stage,
           active.state AS stage_state,
           CASE WHEN active.id IS NOT NULL THEN coalesce(
               (SELECT max(t.at) FROM stage_transitions t WHERE t.stage_id = active.id),
               p.created_at) END AS stage_since,
           CASE WHEN active.state = 'submitted' THEN gate.id END AS waiting_gate_id,
           coalesce(document.total, 0) AS documents_total,
           coalesce(document.changed_at, p.created_at) AS changed_at
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

WRITE = """
    INSERT INTO standings (project_id, method, generation, stages_total, stages_closed, stage,
        stage_state, stage_since, waiting_gate_id, documents_total, changed_at)
    {computed}
    ON CONFLICT (project_id) DO UPDATE SET
        (method, generation, stages_total, stages_closed, stage, stage_state, stage_since,
         waiting_gate_id, documents_total, changed_at)
      = (excluded.method, excluded.generation, excluded.stages_total, excluded.stages_closed,
         excluded.stage, excluded.stage_state, excluded.stage_since, excluded.waiting_gate_id,
         excluded.documents_total, excluded.changed_at)
"""

WRITE_SOME = text(WRITE.format(computed=f"{COMPUTED} WHERE p.id = ANY(:ids)")).bindparams(
    bindparam("ids", type_=ARRAY(Uuid))
)


@event.listens_for(Session, "before_commit")
def keep_standings(session: Session) -> None:
    if session.in_nested_transaction():  # the end of a savepoint is none
        return
    touched = session.info.pop(TOUCHED, None)
    if touched:
        session.flush()
        write(session, touched)


@event.listens_for(Session, "after_soft_rollback")
def forget_what_was_touched(session: Session, ended: SessionTransaction) -> None:
    if ended.parent is None:
        session.info.pop(TOUCHED, None)


def write(session: Session, project_ids: Collection[UUID]) -> None:
    """Compute and keep the standings of these projects; ids without a project are passed over."""
    session.execute(LOCK, {"ids": list(project_ids)})
    session.execute(WRITE_SOME, {"ids": list(project_ids)})


async def write_missing(context: Context) -> None:
    """A sweep: for projects that code from before these rows has made meanwhile."""
    async with context.sessions.begin() as db:
        missing = await find_missing(db)
        if missing:
            await db.run_sync(write, missing)


async def find_missing(db: AsyncSession) -> list[UUID]:
    """Projects without a standing, or with one that is older than what it stands for."""
    rows = await db.scalars(
        text(
            f"""
            SELECT c.project_id FROM ({COMPUTED}) c LEFT JOIN standings k USING (project_id)
            WHERE k.project_id IS NULL
               OR (c.method, c.generation, c.stages_total, c.stages_closed, c.stage,
                   c.stage_state, c.stage_since, c.waiting_gate_id, c.documents_total,
                   c.changed_at)
                  IS DISTINCT FROM
                  (k.method, k.generation, k.stages_total, k.stages_closed, k.stage,
                   k.stage_state, k.stage_since, k.waiting_gate_id, k.documents_total,
                   k.changed_at)
            LIMIT 10000
            """  # noqa: S608 - texts of our own
        )
    )
    return list(rows)
