"""`agentlab template`: the library, own templates, and what a changed method does to a project."""

import asyncio
import json
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.cli.opening import opened_context
from agentlab.cli.tables import print_table
from agentlab.cli.terminal import one_sentence_on_failure, say
from agentlab.errors import InvalidInput, NotFound
from agentlab.settings import Settings
from agentlab.templates import migration, own, reading, service
from agentlab.templates.plan import Fate
from agentlab.templates.schemas import StageStep, TemplatePage, TemplateRow
from agentlab.workflows.importers.yaml_source import MAX_BYTES
from agentlab.workspaces.folder import resolve
from agentlab.workspaces.models import Workspace

template = typer.Typer(
    name="template", help="The templates that projects run through.", no_args_is_help=True
)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
File = Annotated[Path, typer.Argument(help="A YAML file in AgentLab's own format; - for stdin.")]


@template.command()
def validate(file: File, *, as_json: AsJson = False) -> None:
    """Say what AgentLab reads in a template of your own. Needs no database; keeps nothing.

    Exit code 1 when it cannot be used.
    """
    with one_sentence_on_failure():
        found = service.validate(content_of(file))
    if as_json:
        typer.echo(found.model_dump_json(indent=2))
    else:
        say(f"“{found.name}” ({found.key}): {len(found.stages)} stages.")
        for notice in found.notices:
            say(f"Note: {notice.text}")


@template.command()
def schema() -> None:
    """Print the JSON schema of own templates, for editors and programs."""
    typer.echo(json.dumps(own.json_schema(), ensure_ascii=False, indent=2))


@template.command(name="import")
def import_(file: File) -> None:
    """Bring in a template of your own; under a key that is there it is the next version."""
    with one_sentence_on_failure():
        source = content_of(file)
        page = asyncio.run(bring_in(Settings(), source))
    say(f"Added “{page.name}” ({page.key}), version {len(page.versions)}: {page.id}")
    for notice in page.notices:
        say(f"Note: {notice.text}")


@template.command(name="list")
def list_(*, search: str = "", archived: bool = False, as_json: AsJson = False) -> None:
    """List the library: of each method and key the newest version."""
    with one_sentence_on_failure():
        rows = asyncio.run(listed(Settings(), search=search, archived=archived))
    if as_json:
        typer.echo(json.dumps([row.model_dump(mode="json") for row in rows], indent=2))
        return
    print_table(
        ("Id", "Method", "Versions", "Projects", "Name"),
        [
            (
                str(row.id),
                f"{row.method} {row.generation}",
                str(row.versions_total),
                str(row.projects_total),
                f"{row.name} ({row.key})",
            )
            for row in rows
        ],
    )


@template.command()
def export(
    template_id: Annotated[UUID, typer.Argument(help="As `agentlab template list` says it.")],
    *,
    output: Annotated[
        Path | None, typer.Option(help="A file that is not there yet; stdout without it.")
    ] = None,
) -> None:
    """Write a template's source, byte for byte as it was read."""
    with one_sentence_on_failure():
        source = asyncio.run(source_of(Settings(), template_id))
        if output is None:
            typer.get_binary_stream("stdout").write(source)
            return
        try:
            with output.open("xb") as file:
                file.write(source)
        except OSError as error:
            raise InvalidInput(f"{output}: {error.strerror}. Choose another file.") from error
    say(f"Wrote {len(source):,} bytes to {output}.")


@template.command()
def update(
    path: Annotated[Path, typer.Argument(help="The folder of a project.")],
    *,
    template_id: Annotated[
        UUID | None,
        typer.Option("--template", help="One of the library; without it, what the folder holds."),
    ] = None,
    workflow: Annotated[
        str | None, typer.Option(help="Another of the folder's workflows, by its key.")
    ] = None,
    method: Annotated[str | None, typer.Option(help="Where the folder has several.")] = None,
    generation: Annotated[str | None, typer.Option(help="Where the folder has several.")] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Make the changes; without it they are only shown.")
    ] = False,
) -> None:
    """Read a project's method again: show what would become of its workflow, and do it.

    Nothing that was decided, submitted or said is lost.
    """
    wanted = migration.Wanted(template_id, method, generation, workflow)
    with one_sentence_on_failure():
        folder = path.expanduser().absolute()
        lines = asyncio.run(updated(Settings(), folder, wanted, really=yes))
    say("\n".join(lines))


def content_of(file: Path) -> bytes:
    if str(file) == "-":
        return typer.get_binary_stream("stdin").read(MAX_BYTES + 1)
    try:
        with file.open("rb") as opened:
            return opened.read(MAX_BYTES + 1)
    except OSError as error:
        raise InvalidInput(f"{file}: {error.strerror}. Name a file that can be read.") from error


async def bring_in(settings: Settings, source: bytes) -> TemplatePage:
    async with opened_context(settings) as context, context.sessions.begin() as db:
        template_id = await service.upload(db, source)
        return await reading.template_page(db, None, template_id)


async def listed(settings: Settings, *, search: str, archived: bool) -> list[TemplateRow]:
    rows: list[TemplateRow] = []
    after: str | None = None
    async with opened_context(settings) as context, context.sessions() as db:
        while True:
            page = await reading.page(
                db, None, search=search, archived=archived, limit=200, after=after
            )
            rows += page.items
            after = page.next
            if after is None:
                return rows


async def source_of(settings: Settings, template_id: UUID) -> bytes:
    async with opened_context(settings) as context, context.sessions() as db:
        found = await migration.template_with_source(db, template_id)
        return found.source


async def updated(
    settings: Settings, folder: Path, wanted: migration.Wanted, *, really: bool
) -> list[str]:
    roots = settings.allowed_roots
    async with opened_context(settings) as context, context.sessions.begin() as db:
        project_id = await project_at(db, resolve(str(folder), roots))
        change = await migration.propose(db, project_id, wanted, by=None, roots=roots)
        shown = reading.proposed(change)
        lines = [line_of(step) for step in shown.steps if said(step)]
        if not shown.does_something:
            return ["The project follows exactly this already."]
        lines.append(f"{len(shown.steps) - len(lines)} stages stay as they were.")
        if not really:
            return [*lines, "Nothing was done. Add --yes to make these changes."]
        await migration.apply(db, project_id, wanted, digest=shown.digest, by=None, roots=roots)
        return [*lines, f"The project follows “{shown.after.name}” now."]


async def project_at(db: AsyncSession, root: Path) -> UUID:
    found: UUID | None = await db.scalar(select(Workspace.project_id).filter_by(path=str(root)))
    if found is None:
        raise NotFound(f"{root} is no project's folder. Import it first, with `agentlab import`.")
    return found


def said(step: StageStep) -> bool:
    return step.fate is not Fate.KEPT or step.is_moved or step.adds_gate


def line_of(step: StageStep) -> str:
    words: list[Any] = [f"{step.fate.value:<8}", step.title]
    if step.changes:
        words.append(f"({', '.join(change.field for change in step.changes)})")
    if step.adds_gate:
        words.append("+ gate")
    return " ".join(words)
