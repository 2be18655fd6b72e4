"""Whether the database still holds what Casebook put into it besides rows: seals, watchers, constraints, indexes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from sqlalchemy import Connection

from okf.store import guards, row_marks, tallies
from okf.store.models import Base

_TRIGGER: Final = re.compile(r'CREATE TRIGGER (\w+) .*? ON "?(\w+)"?', re.DOTALL)
_FUNCTION: Final = re.compile(r"CREATE (?:OR REPLACE )?FUNCTION (\w+)\(\).*?\$\$(.*)\$\$", re.DOTALL)

_SQLITE_TRIGGERS: Final = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
_SQLITE_TABLES: Final = "SELECT group_concat(sql, ';') FROM sqlite_master WHERE type IN ('table', 'index')"
_POSTGRES_TRIGGERS: Final = (
    "SELECT tgname, pg_get_triggerdef(t.oid) || CASE tgenabled WHEN 'O' THEN '' ELSE ' (off)' END FROM pg_trigger t"
    " JOIN pg_class c ON c.oid = tgrelid"
    " WHERE NOT tgisinternal AND relnamespace = current_schema()::regnamespace"
)
_POSTGRES_FUNCTIONS: Final = (
    "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = current_schema()::regnamespace"
    " AND proname LIKE 'casebook%%'"
)
_POSTGRES_NAMES: Final = (
    "SELECT conname FROM pg_constraint WHERE connamespace = current_schema()::regnamespace"
    " UNION SELECT relname FROM pg_class"
    " WHERE relkind = 'i' AND relnamespace = current_schema()::regnamespace"
)


def altered(connection: Connection) -> list[str]:
    """What is missing, or is not as Casebook made it, in words; a constraint or index only if it is missing."""
    dialect = connection.dialect.name
    statements = [*guards.seals(dialect), *tallies.watchers(dialect), *row_marks.watchers(dialect)]
    made = {found[1]: one for one in statements if (found := _TRIGGER.match(one))}
    if dialect != "postgresql":
        present = _named(connection, _SQLITE_TRIGGERS)
        tables = connection.exec_driver_sql(_SQLITE_TABLES).scalar_one()
        names = set(re.findall(r'(?:CONSTRAINT|INDEX)\s+"?(\w+)"?', tables))
        return [*_compared("trigger", made, present), *_missing(names)]
    functions = {found[1]: found[2] for one in statements if (found := _FUNCTION.match(one))}
    sources = _named(connection, _POSTGRES_FUNCTIONS)
    present = _named(connection, _POSTGRES_TRIGGERS)
    names = set(connection.exec_driver_sql(_POSTGRES_NAMES).scalars())
    return [
        *_compared("trigger", _plain(made), _plain(present)),
        *_compared("function", functions, sources),
        *_missing(names),
    ]


def _named(connection: Connection, statement: str) -> dict[str, str]:
    return {str(name): str(source) for name, source in connection.exec_driver_sql(statement)}


def _compared(noun: str, made: Mapping[str, str], present: Mapping[str, str]) -> Iterator[str]:
    for name in sorted(made.keys() | present.keys()):
        if name not in present:
            yield f"The {noun} {name} is missing."
        elif name not in made:
            yield f"The {noun} {name} is not Casebook's."
        elif made[name] != present[name]:
            yield f"The {noun} {name} is not as Casebook made it."


def _missing(names: set[str]) -> Iterator[str]:
    for table in Base.metadata.sorted_tables:
        made = ({one.name for one in table.constraints} | {one.name for one in table.indexes}) - {None}
        for name in sorted({str(one) for one in made} - names):
            yield f"{name} of the table {table.name} is missing."


def _plain(triggers: Mapping[str, str]) -> dict[str, str]:
    """Statements as PostgreSQL tells them and as Casebook writes them, told alike."""
    return {name: one.replace('"', "").replace("public.", "") for name, one in triggers.items()}
