"""Rules about the pipeline that its linters do not know."""

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

import agentlab

REPOSITORY = Path(agentlab.__file__).parents[3]
WORKFLOWS = REPOSITORY / ".github" / "workflows"
EXCEPTIONS = REPOSITORY / ".github" / "vulnerability-exceptions.yaml"
PINNED = re.compile(r"[\w.-]+/[\w./-]+@[0-9a-f]{40}")
VERSION_COMMENT = re.compile(r"uses: \S+ # v\d+\.\d+\.\d+")
LONGEST_EXCEPTION = dt.timedelta(days=90)
LONGEST_JOB = 90

NOT_ON_THE_DESK = {
    "find-staged": "asks the registry whether this tree of files ran on staging",
    "build": "pushes images to the registry, one runner for each processor",
    "publish": "signs with the identity of the workflow",
    "deploy-staging": "has the key to a server",
    "remember-staged": "tags in the registry",
    "deploy-production": "has the key to a server",
    "rollback": "has the key to a server",
    "drill": "has the key to a server",
    "promote": "tags in the registry",
    "bundle": "pulls every image of a release, one runner for each processor",
    "release": "publishes on GitHub",
}
"""Jobs that are no target of make, and why: they are about places that a desk cannot reach."""


def workflows() -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted(WORKFLOWS.iterdir()):
        yield path.name, YAML(typ="safe").load(path)


def jobs() -> Iterator[tuple[str, dict[str, Any]]]:
    for workflow, content in workflows():
        for name, job in content["jobs"].items():
            yield f"{workflow}: {name}", job


def steps() -> Iterator[tuple[str, dict[str, Any]]]:
    for place, job in jobs():
        for step in job["steps"]:
            yield place, step


def names(name: str, job: dict[str, Any]) -> list[str]:
    """What people see: the names of a matrix are its targets."""
    if job["name"] == "${{ matrix.target }}":
        return list(job["strategy"]["matrix"]["target"])
    assert name.endswith(f": {job['name']}")
    return [job["name"]]


def make_targets() -> set[str]:
    text = (REPOSITORY / "Makefile").read_text(encoding="utf-8")
    lines = re.findall(r"^([a-z][a-z0-9 -]*):", text, re.MULTILINE)
    return {target for line in lines for target in line.split()}


def test_every_job_is_a_target_of_make_or_has_a_reason() -> None:
    seen = {shown for name, job in jobs() for shown in names(name, job)}
    assert seen - make_targets() - set(NOT_ON_THE_DESK) == set()
    assert set(NOT_ON_THE_DESK) <= seen


def test_a_job_that_is_named_after_a_target_runs_it() -> None:
    for name, job in jobs():
        runs = [step.get("run", "") for step in job["steps"]]
        for target in set(names(name, job)) & make_targets():
            assert f"make {target}" in runs or 'make "$TARGET"' in runs, name


def test_actions_are_pinned_to_a_commit_with_the_version_beside_it() -> None:
    used = [(place, step["uses"]) for place, step in steps() if "uses" in step]
    assert used
    assert [use for use in used if not PINNED.fullmatch(use[1])] == []
    lines = [
        line.strip()
        for path in WORKFLOWS.iterdir()
        for line in path.read_text(encoding="utf-8").splitlines()
        if "uses: " in line
    ]
    assert [line for line in lines if not VERSION_COMMENT.search(line)] == []


def test_one_action_has_one_version_everywhere() -> None:
    versions: dict[str, set[str]] = {}
    for _, step in steps():
        if "uses" in step:
            action, _, commit = step["uses"].partition("@")
            versions.setdefault(action, set()).add(commit)
    assert {action: pins for action, pins in versions.items() if len(pins) > 1} == {}


def test_workflows_may_nothing_and_jobs_what_they_say() -> None:
    assert [name for name, content in workflows() if content["permissions"] != {}] == []
    assert [name for name, job in jobs() if not job.get("permissions")] == []
    broad = [
        name
        for name, job in jobs()
        if not isinstance(job["permissions"], dict)
        or (job["permissions"].get("contents") == "write" and not name.endswith(": release"))
    ]
    assert broad == []


def test_every_job_ends_in_time() -> None:
    assert [name for name, job in jobs() if not 0 < job["timeout-minutes"] <= LONGEST_JOB] == []


def test_no_expression_is_pasted_into_a_script() -> None:
    scripts = [(place, step["run"]) for place, step in steps() if "run" in step]
    assert scripts
    assert [place for place, script in scripts if "${{" in script] == []


def test_secrets_are_given_to_the_one_step_that_needs_them() -> None:
    for name, job in jobs():
        outside = {key: value for key, value in job.items() if key != "steps"}
        assert "secrets." not in str(outside), name
    asking = {step["run"].split()[0] for _, step in steps() if "secrets." in str(step)}
    assert asking == {"scripts/ask-server"}


def test_checkouts_keep_no_credentials() -> None:
    checkouts = [
        step for _, step in steps() if step.get("uses", "").startswith("actions/checkout@")
    ]
    assert checkouts
    assert [step for step in checkouts if step["with"]["persist-credentials"] is not False] == []


def test_deploys_wait_for_every_test_and_for_each_other() -> None:
    content = dict(workflows())["ci.yaml"]["jobs"]
    for place in ("staging", "production"):
        job = content[f"deploy-{place}"]
        assert {"publish", "test-deploy"} <= set(job["needs"])
        assert job["environment"]["name"] == place
        assert job["concurrency"] == {"group": f"deploy-{place}", "cancel-in-progress": False}
    assert "deploy-staging" in content["deploy-production"]["needs"]
    assert "build" in content["publish"]["needs"]
    assert "test" in content["build"]["needs"]


def test_every_image_is_built_for_both_processors() -> None:
    content = dict(workflows())["ci.yaml"]
    matrix = content["jobs"]["build"]["strategy"]["matrix"]
    assert matrix["image"] == content["env"]["IMAGES"].split()
    assert matrix["runner"] == ["ubuntu-24.04", "ubuntu-24.04-arm"]


def test_exceptions_of_the_scan_have_a_reason_and_an_end() -> None:
    latest = dt.datetime.now(tz=dt.UTC).date() + LONGEST_EXCEPTION
    for exception in YAML(typ="safe").load(EXCEPTIONS)["vulnerabilities"]:
        assert exception["statement"].strip(), exception
        assert exception["expired_at"] <= latest, exception
