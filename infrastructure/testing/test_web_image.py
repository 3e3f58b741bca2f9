"""The web app behind nginx answers exactly as the api's own `StaticExport` would."""

import uuid
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from agentlab.kit.static_export import StaticExport
from agentlab.portfolio import keys
from starlette.datastructures import Headers
from starlette.responses import Response

from support.docker import HARDENED, Container, docker, output, running
from support.images import VERSION, WEB, Image

SAME_HEADERS = (
    "cache-control",
    "content-security-policy",
    "content-type",
    "etag",
    "last-modified",
    "accept-ranges",
    "referrer-policy",
    "vary",
    "x-content-type-options",
)
ID = "5c3f1f0e-6c1b-4c7e-9d0a-2b8f4e6a7d31"
UNKNOWN = (
    "/nowhere",
    "/projects/",
    "/sign-in/",
    "//sign-in",
    "/sign-in//",
    "/projects/not_a_key",
    f"/projects/{ID}/nowhere",
    f"/projects/{ID.upper()}",
    f"/projects/{ID}x",
    "/theme.js.gz",
    "/theme.js.br",
    "/br/theme.js",
    "/identity/index.html",
    "/_next/static/chunks/nothing.js",
    "/index/",
    "/_next",
    "/../etc/passwd",
    "/.env",
)


@pytest.fixture(scope="module")
def web(images: tuple[Image, ...]) -> Iterator[Container]:
    with running(WEB.name, options=(*HARDENED, "--publish=3000")) as container:
        container.wait_until_healthy()
        yield container


@pytest.fixture(scope="module")
def client(web: Container) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=web.url(3000), headers={"Accept-Encoding": "identity"}) as client:
        yield client


@pytest.fixture(scope="module")
def export(images: tuple[Image, ...], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files that the image was made from."""
    folder = tmp_path_factory.mktemp("export")
    container = docker("create", WEB.name)
    docker("cp", f"{container}:/srv/identity/.", str(folder))
    docker("rm", container)
    return folder


@pytest.fixture(scope="module")
def ours(export: Path) -> StaticExport:
    return StaticExport(export, keys.IN_ADDRESS)


@pytest.fixture(scope="module")
def addresses(ours: StaticExport) -> list[str]:
    """Every address of every file: as it is, with ids or keys, without what a server adds."""
    names = set(ours.files)
    names |= {name.removesuffix(".html") for name in names}
    names |= {name.removesuffix("/index") or "/" for name in names if name.endswith("/index")}
    names |= {"/".join(with_ids(name)) for name in names}
    names |= {name.replace("/projects/_", "/projects/READER-2") for name in names}
    return sorted(names)


def with_ids(name: str) -> Iterator[str]:
    for part in name.split("/"):
        stem, dot, rest = part.partition(".")
        yield f"{uuid.uuid4()}{dot}{rest}" if stem == "_" else part


def answer_of(export: StaticExport, path: str, **headers: str) -> Response:
    sent = Headers({name.replace("_", "-"): value for name, value in headers.items()})
    return export.answer("GET", path, sent)


def assert_same(theirs: httpx.Response, expected: Response, path: str) -> None:
    assert theirs.status_code == expected.status_code, path
    assert theirs.content == expected.body, path
    for name in SAME_HEADERS:
        assert theirs.headers.get(name) == expected.headers.get(name), (path, name)


def test_every_address_is_answered_alike(
    client: httpx.Client, ours: StaticExport, addresses: list[str]
) -> None:
    assert len(addresses) > len(ours.files)
    for path in addresses:
        assert_same(client.get(quote(path)), answer_of(ours, path), path)


@pytest.mark.parametrize("path", UNKNOWN)
def test_unknown_addresses_are_answered_alike(
    client: httpx.Client, ours: StaticExport, path: str
) -> None:
    request = client.build_request("GET", "/")
    request.url = client.base_url.copy_with(raw_path=path.encode())
    expected = answer_of(ours, path)
    assert expected.status_code == 404
    assert_same(client.send(request), expected, path)


def test_every_file_is_compressed_once_and_for_all(
    client: httpx.Client, ours: StaticExport, addresses: list[str]
) -> None:
    for path in addresses:
        plain = answer_of(ours, path)
        for encoding in ("gzip", "br"):
            reply = client.get(quote(path), headers={"Accept-Encoding": encoding})
            assert_same(reply, plain, path)  # httpx has decompressed it
            compressed = answer_of(ours, path, accept_encoding="gzip").headers.get(
                "content-encoding"
            )
            assert reply.headers.get("content-encoding") == (encoding if compressed else None), path


@pytest.mark.parametrize(
    ("accepted", "chosen"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("GZIP", "gzip"),
        ("br;q=0, gzip;q=0.5", "gzip"),
        ("br; q=0.0,gzip; q=0", None),
        ("br;q=0.1", "br"),
        ("*", None),
        ("brotli, xgzip", None),
        ("", None),
    ],
)
def test_the_best_encoding_that_is_accepted_is_chosen(
    client: httpx.Client, accepted: str, chosen: str | None
) -> None:
    reply = client.head("/theme.js", headers={"Accept-Encoding": accepted})
    assert reply.headers.get("content-encoding") == chosen


def test_what_has_not_changed_is_not_sent_again(client: httpx.Client) -> None:
    tag = client.get("/").headers["etag"]
    for known in (tag, f"W/{tag}", f'"other", {tag}', f'W/{tag}, "other"'):
        reply = client.get("/", headers={"If-None-Match": known})
        assert (reply.status_code, reply.content) == (304, b"")
        assert reply.headers["etag"] == tag
        assert reply.headers["cache-control"] == "no-cache"
    for other in ('"other"', tag[:-2] + '"', "nonsense"):
        assert client.get("/", headers={"If-None-Match": other}).status_code == 200
    unknown = client.get("/nowhere")
    condition = {"If-None-Match": unknown.headers["etag"]}
    assert client.get("/nowhere", headers=condition).status_code == 404


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "BREW"])
def test_only_reading_is_allowed(client: httpx.Client, method: str) -> None:
    for path in ("/", "/nowhere", "/theme.js"):
        reply = client.request(method, path)
        assert reply.status_code == 405
        if method != "TRACE":  # nginx refuses it before it reads our configuration
            assert reply.headers["allow"] == "GET, HEAD"


def test_head_tells_what_get_would(client: httpx.Client) -> None:
    for path in ("/", "/nowhere", "/theme.js"):
        head, get = client.head(path), client.get(path)
        assert head.status_code == get.status_code
        assert head.content == b""
        assert head.headers["content-length"] == str(len(get.content))


def test_it_tells_its_version_and_not_its_servers(client: httpx.Client) -> None:
    reply = client.get("/healthz")
    assert reply.json() == {"status": "alive", "version": VERSION}
    assert reply.headers["cache-control"] == "no-store"
    assert reply.headers["server"] == "nginx"


def test_each_request_is_a_line_of_json_in_the_log(client: httpx.Client, web: Container) -> None:
    marker = uuid.uuid4().hex
    client.get(f"/{marker}", headers={"X-Request-ID": f'"{marker}"'})
    lines = [line for line in web.logs().splitlines() if marker in line]
    assert len(lines) == 1
    assert httpx.Response(200, content=lines[0]).json()["request_id"] == f'"{marker}"'


def test_its_configuration_has_no_warnings() -> None:
    said = docker("run", "--rm", *HARDENED, WEB.name, "-t")
    assert "warn" not in said
    assert output(WEB.name, "sh", "-c", "ls /srv").split() == ["br", "gzip", "identity"]
