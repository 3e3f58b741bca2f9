"""Which files the words of a BMAD v4 workflow stand for."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from agentlab.workflows.importers.bmad_v4.locations import Locations
from agentlab.workflows.importers.definitions import ArtefactDefinition, Role

OPTIONAL_TAILS = frozenset({"optional", "if needed"})
FILE = re.compile(r"[^\s\\*?:|<>,][^\\*?:|<>,]*(?:\.[A-Za-z0-9]{1,10}|/)")
PLACEHOLDER = re.compile(r"\{\{?[^{}]*\}\}?")
LONGEST_TEXT = 500
"""A longer text is prose and names no file."""

EVERYTHING = frozenset({"all_artifacts", "all_artifacts_in_project"})
ANYTHING_FLAGGED = "any_flagged_documents"
SHARDS = frozenset({"sharded_docs", "sharded_docs_or_brownfield_docs"})
EXISTING_ANALYSIS = frozenset(
    {
        "existing_documentation_or_analysis",
        "existing_service_analysis",
        "existing_ui_analysis",
        "multiple documents per the document-project template",
    }
)
# The two names that BMAD's task document-project tells people to save its result under.
ANALYSIS_FILES = ("brownfield-architecture.md", "project-architecture.md")

# Where the templates of BMAD 4.44 write, for installations that lack a template.
STANDARD_OUTPUTS: Mapping[str, str] = {
    "project-brief-tmpl": "docs/brief.md",
    "prd-tmpl": "docs/prd.md",
    "brownfield-prd-tmpl": "docs/prd.md",
    "front-end-spec-tmpl": "docs/front-end-spec.md",
    "architecture-tmpl": "docs/architecture.md",
    "brownfield-architecture-tmpl": "docs/architecture.md",
    "fullstack-architecture-tmpl": "docs/architecture.md",
    "front-end-architecture-tmpl": "docs/ui-architecture.md",
    "story-tmpl": "docs/stories/{{epic_num}}.{{story_num}}.{{story_title_short}}.md",
}

DEFAULTS = Locations()

Made = Mapping[str, ArtefactDefinition]
"""The files that stages create, by their labels; each once."""


@dataclass(frozen=True, slots=True)
class Artefacts:
    """Turns the text of `creates`, `requires`, `updates` and `validates` into definitions.

    `outputs` gives the file that each template writes, by the template's name without extension.
    """

    locations: Locations
    outputs: Mapping[str, str]

    def define(
        self, role: Role, text: str, *, uses: str | None, made: Made
    ) -> Iterable[ArtefactDefinition]:
        """`uses` is what the stage uses to create it.

        One after the other: a text may stand for more than anybody wants.
        """
        name, tail = _split_tail(text)
        template = uses if role == "creates" else None
        if name in EVERYTHING or name == ANYTHING_FLAGGED:
            optional = name == ANYTHING_FLAGGED
            if not made:
                return (ArtefactDefinition(role, text, text, optional),)
            return (
                replace(known, role=role, source=text, optional=optional or known.optional)
                for known in made.values()
            )
        parts = [part.strip() for part in name.split(",")]
        if len(parts) > 1 and all(map(_is_file, parts)):
            return (self._one(role, part, part, template) for part in parts)
        optional = tail in OPTIONAL_TAILS
        return (self._one(role, text, name, template, optional=optional),)

    def _one(
        self, role: Role, text: str, name: str, uses: str | None, *, optional: bool = False
    ) -> ArtefactDefinition:
        patterns = tuple(dict.fromkeys(self._patterns(name, uses)))
        return ArtefactDefinition(role, text, text, optional, patterns, every=name in SHARDS)

    def _patterns(self, name: str, uses: str | None) -> Iterable[str]:
        if name in SHARDS:
            return self._shards(name)
        if name in EXISTING_ANALYSIS:
            return [f"{self.locations.docs}{file}" for file in ANALYSIS_FILES]
        if not _is_file(name) or _leaves(name):
            return ()
        return self._file(name, uses)

    def _shards(self, name: str) -> list[str]:
        folders = (self.locations.prd_shards, self.locations.architecture_shards)
        patterns = [f"{folder}/**/*.md" for folder in folders if folder]
        if name != "sharded_docs":
            patterns += [f"{self.locations.docs}{file}" for file in ANALYSIS_FILES]
        return patterns

    def _file(self, name: str, uses: str | None) -> Iterable[str]:
        """Best first: what its template writes, its own name, its shards, its name anywhere."""
        written = PLACEHOLDER.sub("*", name)
        if written.endswith("/"):
            written += "**/*.md"
        for output in self._outputs(name, uses):
            yield from self._placed(output)
        yield written if "/" in name.rstrip("/") else f"{self.locations.docs}{written}"
        yield from self._shards_of(name, uses)
        yield f"**/{written}"

    def _outputs(self, name: str, uses: str | None) -> Iterable[str]:
        if uses is not None and uses in self.outputs:
            return [self.outputs[uses]]
        if name in ANALYSIS_FILES:
            # A template has this name too, but it writes the architecture that comes later.
            return ()
        own = self.outputs.get(f"{PurePosixPath(name).stem}-tmpl")
        same = sorted(o for o in self.outputs.values() if PurePosixPath(o).name == name)
        return [own] if own else same[:1]

    def _placed(self, output: str) -> Iterable[str]:
        """A template's output with the project's own locations in place of BMAD's DEFAULTS."""
        locations = self.locations
        name = PLACEHOLDER.sub("*", output)
        if name == DEFAULTS.prd:
            yield locations.prd
        elif name == DEFAULTS.architecture:
            yield locations.architecture
        elif name.startswith(f"{DEFAULTS.stories}/"):
            yield f"{locations.stories}/{name.removeprefix(f'{DEFAULTS.stories}/')}"
            yield f"{locations.stories}/**/*.md"
        elif name.startswith("qa.qaLocation/"):
            yield f"{locations.qa}/{name.removeprefix('qa.qaLocation/')}"
        elif name.startswith(DEFAULTS.docs):
            yield f"{locations.docs}{name.removeprefix(DEFAULTS.docs)}"
        elif not _leaves(name):
            yield name

    def _shards_of(self, name: str, uses: str | None) -> Iterable[str]:
        outputs = {*self._outputs(name, uses), f"{DEFAULTS.docs}{name}"}
        if DEFAULTS.prd in outputs and self.locations.prd_shards:
            yield f"{self.locations.prd_shards}/**/*.md"
        if DEFAULTS.architecture in outputs and self.locations.architecture_shards:
            yield f"{self.locations.architecture_shards}/**/*.md"


def bare_name(text: str) -> str:
    """`prd.md (if needed)` without what stands in brackets."""
    return _split_tail(text)[0]


def _split_tail(text: str) -> tuple[str, str]:
    text = text.strip()
    name, bracket, tail = text.removesuffix(")").rpartition("(")
    if not bracket or not text.endswith(")") or ")" in tail:
        return text, ""
    return name.rstrip(), tail.strip().lower()


def created_in(artefacts: Iterable[ArtefactDefinition]) -> Made:
    """The files that a stage with these artefacts creates."""
    return {
        each.label: each
        for each in artefacts
        if each.role == "creates" and each.patterns and not each.every
    }


def _is_file(name: str) -> bool:
    return len(name) <= LONGEST_TEXT and FILE.fullmatch(name) is not None


def _leaves(name: str) -> bool:
    path = PurePosixPath(name)
    return path.is_absolute() or ".." in path.parts
