"""The pipeline's own steps: what is built once, found again, signed, tagged and deployed.

With a real registry and the real Buildx. What hosted services do is done by programs that write
down what they were asked: Trivy has no database of vulnerabilities here, Sigstore and GitHub cannot
be reached.
"""

import json
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from support.docker import docker
from support.images import VERSION
from support.machine import EQUIPPED, build
from support.release import Registry, git, make_repository, registry

HOME = "example/agentlab"
PROGRAMS = {
    "trivy": 'echo "$@" >>/programs/scanned',
    "cosign": """
        case $1 in
          sign) echo "${!#} $GITHUB_SHA" >>/programs/signed ;;
          verify) for word; do commit=$word; done; grep -qsF "$2 $commit" /programs/signed ;;
        esac""",
    "gh": "cat /programs/newest",
}


@dataclass
class Pipeline:
    """A checkout on a runner, with a registry."""

    checkout: Path
    programs: Path
    store: Registry
    image: str
    environment: dict[str, str] = field(default_factory=dict)

    def attempt(self, script: str, **settings: str) -> subprocess.CompletedProcess[str]:
        told = {
            "REGISTRY": f"127.0.0.1:{self.store.port}",
            "GITHUB_REPOSITORY": "Example/AgentLab",
            "GITHUB_SHA": self.commit,
            "GITHUB_REF_NAME": "main",
            "IMAGES": "api web",
        } | settings
        return subprocess.run(
            [
                *("docker", "run", "--rm", "--network", "host", "--workdir", "/checkout"),
                *(
                    "--volume",
                    f"{self.checkout}:/checkout",
                    "--volume",
                    f"{self.programs}:/programs",
                ),
                *(f"--env={name}={value}" for name, value in told.items()),
                *("--entrypoint", "bash", self.image, "-euo", "pipefail", "-c"),
                f"PATH=/programs:$PATH; {script}",
            ],
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )

    def run(self, script: str, **settings: str) -> str:
        done = self.attempt(script, **settings)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout.strip()

    @property
    def commit(self) -> str:
        return git("rev-parse", "HEAD", cwd=self.checkout).strip()

    def commit_change(self, text: str | None = None) -> None:
        """A new commit: with another tree, or without `text` with the same."""
        if text is not None:
            (self.checkout / "README.md").write_text(text)
        git("commit", "--all", "--allow-empty", "--quiet", "--message", "Next", cwd=self.checkout)

    def build(self, image: str) -> None:
        """What the runners of `build` leave: an image for each processor, named by a file."""
        folder = self.checkout / "digests" / image
        folder.mkdir(parents=True)
        for processor in ("amd64", "arm64"):
            name = f"agentlab-test/{image}:{processor}"
            dockerfile = (
                f"FROM scratch\nCOPY pyproject.toml /{image}\n"
                f"LABEL org.opencontainers.image.revision={self.commit}\n"
            )
            options = ("--provenance=false", f"--platform=linux/{processor}", f"--tag={name}")
            subprocess.run(
                [
                    "docker",
                    "build",
                    "--quiet",
                    *options,
                    "--file=-",
                    self.checkout / "apps" / "api",
                ],
                input=dockerfile,
                text=True,
                check=True,
                capture_output=True,
            )
            digest = self.store.push(name, f"{HOME}/{image}:{processor}")
            docker("image", "rm", name)
            (folder / digest.removeprefix("sha256:")).touch()

    def publish(self, **settings: str) -> dict[str, str]:
        lines = self.run("scripts/publish-images digests", **settings).splitlines()
        return dict(line.split("=", 1) for line in lines)

    def find(self) -> str:
        return self.run("scripts/find-staged-images")

    def tag(self, staged: str, *tags: str) -> None:
        self.run(f"scripts/tag-images {' '.join(tags)}", STAGED=staged)

    @property
    def tree_tag(self) -> str:
        return "tree-" + git("rev-parse", "HEAD^{tree}", cwd=self.checkout).strip()

    def noted(self, name: str) -> list[str]:
        file = self.programs / name
        return file.read_text().splitlines() if file.exists() else []


@pytest.fixture(scope="module")
def store(stand_ins: None) -> Iterator[Registry]:
    with registry() as found:
        yield found


@pytest.fixture
def pipeline(store: Registry, tmp_path: Path) -> Pipeline:
    checkout, programs = tmp_path / "checkout", tmp_path / "programs"
    make_repository(checkout, version=VERSION)
    programs.mkdir()
    for name, script in PROGRAMS.items():
        (programs / name).write_text(f"#!/bin/bash\n{script}\n")
        (programs / name).chmod(0o755)
    pipeline = Pipeline(checkout, programs, store, build(EQUIPPED))
    pipeline.commit_change(f"The test in {tmp_path.name}\n")
    return pipeline


@pytest.fixture
def published(pipeline: Pipeline) -> dict[str, str]:
    for image in ("api", "web"):
        pipeline.build(image)
    return pipeline.publish()


def test_both_processors_get_one_name_and_one_digest(
    pipeline: Pipeline, published: dict[str, str]
) -> None:
    assert published["images"] == f"api={published['api']} web={published['web']}"
    for image in ("api", "web"):
        name = f"$REGISTRY/{HOME}/{image}:$GITHUB_SHA"
        found = json.loads(
            pipeline.run(
                f"docker buildx imagetools inspect {name} --format '{{{{json .Manifest}}}}'"
            )
        )
        assert found["digest"] == published[image]
        assert {each["platform"]["architecture"] for each in found["manifests"]} == {
            "amd64",
            "arm64",
        }


def test_what_is_published_was_scanned_for_both_and_then_signed(
    pipeline: Pipeline, published: dict[str, str]
) -> None:
    scanned = pipeline.noted("scanned")
    assert len(scanned) == 4
    assert all(
        "--severity HIGH,CRITICAL --ignore-unfixed --exit-code 1" in scan for scan in scanned
    )
    signed = [line.split()[0].rpartition("@")[2] for line in pipeline.noted("signed")]
    assert signed == [published["api"], published["web"]]


def test_a_vulnerable_image_ends_the_run_unsigned(pipeline: Pipeline) -> None:
    for image in ("api", "web"):
        pipeline.build(image)
    (pipeline.programs / "trivy").write_text("#!/bin/bash\nexit 1\n")
    assert pipeline.attempt("scripts/publish-images digests").returncode == 1
    assert pipeline.noted("signed") == []


def test_nothing_is_found_before_staging_ran_it(
    pipeline: Pipeline, published: dict[str, str]
) -> None:
    assert published
    assert pipeline.find() == ""


def test_another_commit_with_the_same_files_gets_the_same_images(
    pipeline: Pipeline, published: dict[str, str]
) -> None:
    pipeline.tag(published["images"], pipeline.tree_tag)
    pipeline.commit_change()
    staged = pipeline.find()
    assert staged == published["images"]

    again = pipeline.publish(STAGED=staged)
    assert again == published
    assert len(pipeline.noted("scanned")) == 8
    assert {line.split()[1] for line in pipeline.noted("signed")[2:]} == {pipeline.commit}


def test_a_commit_with_other_files_gets_none(pipeline: Pipeline, published: dict[str, str]) -> None:
    pipeline.tag(published["images"], pipeline.tree_tag)
    pipeline.commit_change("Something else\n")
    assert pipeline.find() == ""


def test_a_tag_that_was_moved_to_other_files_is_not_believed(
    pipeline: Pipeline, published: dict[str, str]
) -> None:
    pipeline.commit_change("Something else\n")
    pipeline.tag(published["images"], pipeline.tree_tag)
    done = pipeline.attempt("scripts/find-staged-images")
    assert (done.returncode, done.stdout) == (0, "")
    assert "which has other files" in done.stderr


def test_an_image_that_nobody_signed_is_not_believed(
    pipeline: Pipeline, published: dict[str, str]
) -> None:
    pipeline.tag(published["images"], pipeline.tree_tag)
    (pipeline.programs / "signed").unlink()
    done = pipeline.attempt("scripts/find-staged-images")
    assert (done.returncode, done.stdout) == (0, "")
    assert "no signature of the pipeline" in done.stderr


def test_a_release_is_one_more_tag_on_the_same_bytes(
    pipeline: Pipeline, published: dict[str, str]
) -> None:
    pipeline.tag(published["images"], "1.0.0", "1.0")
    for tag in ("1.0.0", "1.0"):
        assert pipeline.run(f"scripts/image-digest $REGISTRY/{HOME}/api:{tag}") == published["api"]


def test_only_the_newest_push_is_deployed(pipeline: Pipeline) -> None:
    newest = pipeline.programs / "newest"
    newest.write_text(pipeline.commit)
    pipeline.run("scripts/require-newest-push")
    newest.write_text("f" * 40)
    refused = pipeline.attempt("scripts/require-newest-push")
    assert refused.returncode == 1
    assert "The run of that push deploys" in refused.stdout


def test_a_release_is_tagged_on_main_with_its_own_version(pipeline: Pipeline) -> None:
    version = pipeline.run("scripts/version")
    git("update-ref", "refs/remotes/origin/main", "HEAD", cwd=pipeline.checkout)
    pipeline.run(f"scripts/require-release v{version}")
    assert pipeline.attempt("scripts/require-release v99.0.0").returncode == 1

    pipeline.commit_change("Not on main\n")
    refused = pipeline.attempt(f"scripts/require-release v{version}")
    assert refused.returncode == 1
    assert "is not on main" in refused.stdout


def test_the_user_data_of_a_release_names_it(pipeline: Pipeline) -> None:
    version = pipeline.run("scripts/version")
    text = pipeline.run(
        "scripts/cloud-init-of-release", REGISTRY="ghcr.io", GITHUB_SERVER_URL="https://github.com"
    )
    values = dict(re.findall(r"^ +([A-Z]+)=(.*)$", text, re.MULTILINE))
    assert values == values | {
        "VERSION": version,
        "REPOSITORY": "https://github.com/Example/AgentLab.git",
        "REGISTRY": f"ghcr.io/{HOME}",
    }


def test_the_notes_of_a_release_are_its_part_of_the_changelog(pipeline: Pipeline) -> None:
    version = pipeline.run("scripts/version")
    parts = {"Unreleased": "later", version: "now", f"{version}1": "before"}
    text = "".join(f"## {heading}\n\n- {line}\n\n" for heading, line in parts.items())
    (pipeline.checkout / "CHANGELOG.md").write_text(f"# Changelog\n\n{text}")
    notes = pipeline.run("scripts/release-notes", STAGED="api=sha256:1 web=sha256:2")
    assert notes.split("\n\n") == [
        "- now",
        "Images:",
        "- `api@sha256:1`\n- `web@sha256:2`",
    ]
