"""`sprint-status.yaml`: where each epic, story and retrospective stands, and what was promised."""

import re
from datetime import date, datetime

from agentlab.ledgers.project import ProjectLedgers
from agentlab.ledgers.readers.keys import named
from agentlab.ledgers.statements import Kind, Source, Statement, clean
from agentlab.ledgers.statuses import Ledger, Status
from agentlab.ledgers.yaml_places import Place, Places
from agentlab.workspaces.notices import Clause

NAME = "sprint-status.yaml"
STATUSES = "development_status"
ACTIONS = "action_items"
NEEDED = ("generated", "last_updated", "project", STATUSES)
STORIES = "story_location"
KNOWN = frozenset({*NEEDED, "project_key", "tracking_system", STORIES, ACTIONS})
"""What the generations write."""
TIMES = ("generated", "last_updated")
AS_BMAD_WRITES = re.compile(r"(\d{2})-(\d{2})-(\d{4})(?: \d{2}:\d{2})?")


def read(project: ProjectLedgers, path: str) -> Place | None:
    """What it says goes into `project.found`; where it says that stories are."""
    source = project.source(path)
    places = project.places(source) if source else None
    if source is None or places is None:
        return None
    note_oddities(project, source, places)
    project.found.sprint_updated_on = updated_on(places)
    for way, place in places.below(STATUSES):
        if len(way) == 1:
            found = statement(source, places, str(way[0]), place)
            project.found.statements.append(found)
            note_words(project, found)
        elif len(way) == 2:  # noqa: PLR2004 - something else than a word
            key = clean(str(way[0]), 80)
            english = f"`{key}` has something else than a status"
            what = Clause("status_not_a_word", english, {"key": key})
            project.found.odd(path, place.line, "status_not_a_word", what)
    project.found.statements.extend(actions(source, places))
    return places.values.get((STORIES,))


def statement(source: Source, places: Places, key: str, place: Place) -> Statement:
    known = named(key)
    number, kind, title = (
        (known.number, known.kind, known.title) if known else (None, Kind.STORY, None)
    )
    return Statement(
        ledger=Ledger.SPRINT_STATUS,
        kind=kind,
        key=clean(key, 200),
        number=number,
        title=clean(title, 200) if title else None,
        raw=clean(place.value, 100) or None,
        path=source.path,
        line=places.keys.get((STATUSES, key), place.line),
        text=source.line_around(place.start),
        sha256=source.sha256,
        is_editable=place.is_plain_word and (STATUSES, key) not in places.twice,
    )


def actions(source: Source, places: Places) -> list[Statement]:
    """What retrospectives promised."""
    items: dict[int, dict[str, Place]] = {}
    for way, place in places.below(ACTIONS):
        match way:
            case (int(index), str(name)):
                items.setdefault(index, {})[name] = place
            case _:
                pass
    return [action(source, index, said) for index, said in items.items()]


def action(source: Source, index: int, said: dict[str, Place]) -> Statement:
    title = said["action"].value if "action" in said else None
    status = said.get("status")
    first = status or next(iter(said.values()))
    epic = said["epic"].value if "epic" in said else ""
    return Statement(
        ledger=Ledger.SPRINT_STATUS,
        kind=Kind.ACTION,
        key=clean(said["id"].value, 200) if "id" in said else f"action-{index + 1}",
        number=None,
        title=clean(title, 200) if title else None,
        raw=clean(status.value, 100) or None if status else None,
        path=source.path,
        line=first.line,
        text=source.line_around(first.start),
        sha256=source.sha256,
        parent=f"epic-{int(epic)}" if epic.isdecimal() and len(epic) < 7 else None,  # noqa: PLR2004
    )


def updated_on(places: Places) -> date | None:
    """When it was written last by its own word; early files only say when they were made."""
    said = (places.values.get((name,)) for name in reversed(TIMES))
    return next((day_in(place.value) for place in said if place and place.value), None)


def note_oddities(project: ProjectLedgers, source: Source, places: Places) -> None:
    """What BMAD's own validator would say, keys of others, and keys that mean two things."""
    there = {way[0] for way in places.keys if len(way) == 1}
    if missing := [name for name in NEEDED if name not in there]:
        names = ", ".join(missing)
        english = f"{names} {'is' if len(missing) == 1 else 'are'} missing"
        what = Clause("keys_missing", english, {"names": names, "count": len(missing)})
        project.found.odd(source.path, None, "keys_missing", what)
    for way, line in places.keys.items():
        if len(way) == 1 and way[0] not in KNOWN:
            key = clean(str(way[0]), 80)
            english = f"`{key}` has no meaning for AgentLab; it is kept as it is"
            project.found.odd(
                source.path, line, "unknown_key", Clause("unknown_key", english, {"key": key})
            )
    for name in TIMES:
        place = places.values.get((name,))
        if place and place.value and day_in(place.value) is None:
            value = clean(place.value, 60)
            english = f"`{name}` is no date that exists: {value}"
            what = Clause("impossible_date", english, {"key": name, "value": value})
            project.found.odd(source.path, place.line, "impossible_date", what)
    for way, line in places.twice.items():
        key = clean(str(way[-1]), 80)
        what = Clause("given_twice", f"`{key}` is given twice; the last one counts", {"key": key})
        project.found.odd(source.path, line, "given_twice", what)


def note_words(project: ProjectLedgers, found: Statement) -> None:
    """What BMAD's grammar has no place for. It is kept and shown as it is."""
    if found.number is None:
        key = clean(found.key, 80)
        english = f"`{key}` is no key of an epic, a story or a retrospective"
        what = Clause("unknown_sprint_key", english, {"key": key})
        project.found.odd(found.path, found.line, "unknown_key", what)
    if found.status is Status.UNKNOWN:
        word = clean(found.raw or "", 60)
        what = Clause("unknown_status", f"`{word}` is no status that BMAD knows", {"word": word})
        project.found.odd(found.path, found.line, "unknown_status", what)


def day_in(text: str) -> date | None:
    """Of `MM-DD-YYYY HH:MM` as BMAD writes it, or of an ISO date with or without time."""
    try:
        if found := AS_BMAD_WRITES.fullmatch(text.strip()):
            return date(int(found[3]), int(found[1]), int(found[2]))
        return datetime.fromisoformat(text.strip()).date()
    except ValueError:
        return None
