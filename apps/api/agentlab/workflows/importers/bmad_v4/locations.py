"""Where a BMAD v4 project keeps its documents: what `core-config.yaml` says."""

from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import PurePosixPath

from pydantic import JsonValue

from agentlab.kit import globs
from agentlab.workflows.importers.values import nested
from agentlab.workflows.importers.yaml_source import YamlSource
from agentlab.workspaces.notices import Clause, Notice, shown

PROJECT = "{project-root}"
"""What later generations call the project folder; people write it here, too."""


@dataclass(frozen=True, slots=True)
class Locations:
    """Paths from the project folder. The defaults are those that BMAD's installer writes.

    A sharded location is empty where the document is not to be sharded.
    """

    prd: str = "docs/prd.md"
    prd_shards: str = "docs/prd"
    architecture: str = "docs/architecture.md"
    architecture_shards: str = "docs/architecture"
    stories: str = "docs/stories"
    qa: str = "docs/qa"

    @property
    def docs(self) -> str:
        """The documents' folder with its slash: the one the PRD is in; empty for the project's."""
        parent = str(PurePosixPath(self.prd).parent)
        return "" if parent == "." else f"{parent}/"


SETTINGS: dict[str, tuple[str, ...]] = {
    "prd": ("prd", "prdFile"),
    "prd_shards": ("prd", "prdShardedLocation"),
    "architecture": ("architecture", "architectureFile"),
    "architecture_shards": ("architecture", "architectureShardedLocation"),
    "stories": ("devStoryLocation",),
    "qa": ("qa", "qaLocation"),
}
SHARDED = {
    "prd_shards": ("prd", "prdSharded"),
    "architecture_shards": ("architecture", "architectureSharded"),
}


def read_locations(config: YamlSource, path: str) -> tuple[Locations, tuple[Notice, ...]]:
    """The locations that `config`, found at `path`, names; where not, BMAD's own and a notice."""
    values: dict[str, str] = {}
    notices: list[Notice] = []
    for name, default in _defaults():
        if name in SHARDED and nested(config.value, *SHARDED[name]) is False:
            values[name] = ""
            continue
        given = nested(config.value, *SETTINGS[name])
        place = _inside_project(given)
        values[name] = place or default
        if place is None:
            notices.append(_assumed(config, path, SETTINGS[name], given, default))
    return Locations(**values), tuple(notices)


def _defaults() -> Iterator[tuple[str, str]]:
    return ((each.name, str(each.default)) for each in fields(Locations))


def _inside_project(given: JsonValue) -> str | None:
    if not isinstance(given, str) or not globs.is_literal(given):
        return None
    path = PurePosixPath(given.strip().replace("\\", "/").replace(f"{PROJECT}/", ""))
    leaves = path.is_absolute() or ".." in path.parts or not path.parts
    return None if leaves or any(c in str(path) for c in "{}") else str(path)


def _assumed(
    config: YamlSource, path: str, keys: tuple[str, ...], given: JsonValue, default: str
) -> Notice:
    setting = ".".join(keys)
    so = f"so BMAD's own {default} is assumed"
    clause = Clause(
        "setting_no_path",
        f"{setting} is not a path in the project, {so}",
        {"setting": setting, "default": default},
    )
    if given is None:
        clause = Clause(
            "setting_missing",
            f"{setting} is missing, {so}",
            {"setting": setting, "default": default},
        )
    text = f"{shown(path)}: {clause.english}."
    return Notice(shown(path), config.line(*keys), "location_assumed", text, (clause,))
