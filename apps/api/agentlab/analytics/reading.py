"""All figures, summed up and shaped by PostgreSQL: those of stages beside those of gates."""

import json
from typing import Any

from agentlab.analytics.asked import Asked
from agentlab.analytics.measures import (
    BUILDING,
    CLOSINGS,
    CYCLES,
    DECIDED,
    OPEN_STAGES,
    PASSAGES,
    REVIEWS,
    ROUNDS,
    RUNS,
    WAITING,
    WAITING_FOR,
)
from agentlab.analytics.periods import DAY, Period
from agentlab.auth.sight import Looking
from agentlab.kit.reads import Together
from agentlab.portfolio.dashboard.filters import STATUS, sight_of
from agentlab.portfolio.dashboard.reading import parsed

MOST_ROWS = 200
"""Of each table: the most frequent ones. Projects whose every task is a stage have thousands."""

LONGEST = 5
"""So many of what waits for a person are named."""

PLACED = """
    projects p
    JOIN services s ON s.id = p.service_id
    JOIN clients c ON c.id = s.client_id
    JOIN workflows w ON w.project_id = p.id
"""


def figures(caller: Looking, asked: Asked) -> tuple[Together, dict[str, Any]]:
    """The statements for everything that is measured, as `AnalyticsOut` has it.

    Stages and gates have nothing to do with each other until their sums stand side by side, so
    they are summed up at the same time.
    """
    sight, parameters = sight_of(caller)
    where, narrowing = narrowed(asked)
    period = asked.period
    edges = period.edges
    halves = {name: parsed(half.format(sight=sight, where=where)) for name, half in HALVES.items()}
    return Together(halves, parsed(WHOLE.format(sight=sight, where=where))), {
        **parameters,
        **narrowing,
        "edges": edges,
        "start": edges[0],
        "end": edges[-1],
        "previous_start": period.previous_start,
        "period": json.dumps(shown(asked.period)),
        "first_days": period.starts,
        "last_days": period.ends,
        "most": MOST_ROWS,
        "longest": LONGEST,
    }


def shown(period: Period) -> dict[str, str]:
    """`PeriodOut`."""
    return {
        "from": str(period.first),
        "to": str(period.last),
        "previous_from": str(period.previous_first),
        "previous_to": str(period.first - DAY),
        "grain": period.grain,
        "time_zone": period.zone.key,
    }


def narrowed(asked: Asked) -> tuple[str, dict[str, Any]]:
    conditions, parameters = ["true"], dict[str, Any]()
    if asked.client_ids:
        conditions.append("client_id = ANY(CAST(:client_ids AS uuid[]))")
        parameters["client_ids"] = list(asked.client_ids)
    if asked.project_id is not None:
        conditions.append("project_id = :project_id")
        parameters["project_id"] = asked.project_id
    for name in ("method", "generation"):
        if (value := getattr(asked, name)) is not None:
            conditions.append(
                f"kind IN (SELECT kind FROM kinds WHERE {name} = :{name})"  # noqa: S608 - our names
            )
            parameters[name] = value
    return " AND ".join(conditions), parameters


def hours(seconds: str) -> str:
    return f"round(CAST({seconds} / 3600 AS numeric), 2)"


SPREAD = """
    count(seconds) AS timed,
    percentile_cont(ARRAY[0.5, 0.9]) WITHIN GROUP (ORDER BY seconds) AS points,
    avg(seconds) AS mean
"""


def spread(of: str) -> str:
    """`Durations` of a row that has the columns of `SPREAD`."""
    return f"""json_build_object(
        'count', coalesce({of}.timed, 0),
        'median_hours', {hours(f"{of}.points[1]")},
        'p90_hours', {hours(f"{of}.points[2]")},
        'mean_hours', {hours(f"{of}.mean")})"""


def ages(of: str) -> str:
    """`Ages` of a row of sums of what is open."""
    return f"""json_build_object(
        'count', coalesce({of}.open, 0),
        'median_hours', {hours(f"{of}.median")},
        'longest_hours', {hours(f"{of}.longest")})"""


AGES = """
    count(*) AS open,
    percentile_cont(0.5) WITHIN GROUP (ORDER BY seconds) AS median,
    max(seconds) AS longest
"""

BY_STAGE, BY_CLIENT, BY_PART, IN_ALL = 3, 5, 6, 7
"""What `grouping(kind, client_id, part)` says of a sum."""

OPEN_BY_STAGE, OPEN_BY_CLIENT, OPEN_IN_ALL = 1, 2, 3
"""What `grouping(kind, client_id)` says."""

STAGE_SUMS = f"""
    stage_sums AS MATERIALIZED (
        SELECT grouping(kind, client_id, part) AS sum_by, is_now, kind, key, client_id, part,
               any_value(stage_id) AS stage_id, {SPREAD},
               count(*) FILTER (WHERE is_skipped) AS skipped,
               count(*) FILTER (WHERE seconds IS NULL AND NOT is_skipped) AS unclear
        FROM passages
        GROUP BY GROUPING SETS ((is_now), (is_now, kind, key), (is_now, client_id), (part))
    ),
    cycle_sums AS MATERIALIZED (
        SELECT grouping(client_id, part) AS sum_by, is_now, client_id, part, {SPREAD},
               count(*) FILTER (WHERE seconds IS NULL) AS unclear
        FROM cycles GROUP BY GROUPING SETS ((is_now), (is_now, client_id), (part))
    ),
    open_stage_sums AS MATERIALIZED (
        SELECT grouping(kind, client_id) AS sum_by, kind, key, client_id,
               any_value(stage_id) AS stage_id, {AGES}
        FROM open_stages GROUP BY GROUPING SETS ((), (kind, key), (client_id))
    )
"""  # noqa: S608 - texts of our own

GATE_SUMS = f"""
    gate_sums AS MATERIALIZED (
        SELECT grouping(kind, client_id, part) AS sum_by, is_now, kind, key, client_id, part,
               any_value(stage_id) AS stage_id,
               any_value(gate_kind) AS gate_kind, {SPREAD},
               count(*) FILTER (WHERE verdict = 'approved') AS approved,
               count(*) FILTER (WHERE verdict = 'rejected') AS rejected,
               count(*) FILTER (WHERE verdict IS NULL) AS withdrawn,
               count(*) FILTER (WHERE seconds IS NULL AND verdict IS NOT NULL) AS unclear
        FROM reviews
        GROUP BY GROUPING SETS ((is_now), (is_now, kind, key), (is_now, client_id), (part))
    ),
    waiting_sums AS MATERIALIZED (
        SELECT grouping(kind, client_id) AS sum_by, kind, key, client_id,
               any_value(stage_id) AS stage_id,
               any_value(gate_kind) AS gate_kind, {AGES}
        FROM waiting GROUP BY GROUPING SETS ((), (kind, key), (client_id))
    )
"""  # noqa: S608 - texts of our own


def rate(of: str) -> str:
    """Of the settled submissions, how many were rejected; null where none was settled."""
    return f"""round({of}.rejected::numeric / nullif({of}.approved + {of}.rejected, 0), 4)"""


def verdicts(of: str) -> str:
    return f"""
        'approved', coalesce({of}.approved, 0),
        'rejected', coalesce({of}.rejected, 0),
        'rejection_rate', {rate(of)},
        'withdrawn', coalesce({of}.withdrawn, 0)
    """


def table(row: str, rows: str, *, order: str) -> str:
    """`{items, total}` of a query that has `frequency` and what `row` reads from `r`."""
    return f"""
        (SELECT json_build_object(
            'items', coalesce(json_agg({row} ORDER BY {order}) FILTER (WHERE r.place <= :most),
                              '[]'),
            'total', count(*))
         FROM (SELECT *, row_number() OVER (ORDER BY frequency DESC, {order.replace("r.", "")})
                      AS place
               FROM ({rows}) every) r)
    """  # noqa: S608 - texts of our own


STAGE_ROWS = f"""
    SELECT k.method, k.generation, coalesce(x.key, o.key) AS key,
           g.title, g.position,
           coalesce(x.timed, 0) + coalesce(o.open, 0) AS frequency,
           coalesce(x.skipped, 0) AS skipped, coalesce(x.unclear, 0) AS unclear,
           {spread("x")} AS durations, {ages("o")} AS open,
           {hours("before.points[1]")} AS previous_median_hours
    FROM (SELECT * FROM stage_sums WHERE sum_by = {BY_STAGE} AND is_now) x
    FULL JOIN (SELECT * FROM open_stage_sums WHERE sum_by = {OPEN_BY_STAGE}) o
        ON o.kind = x.kind AND o.key = x.key
    LEFT JOIN (SELECT * FROM stage_sums WHERE sum_by = {BY_STAGE} AND NOT is_now) before
        ON before.kind = coalesce(x.kind, o.kind) AND before.key = coalesce(x.key, o.key)
    JOIN kinds k ON k.kind = coalesce(x.kind, o.kind)
    JOIN stages g ON g.id = coalesce(x.stage_id, o.stage_id)
"""  # noqa: S608 - texts of our own

STAGES = table(
    """json_build_object(
        'method', r.method, 'generation', r.generation, 'key', r.key, 'title', r.title,
        'durations', r.durations, 'previous_median_hours', r.previous_median_hours,
        'skipped', r.skipped, 'unclear', r.unclear, 'open', r.open)""",
    STAGE_ROWS,
    order="r.method, r.generation, r.position, r.key",
)

GATE_ROWS = f"""
    SELECT k.method, k.generation, coalesce(x.key, o.key) AS key,
           g.title, g.position,
           coalesce(x.gate_kind, o.gate_kind) AS gate_kind,
           coalesce(x.approved, 0) + coalesce(x.rejected, 0) + coalesce(o.open, 0) AS frequency,
           coalesce(x.unclear, 0) AS unclear,
           json_build_object({verdicts("x")}) AS verdicts,
           {spread("x")} AS durations, {ages("o")} AS open,
           {hours("before.points[1]")} AS previous_median_hours
    FROM (SELECT * FROM gate_sums WHERE sum_by = {BY_STAGE} AND is_now) x
    FULL JOIN (SELECT * FROM waiting_sums WHERE sum_by = {OPEN_BY_STAGE}) o
        ON o.kind = x.kind AND o.key = x.key
    LEFT JOIN (SELECT * FROM gate_sums WHERE sum_by = {BY_STAGE} AND NOT is_now) before
        ON before.kind = coalesce(x.kind, o.kind) AND before.key = coalesce(x.key, o.key)
    JOIN kinds k ON k.kind = coalesce(x.kind, o.kind)
    JOIN stages g ON g.id = coalesce(x.stage_id, o.stage_id)
"""  # noqa: S608 - texts of our own

GATES = table(
    """json_build_object(
        'method', r.method, 'generation', r.generation, 'key', r.key, 'title', r.title,
        'kind', r.gate_kind, 'durations', r.durations,
        'previous_median_hours', r.previous_median_hours, 'verdicts', r.verdicts,
        'unclear', r.unclear, 'waiting', r.open)""",
    GATE_ROWS,
    order="r.method, r.generation, r.position, r.key",
)

PERSON_ROWS = f"""
    SELECT u.id, CASE WHEN u.email = 'erased-' || u.id || '@invalid' THEN NULL ELSE u.name END
               AS name,
           lower(u.name) AS sorted_by,
           coalesce(o.open, 0) AS waits,
           coalesce(x.approved, 0) + coalesce(x.rejected, 0) + coalesce(o.open, 0) AS frequency,
           coalesce(x.approved, 0) AS approved, coalesce(x.rejected, 0) AS rejected,
           coalesce(x.unclear, 0) AS unclear,
           {spread("x")} AS durations, {ages("o")} AS open,
           (SELECT coalesce(json_agg(json_build_object(
                       'gate_id', l.gate_id, 'stage', g.title,
                       'project_id', p.id, 'project', p.name,
                       'submitted_at', l.submitted_at) ORDER BY l.place), '[]')
            FROM longest l
            JOIN stages g ON g.id = l.stage_id
            JOIN workflows w ON w.id = l.workflow_id
            JOIN projects p ON p.id = w.project_id
            WHERE l.user_id = u.id) AS longest
    FROM (SELECT user_id, {SPREAD},
                 count(*) FILTER (WHERE verdict = 'approved') AS approved,
                 count(*) FILTER (WHERE verdict = 'rejected') AS rejected,
                 count(*) FILTER (WHERE seconds IS NULL) AS unclear
          FROM decided GROUP BY user_id) x
    FULL JOIN (SELECT user_id, {AGES} FROM waiting_for GROUP BY user_id) o USING (user_id)
    JOIN users u ON u.id = user_id
"""  # noqa: S608 - texts of our own

PEOPLE = table(
    """json_build_object(
        'id', r.id, 'name', r.name, 'durations', r.durations, 'approved', r.approved,
        'rejected', r.rejected, 'unclear', r.unclear, 'waiting', r.open, 'longest', r.longest)""",
    PERSON_ROWS,
    order="r.waits DESC, r.sorted_by, r.id",
)

CLIENT_ROWS = f"""
    SELECT c.id, c.name, c.folded_name,
           coalesce(st.timed, 0) + coalesce(ga.timed, 0) + coalesce(wa.open, 0) AS frequency,
           {spread("st")} AS stages, {spread("ga")} AS gates, {spread("cy")} AS cycle,
           json_build_object({verdicts("ga")}) AS verdicts,
           {ages("op")} AS open_stages, {ages("wa")} AS waiting
    FROM (SELECT DISTINCT client_id FROM scope) every
    JOIN clients c ON c.id = every.client_id
    LEFT JOIN (SELECT * FROM stage_sums WHERE sum_by = {BY_CLIENT} AND is_now) st USING (client_id)
    LEFT JOIN (SELECT * FROM gate_sums WHERE sum_by = {BY_CLIENT} AND is_now) ga USING (client_id)
    LEFT JOIN (SELECT * FROM cycle_sums WHERE sum_by = {BY_CLIENT - 4} AND is_now) cy
        USING (client_id)
    LEFT JOIN (SELECT * FROM open_stage_sums WHERE sum_by = {OPEN_BY_CLIENT}) op USING (client_id)
    LEFT JOIN (SELECT * FROM waiting_sums WHERE sum_by = {OPEN_BY_CLIENT}) wa USING (client_id)
"""  # noqa: S608 - texts of our own

CLIENTS = table(
    """json_build_object(
        'id', r.id, 'name', r.name, 'stages', r.stages, 'gates', r.gates, 'cycle', r.cycle,
        'verdicts', r.verdicts, 'open_stages', r.open_stages, 'waiting', r.waiting)""",
    CLIENT_ROWS,
    order="r.folded_name, r.id",
)

TREND = f"""
    (SELECT json_agg(json_build_object(
        'from', days.first, 'to', days.last,
        'stages', {spread("st")}, 'gates', {spread("ga")}, 'cycle', {spread("cy")},
        {verdicts("ga")},
        'started', coalesce(ends.started, 0), 'completed', coalesce(ends.completed, 0)
        ) ORDER BY part)
     FROM unnest(CAST(:first_days AS date[]), CAST(:last_days AS date[]))
          WITH ORDINALITY AS days (first, last, part)
     LEFT JOIN (SELECT * FROM stage_sums WHERE sum_by = {BY_PART}) st USING (part)
     LEFT JOIN (SELECT * FROM gate_sums WHERE sum_by = {BY_PART}) ga USING (part)
     LEFT JOIN (SELECT * FROM cycle_sums WHERE sum_by = {BY_PART - 4}) cy USING (part)
     LEFT JOIN (SELECT part, sum(started) AS started, sum(completed) AS completed
                FROM runs GROUP BY part) ends USING (part))
"""  # noqa: S608 - texts of our own


def totals(is_now: str) -> str:
    """`Totals` of the period, or of the one before it."""
    return f"""
        (SELECT json_build_object(
            'stages', {spread("st")}, 'skipped', coalesce(st.skipped, 0),
            'gates', {spread("ga")}, {verdicts("ga")}, 'cycle', {spread("cy")},
            'unclear', coalesce(st.unclear, 0) + coalesce(ga.unclear, 0)
                + coalesce(cy.unclear, 0),
            'started', (SELECT coalesce(sum(started), 0) FROM runs WHERE is_now = {is_now}),
            'completed', (SELECT coalesce(sum(completed), 0) FROM runs WHERE is_now = {is_now}))
         FROM (SELECT) one
         LEFT JOIN (SELECT * FROM stage_sums WHERE sum_by = {IN_ALL} AND is_now = {is_now}) st
            ON true
         LEFT JOIN (SELECT * FROM gate_sums WHERE sum_by = {IN_ALL} AND is_now = {is_now}) ga
            ON true
         LEFT JOIN (SELECT * FROM cycle_sums WHERE sum_by = {IN_ALL - 4} AND is_now = {is_now}) cy
            ON true)
    """  # noqa: S608 - texts of our own


OPEN = f"""
    json_build_object(
        'stages', (SELECT {ages("o")} FROM open_stage_sums o WHERE sum_by = {OPEN_IN_ALL}),
        'gates', (SELECT {ages("o")} FROM waiting_sums o WHERE sum_by = {OPEN_IN_ALL}),
        'before_ready', CAST(:stage_half AS json) -> 'before_ready',
        'readiness_unknown', CAST(:stage_half AS json) -> 'readiness_unknown')
"""  # noqa: S608 - texts of our own

SCOPE = f"""
    kinds_of AS MATERIALIZED (
        SELECT id AS template_id, method, generation,
               dense_rank() OVER (ORDER BY method, generation) AS kind
        FROM templates
    ),
    kinds AS (SELECT DISTINCT kind, method, generation FROM kinds_of),
    seen AS MATERIALIZED (
        SELECT w.id AS workflow_id, w.template_id, w.started_at, w.completed_at, k.kind,
               p.id AS project_id, c.id AS client_id,
               {STATUS} <> 'archived' AS is_live
        FROM {PLACED} JOIN kinds_of k ON k.template_id = w.template_id
        WHERE {{sight}}
    ),
    scope AS NOT MATERIALIZED (SELECT * FROM seen WHERE {{where}})
"""  # noqa: S608 - texts of our own


def rows_of(name: str) -> str:
    return f"(SELECT coalesce(json_agg(x), '[]') FROM {name} x)"  # noqa: S608 - our names


STAGE_HALF = f"""
    WITH {SCOPE}, {BUILDING}, {CLOSINGS}, {PASSAGES}, {OPEN_STAGES}, {CYCLES}, {STAGE_SUMS}
    SELECT json_build_object(
        'stage_sums', {rows_of("stage_sums")},
        'cycle_sums', {rows_of("cycle_sums")},
        'open_stage_sums', {rows_of("open_stage_sums")},
        'before_ready', (
            SELECT {ages("o")} FROM (
                SELECT {AGES} FROM (
                    SELECT date_part('epoch', now() - min(a.started_at)) AS seconds
                    FROM open_stages a
                    JOIN (SELECT DISTINCT template_id, begins_at FROM building) k
                        USING (template_id)
                    GROUP BY a.workflow_id HAVING min(a.position) < min(k.begins_at)
                ) each_run
            ) o),
        'readiness_unknown', (
            SELECT count(*) FROM scope s
            WHERE NOT EXISTS (SELECT FROM building k WHERE k.template_id = s.template_id))
    )::text
"""  # noqa: S608 - texts of our own

GATE_HALF = f"""
    WITH {SCOPE}, {ROUNDS}, {REVIEWS}, {WAITING}, {WAITING_FOR}, {DECIDED}, {GATE_SUMS},
    longest AS MATERIALIZED (
        SELECT * FROM (
            SELECT *, row_number() OVER (PARTITION BY user_id ORDER BY submitted_at, gate_id)
                AS place
            FROM waiting_for) ranked
        WHERE place <= :longest
    )
    SELECT json_build_object(
        'gate_sums', {rows_of("gate_sums")},
        'waiting_sums', {rows_of("waiting_sums")},
        'people', {PEOPLE}
    )::text
"""  # noqa: S608 - texts of our own

HALVES = {"stage_half": STAGE_HALF, "gate_half": GATE_HALF}
"""By the names that `WHOLE` binds what they select to."""

GROUPED = "sum_by integer, kind bigint, key text, client_id uuid, stage_id uuid"
SPREAD_OUT = "is_now boolean, part integer, timed bigint, points float8[], mean float8"
AGES_OF = "open bigint, median float8, longest float8"
SUMMED = {
    "stage_sums": f"{GROUPED}, {SPREAD_OUT}, skipped bigint, unclear bigint",
    "cycle_sums": f"{GROUPED}, {SPREAD_OUT}, unclear bigint",
    "open_stage_sums": f"{GROUPED}, {AGES_OF}",
    "gate_sums": f"{GROUPED}, {SPREAD_OUT}, gate_kind text, "
    "approved bigint, rejected bigint, withdrawn bigint, unclear bigint",
    "waiting_sums": f"{GROUPED}, {AGES_OF}, gate_kind text",
}
"""The columns of the sums, which come from the halves as JSON."""


def summed(name: str) -> str:
    """Sums of a half as a part of the whole."""
    half = "gate_half" if name in {"gate_sums", "waiting_sums"} else "stage_half"
    return f"""
        {name} AS MATERIALIZED (
            SELECT * FROM json_to_recordset(CAST(:{half} AS json) -> '{name}')
            AS found ({SUMMED[name]}))
    """  # noqa: S608 - texts of our own


WHOLE = f"""
    WITH {SCOPE}, {RUNS}, {", ".join(map(summed, SUMMED))}
    SELECT json_build_object(
        'period', CAST(:period AS json),
        'now', {totals("true")},
        'before', {totals("false")},
        'open', {OPEN},
        'stages', {STAGES},
        'gates', {GATES},
        'people', CAST(:gate_half AS json) -> 'people',
        'clients', {CLIENTS},
        'trend', {TREND},
        'methods', (
            SELECT coalesce(json_agg(json_build_object(
                'method', method, 'generation', generation, 'projects', projects)
                ORDER BY method, generation), '[]')
            FROM (SELECT kind, count(*) AS projects FROM seen GROUP BY kind) found
            JOIN kinds USING (kind))
    )::text
"""  # noqa: S608 - texts of our own
