"""What describes a table that a caseload may hold: its columns, what each holds, and what is expected of its cells."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import partial
from typing import Any, cast

from sqlalchemy import String, Table

from okf.store.models import Base

LONGEST_TEXT = 100_000  # our default
CLEAR = "CLEAR"  # the one word by which a cell erases what is on file


class Kind(StrEnum):
    """What a column holds."""

    KEY = "a reference"
    LINE = "a short text"
    NAME = "a name"
    PHONE = "a telephone number"
    EMAIL = "an e-mail address"
    TEXT = "a text"
    DATE = "a date"
    INSTANT = "a date and time"
    YES_NO = "yes or no"
    ONE_OF = "one of a list"
    SOME_OF = "some of a list"
    KEYS = "references"
    FIELDS = "named values"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: what it holds, in words and for the machine.

    `refers` lists the tables one of whose keys it names; `into` is the model's
    attribute where that has another name; `is_linked` values live in a table
    of their own, and `is_derived` ones are read into something else. What
    `stays` is never emptied by a file: an old one revives no grant. A day is
    whole where it says to when something `lasts`: its end is kept.
    """

    name: str
    words: str
    example: str = ""
    kind: Kind = Kind.LINE
    required: bool = False
    members: tuple[str, ...] = ()
    terms: type[StrEnum] | None = None
    refers: tuple[str, ...] = ()
    into: str = ""
    is_linked: bool = False
    is_derived: bool = False
    stays: bool = False
    lasts: bool = False
    limit: int = LONGEST_TEXT
    default: Any = None
    also: tuple[str, ...] = ()

    @property
    def attribute(self) -> str:
        """The model's attribute."""
        return self.into or self.name

    def expected(self) -> str:
        """What is expected of a cell, in words."""
        if self.members:
            choices = ", ".join(self.members)
            return f"one of: {choices}" if self.kind is Kind.ONE_OF else f'any of: {choices}, with ";" between'
        if self.kind is Kind.INSTANT and self.lasts:
            return "a London date and time such as 31/12/2026 10:00, or a date for its end"
        return _EXPECTED[self.kind].format(limit=f"{self.limit:,}")


_EXPECTED: Mapping[Kind, str] = {
    Kind.KEY: "a reference of at most {limit} characters on one line, without ;",
    Kind.LINE: "a text of at most {limit} characters on one line",
    Kind.NAME: "a name of at most {limit} characters on one line",
    Kind.PHONE: "a telephone number such as 07700 900123 or +49 30 901820",
    Kind.EMAIL: "an e-mail address such as name@example.org",
    Kind.TEXT: "a text of at most {limit} characters",
    Kind.DATE: "a date such as 31/12/2026, 3 March 2026 or 2026-11-23",
    Kind.INSTANT: "a London date and time such as 31/12/2026 10:00, or a date for its beginning",
    Kind.YES_NO: "yes or no",
    Kind.KEYS: 'references with ";" between',
    Kind.FIELDS: 'named values such as "type=lawyer; acts_for=party_a; verified=yes"',
}


@dataclass(frozen=True, slots=True)
class TableSpec:
    """One table: what it holds in words, what tells its rows apart, and its columns in their order.

    Rows that are not put in `in_bulk` are made by the command that imports.
    """

    name: str
    words: str
    key: tuple[str, ...]
    model: type[Base]
    columns: Mapping[str, Column]
    in_bulk: bool = True

    @property
    def rows(self) -> Table:
        """The model's own table."""
        return rows_of(self.model)

    @property
    def by_name(self) -> dict[str, Column]:
        """The columns by every name that they go by."""
        return {other: column for column in self.columns.values() for other in (column.name, *column.also)}

    @property
    def kept(self) -> list[Column]:
        """The columns that are columns of the model's own table."""
        return [column for column in self.columns.values() if not column.is_linked and not column.is_derived]


def rows_of(model: type[Base]) -> Table:
    """The table of a model, for statements in bulk."""
    return cast("Table", model.__table__)


def _limit(model: type[Base], column: Column) -> int:
    if column.kind is Kind.KEYS or (column.is_linked and column.attribute not in model.__table__.c):
        return 100
    if column.is_derived:
        return LONGEST_TEXT
    kept = model.__table__.c[column.attribute].type
    return kept.length if isinstance(kept, String) and kept.length else LONGEST_TEXT


def table(name: str, words: str, key: str, model: type[Base], *columns: Column, in_bulk: bool = True) -> TableSpec:
    """A table, its columns' lengths taken from the model."""
    limited = {column.name: replace(column, limit=_limit(model, column)) for column in columns}
    return TableSpec(name, words, tuple(key.split()), model, limited, in_bulk)


def ref(name: str, table: str, words: str, example: str, **rest: Any) -> Column:
    """A column that names a row of another table."""
    return Column(name, words, example, Kind.KEY, refers=tuple(table.split()), **rest)


def refs(name: str, table: str, words: str, example: str, **rest: Any) -> Column:
    """A column that names several rows."""
    return Column(name, words, example, Kind.KEYS, refers=tuple(table.split()), **rest)


def one_of(name: str, terms: type[StrEnum], words: str, **rest: Any) -> Column:
    """A column that holds one of the charity's terms."""
    members = tuple(term.value for term in terms)
    return Column(name, words, rest.pop("example", members[0]), Kind.ONE_OF, members=members, terms=terms, **rest)


def some_of(name: str, members: Iterable[str], words: str, example: str, **rest: Any) -> Column:
    """A column that holds several of a list."""
    listed = tuple(dict.fromkeys(map(str, members)))
    return Column(name, words, example, Kind.SOME_OF, members=listed, **rest)


key = partial(Column, kind=Kind.KEY, required=True)
line = partial(Column, kind=Kind.LINE)
name = partial(Column, kind=Kind.NAME)
phone = partial(Column, kind=Kind.PHONE)
email = partial(Column, kind=Kind.EMAIL)
text = partial(Column, kind=Kind.TEXT)
day = partial(Column, kind=Kind.DATE)
last_day = partial(Column, kind=Kind.DATE, lasts=True)
moment = partial(Column, kind=Kind.INSTANT)
end = partial(Column, kind=Kind.INSTANT, lasts=True)
yes_no = partial(Column, kind=Kind.YES_NO)
