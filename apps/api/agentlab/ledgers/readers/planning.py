"""What was planned: epics and their stories as headings, and the states of planning documents."""

import re
from pathlib import PurePosixPath

from agentlab.ledgers.markdown_places import Line, Markdown
from agentlab.ledgers.project import ProjectLedgers, joined
from agentlab.ledgers.readers.keys import number_of, plain
from agentlab.ledgers.statements import Kind, Source, Statement, clean
from agentlab.ledgers.statuses import Ledger
from agentlab.ledgers.yaml_places import Place
from agentlab.workspaces.notices import Clause

EPIC = re.compile(r"epic\s+(\d{1,6})\s*[:.\-\u2013\u2014]?\s*(.*)", re.IGNORECASE)
STORY = re.compile(
    r"story\s+(\d{1,6})\.(\d{1,6})([a-z]?)\b\s*[:.\-\u2013\u2014]?\s*(.*)", re.IGNORECASE
)
EPIC_LEVELS = range(1, 4)
STORY_LEVELS = range(2, 5)

READINESS_FILE = re.compile(
    r"implementation-readiness.*\.md|.*readiness-report.*\.md", re.IGNORECASE
)
READINESS = re.compile(
    r"(?:overall|readiness|verdict|result|status)\b[^:]{0,40}:\W{0,6}"
    r"(?P<word>PASS|CONCERNS|FAIL|NOT READY|NEEDS WORK|READY)\b",
    re.IGNORECASE,
)


def read_epics(project: ProjectLedgers, folder: str) -> None:
    """`epics.md` and other files with `epic` in their name, also in folders of such a name."""
    known = planned_already(project)
    for name in project.names(folder):
        if "epic" not in name.lower() or name.startswith("."):
            continue
        if name.lower().endswith(".md"):
            source = project.source(joined(folder, name))
            if source:
                headings_of(project, source, known)
        elif "." not in name:
            for source in project.sources(joined(folder, name)):
                headings_of(project, source, known)


def read_prd(project: ProjectLedgers, file: str, shards: str) -> None:
    """In v4 the PRD holds them, or the files that it was sharded into."""
    known = planned_already(project)
    for source in project.sources(shards) if shards else ():
        headings_of(project, source, known)
    whole = project.source(file)
    if whole and not any(s.ledger is Ledger.EPICS for s in project.found.statements):
        headings_of(project, whole, known)


Known = set[tuple[Kind, str | None]]
"""Epics and stories that are planned already, by their numbers."""


def planned_already(project: ProjectLedgers) -> Known:
    return {(s.kind, s.number) for s in project.found.statements if s.ledger is Ledger.EPICS}


def headings_of(project: ProjectLedgers, source: Source, known: Known) -> None:
    """Keep what a file plans, and add it to what is `known`."""
    for line, level, words in Markdown(source.text).headings():
        if level in STORY_LEVELS and (found := STORY.match(words)):
            number = number_of(found[1], found[2], found[3])
            said = planned(source, line, Kind.STORY, number, found[4])
        elif level in EPIC_LEVELS and (found := EPIC.match(words)):
            said = planned(source, line, Kind.EPIC, plain(found[1]), found[2])
        else:
            continue
        # A list of epics before the epics themselves is how BMAD's own template has it.
        if (said.kind, said.number) not in known:
            project.found.statements.append(said)
        elif said.kind is Kind.STORY:
            english = f"story {said.number} is planned more than once; the first one counts"
            what = Clause("story_planned_twice", english, {"number": said.number or ""})
            project.found.odd(source.path, line.number, "given_twice", what)
        known.add((said.kind, said.number))


def planned(source: Source, line: Line, kind: Kind, number: str, title: str) -> Statement:
    return Statement(
        ledger=Ledger.EPICS,
        kind=kind,
        key=f"epic-{number}" if kind is Kind.EPIC else number,
        number=number,
        title=clean(title.strip("* "), 200) or None,
        raw=None,
        path=source.path,
        line=line.number,
        text=clean(line.text),
        sha256=source.sha256,
    )


def read_readiness(project: ProjectLedgers, *folders: str) -> None:
    """The verdict of the last check before the work began."""
    for folder in dict.fromkeys(folders):
        for name in project.names(folder):
            source = (
                project.source(joined(folder, name)) if READINESS_FILE.fullmatch(name) else None
            )
            if source:
                project.found.statements.append(readiness(source))


def readiness(source: Source) -> Statement:
    text = Markdown(source.text)
    hit = next(((line, m) for line in text.lines if (m := READINESS.search(line.text))), None)
    line, word = (hit[0], hit[1]["word"]) if hit else (None, None)
    return Statement(
        ledger=Ledger.READINESS,
        kind=Kind.DOCUMENT,
        key=PurePosixPath(source.path).stem,
        number=None,
        title=text.title,
        raw=word,
        path=source.path,
        line=line.number if line else None,
        text=clean(line.text) if line else "",
        sha256=source.sha256,
    )


def read_workflow_status(project: ProjectLedgers, path: str) -> None:
    """The alphas' `bmm-workflow-status.yaml`: needed before, the path of a document after.

    The module for games calls its own `bmgd-workflow-status.yaml`.
    """
    source = project.source(path)
    places = project.places(source) if source else None
    if source is None or places is None:
        return
    for way, place in places.below("workflow_status"):
        names = [each for each in way if isinstance(each, str)]
        if names and place.value:
            add_step(project, source, names[-1], place)


def add_step(project: ProjectLedgers, source: Source, key: str, place: Place) -> None:
    word = place.value.strip()
    is_path = "/" in word or word.lower().endswith(".md")
    if is_path and not is_there(project, word):
        name, file = clean(key, 60), clean(word, 120)
        english = f"`{name}` is said to be in {file}, which is not there"
        what = Clause("document_not_there", english, {"name": name, "file": file})
        project.found.odd(source.path, place.line, "dangling", what)
    project.found.statements.append(
        Statement(
            ledger=Ledger.WORKFLOW_STATUS,
            kind=Kind.DOCUMENT,
            key=clean(key, 200),
            number=None,
            title=None,
            raw="done" if is_path else clean(word, 100),
            path=source.path,
            line=place.line,
            text=source.line_around(place.start),
            sha256=source.sha256,
        )
    )


def is_there(project: ProjectLedgers, path: str) -> bool:
    """Whether the project has a file of this name at this place, however the path is spelled."""
    parts = PurePosixPath(path.replace("{project-root}/", "")).parts
    if not parts or ".." in parts or parts[0] == "/":
        return False
    return parts[-1] in project.names(joined(*parts[:-1]) if parts[:-1] else "")
