"""Contradictions over HTTP: what is proposed, applying it, taking it back, and who may."""

import asyncio
import os
import stat
import sys
from pathlib import Path
from typing import Any

import pytest
from httpx import Response

from agentlab.context import Context
from tests.support.agent import Agent, token_of
from tests.support.browser import Browser, refusal
from tests.support.ledgers import (
    ARTEFACTS,
    SPEC,
    SPRINT,
    SPRINT_STATUS,
    STORY,
    STORY_TEXT,
    bmad_v6_folder,
)
from tests.support.projects import bmad_folder, project_of, run_jobs, write
from tests.support.statements import recorded

Json = dict[str, Any]


async def imported(browser: Browser, context: Context, folder: Path) -> str:
    """The id of the project that the folder was imported as, whatever workflows it has."""
    found = await browser.do("/inspections", {"path": str(folder)})
    workflows = found["workflows"]
    body = {
        "path": str(folder),
        "client": "Maison Lumière",
        "service": "Reading",
        "workflow": workflows[0]["key"] if workflows else None,
    }
    requested = await browser.do("/imports", body)
    await run_jobs(context)
    ended = await browser.read(f"/imports/{requested['id']}")
    assert ended["state"] == "done", ended["error"]
    return str(ended["project_id"])


@pytest.fixture
def folder(root: Path) -> Path:
    return bmad_v6_folder(root)


@pytest.fixture
async def project(ada: Browser, context: Context, folder: Path) -> str:
    return await imported(ada, context, folder)


async def contradictions(browser: Browser, project: str) -> list[Json]:
    page: Json = await browser.read(f"/projects/{project}/contradictions")
    items: list[Json] = page["items"]
    return items


async def named(browser: Browser, project: str, kind: str) -> Json:
    return next(each for each in await contradictions(browser, project) if each["kind"] == kind)


def choice(contradiction: Json) -> Json:
    return {
        "contradiction_id": contradiction["id"],
        "sha256": contradiction["proposal"]["sha256"],
    }


async def apply(browser: Browser, project: str, contradiction: Json) -> Response:
    return await browser.post(f"/projects/{project}/corrections", choice(contradiction))


async def test_what_disagrees_is_listed_with_its_evidence(ada: Browser, project: str) -> None:
    found = await contradictions(ada, project)
    assert [(each["kind"], each["item_key"]) for each in found] == [
        ("epic_behind_stories", "epic-1"),
        ("sprint_behind_story", "1-2-sign-in"),
        ("sprint_behind_spec", "1-3-sign-out"),
    ]
    sprint, story = found[1]["evidence"]
    assert (sprint["path"], sprint["line"], sprint["raw"]) == (SPRINT, 14, "in-progress")
    assert (story["path"], story["line"], story["text"]) == (STORY, 3, "Status: review")
    proposal = found[1]["proposal"]
    assert (proposal["path"], proposal["before"], proposal["after"]) == (
        SPRINT,
        "in-progress",
        "review",
    )
    assert "never lowered" in found[1]["reason"]


async def test_a_correction_changes_one_word_and_settles_it(
    ada: Browser, project: str, folder: Path
) -> None:
    (folder / SPRINT).chmod(0o640)
    found = await named(ada, project, "sprint_behind_story")
    reply = await apply(ada, project, found)
    assert reply.status_code == 201, reply.text
    expected = SPRINT_STATUS.replace("1-2-sign-in: in-progress ", "1-2-sign-in: review ")
    assert (folder / SPRINT).read_bytes() == expected.encode()
    assert stat.S_IMODE((folder / SPRINT).stat().st_mode) == 0o640
    assert (reply.json()["word_after"], reply.json()["applied_by"]) == ("review", "Ada Lovelace")
    left = [each["kind"] for each in await contradictions(ada, project)]
    assert left == ["epic_behind_stories", "sprint_behind_spec"]


async def test_a_correction_stands_in_the_trail(ada: Browser, project: str) -> None:
    await apply(ada, project, await named(ada, project, "sprint_behind_story"))
    [entry] = (await ada.read("/audit/entries", action="project.corrected"))["items"]
    assert entry["before"] == {"item": "1-2-sign-in", "path": SPRINT, "status": "in-progress"}
    assert entry["after"] == {"item": "1-2-sign-in", "path": SPRINT, "status": "review"}


async def test_a_document_that_is_corrected_has_a_new_version(
    ada: Browser, project: str, folder: Path
) -> None:
    write(folder / SPRINT, SPRINT_STATUS.replace("1-2-sign-in: in-progress", "1-2-sign-in: done"))
    await ada.do(f"/projects/{project}/scans")
    reply = await apply(ada, project, await named(ada, project, "story_behind_sprint"))
    assert reply.status_code == 201
    assert (folder / STORY).read_text() == STORY_TEXT.replace("Status: review", "Status: done")
    page = await ada.read(f"/projects/{project}/documents", search="1-2-sign-in")
    assert [(each["path"], each["version"]) for each in page["items"]] == [(STORY, 2)]


async def test_undoing_puts_every_byte_back(ada: Browser, project: str, folder: Path) -> None:
    applied = (await apply(ada, project, await named(ada, project, "epic_behind_stories"))).json()
    assert (folder / SPRINT).read_text() != SPRINT_STATUS
    undone = await ada.do(f"/corrections/{applied['id']}/undoing")
    assert undone["undone_by"] == "Ada Lovelace"
    assert (folder / SPRINT).read_text() == SPRINT_STATUS
    assert len(await contradictions(ada, project)) == 3
    again = await ada.post(f"/corrections/{applied['id']}/undoing")
    assert refusal(again) == (409, "already_undone")
    listed = await ada.read(f"/projects/{project}/corrections")
    assert [each["id"] for each in listed["items"]] == [applied["id"]]


async def test_undoing_what_somebody_went_on_with_is_refused(
    ada: Browser, project: str, folder: Path
) -> None:
    applied = (await apply(ada, project, await named(ada, project, "epic_behind_stories"))).json()
    with (folder / SPRINT).open("a") as file:
        file.write("# later\n")
    before = (folder / SPRINT).read_bytes()
    refused = await ada.post(f"/corrections/{applied['id']}/undoing")
    assert refusal(refused) == (409, "changed_meanwhile")
    assert (folder / SPRINT).read_bytes() == before


@pytest.mark.parametrize("change", ["other", "gone", "link", "folder"])
async def test_a_file_that_is_no_longer_what_was_shown_is_left_alone(
    ada: Browser, project: str, folder: Path, change: str
) -> None:
    found = await named(ada, project, "sprint_behind_story")
    file = folder / SPRINT
    elsewhere = folder / "elsewhere.yaml"
    write(elsewhere, SPRINT_STATUS)
    match change:
        case "other":
            write(file, SPRINT_STATUS.replace("# Bob is on it", "# Bob was on it"))
        case "gone":
            file.unlink()
        case "link":
            file.unlink()
            file.symlink_to(elsewhere)
        case _:
            file.unlink()
            file.mkdir()
    assert refusal(await apply(ada, project, found)) == (409, "changed_meanwhile")
    assert elsewhere.read_text() == SPRINT_STATUS
    assert (await ada.read(f"/projects/{project}/corrections"))["items"] == []


async def test_a_digest_that_was_not_shown_is_refused(ada: Browser, project: str) -> None:
    found = await named(ada, project, "sprint_behind_story")
    body = {"contradiction_id": found["id"], "sha256": "0" * 64}
    refused = await ada.post(f"/projects/{project}/corrections", body)
    assert refusal(refused) == (409, "changed_meanwhile")


async def test_of_two_people_who_apply_one_wins_and_one_is_told(
    ada: Browser, bob: Browser, project: str, folder: Path
) -> None:
    found = await named(ada, project, "sprint_behind_story")
    replies = await asyncio.gather(*(apply(each, project, found) for each in (ada, bob)))
    codes = sorted(reply.status_code for reply in replies)
    assert codes == [201, 409]
    told = next(reply for reply in replies if reply.status_code == 409)
    assert told.json()["code"] in {"being_scanned", "contradiction_settled"}
    assert (folder / SPRINT).read_text().count("1-2-sign-in: review") == 1
    assert refusal(await apply(bob, project, found)) == (409, "contradiction_settled")


async def test_what_only_people_can_know_has_no_proposal(
    ada: Browser, project: str, folder: Path
) -> None:
    text = (folder / SPEC).read_text().replace("status: 'ready-for-dev'", "status: 'draft'")
    write(folder / SPEC, text)
    write(
        folder / SPRINT, SPRINT_STATUS.replace("1-3-sign-out: backlog", "1-3-sign-out: in-progress")
    )
    await ada.do(f"/projects/{project}/scans")
    found = await named(ada, project, "spec_not_approved")
    assert found["proposal"] is None
    body = {"contradiction_id": found["id"], "sha256": "0" * 64}
    refused = await ada.post(f"/projects/{project}/corrections", body)
    assert refusal(refused) == (409, "nothing_proposed")


async def test_a_review_that_is_open_is_expected_and_counts_as_none(
    ada: Browser, project: str, folder: Path
) -> None:
    text = (folder / SPEC).read_text().replace("status: 'ready-for-dev'", "status: 'done'")
    write(folder / SPEC, text)
    reviewing = SPRINT_STATUS.replace("1-3-sign-out: backlog", "1-3-sign-out: review")
    write(folder / SPRINT, reviewing)
    await ada.do(f"/projects/{project}/scans")
    found = await contradictions(ada, project)
    assert (found[-1]["kind"], found[-1]["is_expected"]) == ("review_open", True)
    progress = await ada.read(f"/projects/{project}/progress")
    assert (progress["contradictions"], progress["expected"]) == (2, 1)


async def test_no_agent_and_no_viewer_corrects_anything(
    app: Any, ada: Browser, vera: Browser, project: str, folder: Path
) -> None:
    found = await named(vera, project, "sprint_behind_story")
    assert refusal(await apply(vera, project, found)) == (403, "forbidden")
    async with Agent(app, await token_of(ada)) as agent:
        assert len(await contradictions(agent, project)) == 3
        assert refusal(await apply(agent, project, found)) == (403, "forbidden")
    applied = (await apply(ada, project, found)).json()
    async with Agent(app, await token_of(ada)) as agent:
        refused = await agent.post(f"/corrections/{applied['id']}/undoing")
        assert refusal(refused) == (403, "forbidden")
    assert "1-2-sign-in: review" in (folder / SPRINT).read_text()


async def test_strangers_and_neighbours_see_nothing(
    anonymous: Browser, bob: Browser, ada: Browser, project: str
) -> None:
    for part in ("work-items", "progress", "contradictions", "corrections"):
        assert refusal(await anonymous.get(f"/projects/{project}/{part}"))[0] == 401
        assert (await bob.get(f"/projects/{project}/{part}")).status_code == 200
    page = await ada.read("/users", search="bob@")
    user = page["items"][0]
    changes = {"sees_all_clients": False, "client_ids": []}
    changed = await ada.patch(f"/users/{user['id']}", changes, version=user["version"])
    assert changed.is_success, changed.text
    for part in ("work-items", "progress", "contradictions", "corrections"):
        assert refusal(await bob.get(f"/projects/{project}/{part}")) == (404, "not_found")


async def test_items_are_found_by_what_they_are(ada: Browser, project: str) -> None:
    async def keys(**wanted: Any) -> list[str]:
        page = await ada.read(f"/projects/{project}/work-items", **wanted)
        return [each["key"] for each in page["items"]]

    assert await keys(kind="epic") == ["epic-1", "epic-2"]
    assert await keys(parent="epic-1", kind="story", status=["done", "backlog"]) == [
        "1-1-accounts",
        "1-3-sign-out",
    ]
    assert await keys(search="ÉCRANS") == ["2-2a-écrans"]
    assert await keys(disputed=True) == ["epic-1", "1-2-sign-in", "1-3-sign-out"]
    assert await keys(search="%") == []
    assert await keys(outermost=True) == ["epic-1", "epic-2", "epics"]


async def test_an_epic_says_how_far_its_stories_are(ada: Browser, project: str) -> None:
    page = await ada.read(f"/projects/{project}/work-items", limit=1)
    assert page["items"][0]["parts"] == [
        {"status": "backlog", "count": 1},
        {"status": "in_progress", "count": 1},
        {"status": "done", "count": 1},
    ]
    seen = [page["items"][0]["key"]]
    while page["next"]:
        page = await ada.read(f"/projects/{project}/work-items", limit=1, after=page["next"])
        seen += [each["key"] for each in page["items"]]
    assert len(seen) == len(set(seen)) == 11


async def test_reading_takes_as_many_statements_for_many_as_for_few(
    ada: Browser, context: Context, root: Path, project: str
) -> None:
    large = bmad_v6_folder(root, "large")
    for story in range(1, 150):
        write(large / f"{ARTEFACTS}/7-{story}-many.md", f"# Story 7.{story}: A\n\nStatus: done\n")
    many = await imported(ada, context, large)
    for part in ("work-items", "contradictions", "progress", "corrections"):
        counts = []
        for each in (project, many):
            await ada.read(f"/projects/{each}/{part}")
            with recorded(context.engine) as statements:
                await ada.read(f"/projects/{each}/{part}")
            counts.append(len(statements))
        assert counts[0] == counts[1], part


async def test_an_unchanged_project_is_not_written_again(
    ada: Browser, context: Context, project: str
) -> None:
    before = (await ada.read(f"/projects/{project}/progress"))["read_at"]
    await ada.do(f"/projects/{project}/scans")
    assert (await ada.read(f"/projects/{project}/progress"))["read_at"] == before


async def test_the_dashboard_counts_them(ada: Browser, project: str) -> None:
    page = await ada.read("/projects")
    row = next(each for each in page["items"] if each["id"] == project)
    assert row["contradictions"] == 3
    await apply(ada, project, await named(ada, project, "sprint_behind_story"))
    page = await ada.read("/projects")
    assert next(e for e in page["items"] if e["id"] == project)["contradictions"] == 2


async def test_stages_that_the_files_belie_are_named(
    ada: Browser, context: Context, root: Path
) -> None:
    folder = bmad_folder(root)
    page = await project_of(ada, context, folder)
    write(folder / "docs/architecture.md", "# Architecture\n")
    await ada.do(f"/projects/{page['id']}/scans")
    progress = await ada.read(f"/projects/{page['id']}/progress")
    found = [(each["finding"], each["names"], each["state"]) for each in progress["stages"]]
    assert found == [("artefact_there", ["architecture.md"], "upcoming")]


DIES = """
import asyncio, os, sys
from uuid import UUID
from agentlab.context import open_context
from agentlab.ledgers import corrections
from agentlab.ledgers.schemas import CorrectionIn
from agentlab.settings import Settings
import agentlab.models

where, noun, id_, by, *choice = sys.argv[1:]
write = corrections.replace_same

def dies(*given, **named):
    if where == "after":
        write(*given, **named)
    os._exit(9)

corrections.replace_same = dies

async def main():
    async with open_context(Settings()) as context, context.sessions.begin() as db:
        if noun == "apply":
            wanted = CorrectionIn(contradiction_id=choice[0], sha256=choice[1])
            await corrections.apply(db, UUID(id_), wanted, by=UUID(by), context=context)
        else:
            await corrections.undo(db, UUID(id_), by=UUID(by), context=context)

asyncio.run(main())
"""


async def die(context: Context, where: str, noun: str, *given: str) -> None:
    """Kill a process that applies a correction or takes it back, before or after it wrote."""
    settings = context.settings
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", DIES, where, noun, *given),
        env=os.environ
        | {
            "DATABASE_URL": str(settings.database_address),
            "REDIS_URL": str(settings.redis_address),
            "AGENTLAB_WORKSPACE_ROOTS": str(settings.workspace_roots[0]),
        },
    )
    assert await process.wait() == 9


async def traces(browser: Browser, action: str) -> list[str]:
    """Who did that, by the trail."""
    page = await browser.read("/audit/entries", action=action)
    return [each["actor"]["name"] for each in page["items"]]


async def test_who_dies_after_the_file_is_written_leaves_one_correction_all_the_same(
    ada: Browser, bob: Browser, context: Context, project: str, folder: Path
) -> None:
    me = (await ada.read("/session"))["id"]
    found = await named(ada, project, "sprint_behind_story")
    chosen = choice(found)
    await die(context, "after", "apply", project, me, chosen["contradiction_id"], chosen["sha256"])
    assert "1-2-sign-in: review" in (folder / SPRINT).read_text()
    assert (await ada.read(f"/projects/{project}/corrections"))["items"] == []
    assert refusal(await apply(bob, project, found)) == (409, "changed_meanwhile")
    for _ in range(2):
        await bob.do(f"/projects/{project}/scans")
        [kept] = (await ada.read(f"/projects/{project}/corrections"))["items"]
        assert (kept["word_after"], kept["applied_by"]) == ("review", "Ada Lovelace")
        assert await traces(ada, "project.corrected") == ["Ada Lovelace"]
    await die(context, "after", "undo", kept["id"], me)
    assert (folder / SPRINT).read_text() == SPRINT_STATUS
    await bob.do(f"/projects/{project}/scans")
    [undone] = (await ada.read(f"/projects/{project}/corrections"))["items"]
    assert (undone["id"], undone["undone_by"]) == (kept["id"], "Ada Lovelace")
    assert await traces(ada, "project.correction_undone") == ["Ada Lovelace"]


async def test_who_dies_before_the_file_is_written_has_changed_nothing(
    ada: Browser, context: Context, project: str, folder: Path
) -> None:
    me = (await ada.read("/session"))["id"]
    chosen = choice(found := await named(ada, project, "sprint_behind_story"))
    await die(context, "before", "apply", project, me, chosen["contradiction_id"], chosen["sha256"])
    assert (folder / SPRINT).read_text() == SPRINT_STATUS
    applied = await apply(ada, project, found)
    assert applied.status_code == 201, applied.text
    await ada.do(f"/projects/{project}/scans")
    assert len((await ada.read(f"/projects/{project}/corrections"))["items"]) == 1
    assert await traces(ada, "project.corrected") == ["Ada Lovelace"]
    await die(context, "before", "undo", applied.json()["id"], me)
    await ada.do(f"/projects/{project}/scans")
    [kept] = (await ada.read(f"/projects/{project}/corrections"))["items"]
    assert kept["undone_at"] is None
    assert "1-2-sign-in: review" in (folder / SPRINT).read_text()
