"""Texts that are encrypted in the application: how a column holds one, and which rows have such columns.

The database, its backups and its administrators see ciphertext alone. What
opens it is the keyring of the store that is being read (`okf/store/keyring.py`),
and only where it was written: each ciphertext is bound to its table, column
and row. So SQL hands out every text together with where it lies.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextvars import ContextVar
from functools import reduce
from typing import Any, Final

from sqlalchemy import ColumnElement, Dialect, Label, Text, cast, literal_column, type_coerce
from sqlalchemy.types import TypeDecorator

PREFIX: Final = "okf2:"
APART: Final = "\x1f"  # between the parts of a place; no name, reference or ciphertext holds it
OPENER: ContextVar[Callable[[str, str], str]] = ContextVar("opener")


class Unbound(RuntimeError):
    """A text was about to be written without its key, or is asked for without its row: a bug."""


class Ciphertext(str):
    """A text that is encrypted already."""

    __slots__ = ()


class Told(str):
    """A text together with what encrypts it; everywhere else it is the text."""

    seal: Callable[[str], Ciphertext]


class Narrative(TypeDecorator[str]):
    """Somebody's words: plain in Python, ciphertext in the database. SQL can't search, sort or compare it."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, _dialect: Dialect) -> str | None:
        """To ciphertext; a text that no row's key was found for is refused."""
        if value is None or isinstance(value, Ciphertext):
            return value
        if isinstance(value, Told):
            return value.seal(value)
        raise Unbound("a text without its key")

    def column_expression(self, column: ColumnElement[Any]) -> ColumnElement[Any]:
        """The ciphertext, and before it the place in which it lies; nothing where there is none."""
        where, key = _origin(column)
        parts = [literal_column(f"'{where}'"), *(cast(one, Text) for one in key), type_coerce(column, Text)]
        apart: ColumnElement[Any] = literal_column(f"'{APART}'")
        return type_coerce(reduce(lambda before, one: before.concat(apart).concat(one), parts), self)

    def process_result_value(self, value: str | None, _dialect: Dialect) -> str | None:
        """From ciphertext, by the keyring of the store that is being read; never one that lies in another place."""
        if value is None:
            return None
        place, _, ciphertext = value.rpartition(APART)
        return OPENER.get()(ciphertext, place)


class Sealed:
    """A row with narratives, and the scope under whose data key they are: its case's, unless it says otherwise."""

    case_ref: Any

    def sealed_under(self) -> str:
        """The scope, such as `case:OKF-1001`, `concern:K-7KQ2M4XA` or `organisation`."""
        return f"case:{self.case_ref}" if self.case_ref else "organisation"


def narratives(model: type) -> tuple[str, ...]:
    """The attributes of a model that are narratives."""
    columns: Mapping[str, Any] = model.__mapper__.columns  # type: ignore[attr-defined]
    return tuple(name for name, column in columns.items() if isinstance(column.type, Narrative))


def place_of(table: str, column: str, *key: object) -> str:
    """Where a text or file lies: its table, its column, and the key of its row."""
    return APART.join((table, column, *map(str, key)))


def _origin(column: Any) -> tuple[str, list[ColumnElement[Any]]]:
    """The table and column that a selected column stands for, and its row's key as it can be selected beside it."""
    column = column.element if isinstance(column, Label) else column
    stems: Collection[Any] = getattr(column, "base_columns", ())
    selected = getattr(column, "table", None)
    if len(stems) == 1 and selected is not None:
        [stem] = stems
        key = [selected.corresponding_column(one) for one in stem.table.primary_key]
        if all(one is not None for one in key):
            return place_of(stem.table.name, stem.name), key
    raise Unbound("a text is asked for without the key of its row")
