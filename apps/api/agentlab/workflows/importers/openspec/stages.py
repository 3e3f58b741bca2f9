"""The artefacts of an OpenSpec schema, as the stages of one change or of any."""

from collections.abc import Iterator

from agentlab.workflows.importers.definitions import (
    ArtefactDefinition,
    GateProposal,
    Role,
    StageDefinition,
)
from agentlab.workflows.importers.keys import stage_key
from agentlab.workflows.importers.openspec.schemas import Artefact, Schema

FOLDER = "openspec"
CHANGES = f"{FOLDER}/changes"
ARCHIVE = "archive"

GATES = {
    "proposal": "Nothing is built before the proposal is approved",
    "specs": "Later stages build on the specs",
    "design": "Later stages build on the design",
}
ARCHIVING = "With this, the change becomes part of the project's specs"


def stages_of(schema: Schema, change: str | None) -> Iterator[StageDefinition]:
    """One for each artefact, then the work itself and its archiving. `change` is None for any."""
    generated = {artefact.id: artefact.generates for artefact in schema.artefacts}
    taken: set[str] = set()
    repeats = None if change else "for_each_change"
    for position, artefact in enumerate(schema.artefacts, start=1):
        key = stage_key(artefact.id, position, taken)
        taken.add(key)
        words = artefact.id.replace("-", " ").replace("_", " ")
        yield StageDefinition(
            position=position,
            key=key,
            title=(words[:1].upper() + words[1:])[:200],
            optional=artefact.is_optional,
            repeats=repeats,
            notes=artefact.description or None,
            artefacts=tuple(_artefacts(artefact, generated, change)),
            gate=GateProposal("approval", GATES[artefact.id]) if artefact.id in GATES else None,
        )
    tracked = _files("updates", schema.tracks, change)
    count = len(schema.artefacts)
    for offset, (name, gate) in enumerate((("apply", None), ("archive", ARCHIVING)), start=1):
        key = stage_key(name, count + offset, taken)
        taken.add(key)
        yield StageDefinition(
            position=count + offset,
            key=key,
            title=name.capitalize(),
            action=f"openspec {name}" if gate else None,
            repeats=repeats,
            artefacts=(tracked,) if gate is None else (),
            gate=GateProposal("approval", gate) if gate else None,
        )


def _artefacts(
    artefact: Artefact, generated: dict[str, str], change: str | None
) -> Iterator[ArtefactDefinition]:
    for name in artefact.requires:
        if name in generated:
            yield _files("requires", generated[name], change)
    yield _files("creates", artefact.generates, change)


def _files(role: Role, glob: str, change: str | None) -> ArtefactDefinition:
    """In the change's folder, and where that lies once it is archived, under a date."""
    places = [f"{CHANGES}/{change or '*'}"]
    if change:
        places.append(f"{CHANGES}/{ARCHIVE}/*-{change}")
    leaves = glob.startswith("/") or ".." in glob.split("/") or "\0" in glob
    patterns = () if leaves else tuple(inside(place, glob) for place in places)
    every = change is None or any(c in glob for c in "*?")
    return ArtefactDefinition(role, glob, glob, patterns=patterns, every=every)


def inside(folder: str, name: str) -> str:
    return f"{folder}/{name.removeprefix('./')}"
