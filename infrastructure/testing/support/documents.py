"""The commands in docs/operate, and where each of them is tried.

Every block of shell commands is preceded by a comment that says so:

    <!-- run: host -->      in the installation folder of the running stack (test_docs.py)
    <!-- run: server -->    on the machine that cloud-init made (test_cloud_init.py)
    <!-- run: here -->      in a checkout on the operator's computer (test_cloud_init.py)
    <!-- run: air-gapped -->    on a machine without a network (test_bundle.py)
    <!-- parse: aws -->     the AWS CLI checks every argument and calls nobody (test_docs.py)
    <!-- parse: sh, for REASON -->    only its syntax can be checked (test_docs.py)
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from support.docker import REPOSITORY

FOLDER = REPOSITORY / "docs" / "operate"
PLACES = {"host", "server", "here", "air-gapped"}
BLOCK = re.compile(
    r"(?:<!-- (?P<how>run|parse): (?P<place>[a-z-]+)(?:, for (?P<reason>[^>]+))? -->\n)?"
    r"^```(?:sh|bash|shell|console)\n(?P<script>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Block:
    at: str
    how: str | None
    """`run` or `parse`; `None` where the document does not say."""
    place: str
    reason: str | None
    script: str

    @property
    def document(self) -> str:
        return self.at.partition(":")[0]

    @property
    def is_known(self) -> bool:
        match self.how, self.place:
            case "run", place:
                return place in PLACES
            case "parse", "aws":
                return True
            case "parse", "sh":
                return bool(self.reason)
            case _:
                return False


def all_blocks() -> Iterator[Block]:
    for document in sorted(FOLDER.glob("*.md")):
        yield from blocks_of(document)


def blocks_of(document: Path) -> Iterator[Block]:
    text = document.read_text(encoding="utf-8")
    for found in BLOCK.finditer(text):
        line = text.count("\n", 0, found.start("script"))
        yield Block(
            f"{document.name}:{line}",
            found["how"],
            found["place"] or "",
            found["reason"],
            found["script"],
        )


def blocks(how: str, *places: str) -> list[Block]:
    """In the order of the documents: a block builds on the ones before it."""
    return [block for block in all_blocks() if block.how == how and block.place in places]
