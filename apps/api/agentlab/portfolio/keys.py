"""Keys of projects: short names for addresses and agents, such as `READER` or `READER-2`."""

import re
import unicodedata
from itertools import count

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.portfolio.models import Project

LONGEST = 24
ROOM = 4
"""For the number that tells two projects of one name apart, in most cases."""
MOST_DIGITS = 7
FORM = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,23}")
"""As it may be given; it is kept in capitals."""
IN_ADDRESS = re.compile(rf"(?<=^/projects/){FORM.pattern}(?=[/.]|$)")
"""Where it stands in an address of the web app."""


def key_from(name: str) -> str:
    """The name in capitals and digits, its first words as far as they fit; never empty."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().upper()
    words = re.findall(r"[A-Z0-9]+", plain)
    key = ""
    for word in words:
        longer = f"{key}-{word}" if key else word
        if len(longer) > LONGEST - ROOM:
            break
        key = longer
    key = key or (words[0][: LONGEST - ROOM] if words else "P")
    return key if key[0].isalpha() else f"P{key}"[: LONGEST - ROOM].rstrip("-")


def numbered(base: str, number: int) -> str:
    """The base for the first of its name, and with a number that still fits for the others."""
    ending = f"-{number}" if number > 1 else ""
    return base[: LONGEST - len(ending)].rstrip("-") + ending


async def free_key(db: AsyncSession, name: str) -> str:
    """A key for a project of this name that no other project has, not even in the bin."""
    wanted = key_from(name)
    taken = set(
        await db.scalars(
            select(func.upper(Project.key)).where(func.upper(Project.key).startswith(stem(wanted)))
        )
    )
    return next(key for number in count(1) if (key := numbered(wanted, number)) not in taken)


def stem(base: str) -> str:
    """What all keys of this base begin with, however long their number is."""
    return base[: LONGEST - MOST_DIGITS - 1].rstrip("-")
