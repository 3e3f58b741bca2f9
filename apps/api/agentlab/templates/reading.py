"""The library as people look at it."""

from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from agentlab.auth.models import User
from agentlab.auth.sight import Looking, project_in_sight
from agentlab.imports.service import gate_found
from agentlab.kit.pages import Order, Orders, Page, read_page
from agentlab.kit.searching import occurs
from agentlab.kit.text import LONGEST_LINE
from agentlab.portfolio.models import Client, Project, Service
from agentlab.templates import library, migration
from agentlab.templates.comparison import FieldChange, compare, shortened
from agentlab.templates.library import METHOD, in_sight, there
from agentlab.templates.models import TemplateChange
from agentlab.templates.schemas import (
    ArtefactDefined,
    ChangeProposed,
    FieldChanged,
    SourceText,
    StageCompared,
    StageDefined,
    StageStep,
    TemplateChangeOut,
    TemplateComparison,
    TemplateNamed,
    TemplatePage,
    TemplateRow,
    TemplateUse,
    TemplateVersion,
)
from agentlab.workflows.importers.definitions import StageDefinition, WorkflowDefinition
from agentlab.workflows.models import Template, Workflow
from agentlab.workflows.schemas import TemplateSummary
from agentlab.workspaces.schemas import NoticeOut

MOST_USES = 100
MOST_VERSIONS = 200

ORDERS = Orders(
    cast("ColumnElement[UUID]", Template.id),
    {"name": Order(func.folded(func.left(Template.name, LONGEST_LINE)), str)},
)
CHANGES = Orders(
    cast("ColumnElement[UUID]", TemplateChange.id),
    {"changed": Order(cast("ColumnElement[Any]", TemplateChange.changed_at), datetime)},
)
Version = aliased(Template, name="version")
Newest = aliased(Template, name="newest")


async def page(
    db: AsyncSession,
    caller: Looking | None,
    *,
    search: str = "",
    archived: bool = False,
    limit: int = 50,
    after: str | None = None,
) -> Page[TemplateRow]:
    """The newest version of each method and key, by name; in one statement."""
    query = rows_for(caller, archived=archived)
    if search:
        words = (Template.name, Template.key, Template.method, Template.description)
        query = query.where(occurs(search, *words))
    rows, following = await read_page(db, query, ORDERS, sort=None, limit=limit, after=after)
    return Page(items=[row_out(row[0], row[1], row[2]) for row in rows], next=following)


def rows_for(caller: Looking | None, *, archived: bool) -> Select[*tuple[Any, ...]]:
    is_there = in_sight(caller, Newest)
    if not archived:
        is_there = and_(is_there, Newest.archived_at.is_(None))
    newest = (
        select(Newest.id)
        .where(is_there)
        .ext(distinct_on(Newest.method, Newest.key))
        .order_by(Newest.method, Newest.key, Newest.imported_at.desc(), Newest.id.desc())
    )
    same = (Version.method == Template.method, Version.key == Template.key)
    versions = (
        select(func.count())
        .select_from(Version)
        .where(*same, in_sight(caller, Version))
        .correlate(Template)
        .scalar_subquery()
    )
    return select(Template, versions, projects_of(caller, *same)).where(Template.id.in_(newest))


def projects_of(caller: Looking | None, *which: ColumnElement[bool]) -> ColumnElement[int]:
    """How many projects run through these versions, of those that the caller sees."""
    return (
        select(func.count())
        .select_from(Workflow)
        .join(Version, Version.id == Workflow.template_id)
        .join(Project, Project.id == Workflow.project_id)
        .join(Service, Service.id == Project.service_id)
        .join(Client, Client.id == Service.client_id)
        .where(*which, *there(), *project_seen(caller))
        .correlate(Template)
        .scalar_subquery()
    )


def project_seen(caller: Looking | None) -> list[ColumnElement[bool]]:
    return [project_in_sight(caller, Project.id, Client.id)] if caller else []


def row_out(template: Template, versions: int, projects: int) -> TemplateRow:
    return TemplateRow(
        id=template.id,
        method=template.method,
        generation=template.generation,
        key=template.key,
        name=template.name,
        description=template.description,
        kind=template.kind,
        source_path=template.source_path,
        imported_at=template.imported_at,
        archived_at=template.archived_at,
        is_own=template.method == METHOD,
        versions_total=versions,
        projects_total=projects,
    )


async def template_page(
    db: AsyncSession, caller: Looking | None, template_id: UUID
) -> TemplatePage:
    """A template with its versions and uses, in a number of statements that does not grow."""
    template = await migration.template_with_source(db, template_id)
    definition = await library.definition_of(db, template)
    kept = template.definition or {}
    return TemplatePage(
        **TemplateSummary.model_validate(template, from_attributes=True).model_dump(),
        project_types=template.project_types,
        imported_at=template.imported_at,
        archived_at=template.archived_at,
        is_own=library.is_own(template),
        stages=[stage_out(stage) for stage in definition.stages],
        notices=[NoticeOut.model_validate(notice) for notice in definition.notices],
        notices_total=kept.get("notices_total", len(definition.notices)),
        versions=await versions_of(db, caller, template),
        uses=await uses_of(db, caller, template),
    )


def stage_out(stage: StageDefinition) -> StageDefined:
    return StageDefined(
        **{name: getattr(stage, name) for name in STAGE_FIELDS},
        optional_steps=list(stage.optional_steps),
        artefacts=[ArtefactDefined.model_validate(each) for each in stage.artefacts],
        gate=gate_found(stage),
    )


STAGE_FIELDS = StageDefined.model_fields.keys() - {"artefacts", "gate", "optional_steps"}


async def versions_of(
    db: AsyncSession, caller: Looking | None, template: Template
) -> list[TemplateVersion]:
    """Oldest first; the newest ones where there are very many."""
    same = (Version.method == template.method, Version.key == template.key)
    rows = (
        await db.execute(
            select(
                Version,
                func.row_number().over(order_by=(Version.imported_at, Version.id)),
                projects_of_version(caller),
            )
            .where(*same, in_sight(caller, Version))
            .order_by(Version.imported_at.desc(), Version.id.desc())
            .limit(MOST_VERSIONS)
        )
    ).all()
    return [version_out(*row) for row in reversed(rows)]


def projects_of_version(caller: Looking | None) -> ColumnElement[int]:
    return (
        select(func.count())
        .select_from(Workflow)
        .join(Project, Project.id == Workflow.project_id)
        .join(Service, Service.id == Project.service_id)
        .join(Client, Client.id == Service.client_id)
        .where(Workflow.template_id == Version.id, *there(), *project_seen(caller))
        .correlate(Version)
        .scalar_subquery()
    )


def version_out(template: Template, number: int, projects: int) -> TemplateVersion:
    return TemplateVersion(
        id=template.id,
        number=number,
        sha256=template.sha256,
        source_path=template.source_path,
        imported_at=template.imported_at,
        archived_at=template.archived_at,
        projects_total=projects,
    )


async def uses_of(
    db: AsyncSession, caller: Looking | None, template: Template
) -> list[TemplateUse]:
    """Projects that run through a version, by name."""
    numbers = (
        select(
            Version.id,
            func.row_number().over(order_by=(Version.imported_at, Version.id)).label("number"),
        )
        .where(
            Version.method == template.method,
            Version.key == template.key,
            in_sight(caller, Version),
        )
        .subquery()
    )
    rows = await db.execute(
        select(Project.id, Project.key, Project.name, Client.name, numbers.c.id, numbers.c.number)
        .join(Workflow, Workflow.project_id == Project.id)
        .join(numbers, numbers.c.id == Workflow.template_id)
        .join(Service, Service.id == Project.service_id)
        .join(Client, Client.id == Service.client_id)
        .where(*there(), *project_seen(caller))
        .order_by(Project.folded_name, Project.id)
        .limit(MOST_USES)
    )
    return [
        TemplateUse(
            project_id=row[0],
            key=row[1],
            name=row[2],
            client=row[3],
            template_id=row[4],
            version=row[5],
        )
        for row in rows
    ]


async def comparison(
    db: AsyncSession, caller: Looking | None, before_id: UUID, after_id: UUID
) -> TemplateComparison:
    """What differs between two templates that the caller sees."""
    before = await migration.template_with_source(db, before_id)
    after = await migration.template_with_source(db, after_id)
    old = await library.definition_of(db, before)
    new = await library.definition_of(db, after)
    return TemplateComparison(
        before=await one_version(db, caller, before),
        after=await one_version(db, caller, after),
        changes=[FieldChanged.model_validate(each) for each in whole_changes(old, new)],
        stages=[StageCompared.model_validate(each) for each in compare(old, new)],
        source_before=source_text(old),
        source_after=source_text(new),
    )


async def one_version(
    db: AsyncSession, caller: Looking | None, template: Template
) -> TemplateVersion:
    found = await versions_of(db, caller, template)
    return next(version for version in found if version.id == template.id)


def whole_changes(old: WorkflowDefinition, new: WorkflowDefinition) -> list[FieldChange]:
    before, after = whole_in_words(old), whole_in_words(new)
    return [
        FieldChange(name, shortened(before[name]), shortened(after[name]))
        for name in before
        if before[name] != after[name]
    ]


def whole_in_words(definition: WorkflowDefinition) -> dict[str, str | None]:
    prompts = definition.handoff_prompts
    return {
        "key": definition.key,
        "name": definition.name,
        "description": definition.description or None,
        "kind": definition.kind,
        "project_types": ", ".join(definition.project_types) or None,
        "when_to_use": "\n".join(definition.when_to_use) or None,
        "flow_diagram": definition.flow_diagram,
        "handoff_prompts": "\n".join(f"{name}: {prompts[name]}" for name in prompts) or None,
        "source_path": definition.source_path,
    }


def source_text(definition: WorkflowDefinition) -> SourceText:
    try:
        text: str | None = definition.source.decode()
    except UnicodeDecodeError:
        text = None
    return SourceText(path=definition.source_path, sha256=definition.sha256, text=text)


def proposed(change: migration.Change) -> ChangeProposed:
    """A previewed change as it is shown."""
    before, after = change.before, change.after
    source = None
    if before is not None:
        source = text_of(before.source_path, before.sha256, change.source_before or b"")
    is_other = before is None or after.definition.sha256 != before.sha256
    return ChangeProposed(
        digest=change.plan.digest,
        does_something=is_other or change.plan.does_something,
        before=library.named(before) if before else None,
        after=library.found_named(after),
        steps=[library.step_out(step) for step in change.plan.steps],
        notices=[NoticeOut.model_validate(notice) for notice in after.definition.notices],
        source_before=source,
        source_after=source_text(after.definition),
    )


def text_of(path: str, sha256: str, source: bytes) -> SourceText:
    try:
        return SourceText(path=path, sha256=sha256, text=source.decode())
    except UnicodeDecodeError:
        return SourceText(path=path, sha256=sha256, text=None)


async def changes_of(
    db: AsyncSession, project_id: UUID, *, limit: int, after: str | None
) -> Page[TemplateChangeOut]:
    """The changes of template that a project went through, the newest first."""
    query = (
        select(TemplateChange, User.name)
        .join(Workflow, Workflow.id == TemplateChange.workflow_id)
        .outerjoin(User, User.id == TemplateChange.changed_by)
        .where(Workflow.project_id == project_id)
    )
    rows, following = await read_page(db, query, CHANGES, sort="-changed", limit=limit, after=after)
    return Page(items=[change_out(row[0], row[1]) for row in rows], next=following)


def change_out(change: TemplateChange, by: str | None) -> TemplateChangeOut:
    told = change.summary
    return TemplateChangeOut(
        id=change.id,
        at=change.changed_at,
        by=by,
        before=TemplateNamed.model_validate(told["before"]) if told["before"] else None,
        after=TemplateNamed.model_validate(told["after"]),
        steps=[StageStep.model_validate(step) for step in told["steps"]],
        kept_total=told["kept_total"],
    )
