"""The main job: submit a stage, read it, decide it."""

import asyncio
import hashlib
import shutil
from pathlib import Path

from sqlalchemy import text

from agentlab.context import Context
from agentlab.gates import files
from tests.support.browser import Browser, refusal
from tests.support.projects import bmad_folder, project_of, run_jobs, stage_of, write
from tests.support.review import Review
from tests.support.statements import recorded


async def test_an_approval_makes_the_next_stage_current(review: Review) -> None:
    submission = await review.submit("Please read chapter one.")
    assert await review.states() == ["submitted", "upcoming", "upcoming", "upcoming"]
    assert (await review.decide(submission, reason="Clear.")).status_code == 201
    assert await review.states() == ["done", "current", "upcoming", "upcoming"]


async def test_the_decision_keeps_who_when_why_and_the_digest(review: Review) -> None:
    digest = hashlib.sha256((review.folder / "docs" / "prd.md").read_bytes()).hexdigest()
    await review.decide(await review.submit(), reason="Clear.")
    submission = (await review.gate())["submissions"][0]
    assert submission["decision"]["decided_by"] == "Bob Noyce"
    assert submission["decision"]["reason"] == "Clear."
    assert submission["decision"]["verdict"] == "approved"
    assert [a["sha256"] for a in submission["artefacts"]] == [digest]


async def test_a_rejection_brings_the_stage_back(review: Review) -> None:
    submission = await review.submit()
    assert (await review.decide(submission, "rejected", "No numbers.")).status_code == 201
    assert await review.states() == ["current", "upcoming", "upcoming", "upcoming"]
    gate = stage_of(await review.page(), "prd.md")["gate"]
    assert (gate["last_verdict"], gate["last_reason"]) == ("rejected", "No numbers.")
    again = await review.submit()
    gate = stage_of(await review.page(), "prd.md")["gate"]
    assert (gate["last_verdict"], gate["last_reason"]) == ("rejected", "No numbers.")
    assert again["number"] == 2


async def test_a_rejection_needs_a_reason(review: Review) -> None:
    response = await review.decide(await review.submit(), "rejected", "  ")
    assert refusal(response) == (422, "white_space_alone")
    assert "reason" in response.json()["detail"]


async def test_the_decision_is_written_into_the_folder(review: Review) -> None:
    await review.decide(await review.submit(), reason="Clear.\n# Not a heading")
    await run_jobs(review.context)
    file = (await review.gate())["submissions"][0]["decision"]["file"]
    assert file["path"] == ".agentlab/decisions/01-prd-md-1-approved.md"
    assert file["written_at"]
    said = (review.folder / file["path"]).read_text(encoding="utf-8")
    digest = hashlib.sha256((review.folder / "docs" / "prd.md").read_bytes()).hexdigest()
    assert f"sha256: {digest}" in said
    assert 'decided_by: "Bob Noyce"' in said
    assert "> Clear.\n> # Not a heading\n" in said


async def decided(review: Review) -> Path:
    """Where the file of a new decision was written."""
    await review.decide(await review.submit(), reason="Clear.")
    await run_jobs(review.context)
    file = (await review.gate())["submissions"][0]["decision"]["file"]
    return review.folder / str(file["path"])


async def scan(review: Review) -> None:
    await review.browser.do(f"/projects/{review.project_id}/scans")
    await run_jobs(review.context)


async def test_a_scan_has_lost_and_changed_decision_files_written_again(review: Review) -> None:
    path = await decided(review)
    before = path.read_bytes()
    path.unlink()
    await scan(review)
    assert path.read_bytes() == before
    path.write_bytes(before.replace(b"approved", b"rejected"))
    await scan(review)
    assert path.read_bytes() == before
    shutil.rmtree(path.parents[1])
    await scan(review)
    assert path.read_bytes() == before
    assert await review.states() == ["done", "current", "upcoming", "upcoming"]


async def test_a_scan_leaves_alone_what_is_as_it_was_written(
    review: Review, context: Context
) -> None:
    path = await decided(review)
    written = path.stat()
    await review.browser.do(f"/projects/{review.project_id}/scans")
    assert await waiting_jobs(context) == []
    assert (path.stat().st_ino, path.stat().st_mtime_ns) == (written.st_ino, written.st_mtime_ns)


async def test_what_took_the_place_of_a_decision_file_is_told_and_kept(review: Review) -> None:
    path = await decided(review)
    path.unlink()
    path.symlink_to(review.folder / "docs" / "prd.md")
    await scan(review)
    file = (await review.gate())["submissions"][0]["decision"]["file"]
    assert "symbolic link" in file["problem"]
    assert path.is_symlink()
    assert await review.states() == ["done", "current", "upcoming", "upcoming"]


async def test_a_scan_asks_no_more_for_more_decisions(review: Review, context: Context) -> None:
    asked = []
    for verdict in ("rejected", "rejected", "approved"):
        await review.decide(await review.submit(), verdict, "So it is.")
        await run_jobs(context)
        with recorded(context.engine) as statements:
            await review.browser.do(f"/projects/{review.project_id}/scans")
        asked.append(len(statements))
    assert asked[0] == asked[1]


async def test_a_file_is_written_where_it_was_promised(review: Review, context: Context) -> None:
    in_the_way = review.folder / ".agentlab"
    in_the_way.write_text("in the way", encoding="utf-8")
    path = await decided(review)
    in_the_way.unlink()
    async with context.engine.begin() as connection:
        await connection.execute(text("UPDATE stages SET position = 7 WHERE key = 'prd.md'"))
    await files.write_missing(context)
    await run_jobs(context)
    assert [each.name for each in path.parent.iterdir()] == [path.name]
    await scan(review)
    assert [each.name for each in path.parent.iterdir()] == [path.name]


async def test_two_decisions_never_share_a_file(review: Review, context: Context) -> None:
    first = await decided(review)
    said = first.read_text()
    write(review.folder / "docs" / "architecture.md", "# Boxes\n")
    await review.browser.do(f"/projects/{review.project_id}/scans")
    async with context.engine.begin() as connection:
        await connection.execute(text("UPDATE stages SET state = 'upcoming' WHERE position = 2"))
        await connection.execute(text("UPDATE stages SET position = 9 WHERE position = 1"))
        await connection.execute(
            text("UPDATE stages SET position = 1, key = 'prd md', state = 'current' "
                 "WHERE key = 'architecture.md'")
        )  # fmt: skip
    page = await review.page()
    other = Review(review.browser, context, review.folder, page, key="prd md")
    second = await decided(other)
    assert second != first
    assert 'stage: "prd md"' in second.read_text()
    await scan(review)
    assert first.read_text() == said


async def test_a_file_whose_job_died_is_asked_for_again(review: Review, context: Context) -> None:
    await review.decide(await review.submit())
    async with context.engine.begin() as connection:
        await connection.execute(text("DELETE FROM procrastinate_jobs"))
    await files.write_missing(context)
    assert await waiting_jobs(context) == []
    async with context.engine.begin() as connection:
        await connection.execute(
            text("UPDATE decisions SET decided_at = decided_at - interval '31 minutes'")
        )
    await files.write_missing(context)
    await run_jobs(context)
    file = (await review.gate())["submissions"][0]["decision"]["file"]
    assert (review.folder / file["path"]).is_file()
    await files.write_missing(context)
    assert await waiting_jobs(context) == []


async def waiting_jobs(context: Context) -> list[str]:
    async with context.engine.connect() as connection:
        found = await connection.scalars(
            text("SELECT task_name FROM procrastinate_jobs WHERE status = 'todo'")
        )
        return list(found)


async def test_a_folder_that_cannot_be_written_loses_no_decision(review: Review) -> None:
    (review.folder / ".agentlab").write_text("in the way", encoding="utf-8")
    await review.decide(await review.submit())
    await run_jobs(review.context)
    decision = (await review.gate())["submissions"][0]["decision"]
    assert decision["verdict"] == "approved"
    assert decision["file"]["written_at"] is None
    assert ".agentlab" in decision["file"]["problem"]
    assert await review.states() == ["done", "current", "upcoming", "upcoming"]


async def test_a_file_that_could_not_be_written_is_written_later(review: Review) -> None:
    in_the_way = review.folder / ".agentlab"
    in_the_way.write_text("in the way", encoding="utf-8")
    await review.decide(await review.submit())
    await run_jobs(review.context)
    in_the_way.unlink()
    await files.write_missing(review.context)
    await run_jobs(review.context)
    file = (await review.gate())["submissions"][0]["decision"]["file"]
    assert (bool(file["written_at"]), file["problem"]) == (True, None)
    assert (review.folder / file["path"]).is_file()


async def test_nothing_can_be_decided_before_it_is_submitted(review: Review) -> None:
    unknown = {"id": review.gate_id, "artefacts": []}
    assert refusal(await review.decide(unknown)) == (404, "not_found")


async def test_a_submission_is_decided_once(review: Review) -> None:
    submission = await review.submit()
    await review.decide(submission)
    for verdict in ("approved", "rejected"):
        response = await review.decide(submission, verdict, "Again.")
        assert refusal(response) == (409, "submission_already_decided")


async def test_of_many_decisions_at_once_one_counts(
    review: Review, ada: Browser, context: Context
) -> None:
    submission = await review.submit()
    path = f"/submissions/{submission['id']}/decision"
    replies = await asyncio.gather(
        *(
            browser.post(path, review.decision(submission, verdict, "At once."))
            for browser in (review.browser, ada)
            for verdict in ("approved", "rejected", "approved")
        )
    )
    assert sorted(reply.status_code for reply in replies) == [201, 409, 409, 409, 409, 409]
    await run_jobs(context)
    assert len(list((review.folder / ".agentlab" / "decisions").iterdir())) == 1
    assert (await review.states())[2:] == ["upcoming", "upcoming"]


async def test_a_stale_submission_cannot_be_approved(review: Review) -> None:
    submission = await review.submit()
    (review.folder / "docs" / "prd.md").write_text("# Another text\n", encoding="utf-8")
    response = await review.decide(submission)
    assert refusal(response) == (409, "submission_stale")
    assert "docs/prd.md" in response.json()["detail"]
    assert await review.states() == ["submitted", "upcoming", "upcoming", "upcoming"]


async def test_a_removed_artefact_makes_a_submission_stale(review: Review) -> None:
    submission = await review.submit()
    (review.folder / "docs" / "prd.md").unlink()
    assert refusal(await review.decide(submission)) == (409, "submission_stale")


async def test_submitting_again_replaces_a_stale_submission(review: Review) -> None:
    first = await review.submit()
    (review.folder / "docs" / "prd.md").write_text("# Another text\n", encoding="utf-8")
    second = await review.submit()
    assert second["number"] == 2
    assert second["artefacts"][0]["version"] == 2
    assert refusal(await review.decide(first)) == (409, "submission_withdrawn")
    assert (await review.decide(second)).status_code == 201


STORIES = """\
workflow:
  id: short
  sequence:
    - agent: analyst
      action: review_draft_story
      updates: story.md
"""


async def test_a_text_that_joined_makes_a_submission_stale(
    bob: Browser, context: Context, root: Path
) -> None:
    folder = bmad_folder(root, workflow=STORIES)
    write(folder / "docs" / "stories" / "1.1.read.md", "# Read\n")
    page = await project_of(bob, context, folder)
    review = Review(bob, context, folder, page, key="review_draft_story")
    submission = await review.submit()
    write(folder / "docs" / "stories" / "1.2.write.md", "# Write\n")
    response = await review.decide(submission)
    assert refusal(response) == (409, "submission_stale")
    assert "docs/stories/1.2.write.md" in response.json()["detail"]
    await bob.do(f"/projects/{page['id']}/scans")
    waiting = (await review.gate())["submissions"][0]
    assert waiting["changed"] == ["docs/stories/1.2.write.md"]
    again = await review.submit()
    assert len(again["artefacts"]) == 2
    assert (await review.decide(again)).status_code == 201


async def test_the_gate_shows_what_changed_or_went(review: Review) -> None:
    submission = await review.submit()
    assert submission["changed"] == []
    size = submission["artefacts"][0]["size_bytes"]
    prd = review.folder / "docs" / "prd.md"
    prd.write_text("# Another, longer text than before it was\n", encoding="utf-8")
    await review.browser.do(f"/projects/{review.project_id}/scans")
    waiting = (await review.gate())["submissions"][0]
    assert waiting["changed"] == ["docs/prd.md"]
    assert waiting["artefacts"][0]["size_bytes"] == size
    prd.rename(prd.with_name("elsewhere.txt"))
    await review.browser.do(f"/projects/{review.project_id}/scans")
    waiting = (await review.gate())["submissions"][0]
    assert waiting["changed"] == ["docs/prd.md"]


async def test_a_folder_that_went_after_the_decision_is_reported(review: Review) -> None:
    await review.decide(await review.submit())
    review.folder.rename(review.folder.with_name("elsewhere"))
    await run_jobs(review.context)
    file = (await review.gate())["submissions"][0]["decision"]["file"]
    assert file["written_at"] is None
    assert "does not exist" in file["problem"]


async def test_a_waiting_submission_that_is_true_is_not_replaced(review: Review) -> None:
    await review.submit()
    response = await review.browser.post(f"/gates/{review.gate_id}/submissions", {})
    assert refusal(response) == (409, "already_submitted")


async def test_only_what_was_shown_can_be_decided(review: Review) -> None:
    submission = await review.submit()
    path = f"/submissions/{submission['id']}/decision"
    for artefacts in (
        [],
        [{**review.decision(submission)["artefacts"][0], "sha256": "0" * 64}],
    ):
        response = await review.browser.post(path, {"verdict": "approved", "artefacts": artefacts})
        assert refusal(response) == (409, "not_what_was_submitted")


async def test_a_withdrawn_submission_cannot_be_decided(review: Review) -> None:
    submission = await review.submit()
    await review.browser.do(f"/submissions/{submission['id']}/withdrawal")
    assert await review.states() == ["current", "upcoming", "upcoming", "upcoming"]
    assert refusal(await review.decide(submission)) == (409, "submission_withdrawn")


async def test_without_its_artefact_a_stage_cannot_be_submitted(review: Review) -> None:
    (review.folder / "docs" / "prd.md").unlink()
    response = await review.browser.post(f"/gates/{review.gate_id}/submissions", {})
    assert refusal(response) == (409, "nothing_to_review")
    assert "docs/prd.md" in response.json()["detail"]


async def test_a_stage_that_is_not_current_cannot_be_submitted(review: Review) -> None:
    gate = stage_of(await review.page(), "architecture.md")["gate"]
    (review.folder / "docs" / "architecture.md").write_text("# Boxes\n", encoding="utf-8")
    response = await review.browser.post(f"/gates/{gate['id']}/submissions", {})
    assert refusal(response) == (409, "stage_not_current")


async def test_a_folder_that_is_gone_is_said_so(review: Review) -> None:
    submission = await review.submit()
    review.folder.rename(review.folder.with_name("elsewhere"))
    assert refusal(await review.decide(submission)) == (422, "folder_missing")


async def test_viewers_read_gates_and_decide_nothing(review: Review, vera: Browser) -> None:
    submission = await review.submit()
    assert (await vera.get(f"/gates/{review.gate_id}")).status_code == 200
    path = f"/submissions/{submission['id']}/decision"
    for response in (
        await vera.post(path, review.decision(submission)),
        await vera.post(f"/submissions/{submission['id']}/withdrawal"),
        await vera.post(f"/gates/{review.gate_id}/submissions", {}),
    ):
        assert refusal(response) == (403, "forbidden")


async def test_nobody_decides_without_a_session(review: Review, anonymous: Browser) -> None:
    submission = await review.submit()
    path = f"/submissions/{submission['id']}/decision"
    response = await anonymous.post(path, review.decision(submission))
    assert refusal(response) == (401, "not_signed_in")
