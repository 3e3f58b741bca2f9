"""Which stages may be worked on side by side: neighbours that the method leaves to people."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from agentlab.workflows.importers.definitions import StageDefinition

Follows = Callable[[StageDefinition, StageDefinition], bool]


def side_by_side(
    stages: Sequence[StageDefinition],
    phases: Sequence[str],
    follows: Follows = lambda one, other: False,  # noqa: ARG005 - a method without such an order
) -> tuple[StageDefinition, ...]:
    """The same stages; optional neighbours of one phase share a word in `together`.

    A required stage waits for all before it, so it stands alone. So does one that follows another
    of its neighbours.

    Args:
        stages: in their order.
        phases: of each of them.
        follows: whether the first one names the second as what comes before it.
    """
    groups: list[list[int]] = []
    for at, stage in enumerate(stages):
        run = groups[-1] if groups else []
        fits = (
            run
            and stage.optional
            and stages[run[0]].optional
            and phases[at] == phases[run[0]]
            and not any(follows(stage, stages[other]) for other in run)
        )
        if fits:
            run.append(at)
        else:
            groups.append([at])
    words = {at: f"from-{group[0] + 1}" for group in groups if len(group) > 1 for at in group}
    return tuple(
        replace(stage, together=words[at]) if at in words else stage
        for at, stage in enumerate(stages)
    )
