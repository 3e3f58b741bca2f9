"""From the bytes of a CSV file to its rows, as spreadsheet programs write them."""

import csv
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from agentlab.errors import AgentLabError, InvalidInput
from agentlab.portfolio.spreadsheets.columns import TEXTS, Column, column_named

LARGEST = 5_000_000
MOST_ROWS = 10_000
DELIMITERS = ";,\t"


class SpreadsheetTooLarge(AgentLabError):
    code = "spreadsheet_too_large"
    status = 413


class SpreadsheetUnreadable(InvalidInput):
    code = "spreadsheet_unreadable"


class SpreadsheetNotUtf8(InvalidInput):
    code = "spreadsheet_not_utf8"


class ClientColumnMissing(InvalidInput):
    code = "client_column_missing"


class ColumnTwice(InvalidInput):
    code = "column_twice"


@dataclass(frozen=True)
class Row:
    number: int
    """As spreadsheet programs count: the header is 1."""
    cells: dict[Column, str]
    has_too_many: bool
    """Whether it has cells beyond the last column."""


@dataclass(frozen=True)
class Table:
    columns: list[Column]
    ignored: list[str]
    """Headers that are not understood."""
    rows: list[Row]


def inflated(body: bytes) -> bytes:
    """What was compressed with gzip, never more of it than a spreadsheet may have."""
    inflater = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    try:
        content = inflater.decompress(body, LARGEST + 1)
        need_size(content)
        if not inflater.eof:
            raise SpreadsheetUnreadable(
                "The file arrived incomplete. Send it again.", kind="incomplete"
            )
    except zlib.error as error:
        raise SpreadsheetUnreadable(
            "The body says that it is compressed with gzip, but it is not. Send it again.",
            kind="incomplete",
        ) from error
    return content


def need_size(content: bytes) -> None:
    if len(content) > LARGEST:
        raise SpreadsheetTooLarge(
            f"The file is larger than {LARGEST // 1_000_000} MB. Split it and import each part."
        )


def read_table(content: bytes) -> Table:
    """The rows of a CSV file: UTF-8, columns in any order, separated by `;`, `,` or tabs.

    Raises:
        SpreadsheetTooLarge, SpreadsheetNotUtf8, SpreadsheetUnreadable, ClientColumnMissing,
        ColumnTwice.
    """
    need_size(content)
    text = decoded(content)
    delimiter = delimiter_of(text)
    records = numbered(text, delimiter)
    _, headers = next(records, (0, []))
    named = [column_named(header) for header in headers]
    columns = [column for column in named if column]
    need_columns(columns)
    rows = [
        row_of(number, record, named) for number, record in records if any(map(str.strip, record))
    ]
    if len(rows) > MOST_ROWS:
        raise SpreadsheetTooLarge(
            f"The file has {len(rows)} rows; {MOST_ROWS} are read at once. Split it and import "
            "each part."
        )
    ignored = [
        header.strip()[:200]
        for header, column in zip(headers, named, strict=True)
        if not column and header.strip()
    ]
    return Table(columns, ignored, rows)


def decoded(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SpreadsheetNotUtf8(
            "The file is not in UTF-8. In your spreadsheet program, save it as “CSV UTF-8”."
        ) from error
    first, _, rest = text.partition("\n")
    return rest if first.lower().startswith("sep=") else text  # a line that Excel adds


def delimiter_of(text: str) -> str:
    """The one that makes the most of the first line understood."""

    def understood(delimiter: str) -> int:
        try:
            headers = next(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), [])
        except csv.Error:
            return 0
        return sum(column_named(header) is not None for header in headers)

    return max(DELIMITERS, key=understood)


def numbered(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        yield from enumerate(reader, start=1)
    except csv.Error as error:
        raise SpreadsheetUnreadable(
            f"Line {reader.line_num} of the file cannot be read: {error}. Look for a quotation "
            "mark that is not closed there, or before.",
            kind="line",
            facts={"line": reader.line_num},
        ) from error


def need_columns(columns: list[Column]) -> None:
    if Column.CLIENT not in columns:
        raise ClientColumnMissing(
            "The first row has no column “client”. Begin with a row of column names; the template "
            "has them.",
            field="client",
        )
    for column in columns:
        if columns.count(column) > 1:
            raise ColumnTwice(
                f"Two columns are “{column}”. Keep one of them.",
                field=column,
                facts={"column": column.value},
            )


def row_of(number: int, record: list[str], named: list[Column | None]) -> Row:
    """Texts are taken as they are; codes, keys and addresses without white space around them."""
    cells = {
        column: cell if column in TEXTS else cell.strip()
        for column, cell in zip(named, record, strict=False)
        if column and cell.strip()
    }
    return Row(number, cells, has_too_many=holds_any(record[len(named) :]))


def holds_any(cells: list[str]) -> bool:
    return any(cell.strip() for cell in cells)
