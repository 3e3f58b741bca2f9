"""Keys that are one of a kind, for the workflows of a project and the stages of a workflow."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from agentlab.workflows.importers.definitions import WorkflowDefinition
from agentlab.workspaces.notices import Clause, Notice, shown

MAX_KEY_CHARACTERS = 80
MAX_WORKFLOW_KEY_CHARACTERS = 190


def stage_key(name: str, position: int, taken: Collection[str]) -> str:
    """`name` as a key, with `position` after it where another stage has it already."""
    key = re.sub(r"[^\w.]+", "-", name).strip("-.")[:MAX_KEY_CHARACTERS] or f"stage-{position}"
    while key in taken:
        key = f"{key}-{position}"
    return key


def with_keys_of_their_own(
    workflows: Iterable[WorkflowDefinition],
) -> Iterator[WorkflowDefinition]:
    """The same workflows; one whose key is taken gets another, and a notice that says so."""
    taken: set[str] = set()
    for workflow in workflows:
        # Whoever imports names it, in a field that takes this much and no control characters.
        base = shown(workflow.key)[:MAX_WORKFLOW_KEY_CHARACTERS] or "workflow"
        key, count = base, 1
        while key in taken:
            count += 1
            key = f"{base}-{count}"
        taken.add(key)
        yield workflow if key == workflow.key else _renamed(workflow, key)


def _renamed(workflow: WorkflowDefinition, key: str) -> WorkflowDefinition:
    was = shown(workflow.key)[:MAX_WORKFLOW_KEY_CHARACTERS]
    english = f"the id `{was}` is taken or no name, so the workflow is called `{key}`"
    clause = Clause("workflow_renamed", english, {"was": was, "key": key})
    notice = Notice.of(workflow.source_path, None, "id_taken", clause)
    return replace(workflow, key=key, notices=(*workflow.notices, notice))
