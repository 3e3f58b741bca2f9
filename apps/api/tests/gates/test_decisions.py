"""The main job: submit a stage, read it, decide it."""

import asyncio
import hashlib
from pathlib import Path

from agentlab.context import Context
from agentlab.gates import files
from tests.support.browser import Browser, refusal
from tests.support.projects import bmad_folder, project_of, run_jobs, stage_of, write
from tests.support.review import Review


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
    text = (review.folder / file["path"]).read_text(encoding="utf-8")
    digest = hashlib.sha256((review.folder / "docs" / "prd.md").read_bytes()).hexdigest()
    assert f"sha256: {digest}" in text
    assert 'decided_by: "Bob Noyce"' in text
    assert "> Clear.\n> # Not a heading\n" in text


async def test_a_lost_decision_file_is_written_again_with_the_same_bytes(review: Review) -> None:
    await review.decide(await review.submit())
    await run_jobs(review.context)
    decision = (await review.gate())["submissions"][0]["decision"]
    path = review.folder / decision["file"]["path"]
    before = path.read_bytes()
    path.unlink()
    await files.write(review.context, decision["id"])
    assert path.read_bytes() == before


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
