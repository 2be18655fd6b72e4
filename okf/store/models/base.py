"""What every table shares: naming, types, and the mark of confidential rows."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from enum import Enum
from typing import Any, ClassVar

from sqlalchemy import Column, DateTime, Dialect, Enum as EnumColumn, MetaData, Table, Text, event
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, validates
from sqlalchemy.types import JSON, TypeDecorator

from okf.match.fold import folded
from okf.store.narrative import Narrative, Sealed

__all__ = [
    "FOLDED",
    "NAMING",
    "Base",
    "Confidential",
    "Instant",
    "Named",
    "Narrative",
    "Own",
    "Sealed",
    "UnknownWord",
    "unknown_words_told",
]

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Instant(TypeDecorator[datetime]):
    """An instant: aware in Python, UTC in the database; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC; SQLite keeps it without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"an instant without a zone: {value!r}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """From the database, always aware and in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class UnknownWord(str):
    """What a row says where a word of ours should stand: it is none of them, and so decides nothing."""

    __slots__ = ()

    @property
    def value(self) -> str:
        """The word itself, as a word of ours has it."""
        return str(self)


_TOLD: ContextVar[bool] = ContextVar("unknown_words_are_told", default=False)


@contextmanager
def unknown_words_told() -> Iterator[None]:
    """While it lasts, a word that nobody knows is read as an `UnknownWord`; elsewhere reading it is an error.

    For whoever proves: one bad row must not hide all the others.
    """
    token = _TOLD.set(True)
    try:
        yield
    finally:
        _TOLD.reset(token)


class _Word(EnumColumn):
    """A word of ours, kept by its value."""

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], Any]:
        """As SQLAlchemy's, but that an unknown word may be told."""
        known: Any = super().result_processor(dialect, coltype)

        def process(value: Any) -> Any:
            try:
                return known(value)
            except LookupError:
                if _TOLD.get():
                    return UnknownWord(value)
                raise

        return process


class Base(DeclarativeBase):
    """The parent of every table."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map: ClassVar[dict[Any, Any]] = {
        datetime: Instant(),
        list[str]: JSON(),
        dict[str, Any]: JSON(),
        Enum: EnumColumn(
            Enum,
            native_enum=False,
            create_constraint=False,
            length=40,
            values_callable=lambda kind: [m.value for m in kind],
        ),
    }


@event.listens_for(Column, "after_parent_attach")
def _words(column: Column[Any], table: Any) -> None:
    if isinstance(table, Table) and table.metadata is Base.metadata and type(column.type) is EnumColumn:
        column.type = column.type.adapt(_Word)


# The order of its letters is the same on every database, whatever the language of the server.
FOLDED = Text().with_variant(Text(collation="C"), "postgresql")


def _folded_name(context: Any) -> str:
    return folded(context.get_current_parameters().get("name"))


class Named:
    """A row with a name, and beside it the form in which names are searched, sorted and compared.

    It is written with the name, by a flush and by any insert; an `update()` of names must set both.
    """

    name: Mapped[Any]
    name_folded: Mapped[str] = mapped_column(FOLDED, default=_folded_name)

    @validates("name")
    def _fold(self, _: str, name: str | None) -> str | None:
        self.name_folded = folded(name)
        return name


class Confidential:
    """Marks a table whose rows change only inside a deed that the policy permitted."""


class Own(Confidential):
    """Marks a confidential table whose rows are each one person's own: `person` may change theirs without a deed."""

    person: Mapped[str]
