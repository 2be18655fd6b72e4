"""Pages of a list by keyset: each page costs the same, however far down it lies."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, Generic, TypeAlias, TypeVar

from sqlalchemy import ColumnElement, Select, TypeDecorator, bindparam, func, literal_column, null, select, true, tuple_
from sqlalchemy.orm import Session

T = TypeVar("T")
Shown = TypeVar("Shown")
AnySelect: TypeAlias = Select[*tuple[Any, ...]]
SIZE = 50
BATCH = 200
ROUNDS = 20  # after so many refused batches a page is short, and its mark leads on
ROWS_MOST = 5000  # in a file
COUNT_MOST = 1000  # a figure above it is shown as "1,000+"


@dataclass(frozen=True, slots=True)
class Page:
    """Which page of a list: the one after a mark, the one before it, or the first. Marks are a list's own."""

    after: str | None = None
    before: str | None = None
    size: int = SIZE


FIRST = Page()


@dataclass(frozen=True, slots=True)
class Sort:
    """By which of a list's orders somebody asks for it, by its name in the address, and which way."""

    by: str
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Paged(Generic[T]):
    """One page of rows, and the marks of its neighbours where there are any."""

    rows: tuple[T, ...]
    next: str | None = None
    previous: str | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """How many there are, exact up to a limit."""

    number: int
    more: bool = False

    @classmethod
    def capped(cls, number: int, most: int = COUNT_MOST) -> Count:
        """The count, from one that was stopped just past the limit."""
        return cls(min(number, most), number > most)

    def __str__(self) -> str:
        return f"{self.number:,}{'+' if self.more else ''}"


def mark(values: Sequence[Any]) -> str:
    """A row's sort values as a word that can stand in an address."""
    plain = [value.isoformat() if isinstance(value, date) else value for value in values]
    return base64.urlsafe_b64encode(json.dumps(plain, separators=(",", ":")).encode()).decode().rstrip("=")


def values_of(word: str | None, *kinds: Callable[[str], Any]) -> tuple[Any, ...] | None:
    """The sort values that a mark stands for; None for a word that is no mark of this list."""
    if not word:
        return None
    try:
        plain = json.loads(base64.urlsafe_b64decode(word + "=" * (-len(word) % 4)))
        if not isinstance(plain, list) or len(plain) != len(kinds):
            return None
        return tuple(kind(value) for kind, value in zip(kinds, plain, strict=True))
    except (ValueError, TypeError, OverflowError, RecursionError):
        return None


def instant_of(word: str) -> datetime:
    """An instant from a mark; one without a zone, or beyond the calendar in UTC, is no mark."""
    instant = datetime.fromisoformat(word)
    if instant.tzinfo is None:
        raise ValueError(word)
    return instant.astimezone(UTC)


def keyset(statement: AnySelect, keys: Sequence[Any], binds: Sequence[Any] | None, *, descending: bool) -> AnySelect:
    """The statement in the order of its keys, and beyond the bound values if there are any.

    All keys run the same way, so that one index holds the order.
    """
    if binds is not None:
        row, bound = tuple_(*keys), tuple_(*binds)
        statement = statement.where(row < bound if descending else row > bound)
    return statement.order_by(*(key.desc() if descending else key.asc() for key in keys))


@dataclass(frozen=True, slots=True)
class Order:
    """An order of a list: its columns, of which the last alone tells rows apart, all of them running the same way.

    Where it has `gaps`, rows may lack the first column's value: they stand
    last, whichever way it runs. A mark of this order is a row's values in it.
    Where few rows are left it is not `indexed`: an index of its own would walk
    through all the others.
    """

    columns: tuple[Any, ...]
    descending: bool = False
    gaps: bool = False
    indexed: bool = True

    def start(self, page: Page) -> tuple[tuple[Any, ...] | None, bool]:
        """Where a page begins, and whether it is read backwards; None where its word is no mark of this order."""
        readers = [_reader(column.type) for column in self.columns]
        if self.gaps:
            filled = readers[0]
            readers[0] = lambda word: None if word is None else filled(word)
        start = values_of(page.before or page.after, *readers)
        return start, page.before is not None and start is not None

    def values(self, row: Any) -> tuple[Any, ...]:
        """A row's values in this order; the columns are in the row by their names."""
        return tuple(getattr(row, column.key) for column in self.columns)

    def fetch(
        self,
        session: Session,
        statement: AnySelect,
        bounds: Mapping[str, Any],
        start: tuple[Any, ...] | None,
        size: int,
        *,
        backwards: bool,
    ) -> list[Any]:
        """So many rows of a statement from a mark on, in this order."""
        rows: list[Any] = []
        for condition, columns, place in self._parts(start, backwards):
            binds = (
                [bindparam(None, value, type_=c.type) for c, value in zip(columns, place, strict=True)]
                if place
                else None
            )
            if not self.indexed:
                columns = (func.coalesce(columns[0], null()), *columns[1:])
            found = keyset(statement.where(condition), columns, binds, descending=self.descending != backwards)
            rows += session.execute(found.limit(size - len(rows)), bounds).all()
            if len(rows) >= size:
                break
        return rows

    def page(self, session: Session, statement: AnySelect, bounds: Mapping[str, Any], page: Page) -> Paged[Any]:
        """One page of a statement's rows in this order."""
        start, backwards = self.start(page)
        rows = self.fetch(session, statement, bounds, start, page.size + 1, backwards=backwards)
        return paged(rows, page, lambda row: mark(self.values(row)), backwards=backwards, started=start is not None)

    def _parts(
        self, start: tuple[Any, ...] | None, backwards: bool
    ) -> list[tuple[ColumnElement[bool], tuple[Any, ...], tuple[Any, ...] | None]]:
        """The rows that have the first value and those that lack it, as far as the page may reach into each."""
        if not self.gaps:
            return [(true(), self.columns, start)]
        first, rest = self.columns[0], self.columns[1:]
        among_gaps = start is not None and start[0] is None
        having = (first.is_not(None), self.columns, None if among_gaps else start)
        lacking = (first.is_(None), rest, start[1:] if start and among_gaps else None)
        if backwards:
            return [lacking, having] if among_gaps else [having]
        return [lacking] if among_gaps else [having, lacking]


def order_of(orders: Mapping[str, Order], sort: Sort) -> Order:
    """The order asked for, the way that was asked for."""
    return replace(orders[sort.by], descending=sort.descending)


def count_of(session: Session, statement: AnySelect, bounds: Mapping[str, Any]) -> Count:
    """How many rows a statement has, exact up to a limit."""
    some = statement.with_only_columns(literal_column("1"), maintain_column_froms=True).limit(COUNT_MOST + 1).subquery()
    return Count.capped(session.scalar(select(func.count()).select_from(some), bounds) or 0)


def _reader(kind: Any) -> Callable[[Any], Any]:
    """How a value of this type is read back from a mark."""
    python = (kind.impl_instance if isinstance(kind, TypeDecorator) else kind).python_type
    return {datetime: instant_of, date: date.fromisoformat}.get(python, python)


def paged(rows: Sequence[T], page: Page, mark_of: Callable[[T], str], *, backwards: bool, started: bool) -> Paged[T]:
    """Cut one row too many off what was fetched, and mark the neighbours.

    `backwards` says that the rows were fetched towards the beginning,
    `started` that a mark was given.
    """
    more = len(rows) > page.size
    kept = list(rows[: page.size])
    if backwards:
        kept.reverse()
    if not kept:
        return Paged(())
    has_next, has_previous = (started, more) if backwards else (more, started)
    return Paged(tuple(kept), mark_of(kept[-1]) if has_next else None, mark_of(kept[0]) if has_previous else None)


def batches(
    fetch: Callable[[tuple[Any, ...] | None, int], Sequence[T]],
    start: tuple[Any, ...] | None,
    key: Callable[[T], tuple[Any, ...]],
    *,
    first: int,
) -> Iterator[Sequence[T]]:
    """The rows of a list from a mark on, in its order, fetched as far as somebody asks for more of them."""
    size = first
    while True:
        rows = fetch(start, size)
        if rows:
            yield rows
        if len(rows) < size:
            return
        start, size = key(rows[-1]), BATCH


def filled(
    found: Iterable[Sequence[T]],
    shown: Callable[[Sequence[T]], Iterable[tuple[T, Shown]]],
    page: Page,
    mark_of: Callable[[T], str],
    *,
    backwards: bool,
    started: bool,
) -> Paged[Shown]:
    """One page, full of rows on each of which was decided: `shown` tells of a batch which may be, and as what.

    Costs by the rows that are looked at. After so many batches of which
    nearly none may be shown the page is short, and its mark leads on.
    """
    kept: list[tuple[T, Shown]] = []
    last: T | None = None
    more = False
    for tried, batch in enumerate(found):
        more = tried == ROUNDS
        if more:
            break
        kept += shown(batch)
        last = batch[-1]
        if len(kept) > page.size:
            break
    cut = paged(kept, page, lambda one: mark_of(one[0]), backwards=backwards, started=started)
    rows = tuple(one for _, one in cut.rows)
    onward, back = (cut.previous, cut.next) if backwards else (cut.next, cut.previous)
    if last is not None:
        onward = onward or (mark_of(last) if more else None)
        back = back or (mark_of(last) if started and not rows else None)
    return Paged(rows, back, onward) if backwards else Paged(rows, onward, back)
