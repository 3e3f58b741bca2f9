"""What waits for whom, in which order."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from agentlab.context import Context
from agentlab.inbox.schemas import InboxOut, InboxTotals
from agentlab.kit.clock import now
from agentlab.portfolio.standings import write_missing
from tests.gates.test_decisions import STORIES
from tests.portfolio.test_sight import only_assigned
from tests.support.agent import Agent, token_of
from tests.support.browser import Browser, refusal
from tests.support.flow import WORKFLOW, Flow
from tests.support.ledgers import ARTEFACTS, SPRINT, bmad_v6_folder
from tests.support.projects import bmad_folder, import_it, project_of, stage_of, write
from tests.support.review import Review
from tests.support.statements import recorded


async def inbox(browser: Browser, **filters: Any) -> dict[str, Any]:
    """The inbox, which has to be what its schema says."""
    reply = await browser.get("/inbox", **filters)
    assert reply.status_code == 200, reply.text
    InboxOut.model_validate_json(reply.content)
    found: dict[str, Any] = reply.json()
    return found


async def kinds(browser: Browser, **filters: Any) -> list[str]:
    return [item["kind"] for item in (await inbox(browser, **filters))["page"]["items"]]


async def id_of(browser: Browser) -> str:
    return str((await browser.read("/session"))["id"])


async def age(context: Context, table: str, column: str, days: float) -> None:
    """Make every row of a table so many days older."""
    async with context.engine.begin() as connection:
        await connection.execute(
            text(f"UPDATE {table} SET {column} = {column} - make_interval(secs => :s)"),  # noqa: S608 - our own names
            {"s": days * 86_400},
        )


async def test_a_submission_waits_for_who_may_decide_it(
    review: Review, ada: Browser, vera: Browser, anonymous: Browser
) -> None:
    assert await kinds(review.browser) == []
    submission = await review.submit("Read chapter two.")
    [item] = (await inbox(review.browser))["page"]["items"]
    assert item["id"] == submission["id"]
    assert (item["kind"], item["by"], item["text"]) == ("gate", "Bob Noyce", "Read chapter two.")
    assert item["place"]["client"] == "Maison Lumière"
    assert item["gate_id"] == review.gate_id
    assert (item["approvals_given"], item["approvals_needed"]) == (0, 1)
    assert await kinds(ada) == ["gate"]
    assert await kinds(vera) == []
    assert refusal(await anonymous.get("/inbox"))[0] == 401
    await review.decide(submission, by=ada)
    assert await kinds(review.browser) == []


async def test_it_says_of_everybody_what_the_gates_themselves_say(
    review: Review, ada: Browser, grace: Browser
) -> None:
    """The statement and `policies.need_right` are two spellings of one rule."""
    people = {"ada": ada, "bob": review.browser, "grace": grace}
    ids = {name: await id_of(browser) for name, browser in people.items()}
    today = now().date()
    then, soon = today - timedelta(days=9), today + timedelta(days=9)
    ada_alone = [{"user_id": ids["ada"]}]
    with_deputy = [{"user_id": ids["ada"], "deputies": [deputy(ids["grace"], then, soon)]}]
    today_only = [{"user_id": ids["ada"], "deputies": [deputy(ids["grace"], today, today)]}]
    not_now = [
        {"user_id": ids["ada"], "deputies": [deputy(ids["bob"], then, then)]},
        {"user_id": ids["bob"], "deputies": [deputy(ids["grace"], soon, soon)]},
    ]
    cases: list[tuple[list[str], list[dict[str, Any]], bool]] = [
        (["product_owner"], [], True),
        (["product_owner"], [], False),
        ([], ada_alone, True),
        ([], with_deputy, True),
        ([], today_only, True),
        ([], not_now, True),
        ([], [*with_deputy, {"user_id": ids["bob"]}], False),
        (["administrator"], not_now, False),
        (["administrator"], [*with_deputy, {"user_id": ids["bob"]}], True),
    ]
    tried = 0
    for roles, reviewers, submitter in cases:
        policy: dict[str, Any] = {
            "roles": roles,
            "reviewers": reviewers,
            "submitter_decides": submitter,
        }
        reply = await review.set_policy(ada, approvals=2, **policy)
        is_one_enough = reply.status_code == 422
        if is_one_enough:
            reply = await review.set_policy(ada, approvals=1, **policy)
        assert reply.is_success, reply.text
        submission = await review.submit()
        for approver in ("nobody", "grace"):
            if approver in people:
                verdict = "rejected" if is_one_enough else "approved"
                await review.decide(submission, verdict, "So be it.", by=people[approver])
            for name, browser in people.items():
                you = (await browser.read(f"/gates/{review.gate_id}"))["you"]
                case = (policy, approver, name, you["why_not"])
                assert (await kinds(browser) == ["gate"]) == you["may_decide"], case
                tried += 1
        if (await review.states())[0] == "submitted":
            await review.browser.post(f"/submissions/{submission['id']}/withdrawal")
    assert tried == 2 * len(cases) * len(people)


async def test_it_offers_exactly_what_the_gate_lets_people_decide(
    bob: Browser, ada: Browser, context: Context, root: Path
) -> None:
    """What a scan kept of a submission and what `decide` asks of the files are one rule."""
    folder = bmad_folder(root, workflow=STORIES)
    stories = folder / "docs/stories"
    write(stories / "1.1.read.md", "# Read\n")
    page = await project_of(bob, context, folder)
    review = Review(bob, context, folder, page, key="review_draft_story")
    first, second, log = stories / "1.1.read.md", stories / "1.2.write.md", stories / ".1.0.log.md"

    def grow() -> None:
        write(first, first.read_text() + "\nMore.\n")

    def shrink_and_grow() -> None:
        second.unlink()
        grow()

    cases: list[tuple[Callable[[], object], int]] = [
        (lambda: None, 0),
        (grow, 1),
        (lambda: write(second, "# Write\n"), 1),
        (shrink_and_grow, 2),
        (lambda: write(log, "# Log\n"), 0),
        (lambda: write(second, b"\0"), 0),
        (lambda: write(second, "# Write\n"), 1),
        (lambda: write(folder / "docs/prd.md", "# Another\n"), 0),
    ]
    for number, (act, texts) in enumerate(cases):
        submission = await review.submit()
        act()
        await bob.do(f"/projects/{review.project_id}/scans")
        offered, conflicts = await kinds(ada), (await inbox(bob, kind="conflict"))["page"]["items"]
        assert [item["count"] for item in conflicts] == ([texts] if texts else []), number
        assert len((await review.gate())["submissions"][0]["changed"]) == texts, number
        reply = await review.decide(submission, "rejected", "Not yet.", by=ada)
        assert reply.status_code == (409 if texts else 201), (number, reply.text)
        assert offered == ([] if texts else ["gate"]), number


async def test_a_submission_that_a_file_joined_waits_again_when_it_is_gone(
    bob: Browser, ada: Browser, context: Context, root: Path
) -> None:
    folder = bmad_folder(root, workflow=STORIES)
    write(folder / "docs/stories/1.1.read.md", "# Read\n")
    page = await project_of(bob, context, folder)
    review = Review(bob, context, folder, page, key="review_draft_story")
    submission = await review.submit()
    scans = f"/projects/{review.project_id}/scans"
    write(folder / "docs/stories/1.2.write.md", "# Write\n")
    await bob.do(scans)
    [item] = (await inbox(bob))["page"]["items"]
    assert (item["kind"], item["id"], item["count"]) == ("conflict", submission["id"], 1)
    await age(context, "torn_submissions", "since", 3)
    write(folder / "docs/stories/1.1.read.md", "# Read on\n")
    await bob.do(scans)
    [item] = (await inbox(bob))["page"]["items"]
    assert (item["count"], item["cost"]["days"]) == (2, 3.0)
    write(folder / "docs/stories/1.1.read.md", "# Read\n")
    (folder / "docs/stories/1.2.write.md").unlink()
    await bob.do(scans)
    assert (await kinds(bob), await kinds(ada)) == (["gate"], ["gate"])
    assert (await review.decide(submission, by=ada)).status_code == 201


TWO_GATES = """\
workflow:
  id: short
  sequence:
    - {agent: pm, creates: prd.md}
    - {agent: pm, creates: brief.md}
"""


async def test_a_scan_asks_no_more_for_each_submission_that_waits(
    bob: Browser, context: Context, root: Path
) -> None:
    folder = bmad_folder(root, workflow=TWO_GATES)
    write(folder / "docs/brief.md", "# Brief\n")
    page = await project_of(bob, context, folder)
    first, second = (Review(bob, context, folder, page, key) for key in ("prd.md", "brief.md"))
    async with context.engine.begin() as connection:
        await connection.execute(text("UPDATE stages SET together = 'both'"))
    scans = f"/projects/{page['id']}/scans"
    await first.submit()
    with recorded(context.engine) as one:
        await bob.do(scans)
    await bob.do(f"/stages/{stage_of(page, 'brief.md')['id']}/start")
    await second.submit()
    with recorded(context.engine) as two:
        await bob.do(scans)
    assert len(one) == len(two)
    write(folder / "docs/brief.md", "# Another\n")
    await bob.do(scans)
    assert sorted(await kinds(bob)) == ["conflict", "gate"]


def deputy(user_id: str, starts_on: Any, ends_on: Any) -> dict[str, Any]:
    return {"user_id": user_id, "starts_on": str(starts_on), "ends_on": str(ends_on)}


async def test_the_costliest_delay_comes_first_and_says_why(
    bob: Browser, context: Context, root: Path
) -> None:
    reviews = {}
    for name, client in (("old", "Atlas"), ("dear", "Zenith"), ("due", "Atlas")):
        folder = bmad_folder(root, name)
        ended = await import_it(bob, context, folder, client=client)
        page = await bob.read(f"/projects/{ended['project_id']}")
        reviews[name] = Review(bob, context, folder, page)
        await reviews[name].submit()
    await reviews["due"].rule(due_days=5)
    await age(context, "submissions", "submitted_at", 4)
    await reviews["dear"].page()
    zenith = (await inbox(bob))["clients"][1]
    assert (zenith["name"], zenith["count"]) == ("Zenith", 1)
    client = await bob.read(f"/clients/{zenith['id']}")
    assert client["cost_of_delay"] == 1
    path = f"/clients/{zenith['id']}"
    changed = await bob.patch(path, {"cost_of_delay": 5}, version=client["version"])
    assert changed.json()["cost_of_delay"] == 5
    for wrong in (0, 11, 2.5, None):
        reply = await bob.patch(path, {"cost_of_delay": wrong}, version=client["version"] + 1)
        assert refusal(reply)[0] == 422
    found = (await inbox(bob))["page"]["items"]
    assert [item["place"]["project"] for item in found] == ["dear", "due", "old"]
    assert [item["cost"] for item in found] == [
        {"points": 20.0, "weight": 5, "days": 4.0, "pressure": 0.0},
        {"points": 16.0, "weight": 1, "days": 4.0, "pressure": 12.0},
        {"points": 4.0, "weight": 1, "days": 4.0, "pressure": 0.0},
    ]
    first = (await inbox(bob, limit=2))["page"]
    last = (await inbox(bob, limit=2, after=first["next"]))["page"]
    assert [*first["items"], *last["items"]] == found
    assert last["next"] is None
    [of_zenith] = (await inbox(bob, client_id=zenith["id"]))["page"]["items"]
    assert of_zenith["place"]["client"] == "Zenith"
    assert len((await inbox(bob, kind=["stale", "question"]))["page"]["items"]) == 0
    reply = await bob.get("/inbox/totals")
    assert InboxTotals.model_validate_json(reply.content).gates == 3


@pytest.mark.parametrize(
    "cursor", ["x", "W10", "bnVsbA", "WyIyMDAwLTAxLTAxVDAwOjAwOjAwWiIsMSwieCJd"]
)
async def test_a_cursor_that_is_none_of_ours_is_refused(bob: Browser, cursor: str) -> None:
    assert refusal(await bob.get("/inbox", after=cursor)) == (422, "invalid_cursor")


async def test_what_one_may_not_see_or_is_in_the_bin_waits_for_nobody(
    review: Review, grace: Browser, ada: Browser, context: Context
) -> None:
    submission = await review.submit()
    snooze = f"/inbox/gate/{submission['id']}/snooze"
    await only_assigned(context, grace)
    assert await kinds(grace) == []
    body = {"until": str(now() + timedelta(days=1)), "reason": "Later."}
    assert refusal(await grace.put(snooze, body)) == (404, "not_found")
    await review.browser.delete(f"/projects/{review.project_id}", name="reader")
    assert await kinds(review.browser) == []
    assert refusal(await review.browser.put(snooze, body)) == (404, "not_found")


async def test_an_agent_looks_and_puts_nothing_off(
    review: Review, app: FastAPI, bob: Browser, context: Context, root: Path
) -> None:
    submission = await review.submit()
    other = await project_of(bob, context, bmad_folder(root, "other"))
    async with Agent(app, await token_of(bob)) as agent:
        assert await kinds(agent) == ["gate"]
        body = {"until": str(now() + timedelta(days=1)), "reason": "Later."}
        reply = await agent.put(f"/inbox/gate/{submission['id']}/snooze", body)
        assert refusal(reply) == (403, "forbidden")
    async with Agent(app, await token_of(bob, project_id=other["id"])) as agent:
        assert await kinds(agent) == []


async def test_a_stale_approval_waits_until_somebody_settles_it(
    review: Review, vera: Browser
) -> None:
    submission = await review.submit()
    await review.decide(submission)
    write(review.folder / "docs/prd.md", "# A reader\n\nIt reads aloud, and well.\n")
    await review.browser.do(f"/projects/{review.project_id}/scans")
    [item] = (await inbox(review.browser))["page"]["items"]
    assert (item["kind"], item["count"], item["gate_id"]) == ("stale", 1, review.gate_id)
    assert await kinds(vera) == []
    staleness = await review.browser.read(f"/gates/{review.gate_id}/staleness")
    body = {"digest": staleness["digest"], "reason": "Only words."}
    await review.browser.do(f"/gates/{review.gate_id}/acceptances", body)
    assert await kinds(review.browser) == []


async def test_a_renewal_waits_for_the_others_and_is_stale_for_nobody_meanwhile(
    review: Review, ada: Browser
) -> None:
    submission = await review.submit()
    await review.decide(submission)
    await review.rule(ada, approvals=2)
    write(review.folder / "docs/prd.md", "# A reader\n\nIt reads aloud.\n")
    await review.browser.do(f"/projects/{review.project_id}/scans")
    staleness = await review.browser.read(f"/gates/{review.gate_id}/staleness")
    shown = [{k: each[k] for k in ("document_id", "sha256")} for each in staleness["present"]]
    body = {"reason": "Fine.", "artefacts": shown}
    await review.browser.do(f"/gates/{review.gate_id}/approval", body)
    assert await kinds(review.browser) == []
    assert await kinds(ada) == ["gate"]


async def test_a_question_waits_for_who_has_to_answer_and_then_for_who_asked(
    review: Review, ada: Browser, grace: Browser, app: FastAPI
) -> None:
    submission = await review.submit()
    [document] = submission["artefacts"]
    thread = await ada.do(
        f"/submissions/{submission['id']}/threads",
        {
            "document_id": document["document_id"],
            "first_line": 1,
            "last_line": 1,
            "text": "Which reader?",
        },
    )
    [question] = (await inbox(review.browser, kind="question"))["page"]["items"]
    assert (question["text"], question["by"]) == ("Which reader?", "Ada Lovelace")
    assert question["thread_id"] == thread["id"]
    assert await kinds(ada, kind="question") == []
    assert await kinds(grace, kind="question") == []
    await review.browser.do(f"/threads/{thread['id']}/comments", {"text": "All of them."})
    assert await kinds(review.browser, kind="question") == []
    assert await kinds(ada, kind="question") == ["question"]
    async with Agent(app, await token_of(ada)) as agent:
        await agent.do(f"/threads/{thread['id']}/comments", {"text": "Says my agent."})
    assert await kinds(ada, kind="question") == ["question"]
    await ada.do(f"/threads/{thread['id']}/resolution")
    assert await kinds(ada, kind="question") == []


async def test_contradictions_wait_for_the_owner_of_the_project(
    bob: Browser, ada: Browser, grace: Browser, context: Context, root: Path
) -> None:
    folder = bmad_v6_folder(root)
    ended = await import_it(bob, context, folder, workflow=None)
    assert ended["state"] == "done", ended["error"]
    [item] = (await inbox(bob, kind="contradiction"))["page"]["items"]
    work = await bob.read(f"/projects/{ended['project_id']}/contradictions")
    assert item["count"] == sum(not each["is_expected"] for each in work["items"])
    assert item["id"] == ended["project_id"]
    assert await kinds(grace, kind="contradiction") == []
    assert await kinds(ada, kind="contradiction") == []


def say(folder: Path, **statuses: str) -> None:
    """The stories' files say that they are in review; the sprint status says this."""
    entries = [f"  1-{n}-{story}: {status}\n" for n, (story, status) in enumerate(statuses.items())]
    for n, story in enumerate(statuses):
        write(folder / ARTEFACTS / f"1-{n}-{story}.md", f"# {story}\n\nStatus: review\n")
    write(folder / SPRINT, f"development_status:\n  epic-1: in-progress\n{''.join(entries)}")


BEHIND, LEVEL = "in-progress", "review"


async def contradicting(bob: Browser, context: Context, root: Path) -> tuple[Path, str]:
    """A folder with a contradiction of a month ago, and the scans of its project."""
    folder = root / "lecteur"
    write(folder / "_bmad/_config/manifest.yaml", "installation:\n  version: 6.12.0\n")
    write(folder / "_bmad/bmm/config.yaml", "output_folder: '{project-root}/_bmad-output'\n")
    say(folder, reading=BEHIND, writing=LEVEL)
    ended = await import_it(bob, context, folder, workflow=None)
    assert ended["state"] == "done", ended["error"]
    await age(context, "contradictions", "found_at", 30)
    return folder, f"/projects/{ended['project_id']}/scans"


async def test_contradictions_wait_since_the_oldest_that_is_left_was_found(
    bob: Browser, context: Context, root: Path
) -> None:
    folder, scans = await contradicting(bob, context, root)

    async def days_and_count() -> list[tuple[float, int]]:
        items = (await inbox(bob, kind="contradiction"))["page"]["items"]
        return [(item["cost"]["days"], item["count"]) for item in items]

    assert await days_and_count() == [(0.0, 1)]
    await write_missing(context)
    assert await days_and_count() == [(30.0, 1)]
    for statuses, expected in (
        ({"reading": BEHIND, "writing": BEHIND}, [(30.0, 2)]),
        ({"reading": "ready-for-dev", "writing": BEHIND}, [(30.0, 2)]),
        ({"reading": LEVEL, "writing": BEHIND}, [(0.0, 1)]),
        ({"reading": BEHIND, "writing": LEVEL}, [(0.0, 1)]),
        ({"reading": LEVEL, "writing": LEVEL}, []),
    ):
        say(folder, **statuses)
        await bob.do(scans)
        assert await days_and_count() == expected, statuses


async def test_contradictions_that_are_put_off_come_back_with_a_new_one(
    bob: Browser, context: Context, root: Path
) -> None:
    folder, scans = await contradicting(bob, context, root)
    await write_missing(context)
    [item] = (await inbox(bob))["page"]["items"]
    snooze = f"/inbox/contradiction/{item['id']}/snooze"
    body = {"until": str(now() + timedelta(days=9)), "reason": "After the release."}

    async def after(**statuses: str) -> list[str]:
        say(folder, **statuses)
        await bob.do(scans)
        found = await inbox(bob)
        assert found["totals"]["snoozed"] == (await inbox(bob, snoozed=True))["totals"]["snoozed"]
        assert found["totals"]["contradictions"] == len(found["page"]["items"])
        return [each["kind"] for each in found["page"]["items"]]

    assert (await bob.put(snooze, body)).is_success
    assert await kinds(bob) == []
    assert await after(reading="ready-for-dev", writing=LEVEL) == []
    assert await after(reading=BEHIND, writing=BEHIND) == ["contradiction"]
    # It was new for nobody who puts both off, and what is left of them stays put off.
    assert (await bob.put(snooze, body)).is_success
    assert await kinds(bob) == []
    assert await after(reading=BEHIND, writing=LEVEL) == []
    assert await after(reading=BEHIND, writing=BEHIND) == ["contradiction"]
    assert (await bob.put(snooze, body)).is_success
    assert await after(reading=LEVEL, writing=LEVEL) == []
    assert await after(reading=BEHIND, writing=LEVEL) == ["contradiction"]


async def test_a_contradiction_that_nobody_saw_when_they_put_others_off_is_new(
    bob: Browser, context: Context, root: Path
) -> None:
    """As when a scan found it and had not ended, or the server's clock went backwards."""
    folder, scans = await contradicting(bob, context, root)
    await write_missing(context)
    [item] = (await inbox(bob))["page"]["items"]
    body = {"until": str(now() + timedelta(days=9)), "reason": "After the release."}
    assert (await bob.put(f"/inbox/contradiction/{item['id']}/snooze", body)).is_success
    await age(context, "inbox_snoozes", "snoozed_at", -1)
    say(folder, reading=BEHIND, writing=BEHIND)
    await bob.do(scans)
    assert await kinds(bob) == ["contradiction"]


async def test_what_a_stage_asks_waits_for_the_owner_until_it_is_said(
    bob: Browser, ada: Browser, app: FastAPI, context: Context, root: Path
) -> None:
    folder = bmad_folder(root, workflow=WORKFLOW)
    ended = await import_it(bob, context, folder, gates=[])
    flow = Flow(bob, await bob.read(f"/projects/{ended['project_id']}"))
    assert await kinds(bob) == []
    await flow.complete("classification")
    [item] = (await inbox(bob, kind="question"))["page"]["items"]
    assert (item["id"], item["title"]) == (flow.ids["routing_decision"], "Routing decision")
    assert (item["gate_id"], item["thread_id"], item["by"]) == (None, None, None)
    assert item["asks"]["stage_id"] == flow.ids["routing_decision"]
    assert item["asks"]["condition"] is None
    assert set(item["asks"]["routes"]) == {"single_story", "major_enhancement"}
    assert "single_story" in item["text"]
    assert await kinds(ada) == []
    snooze = f"/inbox/question/{item['id']}/snooze"
    await bob.put(snooze, {"until": str(now() + timedelta(days=1)), "reason": "Later."})
    assert ((await inbox(bob))["totals"]["questions"], await kinds(bob)) == (0, [])
    await bob.delete(snooze)
    assert (await flow.choose("major_enhancement")).is_success
    await flow.complete("routing_decision")
    # The choice answered the condition of this one.
    assert (await flow.states())["documentation_check"] == "current"
    assert await kinds(bob) == []
    await flow.complete("documentation_check")
    [item] = (await inbox(bob))["page"]["items"]
    assert item["asks"] == {
        "stage_id": flow.ids["analysis"],
        "condition": "documentation_inadequate",
        "routes": None,
    }
    async with Agent(app, await token_of(bob)) as agent:
        assert await kinds(agent) == ["question"]
        assert refusal(await flow.answer("analysis", holds=True, by=agent)) == (403, "forbidden")
    await flow.answer("analysis", holds=False)
    assert await kinds(bob) == []


async def test_stages_ask_in_the_inbox_when_they_cannot_be_left(
    bob: Browser, context: Context, root: Path
) -> None:
    """The statement and `service.need_path_known` are two spellings of one rule."""
    folder = bmad_folder(root, workflow=WORKFLOW)
    ended = await import_it(bob, context, folder, gates=[])
    flow = Flow(bob, await bob.read(f"/projects/{ended['project_id']}"))
    tried = []
    while (stages := await flow.stages()) and not all(
        stage["state"] in {"done", "skipped"} for stage in stages.values()
    ):
        [key] = [key for key, stage in stages.items() if stage["state"] == "current"]
        asked = [item["asks"]["stage_id"] for item in (await inbox(bob))["page"]["items"]]
        reply = await flow.complete(key, despite_open="Enough.")
        is_refused = reply.status_code == 409
        assert (asked == [flow.ids[key]]) == is_refused, (key, reply.text)
        tried.append(is_refused)
        if is_refused and reply.json()["code"] == "question_open":
            assert (await flow.answer(key, holds=True)).is_success
        elif is_refused:
            assert (await flow.choose("major_enhancement")).is_success
    assert tried.count(True) == 2
    assert tried.count(False) > 6


async def test_it_takes_as_many_statements_however_much_waits(
    review: Review, context: Context, root: Path
) -> None:
    bob = review.browser
    await review.submit()
    with recorded(context.engine) as one:
        await inbox(bob)
    for name in ("second", "third"):
        folder = bmad_folder(root, name)
        page = await project_of(bob, context, folder)
        await Review(bob, context, folder, page).submit()
    with recorded(context.engine) as three:
        await inbox(bob)
    assert len(one) == len(three) <= 4


async def test_a_text_that_changed_while_it_waits_is_a_conflict_of_who_submitted_it(
    review: Review, ada: Browser, vera: Browser
) -> None:
    submission = await review.submit("Read it.")
    assert await kinds(ada) == ["gate"]
    write(review.folder / "docs/prd.md", "# A reader\n\nIt reads aloud.\n")
    await review.browser.do(f"/projects/{review.project_id}/scans")
    # Nobody can decide about a text that is another one by now.
    assert (await kinds(ada), await kinds(vera)) == ([], [])
    [item] = (await inbox(review.browser))["page"]["items"]
    assert (item["kind"], item["id"], item["count"]) == ("conflict", submission["id"], 1)
    assert item["gate_id"] == review.gate_id
    assert (await inbox(review.browser))["totals"]["conflicts"] == 1
    snooze = f"/inbox/conflict/{item['id']}/snooze"
    body = {"until": str(now() + timedelta(days=1)), "reason": "The agent writes."}
    assert (await review.browser.put(snooze, body)).is_success
    assert await kinds(review.browser) == []
    await review.browser.do(f"/submissions/{submission['id']}/withdrawal")
    await review.submit()
    assert await kinds(ada) == ["gate"]
    write(review.folder / "docs/prd.md", b"")
    (review.folder / "docs/prd.md").unlink()
    await review.browser.do(f"/projects/{review.project_id}/scans")
    assert await kinds(review.browser) == ["conflict"]


async def test_a_method_that_changed_is_a_conflict_of_the_owner_until_the_project_follows_it(
    review: Review, ada: Browser
) -> None:
    bob, project_id = review.browser, review.project_id
    await bob.do(f"/projects/{project_id}/scans")
    assert await kinds(bob) == []
    settings = review.folder / ".bmad-core/core-config.yaml"
    write(settings, settings.read_text().replace("docs/architecture.md", "docs/plan.md"))
    await bob.do(f"/projects/{project_id}/scans")
    assert (await bob.read(f"/projects/{project_id}/template-news"))["state"] == "settings"
    [item] = (await inbox(bob))["page"]["items"]
    assert (item["kind"], item["gate_id"], item["title"]) == ("conflict", None, "")
    assert await kinds(ada) == []
    await bob.do(f"/projects/{project_id}/scans")
    assert (await inbox(bob))["page"]["items"][0]["id"] == item["id"]
    proposal = f"/projects/{project_id}/template-changes/proposal"
    digest = (await bob.read(proposal))["digest"]
    await bob.do(f"/projects/{project_id}/template-changes", {"digest": digest})
    assert await kinds(bob) == []
    assert (await bob.read(f"/projects/{project_id}/template-news"))["state"] == "same"
    await bob.do(f"/projects/{project_id}/scans")
    assert await kinds(bob) == []
