"""From a folder to a project: everything in one transaction, so that it is whole or not there."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import func, or_, select, true
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.audit.trail import record
from agentlab.auth import sight
from agentlab.auth.sight import Looking, client_in_sight, project_in_sight
from agentlab.changes.schemas import Noun
from agentlab.changes.service import announce
from agentlab.documents import service as documents
from agentlab.documents.scan import OnProgress, Scan, as_kept, no_progress, scan
from agentlab.errors import Conflict, InvalidInput, NotFound
from agentlab.gates import proposals
from agentlab.imports.schemas import (
    CandidateFound,
    DocumentFound,
    FolderIn,
    FolderMove,
    FolderOfProject,
    GateFound,
    ImportIn,
    Inspection,
    InspectionIn,
    RulesFound,
    StageFound,
    WorkflowFound,
)
from agentlab.kit.clock import now
from agentlab.kit.ids import new_id
from agentlab.kit.text import LONGEST_LINE
from agentlab.ledgers import service as ledgers  # noqa: F401 - reads them at every scan
from agentlab.portfolio.keys import free_key
from agentlab.portfolio.levels.names import KeyTaken, unique_names
from agentlab.portfolio.levels.places import lock_project, open_service
from agentlab.portfolio.models import Client, Project, Service
from agentlab.portfolio.records import record_of_project
from agentlab.workflows import service as workflows
from agentlab.workflows.importers.definitions import (
    USUAL_RULES,
    Detection,
    StageDefinition,
    WorkflowDefinition,
)
from agentlab.workflows.importers.detection import candidates
from agentlab.workspaces import service as workspaces
from agentlab.workspaces import walls
from agentlab.workspaces.models import Workspace
from agentlab.workspaces.notices import Notice, shown
from agentlab.workspaces.schemas import NoticeOut
from agentlab.workspaces.walk import FoundDocument, walk_documents

LISTED = 100


class AlreadyImported(Conflict):
    code = "already_imported"


class ImportedInBin(Conflict):
    code = "imported_in_bin"


class ProjectHasFolder(Conflict):
    code = "project_has_folder"


class OtherMethod(Conflict):
    code = "other_method"


class OtherDocuments(Conflict):
    code = "other_documents"


class OtherTexts(Conflict):
    code = "other_texts"


class PlaceRenamed(Conflict):
    """The client or service that was meant has another name since a moment ago, or is deleted."""

    code = "place_renamed"


class ClientNotYours(Conflict):
    code = "client_not_yours"


class UnknownWorkflow(InvalidInput):
    code = "unknown_workflow"


class WorkflowMissing(InvalidInput):
    code = "workflow_missing"


class UnknownMethod(InvalidInput):
    code = "unknown_method"


class MethodAmbiguous(InvalidInput):
    code = "method_ambiguous"


@dataclass(frozen=True)
class Imported:
    """What an import made."""

    project_id: UUID
    detection: Detection
    definition: WorkflowDefinition | None
    scan: Scan


async def inspect(
    db: AsyncSession, asked: InspectionIn, *, by: Looking, roots: Sequence[Path]
) -> Inspection:
    """Look at a folder without changing or keeping anything.

    Raises:
        FolderNotYours: see `workspaces.walls`.
        UnknownMethod: for a method or generation that the folder does not hold.
    """
    root = await walls.resolved(db, asked.path, by=by, roots=roots)
    found_methods = await asyncio.to_thread(candidates, root)
    detection = fitting(found_methods, asked.method, asked.generation)[0]
    found = await asyncio.to_thread(lambda: list(walk_documents(root)))
    imported = await find_imported(db, root, by)
    documents = [item for item in found if isinstance(item, FoundDocument)]
    notices = [*detection.notices, *(item for item in found if isinstance(item, Notice))]
    return Inspection(
        path=str(root),
        name=proposed_name(detection, root),
        method=detection.method,
        generation=detection.generation,
        method_version=detection.version,
        evidence=list(detection.evidence),
        candidates=[candidate_found(each) for each in found_methods if each.method],
        expansion_packs=list(detection.expansion_packs),
        workflows=[workflow_found(definition) for definition in detection.workflows],
        documents_total=len(documents),
        documents=[DocumentFound(path=document.path) for document in documents[:LISTED]],
        notices=notices_out(notices),
        project_id=imported.id if imported else None,
        is_in_bin=bool(imported and imported.is_in_bin),
    )


def proposed_name(detection: Detection, root: Path) -> str:
    """What the method's configuration calls the project, or else its folder's name."""
    return shown(" ".join((detection.project_name or "").split()))[:LONGEST_LINE] or name_of(root)


def name_of(root: Path) -> str:
    """The folder's name as a project's."""
    return shown(root.name)[:LONGEST_LINE] or "/"


def candidate_found(detection: Detection) -> CandidateFound:
    return CandidateFound(
        method=str(detection.method),
        generation=str(detection.generation),
        method_version=detection.version,
        folder=detection.folder,
        evidence=list(detection.evidence),
        workflows_total=len(detection.workflows),
    )


def workflow_found(definition: WorkflowDefinition) -> WorkflowFound:
    return WorkflowFound(
        key=definition.key,
        name=definition.name,
        description=definition.description or "",
        kind=definition.kind,
        project_types=list(definition.project_types),
        when_to_use=list(definition.when_to_use),
        source_path=definition.source_path,
        stages=[stage_found(stage) for stage in definition.stages],
        notices=notices_out(definition.notices),
    )


def stage_found(stage: StageDefinition) -> StageFound:
    return StageFound(
        key=stage.key,
        title=stage.title,
        phase=phase_of(stage),
        agent=stage.agent,
        optional=stage.optional,
        condition=stage.condition,
        gate=gate_found(stage),
    )


def gate_found(stage: StageDefinition) -> GateFound | None:
    """The gate that a stage proposes, with its rules."""
    if stage.gate is None:
        return None
    rules = RulesFound.model_validate(stage.rules or USUAL_RULES)
    return GateFound(kind=stage.gate.kind, reason=stage.gate.reason, rules=rules)


def phase_of(stage: StageDefinition) -> str | None:
    """In the words of its file; importers keep it beside what stages have a place for."""
    phase = stage.extra.get("phase")
    label = phase.get("label") if isinstance(phase, dict) else phase
    return str(label) if label else None


def notices_out(notices: Sequence[Notice]) -> list[NoticeOut]:
    return [NoticeOut.model_validate(notice) for notice in notices]


async def import_folder(
    db: AsyncSession,
    choice: ImportIn,
    *,
    by: Looking | None,
    roots: Sequence[Path],
    on_progress: OnProgress = no_progress,
) -> Imported:
    """Make a project of a folder: its place in the portfolio, its workflow, its documents.

    Args:
        db: the transaction; nothing of the import exists before it commits.
        choice: what the person chose.
        by: who imports, into a client that they see; None from the command line.
        roots: folders below which workspaces may lie.
        on_progress: see `documents.scan`.

    Raises:
        AlreadyImported, ImportedInBin, FolderNotYours, ClientNotYours, PlaceArchived,
        ProjectNameTaken, KeyTaken, UnknownMethod, MethodAmbiguous, UnknownWorkflow,
        WorkflowMissing, and what resolving the folder, detecting its method and starting the
        workflow raise.
    """
    folder = await look_into(db, choice, by=by, roots=roots)
    service_id = await find_or_create_service(
        db, client=choice.client, service=choice.service, by=by
    )
    await open_service(db, service_id, field="service")
    project_id = await create_project(
        db, service_id, choice.project or name_of(folder.root), by=by.id if by else None
    )
    result = await fill(db, project_id, folder, by=by, gates=choice.gates, on_progress=on_progress)
    await say_filled(db, project_id, "project.imported", folder, result)
    return Imported(project_id, folder.detection, folder.definition, result)


async def give_folder(
    db: AsyncSession,
    choice: FolderOfProject,
    *,
    by: Looking,
    roots: Sequence[Path],
    on_progress: OnProgress = no_progress,
) -> Imported:
    """Give a project that has none its folder, with the workflow and documents in it.

    Raises:
        NotFound, ProjectHasFolder, PlaceArchived, and what `import_folder` raises about folders and
        workflows.
    """
    project_id = choice.project_id
    await need_without_folder(db, project_id, by=by)
    folder = await look_into(db, choice, by=by, roots=roots)
    result = await fill(db, project_id, folder, by=by, gates=choice.gates, on_progress=on_progress)
    await say_filled(db, project_id, "project.folder_given", folder, result)
    return Imported(project_id, folder.detection, folder.definition, result)


async def need_without_folder(db: AsyncSession, project_id: UUID, *, by: Looking) -> None:
    """It is there for this caller, takes something new, and has no folder until we commit."""
    await sight.need(db, by, "project_id", project_id)
    service_id = await db.scalar(select(Project.service_id).filter_by(id=project_id))
    if service_id:
        await open_service(db, service_id)
    project = await lock_project(db, project_id)
    given = await db.get(Workspace, project_id)
    if given:
        raise ProjectHasFolder(
            f"The project “{project.name}” has a folder already: {given.path}. Scan it to bring in "
            "what changed, or say where it is now."
        )


def need_folders_in_reach(by: Looking) -> None:
    """The folders of the server are outside of what a token of one project reaches."""
    if by.project_id:
        raise NotFound("This token reaches one project, and what this is about is outside it.")


async def move_folder(
    db: AsyncSession, project_id: UUID, given: FolderMove, *, by: Looking, roots: Sequence[Path]
) -> Scan:
    """Look for the files of a project in another folder from now on, where they were moved to.

    Raises:
        NotFound, ProjectWithoutFolder, BeingScanned, FolderNotYours, AlreadyImported,
        ImportedInBin, OtherMethod, OtherDocuments, OtherTexts, and what resolving the folder and
        detecting its method raise.
    """
    need_folders_in_reach(by)
    workspace = await workspaces.hold(db, project_id)
    root = await walls.resolved(db, given.path, by=by, roots=roots)
    if str(root) == workspace.path:
        return await scan(db, project_id, root)  # whoever asks again is there already
    await need_new(db, root, by)
    await need_same_method(workspace, root)
    left = workspace.path
    async with one_project_each(db, root, by):
        workspace.path = str(root)
    known = await documents.known(db, project_id)
    result = await scan(db, project_id, root)
    if known and result.read == result.added:
        raise OtherDocuments(
            f"None of the project's {len(known)} documents is in this folder where it was in the "
            "other one. Choose the folder that the project's files were moved to.",
            field="path",
        )
    if known and not result.unchanged and not given.confirm_other_texts:
        raise OtherTexts(
            "Every document that is there has another text than in the other folder. If these are "
            "the project's files all the same, say so: each text is then a new version.",
            field="path",
        )
    await walls.need_theirs_at_the_end(db, root, by)
    announce(db, Noun.PROJECT, of=project_id, project_id=project_id)
    await record_of_project(
        db,
        project_id,
        "project.folder_moved",
        before={"path": left},
        after={"path": workspace.path},
    )
    return result


async def need_same_method(workspace: Workspace, root: Path) -> None:
    """Another version of it is news that the project's page tells; another method is not."""
    found = await asyncio.to_thread(candidates, root)
    if workspace.method not in {None, *(each.method for each in found)}:
        raise OtherMethod(
            f"The project follows {workspace.method}, which this folder does not hold. It holds: "
            f"{names_of(found)}. Choose the folder that the project's files were moved to.",
            field="path",
        )


class Folder(NamedTuple):
    """A folder that is no project's yet, and what is taken of it."""

    root: Path
    detection: Detection
    definition: WorkflowDefinition | None


async def look_into(
    db: AsyncSession, choice: FolderIn, *, by: Looking | None, roots: Sequence[Path]
) -> Folder:
    root = await walls.resolved(db, choice.path, by=by, roots=roots)
    await need_new(db, root, by)
    found = await asyncio.to_thread(candidates, root)
    detection = chosen_method(found, choice.method, choice.generation)
    return Folder(root, detection, chosen_workflow(detection, choice.workflow))


async def fill(
    db: AsyncSession,
    project_id: UUID,
    folder: Folder,
    *,
    by: Looking | None,
    gates: Sequence[str] | None,
    on_progress: OnProgress,
) -> Scan:
    """The project's workspace, its workflow and its documents."""
    root, detection, definition = folder
    await create_workspace(db, project_id, root, detection, by=by)
    if definition:
        workflow = await workflows.start(
            db,
            project_id,
            definition,
            method=str(detection.method),
            generation=str(detection.generation),
            gates=gates,
        )
        await proposals.begin(db, workflow, definition)
    result = await scan(db, project_id, root, on_progress)
    await keep_notices(db, project_id, detection, definition, result)
    await walls.need_theirs_at_the_end(db, root, by)
    return result


async def say_filled(
    db: AsyncSession, project_id: UUID, action: str, folder: Folder, result: Scan
) -> None:
    announce(db, Noun.PROJECT, of=project_id, project_id=project_id)
    definition = folder.definition
    await record_of_project(
        db,
        project_id,
        action,
        after={"workflow": definition.key if definition else None, "documents": result.added},
    )


def chosen_method(
    found: Sequence[Detection], method: str | None, generation: str | None
) -> Detection:
    """The one candidate that fits what was asked for; whoever imports decides between several."""
    fit = fitting(found, method, generation)
    if len(fit) > 1:
        raise MethodAmbiguous(
            f"The folder holds several methods: {names_of(fit)}. Say which one the project "
            "follows, with `method` and `generation`.",
            field="generation" if len({each.method for each in fit}) == 1 else "method",
        )
    return fit[0]


def fitting(
    found: Sequence[Detection], method: str | None, generation: str | None
) -> list[Detection]:
    fit = [
        each
        for each in found
        if method in {None, each.method} and generation in {None, each.generation}
    ]
    if not fit:
        wanted = " ".join(filter(None, (method, generation)))
        raise UnknownMethod(
            f"The folder does not hold {wanted}. It holds: {names_of(found)}.",
            field="method" if method else "generation",
        )
    return fit


def names_of(found: Sequence[Detection]) -> str:
    return ", ".join(f"{each.method} {each.generation}" for each in found if each.method) or "none"


def chosen_workflow(detection: Detection, key: str | None) -> WorkflowDefinition | None:
    known = {workflow.key: workflow for workflow in detection.workflows}
    if key is None:
        if known:
            raise WorkflowMissing(
                f"Choose one of the folder's workflows: {', '.join(known)}.", field="workflow"
            )
        return None
    if key not in known:
        there = ", ".join(known) or "none"
        raise UnknownWorkflow(
            f"The folder has no workflow “{key}”. It has: {there}.", field="workflow"
        )
    return known[key]


async def find_or_create_service(
    db: AsyncSession, *, client: str, service: str, by: Looking | None
) -> UUID:
    """By name, letter case aside; made when they are new.

    Whoever does not see every client cannot make one either: otherwise the answer would tell
    whether somebody else has a client of that name.
    """
    if by and not by.sees_all:
        client_id = await find_client(db, client, by)
        if client_id is None:
            raise ClientNotYours(
                f"You have no client “{client}”. Choose one of yours, or ask an administrator to "
                "assign you to it.",
                field="client",
            )
    else:
        client_id = await find_or_create_client(db, client)
    made: UUID | None = await db.scalar(
        insert(Service)
        .values(id=new_id(), client_id=client_id, name=service, created_at=now())
        .on_conflict_do_nothing()
        .returning(Service.id)
    )
    if made:
        record(db, "service.created", subject=made, label=service, client_id=client_id)
        announce(db, Noun.PORTFOLIO, of=made)
        return made
    of_client = select(Service.id).filter_by(client_id=client_id, deleted_at=None)
    found = await db.scalar(of_client.where(func.alike(Service.name) == func.alike(service)))
    if found is None:
        raise PlaceRenamed(f"The service “{service}” was just renamed or deleted. Try again.")
    return found


async def find_client(db: AsyncSession, name: str, by: Looking | None) -> UUID | None:
    named = select(Client.id).where(
        func.alike(Client.name) == func.alike(name), Client.deleted_at.is_(None)
    )
    if by:
        named = named.where(client_in_sight(by, Client.id))
    return await db.scalar(named)


async def find_or_create_client(db: AsyncSession, name: str) -> UUID:
    made: UUID | None = await db.scalar(
        insert(Client)
        .values(id=new_id(), name=name, created_at=now())
        .on_conflict_do_nothing()
        .returning(Client.id)
    )
    if made:
        record(db, "client.created", subject=made, label=name, client_id=made)
        announce(db, Noun.PORTFOLIO, of=made)
        return made
    found = await find_client(db, name, None)
    if found is None:
        raise PlaceRenamed(f"The client “{name}” was just renamed or deleted. Try again.")
    return found


async def create_project(db: AsyncSession, service_id: UUID, name: str, *, by: UUID | None) -> UUID:
    """With a key of its own: nobody is refused for one that they did not ask for."""
    for is_last in (False, False, True):
        key = await free_key(db, name)
        project = Project(
            id=new_id(), service_id=service_id, name=name, key=key, created_by=by, owner_id=by
        )
        try:
            async with unique_names(db, name, field="project", key=key):
                db.add(project)
        except KeyTaken:  # somebody took it meanwhile
            if is_last:
                raise
        else:
            return project.id
    raise AssertionError


async def create_workspace(
    db: AsyncSession,
    project_id: UUID,
    root: Path,
    detection: Detection,
    *,
    by: Looking | None,
) -> None:
    workspace = Workspace(
        project_id=project_id,
        path=str(root),
        method=detection.method,
        generation=detection.generation,
        method_version=detection.version,
        notices=[],
    )
    async with one_project_each(db, root, by):
        db.add(workspace)


@asynccontextmanager
async def one_project_each(db: AsyncSession, root: Path, by: Looking | None) -> AsyncIterator[None]:
    """Around what makes the folder a project's: somebody may have imported it while we did."""
    try:
        async with db.begin_nested():
            yield
    except IntegrityError:
        await walls.need_theirs(db, root, by)
        await need_new(db, root, by)
        raise


class AtFolder(NamedTuple):
    """The project that a folder was imported as."""

    id: UUID
    name: str
    is_in_bin: bool


async def find_imported(db: AsyncSession, root: Path, by: Looking | None) -> AtFolder | None:
    """What was made of the folder, as far as `by` may know of it; None is the command line."""
    is_in_bin = or_(*(each.deleted_at.is_not(None) for each in (Project, Service, Client)))
    is_in_sight = project_in_sight(by, Project.id, Client.id) if by else true()
    found = (
        await db.execute(
            select(Project.id, Project.name, is_in_bin)
            .join(Workspace, Workspace.project_id == Project.id)
            .join(Service, Service.id == Project.service_id)
            .join(Client, Client.id == Service.client_id)
            .where(Workspace.path == str(root), is_in_sight)
        )
    ).one_or_none()
    return AtFolder(*found) if found else None


async def need_new(db: AsyncSession, root: Path, by: Looking | None) -> None:
    imported = await find_imported(db, root, by)
    if imported is None:
        return
    if imported.is_in_bin:
        raise ImportedInBin(
            f"This folder is imported as the project “{imported.name}”, which is in the bin. "
            "Restore it, or have an administrator delete it for good.",
            field="path",
        )
    raise AlreadyImported(
        f"This folder is already imported as the project “{imported.name}”. Open it and scan it to "
        "bring in what changed.",
        field="path",
    )


async def keep_notices(
    db: AsyncSession,
    project_id: UUID,
    detection: Detection,
    definition: WorkflowDefinition | None,
    result: Scan,
) -> None:
    """What the method's files and the documents gave reason to say, on the project's page."""
    workspace = await db.get_one(Workspace, project_id)
    of_workflow = definition.notices if definition else ()
    workspace.notices = as_kept([*detection.notices, *of_workflow, *result.notices])
