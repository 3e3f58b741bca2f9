"""`bmm-workflow-status.yaml`: which path a project takes, and what came of its steps so far."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from pydantic import JsonValue

from agentlab.workflows.importers.project_files import ProjectFiles
from agentlab.workflows.importers.values import as_text
from agentlab.workspaces.notices import Clause, Notice

NAMES = ("bmm-workflow-status.yaml", "bmgd-workflow-status.yaml")
STEPS = "workflow_status"
OPEN = frozenset({"required", "optional", "recommended", "conditional"})
SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Status:
    """`steps` is what the file says of each step, by its id; `follows` the path file's name."""

    path: str = ""
    follows: str | None = None
    steps: Mapping[str, str] = field(default_factory=dict)

    def file_of(self, step: str) -> str | None:
        """The file that a step left behind, relative to the project folder; None without one."""
        said = self.steps.get(step, "").strip()
        place = said.replace("{project-root}/", "").replace("\\", "/")
        path = PurePosixPath(place)
        is_inside = not path.is_absolute() and ".." not in path.parts
        is_file = "." in path.name and is_inside and not any(c in place for c in "*?{}")
        return str(path) if is_file and said.lower() not in OPEN else None


def read_status(files: ProjectFiles, folder: str) -> Status:
    """The first status file in `folder`; an empty status where there is none to be read."""
    for name in NAMES:
        path = str(PurePosixPath(folder, name))
        source = files.yaml(path)
        value = source.value if source else None
        if isinstance(value, dict):
            follows = as_text(value.get("workflow_path"))
            return Status(
                path,
                PurePosixPath(follows).name if follows else None,
                dict(_steps(files, path, value.get(STEPS))),
            )
    return Status()


def _steps(files: ProjectFiles, path: str, value: JsonValue) -> Iterator[tuple[str, str]]:
    """A mapping from step to what became of it; early alphas wrote a list of such mappings."""
    parts = value if isinstance(value, list) else [value]
    if not all(isinstance(part, dict) for part in parts):
        english = f"`{STEPS}` is no mapping of steps, so it was left out"
        clause = Clause("steps_no_mapping", english, {"key": STEPS})
        files.notices.append(Notice.of(path, None, "unusual_value", clause))
    for part in parts:
        for step, said in (part if isinstance(part, dict) else {}).items():
            word = as_text(said)
            if word is not None:
                yield step, word
