"""What a template proposes for who decides at its gates, until a person says otherwise."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from agentlab.context import Context
from agentlab.gates import policies, proposals
from agentlab.workflows import definitions
from agentlab.workflows.importers.definitions import (
    USUAL_RULES,
    GateProposal,
    GateRules,
    ProposedItem,
    StageDefinition,
)
from tests.support.browser import Browser, refusal
from tests.support.projects import (
    WORKFLOW,
    bmad_folder,
    import_it,
    project_of,
    run_jobs,
    stage_of,
    write,
)
from tests.support.review import Review

OWN = """\
key: small
name: A small change
stages:
  - key: brief
    artefacts: [{patterns: [docs/prd.md]}]
    gate:
      approvals: 2
      submitter_decides: false
      due_days: 5
      checklist: [Numbers are in, French is reviewed]
  - {key: plan, artefacts: [{patterns: [docs/plan.md]}], gate: {roles: [administrator]}}
  - {key: build, gate: true}
"""

CHECKED = WORKFLOW.replace(
    "    - step: workflow_end",
    "    - agent: po\n      validates: all_artifacts\n      uses: po-checklist\n"
    "    - step: workflow_end",
)


async def project_by(bob: Browser, context: Context, root: Path, source: str) -> dict[str, Any]:
    """A project that runs through an own template."""
    write(root / "plain" / "docs" / "prd.md", "# What\n")
    write(root / "plain" / "docs" / "plan.md", "# How\n")
    ended = await import_it(bob, context, root / "plain", workflow=None)
    await go_over(bob, ended["project_id"], source)
    page: dict[str, Any] = await bob.read(f"/projects/{ended['project_id']}")
    return page


async def go_over(bob: Browser, project_id: str, source: str | None = None) -> Any:
    """The steps of a change to an own template of this source, or to what the folder has."""
    asked = {}
    if source:
        asked["template_id"] = (await bob.do("/templates", {"source": source}))["id"]
    at = f"/projects/{project_id}/template-changes"
    shown = await bob.read(f"{at}/proposal", **asked)
    reply = await bob.post(at, {"digest": shown["digest"], **asked})
    assert reply.is_success, reply.text
    return shown["steps"]


async def policy_at(bob: Browser, page: dict[str, Any], key: str) -> Any:
    gate = stage_of(page, key)["gate"]
    return (await bob.read(f"/gates/{gate['id']}"))["policy"]


async def trail(context: Context, action: str) -> list[Any]:
    query = text(
        "SELECT d.detail FROM audit_entries e JOIN audit_details d USING (sequence) "
        "WHERE action = :action ORDER BY sequence"
    )
    async with context.engine.connect() as connection:
        return list(await connection.scalars(query, {"action": action}))


def test_a_gate_without_rules_of_a_template_has_the_usual_policy() -> None:
    assert proposals.policy_from(USUAL_RULES) == policies.Policy()


def test_rules_are_kept_with_their_template_and_an_older_release_reads_the_rest() -> None:
    rules = GateRules(approvals=2, checklist=(ProposedItem("Numbers", required=False),))
    stage = StageDefinition(1, "a", "A", gate=GateProposal("approval", "So"), rules=rules)
    kept = json.loads(json.dumps(asdict(stage)))
    assert definitions.stage_from(kept) == stage
    assert kept["gate"].keys() == {"kind", "reason"}  # what every release takes
    del kept["rules"]
    assert definitions.stage_from(kept).rules is None


async def test_the_gate_of_an_own_template_decides_by_its_policy(
    ada: Browser, bob: Browser, context: Context, root: Path
) -> None:
    page = await project_by(bob, context, root, OWN)
    policy = await policy_at(bob, page, "brief")
    assert (policy["is_proposed"], policy["is_from_template"], policy["version"]) == (True, True, 1)
    assert (policy["approvals"], policy["submitter_decides"], policy["due_days"]) == (2, False, 5)
    assert policy["updated_by"] is None
    usual = await policy_at(bob, page, "build")
    assert (usual["is_from_template"], usual["version"]) == (False, 0)
    assert (await policy_at(bob, page, "plan"))["roles"] == ["administrator"]
    [first, second] = await trail(context, "gate.policy_proposed")
    assert (first["before"]["approvals"], first["after"]["approvals"]) == (1, 2)
    assert second["after"]["roles"] == ["administrator"]

    review = Review(bob, context, root / "plain", page, "brief")
    submission = await review.submit()
    assert submission["due_at"]
    refused = await review.decide(submission, policy_version=1)
    assert refusal(refused) == (403, "submitter_may_not_decide")
    refused = await review.decide(submission, by=ada, policy_version=1)
    assert refusal(refused) == (422, "checklist_incomplete")
    answers = [{"item_id": item["id"], "answer": True} for item in policy["checklist"]]
    approved = await review.decide(submission, by=ada, checklist=answers, policy_version=1)
    assert approved.is_success, approved.text
    assert await review.states() == ["submitted", "upcoming", "upcoming"]  # one more has to


async def test_a_checklist_that_a_stage_of_v4_uses_is_asked_at_its_gate(
    bob: Browser, context: Context, root: Path
) -> None:
    folder = bmad_folder(root, workflow=CHECKED)
    long = "x" * 300
    write(
        folder / ".bmad-core" / "checklists" / "po-checklist.md",
        f"# PO\n\n[[LLM: ask]]\n\n- [ ] Numbers\tare in\n  - [x] Nested\n- no box\n- [ ] {long}\n",
    )
    page = await project_of(bob, context, folder)
    [stage] = [stage for stage in page["stages"] if stage["uses"]]
    policy = await policy_at(bob, page, stage["key"])
    assert policy["is_from_template"]
    texts = ["Numbers are in", "Nested", f"{'x' * 199}…"]
    assert [(i["text"], i["required"]) for i in policy["checklist"]] == [(t, False) for t in texts]
    assert not (await policy_at(bob, page, "prd.md"))["is_from_template"]
    found = await bob.do("/inspections", {"path": str(folder)})
    template = await bob.read(f"/templates/{page['workflow']['template']['id']}")
    for stages in (found["workflows"][0]["stages"], template["stages"]):
        rules = {one["key"]: one["gate"] and one["gate"]["rules"] for one in stages}
        assert rules[stage["key"]]["checklist"] == [{"text": t, "required": False} for t in texts]
        assert (rules["prd.md"]["approvals"], rules["prd.md"]["checklist"]) == (1, [])
    assert (await bob.read(f"/projects/{page['id']}/template-news"))["state"] == "same"


async def test_a_changed_checklist_of_the_folder_is_news_and_taken_up(
    bob: Browser, context: Context, root: Path
) -> None:
    folder = bmad_folder(root, workflow=CHECKED)
    path = folder / ".bmad-core" / "checklists" / "po-checklist.md"
    write(path, "- [ ] One\n")
    page = await project_of(bob, context, folder)
    [key] = [stage["key"] for stage in page["stages"] if stage["uses"]]
    write(path, "- [ ] One\n- [ ] Two\n")
    await bob.do(f"/projects/{page['id']}/scans")
    await run_jobs(context)
    assert (await bob.read(f"/projects/{page['id']}/template-news"))["state"] == "settings"
    steps = await go_over(bob, page["id"])
    [change] = [change for step in steps for change in step["changes"]]
    assert change == {
        "field": "rules",
        "before": "- One (optional)",
        "after": "- One (optional)\n- Two (optional)",
    }
    policy = await policy_at(bob, page, key)
    assert [item["text"] for item in policy["checklist"]] == ["One", "Two"]
    path.unlink()
    await go_over(bob, page["id"])
    policy = await policy_at(bob, page, key)
    assert (policy["checklist"], policy["is_from_template"]) == ([], False)


@pytest.fixture
async def page(bob: Browser, context: Context, root: Path) -> dict[str, Any]:
    return await project_by(bob, context, root, OWN)


STRICTER = OWN.replace("approvals: 2", "approvals: 3").replace(
    "{roles: [administrator]}", "{roles: [administrator], due_days: 7}"
)


async def test_a_changed_default_is_for_gates_that_nobody_touched(
    ada: Browser, bob: Browser, context: Context, page: dict[str, Any]
) -> None:
    plan = stage_of(page, "plan")["gate"]["id"]
    own = {"roles": ["product_owner"], "approvals": 1}
    at = f"/api/v1/gates/{plan}/policy"
    assert (await ada.http.put(at, json=own, headers={"If-Match": '"1"'})).is_success
    policy = await policy_at(bob, page, "plan")
    assert (policy["is_proposed"], policy["is_from_template"]) == (False, False)
    steps = await go_over(bob, page["id"], STRICTER)
    assert {step["key"]: step["fate"] for step in steps} == {
        "brief": "changed", "plan": "kept", "build": "kept",
    }  # fmt: skip
    changed = await policy_at(bob, page, "brief")
    assert (changed["approvals"], changed["version"], changed["is_from_template"]) == (3, 2, True)
    assert await policy_at(bob, page, "plan") == policy
    assert (await trail(context, "gate.policy_proposed"))[-1]["before"]["approvals"] == 2


async def test_what_was_submitted_is_decided_by_the_rules_that_it_came_under(
    bob: Browser, context: Context, root: Path, page: dict[str, Any]
) -> None:
    await Review(bob, context, root / "plain", page, "brief").submit()
    steps = await go_over(bob, page["id"], STRICTER)
    assert {step["key"]: step["fate"] for step in steps} == {
        "brief": "kept", "plan": "changed", "build": "kept",
    }  # fmt: skip
    assert (await policy_at(bob, page, "brief"))["approvals"] == 2
    assert (await policy_at(bob, page, "plan"))["due_days"] == 7


async def test_a_stage_goes_with_the_policy_that_nobody_made(
    bob: Browser, page: dict[str, Any]
) -> None:
    without = "".join(line for line in OWN.splitlines(keepends=True) if "key: plan" not in line)
    ship = "  - {key: ship, gate: {reauthentication: true}}\n"
    steps = await go_over(bob, page["id"], without + ship)
    assert {step["key"]: step["fate"] for step in steps} == {
        "brief": "kept", "build": "kept", "ship": "added", "plan": "removed",
    }  # fmt: skip
    now = await bob.read(f"/projects/{page['id']}")
    assert (await policy_at(bob, now, "ship"))["reauthentication"]
