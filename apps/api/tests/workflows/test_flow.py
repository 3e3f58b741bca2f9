"""Questions that people answer once, routes that they choose, rounds, and stages side by side."""

from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from sqlalchemy import text

from agentlab.context import Context
from tests.support.agent import Agent, token_of
from tests.support.browser import Browser, refusal
from tests.support.flow import STORY, WORKFLOW, Flow
from tests.support.projects import (
    bmad_folder,
    import_it,
    project_of,
    run_jobs,
    stage_of,
    write,
)
from tests.support.review import Review

LOOPED = """\
workflow:
  id: short
  name: A loop that ends at a gate
  sequence:
    - agent: dev
      action: build
      updates: prd.md
      repeats: for_each_story
    - agent: po
      validates: prd.md
"""

WAY = ("classification", "routing_decision")


@pytest.fixture
def folder(root: Path) -> Path:
    return bmad_folder(root, workflow=WORKFLOW)


@pytest.fixture
async def flow(bob: Browser, context: Context, folder: Path) -> Flow:
    """A project whose stages have no gates."""
    ended = await import_it(bob, context, folder, gates=[])
    return Flow(bob, await bob.read(f"/projects/{ended['project_id']}"))


async def at_analysis(flow: Flow) -> None:
    await flow.complete("classification")
    assert (await flow.choose("major_enhancement")).is_success
    assert (await flow.complete("routing_decision", "documentation_check")).is_success


async def test_a_question_is_answered_before_its_stage_is_passed(flow: Flow) -> None:
    await at_analysis(flow)
    assert refusal(await flow.complete("analysis")) == (409, "question_open")
    assert (await flow.answer("analysis", holds=True, note="No docs at all.")).is_success
    question = (await flow.stages())["analysis"]["question"]
    [said] = question["answers"]
    assert (said["holds"], said["note"], said["answered_by"]) == (
        True,
        "No docs at all.",
        "Bob Noyce",
    )
    assert (await flow.complete("analysis")).is_success


async def test_no_leaves_out_every_stage_that_depends_on_it(flow: Flow) -> None:
    await at_analysis(flow)
    assert (await flow.answer("analysis", holds=False)).is_success
    states = await flow.states()
    assert (states["analysis"], states["prd.md"], states["prd.md-6"]) == (
        "answer",
        "current",
        "answer",
    )
    answers = (await flow.stages())["prd.md-6"]["question"]["answers"]
    assert [each["holds"] for each in answers] == [False]


async def test_an_answer_changes_with_history_until_work_depends_on_it(flow: Flow) -> None:
    await at_analysis(flow)
    await flow.answer("analysis", holds=False, note="There are docs.")
    first = (await flow.stages())["analysis"]["question"]["answers"][0]["id"]
    assert (await flow.answer("analysis", holds=True, replaces=first)).is_success
    stages = await flow.stages()
    assert stages["analysis"]["state"] == "current"
    assert stages["prd.md"]["state"] == stages["prd.md-6"]["state"] == "upcoming"
    assert [each["holds"] for each in stages["analysis"]["question"]["answers"]] == [True, False]
    second = stages["analysis"]["question"]["answers"][0]["id"]
    await flow.complete("analysis")
    reply = await flow.answer("analysis", holds=False, replaces=second)
    assert refusal(reply) == (409, "answer_in_use")
    assert (await flow.stages())["analysis"]["question"]["is_fixed"]


async def test_a_left_out_stage_stays_out_when_later_work_is_done(flow: Flow) -> None:
    await at_analysis(flow)
    await flow.answer("analysis", holds=False)
    await flow.complete("prd.md")
    said = (await flow.stages())["analysis"]["question"]["answers"][0]["id"]
    reply = await flow.answer("analysis", holds=True, replaces=said)
    assert refusal(reply) == (409, "answer_in_use")
    reply = await flow.browser.post(f"/stages/{flow.ids['analysis']}/reopening", {"reason": ""})
    assert refusal(reply) == (409, "stage_not_reopenable")


async def test_of_two_people_at_once_one_answers(flow: Flow, ada: Browser) -> None:
    await at_analysis(flow)
    assert (await flow.answer("analysis", holds=True)).is_success
    reply = await flow.answer("analysis", holds=False, by=ada)
    assert refusal(reply) == (409, "said_meanwhile")
    # The same again is no other answer: the reply may have been lost.
    assert (await flow.answer("analysis", holds=True)).is_success
    assert len((await flow.stages())["analysis"]["question"]["answers"]) == 1


async def test_what_asks_nothing_is_not_answered(flow: Flow) -> None:
    for key in ("prd.md", "routing_decision", "documentation_check"):
        assert refusal(await flow.answer(key, holds=True)) == (409, "no_question")


async def test_a_route_decides_the_path(flow: Flow) -> None:
    await flow.complete("classification")
    assert refusal(await flow.complete("routing_decision")) == (409, "route_not_chosen")
    assert refusal(await flow.choose("by_boat")) == (422, "unknown_route")
    assert (await flow.choose("single_story", note="Four hours.")).is_success
    states = await flow.states()
    assert {states[key] for key in flow.ids if key not in WAY} == {"route"}
    stage = (await flow.stages())["routing_decision"]
    [chosen] = stage["choices"]
    assert (chosen["route"], chosen["note"], chosen["chosen_by"]) == (
        "single_story",
        "Four hours.",
        "Bob Noyce",
    )
    assert (await flow.complete("routing_decision")).is_success
    page = await flow.browser.read(f"/projects/{flow.project_id}")
    assert page["workflow"]["completed_at"]


async def test_another_route_brings_its_stages_back(flow: Flow) -> None:
    await flow.complete("classification")
    await flow.choose("single_story")
    [chosen] = (await flow.stages())["routing_decision"]["choices"]
    assert refusal(await flow.choose("major_enhancement")) == (409, "said_meanwhile")
    assert (await flow.choose("major_enhancement", replaces=chosen["id"])).is_success
    states = await flow.states()
    assert {states[key] for key in flow.ids if key not in WAY} == {"upcoming"}
    assert (await flow.complete("routing_decision")).is_success
    # The choice answers `major_enhancement_path`, so nobody is asked.
    assert (await flow.stages())["documentation_check"]["question"] is None
    made = (await flow.stages())["routing_decision"]["choices"][0]["id"]
    reply = await flow.choose("single_story", replaces=made)
    assert refusal(reply) == (409, "stage_not_current")
    assert (await flow.complete("documentation_check")).is_success


async def test_what_was_said_counts_when_the_template_changes(flow: Flow, folder: Path) -> None:
    await flow.complete("classification")
    await flow.choose("single_story")
    step = "    - step: {}\n      condition: {}\n"
    asked = step.format("analysis", "documentation_inadequate")
    other = step.format("survey", "major_enhancement_path")
    assert asked in WORKFLOW
    write(folder / ".bmad-core/workflows/short.yaml", WORKFLOW.replace(asked, other + asked))
    address = f"/projects/{flow.project_id}/template-changes"
    digest = (await flow.browser.read(f"{address}/proposal"))["digest"]
    await flow.browser.do(address, {"digest": digest})
    stages = await flow.stages()
    assert list(stages) == [*WAY, *(key for key in stages if key not in WAY)]
    assert list(stages).index("survey") == list(stages).index("analysis") - 1
    assert {stages[key]["skip_cause"] for key in stages if key not in WAY} == {"route"}
    made = stages["routing_decision"]["choices"][0]["id"]
    assert (await flow.choose("major_enhancement", replaces=made)).is_success
    assert (await flow.states())["survey"] == "upcoming"


async def test_a_fork_that_the_template_has_no_more_keeps_what_was_chosen(
    flow: Flow, folder: Path
) -> None:
    await flow.complete("classification")
    await flow.choose("single_story")
    fork = WORKFLOW[WORKFLOW.index("    - step: routing") : WORKFLOW.index("    - step: document")]
    write(folder / ".bmad-core/workflows/short.yaml", WORKFLOW.replace(fork, ""))
    address = f"/projects/{flow.project_id}/template-changes"
    digest = (await flow.browser.read(f"{address}/proposal"))["digest"]
    await flow.browser.do(address, {"digest": digest})
    stage = (await flow.stages())["routing_decision"]
    assert stage["retired_at"]
    assert stage["choices"][0]["route"] == "single_story"
    reply = await flow.browser.post(f"/stages/{stage['id']}/reopening", {"reason": "Again."})
    assert refusal(reply) == (409, "stage_not_reopenable")
    states = await flow.states()
    assert {states[key] for key in states if key not in WAY} == {"upcoming", "current"}


def write_stories(folder: Path, *statuses: str) -> None:
    for number, status in enumerate(statuses, start=1):
        story = STORY.format(number=f"1.{number}", status=status)
        write(folder / "docs" / "stories" / f"1.{number}.reading.md", story)


async def at_the_end_of_the_loop(flow: Flow, folder: Path, *statuses: str) -> None:
    write_stories(folder, *statuses)
    await flow.browser.do(f"/projects/{flow.project_id}/scans")
    await at_analysis(flow)
    await flow.answer("analysis", holds=False)
    assert (await flow.complete("prd.md", "create_story")).is_success


async def test_rounds_stand_where_the_files_say(flow: Flow, folder: Path) -> None:
    await at_the_end_of_the_loop(flow, folder, "Done", "Review", "Draft")
    stages = await flow.stages()
    loop = stages["repeat_development_cycle"]["rounds"]
    assert (loop["kind"], loop["done"], loop["total"]) == ("story", 1, 3)
    assert [each["status"] for each in loop["items"]] == ["done", "review", "backlog"]
    begins = stages["create_story"]["rounds"]
    assert (begins["ends_here"], loop["ends_here"]) == (False, True)
    assert stages["prd.md"]["rounds"] is None


async def test_open_rounds_are_passed_by_a_person_with_a_reason(
    flow: Flow, folder: Path, app: FastAPI
) -> None:
    await at_the_end_of_the_loop(flow, folder, "Done", "Draft")
    end = "repeat_development_cycle"
    assert refusal(await flow.complete(end)) == (409, "rounds_open")
    assert refusal(await flow.complete(end, despite_open="")) == (422, "reason_missing")
    async with Agent(app, await token_of(flow.browser)) as agent:
        address = f"/stages/{flow.ids[end]}/completion"
        reply = await agent.post(address, {"despite_open": "I say so."})
        assert refusal(reply) == (403, "forbidden")
    assert (await flow.complete(end, despite_open="Dropped.")).is_success
    passed = (await flow.stages())[end]
    assert (passed["state"], passed["reason"]) == ("done", "Dropped.")


async def test_an_approval_that_ends_the_rounds_takes_a_reason_while_some_are_open(
    bob: Browser, context: Context, root: Path
) -> None:
    folder = bmad_folder(root, "looped", workflow=LOOPED)
    write_stories(folder, "Done", "Draft")
    page = await project_of(bob, context, folder)
    build, validation = (stage["key"] for stage in page["stages"])
    await bob.do(f"/stages/{stage_of(page, build)['id']}/completion")
    review = Review(bob, context, folder, page, validation)
    submission = await review.submit()
    assert refusal(await review.decide(submission)) == (409, "rounds_open")
    assert await review.states() == ["done", "submitted"]
    assert (await review.decide(submission, reason="One moved to the next release.")).is_success
    assert await review.states() == ["done", "done"]


async def test_rounds_that_are_over_ask_for_nothing(flow: Flow, folder: Path) -> None:
    await at_the_end_of_the_loop(flow, folder, "Done", "Done")
    assert (await flow.complete("repeat_development_cycle")).is_success


async def test_stages_side_by_side_are_started_by_people_and_closed_in_any_order(
    flow: Flow, context: Context
) -> None:
    together = [flow.ids[key] for key in ("retrospective", "workflow_end")]
    async with context.engine.begin() as connection:
        await connection.execute(
            text("UPDATE stages SET together = 'end' WHERE id = ANY(CAST(:ids AS uuid[]))"),
            {"ids": together},
        )
    await at_analysis(flow)
    end = f"/stages/{flow.ids['workflow_end']}/start"
    assert refusal(await flow.browser.post(end)) == (409, "stage_not_beside")
    await flow.answer("analysis", holds=False)
    await flow.complete("prd.md", "create_story", "repeat_development_cycle")
    assert (await flow.stages())["workflow_end"]["can_start"]
    await flow.browser.do(end)
    states = await flow.states()
    assert states["retrospective"] == states["workflow_end"] == "current"
    [project] = [
        project
        for client in (await flow.browser.read("/portfolio"))["clients"]
        for service in client["services"]
        for project in service["projects"]
    ]
    assert project["stage_state"] == "current"
    assert (await flow.complete("workflow_end")).is_success
    assert (await flow.states())["retrospective"] == "current"
    # Nothing builds on what stands beside.
    reopening = f"/stages/{flow.ids['workflow_end']}/reopening"
    await flow.browser.do(reopening, {"reason": ""})
    assert (await flow.states())["workflow_end"] == "upcoming"


async def test_agents_find_in_the_folder_what_people_said(
    flow: Flow, folder: Path, context: Context
) -> None:
    await flow.complete("classification")
    await flow.choose("major_enhancement", note='Big: "very"\n---\nreally')
    await flow.answer("analysis", holds=False, note="# All is there")
    await run_jobs(context)
    said = (folder / ".agentlab" / "workflow.md").read_text()
    assert '  - condition: "documentation_inadequate"\n    holds: false\n' in said
    assert '    note: "Big: \\"very\\"\\n---\\nreally"\n' in said
    assert '  - stage: "analysis"\n    cause: answer\n' in said
    assert "\n  > # All is there\n" in said


async def test_a_scan_has_what_people_said_written_again(
    flow: Flow, folder: Path, context: Context
) -> None:
    path = folder / ".agentlab" / "workflow.md"
    scan = f"/projects/{flow.project_id}/scans"
    write(path, "Of another installation.")
    await flow.browser.do(scan)
    await run_jobs(context)
    assert path.read_text() == "Of another installation."
    await flow.complete("classification")
    await flow.choose("major_enhancement")
    await run_jobs(context)
    written = path.read_bytes()
    path.unlink()
    await flow.browser.do(scan)
    await run_jobs(context)
    assert path.read_bytes() == written
    path.write_bytes(written.replace(b"major_enhancement", b"single_story"))
    await flow.browser.do(scan)
    await run_jobs(context)
    assert path.read_bytes() == written


async def test_what_people_said_is_in_the_trail(flow: Flow, context: Context) -> None:
    await flow.complete("classification")
    await flow.choose("major_enhancement")
    await flow.answer("analysis", holds=False)
    async with context.engine.connect() as connection:
        rows = await connection.execute(
            text("SELECT action FROM audit_entries WHERE project_id = :id"),
            {"id": UUID(flow.project_id)},
        )
        actions = [row.action for row in rows]
    assert actions.count("stage.route_chosen") == actions.count("stage.answered") == 1


async def test_viewers_and_strangers_say_nothing(flow: Flow, vera: Browser, app: FastAPI) -> None:
    asked: list[tuple[str, Any]] = [
        ("answer", {"holds": True}),
        ("route", {"route": "single_story"}),
    ]
    async with Browser(app) as nobody:
        for what, body in asked:
            address = f"/stages/{flow.ids['routing_decision']}/{what}"
            assert refusal(await vera.put(address, body)) == (403, "forbidden")
            assert refusal(await nobody.put(address, body)) == (401, "not_signed_in")
