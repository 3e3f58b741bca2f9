"""Finding by name what one can go to: projects, clients, services, documents."""

import re
from typing import Any
from uuid import UUID

from sqlalchemy import TextClause, text

from agentlab.auth.sight import Looking
from agentlab.portfolio.dashboard.filters import clients_of, sight_of

MOST = 20
SHARES = {"project": 8, "client": 3, "service": 3, "document": 6}


def quick_search(
    caller: Looking, search: str, *, near: UUID | None
) -> tuple[TextClause, dict[str, Any]]:
    """The statement. A name that begins with what was typed comes first.

    Args:
        caller: sees only what is theirs.
        search: words that all occur in the name; of a document: that begin words of its title.
        near: a project whose documents come first.
    """
    sight, parameters = sight_of(caller)
    clients, _ = clients_of(caller)
    if caller.project_id is not None:
        clients = "false"  # such a token reaches a project and nothing above it
    words = search.split()[:8]
    parameters |= {f"word_{number}": word for number, word in enumerate(words)}
    parameters |= {"near": near, "beginnings": beginnings_of(search)}

    def matches(name: str) -> str:
        found = [f"strpos({name}, folded(:word_{number})) > 0" for number in range(len(words))]
        return " AND ".join(found) or "false"

    def rank(name: str) -> str:
        return f"CASE strpos({name}, folded(:word_0)) WHEN 1 THEN 0 ELSE 1 END" if words else "1"

    is_archived = "(p.status = 'archived' OR coalesce(c.archived_at, s.archived_at) IS NOT NULL)"
    key = "(p.folded_name || ' ' || lower(p.key))"
    statement = f"""
        SELECT json_build_object('items', coalesce(json_agg(json_build_object(
            'kind', kind, 'id', id, 'name', name, 'about', about, 'project_id', project_id,
            'is_archived', is_archived
        ) ORDER BY rank, kind_order, folded_name, id), '[]'))::text
        FROM (
            (SELECT 'project' AS kind, 0 AS kind_order, p.id, p.name,
                    c.name || ' · ' || s.name AS about, p.id AS project_id,
                    least({rank("p.folded_name")}, {rank("lower(p.key)")}) AS rank, p.folded_name,
                    {is_archived} AS is_archived
             FROM projects p JOIN services s ON s.id = p.service_id
                             JOIN clients c ON c.id = s.client_id
             WHERE {sight} AND {matches(key)}
             ORDER BY rank, p.folded_name, p.id LIMIT {SHARES["project"]})
            UNION ALL
            (SELECT 'client', 1, c.id, c.name, '', NULL, {rank("c.folded_name")} AS rank,
                    c.folded_name, c.archived_at IS NOT NULL
             FROM clients c
             WHERE {clients} AND {matches("c.folded_name")}
             ORDER BY rank, c.folded_name, c.id LIMIT {SHARES["client"]})
            UNION ALL
            (SELECT 'service', 2, s.id, s.name, c.name, NULL, {rank("s.folded_name")} AS rank,
                    s.folded_name, coalesce(c.archived_at, s.archived_at) IS NOT NULL
             FROM services s JOIN clients c ON c.id = s.client_id
             WHERE s.deleted_at IS NULL AND {clients}
               AND {matches("s.folded_name")}
             ORDER BY rank, s.folded_name, s.id LIMIT {SHARES["service"]})
            UNION ALL
            (SELECT 'document', 3, d.id, d.title, p.name || ' · ' || d.path, p.id,
                    CASE WHEN p.id = CAST(:near AS uuid) THEN 0 ELSE 1 END AS rank, d.path,
                    {is_archived}
             FROM documents d JOIN projects p ON p.id = d.project_id
                              JOIN services s ON s.id = p.service_id
                              JOIN clients c ON c.id = s.client_id
             WHERE {sight}
               AND to_tsvector('simple'::regconfig, folded(d.title))
                   @@ to_tsquery('simple'::regconfig, folded(:beginnings))
             ORDER BY rank, d.changed_at DESC, d.id LIMIT {SHARES["document"]})
        ) AS found
    """  # noqa: S608 - texts of our own
    return text(statement), parameters


def beginnings_of(search: str) -> str:
    """The words as a query for titles: all of them, each perhaps only begun.

    In quotes, for a letter may become several characters when it is folded: U+2474 is then `(1)`.
    """
    return " & ".join(f"'{word}':*" for word in re.findall(r"\w+", search)[:8])
