"""A running workflow goes over to another template, and nothing decided is lost."""

import asyncio
import random
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from agentlab.context import Context
from tests.support.browser import Browser, refusal
from tests.support.projects import WORKFLOW, bmad_folder, import_it, project_of, write
from tests.support.review import Review
from tests.support.shipped import backlog_md
from tests.support.statements import recorded

LONGER = WORKFLOW.replace(
    """\
    - agent: ux-expert
      creates: front-end-spec.md
      condition: has_a_face
""",
    """\
    - agent: analyst
      creates: project-brief.md
      notes: Say why.
""",
).replace("Write down what is needed.", "Write down what is needed, and why.")
"""Without the design, with a brief, and with another note at the first stage."""


def rewrite(folder: Path, workflow: str) -> None:
    write(folder / ".bmad-core" / "workflows" / "short.yaml", workflow)


async def proposal(browser: Browser, project_id: str, **asked: Any) -> Any:
    return await browser.read(f"/projects/{project_id}/template-changes/proposal", **asked)


async def change(browser: Browser, project_id: str, digest: str, **asked: Any) -> Any:
    return await browser.post(
        f"/projects/{project_id}/template-changes", {"digest": digest, **asked}
    )


def told(steps: list[Any]) -> dict[str, tuple[str, str]]:
    return {step["key"]: (step["fate"], step["state"]) for step in steps}


@pytest.fixture
async def review(bob: Browser, context: Context, root: Path) -> Review:
    folder = bmad_folder(root)
    return Review(bob, context, folder, await project_of(bob, context, folder))


async def test_what_was_decided_stays_and_the_rest_follows_the_folder(
    review: Review, context: Context
) -> None:
    bob, project_id = review.browser, review.project_id
    await review.decide(await review.submit())
    assert (await bob.read(f"/projects/{project_id}/template-news"))["state"] == "same"
    rewrite(review.folder, LONGER)
    assert (await bob.read(f"/projects/{project_id}/template-news"))["state"] == "changed"
    before = await decided(context)
    shown = await proposal(bob, project_id)
    assert told(shown["steps"]) == {
        "prd.md": ("changed", "done"),
        "front-end-spec.md": ("retired", "skipped"),
        "project-brief.md": ("added", "current"),
        "architecture.md": ("kept", "upcoming"),
        "workflow_end": ("kept", "upcoming"),
    }
    [note] = shown["steps"][0]["changes"]
    assert note["after"] == "Write down what is needed, and why."
    assert await states(review) == ["done", "current", "upcoming", "upcoming"]  # nothing was done
    made = (await change(bob, project_id, shown["digest"])).json()
    assert made["by"] == "Bob Noyce"
    assert made["kept_total"] == 2
    page = await bob.read(f"/projects/{project_id}")
    assert [stage["position"] for stage in page["stages"]] == [1, 2, 3, 4, 5]
    assert [(s["key"], s["state"]) for s in page["stages"] if not s["retired_at"]] == [
        ("prd.md", "done"),
        ("project-brief.md", "current"),
        ("architecture.md", "upcoming"),
        ("workflow_end", "upcoming"),
    ]
    assert await decided(context) == before
    assert (await bob.read(f"/projects/{project_id}/template-changes"))["items"] == [made]
    assert (await bob.read(f"/projects/{project_id}/template-news"))["state"] == "same"
    feed = await bob.read("/activity", project_id=project_id)
    assert feed["items"][0]["action"] == "project.template_changed"


async def test_work_goes_on_through_the_new_stages_to_the_end(review: Review) -> None:
    bob, project_id = review.browser, review.project_id
    rewrite(review.folder, LONGER)
    shown = await proposal(bob, project_id)
    assert (await change(bob, project_id, shown["digest"])).is_success
    await review.decide(await review.submit())
    for stage in (await bob.read(f"/projects/{project_id}"))["stages"][1:]:
        if stage["gate"]:
            write(review.folder / "docs" / "architecture.md", "# Boxes\n")
            write(review.folder / "docs" / "brief.md", "# Why\n")
            write(review.folder / "docs" / "project-brief.md", "# Why\n")
            submitted = await bob.do(f"/gates/{stage['gate']['id']}/submissions", {})
            await review.decide(submitted["submissions"][0])
        else:
            await bob.do(f"/stages/{stage['id']}/completion")
    page = await bob.read(f"/projects/{project_id}")
    assert {stage["state"] for stage in page["stages"]} == {"done"}
    assert page["workflow"]["completed_at"]


async def test_what_waits_for_a_decision_goes_on_waiting(review: Review) -> None:
    bob, project_id = review.browser, review.project_id
    submission = await review.submit()
    rewrite(review.folder, WORKFLOW.replace("creates: prd.md", "creates: vision.md", 1))
    shown = await proposal(bob, project_id)
    assert told(shown["steps"])["prd.md"] == ("retired", "submitted")
    assert (await change(bob, project_id, shown["digest"])).is_success
    assert (await review.decide(submission)).is_success
    assert await states(review) == ["done", "current", "upcoming", "upcoming", "upcoming"]


async def test_a_stage_that_was_dropped_is_to_come_when_the_method_has_it_again(
    review: Review,
) -> None:
    bob, project_id = review.browser, review.project_id
    stages = (await bob.read(f"/projects/{project_id}"))["stages"]
    await review.rule(roles=["product_owner"], reviewers=[], approvals=1, submitter_decides=True)
    skipped = next(stage for stage in stages if stage["key"] == "front-end-spec.md")
    await bob.do(f"/stages/{skipped['id']}/skip", {"reason": "Nobody sees it."})
    design = WORKFLOW.index("    - agent: ux-expert"), WORKFLOW.index("    - agent: architect")
    without_both = WORKFLOW.replace("creates: prd.md", "creates: vision.md", 1)
    rewrite(review.folder, without_both[: design[0]] + without_both[design[1] + 1 :])
    shown = await proposal(bob, project_id)
    assert told(shown["steps"])["prd.md"] == ("retired", "skipped")
    assert (await change(bob, project_id, shown["digest"])).is_success
    rewrite(review.folder, WORKFLOW)
    shown = await proposal(bob, project_id)
    assert told(shown["steps"])["prd.md"] == ("changed", "current")
    assert told(shown["steps"])["front-end-spec.md"] == ("changed", "skipped")
    assert (await change(bob, project_id, shown["digest"])).is_success
    after = {stage["id"]: stage for stage in (await bob.read(f"/projects/{project_id}"))["stages"]}
    first = after[stages[0]["id"]]
    assert (first["state"], first["dropped_at"], bool(first["gate"])) == ("current", None, True)
    assert after[skipped["id"]]["skip_cause"] == "reason"  # what a person said stays


async def test_a_preview_that_is_out_of_date_is_refused(review: Review, context: Context) -> None:
    bob, project_id = review.browser, review.project_id
    rewrite(review.folder, LONGER)
    shown = await proposal(bob, project_id)
    submission = await review.submit()  # somebody goes on meanwhile
    refused = await change(bob, project_id, shown["digest"])
    assert refusal(refused) == (409, "proposal_outdated")
    shown = await proposal(bob, project_id)
    rewrite(review.folder, LONGER + "# And more.\n")
    assert refusal(await change(bob, project_id, shown["digest"])) == (409, "proposal_outdated")
    shown = await proposal(bob, project_id)
    both = await asyncio.gather(
        change(bob, project_id, shown["digest"]), change(bob, project_id, shown["digest"])
    )
    assert sorted(reply.status_code for reply in both) == [200, 409]
    assert (await review.decide(submission)).is_success
    shown = await proposal(bob, project_id)
    assert not shown["does_something"]
    assert refusal(await change(bob, project_id, shown["digest"])) == (409, "nothing_to_change")


async def test_a_decision_and_a_change_at_once_both_happen_or_one_says_why(
    review: Review, context: Context
) -> None:
    bob, project_id = review.browser, review.project_id
    submission = await review.submit()
    rewrite(review.folder, LONGER)
    shown = await proposal(bob, project_id)
    changed, decision = await asyncio.gather(
        change(bob, project_id, shown["digest"]), review.decide(submission)
    )
    assert changed.status_code in {200, 409}
    assert decision.is_success or refusal(decision)[1] == "being_scanned"
    assert len(await decided(context, "decisions")) == decision.is_success


async def test_gates_keep_their_policies_and_declined_ones_stay_declined(
    ada: Browser, bob: Browser, context: Context, root: Path
) -> None:
    ended = await import_it(bob, context, bmad_folder(root), gates=["architecture.md"])
    page = await bob.read(f"/projects/{ended['project_id']}")
    gate = next(stage["gate"] for stage in page["stages"] if stage["gate"])
    policy = {"roles": ["administrator"], "approvals": 1, "submitter_decides": True,
              "checklist": [{"text": "Boxes have names."}]}  # fmt: skip
    address = f"/api/v1/gates/{gate['id']}/policy"
    await ada.http.put(address, json=policy, headers={"If-Match": "*"})
    rewrite(root / "reader", LONGER)
    shown = await proposal(bob, page["id"])
    await change(bob, page["id"], shown["digest"])
    now = await bob.read(f"/projects/{page['id']}")
    gates = {stage["key"]: stage["gate"] and stage["gate"]["id"] for stage in now["stages"]}
    assert gates["architecture.md"] == gate["id"]
    assert gates["prd.md"] is None
    assert gates["project-brief.md"]
    kept = (await bob.read(f"/gates/{gate['id']}"))["policy"]
    assert kept["checklist"][0]["text"] == "Boxes have names."


async def test_a_workflow_that_is_gone_or_empty_changes_nothing(review: Review) -> None:
    bob, project_id = review.browser, review.project_id
    address = f"/projects/{project_id}/template-changes/proposal"
    rewrite(review.folder, "workflow:\n  id: other\n  name: Other\n  sequence:\n    - agent: pm\n")
    assert refusal(await bob.get(address)) == (422, "workflow_not_in_folder")
    rewrite(review.folder, "workflow:\n  id: short\n  name: None left\n  sequence: []\n")
    assert refusal(await bob.get(address))[1] in {
        "template_without_stages",
        "workflow_not_in_folder",
    }
    (review.folder / ".bmad-core" / "workflows" / "short.yaml").unlink()
    assert (await bob.read(f"/projects/{project_id}/template-news"))["state"] == "missing"
    assert await states(review) == ["current", "upcoming", "upcoming", "upcoming"]


async def test_a_text_that_is_worked_on_is_no_news_of_the_method(
    bob: Browser, context: Context, root: Path
) -> None:
    folder = root / "speckit"
    spec = folder / "specs" / "001-lists" / "spec.md"
    write(folder / ".specify" / "templates" / "spec-template.md", "# Feature\n")
    write(spec, "# Feature Specification: Lists\n\n**Status**: Draft\n")
    ended = await import_it(bob, context, folder, workflow="001-lists", gates=None)
    write(spec, "# Feature Specification: Lists\n\n**Status**: Approved\n")
    news = await bob.read(f"/projects/{ended['project_id']}/template-news")
    assert news["state"] == "same"


async def test_viewers_and_strangers_change_no_template(
    review: Review, vera: Browser, anonymous: Browser
) -> None:
    address = f"/projects/{review.project_id}/template-changes"
    body = {"digest": "0" * 64}
    assert refusal(await vera.post(address, body))[0] in {403, 404}
    assert refusal(await anonymous.post(address, body)) == (401, "not_signed_in")


async def test_what_is_asked_does_not_grow_with_the_stages(
    bob: Browser, context: Context, root: Path
) -> None:
    def stages(count: int) -> str:
        head = "workflow:\n  id: short\n  name: Long\n  sequence:\n"
        return head + "".join(f"    - step: step_{n}\n      agent: pm\n" for n in range(count))

    asked = []
    for name, count in (("few", 3), ("many", 300)):
        folder = bmad_folder(root, name, stages(count))
        project = await project_of(bob, context, folder)
        rewrite(folder, stages(count - 1))
        with recorded(context.engine) as statements:
            shown = await proposal(bob, project["id"])
        asked.append(len(statements))
        assert len(shown["steps"]) == count
    assert asked[0] == asked[1]


async def states(review: Review) -> list[str]:
    page = await review.browser.read(f"/projects/{review.project_id}")
    return [stage["state"] for stage in page["stages"]]


TABLES = ("submissions", "submission_artefacts", "decisions", "decision_artefacts", "withdrawals")


async def decided(context: Context, *tables: str) -> list[Any]:
    """Every row of what people submitted and decided, whole."""
    found: list[Any] = []
    async with context.engine.connect() as connection:
        for table in tables or TABLES:
            rows = await connection.execute(
                text(f"SELECT to_jsonb(t)::text FROM {table} t ORDER BY 1")  # noqa: S608 - ours
            )
            found += [row[0] for row in rows]
    return found


WANTED = ("pm", "ux-expert", "architect", "analyst", "po", "qa", "dev")


@pytest.mark.parametrize("seed", [1])
async def test_whatever_templates_follow_each_other_nothing_decided_is_lost(
    bob: Browser, context: Context, root: Path, seed: int
) -> None:
    """A project is worked on while its method changes again and again."""
    chance = random.Random(seed)  # noqa: S311 - no secret
    folder = bmad_folder(root)
    project_id = (await project_of(bob, context, folder))["id"]
    known: list[Any] = []
    for round_ in range(6):
        await go_on(bob, folder, project_id, chance)
        rewrite(folder, some_workflow(chance, round_))
        before = await decided(context)
        shown = await proposal(bob, project_id)
        made = await change(bob, project_id, shown["digest"])
        assert made.is_success or refusal(made)[1] == "nothing_to_change"
        assert await decided(context) == before
        assert set(known) <= set(before)
        known = await decided(context, "decisions")
        need_lawful((await bob.read(f"/projects/{project_id}"))["stages"])
    assert known


def some_workflow(chance: random.Random, round_: int) -> str:
    agents = chance.sample(WANTED, chance.randint(1, 5))
    steps = "".join(
        f"    - agent: {agent}\n      creates: {agent}-brief.md\n      notes: As of {round_ % 3}.\n"
        for agent in agents
    )
    first = "    - agent: pm\n      creates: prd.md\n" if chance.random() < 0.6 else ""
    return f"workflow:\n  id: short\n  name: Round {round_}\n  sequence:\n{first}{steps}"


async def go_on(bob: Browser, folder: Path, project_id: str, chance: random.Random) -> None:
    """Submit, decide or complete what is worked on."""
    for stage in (await bob.read(f"/projects/{project_id}"))["stages"]:
        if stage["state"] == "current" and not stage["gate"]:
            await bob.post(f"/stages/{stage['id']}/completion")
        elif stage["state"] in {"current", "submitted"}:
            name = "prd.md" if stage["key"] == "prd.md" else stage["key"]
            write(folder / "docs" / name, f"# {stage['title']}\n")
            await bob.post(f"/gates/{stage['gate']['id']}/submissions", {})
            if chance.random() < 0.7:
                await settle(bob, stage["gate"]["id"], chance)


async def settle(bob: Browser, gate_id: str, chance: random.Random) -> None:
    submission = (await bob.read(f"/gates/{gate_id}"))["submissions"][0]
    artefacts = [
        {"document_id": each["document_id"], "sha256": each["sha256"]}
        for each in submission["artefacts"]
    ]
    verdict = chance.choice(["approved", "approved", "rejected"])
    await bob.post(
        f"/submissions/{submission['id']}/decision",
        {"verdict": verdict, "reason": "Read.", "artefacts": artefacts},
    )


def need_lawful(stages: list[Any]) -> None:
    assert [stage["position"] for stage in stages] == list(range(1, len(stages) + 1))
    order = {"done": 0, "skipped": 0, "current": 1, "submitted": 1, "upcoming": 2}
    ranks = [order[stage["state"]] for stage in stages]
    assert ranks == sorted(ranks)
    assert ranks.count(1) == (1 if ranks[-1] else 0)


async def test_tasks_that_are_worked_on_are_no_news_and_a_new_one_is(
    bob: Browser, context: Context, root: Path
) -> None:
    folder = root / "tasks"
    shutil.copytree(backlog_md(), folder)
    ended = await import_it(bob, context, folder, workflow="tasks")
    project_id = ended["project_id"]
    [first, *_] = sorted((folder / "backlog/tasks").iterdir())
    for change, state in (("In Progress", "same"), ("Done", "same")):
        said = re.sub(r"(?m)^status: .*$", f"status: {change}", first.read_text())
        write(first, said + "\nAs it is done.\n")
        await bob.do(f"/projects/{project_id}/scans")
        assert (await bob.read(f"/projects/{project_id}/template-news"))["state"] == state
    added = first.read_text().replace("TASK-1", "TASK-9")
    write(first.with_name("task-9 - Another.md"), added)
    await bob.do(f"/projects/{project_id}/scans")
    assert (await bob.read(f"/projects/{project_id}/template-news"))["state"] == "settings"
