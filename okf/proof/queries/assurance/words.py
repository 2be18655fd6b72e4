"""Words of the database that nobody knows: put there past Casebook, or by a newer one."""

from __future__ import annotations

from functools import cache
from typing import Any, Final

from sqlalchemy import Enum, Select, String, case, literal, or_, select, type_coerce
from sqlalchemy.orm import Session

from okf.proof.queries.assurance import checks
from okf.proof.queries.assurance.findings import Behind, Finding, found
from okf.store.models import Base

MOST: Final = 100
_LONGEST: Final = 40


def unknown_words(session: Session) -> Finding:
    """Each row with such a word, by its table and key; one reading of each table."""
    told = []
    for statement in _statements():
        for row in session.execute(statement):
            table, key, words = row[0], row[1], row[2:]
            for name, word in zip(words[::2], words[1::2], strict=True):
                if word is not None:
                    what = f"{table.replace('_', ' ').capitalize()} {key}: its {name.replace('_', ' ')} is"
                    told.append(Behind(f"{what} {word[:_LONGEST]!r}.", ref=str(key)))
    return found(checks.UNKNOWN_WORDS, told, more=len(told) >= MOST)


@cache
def _statements() -> tuple[Select[Any], ...]:
    return tuple(statement for table in Base.metadata.sorted_tables if (statement := _of_table(table)) is not None)


def _of_table(table: Any) -> Select[Any] | None:
    """The rows of one table with an unknown word: its name, the row's key, and each column with its word if unknown."""
    columns = [column for column in table.columns if isinstance(column.type, Enum)]
    if not columns:
        return None
    unknown = {column: type_coerce(column, String).not_in(column.type.enums) for column in columns}
    key = table.primary_key.columns.values()[0]
    shown: list[Any] = []
    for column, is_unknown in unknown.items():
        shown += [literal(column.name), case((is_unknown, type_coerce(column, String)))]
    return select(literal(table.name), key, *shown).where(or_(*unknown.values())).limit(MOST)
