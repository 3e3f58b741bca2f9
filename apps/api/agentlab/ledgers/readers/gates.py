"""Quality gates of v4: the verdict on a story, why, and whether a waiver of it is in force."""

from datetime import UTC, date, datetime, time

from agentlab.kit.clock import now
from agentlab.ledgers.project import ProjectLedgers, joined
from agentlab.ledgers.readers.keys import Named, named_in_v4
from agentlab.ledgers.readers.stories import stem_of
from agentlab.ledgers.statements import Kind, Source, Statement, clean
from agentlab.ledgers.statuses import Ledger, Status
from agentlab.ledgers.yaml_places import Place, Places
from agentlab.workspaces.notices import Clause

GATE = "gate"
REASON = "status_reason"
EXPIRES = (("expires",), ("waiver", "expires"))
NO = frozenset({"false", "no", "off"})


def read(project: ProjectLedgers, folder: str) -> None:
    """`{qaLocation}/gates/{epic}.{story}-{slug}.yml`."""
    for source in project.sources(joined(folder, "gates"), (".yml", ".yaml")):
        known = named_in_v4(stem_of(source))
        places = project.places(source) if known else None
        if known and places:
            project.found.statements.append(gate(project, source, known, places))


def gate(project: ProjectLedgers, source: Source, known: Named, places: Places) -> Statement:
    place = places.values.get((GATE,))
    title = places.values.get(("story_title",))
    found = Statement(
        ledger=Ledger.QA_GATE,
        kind=Kind.STORY,
        key=stem_of(source),
        number=known.number,
        title=clean(title.value, 200) if title and title.value else known.title,
        raw=clean(place.value, 100) or None if place else None,
        path=source.path,
        line=place.line if place else 1,
        text=with_reason(source, place, places) if place else "",
        sha256=source.sha256,
        is_void=is_waived(place) and not is_in_force(project, source, places),
    )
    if found.status is Status.UNKNOWN:
        word = found.raw or ""
        english = f"its gate says “{word}” and not PASS, CONCERNS, FAIL or WAIVED"
        what = Clause("unknown_verdict", english, {"word": word})
        project.found.odd(source.path, found.line, "unknown_status", what)
    return found


def with_reason(source: Source, place: Place, places: Places) -> str:
    line = source.line_around(place.start)
    reason = places.values.get((REASON,))
    return (
        f"{line}\n{clean(f'{REASON}: {reason.value.strip()}')}" if reason and reason.value else line
    )


def is_waived(place: Place | None) -> bool:
    return place is not None and place.value.strip().upper() == "WAIVED"


def is_in_force(project: ProjectLedgers, source: Source, places: Places) -> bool:
    """Whether a waiver counts; says why where it does not. One that says nothing more does."""
    active = places.values.get(("waiver", "active"))
    if active and active.value.strip().lower() in NO:
        what = Clause("waiver_not_active", "its waiver is not active, so it is not waived")
        project.found.odd(source.path, active.line, "waiver_not_in_force", what)
        return False
    for expires in (places.values[way] for way in EXPIRES if way in places.values):
        value = clean(expires.value.strip(), 60)
        try:
            is_over = bool(value) and end_of(value) < now()
        except ValueError:
            english = f"`expires` is no date that exists: {value}"
            what = Clause("impossible_date", english, {"key": "expires", "value": value})
            project.found.odd(source.path, expires.line, "impossible_date", what)
            continue
        if is_over:
            english = f"its waiver ended at {value}, so it is not waived"
            what = Clause("waiver_expired", english, {"when": value})
            project.found.odd(source.path, expires.line, "waiver_not_in_force", what)
            return False
    return True


def end_of(text: str) -> datetime:
    """The moment of an ISO time, in UTC where it has no zone; of a date, the end of that day."""
    try:
        moment = datetime.combine(date.fromisoformat(text), time.max)
    except ValueError:
        moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
