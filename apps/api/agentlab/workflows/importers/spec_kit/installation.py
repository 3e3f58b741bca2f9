"""Recognising GitHub Spec Kit and reading its workflows, one for each feature and one for all."""

import hashlib
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from pydantic import JsonValue

from agentlab.kit import globs
from agentlab.workflows.importers.checklists import boxes_of, status_of
from agentlab.workflows.importers.definitions import (
    Detection,
    StageDefinition,
    WorkflowDefinition,
)
from agentlab.workflows.importers.keys import stage_key, with_keys_of_their_own
from agentlab.workflows.importers.project_files import ProjectFiles, broken_workflow
from agentlab.workflows.importers.spec_kit.steps import (
    SPECS,
    STANDARD,
    Oddity,
    Step,
    artefacts_of,
    steps_of,
)
from agentlab.workflows.importers.values import as_text, nested
from agentlab.workflows.importers.yaml_source import NO_STEPS, BrokenYaml
from agentlab.workspaces.folder import opened_root
from agentlab.workspaces.notices import FILE_LEFT_OUT, WORKFLOW_LEFT_OUT, Clause, Notice, shown

FOLDER = ".specify"
SIGNS = ("init-options.json", "integration.json", "memory", "templates", "workflows", "scripts")
VERSION_FILES = (("init-options.json", "speckit_version"), ("integration.json", "version"))
CONSTITUTION = "memory/constitution.md"
TEMPLATE = "templates/spec-template.md"
FEATURE = re.compile(r"\d{3,}-.+")
MAX_FEATURES = 300


def detect(folder: Path) -> Detection | None:
    """What `folder` holds of Spec Kit; None when it is not there.

    Raises what `opened_root` raises.
    """
    with opened_root(folder) as top:
        files = ProjectFiles(top)
        there = files.names(FOLDER) if files.is_folder(FOLDER) else ()
        signs = [sign for sign in SIGNS if sign in there]
        if not signs:
            return None
        named = features(files)
        plans = list(_plans(files)) or [_Plan("speckit", "Spec Kit", "", STANDARD)]
        workflows = [each for plan in plans for each in _workflows(files, plan, named)]
        evidence = [f"{FOLDER}/{sign}" for sign in signs]
        if named:
            evidence.append(f"{SPECS}: {_count(len(named))}")
        return Detection(
            method="spec-kit",
            generation="v1",
            version=_version(files),
            folder=FOLDER,
            evidence=tuple(evidence),
            workflows=tuple(with_keys_of_their_own(workflows)),
            notices=tuple(files.notices),
        )


def _count(features: int) -> str:
    return "1 feature" if features == 1 else f"{features} features"


def _version(files: ProjectFiles) -> str | None:
    for name, key in VERSION_FILES:
        data = files.read_or_say(f"{FOLDER}/{name}")
        if data is None:
            continue
        try:
            value: JsonValue = json.loads(data)
        except (ValueError, RecursionError):
            path = f"{FOLDER}/{name}"
            reason = Clause("not_json", "it is not JSON")
            files.notices.append(Notice.of(path, None, "broken_json", reason, FILE_LEFT_OUT))
        else:
            version = as_text(nested(value, key))
            if version:
                return version
    return None


def features(files: ProjectFiles) -> tuple[str, ...]:
    """The names of the features' folders, in their order."""
    named = [name for name in files.names(SPECS) if FEATURE.fullmatch(name)]
    fit = [name for name in named if globs.is_literal(name) and shown(name) == name]
    found = [name for name in fit if files.is_folder(f"{SPECS}/{name}")]
    if len(found) > MAX_FEATURES:
        english = f"it holds {len(found):,} features; the first {MAX_FEATURES} are read"
        clause = Clause("too_many_features", english, {"count": len(found), "limit": MAX_FEATURES})
        files.notices.append(Notice.of(SPECS, None, "too_many_files", clause))
    return tuple(found[:MAX_FEATURES])


@dataclass(frozen=True, slots=True)
class _Plan:
    """The steps that each feature takes, and the workflow file that says so, where there is one."""

    key: str
    name: str
    description: str
    steps: tuple[Step, ...]
    path: str | None = None
    data: bytes = b""
    oddities: tuple[Oddity, ...] = ()


def _plans(files: ProjectFiles) -> Iterator[_Plan]:
    for name in (
        files.folders(f"{FOLDER}/workflows") if files.is_folder(f"{FOLDER}/workflows") else ()
    ):
        path = f"{FOLDER}/workflows/{name}/workflow.yml"
        data = files.read_or_say(path)
        source = files.parse(path, data) if data is not None else None
        if data is None or source is None:
            continue
        try:
            steps, oddities = steps_of(source)
        except BrokenYaml as broken:
            files.notices.append(broken_workflow(path, broken))
            continue
        if not steps:
            notice = Notice.of(path, None, "empty_sequence", NO_STEPS, WORKFLOW_LEFT_OUT)
            files.notices.append(notice)
            continue
        key = as_text(nested(source.value, "workflow", "id")) or name
        title = as_text(nested(source.value, "workflow", "name")) or key
        description = as_text(nested(source.value, "workflow", "description")) or ""
        yield _Plan(key, title, description, steps, path, data, tuple(oddities))


def _workflows(
    files: ProjectFiles, plan: _Plan, features: tuple[str, ...]
) -> Iterator[WorkflowDefinition]:
    path, data = plan.path, plan.data
    if path is None:
        path, data = _stand_in(files, features)
    yield _workflow(plan, path, data, None, plan.description)
    for feature in features:
        spec = f"{SPECS}/{feature}/spec.md"
        own, own_data = (path, data) if plan.path else (spec, files.read_or_say(spec))
        if own_data is not None:
            yield _workflow(plan, own, own_data, feature, _standing(files, feature))


def _stand_in(files: ProjectFiles, features: tuple[str, ...]) -> tuple[str, bytes]:
    """The file that stands for steps which no file states: what features start from."""
    candidates = [f"{FOLDER}/{TEMPLATE}", f"{FOLDER}/{CONSTITUTION}"]
    candidates += [f"{SPECS}/{feature}/spec.md" for feature in features[:1]]
    for path in candidates:
        data = files.read_or_say(path)
        if data is not None:
            return path, data
    return FOLDER, b""


def _standing(files: ProjectFiles, feature: str) -> str:
    """Where a feature stands by its own files: `Draft; 3 of 10 tasks done`."""
    spec = files.read_or_say(f"{SPECS}/{feature}/spec.md")
    tasks = files.read_or_say(f"{SPECS}/{feature}/tasks.md")
    status = status_of(spec.decode("utf-8", "replace")) if spec else None
    boxes = boxes_of(tasks.decode("utf-8", "replace")) if tasks else None
    parts = [shown(status)] if status else []
    if boxes and boxes.total:
        parts.append(boxes.sentence)
    return "; ".join(parts)


def _workflow(
    plan: _Plan, path: str, data: bytes, feature: str | None, description: str
) -> WorkflowDefinition:
    return WorkflowDefinition(
        key=feature or plan.key,
        name=f"{feature}: {plan.name}" if feature else plan.name,
        description=description,
        stages=tuple(_stages(plan.steps, feature or "*")),
        source_path=path,
        source=data,
        sha256=hashlib.sha256(data).hexdigest(),
        extra={"feature": feature, "workflow": plan.key} if feature else {},
        notices=tuple(Notice.of(path, *odd) for odd in plan.oddities),
    )


def _stages(steps: tuple[Step, ...], feature: str) -> Iterator[StageDefinition]:
    taken: set[str] = set()
    for position, step in enumerate(steps, start=1):
        key = stage_key(step.name, position, taken)
        taken.add(key)
        words = PurePosixPath(step.name).name.replace("-", " ").replace("_", " ")
        yield StageDefinition(
            position=position,
            key=key,
            title=(words[:1].upper() + words[1:])[:200] or f"Stage {position}",
            action=step.command,
            optional=step.is_optional,
            repeats="for_each_feature" if feature == "*" else None,
            artefacts=tuple(artefacts_of(step, feature)),
            gate=step.gate,
            extra=step.extra,
        )
