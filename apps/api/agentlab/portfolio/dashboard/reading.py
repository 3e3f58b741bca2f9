"""Lists of projects: pages of rows, and the dashboard with everything that is counted beside them.

Each is one statement whose result PostgreSQL shapes.
"""

from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import TextClause, literal_column, text

from agentlab.auth.sight import Looking
from agentlab.gates import rights
from agentlab.kit.pages import Order, Orders, opened
from agentlab.portfolio.dashboard.filters import (
    IS_QUIET,
    IS_STALE,
    IS_WAITING,
    PLACES,
    STATUS,
    Filters,
    conditions_of,
)

Statement = tuple[TextClause, dict[str, Any]]

BY_NAME = "chr(1) || p.folded_name"
ORDERS = Orders(
    literal_column("p.id"),
    {
        "name": Order(literal_column("p.folded_name"), str),
        "client": Order(literal_column(f"c.folded_name || {BY_NAME}"), str),
        "changed_at": Order(literal_column("k.changed_at"), datetime),
        "stage_since": Order(
            literal_column("coalesce(k.stage_since, timestamptz '9999-12-31 00:00:00+00')"),
            datetime,
        ),
        "status": Order(
            literal_column(
                "array_position(ARRAY['blocked', 'active', 'draft', 'completed', 'archived'], "
                f"CAST({STATUS} AS text)) || {BY_NAME}"
            ),
            str,
        ),
        "owner": Order(
            literal_column(f'coalesce(folded(o.name) COLLATE "C", chr(1114111)) || {BY_NAME}'), str
        ),
    },
)
"""`stage_since` begins with what is longest at its gate; `-changed_at` with the newest change."""

OF_AN_INDEX = {"name", "changed_at"}
"""The orders that an index knows."""

parsed = lru_cache(maxsize=256)(text)
"""SQLAlchemy looks for the parameters in a statement: long ones are worth keeping."""

spelled = lru_cache(maxsize=64)(str)
"""An order's expression as SQL; SQLAlchemy compiles it for that."""

TYPES = {str: "text", int: "bigint", datetime: "timestamptz"}

MAY_DECIDE = rights.may_decide(
    submission="b",
    policy="q",
    person="u.id",
    role="u.role",
    today="CAST(now() AT TIME ZONE 'UTC' AS date)",
)

WAITING_FOR = f"""
    CASE WHEN k.waiting_gate_id IS NOT NULL THEN (
        SELECT coalesce(
            json_agg(json_build_object('id', u.id, 'name', u.name) ORDER BY folded(u.name), u.id),
            '[]')
        FROM (SELECT b.* FROM submissions b WHERE b.gate_id = k.waiting_gate_id
              ORDER BY b.number DESC LIMIT 1) b
        LEFT JOIN gate_policies q ON q.gate_id = b.gate_id
        CROSS JOIN LATERAL (
            SELECT r.user_id FROM gate_reviewers r WHERE r.gate_id = b.gate_id
            UNION ALL
            SELECT p.owner_id WHERE NOT EXISTS (
                SELECT FROM gate_reviewers r WHERE r.gate_id = b.gate_id)
        ) asked
        JOIN users u ON u.id = asked.user_id
        WHERE u.deactivated_at IS NULL AND u.role IN ({rights.ROLES}) AND {MAY_DECIDE}
    ) END
"""  # noqa: S608 - texts of our own
"""The reviewers whom the gate's policy names and who have not decided yet; or else the owner."""

ROW = f"""
        'id', p.id,
        'key', p.key,
        'name', p.name,
        'version', p.version,
        'status', {STATUS},
        'status_reason', p.status_reason,
        'archived_with', CASE WHEN c.archived_at IS NOT NULL THEN 'client'
                              WHEN s.archived_at IS NOT NULL THEN 'service' END,
        'client', json_build_object('id', c.id, 'name', c.name),
        'service', json_build_object('id', s.id, 'name', s.name),
        'owner', CASE WHEN o.id IS NOT NULL
                      THEN json_build_object('id', o.id, 'name', o.name) END,
        'method', k.method,
        'generation', k.generation,
        'stages_total', k.stages_total,
        'stages_closed', k.stages_closed,
        'stage', k.stage,
        'stage_state', k.stage_state,
        'stage_since', k.stage_since,
        'waiting_gate_id', k.waiting_gate_id,
        'waiting_due_at', k.waiting_due_at,
        'waiting_for', {WAITING_FOR},
        'documents_total', k.documents_total,
        'changed_at', k.changed_at,
        'stale_total', k.stale_total,
        'contradictions', k.contradictions
"""

FOR_FILES = """
        , 'type', p.type,
        'implementation_type',
            (SELECT i.name FROM reference_items i WHERE i.id = p.implementation_type_id),
        'domain', (SELECT i.name FROM reference_items i WHERE i.id = c.domain_id)
"""
"""What only files say of a project."""


def page_with(more: str = "") -> str:
    """Of a page with one row too many: its rows, and a cursor as `kit.pages` makes them."""
    return f"""
    (SELECT json_build_object(
        'items', coalesce(
            json_agg(json_build_object({ROW} {more}) ORDER BY page.place)
                FILTER (WHERE page.place <= :limit), '[]'),
        'next', CASE WHEN count(*) > :limit THEN max(
            translate(encode(convert_to(
                json_build_array(CAST(:sort AS text), page.key, page.id)::text, 'UTF8'), 'base64'),
                E'+/=\\n', '-_')) FILTER (WHERE page.place = :limit) END)
     FROM page JOIN ({PLACES}) ON p.id = page.id)
    """  # noqa: S608 - texts of our own


PAGE = page_with()
PAGE_OF_FILE = page_with(FOR_FILES)


def page_of_projects(
    caller: Looking,
    filters: Filters,
    *,
    sort: str | None,
    limit: int,
    after: str | None,
    page: str = PAGE,
) -> Statement:
    """The statement for one page.

    Raises:
        UnknownOrder, InvalidCursor.
    """
    name, order = ORDERS.named(sort)
    conditions = conditions_of(filters, caller)
    where, parameters = conditions.all, conditions.parameters
    if after is not None:
        at_key, at_id = opened(after, name, order)
        where += f""" AND ({spelled(order.expression)}, p.id) {"<" if order.descending else ">"}
            (CAST(:at_key AS {TYPES[order.kind]}), CAST(:at_id AS uuid))"""
        parameters |= {"at_key": at_key, "at_id": at_id}
    statement = f"""
        WITH page AS MATERIALIZED ({rows_of_page(order, where)})
        SELECT {page}::text
    """
    return parsed(statement), parameters | {"limit": limit, "sort": name}


def rows_of_page(order: Order, where: str) -> str:
    """The ids of a page, and of the first row after it, with where each stands in the order."""
    return placed(
        order,
        f"SELECT p.id, {spelled(order.expression)} AS key FROM {PLACES} WHERE {where}",  # noqa: S608
    )


def placed(order: Order, rows: str) -> str:
    """The first of `rows`, which have an id and a key, each with its place."""
    direction = "DESC" if order.descending else "ASC"
    by = f"key {direction}, id {direction}"
    return f"""
        SELECT *, row_number() OVER (ORDER BY {by}) AS place
        FROM ({rows} ORDER BY {by} LIMIT :limit + 1) AS first
    """  # noqa: S608 - texts of our own


def dashboard(caller: Looking, filters: Filters, *, sort: str | None, limit: int) -> Statement:
    """The statement for the first page and for what is counted beside it.

    Raises:
        UnknownOrder.
    """
    name, order = ORDERS.named(sort)
    conditions = conditions_of(filters, caller)
    is_empty = "NOT EXISTS (SELECT FROM counted)"
    if len(conditions.always) > 1:  # more than sight narrows what is counted
        is_empty += f" AND NOT EXISTS (SELECT FROM {PLACES} WHERE {conditions.always[0]})"
    facets = [f"of_{facet}" for facet in conditions.facets]
    wanted = "".join(f", {each} AS of_{facet}" for facet, each in conditions.facets.items())
    alike = ", ".join(("status, stage, owner_id, is_waiting, is_stale, is_quiet", *facets))
    chosen = " AND ".join(facets)
    # Of everything there is, an index knows the first page; whatever is narrowed is found once.
    sees_whole = caller.sees_all and caller.project_id is None and filters == Filters()
    is_of_index = sees_whole and name.removeprefix("-") in OF_AN_INDEX
    statement = f"""
        WITH scope AS {"NOT MATERIALIZED" if is_of_index else "MATERIALIZED"} (
            SELECT p.id, {spelled(order.expression)} AS key,
                   {STATUS} AS status, k.stage, c.id AS client_id, p.owner_id,
                   {IS_WAITING} AS is_waiting, {IS_STALE} AS is_stale, {IS_QUIET} AS is_quiet
                   {wanted}
            FROM {PLACES} WHERE {" AND ".join(conditions.always)}
        ),
        page AS MATERIALIZED ({placed(order, f"SELECT id, key FROM scope WHERE {chosen}")}),
        counted AS MATERIALIZED (
            SELECT {alike}, client_id, count(*) AS count FROM scope
            GROUP BY GROUPING SETS (({alike}), (client_id, {", ".join(facets)}))
        ),
        alike AS MATERIALIZED (SELECT * FROM counted WHERE client_id IS NULL)
        SELECT json_build_object(
            'projects', {PAGE},
            'totals', (
                SELECT json_build_object(
                    'projects', {total("true")},
                    'waiting', {total("is_waiting")},
                    'stale', {total("is_stale")},
                    'blocked', {total("status = 'blocked'")},
                    'quiet', {total("is_quiet")})
                FROM alike WHERE {chosen}),
            'facets', json_build_object(
                'statuses', {STATUSES.format(wanted=all_but("of_status", facets))},
                'stages', {STAGES.format(wanted=all_but("of_stage", facets))},
                'clients', {CLIENTS.format(wanted=all_but("of_client", facets))},
                'owners', {OWNERS.format(wanted=all_but("of_owner", facets))}
            ),
            'is_empty', {is_empty}
        )::text
    """  # noqa: S608 - texts of our own
    parameters = conditions.parameters | {"limit": limit, "sort": name}
    return parsed(statement), parameters


def all_but(facet: str, facets: list[str]) -> str:
    """What is wanted of a project that one facet counts: whatever the other ones want."""
    return " AND ".join(each for each in facets if each != facet) or "true"


def total(condition: str) -> str:
    """How many projects are so, counted by groups of them that are alike."""
    return f"coalesce(sum(count) FILTER (WHERE {condition}), 0)::bigint"


STATUSES = """
    (SELECT coalesce(json_agg(json_build_object('status', status, 'count', count)
                              ORDER BY status), '[]')
     FROM (SELECT status, sum(count)::bigint AS count FROM alike WHERE {wanted}
           GROUP BY status) AS counted)
"""
STAGES = """
    (SELECT coalesce(json_agg(json_build_object('stage', stage, 'count', count)
                              ORDER BY count DESC, stage), '[]')
     FROM (SELECT stage, sum(count)::bigint AS count FROM alike
           WHERE stage IS NOT NULL AND {wanted}
           GROUP BY stage ORDER BY count DESC, stage LIMIT 50) AS counted)
"""
CLIENTS = """
    (SELECT coalesce(json_agg(json_build_object('id', c.id, 'name', c.name, 'count', count)
                              ORDER BY c.folded_name, c.id), '[]')
     FROM (SELECT client_id, sum(count)::bigint AS count FROM counted
           WHERE client_id IS NOT NULL AND {wanted}
           GROUP BY client_id) AS counted JOIN clients c ON c.id = client_id)
"""
OWNERS = """
    (SELECT coalesce(json_agg(json_build_object('id', o.id, 'name', o.name, 'count', count)
                              ORDER BY folded(o.name) NULLS FIRST, o.id), '[]')
     FROM (SELECT owner_id, sum(count)::bigint AS count FROM alike WHERE {wanted}
           GROUP BY owner_id) AS counted LEFT JOIN users o ON o.id = owner_id)
"""
