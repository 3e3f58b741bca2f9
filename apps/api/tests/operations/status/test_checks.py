"""What each check finds of real servers, working and failing."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest
import trustme
from typing_extensions import override

from agentlab.operations.status import edge as edge_module
from agentlab.operations.status import inside as inside_module
from agentlab.operations.status.components import Component, Finding, Reason, State
from agentlab.operations.status.disk import Disk
from agentlab.operations.status.edge import Edge
from agentlab.operations.status.inside import Inside
from agentlab.operations.status.places import Places
from tests.support.watched import AWAY, DOMAIN, PAGE, SETUP, Server, Watched

Found = tuple[State, Reason | None]


def found_in(findings: list[Finding]) -> dict[str, Found]:
    return {each.component.value: (each.state, each.reason) for each in findings}


def of(component: Component, findings: list[Finding]) -> Finding:
    [found] = [each for each in findings if each.component is component]
    return found


async def test_everything_that_works_is_up(edge: Edge, inside: Inside) -> None:
    findings = [*await edge.look(), *await inside.look()]
    assert {each.state for each in findings} == {State.UP}
    of_files = {Component.DISK, Component.BACKUP, Component.PROOF, Component.ARCHIVE}
    assert {each.component for each in findings} == set(Component) - of_files
    assert 0 < (of(Component.WEB, findings).latency_ms or 0) < 3_000
    assert of(Component.CERTIFICATE, findings).figures["certificate_days"] > 14


async def test_the_edge_is_asked_by_the_name_that_people_use(
    installation: Watched, places: Places
) -> None:
    elsewhere = Edge("127.0.0.1", installation.edge.port, "other.example.com", places.authority)
    other = Reason.CERTIFICATE_OF_ANOTHER
    assert set(found_in(await elsewhere.look()).values()) == {(State.DOWN, other)}


async def test_an_edge_that_is_away_answers_nothing_and_hides_its_certificate(
    installation: Watched, edge: Edge
) -> None:
    await installation.edge.stop()
    silent = (State.DOWN, Reason.NO_ANSWER)
    assert found_in(await edge.look()) == {
        "web": silent,
        "sign_in": silent,
        "api": silent,
        "certificate": (State.UNKNOWN, Reason.NO_ANSWER),
    }


@pytest.mark.parametrize(
    "answer",
    [
        AWAY,
        (302, "text/html", PAGE[2]),
        (200, "text/plain", PAGE[2]),
        (200, "text/html", ""),
        (200, "text/html", "x" * 600_000),
    ],
)
async def test_an_answer_that_is_no_page_is_wrong(
    installation: Watched, edge: Edge, answer: tuple[int, str, str]
) -> None:
    installation.edge.answers["/"] = answer
    found = found_in(await edge.look())
    assert found["web"] == (State.DOWN, Reason.WRONG_ANSWER)
    assert found["sign_in"] == (State.UP, None)


async def test_an_api_without_its_database_gives_a_wrong_answer(
    installation: Watched, edge: Edge, inside: Inside
) -> None:
    installation.without_database()
    found = found_in([*await edge.look(), *await inside.look()])
    assert found["api"] == (State.DOWN, Reason.WRONG_ANSWER)
    assert found["sign_in"] == (State.DOWN, Reason.WRONG_ANSWER)
    assert found["database"] == (State.DOWN, Reason.AWAY)
    assert found["cache"] == (State.UP, None)
    assert found["jobs"] == (State.UNKNOWN, Reason.NO_ANSWER)


CRASHED = (500, "application/problem+json", '{"code": "internal_error"}')
CROWDED = (429, "application/problem+json", '{"code": "too_many_sign_ins"}')


@pytest.mark.parametrize("asked", ["/sign-in", "/api/v1/session", "POST /api/v1/session"])
@pytest.mark.parametrize("answer", [AWAY, CRASHED, CROWDED, SETUP])
async def test_nobody_can_sign_in_where_any_part_of_it_does_not_answer_as_it_should(
    installation: Watched, edge: Edge, asked: str, answer: tuple[int, str, str]
) -> None:
    installation.edge.answers[asked] = answer
    found = await edge.look()
    wrong = of(Component.SIGN_IN, found)
    assert (wrong.state, wrong.reason) == (State.DOWN, Reason.WRONG_ANSWER)
    assert wrong.detail.startswith(f"{asked} answered {answer[0]}")
    assert {found_in(found)[each] for each in ("web", "api")} == {(State.UP, None)}


async def test_slow_pages_need_attention_and_slower_ones_are_no_answer(
    installation: Watched, edge: Edge, monkeypatch: pytest.MonkeyPatch
) -> None:
    installation.edge.delay_s = 0.2
    monkeypatch.setattr(edge_module, "SLOW_MS", 100)
    assert found_in(await edge.look())["web"] == (State.DEGRADED, Reason.SLOW)
    monkeypatch.setattr(edge_module, "PATIENCE_S", 0.1)
    assert found_in(await edge.look())["web"] == (State.DOWN, Reason.NO_ANSWER)


async def test_maintenance_is_no_outage(edge: Edge, installation: Watched, places: Places) -> None:
    places.maintenance.touch()
    installation.edge.answers = {}
    found = found_in(await edge.look())
    assert {found[name] for name in ("web", "sign_in", "api")} == {(State.MAINTENANCE, None)}
    assert found["certificate"] == (State.UP, None)


async def test_an_authority_that_nobody_vouches_for_is_not_trusted(
    edge: Edge, places: Places
) -> None:
    places.authority.unlink()
    untrusted = (State.DOWN, Reason.CERTIFICATE_UNTRUSTED)
    assert set(found_in(await edge.look()).values()) == {untrusted}


async def test_an_authority_that_was_written_anew_is_read_anew(
    installation: Watched, edge: Edge, places: Places
) -> None:
    places.authority.write_text("no certificate\n")
    untrusted = (State.DOWN, Reason.CERTIFICATE_UNTRUSTED)
    assert found_in(await edge.look())["certificate"] == untrusted
    installation.authority.cert_pem.write_to_path(places.authority)
    assert found_in(await edge.look())["certificate"] == (State.UP, None)


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        (-1, (State.DOWN, Reason.CERTIFICATE_EXPIRED)),
        (13, (State.DEGRADED, Reason.EXPIRES_SOON)),
        (15, (State.UP, None)),
    ],
)
async def test_a_certificate_is_judged_by_the_days_that_are_left(
    installation: Watched, edge: Edge, authority: trustme.CA, days: int, expected: Found
) -> None:
    now = datetime.now(UTC)
    certificate = authority.issue_cert(
        DOMAIN, not_before=now - timedelta(days=2), not_after=now + timedelta(days=days)
    )
    installation.show(certificate)
    assert found_in(await edge.look())["certificate"] == expected


async def test_an_api_that_is_away_says_nothing_of_what_is_behind_it(
    installation: Watched, inside: Inside
) -> None:
    await installation.api.stop()
    unseen = (State.UNKNOWN, Reason.NO_ANSWER)
    behind_it = ("database", "cache", "jobs", "search", "sync")
    assert found_in(await inside.look()) == dict.fromkeys(behind_it, unseen)


async def test_a_name_that_no_replica_has_is_an_api_that_is_away() -> None:
    findings = await Inside("api.invalid", 8000).look()
    assert {each.state for each in findings} == {State.UNKNOWN}
    assert of(Component.JOBS, findings).figures["replicas_found"] == 0


@pytest.mark.parametrize("said", ["", "[]", "not json", '{"postgresql": "ok"'])
async def test_nonsense_is_no_answer(installation: Watched, inside: Inside, said: str) -> None:
    installation.api.answers["/readyz"] = (200, "application/json", said)
    assert {each.state for each in await inside.look()} == {State.UNKNOWN}


@pytest.mark.parametrize(
    ("workers", "oldest_age_s", "expected"),
    [
        (1, 100, (State.UP, None)),
        (1, 130, (State.DEGRADED, Reason.LATE)),
        (2, 700, (State.DOWN, Reason.STUCK)),
        (0, 0, (State.DOWN, Reason.NO_WORKER)),
    ],
)
async def test_jobs_are_judged_by_workers_and_by_what_waits(
    installation: Watched, inside: Inside, workers: int, oldest_age_s: float, expected: Found
) -> None:
    installation.measure(workers=workers, jobs_oldest_age_seconds=oldest_age_s)
    assert found_in(await inside.look())["jobs"] == expected


@pytest.mark.parametrize(
    ("works", "took_s", "expected"),
    [
        (1, 0.2, (State.UP, None)),
        (1, 3.2, (State.DEGRADED, Reason.SLOW)),
        (0, 3.5, (State.DOWN, Reason.NO_ANSWER)),
    ],
)
async def test_search_is_judged_by_whether_it_finds_in_time(
    installation: Watched, inside: Inside, works: int, took_s: float, expected: Found
) -> None:
    installation.measure(search_up=works, search_seconds=took_s)
    assert found_in(await inside.look())["search"] == expected


@pytest.mark.parametrize(
    ("folders", "away", "expected"),
    [
        (0, 0, (State.UP, None)),
        (9, 4, (State.UP, None)),
        (8, 4, (State.DEGRADED, Reason.SOME_FOLDERS_AWAY)),
        (8, 8, (State.DOWN, Reason.FOLDERS_AWAY)),
    ],
)
async def test_sync_is_judged_by_how_many_folders_can_be_read(
    installation: Watched, inside: Inside, folders: int, away: int, expected: Found
) -> None:
    installation.measure(workspaces=folders, workspaces_away=away)
    assert found_in(await inside.look())["sync"] == expected


async def test_an_api_of_an_earlier_version_says_nothing_of_what_it_does_not_measure(
    installation: Watched, inside: Inside
) -> None:
    early = "agentlab_workers 1\nagentlab_jobs_oldest_age_seconds 0\n"
    installation.api.answers["/metrics"] = (200, "text/plain", early)
    found = found_in(await inside.look())
    assert found["jobs"] == (State.UP, None)
    assert found["search"] == found["sync"] == (State.UNKNOWN, Reason.NO_ANSWER)


class TwoReplicas(Inside):
    """Replicas of one port have addresses of their own."""

    @override
    async def addresses(self) -> list[str]:
        return ["127.0.0.1", "127.0.0.2"]


async def test_a_service_that_is_away_for_some_replicas_needs_attention(
    installation: Watched,
) -> None:
    installation.services(redis="away")
    other = Server(answers=dict(installation.api.answers), port=installation.api.port)
    other.answers["/readyz"] = (200, "application/json", '{"postgresql": "ok", "redis": "ok"}')
    await other.start("127.0.0.2")
    findings = await TwoReplicas("api", installation.api.port).look()
    await other.stop()
    assert found_in(findings)["cache"] == (State.DEGRADED, Reason.AWAY_FOR_SOME)
    assert found_in(findings)["database"] == (State.UP, None)
    assert of(Component.JOBS, findings).figures == {"replicas_found": 2, "replicas_ready": 1}


async def test_a_replica_that_is_stopping_is_not_asked_about_anything(
    installation: Watched, inside: Inside
) -> None:
    installation.services(shutdown="stopping", redis="away")
    assert found_in(await inside.look())["cache"] == (State.UNKNOWN, Reason.NO_ANSWER)


async def test_a_replica_that_hangs_does_not_hold_up_the_round(
    installation: Watched, inside: Inside, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(inside_module, "PATIENCE_S", 0.1)
    installation.api.delay_s = 5
    assert {each.state for each in await inside.look()} == {State.UNKNOWN}


class Usage(NamedTuple):
    total: int
    used: int
    free: int


@pytest.mark.parametrize(
    ("free", "expected"),
    [
        (50, (State.UP, None)),
        (9, (State.DEGRADED, Reason.NEARLY_FULL)),
        (1, (State.DOWN, Reason.FULL)),
    ],
)
async def test_a_disk_is_judged_by_what_is_free(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int, expected: Found
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(100, 100 - free, free))
    assert found_in(await Disk(tmp_path).look())["disk"] == expected


async def test_the_disk_of_this_machine_can_be_read(tmp_path: Path) -> None:
    [found] = await Disk(tmp_path).look()
    assert 0 < found.figures["disk_free_ratio"] < 1
