"""What is wrong in a folder is told in one line each, and everything else of it is imported."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from agentlab.context import Context
from tests.support.browser import Browser
from tests.support.flow import WORKFLOW as WITH_ROUTES
from tests.support.flow import Flow
from tests.support.ledgers import SPRINT, bmad_v6_folder
from tests.support.projects import WORKFLOW, bmad_folder, import_it, project_of, write
from tests.support.review import Review
from tests.support.yaml_bombs import nested_by_aliases

V4 = ".bmad-core/workflows/other.yaml"
V6 = "_bmad/bmm/module-help.csv"
HEADER = (
    "module,skill,display-name,menu-code,description,action,args,phase,preceded-by,followed-by,"
    "required,output-location,outputs\n"
)
BOMB = b"a0: &a0 x\n" + b"".join(
    b"a%d: &a%d [%s]\n" % (level, level, b", ".join([b"*a%d" % (level - 1)] * 10))
    for level in range(1, 12)
)


def rows(*named: tuple[str, str]) -> bytes:
    """A catalogue whose rows each come after another one."""
    return (
        HEADER + "".join(f"bmm,{skill},{skill},,,,,plan,{after},,,,\n" for skill, after in named)
    ).encode()


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (WORKFLOW.encode() + b"#" * 5_000_000, "too_large"),
        (BOMB, "broken_workflow"),
        (b"[" * 100_000, "broken_workflow"),
        (
            f"{nested_by_aliases()}workflow: {{sequence: [{{deep: *deepest }}]}}\n".encode(),
            "broken_workflow",
        ),
        (b"workflow: &w\n  id: round\n  sequence: [*w]\n", "broken_workflow"),
        (b"workflow:\n  id: empty\n  sequence: []\n", "empty_sequence"),
        (b"workflow:\n  id: short\n  sequence: [{step: again}]\n", "id_taken"),
        (b"workflow:\n  id: other\n  sequence: [7, {step: [a]}]\n", "malformed_item"),
        (b"workflow:\n  id: other\n  sequence: [{step: a}]\n  id: twice\n", "given_twice"),
        (b"\xff\xfe\x00", "broken_workflow"),
    ],
    ids=["5MB", "bomb", "deep", "aliases", "cycle", "empty", "id", "items", "key", "binary"],
)
async def test_a_bad_workflow_file_is_told_and_the_others_are_imported(
    bob: Browser, context: Context, root: Path, content: bytes, code: str
) -> None:
    folder = bmad_folder(root)
    write(folder / V4, content)
    found = await bob.do("/inspections", {"path": str(folder)})
    notices = [*found["notices"], *(n for each in found["workflows"] for n in each["notices"])]
    [told] = [notice for notice in notices if notice["code"] == code]
    # The one that comes second in the folder gets another name where two have the same.
    assert told["path"] == (V4 if code != "id_taken" else ".bmad-core/workflows/short.yaml")
    assert "\n" not in told["text"]
    key = "short-2" if code == "id_taken" else "short"
    ended = await import_it(bob, context, folder, workflow=key)
    page = await bob.read(f"/projects/{ended['project_id']}")
    assert [stage["state"] for stage in page["stages"]][:2] == ["current", "upcoming"]


async def test_a_workflow_file_that_became_too_deep_stops_no_scan(
    bob: Browser, context: Context, root: Path
) -> None:
    folder = bmad_folder(root)
    review = Review(bob, context, folder, await project_of(bob, context, folder))
    deep = WORKFLOW.replace("agent: pm", "agent: pm\n      deep: *deepest ")
    write(folder / ".bmad-core" / "workflows" / "short.yaml", nested_by_aliases() + deep)
    await bob.do(f"/projects/{review.project_id}/scans")
    assert (await review.submit())["number"] == 1
    assert await review.states() == ["submitted", "upcoming", "upcoming", "upcoming"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (rows(("one", "two"), ("two", "one")), "cycle"),
        (rows(("one", "one"), ("two", "")), "cycle"),
        (rows(("one", "nobody")), "dangling_reference"),
        (rows(("one", "")) + b"bmm,short\n", "row_left_out"),
        (rows(("one", "")) + b"bmm,long" + b",more" * 40 + b"\n", "row_left_out"),
        (rows(("one", "")) + b"x" * 5_000_000, "too_large"),
        (rows(("one", "")).replace(b"plan", b"someday"), "unknown_phase"),
    ],
    ids=["cycle", "itself", "dangling", "few", "many", "5MB", "phase"],
)
async def test_a_bad_catalogue_is_told(bob: Browser, root: Path, content: bytes, code: str) -> None:
    folder = bmad_v6_folder(root)
    write(folder / V6, content)
    write(folder / "_bmad/core/module-help.csv", rows(("brainstorm", "")))
    found = await bob.do("/inspections", {"path": str(folder)})
    notices = [*found["notices"], *(n for each in found["workflows"] for n in each["notices"])]
    assert code in {notice["code"] for notice in notices if notice["path"] == V6}, notices
    assert found["workflows"]


async def test_thousands_of_stories_are_imported_and_shown_in_pages(
    bob: Browser, context: Context, root: Path
) -> None:
    folder = bmad_v6_folder(root)
    write(folder / V6, rows(("one", "")))
    keys = [f"{epic}-{story}-of-many" for epic in range(1, 301) for story in range(1, 11)]
    lines = "".join(f"  {key}: {'done' if key < '2' else 'backlog'}\n" for key in keys)
    write(folder / SPRINT, f"last_updated: 31-02-2026\ndevelopment_status:\n{lines}")
    found = await bob.do("/inspections", {"path": str(folder)})
    ended = await import_it(bob, context, folder, workflow=found["workflows"][0]["key"])
    assert ended["state"] == "done", ended["error"]
    at = f"/projects/{ended['project_id']}"
    stories = await bob.read(f"{at}/work-items", kind="story", limit=100)
    assert (len(stories["items"]), bool(stories["next"])) == (100, True)
    notices = (await bob.read(f"{at}/progress"))["notices"]
    assert "impossible_date" in {notice["code"] for notice in notices}


async def test_what_vanishes_between_the_look_and_the_import_is_left_out(
    bob: Browser, context: Context, root: Path
) -> None:
    folder = bmad_folder(root)
    write(folder / "docs" / "architecture.md", "# Boxes\n")
    assert len((await bob.do("/inspections", {"path": str(folder)}))["documents"]) == 2
    (folder / "docs" / "architecture.md").unlink()
    page = await project_of(bob, context, folder)
    assert [each["path"] for each in page["documents"]["items"]] == ["docs/prd.md"]


async def test_a_workflow_that_vanishes_before_the_import_is_refused_in_a_sentence(
    bob: Browser, context: Context, root: Path
) -> None:
    folder = bmad_folder(root)
    write(folder / V4, "workflow:\n  id: other\n  sequence: [{step: a}]\n")
    await bob.do("/inspections", {"path": str(folder)})
    (folder / V4).unlink()
    ended = await import_it(bob, context, folder, workflow="other")
    assert (ended["state"], ended["error"]["code"]) == ("failed", "unknown_workflow")
    assert "other" in ended["error"]["detail"]
    assert (await bob.read("/portfolio"))["clients"] == []


@pytest.fixture
def backwards(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each look at the clock is an hour before the last one."""
    moments = hours_back(datetime.now(UTC))

    class Clock:
        @staticmethod
        def now(_: object) -> datetime:
            return next(moments)

    monkeypatch.setattr("agentlab.kit.clock.datetime", Clock)


def hours_back(moment: datetime) -> Iterator[datetime]:
    while True:
        yield (moment := moment - timedelta(hours=1))


async def test_of_what_is_decided_while_the_clock_goes_backwards_the_last_word_counts(
    bob: Browser, context: Context, root: Path, request: pytest.FixtureRequest
) -> None:
    folder = bmad_folder(root)
    review = Review(bob, context, folder, await project_of(bob, context, folder))
    request.getfixturevalue("backwards")
    assert (await review.decide(await review.submit(), "rejected", "No.")).is_success
    assert (await review.decide(await review.submit())).is_success
    first, second = (await review.gate())["submissions"][::-1]
    assert [each["decision"]["verdict"] for each in (first, second)] == ["rejected", "approved"]
    for each in (first, second):
        assert each["decision"]["decided_at"] > each["submitted_at"]
    page = await review.page()
    assert [stage["state"] for stage in page["stages"]][:2] == ["done", "current"]
    assert page["stages"][0]["gate"]["last_verdict"] == "approved"


async def test_of_what_is_said_while_the_clock_goes_backwards_the_last_word_counts(
    bob: Browser, context: Context, root: Path, request: pytest.FixtureRequest
) -> None:
    folder = bmad_folder(root, workflow=WITH_ROUTES)
    way = Flow(bob, await project_of(bob, context, folder))
    request.getfixturevalue("backwards")
    before = None
    for holds in (True, False, True):
        assert (await way.answer("analysis", holds=holds, replaces=before)).is_success
        analysis = (await way.stages())["analysis"]
        assert analysis["question"]["answers"][0]["holds"] is holds
        assert (analysis["skip_cause"] is None) == holds
        before = analysis["question"]["answers"][0]["id"]
    assert (await way.complete("classification")).is_success
    for route in ("single_story", "major_enhancement"):
        choices = (await way.stages())["routing_decision"]["choices"]
        replaces = choices[0]["id"] if choices else None
        assert (await way.choose(route, replaces=replaces)).is_success
    assert (await way.stages())["routing_decision"]["choices"][0]["route"] == "major_enhancement"
