"""The library: versions, comparison, own templates, and who sees what."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from agentlab.auth.models import Role
from agentlab.context import Context
from tests.support.browser import Browser, refusal
from tests.support.projects import WORKFLOW, bmad_folder, import_it, project_of, write
from tests.support.yaml_bombs import nested_by_aliases
from tests.templates.test_changes import LONGER, change, proposal, rewrite

OWN = """\
key: small
name: A small change
stages:
  - {key: brief, title: Brief, artefacts: [{patterns: [docs/prd.md]}], gate: true}
  - {key: build, title: Build}
"""


async def upload(browser: Browser, source: str = OWN) -> Any:
    return await browser.do("/templates", {"source": source})


async def ids(browser: Browser, **asked: Any) -> list[str]:
    return [row["key"] for row in (await browser.read("/templates", **asked))["items"]]


async def test_the_library_shows_templates_with_versions_and_uses(
    bob: Browser, context: Context, root: Path
) -> None:
    first = await project_of(bob, context, bmad_folder(root, "one", WORKFLOW + "# odd\n"))
    await project_of(bob, context, bmad_folder(root, "two", LONGER))
    [row] = (await bob.read("/templates"))["items"]
    assert (row["key"], row["versions_total"], row["projects_total"]) == ("short", 2, 2)
    page = await bob.read(f"/templates/{first['workflow']['template']['id']}")
    assert [version["number"] for version in page["versions"]] == [1, 2]
    assert [(use["name"], use["version"]) for use in page["uses"]] == [("one", 1), ("two", 2)]
    assert page["stages"][0]["key"] == "prd.md"
    assert page["stages"][0]["gate"]["kind"] == "approval"
    assert page["stages"][0]["artefacts"][0]["patterns"]
    before, after = (version["id"] for version in page["versions"])
    compared = await bob.read(f"/templates/{after}/comparison", against=before)
    kinds = {stage["key"]: stage["kind"] for stage in compared["stages"]}
    assert kinds["front-end-spec.md"] == "removed"
    assert kinds["project-brief.md"] == "added"
    assert kinds["prd.md"] == "changed"
    assert "# odd" in compared["source_before"]["text"]


async def test_what_is_unknown_in_a_method_is_in_the_report(
    bob: Browser, context: Context, root: Path
) -> None:
    odd = WORKFLOW.replace("type: greenfield", "type: greenfield\n  colour: red")
    project = await project_of(bob, context, bmad_folder(root, "odd", odd))
    page = await bob.read(f"/templates/{project['workflow']['template']['id']}")
    [notice] = [each for each in page["notices"] if each["code"] == "unknown_key"]
    assert notice["line"] == 7
    assert page["notices_total"] >= 1


async def test_notices_are_told_in_any_language_and_those_of_older_releases_as_they_are(
    bob: Browser, context: Context, root: Path
) -> None:
    odd = WORKFLOW.replace("type: greenfield", "type: greenfield\n  colour: red")
    project = await project_of(bob, context, bmad_folder(root, "odd", odd))
    at = f"/templates/{project['workflow']['template']['id']}"
    [notice] = (await bob.read(at))["notices"]
    assert notice["says"] == [{"name": "unknown_key_v4", "values": {"key": "colour"}}]
    async with context.engine.begin() as connection:
        kept = await connection.scalar(text("SELECT definition -> 'notices' -> 0 FROM templates"))
        # An older release, which a deployment may go back to, knows no more than these.
        assert kept.keys() == {"path", "line", "code", "text"}
        await connection.execute(text("UPDATE templates SET definition = definition - 'says'"))
    assert (await bob.read(at))["notices"] == [{**notice, "says": []}]


async def test_templates_of_clients_out_of_sight_are_not_there(
    ada: Browser, context: Context, root: Path, app: Any
) -> None:
    project = await project_of(ada, context, bmad_folder(root))
    template = project["workflow"]["template"]["id"]
    own = await upload(ada)
    async with Browser(app) as eve:
        await eve.join(context, "Eve", "eve@example.com", Role.PRODUCT_OWNER)
        user = await eve.read("/session")
        await ada.patch(f"/users/{user['id']}", {"sees_all_clients": False}, version=1)
        assert await ids(eve) == ["small"]
        for path in ("", "/source", "/comparison"):
            asked = await eve.get(f"/templates/{template}{path}", against=own["id"])
            assert refusal(asked) == (404, "not_found")
        compared = await eve.get(f"/templates/{own['id']}/comparison", against=template)
        assert refusal(compared) == (404, "not_found")


async def test_old_versions_stay_in_sight_of_those_who_ran_through_them(
    bob: Browser, context: Context, root: Path
) -> None:
    folder = bmad_folder(root)
    project = await project_of(bob, context, folder)
    old = project["workflow"]["template"]["id"]
    rewrite(folder, LONGER)
    shown = await proposal(bob, project["id"])
    assert (await change(bob, project["id"], shown["digest"])).is_success
    source = await bob.get(f"/templates/{old}/source")
    assert source.content == WORKFLOW.encode()


async def test_an_own_template_is_brought_in_and_taken_up(
    bob: Browser, vera: Browser, context: Context, root: Path
) -> None:
    made = await upload(bob)
    assert made["is_own"]
    assert (await bob.get(f"/templates/{made['id']}/source")).content == OWN.encode()
    again = await bob.post("/templates", {"source": OWN})
    assert refusal(again) == (409, "template_unchanged")
    assert refusal(await vera.post("/templates", {"source": OWN})) == (403, "forbidden")
    write(root / "plain" / "docs" / "prd.md", "# What\n")
    plain = await project_of_plain(bob, context, root / "plain")
    shown = await proposal(bob, plain["id"], template_id=made["id"])
    assert [step["fate"] for step in shown["steps"]] == ["added", "added"]
    reply = await change(bob, plain["id"], shown["digest"], template_id=made["id"])
    assert reply.json() is None
    page = await bob.read(f"/projects/{plain['id']}")
    assert [stage["state"] for stage in page["stages"]] == ["current", "upcoming"]
    submitted = await bob.do(f"/gates/{page['stages'][0]['gate']['id']}/submissions", {})
    assert submitted["submissions"][0]["artefacts"][0]["path"] == "docs/prd.md"
    await upload(bob, OWN + "  - {key: ship, title: Ship}\n")
    news = await bob.read(f"/projects/{plain['id']}/template-news")
    assert news["state"] == "newer"
    shown = await proposal(bob, plain["id"])
    assert shown["after"]["id"] == news["template_id"]
    assert (await change(bob, plain["id"], shown["digest"])).is_success
    assert [stage["key"] for stage in (await bob.read(f"/projects/{plain['id']}"))["stages"]] == [
        "brief", "build", "ship",
    ]  # fmt: skip


async def project_of_plain(bob: Browser, context: Context, folder: Path) -> Any:
    ended = await import_it(bob, context, folder, workflow=None)
    return await bob.read(f"/projects/{ended['project_id']}")


async def test_a_template_in_use_stays_and_others_can_be_deleted(
    bob: Browser, context: Context, root: Path
) -> None:
    made = await upload(bob)
    write(root / "plain" / "docs" / "prd.md", "# What\n")
    plain = await project_of_plain(bob, context, root / "plain")
    shown = await proposal(bob, plain["id"], template_id=made["id"])
    taking, deleting = await asyncio.gather(
        change(bob, plain["id"], shown["digest"], template_id=made["id"]),
        bob.delete(f"/templates/{made['id']}"),
    )
    if taking.is_success:
        assert refusal(deleting) == (409, "template_in_use")
    else:
        assert deleting.is_success
        assert refusal(taking)[0] == 404
    other = await upload(bob, OWN.replace("small", "other"))
    assert (await bob.delete(f"/templates/{other['id']}")).is_success
    assert refusal(await bob.get(f"/templates/{other['id']}")) == (404, "not_found")


async def test_what_is_archived_is_offered_to_nobody(
    bob: Browser, context: Context, root: Path
) -> None:
    made = await upload(bob)
    project = await project_of(bob, context, bmad_folder(root))
    assert (await bob.put(f"/templates/{made['id']}/archival")).is_success
    assert await ids(bob) == ["short"]
    assert await ids(bob, archived=True) == ["short", "small"]
    address = f"/projects/{project['id']}/template-changes/proposal"
    refused = await bob.get(address, template_id=made["id"])
    assert refusal(refused) == (409, "template_archived")
    assert (await bob.delete(f"/templates/{made['id']}/archival")).is_success
    assert await ids(bob, search="SMALL") == ["small"]
    folder_template = project["workflow"]["template"]["id"]
    for refused in (
        await bob.delete(f"/templates/{folder_template}"),
        await bob.put(f"/templates/{folder_template}/archival"),
    ):
        assert refusal(refused) == (409, "template_of_folder")


async def test_a_source_is_validated_as_it_is_typed(bob: Browser) -> None:
    good = await bob.do("/templates/validation", {"source": OWN + "mood: fine\n"})
    assert (good["key"], good["notices"][0]["line"]) == ("small", 6)
    bad = await bob.post("/templates/validation", {"source": "key: [\n"})
    assert refusal(bad) == (422, "template_unreadable")
    assert "line 2" in bad.json()["detail"]


@pytest.mark.parametrize("at", ["/templates/validation", "/templates"])
async def test_a_source_that_aliases_nest_too_deep_is_refused(bob: Browser, at: str) -> None:
    refused = await bob.post(at, {"source": f"{nested_by_aliases()}{OWN}deeper: *deepest\n"})
    explicit = await bob.post(at, {"source": f"{OWN}deep: {'[' * 41}{']' * 41}\n"})
    assert refusal(refused) == refusal(explicit) == (422, "template_unreadable")
    said = [each.json()["detail"].split(": ", 1)[1] for each in (refused, explicit)]
    assert said == ["it is nested deeper than 40 levels. Correct it and try again."] * 2


async def test_schema_and_example_are_there(bob: Browser, anonymous: Browser) -> None:
    assert (await anonymous.read("/templates/schema"))["title"] == "OwnTemplate"
    example = await bob.get("/templates/example")
    assert b"$schema=http://127.0.0.1:8000/api/v1/templates/schema" in example.content
    assert (await bob.do("/templates", {"source": example.text}))["notices"] == []
