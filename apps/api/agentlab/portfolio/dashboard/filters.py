"""What lists of projects can be narrowed by, and how PostgreSQL is asked for it."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Depends, Query

from agentlab.auth.sight import Looking
from agentlab.kit.text import Word
from agentlab.portfolio.models import ProjectStatus, ProjectType

PLACES = """
    projects p
    JOIN services s ON s.id = p.service_id
    JOIN clients c ON c.id = s.client_id
    JOIN standings k ON k.project_id = p.id
    LEFT JOIN users o ON o.id = p.owner_id
"""

STATUS = """
    CASE WHEN s.archived_at IS NULL AND c.archived_at IS NULL THEN p.status ELSE 'archived' END
"""
"""A project of an archived service or client is archived with it."""

IS_WAITING = "(k.waiting_gate_id IS NOT NULL)"
IS_STALE = "(k.stale_total > 0)"
IS_QUIET = f"""
    (greatest(k.changed_at, k.stage_since) < (SELECT now() - interval '14 days')
     AND {STATUS} NOT IN ('completed', 'archived'))
"""

# The filters that are compared with what was asked, which is bound under the filter's own name.
ASKED = {
    "service_id": "s.id = ANY(CAST(:service_id AS uuid[]))",
    "domain_id": "c.domain_id = ANY(CAST(:domain_id AS uuid[]))",
    "type": "p.type = ANY(CAST(:type AS text[]))",
    "implementation_type_id": "p.implementation_type_id = "
    "ANY(CAST(:implementation_type_id AS uuid[]))",
    "user_category_id": "p.user_category_ids && CAST(:user_category_id AS uuid[])",
    "application_id": "EXISTS (SELECT FROM application_projects t WHERE t.project_id = p.id "
    "AND t.application_id = ANY(CAST(:application_id AS uuid[])))",
    "waiting": f"{IS_WAITING} = :waiting",
    "stale": f"{IS_STALE} = :stale",
    "quiet": f"{IS_QUIET} = :quiet",
}

MOST = 100


@dataclass(frozen=True)
class Filters:
    """Each narrows the list; several values of one widen it again."""

    client_id: Collection[UUID] = ()
    service_id: Collection[UUID] = ()
    status: Collection[ProjectStatus] = ()
    owner_id: Collection[UUID | Literal["none"]] = ()
    stage: Collection[str] = ()
    domain_id: Collection[UUID] = ()
    type: Collection[ProjectType] = ()
    implementation_type_id: Collection[UUID] = ()
    user_category_id: Collection[UUID] = ()
    application_id: Collection[UUID] = ()
    waiting: bool | None = None
    stale: bool | None = None
    quiet: bool | None = None
    search: str = ""


async def filters_of(  # noqa: PLR0917 - FastAPI names them
    client_id: Annotated[tuple[UUID, ...], Query(max_length=MOST)] = (),
    service_id: Annotated[tuple[UUID, ...], Query(max_length=MOST)] = (),
    status: Annotated[
        tuple[ProjectStatus, ...],
        Query(
            max_length=MOST,
            description="Archived projects are left out unless they are asked for.",
        ),
    ] = (),
    owner_id: Annotated[
        tuple[UUID | Literal["none"], ...],
        Query(max_length=MOST, description="`none`: without an owner."),
    ] = (),
    stage: Annotated[
        tuple[Word, ...], Query(max_length=MOST, description="Titles of current stages.")
    ] = (),
    domain_id: Annotated[
        tuple[UUID, ...], Query(max_length=MOST, description="Business domains of clients.")
    ] = (),
    type: Annotated[tuple[ProjectType, ...], Query(max_length=MOST)] = (),  # noqa: A002 - its name
    implementation_type_id: Annotated[tuple[UUID, ...], Query(max_length=MOST)] = (),
    user_category_id: Annotated[
        tuple[UUID, ...], Query(max_length=MOST, description="Projects for one of these.")
    ] = (),
    application_id: Annotated[
        tuple[UUID, ...],
        Query(max_length=MOST, description="Projects that build or change one of these."),
    ] = (),
    waiting: Annotated[
        bool | None, Query(description="Whether a submission waits for a decision.")
    ] = None,
    stale: Annotated[
        bool | None, Query(description="Whether a text changed since it was approved.")
    ] = None,
    quiet: Annotated[bool | None, Query(description="Whether nothing moved for 14 days.")] = None,
    search: Annotated[
        Word,
        Query(
            description="Words that all occur in the name or key of the project, the name of its "
            "service or of its client; accents and capitals do not matter."
        ),
    ] = "",
) -> Filters:
    return Filters(
        client_id=client_id,
        service_id=service_id,
        status=status,
        owner_id=owner_id,
        stage=stage,
        domain_id=domain_id,
        type=type,
        implementation_type_id=implementation_type_id,
        user_category_id=user_category_id,
        application_id=application_id,
        waiting=waiting,
        stale=stale,
        quiet=quiet,
        search=search.strip(),
    )


Narrowed = Annotated[Filters, Depends(filters_of)]
"""The filters in an address, as a route parameter."""


@dataclass(frozen=True)
class Conditions:
    """`Filters` in SQL. A facet is a filter whose choices are counted without itself.

    That of the status is always there: without a choice it leaves out what is archived.
    """

    always: list[str]
    facets: dict[str, str]
    parameters: dict[str, Any] = field(default_factory=dict)

    @property
    def all(self) -> str:
        return " AND ".join([*self.always, *self.facets.values()])


def conditions_of(filters: Filters, caller: Looking) -> Conditions:
    sight, parameters = sight_of(caller)
    always = [sight]
    for name, condition in ASKED.items():
        asked = getattr(filters, name)
        if asked is not None and asked != ():
            always.append(condition)
            parameters[name] = asked if isinstance(asked, bool) else list(asked)
    for number, word in enumerate(filters.search.split()):
        always.append(occurs(f"(SELECT folded(:word_{number}))"))
        parameters[f"word_{number}"] = word
    facets = {"status": f"{STATUS} <> 'archived'"}
    if filters.status:
        facets["status"] = f"{STATUS} = ANY(CAST(:statuses AS text[]))"
        parameters["statuses"] = [str(status) for status in filters.status]
    if filters.stage:
        facets["stage"] = "coalesce(k.stage = ANY(CAST(:stages AS text[])), false)"
        parameters["stages"] = list(filters.stage)
    if filters.client_id:
        facets["client"] = "c.id = ANY(CAST(:client_ids AS uuid[]))"
        parameters["client_ids"] = list(filters.client_id)
    if filters.owner_id:
        facets["owner"] = """(coalesce(p.owner_id = ANY(CAST(:owner_ids AS uuid[])), false)
            OR (p.owner_id IS NULL AND :without_owner))"""
        parameters["owner_ids"] = [id_ for id_ in filters.owner_id if id_ != "none"]
        parameters["without_owner"] = "none" in filters.owner_id
    return Conditions(always, facets, parameters)


def occurs(word: str) -> str:
    """That the word is in a name of the project's, or in its key."""
    texts = ("p.folded_name", "s.folded_name", "c.folded_name", "lower(p.key)")
    return f"({' OR '.join(f'strpos({text}, {word}) > 0' for text in texts)})"


def sight_of(caller: Looking) -> tuple[str, dict[str, Any]]:
    """The projects that are there for this caller, in SQL over `PLACES`."""
    clients, parameters = clients_of(caller)
    there = f"p.deleted_at IS NULL AND s.deleted_at IS NULL AND {clients}"
    if caller.project_id is not None:
        return f"{there} AND p.id = :bound_to", parameters | {"bound_to": caller.project_id}
    return there, parameters


def clients_of(caller: Looking) -> tuple[str, dict[str, Any]]:
    """The clients that are the caller's."""
    if caller.sees_all:
        return "c.deleted_at IS NULL", {}
    mine = "SELECT a.client_id FROM client_assignments a WHERE a.user_id = :user_id"
    return f"c.deleted_at IS NULL AND c.id IN ({mine})", {"user_id": caller.id}
