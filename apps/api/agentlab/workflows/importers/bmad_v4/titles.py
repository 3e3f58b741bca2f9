"""What a stage is called in front of people, in the words of its source."""

import re
from pathlib import PurePosixPath

from agentlab.workflows.importers.bmad_v4.artefacts import bare_name
from agentlab.workflows.importers.definitions import Role

MAX_TITLE_CHARACTERS = 200

VERBS: dict[Role, str] = {
    "creates": "Create",
    "updates": "Update",
    "validates": "Validate",
    "requires": "Work on",
}
SPELLINGS = {word.lower(): word for word in ("AI", "API", "PM", "PO", "PRD", "QA", "UI", "UX")}
WITHOUT_ARTICLE = ("all ", "any ", "multiple ", "sharded ", "implementation ", "existing ")


def stage_title(step: str | None, role: Role, thing: str) -> str:
    """`address_qa_feedback` → “Address QA feedback”; creating `prd.md` → “Create the PRD”.

    Empty when the source gives neither a step nor a thing.
    """
    if step:
        title = _words(step)
    elif thing:
        title = f"{VERBS[role]} {noun(thing)}"
    else:
        return ""
    return (title[:1].upper() + title[1:])[:MAX_TITLE_CHARACTERS]


def noun(thing: str) -> str:
    """`front-end-spec.md` → “the front-end spec”."""
    words = _words(PurePosixPath(bare_name(thing)).stem)
    return words if words.startswith(WITHOUT_ARTICLE) else f"the {words}"


def _words(name: str) -> str:
    spaced = re.sub(r"[-_\s]+", " ", name).replace("front end", "front-end")
    return " ".join(SPELLINGS.get(word.lower(), word) for word in spaced.split())
