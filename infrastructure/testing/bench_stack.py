"""Speed, memory and losses of the production stack against their limits: `make bench`.

Speeds are ratios between two measurements of one run, on one machine; wrk makes the load.
"""

import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from support.docker import docker, running, wait_for
from support.images import VERSION, WEB, Image
from support.stack import ADA, DOMAIN, Stack
from support.writers import NAMES, found, writing

MOST_MEMORY_MIB = 700
FIRST_PAGE_S = 20
STATIC_RATIO = 0.9
API_RATIO = 0.85
MOST_LOST_S = 60
SECONDS = 8
CLIENTS = 32
"""Of the api, the same number both ways: enough that neither copy waits for the next request."""
ROUNDS = 3

BARE = """
events { worker_connections 4096; }
pid /tmp/nginx.pid;
http {
    include /etc/nginx/mime.types;
    sendfile on;
    tcp_nopush on;
    keepalive_requests 100000;
    access_log off;
    server {
        listen 8443 ssl;
        ssl_certificate /certificates/fullchain.pem;
        ssl_certificate_key /certificates/privkey.pem;
        ssl_protocols TLSv1.2 TLSv1.3;
        root /srv;
    }
}
"""


@pytest.fixture(scope="module")
def stack(images: tuple[Image, ...], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A stack without limits on how much may be asked, and with the sample data."""
    stack = Stack(tmp_path_factory.mktemp("installation"), "agentlab-bench")
    stack.init()
    stack.set(AGENTLAB_API_RATE="100000")
    with stack.deployed(VERSION):
        yield stack


@pytest.fixture(scope="module")
def cookie(stack: Stack) -> str:
    with stack.browser() as browser:
        assert browser.post("/api/v1/setup", json=ADA).is_success
        assert browser.post("/api/v1/sample").is_success
        return f"Cookie: agentlab_session={browser.cookies['agentlab_session']}"


def rate(address: str, port: int, path: str, *headers: str, connections: int = 32) -> float:
    """Requests in a second, none of which failed."""
    words = [word for header in headers for word in ("--header", header)]
    scheme = "https" if port == 8443 else "http"
    program = shutil.which("wrk") or "wrk"
    load = (program, "-t1", f"-c{connections}", f"-d{SECONDS}s", *words)
    done = subprocess.run(
        [*knowing(address), *load, f"{scheme}://{DOMAIN}:{port}{path}"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "Non-2xx" not in done.stdout, done.stdout
    assert "Socket errors" not in done.stdout, done.stdout
    found = re.search(r"Requests/sec: +([0-9.]+)", done.stdout)
    assert found, done.stdout
    return float(found[1])


def knowing(address: str) -> list[str]:
    """What runs a program in the containers' network, where our domain is at `address`.

    nginx wants to be asked by name, and wrk has no other way to learn where that is.
    """
    engine = os.environ.get("AGENTLAB_ENGINE_ADDRESS")
    enter = ["nsenter", f"--net=/run/netns/{network_of(engine)}"] if engine else []
    script = 'echo "$1 $2" >"$3" && mount --bind "$3" /etc/hosts && shift 3 && exec "$@"'
    hosts = Path(tempfile.mkdtemp()) / "hosts"
    return [*enter, "unshare", "--mount", "sh", "-c", script, "sh", address, DOMAIN, str(hosts)]


def network_of(address: str) -> str:
    spaces = subprocess.run(["ip", "netns", "list"], capture_output=True, text=True, check=True)
    for name in (line.split()[0] for line in spaces.stdout.splitlines()):
        shown = subprocess.run(
            ["ip", "-n", name, "-4", "addr"], capture_output=True, text=True, check=False
        )
        if f"inet {address}/" in shown.stdout:
            return name
    raise LookupError(f"no network namespace has {address}")


def best(measure: "list[tuple[float, float]]") -> float:
    """The median ratio: what one busy moment of the machine cannot decide."""
    ratios = sorted(ours / theirs for ours, theirs in measure)
    return ratios[len(ratios) // 2]


def address_of(container: str) -> str:
    template = "{{range .NetworkSettings.Networks}}{{.IPAddress}} {{end}}"
    return docker("inspect", "--format", template, container).split()[0]


def test_static_files_are_nearly_as_quick_as_from_a_bare_nginx(
    stack: Stack, tmp_path: Path
) -> None:
    with stack.browser() as browser:
        page = browser.get("/sign-in").text
        names = re.findall(r'src="(/_next/static/[^"]+\.js)"', page)
        asset = max(names, key=lambda name: len(browser.get(name).content))
        content = browser.get(asset, headers={"Accept-Encoding": "identity"}).content
    file = tmp_path / "srv" / asset.lstrip("/")
    file.parent.mkdir(parents=True)
    file.write_bytes(content)
    (tmp_path / "nginx.conf").write_text(BARE)
    live = stack.folder / "certificates" / "live"
    options = (
        f"--volume={tmp_path / 'srv'}:/srv:ro",
        f"--volume={tmp_path / 'nginx.conf'}:/etc/nginx/nginx.conf:ro",
        f"--volume={live}:/certificates:ro",
    )
    edge = stack.containers("nginx")[0]["Id"]
    with running(WEB.base, "nginx", "-g", "daemon off;", options=options) as bare:
        measured = [
            (
                rate(address_of(edge), 8443, asset),
                rate(address_of(bare.name), 8443, asset),
            )
            for _ in range(ROUNDS)
        ]
    print(f"static file of {len(content)} bytes, edge and bare, requests/s: {measured}")
    print(f"ratio {best(measured):.2f}, at least {STATIC_RATIO}")
    assert best(measured) >= STATIC_RATIO


def test_the_api_is_nearly_as_quick_through_nginx_as_alone(stack: Stack, cookie: str) -> None:
    path = "/api/v1/portfolio"
    edge = stack.containers("nginx")[0]["Id"]
    copies = [each["Id"] for each in stack.containers("api")]

    def alone() -> float:
        with ThreadPoolExecutor() as pool:
            ask = partial(rate, connections=CLIENTS // len(copies))
            return sum(pool.map(lambda copy: ask(address_of(copy), 8000, path, cookie), copies))

    measured = [
        (
            rate(address_of(edge), 8443, path, cookie, connections=CLIENTS),
            alone(),
        )
        for _ in range(ROUNDS)
    ]
    print(f"portfolio, through nginx and alone, requests/s: {measured}")
    print(f"ratio {best(measured):.2f}, at least {API_RATIO}")
    assert best(measured) >= API_RATIO


def test_the_first_page_comes_soon_after_up(stack: Stack) -> None:
    stack.compose("down", "--timeout", "10")
    began = time.monotonic()
    stack.compose("up", "--detach")
    stack.wait_until_live(timeout_s=60)
    with stack.browser() as browser:
        assert browser.get("/sign-in").is_success
    took_s = time.monotonic() - began
    print(f"first page after up: {took_s:.1f} s, at most {FIRST_PAGE_S}")
    assert took_s <= FIRST_PAGE_S


def test_the_idle_stack_needs_little_memory(stack: Stack) -> None:
    time.sleep(30)
    used = {each["Name"]: memory_mib(each["Id"]) for each in stack.containers()}
    for name, mib in sorted(used.items()):
        print(f"{mib:6.0f} MiB {name}")
    print(f"together {sum(used.values()):.0f} MiB, at most {MOST_MEMORY_MIB}")
    assert sum(used.values()) <= MOST_MEMORY_MIB


def memory_mib(container: str) -> float:
    """What its processes hold, pages that several share counted once (PSS)."""
    _, *processes = docker("top", container, "-o", "pid").split()
    return sum(map(pss_mib, processes))


def pss_mib(process: str) -> float:
    try:
        text = Path(f"/proc/{process}/smaps_rollup").read_text()
    except (FileNotFoundError, ProcessLookupError):  # a health check has ended
        return 0
    found = re.search(r"^Pss: +(\d+) kB", text, re.MULTILINE)
    assert found
    return int(found[1]) / 1024


def test_at_most_a_minute_is_lost_with_the_volume_of_the_database(stack: Stack) -> None:
    """Killed and wiped under load at the worst moment, when the next segment is about to go."""
    wait_for(lambda: stack.base_backups() == 1, "a base backup", timeout_s=180)
    postgres = stack.containers("postgres")[0]["Id"]
    with stack.administrator() as ada, writing(stack, ada.cookies, patience_s=0) as written:
        wait_for(lambda: len(written.acknowledged) > 100, "writes")
        last = stack.psql(LAST_ARCHIVED)
        wait_for(lambda: stack.psql(LAST_ARCHIVED) != last, "a segment in the archive")
        time.sleep(JUST_BEFORE_S)
        docker("kill", "--signal=KILL", postgres)
        killed = time.monotonic()
    stack.compose("rm", "--stop", "--force", "postgres", "backup")
    docker("volume", "rm", f"{stack.project}_postgres_data")
    stack.compose("up", "--detach", "--wait", "--no-deps", "postgres")
    stack.agentlab("restore", "--at", "latest")
    kept = {(table, name) for table in NAMES for name in found(stack, table)}
    ages = [killed - at for what, at in written.acknowledged.items() if what not in kept]
    print(f"rpo of a server: {max(ages, default=0):.1f} s, at most {MOST_LOST_S}")
    print(f"the oldest of {len(ages)} lost of {len(written.acknowledged)} acknowledged")
    assert len(kept) > 100
    assert max(ages, default=0) <= MOST_LOST_S


LAST_ARCHIVED = "SELECT last_archived_wal FROM pg_stat_archiver"
JUST_BEFORE_S = 43
"""After one segment, with an `archive_timeout` of 45 s; what it takes to look is the rest."""
