"""What was read, how much is left, and what is put off."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select, update

from agentlab.context import Context
from agentlab.documents import words
from agentlab.documents.models import Version
from agentlab.inbox.reading import week_began, zone_named
from agentlab.kit.clock import now
from tests.inbox.test_waiting import age, inbox, kinds
from tests.support.browser import Browser, refusal
from tests.support.projects import write
from tests.support.review import Review

TEN = "one two three four five\nsix seven eight nine ten\n"


def test_words_are_counted_and_those_in_changed_lines_are_new() -> None:
    assert words.count(TEN.encode()) == 10
    assert words.count(b"") == words.count(b" \n\n") == 0
    assert words.count(b"\xff caf\xe9") == 2
    assert words.count_changed(TEN.encode(), TEN.encode()) == 0
    assert words.count_changed(TEN.encode(), TEN.replace("six", "6").encode()) == 5
    assert words.count_changed(b"a b\na b\n", b"a b\na b\na b\n") == 2


async def unread_words(browser: Browser) -> int:
    [item] = (await inbox(browser))["page"]["items"]
    return int(item["words"])


async def test_words_are_unread_until_they_are_read_and_then_only_what_changed(
    review: Review, ada: Browser
) -> None:
    bob = review.browser
    write(review.folder / "docs/prd.md", TEN)
    submission = await review.submit()
    [document] = submission["artefacts"]
    assert await unread_words(bob) == await unread_words(ada) == 10
    path = f"/documents/{document['document_id']}/versions"
    for _ in range(2):
        assert (await bob.put(f"{path}/{document['version']}/reading")).status_code == 204
    assert await unread_words(bob) == 0
    assert await unread_words(ada) == 10
    reading = (await inbox(bob))["reading"]
    assert (reading["this_week"], reading["waiting"], reading["budget_minutes"]) == (10, 0, None)
    write(review.folder / "docs/prd.md", TEN.replace("six", "6") + "eleven twelve\n")
    await bob.do(f"/gates/{review.gate_id}/submissions", {"note": ""})
    assert await unread_words(bob) == 7
    assert await unread_words(ada) == 12
    assert refusal(await bob.put(f"{path}/99/reading")) == (404, "not_found")


async def test_what_was_opened_before_a_decision_was_read(review: Review, ada: Browser) -> None:
    await review.rule(approvals=2)
    submission = await review.submit()
    [document] = submission["artefacts"]
    seen = {"document_id": document["document_id"], "opened": True, "read_to_end": False}
    await review.decide(submission, attention={"seconds": 9, "texts": [seen]})
    reading = (await inbox(review.browser))["reading"]
    assert reading["this_week"] == words.count(b"# A reader\n\nIt reads.\n")
    assert (await inbox(ada))["reading"]["this_week"] == 0


async def test_versions_from_before_are_counted_by_a_sweep(
    review: Review, context: Context
) -> None:
    await review.submit()
    counted = await unread_words(review.browser)
    async with context.engine.begin() as connection:
        await connection.execute(update(Version).values(words=None))
    assert await unread_words(review.browser) > 0
    await words.count_missing(context)
    assert await unread_words(review.browser) == counted
    async with context.sessions() as db:
        assert (await db.scalars(select(Version.words).where(Version.words.is_(None)))).all() == []


async def test_a_week_begins_on_monday_where_the_person_is() -> None:
    sunday = datetime(2026, 11, 29, 23, 30, tzinfo=UTC)
    assert week_began(sunday, ZoneInfo("UTC")) == datetime(2026, 11, 23, tzinfo=UTC)
    paris = ZoneInfo("Europe/Paris")
    assert week_began(sunday, paris) == datetime(2026, 11, 30, tzinfo=paris)
    assert zone_named("Nowhere/At all") == zone_named(None) == ZoneInfo("UTC")


async def test_a_snoozed_item_stands_apart_until_it_is_time(
    review: Review, ada: Browser, context: Context
) -> None:
    bob = review.browser
    submission = await review.submit()
    path = f"/inbox/gate/{submission['id']}/snooze"
    until = (now() + timedelta(days=2)).isoformat()
    assert (await bob.put(path, {"until": until, "reason": "Ada is away."})).status_code == 204
    found = await inbox(bob)
    assert (found["page"]["items"], found["totals"]["snoozed"]) == ([], 1)
    [item] = (await inbox(bob, snoozed=True))["page"]["items"]
    assert item["snooze_reason"] == "Ada is away."
    assert datetime.fromisoformat(item["snoozed_until"]) == datetime.fromisoformat(until)
    assert await kinds(ada) == ["gate"]
    [entry] = (await ada.read("/audit/entries", action="inbox.snoozed"))["items"]
    assert (entry["reason"], entry["label"]) == ("Ada is away.", "Create the PRD")
    assert (await bob.put(path, {"until": until, "reason": "Still."})).status_code == 204
    assert (await bob.delete(path)).status_code == 204
    assert (await bob.delete(path)).status_code == 204
    assert await kinds(bob) == ["gate"]
    await bob.put(path, {"until": until, "reason": "Once more."})
    await age(context, "inbox_snoozes", "until", 3)
    assert await kinds(bob) == ["gate"]
    await bob.put(path, {"until": until, "reason": "Once more."})
    await bob.do(f"/submissions/{submission['id']}/withdrawal")
    await review.submit("Another one is news.")
    assert await kinds(bob) == ["gate"]


async def test_snoozes_that_make_no_sense_are_refused(review: Review, vera: Browser) -> None:
    submission = await review.submit()
    path = f"/inbox/gate/{submission['id']}/snooze"
    tomorrow = (now() + timedelta(days=1)).isoformat()
    for body, code in (
        ({"until": "2020-01-01T00:00:00Z", "reason": "x"}, "snooze_until_invalid"),
        ({"until": "9999-01-01T00:00:00Z", "reason": "x"}, "snooze_until_invalid"),
        ({"until": tomorrow, "reason": " "}, "white_space_alone"),
        ({"until": tomorrow, "reason": "a\x00b"}, "invalid_input"),
        ({"until": "2030-01-01T00:00:00", "reason": "x"}, "invalid_input"),
        ({"reason": "x"}, "invalid_input"),
    ):
        assert refusal(await review.browser.put(path, body)) == (422, code), body
    body = {"until": tomorrow, "reason": "x"}
    assert refusal(await vera.put(path, body)) == (404, "not_found")
    other = path.replace("/gate/", "/stale/")
    assert refusal(await review.browser.put(other, body)) == (404, "not_found")
