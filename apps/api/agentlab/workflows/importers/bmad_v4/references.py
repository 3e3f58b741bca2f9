"""What the words of a BMAD v4 workflow name in its installation, and which of them name nothing."""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from agentlab.kit import globs
from agentlab.workflows.importers.bmad_v4.artefacts import (
    ANYTHING_FLAGGED,
    EVERYTHING,
    EXISTING_ANALYSIS,
    FILE,
    SHARDS,
    bare_name,
)
from agentlab.workflows.importers.definitions import StageDefinition, WorkflowDefinition
from agentlab.workflows.importers.project_files import ProjectFiles
from agentlab.workspaces.notices import Clause, Notice

AGENTS = "agents"
USABLE = ("tasks", "templates", "checklists")
NAME = re.compile(r"[\w.-]+")
ANYBODY = frozenset({"various", "any", "anyone", "all", "user", "human"})
NO_ONE_FILE = EVERYTHING | SHARDS | EXISTING_ANALYSIS | {ANYTHING_FLAGGED}
NEEDED_BEFOREHAND = "requires_unknown_v4"
COLLECTIVE = re.compile(r"(?:all|any|each|every|existing|flagged|multiple)[-_ ]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class References:
    """`agents` and `usable` are names without extension; nothing is said where there are none."""

    agents: frozenset[str] = frozenset()
    usable: frozenset[str] = frozenset()
    made: frozenset[str] = frozenset()
    files: ProjectFiles | None = None

    def dangling(
        self, stages: Iterable[StageDefinition], given: Iterable[str]
    ) -> Iterator[tuple[int, str, Clause]]:
        """The place of a stage, the key and what is wrong: once for each name.

        `given` are names of what a workflow is handed when it begins.
        """
        known = tuple(stages)
        creates = (a.label for stage in known for a in stage.artefacts if a.role == "creates")
        made = self.made | {plain(name) for name in (*creates, *given)}
        told: set[str] = set()
        for at, stage in enumerate(known):
            for key, name, clause in (
                *self._agents(stage),
                *self._used(stage),
                *self._required(stage, made),
            ):
                if f"{key} {name}" not in told:
                    told.add(f"{key} {name}")
                    yield at, key, clause

    def _agents(self, stage: StageDefinition) -> Iterator[tuple[str, str, Clause]]:
        names = [each.strip() for each in re.split("[/,]", stage.agent or "")]
        for name in names if self.agents else ():
            if NAME.fullmatch(name) and name.lower() not in self.agents | ANYBODY:
                english = f"`agent` is `{name}`, and the installation has no such agent"
                yield "agent", name, Clause("agent_unknown_v4", english, {"name": name})

    def _used(self, stage: StageDefinition) -> Iterator[tuple[str, str, Clause]]:
        name = PurePosixPath(stage.uses or "").name
        # More than a name is an instruction, such as “create-doc for the design OR …”.
        if self.usable and NAME.fullmatch(name) and stem(name) not in self.usable:
            english = (
                f"`uses` is `{name}`, and the installation has no such template, checklist or task"
            )
            yield "uses", name, Clause("uses_unknown_v4", english, {"name": name})

    def _required(
        self, stage: StageDefinition, made: frozenset[str]
    ) -> Iterator[tuple[str, str, Clause]]:
        for artefact in stage.artefacts:
            name = bare_name(artefact.label)
            is_one = FILE.fullmatch(name) or NAME.fullmatch(name)
            if (
                artefact.role == "requires"
                and is_one
                and not artefact.optional
                and bare_name(artefact.source) not in NO_ONE_FILE
                and not COLLECTIVE.match(name)
                and plain(name) not in made
                and not self._is_there(artefact.patterns)
            ):
                english = (
                    f"`requires` names `{name}`, which no workflow here makes and no template "
                    "writes: it has to be there before the work begins"
                )
                yield "requires", name, Clause("requires_unknown_v4", english, {"name": name})

    def _is_there(self, patterns: Iterable[str]) -> bool:
        files = self.files
        return files is not None and any(
            globs.is_literal(each) and files.is_file(each) for each in patterns
        )


def without_what_others_make(
    workflows: Sequence[WorkflowDefinition],
) -> Iterator[WorkflowDefinition]:
    """The same; what one of them needs and another one makes is nothing to tell of."""
    made = {
        plain(artefact.label)
        for workflow in workflows
        for stage in workflow.stages
        for artefact in stage.artefacts
        if artefact.role == "creates"
    }
    for workflow in workflows:
        notices = tuple(each for each in workflow.notices if not _is_made(each, made))
        yield replace(workflow, notices=notices)


def _is_made(notice: Notice, made: Collection[str]) -> bool:
    needed = (each for each in notice.says if each.name == NEEDED_BEFOREHAND)
    return any(plain(str(each.values["name"])) in made for each in needed)


def references_in(
    files: ProjectFiles, folders: Iterable[str], outputs: Mapping[str, str]
) -> References:
    """What the folders of an installation have: those of the core, and of the pack if it is one."""
    there = tuple(folders)
    names = {
        kind: frozenset(stem(name) for folder in there for name in files.names(f"{folder}/{kind}"))
        for kind in (AGENTS, *USABLE)
    }
    templates = (name.removesuffix("-tmpl") for name in outputs)
    return References(
        agents=names[AGENTS],
        usable=frozenset().union(*(names[kind] for kind in USABLE)),
        made=frozenset(map(plain, (*outputs.values(), *templates))),
        files=files,
    )


def stem(name: str) -> str:
    """`prd-tmpl.yaml` and `prd-tmpl` are the same template."""
    return re.sub(r"\.(?:md|ya?ml)$", "", name.lower())


def plain(name: str) -> str:
    """What the spellings of one thing have in common: `docs/project-brief.md`, `project_brief`."""
    return PurePosixPath(bare_name(name)).stem.casefold().replace("_", "-")
