import asyncio
from typing import Any

from agentlab.context import Context
from agentlab.settings import Settings
from tests.support.browser import Browser, refusal
from tests.support.projects import run_jobs


async def test_the_sample_is_a_portfolio_with_one_gate_waiting(
    ada: Browser, context: Context
) -> None:
    project_id = (await ada.do("/sample"))["project_id"]
    clients: list[Any] = (await ada.read("/portfolio"))["clients"]
    assert [client["name"] for client in clients] == ["Maison Lumière", "Northwind Health"]
    projects = [p for c in clients for s in c["services"] for p in s["projects"]]
    waiting = [project for project in projects if project["waiting_gate_id"]]
    assert [project["id"] for project in waiting] == [project_id]
    gate = await ada.read(f"/gates/{waiting[0]['waiting_gate_id']}")
    assert gate["submissions"][0]["artefacts"]
    assert gate["submissions"][0]["changed"] == []


async def test_the_waiting_gate_can_be_decided(ada: Browser, context: Context) -> None:
    project_id = (await ada.do("/sample"))["project_id"]
    page = await ada.read(f"/projects/{project_id}")
    waiting = next(s["gate"] for s in page["stages"] if s["state"] == "submitted")
    submission = (await ada.read(f"/gates/{waiting['id']}"))["submissions"][0]
    shown = [
        {"document_id": a["document_id"], "sha256": a["sha256"]} for a in submission["artefacts"]
    ]
    await ada.do(
        f"/submissions/{submission['id']}/decision", {"verdict": "approved", "artefacts": shown}
    )


async def test_past_decisions_are_written_into_the_sample_folders(
    ada: Browser, context: Context, settings: Settings
) -> None:
    await ada.do("/sample")
    await run_jobs(context)
    written = list(settings.samples_dir.glob("*/.agentlab/decisions/*.md"))
    assert len(written) >= 3


async def test_of_many_clicks_at_once_one_makes_the_sample(ada: Browser) -> None:
    replies = await asyncio.gather(*(ada.post("/sample") for _ in range(4)))
    assert sorted(reply.status_code for reply in replies) == [201, 409, 409, 409]
    assert {reply.json()["code"] for reply in replies if reply.is_error} == {"sample_exists"}


async def test_the_sample_comes_once(ada: Browser) -> None:
    await ada.do("/sample")
    assert refusal(await ada.post("/sample")) == (409, "sample_exists")


async def test_nobody_changed_the_method_of_a_sample(ada: Browser, context: Context) -> None:
    await ada.do("/sample")
    await run_jobs(context)
    assert (await ada.read("/inbox"))["totals"]["conflicts"] == 0
