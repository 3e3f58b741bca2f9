"""Who may decide at a gate and how: policies, several approvals, checklists, due dates."""

import asyncio
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from sqlalchemy import text, update

from agentlab.auth import sessions
from agentlab.auth.callers import COOKIE
from agentlab.auth.models import Role
from agentlab.context import Context
from agentlab.gates import due
from agentlab.gates.models import Submission
from agentlab.kit.clock import now
from tests.support.agent import Agent, token_of
from tests.support.browser import PASSWORD, Browser, refusal
from tests.support.projects import bmad_folder, project_of, run_jobs, stage_of
from tests.support.review import Review
from tests.support.trail import recorded_as

PROPOSED = {
    "roles": ["administrator", "product_owner"],
    "reviewers": [],
    "approvals": 1,
    "submitter_decides": True,
    "checklist": [],
    "reauthentication": False,
    "due_days": None,
    "is_proposed": True,
    "is_from_template": False,
    "version": 0,
    "updated_at": None,
    "updated_by": None,
}


@pytest.fixture
async def grace(app: FastAPI, context: Context, ada: Browser) -> AsyncIterator[Browser]:
    """Another product owner, signed in."""
    async with Browser(app) as browser:
        await browser.join(context, "Grace Hopper", "grace@example.com", Role.PRODUCT_OWNER)
        yield browser


async def id_of(browser: Browser) -> str:
    return str((await browser.read("/session"))["id"])


async def rows(context: Context, query: str) -> list[Any]:
    async with context.engine.connect() as connection:
        return [tuple(row) for row in await connection.execute(text(query))]


async def test_an_imported_gate_has_what_is_proposed(review: Review, vera: Browser) -> None:
    reply = await vera.get(f"/gates/{review.gate_id}/policy")
    assert (reply.json(), reply.headers["etag"]) == (PROPOSED, '"0"')
    gate = await review.gate()
    assert gate["policy"] == PROPOSED
    assert (gate["you"]["may_decide"], gate["you"]["why_not"]) == (False, "nothing_waits")


async def test_a_change_of_the_policy_is_kept_with_what_it_was(
    review: Review, context: Context
) -> None:
    bob = await id_of(review.browser)
    policy = await review.rule(
        roles=["administrator"],
        reviewers=[{"user_id": bob}],
        approvals=2,
        checklist=[{"text": "Numbers are in"}],
        due_days=3,
    )
    assert (policy["version"], policy["is_proposed"]) == (1, False)
    assert policy["reviewers"] == [{"user": {"id": bob, "name": "Bob Noyce"}, "deputies": []}]
    assert policy["updated_by"]["name"] == "Bob Noyce"
    [(detail,)] = await rows(
        context,
        "SELECT d.detail FROM audit_entries e JOIN audit_details d USING (sequence) "
        "WHERE action = 'gate.policy_changed'",
    )
    assert detail["before"] == {
        "roles": ["administrator", "product_owner"],
        "reviewers": [],
        "approvals": 1,
        "checklist": [],
        "due_days": None,
    }
    assert detail["after"]["reviewers"] == [bob]
    assert (detail["after"]["approvals"], detail["after"]["due_days"]) == (2, 3)


async def test_the_dashboard_says_who_decides_next(
    review: Review, ada: Browser, grace: Browser
) -> None:
    """The owner; where reviewers are named those who have not yet; nobody where all may."""

    async def owing() -> list[str] | None:
        [row] = (await ada.read("/projects"))["items"]
        named = row["waiting_for"]
        return named and [person["name"] for person in named]

    bob = await id_of(review.browser)
    page = await review.page()
    await ada.patch(f"/projects/{page['id']}", {"owner_id": bob}, version=page["version"])
    assert await owing() is None
    submission = await review.submit()
    assert await owing() == ["Bob Noyce"]
    await review.rule(ada, submitter_decides=False)
    assert await owing() == []
    people = [{"user_id": await id_of(person)} for person in (ada, grace)]
    await review.rule(ada, roles=[], reviewers=people, approvals=2)
    assert await owing() == ["Ada Lovelace", "Grace Hopper"]
    await review.decide(submission, by=grace)
    assert await owing() == ["Ada Lovelace"]
    await review.decide(submission, by=ada)
    assert await owing() != ["Ada Lovelace"]


async def test_two_who_change_the_policy_do_not_overwrite_each_other(
    review: Review, ada: Browser
) -> None:
    assert refusal(
        await review.browser.put(f"/gates/{review.gate_id}/policy", {"due_days": 2})
    ) == (428, "if_match_missing")
    await review.rule(due_days=2)
    late = await review.set_policy(ada, '"0"', due_days=9)
    assert refusal(late) == (412, "changed_meanwhile")
    assert (await review.set_policy(ada, '"1"', due_days=9)).headers["etag"] == '"2"'
    same = await review.set_policy(ada, '"2"', due_days=9)
    assert same.headers["etag"] == '"2"'


async def test_administrators_and_the_owner_change_it_and_nobody_else(
    review: Review, ada: Browser, grace: Browser, vera: Browser, app: FastAPI
) -> None:
    assert refusal(await review.set_policy(grace, due_days=2)) == (403, "not_the_owner")
    assert refusal(await review.set_policy(vera, due_days=2)) == (403, "forbidden")
    async with Agent(app, await token_of(review.browser)) as agent:
        assert refusal(await review.set_policy(agent, due_days=2)) == (403, "forbidden")
    assert (await review.gate())["you"]["may_change_policy"] is True
    assert (await grace.read(f"/gates/{review.gate_id}"))["you"]["may_change_policy"] is False
    await review.rule(ada, due_days=2)


async def test_a_policy_by_which_nobody_could_decide_is_refused(
    review: Review, vera: Browser, grace: Browser
) -> None:
    viewer, stranger = await id_of(vera), "00000000-0000-7000-8000-000000000000"
    bob = await id_of(review.browser)
    deputy = {"user_id": bob, "starts_on": "2030-01-01", "ends_on": "2030-01-02"}
    for policy, code in (
        ({"roles": []}, "nobody_decides"),
        ({"reviewers": [{"user_id": viewer}]}, "reviewer_unknown"),
        ({"reviewers": [{"user_id": stranger}]}, "reviewer_unknown"),
        ({"reviewers": [{"user_id": bob, "deputies": [deputy]}]}, "deputy_is_reviewer"),
        ({"approvals": 4}, "too_few_reviewers"),
        ({"roles": [], "reviewers": [{"user_id": bob}], "approvals": 2}, "too_few_reviewers"),
        ({"approvals": 0}, "invalid_input"),
        ({"roles": ["viewer"]}, "invalid_input"),
        ({"reviewers": [{"user_id": bob}, {"user_id": bob}]}, "inconsistent_input"),
        (
            {"reviewers": [{"user_id": bob, "deputies": [{**deputy, "ends_on": "2029-01-01"}]}]},
            "inconsistent_input",
        ),
    ):
        assert refusal(await review.set_policy(review.browser, **policy)) == (422, code), policy
    assert (await review.gate())["policy"] == PROPOSED
    named = (await review.browser.read(f"/gates/{review.gate_id}/candidates"))["items"]
    assert [person["name"] for person in named] == ["Ada Lovelace", "Bob Noyce", "Grace Hopper"]
    found = await review.browser.read(f"/gates/{review.gate_id}/candidates", search="hop")
    assert [person["name"] for person in found["items"]] == ["Grace Hopper"]


async def test_the_last_of_several_approvals_moves_the_stage(
    review: Review, ada: Browser, context: Context
) -> None:
    await review.rule(approvals=2)
    submission = await review.submit()
    assert (await review.decide(submission, reason="Clear.")).status_code == 201
    assert (await review.states())[0] == "submitted"
    summary = stage_of(await review.page(), "prd.md")["gate"]
    assert (summary["approvals_given"], summary["approvals_needed"]) == (1, 2)
    gate = await review.gate()
    assert gate["submissions"][0]["decision"] is None
    assert gate["submissions"][0]["decisions"][0]["settles"] is False
    assert (gate["you"]["may_decide"], gate["you"]["why_not"]) == (False, "already_decided_by_you")
    assert refusal(await review.decide(submission)) == (409, "already_decided_by_you")
    await run_jobs(context)
    assert not (review.folder / ".agentlab" / "decisions").exists()
    assert (await review.decide(submission, by=ada)).status_code == 201
    assert (await review.states())[:2] == ["done", "current"]
    await run_jobs(context)
    [file] = (review.folder / ".agentlab" / "decisions").iterdir()
    written = file.read_text(encoding="utf-8")
    assert 'decided_by: "Ada Lovelace"' in written
    assert 'approvals_before:\n  - decided_by: "Bob Noyce"' in written
    assert "## Approved before" in written
    assert "> Clear." in written


async def test_one_rejection_is_enough_and_the_approvals_before_it_stay(
    review: Review, ada: Browser
) -> None:
    await review.rule(approvals=2)
    submission = await review.submit()
    await review.decide(submission, reason="Fine by me.")
    await review.decide(submission, "rejected", "Not by me.", by=ada)
    assert (await review.states())[0] == "current"
    settled = (await review.gate())["submissions"][0]
    assert settled["decision"]["verdict"] == "rejected"
    assert [(d["decided_by"], d["verdict"], d["settles"]) for d in settled["decisions"]] == [
        ("Bob Noyce", "approved", False),
        ("Ada Lovelace", "rejected", True),
    ]
    again = await review.submit()
    assert (await review.decide(again)).status_code == 201
    assert (await review.states())[0] == "submitted"


async def test_of_several_reviewers_at_once_each_counts_once(
    review: Review, ada: Browser, grace: Browser, context: Context
) -> None:
    await review.rule(approvals=2)
    submission = await review.submit()
    people = (review.browser, ada, grace)
    replies = await asyncio.gather(
        *(review.decide(submission, by=person) for person in people for _ in range(2))
    )
    assert sorted(reply.status_code for reply in replies) == [201, 201, 409, 409, 409, 409]
    assert await rows(context, "SELECT settles FROM decisions ORDER BY decided_at") == [
        (False,),
        (True,),
    ]
    made = "SELECT count(*) FROM audit_entries WHERE action = 'decision.approved'"
    assert await rows(context, made) == [(2,)]
    await run_jobs(context)
    assert len(list((review.folder / ".agentlab" / "decisions").iterdir())) == 1
    assert (await review.states())[:3] == ["done", "current", "upcoming"]


async def test_a_retry_with_its_key_gets_the_reply_of_the_first_time(
    review: Review, ada: Browser, context: Context
) -> None:
    await review.rule(approvals=2)
    submission = await review.submit()
    address = f"/api/v1/submissions/{submission['id']}/decision"
    body = review.decision(submission)
    headers = {"Idempotency-Key": "once"}
    first, again = await asyncio.gather(
        *(review.browser.http.post(address, json=body, headers=headers) for _ in range(2))
    )
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert await rows(context, "SELECT count(*) FROM decisions") == [(1,)]


async def test_a_crash_before_the_file_leaves_a_decision_whose_file_is_written_later(
    review: Review, context: Context
) -> None:
    """The job stands in the decision's own transaction; whoever comes back finds both."""
    await review.decide(await review.submit())
    assert await rows(context, "SELECT written_at FROM decision_files") == [(None,)]
    jobs = "SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'write_decision_file'"
    assert await rows(context, jobs) == [(1,)]
    await run_jobs(context)
    assert len(list((review.folder / ".agentlab" / "decisions").iterdir())) == 1


async def test_only_those_decide_whom_the_policy_names(
    review: Review, ada: Browser, grace: Browser
) -> None:
    await review.rule(roles=[], reviewers=[{"user_id": await id_of(grace)}])
    submission = await review.submit()
    for other in (review.browser, ada):
        assert refusal(await review.decide(submission, by=other)) == (403, "not_a_reviewer")
    assert (await grace.read(f"/gates/{review.gate_id}"))["you"]["may_decide"] is True
    assert (await review.decide(submission, by=grace)).status_code == 201


async def test_a_role_alone_lets_its_people_decide(review: Review, ada: Browser) -> None:
    await review.rule(roles=["administrator"])
    submission = await review.submit()
    assert refusal(await review.decide(submission)) == (403, "not_a_reviewer")
    assert (await review.decide(submission, by=ada)).status_code == 201


async def test_whoever_submits_may_be_kept_from_deciding(review: Review, ada: Browser) -> None:
    await review.rule(submitter_decides=False)
    submission = await review.submit()
    assert (await review.gate())["you"]["why_not"] == "submitter_may_not_decide"
    response = await review.decide(submission)
    assert refusal(response) == (403, "submitter_may_not_decide")
    assert (await review.decide(submission, by=ada)).status_code == 201


def days(first: int, last: int) -> dict[str, str]:
    today = now().date()
    return {
        "starts_on": str(today + timedelta(days=first)),
        "ends_on": str(today + timedelta(days=last)),
    }


async def test_a_deputy_decides_on_their_days_and_it_says_for_whom(
    review: Review, ada: Browser, grace: Browser, context: Context
) -> None:
    deputy = {"user_id": await id_of(grace), **days(1, 5)}
    seat = {"user_id": await id_of(ada), "deputies": [deputy]}
    await review.rule(roles=[], reviewers=[seat])
    submission = await review.submit()
    assert refusal(await review.decide(submission, by=grace)) == (403, "not_a_reviewer")
    seat["deputies"] = [{"user_id": deputy["user_id"], **days(-1, 0)}]
    await review.rule(roles=[], reviewers=[seat])
    you = (await grace.read(f"/gates/{review.gate_id}"))["you"]
    assert (you["may_decide"], you["in_place_of"]["name"]) == (True, "Ada Lovelace")
    assert (await review.decide(submission, by=grace)).status_code == 201
    decision = (await review.gate())["submissions"][0]["decision"]
    assert (decision["decided_by"], decision["deputy_of"]) == ("Grace Hopper", "Ada Lovelace")
    await run_jobs(context)
    written = (review.folder / decision["file"]["path"]).read_text(encoding="utf-8")
    assert 'deputy_of: "Ada Lovelace"' in written


async def seats_of(review: Review, reviewer: Browser, *, deputy: Browser) -> list[dict[str, Any]]:
    """Of two reviewers: this one, whom the deputy stands in for today, and the review's own."""
    today = {"user_id": await id_of(deputy), **days(0, 0)}
    return [
        {"user_id": await id_of(reviewer), "deputies": [today]},
        {"user_id": await id_of(review.browser)},
    ]


async def test_a_reviewer_and_their_deputy_count_once_between_them(
    review: Review, ada: Browser, grace: Browser
) -> None:
    seats = await seats_of(review, ada, deputy=grace)
    await review.rule(roles=[], reviewers=seats, approvals=2)
    submission = await review.submit()
    await review.decide(submission, by=grace)
    second = await review.decide(submission, by=ada)
    assert refusal(second) == (409, "reviewer_already_decided")
    assert (await review.decide(submission)).status_code == 201
    assert (await review.states())[0] == "done"


async def test_a_role_does_not_let_a_reviewer_decide_after_their_deputy(
    review: Review, ada: Browser, grace: Browser
) -> None:
    seats = await seats_of(review, ada, deputy=grace)
    await review.rule(roles=["administrator"], reviewers=seats, approvals=2)
    submission = await review.submit()
    await review.decide(submission, by=grace)
    you = (await ada.read(f"/gates/{review.gate_id}"))["you"]
    assert (you["may_decide"], you["why_not"]) == (False, "reviewer_already_decided")
    second = await review.decide(submission, by=ada)
    assert refusal(second) == (409, "reviewer_already_decided")
    assert (await review.decide(submission)).status_code == 201
    assert (await review.states())[0] == "done"


async def test_what_is_required_has_to_be_answered_with_yes_to_approve(review: Review) -> None:
    policy = await review.rule(
        checklist=[{"text": "Numbers are in"}, {"text": "French is reviewed", "required": False}]
    )
    required, optional = policy["checklist"]
    submission = await review.submit()
    for answers in ([], [{"item_id": required["id"], "answer": False}]):
        response = await review.decide(submission, checklist=answers)
        assert refusal(response) == (422, "checklist_incomplete")
        assert "Numbers are in" in response.json()["detail"]
    unknown = [{"item_id": submission["id"], "answer": True}]
    response = await review.decide(submission, checklist=unknown)
    assert refusal(response) == (422, "checklist_item_unknown")
    answers = [
        {"item_id": required["id"], "answer": True},
        {"item_id": optional["id"], "answer": False},
    ]
    assert (await review.decide(submission, checklist=answers)).status_code == 201
    await review.rule(checklist=[])
    kept = (await review.gate())["submissions"][0]["decision"]["checklist"]
    assert kept == [
        {"text": "Numbers are in", "required": True, "answer": True},
        {"text": "French is reviewed", "required": False, "answer": False},
    ]
    await run_jobs(review.context)
    [file] = (review.folder / ".agentlab" / "decisions").iterdir()
    assert '  - item: "Numbers are in"\n    answer: "yes"' in file.read_text(encoding="utf-8")


async def test_a_rejection_needs_no_yes(review: Review) -> None:
    await review.rule(checklist=[{"text": "Numbers are in"}])
    response = await review.decide(await review.submit(), "rejected", "There are none.")
    assert response.status_code == 201


async def test_items_of_the_checklist_keep_their_ids(review: Review) -> None:
    first = (await review.rule(checklist=[{"text": "Numbers are in"}]))["checklist"][0]
    again = await review.rule(checklist=[{"text": "New"}, {**first, "text": "All numbers are in"}])
    assert again["checklist"][1] == {**first, "text": "All numbers are in"}


async def test_a_decision_under_other_rules_than_were_shown_is_refused(
    review: Review, ada: Browser
) -> None:
    submission = await review.submit()
    await review.rule(ada, due_days=4)
    response = await review.decide(submission, policy_version=0)
    assert refusal(response) == (409, "policy_changed")
    assert (await review.decide(submission, policy_version=1)).status_code == 201


async def test_no_change_of_the_rules_approves_anything(review: Review, ada: Browser) -> None:
    await review.rule(approvals=2)
    submission = await review.submit()
    await review.decide(submission)
    refused = await review.set_policy(ada, approvals=1)
    assert refusal(refused) == (409, "approvals_already_given")
    await review.browser.do(f"/submissions/{submission['id']}/withdrawal")
    await review.rule(approvals=1)
    assert (await review.states())[0] == "current"


async def test_whoever_does_not_see_the_client_decides_nothing_whatever_the_policy_says(
    review: Review, grace: Browser, context: Context
) -> None:
    grace_id = await id_of(grace)
    await review.rule(roles=[], reviewers=[{"user_id": grace_id}])
    submission = await review.submit()
    async with context.sessions.begin() as db:
        await db.execute(
            text("UPDATE users SET sees_all_clients = false WHERE id = :id"), {"id": grace_id}
        )
    assert refusal(await review.decide(submission, by=grace)) == (404, "not_found")
    refused = await review.set_policy(
        review.browser, roles=[], reviewers=[{"user_id": grace_id}], due_days=1
    )
    assert refusal(refused) == (422, "reviewer_unknown")


async def test_where_it_is_asked_for_people_show_again_that_it_is_them(
    review: Review, context: Context
) -> None:
    await review.rule(reauthentication=True)
    submission = await review.submit()
    assert (await review.gate())["you"]["is_confirmed"] is False
    assert refusal(await review.decide(submission)) == (403, "reauthentication_needed")
    wrong = await review.browser.put("/session/confirmation", {"password": "not this one"})
    assert refusal(wrong) == (422, "wrong_password")
    right = await review.browser.put("/session/confirmation", {"password": PASSWORD})
    assert right.status_code == 204
    assert (await review.gate())["you"]["is_confirmed"] is True
    key = sessions.key_of(review.browser.http.cookies[COOKIE])
    assert 290 < await context.redis.ttl(sessions.confirmed_key(key)) <= 300
    assert (await review.decide(submission)).status_code == 201


async def test_a_sign_in_with_a_password_shows_it_too(review: Review, anonymous: Browser) -> None:
    await review.rule(reauthentication=True)
    submission = await review.submit()
    await anonymous.do("/session", {"email": "bob@example.com", "password": PASSWORD})
    assert (await review.decide(submission, by=anonymous)).status_code == 201


async def test_guessing_at_the_confirmation_is_slowed_down_like_at_sign_in(bob: Browser) -> None:
    for _ in range(5):
        await bob.put("/session/confirmation", {"password": "a guess"})
    late = await bob.put("/session/confirmation", {"password": PASSWORD})
    assert refusal(late) == (429, "too_many_sign_ins")


async def test_how_long_somebody_looked_is_for_their_eyes_only(
    review: Review, ada: Browser, context: Context
) -> None:
    submission = await review.submit()
    document_id = submission["artefacts"][0]["document_id"]
    read = {"document_id": document_id, "opened": True, "read_to_end": False}
    other = {**read, "document_id": submission["id"]}
    attention = {"seconds": 12, "texts": [read, other]}
    assert (await review.decide(submission, attention=attention)).status_code == 201
    mine = (await review.gate())["submissions"][0]["decision"]["attention"]
    assert mine == {"seconds": 12, "texts": [read]}
    theirs = await ada.read(f"/gates/{review.gate_id}")
    assert theirs["submissions"][0]["decision"]["attention"] is None
    trail = "SELECT count(*) FROM audit_details WHERE detail::text LIKE '%read_to_end%'"
    assert await rows(context, trail) == [(0,)]


async def submitted_ago(context: Context, submission: Any, ago: timedelta) -> None:
    """Have the submission be older, as if the time had passed."""
    async with context.sessions.begin() as db:
        recorded_as(db, "test.time_passed")
        await db.execute(
            update(Submission)
            .where(Submission.id == submission["id"])
            .values(submitted_at=now() - ago)
        )


async def reminders(context: Context) -> int:
    counted = "SELECT count(*) FROM audit_entries WHERE action = 'gate.reminded'"
    [(found,)] = await rows(context, counted)
    return int(found)


async def test_people_are_reminded_once_a_day_before_it_is_due(
    review: Review, context: Context
) -> None:
    await review.rule(due_days=3)
    submission = await review.submit()
    project = (await review.browser.read("/dashboard"))["projects"]["items"][0]
    assert project["waiting_due_at"][:16] == submission["due_at"][:16]
    await due.remind(context)
    assert await reminders(context) == 0
    await submitted_ago(context, submission, timedelta(days=2, minutes=1))
    await asyncio.gather(due.remind(context), due.remind(context))
    assert await reminders(context) == 1
    shown = (await review.gate())["submissions"][0]
    assert shown["reminded_at"]
    await review.rule(due_days=1)
    assert (await review.gate())["submissions"][0]["reminded_at"] is None
    await due.remind(context)
    assert await reminders(context) == 2
    await review.decide(submission)
    assert (await review.gate())["submissions"][0]["due_at"] is None
    project = (await review.browser.read("/dashboard"))["projects"]["items"][0]
    assert project["waiting_due_at"] is None


async def test_of_what_is_in_the_bin_or_settled_nobody_is_reminded(
    review: Review, context: Context
) -> None:
    await review.rule(due_days=1)
    submission = await review.submit()
    async with context.sessions.begin() as db:
        recorded_as(db, "test.deleted")
        await db.execute(text("UPDATE projects SET deleted_at = now()"))
    await due.remind(context)
    async with context.sessions.begin() as db:
        recorded_as(db, "test.restored")
        await db.execute(text("UPDATE projects SET deleted_at = NULL"))
    await review.browser.do(f"/submissions/{submission['id']}/withdrawal")
    await due.remind(context)
    assert await reminders(context) == 0


async def test_a_project_with_all_that_policies_keep_can_be_deleted_for_good(
    review: Review, ada: Browser, context: Context
) -> None:
    deputy = {"user_id": await id_of(ada), **days(0, 1)}
    seat = {"user_id": await id_of(review.browser), "deputies": [deputy]}
    await review.rule(reviewers=[seat], due_days=1, approvals=2)
    submission = await review.submit()
    await due.remind(context)
    await review.decide(submission, attention={"seconds": 3})
    name = (await review.page())["name"]
    gone = await ada.delete(f"/projects/{review.project_id}", name=name)
    assert gone.is_success, gone.text
    purged = await ada.delete(f"/bin/{review.project_id}", name=name)
    assert purged.is_success, purged.text
    for table in ("gate_policies", "gate_deputies", "decision_attention", "gate_reminders"):
        assert await rows(context, f"SELECT count(*) FROM {table}") == [(0,)]  # noqa: S608 - our own names


async def test_the_file_of_a_decision_with_one_approval_says_nothing_of_others(
    bob: Browser, context: Context, root: Path
) -> None:
    folder = bmad_folder(root)
    review = Review(bob, context, folder, await project_of(bob, context, folder))
    await review.decide(await review.submit(), reason="Clear.")
    await run_jobs(context)
    [file] = (folder / ".agentlab" / "decisions").iterdir()
    keys = re.findall(r"^(\w+):", file.read_text(encoding="utf-8"), re.MULTILINE)
    assert keys == [
        "decision",
        "verdict",
        "stage",
        "submission",
        "decided_by",
        "decided_at",
        "artefacts",
    ]
