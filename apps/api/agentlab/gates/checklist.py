"""The answers that go with a decision."""

from collections.abc import Sequence
from typing import Any

from agentlab.errors import InvalidInput
from agentlab.gates.models import Verdict
from agentlab.gates.policies import Policy
from agentlab.gates.schemas import ChecklistAnswer


class ChecklistIncomplete(InvalidInput):
    code = "checklist_incomplete"


class ChecklistItemUnknown(InvalidInput):
    code = "checklist_item_unknown"


def answered(
    policy: Policy, answers: Sequence[ChecklistAnswer], verdict: Verdict
) -> list[dict[str, Any]]:
    """Every item as it is worded now with its answer, or null where none was given.

    Raises:
        ChecklistItemUnknown: an answer to what nobody asks.
        ChecklistIncomplete: an approval without a yes to everything that is required.
    """
    given = {answer.item_id: answer.answer for answer in answers}
    if given.keys() - {item.id for item in policy.checklist}:
        raise ChecklistItemUnknown(
            "The checklist has no such item any more. Reload the page and answer what it asks now.",
            field="checklist",
        )
    missing = [item.text for item in policy.checklist if item.required and not given.get(item.id)]
    if missing and verdict is Verdict.APPROVED:
        raise ChecklistIncomplete(
            f"To approve, answer yes to: {'; '.join(missing)}. If that is not so, reject.",
            field="checklist",
        )
    return [
        {"text": item.text, "required": item.required, "answer": given.get(item.id)}
        for item in policy.checklist
    ]
