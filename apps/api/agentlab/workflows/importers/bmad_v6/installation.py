"""Recognising an installation of BMAD v6; the workflows of its modules and of spec folders."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import JsonValue

from agentlab.workflows.importers.bmad_v6.artefacts import Artefacts
from agentlab.workflows.importers.bmad_v6.catalogue import Catalogue, Entry, read_catalogue
from agentlab.workflows.importers.bmad_v6.configuration import configuration_in
from agentlab.workflows.importers.bmad_v6.method_folder import FOLDER, MANIFEST, is_installed
from agentlab.workflows.importers.bmad_v6.order import in_order
from agentlab.workflows.importers.bmad_v6.roster import Roster, read_roster
from agentlab.workflows.importers.bmad_v6.spec_folders import workflows_of
from agentlab.workflows.importers.bmad_v6.stages import extra_of, stages_of
from agentlab.workflows.importers.csv_source import BrokenCsv
from agentlab.workflows.importers.definitions import Detection, WorkflowDefinition
from agentlab.workflows.importers.keys import with_keys_of_their_own
from agentlab.workflows.importers.project_files import ProjectFiles
from agentlab.workflows.importers.values import as_text, nested
from agentlab.workspaces.folder import opened_root
from agentlab.workspaces.notices import FILE_LEFT_OUT, Clause, Notice, shown

CATALOGUE = "module-help.csv"
MERGED = f"{FOLDER}/_config/bmad-help.csv"
MAIN_MODULE = "bmm"
MODULE_NAMES = {"bmm": "BMad Method", "core": "Core", "bmgd": "BMad Game Development"}
"""What the catalogues up to 6.2.1 call by their codes."""

CONFIGURATION_FILES = ("config.toml", "bmm/config.yaml", "core/config.yaml")


def detect(folder: Path) -> Detection | None:
    """What `folder` holds of BMAD v6; None when it is not there, or is an alpha.

    Raises what `opened_root` raises.
    """
    with opened_root(folder) as top:
        files = ProjectFiles(top)
        if not is_installed(files):
            return None
        version = version_of(files, f"{FOLDER}/{MANIFEST}")
        sources = list(_sources(files))
        if not sources and "alpha" in (version or ""):
            return None
        configuration = configuration_in(files, folder)
        artefacts, roster = Artefacts(configuration), read_roster(files)
        workflows = [
            each for source in sources for each in _workflows(source, files, artefacts, roster)
        ]
        specs = list(workflows_of(files, artefacts))
        return Detection(
            method="bmad",
            generation="v6",
            version=version,
            folder=FOLDER,
            evidence=tuple(_evidence(files, version, sources, specs)),
            workflows=tuple(with_keys_of_their_own([*workflows, *specs])),
            notices=tuple(files.notices),
            project_name=configuration.project_name,
        )


def version_of(files: ProjectFiles, path: str) -> str | None:
    """What a manifest says; None without one. One that cannot be read becomes a notice."""
    source = files.yaml(path)
    return as_text(nested(source.value if source else None, "installation", "version"))


@dataclass(frozen=True, slots=True)
class _Source:
    """One catalogue file. `module` is the folder's name, None for the merged file."""

    path: str
    data: bytes
    module: str | None
    catalogue: Catalogue


def _sources(files: ProjectFiles) -> Iterator[_Source]:
    """The catalogue of each module; the merged file, whose order says nothing, where none has."""
    modules = sorted(files.folders(FOLDER), key=lambda name: (name != MAIN_MODULE, name))
    found = False
    for module in modules:
        source = _read(files, f"{FOLDER}/{module}/{CATALOGUE}", module)
        if source:
            found = True
            yield source
    if not found:
        merged = _read(files, MERGED, None)
        if merged:
            english = f"No module has a catalogue, so {MERGED} is read: its order says little"
            clause = Clause("order_assumed", english, {"file": MERGED})
            files.notices.append(Notice(MERGED, None, "order_assumed", f"{english}.", (clause,)))
            yield merged


def _read(files: ProjectFiles, path: str, module: str | None) -> _Source | None:
    data = files.read_or_say(path)
    if data is None:
        return None
    try:
        return _Source(path, data, module, read_catalogue(data))
    except BrokenCsv as broken:
        notice = Notice.of(path, broken.line, "broken_csv", broken.reason, FILE_LEFT_OUT)
        files.notices.append(notice)
        return None


def _evidence(
    files: ProjectFiles,
    version: str | None,
    sources: list[_Source],
    specs: list[WorkflowDefinition],
) -> Iterator[str]:
    if files.is_file(f"{FOLDER}/{MANIFEST}"):
        says = f": version {shown(version)}" if version else ""
        yield f"{FOLDER}/{MANIFEST}{says}"
    yield from (
        f"{FOLDER}/{name}" for name in CONFIGURATION_FILES if files.is_file(f"{FOLDER}/{name}")
    )
    for source in sources:
        yield f"{shown(source.path)}: {_count(len(source.catalogue.entries))}"
    for spec in specs:
        gates = sum(stage.gate is not None for stage in spec.stages)
        yield f"{spec.source_path}: {gates} {'checkpoint' if gates == 1 else 'checkpoints'}"


def _count(entries: int) -> str:
    return "1 entry" if entries == 1 else f"{entries} entries"


def _workflows(
    source: _Source, files: ProjectFiles, artefacts: Artefacts, roster: Roster
) -> Iterator[WorkflowDefinition]:
    """One for each module with steps; a module of things for any time is told of, and has none."""
    modules: dict[str, list[Entry]] = {}
    for entry in source.catalogue.entries:
        modules.setdefault(entry.module, []).append(entry)
    reported = False
    for module, entries in modules.items():
        steps = [entry for entry in entries if entry.phase.group != "anytime"]
        if steps:
            # What is odd about the file is told once, with the first workflow in it.
            yield _workflow(source, module, entries, artefacts, roster, is_first=not reported)
            reported = True
        else:
            name = module or source.module or source.path
            english = f"everything in {name} fits at any time, so it has no workflow"
            clause = Clause("no_sequence", english, {"name": name})
            files.notices.append(Notice.of(source.path, None, "no_sequence", clause))
    if not reported:
        files.notices.extend(_notices(source))


def _workflow(
    source: _Source,
    module: str,
    entries: list[Entry],
    artefacts: Artefacts,
    roster: Roster,
    *,
    is_first: bool,
) -> WorkflowDefinition:
    steps = [entry for entry in entries if entry.phase.group != "anytime"]
    anytime = [entry for entry in entries if entry.phase.group == "anytime"]
    ordered, oddities = in_order(steps, anytime)
    notices = _notices(source) if is_first else []
    notices += [Notice.of(source.path, odd.line, odd.code, odd.clause) for odd in oddities]
    notices += _about_phases(source.path, steps)
    key = source.module or module or "workflow"
    return WorkflowDefinition(
        key=key,
        name=MODULE_NAMES.get(module, module) or key,
        stages=stages_of(ordered, artefacts, roster),
        source_path=source.path,
        source=source.data,
        sha256=hashlib.sha256(source.data).hexdigest(),
        extra=_extra(source, module, anytime),
        notices=tuple(notices),
    )


def _extra(source: _Source, module: str, anytime: list[Entry]) -> Mapping[str, JsonValue]:
    extra: dict[str, JsonValue] = {}
    if anytime:
        extra["anytime"] = [extra_of(entry) for entry in anytime]
    if address := source.catalogue.documentation.get(module):
        extra["documentation"] = address
    if source.catalogue.left_out:
        extra["left_out"] = [list(row.fields) for row in source.catalogue.left_out]
    return extra


def _notices(source: _Source) -> list[Notice]:
    return [Notice.of(source.path, *oddity) for oddity in source.catalogue.oddities]


def _about_phases(path: str, steps: list[Entry]) -> list[Notice]:
    """One for each phase that no version of BMAD has."""
    unknown: dict[str, int] = {}
    for entry in steps:
        if not entry.phase.is_known:
            unknown.setdefault(entry.phase.label, entry.line)
    return [
        Notice.of(path, line, "unknown_phase", _unknown_phase(label))
        for label, line in unknown.items()
    ]


def _unknown_phase(label: str) -> Clause:
    english = f"the phase `{label}` is none of BMAD's; it is kept"
    return Clause("unknown_phase", english, {"phase": label})
