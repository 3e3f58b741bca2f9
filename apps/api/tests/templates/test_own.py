"""Our own format: tolerant, lossless, with a published schema."""

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agentlab.auth.models import Role
from agentlab.templates.own import EXAMPLE, TemplateUnreadable, json_schema, read_own
from agentlab.workflows.importers.definitions import GateRules, ProposedItem

SHORT = b"key: short\nname: Short\nstages:\n"


def codes(source: bytes) -> list[tuple[str, int | None]]:
    return [(notice.code, notice.line) for notice in read_own(source).notices]


def test_the_example_is_read_without_a_word() -> None:
    found = read_own(EXAMPLE.encode())
    assert found.notices == ()
    assert [stage.key for stage in found.stages] == ["brief", "plan", "build", "review"]
    assert found.source == EXAMPLE.encode()
    assert [bool(stage.gate) for stage in found.stages] == [True, True, False, True]


def test_what_is_not_understood_is_kept_and_told_with_its_line() -> None:
    source = SHORT + (
        b"  - title: One\n    colour: red\n    optional: perhaps\n"
        b"  - title: One\n    key: one two\n    routes: {back: nowhere}\n    after: [never]\n"
        b"mood: fine\n"
    )
    found = read_own(source)
    assert codes(source) == [
        ("unusual_value", 6),
        ("id_taken", 8),
        ("dangling_reference", 10),
        ("unknown_key", 5),
        ("dangling_reference", 9),
        ("unknown_key", 11),
    ]
    assert found.extra == {"mood": "fine", "set_aside": {"stages.0.optional": "perhaps"}}
    assert found.stages[0].extra == {"colour": "red"}


def test_stages_come_after_what_they_wait_for_and_circles_are_told() -> None:
    ordered = SHORT + b"  - {key: late, after: [early]}\n  - {key: early}\n"
    assert [stage.key for stage in read_own(ordered).stages] == ["early", "late"]
    circle = SHORT + b"  - {key: a, after: [b]}\n  - {key: b, after: [a]}\n"
    assert codes(circle) == [("cycle", 4)]
    assert [stage.key for stage in read_own(circle).stages] == ["a", "b"]


@pytest.mark.parametrize(
    "source",
    [
        b"",
        b"- a list\n",
        b"key: short\nname: No stages\n",
        b"key: short\nname: None\nstages: []\n",
        b"key: Not a key\nname: X\nstages: [{title: A}]\n",
        b"key: [\n",
        b"\xff\xfe",
        b"a: &a [x, x, x, x, x, x, x, x, x]\n" + b"".join(
            f"{chr(98 + n)}: &{chr(98 + n)} [{', '.join(['*' + chr(97 + n)] * 9)}]\n".encode()
            for n in range(8)
        ),
        b"[" * 5_000,
        b"key: big\n" + b"#" * 5_000_000,
    ],
)  # fmt: skip
def test_what_can_be_no_workflow_is_refused_in_one_sentence(source: bytes) -> None:
    with pytest.raises(TemplateUnreadable) as refused:
        read_own(source)
    assert "\n" not in refused.value.detail


def test_the_committed_schema_is_the_one_that_is_served() -> None:
    committed = Path(__file__).parents[4] / "docs" / "reference" / "template.schema.json"
    assert json.loads(committed.read_text("utf-8")) == json_schema()


def test_a_gate_carries_rules_and_what_is_wrong_in_them_is_told_with_its_line() -> None:
    source = SHORT + (
        b"  - title: One\n    gate:\n      approvals: 2\n      roles: [product_owner]\n"
        b"      checklist: [Numbers are in]\n      reauthentication: true\n"
        b"  - title: Two\n    gate:\n      approvals: 21\n      roles: [viewer, administrator]\n"
        b"      checklist:\n        - Pages turn\n        - {text: no}\n      due_days: soon\n"
        b"  - {title: Three, gate: {approvals: 1, roles: [product_owner, administrator]}}\n"
    )
    found = read_own(source)
    assert found.source == source
    assert [stage.rules for stage in found.stages] == [
        GateRules(
            roles=(Role.PRODUCT_OWNER,),
            approvals=2,
            checklist=(ProposedItem("Numbers are in"),),
            reauthentication=True,
        ),
        GateRules(roles=(Role.ADMINISTRATOR,), checklist=(ProposedItem("Pages turn"),)),
        None,
    ]
    assert all(stage.gate for stage in found.stages)
    told = [notice.text.removeprefix("template.yaml, ") for notice in found.notices]
    assert told == [
        f"line {line}: `stages.1.gate.{what}` is not as the schema says; set aside."
        for line, what in (
            (13, "roles.0"),
            (12, "approvals"),
            (16, "checklist.1"),
            (17, "due_days"),
        )
    ]


@settings(max_examples=150)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["key", "title", "gate", "artefacts", "after", "routes", "patterns",
                             "role", "stages", "name", "optional", "handoff_prompts", "roles",
                             "approvals", "checklist", "due_days"]),
            inner, max_size=6,
        ),
        max_leaves=20,
    )
)  # fmt: skip
def test_whatever_it_holds_it_is_read_or_refused(value: object) -> None:
    whole = {"key": "short", "name": "Short", "stages": [value, {"title": "Last"}], "when": value}
    try:
        found = read_own(json.dumps(whole).encode())
    except TemplateUnreadable:
        return
    assert found.stages
    assert len({stage.key for stage in found.stages}) == len(found.stages)
