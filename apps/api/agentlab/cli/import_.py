"""`agentlab import`: make a project of a folder, as the browser's wizard does."""

import asyncio
import json
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import ValidationError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from agentlab.cli.opening import opened_context
from agentlab.cli.terminal import one_sentence_on_failure, say
from agentlab.errors import InvalidInput
from agentlab.imports.jobs import count_documents
from agentlab.imports.schemas import ImportIn
from agentlab.imports.service import Imported, import_folder
from agentlab.kit.text import said_of
from agentlab.settings import Settings
from agentlab.workspaces.notices import as_json


def import_(
    path: Annotated[Path, typer.Argument(help="The project folder.")],
    *,
    client: Annotated[str, typer.Option(help="An existing client's name, or a new one.")],
    service: Annotated[str, typer.Option(help="An existing service's name, or a new one.")],
    workflow: Annotated[
        str | None,
        typer.Option(help="Which of the folder's workflows; none for a folder without a method."),
    ] = None,
    method: Annotated[
        str | None,
        typer.Option(help="Which of the folder's methods, such as bmad; where it has several."),
    ] = None,
    generation: Annotated[
        str | None,
        typer.Option(help="Which generation of it, such as v4; where it has several."),
    ] = None,
    project: Annotated[str | None, typer.Option(help="Default: the folder's name.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Import a project folder: its workflow with stages and gates, and every Markdown document."""
    with one_sentence_on_failure():
        choice = chosen(
            path,
            client=client,
            service=service,
            workflow=workflow,
            method=method,
            generation=generation,
            project=project,
        )
        imported = asyncio.run(run(Settings(), choice))
    if as_json:
        typer.echo(json.dumps(summary(imported), ensure_ascii=False, indent=2))
    else:
        say("\n".join(report(imported)))


def chosen(path: Path, **rest: str | None) -> ImportIn:
    try:
        return ImportIn(path=str(path.expanduser().absolute()), **rest)
    except ValidationError as error:
        first = error.errors()[0]
        field = str(first["loc"][0])
        where = "PATH" if field == "path" else f"--{field}"
        raise InvalidInput(f"{where}: {said_of(first)}.") from error


async def run(settings: Settings, choice: ImportIn) -> Imported:
    roots = settings.allowed_roots
    total = await asyncio.to_thread(count_documents, choice.path, roots)
    terminal = Console(stderr=True)
    bar = Progress(
        TextColumn("Reading documents"),
        BarColumn(),
        MofNCompleteColumn(),
        console=terminal,
        disable=not terminal.is_terminal,
        transient=True,
    )
    async with opened_context(settings) as context:
        with bar:
            task = bar.add_task("documents", total=total)

            async def show(done: int, _path: str) -> None:
                bar.update(task, completed=done)

            async with context.sessions.begin() as db:
                return await import_folder(db, choice, by=None, roots=roots, on_progress=show)


def summary(imported: Imported) -> dict[str, Any]:
    """What was found and done, for programs."""
    detection, definition = imported.detection, imported.definition
    return {
        "project_id": str(imported.project_id),
        "method": detection.method,
        "generation": detection.generation,
        "method_version": detection.version,
        "workflow": definition.key if definition else None,
        "stages": len(definition.stages) if definition else 0,
        "gates": gates_of(imported),
        "documents": imported.scan.added,
        "notices": [as_json(notice) for notice in notices_of(imported)],
    }


def report(imported: Imported) -> list[str]:
    """The same for people."""
    detection, definition = imported.detection, imported.definition
    found = "no planning method"
    if detection.method:
        found = f"{detection.method} {detection.version or detection.generation}"
    why = f": {', '.join(detection.evidence)}" if detection.evidence else ""
    lines = [f"Found {found}{why}."]
    if definition:
        lines.append(
            f"Workflow “{definition.name}”: {len(definition.stages)} stages, "
            f"{len(gates_of(imported))} gates."
        )
    lines.append(f"{imported.scan.added} documents with their first version.")
    lines += [f"Note: {notice.text}" for notice in notices_of(imported)]
    lines.append(f"Imported as project {imported.project_id}.")
    return lines


def gates_of(imported: Imported) -> list[str]:
    stages = imported.definition.stages if imported.definition else ()
    return [stage.key for stage in stages if stage.gate]


def notices_of(imported: Imported) -> list[Any]:
    of_workflow = imported.definition.notices if imported.definition else ()
    return [*imported.detection.notices, *of_workflow, *imported.scan.notices]
