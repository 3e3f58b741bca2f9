"""Files of single stories and specs, of either generation, and their retrospectives."""

import re
from collections.abc import Collection
from pathlib import PurePosixPath

from agentlab.ledgers.markdown_places import Markdown
from agentlab.ledgers.project import ProjectLedgers, joined
from agentlab.ledgers.readers.keys import Named, named, named_in_v4
from agentlab.ledgers.statements import Kind, Source, Statement, clean
from agentlab.ledgers.statuses import Ledger, Status
from agentlab.ledgers.yaml_places import Place
from agentlab.workspaces.notices import Clause

SPEC = re.compile(r"spec-(.+)", re.DOTALL)
RETROSPECTIVE = re.compile(r"epic-(\d{1,6})-retro(?:spective)?(?:-.*)?", re.DOTALL)


def read_v4(project: ProjectLedgers, folder: str) -> None:
    """`{epic}.{story}.{title}.md` with a section `Status`."""
    for source in project.sources(folder):
        known = named_in_v4(stem_of(source))
        if known:
            add_story(project, source, known)


def read_implementation(project: ProjectLedgers, folder: str) -> None:
    """Stories `<key>.md`, specs `spec-<slug>.md` and retrospectives of v6."""
    for source in project.sources(folder):
        stem = stem_of(source)
        known = named(stem)
        if known and known.kind is Kind.STORY:
            add_story(project, source, known)
        elif found := SPEC.fullmatch(stem):
            add_spec(project, source, found[1])
        elif found := RETROSPECTIVE.fullmatch(stem):
            epic = str(int(found[1]))
            add_retrospective(project, source, f"epic-{epic}-retrospective", number=epic)


def add_story(project: ProjectLedgers, source: Source, known: Named) -> None:
    text = Markdown(source.text)
    add(
        project,
        source,
        text,
        ledger=Ledger.STORY_FILE,
        kind=Kind.STORY,
        key=stem_of(source),
        number=known.number,
        title=titled(text) or known.title,
        place=text.story_status(),
    )


def add_spec(project: ProjectLedgers, source: Source, slug: str) -> None:
    """A spec of a story leads its name with the story's number; the others are their own item."""
    text = Markdown(source.text)
    of_story = named(slug)
    is_of_story = of_story is not None and of_story.kind is Kind.STORY
    add(
        project,
        source,
        text,
        ledger=Ledger.SPEC,
        kind=Kind.STORY if is_of_story else Kind.SPEC,
        key=slug if is_of_story else stem_of(source),
        number=of_story.number if of_story and is_of_story else None,
        title=text.title,
        place=text.front_status(),
    )


def add_retrospective(
    project: ProjectLedgers,
    source: Source,
    key: str,
    *,
    number: str | None = None,
    parent: str | None = None,
) -> None:
    text = Markdown(source.text)
    add(
        project,
        source,
        text,
        ledger=Ledger.RETROSPECTIVE,
        kind=Kind.RETROSPECTIVE,
        key=key,
        number=number,
        title=text.title,
        place=text.front_places.values.get(("verdict",)),
        parent=parent,
        may_be_silent=True,
    )


def add(
    project: ProjectLedgers,
    source: Source,
    text: Markdown,
    *,
    ledger: Ledger,
    kind: Kind,
    key: str,
    number: str | None,
    title: str | None,
    place: Place | None,
    parent: str | None = None,
    may_be_silent: bool = False,
) -> None:
    """State where it stands, and say so when the file does not, or in a word nobody knows.

    BMAD has no list of the words that a planning document may use.
    """
    is_protected = place is not None and text.is_protected(place.start, place.end)
    found = Statement(
        ledger=ledger,
        kind=kind,
        key=clean(key, 200),
        number=number,
        title=clean(title, 200) if title else None,
        raw=clean(place.value.strip(), 100) or None if place else None,
        path=source.path,
        line=place.line if place else 1,
        text=source.line_around(place.start) if place else "",
        sha256=source.sha256,
        is_editable=place is not None and place.is_plain_word and not is_protected,
        parent=parent,
    )
    project.found.statements.append(found)
    project.taken.add(source.path)
    if found.raw is None and not may_be_silent:
        what = Clause("status_missing", "it does not say where it stands")
        project.found.odd(source.path, None, "status_missing", what)
    elif found.raw is not None and found.status is Status.UNKNOWN and kind is not Kind.DOCUMENT:
        word = clean(found.raw, 60)
        what = Clause("unknown_status", f"`{word}` is no status that BMAD knows", {"word": word})
        project.found.odd(source.path, found.line, "unknown_status", what)


def read_spec_folders(project: ProjectLedgers, folder: str) -> None:
    """`specs/spec-<slug>/`: a list of stories without statuses, and files that have one each.

    Beside them is the retrospective, once it was held.
    """
    for name in project.names(folder):
        if SPEC.fullmatch(name):
            read_spec_folder(project, joined(folder, name), name)


def read_spec_folder(project: ProjectLedgers, folder: str, name: str) -> None:
    spec = project.source(joined(folder, "SPEC.md"))
    stories = project.source(joined(folder, "stories.yaml"))
    if spec is None and stories is None:
        return
    if spec:
        text = Markdown(spec.text)
        add(
            project,
            spec,
            text,
            ledger=Ledger.SPEC,
            kind=Kind.SPEC,
            key=name,
            number=None,
            title=text.title,
            place=text.front_status(),
            may_be_silent=True,
        )
    ids = listed_stories(project, stories, name) if stories else set[str]()
    for source in project.sources(joined(folder, "stories")):
        stem = stem_of(source)
        own = listed_as(stem, ids)
        if ids and own is None:
            what = Clause("story_not_listed", "stories.yaml lists no such story")
            project.found.odd(source.path, None, "dangling", what)
        text = Markdown(source.text)
        add(
            project,
            source,
            text,
            ledger=Ledger.SPEC,
            kind=Kind.STORY,
            key=f"{name}/{own or stem}",
            number=None,
            title=text.title,
            place=text.front_status(),
            parent=name,
        )
    retrospective = project.source(joined(folder, "RETROSPECTIVE.md"))
    if retrospective:
        add_retrospective(project, retrospective, f"{name}/retrospective", parent=name)


def listed_as(stem: str, ids: Collection[str]) -> str | None:
    """The id that a file's name is, or begins with before a `-`; of several the longest."""
    while stem not in ids:
        stem, dash, _ = stem.rpartition("-")
        if not dash:
            return None
    return stem


def listed_stories(project: ProjectLedgers, source: Source, spec: str) -> set[str]:
    """The ids that `stories.yaml` lists."""
    places = project.places(source)
    items: dict[int, dict[str, Place]] = {}
    for way, place in places.values.items() if places else ():
        match way:
            case (int(index), str(name)) | (_, int(index), str(name)):
                items.setdefault(index, {})[name] = place
            case _:
                pass
    ids = set[str]()
    for said in items.values():
        id_, title = said.get("id"), said.get("title")
        if id_ is None or not id_.value:
            continue
        if id_.value in ids:
            key = clean(id_.value, 60)
            what = Clause("story_listed_twice", f"the story `{key}` is listed twice", {"key": key})
            project.found.odd(source.path, id_.line, "given_twice", what)
            continue
        ids.add(id_.value)
        project.found.statements.append(
            Statement(
                ledger=Ledger.STORIES_LIST,
                kind=Kind.STORY,
                key=clean(f"{spec}/{id_.value}", 200),
                number=None,
                title=clean(title.value, 200) if title and title.value else None,
                raw=None,
                path=source.path,
                line=id_.line,
                text=source.line_around(id_.start),
                sha256=source.sha256,
                parent=spec,
            )
        )
    return ids


def titled(text: Markdown) -> str | None:
    """The title without the story's number before it."""
    title = text.title
    return (
        re.sub(
            r"^story\s+[\d.]{1,15}[a-z]?\s*[:.\-\u2013\u2014]\s*", "", title, flags=re.IGNORECASE
        )
        if title
        else None
    )


def stem_of(source: Source) -> str:
    return PurePosixPath(source.path).stem
