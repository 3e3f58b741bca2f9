"""BMAD v6 keeps a log beside what it wrote: a document to read, and none that is approved."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from agentlab.context import Context
from agentlab.kit import globs
from tests.gates.test_staleness import actions
from tests.support.browser import Browser, refusal
from tests.support.projects import import_it, run_jobs, write
from tests.support.review import Review

PRD = "_bmad-output/planning-artifacts/prds/prd-reader-2026-11-28"
CATALOGUE = """\
module,skill,display-name,menu-code,description,action,args,phase,preceded-by,followed-by,\
required,output-location,outputs
BMad Method,bmad-prd,Create PRD,CP,Write it.,,,plan,,,true,planning_artifacts,prd
BMad Method,bmad-ux,Create UX,CU,Draw it.,,,plan,bmad-prd,,false,planning_artifacts,ux design
"""


class Logged(Review):
    """A project at the gate of its PRD, beside which BMAD appends to its log."""

    @property
    def log(self) -> Path:
        return self.folder / PRD / ".memlog.md"

    async def scan(self) -> None:
        await self.browser.do(f"/projects/{self.project_id}/scans")

    async def append(self, line: str = "- Asked about offline reading.\n") -> None:
        write(self.log, self.log.read_text() + line)
        await self.scan()

    async def write_prd(self, content: str) -> None:
        write(self.folder / PRD / "prd.md", content)
        await self.scan()

    async def staleness(self) -> Any:
        return await self.browser.read(f"/gates/{self.gate_id}/staleness")

    async def accept(self) -> None:
        body = {"digest": (await self.staleness())["digest"], "reason": "Only words."}
        await self.browser.do(f"/gates/{self.gate_id}/acceptances", body)

    async def waiting(self) -> list[str]:
        items = (await self.browser.read("/inbox"))["page"]["items"]
        return [item["kind"] for item in items]

    async def said(self) -> list[str]:
        return [each for each, _ in await actions(self.context) if "turned" in each]


@pytest.fixture
async def review(bob: Browser, context: Context, root: Path) -> Logged:
    folder = root / "reader"
    write(folder / "_bmad/_config/manifest.yaml", "installation:\n  version: 6.12.0\n")
    write(folder / "_bmad/bmm/module-help.csv", CATALOGUE)
    write(folder / PRD / "prd.md", "# A reader\n\nIt reads.\n")
    write(folder / PRD / ".memlog.md", "# Log\n")
    ended = await import_it(bob, context, folder, workflow="bmm")
    assert ended["state"] == "done", ended["error"]
    page = await bob.read(f"/projects/{ended['project_id']}")
    return Logged(bob, context, folder, page, key="bmad-prd")


@contextmanager
def as_before() -> Iterator[None]:
    """Wild cards take in hidden files, as they once did."""
    globs.matcher.cache_clear()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(globs, "SHOWN", "")
        yield
    globs.matcher.cache_clear()


async def test_an_approval_stays_whole_while_the_log_grows(review: Logged) -> None:
    submission = await review.submit()
    assert [each["path"] for each in submission["artefacts"]] == [f"{PRD}/prd.md"]
    await review.append()
    assert (await review.gate())["submissions"][0]["changed"] == []
    assert await review.waiting() == ["gate"]
    assert (await review.decide(submission)).status_code == 201
    await review.append()
    found = await review.staleness()
    assert (found["is_stale"], found["changes"]) == (False, [])
    assert await review.waiting() == []
    documents = await review.browser.read(f"/projects/{review.project_id}/documents")
    [log] = [each for each in documents["items"] if each["path"] == f"{PRD}/.memlog.md"]
    assert log["version"] == 3
    await review.write_prd("# A reader\n\nIt reads aloud.\n")
    changes = (await review.staleness())["changes"]
    assert [each["path"] for each in changes] == [f"{PRD}/prd.md"]


async def test_what_bound_the_log_before_can_be_decided_and_stays_whole(review: Logged) -> None:
    with as_before():
        submission = await review.submit()
    assert len(submission["artefacts"]) == 2
    await review.append()
    assert (await review.gate())["submissions"][0]["changed"] == []
    assert await review.waiting() == ["gate"]
    assert (await review.decide(submission)).status_code == 201
    await review.append()
    review.log.unlink()
    await review.scan()
    await run_jobs(review.context)
    assert not (await review.staleness())["is_stale"]
    assert (await review.waiting(), await review.said()) == ([], [])
    [decided] = (await review.gate())["submissions"]
    assert len(decided["artefacts"]) == 2


async def test_an_approval_that_the_log_made_stale_is_whole_again(review: Logged) -> None:
    with as_before():
        await review.decide(await review.submit())
        await review.append()
        assert await review.waiting() == ["stale"]
    await review.scan()
    assert not (await review.staleness())["is_stale"]
    assert await review.waiting() == []
    assert await review.said() == ["decision.turned_stale", "decision.turned_true"]


@pytest.mark.parametrize("accepted_before", [False, True])
async def test_a_change_that_was_accepted_with_the_logs_stays_accepted(
    review: Logged, *, accepted_before: bool
) -> None:
    with as_before():
        await review.decide(await review.submit())
        await review.write_prd("# A reader\n\nIt reads well.\n")
        if accepted_before:
            await review.accept()
        await review.append()
        await review.accept()
    said = await review.said()
    for _ in range(2):
        await review.scan()
        found = await review.staleness()
        assert found["acceptance"]["reason"] == "Only words."
        assert [each["path"] for each in found["changes"]] == [f"{PRD}/prd.md"]
        assert (await review.waiting(), await review.said()) == ([], said)
    await review.write_prd("# A reader\n\nIt reads aloud.\n")
    assert await review.waiting() == ["stale"]


async def test_a_change_that_nobody_accepted_waits_on_without_the_logs(review: Logged) -> None:
    with as_before():
        await review.decide(await review.submit())
        await review.write_prd("# A reader\n\nIt reads well.\n")
        await review.append()
    await review.scan()
    [item] = (await review.browser.read("/inbox"))["page"]["items"]
    assert (item["kind"], item["count"]) == ("stale", 1)
    await review.accept()
    assert await review.waiting() == []


async def test_another_text_is_still_another_one(review: Logged) -> None:
    with as_before():
        submission = await review.submit()
    await review.write_prd("# A reader\n\nIt reads aloud.\n")
    assert (await review.gate())["submissions"][0]["changed"] == [f"{PRD}/prd.md"]
    assert refusal(await review.decide(submission)) == (409, "submission_stale")
