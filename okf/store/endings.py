"""Which rows are endings, and how a writing transaction tells of them: a line each in the ledger, before it commits.

Whatever writes such a row, a flush, a statement on many or an import, is seen
by the engine, so that no command can forget it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import Enum, StrEnum
from typing import Any, Final

from sqlalchemy import (
    Connection,
    Date,
    Delete,
    Engine,
    Enum as EnumColumn,
    Insert,
    Table,
    Update,
    event,
    inspect,
    select,
    tuple_,
)
from sqlalchemy.orm import Session

from okf.errors import Misconfigured
from okf.store import audit
from okf.store.audit import SEEN
from okf.store.keyring import Keyring
from okf.store.ledger_file import Deed, Entry, LedgerFile
from okf.store.ledger_owed import deed_from, entry_from, owe, owed
from okf.store.models import (
    AccessGrant,
    AgreementVersion,
    AuditEvent,
    Base,
    CaseClosure,
    Concern,
    ConflictOfInterest,
    Credential,
    CustodyAccess,
    EmergencyAccess,
    ExpressAgreement,
    FigureSet,
    Instant,
    Misfiling,
    OutcomeSummary,
    PartnerAgreement,
    PartnerOrganisation,
    Person,
    PersonRole,
    Record,
    RecoveryCode,
    Signature,
    SignInSession,
)
from okf.terms.endings import LineKind

SCOPE: Final = "ledger"
ALSO: Final = "also_in_the_ledger"
TOLD: Final = "told_to_the_ledger"
_BATCH: Final = 500
_EVENT: Final = select(AuditEvent.at, AuditEvent.actor)


class How(StrEnum):
    """By which statement a row becomes an ending."""

    INSERT = "insert"
    UPDATE = "update"
    DELETE = "delete"


@dataclass(frozen=True)
class Ending:
    """One kind of row that the ledger tells of.

    `of` are the columns by which it is found again in another copy of the
    database, `ends` those that end it, `told` what else is kept of it.
    """

    kind: LineKind
    model: type[Base]
    of: tuple[str, ...]
    ends: tuple[str, ...] = ()
    told: tuple[str, ...] = ()
    how: How = How.UPDATE

    @property
    def table(self) -> Table:
        """The table of these rows."""
        return self.model.__table__  # type: ignore[return-value]

    @property
    def by(self) -> tuple[str, ...]:
        """The columns by which a transaction finds what it wrote: of a row just made the number isn't known yet."""
        return self.of if self.how is How.INSERT else tuple(column.name for column in inspect(self.model).primary_key)


ENDINGS: Final = (
    Ending(
        LineKind.ACCESS_ENDED,
        AccessGrant,
        ("id",),
        ends=("ended_at", "until"),
        told=("revoked_at", "revoked_by", "person", "case_ref"),
    ),
    Ending(LineKind.CASE_CLOSED, CaseClosure, ("case_ref", "closed_at"), told=("closed_by",), how=How.INSERT),
    Ending(LineKind.ACCOUNT_OFF, Person, ("username",), ends=("left_at",)),
    Ending(LineKind.ROLE_ENDED, PersonRole, ("person", "role"), ends=("until",)),
    Ending(LineKind.ROLE_ENDED, PersonRole, ("person", "role"), told=("since",), how=How.DELETE),
    Ending(LineKind.PASSWORD_CHANGED, Credential, ("person",), ends=("changed_at",)),
    Ending(LineKind.CODE_USED, RecoveryCode, ("person", "code_sha256"), ends=("used_at",)),
    Ending(LineKind.SESSION_ENDED, SignInSession, ("id",), ends=("ended_at",), told=("ended_by", "person")),
    Ending(
        LineKind.VERSION_PUBLISHED,
        AgreementVersion,
        ("kind", "version"),
        told=("effective_on", "change", "resign_by", "title", "text", "text_sha256", "published_at", "published_by"),
        how=How.INSERT,
    ),
    Ending(
        LineKind.AGREEMENT_WITHDRAWN,
        ExpressAgreement,
        ("id",),
        ends=("withdrawn_at", "used_at"),
        told=("withdrawn_by", "case_ref"),
    ),
    Ending(LineKind.EMERGENCY_ENDED, EmergencyAccess, ("id",), ends=("ended_at",), told=("person", "case_ref")),
    Ending(LineKind.CUSTODY_ENDED, CustodyAccess, ("id",), ends=("ended_at",), told=("person", "case_ref")),
    Ending(
        LineKind.PARTNER_ENDED,
        PartnerOrganisation,
        ("name",),
        ends=("agreement_ended_at",),
        told=("agreement_ended_by",),
    ),
    Ending(
        LineKind.PARTNER_ENDED,
        PartnerAgreement,
        ("organisation", "from_on", "recorded_at"),
        ends=("ended_at",),
        told=("ended_by",),
    ),
    Ending(
        LineKind.SUMMARY_WITHDRAWN,
        OutcomeSummary,
        ("mediation_ref", "version"),
        ends=("withdrawn_at",),
        told=("withdrawn_by", "case_ref"),
    ),
    Ending(LineKind.FIGURES_WITHDRAWN, FigureSet, ("ref",), ends=("withdrawn_at",), told=("withdrawn_by",)),
    Ending(
        LineKind.CONFLICT_DECLARED,
        ConflictOfInterest,
        ("person", "service_user"),
        told=("declared_at", "declared_by"),
        how=How.INSERT,
    ),
    Ending(
        LineKind.RECORD_SEALED,
        Misfiling,
        ("ref",),
        told=("record_id", "file_ref", "case_ref", "reported_by", "reported_at"),
        how=How.INSERT,
    ),
    Ending(LineKind.CONCERN_RAISED, Concern, ("ref",), told=("raised_at", "raised_by"), how=How.INSERT),
    Ending(LineKind.RECORD_WRITTEN, Record, ("id",), told=("case_ref", "written_at", "written_by"), how=How.INSERT),
    Ending(LineKind.SIGNED, Signature, ("person", "kind", "version", "signed_at"), how=How.INSERT),
)
_OF_TABLE: Final = {
    table: [one for one in ENDINGS if one.table.name == table] for table in {e.table.name for e in ENDINGS}
}
Seen = dict[Ending, dict[tuple[Any, ...], Any]]


def watch(engine: Engine) -> None:
    """Make an engine remember which endings a writing transaction writes."""
    event.listen(engine, "before_execute", _notice)


@contextmanager
def remembered(connection: Connection) -> Iterator[None]:
    """While it lasts, what this connection ends is remembered."""
    info = connection.info
    info[SEEN] = {}
    try:
        yield
    finally:
        del info[SEEN]


def _notice(connection: Connection, statement: Any, multiparams: Any, params: Any, _: Any) -> None:
    seen: Seen | None = connection.info.get(SEEN)
    if seen is None or not isinstance(statement, Insert | Update | Delete):
        return
    for ending in _OF_TABLE.get(getattr(statement.table, "name", ""), ()):
        found = _found(connection, ending, statement, multiparams or [params or {}])
        if found:
            seen.setdefault(ending, {}).update(found)


def _found(
    connection: Connection, ending: Ending, statement: Any, rows: Sequence[Mapping[str, Any]]
) -> dict[tuple[Any, ...], Any]:
    """The rows of one kind that a statement is about to write, by the columns that find them again."""
    if ending.how is How.INSERT and isinstance(statement, Insert):
        return {tuple(values.get(name) for name in ending.by): None for values in _inserted(statement, rows)}
    if ending.how is How.UPDATE and isinstance(statement, Update) and _ends(ending, statement, rows):
        return dict(_about_to_change(connection, ending, statement, rows))
    if ending.how is How.DELETE and isinstance(statement, Delete):
        return dict(_about_to_change(connection, ending, statement, rows))
    return {}


def _set_by(statement: Any) -> dict[str, Any]:
    return {getattr(column, "key", column): value for column, value in (statement._values or {}).items()}


def _inserted(statement: Any, rows: Sequence[Mapping[str, Any]]) -> Iterator[Mapping[str, Any]]:
    fixed = {name: getattr(value, "value", value) for name, value in _set_by(statement).items()}
    many = [
        {getattr(c, "key", c): value for c, value in row.items()} for part in statement._multi_values for row in part
    ]
    for row in many or rows:
        yield {**fixed, **row}


def _ends(ending: Ending, statement: Any, rows: Sequence[Mapping[str, Any]]) -> bool:
    return not (_set_by(statement).keys() | rows[0].keys()).isdisjoint(ending.ends)


def _about_to_change(
    connection: Connection, ending: Ending, statement: Update | Delete, rows: Sequence[Mapping[str, Any]]
) -> Iterator[tuple[tuple[Any, ...], Any]]:
    kept = _kept(ending) if ending.how is How.DELETE else ()
    found = select(*(ending.table.c[name] for name in (*ending.by, *kept)))
    if statement.whereclause is not None:
        found = found.where(statement.whereclause)
    for row in rows:
        for values in connection.execute(found, dict(row)).all():
            yield tuple(values[: len(ending.by)]), values[len(ending.by) :]


def write_down(session: Session, keyring: Keyring, ledger: LedgerFile) -> None:
    """Add what this transaction ended to the ledger, as its last act before the commit.

    A ledger that can't be written stops nobody: an ending must never wait for
    a disk. The lines are then kept in the database, an event says so, and they
    are added before the next ones.
    """
    session.flush()
    connection = session.connection()
    entries = [*_entries(connection, connection.info[SEEN]), *session.info.get(ALSO, ())]
    if not entries:
        return
    secret = ledger.secret or _secret_for(session, keyring, ledger)
    deed = _deed(session)
    try:
        for late in owed(session):
            ledger.append([entry_from(one) for one in late.lines], deed_from(late.deed), secret)
            session.delete(late)
        session.info[TOLD] = True
        ledger.append(entries, deed, secret)
    except (OSError, Misconfigured) as error:
        owe(session, entries, deed, getattr(error, "strerror", None) or str(error))
    session.flush()


def also(session: Session, entry: Entry) -> None:
    """Have the ledger say this too when the transaction is over."""
    session.info.setdefault(ALSO, []).append(entry)


def _deed(session: Session) -> Deed:
    head = audit.head(session)
    began = session.info.get(audit.BEGAN, head)
    last = session.execute(_EVENT.where(AuditEvent.seq == head.seq)).one_or_none() if began != head else None
    return Deed(last.at if last else None, last.actor if last else None, began, head)


def secret_of(session: Session, keyring: Keyring) -> bytes | None:
    """The secret under which the ledger's lines are proved; None where this database never had one."""
    return keyring.secret(session, SCOPE)


def make_secret(session: Session, keyring: Keyring) -> bytes:
    """The secret, made where there is none; before the first line, so that none is left unproved by a rollback."""
    found = secret_of(session, keyring)
    if found is None:
        keyring.cipher(session, SCOPE)
        found = secret_of(session, keyring)
    return found or b""


def _secret_for(session: Session, keyring: Keyring, ledger: LedgerFile) -> bytes:
    found = secret_of(session, keyring)
    if found is None:
        return make_secret(session, keyring)  # not remembered: this transaction may yet be undone
    ledger.secret = found
    return found


def _entries(connection: Connection, seen: Seen) -> Iterator[Entry]:
    for ending, rows in seen.items():
        if ending.how is How.DELETE:
            for values in rows.values():
                yield _entry(ending, dict(zip(_kept(ending), values, strict=True)))
            continue
        table = ending.table
        statement = select(*(table.c[name] for name in _kept(ending)))
        for batch in _batches(list(rows)):
            key = tuple_(*(table.c[name] for name in ending.by))
            for row in connection.execute(statement.where(key.in_(batch))):
                yield _entry(ending, row._asdict())


def _entry(ending: Ending, row: Mapping[str, Any]) -> Entry:
    of = {name: plain(row[name]) for name in ending.of}
    return Entry(ending.kind, of, {name: plain(row[name]) for name in (*ending.ends, *ending.told)})


def _kept(ending: Ending) -> tuple[str, ...]:
    return (*ending.of, *ending.ends, *ending.told)


def plain(value: Any) -> Any:
    """A value of a column as JSON has it."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return value.value if isinstance(value, Enum) else value


def value_of(ending: Ending, name: str, told: Any) -> Any:
    """A value of a column as Python has it, from `plain`."""
    kind = ending.table.c[name].type
    if told is None:
        return None
    if isinstance(kind, Instant):
        return datetime.fromisoformat(told)
    if isinstance(kind, Date):
        return date.fromisoformat(told)
    return kind.python_type(told) if isinstance(kind, EnumColumn) else told


def _batches(keys: list[tuple[Any, ...]]) -> Iterable[list[tuple[Any, ...]]]:
    return (keys[start : start + _BATCH] for start in range(0, len(keys), _BATCH))
