"""Each table of figures as a spreadsheet file (RFC 4180). Hours have two decimals."""

from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Any

from agentlab.kit.csv_files import BYTE_ORDER_MARK, written

Row = dict[str, Any]
Columns = dict[str, Callable[[Row], object]]


class Table(StrEnum):
    STAGES = "stages"
    GATES = "gates"
    PEOPLE = "people"
    CLIENTS = "clients"
    TREND = "trend"


def field(name: str) -> Callable[[Row], object]:
    return lambda row: row[name]


def within(part: str, name: str) -> Callable[[Row], object]:
    return lambda row: row[part][name]


def durations(part: str, name: str) -> Columns:
    """How many there were, and how long they took."""
    return {
        f"{name}_count": within(part, "count"),
        f"{name}_median_hours": within(part, "median_hours"),
        f"{name}_p90_hours": within(part, "p90_hours"),
        f"{name}_mean_hours": within(part, "mean_hours"),
    }


def ages(part: str, name: str) -> Columns:
    return {
        f"{name}_now": within(part, "count"),
        f"{name}_now_median_hours": within(part, "median_hours"),
        f"{name}_now_longest_hours": within(part, "longest_hours"),
    }


STAGE: Columns = {name: field(name) for name in ("method", "generation", "key", "title")}
COUNTED = ("approved", "rejected", "rejection_rate", "withdrawn")
VERDICTS: Columns = {name: within("verdicts", name) for name in COUNTED}

COLUMNS: dict[Table, Columns] = {
    Table.STAGES: {
        **STAGE,
        **durations("durations", "done"),
        "previous_median_hours": field("previous_median_hours"),
        "skipped": field("skipped"),
        "unclear": field("unclear"),
        **ages("open", "open"),
    },
    Table.GATES: {
        **STAGE,
        "kind": field("kind"),
        **durations("durations", "settled"),
        "previous_median_hours": field("previous_median_hours"),
        **VERDICTS,
        "unclear": field("unclear"),
        **ages("waiting", "waiting"),
    },
    Table.PEOPLE: {
        "person": lambda row: row["name"] or "Erased person",
        **durations("durations", "decided"),
        "approved": field("approved"),
        "rejected": field("rejected"),
        "unclear": field("unclear"),
        **ages("waiting", "waiting"),
    },
    Table.CLIENTS: {
        "client": field("name"),
        **durations("stages", "stages"),
        **durations("gates", "gates"),
        **VERDICTS,
        **durations("cycle", "ready"),
        **ages("open_stages", "open_stages"),
        **ages("waiting", "waiting"),
    },
    Table.TREND: {
        "from": field("from"),
        "to": field("to"),
        "started": field("started"),
        "completed": field("completed"),
        **durations("stages", "stages"),
        **durations("gates", "gates"),
        **{name: field(name) for name in COUNTED},
        **durations("cycle", "ready"),
    },
}


def lines(figures: Row, table: Table) -> Iterator[str]:
    """The file, of what `AnalyticsOut` says."""
    columns = COLUMNS[table]
    found = figures[table]
    rows = found if isinstance(found, list) else found["items"]
    yield BYTE_ORDER_MARK + written([tuple(columns)])
    yield written([tuple(cell(row) for cell in columns.values()) for row in rows])
