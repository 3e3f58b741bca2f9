"""Why a gate is proposed is read in both languages, so the pages know each sentence."""

import json
from pathlib import Path

import pytest

from agentlab.workflows.importers.backlog_md import installation as backlog_md
from agentlab.workflows.importers.bmad_v4 import stages as bmad_v4
from agentlab.workflows.importers.bmad_v6 import spec_folders
from agentlab.workflows.importers.bmad_v6 import stages as bmad_v6
from agentlab.workflows.importers.bmad_v6_alpha import path_files as bmad_v6_alpha
from agentlab.workflows.importers.openspec import stages as openspec
from agentlab.workflows.importers.spec_kit import steps as spec_kit

MESSAGES = Path(__file__).parents[4] / "web" / "messages"
BUILT_ON = "Later stages build on the "
"""What comes after it is the name of a document."""

SAID = {
    *bmad_v4.REVIEWS.values(),
    *(bmad_v4.BRANCHES, bmad_v4.VALIDATES, bmad_v6.GATE, bmad_v6_alpha.GATE),
    *(spec_folders.SPEC_REVIEWED, spec_folders.PAUSE),
    *(spec_kit.REVIEW, backlog_md.LAST, openspec.ARCHIVING),
    *(reason for reason in openspec.GATES.values() if not reason.startswith(BUILT_ON)),
}


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_reason_of_a_gate_has_its_sentence(language: str) -> None:
    messages = json.loads((MESSAGES / f"{language}.json").read_text("utf-8"))["gateReasons"]
    assert messages.keys() >= SAID
