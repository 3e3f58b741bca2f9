"""From a folder to a project, and every way in which that is refused."""

import asyncio
import hashlib
import os
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from pydantic import SecretStr
from redis.asyncio import Redis
from sqlalchemy import Connection, event, text

from agentlab.context import Context
from agentlab.imports import jobs
from agentlab.portfolio.keys import free_key
from tests.support.agent import Agent, token_of
from tests.support.browser import PASSWORD, Browser, refusal
from tests.support.projects import (
    WORKFLOW,
    bmad_folder,
    import_body,
    import_it,
    project_of,
    run_jobs,
    stage_of,
    write,
)

NOTHING: dict[str, Any] = {"clients": []}


async def test_an_inspection_says_what_is_there_and_keeps_nothing(bob: Browser, root: Path) -> None:
    found = await bob.do("/inspections", {"path": str(bmad_folder(root))})
    assert (found["method"], found["generation"], found["method_version"]) == (
        "bmad",
        "v4",
        "4.44.3",
    )
    assert [workflow["key"] for workflow in found["workflows"]] == ["short"]
    assert [document["path"] for document in found["documents"]] == ["docs/prd.md"]
    assert found["project_id"] is None
    assert await bob.read("/portfolio") == NOTHING


async def test_the_name_in_the_methods_configuration_is_proposed(bob: Browser, root: Path) -> None:
    folder = root / "checkout-3"
    write(folder / "_bmad/config.toml", '[core]\nproject_name = " Le \\t Lecteur\\u0007 "\n')
    found = await bob.do("/inspections", {"path": str(folder)})
    assert found["name"] == "Le Lecteur\\x07"
    write(folder / "_bmad/config.toml", "[core]\nproject_name = ''\n")
    assert (await bob.do("/inspections", {"path": str(folder)}))["name"] == "checkout-3"


async def test_an_import_makes_the_project_with_everything(
    bob: Browser, context: Context, root: Path
) -> None:
    folder = bmad_folder(root)
    page = await project_of(bob, context, folder)
    assert (page["client"], page["service"], page["name"]) == (
        "Maison Lumière",
        "Reading",
        "reader",
    )
    assert [stage["state"] for stage in page["stages"]] == [
        "current",
        "upcoming",
        "upcoming",
        "upcoming",
    ]
    assert [bool(stage["gate"]) for stage in page["stages"]] == [True, True, True, False]
    assert page["workspace"]["method_version"] == "4.44.3"
    shown = stage_of(page, "prd.md")["artefacts"][0]
    assert [document["path"] for document in shown["documents"]] == ["docs/prd.md"]


async def test_gates_that_were_not_confirmed_are_not_made(
    bob: Browser, context: Context, root: Path
) -> None:
    ended = await import_it(bob, context, bmad_folder(root), gates=["architecture.md"])
    page = await bob.read(f"/projects/{ended['project_id']}")
    assert [stage["key"] for stage in page["stages"] if stage["gate"]] == ["architecture.md"]


async def test_the_template_comes_back_byte_for_byte(
    bob: Browser, context: Context, root: Path
) -> None:
    source = WORKFLOW.replace("\n", "\r\n") + "# é, and a key nobody knows\r\n"
    folder = bmad_folder(root)
    write(folder / ".bmad-core" / "workflows" / "short.yaml", source)
    page = await project_of(bob, context, folder)
    template = page["workflow"]["template"]
    response = await bob.get(f"/templates/{template['id']}/source")
    assert response.content == source.encode()
    assert template["sha256"] == hashlib.sha256(source.encode()).hexdigest()
    assert "attachment" in response.headers["content-disposition"]


async def test_documents_keep_their_bytes(bob: Browser, context: Context, root: Path) -> None:
    folder = bmad_folder(root)
    contents = {
        "docs/crlf.md": b"# One\r\n\r\ntwo\r\n",
        "docs/latin1.md": "# D\xe9j\xe0 vu\n".encode("latin-1"),
        "docs/bom.md": b"\xef\xbb\xbf# With a mark\n",
        "docs/empty.md": b"",
    }
    for path, content in contents.items():
        write(folder / path, content)
    page = await project_of(bob, context, folder)
    for document in page["documents"]["items"]:
        if document["path"] in contents:
            response = await bob.get(f"/documents/{document['id']}/versions/1/content")
            assert response.content == contents[document["path"]]
    notices = {notice["path"]: notice["code"] for notice in page["workspace"]["notices"]}
    assert notices == {"docs/latin1.md": "invalid_utf8"}


async def test_a_very_large_document_is_imported_whole(
    bob: Browser, context: Context, root: Path
) -> None:
    folder = bmad_folder(root)
    content = b"# Large\n" + b"word " * (4 * 1024 * 1024)
    write(folder / "docs" / "large.md", content)
    page = await project_of(bob, context, folder)
    large = next(d for d in page["documents"]["items"] if d["path"] == "docs/large.md")
    assert large["sha256"] == hashlib.sha256(content).hexdigest()
    shown = await bob.read(f"/documents/{large['id']}")
    assert not shown["is_whole"]
    assert shown["text"].startswith("# Large\nword ")
    assert len(shown["text"]) == 1_000_000


async def test_what_is_no_document_is_left_out_and_said(
    bob: Browser, context: Context, root: Path
) -> None:
    folder = bmad_folder(root)
    write(folder / "docs" / "picture.md", b"\x89PNG\r\n\x1a\n\x00\x00")
    write(folder / "node_modules" / "x" / "README.md", "# Not ours")
    write(folder / ".hidden" / "secret.md", "# Hidden")
    os.mkfifo(folder / "docs" / "pipe.md")
    (folder / "docs" / "link.md").symlink_to("/etc/passwd")
    page = await project_of(bob, context, folder)
    assert [document["path"] for document in page["documents"]["items"]] == ["docs/prd.md"]
    noticed = {notice["path"] for notice in page["workspace"]["notices"]}
    assert noticed == {"docs/picture.md", "docs/pipe.md", "docs/link.md"}


async def test_hostile_yaml_text_is_stored_and_shown(
    bob: Browser, context: Context, root: Path
) -> None:
    hostile = WORKFLOW.replace(
        "Write down what is needed.", '"nul \\0 bell \\a <script>alert(1)</script> \\ud800"'
    )
    page = await project_of(bob, context, bmad_folder(root, workflow=hostile))
    assert "<script>" in stage_of(page, "prd.md")["notes"]


async def test_a_folder_without_a_method_imports_its_documents(
    bob: Browser, context: Context, root: Path
) -> None:
    folder = root / "notes"
    write(folder / "README.md", "# Notes\n")
    found = await bob.do("/inspections", {"path": str(folder)})
    assert (found["method"], found["workflows"]) == (None, [])
    ended = await import_it(bob, context, folder, workflow=None)
    page = await bob.read(f"/projects/{ended['project_id']}")
    assert page["workflow"] is None
    assert page["stages"] == []
    assert page["documents"]["total"] == 1


def folder_of_two_methods(root: Path) -> Path:
    """A project of BMAD v4 that went on with v6, and keeps its tasks with Backlog.md."""
    folder = bmad_folder(root)
    write(folder / "_bmad/_config/manifest.yaml", "installation:\n  version: 6.12.0\n")
    write(
        folder / "_bmad/bmm/module-help.csv",
        "module,skill,display-name,menu-code,description,action,args,phase,preceded-by,"
        "followed-by,required,output-location,outputs\n"
        "BMad Method,bmad-prd,PRD,P,,,,plan,,,true,planning_artifacts,prd\n",
    )
    write(folder / "backlog/config.yml", "project_name: Reader\nstatuses: [To Do, Done]\n")
    return folder


async def test_several_methods_are_all_offered_with_their_evidence(
    bob: Browser, root: Path
) -> None:
    folder = folder_of_two_methods(root)
    found = await bob.do("/inspections", {"path": str(folder)})
    offered = [(each["method"], each["generation"]) for each in found["candidates"]]
    assert offered == [("bmad", "v6"), ("bmad", "v4"), ("backlog.md", "v1")]
    assert found["candidates"][0]["evidence"][0] == ("_bmad/_config/manifest.yaml: version 6.12.0")
    assert (found["method"], found["generation"]) == ("bmad", "v6")
    assert found["workflows"][0]["stages"][0]["phase"] == "plan"
    asked = {"path": str(folder), "method": "bmad", "generation": "v4"}
    found = await bob.do("/inspections", asked)
    assert [workflow["key"] for workflow in found["workflows"]] == ["short"]
    assert len(found["candidates"]) == 3


async def test_of_several_methods_an_import_has_to_name_one(
    bob: Browser, context: Context, root: Path
) -> None:
    folder = folder_of_two_methods(root)
    for choice, others in (
        ({}, "bmad v6, bmad v4, backlog.md v1"),
        ({"method": "bmad"}, "bmad v6, bmad v4."),
    ):
        ended = await import_it(bob, context, folder, **choice)
        assert ended["error"]["code"] == "method_ambiguous"
        assert others in ended["error"]["detail"]
    ended = await import_it(bob, context, folder, generation="v4")
    page = await bob.read(f"/projects/{ended['project_id']}")
    assert (page["workspace"]["method"], page["workspace"]["generation"]) == ("bmad", "v4")
    assert page["workflow"]["template"]["generation"] == "v4"


async def test_a_method_that_is_not_there_is_refused(
    bob: Browser, context: Context, root: Path
) -> None:
    folder = folder_of_two_methods(root)
    ended = await import_it(bob, context, folder, method="bmad", generation="v5")
    assert ended["error"]["code"] == "unknown_method"
    response = await bob.post("/inspections", {"path": str(folder), "method": "scrum"})
    assert refusal(response) == (422, "unknown_method")
    assert response.json()["field"] == "method"
    plain = root / "plain"
    plain.mkdir()
    response = await bob.post("/inspections", {"path": str(plain), "method": "bmad"})
    assert refusal(response) == (422, "unknown_method")


async def test_a_workflow_of_bmad_v6_is_imported_whole_and_its_source_comes_back(
    bob: Browser, context: Context, root: Path
) -> None:
    folder = folder_of_two_methods(root)
    write(folder / "_bmad-output/planning-artifacts/prd.md", "# PRD\n")
    choice = {"method": "bmad", "generation": "v6", "workflow": "bmm"}
    ended = await import_it(bob, context, folder, **choice)
    page = await bob.read(f"/projects/{ended['project_id']}")
    (stage,) = page["stages"]
    assert stage["gate"]["kind"] == "approval"
    assert [d["path"] for d in stage["artefacts"][0]["documents"]] == [
        "_bmad-output/planning-artifacts/prd.md"
    ]
    template = page["workflow"]["template"]
    source = await bob.get(f"/templates/{template['id']}/source")
    assert source.content == (folder / "_bmad/bmm/module-help.csv").read_bytes()


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"workflow": "unknown"}, "unknown_workflow"),
        ({"workflow": None}, "workflow_missing"),
        ({"gates": ["no such stage"]}, "unknown_gate"),
        ({"path": "/etc"}, "path_outside_roots"),
        ({"path": "relative"}, "path_not_absolute"),
    ],
)
async def test_a_refused_import_says_why_and_leaves_nothing(
    bob: Browser, context: Context, root: Path, change: dict[str, Any], code: str
) -> None:
    ended = await import_it(bob, context, bmad_folder(root), **change)
    assert (ended["state"], ended["error"]["code"]) == ("failed", code)
    assert await bob.read("/portfolio") == NOTHING


async def test_text_that_cannot_be_stored_is_refused_at_once(bob: Browser, root: Path) -> None:
    for change in ({"path": "/a\x00b"}, {"workflow": "a\x00"}, {"gates": ["\x00"]}, {"path": ""}):
        response = await bob.post("/imports", import_body(root, **change))
        assert refusal(response) == (422, "invalid_input"), change


async def test_a_missing_folder_is_refused(bob: Browser, context: Context, root: Path) -> None:
    ended = await import_it(bob, context, root / "nowhere")
    assert ended["error"]["code"] == "folder_missing"


async def test_a_link_that_leaves_the_roots_is_refused(bob: Browser, root: Path) -> None:
    (root / "way-out").symlink_to("/etc")
    response = await bob.post("/inspections", {"path": str(root / "way-out")})
    assert refusal(response) == (422, "path_leaves_roots")
    assert response.json()["field"] == "path"


async def test_broken_yaml_is_answered_with_file_and_line(bob: Browser, root: Path) -> None:
    folder = bmad_folder(root)
    write(folder / ".bmad-core" / "workflows" / "broken.yaml", "workflow:\n  id: [a\n  b: c\n")
    found = await bob.do("/inspections", {"path": str(folder)})
    broken = [n for n in found["notices"] if n["path"] == ".bmad-core/workflows/broken.yaml"]
    assert len(broken) == 1
    assert broken[0]["line"]
    assert [workflow["key"] for workflow in found["workflows"]] == ["short"]


async def test_the_same_folder_is_imported_once(bob: Browser, context: Context, root: Path) -> None:
    folder = bmad_folder(root)
    page = await project_of(bob, context, folder)
    ended = await import_it(bob, context, folder, project="Another name")
    assert ended["error"]["code"] == "already_imported"
    assert "reader" in ended["error"]["detail"]
    found = await bob.do("/inspections", {"path": str(folder)})
    assert found["project_id"] == page["id"]


async def test_two_imports_of_a_folder_at_once_make_one_project(
    bob: Browser, context: Context, root: Path
) -> None:
    folder = bmad_folder(root)
    ids = [(await bob.do("/imports", import_body(folder)))["id"] for _ in range(3)]
    await asyncio.gather(*(jobs.run(context, id_) for id_ in ids))
    states = [(await bob.read(f"/imports/{id_}"))["state"] for id_ in ids]
    assert sorted(states) == ["done", "failed", "failed"]
    clients = (await bob.read("/portfolio"))["clients"]
    assert [len(service["projects"]) for c in clients for service in c["services"]] == [1]


async def test_two_imports_of_folders_of_one_name_at_once_make_two_projects(
    bob: Browser, context: Context, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both look for a key before either has taken it; nobody is refused for a key of ours."""
    both = asyncio.Barrier(2)
    asked: list[str] = []

    async def free_key_of_both(*given: Any) -> str:
        key = await free_key(*given)
        asked.append(key)
        if len(asked) <= both.parties:
            await both.wait()
        return key

    monkeypatch.setattr("agentlab.imports.service.free_key", free_key_of_both)
    ids = []
    for client in ("Atlas", "Zenith"):
        body = import_body(bmad_folder(root / client, "frontend"), client=client)
        ids.append((await bob.do("/imports", body))["id"])
    await asyncio.gather(*(jobs.run(context, id_) for id_ in ids))
    ended = [await bob.read(f"/imports/{id_}") for id_ in ids]
    assert [each["error"] for each in ended] == [None, None]
    made = [await bob.read(f"/projects/{each['project_id']}") for each in ended]
    assert [page["name"] for page in made] == ["frontend", "frontend"]
    assert sorted(page["key"] for page in made) == ["FRONTEND", "FRONTEND-2"]


async def test_a_service_that_is_renamed_meanwhile_is_said(
    bob: Browser, context: Context, root: Path
) -> None:
    await import_it(bob, context, bmad_folder(root, "one"))

    def rename(connection: Connection, *execution: Any) -> None:
        """Between the two statements that look for the service."""
        if str(execution[1]).startswith("INSERT INTO services"):
            connection.exec_driver_sql("UPDATE services SET name = 'Writing'")

    engine = context.engine.sync_engine
    event.listen(engine, "after_cursor_execute", rename)
    try:
        ended = await import_it(bob, context, bmad_folder(root, "two"))
    finally:
        event.remove(engine, "after_cursor_execute", rename)
    assert ended["error"]["code"] == "place_renamed"
    assert "“Reading” was just renamed or deleted" in ended["error"]["detail"]


async def test_a_name_that_is_taken_in_the_service_is_refused(
    bob: Browser, context: Context, root: Path
) -> None:
    await import_it(bob, context, bmad_folder(root, "one"), project="Reader")
    ended = await import_it(bob, context, bmad_folder(root, "two"), project="READER")
    assert ended["error"]["code"] == "project_name_taken"


async def test_clients_and_services_are_found_by_name(
    bob: Browser, context: Context, root: Path
) -> None:
    await import_it(bob, context, bmad_folder(root, "one"))
    await import_it(bob, context, bmad_folder(root, "two"), client="MAISON LUMIÈRE")
    portfolio = await bob.read("/portfolio")
    assert [client["name"] for client in portfolio["clients"]] == ["Maison Lumière"]
    projects = portfolio["clients"][0]["services"][0]["projects"]
    assert [project["name"] for project in projects] == ["one", "two"]


async def test_an_import_that_crashed_on_its_way_leaves_nothing_and_can_run_again(
    bob: Browser, context: Context, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = bmad_folder(root)
    requested = await bob.do("/imports", import_body(folder))

    async def pull_the_plug(*_: object) -> None:
        raise asyncio.CancelledError

    with monkeypatch.context() as patch:
        patch.setattr("agentlab.imports.service.keep_notices", pull_the_plug)
        with pytest.raises(asyncio.CancelledError):
            await jobs.run(context, requested["id"])
    assert (await bob.read(f"/imports/{requested['id']}"))["state"] == "running"
    assert await bob.read("/portfolio") == NOTHING
    await jobs.run(context, requested["id"])
    assert (await bob.read(f"/imports/{requested['id']}"))["state"] == "done"


async def test_what_an_agent_imports_stands_as_the_agents_in_the_trail(
    ada: Browser, bob: Browser, app: FastAPI, context: Context, root: Path
) -> None:
    async with Agent(app, await token_of(bob)) as agent:
        await agent.do("/imports", import_body(bmad_folder(root)))
    await run_jobs(context)
    trail = (await ada.read("/audit/entries"))["items"]
    [asked], [imported] = (
        [entry for entry in trail if entry["action"] == action]
        for action in ("import.requested", "project.imported")
    )
    assert imported["actor"] == asked["actor"]
    assert (asked["actor"]["kind"], asked["actor"]["token"]) == ("agent", "Claude Code")
    for name in ("address", "request_id"):
        assert imported[name] == asked[name] != ""
    async with context.engine.connect() as connection:
        assert await connection.scalar(text("SELECT address FROM imports")) is None


@pytest.mark.parametrize("kind", ["api token", "access token"])
async def test_a_token_that_is_revoked_meanwhile_imports_nothing(
    bob: Browser, app: FastAPI, context: Context, root: Path, kind: str
) -> None:
    with_secret = context.settings.model_copy(update={"jwt_secret": SecretStr("s" * 40)})
    object.__setattr__(context, "settings", with_secret)
    credentials = {"email": "bob@example.com", "password": PASSWORD, "scopes": ["read", "write"]}
    token = (
        await token_of(bob)
        if kind == "api token"
        else (await bob.do("/access-tokens", credentials))["access_token"]
    )
    async with Agent(app, token) as agent:
        asked = await agent.do("/imports", import_body(bmad_folder(root)))
    if kind == "api token":
        [made] = (await bob.read("/tokens"))["items"]
        await bob.delete(f"/tokens/{made['id']}")
    else:
        await bob.delete("/sessions")
    await run_jobs(context)
    ended = await bob.read(f"/imports/{asked['id']}")
    assert (ended["state"], ended["error"]["code"]) == ("failed", "token_revoked")
    assert await bob.read("/portfolio") == NOTHING


async def test_an_import_that_runs_twice_ends_once(
    bob: Browser, context: Context, root: Path
) -> None:
    requested = await bob.do("/imports", import_body(bmad_folder(root)))
    await asyncio.gather(*(jobs.run(context, requested["id"]) for _ in range(3)))
    ended = await bob.read(f"/imports/{requested['id']}")
    assert (ended["state"], ended["error"]) == ("done", None)


async def test_an_import_needs_no_redis(
    bob: Browser, context: Context, root: Path, tmp_path: Path
) -> None:
    requested = await bob.do("/imports", import_body(bmad_folder(root)))
    away = Redis.from_url(f"unix://{tmp_path}/nobody.sock")
    await jobs.run(replace(context, redis=away), requested["id"])
    assert (await bob.read(f"/imports/{requested['id']}"))["state"] == "done"


async def test_an_import_reports_how_far_it_is(bob: Browser, context: Context, root: Path) -> None:
    folder = bmad_folder(root)
    for number in range(600):
        write(folder / "docs" / "many" / f"{number:03}.md", f"# {number}\n")
    requested = await bob.do("/imports", import_body(folder))
    assert requested["state"] == "queued"
    assert requested["progress"] is None
    await run_jobs(context)
    ended = await bob.read(f"/imports/{requested['id']}")
    assert (ended["progress"]["done"], ended["progress"]["total"]) == (601, 601)


async def test_viewers_cannot_import_or_look_around(vera: Browser, root: Path) -> None:
    for response in (
        await vera.post("/imports", import_body(root)),
        await vera.post("/inspections", {"path": str(root)}),
        await vera.get("/folders"),
        await vera.post("/sample"),
    ):
        assert refusal(response) == (403, "forbidden")


async def test_the_folder_picker_shows_methods_and_stays_inside(bob: Browser, root: Path) -> None:
    bmad_folder(root)
    (root / "plain").mkdir()
    listing = await bob.read("/folders", path=str(root))
    assert [(f["name"], f["has_method"]) for f in listing["folders"]] == [
        ("plain", False),
        ("reader", True),
    ]
    assert listing["parent"] is None
    assert refusal(await bob.get("/folders", path="/etc")) == (422, "path_outside_roots")
    assert [folder["path"] for folder in (await bob.read("/folders"))["folders"]] == [str(root)]
