"""Whether a database is at today's tables; without Alembic, which only a migration needs."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from sqlalchemy import Connection, inspect

from okf.errors import Misconfigured
from okf.store.engine import Store

MIGRATIONS: Final = Path(__file__).parent / "migrations"


def revision_of(connection: Connection) -> str | None:
    """The revision that a database is at; nothing when no migration has made it."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()


def newest_revision() -> str:
    """Today's revision: the number with which the last migration's file begins."""
    return max(file.name for file in (MIGRATIONS / "versions").glob("[0-9]*.py")).split("_")[0]


def require_current(store: Store) -> None:
    """Refuse to go on with a database that is not at today's revision.

    Raises:
        Misconfigured: it is older or newer; the sentence says which command helps.
    """
    with store.engine.connect() as connection:
        here = revision_of(connection)
    today = newest_revision()
    if here != today:
        raise Misconfigured(
            f"The database is at revision {here or 'none'}, Casebook at {today}. Run: python -m okf migrate"
        )
