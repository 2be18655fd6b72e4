"""Whether the database holds what Casebook made besides rows, and nothing else: seals, watchers, tables, indexes."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from sqlalchemy import Connection

from okf.store import guards, own_tables, row_marks, tallies

_TRIGGER: Final = re.compile(r'CREATE TRIGGER (\w+) .*? ON "?(\w+)"?', re.DOTALL)
_FUNCTION: Final = re.compile(r"CREATE (?:OR REPLACE )?FUNCTION (\w+)\(\).*?\$\$(.*)\$\$", re.DOTALL)

_SQLITE_TRIGGERS: Final = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'"
_POSTGRES_TRIGGERS: Final = (
    "SELECT tgname, pg_get_triggerdef(t.oid) || CASE tgenabled WHEN 'O' THEN '' ELSE ' (off)' END FROM pg_trigger t"
    " JOIN pg_class c ON c.oid = tgrelid"
    " WHERE NOT tgisinternal AND relnamespace = current_schema()::regnamespace"
)
_POSTGRES_FUNCTIONS: Final = (
    "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = current_schema()::regnamespace"
    " AND proname LIKE 'casebook%%'"
)


def altered(connection: Connection) -> list[str]:
    """What is missing, is not as Casebook made it, or is not Casebook's, in words."""
    dialect = connection.dialect.name
    statements = [*guards.seals(dialect), *tallies.watchers(dialect), *row_marks.watchers(dialect)]
    made = {found[1]: one for one in statements if (found := _TRIGGER.match(one))}
    if dialect != "postgresql":
        return [*_compared("trigger", made, _named(connection, _SQLITE_TRIGGERS)), *_of_tables(connection)]
    functions = {found[1]: found[2] for one in statements if (found := _FUNCTION.match(one))}
    sources = _named(connection, _POSTGRES_FUNCTIONS)
    present = _named(connection, _POSTGRES_TRIGGERS)
    return [
        *_compared("trigger", _plain(made), _plain(present)),
        *_compared("function", functions, sources),
        *_of_tables(connection),
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


def _of_tables(connection: Connection) -> Iterator[str]:
    made, (present, besides) = own_tables.made(connection.dialect), own_tables.present(connection)
    for table, name in sorted(made.keys() | present.keys()):
        what = f"{name} of the table {table} is"
        if (table, name) not in present:
            yield f"{what} missing."
        elif (table, name) not in made:
            yield f"{what} not Casebook's."
        elif made[table, name] != present[table, name]:
            yield f"{what} not as Casebook made it."
    yield from (f"{one} is not Casebook's." for one in sorted(besides))


def _plain(triggers: Mapping[str, str]) -> dict[str, str]:
    """Statements as PostgreSQL tells them and as Casebook writes them, told alike."""
    return {name: one.replace('"', "").replace("public.", "") for name, one in triggers.items()}
