"""Asking for a restore over what is in use: who may, and what is refused before anything begins."""

import pytest
from pyrage.x25519 import Identity

from agentlab.context import Context
from agentlab.operations.backup import keys
from agentlab.operations.backup.desk import key_of
from agentlab.operations.backup.reading import shelf_of
from agentlab.operations.restore import starting
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
