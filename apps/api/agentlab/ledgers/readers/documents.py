"""Planning documents: what the front matter of a PRD, a brief, an architecture, … says of it."""

from collections.abc import Mapping
from pathlib import PurePosixPath

from agentlab.ledgers.markdown_places import Markdown
from agentlab.ledgers.project import ProjectLedgers, joined
from agentlab.ledgers.readers.planning import READINESS_FILE
from agentlab.ledgers.readers.stories import add
from agentlab.ledgers.statements import Kind, Source
from agentlab.ledgers.statuses import Ledger
from agentlab.ledgers.yaml_places import Place

FOLDERS = ("prds", "prd", "architecture", "briefs", "ux-designs", "research", "epics")
"""Where v6 keeps a folder for each run, or the parts of a document that was sharded."""

STEPS_DONE = "stepsCompleted"
STEPS: Mapping[str, int] = {"architecture": 8}
"""How many steps a workflow has, by its type; the others have more or fewer from tag to tag."""


def read_of_v6(project: ProjectLedgers, folder: str) -> None:
    read_folder(project, folder, folder)
    for name in FOLDERS:
        own = joined(folder, name)
        read_folder(project, own, folder)
        for run in project.names(own):
            if "." not in run:
                read_folder(project, joined(own, run), folder)


def read_of_v4(project: ProjectLedgers, docs: str, *shards: str) -> None:
    read_folder(project, docs, docs)
    for folder in shards:
        if folder:
            read_folder(project, folder, docs)


def read_folder(project: ProjectLedgers, folder: str, top: str) -> None:
    for source in project.sources(folder):
        is_report = READINESS_FILE.fullmatch(PurePosixPath(source.path).name)
        if not is_report and source.path not in project.taken:
            read_document(project, source, top)


def read_document(project: ProjectLedgers, source: Source, top: str) -> None:
    """One without such front matter says nothing of itself, and that is no oddity."""
    text = Markdown(source.text)
    place = text.front_status() or steps_of(text)
    if place is None or not place.value.strip():
        return
    add(
        project,
        source,
        text,
        ledger=Ledger.SPEC,
        kind=Kind.DOCUMENT,
        key=str(PurePosixPath(source.path).relative_to(joined(top)).with_suffix("")),
        number=None,
        title=text.title,
        place=place,
    )


def steps_of(text: Markdown) -> Place | None:
    """What the steps that are done say, as `step 3 of 8`, `step-12-complete` or `step 5`.

    Documents of the 6.0 era have no status until they are complete, and many not even then.
    """
    values = text.front_places.values
    done = [place.value for way, place in values.items() if way[0] == STEPS_DONE and len(way) > 1]
    workflow = values.get(("workflowType",))
    total = STEPS.get(workflow.value) if workflow else None
    if text.front is None or not (done or total):
        return None
    start = max(text.text.find(STEPS_DONE, *text.front), 0)
    if total:
        word = f"step {min(len(done), total)} of {total}"
    else:
        word = f"step {done[-1]}" if done[-1].isdecimal() else done[-1]
    line = text.text.count("\n", 0, start) + 1
    return Place(word, start, start + len(STEPS_DONE), line, is_plain_word=False)
