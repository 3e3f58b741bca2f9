"""What waits for a person, in one statement: who decides where is what `gates.rights` says.

It begins at what `standings`, the open threads and the current stages say is open, so it takes as
long as there is to do, whatever was decided before. Tests compare it with what the gates and the
stages themselves answer.
"""

from agentlab.documents.readings import unread
from agentlab.gates import rights
from agentlab.inbox.cost import DAYS, POINTS, PRESSURE
from agentlab.portfolio.standings import STALE_GATES
from agentlab.workflows.asking import ASKING

IN_USE = "p.status <> 'archived' AND s.archived_at IS NULL AND c.archived_at IS NULL"

OPEN = f"""
    SELECT p.id AS project_id, p.owner_id, c.id AS client_id, c.cost_of_delay AS weight,
           k.waiting_gate_id IS NOT NULL AS is_waiting, k.stale_total,
           k.contradictions, k.contradictions_since, k.contradictions_news_at
    FROM standings k
    JOIN projects p ON p.id = k.project_id
    JOIN services s ON s.id = p.service_id
    JOIN clients c ON c.id = s.client_id
    WHERE (k.waiting_gate_id IS NOT NULL OR k.stale_total > 0 OR k.contradictions > 0)
      AND {IN_USE} AND {{sight}}
"""  # noqa: S608 - texts of our own
"""Projects in sight where something may wait for somebody."""

AT_GATES = f"""
    SELECT o.project_id, o.client_id, o.weight, s.id AS stage_id, t.id AS gate_id,
           NULL::uuid AS approval_id, NULL::uuid AS finding_id
    FROM open o
    JOIN workflows w ON w.project_id = o.project_id
    JOIN stages s ON s.workflow_id = w.id AND s.state = 'submitted'
    JOIN gates t ON t.stage_id = s.id
    WHERE o.is_waiting
    UNION ALL
    SELECT o.project_id, o.client_id, o.weight, stale.stage_id, stale.gate_id,
           stale.approval_id, stale.finding_id
    FROM open o, LATERAL ({STALE_GATES} AND w.project_id = o.project_id) stale
    WHERE o.stale_total > 0
"""  # noqa: S608 - texts of our own
"""Several stages of a project may wait side by side; its standing names one of them."""

ME = {"person": ":user_id", "role": ":role", "today": ":today"}

DECIDE = f"""
    SELECT g.*, b.id AS submission_id, b.note, b.submitted_by, b.submitted_at,
           q.due_days, coalesce(q.approvals, 1) AS approvals_needed, made.waits,
           made.waits AND {rights.may_decide(submission="b", policy="q", **ME)} AS may_decide,
           g.finding_id IS NOT NULL AND NOT made.waits
               AND {rights.has_right(gate="g.gate_id", policy="q", **ME)} AS may_settle
    FROM at_gates g
    LEFT JOIN gate_policies q ON q.gate_id = g.gate_id
    JOIN LATERAL (
        SELECT b.* FROM submissions b WHERE b.gate_id = g.gate_id ORDER BY b.number DESC LIMIT 1
    ) b ON true
    LEFT JOIN decisions settled ON settled.submission_id = b.id AND settled.settles
    LEFT JOIN withdrawals x ON x.submission_id = b.id
    CROSS JOIN LATERAL (SELECT settled.id IS NULL AND x.submission_id IS NULL AS waits) made
    WHERE :decides
"""  # noqa: S608 - texts of our own

TORN = """
    SELECT d.submission_id, t.texts, t.since
    FROM decide d JOIN torn_submissions t ON t.submission_id = d.submission_id
    WHERE d.waits
"""
"""Submissions that nobody can decide any more, because their texts are others; see `gates.torn`."""

GATE_ITEMS = """
    SELECT 'gate' AS kind, d.submission_id AS id, d.project_id, d.client_id, d.weight, d.gate_id,
           d.submitted_at AS since,
           d.submitted_at + make_interval(hours => 24 * d.due_days) AS due_at,
           d.stage_id, NULL::uuid AS thread_id, d.submitted_by AS by_id, d.note AS text,
           d.approvals_needed, NULL::integer AS contradictions, NULL::json AS asks,
           NULL::timestamptz AS news_at
    FROM decide d
    WHERE d.may_decide AND NOT EXISTS (
        SELECT FROM torn r WHERE r.submission_id = d.submission_id)
"""

# Since when it is stale: since the first finding after the last one that found it whole again.
STALE_ITEMS = """
    SELECT 'stale', d.finding_id, d.project_id, d.client_id, d.weight, d.gate_id,
           (SELECT min(h.found_at) FROM staleness_findings h
            WHERE h.decision_id = d.approval_id AND h.number > coalesce(
                (SELECT max(w.number) FROM staleness_findings w
                 WHERE w.decision_id = d.approval_id AND w.digest = ''), 0)),
           NULL::timestamptz, d.stage_id, NULL::uuid, NULL::uuid, '', NULL::integer, NULL::integer,
           NULL::json, NULL::timestamptz
    FROM decide d WHERE d.may_settle
"""

ITS_PROJECT = f"""
    JOIN LATERAL (
        SELECT p.id AS project_id, p.owner_id, c.id AS client_id, c.cost_of_delay AS weight
        FROM projects p
        JOIN services s ON s.id = p.service_id
        JOIN clients c ON c.id = s.client_id
        WHERE p.id = w.project_id AND {IN_USE} AND {{sight}}
        LIMIT 1
    ) p ON true
"""  # noqa: S608 - texts of our own
"""Of a workflow `w`, where it is in sight."""

QUESTION_ITEMS = f"""
    SELECT 'question', h.id, p.project_id, p.client_id, p.weight, h.gate_id, said.written_at,
           NULL::timestamptz, t.stage_id, h.id, said.author_id, said.text,
           NULL::integer, NULL::integer, NULL::json, NULL::timestamptz
    FROM threads h
    JOIN gates t ON t.id = h.gate_id
    JOIN stages g ON g.id = t.stage_id
    JOIN workflows w ON w.id = g.workflow_id
    {ITS_PROJECT}
    JOIN LATERAL (
        SELECT m.author_id, m.is_agents, m.written_at, m.text FROM thread_comments m
        WHERE m.thread_id = h.id ORDER BY m.written_at DESC, m.id DESC LIMIT 1
    ) said ON true
    WHERE NOT h.is_resolved AND :decides
      AND (said.author_id <> :user_id OR said.is_agents)
      AND (h.opened_by = :user_id OR p.owner_id = :user_id OR :user_id = (
          SELECT b.submitted_by FROM thread_places e JOIN submissions b ON b.id = e.submission_id
          WHERE e.thread_id = h.id ORDER BY b.number DESC LIMIT 1))
"""  # noqa: S608 - texts of our own
"""Whoever opened a thread, submitted its text or owns the project has to answer or resolve it."""

STAGE_ITEMS = f"""
    SELECT 'question', g.stage_id, p.project_id, p.client_id, p.weight, NULL::uuid,
           coalesce((SELECT max(t.at) FROM stage_transitions t
                     WHERE t.stage_id = g.stage_id AND t.to_state = 'current'), w.started_at),
           NULL::timestamptz, g.stage_id, NULL::uuid, NULL::uuid,
           coalesce(g.condition,
                    (SELECT string_agg(key, ', ') FROM jsonb_object_keys(g.routes) key)),
           NULL::integer, NULL::integer,
           json_build_object('stage_id', g.stage_id, 'condition', g.condition, 'routes', g.routes),
           NULL::timestamptz
    FROM ({ASKING}) g
    JOIN workflows w ON w.id = g.workflow_id
    {ITS_PROJECT}
    WHERE :decides AND coalesce(p.owner_id = :user_id, true)
"""  # noqa: S608 - texts of our own
"""Whoever owns the project has to say which way its workflow goes, or of one without, anybody."""

TORN_ITEMS = """
    SELECT 'conflict', d.submission_id, d.project_id, d.client_id, d.weight, d.gate_id, r.since,
           NULL::timestamptz, d.stage_id, NULL::uuid, d.submitted_by, d.note,
           NULL::integer, r.texts, NULL::json, NULL::timestamptz
    FROM torn r
    JOIN decide d USING (submission_id)
    JOIN open o ON o.project_id = d.project_id
    WHERE d.submitted_by = :user_id OR coalesce(o.owner_id = :user_id, true)
"""
"""Whoever submitted them or owns the project has to submit anew."""

METHOD_ITEMS = f"""
    SELECT 'conflict', n.id, p.project_id, p.client_id, p.weight, NULL::uuid, n.found_at,
           NULL::timestamptz, NULL::uuid, NULL::uuid, NULL::uuid, '',
           NULL::integer, NULL::integer, NULL::json, NULL::timestamptz
    FROM method_news n
    JOIN workflows w ON w.project_id = n.project_id
    {ITS_PROJECT}
    WHERE :decides AND coalesce(p.owner_id = :user_id, true)
"""  # noqa: S608 - texts of our own
"""Whoever owns the project has to look at what its method became, and go over to it."""

CONTRADICTION_ITEMS = """
    SELECT 'contradiction', o.project_id, o.project_id, o.client_id, o.weight, NULL::uuid,
           coalesce(o.contradictions_since, :as_of), NULL::timestamptz, NULL::uuid, NULL::uuid,
           NULL::uuid, '', NULL::integer, o.contradictions, NULL::json,
           o.contradictions_news_at
    FROM open o
    WHERE o.contradictions > 0 AND :decides AND coalesce(o.owner_id = :user_id, true)
"""
"""Of a project without an owner they wait for everybody who may correct them."""


def waiting(sight: str) -> str:
    """The common tables of all that waits for a person: `waiting`, without what it costs."""
    return f"""
        open AS MATERIALIZED ({OPEN.format(sight=sight)}),
        at_gates AS ({AT_GATES}),
        decide AS MATERIALIZED ({DECIDE}),
        torn AS MATERIALIZED ({TORN}),
        with_texts AS MATERIALIZED ({GATE_ITEMS} UNION ALL {STALE_ITEMS}),
        waiting AS MATERIALIZED (
            SELECT i.*, z.until, z.reason, z.until IS NOT NULL AS is_snoozed
            FROM (SELECT * FROM with_texts UNION ALL {QUESTION_ITEMS.format(sight=sight)}
                  UNION ALL {STAGE_ITEMS.format(sight=sight)} UNION ALL {TORN_ITEMS}
                  UNION ALL {METHOD_ITEMS.format(sight=sight)}
                  UNION ALL {CONTRADICTION_ITEMS}) i
            LEFT JOIN inbox_snoozes z ON z.user_id = :user_id AND z.kind = i.kind
                AND z.item_id = i.id AND z.until > :as_of
                AND coalesce(i.news_at <= coalesce(z.news_at, z.snoozed_at), true)
        )
    """  # noqa: S608 - texts of our own


def page(conditions: str) -> str:
    """The common tables of one page, the costliest first: its items, and one more to tell of."""
    return f"""
        page AS MATERIALIZED (
            SELECT *, row_number() OVER (ORDER BY points DESC, id DESC) AS place
            FROM (SELECT w.* FROM (SELECT i.*, {POINTS} AS points FROM waiting i) w
                  WHERE {conditions}
                  ORDER BY w.points DESC, w.id DESC LIMIT :limit + 1) AS first
        ),
        counted AS MATERIALIZED (
            SELECT id, sum(words) AS words
            FROM ({words_of("page", "w.kind <> 'conflict'")}) t GROUP BY id
        )
    """  # noqa: S608 - texts of our own


def words_of(items: str, which: str = "true") -> str:
    """How many words each text of items `w` has for this person, by the item's id.

    There is to read what was submitted at a gate, or what changed since it was approved. The two
    are joined apart: then PostgreSQL knows how many there are, and reads many of them at once.
    """
    submitted = f"""
        SELECT w.id, a.document_id, a.version
        FROM {items} w JOIN submission_artefacts a ON a.submission_id = w.id WHERE {which}
    """  # noqa: S608 - texts of our own
    changed = f"""
        SELECT w.id, x.document_id, x.current_version AS version
        FROM {items} w JOIN staleness_differences x ON x.finding_id = w.id
        WHERE {which} AND x.current_version IS NOT NULL
    """  # noqa: S608 - texts of our own
    return f"{unread(submitted)} UNION ALL {unread(changed)}"


ITEM = f"""
    json_build_object(
        'id', i.id,
        'kind', i.kind,
        'title', coalesce(g.title, ''),
        'place', json_build_object(
            'project_id', p.id, 'project', p.name, 'service_id', s.id, 'service', s.name,
            'client_id', c.id, 'client', c.name),
        'gate_id', i.gate_id,
        'thread_id', i.thread_id,
        'by', u.name,
        'text', left(i.text, 300),
        'since', i.since,
        'due_at', i.due_at,
        'words', coalesce(n.words, 0),
        'count', CASE WHEN i.kind = 'stale' THEN (
            SELECT count(*) FROM staleness_differences x WHERE x.finding_id = i.id)
            ELSE i.contradictions END,
        'approvals_given', CASE WHEN i.kind = 'gate' THEN (
            SELECT count(*) FROM decisions d
            WHERE d.submission_id = i.id AND d.verdict = 'approved') END,
        'approvals_needed', i.approvals_needed,
        'asks', i.asks,
        'cost', json_build_object(
            'points', round(i.points / 1000.0, 1), 'weight', i.weight,
            'days', round(({DAYS})::numeric, 1), 'pressure', round(({PRESSURE})::numeric, 1)),
        'snoozed_until', i.until,
        'snooze_reason', i.reason
    )
"""  # noqa: S608 - texts of our own

PAGE = f"""
    (SELECT coalesce(json_agg({ITEM} ORDER BY i.place), '[]')
     FROM page i
     JOIN projects p ON p.id = i.project_id
     JOIN services s ON s.id = p.service_id
     JOIN clients c ON c.id = s.client_id
     LEFT JOIN stages g ON g.id = i.stage_id
     LEFT JOIN users u ON u.id = i.by_id
     LEFT JOIN counted n ON n.id = i.id
     WHERE i.place <= :limit)
"""  # noqa: S608 - texts of our own

NEXT = """
    (SELECT json_build_array(i.points, i.id) FROM page i
     WHERE i.place = :limit AND EXISTS (SELECT FROM page x WHERE x.place > :limit))
"""
"""What the next page begins after; null on the last one."""

SNOOZED = """
    SELECT FROM inbox_snoozes z
    WHERE z.user_id = :user_id AND z.kind = w.kind AND z.item_id = w.id AND z.until > :as_of
"""

WORDS = f"""
    (SELECT coalesce(sum(words), 0) FROM ({words_of("with_texts", f"NOT EXISTS ({SNOOZED})")}) t)
"""  # noqa: S608 - texts of our own
"""Of all that is not put off."""

TOTALS = f"""
    (SELECT json_build_object(
        'items', count(*) FILTER (WHERE NOT is_snoozed),
        'snoozed', count(*) FILTER (WHERE is_snoozed),
        'words', {WORDS},
        'gates', count(*) FILTER (WHERE NOT is_snoozed AND kind = 'gate'),
        'questions', count(*) FILTER (WHERE NOT is_snoozed AND kind = 'question'),
        'stale', count(*) FILTER (WHERE NOT is_snoozed AND kind = 'stale'),
        'conflicts', count(*) FILTER (WHERE NOT is_snoozed AND kind = 'conflict'),
        'contradictions', count(*) FILTER (WHERE NOT is_snoozed AND kind = 'contradiction'))
     FROM waiting)
"""  # noqa: S608 - texts of our own

CLIENTS = """
    (SELECT coalesce(json_agg(json_build_object('id', c.id, 'name', c.name, 'count', count)
                              ORDER BY c.folded_name, c.id), '[]')
     FROM (SELECT client_id, count(*) FROM waiting
           WHERE is_snoozed = :snoozed GROUP BY client_id) counted
     JOIN clients c ON c.id = client_id)
"""

READ_THIS_WEEK = """
    (SELECT coalesce(sum(r.words), 0) FROM document_readings r
     WHERE r.user_id = :user_id AND r.read_at >= :week_began)
"""
