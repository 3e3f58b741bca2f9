"""The administrators' page: what there is, and asking for more."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from pyrage.x25519 import Identity

from agentlab.context import Context
from agentlab.kit import clock
from agentlab.operations.backup import jobs
from agentlab.operations.backup.place import Place
from agentlab.operations.backup.reading import shelf_of
from agentlab.operations.backup.shelf import Shelf
from tests.operations.backup.support import put
from tests.support.browser import Browser


@pytest.fixture
def shown(context: Context) -> Shelf:
    """The shelf that the API looks at."""
    shelf = shelf_of(context.settings)
    shelf.prepare()
    return shelf


async def test_without_backups_the_page_says_when_the_first_comes(ada: Browser) -> None:
    page = await ada.read("/backups")
    assert page["backups"] == []
    assert "no_backup" in page["warnings"]
    assert page["schedule"] == "0 3 * * *"
    assert page["next_at"] > clock.now().isoformat()


async def test_backups_are_shown_with_what_is_known_of_them(ada: Browser, shown: Shelf) -> None:
    file = put(shown, Identity.generate(), clock.now() - timedelta(hours=2))
    cut = put(shown, Identity.generate(), clock.now() - timedelta(hours=1))
    cut.write_bytes(b"")
    shown.note_failure("The disk is full.")
    page = await ada.read("/backups")
    broken, good = page["backups"]
    assert (good["name"], good["size"]) == (file.stem, file.stat().st_size)
    assert good["is_good"]
    assert (broken["is_good"], broken["rows"]) == (False, None)
    assert "is damaged" in broken["trouble"]
    assert page["last_failure"]["sentence"] == "The disk is full."
    assert {"last_failed", "not_proven", "no_copy_elsewhere"} <= set(page["warnings"])


async def test_a_backup_is_asked_for_and_made(
    ada: Browser, context: Context, place: Place, shown: Shelf
) -> None:
    reply = await ada.post("/backups")
    assert (reply.status_code, reply.json()) == (202, {"requested": "backup"})
    here = replace(place, folder=shown.folder)
    await jobs.create_worker(context, lambda _: here).run_once()
    (made,) = (await ada.read("/backups"))["backups"]
    assert (made["is_good"], made["reason"], made["proof"]) == (True, "asked", None)
    reply = await ada.post(f"/backups/{made['name']}/proof")
    assert (reply.status_code, reply.json()) == (202, {"requested": "proof"})
    await jobs.create_worker(context, lambda _: here).run_once()
    page = await ada.read("/backups")
    assert page["backups"][0]["proof"]["ok"]
    assert page["last_proof"]["ok"]
    trail = (await ada.read("/audit/entries"))["items"]
    assert [entry["action"] for entry in trail[:2]] == [
        "backup.proof_requested",
        "backup.requested",
    ]


async def test_one_runs_at_a_time(ada: Browser, shown: Shelf) -> None:
    name = put(shown, Identity.generate()).stem
    with shown.locked():
        assert (await ada.read("/backups"))["running"]["step"] == "starting"
        for address in ("/backups", f"/backups/{name}/proof"):
            reply = await ada.post(address)
            assert (reply.status_code, reply.json()["code"]) == (409, "backup_runs")


@pytest.mark.parametrize("name", ["agentlab-20200101T000000Z-00000000", "latest.", "..%2fsecrets"])
async def test_a_backup_that_is_not_there(name: str, ada: Browser) -> None:
    reply = await ada.post(f"/backups/{name}/proof")
    assert reply.status_code == 404


async def test_nobody_else_sees_them(bob: Browser, vera: Browser) -> None:
    for browser in (bob, vera):
        assert (await browser.get("/backups")).status_code == 403
        assert (await browser.post("/backups")).status_code == 403


def test_a_shelf_that_cannot_be_read_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert Shelf(tmp_path / "nothing" / "there").state().total == 0
