"""What is measured, as parts of one statement. `docs/guide/analytics.md` says the same to people.

Every part reads `scope`, the runs of projects through templates that are asked for. Of what
happened, the rows have `part`: the number of the part of the period in which it did, 0 for the
period before, and `is_now`, which tells those two apart. `seconds` is null for what has no time.

`OFFSET 0` has PostgreSQL compute a row once, not anew for each way in which it is counted.
"""

from agentlab.analytics.readiness import IS_BUILDING
from agentlab.gates import rights


def in_part(at: str) -> str:
    """The number of the part in which a moment lies."""
    return f"width_bucket({at}, CAST(:edges AS timestamptz[]))"


def happened(at: str) -> str:
    """That a moment lies in the period, or in the one before it."""
    return f"({at} >= CAST(:previous_start AS timestamptz) AND {at} < CAST(:end AS timestamptz))"


BUILDING = f"""
    building AS MATERIALIZED (
        SELECT template_id, key, begins_at
        FROM (SELECT t.id AS template_id, g.workflow_id, g.key,
                     min(g.position) OVER (PARTITION BY t.id) AS begins_at
              FROM (SELECT DISTINCT ON (template_id) template_id, workflow_id
                    FROM scope ORDER BY template_id, workflow_id) one
              JOIN templates t ON t.id = one.template_id
              JOIN stages g ON g.workflow_id = one.workflow_id
              WHERE g.retired_at IS NULL AND {IS_BUILDING}) b
        WHERE EXISTS (
            SELECT FROM stages planned
            WHERE planned.workflow_id = b.workflow_id AND planned.retired_at IS NULL
              AND planned.position < b.begins_at)
    )
"""  # noqa: S608 - texts of our own
"""The stages of building of each template, read from one run through it.

None where the first stage is one: nothing comes before it, so there is no time until then."""

CLOSINGS = f"""
    closings AS (
        SELECT m.stage_id, m.at, m.to_state = 'skipped' AS is_skipped
        FROM stage_transitions m
        WHERE {happened("m.at")}
          AND (m.to_state = 'skipped'
               OR (m.to_state = 'done' AND m.from_state IN ('current', 'submitted')))
    ),
    open_now AS (
        SELECT g.id AS stage_id, g.workflow_id, g.key, g.position
        FROM stages g
        WHERE g.state IN ('current', 'submitted') AND g.retired_at IS NULL
    ),
    entries AS MATERIALIZED (
        SELECT m.stage_id, min(m.at) AS first_at, max(m.at) AS last_at,
               min(m.at) FILTER (WHERE m.from_state = 'upcoming') AS begun_at
        FROM stage_transitions m
        WHERE m.to_state = 'current' AND m.from_state <> 'submitted'
        GROUP BY m.stage_id
    )
"""  # noqa: S608 - texts of our own
"""Which stages were closed in the period, which are open, and when stages were entered.

The first one, and what was never upcoming, was current from the start of its workflow."""

PASSAGES = f"""
    passages AS (
        SELECT kind, client_id, key, stage_id, is_skipped,
               CASE WHEN seconds >= 0 AND NOT is_skipped THEN seconds END AS seconds,
               {in_part("at")} AS part, at >= CAST(:start AS timestamptz) AS is_now
        FROM (
            SELECT s.kind, s.client_id, g.key, g.id AS stage_id, m.at, m.is_skipped,
                   date_part('epoch', m.at - CASE
                       WHEN e.stage_id IS NULL THEN s.started_at
                       WHEN e.first_at = e.last_at AND e.begun_at IS NOT NULL AND e.first_at <= m.at
                           THEN e.first_at
                       ELSE coalesce(
                           (SELECT max(n.at) FROM stage_transitions n
                            WHERE n.stage_id = m.stage_id AND n.at <= m.at
                              AND n.to_state = 'current' AND n.from_state <> 'submitted'),
                           CASE WHEN g.position = 1 OR e.begun_at IS NULL THEN s.started_at END)
                       END) AS seconds
            FROM closings m
            JOIN stages g ON g.id = m.stage_id AND (g.state = 'skipped' OR NOT m.is_skipped)
            JOIN scope s ON s.workflow_id = g.workflow_id
            LEFT JOIN entries e ON e.stage_id = m.stage_id
            OFFSET 0
        ) closed
        OFFSET 0
    )
"""  # noqa: S608 - texts of our own
"""How long stages took: from becoming current until done, the time of review included.

A stage that is reopened begins anew. One that is skipped, and still is, is counted and has no time;
the same with one that ends before it begins, because a clock went backwards (`is_unclear`).
"""

OPEN_STAGES = """
    open_stages AS MATERIALIZED (
        SELECT s.workflow_id, s.kind, s.client_id, s.template_id, s.started_at,
               o.key, o.stage_id, o.position,
               greatest(0, date_part('epoch', now() - coalesce(e.last_at, s.started_at)))
                   AS seconds
        FROM open_now o
        JOIN scope s ON s.workflow_id = o.workflow_id
        LEFT JOIN entries e ON e.stage_id = o.stage_id
        WHERE s.is_live
    )
"""
"""Stages that are current or submitted now, with how long they are: shown apart, never mixed."""

ROUNDS = f"""
    approved AS MATERIALIZED (
        SELECT b.gate_id, min(b.number) AS number
        FROM submissions b
        JOIN decisions d ON d.submission_id = b.id AND d.settles AND d.verdict = 'approved'
        GROUP BY b.gate_id
    ),
    rounds AS MATERIALIZED (
        SELECT b.id, b.gate_id, b.submitted_by, b.submitted_at, a.kind AS gate_kind,
               g.id AS stage_id, g.key, s.workflow_id, s.kind, s.client_id,
               d.verdict, d.decided_by,
               CASE WHEN d.decided_at >= b.submitted_at
                   THEN date_part('epoch', d.decided_at - b.submitted_at) END AS seconds,
               {in_part("coalesce(d.decided_at, x.withdrawn_at)")} AS part,
               coalesce(d.decided_at, x.withdrawn_at) >= CAST(:start AS timestamptz) AS is_now,
               s.is_live AND g.retired_at IS NULL AS is_live,
               b.number > v.number IS TRUE AS is_renewal
        FROM submissions b
        LEFT JOIN decisions d ON d.submission_id = b.id AND d.settles
        LEFT JOIN withdrawals x ON x.submission_id = b.id
        LEFT JOIN approved v ON v.gate_id = b.gate_id
        JOIN gates a ON a.id = b.gate_id
        JOIN stages g ON g.id = a.stage_id
        JOIN scope s ON s.workflow_id = g.workflow_id
        WHERE coalesce({happened("coalesce(d.decided_at, x.withdrawn_at)")}, true)
    )
"""  # noqa: S608 - texts of our own
"""Submissions with what became of them: those that ended in the period, and those that wait, which
are in no part of it.

A submission at a gate that was approved before renews an approval whose texts changed
(`is_renewal`): it is no step of the project, and is in no figure but that of what waits now.
"""

REVIEWS = """
    reviews AS NOT MATERIALIZED (
        SELECT kind, client_id, gate_kind, key, stage_id, verdict, decided_by, seconds, part, is_now
        FROM rounds
        WHERE part IS NOT NULL AND NOT is_renewal
    )
"""
"""How long gates took: from a submission to the decision that settles it. The withdrawn, which
have no verdict, are counted and have no time."""

WAITING = """
    waiting AS MATERIALIZED (
        SELECT id, gate_id, submitted_by, submitted_at, gate_kind, key, stage_id, kind, client_id,
               workflow_id, greatest(0, date_part('epoch', now() - submitted_at)) AS seconds
        FROM rounds
        WHERE part IS NULL AND is_live
    )
"""
"""Submissions that no decision settled and nobody took back."""

THEY = {
    "person": "u.id",
    "role": "u.role",
    "today": "CAST(now() AT TIME ZONE 'UTC' AS date)",
}

WAITING_FOR = f"""
    waiting_for AS MATERIALIZED (
        SELECT u.id AS user_id, b.gate_id, b.stage_id, b.workflow_id, b.submitted_at, b.seconds
        FROM waiting b
        LEFT JOIN gate_policies y ON y.gate_id = b.gate_id
        JOIN users u ON u.deactivated_at IS NULL AND u.role IN ({rights.ROLES})
            AND (u.role = 'administrator' OR u.sees_all_clients OR EXISTS (
                SELECT FROM client_assignments a
                WHERE a.user_id = u.id AND a.client_id = b.client_id))
        WHERE {rights.may_decide(submission="b", policy="y", **THEY)}
    )
"""  # noqa: S608 - texts of our own
"""What waits for whom: everybody who may decide it at this moment, as `gates.rights` says."""

DECIDED = f"""
    decided AS (
        SELECT decided_by AS user_id, verdict, seconds
        FROM reviews WHERE is_now AND verdict IS NOT NULL
        UNION ALL
        SELECT d.decided_by, d.verdict,
               CASE WHEN d.decided_at >= b.submitted_at
                   THEN date_part('epoch', d.decided_at - b.submitted_at) END
        FROM decisions d
        JOIN submissions b ON b.id = d.submission_id
        JOIN gates a ON a.id = b.gate_id
        JOIN stages g ON g.id = a.stage_id
        JOIN scope s ON s.workflow_id = g.workflow_id
        LEFT JOIN approved v ON v.gate_id = b.gate_id
        WHERE NOT d.settles AND d.decided_at >= CAST(:start AS timestamptz)
          AND {happened("d.decided_at")} AND coalesce(b.number <= v.number, true)
    )
"""  # noqa: S608 - texts of our own
"""Every decision of the period, also one that settled nothing: how long its submission had waited
when this person spoke."""

CYCLES = f"""
    cycles AS (
        SELECT client_id,
               CASE WHEN ready_at >= started_at
                   THEN date_part('epoch', ready_at - started_at) END AS seconds,
               {in_part("ready_at")} AS part, ready_at >= CAST(:start AS timestamptz) AS is_now
        FROM (
            SELECT s.client_id, s.started_at,
                   min(CASE WHEN r.at IS NULL THEN e.begun_at
                       ELSE (SELECT min(m.at) FROM stage_transitions m
                             WHERE m.stage_id = g.id AND m.at > r.at
                               AND m.from_state = 'upcoming' AND m.to_state = 'current')
                       END) AS ready_at
            FROM scope s
            JOIN building k ON k.template_id = s.template_id
            JOIN stages g ON g.workflow_id = s.workflow_id AND g.key = k.key
            JOIN entries e ON e.stage_id = g.id
            LEFT JOIN (SELECT stage_id, max(at) AS at FROM stage_transitions
                       WHERE to_state = 'upcoming' GROUP BY stage_id) r ON r.stage_id = g.id
            GROUP BY s.workflow_id, s.client_id, s.started_at
        ) begun
        WHERE {happened("ready_at")}
        OFFSET 0
    )
"""  # noqa: S608 - texts of our own
"""From the start of a workflow until a stage of building became current first, see `readiness`.

Where that was taken back, by reopening what is before it, the time after that counts.
"""

RUNS = f"""
    runs AS (
        SELECT {in_part("at")} AS part, at >= CAST(:start AS timestamptz) AS is_now,
               started, completed
        FROM (SELECT started_at AS at, 1 AS started, 0 AS completed FROM scope
              UNION ALL
              SELECT completed_at, 0, 1 FROM scope WHERE completed_at IS NOT NULL) ends
        WHERE {happened("at")}
    )
"""  # noqa: S608 - texts of our own
"""Workflows that began, and those whose last stage was closed."""
