"""What a check finds, where it looks, and how all of them are run.

A check is one function in a table: it looks at the place and returns a verdict, or None when it
has nothing to say there. Its name is the finding's code and stays what it is.
"""

import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from agentlab.errors import AgentLabError
from agentlab.operations.host.compose import Compose, DockerFailed, DockerMissing, docker
from agentlab.operations.host.folder import Installation, NotAnInstallation
from agentlab.settings import Settings


class State(StrEnum):
    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"
    UNKNOWN = "unknown"
    """Nobody could tell, for example because the network is closed."""


class Kind(StrEnum):
    """What kind of AgentLab is examined."""

    HOST = "host"
    """An installation with Compose on this machine."""
    SERVER = "server"
    """A process with servers of its own, such as a container of an installation."""
    DESK = "desk"
    """`agentlab up` with the embedded services."""


@dataclass(frozen=True, slots=True)
class Verdict:
    state: State
    sentence: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    code: str
    state: State
    sentence: str
    remedy: str = ""


def ok(sentence: str) -> Verdict:
    return Verdict(State.OK, sentence)


def warning(sentence: str, remedy: str) -> Verdict:
    return Verdict(State.WARNING, sentence, remedy)


def problem(sentence: str, remedy: str) -> Verdict:
    return Verdict(State.PROBLEM, sentence, remedy)


def unknown(sentence: str, remedy: str = "") -> Verdict:
    return Verdict(State.UNKNOWN, sentence, remedy)


CLOCKS = ("https://acme-v02.api.letsencrypt.org", "https://ghcr.io", "https://pypi.org")


class Place:
    """Where the doctor looks. What several checks ask Docker for is asked once."""

    def __init__(
        self,
        kind: Kind,
        *,
        installation: Installation | None = None,
        settings: Settings | None = None,
        clocks: Sequence[str] = CLOCKS,
    ) -> None:
        self.kind = kind
        self.clocks = clocks
        self._installation = installation
        self._settings = settings
        self._asking = threading.Lock()

    @property
    def installation(self) -> Installation:
        if self._installation is None:
            raise TypeError(f"a {self.kind} has no installation folder")
        return self._installation

    @property
    def settings(self) -> Settings:
        if self._settings is None:
            raise TypeError(f"the settings of a {self.kind} are in its containers")
        return self._settings

    @property
    def stack(self) -> Compose:
        return Compose(self.installation)

    @property
    def has_engine(self) -> bool:
        return self.engine_version is not None

    @property
    def is_deployed(self) -> bool:
        """Whether there may be containers; before that, Compose has no images to name."""
        return self.has_engine and "AGENTLAB_API_IMAGE" in self.installation.read_env()

    @property
    def engine_version(self) -> str | None:
        """The version of the Docker engine; None when none answers."""
        with self._asking:
            return self._engine_version

    @cached_property
    def _engine_version(self) -> str | None:
        try:
            return docker("version", "--format", "{{.Server.Version}}", timeout_s=5)
        except (DockerFailed, DockerMissing):
            return None


def find_place() -> Place:
    """The kind of AgentLab that the command was started in."""
    try:
        installation = Installation.find()
    except NotAnInstallation:
        installation = None
    if installation and installation.has_secret("jwt_secret"):
        return Place(Kind.HOST, installation=installation)
    settings = Settings()
    if settings.database_url and settings.redis_url:
        return Place(Kind.SERVER, settings=settings)
    if installation and not settings.data_dir.exists():
        return Place(Kind.HOST, installation=installation)
    return Place(Kind.DESK, settings=settings)


Look = Callable[[Place], Verdict | Iterable[Finding] | None]


@dataclass(frozen=True, slots=True)
class Check:
    code: str
    look: Look
    kinds: frozenset[Kind]
    within_s: float


class Table(list[Check]):
    """Checks in the order in which their findings are shown."""

    def on(self, *kinds: Kind, within_s: float = 10) -> Callable[[Look], Look]:
        """Put a function into the table, to be asked at places of these kinds."""

        def add(look: Look) -> Look:
            code = getattr(look, "__name__", "")
            self.append(Check(code, look, frozenset(kinds), within_s))
            return look

        return add


def examine(place: Place, checks: Iterable[Check]) -> list[Finding]:
    """Ask every check that belongs to the place, all at once.

    Each has its time, and none can stop the others.
    """
    asked = [Question(each, place) for each in checks if place.kind in each.kinds]
    return [finding for question in asked for finding in question.answer()]


class Question:
    """A check that is being asked, in a thread that ends with the process at the latest."""

    def __init__(self, asked: Check, place: Place) -> None:
        self._check = asked
        self._place = place
        self._findings: list[Finding] | None = None
        self._ends = time.monotonic() + asked.within_s
        self._thread = threading.Thread(target=self._ask, daemon=True)
        self._thread.start()

    def answer(self) -> list[Finding]:
        self._thread.join(max(0, self._ends - time.monotonic()))
        if self._findings is not None:
            return self._findings
        return [self._finding(unknown(f"No answer within {self._check.within_s:.0f} s."))]

    def _ask(self) -> None:
        try:
            found = self._check.look(self._place)
        except AgentLabError as error:
            found = problem(error.detail, "")
        except Exception as error:  # noqa: BLE001 - one check that fails must not hide the others
            found = unknown(f"This could not be checked: {type(error).__name__}: {error}")
        if found is None:
            self._findings = []
        elif isinstance(found, Verdict):
            self._findings = [self._finding(found)]
        else:
            self._findings = list(found)

    def _finding(self, verdict: Verdict) -> Finding:
        return Finding(self._check.code, verdict.state, verdict.sentence, verdict.remedy)
