"""Rows of the database turned into dataclasses by name: a column fills the field that is called as it is."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Row

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance")


def from_row(kind: type[T], row: Row[*tuple[Any, ...]], /, **more: Any) -> T:
    """One of a kind, from the columns that its fields name; what is told beside them goes before a column."""
    names = kind.__dataclass_fields__
    return kind(**{name: value for name, value in zip(row._fields, row, strict=True) if name in names} | more)


def from_rows(kind: type[T], rows: Iterable[Row[*tuple[Any, ...]]]) -> tuple[T, ...]:
    """One of a kind for every row."""
    return tuple(from_row(kind, row) for row in rows)
