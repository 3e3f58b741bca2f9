"""The phases of BMAD v6: four numbered ones, later two words, and what fits at any time."""

import re
from dataclasses import dataclass
from typing import Literal

Group = Literal["plan", "ship", "anytime"]

NUMBERED = re.compile(r"(?P<number>\d{1,2})\b.*")
FIRST_TO_SHIP = 4
SHIPPING = re.compile(r"ship|implement|production|build|deliver", re.IGNORECASE)
ANYTIME = frozenset({"", "anytime", "any", "any time", "any-time"})
KNOWN = frozenset({"plan", "ship"})


@dataclass(frozen=True, slots=True)
class Phase:
    """`label` as the file has it. `is_known`: it is a word of BMAD's own."""

    label: str
    group: Group
    number: int | None = None
    is_known: bool = True


def phase_of(label: str, *, first_to_ship: int = FIRST_TO_SHIP) -> Phase:
    """`1-analysis` → plan, `4-implementation` → ship; an unknown word counts as planning."""
    word = label.strip()
    if word.lower() in ANYTIME:
        return Phase(word, "anytime")
    if found := NUMBERED.fullmatch(word):
        number = int(found["number"])
        return Phase(word, "ship" if number >= first_to_ship else "plan", number)
    group: Group = "ship" if SHIPPING.search(word) else "plan"
    return Phase(word, group, is_known=word.lower() in KNOWN)


def is_phase(text: str) -> bool:
    """Whether it can be nothing else than a phase; empty text can."""
    word = text.strip().lower()
    return word in KNOWN or word == "anytime" or bool(re.fullmatch(r"\d-[a-z-]+", word))
