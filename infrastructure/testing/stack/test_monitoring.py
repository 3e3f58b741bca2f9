"""The status prober and Prometheus, on the production stack."""

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from support.docker import REPOSITORY, Container, inspect, output, running, wait_for
from support.images import API
from support.stack import Stack

MONITORING = REPOSITORY / "infrastructure" / "monitoring"
PROMETHEUS = os.environ.get("PROMETHEUS_IMAGE", "prom/prometheus:v3.5.3")
SOON_S = 90
PROFILE = ("--profile", "monitoring")


@pytest.mark.parametrize(
    "words",
    [
        ("check", "config", "prometheus.yml"),
        ("check", "rules", "--lint=all", "--lint-fatal", "rules.yml"),
        ("test", "rules", "rules.test.yml"),
    ],
    ids=lambda words: " ".join(words[:2]),
)
def test_promtool_is_content(stand_ins: None, words: tuple[str, ...]) -> None:
    options = ("--volume", f"{MONITORING}:/etc/prometheus:ro", "--workdir", "/etc/prometheus")
    said = output(PROMETHEUS, "promtool", *words, options=options)
    assert "SUCCESS" in said


DASHBOARD = json.loads((MONITORING / "grafana/dashboards/agentlab.json").read_text())
PANELS = [each for each in DASHBOARD["panels"] if each["type"] != "row"]


def questions() -> list[str]:
    """Every expression of the dashboard, as Grafana would send it."""
    found = [target["expr"] for panel in PANELS for target in panel["targets"]]
    found += [each["expr"] for each in DASHBOARD["annotations"]["list"]]
    return [each.replace("$__rate_interval", "1m") for each in found]


def test_every_question_of_the_dashboard_is_one_that_prometheus_understands(
    stand_ins: None, tmp_path: Path
) -> None:
    records = [
        {"record": f"panel:{number}", "expr": each} for number, each in enumerate(questions())
    ]
    rules = tmp_path / "panels.yml"  # JSON is YAML
    rules.write_text(json.dumps({"groups": [{"name": "dashboard", "rules": records}]}))
    tmp_path.chmod(0o755)
    options = ("--volume", f"{tmp_path}:/panels:ro")
    said = output(PROMETHEUS, "promtool", "check", "rules", "/panels/panels.yml", options=options)
    assert f"{len(records)} rules found" in said


def test_the_dashboard_asks_the_data_source_that_is_provided_and_overlaps_nothing() -> None:
    provided = (MONITORING / "grafana/provisioning/datasources/prometheus.yml").read_text()
    places = [each["datasource"] for panel in PANELS for each in (panel, *panel["targets"])]
    assert all(f"uid: {each['uid']}\n" in provided for each in places)
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        x, y, w, h = (panel["gridPos"][side] for side in "xywh")
        cells = {(across, down) for across in range(x, x + w) for down in range(y, y + h)}
        assert not cells & taken, panel["title"]
        assert x + w <= 24
        taken |= cells
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(set(ids)) == len(ids)
    assert all(panel["description"] and panel["title"] for panel in PANELS)


def summary(stack: Stack) -> dict[str, Any]:
    with stack.browser() as browser:
        found: dict[str, Any] = browser.get("/status/api/v2/summary.json").json()
        return found


def in_trouble(stack: Stack) -> set[str]:
    """The components of the incidents that are open."""
    return {each["id"] for open_ in summary(stack)["incidents"] for each in open_["components"]}


def all_works(stack: Stack) -> bool:
    return bool(summary(stack)["status"]["indicator"] == "none")


@pytest.fixture
def healthy(stack: Stack) -> Stack:
    """The stack, once the prober has found that everything works."""
    wait_for(lambda: all_works(stack), "a clean verdict of the prober", timeout_s=180)
    return stack


def test_the_status_site_is_served(healthy: Stack) -> None:
    with healthy.browser() as browser:
        page = browser.get("/status/")
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert "<h1>Everything works</h1>" in page.text
        assert "<h1>Tout fonctionne</h1>" in browser.get("/status/fr/").text
        types = {
            name: browser.get(f"/status/{name}").headers["content-type"].partition(";")[0]
            for name in ("status.css", "status.js", "icon.svg", "history.rss", "history.atom")
        }
        assert types == {
            "status.css": "text/css",
            "status.js": types["status.js"],
            "icon.svg": "image/svg+xml",
            "history.rss": "application/rss+xml",
            "history.atom": "application/atom+xml",
        }
        assert types["status.js"] in {"text/javascript", "application/javascript"}
        policy = page.headers["content-security-policy"]
        assert "script-src 'self'" in policy or "default-src 'self'" in policy
        assert "went live" in page.text  # the deploy that made this stack


def test_what_the_prober_remembers_is_not_served(healthy: Stack) -> None:
    assert (healthy.folder / "state" / "prober" / "status.db").is_file()
    with healthy.browser() as browser:
        for path in ("status.db", "../prober/status.db", ".index.html.new", "prober/status.db"):
            assert browser.get(f"/status/{path}").status_code in {400, 403, 404}


def test_the_operator_reads_the_same_on_the_host(healthy: Stack) -> None:
    told = json.loads(healthy.agentlab("status", "show", "--json"))
    assert told["status"] == "none"
    assert {each["state"] for each in told["components"]} == {"up"}


def test_no_measurement_is_reached_from_outside(stack: Stack) -> None:
    with stack.browser() as browser:
        root = str(browser.base_url).rstrip("/")
        for path in ("metrics", "metrics/", "readyz", "healthz", "%6detrics", "/metrics"):
            answer = browser.get(f"{root}/{path}")
            assert (path, answer.status_code) == (path, 404)
            assert "http_requests_total" not in answer.text


def test_an_outage_is_told_while_it_lasts_and_ends_with_it(healthy: Stack) -> None:
    """Within 90 seconds each, on the page that nginx serves without the api."""
    failed_at = time.monotonic()
    healthy.compose("stop", "--timeout", "5", "api")
    try:
        # Another one may be open already: beside tests on a busy machine others are slow, too.
        stopped = {"api", "sign_in"}
        wait_for(lambda: stopped <= in_trouble(healthy), "an incident", timeout_s=SOON_S)
        opened_after_s = time.monotonic() - failed_at
        with healthy.browser() as browser:
            assert "Trouble with Sign-in" in browser.get("/status/").text
    finally:
        healthy.compose("start", "api")
        healthy.wait_until_live()
    recovered_at = time.monotonic()
    wait_for(lambda: all_works(healthy), "the end of the incident", timeout_s=SOON_S)
    closed_after_s = time.monotonic() - recovered_at
    print(f"incident opened after {opened_after_s:.0f} s, closed after {closed_after_s:.0f} s")
    with healthy.browser() as browser:
        told = browser.get("/status/api/v2/incidents.json").json()["incidents"]
    newest = next(each for each in told if "api" in {part["id"] for part in each["components"]})
    assert newest["status"] == "resolved"


def test_maintenance_is_announced_and_is_no_incident(healthy: Stack) -> None:
    flag = healthy.folder / "state" / "edge" / "maintenance"
    before = incidents(healthy)
    flag.touch()
    try:
        wait_for(
            lambda: summary(healthy)["status"]["indicator"] == "maintenance",
            "the announcement of maintenance",
        )
    finally:
        flag.unlink()
    wait_for(lambda: all_works(healthy), "the end of maintenance")
    assert incidents(healthy) == before


def incidents(stack: Stack) -> list[str]:
    with stack.browser() as browser:
        found = browser.get("/status/api/v2/incidents.json").json()["incidents"]
        return [each["id"] for each in found]


@pytest.fixture(scope="module")
def prometheus(stack: Stack) -> Iterator[Stack]:
    """The stack with the profile `monitoring`."""
    stack.compose(*PROFILE, "up", "--detach", "--no-recreate", "--wait", "prometheus")
    yield stack
    stack.compose(*PROFILE, "rm", "--stop", "--force", "--volumes", "prometheus")


def ask(stack: Stack, question: str) -> list[dict[str, Any]]:
    """What Prometheus answers now."""
    words = ("promtool", "query", "instant", "--format=json", "http://127.0.0.1:9090", question)
    found: list[dict[str, Any]] = json.loads(
        stack.compose(*PROFILE, "exec", "-T", "prometheus", *words)
    )
    return found


def targets(stack: Stack) -> list[str]:
    return sorted(each["metric"]["job"] for each in ask(stack, "up == 1"))


def test_prometheus_finds_every_process(prometheus: Stack) -> None:
    everybody = ["api", "api", "prometheus", "status", "worker"]
    wait_for(lambda: targets(prometheus) == everybody, "a scrape of everybody", timeout_s=90)
    [built] = ask(prometheus, 'count by (version) (agentlab_build_info{job="api"})')
    assert built["value"][1] == "2"
    assert ask(prometheus, "agentlab_status_up == 0") == []
    assert len(ask(prometheus, "agentlab_status_up")) == 13


def test_the_dashboard_shows_what_there_is(healthy: Stack, prometheus: Stack) -> None:
    """Every question has an answer, but for what happens rarely."""
    rare = ("backup", "proof", "copy_timestamp", "changes(", "unless", "http_errors")
    wait_for(lambda: len(targets(prometheus)) == 5, "a scrape of everybody", timeout_s=90)
    asked = [each for each in questions() if not any(word in each for word in rare)]
    wait_for(
        lambda: not [each for each in asked if not ask(prometheus, each)],
        "an answer to every question of the dashboard",
        timeout_s=90,
    )


def test_no_alert_is_raised_while_everything_works(healthy: Stack, prometheus: Stack) -> None:
    wait_for(lambda: len(targets(prometheus)) == 5, "a scrape of everybody", timeout_s=90)
    firing = ask(prometheus, 'ALERTS{alertstate="firing"}')
    assert [each["metric"]["alertname"] for each in firing] == []


def test_prometheus_is_confined_and_reached_from_this_machine_alone(prometheus: Stack) -> None:
    [container] = [
        inspect("container", each)
        for each in prometheus.compose(*PROFILE, "ps", "--quiet", "prometheus").split()
    ]
    host = container["HostConfig"]
    assert container["Config"]["User"] == "65534:65534"
    assert host["ReadonlyRootfs"]
    assert host["CapDrop"] == ["ALL"]
    assert host["Memory"] > 0
    assert host["LogConfig"]["Config"]["max-size"]
    bound = [each["HostIp"] for ports in host["PortBindings"].values() for each in ports]
    assert bound == ["127.0.0.1"]
    if "AGENTLAB_ENGINE_ADDRESS" in os.environ:  # then "this machine" is another one
        with pytest.raises(httpx.HTTPError):
            httpx.get(f"http://{prometheus.place[0]}:9090/-/ready", timeout=2)


COLLECTOR = REPOSITORY / "infrastructure" / "testing" / "support" / "collector.py"
TRACE, CLIENTS = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


@pytest.fixture
def collector(stack: Stack) -> Iterator[Container]:
    """A collector, which the stack is told of and forgets again."""
    options = (
        *("--init", "--network", f"{stack.project}_app", "--network-alias=collector"),
        f"--volume={COLLECTOR}:/collector.py:ro",
    )
    with running(API.name, "python", "/collector.py", options=options) as container:
        stack.set(OTEL_EXPORTER_OTLP_ENDPOINT="http://collector:4318")
        stack.agentlab("restart")
        try:
            yield container
        finally:
            stack.set(OTEL_EXPORTER_OTLP_ENDPOINT="")
            stack.agentlab("restart")


def spans(collector: Container) -> list[dict[str, str]]:
    ask = (
        "from urllib.request import urlopen as o; print(o('http://127.0.0.1:4318').read().decode())"
    )
    found: list[dict[str, str]] = json.loads(collector.run("python", "-c", ask))
    return [each for each in found if each["trace"] == TRACE]


def test_a_trace_leads_from_the_browser_through_nginx_to_the_database(
    stack: Stack, collector: Container
) -> None:
    assert stack.is_healthy("traces")
    with stack.browser() as browser:
        mine = {"traceparent": f"00-{TRACE}-{CLIENTS}-01"}
        assert browser.get("/api/v1/setup", headers=mine).is_success
    wait_for(
        lambda: (
            {each["service"] for each in spans(collector)} == {"agentlab-nginx", "agentlab-api"}
        ),
        "the spans of both",
    )
    found = spans(collector)
    [edge] = [each for each in found if each["service"] == "agentlab-nginx"]
    [request] = [each for each in found if each["name"] == "GET /api/v1/setup"]
    assert (edge["parent"], request["parent"]) == (CLIENTS, edge["span"])
    below = [each["name"] for each in found if each["parent"] == request["span"]]
    assert any(name.startswith("SELECT") for name in below)


def test_without_a_collector_nobody_reads_what_nginx_would_tell(stack: Stack) -> None:
    assert stack.containers("traces") == []
    assert list((stack.folder / "state" / "traces").iterdir()) == []
