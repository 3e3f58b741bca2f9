"""Asking for a restore over what is in use: who may, and what is refused before anything begins."""

import asyncio
import os
from typing import Any

import httpx
import pytest
from pyrage.x25519 import Identity

from agentlab.context import Context
from agentlab.kit import clock
from agentlab.operations.backup import keys
from agentlab.operations.backup.desk import key_of
from agentlab.operations.backup.reading import shelf_of
from agentlab.operations.restore import starting
from agentlab.operations.restore.journal import Entry, Journal, Outcome, Step
from tests.operations.backup.support import put
from tests.support.browser import PASSWORD, Browser, refusal

KEY = Identity.generate()


@pytest.fixture
def backup(context: Context) -> str:
    """The name of one that the key of this AgentLab does not open."""
    keys.ensure(key_of(context.settings))
    return put(shelf_of(context.settings), KEY).stem


@pytest.fixture
def at_a_desk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(starting, "restores_here", lambda _settings: True)


@pytest.fixture
async def confirmed(ada: Browser) -> Browser:
    """The administrator, who has just shown once more that it is her."""
    await ada.put("/session/confirmation", {"password": PASSWORD})
    return ada


async def test_before_the_first_there_is_none(ada: Browser) -> None:
    assert await ada.read("/restore") == {
        "restores_here": False,
        "is_confirmed": False,
        "last": None,
    }


async def test_only_administrators_may(bob: Browser, backup: str) -> None:
    assert refusal(await bob.get("/restore")) == (403, "forbidden")
    assert refusal(await bob.post("/restore", {"backup": backup})) == (403, "forbidden")


async def test_who_it_is_has_to_be_shown_once_more(
    ada: Browser, backup: str, at_a_desk: None
) -> None:
    reply = await ada.post("/restore", {"backup": backup, "key": str(KEY)})
    assert refusal(reply) == (403, "reauthentication_needed")


async def test_on_a_server_the_command_is_named(confirmed: Browser, backup: str) -> None:
    reply = await confirmed.post("/restore", {"backup": backup})
    assert refusal(reply) == (409, "restore_on_host")
    assert f"`agentlab restore {backup}`" in reply.json()["detail"]


async def test_the_key_has_to_open_it(confirmed: Browser, backup: str, at_a_desk: None) -> None:
    reply = await confirmed.post("/restore", {"backup": backup})
    assert refusal(reply) == (422, "backup_key_wrong")
    reply = await confirmed.post("/restore", {"backup": backup, "key": "?"})
    assert refusal(reply) == (422, "backup_key_unusable")


async def test_it_has_to_lie_there(confirmed: Browser, backup: str, at_a_desk: None) -> None:
    for name in ("../../etc/passwd", f"../backups/{backup}", "", "agentlab"):
        reply = await confirmed.post("/restore", {"backup": name})
        assert refusal(reply) == (404, "bundle_missing"), name


async def test_one_at_a_time(
    confirmed: Browser, context: Context, backup: str, at_a_desk: None
) -> None:
    with shelf_of(context.settings).locked():
        reply = await confirmed.post("/restore", {"backup": backup, "key": str(KEY)})
    assert refusal(reply) == (409, "backup_runs")


async def test_a_refusal_leaves_no_trace_in_the_trail(
    confirmed: Browser, backup: str, at_a_desk: None
) -> None:
    await confirmed.post("/restore", {"backup": backup})
    page = await confirmed.read("/audit/entries")
    assert "backup.restore_requested" not in str(page)


BEGINS = """
import os, sys
from pathlib import Path
from agentlab.kit import clock
from agentlab.operations.restore.journal import Entry, Journal
entry = Entry(bundle=sys.argv[2], bundle_id="", started_at=clock.now(), pid=os.getpid())
Journal(Path(os.environ["BACKUP_FOLDER"])).write(entry)
"""
SETTLES = """
import os
from pathlib import Path
from agentlab.operations.restore.journal import Journal, Outcome
journal = Journal(Path(os.environ["BACKUP_FOLDER"]))
journal.end(journal.read(), Outcome.FAILED, reason="It was interrupted.")
"""


async def ask(browser: Browser, backup: str) -> httpx.Response:
    return await browser.post("/restore", {"backup": backup, "key": str(KEY)})


def interrupted(context: Context, backup: str) -> Entry:
    """What a process that was killed has left."""
    entry = Entry(bundle=f"{backup}.bundle", bundle_id="", started_at=clock.now())
    return Journal(shelf_of(context.settings).folder).write(entry)


async def test_who_asks_again_with_the_same_key_gets_the_same_reply(
    confirmed: Browser, backup: str, at_a_desk: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def ask_once() -> httpx.Response:
        body = {"backup": backup, "key": str(KEY)}
        headers = {"Idempotency-Key": "one-restore"}
        return await confirmed.http.post("/api/v1/restore", json=body, headers=headers)

    monkeypatch.setattr(starting, "COMMAND", BEGINS)
    first = await ask_once()
    assert (first.status_code, first.json()["backup"]) == (202, f"{backup}.bundle"), first.text
    monkeypatch.setattr(starting, "COMMAND", "raise SystemExit")
    again = await ask_once()
    assert again.json() == first.json()
    assert again.headers["Idempotency-Replayed"] == "true"
    entries = (await confirmed.read("/audit/entries", action="backup.restore_requested"))["items"]
    assert [entry["label"] for entry in entries] == [backup]


async def test_what_does_not_begin_is_ended(
    confirmed: Browser, backup: str, at_a_desk: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(starting, "COMMAND", "import time; time.sleep(3600)")
    monkeypatch.setattr(starting, "BEGINS_WITHIN_S", 0)
    assert refusal(await ask(confirmed, backup)) == (409, "restore_not_started")
    await asyncio.gather(*starting.background)


async def test_an_earlier_restore_is_not_taken_for_the_one_that_was_asked_for(
    confirmed: Browser,
    context: Context,
    backup: str,
    at_a_desk: None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    interrupted(context, backup)
    for command in ("raise SystemExit", SETTLES):
        monkeypatch.setattr(starting, "COMMAND", command)
        assert refusal(await ask(confirmed, backup)) == (409, "restore_not_started")


@pytest.mark.parametrize("is_the_same", [False, True])
async def test_who_comes_second_hears_that_another_one_runs(
    *,
    confirmed: Browser,
    context: Context,
    backup: str,
    at_a_desk: None,
    monkeypatch: pytest.MonkeyPatch,
    is_the_same: bool,
) -> None:
    """Whatever it restores."""
    others = f"{backup}.bundle" if is_the_same else "another.bundle"
    shelf = shelf_of(context.settings)
    launch = starting.launch

    async def be_slower(*asked: Any) -> Any:
        process = await launch(*asked)
        await process.wait()
        Journal(shelf.folder).write(
            Entry(bundle=others, bundle_id="", started_at=clock.now(), pid=os.getpid())
        )
        lock.__enter__()
        return process

    lock = shelf.locked()
    monkeypatch.setattr(starting, "COMMAND", "raise SystemExit")
    monkeypatch.setattr(starting, "launch", be_slower)
    try:
        assert refusal(await ask(confirmed, backup)) == (409, "backup_runs")
    finally:
        lock.__exit__(None, None, None)


async def test_a_restore_that_nobody_is_at_was_interrupted(
    ada: Browser, context: Context, backup: str, at_a_desk: None
) -> None:
    async def outcome() -> str:
        last: dict[str, str] = (await ada.read("/restore"))["last"]
        return last["outcome"]

    entry = interrupted(context, backup)
    assert await outcome() == "interrupted"
    shelf = shelf_of(context.settings)
    with shelf.locked():
        assert await outcome() == "running"
    Journal(shelf.folder).end(entry, Outcome.RESTORED)
    assert await outcome() == "restored"


async def test_on_a_server_it_goes_on_after_some_steps(
    ada: Browser, context: Context, backup: str
) -> None:
    entry = interrupted(context, backup)
    journal = Journal(shelf_of(context.settings).folder)
    told = {Step.LOAD: "interrupted", Step.FILES: "running", Step.SWAP: "running"}
    for step, outcome in told.items():
        journal.write(entry.model_copy(update={"step": step}))
        assert (await ada.read("/restore"))["last"]["outcome"] == outcome, step
