"""The page, in each language: prepared here, laid out in `pages/page.html.j2`."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from hashlib import sha256
from pathlib import Path
from statistics import mean

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from agentlab.operations.status.components import Group
from agentlab.operations.status.planned import Stage
from agentlab.operations.status.reading import TIMES_BACK, TIMES_STEP, Overview, Part
from agentlab.operations.status.store import DAYS_KEPT, Day, Point
from agentlab.operations.status.wording import Language, Words, words_in

FOLDER = Path(__file__).parent / "pages"
STATIC = ("status.css", "status.js", "icon.svg")

ROUND_S = 15
BRIEF_S = 15 * 60
MOST_NAMED = 5

BAR, STEP, HEIGHT, MARK = 3, 4, 32, 36
"""The bars' measures, in the drawing's own units: a day is 3 wide, and 4 from the next."""

WIDE, HIGH, HEADROOM = 240, 48, 6
"""The drawing of response times."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A day, or several alike, in the drawing."""

    level: str
    path: str
    tip: str


@dataclass(frozen=True, slots=True)
class Bars:
    """Ninety days as a drawing, and as the sentence that stands for it."""

    meaning: str
    shapes: list[Shape]
    marks: str
    """A path under the days with trouble, for who cannot tell the colours apart."""


@dataclass(frozen=True, slots=True)
class Curve:
    """Response times as a drawing, and as the sentence that stands for it."""

    name: str
    meaning: str
    line: str
    area: str
    now: str
    range: str


def pages(overview: Overview, *, domain: str) -> dict[str, bytes]:
    """The page in every language, by its path below the status page."""
    return {
        "index.html": render(overview, Language.ENGLISH, domain=domain, root=""),
        "fr/index.html": render(overview, Language.FRENCH, domain=domain, root="../"),
    }


@cache
def static_files() -> dict[str, bytes]:
    return {name: (FOLDER / name).read_bytes() for name in STATIC}


def render(overview: Overview, language: Language, *, domain: str, root: str) -> bytes:
    words = words_in(language)
    text = template().render(
        words=words,
        say=lambda key, **values: escape(words.text(key)).format(**values),
        moment=lambda at: element_of(at, words),
        overview=overview,
        domain=domain,
        root=root,
        groups=[
            (group, [shown(part, words) for part in overview.groups[group]]) for group in Group
        ],
        curves=[curve(part, words, overview) for part in overview.groups[Group.PEOPLE]],
        width=DAYS_KEPT * STEP - (STEP - BAR),
        wide=WIDE,
        high=HIGH,
        past_maintenances=overview.maintenances_in(Stage.COMPLETED, Stage.CANCELLED),
        version=sha256(b"".join(static_files().values())).hexdigest()[:8],
    )
    return text.encode()


@cache
def template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(FOLDER),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("page.html.j2")


def element_of(at: datetime, words: Words) -> Markup:
    """A moment that the script may show in the reader's own time zone."""
    return Markup('<time datetime="{}">{}</time>').format(at.isoformat(), words.moment(at))


def shown(part: Part, words: Words) -> dict[str, object]:
    says = words.say(f"states.{part.state}")
    if part.reason:
        says = words.say("because", what=says, reason=words.say(f"reasons.{part.reason}"))
    return {
        "id": part.component.value,
        "name": words.name(part.component),
        "about": words.say(f"about_components.{part.component}"),
        "state": part.state.value,
        "says": says,
        "uptime": uptime(part, words),
        "bars": bars(part, words),
    }


def uptime(part: Part, words: Words) -> str:
    if part.uptime is None:
        return words.say("no_uptime")
    percent = words.percent(part.uptime)
    first = next(day.date for day in part.days if day.checks)
    if first == part.days[0].date:
        return words.say("uptime", percent=percent)
    return words.say("uptime_since", percent=percent, date=words.short_date(first))


def bars(part: Part, words: Words) -> Bars:
    troubled = [day for day in part.days if level(day) in {"brief", "bad"}]
    sentence = told(troubled, words)
    meaning = words.say("bars", name=words.name(part.component), sentence=sentence)
    marks = "".join(
        f"M{number * STEP} {MARK}h{BAR}v{BAR}h-{BAR}"
        for number, day in enumerate(part.days)
        if day in troubled
    )
    return Bars(meaning, [shape(run, words) for run in runs_of(part.days)], marks)


def told(troubled: list[Day], words: Words) -> str:
    """The days with trouble; when there are many, only how many: somebody may listen to it."""
    if not troubled:
        return words.say("bars_good")
    if len(troubled) > MOST_NAMED:
        return words.say("bars_many", count=len(troubled))
    dates = ", ".join(words.short_date(day.date) for day in troubled)
    return words.say("bars_trouble", days=dates)


Run = list[tuple[int, Day]]


def runs_of(days: list[Day]) -> list[Run]:
    """Days with their place, those without trouble together: that keeps the page small."""
    runs: list[Run] = []
    for number, day in enumerate(days):
        if runs and level(day) in {"good", "none"} and level(day) == level(runs[-1][-1][1]):
            runs[-1].append((number, day))
        else:
            runs.append([(number, day)])
    return runs


def shape(run: Run, words: Words) -> Shape:
    kind = level(run[0][1])
    path = "".join(f"M{number * STEP} 0h{BAR}v{HEIGHT}h-{BAR}" for number, _ in run)
    return Shape(kind, path, tip([day for _, day in run], words))


def level(day: Day) -> str:
    """How a day went, in one word; the names of the colours."""
    if day.down:
        return "bad" if day.down * ROUND_S > BRIEF_S else "brief"
    if day.degraded:
        return "degraded"
    if day.up:
        return "good"
    return "maintenance" if day.maintenance else "none"


def tip(days: list[Day], words: Words) -> str:
    first, last = days[0], days[-1]
    kind = level(first)
    counts = {"degraded": first.degraded, "maintenance": first.maintenance}
    length = timedelta(seconds=counts.get(kind, first.down) * ROUND_S)
    date = words.short_date(first.date)
    if last is not first:
        date = words.say("days", first=date, last=words.short_date(last.date))
    return words.say(f"day.{kind}", date=date, duration=words.duration(length))


def curve(part: Part, words: Words, overview: Overview) -> Curve:
    name, times = words.name(part.component), [point.latency_ms for point in part.times]
    if not times:
        return Curve(name, words.say("no_times"), "", "", "", "")
    now = round(mean(times[-2:]))
    least, most = round(min(times)), round(max(times))
    meaning = words.say("times_of", name=name, now=now, least=least, most=most)
    runs = unbroken([placed(point, max(times), overview.at) for point in part.times])
    line = "".join(f"M{along(run)}" for run in runs)
    area = "".join(f"M{run[0][0]:.0f} {HIGH}L{along(run)} {run[-1][0]:.0f} {HIGH}z" for run in runs)
    span = words.say("range", least=least, most=most)
    return Curve(name, meaning, line, area, words.say("now", ms=now), span)


Place = tuple[float, float]


def placed(point: Point, most: float, now: datetime) -> Place:
    """Where a point lies in the drawing: the newest at the right, the slowest near the top."""
    x = (1 - (now - point.at) / TIMES_BACK) * WIDE
    return max(0.0, x), HIGH - point.latency_ms / most * (HIGH - HEADROOM)


def unbroken(places: list[Place]) -> list[list[Place]]:
    """The points in runs without a gap: nothing is drawn over a time without measurements."""
    step = TIMES_STEP / TIMES_BACK * WIDE
    runs: list[list[Place]] = []
    for each in places:
        if runs and each[0] - runs[-1][-1][0] < 2 * step:
            runs[-1].append(each)
        else:
            runs.append([each])
    return runs


def along(run: list[Place]) -> str:
    """The run as a path; a single point as a dash that can be seen."""
    places = run if len(run) > 1 else [run[0], (run[0][0] + 2, run[0][1])]
    return " ".join(f"{x:.0f} {y:.1f}" for x, y in places)
