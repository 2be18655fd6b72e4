"""What was on file of how people are reached before sources were kept: given its honest source, once (0009).

What nobody can say who told is nobody's word: it stands, and is not callable
until it is checked. What prohibits stays in force.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, select, text
from sqlalchemy.orm import Session

from okf.clock import utc_now
from okf.store import audit, guards
from okf.store.contact import AGE, BORN, COLUMNS, put_on_file, statements_of, written
from okf.store.keyring import Keyring
from okf.store.models import (
    AuditEvent,
    CaseChild,
    CaseParty,
    ContactStatement,
    Enquiry,
    RowMark,
    SafeContactChange,
    ServiceUser,
)
from okf.store.sealing import in_hand, keys_in_hand
from okf.terms import Action, Outcome
from okf.terms.intake import ContactCheck

_BATCH: Final = 500
# As a registration wrote it where a caller on file told anew how they are reached.
_TOLD_AGAIN: Final = "Told when they asked for support again"
_USERS = select(ServiceUser).where(ServiceUser.ref > bindparam("after")).order_by(ServiceUser.ref).limit(_BATCH)
_CHANGES = (
    select(SafeContactChange)
    .where(SafeContactChange.service_user.in_(bindparam("refs", expanding=True)))
    .order_by(SafeContactChange.id)
)
_REGISTERED = select(AuditEvent.case_ref, AuditEvent.facts).where(
    AuditEvent.action == Action.REGISTER_ENQUIRY, AuditEvent.outcome == Outcome.ALLOW
)
_CALLED = (
    select(Enquiry.case_ref, Enquiry.received_at, Enquiry.taken_by, Enquiry.taken_at, CaseParty.service_user)
    .join(CaseParty, CaseParty.case_ref == Enquiry.case_ref)
    .where(CaseParty.position == 0)
)


@dataclass(frozen=True, slots=True)
class _Source:
    """Who told something, when, and who noted it when."""

    told_by: str
    told_at: datetime
    noted_by: str
    noted_at: datetime


def give_sources(connection: Connection, ring: Keyring) -> None:
    """Turn what is on file into statements, each with the source that the record tells; costs by all people.

    Where there is a statement already, nothing is.
    """
    with guards.GuardedSession(connection) as session, in_hand(ring, session), guards.lifted(session):
        if session.scalar(select(ContactStatement.id).limit(1)) is not None:
            return
        calls, some = _calls(session), False
        for users in _everybody(session):
            changes: dict[str, list[SafeContactChange]] = defaultdict(list)
            for change in session.scalars(_CHANGES, {"refs": [one.ref for one in users]}):
                changes[change.service_user].append(change)
            rows = [row for one in users for row in _statements(one, calls.get(one.ref), changes[one.ref])]
            keys_in_hand(session, {row.sealed_under() for row in rows})
            put_on_file(session, rows)
            some = some or bool(rows)
        if some and session.scalar(select(RowMark.id).limit(1)) is not None:
            _on_record(session)


def take_sources_away(connection: Connection, ring: Keyring) -> None:
    """Put what was last told back where an older Casebook looks for it, which knows no sources; costs by all people."""
    with guards.GuardedSession(connection) as session, in_hand(ring, session), guards.lifted(session):
        if session.scalar(select(ContactStatement.id).limit(1)) is None:
            return
        for users in _everybody(session):
            told = statements_of(session, [one.ref for one in users])
            for one in users:
                for statement in told.get(one.ref, ()):
                    for name, value in statement.told.items():
                        setattr(one, name, value)
            session.flush()
        sealed = {ContactStatement.__tablename__: guards.SEALED[ContactStatement]}
        _each(session, guards.unseals(connection.dialect.name, sealed))
        session.execute(delete(ContactStatement))
        _each(session, guards.seals(connection.dialect.name, sealed))
        _on_record(session)


def _each(session: Session, statements: Sequence[str]) -> None:
    for statement in statements:
        session.execute(text(statement.replace(":", r"\:")))


def _on_record(session: Session) -> None:
    audit.append(session, at=utc_now(), actor="host", action=Action.MARK_ROWS, outcome=Outcome.ALLOW)


def _everybody(session: Session) -> Iterator[Sequence[ServiceUser]]:
    after = ""
    while users := session.scalars(_USERS, {"after": after}).all():
        after = users[-1].ref
        yield users
        session.expunge_all()


def _calls(session: Session) -> Mapping[str, _Source]:
    """The call by which each person came on file, of those of whom the record can tell: all of them new by it."""
    new = {case for case, facts in session.execute(_REGISTERED) if case and facts.get("on_file") == 0}
    calls = {
        row.case_ref: _Source(row.service_user, row.received_at, row.taken_by, row.taken_at)
        for row in session.execute(_CALLED)
        if row.case_ref in new
    }
    members: list[tuple[str, str]] = []
    for model in (CaseParty, CaseChild):
        members += [(who, case) for who, case in session.execute(select(model.service_user, model.case_ref))]
    cases = Counter(who for who, _ in members)
    return {who: calls[case] for who, case in members if case in calls and cases[who] == 1}


def _statements(
    one: ServiceUser, call: _Source | None, changes: Collection[SafeContactChange]
) -> list[ContactStatement]:
    """What is on file of one person, by who can have told it: whoever called, they themselves, or nobody knows who."""
    last = {name: change for change in changes for name in change.changed}
    told: dict[_Source | None, dict[str, Any]] = defaultdict(dict)
    for name in (*COLUMNS, BORN, *AGE):
        value, change = getattr(one, name), last.get(name)
        if value is None:
            continue
        source = call
        if change is not None:
            again = _Source(one.ref, change.changed_at, change.changed_by, change.changed_at)
            source = again if change.why == _TOLD_AGAIN else None
        told[source][name] = value
    return [_statement(one.ref, source, values) for source, values in told.items()]


def _statement(ref: str, source: _Source | None, values: Mapping[str, Any]) -> ContactStatement:
    if source is None:
        return ContactStatement(service_user=ref, told=written(values))
    own = source.told_by == ref
    return ContactStatement(
        service_user=ref,
        told_by=source.told_by,
        told_at=source.told_at,
        noted_by=source.noted_by,
        noted_at=source.noted_at,
        checked_how=ContactCheck.OWN_WORD if own else None,
        checked_at=source.told_at if own else None,
        checked_by=source.noted_by if own else None,
        told=written(values),
    )
