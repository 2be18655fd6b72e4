"""What the database's tables are made of, as Casebook makes them and as they stand: columns, constraints, indexes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Final

from sqlalchemy import Connection, Dialect
from sqlalchemy.schema import CreateIndex, CreateTable

from okf.store.models import Base

Part = tuple[str, str]  # the table, and the name of one thing of it; a thing that is no table's own has no table

_QUOTED: Final = re.compile(r"('(?:[^']|'')*')")
_CAST: Final = re.compile(r"::(?:character varying|timestamp with(?:out)? time zone|\w+)(?:\(\d+\))?(?:\[\])?")
_NUMBER: Final = re.compile(r"DEFAULT '(\d+)'")
_BETWEEN: Final = re.compile(r"(\w+) BETWEEN (\w+) AND (\w+)")
_SQLITE: Final = (
    "SELECT type, name, tbl_name, sql FROM sqlite_master"
    " WHERE type IN ('table', 'index', 'view') AND sql IS NOT NULL AND name NOT LIKE 'sqlite!_%%' ESCAPE '!'"
)
_HERE: Final = "current_schema()::regnamespace"
_COLUMNS: Final = f"""
    SELECT c.relname, a.attname, concat_ws(' ', a.attname, format_type(a.atttypid, a.atttypmod),
        'COLLATE ' || NULLIF(l.collname, 'default'), 'DEFAULT ' || pg_get_expr(d.adbin, d.adrelid),
        CASE WHEN a.attnotnull THEN 'NOT NULL' END, NULLIF(a.attgenerated::text, ''), NULLIF(a.attidentity::text, ''))
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
    LEFT JOIN pg_collation l ON l.oid = a.attcollation
    WHERE c.relkind = 'r' AND c.relnamespace = {_HERE}"""  # noqa: S608 -- all of it is our own
# One that was never held against the old rows holds all the same for new ones; the old ones have their marks.
_CONSTRAINTS: Final = f"""
    SELECT conrelid::regclass::text, conname,
        'CONSTRAINT ' || conname || ' ' || replace(pg_get_constraintdef(oid), ' NOT VALID', '')
    FROM pg_constraint WHERE contype <> 'n' AND conrelid <> 0 AND connamespace = {_HERE}"""  # noqa: S608
_INDEXES: Final = f"""
    SELECT i.indrelid::regclass::text, c.relname, pg_get_indexdef(c.oid)
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    WHERE c.relnamespace = {_HERE} AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = c.oid)"""  # noqa: S608
_BESIDES: Final = f"""
    SELECT 'The ' || CASE relkind WHEN 'r' THEN 'table ' WHEN 'v' THEN 'view ' ELSE 'relation ' END || relname
    FROM pg_class WHERE relkind IN ('r', 'v', 'm', 'f', 'p') AND relnamespace = {_HERE}
    UNION ALL SELECT 'The rule ' || rulename || ' of the table ' || tablename
    FROM pg_rules WHERE schemaname = current_schema()
    UNION ALL SELECT 'The row-level security of the table ' || relname
    FROM pg_class WHERE relrowsecurity AND relnamespace = {_HERE}
    UNION ALL SELECT 'The heir ' || inhrelid::regclass || ' of the table ' || inhparent::regclass
    FROM pg_inherits JOIN pg_class ON pg_class.oid = inhparent WHERE relkind = 'r' AND relnamespace = {_HERE}"""  # noqa: S608


@cache
def made(dialect: Dialect) -> dict[Part, str]:
    """Each column, constraint and index of our tables, told alike however it is written."""
    found: dict[Part, str] = {}
    for table in Base.metadata.sorted_tables:
        for name, part in _parts(str(CreateTable(table).compile(dialect=dialect))):
            if dialect.name == "postgresql":
                part = part.replace("SERIAL", f"INTEGER DEFAULT nextval('{table.name}_{name}_seq')")
                part = _NUMBER.sub(r"DEFAULT \1", part)
            found[table.name, name] = _plain(part)
        for index in table.indexes:
            found[table.name, str(index.name)] = _plain(str(CreateIndex(index).compile(dialect=dialect)))
    return found


def present(connection: Connection) -> tuple[dict[Part, str], list[str]]:
    """The same as it stands, and what there is besides, in words."""
    if connection.dialect.name == "postgresql":
        return _in_postgres(connection)
    found: dict[Part, str] = {}
    besides = []
    for kind, name, table, statement in connection.exec_driver_sql(_SQLITE):
        if table not in Base.metadata.tables or kind == "view":
            besides += [] if table == "alembic_version" else [f"The {kind} {name}"]
        elif kind == "index":
            found[table, name] = _plain(statement)
        else:
            found |= {(table, one): _plain(part) for one, part in _parts(statement)}
    return found, besides


def _in_postgres(connection: Connection) -> tuple[dict[Part, str], list[str]]:
    tables = Base.metadata.tables
    found = {
        (table.strip('"'), name): _plain(part)
        for statement in (_COLUMNS, _CONSTRAINTS, _INDEXES)
        for table, name, part in connection.exec_driver_sql(statement)
        if table.strip('"') in tables
    }
    ours = {f"The table {name}" for name in (*tables, "alembic_version")}
    return found, [what for (what,) in connection.exec_driver_sql(_BESIDES) if what not in ours]


def _parts(statement: str) -> Iterator[tuple[str, str]]:
    """What stands between the outer brackets of CREATE TABLE, one after another, each with its name."""
    body = statement[statement.index("(") + 1 : statement.rindex(")")]
    depth, begun = 0, 0
    quoted = ""
    for place, sign in enumerate((*body, ",")):
        if quoted or sign in "'\"":
            quoted = ("" if sign == quoted else quoted) if quoted else sign
        else:
            depth += (sign == "(") - (sign == ")")
        if sign == "," and not quoted and depth == 0:
            part = " ".join(body[begun:place].split())
            words = part.replace('"', "").split(" ")
            yield (words[1] if words[0] == "CONSTRAINT" else words[0]), part
            begun = place + 1


def _plain(statement: str) -> str:
    """A definition without what each database writes in its own way: casts, brackets, spaces; words as they are."""
    pieces = _QUOTED.split(_BETWEEN.sub(r"\1 >= \2 AND \1 <= \3", _CAST.sub("", statement.replace('"', ""))))
    for at in range(0, len(pieces), 2):
        told = re.sub(r"[\s()\[\]]", "", pieces[at].replace("public.", "").replace("USING btree ", "").lower())
        pieces[at] = told.replace("charactervarying", "varchar").replace("=anyarray", "in")
    return "".join(pieces)
