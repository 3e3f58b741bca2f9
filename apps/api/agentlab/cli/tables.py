"""Tables as people read them in a terminal of 80 columns."""

from collections.abc import Iterable, Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from agentlab.cli.terminal import calm

WIDEST = 90  # longer lines are hard to read


def print_table(headings: Sequence[str], rows: Iterable[Sequence[str | Text]]) -> None:
    """Print rows below their headings; the last column takes the room that is left.

    Args:
        headings: one for each column; when all are empty they take no line.
        rows: their cells. What a terminal would obey in them is escaped.
    """
    console = Console(highlight=False)
    table = Table(
        box=box.SIMPLE_HEAD if any(headings) else None,
        show_header=any(headings),
        show_edge=False,
        pad_edge=False,
        header_style="dim",
    )
    for heading in headings[:-1]:
        table.add_column(heading, no_wrap=True)
    table.add_column(headings[-1], max_width=WIDEST, overflow="fold")
    for row in rows:
        table.add_row(*(cell if isinstance(cell, Text) else Text(calm(cell)) for cell in row))
    console.print(table)
