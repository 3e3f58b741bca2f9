"""The figures: what counts, what does not, and who sees what."""

import csv
import io
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from sqlalchemy import update

from agentlab.analytics.schemas import AnalyticsOut
from agentlab.context import Context
from agentlab.gates.models import GatePolicy, GateReviewer
from agentlab.kit.clock import now
from agentlab.portfolio.models import Client, Project, ProjectStatus
from agentlab.workflows.models import Stage, Workflow
from tests.analytics.runs import MONDAY, Run, after, run_of
from tests.portfolio.test_sight import only_assigned
from tests.support.agent import Agent, token_of
from tests.support.browser import Browser, refusal
from tests.support.portfolio import put_in_bin
from tests.support.statements import recorded

SPRING = {"from": "2026-03-02", "to": "2026-03-29"}


async def figures(browser: Browser, **asked: Any) -> AnalyticsOut:
    return AnalyticsOut.model_validate(await browser.read("/analytics", **SPRING | asked))


async def id_of(browser: Browser) -> str:
    return str((await browser.read("/session"))["id"])


@pytest.fixture
async def run(context: Context, bob: Browser) -> Run:
    """Brief done after 24 hours; the PRD rejected once and approved; a story begun after 100."""
    by = await id_of(bob)
    run = await run_of(context)
    await run.move("brief.md", ("current", "done", 24))
    await run.move(
        "prd.md",
        ("upcoming", "current", 24),
        ("current", "submitted", 50),
        ("submitted", "current", 60),
        ("current", "submitted", 70),
        ("submitted", "done", 100),
    )
    await run.submit(50, by=by)
    await run.decide("rejected", 60, by=by)
    await run.submit(70, by=by)
    await run.decide("approved", 100, by=by)
    await run.move("create_story", ("upcoming", "current", 100))
    return run


async def test_times_are_from_becoming_current_until_done(vera: Browser, run: Run) -> None:
    found = await figures(vera)
    brief, prd, story = found.stages.items
    assert (brief.key, brief.durations.median_hours) == ("brief.md", 24)
    assert (prd.durations.count, prd.durations.mean_hours) == (1, 76)
    assert (story.durations.count, story.durations.median_hours, story.open.count) == (0, None, 1)
    (gate,) = found.gates.items
    assert (gate.kind, gate.durations.count, gate.durations.median_hours) == ("approval", 2, 20)
    assert gate.durations.p90_hours == 28
    assert (gate.verdicts.rejected, gate.verdicts.rejection_rate) == (1, 0.5)
    (client,) = found.clients.items
    assert (client.name, client.stages.count, client.cycle.median_hours) == (
        "Maison Lumière",
        2,
        100,
    )
    assert (found.now.cycle.median_hours, found.now.started, found.now.unclear) == (100, 1, 0)
    assert found.before.stages.count == 0


async def test_parts_and_the_period_before_hold_what_ended_in_them(vera: Browser, run: Run) -> None:
    found = await figures(vera)
    assert [point.stages.count for point in found.trend] == [2, 0, 0, 0]
    assert [str(point.from_) for point in found.trend][:2] == ["2026-03-02", "2026-03-09"]
    assert found.trend[0].rejection_rate == 0.5
    later = await figures(vera, **{"from": "2026-03-09", "to": "2026-03-15"})
    assert (later.now.stages.count, later.before.stages.count) == (0, 2)
    assert later.before.cycle.median_hours == 100
    assert later.open.stages.count == 1  # that is of now, whatever the period
    assert [(row.key, row.open.count) for row in later.stages.items] == [("create_story", 1)]


async def test_days_are_those_of_the_time_zone(vera: Browser, context: Context) -> None:
    run = await run_of(context)
    await run.move("brief.md", ("current", "done", 13.5))  # 22:30 in London, 23:30 in Paris
    await run.move("prd.md", ("upcoming", "current", 13.5), ("current", "done", 14.5))
    monday = {"from": "2026-03-02", "to": "2026-03-02"}
    assert (await figures(vera, **monday)).now.stages.count == 2
    paris = await figures(vera, **monday, time_zone="Europe/Paris")
    assert (paris.now.stages.count, paris.period.time_zone) == (1, "Europe/Paris")


async def test_what_was_skipped_or_reopened_or_withdrawn_is_told_apart(
    vera: Browser, context: Context, bob: Browser
) -> None:
    by = await id_of(bob)
    run = await run_of(context)
    await run.move(
        "brief.md", ("current", "done", 10), ("done", "current", 12), ("current", "done", 15)
    )
    await run.move(
        "prd.md",
        ("upcoming", "current", 10),
        ("current", "upcoming", 12),
        ("upcoming", "current", 15),
        ("current", "skipped", 16),
    )
    await run.submit(15.2, by=by, withdrawn=15.5)
    await run.move("create_story", ("upcoming", "current", 16))
    found = await figures(vera)
    brief, prd, _ = found.stages.items
    assert (brief.durations.count, brief.durations.mean_hours) == (2, 6.5)  # 10 hours, then 3
    assert (prd.durations.count, prd.skipped) == (0, 1)
    assert (found.now.gates.count, found.now.withdrawn, found.now.rejection_rate) == (0, 1, None)
    assert found.now.cycle.median_hours == 16


async def test_side_by_side_and_ahead_of_others(vera: Browser, context: Context) -> None:
    """Stages that were left out ahead, taken back, or closed while others were open."""
    run = await run_of(context)
    await run.move("implement_story", ("upcoming", "skipped", 2))
    await run.move("brief.md", ("current", "done", 10), ("done", "upcoming", 12))
    await run.move("brief.md", ("upcoming", "current", 20), ("current", "done", 24))
    await run.move("prd.md", ("upcoming", "skipped", 3), ("skipped", "upcoming", 4))
    await run.move("create_story", ("upcoming", "skipped", 26))
    await run.move("implement_story", ("skipped", "upcoming", 27), ("upcoming", "current", 30))
    found = await figures(vera)
    brief = found.stages.items[0]
    assert (brief.durations.count, brief.durations.mean_hours, brief.unclear) == (2, 7, 0)
    assert (found.now.skipped, found.now.unclear) == (1, 0)  # of three, two were taken back
    assert found.now.cycle.median_hours == 30  # the first of building that is not left out
    assert found.open.stages.count == 1


async def test_a_clock_that_went_backwards_counts_in_no_time(
    vera: Browser, context: Context, bob: Browser
) -> None:
    by = await id_of(bob)
    run = await run_of(context)
    await run.move("brief.md", ("current", "done", -1))
    await run.move("prd.md", ("upcoming", "current", 20), ("current", "done", 19))
    await run.move("create_story", ("upcoming", "current", -1))
    await run.submit(30, by=by)
    await run.decide("approved", 29, by=by)
    found = await figures(vera, **{"from": "2026-03-01"})
    assert found.now.unclear == 4
    assert (found.now.stages.count, found.now.gates.count, found.now.cycle.count) == (0, 0, 0)
    assert found.now.approved == 1
    (bobs,) = found.people.items
    assert (bobs.durations.count, bobs.unclear) == (0, 1)


async def test_renewing_an_approval_is_no_step(vera: Browser, bob: Browser, run: Run) -> None:
    by = await id_of(bob)
    await run.submit(200, by=by)
    await run.decide("approved", 200, by=by)
    found = await figures(vera)
    assert (found.now.gates.count, found.people.items[0].approved) == (2, 1)


async def test_ready_for_development_is_known_of_these_methods(
    vera: Browser, context: Context
) -> None:
    for number, (method, generation) in enumerate(
        (("bmad", "v4"), ("bmad", "v6"), ("bmad", "v6-alpha"), ("backlog.md", "v1"))
    ):
        run = await run_of(context, f"Client {number}", method=method, generation=generation)
        await run.move("brief.md", ("current", "done", 10))
        await run.move("prd.md", ("upcoming", "current", 10), ("current", "done", 30))
        await run.move("create_story", ("upcoming", "current", 30))
    await run_of(context, "One that is on its way")
    found = await figures(vera)
    assert (found.now.cycle.count, found.now.cycle.median_hours) == (3, 30)
    assert (found.open.before_ready.count, found.open.readiness_unknown) == (1, 1)
    assert [(each.generation, each.projects) for each in found.methods] == [
        ("v1", 1),
        ("v4", 2),
        ("v6", 1),
        ("v6-alpha", 1),
    ]
    narrowed = await figures(vera, method="bmad", generation="v6")
    assert (narrowed.now.cycle.count, len(narrowed.methods)) == (1, 4)


async def test_where_building_comes_first_no_time_until_it_is_known(
    vera: Browser, context: Context
) -> None:
    ships = {"phase": {"label": "ship", "group": "ship"}}
    runs = {each: await run_of(context, each, generation=each) for each in ("v4", "v6", "v6-alpha")}
    for run in runs.values():
        await run.move("brief.md", ("current", "done", 10))
        await run.move("prd.md", ("upcoming", "current", 10))
    await runs["v6"].change(Stage, Stage.id.in_(runs["v6"].stages.values()), extra=ships)
    alpha = runs["v6-alpha"]
    await alpha.change(Stage, Stage.id == alpha.stages["prd.md"], extra=ships)
    await alpha.change(Stage, Stage.id == alpha.stages["brief.md"], retired_at=now())
    found = await figures(vera)
    assert (found.now.cycle.count, found.now.cycle.median_hours) == (0, None)
    assert (found.open.before_ready.count, found.open.readiness_unknown) == (1, 2)


async def test_people_are_told_what_they_decided_and_what_waits_for_them(
    ada: Browser, bob: Browser, vera: Browser, context: Context
) -> None:
    run = await run_of(context)
    await run.move("brief.md", ("current", "done", 1))
    await run.move("prd.md", ("upcoming", "current", 1), ("current", "submitted", 2))
    await run.submit(2, by=await id_of(vera))
    await run.decide("approved", 12, by=await id_of(bob), settles=False)
    found = await figures(vera)
    names = {row.name: row for row in found.people.items}
    assert (names["Bob Noyce"].durations.median_hours, names["Bob Noyce"].waiting.count) == (10, 0)
    assert names["Ada Lovelace"].waiting.count == 1
    assert (names["Ada Lovelace"].longest[0].gate_id, len(names)) == (run.gate_id, 2)
    assert found.now.gates.count == 0  # nothing is settled yet


@pytest.mark.parametrize(
    ("policy", "reviewer", "expected"),
    [
        ({}, None, {"Ada Lovelace", "Bob Noyce"}),
        ({"roles": ["administrator"]}, None, {"Ada Lovelace"}),
        ({"roles": []}, "bob", {"Bob Noyce"}),
        ({"submitter_decides": False}, None, {"Ada Lovelace"}),
    ],
)
async def test_it_waits_for_those_who_may_decide(  # noqa: PLR0917 - fixtures
    ada: Browser,
    bob: Browser,
    context: Context,
    policy: dict[str, Any],
    reviewer: str | None,
    expected: set[str],
) -> None:
    run = await run_of(context)
    await run.move("brief.md", ("current", "done", 1))
    await run.move("prd.md", ("upcoming", "current", 1), ("current", "submitted", 2))
    await run.submit(2, by=await id_of(bob))
    rules = {
        "gate_id": run.gate_id,
        "roles": ["administrator", "product_owner"],
        "approvals": 1,
        "submitter_decides": True,
        "checklist": [],
        "reauthentication": False,
        "version": 1,
        **policy,
    }
    await run.add(GatePolicy, [rules], has_id=False)
    if reviewer:
        seat = {"gate_id": run.gate_id, "user_id": await id_of(bob)}
        await run.add(GateReviewer, [seat], has_id=False)
    found = await figures(ada)
    assert {row.name for row in found.people.items} == expected


async def test_one_sees_the_figures_of_ones_own_clients(
    bob: Browser, vera: Browser, context: Context, run: Run
) -> None:
    other = await run_of(context, "Northwind")
    await other.move("brief.md", ("current", "done", 5))
    seen = await figures(bob, client_id=str(other.place.client_id))
    assert (seen.now.stages.count, [row.name for row in seen.clients.items]) == (1, ["Northwind"])
    await only_assigned(context, vera, str(other.place.client_id))
    mine = await figures(vera)
    assert [row.name for row in mine.clients.items] == ["Northwind"]
    assert (mine.now.stages.count, mine.methods[0].projects) == (1, 1)
    assert [row.name for row in mine.people.items] == []
    for hidden in (run.place.project_id, uuid4()):
        refused = await vera.get("/analytics", project_id=str(hidden))
        assert refusal(refused) == (404, "not_found")
    for hidden in (run.place.client_id, uuid4()):
        nothing = await figures(vera, client_id=str(hidden))
        assert (nothing.now.stages.count, nothing.clients.items) == (0, [])


async def test_what_is_in_the_bin_is_in_no_figure_and_the_archive_only_in_what_was(
    vera: Browser, context: Context, run: Run
) -> None:
    gone = await run_of(context, "Gone")
    await gone.move("brief.md", ("current", "done", 5))
    await put_in_bin(context, Client, gone.place.client_id)
    async with context.engine.begin() as connection:
        await connection.execute(update(Project).values(status=ProjectStatus.ARCHIVED))
    found = await figures(vera)
    assert (found.now.stages.count, found.open.stages.count) == (2, 0)


async def test_nobody_asks_in_vain_or_in_secret(
    vera: Browser, anonymous: Browser, context: Context
) -> None:
    assert refusal(await anonymous.get("/analytics")) == (401, "not_signed_in")
    nothing = AnalyticsOut.model_validate(await vera.read("/analytics"))
    assert (nothing.methods, nothing.stages.items, len(nothing.trend)) == ([], [], 12)
    for asked, code in (
        ({"from": "2026-03-09", "to": "2026-03-02"}, "period_backwards"),
        ({"from": "2001-01-01", "to": "2026-03-02"}, "period_too_long"),
        ({"from": "0001-01-01"}, "invalid_input"),
        ({"time_zone": "Mars/Olympus"}, "invalid_input"),
        ({"time_zone": "../etc/passwd"}, "invalid_input"),
        ({"grain": "second"}, "invalid_input"),
        ({"method": "\x00"}, "invalid_input"),
    ):
        assert refusal(await vera.get("/analytics", **asked)) == (422, code), asked


async def test_every_table_is_a_file_and_nothing_in_it_a_formula(
    vera: Browser, context: Context, run: Run
) -> None:
    evil = await run_of(context, "=cmd|' /C calc'!A0")
    await evil.move("brief.md", ("current", "done", 5))
    expected = {"stages": 3, "gates": 1, "people": 1, "clients": 2, "trend": 4}
    for table, size in expected.items():
        reply = await vera.get("/analytics.csv", table=table, **SPRING)
        assert reply.headers["content-type"] == "text/csv; charset=utf-8"
        assert f"analytics-{table}.csv" in reply.headers["content-disposition"]
        rows = list(csv.DictReader(io.StringIO(reply.content.decode("utf-8-sig"))))
        assert len(rows) == size, table
        if table == "clients":
            assert rows[0]["client"] == "'=cmd|' /C calc'!A0"
            assert rows[1]["ready_median_hours"] == "100.0"
    assert refusal(await vera.get("/analytics.csv", table="secrets")) == (422, "invalid_input")


async def test_the_number_of_statements_does_not_grow(
    vera: Browser, context: Context, run: Run
) -> None:
    with recorded(context.engine) as few:
        await figures(vera)
    for number in range(5):
        more = await run_of(context, f"Client {number}")
        await more.move("brief.md", ("current", "done", number))
    with recorded(context.engine) as many:
        await figures(vera, grain="month")
    assert len(few) == len(many)


async def test_work_in_the_browser_shows_up(bob: Browser, context: Context, run: Run) -> None:
    """Nothing that was read before is given again after a change."""
    assert (await figures(bob)).now.completed == 0
    await run.change(Workflow, Workflow.project_id == run.place.project_id, completed_at=after(200))
    renamed = await bob.http.patch(
        f"/api/v1/projects/{run.place.project_id}",
        json={"name": "Renamed"},
        headers={"If-Match": "*"},
    )
    assert renamed.is_success
    assert (await figures(bob)).now.completed == 1


async def test_an_agent_sees_the_figures_of_its_project(
    app: FastAPI, bob: Browser, context: Context, run: Run
) -> None:
    other = await run_of(context, "Northwind")
    await other.move("brief.md", ("current", "done", 5))
    token = await token_of(bob, "read", project_id=str(other.place.project_id))
    async with Agent(app, token) as agent:
        found = await figures(agent)
    assert [row.name for row in found.clients.items] == ["Northwind"]


async def test_what_is_open_grows_older(vera: Browser, context: Context) -> None:
    await run_of(context, started_at=now() - timedelta(hours=48))
    found = await figures(vera)
    assert found.open.stages.median_hours is not None
    assert 47.9 < found.open.stages.median_hours < 48.5
    assert found.open.before_ready.count == 1
    assert now() > MONDAY
