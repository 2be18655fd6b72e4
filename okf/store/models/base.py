"""What every table shares: naming, types, and the mark of confidential rows."""

from __future__ import annotations

from datetime import UTC, datetime
from enum import Enum
from typing import Any, ClassVar

from sqlalchemy import DateTime, Dialect, Enum as EnumColumn, MetaData, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, validates
from sqlalchemy.types import JSON, TypeDecorator

from okf.match.fold import folded
from okf.store.narrative import Narrative, Sealed

__all__ = ["FOLDED", "NAMING", "Base", "Confidential", "Instant", "Named", "Narrative", "Own", "Sealed"]

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
