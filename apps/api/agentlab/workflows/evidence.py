"""Which of a project's documents stand for the artefacts that a stage names."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

from agentlab.documents.schemas import DocumentSummary
from agentlab.kit import globs
from agentlab.workflows.models import StageArtefact

Found = TypeVar("Found")


def find(artefact: StageArtefact, there: Mapping[str, Found]) -> list[Found]:
    """What stands for `artefact` among the files that are there, by path.

    The files of all patterns when they belong together, else those of the first that finds any.
    """
    found: dict[str, Found] = {}
    for pattern in artefact.patterns:
        found |= matching(pattern, there)
        if found and not artefact.every:
            break
    return [found[path] for path in sorted(found)]


def matching(pattern: str, there: Mapping[str, Found]) -> dict[str, Found]:
    if globs.is_literal(pattern):
        return {pattern: there[pattern]} if pattern in there else {}
    fits = globs.matcher(pattern).fullmatch
    return {path: found for path, found in there.items() if fits(path)}


def was_once(path: str, artefacts: Sequence[StageArtefact]) -> bool:
    """Whether a wild card took in this hidden file before wild cards left such files alone.

    What people submitted and approved then may name it; whether it changes is of no account.
    """
    patterns = (pattern for artefact in artefacts for pattern in artefact.patterns)
    return globs.is_hidden(path) and not any(matching(each, {path: path}) for each in patterns)


def present(documents: Sequence[DocumentSummary]) -> dict[str, DocumentSummary]:
    """Those whose file was there at the last scan, by path."""
    return {d.path: d for d in documents if d.missing_since is None}
