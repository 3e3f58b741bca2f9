"""Which stages are gone through, and which are worked on: the plain computation."""

from typing import Any

from agentlab.kit.clock import now
from agentlab.kit.ids import new_id
from agentlab.workflows.models import SkipCause, Stage, StageState
from agentlab.workflows.paths import path_of, steps


def stage(key: str, state: str = "upcoming", **more: Any) -> Stage:
    given = {"condition": None, "routes": None, "together": None, "skip_cause": None, **more}
    return Stage(id=new_id(), key=key, title=key, state=StageState(state), **given)


def moves(stages: list[Stage], route: str | None = None, **answers: bool) -> dict[str, str]:
    """What has to move, by key; of what is left out the cause."""
    choices = {each.id: route for each in stages if each.routes and route}
    path = path_of(stages, answers, choices)
    return {step.stage.key: step.cause or step.to for step in steps(stages, path)}


def forked(routes: dict[str, Any]) -> list[Stage]:
    keys = ("web", "phone", "release")
    return [stage("fork", "done", routes=routes), *(stage(key) for key in keys)]


def test_a_route_keeps_the_stages_that_it_names_and_those_that_nobody_names() -> None:
    stages = forked({"browser": {"stages": ["web"]}, "shop": {"stages": ["phone", 7]}})
    assert moves(stages, "shop") == {"web": "route", "phone": "current"}


def test_a_route_ends_the_workflow_only_where_another_one_goes_on() -> None:
    stages = forked({"small": {"notes": "Exit."}, "large": {"continue": "to_next_step"}})
    assert set(moves(stages, "small").values()) == {"route"}
    assert moves(stages, "large") == {"web": "current"}
    assert moves(forked({"small": {"notes": "A."}, "large": None}), "small") == {"web": "current"}


def test_a_route_that_is_not_there_any_more_leaves_nothing_out() -> None:
    assert moves(forked({"large": {"continue": "on"}}), "small") == {"web": "current"}


def test_a_route_leads_past_what_comes_before_its_stage() -> None:
    stages = forked({"quick": "release", "full": "web"})
    for position, each in enumerate(stages, start=1):
        each.position = position
    assert moves(stages, "quick") == {"web": "route", "phone": "route", "release": "current"}
    assert moves(stages, "full") == {"web": "current"}


def test_what_the_template_has_no_more_asks_nothing_and_is_not_gone_through() -> None:
    gone = {"retired_at": now(), "skip_cause": SkipCause.ROUTE}
    stages = [stage("fork", "skipped", routes={"one": "on"}, **gone), stage("web", condition="x")]
    assert moves(stages) == {"web": "current"}
    waiting = stage("old", "submitted", retired_at=now())
    assert moves([waiting, stage("web")]) == {}


def test_what_is_submitted_is_decided_before_an_earlier_stage_that_came_back() -> None:
    stages = [stage("one", "skipped", skip_cause=SkipCause.ANSWER), stage("two", "submitted")]
    assert moves(stages) == {"one": "upcoming"}


def test_what_a_person_skipped_or_did_stays_whatever_is_answered() -> None:
    stages = [
        stage("one", "skipped", condition="x", skip_cause=SkipCause.REASON),
        stage("two", "done", condition="x"),
        stage("three", "skipped", condition="x"),
        stage("four", "current", condition="x"),
        stage("five"),
    ]
    assert moves(stages, x=False) == {"four": "answer", "five": "current"}
