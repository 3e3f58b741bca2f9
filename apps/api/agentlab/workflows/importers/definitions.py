"""What every importer hands over: a project's planning method as plain, frozen values."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol

from pydantic import JsonValue

from agentlab.auth.models import Role as PersonRole
from agentlab.errors import InvalidInput
from agentlab.workspaces.notices import Notice


class BrokenMethodFile(InvalidInput):
    """A file without which the method's other files mean nothing."""

    code = "method_file_broken"

    def __init__(self, notice: Notice) -> None:
        super().__init__(notice.text, field="path")
        self.notice = notice


Role = Literal["creates", "requires", "updates", "validates"]


@dataclass(frozen=True, slots=True)
class ArtefactDefinition:
    """A file, or a set of files, that a stage works on.

    `source` is the text of the definition (`prd.md (if needed)`, `all_artifacts`); `label` is the
    same, except where one word stands for several artefacts: then there is one definition for
    each, labelled with its own name. `patterns` are POSIX globs from the project folder, best
    first, empty where no file stands for the text. `every`: the files of all patterns belong
    together (sharded documents); otherwise the first pattern that finds a file decides.
    """

    role: Role
    label: str
    source: str
    optional: bool = False
    patterns: tuple[str, ...] = ()
    every: bool = False


@dataclass(frozen=True, slots=True)
class GateProposal:
    """A point where people should decide. A person confirms each proposal at import."""

    kind: Literal["approval", "choice"]
    reason: str


MOST_ITEMS = 50
"""Of the checklist of a gate."""


@dataclass(frozen=True, slots=True)
class ProposedItem:
    """An item of a gate's checklist; `required` means that an approval needs a yes to it."""

    text: str
    required: bool = True


@dataclass(frozen=True, slots=True)
class GateRules:
    """What the policy of a gate begins with; as it stands here, that of a gate without rules.

    Who is named in a policy is an installation's, so there are no people in it.
    """

    roles: tuple[PersonRole, ...] = (PersonRole.ADMINISTRATOR, PersonRole.PRODUCT_OWNER)
    approvals: int = 1
    submitter_decides: bool = True
    checklist: tuple[ProposedItem, ...] = ()
    reauthentication: bool = False
    due_days: int | None = None


USUAL_RULES = GateRules()


@dataclass(frozen=True, slots=True)
class StageDefinition:
    """One item of the source, in its order. `position` counts from 1; `key` is unique.

    Stages that follow each other with the same word in `together` may be worked on side by side.
    `rules` are those of its gate; None where they are the usual ones.
    """

    position: int
    key: str
    title: str
    agent: str | None = None
    action: str | None = None
    condition: str | None = None
    optional: bool = False
    repeats: str | None = None
    notes: str | None = None
    uses: str | None = None
    optional_steps: tuple[str, ...] = ()
    routes: Mapping[str, JsonValue] | None = None
    artefacts: tuple[ArtefactDefinition, ...] = ()
    gate: GateProposal | None = None
    rules: GateRules | None = None
    together: str | None = None
    extra: Mapping[str, JsonValue] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WorkflowDefinition:
    """One workflow file: what it says, its bytes as found, and what was odd about it.

    `source_path` is relative to the project folder. `sha256` is the lower-case hex digest of
    `source`. `extra` holds the keys that AgentLab gives no meaning to.
    """

    key: str
    name: str
    stages: tuple[StageDefinition, ...]
    source_path: str
    source: bytes
    sha256: str
    description: str = ""
    kind: str | None = None
    project_types: tuple[str, ...] = ()
    flow_diagram: str | None = None
    when_to_use: tuple[str, ...] = ()
    handoff_prompts: Mapping[str, str] = field(default_factory=dict)
    extra: Mapping[str, JsonValue] = field(default_factory=dict)
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class Detection:
    """What a folder holds. Without a method, `method` is None and there are no workflows.

    `notices` are about the method as a whole; each workflow carries its own. `project_name` is what
    the method's configuration calls the project, where it does.
    """

    method: str | None
    generation: str | None
    version: str | None
    folder: str | None
    evidence: tuple[str, ...]
    expansion_packs: tuple[str, ...] = ()
    workflows: tuple[WorkflowDefinition, ...] = ()
    notices: tuple[Notice, ...] = ()
    project_name: str | None = None


class Importer(Protocol):
    """One module per method and generation, with this one function."""

    def detect(self, folder: Path) -> Detection | None:
        """What is found in `folder` (absolute, resolved); None when it is not this method.

        Where it is, and cannot be taken, no method is found, and notices say why.

        Raises `BrokenMethodFile` where going on would mean guessing.
        """
        ...
