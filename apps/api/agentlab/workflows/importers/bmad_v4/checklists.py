"""Checklists of a BMAD v4 installation, for the gates of the stages that use them."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

from agentlab.kit.text import LONGEST_LINE
from agentlab.workflows.importers.checklists import items_of, sections_of
from agentlab.workflows.importers.definitions import (
    MOST_ITEMS,
    GateRules,
    ProposedItem,
    StageDefinition,
    WorkflowDefinition,
)
from agentlab.workflows.importers.project_files import ProjectFiles
from agentlab.workspaces.notices import Clause, Notice

CHECKLISTS = "checklists"


@dataclass(slots=True)
class Checklists:
    """Those in `folders`, of which an earlier one goes before a later. Each is read once.

    A yes to an item is not required: many are marked as only for some kinds of projects. A list of
    more items than a gate has is asked by its sections.
    """

    files: ProjectFiles
    rules: dict[str, GateRules | None] = field(default_factory=dict)
    """By the path of the checklist."""

    def given_to(self, workflow: WorkflowDefinition, *folders: str) -> WorkflowDefinition:
        """The workflow with the checklist that each stage uses at its gate."""
        there = dict(reversed(list(self._there(folders))))
        stages = (self._given_to(stage, there) for stage in workflow.stages)
        return replace(workflow, stages=tuple(stages))

    def _there(self, folders: tuple[str, ...]) -> Iterator[tuple[str, str]]:
        for folder in folders:
            for name in self.files.names(f"{folder}/{CHECKLISTS}"):
                yield name, f"{folder}/{CHECKLISTS}/{name}"

    def _given_to(self, stage: StageDefinition, there: dict[str, str]) -> StageDefinition:
        name = PurePosixPath(stage.uses or "").name.removesuffix(".md")
        path = there.get(f"{name}.md")
        if stage.gate is None or path is None:
            return stage
        if path not in self.rules:
            self.rules[path] = self._read(path)
        return replace(stage, rules=self.rules[path])

    def _read(self, path: str) -> GateRules | None:
        data = self.files.read_within_budget(path)
        text = (data or b"").decode("utf-8", "replace")
        items = list(items_of(text))
        if len(items) > MOST_ITEMS:
            items = list(sections_of(text)) or items
        if not items:
            return None
        taken = items[:MOST_ITEMS]
        self._say_cut(path, len(items), sum(len(item) > LONGEST_LINE for item in taken))
        return GateRules(checklist=tuple(ProposedItem(_cut(i), required=False) for i in taken))

    def _say_cut(self, path: str, total: int, too_long: int) -> None:
        reasons: list[Clause] = []
        if total > MOST_ITEMS:
            english = f"it has {total} items; the gate asks the first {MOST_ITEMS}"
            reasons.append(Clause("checklist_cut", english, {"count": total, "limit": MOST_ITEMS}))
        if too_long:
            english = f"items with more than {LONGEST_LINE} characters were cut: {too_long}"
            reasons.append(
                Clause("checklist_items_cut", english, {"count": too_long, "limit": LONGEST_LINE})
            )
        if reasons:
            self.files.notices.append(Notice.of(path, None, "checklist_cut", *reasons))


def _cut(item: str) -> str:
    return item if len(item) <= LONGEST_LINE else f"{item[: LONGEST_LINE - 1].rstrip()}…"
