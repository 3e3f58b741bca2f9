"""What a person is told about a file that could not be taken as it is."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Notice:
    """One line that a person understands; the import goes on.

    `path` is relative to the project folder, with `/`, and safe to show and store; `line` counts
    from 1; `code` is stable snake_case.
    """

    path: str | None
    line: int | None
    code: str
    text: str


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
