"""A bulk load: a large invented caseload written past the desk, chain and all. For trials on the host, never real data.

No page and no command leads here. The rows are the ones that the commands
would leave, the kept ones too, and every case has its event on the audit
record. It takes the database for itself; if it is interrupted the database is
of no use, so it is given a new one.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from types import SimpleNamespace
from typing import Any, Final

from sqlalchemy import Connection, bindparam, insert, select, text, update
from sqlalchemy.orm import Session

from okf.clock import utc_now
from okf.demo import invented
from okf.demo.caseload import COLUMNS, HEAD, LEAD, MANAGER, Caseload, Staff
from okf.demo.refs import instant
from okf.match.keys import kept_keys
from okf.match.normal import Described
from okf.store import audit, facts, guards, kept, marks, match_keys, row_marks, tallies
from okf.store.engine import Store
from okf.store.models import AuditEvent, AuditHead, Base, Credential, PartnerOrganisation, Person, PersonRole, Signature
from okf.store.narrative import narratives
from okf.store.sealing import in_hand, seal_rows
from okf.terms import Action, Capacity, Outcome, Role, SignatureMethod

BATCH: Final = 5_000
MATCH_KEYS: Final = "match_key"
EVENT: Final = tuple(column.name for column in AuditEvent.__table__.columns)
Progress = Callable[[str, int, int], None]

_FAST: Final = ("journal_mode = OFF", "synchronous = OFF", "cache_size = -200000", "foreign_keys = OFF")
# What stands beside the rows and is quicker to make at the end: how to make it again, to drop it, to find it.
_SQLITE: Final = (
    (
        "{made_by}",
        'DROP INDEX "{name}"',
        "SELECT name, tbl_name, sql FROM sqlite_master"
        " WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN :tables ORDER BY name",
    ),  # foreign keys are switched off as a whole
)
_POSTGRES: Final = (
    (
        'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" {made_by}',
        'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"',
        "SELECT conname, c.relname, pg_get_constraintdef(k.oid) FROM pg_constraint k"
        " JOIN pg_class c ON c.oid = conrelid JOIN pg_namespace n ON n.oid = connamespace"
        " WHERE contype = 'f' AND nspname = current_schema() AND c.relname IN :tables ORDER BY conname",
    ),
    (
        "{made_by}",
        'DROP INDEX "{name}"',
        "SELECT indexname, tablename, indexdef FROM pg_indexes WHERE schemaname = current_schema()"
        " AND tablename IN :tables AND indexname NOT IN (SELECT conname FROM pg_constraint) ORDER BY indexname",
    ),
)
_MODELS: Final = {mapper.class_.__tablename__: mapper.class_ for mapper in Base.registry.mappers}
_SAFE: Final = ("journal_mode = WAL", "synchronous = FULL", "cache_size = -32000", "foreign_keys = ON")


def load(
    store: Store,
    cases: int,
    *,
    at: datetime | None = None,
    seed: int = 1,
    password_hash: str | None = None,
    progress: Progress = lambda *_: None,
) -> None:
    """Add so many invented cases, with the people who work on them, to a database that nobody else is using.

    `progress` is told what is being done, how much is done and of how much.
    With a `password_hash` all these people can sign in by that password.
    """
    at = at or utc_now()
    staff, chance = Staff.for_cases(cases), random.Random(seed)
    with _exclusive_session(store) as session, guards.lifted(session):
        people = _people(session, staff, at, chance, password_hash)
        tallies.unwatch(session.connection())
        row_marks.unwatch(session.connection())
        with _without_indexes(session.connection()) as bare:
            caseload = Caseload(staff, cases, at, chance, _taken(session))
            done = 0
            for rows, told in caseload.batches(BATCH):
                rows[MATCH_KEYS] = _match_keys(session, rows["service_user"])
                for table, values in rows.items():
                    _write(session, table, *_sealed(session, table, values))
                _record(session, at, told)
                done += len(told)
                progress("Cases", done, cases)
            for number, statement in enumerate(bare, 1):
                session.connection().exec_driver_sql(statement)
                progress("Indexes", number, len(bare))
        progress("Figures", 0, 1)
        tallies.recount(session.connection())
        tallies.watch(session.connection())
        progress("Figures", 1, 1)
        kept.refresh_standings(session, at, people)
        progress("Marks", 0, 1)
        row_marks.watch(session.connection())
        audit.append(
            session, at=at, actor="host", action=Action.IMPORT_CASELOAD, outcome=Outcome.ALLOW, binds=row_marks.bind_all
        )
        progress("Marks", 1, 1)


def _taken(session: Session) -> frozenset[str]:
    """The references in use already."""
    columns = (table.primary_key.columns[0] for table in map(Base.metadata.tables.get, COLUMNS) if table is not None)
    return frozenset(ref for one in columns for ref in session.scalars(select(one)) if isinstance(ref, str))


def _people(
    session: Session, staff: Staff, at: datetime, chance: random.Random, password_hash: str | None
) -> list[str]:
    """Add the people of a caseload, with a role and a current, overdue or missing signature; their usernames."""
    versions = {
        kind: [v for v in held if v.effective_on <= at.date()] for kind, held in facts.agreements(session).items()
    }
    if session.get(PartnerOrganisation, staff.organisation) is None:
        session.execute(
            insert(PartnerOrganisation), {"name": staff.organisation, "agreement_from": at.date() - timedelta(days=900)}
        )
    kinds: list[tuple[str, Capacity, Role | None]] = [(HEAD, Capacity.STAFF, Role.MANAGER)]
    for username, leads in ((MANAGER, Role.MANAGER), (LEAD, Role.DSL)):  # the story has them already
        if session.get(Person, username) is None:
            kinds.append((username, Capacity.STAFF, leads))
    worked_by: tuple[tuple[tuple[str, ...], Capacity, Role | None], ...] = (
        (staff.caseworkers, Capacity.STAFF, Role.CASEWORKER),
        (staff.therapists, Capacity.THERAPIST, Role.THERAPIST),
        (staff.mediators, Capacity.STAFF, Role.MEDIATOR),
        (staff.volunteers, Capacity.VOLUNTEER, None),
        (staff.partner_workers, Capacity.ALLIED_PARTNER, None),
    )
    for names, capacity, role in worked_by:
        kinds += [(username, capacity, role) for username in names]
    people, roles, signatures = [], [], []
    for number, (username, capacity, role) in enumerate(kinds):
        name = f"{chance.choice(invented.GIVEN)} {chance.choice(invented.FAMILY)}"
        organisation = staff.organisation if capacity is Capacity.ALLIED_PARTNER else None
        people.append(
            {
                "username": username,
                "name": name,
                "email": f"{username}@example.org",
                "capacity": capacity,
                "team": chance.choice(invented.AREAS),
                "organisation": organisation,
                "joined_on": at.date() - timedelta(days=800),
            }
        )
        if role:
            roles.append({"person": username, "role": role, "since": at - timedelta(days=800)})
        # Of 25: one never signed, one signed too long ago; the first ones of each kind did.
        signed = 400 if number % 25 == 13 else 10 + int(chance.random() * 300)
        if number % 25 != 7 and versions.get(capacity):
            signatures.append(
                {
                    "person": username,
                    "kind": capacity,
                    "version": versions[capacity][-1].version,
                    "signed_at": at - timedelta(days=signed),
                    "method": SignatureMethod.IMPORTED,
                }
            )
    session.execute(insert(Person), people)
    session.execute(insert(PersonRole), roles)
    if signatures:
        session.execute(insert(Signature), signatures)
        signed_by = {(str(s["person"]), str(s["kind"]), str(s["version"])) for s in signatures}
        marks.put_on_record(session, at=at, actor="host", action=Action.IMPORT_CASELOAD, signatures=signed_by)
    if password_hash:
        session.execute(
            insert(Credential),
            [{"person": p["username"], "password_hash": password_hash, "changed_at": at} for p in people],
        )
    return [str(person["username"]) for person in people]


def _match_keys(session: Session, people: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """The match keys that a flush would make, so that intake finds these people."""
    hasher, rows = match_keys.Hasher.made(session), []
    columns = COLUMNS["service_user"]
    for values in people:
        row = SimpleNamespace(**dict(zip(columns, values, strict=True)))
        row.date_of_birth = date.fromisoformat(row.date_of_birth) if row.date_of_birth else None
        told = Described.of(match_keys.applicant_of(row))
        rows += [(hasher.hash(key), row.ref) for key in kept_keys(told)]
    return rows


def _record(session: Session, at: datetime, told: list[dict[str, Any]]) -> None:
    """Add one event a case to the audit chain."""
    last, secret, rows = audit.head(session), row_marks.secret_to_write(session), []
    when = instant(at)
    for case in told:
        event = audit.event_row(
            last, secret, at=at, actor="host", action=Action.IMPORT_CASELOAD, outcome=Outcome.ALLOW, **case
        )
        last = audit.Head(event["seq"], event["hash"])
        event.update(
            at=when,
            action="import_caseload",
            outcome="allow",
            clauses="[]",
            reasons="[]",
            facts=json.dumps(event["facts"]),
        )
        rows.append(tuple(event[name] for name in EVENT))
    _write(session, "audit_event", EVENT, rows)
    session.execute(update(AuditHead).values(seq=last.seq, hash=last.hash))


def _sealed(session: Session, table: str, rows: list[tuple[Any, ...]]) -> tuple[tuple[str, ...], list[tuple[Any, ...]]]:
    """A table's columns and rows as they are written: texts encrypted, and bound to the number of their row."""
    model = _MODELS[table]
    if not narratives(model) or not rows:
        return COLUMNS[table], rows
    named = seal_rows(session, model, [dict(zip(COLUMNS[table], row, strict=True)) for row in rows])
    return tuple(named[0]), [tuple(row.values()) for row in named]


def _write(session: Session, table: str, columns: tuple[str, ...], rows: list[tuple[Any, ...]]) -> None:
    """Rows into a table by the database's own quickest way."""
    if not rows:
        return
    connection = session.connection()
    names = ", ".join(f'"{name}"' for name in columns)
    if connection.dialect.name == "postgresql":
        with _driver(connection).cursor() as cursor, cursor.copy(f'COPY "{table}" ({names}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row(row)
        return
    marks = ", ".join("?" * len(columns))
    statement = f'INSERT INTO "{table}" ({names}) VALUES ({marks})'  # noqa: S608 -- the names are our own
    _driver(connection).executemany(statement, rows)


def _driver(connection: Connection) -> Any:
    """The driver's own connection, past SQLAlchemy's work on every row."""
    return connection.connection.driver_connection


@contextmanager
def _exclusive_session(store: Store) -> Iterator[Session]:
    """A session that has the database for itself, and on SQLite trades safety for speed until it is done."""
    if store.engine.dialect.name == "postgresql":
        with store.writing() as session:
            yield session
        with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
        return
    store.engine.dispose()
    with store.engine.connect() as connection:
        driver = _driver(connection)
        for pragma in _FAST:
            driver.execute(f"PRAGMA {pragma}")
        with (
            guards.GuardedSession(connection, expire_on_commit=False) as session,
            in_hand(store.keyring, session),
            session.begin(),
        ):
            yield session
        for pragma in _SAFE:
            driver.execute(f"PRAGMA {pragma}")


@contextmanager
def _without_indexes(connection: Connection) -> Iterator[list[str]]:
    """Drop the tables' indexes and foreign keys, and yield the statements that make them again."""
    tables = {"tables": [*COLUMNS, AuditEvent.__tablename__]}
    again: list[str] = []
    for kept_as, drop, ask in _POSTGRES if connection.dialect.name == "postgresql" else _SQLITE:
        statement = text(ask).bindparams(bindparam("tables", expanding=True))
        for name, table, made_by in connection.execute(statement, tables).all():
            connection.exec_driver_sql(drop.format(name=name, table=table))
            again.append(kept_as.format(name=name, table=table, made_by=made_by))
    yield again
