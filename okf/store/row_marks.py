"""Marks of rows: whatever anyone relies on is bound to the event of the deed that wrote it.

The database tells, by triggers, which rows this connection's transaction
touches, each with a hash of what it was and of what it is now. With the
deed's event every such row gets a mark: its hash under a secret that the key
file wraps, so that nobody makes one who has the database alone. The event
holds a hash of its marks, and is itself bound to the chain. No mark is ever
changed or taken away, so that a row's last mark tells how it must be now.

A row that was changed past Casebook doesn't fit its last mark, and gets no
further one: what a deed does to it later heals nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from functools import cache, partial
from hashlib import blake2b, sha256
from typing import Any, Final, NamedTuple

from sqlalchemy import Connection, Table, bindparam, event, exists, insert, or_, select
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import Session, aliased

from okf.errors import Misconfigured, Unsealed
from okf.store import guards
from okf.store.guards import GuardedSession, UnguardedWrite
from okf.store.keyring import Keyring
from okf.store.models import Base, RowMark
from okf.store.sealing import KEYRING

SCOPE: Final = "proof"
BATCH: Final = 500
READ: Final = 5_000

_SPEED: Final = "it is kept for speed, and `check` counts it anew"
NOT_MARKED: Final = {
    "audit_event": "it is the chain itself",
    "audit_head": "it is the chain itself",
    "row_mark": "its events hold a hash of it",
    "case_tally": _SPEED,
    "agreement_standing": _SPEED,
    "match_key": "it is made from the names, and `check` makes it anew",
    "enquiry_key": "it is made from the names, and `check` makes it anew",
    "draft": "it is one person's own, unfinished, and nobody else reads it",
    "sign_in_try": "it only counts tries, for a day",
    "ledger_owed": "it waits for the ledger, whose lines prove themselves",
}
# Written outside any deed: such a row's last mark binds it, but to no event, so that its removal doesn't show.
WITHOUT_EVENT: Final = {
    "data_key": "a first draft makes one, and no text opens without it",
    "master_key": "it is written with the first data key",
    "sign_in_ticket": "it is one step of signing in, for some minutes",
    "invitation": "it is made when its mail goes, and every use of it is an event",
    "mail": "its way through the mail server is no deed",
}
NOT_IN_MARK: Final = {
    ("case", "unallocated_since"): _SPEED,
    ("case", "allocated_on"): _SPEED,
    ("case", "contacted_on"): _SPEED,
    ("case", "quiet_since"): _SPEED,
    ("access_grant", "last_opened_at"): "it moves at each opening, and `check` holds it against the events",
    ("sign_in_session", "last_seen_at"): "it moves at each click; when the session ends at the latest is marked",
    ("credential", "totp_last_step"): "it moves with each code, and is half a minute's matter",
}

_NOTED: Final = "noted"
_TOUCHED: Final = "casebook_touched"
_TAKE: Final = f"DELETE FROM pg_temp.{_TOUCHED} RETURNING row_, was, now_"  # noqa: S608 -- the name is our own
# Once an event wrote a row, a mark without one says nothing of it: whoever has the database can copy an older mark.
_EARLIER: Final = aliased(RowMark)
BINDS: Final = or_(
    RowMark.seq.is_not(None),
    *(RowMark.row.startswith(f"{name} ", autoescape=True) for name in WITHOUT_EVENT),
    ~exists().where(_EARLIER.row == RowMark.row, _EARLIER.id < RowMark.id, _EARLIER.seq.is_not(None)),
)
_LATEST: Final = (
    select(RowMark.row, RowMark.mark)
    .where(RowMark.row.in_(bindparam("rows", expanding=True)), BINDS)
    .order_by(RowMark.id)
)

State = str | None  # the hash of a row's columns; nothing where there is no row


class Touched(NamedTuple):
    """A row that was written: its table with its key, the hash of what it was, and of what it is now."""

    row: str
    was: State
    now: State


class _Form(NamedTuple):
    """What is marked of one table."""

    table: Table
    columns: tuple[str, ...]
    key: tuple[int, ...]
    left_out: tuple[str, ...]

    @property
    def name(self) -> str:
        return self.table.name

    def row(self, values: Sequence[Any]) -> str:
        return row_of(self.name, (values[place] for place in self.key))

    def state(self, values: Sequence[Any]) -> str:
        """What is empty is left out, so that a column which comes later changes no mark."""
        told = repr([pair for pair in zip(self.columns, values, strict=True) if pair[1] is not None])
        return sha256(told.encode("utf-8", "surrogatepass")).hexdigest()


@cache
def forms() -> dict[str, _Form]:
    """The marked tables, by name."""
    found = {}
    for table in Base.metadata.sorted_tables:
        if table.name not in NOT_MARKED:
            left_out = tuple(c.name for c in table.columns if (table.name, c.name) in NOT_IN_MARK)
            columns = tuple(c.name for c in table.columns if c.name not in left_out)
            key = tuple(columns.index(c.name) for c in table.primary_key.columns)
            found[table.name] = _Form(table, columns, key, left_out)
    return found


def row_of(table: str, key: Iterable[Any]) -> str:
    """A row as its marks name it."""
    return f"{table} " + "\n".join(map(str, key))


def table_and_key(row: str) -> tuple[str, str]:
    """The table of a row, and its key in words."""
    table, _, key = row.partition(" ")
    return table, key.replace("\n", ", ")


def mark_of(secret: bytes, row: str, state: State) -> str | None:
    """The mark of a row in a state; of no row, none."""
    return state and blake2b(f"{row}\0{state}".encode(), key=secret, digest_size=16).hexdigest()


def secret_of(session: Session) -> bytes | None:
    """What marks and events are keyed by; nothing where it is not in the database, or another key in its place."""
    ring: Keyring = session.info[KEYRING]
    try:
        return ring.secret(session, SCOPE)
    except Unsealed:
        return None


def secret_to_write(session: Session) -> bytes:
    """The same, made at first use. The session must be a writing one."""
    ring: Keyring = session.info[KEYRING]
    ring.cipher(session, SCOPE)
    found = ring.secret(session, SCOPE)
    if found is None:
        raise Misconfigured("The key of the proof can't be made.")
    return found


def bind(session: Session, seq: int | None) -> str | None:
    """Mark what this transaction wrote since it was last asked, for the event of that number; the hash of the marks.

    Without a number the marks are bound to no event.
    """
    session.flush()
    secret = secret_to_write(session)
    return _written(session, secret, seq, _taken(session.connection()))


def bind_all(session: Session, seq: int) -> str | None:
    """Mark every row that has no mark yet, for the event of that number; the hash of the marks. Costs by all rows."""
    secret = secret_to_write(session)
    _taken(session.connection())
    return _written(session, secret, seq, (Touched(row, None, now) for row, now in states(session)))


def _written(session: Session, secret: bytes, seq: int | None, touched: Iterable[Touched]) -> str | None:
    digest, connection, some = sha256(), session.connection(), False
    for batch in _batches(touched):
        latest: dict[str, str | None] = dict(connection.execute(_LATEST, {"rows": [one.row for one in batch]}).all())
        made = []
        for row, was, now in batch:
            before, after = mark_of(secret, row, was), mark_of(secret, row, now)
            # What was changed past Casebook stays unfit.
            if latest.get(row) == before != after:
                event = None if table_and_key(row)[0] in WITHOUT_EVENT else seq
                made.append({"seq": event, "row": row, "was": before, "mark": after})
                if event is not None:
                    digest.update(line(row, before, after))
                    some = True
        if made:
            connection.execute(insert(RowMark), made)
    return digest.hexdigest() if some else None


def line(row: str, was: str | None, mark: str | None) -> bytes:
    """A mark as the hash of an event's marks takes it; told so that two can't be written as one."""
    return repr((row, was, mark)).encode("utf-8", "surrogatepass")


def states(session: Session) -> Iterator[tuple[str, str]]:
    """Every row of the marked tables with the hash of what it is now; one reading of each table."""
    connection = session.connection()
    postgres = connection.dialect.name == "postgresql"
    for form in forms().values():
        names = ", ".join(f'"{name}"' for name in form.columns)
        key = ", ".join(f'"{form.columns[place]}"' for place in form.key)
        told = f"{key}, ({_json('t', form)})::text" if postgres else names
        statement = f'SELECT {told} FROM "{form.name}" AS t'  # noqa: S608 -- the names are our own
        with (
            nullcontext() if postgres else _whatever_it_is(connection),
            connection.exec_driver_sql(statement, execution_options={"yield_per": READ}) as rows,
        ):
            for values in rows:
                if postgres:
                    yield row_of(form.name, values[:-1]), sha256(values[-1].encode()).hexdigest()
                else:
                    yield form.row(values), form.state(values)


@contextmanager
def _whatever_it_is(connection: Connection) -> Iterator[None]:
    """While it lasts, what SQLite says is a text is read, also where it is none: somebody put it there, and is told."""
    driver: Any = connection.connection.driver_connection
    driver.text_factory = partial(str, encoding="utf-8", errors="surrogateescape")
    try:
        yield
    finally:
        driver.text_factory = str


def _taken(connection: Connection) -> list[Touched]:
    """What was noted since this was last asked: each row with what it was at first and is at last."""
    if connection.dialect.name == "postgresql":
        told: Iterable[Any] = connection.exec_driver_sql(_TAKE)
    else:
        noted: list[Touched] = connection.info[_NOTED]
        told, noted[:] = noted[:], ()
    rows: dict[str, Touched] = {}
    for row, was, now in told:
        rows[row] = Touched(row, rows[row].was if row in rows else was, now)
    return [one for one in rows.values() if one.was != one.now]


def _batches(every: Iterable[Touched]) -> Iterator[list[Touched]]:
    batch: list[Touched] = []
    for one in every:
        batch.append(one)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


@event.listens_for(GuardedSession, "before_commit")
def _nothing_goes_unmarked(session: Session) -> None:
    if session.in_nested_transaction():
        return
    session.flush()
    left = _taken(session.connection())
    unbound = sorted({table for table, _ in (table_and_key(one.row) for one in left)} - WITHOUT_EVENT.keys())
    if unbound:
        raise UnguardedWrite(f"{', '.join(unbound)} changed without an event on the record")
    if left:
        secret = secret_to_write(session)
        _written(session, secret, None, [*left, *_taken(session.connection())])


# How the database tells.


def noting(connection: DBAPIConnection, info: dict[Any, Any], *, postgres: bool) -> None:
    """Let a new connection be told of the rows that it touches; what others touch is never told it."""
    driver: Any = connection
    if postgres:
        columns = "row_ text NOT NULL, was text, now_ text"
        driver.execute(f"CREATE TEMP TABLE {_TOUCHED} ({columns}) ON COMMIT DELETE ROWS")
        driver.commit()
        return
    noted: list[Touched] = []
    info[_NOTED] = noted
    driver.create_function(_TOUCHED, -1, _noter(noted))


def nothing_noted(info: dict[Any, Any]) -> None:
    """Forget what a transaction touched that came to nothing."""
    info[_NOTED].clear()


def _noter(noted: list[Touched]) -> Callable[..., None]:
    def note(table: str, what: str, *values: Any) -> None:
        form = forms()[table]
        many = len(form.columns)
        old, new = (None if what == "INSERT" else values[:many]), (None if what == "DELETE" else values[-many:])
        gone, now = old and form.row(old), new and form.row(new)
        if gone and gone != now:
            noted.append(Touched(gone, form.state(old or ()), None))
        if now:
            noted.append(Touched(now, form.state(old) if old and gone == now else None, form.state(new or ())))

    return note


def _json(row: str, form: _Form) -> str:
    """A row as PostgreSQL writes it; what is empty is left out."""
    return f"jsonb_strip_nulls(to_jsonb({row}) - '{{{','.join(form.left_out)}}}'::text[])"


_FUNCTION: Final = f"""
DECLARE
    was jsonb; now_ jsonb; gone text; here text;
BEGIN
    IF to_regclass('pg_temp.{_TOUCHED}') IS NULL THEN RETURN NULL; END IF;
    IF TG_OP <> 'INSERT' THEN
        was := jsonb_strip_nulls(to_jsonb(OLD) - TG_ARGV[1]::text[]);
        gone := TG_TABLE_NAME || ' ' || (SELECT string_agg(was ->> one, E'\\n' ORDER BY place)
            FROM unnest(TG_ARGV[0]::text[]) WITH ORDINALITY AS k (one, place));
    END IF;
    IF TG_OP <> 'DELETE' THEN
        now_ := jsonb_strip_nulls(to_jsonb(NEW) - TG_ARGV[1]::text[]);
        here := TG_TABLE_NAME || ' ' || (SELECT string_agg(now_ ->> one, E'\\n' ORDER BY place)
            FROM unnest(TG_ARGV[0]::text[]) WITH ORDINALITY AS k (one, place));
    END IF;
    IF gone IS NOT NULL AND gone IS DISTINCT FROM here THEN
        INSERT INTO pg_temp.{_TOUCHED} VALUES (gone, encode(sha256(convert_to(was::text, 'UTF8')), 'hex'), NULL);
        was := NULL;
    END IF;
    IF here IS NOT NULL AND was IS DISTINCT FROM now_ THEN
        INSERT INTO pg_temp.{_TOUCHED} VALUES (here, encode(sha256(convert_to(was::text, 'UTF8')), 'hex'),
            encode(sha256(convert_to(now_::text, 'UTF8')), 'hex'));
    END IF;
    RETURN NULL;
END """  # noqa: S608 -- the name is our own


def watchers(dialect: str) -> list[str]:
    """The statements that make a database tell of the rows that are touched."""
    made = []
    if dialect == "postgresql":
        made.append(f"CREATE FUNCTION {_TOUCHED}() RETURNS trigger LANGUAGE plpgsql AS $${_FUNCTION}$$")
    for form in forms().values():
        if dialect == "postgresql":
            key = ",".join(form.columns[place] for place in form.key)
            left_out = ",".join(form.left_out)
            made.append(
                f'CREATE TRIGGER {form.name}_touched AFTER INSERT OR DELETE OR UPDATE ON "{form.name}" FOR EACH ROW'
                f" EXECUTE FUNCTION {_TOUCHED}('{{{key}}}', '{{{left_out}}}')"
            )
            continue
        names = ", ".join(f'"{name}"' for name in form.columns)
        old, new = (", ".join(f'{row}."{name}"' for name in form.columns) for row in ("OLD", "NEW"))
        marked = f" OF {names}" if form.left_out else ""
        for what, when, values in (
            ("INSERT", "INSERT", new),
            ("UPDATE", f"UPDATE{marked}", f"{old}, {new}"),
            ("DELETE", "DELETE", old),
        ):
            made.append(
                f'CREATE TRIGGER {form.name}_touched_{what.lower()} AFTER {when} ON "{form.name}"'
                f" BEGIN SELECT {_TOUCHED}('{form.name}', '{what}', {values}); END"
            )
    return made


def watch(connection: Connection) -> None:
    """Let the database tell of what is touched from now on."""
    for statement in watchers(connection.dialect.name):
        connection.exec_driver_sql(statement)


def unwatch(connection: Connection) -> None:
    """Take the triggers off, for what changes the tables themselves; what is written then gets no mark."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"DROP FUNCTION IF EXISTS {_TOUCHED}() CASCADE")
        return
    for name in forms():
        for what in ("insert", "update", "delete"):
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {name}_touched_{what}")


@event.listens_for(Base.metadata, "after_create")
def _watch(_: Any, connection: Connection, **__: Any) -> None:
    with guards.unguarded(connection):
        watch(connection)
