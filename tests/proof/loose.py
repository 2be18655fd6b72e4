"""Rows of any table, put in and changed by somebody who owns the database and takes off what would refuse."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Column, Table, text
from sqlalchemy.orm import Session

CONSTRAINTS = (
    "SELECT conrelid::regclass, conname, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE contype = 'c' AND conrelid <> 0"
)


# Of which only one row may be so: several of them are put in, told apart by their numbers.
ONLY_ONE = {
    "postgresql": "SELECT indexname FROM pg_indexes WHERE indexdef LIKE 'CREATE UNIQUE INDEX%WHERE%'",
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'index' AND sql LIKE 'CREATE UNIQUE INDEX%WHERE%'",
}


@contextmanager
def loosened(session: Session, *, again: bool = True) -> Iterator[None]:
    """While it lasts, nothing in the database refuses or notices anything; to be undone together with it."""
    for name in session.scalars(text(ONLY_ONE[session.connection().dialect.name])).all():
        sql(session, f'DROP INDEX "{name}"')
    if session.connection().dialect.name == "postgresql":
        sql(session, "SET LOCAL session_replication_role = replica")
        for table, name, _ in session.execute(text(CONSTRAINTS)).all():
            sql(session, f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
        yield
        return
    triggers = session.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
    for trigger in triggers:
        sql(session, f'DROP TRIGGER "{trigger.name}"')
    sql(session, "PRAGMA defer_foreign_keys = ON")
    sql(session, "PRAGMA ignore_check_constraints = ON")
    connection = session.connection()
    yield
    connection.exec_driver_sql("PRAGMA ignore_check_constraints = OFF")
    for trigger in triggers if again else ():
        connection.exec_driver_sql(trigger.sql)


def put_in(session: Session, table: Table, number: int) -> None:
    """A row of a table, told apart by its number."""
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    values = ", ".join(literal(column, number) for column in table.columns)
    sql(session, f'INSERT INTO "{table.name}" ({names}) VALUES ({values})')


def literal(column: Column[Any], number: int) -> str:
    """A value of the column's type, another one for each number."""
    kind = str(column.type).upper()
    if kind == "JSON":
        return f"'[\"v{number}\"]'"
    if kind == "BOOLEAN":
        return "true" if number < 500 else "false"
    if kind in ("INTEGER", "BIGINT"):
        return str(10_000 + number)
    if kind == "DATE":
        return f"'{2000 + number // 300}-{1 + number % 12:02}-{1 + number % 28:02}'"
    if kind.startswith(("DATETIME", "TIMESTAMP")):
        return f"'{2000 + number}-01-01 09:00:00.000000'"
    return f"'v{number}'"


def sql(session: Session, statement: str) -> None:
    """One statement, as it is written."""
    session.connection().exec_driver_sql(statement)
