"""Make a release live without failing a request, or leave everything as it was.

The next release starts beside the one that people use, in the other colour. nginx looks at a flag
file for each request, so creating or removing that file is the switch, and no connection notices.
Everything before the switch can be thrown away; what fails right after it is switched back.
"""

import json
import signal
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from types import FrameType

from agentlab.errors import AgentLabError, Unavailable
from agentlab.kit.folders import sync_folder
from agentlab.operations.host import archived, gate, images, restore_points, unfinished_restore
from agentlab.operations.host.compose import (
    Compose,
    Container,
    DockerFailed,
    docker,
    wait_until_healthy,
)
from agentlab.operations.host.folder import SHARED_FOLDER, Installation, make_folder
from agentlab.operations.host.initialisation import add_new_secrets
from agentlab.operations.host.maintenance import reopen_after_crash
from agentlab.operations.host.releases import (
    Colour,
    Deployment,
    Outcome,
    Records,
    Release,
    lock,
)

PARTS = ("api", "web")
REPLICAS = {"api": 2, "web": 1}
BESIDE = frozenset({"worker", "status", "backup", "traces"})
"""Of each release one, and never two at once."""
HEALTHY_WITHIN_S = 120
WATCHED_S = 2.0
"""How long the new release is watched after the switch before the old one is stopped."""
PATIENCE_S = 30
"""For how long after the switch a busy machine may leave us without an answer."""
MIGRATE_S = 1000
STOP_S = 40

Say = Callable[[str], None]


class DeployFailed(Unavailable):
    """What failed, and that the release of before is what people reach."""

    code = "deploy_failed"


class Interrupted(Unavailable):
    code = "deploy_interrupted"


def deploy(installation: Installation, target: str, *, web: str | None, say: Say) -> Deployment:
    """Bring `target` here, back the database up, migrate it, and make the release live."""
    with alone(installation, say):
        say(f"Fetching {target}…")
        release = images.resolve(installation, target, web)
        with one_attempt(installation, "deploy", release, say) as attempt:
            tag = images.tag_of(installation, target, release)
            attempt.step("images", partial(images.pin, attempt.compose, tag))
            attempt.step("database and cache", attempt.start_services)
            attempt.step("restore point", attempt.create_restore_point)
            attempt.step("migrate", attempt.migrate)
            attempt.make_live()
        images.prune(attempt.records.kept(), [each.release for each in attempt.records.all()])
        return attempt.deployment


def rollback(installation: Installation, *, say: Say) -> Deployment:
    """Make the release before the current one live again. The database stays as it is."""
    with alone(installation, say):
        release = Records(installation).previous()
        with one_attempt(installation, "rollback", release, say) as attempt:
            attempt.make_live()
        return attempt.deployment


def restart(installation: Installation, *, say: Say) -> Deployment:
    """Start the current release anew, so that it reads its settings and secrets again.

    No request fails, unless the settings of nginx itself changed: the domain, a port, HSTS. Then
    connections are refused for a moment.
    """
    with alone(installation, say):
        release = Records(installation).current().release
        with one_attempt(installation, "restart", release, say) as attempt:
            attempt.step("nginx", attempt.renew_nginx)
            attempt.make_live()
        return attempt.deployment


@contextmanager
def alone(installation: Installation, say: Say) -> Iterator[None]:
    """Nobody else deploys meanwhile, and nothing is left of an attempt that was interrupted."""
    with lock(installation), first_signal_raises():
        installation.create_folders()  # an older installation lacks those that came later
        for added in add_new_secrets(installation):
            say(f"✓ {added.what}: {added.outcome}")
        finish_interrupted(installation, say)
        archived.settle(installation, say)
        unfinished_restore.settle(installation, say)
        reopen_after_crash(installation)  # nobody works on what is taken back above
        yield


@contextmanager
def one_attempt(
    installation: Installation, kind: str, release: Release, say: Say
) -> Iterator["Attempt"]:
    """Record an attempt, however it ends, and leave no half of it behind."""
    live = live_colour(installation)
    records = Records(installation)
    attempt = Attempt(installation, records, records.begin(kind, release, live.other), live, say)
    try:
        yield attempt
    except BaseException as error:
        reason = error.detail if isinstance(error, AgentLabError) else repr(error)
        if attempt.is_settled:
            raise DeployFailed(
                f"{release.version} is live, but clearing up after the old release failed: "
                f"{reason} The next deploy does it."
            ) from error
        try:
            attempt.revert()
        except Exception as failure:  # noqa: BLE001 - whatever it is, both have to be told
            raise DeployFailed(
                f"{release.version} was not deployed: {reason} Going back was not finished either: "
                f"{failure} When that is mended, the next deploy does it."
            ) from error
        records.save(attempt.deployment.ended(Outcome.FAILED, reason=reason))
        raise DeployFailed(
            f"{release.version} was not deployed; what ran before still runs. {reason}"
        ) from error


def finish_interrupted(installation: Installation, say: Say) -> None:
    """After a crash in the middle of an attempt: what is live stays, the rest of it goes."""
    records = Records(installation)
    unfinished = records.unfinished()
    if unfinished is None:
        return
    say("The last deploy was interrupted. Clearing up after it…")
    live = live_colour(installation)
    went_live = live is unfinished.colour
    attempt = Attempt(installation, records, unfinished, live.other if went_live else live, say)
    if went_live:
        if "worker" not in unfinished.steps:
            attempt.step("worker", attempt.replace_worker)
        attempt.settle()
    else:
        attempt.revert()
        records.save(unfinished.ended(Outcome.FAILED, reason="It was interrupted."))


@dataclass
class Attempt:
    installation: Installation
    records: Records
    deployment: Deployment
    old: Colour
    say: Say
    compose: Compose = field(init=False)
    is_settled: bool = field(init=False, default=False)
    """The new release is the one to keep; only the old one has still to go."""

    def __post_init__(self) -> None:
        self.compose = Compose(self.installation).with_settings(
            {**self.deployment.release.settings, "AGENTLAB_COLOUR": self.new.value}
        )

    @property
    def new(self) -> Colour:
        return self.deployment.colour

    def step(self, name: str, action: Callable[[], object]) -> None:
        """Do one thing, and note how long it took."""
        began = time.monotonic()
        action()
        took_s = round(time.monotonic() - began, 1)
        steps = {**self.deployment.steps, name: took_s}
        self.deployment = replace(self.deployment, steps=steps)
        self.records.save(self.deployment)
        self.say(f"✓ {name} ({took_s:.1f} s)")

    def make_live(self) -> None:
        self.step("start", self.start_beside)
        self.step("ready", self.wait_until_ready)
        self.step("switch", self.switch)
        self.step("watch", self.watch)
        self.step("worker", self.replace_worker)
        self.settle()

    def settle(self) -> None:
        """From here on the new release is the one to come back to."""
        self.is_settled = True
        self.remember()
        self.step("drain", self.remove_old)
        self.step("the rest", self.start_the_rest)
        self.deployment = self.deployment.ended(Outcome.DEPLOYED)
        self.records.save(self.deployment)

    # --- the steps

    def start_services(self) -> None:
        self.compose.run(
            "up", "--detach", "--wait", "--no-recreate", "postgres", "redis", timeout_s=300
        )

    def create_restore_point(self) -> None:
        if self.records.successes():  # before the first deploy there is nothing to lose
            restore_points.create(self.compose)

    def migrate(self) -> None:
        try:
            self.compose.run("run", "--rm", "-T", "--no-deps", "migrate", timeout_s=MIGRATE_S)
        finally:  # who gave up waiting must not leave it at work
            self.compose.remove_leftovers("migrate")

    def renew_nginx(self) -> None:
        """Make nginx anew if its settings changed; where nothing changed nothing happens."""
        if self.compose.containers("nginx") and self.compose.has_changed("nginx"):
            self.say("The settings of nginx changed. It is exchanged…")
        self.compose.run("up", "--detach", "--wait", "nginx", timeout_s=120)

    def start_beside(self) -> None:
        """Start the new colour; the containers of the old one are not touched."""
        remove(self.of_colour(self.new))  # what a crash may have left
        running = self.compose.containers(*PARTS)
        counts = {
            part: REPLICAS[part] + sum(each.service == part for each in running) for part in PARTS
        }
        scales = [word for part in PARTS for word in ("--scale", f"{part}={counts[part]}")]
        self.compose.run("up", "--detach", "--no-recreate", *scales, *PARTS, "nginx", timeout_s=300)
        started = [each.id for each in self.of_colour(self.new)]
        wait_until_healthy(started, timeout_s=HEALTHY_WITHIN_S)

    def wait_until_ready(self) -> None:
        """Ask the new colour through nginx, before anybody else is sent there."""
        gate.wait_until_ready(self.compose, self.new, self.is_this_release)

    def replace_worker(self) -> None:
        """One after the other: jobs wait for a moment, and the prober's store has one writer."""
        programs = sorted(self.compose.services() & BESIDE)
        remove(self.compose.containers(*programs))
        self.compose.run("up", "--detach", "--no-recreate", *programs, timeout_s=300)
        started = [each.id for each in self.compose.containers(*programs)]
        wait_until_healthy(started, timeout_s=HEALTHY_WITHIN_S)

    def switch(self) -> None:
        point_to(self.installation, self.new)

    def watch(self) -> None:
        """See that people reach the new release, and that it stays up."""
        began = time.monotonic()
        answers = 0
        while time.monotonic() < began + WATCHED_S or not answers:
            try:
                answer = gate.ask_as_people_do(self.compose)
            except DockerFailed:  # slow is not wrong, for a while
                if time.monotonic() > began + PATIENCE_S:
                    raise
                continue
            answers += 1
            if not self.is_this_release(answer):
                raise DeployFailed(
                    f"After the switch nginx led to another release: it said {answer}"
                )
            wait_until_healthy([each.id for each in self.of_colour(self.new)], timeout_s=PATIENCE_S)
            time.sleep(0.3)

    def remember(self) -> None:
        """Let a plain `docker compose up` start what is live."""
        self.installation.write_env(
            {**self.deployment.release.settings, "AGENTLAB_COLOUR": self.new.value}
        )

    def remove_old(self) -> None:
        remove(self.of_colour(self.old))

    def start_the_rest(self) -> None:
        """What is in the file and does not run yet; what runs is left alone."""
        self.compose.run("up", "--detach", "--no-recreate", timeout_s=300)

    def revert(self) -> None:
        """Lead people to the old colour and remove the new one; for any time before `settle`."""
        self.say("Going back…")
        point_to(self.installation, self.old)
        remove(self.of_colour(self.new))
        if "watch" in self.deployment.steps and self.records.successes():
            earlier = Attempt(
                self.installation,
                self.records,
                replace(self.records.current(), colour=self.old),
                self.new,
                self.say,
            )
            earlier.replace_worker()

    # --- what they look at

    def of_colour(self, colour: Colour) -> list[Container]:
        marks = {f"{part}-{colour}" for part in PARTS}
        return [each for each in self.compose.containers(*PARTS) if each.aliases & marks]

    def is_this_release(self, answer: str) -> bool:
        with suppress(json.JSONDecodeError, AttributeError):
            return bool(json.loads(answer).get("version") == self.deployment.release.version)
        return False


def live_colour(installation: Installation) -> Colour:
    return Colour.GREEN if installation.green_flag.exists() else Colour.BLUE


def point_to(installation: Installation, colour: Colour) -> None:
    """Lead every request that begins from now on to the containers of `colour`."""
    make_folder(installation.edge_state, SHARED_FOLDER)
    if colour is Colour.GREEN:
        installation.green_flag.touch()
    else:
        installation.green_flag.unlink(missing_ok=True)
    sync_folder(installation.edge_state)


def remove(containers: Sequence[Container]) -> None:
    """Let requests end, then take the containers away."""
    if containers:
        ids = [each.id for each in containers]
        docker("stop", "--time", str(STOP_S), *ids, timeout_s=2 * STOP_S)
        docker("rm", "--force", *ids)


@contextmanager
def first_signal_raises() -> Iterator[None]:
    """Turn the end of the terminal or of the pipeline into an error, which is then reverted.

    Nothing interrupts going back; who cannot wait has `kill -9`, and the next deploy clears up.
    """
    interrupted = False

    def stop(number: int, _frame: FrameType | None) -> None:
        nonlocal interrupted
        if not interrupted:
            interrupted = True
            raise Interrupted(f"It was interrupted by {signal.Signals(number).name}.")

    numbers = [
        number
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        if signal.getsignal(number) != signal.SIG_IGN  # nohup
    ]
    before = {number: signal.signal(number, stop) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
