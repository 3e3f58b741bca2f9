import gzip
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from agentlab.kit.static_export import StaticExport, find_export
from agentlab.portfolio import keys
from tests.support.projects import write

ID = "0199a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b"
SHELL = "<html><script>self.x = 1</script><script src='/_next/static/a.js'></script></html>"


@pytest.fixture
async def web(tmp_path: Path) -> AsyncIterator[httpx.AsyncClient]:
    for name, content in {
        "index.html": "<html>home</html>",
        "404.html": "<html>not found</html>",
        "import.html": "<html>import</html>",
        "projects/_.html": SHELL,
        "projects/_.txt": "flight",
        "projects/_/__next._tree.txt": "tree",
        "_next/static/a.js": "let a = 1;" * 100,
    }.items():
        write(tmp_path / name, content)
    transport = httpx.ASGITransport(StaticExport(tmp_path, keys.IN_ADDRESS))
    async with httpx.AsyncClient(transport=transport, base_url="http://web") as client:
        yield client


async def test_every_id_gets_the_page_of_its_kind(web: httpx.AsyncClient) -> None:
    answers = {
        "/": "<html>home</html>",
        "/import": "<html>import</html>",
        f"/projects/{ID}": SHELL,
        f"/projects/{ID}.txt": "flight",
        f"/projects/{ID}/__next._tree.txt": "tree",
    }
    for path, text in answers.items():
        response = await web.get(path)
        assert (response.status_code, response.text) == (200, text), path


async def test_a_project_is_reached_by_its_key(web: httpx.AsyncClient) -> None:
    for key in ("READER", "reader-2", "R" * 24):
        assert (await web.get(f"/projects/{key}")).text == SHELL, key
        assert (await web.get(f"/projects/{key}.txt")).text == "flight", key
        assert (await web.get(f"/projects/{key}/__next._tree.txt")).text == "tree", key
    for wrong in ("R" * 25, "-READER", "READ_ER", "READER/more"):
        assert (await web.get(f"/projects/{wrong}")).status_code == 404, wrong


async def test_an_unknown_page_is_the_not_found_page(web: httpx.AsyncClient) -> None:
    for path in ("/nothing", "/projects/7", "/gates/READER", "/../secret", "/%2e%2e/secret"):
        response = await web.get(path)
        assert (response.status_code, response.text) == (404, "<html>not found</html>"), path


async def test_inline_scripts_run_by_hash_and_no_others(web: httpx.AsyncClient) -> None:
    policy = (await web.get(f"/projects/{ID}")).headers["content-security-policy"]
    assert policy.count("'sha256-") == 1
    assert "'unsafe-eval'" not in policy
    assert "script-src 'self' 'sha256-" in policy
    assert "frame-ancestors 'none'" in policy


async def test_hashed_files_are_kept_forever_and_compressed(web: httpx.AsyncClient) -> None:
    response = await web.get("/_next/static/a.js")
    assert "immutable" in response.headers["cache-control"]
    assert response.headers["content-encoding"] == "gzip"
    plain = await web.get("/_next/static/a.js", headers={"accept-encoding": "identity"})
    assert plain.text == response.text == "let a = 1;" * 100
    assert len(gzip.compress(plain.content)) < len(plain.content)


async def test_an_unchanged_page_is_not_sent_again(web: httpx.AsyncClient) -> None:
    etag = (await web.get("/import")).headers["etag"]
    again = await web.get("/import", headers={"if-none-match": etag})
    assert (again.status_code, again.content) == (304, b"")


async def test_pages_cannot_be_written(web: httpx.AsyncClient) -> None:
    assert (await web.post("/import")).status_code == 405


def test_the_export_is_found_where_it_was_built(tmp_path: Path) -> None:
    package = tmp_path / "api" / "agentlab"
    assert find_export(None, package=package) is None
    write(tmp_path / "web" / "out" / "index.html", "")
    assert find_export(None, package=package) == tmp_path / "web" / "out"
    write(package / "web" / "index.html", "")
    assert find_export(None, package=package) == package / "web"
