"""Where a BMAD v6 project keeps its documents, whichever generation wrote the configuration."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pydantic import JsonValue

from agentlab.kit import globs
from agentlab.workflows.importers.bmad_v6.method_folder import FOLDER, method_folder
from agentlab.workflows.importers.project_files import ProjectFiles
from agentlab.workflows.importers.values import as_text, nested
from agentlab.workspaces.folder import opened_root
from agentlab.workspaces.notices import FILE_LEFT_OUT, Clause, Notice

PROJECT = "{project-root}"
OUTPUT = "{output_folder}"

TOML_FILES = (
    "config.toml",
    "config.user.toml",
    "custom/config.toml",
    "custom/config.user.toml",
)
"""From the weakest to the strongest: the installer's answers, then what people pinned."""

MOST_PARTS = 50
"""Of a dotted key: the parser's time grows with their number squared. BMAD's own have four."""
STRING_OR_COMMENT = re.compile(
    r'''"""(?:[^"\\]++|\\.|"(?!""))*+(?:"{3,5})?|"(?:[^"\\\n]++|\\[^\n])*+"?'''
    r"""|'{3}(?:[^']++|'(?!''))*+(?:'{3,5})?|'[^'\n]*+'?|#[^\n]*+""",
    re.DOTALL,
)
"""Also one without an end, so that nothing is looked at twice."""
BETWEEN_KEYS = re.compile(r"[\n=,\[\]{}]")

MODULE = "bmm"
CORE = "core"

# What each setting was called, today's name first.
NAMES: Mapping[str, tuple[str, ...]] = {
    "output_folder": ("output_folder",),
    "planning_artifacts": ("planning_artifacts",),
    "implementation_artifacts": (
        "implementation_artifacts",
        "sprint_artifacts",
        "dev_ephemeral_location",
    ),
    "project_knowledge": ("project_knowledge", "tech_docs"),
    "dev_story_location": ("dev_story_location", "game_story_location"),
    "project_name": ("project_name",),
}

DEFAULTS: Mapping[str, str] = {
    "output_folder": "_bmad-output",
    "planning_artifacts": "{output_folder}/planning-artifacts",
    "implementation_artifacts": "{output_folder}/implementation-artifacts",
    "project_knowledge": "docs",
}

# The alphas kept everything in one folder.
ALPHA_DEFAULTS: Mapping[str, str] = {
    "output_folder": "docs",
    "planning_artifacts": OUTPUT,
    "implementation_artifacts": OUTPUT,
    "project_knowledge": "docs",
}


@dataclass(frozen=True, slots=True)
class Configuration:
    """POSIX paths relative to the project folder, without a slash at the end; and its name.

    The project folder itself is `.`; join with `PurePosixPath`, which drops it.
    """

    output_folder: str
    planning_artifacts: str
    implementation_artifacts: str
    project_knowledge: str
    stories: str
    """The implementation artefacts, but in early alphas."""
    project_name: str | None = None


def read_configuration(folder: Path) -> Configuration:
    """The configuration of the project in `folder` (absolute, resolved).

    BMAD's own locations where nothing else is said, so there is always an answer. Raises what
    `opened_root` raises, and nothing else.
    """
    with opened_root(folder) as top:
        return configuration_in(ProjectFiles(top), folder)


def configuration_in(files: ProjectFiles, folder: Path) -> Configuration:
    """The same for an open folder. What had to be refused becomes a notice of `files`."""
    method = method_folder(files) or FOLDER
    defaults = DEFAULTS if method == FOLDER else ALPHA_DEFAULTS
    settings = dict(_settings(files, method))
    output = _place(files, folder, settings, "output_folder", defaults, output="")
    planning, implementation, knowledge = (
        _place(files, folder, settings, name, defaults, output=output)
        for name in ("planning_artifacts", "implementation_artifacts", "project_knowledge")
    )
    usual = {"dev_story_location": implementation}
    stories = _place(files, folder, settings, "dev_story_location", usual, output=output)
    name = settings.get("project_name")
    called = as_text(name.value) if name else None
    return Configuration(output, planning, implementation, knowledge, stories, called)


@dataclass(frozen=True, slots=True)
class _Setting:
    """What a file says, and which one."""

    value: JsonValue
    path: str


def _settings(files: ProjectFiles, method: str) -> Iterator[tuple[str, _Setting]]:
    """Every setting of every layer, the strongest last."""
    modules = [name for name in files.folders(method) if name not in {CORE, MODULE}]
    for module in (CORE, *modules, MODULE):
        path = f"{method}/{module}/config.yaml"
        source = files.yaml(path)
        yield from _known(source.value if source else None, path)
    for path, table in toml_layers(files, method):
        yield from _known(nested(table, CORE), path)
        tables = nested(table, "modules")
        others = sorted(set(tables) - {MODULE}) if isinstance(tables, dict) else []
        for module in (*others, MODULE):
            yield from _known(nested(tables, module), path)


def _known(values: JsonValue, path: str) -> Iterator[tuple[str, _Setting]]:
    if not isinstance(values, dict):
        return
    for name, spellings in NAMES.items():
        given = next((values[each] for each in spellings if each in values), None)
        if given is not None:
            yield name, _Setting(given, path)


def toml_layers(files: ProjectFiles, method: str) -> Iterator[tuple[str, JsonValue]]:
    """What each of the TOML files in the method's folder says, the strongest last."""
    for name in TOML_FILES:
        path = f"{method}/{name}"
        yield path, read_toml(files, path)


def read_toml(files: ProjectFiles, path: str) -> JsonValue:
    """What a TOML file says; None without one, and a notice when it is broken."""
    data = files.read_or_say(path)
    if data is None:
        return None
    try:
        text = data.decode("utf-8-sig")
        return tomllib.loads(_without_long_keys(text))
    except (ValueError, RecursionError):
        reason = Clause("not_toml", "it is not TOML in UTF-8")
        files.notices.append(Notice.of(path, None, "broken_toml", reason, FILE_LEFT_OUT))
        return None


def _without_long_keys(text: str) -> str:
    """The same text. Raises `ValueError` where a key in it has too many parts."""
    bare = STRING_OR_COMMENT.sub("s", text)
    if any(each.count(".") >= MOST_PARTS for each in BETWEEN_KEYS.split(bare)):
        raise ValueError
    return text


def _place(
    files: ProjectFiles,
    folder: Path,
    settings: Mapping[str, _Setting],
    name: str,
    defaults: Mapping[str, str],
    *,
    output: str,
) -> str:
    default = str(PurePosixPath(defaults[name].replace(OUTPUT, output)))
    setting = settings.get(name)
    if setting is None:
        return default
    place = place_in_project(setting.value, folder, output=output)
    if place is None:
        english = f"{name} is not a path in the project, so BMAD's own {default} is assumed"
        clause = Clause("setting_no_path", english, {"setting": name, "default": default})
        files.notices.append(Notice.of(setting.path, None, "location_assumed", clause))
    return place or default


def place_in_project(given: JsonValue, folder: Path, *, output: str) -> str | None:
    """A configured path from the project folder; None where it leads out or says no path."""
    if not isinstance(given, str) or not given.strip() or "\0" in given or "://" in given:
        return None
    expanded = given.strip().replace("\\", "/").replace(OUTPUT, output)
    path = PurePosixPath(expanded.replace(PROJECT, "."))
    if path.is_absolute() and path.is_relative_to(folder):
        path = path.relative_to(folder)
    if path.is_absolute() or ".." in path.parts or not globs.is_literal(str(path)):
        return None
    return None if any(c in str(path) for c in "{}") or not str(path).isprintable() else str(path)
