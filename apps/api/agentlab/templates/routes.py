import asyncio
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response, status

from agentlab.auth import sight
from agentlab.auth.callers import Anyone, ProductOwner, Viewer
from agentlab.context import Ctx
from agentlab.errors import NotFound
from agentlab.imports.service import UnknownMethod
from agentlab.kit.db import DB
from agentlab.kit.downloads import as_download
from agentlab.kit.pages import PAGE, After, InvalidCursor, Limit, Page
from agentlab.kit.problems import documents
from agentlab.kit.searching import Search
from agentlab.kit.text import Word
from agentlab.portfolio.levels.places import PlaceArchived
from agentlab.templates import migration, news, own, reading, service
from agentlab.templates.schemas import (
    ChangeProposed,
    SourceIn,
    TemplateChangeIn,
    TemplateChangeOut,
    TemplateComparison,
    TemplateNews,
    TemplatePage,
    TemplateRow,
    Validation,
)
from agentlab.workspaces.folder import UNUSABLE
from agentlab.workspaces.service import BeingScanned, ProjectWithoutFolder

router = APIRouter(tags=["templates"])

Named = Annotated[Word | None, Query()]


@router.get("/templates", responses=documents(InvalidCursor))
async def list_templates(
    viewer: Viewer,
    db: DB,
    *,
    search: Search = "",
    archived: Annotated[bool, Query(description="Those in the archive, too.")] = False,
    limit: Limit = PAGE,
    after: After = None,
) -> Page[TemplateRow]:
    """The library, by name: of each method and key the newest version.

    Own templates are for everybody; others are seen by those who see a project of theirs.
    """
    return await reading.page(
        db, viewer, search=search.strip(), archived=archived, limit=limit, after=after
    )


@router.post(
    "/templates",
    status_code=status.HTTP_201_CREATED,
    responses=documents(own.TemplateUnreadable, service.TemplateUnchanged),
)
async def create_template(body: SourceIn, owner: ProductOwner, db: DB) -> TemplatePage:
    """Bring in a template of your own; under a key that is there it is the next version."""
    template_id = await service.upload(db, own.stored(body.source))
    return await reading.template_page(db, owner, template_id)


@router.post("/templates/validation", responses=documents(own.TemplateUnreadable))
async def validate_template(body: SourceIn, _: ProductOwner) -> Validation:
    """What AgentLab reads in a source, with everything that is odd about it. Keeps nothing."""
    return await asyncio.to_thread(service.validate, own.stored(body.source))


@router.get("/templates/schema")
async def get_template_schema(_: Anyone) -> dict[str, Any]:
    """The JSON schema of own templates, for editors and programs."""
    return own.json_schema()


@router.get("/templates/example", response_class=Response)
async def download_template_example(_: Viewer, request: Request) -> Response:
    """A template to start from, which names the schema of this server for editors."""
    here = f"{request.base_url}api/v1/templates/schema"
    text = own.EXAMPLE.replace("/api/v1/templates/schema", here)
    return as_download(text.encode(), "template.yaml")


@router.get("/templates/{template_id}", responses=documents(NotFound))
async def get_template(template_id: UUID, viewer: Viewer, db: DB) -> TemplatePage:
    """A template with what was read from its source, its versions and its uses."""
    return await reading.template_page(db, viewer, template_id)


@router.delete(
    "/templates/{template_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=documents(NotFound, service.TemplateInUse, service.TemplateOfFolder),
)
async def delete_template(template_id: UUID, _: ProductOwner, db: DB) -> None:
    """Delete a version of an own template that no project runs through or ever did."""
    await service.delete(db, template_id)


@router.put(
    "/templates/{template_id}/archival",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=documents(NotFound, service.TemplateOfFolder),
)
async def archive_template(template_id: UUID, _: ProductOwner, db: DB) -> None:
    """Offer a version of an own template to no project any more. Those that have it go on."""
    await service.set_archived(db, template_id, archived=True)


@router.delete(
    "/templates/{template_id}/archival",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=documents(NotFound, service.TemplateOfFolder),
)
async def unarchive_template(template_id: UUID, _: ProductOwner, db: DB) -> None:
    """Offer a version of an own template again."""
    await service.set_archived(db, template_id, archived=False)


@router.get("/templates/{template_id}/comparison", responses=documents(NotFound))
async def compare_templates(
    template_id: UUID,
    viewer: Viewer,
    db: DB,
    against: Annotated[UUID, Query(description="The version that it is compared with.")],
) -> TemplateComparison:
    """What this version has that another had not, and the other way round."""
    await sight.need(db, viewer, "template_id", against, field="against")
    return await reading.comparison(db, viewer, against, template_id)


@router.get("/projects/{project_id}/template-news", responses=documents(NotFound))
async def get_template_news(project_id: UUID, _: Viewer, db: DB, context: Ctx) -> TemplateNews:
    """Whether the project's folder, or the library, has another version of its template."""
    return await news.of_project(db, project_id, context.settings.allowed_roots)


@router.get("/projects/{project_id}/template-changes", responses=documents(NotFound, InvalidCursor))
async def list_template_changes(
    project_id: UUID, _: Viewer, db: DB, limit: Limit = PAGE, after: After = None
) -> Page[TemplateChangeOut]:
    """The changes of template that the project went through, the newest first."""
    return await reading.changes_of(db, project_id, limit=limit, after=after)


CHANGE = (
    NotFound,
    ProjectWithoutFolder,
    migration.WorkflowNotInFolder,
    migration.TemplateWithoutStages,
    migration.TemplateArchived,
    UnknownMethod,
    *UNUSABLE,
)


@router.get("/projects/{project_id}/template-changes/proposal", responses=documents(*CHANGE))
async def propose_template_change(
    project_id: UUID,
    owner: ProductOwner,
    db: DB,
    context: Ctx,
    *,
    template_id: UUID | None = None,
    method: Named = None,
    generation: Named = None,
    workflow: Named = None,
) -> ChangeProposed:
    """What the project's workflow would become under another template. Changes nothing.

    Without a `template_id` it is what the project's folder holds now.
    """
    wanted = migration.Wanted(template_id, method, generation, workflow)
    change = await migration.propose(
        db, project_id, wanted, by=owner, roots=context.settings.allowed_roots
    )
    return reading.proposed(change)


@router.post(
    "/projects/{project_id}/template-changes",
    responses=documents(
        *CHANGE, migration.ProposalOutdated, migration.NothingToChange, BeingScanned, PlaceArchived
    ),
)
async def change_template(
    project_id: UUID, body: TemplateChangeIn, owner: ProductOwner, db: DB, context: Ctx
) -> TemplateChangeOut | None:
    """Make the change that was previewed: all of it, or nothing when anything moved meanwhile.

    Nothing that was decided, submitted or said is lost. A project without a workflow begins one,
    and there is no change to tell of then.
    """
    wanted = migration.Wanted(body.template_id, body.method, body.generation, body.workflow)
    made = await migration.apply(
        db,
        project_id,
        wanted,
        digest=body.digest,
        by=owner,
        roots=context.settings.allowed_roots,
    )
    return reading.change_out(made, owner.name) if made else None
