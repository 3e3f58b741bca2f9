from pathlib import Path
from typing import Any
from uuid import UUID

from agentlab.context import Context
from agentlab.workspaces import service as workspaces
from tests.support.browser import Browser, refusal
from tests.support.projects import bmad_folder, project_of, write
from tests.support.statements import recorded


async def scan(browser: Browser, project_id: str) -> Any:
    found = await browser.do(f"/projects/{project_id}/scans")
    return {key: value for key, value in found.items() if value and key != "unchanged"}


async def test_a_scan_records_what_changed(bob: Browser, context: Context, root: Path) -> None:
    folder = bmad_folder(root)
    page = await project_of(bob, context, folder)
    assert await scan(bob, page["id"]) == {}
    write(folder / "docs" / "prd.md", "# A reader, again\n")
    write(folder / "docs" / "brief.md", "# Brief\n")
    assert await scan(bob, page["id"]) == {"added": 1, "changed": 1}
    document = page["documents"]["items"][0]
    shown = await bob.read(f"/documents/{document['id']}")
    assert (shown["version"], shown["title"], shown["text"]) == (
        2,
        "A reader, again",
        "# A reader, again\n",
    )
    assert [version["number"] for version in shown["versions"]] == [2, 1]


async def test_statements_do_not_grow_with_the_changed_files(
    bob: Browser, context: Context, root: Path
) -> None:
    folder = bmad_folder(root)
    names = [f"note-{number}.md" for number in range(20)]
    for name in names:
        write(folder / "docs" / name, f"# {name}\n")
    page = await project_of(bob, context, folder)
    counts = []
    for changed in (names[:1], names):
        for name in changed:
            write(folder / "docs" / name, f"# {name}, {len(changed)}\n")
        with recorded(context.engine) as statements:
            assert await scan(bob, page["id"]) == {"changed": len(changed)}
        counts.append(len(statements))
    assert counts[0] == counts[1]
    found = (await bob.read(f"/projects/{page['id']}"))["documents"]["items"]
    titles = {one["title"]: one["version"] for one in found if "note" in one["path"]}
    assert titles == {f"{name}, 20": 3 if name == names[0] else 2 for name in names}


async def test_earlier_versions_stay_as_they_were(
    bob: Browser, context: Context, root: Path
) -> None:
    folder = bmad_folder(root)
    page = await project_of(bob, context, folder)
    write(folder / "docs" / "prd.md", "# Another\n")
    await scan(bob, page["id"])
    document = page["documents"]["items"][0]
    first = await bob.read(f"/documents/{document['id']}", version=1)
    assert first["text"] == "# A reader\n\nIt reads.\n"
    assert first["shown"]["number"] == 1
    missing = await bob.get(f"/documents/{document['id']}", version=3)
    assert refusal(missing) == (404, "not_found")


async def test_a_file_that_is_gone_is_marked_and_comes_back(
    bob: Browser, context: Context, root: Path
) -> None:
    folder = bmad_folder(root)
    page = await project_of(bob, context, folder)
    prd = folder / "docs" / "prd.md"
    content = prd.read_bytes()
    prd.unlink()
    assert await scan(bob, page["id"]) == {"missing": 1}
    document = (await bob.read(f"/projects/{page['id']}"))["documents"]["items"][0]
    assert document["missing_since"]
    write(prd, content)
    assert await scan(bob, page["id"]) == {"returned": 1}
    document = (await bob.read(f"/projects/{page['id']}"))["documents"]["items"][0]
    assert (document["missing_since"], document["version"]) == (None, 1)


async def test_an_empty_folder_is_no_scan(bob: Browser, context: Context, root: Path) -> None:
    folder = bmad_folder(root)
    page = await project_of(bob, context, folder)
    folder.rename(root / "unmounted")
    folder.mkdir()
    response = await bob.post(f"/projects/{page['id']}/scans")
    assert refusal(response) == (409, "folder_emptied")
    document = (await bob.read(f"/projects/{page['id']}"))["documents"]["items"][0]
    assert document["missing_since"] is None


async def test_a_file_that_cannot_be_taken_any_more_is_not_gone(
    bob: Browser, context: Context, root: Path
) -> None:
    folder = bmad_folder(root)
    page = await project_of(bob, context, folder)
    write(folder / "docs" / "prd.md", b"\x00binary")
    assert [n["code"] for n in (await scan(bob, page["id"]))["notices"]] == ["not_text"]
    document = (await bob.read(f"/projects/{page['id']}"))["documents"]["items"][0]
    assert (document["missing_since"], document["version"]) == (None, 1)


async def test_notices_stay_readable(bob: Browser, context: Context, root: Path) -> None:
    folder = bmad_folder(root)
    for number in range(300):
        write(folder / "docs" / f"{number:03}.md", b"\xe9")
    page = await project_of(bob, context, folder)
    notices = page["workspace"]["notices"]
    assert len(notices) == 201
    assert notices[-1]["text"].startswith("And 100 more")


async def test_a_folder_that_is_being_scanned_is_not_waited_for(
    bob: Browser, context: Context, root: Path
) -> None:
    page = await project_of(bob, context, bmad_folder(root))
    async with context.sessions.begin() as db:
        await workspaces.hold(db, UUID(page["id"]))
        response = await bob.post(f"/projects/{page['id']}/scans")
    assert refusal(response) == (409, "being_scanned")


async def test_documents_come_in_pages_by_path(bob: Browser, context: Context, root: Path) -> None:
    folder = bmad_folder(root)
    for number in range(250):
        write(folder / "docs" / "many" / f"{number:03}.md", f"# Chapter {number}\n")
    page = await project_of(bob, context, folder)
    first = page["documents"]
    assert (first["total"], len(first["items"])) == (251, 200)
    second = await bob.read(f"/projects/{page['id']}/documents", after=first["next"])
    assert second["next"] is None
    paths = [document["path"] for document in first["items"] + second["items"]]
    assert paths == sorted(paths)
    assert len(set(paths)) == 251


async def test_documents_are_found_by_title_and_path(
    bob: Browser, context: Context, root: Path
) -> None:
    folder = bmad_folder(root)
    write(folder / "docs" / "été 100%.md", "# Prévisions\n")
    page = await project_of(bob, context, folder)
    for search in ("PRÉV", "été", "100%"):
        found = await bob.read(f"/projects/{page['id']}/documents", search=search)
        assert [document["path"] for document in found["items"]] == ["docs/été 100%.md"]
    assert (await bob.read(f"/projects/{page['id']}/documents", search="_"))["total"] == 0


async def test_a_download_can_never_run_in_the_browser(
    bob: Browser, context: Context, root: Path
) -> None:
    folder = bmad_folder(root)
    write(folder / "docs" / 'a"b.md', "<script>alert(1)</script>")
    page = await project_of(bob, context, folder)
    document = next(d for d in page["documents"]["items"] if '"' in d["path"])
    response = await bob.get(f"/documents/{document['id']}/versions/1/content")
    assert response.headers["content-type"] == "application/octet-stream"
    assert response.headers["content-disposition"] == "attachment; filename*=UTF-8''a%22b.md"
    assert response.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in response.headers["content-security-policy"]


async def test_strange_numbers_and_ids_are_refused(
    bob: Browser, context: Context, root: Path
) -> None:
    nobody = "00000000-0000-7000-8000-000000000000"
    for path in (
        f"/documents/{nobody}",
        f"/documents/{nobody}/versions/1/content",
        f"/projects/{nobody}",
        f"/projects/{nobody}/documents",
        f"/gates/{nobody}",
        f"/imports/{nobody}",
        f"/templates/{nobody}/source",
    ):
        assert refusal(await bob.get(path)) == (404, "not_found"), path
    page = await project_of(bob, context, bmad_folder(root))
    document_id = page["documents"]["items"][0]["id"]
    for number in ("0", "-1", "99999999999999999999", "one"):
        response = await bob.get(f"/documents/{document_id}/versions/{number}/content")
        assert refusal(response) == (422, "invalid_input")
