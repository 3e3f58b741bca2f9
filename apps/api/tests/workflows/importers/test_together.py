"""Which stages may be worked on side by side, by what the method's files say."""

from agentlab.workflows.importers.definitions import StageDefinition
from agentlab.workflows.importers.together import side_by_side


def stage(key: str, position: int, *, optional: bool = True) -> StageDefinition:
    return StageDefinition(position=position, key=key, title=key, optional=optional)


STAGES = [
    stage("brainstorm", 1),
    stage("research", 2),
    stage("brief", 3),
    stage("prd", 4, optional=False),
    stage("ux", 5),
    stage("stories", 6),
]


def words(phases: str, *edges: tuple[str, str]) -> list[str | None]:
    """`together` of each stage; an edge names what follows, and what comes before it."""
    found = side_by_side(STAGES, list(phases), lambda one, other: (one.key, other.key) in edges)
    return [each.together for each in found]


def test_optional_neighbours_of_a_phase_go_together_and_required_ones_stand_alone() -> None:
    assert words("111111") == ["from-1", "from-1", "from-1", None, "from-5", "from-5"]


def test_phases_and_edges_part_them() -> None:
    assert words("112223") == ["from-1", "from-1", None, None, None, None]
    assert words("111111", ("brief", "research")) == [
        "from-1",
        "from-1",
        None,
        None,
        "from-5",
        "from-5",
    ]
