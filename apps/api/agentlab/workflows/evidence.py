"""Which of a project's documents stand for the artefacts that a stage names."""

from collections.abc import Mapping, Sequence

from agentlab.documents.schemas import DocumentSummary
from agentlab.kit import globs
from agentlab.workflows.models import StageArtefact


def find(
    artefact: StageArtefact, documents: Mapping[str, DocumentSummary]
) -> list[DocumentSummary]:
    """The documents of `artefact` among those whose file is there, by path.

    The files of all patterns when they belong together, else those of the first that finds any.
    """
    found: dict[str, DocumentSummary] = {}
    for pattern in artefact.patterns:
        found |= matching(pattern, documents)
        if found and not artefact.every:
            break
    return [found[path] for path in sorted(found)]


def matching(pattern: str, documents: Mapping[str, DocumentSummary]) -> dict[str, DocumentSummary]:
    if globs.is_literal(pattern):
        document = documents.get(pattern)
        return {pattern: document} if document else {}
    fits = globs.matcher(pattern).fullmatch
    return {path: document for path, document in documents.items() if fits(path)}


def present(documents: Sequence[DocumentSummary]) -> dict[str, DocumentSummary]:
    """Those whose file was there at the last scan, by path."""
    return {d.path: d for d in documents if d.missing_since is None}
