"""Which stages a workflow goes through, and which of them are worked on now.

Plain computation on what is recorded: answers to conditions, chosen routes, states of stages.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from pydantic import JsonValue

from agentlab.workflows.models import SkipCause, Stage, StageState

ACTIVE = frozenset({StageState.CURRENT, StageState.SUBMITTED})
CLOSED = frozenset({StageState.DONE, StageState.SKIPPED})

Answers = Mapping[str, bool]
"""Whether each condition holds that somebody answered."""
Choices = Mapping[UUID, str]
"""The chosen route of each stage that has one."""


@dataclass(frozen=True, slots=True)
class Away:
    """Why a stage is not gone through."""

    cause: SkipCause
    reason: str


@dataclass(slots=True)
class Path:
    """What follows from answers and choices.

    `away`: the stages that are left out. `asked`: the stages whose condition a person answers,
    which are all that have one but those where a chosen route answers it.
    """

    away: dict[UUID, Away] = field(default_factory=dict)
    asked: dict[UUID, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Way:
    """What a route means for the stages after it.

    `goes_on`: the file says so, as BMAD v4 does with `continue`. `stages`: the keys of those that
    belong to it, where the file names them. `leads_to`: the place of the one that it jumps to.
    """

    goes_on: bool
    stages: frozenset[str]
    leads_to: int | None


@dataclass(frozen=True, slots=True)
class Step:
    """A move that a stage has to make, so that the workflow is where it should be."""

    stage: Stage
    to: StageState
    cause: SkipCause | None = None
    reason: str = ""


def path_of(stages: Sequence[Stage], answers: Answers, choices: Choices) -> Path:
    """The path through the stages, given in their order, as far as it is known by now."""
    path = Path()
    forks: list[Stage] = []
    places = {stage.key: stage.position for stage in stages}
    for stage in stages:
        if is_history(stage):
            continue
        away = off_the_routes(stage, forks, choices, places)
        if away is None and is_asked(stage, forks):
            condition = str(stage.condition)
            path.asked[stage.id] = condition
            if answers.get(condition) is False:
                away = Away(SkipCause.ANSWER, f"The condition “{condition}” does not hold.")
        if away:
            path.away[stage.id] = away
        elif stage.routes and not was_skipped_by_person(stage):
            forks.append(stage)
    return path


def is_asked(stage: Stage, forks: Sequence[Stage]) -> bool:
    """Whether a person says that the condition holds; where routes part, they choose instead."""
    if stage.condition is None or stage.routes:
        return False
    return not any(route_meant(stage.condition, fork) for fork in forks)


def route_meant(condition: str, fork: Stage) -> str | None:
    """The route that a condition is about: `major_enhancement_path` is about its namesake."""
    routes = fork.routes or {}
    return next((route for route in routes if condition in {route, f"{route}_path"}), None)


def off_the_routes(
    stage: Stage, forks: Sequence[Stage], choices: Choices, places: Mapping[str, int]
) -> Away | None:
    for fork in forks:
        chosen = choices.get(fork.id)
        if chosen is not None and leaves_out(fork, chosen, stage, places):
            reason = f"Not on the path “{chosen}”, which was chosen at “{fork.title}”."
            return Away(SkipCause.ROUTE, reason)
    return None


def leaves_out(fork: Stage, chosen: str, stage: Stage, places: Mapping[str, int]) -> bool:
    """Whether a later stage is not on the chosen route.

    Of a route that leads to a stage, everything before that one is left out. A route that neither
    goes on nor names stages ends the workflow, if another one does either: where no route of a
    stage says anything of the kind, nothing is known, and all go on.
    """
    ways = {route: way_of(said, places) for route, said in (fork.routes or {}).items()}
    own = ways.get(chosen)
    if own is None:
        return False
    if stage.condition and (meant := route_meant(stage.condition, fork)):
        return meant != chosen
    if own.leads_to is not None and own.leads_to > fork.position:
        return stage.position < own.leads_to
    if any(stage.key in way.stages for way in ways.values()):
        return stage.key not in own.stages
    says_where = {route for route, way in ways.items() if way.goes_on or way.stages}
    return bool(says_where) and chosen not in says_where


def way_of(said: JsonValue, places: Mapping[str, int]) -> Way:
    """A route as its file has it; a mere word says where it goes on."""
    if not isinstance(said, dict):
        leads_to = places.get(said) if isinstance(said, str) else None
        return Way(goes_on=bool(said), stages=frozenset(), leads_to=leads_to)
    named = said.get("stages")
    keys = [key for key in named if isinstance(key, str)] if isinstance(named, list) else []
    return Way(goes_on=bool(said.get("continue")), stages=frozenset(keys), leads_to=None)


def steps(stages: Sequence[Stage], path: Path) -> Iterator[Step]:
    """What has to move. Stages are taken back before another one becomes current.

    What is done, submitted or was skipped by a person stays. Of the rest, everything that is off
    the path is left out; the first of what remains is worked on, and so may be those beside it.
    """
    open_: list[Stage] = []
    for stage in stages:
        away = path.away.get(stage.id)
        if stage.state is StageState.DONE or was_skipped_by_person(stage) or is_history(stage):
            continue
        if away is None or stage.state is StageState.SUBMITTED:
            open_.append(stage)
        elif stage.skip_cause is not away.cause:
            yield Step(stage, StageState.SKIPPED, away.cause, away.reason)
    front = front_of(open_)
    # What is submitted is decided first, also where an earlier stage came into the path since.
    is_worked_on = any(
        stage.state is StageState.SUBMITTED or (stage.state in ACTIVE and stage in front)
        for stage in open_
    )
    first = front[0] if front and not is_worked_on else None
    for stage in open_:
        is_ahead = stage.state is StageState.CURRENT and stage not in front
        if stage is not first and (is_ahead or stage.state is StageState.SKIPPED):
            yield Step(stage, StageState.UPCOMING)
    if first is not None:
        yield Step(first, StageState.CURRENT)


def front_of(open_: Sequence[Stage]) -> list[Stage]:
    """Of the stages that are not closed, the first one and those that go side by side with it."""
    return [stage for stage in open_ if stage is open_[0] or are_together(stage, open_[0])]


def are_together(one: Stage, other: Stage) -> bool:
    return one.together is not None and one.together == other.together


def is_history(stage: Stage) -> bool:
    """The template has no such stage any more, and nobody works on it."""
    return stage.retired_at is not None and stage.state not in ACTIVE


def was_skipped_by_person(stage: Stage) -> bool:
    return stage.state is StageState.SKIPPED and stage.skip_cause in {None, SkipCause.REASON}


def is_in_use(concerned: Sequence[Stage], stages: Sequence[Stage], *, holds: bool) -> bool:
    """Whether work is done or submitted that an answer to a condition would belie.

    Args:
        concerned: the stages that have the condition.
        stages: all of the workflow.
        holds: the answer.
    """
    if not holds:
        return any(s.state in {StageState.DONE, StageState.SUBMITTED} for s in concerned)
    left_out = [stage for stage in concerned if stage.skip_cause is SkipCause.ANSWER]
    return any(is_built_upon(stage, stages) for stage in left_out)


def is_built_upon(stage: Stage, stages: Sequence[Stage]) -> bool:
    """Whether a later stage, not beside this one, is done or submitted."""
    return any(
        later.state in {StageState.DONE, StageState.SUBMITTED}
        for later in stages
        if later.position > stage.position and not are_together(later, stage)
    )
