"""An approved artefact that changes afterwards: found, shown, approved again or accepted."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select, text

from agentlab.context import Context
from agentlab.documents.schemas import DocumentSummary
from agentlab.gates import due
from agentlab.gates.models import Decision, DecisionArtefact
from agentlab.gates.staleness import looking
from agentlab.gates.staleness.models import Acceptance, Difference, Finding
from agentlab.kit.clock import now
from agentlab.kit.db import Base
from agentlab.kit.ids import new_id
from tests.gates.test_decisions import STORIES
from tests.support.browser import PASSWORD, Browser, refusal
from tests.support.projects import bmad_folder, project_of, run_jobs, stage_of, write
from tests.support.review import Review

OTHER = "# A reader\n\nIt reads aloud.\n"


class Approved(Review):
    """A project whose first stage is approved."""

    @property
    def prd(self) -> Path:
        return self.folder / "docs" / "prd.md"

    async def approve(self) -> None:
        assert (await self.decide(await self.submit())).status_code == 201

    async def scan(self) -> Any:
        return await self.browser.do(f"/projects/{self.project_id}/scans")

    async def staleness(self) -> Any:
        return await self.browser.read(f"/gates/{self.gate_id}/staleness")

    async def changed(self, content: str = OTHER) -> Any:
        """The staleness after the PRD was written anew and the folder was scanned."""
        write(self.prd, content)
        await self.scan()
        return await self.staleness()

    def renewal(self, shown: Any, reason: str = "") -> dict[str, Any]:
        return {"reason": reason, "artefacts": shown["present"]}

    async def renew(self, shown: Any, reason: str = "", by: Browser | None = None) -> Any:
        path = f"/gates/{self.gate_id}/approval"
        return await (by or self.browser).post(path, self.renewal(shown, reason))

    async def accept(self, shown: Any, reason: str = "A typo.", by: Browser | None = None) -> Any:
        body = {"digest": shown["digest"], "reason": reason}
        return await (by or self.browser).post(f"/gates/{self.gate_id}/acceptances", body)

    async def is_stale_everywhere(self) -> set[bool]:
        """What the gate, the stepper and the dashboard say."""
        gate = stage_of(await self.page(), "prd.md")["gate"]
        rows = (await self.browser.read("/dashboard"))["projects"]["items"]
        row = next(row for row in rows if row["id"] == self.project_id)
        return {(await self.staleness())["is_stale"], gate["is_stale"], row["stale_total"] == 1}


@pytest.fixture
async def approved(bob: Browser, context: Context, root: Path) -> Approved:
    folder = bmad_folder(root)
    review = Approved(bob, context, folder, await project_of(bob, context, folder))
    await review.approve()
    return review


async def rows(context: Context, table: type[Base]) -> list[dict[str, Any]]:
    async with context.engine.connect() as connection:
        found = await connection.execute(select(table))
        return [dict(row) for row in found.mappings()]


async def actions(context: Context, noun: str = "decision") -> list[tuple[str, str]]:
    async with context.engine.connect() as connection:
        found = await connection.execute(
            text(
                "SELECT action, actor_kind FROM audit_entries "
                "WHERE action LIKE :noun ORDER BY sequence"
            ),
            {"noun": f"{noun}.%"},
        )
        return [(row[0], row[1]) for row in found]


async def test_an_approval_whose_texts_are_there_is_not_stale(approved: Approved) -> None:
    write(approved.folder / "docs" / "notes.md", "# Notes\n")
    await approved.scan()
    found = await approved.staleness()
    assert (found["is_stale"], found["changes"], found["digest"]) == (False, [], "")
    assert found["approved_by"] == "Bob Noyce"
    assert await approved.is_stale_everywhere() == {False}
    assert await rows(approved.context, Finding) == []


async def test_a_gate_without_an_approval_cannot_be_stale(
    bob: Browser, context: Context, root: Path
) -> None:
    folder = bmad_folder(root)
    review = Approved(bob, context, folder, await project_of(bob, context, folder))
    shown = await review.changed()
    assert (shown["is_stale"], shown["decision_id"]) == (False, None)
    assert refusal(await review.renew(shown)) == (409, "approval_not_stale")
    response = await review.accept({"digest": "0" * 64})
    assert refusal(response) == (409, "approval_not_stale")
    await review.decide(await review.submit(), "rejected", "No.")
    assert refusal(await review.renew(shown)) == (409, "approval_not_stale")


async def test_a_changed_artefact_makes_the_approval_stale_everywhere(approved: Approved) -> None:
    before = (await approved.staleness())["present"][0]["sha256"]
    found = await approved.changed()
    change = found["changes"][0]
    assert found["found_at"]
    assert len(found["changes"]) == 1
    assert (change["path"], change["title"]) == ("docs/prd.md", "A reader")
    assert (change["approved_version"], change["current_version"]) == (1, 2)
    assert change["approved_sha256"] == before != change["current_sha256"]
    assert await approved.is_stale_everywhere() == {True}
    assert await approved.states() == ["done", "current", "upcoming", "upcoming"]


async def test_the_trail_says_it_by_the_system_and_the_row_whose_scan_it_was(
    approved: Approved, context: Context
) -> None:
    await approved.changed()
    assert (await actions(context))[-1] == ("decision.turned_stale", "system")
    finding = (await rows(context, Finding))[0]
    me = await approved.browser.read("/session")
    assert str(finding["found_by"]) == me["id"]
    differences = await rows(context, Difference)
    assert [(d["finding_id"], d["path"]) for d in differences] == [(finding["id"], "docs/prd.md")]


async def test_scanning_again_finds_nothing_new(approved: Approved, context: Context) -> None:
    await approved.changed()
    write(approved.folder / "docs" / "notes.md", "# Notes\n")
    await approved.scan()
    await approved.staleness()
    assert len(await rows(context, Finding)) == 1


async def test_it_goes_away_by_itself_and_what_was_found_stays(
    approved: Approved, context: Context
) -> None:
    original = approved.prd.read_text(encoding="utf-8")
    await approved.changed()
    kept = await rows(context, Finding)
    found = await approved.changed(original)
    assert (found["is_stale"], found["changes"]) == (False, [])
    assert await approved.is_stale_everywhere() == {False}
    assert (await actions(context))[-1] == ("decision.turned_true", "system")
    findings = sorted(await rows(context, Finding), key=lambda row: row["number"])
    assert findings[:1] == kept
    assert [row["digest"] for row in findings][1:] == [""]


async def test_an_artefact_that_vanished_or_came_back(approved: Approved) -> None:
    away = approved.prd.with_name("elsewhere.txt")
    approved.prd.rename(away)
    await approved.scan()
    found = await approved.staleness()
    assert found["changes"][0]["current_sha256"] is None
    assert found["present"] == []
    assert refusal(await approved.renew(found)) == (409, "nothing_to_review")
    away.rename(approved.prd)
    await approved.scan()
    assert not (await approved.staleness())["is_stale"]


def test_a_ledger_may_move_on_but_not_vanish() -> None:
    path = "plan/sprint-status.yaml"
    old = DecisionArtefact(document_id=new_id(), version=1, path=path, sha256="0" * 64)
    new = DocumentSummary(
        id=old.document_id,
        path=path,
        title="",
        version=2,
        sha256="1" * 64,
        size_bytes=1,
        changed_at=now(),
        missing_since=None,
    )
    assert looking.differences({path: old}, {path: new}) == []
    assert len(looking.differences({path: old}, {})) == 1
    other = {"docs/prd.md": old}
    assert len(looking.differences(other, {"docs/prd.md": new})) == 1


async def test_a_text_that_joined_makes_it_stale(
    bob: Browser, context: Context, root: Path
) -> None:
    folder = bmad_folder(root, workflow=STORIES)
    write(folder / "docs" / "stories" / "1.1.read.md", "# Read\n")
    page = await project_of(bob, context, folder)
    approved = Approved(bob, context, folder, page, key="review_draft_story")
    await approved.approve()
    write(folder / "docs" / "stories" / "1.2.write.md", "# Write\n")
    await approved.scan()
    found = await approved.staleness()
    assert [(c["path"], c["approved_version"]) for c in found["changes"]] == [
        ("docs/stories/1.2.write.md", None)
    ]
    assert (await approved.renew(found)).status_code == 201
    assert len((await approved.gate())["submissions"][0]["artefacts"]) == 2


async def test_approving_again_is_one_step_and_moves_no_stage(
    approved: Approved, context: Context
) -> None:
    shown = await approved.changed()
    response = await approved.renew(shown, "The new chapter is fine.")
    assert response.status_code == 201
    assert response.json()["is_stale"] is False
    assert await approved.is_stale_everywhere() == {False}
    assert await approved.states() == ["done", "current", "upcoming", "upcoming"]
    newest, first = (await approved.gate())["submissions"]
    assert (newest["number"], newest["artefacts"][0]["version"]) == (2, 2)
    assert newest["decision"]["reason"] == "The new chapter is fine."
    assert first["decision"]["verdict"] == newest["decision"]["verdict"] == "approved"
    assert await actions(context, "submission") == [("submission.created", "person")] * 2
    assert (await actions(context))[-1] == ("decision.approved", "person")
    await run_jobs(context)
    names = {path.name for path in (approved.folder / ".agentlab" / "decisions").iterdir()}
    assert names == {"01-prd-md-1-approved.md", "01-prd-md-2-approved.md"}


async def test_of_several_approvals_each_adds_to_the_same_renewal(
    approved: Approved, ada: Browser
) -> None:
    await approved.rule(approvals=2)
    shown = await approved.changed()
    assert (await approved.renew(shown)).status_code == 201
    assert (await approved.staleness())["is_stale"]
    again = await approved.renew(shown)
    assert refusal(again) == (409, "already_decided_by_you")
    assert (await approved.renew(shown, by=ada)).status_code == 201
    assert not (await approved.staleness())["is_stale"]
    newest = (await approved.gate())["submissions"][0]
    assert [each["verdict"] for each in newest["decisions"]] == ["approved", "approved"]
    assert len((await approved.gate())["submissions"]) == 2


async def test_a_renewal_that_is_rejected_leaves_the_approval_as_what_stands(
    approved: Approved, ada: Browser
) -> None:
    original = approved.prd.read_text(encoding="utf-8")
    await approved.rule(approvals=2)
    await approved.renew(await approved.changed())
    waiting = (await approved.gate())["submissions"][0]
    assert (await approved.decide(waiting, "rejected", "Too early.", by=ada)).is_success
    summary = (await approved.page())["stages"][0]["gate"]
    assert (summary["last_verdict"], summary["is_stale"]) == ("approved", True)
    assert summary["last_reason"] != "Too early."
    await approved.changed(original)
    summary = (await approved.page())["stages"][0]["gate"]
    assert (summary["last_verdict"], summary["is_stale"]) == ("approved", False)


async def test_people_are_reminded_of_a_renewal_that_waits(
    approved: Approved, ada: Browser, context: Context
) -> None:
    await approved.rule(approvals=2, due_days=1)
    shown = await approved.changed()
    await approved.renew(shown)
    await due.remind(context)
    await due.remind(context)
    assert [action for action, _ in await actions(context, "gate")][1:] == ["gate.reminded"]
    await approved.renew(shown, by=ada)
    async with context.sessions() as db:
        assert await due.gates_that_are_due(db, now() + timedelta(days=9)) == []


async def waits(approved: Approved) -> set[bool]:
    """Whether something still waits: what the newest submission and the reminders say."""
    newest = (await approved.gate())["submissions"][0]
    is_open = newest["decision"] is None and newest["withdrawn_at"] is None
    async with approved.context.sessions() as db:
        due_then = await due.gates_that_are_due(db, now() + timedelta(days=9))
    return {is_open, bool(due_then)}


async def test_a_renewal_is_taken_back_when_the_approved_texts_are_there_again(
    approved: Approved, context: Context
) -> None:
    original = approved.prd.read_text(encoding="utf-8")
    await approved.rule(approvals=2, due_days=1)
    await approved.renew(await approved.changed())
    assert await waits(approved) == {True}
    assert not (await approved.changed(original))["is_stale"]
    assert await waits(approved) == {False}
    await approved.scan()
    assert await actions(context, "submission") == [
        ("submission.created", "person"),
        ("submission.created", "person"),
        ("submission.withdrawn", "system"),
    ]
    assert await approved.states() == ["done", "current", "upcoming", "upcoming"]
    assert (await approved.renew(await approved.changed())).status_code == 201
    assert await waits(approved) == {True}


async def test_a_renewal_is_taken_back_when_the_change_is_accepted(
    approved: Approved, ada: Browser, context: Context
) -> None:
    await approved.rule(submitter_decides=False, due_days=1)
    shown = await approved.changed()
    await approved.renew(shown)
    assert await waits(approved) == {True}
    assert (await approved.accept(shown, by=ada)).status_code == 201
    assert await waits(approved) == {False}
    assert (await actions(context, "submission"))[-1] == ("submission.withdrawn", "person")
    assert await approved.states() == ["done", "current", "upcoming", "upcoming"]


async def test_a_renewal_is_taken_back_when_the_texts_are_those_of_an_accepted_change(
    approved: Approved, context: Context
) -> None:
    await approved.accept(await approved.changed())
    await approved.rule(approvals=2, due_days=1)
    await approved.renew(await approved.changed("# Quite another\n"))
    assert await waits(approved) == {True}
    assert not (await approved.changed(OTHER))["is_stale"]
    assert await waits(approved) == {False}
    assert (await actions(context, "submission"))[-1] == ("submission.withdrawn", "system")


async def test_of_an_accepted_change_no_renewal_begins_to_wait(
    approved: Approved, ada: Browser
) -> None:
    await approved.rule(submitter_decides=False, due_days=1)
    shown = await approved.changed()
    assert (await approved.accept(shown, by=ada)).status_code == 201
    assert refusal(await approved.renew(shown)) == (409, "change_already_accepted")
    assert await waits(approved) == {False}


async def test_only_the_texts_that_were_shown_are_approved_again(
    approved: Approved, context: Context
) -> None:
    shown = await approved.changed()
    write(approved.prd, "# And another one\n")
    assert refusal(await approved.renew(shown)) == (409, "changed_since_shown")
    assert refusal(await approved.accept(shown)) == (409, "changed_since_shown")
    assert refusal(await approved.renew({"present": []})) == (409, "changed_since_shown")
    async with context.engine.connect() as connection:
        assert await connection.scalar(select(func.count()).select_from(Decision)) == 1


async def test_of_many_at_once_one_counts(
    approved: Approved, ada: Browser, context: Context
) -> None:
    shown = await approved.changed()
    replies = await asyncio.gather(
        *(approved.renew(shown, by=browser) for browser in (approved.browser, ada) for _ in "123")
    )
    assert sorted(reply.status_code for reply in replies) == [201, 409, 409, 409, 409, 409]
    async with context.engine.connect() as connection:
        assert await connection.scalar(select(func.count()).select_from(Decision)) == 2


async def test_a_change_is_accepted_with_a_reason_and_once(
    approved: Approved, ada: Browser, context: Context
) -> None:
    shown = await approved.changed()
    assert refusal(await approved.accept(shown, "  ")) == (422, "white_space_alone")
    replies = await asyncio.gather(
        *(approved.accept(shown, by=browser) for browser in (approved.browser, ada) for _ in "12")
    )
    assert sorted(reply.status_code for reply in replies) == [201, 409, 409, 409]
    found = await approved.staleness()
    assert (found["is_stale"], len(found["changes"])) == (False, 1)
    assert found["acceptance"]["reason"] == "A typo."
    assert await approved.is_stale_everywhere() == {False}
    assert refusal(await approved.accept(shown)) == (409, "change_already_accepted")
    assert (await actions(context))[-1] == ("decision.change_accepted", "person")
    assert len(await rows(context, Acceptance)) == 1


async def test_an_acceptance_counts_for_exactly_its_change(approved: Approved) -> None:
    shown = await approved.changed()
    await approved.accept(shown)
    assert (await approved.changed("# Quite another\n"))["is_stale"] is True
    assert (await approved.changed(OTHER))["is_stale"] is False
    assert await approved.is_stale_everywhere() == {False}


async def test_where_it_is_asked_for_people_show_who_they_are_before_they_accept(
    approved: Approved, context: Context
) -> None:
    await approved.rule(reauthentication=True)
    shown = await approved.changed()
    assert refusal(await approved.accept(shown)) == (403, "reauthentication_needed")
    assert await rows(context, Acceptance) == []
    assert (await approved.staleness())["is_stale"]
    right = await approved.browser.put("/session/confirmation", {"password": PASSWORD})
    assert right.status_code == 204
    assert (await approved.accept(shown)).status_code == 201
    assert not (await approved.staleness())["is_stale"]


async def test_nobody_accepts_alone_what_several_have_to_approve(
    approved: Approved, ada: Browser, context: Context
) -> None:
    await approved.rule(approvals=2, reauthentication=True)
    shown = await approved.changed()
    for browser in (approved.browser, ada):
        await browser.put("/session/confirmation", {"password": PASSWORD})
        response = await approved.accept(shown, by=browser)
        assert refusal(response) == (409, "several_have_to_approve")
        assert "2 approvals" in response.json()["detail"]
        assert "Approve the texts again" in response.json()["detail"]
    assert await rows(context, Acceptance) == []
    for browser in (approved.browser, ada):
        assert (await approved.staleness())["is_stale"]
        assert (await approved.renew(shown, by=browser)).status_code == 201
    assert not (await approved.staleness())["is_stale"]


async def test_viewers_and_agents_read_it_and_settle_nothing(
    approved: Approved, vera: Browser, anonymous: Browser
) -> None:
    shown = await approved.changed()
    assert (await vera.get(f"/gates/{approved.gate_id}/staleness")).status_code == 200
    for response in (await approved.renew(shown, by=vera), await approved.accept(shown, by=vera)):
        assert refusal(response) == (403, "forbidden")
    for response in (
        await approved.renew(shown, by=anonymous),
        await approved.accept(shown, by=anonymous),
    ):
        assert refusal(response) == (401, "not_signed_in")


async def test_clocks_that_go_backwards_change_no_order(
    approved: Approved, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = approved.prd.read_text(encoding="utf-8")
    await approved.changed()
    column = Finding.__table__.c.found_at
    monkeypatch.setattr(column.default, "arg", lambda _: datetime(1999, 12, 31, tzinfo=UTC))
    assert (await approved.changed(original))["is_stale"] is False
    assert await approved.is_stale_everywhere() == {False}


async def test_what_no_scan_looked_at_is_found_when_it_is_read_and_by_the_sweep(
    approved: Approved, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agentlab.documents.scan.AFTERWARDS", [])
    found = await approved.changed()
    assert (found["is_stale"], found["found_at"]) == (True, None)
    await run_jobs(context)
    assert (await approved.staleness())["found_at"]
    assert await approved.is_stale_everywhere() == {True}


async def test_the_sweep_finds_what_nobody_read(
    approved: Approved, context: Context, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("agentlab.documents.scan.AFTERWARDS", [])
    write(approved.prd, OTHER)
    await approved.scan()
    for _ in range(2):
        await looking.find_overlooked(context)
        await run_jobs(context)
    assert len(await rows(context, Finding)) == 1
    assert await approved.is_stale_everywhere() == {True}


async def test_hostile_names_and_texts_are_said_as_they_are(
    bob: Browser, context: Context, root: Path
) -> None:
    folder = bmad_folder(root, workflow=STORIES)
    name = "1.1.<img src=x onerror=alert(1)>\u202egnp.md"
    write(folder / "docs" / "stories" / name, "# Read\n")
    page = await project_of(bob, context, folder)
    approved = Approved(bob, context, folder, page, key="review_draft_story")
    await approved.approve()
    write(folder / "docs" / "stories" / name, "# \u202e<b>" + "x" * 1_000_000 + "\n")
    await approved.scan()
    found = await approved.staleness()
    assert [c["path"] for c in found["changes"]] == [f"docs/stories/{name}"]
    assert (await approved.accept(found, "\u202e<script>")).status_code == 201
