"""The audit trail over HTTP: listed, filtered and exported, for administrators only."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import pytest

from agentlab.audit import reading
from agentlab.audit.trail import record
from agentlab.context import Context
from tests.support.browser import Browser, refusal
from tests.support.projects import bmad_folder, project_of


@pytest.fixture
async def page(bob: Browser, context: Context, root: Path) -> dict[str, Any]:
    """Bob's project, with a submission."""
    page = await project_of(bob, context, bmad_folder(root))
    await bob.do(f"/gates/{page['stages'][0]['gate']['id']}/submissions", {"note": "Ready"})
    return page


async def found(who: Browser, **asked: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await who.read("/audit/entries", **asked))["items"]
    return items


async def actions(who: Browser, **asked: Any) -> list[str]:
    return [item["action"] for item in await found(who, **asked)]


async def test_an_administrator_reads_who_did_what(ada: Browser, page: dict[str, Any]) -> None:
    newest, *_, oldest = await found(ada)
    assert newest["action"] == "submission.created"
    assert newest["actor"]["name"] == "Bob Noyce"
    assert newest["actor"]["kind"] == "person"
    assert newest["project"] == {"id": page["id"], "name": "reader"}
    assert newest["client"]["name"] == "Maison Lumière"
    assert newest["reason"] == "Ready"
    assert newest["after"]["number"] == 1
    assert newest["address"] == "127.0.0.1"
    assert oldest["sequence"] == 1


async def test_only_administrators_read_it(anonymous: Browser, bob: Browser, vera: Browser) -> None:
    for path in ("/audit/entries", "/audit/entries.csv", "/audit/entries.jsonl"):
        assert refusal(await anonymous.get(path)) == (401, "not_signed_in")
        assert refusal(await bob.get(path)) == (403, "forbidden")
        assert refusal(await vera.get(path)) == (403, "forbidden")
    assert refusal(await anonymous.post("/audit/verification")) == (401, "not_signed_in")
    assert refusal(await vera.post("/audit/verification")) == (403, "forbidden")
    assert refusal(await vera.get("/audit/verification")) == (403, "forbidden")
    assert refusal(await bob.get("/audit/retention")) == (403, "forbidden")


async def test_it_can_be_filtered(ada: Browser, bob: Browser, page: dict[str, Any]) -> None:
    bob_id = (await bob.read("/session"))["id"]
    assert len(await actions(ada, actor_id=bob_id)) == 6
    assert await actions(ada, actor_kind="agent") == []
    assert await actions(ada, action="project.") == ["project.imported", "project.scanned"]
    assert await actions(ada, action="project.imported") == ["project.imported"]
    assert len(await actions(ada, project_id=page["id"])) == 3
    request = (await found(ada, action="submission.created"))[0]["request_id"]
    assert await actions(ada, request_id=request) == ["submission.created"]
    assert await actions(ada, search="LUMIÈRE") == ["client.created"]
    assert await actions(ada, search="%") == []
    client_id = (await found(ada, action="client.created"))[0]["subject_id"]
    assert await actions(ada, subject_id=client_id) == ["client.created"]
    assert len(await actions(ada, client_id=client_id)) == 5
    assert await actions(ada, to="2020-01-01T00:00:00Z") == []
    assert len(await actions(ada, **{"from": "2020-01-01T00:00:00Z"})) == 6


async def test_pages_follow_each_other(ada: Browser, page: dict[str, Any]) -> None:
    seen: list[int] = []
    after: dict[str, str] = {}
    while True:
        part = await ada.read("/audit/entries", limit=4, **after)
        seen += [item["sequence"] for item in part["items"]]
        if part["next"] is None:
            break
        after = {"after": part["next"]}
    assert seen == [6, 5, 4, 3, 2, 1]


@pytest.mark.parametrize("cursor", ["", "x", "-1", "1" * 30, "٣"])
async def test_a_cursor_that_is_none_is_refused(ada: Browser, cursor: str) -> None:
    assert refusal(await ada.get("/audit/entries", after=cursor)) == (422, "invalid_cursor")


@pytest.mark.parametrize(
    "asked",
    [{"actor_id": "x"}, {"actor_kind": "ghost"}, {"from": "yesterday"}, {"to": "2026-01-01"}],
)
async def test_bad_filters_are_refused(ada: Browser, asked: dict[str, str]) -> None:
    assert refusal(await ada.get("/audit/entries", **asked))[0] == 422


async def test_everything_that_matches_is_exported(
    ada: Browser, page: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "EXPORT_BATCH", 2)
    answer = await ada.get("/audit/entries.jsonl", action="project.")
    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert [line["action"] for line in lines] == ["project.imported", "project.scanned"]
    assert lines == await found(ada, action="project.")
    answer = await ada.get("/audit/entries.csv")
    assert answer.headers["content-type"].startswith("text/csv")
    assert "attachment" in answer.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [row["sequence"] for row in rows] == ["6", "5", "4", "3", "2", "1"]
    assert rows[0]["actor"] == "Bob Noyce"
    assert json.loads(rows[0]["after"])["number"] == 1


async def test_a_spreadsheet_runs_nothing_of_it(ada: Browser, context: Context) -> None:
    async with context.sessions.begin() as db:
        record(db, "client.created", label='=HYPERLINK("http://x")', after={"name": "😀 “é”"})
    (row,) = csv.DictReader(io.StringIO((await ada.get("/audit/entries.csv")).text))
    assert row["label"] == '\'=HYPERLINK("http://x")'
    assert json.loads(row["after"]) == {"name": "😀 “é”"}
    (line,) = (await ada.get("/audit/entries.jsonl")).text.splitlines()
    assert json.loads(line)["label"] == '=HYPERLINK("http://x")'
