"""Requests for changes as threads on lines, which travel with the next submission."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from sqlalchemy import text

from agentlab.context import Context
from agentlab.gates.threads.carrying import carried
from tests.support.agent import Agent, token_of
from tests.support.browser import Browser, refusal
from tests.support.projects import bmad_folder, project_of, run_jobs, write
from tests.support.review import Review

TEXT = "# A reader\n\nIt reads.\n\nIt is quiet.\n"


class Requests(Review):
    """A project whose first stage is submitted, with a person who asks for changes."""

    submission: Any

    @property
    def prd(self) -> Path:
        return self.folder / "docs" / "prd.md"

    def body(self, first: int, last: int, words: str) -> dict[str, Any]:
        document_id = self.submission["artefacts"][0]["document_id"]
        lines = {"first_line": first, "last_line": last}
        return {"document_id": document_id, **lines, "text": words}

    async def post(
        self, first: int = 3, last: int = 3, words: str = "What?", by: Browser | None = None
    ) -> Any:
        path = f"/submissions/{self.submission['id']}/threads"
        return await (by or self.browser).post(path, self.body(first, last, words))

    async def ask(self, first: int = 3, last: int = 3, words: str = "What?") -> Any:
        reply = await self.post(first, last, words)
        assert reply.status_code == 201, reply.text
        return reply.json()

    async def threads(self, **filters: Any) -> Any:
        page = await self.browser.read(f"/gates/{self.gate_id}/threads", **filters)
        return page["items"]

    async def submit_again(self, content: str) -> None:
        write(self.prd, content)
        self.submission = await self.submit()


@pytest.fixture
async def requests(bob: Browser, context: Context, root: Path) -> Requests:
    folder = bmad_folder(root)
    write(folder / "docs" / "prd.md", TEXT)
    found = Requests(bob, context, folder, await project_of(bob, context, folder))
    found.submission = await found.submit()
    return found


async def test_a_thread_has_the_lines_their_quote_and_a_comment(requests: Requests) -> None:
    thread = await requests.ask(3, 5, "Which *one*?")
    assert thread["quote"] == "It reads.\n\nIt is quiet."
    assert (thread["first_line"], thread["last_line"], thread["version"]) == (3, 5, 1)
    assert (thread["path"], thread["is_resolved"]) == ("docs/prd.md", False)
    comment = thread["comments"][0]
    assert (comment["text"], comment["by"], comment["is_mine"]) == (
        "Which *one*?",
        "Bob Noyce",
        True,
    )
    assert await requests.threads() == [thread]


async def test_lines_that_are_not_there_and_empty_words_are_refused(requests: Requests) -> None:
    assert refusal(await requests.post(5, 6)) == (422, "lines_not_there")
    assert refusal(await requests.post(3, 2)) == (422, "inconsistent_input")
    assert refusal(await requests.post(0, 1)) == (422, "invalid_input")
    assert refusal(await requests.post(words=" \n ")) == (422, "white_space_alone")
    assert refusal(await requests.post(words="\x00")) == (422, "invalid_input")
    other = {**requests.body(1, 1, "x"), "document_id": requests.gate_id}
    path = f"/submissions/{requests.submission['id']}/threads"
    assert refusal(await requests.browser.post(path, other)) == (404, "not_found")


async def test_what_is_decided_gets_no_new_thread(requests: Requests) -> None:
    await requests.decide(requests.submission, "rejected", "Later.")
    assert refusal(await requests.post()) == (409, "submission_already_decided")


async def test_open_threads_travel_with_the_lines(requests: Requests) -> None:
    moved = await requests.ask(5, 5, "Quiet?")
    rewritten = await requests.ask(3, 3, "Reads what?")
    settled = await requests.ask(1, 1, "A title?")
    await requests.browser.do(f"/threads/{settled['id']}/resolution")
    await requests.decide(requests.submission, "rejected", "See the threads.")
    await requests.submit_again("# A reader\n\nIt reads feeds.\n\nNew.\n\nIt is quiet.\n")
    found = {thread["id"]: thread for thread in await requests.threads()}
    assert (found[moved["id"]]["first_line"], found[moved["id"]]["version"]) == (7, 2)
    assert found[moved["id"]]["submission_id"] == requests.submission["id"]
    assert found[rewritten["id"]]["first_line"] == 3
    assert found[settled["id"]]["version"] == 1
    assert found[moved["id"]]["quote"] == "It is quiet."


async def test_lines_that_are_gone_leave_their_quote(requests: Requests) -> None:
    await requests.ask(5, 5)
    await requests.decide(requests.submission, "rejected", "See the threads.")
    await requests.submit_again("# A reader\n\nIt reads.\n")
    thread = (await requests.threads())[0]
    assert (thread["first_line"], thread["last_line"]) == (None, None)
    assert (thread["version"], thread["quote"]) == (2, "It is quiet.")
    await requests.decide(requests.submission, "rejected", "Still.")
    await requests.submit_again(TEXT)
    assert (await requests.threads())[0]["first_line"] is None


async def test_the_decision_file_has_the_open_threads(requests: Requests) -> None:
    thread = await requests.ask(3, 5, "Which one?\n# Not a heading")
    settled = await requests.ask(1, 1, "A title?")
    await requests.browser.do(f"/threads/{settled['id']}/resolution")
    await requests.decide(requests.submission, "rejected", "See the threads.")
    await run_jobs(requests.context)
    decision = (await requests.gate())["submissions"][0]["decision"]
    path = requests.folder / decision["file"]["path"]
    written = path.read_bytes()
    said = written.decode()
    assert '### "docs/prd.md", lines 3 to 5' in said
    assert f"thread: {thread['id']}" in said
    assert "    It is quiet.\n" in said
    assert "Bob Noyce:\n\n> Which one?\n> # Not a heading\n" in said
    assert "A title?" not in said
    await requests.browser.do(f"/threads/{thread['id']}/comments", {"text": "Later."})
    path.unlink()
    await requests.browser.do(f"/projects/{requests.project_id}/scans")
    await run_jobs(requests.context)
    assert path.read_bytes() == written


async def test_agents_answer_and_resolve_nothing(requests: Requests, app: FastAPI) -> None:
    thread = await requests.ask()
    async with Agent(app, await token_of(requests.browser)) as agent:
        answered = await agent.do(f"/threads/{thread['id']}/comments", {"text": "Mended."})
        assert answered["comments"][1]["is_agents"] is True
        for move in ("resolution", "reopening"):
            response = await agent.post(f"/threads/{thread['id']}/{move}")
            assert refusal(response) == (403, "forbidden")
        assert refusal(await requests.post(by=agent)) == (403, "forbidden")
        mine = f"/comments/{thread['comments'][0]['id']}"
        response = await agent.patch(mine, {"text": "Mine."}, version=1)
        assert refusal(response) == (403, "forbidden")
    async with Agent(app, await token_of(requests.browser, "read")) as reader:
        response = await reader.post(f"/threads/{thread['id']}/comments", {"text": "x"})
        assert refusal(response) == (403, "scope_missing")


async def test_a_thread_is_resolved_once_and_reopened(requests: Requests, ada: Browser) -> None:
    thread = await requests.ask()
    path = f"/threads/{thread['id']}/resolution"
    replies = await asyncio.gather(*(by.post(path) for by in (ada, requests.browser, ada)))
    assert sorted(reply.status_code for reply in replies) == [200, 409, 409]
    found = (await requests.threads(resolved=True))[0]
    assert found["resolved_by"] in {"Ada Lovelace", "Bob Noyce"}
    assert await requests.threads(resolved=False) == []
    reopened = await ada.do(f"/threads/{thread['id']}/reopening")
    assert (reopened["is_resolved"], reopened["resolved_by"]) == (False, None)
    assert refusal(await ada.post(f"/threads/{thread['id']}/reopening")) == (
        409,
        "thread_already_so",
    )


async def test_ones_own_comment_can_be_changed_for_a_while(
    requests: Requests, ada: Browser, context: Context
) -> None:
    comment = (await requests.ask())["comments"][0]
    path = f"/comments/{comment['id']}"
    edited = await requests.browser.patch(path, {"text": "Why?"}, version=1)
    assert (edited.status_code, edited.headers["ETag"]) == (200, '"2"')
    changed = edited.json()["comments"][0]
    assert (changed["text"], changed["version"], bool(changed["edited_at"])) == ("Why?", 2, True)
    for response, expected in (
        (await requests.browser.patch(path, {"text": "x"}, version=1), (412, "changed_meanwhile")),
        (await requests.browser.patch(path, {"text": "x"}), (428, "if_match_missing")),
        (await ada.patch(path, {"text": "x"}, version=2), (403, "forbidden")),
    ):
        assert refusal(response) == expected
    trail = await ada.read("/audit/entries?action=thread.comment_edited")
    assert trail["items"][0]["before"] == {"text": "What?"}
    async with context.engine.begin() as connection:
        before = datetime.now(UTC) - timedelta(minutes=16)
        await connection.execute(
            text("UPDATE thread_comments SET written_at = :before"), {"before": before}
        )
    response = await requests.browser.patch(path, {"text": "x"}, version=2)
    assert refusal(response) == (409, "comment_not_editable")


async def test_the_feed_tells_of_requests_and_leads_to_their_gate(requests: Requests) -> None:
    await requests.ask()
    feed = await requests.browser.read("/activity", kind="thread")
    assert [(item["action"], item["gate_id"]) for item in feed["items"]] == [
        ("thread.opened", requests.gate_id)
    ]


async def test_threads_and_comments_come_in_pages(requests: Requests) -> None:
    asked = [(await requests.ask(words=f"Number {n}"))["id"] for n in range(3)]
    first = await requests.browser.read(f"/gates/{requests.gate_id}/threads", limit=2)
    rest = await requests.browser.read(
        f"/gates/{requests.gate_id}/threads", limit=2, after=first["next"]
    )
    assert [thread["id"] for thread in (*first["items"], *rest["items"])] == asked
    assert rest["next"] is None
    for n in range(3):
        await requests.browser.do(f"/threads/{asked[0]}/comments", {"text": f"Answer {n}"})
    page = await requests.browser.read(f"/threads/{asked[0]}/comments", limit=3)
    last = await requests.browser.read(f"/threads/{asked[0]}/comments", limit=3, after=page["next"])
    said = [comment["text"] for comment in (*page["items"], *last["items"])]
    assert said == ["Number 0", "Answer 0", "Answer 1", "Answer 2"]
    response = await requests.browser.get(f"/gates/{requests.gate_id}/threads", after="x")
    assert refusal(response) == (422, "invalid_cursor")


async def test_viewers_read_and_strangers_do_not(
    requests: Requests, vera: Browser, anonymous: Browser
) -> None:
    thread = await requests.ask()
    assert (await vera.get(f"/gates/{requests.gate_id}/threads")).status_code == 200
    for by, expected in ((vera, (403, "forbidden")), (anonymous, (401, "not_signed_in"))):
        comment = await by.post(f"/threads/{thread['id']}/comments", {"text": "x"})
        assert refusal(comment) == expected
        assert refusal(await requests.post(by=by)) == expected


async def test_hostile_texts_are_quoted_as_they_are_and_shortened(requests: Requests) -> None:
    await requests.submit_again("# \u202e<img src=x onerror=alert(1)>\n" + "x" * 1_000_000 + "\n")
    thread = await requests.ask(1, 2, "<script>alert(1)</script>\u202e")
    assert thread["quote"].startswith("# \u202e<img src=x onerror=alert(1)>\nxxx")
    assert len(thread["quote"]) == 2_000
    write(requests.prd, b"# \xff is no UTF-8\n")
    await requests.submit()
    assert (await requests.threads())[0]["quote"] == thread["quote"]


LINES = st.lists(st.sampled_from("abcdefgh"), max_size=30)


@hypothesis_settings(max_examples=300)
@given(old=LINES.filter(bool), new=LINES, data=st.data())
def test_lines_are_carried_to_lines_that_are_there(
    old: list[str], new: list[str], data: st.DataObject
) -> None:
    first = data.draw(st.integers(1, len(old)))
    last = data.draw(st.integers(first, len(old)))
    span = carried(old, new, [(first, last)])[0]
    assert span is None or 1 <= span[0] <= span[1] <= len(new)
    assert carried(old, old, [(first, last)]) == [(first, last)]
    before = [f"new {n}" for n in range(len(new))]
    shifted = carried(old, [*before, *old], [(first, last)])[0]
    assert shifted == (first + len(before), last + len(before))


def test_large_texts_are_followed_in_time() -> None:
    old = [f"line {n}" for n in range(50_000)]
    new = ["new", *(f"other {n}" for n in range(49_000)), *old[-500:]]
    assert carried(old, new, [(49_900, 49_900)]) == [(49_401, 49_401)]
