"""What stages are repeated for, and where a loop ends: the plain computation."""

from agentlab.kit.ids import new_id
from agentlab.workflows.models import Stage
from agentlab.workflows.rounds import repeated


def found(*stages: tuple[str, str | None]) -> dict[str, tuple[str, bool]]:
    """What each repeated stage is about, and whether the loop ends with it, by its key."""
    rows = [Stage(id=new_id(), key=key, repeats=repeats) for key, repeats in stages]
    return {stage.key: (kind, ends_here) for stage, kind, ends_here in repeated(rows)}


def test_a_loop_over_epics_ends_where_the_file_says_for_stories() -> None:
    loop = ("create_story", "for_each_epic_or_enhancement"), ("build", None)
    end = ("repeat_development_cycle", None)
    assert found(("prd", None), *loop, end, ("workflow_end", None)) == {
        "create_story": ("epic", False),
        "repeat_development_cycle": ("story", True),
    }


def test_a_loop_without_an_end_ends_with_what_is_marked_or_with_the_workflow() -> None:
    loop = ("tech-spec", "for_each_epic"), ("build", "for_each_story_in_epic")
    end = ("retrospective", "for_each_epic"), ("investigate", None)
    assert found(("prd", None), *loop, *end) == {
        "tech-spec": ("epic", False),
        "build": ("story", False),
        "retrospective": ("epic", True),
    }
    assert found(("build", "story"), ("release", None))["release"] == ("story", True)
    assert found(("prd", None), ("release", None)) == {}
