"""Which files the words of a BMAD v6 catalogue stand for."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import PurePosixPath

from agentlab.workflows.importers.bmad_v6.configuration import (
    OUTPUT,
    PROJECT,
    Configuration,
)
from agentlab.workflows.importers.definitions import ArtefactDefinition

NAME = re.compile(r"\{([\w-]+)\}")
OTHER_PLACEHOLDER = re.compile(r"\{\{?[^{}/]*\}\}?")
URL = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)
LOCATION = re.compile(r"[^\s:?]+")
EVERYTHING = frozenset({"*", "any"})
JOINTS = re.compile(r" (?:and|or|with) | ?[+/|,&] ?")
"""For words with one space between them: of a long run each space would be a new beginning."""
ASIDE = re.compile(r"\([^()]*\)")
LONGEST_TEXT = 500
"""Characters of `outputs` in which names of files are looked for."""
MOST_PATTERNS = 100
"""Of one step: each place is joined with each name."""

# What the outputs of BMAD's own steps are called on disk, beside the words of the catalogue.
PRD = ("prd.md", "prds/**/*.md", "prd/**/*.md", "PRD.md", "*prd*.md", "*PRD*.md")
KNOWN: Mapping[str, tuple[str, ...]] = {
    "prd": PRD,
    "updated prd": PRD,
    # Today's sessions are sure to leave no more than their log.
    "brainstorming session": (
        *("brainstorming-session*.md", "brainstorm-*/*.md", "brainstorming/*.md"),
        *("*brainstorm*.md", "brainstorm-*/.memlog.md"),
    ),
    "product brief": ("briefs/**/*.md", "product-brief*.md", "*brief*.md"),
    "prfaq document": ("prfaq*/**/*.md", "*prfaq*.md"),
    "ux design": ("ux-designs/**/*.md", "ux-design*.md", "*ux*.md"),
    "architecture": ("architecture/**/*.md", "architecture.md", "*architecture*.md"),
    "epics and stories": ("epics.md", "epics/**/*.md", "epics-and-stories.md", "*epic*.md"),
    "readiness report": ("*readiness*.md",),
    "research documents": ("research/**/*.md", "*research*.md"),
    "sprint status": ("sprint-status.yaml",),
    "sprint plan": ("sprint-status.yaml",),
    "story": ("?-?*-*.md", "??-?*-*.md", "stories/**/*.md", "story*.md"),
    "spec and project implementation": ("spec-*.md",),
    "tech spec": ("tech-spec*.md", "*spec*.md"),
    "test suite": ("tests/**/*.md", "*test-summary*.md", "*test-suite*.md"),
    "retrospective": ("*retro*.md", "retrospectives/**/*.md"),
}


@dataclass(frozen=True, slots=True)
class Artefacts:
    """Turns `output-location` and `outputs` into definitions."""

    configuration: Configuration

    def created(self, location: str, outputs: str) -> tuple[ArtefactDefinition, ...]:
        """What a step creates; nothing where the catalogue says nothing."""
        if not outputs and not location:
            return ()
        folders = tuple(self.folders(location))
        found = _patterns(folders, outputs) if outputs else map(_below, folders)
        patterns = tuple(islice(found, MOST_PATTERNS))
        label = outputs or location
        return (ArtefactDefinition("creates", label, f"{location}: {outputs}", patterns=patterns),)

    def folders(self, location: str) -> Iterator[str]:
        """The places that `location` names, from the project folder; words and addresses none."""
        for part in location.split("|"):
            place = self._place(part.strip())
            if place is not None:
                yield place

    def _place(self, text: str) -> str | None:
        known = self._named(text)
        if known is not None:
            return known
        if URL.match(text) or not LOCATION.fullmatch(text):
            return None
        named = NAME.sub(lambda found: self._named(found[1]) or found[0], text)
        path = PurePosixPath(OTHER_PLACEHOLDER.sub("*", named.replace(PROJECT, ".")))
        leaves = path.is_absolute() or ".." in path.parts
        return None if leaves or not _says_where(text) else str(path)

    def _named(self, variable: str) -> str | None:
        places = {
            "output_folder": self.configuration.output_folder,
            "planning_artifacts": self.configuration.planning_artifacts,
            "implementation_artifacts": self.configuration.implementation_artifacts,
            "project_knowledge": self.configuration.project_knowledge,
        }
        return places.get(variable.replace("-", "_"))


def _says_where(text: str) -> bool:
    """One word alone is no place unless it is a path or a variable."""
    return "/" in text or OUTPUT in text or PROJECT in text


def _below(folder: str) -> str:
    """`folder` itself where it names a file, else the Markdown files in it."""
    return folder if folder.endswith(".md") else _joined(folder, "**/*.md")


def _patterns(folders: tuple[str, ...], outputs: str) -> Iterator[str]:
    names = tuple(dict.fromkeys(_file_names(outputs)))
    for folder in folders:
        if folder.endswith(".md"):
            yield folder
        else:
            yield from (_joined(folder, name) for name in names)


def _file_names(outputs: str) -> Iterator[str]:
    """Names that a file described as `outputs` may have, best first."""
    words = " ".join(ASIDE.sub("", outputs).split())[:LONGEST_TEXT].strip().lower()
    if words in EVERYTHING:
        yield "**/*.md"
        return
    yield from KNOWN.get(words, ())
    for part in JOINTS.split(words):
        if part in KNOWN:
            yield from KNOWN[part]
        elif slug := re.sub(r"[^\w.]+", "-", part).strip("-"):
            yield from (slug,) if slug.endswith(".md") else (f"{slug}.md", f"*{slug}*.md")


def _joined(folder: str, name: str) -> str:
    return str(PurePosixPath(folder, name))
