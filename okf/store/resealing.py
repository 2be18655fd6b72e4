"""What was kept before: texts that an older Casebook left readable are sealed, data keys wrapped anew."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from sqlalchemy import Connection, Text, bindparam, delete, func, insert, or_, select, text, type_coerce, update
from sqlalchemy.orm import Session

from okf.store import guards
from okf.store.keyring import Keyring, data_keys, wrapped_by
from okf.store.models import Base, DataKey, MasterKey
from okf.store.narrative import PREFIX, Sealed, narratives
from okf.store.sealing import in_hand, seal_rows

BATCH: Final = 1000
_REWRAP: Final = update(DataKey).where(DataKey.scope == bindparam("key")).values(wrapped=bindparam("to"))


def seal_what_lies_readable(connection: Connection, ring: Keyring) -> None:
    """Encrypt the texts of a database that was made before they were; costs by all of them."""
    with guards.GuardedSession(connection) as session, in_hand(ring, session), guards.lifted(session):
        sealed = guards.sealed_tables()
        for model in _models():
            seals = {name: events for name, events in sealed.items() if name == model.__tablename__}
            _run(connection, guards.unseals(connection.dialect.name, seals))
            _seal(session, model)
            _run(connection, guards.seals(connection.dialect.name, seals) if seals else [])


def rewrap(session: Session, ring: Keyring, progress: Callable[[int, int], None]) -> int:
    """Wrap every data key by a new master key, and tell the database its name; how many keys there are.

    The key file holds the old and the new one until `settle`, so that a fault in between loses nothing. The caller
    holds it, by the keyring's `changing`, from before this until after that.
    """
    master = ring.renew(wrapped_by(session).keys())
    total = session.scalar(select(func.count()).select_from(DataKey)) or 0
    done = 0
    for rows in data_keys(session):
        wrapped = [
            {"key": scope, "to": ring.wrap(ring.unwrap(wrapped, key_id), key_id, master)}
            for scope, key_id, wrapped in rows
        ]
        session.connection().execute(_REWRAP, wrapped)
        done += len(rows)
        progress(done, total)
    session.execute(delete(MasterKey))
    session.execute(insert(MasterKey), {"id": master})
    return total


def settle(session: Session, ring: Keyring) -> None:
    """Archive the master keys by which nothing is wrapped any more, once that is committed."""
    ring.retire(wrapped_by(session).keys())


def _models() -> list[Any]:
    return [mapper.class_ for mapper in Base.registry.mappers if issubclass(mapper.class_, Sealed)]


def _seal(session: Session, model: Any) -> None:
    table, names = model.__table__, narratives(model)
    keys = [column.name for column in table.primary_key.columns]
    plain = [type_coerce(table.c[name], Text) for name in names]
    readable = or_(*(column.is_not(None) & ~column.startswith(PREFIX, autoescape=True) for column in plain))
    others = [column for column in table.columns if column.name not in names]
    found = select(*others, *(column.label(name) for column, name in zip(plain, names, strict=True)))
    change = update(table).where(*(table.c[key] == bindparam(f"key_{key}") for key in keys))
    change = change.values({name: bindparam(f"to_{name}") for name in names})
    while rows := [dict(row._mapping) for row in session.execute(found.where(readable).limit(BATCH))]:
        sealed = seal_rows(session, model, rows)
        session.connection().execute(
            change,
            [{f"key_{key}": row[key] for key in keys} | {f"to_{name}": row[name] for name in names} for row in sealed],
        )


def _run(connection: Connection, statements: list[str]) -> None:
    for statement in statements:
        connection.execute(text(statement.replace(":", r"\:")))
