"""What a person is told about a file that could not be taken as it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Clause:
    """Something that a notice says, in English and by the name that other languages tell it by.

    `values` are the names and numbers in it; all is safe to show and store.
    """

    name: str
    english: str
    values: Mapping[str, str | int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        values = {
            key: shown(each) if isinstance(each, str) else each for key, each in self.values.items()
        }
        object.__setattr__(self, "english", shown(self.english))
        object.__setattr__(self, "values", values)


@dataclass(frozen=True, slots=True)
class Notice:
    """One line that a person understands; the import goes on.

    `path` is relative to the project folder, with `/`, and safe to show and store; `line` counts
    from 1; `code` is stable snake_case. `text` is English; `says` is what it is made of, so that it
    can be told in other languages. A notice from before that was kept has none.
    """

    path: str | None
    line: int | None
    code: str
    text: str
    says: tuple[Clause, ...] = ()

    @classmethod
    def of(cls, path: str, line: int | None, code: str, first: Clause, *others: Clause) -> Self:
        """The notice of clauses: `path, line 7: this is so. And therefore that.` is its text."""
        place = f"{shown(path)}, line {line}" if line else shown(path)
        more = "".join(f" {each.english[:1].upper()}{each.english[1:]}." for each in others)
        text = f"{place}: {first.english}.{more}"
        return cls(shown(path), line, code, text, (first, *others))


def as_json(notice: Notice) -> dict[str, Any]:
    """A notice as it is kept and handed to programs."""
    return {
        "path": notice.path,
        "line": notice.line,
        "code": notice.code,
        "text": notice.text,
        "says": [{"name": each.name, "values": dict(each.values)} for each in notice.says],
    }


def shown(path: str) -> str:
    r"""`path` fit for a sentence and for storage, whatever bytes its name holds.

    Bytes that are not UTF-8 and characters that do not print become escapes such as `\xe9`.
    """
    if path.isprintable():
        return path
    return "".join(c if c.isprintable() else _escape(c) for c in path)


def _escape(character: str) -> str:
    # Python hands out undecodable bytes 0x80 to 0xff of file names as U+DC80 to U+DCFF.
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # noqa: PLR2004 - the range that PEP 383 fixes
        return f"\\x{code - 0xDC00:02x}"
    return character.encode("unicode_escape").decode("ascii")


FILE_LEFT_OUT = Clause("file_left_out", "the file was left out")
FOLDER_LEFT_OUT = Clause("folder_left_out", "the folder was left out")
WORKFLOW_LEFT_OUT = Clause("workflow_left_out", "the workflow was left out")
