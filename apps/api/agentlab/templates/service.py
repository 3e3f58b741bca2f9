"""Own templates: brought in, archived and deleted."""

import asyncio
from uuid import UUID

from sqlalchemy import exists, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.audit.trail import record
from agentlab.changes.schemas import Noun
from agentlab.changes.service import announce
from agentlab.errors import Conflict, NotFound
from agentlab.kit.clock import now
from agentlab.templates import library
from agentlab.templates.library import GENERATION, METHOD
from agentlab.templates.models import TemplateChange
from agentlab.templates.own import read_own
from agentlab.templates.reading import stage_out
from agentlab.templates.schemas import Validation
from agentlab.workflows import service as workflows
from agentlab.workflows.models import Template, Workflow
from agentlab.workspaces.schemas import NoticeOut


class TemplateUnchanged(Conflict):
    code = "template_unchanged"


class TemplateInUse(Conflict):
    code = "template_in_use"


class TemplateOfFolder(Conflict):
    code = "template_of_folder"


def validate(source: bytes) -> Validation:
    """What AgentLab reads in a source, with everything that is odd about it. Keeps nothing.

    Raises:
        TemplateUnreadable: it cannot be used.
    """
    found = read_own(source)
    return Validation(
        key=found.key,
        name=found.name,
        stages=[stage_out(stage) for stage in found.stages],
        notices=[NoticeOut.model_validate(notice) for notice in found.notices],
    )


async def upload(db: AsyncSession, source: bytes) -> UUID:
    """Keep a template of our own; under a key that is there it is the next version.

    Raises:
        TemplateUnreadable: see `own.read_own`.
        TemplateUnchanged: exactly this is there already.
    """
    definition = await asyncio.to_thread(read_own, source)
    known = select(Template.id, Template.archived_at).filter_by(
        method=METHOD, key=definition.key, sha256=definition.sha256
    )
    if (await db.execute(known)).first():
        raise TemplateUnchanged(
            f"The library has exactly this as a version of “{definition.name}” already. Change "
            "it, or bring that version back from the archive.",
            field="source",
        )
    template_id = await workflows.keep_template(
        db, definition, method=METHOD, generation=GENERATION
    )
    announce(db, Noun.PORTFOLIO, of=template_id)
    record(
        db,
        "template.uploaded",
        subject=template_id,
        label=definition.name,
        after={
            "key": definition.key,
            "sha256": definition.sha256,
            "stages": len(definition.stages),
        },
    )
    return template_id


async def lock(db: AsyncSession, template_id: UUID) -> Template:
    query = select(Template).filter_by(id=template_id).with_for_update()
    found = await db.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound("There is no such template.")
    return found


async def set_archived(db: AsyncSession, template_id: UUID, *, archived: bool) -> None:
    """Take a version out of what projects are offered, or bring it back. Twice is as once.

    Raises:
        TemplateOfFolder: other clients may have the same one in their folders.
    """
    template = await lock(db, template_id)
    need_own(template)
    if (template.archived_at is not None) == archived:
        return
    template.archived_at = now() if archived else None
    announce(db, Noun.PORTFOLIO, of=template_id)
    action = "template.archived" if archived else "template.unarchived"
    record(db, action, subject=template_id, label=template.name)


async def delete(db: AsyncSession, template_id: UUID) -> None:
    """Delete an own template that no project runs through or ever did.

    Raises:
        TemplateOfFolder: it came with a project's folder, and goes with the last such project.
        TemplateInUse: also by a project that the caller does not see, or that is in the bin.
    """
    template = await lock(db, template_id)
    need_own(template)
    used = select(
        exists().where(Workflow.template_id == template_id)
        | exists().where(TemplateChange.from_template_id == template_id)
        | exists().where(TemplateChange.to_template_id == template_id)
    )
    if await db.scalar(used):
        raise in_use(template)
    announce(db, Noun.PORTFOLIO, of=template_id)
    record(
        db,
        "template.deleted",
        subject=template_id,
        label=template.name,
        before={"key": template.key, "sha256": template.sha256},
    )
    try:
        async with db.begin_nested():
            await db.delete(template)
    except IntegrityError as error:  # a project took it up between our two questions
        raise in_use(template) from error


def need_own(template: Template) -> None:
    if not library.is_own(template):
        raise TemplateOfFolder(
            f"“{template.name}” came with a project's folder and goes with the last project that "
            "runs through it. Only own templates are archived or deleted."
        )


def in_use(template: Template) -> TemplateInUse:
    return TemplateInUse(
        f"A project runs through “{template.name}”, or did, so it stays. Archive it to offer it "
        "to nobody."
    )
