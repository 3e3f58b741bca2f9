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

STALE_GATES = """
    SELECT w.project_id, w.id AS workflow_id, g.id AS gate_id, s.id AS stage_id,
           approval.id AS approval_id, found.id AS finding_id
    FROM workflows w
    JOIN stages s ON s.workflow_id = w.id AND s.state = 'done'
    JOIN gates g ON g.stage_id = s.id
    JOIN LATERAL (
        SELECT d.id FROM submissions b JOIN decisions d ON d.submission_id = b.id
        WHERE b.gate_id = g.id AND d.settles AND d.verdict = 'approved'
        ORDER BY b.number DESC, d.id DESC LIMIT 1
    ) approval ON true
    JOIN LATERAL (
        SELECT f.id, f.digest FROM staleness_findings f WHERE f.decision_id = approval.id
        ORDER BY f.number DESC LIMIT 1
    ) found ON found.digest <> ''
    WHERE NOT EXISTS (
        SELECT 1 FROM staleness_acceptances a JOIN staleness_findings f ON f.id = a.finding_id
        WHERE f.decision_id = approval.id AND f.digest = found.digest)
"""
"""Approved gates with an artefact that changed since, unless somebody accepted that change."""

COMPUTED = f"""
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
           CASE WHEN active.state = 'submitted' THEN
               (SELECT max(b.submitted_at) FROM submissions b WHERE b.gate_id = gate.id)
               + make_interval(hours => 24 * policy.due_days) END AS waiting_due_at,
           coalesce(document.total, 0) AS documents_total,
           coalesce(document.changed_at, p.created_at) AS changed_at,
           (SELECT count(*) FROM ({STALE_GATES} AND w.project_id = p.id) stale) AS stale_total,
           contradiction.total AS contradictions,
           contradiction.since AS contradictions_since,
           contradiction.news_at AS contradictions_news_at
    FROM projects p
    LEFT JOIN workspaces ws ON ws.project_id = p.id
    LEFT JOIN workflows w ON w.project_id = p.id
    LEFT JOIN LATERAL (
        SELECT count(*) AS total, count(*) FILTER (WHERE s.state IN ('done', 'skipped')) AS closed
        FROM stages s WHERE s.workflow_id = w.id
    ) stage ON true
    LEFT JOIN LATERAL (
        -- Of several that are worked on side by side, one that waits for a decision comes first.
        SELECT s.id, s.title, s.state FROM stages s
        WHERE s.workflow_id = w.id AND s.state IN ('current', 'submitted')
        ORDER BY s.state DESC, s.position LIMIT 1
    ) active ON true
    LEFT JOIN gates gate ON gate.stage_id = active.id
    LEFT JOIN gate_policies policy ON policy.gate_id = gate.id
    LEFT JOIN LATERAL (
        SELECT count(*) AS total, max(d.changed_at) AS changed_at
        FROM documents d WHERE d.project_id = p.id
    ) document ON true
    CROSS JOIN LATERAL (
        SELECT count(*)::integer AS total, min(x.found_at) AS since, max(x.found_at) AS news_at
        FROM contradictions x WHERE x.project_id = p.id AND NOT x.is_expected
    ) contradiction
"""  # noqa: S608 - texts of our own

WRITE = """
    INSERT INTO standings (project_id, method, generation, stages_total, stages_closed, stage,
        stage_state, stage_since, waiting_gate_id, waiting_due_at, documents_total, changed_at,
        stale_total, contradictions, contradictions_since, contradictions_news_at)
    {computed}
    ON CONFLICT (project_id) DO UPDATE SET
        (method, generation, stages_total, stages_closed, stage, stage_state, stage_since,
         waiting_gate_id, waiting_due_at, documents_total, changed_at, stale_total,
         contradictions, contradictions_since, contradictions_news_at)
      = (excluded.method, excluded.generation, excluded.stages_total, excluded.stages_closed,
         excluded.stage, excluded.stage_state, excluded.stage_since, excluded.waiting_gate_id,
         excluded.waiting_due_at, excluded.documents_total, excluded.changed_at,
         excluded.stale_total, excluded.contradictions, excluded.contradictions_since,
         excluded.contradictions_news_at)
"""

WRITE_SOME = text(WRITE.format(computed=f"{COMPUTED} WHERE p.id = ANY(:ids)")).bindparams(
    bindparam("ids", type_=ARRAY(Uuid))
)


# Before the trail's: whoever waits for a row must not hold the lock of the chain meanwhile.
@event.listens_for(Session, "before_commit", insert=True)
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
                   c.stage_state, c.stage_since, c.waiting_gate_id, c.waiting_due_at,
                   c.documents_total, c.changed_at, c.stale_total, c.contradictions,
                   c.contradictions_since, c.contradictions_news_at)
                  IS DISTINCT FROM
                  (k.method, k.generation, k.stages_total, k.stages_closed, k.stage,
                   k.stage_state, k.stage_since, k.waiting_gate_id, k.waiting_due_at,
                   k.documents_total, k.changed_at, k.stale_total, k.contradictions,
                   k.contradictions_since, k.contradictions_news_at)
            LIMIT 10000
            """  # noqa: S608 - texts of our own
        )
    )
    return list(rows)
