from pathlib import Path
from typing import Any

import pytest

from agentlab.context import Context
from tests.support.browser import Browser, refusal
from tests.support.projects import bmad_folder, import_it, stage_of


@pytest.fixture
async def page(bob: Browser, context: Context, root: Path) -> Any:
    """A project whose stages have no gates."""
    ended = await import_it(bob, context, bmad_folder(root), gates=[])
    return await bob.read(f"/projects/{ended['project_id']}")


async def states(browser: Browser, page: Any) -> list[str]:
    now = await browser.read(f"/projects/{page['id']}")
    return [stage["state"] for stage in now["stages"]]


async def test_completing_a_stage_without_a_gate_goes_on(bob: Browser, page: Any) -> None:
    await bob.do(f"/stages/{page['stages'][0]['id']}/completion")
    assert await states(bob, page) == ["done", "current", "upcoming", "upcoming"]


async def test_a_conditional_stage_is_skipped_with_a_reason(bob: Browser, page: Any) -> None:
    await bob.do(f"/stages/{page['stages'][0]['id']}/completion")
    design = stage_of(page, "front-end-spec.md")
    response = await bob.post(f"/stages/{design['id']}/skip", {"reason": ""})
    assert refusal(response) == (422, "reason_missing")
    await bob.do(f"/stages/{design['id']}/skip", {"reason": "It has no face."})
    assert await states(bob, page) == ["done", "skipped", "current", "upcoming"]


async def test_other_stages_cannot_be_skipped(bob: Browser, page: Any) -> None:
    response = await bob.post(f"/stages/{page['stages'][0]['id']}/skip", {"reason": "Tired."})
    assert refusal(response) == (409, "stage_not_optional")


async def test_only_the_current_stage_moves(bob: Browser, page: Any) -> None:
    response = await bob.post(f"/stages/{page['stages'][2]['id']}/completion")
    assert refusal(response) == (409, "stage_not_current")


async def test_the_last_move_can_be_undone(bob: Browser, page: Any) -> None:
    first, second = page["stages"][:2]
    await bob.do(f"/stages/{first['id']}/completion")
    await bob.do(f"/stages/{second['id']}/skip", {"reason": "Later."})
    await bob.do(f"/stages/{second['id']}/reopening", {"reason": "A slip."})
    await bob.do(f"/stages/{first['id']}/reopening", {"reason": ""})
    assert await states(bob, page) == ["current", "upcoming", "upcoming", "upcoming"]


async def test_what_later_work_builds_on_is_not_reopened(bob: Browser, page: Any) -> None:
    first, second, third = page["stages"][:3]
    await bob.do(f"/stages/{first['id']}/completion")
    await bob.do(f"/stages/{second['id']}/skip", {"reason": "Later."})
    await bob.do(f"/stages/{third['id']}/completion")
    for stage in (first, second):
        response = await bob.post(f"/stages/{stage['id']}/reopening", {"reason": ""})
        assert refusal(response) == (409, "stage_not_reopenable")


async def test_a_stage_to_come_is_skipped_ahead_and_taken_back(bob: Browser, page: Any) -> None:
    first, second = page["stages"][:2]
    await bob.do(f"/stages/{second['id']}/skip", {"reason": "It has no face."})
    assert await states(bob, page) == ["current", "skipped", "upcoming", "upcoming"]
    shown = stage_of(await bob.read(f"/projects/{page['id']}"), "front-end-spec.md")
    assert (shown["skip_cause"], shown["moved_by"]) == ("reason", "Bob Noyce")
    assert shown["reason"] == "It has no face."
    await bob.do(f"/stages/{second['id']}/reopening", {"reason": "It has."})
    assert await states(bob, page) == ["current", "upcoming", "upcoming", "upcoming"]
    await bob.do(f"/stages/{second['id']}/skip", {"reason": "No."})
    await bob.do(f"/stages/{first['id']}/completion")
    assert await states(bob, page) == ["done", "skipped", "current", "upcoming"]


async def test_the_last_stage_completes_the_workflow_and_reopens_it(
    bob: Browser, page: Any
) -> None:
    for stage in page["stages"]:
        if stage["question"]:
            assert (await bob.put(f"/stages/{stage['id']}/answer", {"holds": True})).is_success
        await bob.do(f"/stages/{stage['id']}/completion")
    done = await bob.read(f"/projects/{page['id']}")
    assert done["workflow"]["completed_at"]
    await bob.do(f"/stages/{page['stages'][-1]['id']}/reopening", {"reason": ""})
    reopened = await bob.read(f"/projects/{page['id']}")
    assert reopened["workflow"]["completed_at"] is None


async def test_a_gate_cannot_be_gone_around(bob: Browser, context: Context, root: Path) -> None:
    ended = await import_it(bob, context, bmad_folder(root, "gated"))
    gated = await bob.read(f"/projects/{ended['project_id']}")
    response = await bob.post(f"/stages/{gated['stages'][0]['id']}/completion")
    assert refusal(response) == (409, "stage_needs_decision")


async def test_viewers_move_nothing(vera: Browser, page: Any) -> None:
    stage = page["stages"][0]["id"]
    for response in (
        await vera.post(f"/stages/{stage}/completion"),
        await vera.post(f"/stages/{stage}/skip", {"reason": "x"}),
        await vera.post(f"/stages/{stage}/reopening", {"reason": "x"}),
    ):
        assert refusal(response) == (403, "forbidden")
