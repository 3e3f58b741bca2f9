"""Incidents open, change and close by themselves."""

from datetime import timedelta

import pytest

from agentlab.operations.status.components import Component, Finding, Reason, State
from agentlab.operations.status.incidents import Cause, Impact, Incident, Message, Status
from agentlab.operations.status.prober import INTERVAL_S
from agentlab.operations.status.store import Store
from tests.operations.status.conftest import Clock, Rounds
from tests.support.watched import AWAY, PAGE, Watched

UP, DOWN, UNKNOWN, MAINTENANCE = State.UP, State.DOWN, State.UNKNOWN, State.MAINTENANCE


class History:
    """Rounds of findings that a test makes up; what is not named is up."""

    def __init__(self, store: Store, time: Clock) -> None:
        self.store = store
        self.time = time
        self.pass_by(1)

    def pass_by(
        self, rounds: int, *down: Component, reason: Reason | None = None, **states: State
    ) -> None:
        for _ in range(rounds):
            findings = [
                Finding(each, DOWN if each in down else states.get(each.value, UP), reason)
                for each in Component
            ]
            self.store.record(findings, self.time())
            self.time.go_on(INTERVAL_S)

    @property
    def incidents(self) -> list[Incident]:
        return self.store.incidents()

    def latest(self) -> Incident:
        return self.incidents[0]

    @property
    def messages(self) -> list[Message]:
        return [update.message for update in self.latest().updates]


@pytest.fixture
def history(store: Store, time: Clock) -> History:
    """A store of an installation that works."""
    return History(store, time)


FRONT = (Component.WEB, Component.SIGN_IN, Component.API)


def test_one_failure_is_no_incident_and_two_are(history: History) -> None:
    history.pass_by(1, Component.WEB)
    history.pass_by(1)
    history.pass_by(1, Component.WEB)
    assert history.incidents == []
    history.pass_by(1, Component.WEB)
    incident = history.latest()
    assert (incident.status, incident.impact) == (Status.INVESTIGATING, Impact.MAJOR)
    assert incident.components == (Component.WEB,)


def test_an_incident_goes_through_its_whole_life(history: History) -> None:
    history.pass_by(5, Component.API, Component.DATABASE)
    assert (history.latest().status, history.latest().cause) == (Status.IDENTIFIED, Cause.DATABASE)
    history.pass_by(1)
    assert history.latest().status is Status.MONITORING
    history.pass_by(1)
    assert history.latest().is_open
    history.pass_by(1)
    assert history.latest().status is Status.RESOLVED
    assert history.messages == ["opened", "identified", "monitoring", "resolved"]
    assert history.latest().resolved_at == history.time() - timedelta(seconds=INTERVAL_S)


def test_it_is_opened_and_closed_within_ninety_seconds(history: History) -> None:
    failed_at = history.time()
    history.pass_by(6, *FRONT)
    recovered_at = history.time()
    history.pass_by(6)
    incident = history.latest()
    assert incident.opened_at - failed_at < timedelta(seconds=90)
    assert incident.resolved_at
    assert incident.resolved_at - recovered_at < timedelta(seconds=90)


def test_what_fails_later_joins_the_open_incident(history: History) -> None:
    history.pass_by(3, Component.JOBS)
    assert history.latest().impact is Impact.MINOR
    history.pass_by(2, Component.JOBS, *FRONT)
    assert len(history.incidents) == 1
    assert history.latest().components == (Component.JOBS, *FRONT)
    assert history.latest().impact is Impact.CRITICAL
    history.pass_by(2, Component.JOBS)
    assert history.latest().is_open
    history.pass_by(3)
    assert not history.latest().is_open
    assert history.latest().impact is Impact.CRITICAL  # what it was at its worst


def test_what_nobody_can_see_neither_fails_nor_recovers(history: History) -> None:
    history.pass_by(2, Component.DATABASE)
    history.pass_by(10, database=UNKNOWN)
    assert history.latest().status is Status.INVESTIGATING
    history.pass_by(10, jobs=UNKNOWN)
    assert len(history.incidents) == 1


def test_maintenance_opens_no_incident_and_closes_none(history: History) -> None:
    history.pass_by(30, web=MAINTENANCE, sign_in=MAINTENANCE, api=MAINTENANCE)
    assert history.incidents == []
    history.pass_by(2, Component.WEB)
    history.pass_by(30, web=MAINTENANCE)
    assert history.latest().is_open


def test_needing_attention_is_no_incident(history: History) -> None:
    history.pass_by(30, disk=State.DEGRADED, certificate=State.DEGRADED)
    assert history.incidents == []


def test_failing_again_while_it_is_watched_is_the_same_incident(history: History) -> None:
    history.pass_by(3, Component.WEB)
    history.pass_by(2)
    history.pass_by(2, Component.WEB)
    assert history.latest().status is Status.INVESTIGATING
    assert history.messages == ["opened", "monitoring", "returned"]


def test_the_same_trouble_soon_after_reopens_the_incident(history: History) -> None:
    history.pass_by(3, Component.WEB)
    history.pass_by(20)
    assert not history.latest().is_open
    history.pass_by(2, Component.WEB)
    assert len(history.incidents) == 1
    assert (history.latest().is_open, history.latest().resolved_at) == (True, None)


def test_other_trouble_and_later_trouble_are_incidents_of_their_own(history: History) -> None:
    history.pass_by(2, Component.WEB)
    history.pass_by(3)
    history.pass_by(2, Component.DISK)
    assert history.latest().components == (Component.DISK,)
    history.pass_by(3)
    history.time.go_on(31 * 60)
    history.pass_by(2, Component.WEB)
    assert len(history.incidents) == 3


def test_a_flapping_check_does_not_spam(history: History) -> None:
    for _ in range(60):  # an hour and a half of two failures and four successes in turn
        history.pass_by(2, Component.WEB)
        history.pass_by(4)
    assert len(history.incidents) == 1
    assert len(history.latest().updates) <= 9
    assert history.messages[-1] is Message.UNSTABLE
    history.pass_by(20)
    assert not history.latest().is_open


def test_a_check_that_fails_every_other_time_never_opens_one(history: History) -> None:
    for _ in range(50):
        history.pass_by(1, Component.WEB)
        history.pass_by(1)
    assert history.incidents == []


def test_a_component_that_never_worked_is_being_set_up_for_five_minutes(
    store: Store, time: Clock
) -> None:
    for _ in range(19):
        store.record([Finding(Component.WEB, DOWN)], time())
    assert store.incidents() == []
    store.record([Finding(Component.WEB, DOWN)], time())
    assert len(store.incidents()) == 1


@pytest.mark.parametrize(
    ("down", "reason", "cause"),
    [
        ((*FRONT, Component.DATABASE, Component.DISK), Reason.FULL, Cause.DISK),
        ((Component.API, Component.DATABASE), Reason.AWAY, Cause.DATABASE),
        ((Component.CACHE,), Reason.AWAY, Cause.CACHE),
        ((*FRONT, Component.CERTIFICATE), Reason.CERTIFICATE_EXPIRED, Cause.CERTIFICATE),
        (FRONT, Reason.NO_ANSWER, Cause.EDGE),
        ((Component.API,), Reason.WRONG_ANSWER, Cause.API),
        ((Component.WEB, Component.SIGN_IN), Reason.WRONG_ANSWER, Cause.WEB),
        ((Component.JOBS,), Reason.NO_WORKER, Cause.WORKER),
        (FRONT, Reason.WRONG_ANSWER, None),
    ],
)
def test_the_cause_is_the_lowest_thing_that_is_down(
    history: History, down: tuple[Component, ...], reason: Reason, cause: Cause | None
) -> None:
    history.pass_by(4, *down, reason=reason)
    assert history.latest().cause is cause
    expected = Status.IDENTIFIED if cause else Status.INVESTIGATING
    assert history.latest().status is expected


async def test_real_servers_that_fail_and_recover_make_one_incident(
    installation: Watched, rounds: Rounds, prober_store: Store
) -> None:
    await rounds(2)
    assert prober_store.incidents() == []
    installation.without_database()
    await rounds(4)
    [incident] = prober_store.incidents()
    assert set(incident.components) == {Component.SIGN_IN, Component.API, Component.DATABASE}
    assert (incident.status, incident.cause) == (Status.IDENTIFIED, Cause.DATABASE)
    installation.recover()
    await rounds(3)
    [incident] = prober_store.incidents()
    assert incident.status is Status.RESOLVED
    assert [update.message for update in incident.updates] == [
        "opened",
        "identified",
        "monitoring",
        "resolved",
    ]


async def test_a_page_that_blinks_once_is_no_incident(
    installation: Watched, rounds: Rounds, prober_store: Store
) -> None:
    await rounds(1)
    installation.edge.answers["/"] = AWAY
    await rounds(1)
    installation.edge.answers["/"] = PAGE
    await rounds(3)
    assert prober_store.incidents() == []
