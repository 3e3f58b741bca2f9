"""The published words, in English and French: names, sentences, dates, durations."""

import json
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import cache
from math import ceil, floor
from pathlib import Path
from typing import Any

from agentlab.operations.status.components import IN_FRONT, Component
from agentlab.operations.status.drills import Drill
from agentlab.operations.status.incidents import Incident, Said, Update
from agentlab.operations.status.planned import Maintenance

FOLDER = Path(__file__).parent / "words"


class Language(StrEnum):
    ENGLISH = "en"
    FRENCH = "fr"


class Words:
    """Everything that is said in one language.

    Args:
        language: there is one file for each in `words/`.
    """

    def __init__(self, language: Language) -> None:
        self.language = language
        self.tree: dict[str, Any] = json.loads(
            (FOLDER / f"{language}.json").read_text(encoding="utf-8")
        )

    def say(self, key: str, **values: object) -> str:
        """The text under `reasons.slow`, with its places filled in."""
        return self.text(key).format(**values)

    def text(self, key: str) -> str:
        found: Any = self.tree
        for name in key.split("."):
            found = found[name]
        return str(found)

    def name(self, component: Component) -> str:
        return self.say(f"components.{component}")

    def names(self, components: Iterable[Component]) -> str:
        """`Web app, Sign-in and API`, in the page's order."""
        order = list(Component)
        *some, last = [self.name(each) for each in sorted(components, key=order.index)]
        return f"{', '.join(some)} {self.say('and')} {last}" if some else last

    def title(self, incident: Incident) -> str:
        if set(IN_FRONT) <= set(incident.components):
            return self.say("incident_all")
        return self.say("incident", names=self.names(incident.components))

    def update(self, incident: Incident, update: Update) -> str:
        """What an update says: a person's words where there are some."""
        if update.words:
            return self.said(update.words)
        return self.say(
            f"messages.{update.message}",
            names=self.names(update.components or incident.components),
            cause=self.say(f"causes.{update.cause}") if update.cause else "",
            duration=self.duration(update.at - incident.opened_at),
        )

    def said(self, words: Said) -> str:
        """A person's words in this language, or else in the one that they wrote."""
        return words.get(self.language) or next(iter(words.values()))

    def about(self, planned: Maintenance) -> str:
        """What planned maintenance is of."""
        if not planned.components:
            return self.say("maintenance_all")
        return self.say("maintenance_of", names=self.names(planned.components))

    def result(self, drill: Drill) -> str:
        """What a drill came to, with the times that it measured."""
        told = [
            self.say(f"drills.{name}", duration=self.duration(length))
            for name, length in (("rto", drill.rto), ("rpo", drill.rpo))
            if length is not None
        ]
        outcome = self.say(f"drills.{'succeeded' if drill.ok else 'failed'}")
        return self.say("because", what=outcome, reason=", ".join(told)) if told else outcome

    def moment(self, at: datetime) -> str:
        at = at.astimezone(UTC)
        return self.say("moment", **self.parts_of(at.date()), hour=f"{at:%H}", minute=f"{at:%M}")

    def long_date(self, day: date) -> str:
        return self.say("date", **self.parts_of(day))

    def short_date(self, day: date) -> str:
        return self.say("short_date", **self.parts_of(day))

    def parts_of(self, day: date) -> dict[str, object]:
        return {"day": day.day, "month": self.tree["months"][day.month - 1], "year": day.year}

    def duration(self, length: timedelta) -> str:
        minutes = max(1, ceil(length.total_seconds() / 60))
        hours, rest = divmod(minutes, 60)
        if not hours:
            return f"{minutes} {self.say('minute')}"
        return f"{hours} {self.say('hour')}" + (f" {rest} {self.say('minute')}" if rest else "")

    def percent(self, share: float) -> str:
        """Rounded down: 100 is for those that never failed."""
        hundredths = floor(share * 10_000 + 1e-6)
        whole, rest = divmod(hundredths, 100)
        return str(whole) if not rest else f"{whole}{self.say('decimal')}{rest:02}"


@cache
def words_in(language: Language) -> Words:
    return Words(language)
