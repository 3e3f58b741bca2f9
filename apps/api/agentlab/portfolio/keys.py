"""Keys of projects: short names for addresses and agents, such as `READER` or `READER-2`."""

import re
import unicodedata

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.portfolio.models import Project

LONGEST = 24
FORM = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,23}")
"""As it may be given; it is kept in capitals."""


def key_from(name: str) -> str:
    """The name in capitals and digits, its first words as far as they fit; never empty."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().upper()
    words = re.findall(r"[A-Z0-9]+", plain)
    key = ""
    for word in words:
        longer = f"{key}-{word}" if key else word
        if len(longer) > LONGEST - 4:
            break
        key = longer
    key = key or (words[0][: LONGEST - 4] if words else "P")
    return key if key[0].isalpha() else f"P{key}"


async def free_key(db: AsyncSession, name: str) -> str:
    """A key for a project of this name that no other project has, not even in the bin."""
    wanted = key_from(name)
    taken = set(
        await db.scalars(
            select(func.upper(Project.key)).where(func.upper(Project.key).startswith(wanted))
        )
    )
    key, number = wanted, 1
    while key in taken:
        number += 1
        key = f"{wanted}-{number}"
    return key
