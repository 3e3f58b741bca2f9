"""CSV written by strangers, read by a real reader into rows of text with the line of each."""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass

from agentlab.workflows.importers.storable import storable
from agentlab.workspaces.notices import Clause

MAX_BYTES = 256 * 1024
MAX_ROWS = 2_000
MAX_FIELDS = 100


class BrokenCsv(Exception):
    """The text cannot be read. `reason` is a clause; `line` counts from 1."""

    def __init__(self, reason: Clause, line: int | None = None) -> None:
        super().__init__(reason, line)
        self.reason = reason
        self.line = line


@dataclass(frozen=True, slots=True)
class CsvRow:
    """`line` is where it starts."""

    line: int
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CsvSource:
    """The rows after the header. `oddities` are clauses about the file as a whole."""

    header: tuple[str, ...]
    rows: tuple[CsvRow, ...]
    oddities: tuple[Clause, ...]


def read_csv(data: bytes) -> CsvSource:
    """Parse `data`. Raises `BrokenCsv`, and nothing else, whatever it is.

    Rows keep as many fields as they have; lines without any text are passed over.
    """
    if len(data) > MAX_BYTES:
        english = f"it has {len(data):,} bytes and the limit is {MAX_BYTES:,}"
        raise BrokenCsv(Clause("too_large", english, {"size": len(data), "limit": MAX_BYTES}))
    text, oddities = _decoded(data)
    if storable(text) != text:
        text = storable(text)
        english = "it holds characters that cannot be stored; they are shown as \ufffd"
        oddities.append(Clause("not_storable", english))
    rows = list(_rows(text))
    if not rows:
        raise BrokenCsv(Clause("empty_file", "it is empty"))
    header, *others = rows
    names = tuple(name.strip().lower() for name in header.fields)
    return CsvSource(names, tuple(others), tuple(oddities))


def _decoded(data: bytes) -> tuple[str, list[Clause]]:
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        clause = Clause("is_utf16", "it is UTF-16, and BMAD writes UTF-8")
        return data.decode("utf-16", "replace"), [clause]
    try:
        return data.decode("utf-8-sig"), []
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        english = f"it is not UTF-8 in line {line}; it was read as Windows-1252"
        return data.decode("cp1252", "replace"), [Clause("is_cp1252", english, {"line": line})]


def _rows(text: str) -> Iterator[CsvRow]:
    reader = csv.reader(io.StringIO(text, newline=""))
    count, line = 0, 1
    try:
        for fields in reader:
            if len(fields) > MAX_FIELDS:
                english = f"a row has more than {MAX_FIELDS} fields"
                raise BrokenCsv(Clause("row_too_long", english, {"limit": MAX_FIELDS}), line)
            if any(field.strip() for field in fields):
                count += 1
                if count > MAX_ROWS:
                    english = f"it has more than {MAX_ROWS:,} rows"
                    raise BrokenCsv(Clause("too_many_rows", english, {"limit": MAX_ROWS}), line)
                yield CsvRow(line, tuple(field.strip() for field in fields))
            line = reader.line_num + 1
    except csv.Error as error:
        problem = str(error)
        clause = Clause("not_csv", f"it is not CSV ({problem})", {"problem": problem})
        raise BrokenCsv(clause, line) from error
