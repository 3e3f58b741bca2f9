"""Lists in pages: keyset pagination, so that a page stays right while rows come and go."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import NoneType
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from annotated_types import Ge, Le
from fastapi import Query
from pydantic import BaseModel
from sqlalchemy import ColumnElement, Row, Select, SQLColumnExpression, literal, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from agentlab.errors import InvalidInput

PAGE = 50
LONGEST_PAGE = 200


class InvalidCursor(InvalidInput):
    code = "invalid_cursor"


class UnknownOrder(InvalidInput):
    code = "unknown_order"


Item = TypeVar("Item")


class Page(BaseModel, Generic[Item]):
    """Part of a list."""

    items: list[Item]
    next: str | None
    """What to send as `after` for the next page; null on the last one."""


Limit = Annotated[int, Query(description="How many at most."), Ge(1), Le(LONGEST_PAGE)]
LONGEST_CURSOR = 18_000
"""Of two names as they are compared, each of 200 characters that become 33 bytes: U+FDFA is 18
letters. nginx has room for it in an address (`infrastructure/nginx/http/requests.conf`)."""

After = Annotated[
    str | None,
    Query(max_length=LONGEST_CURSOR, description="`next` of the page before this one."),
]


@dataclass(frozen=True)
class Order:
    """One way to sort a list.

    Args:
        expression: what it is sorted by; never null.
        kind: its type: `str`, `int` or `datetime`.
        descending: from the last to the first.
    """

    expression: SQLColumnExpression[Any]
    kind: type[str] | type[int] | type[datetime]
    descending: bool = False


class Orders:
    """The ways to sort a list, by name; `-name` turns one around.

    Args:
        id_column: settles ties, so that the order is the same each time.
        orders: by name, the default one first.
    """

    def __init__(self, id_column: SQLColumnExpression[UUID], orders: Mapping[str, Order]) -> None:
        self.id_column = id_column
        self.orders = dict(orders)
        self.default = next(iter(self.orders))

    def named(self, name: str | None) -> tuple[str, Order]:
        wanted = name or self.default
        order = self.orders.get(wanted.removeprefix("-"))
        if order is None:
            raise UnknownOrder(f"Sort by one of: {', '.join(self.orders)}.", field="sort")
        if wanted.startswith("-"):
            order = Order(order.expression, order.kind, descending=not order.descending)
        return wanted, order


async def read_page(
    db: AsyncSession,
    query: Select[*tuple[Any, ...]],
    orders: Orders,
    *,
    sort: str | None,
    limit: int = PAGE,
    after: str | None = None,
) -> tuple[list[Row[*tuple[Any, ...]]], str | None]:
    """One page of `query`, which must not sort or limit by itself, and the next one's cursor.

    Raises:
        UnknownOrder, InvalidCursor.
    """
    name, order = orders.named(sort)
    keyed = query.add_columns(order.expression.label("_key"), orders.id_column.label("_id"))
    if after is not None:
        keyed = keyed.where(beyond(order, orders.id_column, opened(after, name, order)))
    directions = (order.expression, orders.id_column)
    keyed = keyed.order_by(*((d.desc() if order.descending else d.asc()) for d in directions))
    rows = list((await db.execute(keyed.limit(limit + 1))).all())
    if len(rows) <= limit:
        return rows, None
    last = rows[limit - 1]._mapping  # noqa: SLF001 - SQLAlchemy's public name for it
    return rows[:limit], sealed(name, last["_key"], last["_id"])


def beyond(
    order: Order, id_column: SQLColumnExpression[UUID], at: tuple[Any, UUID]
) -> ColumnElement[bool]:
    place = tuple_(order.expression, id_column)
    there = tuple_(literal(at[0]), literal(at[1]))
    return place < there if order.descending else place > there


def sealed(name: str, key: Any, id_: UUID) -> str:  # noqa: ANN401 - a value of any order
    spelled = key.isoformat() if isinstance(key, datetime) else key
    text = json.dumps([name, spelled, str(id_)], ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def opened(cursor: str, name: str, order: Order) -> tuple[Any, UUID]:
    """The key and the id in a cursor; raises `InvalidCursor` unless it is of this order."""
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        of, key, id_ = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True))
        return value_of(key, order.kind if of == name else NoneType), UUID(id_)
    except (ValueError, TypeError, AttributeError, binascii.Error, RecursionError) as error:
        raise InvalidCursor(
            "`after` is not from a page of this list in this order. Start at the first page.",
            field="after",
        ) from error


def value_of(key: object, kind: type) -> object:
    """What a cursor says, as a value of the column; raises `ValueError` for anything else."""
    if kind is datetime and isinstance(key, str):
        found = datetime.fromisoformat(key)
        if found.tzinfo is None:
            raise ValueError
        return found
    if kind is str and isinstance(key, str) and "\x00" not in key:
        key.encode()  # half of a character, as JSON can spell it, is a `ValueError` too
        return key
    if kind is int and type(key) is int and abs(key) < 2**63:
        return key
    raise ValueError
