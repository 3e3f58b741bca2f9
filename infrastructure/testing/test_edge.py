"""The edge: the real nginx and our configuration, before peers that tell what they received."""

import asyncio
import base64
import hashlib
import json
import os
import re
import shlex
import socket
import ssl
import subprocess
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from agentlab.kit.pages import LONGEST_CURSOR
from agentlab.kit.preconditions import version_named
from agentlab.operations.host import certificates
from agentlab.operations.host.trust import STORES
from agentlab.process import MAX_BODY_BYTES

from support.docker import docker, wait_for
from support.edge import DOMAIN, NGINX, PYTHON_IMAGE, Edge, client_of, received
from support.load import Load, Outcome
from support.tls import scan

ALONE = True
IDLE_S = float(os.environ.get("AGENTLAB_TEST_IDLE_S", "70"))
"""How long a stream is silent; more than the 60 s after which proxies hang up by default."""

UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
EVERYWHERE = {
    "content-security-policy",
    "cross-origin-opener-policy",
    "cross-origin-resource-policy",
    "permissions-policy",
    "referrer-policy",
    "strict-transport-security",
    "vary",
    "x-content-type-options",
    "x-frame-options",
    "x-request-id",
}


@pytest.fixture(scope="module")
def running(stand_ins: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Edge]:
    """An edge with a blue and a green of everything."""
    edge = Edge(tmp_path_factory.mktemp("installation"))
    try:
        for colour in ("blue", "green"):
            edge.start_peer(colour, f"api-{colour}")
            edge.start_peer(f"{colour}-web", f"web-{colour}", port=3000)
        edge.start()
        yield edge
    finally:
        edge.stop()


@pytest.fixture
def edge(running: Edge) -> Iterator[Edge]:
    """The same, blue and open when a test begins."""
    running.go_green(green=False)
    running.maintain(maintenance=False)
    yield running
    running.go_green(green=False)
    running.maintain(maintenance=False)


@pytest.fixture
def client(edge: Edge) -> Iterator[httpx.Client]:
    with client_of(edge) as client:
        yield client


def under_load(edge: Edge, act: Callable[[], None], *, seconds_s: float = 3) -> Outcome:
    """What clients experience while `act` runs, and for a while before and after it."""
    load = Load(edge.address(), edge.domain, edge.context())
    outcomes: list[Outcome] = []
    thread = threading.Thread(target=lambda: outcomes.append(asyncio.run(load.run())))
    thread.start()
    try:
        time.sleep(seconds_s)
        act()
        time.sleep(seconds_s)
    finally:
        load.stopping = True
        thread.join()
    return outcomes[0]


# --- the configuration


def test_nginx_finds_nothing_to_complain_about(edge: Edge) -> None:
    told = subprocess.run(
        ["docker", "exec", edge.nginx, "nginx", "-t", "-c", "/etc/agentlab/nginx.conf"],
        capture_output=True,
        text=True,
        check=True,
    ).stderr
    assert "test is successful" in told
    assert "[warn]" not in told


def test_the_body_limit_is_the_apis() -> None:
    """And the sentence that says so is the api's, too."""
    limits = (NGINX / "http" / "requests.conf").read_text()
    found = re.search(r"client_max_body_size (\d+)m;", limits)
    assert found
    assert int(found[1]) * 1024 * 1024 == MAX_BODY_BYTES
    errors = (NGINX / "http" / "errors.conf").read_text()
    assert f"The body is larger than {MAX_BODY_BYTES // 1024} KiB." in errors


def test_the_longest_cursor_of_a_list_fits_into_an_address(client: httpx.Client) -> None:
    found = client.get("/api/v1/echo", params={"after": "x" * LONGEST_CURSOR, "search": "é" * 200})
    assert len(found.json()["target"]) > LONGEST_CURSOR


def test_it_runs_as_nobody_in_particular_and_can_do_nothing_in_particular(edge: Edge) -> None:
    assert docker("exec", edge.nginx, "id", "-u") == "101"
    assert docker("exec", edge.nginx, "sh", "-c", "grep CapEff /proc/1/status").endswith("0" * 16)
    assert docker("exec", edge.nginx, "sh", "-c", "touch /x || echo refused") == "refused"


# --- who is answered


def test_http_leads_to_https(edge: Edge) -> None:
    with client_of(edge, 8080) as plain:
        response = plain.post("/projects?state=open", content=b"x")
        assert response.status_code == 308
        assert response.headers["location"] == f"https://{DOMAIN}/projects?state=open"
        assert "strict-transport-security" not in response.headers


def test_a_certificate_authority_finds_its_answer(edge: Edge) -> None:
    folder = edge.installation.acme_challenges / ".well-known" / "acme-challenge"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "token-1").write_text("token-1.thumbprint")
    with client_of(edge, 8080) as plain:
        assert plain.get("/.well-known/acme-challenge/token-1").text == "token-1.thumbprint"
        assert plain.get("/.well-known/acme-challenge/token-2").status_code == 404
        assert plain.get("/.well-known/acme-challenge/").status_code == 404


def test_plain_http_on_the_https_port_is_sent_to_https(edge: Edge) -> None:
    host, port = edge.address()
    response = httpx.get(f"http://{host}:{port}/a?b=c", headers={"Host": DOMAIN})
    assert response.status_code == 308
    assert response.headers["location"] == f"https://{DOMAIN}/a?b=c"


@pytest.mark.parametrize("host", ["other.example.com", "10.0.0.1", "localhost"])
def test_under_another_name_nobody_answers(edge: Edge, host: str) -> None:
    address, port = edge.address(8080)
    with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
        httpx.get(f"http://{address}:{port}/", headers={"Host": host})
    with pytest.raises(httpx.RemoteProtocolError), client_of(edge) as client:
        client.get("/", headers={"Host": host})


@pytest.mark.parametrize("name", ["other.example.com", None])
def test_a_handshake_for_another_name_is_refused(edge: Edge, name: str | None) -> None:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with (
        socket.create_connection(edge.address(), timeout=10) as plain,
        pytest.raises(ssl.SSLError, match=r"UNRECOGNIZED_NAME|unrecognized name"),
    ):
        context.wrap_socket(plain, server_hostname=name)


def test_tls_is_mozillas_intermediate_configuration(edge: Edge) -> None:
    report = scan(edge.address(), DOMAIN, edge.installation.authority / "ca.pem")
    assert report.differences == []
    assert report.protocols == {"TLSv1.2", "TLSv1.3"}
    assert report.suites == {
        "TLS_AES_128_GCM_SHA256",
        "TLS_AES_256_GCM_SHA384",
        "TLS_CHACHA20_POLY1305_SHA256",
        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
    }
    assert report.curves == {"X25519", "secp256r1", "secp384r1"}


def test_the_key_exchange_withstands_computers_that_do_not_exist_yet(edge: Edge) -> None:
    told = docker(
        *("exec", edge.nginx, "sh", "-c"),
        f"echo | openssl s_client -connect 127.0.0.1:8443 -servername {DOMAIN} 2>/dev/null",
    )
    assert "X25519MLKEM768" in told


def test_no_session_ticket_is_given(edge: Edge) -> None:
    context = edge.context()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    plain = socket.create_connection(edge.address(), timeout=10)
    with context.wrap_socket(plain, server_hostname=DOMAIN) as connection:
        assert connection.session is not None
        assert not connection.session.has_ticket


def test_http_2_is_spoken(edge: Edge) -> None:
    host, port = edge.address()
    said = subprocess.run(
        [
            *("curl", "--silent", "--http2", "--output", "/dev/null", "--write-out"),
            *("%{http_version} %{http_code}", "--connect-to", f"{DOMAIN}:443:{host}:{port}"),
            *("--cacert", str(edge.installation.authority / "ca.pem"), f"https://{DOMAIN}/page"),
        ],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert said == "2 200"


# --- what the containers are told


def test_what_a_client_says_about_itself_is_overwritten(client: httpx.Client) -> None:
    spoofed = {
        "X-Forwarded-For": "203.0.113.9, 127.0.0.1",
        "X-Forwarded-Proto": "http",
        "X-Forwarded-Host": "evil.example.com",
        "X-Forwarded-Port": "1",
        "X-Forwarded-Prefix": "/evil",
        "X-Real-IP": "127.0.0.1",
        "X-Request-ID": "chosen-by-a-stranger",
        "X-Original-URL": "/metrics",
        "X-Rewrite-URL": "/metrics",
        "Forwarded": "for=127.0.0.1",
        "Proxy": "http://evil.example.com",
        "traceparent": f"00-{'a' * 32}-{'b' * 16}-01",
        "tracestate": "evil=1",
        "baggage": "evil=1",
        "Upgrade": "h2c",
    }
    for path in ("/api/v1/echo", "/echo", "/api/v1/session"):
        response = client.get(path, headers=spoofed)
        headers = received(response)
        for name in ("x-forwarded-for", "x-real-ip"):
            assert len(headers[name]) == 1
            assert re.fullmatch(r"\d+(\.\d+){3}", headers[name][0])
            assert headers[name][0] not in {"203.0.113.9", "127.0.0.1"}
        assert headers["x-forwarded-proto"] == ["https"]
        assert headers["x-forwarded-host"] == headers["host"] == [DOMAIN]
        assert headers["x-request-id"] == [response.headers["x-request-id"]]
        assert UUID.fullmatch(headers["x-request-id"][0])
        trace = headers["x-request-id"][0].replace("-", "")
        assert headers["traceparent"] == [f"00-{'a' * 32}-{trace[:16]}-01"]  # its trace, our span
        gone = {
            "tracestate",
            "baggage",
            "x-forwarded-port",
            "x-forwarded-prefix",
            "x-original-url",
            "x-rewrite-url",
        }
        assert not headers.keys() & (gone | {"forwarded", "proxy", "upgrade"})


def test_the_port_that_was_asked_for_is_passed_on(edge: Edge, client: httpx.Client) -> None:
    """The api compares it with the `Origin` of a write."""
    response = client.get("/api/v1/echo", headers={"Host": f"{DOMAIN}:8443"})
    assert received(response)["host"] == [f"{DOMAIN}:8443"]
    assert received(response)["x-forwarded-host"] == [f"{DOMAIN}:8443"]


def test_the_log_has_the_id_and_the_way_of_each_request(edge: Edge, client: httpx.Client) -> None:
    response = client.get("/api/v1/echo?secret=1234")
    line = next(
        line for line in edge.log() if line["request_id"] == response.headers["x-request-id"]
    )
    assert (line["status"], line["method"], line["path"]) == (200, "GET", "/api/v1/echo")
    assert re.fullmatch(r"[\d.]+:8000|unix:/tmp/api-blue\.sock", str(line["upstream"]))
    assert line["upstream_status"] == "200"
    assert float(str(line["upstream_seconds"])) <= float(str(line["seconds"])) + 0.01
    assert "1234" not in json.dumps(line)


# --- what browsers are told


@pytest.mark.parametrize(
    ("path", "policy"),
    [
        ("/page", "script-src 'sha256-abc='"),
        ("/echo", "default-src 'self'"),
        ("/api/v1/echo", "default-src 'none'"),
        ("/api/v1/session", "default-src 'none'"),
        ("/api/v1/status/503", "default-src 'none'"),
        ("/api/v1/events?silence=0", "default-src 'none'"),
        ("/mcp", "default-src 'none'"),
        ("/livez", "default-src 'self'"),
        ("/_next/static/chunks/a.js", "default-src 'self'"),
        ("/_next/static/chunks/only-nobody.js", "default-src 'none'; style-src 'sha256-"),
        ("/status/", "default-src 'none'; style-src 'self'"),
        ("/status/absent", "default-src 'none'; style-src 'sha256-"),
        ("/metrics", "default-src 'none'; style-src 'sha256-"),
    ],
)
def test_each_header_comes_once(edge: Edge, client: httpx.Client, path: str, policy: str) -> None:
    (edge.installation.status_site / "index.html").write_text("<!doctype html><p>All is well.")
    for _ in range(2):  # the second time, some come from the cache
        response = client.get(path)
        times = Counter(name.lower() for name, _ in response.headers.raw)
        names = {name.decode(): count for name, count in times.items()}
        assert {name: names.get(name) for name in EVERYWHERE} == dict.fromkeys(EVERYWHERE, 1)
        assert [name for name, count in names.items() if count > 1] == []
        assert response.headers["content-security-policy"].startswith(policy)
        assert (
            "frame-ancestors 'none'" in policy
            or path == "/page"
            or ("frame-ancestors 'none'" in response.headers["content-security-policy"])
        )
        assert response.headers["strict-transport-security"] == "max-age=300"
        assert response.headers["x-frame-options"] == "DENY"
        assert response.headers["server"] == "nginx"
        assert "x-powered-by" not in response.headers


def test_what_a_page_says_about_referrers_stands(client: httpx.Client) -> None:
    assert client.get("/page").headers["referrer-policy"] == "no-referrer"
    assert client.get("/echo").headers["referrer-policy"] == "same-origin"


def test_replies_are_compressed(client: httpx.Client) -> None:
    response = client.get("/page", headers={"Accept-Encoding": "gzip"})
    assert response.headers["content-encoding"] == "gzip"
    assert len(response.text) > 4096
    plain = client.get("/page", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers


@pytest.mark.parametrize("accepting", ["gzip", "identity"])
def test_the_version_of_a_reply_comes_back_as_what_it_was(
    client: httpx.Client, accepting: str
) -> None:
    """What nginx compresses has a weak tag, and the api takes it for the same."""
    address = "/api/v1/versions/3"
    shown = client.get(address, headers={"Accept-Encoding": accepting})
    assert ("content-encoding" in shown.headers) == (accepting == "gzip")
    changed = client.patch(address, headers={"If-Match": shown.headers["etag"]}, json={})
    (named,) = received(changed)["if-match"]
    assert asyncio.run(version_named(named)) == 3


# --- limits


def test_a_body_at_the_limit_arrives_and_a_larger_one_gets_a_clear_answer(
    client: httpx.Client,
) -> None:
    response = client.post("/api/v1/echo", content=b"x" * MAX_BODY_BYTES)
    assert response.json()["body_bytes"] == MAX_BODY_BYTES
    for content in (b"x" * (MAX_BODY_BYTES + 1), iter([b"x" * (MAX_BODY_BYTES // 2)] * 3)):
        refused = client.post("/api/v1/echo", content=content)
        assert refused.status_code == 413
        assert refused.headers["content-type"] == "application/problem+json"
        problem = refused.json()
        assert (problem["code"], problem["status"]) == ("body_too_large", 413)
        assert problem["detail"] == "The body is larger than 1024 KiB."
        assert problem["request_id"] == refused.headers["x-request-id"]
    page = client.post("/projects", content=b"x" * (MAX_BODY_BYTES + 1))
    assert (page.status_code, "1 MiB" in page.text) == (413, True)


def test_signing_in_is_limited_and_looking_is_not(client: httpx.Client) -> None:
    names = ("session", "setup", "access-tokens", "invitations/acceptance")
    paths = [f"/api/v1/{name}" for name in names]
    answers = [client.post(path, content=b"{}").status_code for path in paths * 15]
    assert answers[:10] == [200] * 10
    assert answers[-10:].count(429) >= 9
    refused = client.post(paths[0], content=b"{}")
    assert refused.status_code == 429
    assert refused.headers["content-type"] == "application/problem+json"
    assert int(refused.headers["retry-after"]) > 0
    assert refused.json()["code"] == "too_many_requests"
    for path in paths:
        assert client.get(path).status_code == 200
    wait_for(lambda: client.post(paths[1], content=b"{}").status_code == 200, "patience to help")


def test_the_api_has_a_generous_limit_for_each_address(stand_ins: None, tmp_path: Path) -> None:
    edge = Edge(tmp_path, {"AGENTLAB_API_RATE": "10", "AGENTLAB_DOMAIN": "localhost"})
    try:
        edge.start_peer("blue", "api-blue")
        edge.start()
        with client_of(edge) as client:
            wait_for(lambda: client.get("/api/v1/echo").status_code == 200, "the peer to be there")
            response = client.get("/api/v1/echo")
            assert "strict-transport-security" not in response.headers  # not for localhost

            def ask(_: int) -> int:
                return client.get("/api/v1/echo").status_code

            with ThreadPoolExecutor(8) as pool:
                assert set(pool.map(ask, range(700))) == {200, 429}
    finally:
        edge.stop()


@pytest.mark.parametrize("path", ["/metrics", "/metrics/", "/readyz", "/healthz", "/healthz/x"])
def test_what_is_for_the_stack_itself_is_not_reached_from_outside(
    edge: Edge, client: httpx.Client, path: str
) -> None:
    assert client.get(path).status_code == 404
    assert client.get("/.edge/unavailable.en.html").status_code == 404
    assert client.get("/livez").json()["peer"] == "blue"
    assert json.loads(edge.gate("/blue/readyz"))["target"] == "/readyz"


# --- streams


def test_an_idle_event_stream_and_an_idle_websocket_stay_open_and_each_event_comes_at_once(
    edge: Edge, client: httpx.Client
) -> None:
    with edge.connect() as connection:
        open_websocket(connection)
        assert echoed(connection, b"hello") == b"hello"
        opened = time.monotonic()
        arrived = events_with_silence_between(client)
        assert [line for line, _ in arrived] == ["data: hello from blue", "data: still here"]
        assert arrived[0][1] < 2
        assert IDLE_S <= arrived[1][1] < IDLE_S + 5
        assert time.monotonic() - opened >= IDLE_S
        assert echoed(connection, b"still here") == b"still here"


def events_with_silence_between(client: httpx.Client) -> list[tuple[str, float]]:
    """The lines of a stream, and after how many seconds each came."""
    began = time.monotonic()
    url = f"/api/v1/events?silence={IDLE_S}"
    with client.stream("GET", url, timeout=IDLE_S + 30) as response:
        assert response.headers["content-type"] == "text/event-stream"
        assert "content-encoding" not in response.headers
        return [(line, time.monotonic() - began) for line in response.iter_lines() if line]


def open_websocket(connection: ssl.SSLSocket) -> None:
    connection.sendall(
        f"GET /mcp HTTP/1.1\r\nHost: {DOMAIN}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode()
    )
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += connection.recv(1)
    assert b" 101 " in head.split(b"\r\n")[0]
    assert b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in head


def echoed(connection: ssl.SSLSocket, text: bytes) -> bytes:
    connection.sendall(bytes([0x81, 0x80 | len(text), 0, 0, 0, 0]) + text)
    assert connection.recv(2) == bytes([0x81, len(text)])
    return connection.recv(len(text))


# --- files with hashed names


def test_hashed_files_are_kept_for_ever_by_everybody(client: httpx.Client) -> None:
    first = client.get("/_next/static/chunks/kept.js?v=1")
    again = client.get("/_next/static/chunks/kept.js?v=2")
    assert first.text == again.text == "kept.js"
    assert again.headers["cache-control"] == "public, max-age=31536000, immutable"
    counts = client.get("/counts").json()
    assert counts["/_next/static/chunks/kept.js"] == 1
    unchanged = client.get(
        "/_next/static/chunks/kept.js", headers={"If-None-Match": again.headers["etag"]}
    )
    assert unchanged.status_code == 304


@pytest.mark.parametrize(
    ("accepted", "asked"),
    [
        ("gzip, deflate, br, zstd", "br"),
        ("gzip;q=0.8, *;q=0.1", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("identity", "identity"),
        ("something-random-42", "identity"),
    ],
)
def test_few_variants_of_a_file_are_asked_for(
    client: httpx.Client, accepted: str, asked: str
) -> None:
    response = client.get("/_next/static/chunks/v.js", headers={"Accept-Encoding": accepted})
    assert response.headers["x-asked-for"] == asked


def test_after_a_switch_old_tabs_find_their_files(edge: Edge, client: httpx.Client) -> None:
    seen = "/_next/static/chunks/only-blue-web-seen.js"
    warmed = "/_next/static/chunks/only-blue-web-warmed.js"
    unseen = "/_next/static/chunks/only-blue-web-unseen.js"
    client.headers["Accept-Encoding"] = "gzip"
    assert client.get(seen).status_code == 200
    assert edge.gate(f"/web-blue{warmed}", accepting="gzip") == "only-blue-web-warmed.js"
    edge.go_green()
    counts = client.get("/counts").json()
    assert client.get(seen).text == "only-blue-web-seen.js"
    assert client.get(warmed).text == "only-blue-web-warmed.js"
    assert client.get("/counts").json() == {**counts, "/counts": counts["/counts"] + 1}
    assert client.get(unseen).text == "only-blue-web-unseen.js"  # blue is still there
    missing = client.get("/_next/static/chunks/only-nobody.js")
    assert missing.status_code == 404
    assert missing.headers["cache-control"] == "no-store"


# --- colours, retries, absences


def test_the_flag_decides_the_colour_and_the_gate_knows_both(
    edge: Edge, client: httpx.Client
) -> None:
    assert client.get("/api/v1/echo").json()["peer"] == "blue"
    assert client.get("/echo").json()["peer"] == "blue-web"
    edge.go_green()
    assert client.get("/api/v1/echo").json()["peer"] == "green"
    assert client.get("/echo").json()["peer"] == "green-web"
    assert json.loads(edge.gate("/blue/livez?x=1"))["peer"] == "blue"
    assert json.loads(edge.gate("/blue/livez?x=1"))["target"] == "/livez?x=1"
    assert json.loads(edge.gate("/green/livez"))["peer"] == "green"
    assert json.loads(edge.gate("/web-green/"))["peer"] == "green-web"
    assert "Active connections" in edge.gate("/connections")


def test_a_switch_of_colours_fails_no_request(edge: Edge) -> None:
    def switch_to_and_fro() -> None:
        for green in (True, False) * 4:
            edge.go_green(green=green)
            time.sleep(0.5)

    outcome = under_load(edge, switch_to_and_fro)
    assert outcome.failures == []
    assert outcome.doubles == 0
    assert min(outcome.answered["blue"], outcome.answered["green"]) > 100


def test_a_reload_fails_no_request(edge: Edge) -> None:
    def reload() -> None:
        for _ in range(4):
            docker("kill", "--signal", "HUP", edge.nginx)
            time.sleep(1.5)

    outcome = under_load(edge, reload)
    assert outcome.failures == []
    assert outcome.doubles == 0
    assert outcome.sent > 1000


def test_a_replacement_of_nginx_fails_no_request(edge: Edge) -> None:
    """Two at the same addresses for a moment; the old one answers what it has begun, and ends."""

    def replace() -> None:
        for _ in range(3):
            old = edge.nginx
            edge.nginx = edge.start_nginx(f"nginx-{uuid.uuid4().hex[:8]}")
            docker("kill", "--signal", "QUIT", old)
            docker("wait", old)
            edge.remove(old)

    outcome = under_load(edge, replace)
    assert outcome.failures == []
    assert outcome.doubles == 0
    assert outcome.sent > 1000


def test_addresses_that_change_are_found_again(edge: Edge, client: httpx.Client) -> None:
    edge.go_green()
    edge.remove(f"{edge.prefix}-green")
    spare = edge.start_peer("spare", "something-else")  # takes the address that became free
    edge.start_peer("green", "api-green")
    wait_for(
        lambda: client.get("/api/v1/echo").json().get("peer") == "green",
        "the new address to be found",
    )
    for _ in range(20):
        assert client.get("/api/v1/echo").json()["peer"] == "green"
    edge.remove(spare)


def test_of_two_copies_one_may_die(edge: Edge, client: httpx.Client) -> None:
    edge.start_peer("twin", "api-blue")
    wait_for(lambda: client.get("/api/v1/echo").json()["peer"] == "twin", "the twin to be found")
    outcome = under_load(edge, lambda: edge.remove(f"{edge.prefix}-twin"), seconds_s=2)
    # A change that was under way is not sent again, so it may have failed; a read never does.
    assert [failure for failure in outcome.failures if "GET" in failure] == []
    assert len(outcome.failures) <= 8
    assert outcome.doubles == 0


def test_what_was_sent_is_not_sent_again_when_it_may_have_changed_something(
    edge: Edge, client: httpx.Client
) -> None:
    response = client.post("/api/v1/hang-up", content=b"{}")
    assert response.status_code == 502
    assert response.json()["code"] == "unavailable"
    assert json.loads(edge.gate("/blue/counts"))["/api/v1/hang-up"] == 1
    time.sleep(3.5)  # until it is trusted again: more than two of nginx's whole seconds
    assert client.get("/api/v1/hang-up").status_code == 502
    assert json.loads(edge.gate("/blue/counts"))["/api/v1/hang-up"] > 2  # a read is


def test_the_replies_of_the_api_are_passed_on_as_they_are(client: httpx.Client) -> None:
    for status in (400, 404, 413, 429, 500, 502, 503, 504):
        response = client.get(f"/api/v1/status/{status}")
        assert response.status_code == status
        assert response.json()["peer"] == "blue"


def test_it_starts_alone_and_says_so(stand_ins: None, tmp_path: Path) -> None:
    """No name can be resolved; the state of the service is there all the same."""
    edge = Edge(tmp_path)
    (edge.installation.status_site / "index.html").write_text("All is well, or not.")
    try:
        edge.start()
        with client_of(edge) as client:
            page = client.get("/projects", headers={"Accept-Language": "fr-CH, en;q=0.8"})
            assert (page.status_code, page.headers["retry-after"]) == (502, "5")
            assert '<html lang="fr">' in page.text
            assert "AgentLab ne répond pas pour le moment" in page.text
            assert page.headers["x-request-id"] in page.text
            problem = client.get("/api/v1/projects")
            assert problem.status_code == 502
            assert problem.headers["content-type"] == "application/problem+json"
            assert set(problem.json()) == {
                *("type", "title", "status", "code", "detail", "field", "request_id"),
            }
            assert client.get("/status/").text == "All is well, or not."
            assert client.get("/_next/static/a.js").status_code == 404
            edge.start_peer("blue", "api-blue")
            wait_for(lambda: client.get("/api/v1/echo").status_code == 200, "the peer to be found")
    finally:
        edge.stop()


def test_a_new_nginx_answers_its_first_requests(stand_ins: None, tmp_path: Path) -> None:
    """It has no addresses yet, so it looks them up while these requests wait."""
    edge = Edge(tmp_path)
    edge.start_peer("blue", "api-blue")
    edge.start()
    try:
        for _ in range(3):
            docker("restart", "--time", "0", edge.nginx)
            with client_of(edge) as client:
                response = first_answer(client)
            assert response.status_code == 200, response.text
    finally:
        edge.stop()


def first_answer(client: httpx.Client) -> httpx.Response:
    end = time.monotonic() + 30
    while time.monotonic() < end:
        with suppress(httpx.TransportError):
            return client.get("/api/v1/echo")
    raise TimeoutError("nginx does not listen")


# --- pages


def test_maintenance_closes_all_but_the_state_and_the_gate(
    edge: Edge, client: httpx.Client
) -> None:
    (edge.installation.status_site / "index.html").write_text("Maintained.")
    edge.maintain()
    for path in ("/", "/api/v1/echo", "/api/v1/events", "/api/v1/session", "/mcp"):
        response = client.get(path)
        assert (response.status_code, response.headers["retry-after"]) == (503, "60")
    assert "AgentLab is being maintained" in client.get("/").text
    assert client.post("/api/v1/echo", content=b"{}").json()["code"] == "maintenance"
    assert client.get("/status/").text == "Maintained."
    assert json.loads(edge.gate("/blue/livez"))["peer"] == "blue"
    edge.maintain(maintenance=False)
    assert client.get("/api/v1/echo").status_code == 200


def test_every_page_is_whole_and_its_policy_lets_it_look_like_that() -> None:
    layout = (NGINX / "pages" / "layout.html").read_text()
    style = re.search(r"<style>(.*?)</style>", layout, re.DOTALL)
    assert style
    digest = base64.b64encode(hashlib.sha256(style[1].encode()).digest()).decode()
    assert f"'sha256-{digest}'" in (NGINX / "http" / "headers.conf").read_text()
    assert not re.search(r"(?:src|href)=\"?https?:", layout)
    names = {path.name.split(".")[0] for path in (NGINX / "pages").glob("*.en.html")}
    used = re.findall(r"^ {4}\S+ ([a-z-]+);$", errors_page_map(), re.MULTILINE)
    assert names == set(used)
    variables = set(re.findall(r'echo var="(\w+)"', layout)) - {"edge_request_id"}
    for name in names:
        for language in ("en", "fr"):
            page = (NGINX / "pages" / f"{name}.{language}.html").read_text()
            assert set(re.findall(r'set var="(\w+)"', page)) == variables


def errors_page_map() -> str:
    errors = (NGINX / "http" / "errors.conf").read_text()
    return errors[errors.index("map $status $error_page") :].partition("}")[0]


# --- certificates


def test_a_renewed_certificate_is_served_without_a_reload(edge: Edge) -> None:
    before = edge.served()
    processes = processes_of(edge.nginx)
    certificates.local(edge.installation, again=True)
    renewed = certificates.served(edge.installation).leaf
    assert renewed != before
    wait_for(lambda: edge.served() == renewed, "the new one to be served")
    wait_for(
        lambda: all(edge.served() == renewed for _ in range(8)), "each worker to serve the new one"
    )
    assert set() < processes_of(edge.nginx) <= processes


def processes_of(nginx: str) -> set[str]:
    """Those of nginx itself: a health check comes and goes, and old workers end."""
    lines = docker("top", nginx, "-o", "pid,comm").splitlines()
    return {line.split()[0] for line in lines if line.split()[1] == "nginx"}


# --- trust


def test_a_debian_that_was_told_believes_the_authority_until_it_is_told_otherwise(
    edge: Edge,
) -> None:
    """The commands of `agentlab certificate trust`, in a system that may be changed."""
    store = STORES[0]
    authority = Path("/authority.pem")
    believes = (
        'python3 -c \'import ssl; print(sum("AgentLab" in str(each) for each in '
        "ssl.create_default_context().get_ca_certs()))'"
    )
    lines = [
        "unset SSL_CERT_FILE",
        *map(shlex.join, store.additions(authority)),
        believes,
        *map(shlex.join, store.removals(authority)),
        believes,
    ]
    told = docker(
        *("run", "--rm", f"--volume={edge.installation.authority / 'ca.pem'}:{authority}:ro"),
        *(PYTHON_IMAGE, "sh", "-euc", "\n".join(lines)),
    )
    assert [line for line in told.splitlines() if line.isdigit()] == ["1", "0"]
