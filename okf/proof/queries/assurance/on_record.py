"""Grants, signatures, emergency accesses and express agreements against the events that account for them.

What was put into the database past the desk has no event; what was changed or
taken out does not match the mark on its event. Costs one reading of the
events that bring such rows in, one look at each row that they name, and one
reading of the tables' keys; a second reading only if something is astray.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import BindParameter, bindparam, select
from sqlalchemy.orm import Session

from okf.clock import is_past
from okf.paging import AnySelect
from okf.policy.words import moment
from okf.proof.queries.assurance import checks
from okf.proof.queries.assurance.accesses import ALLOWED, Distrusted
from okf.proof.queries.assurance.findings import Behind, Check, Finding, found
from okf.proof.queries.assurance.ledger import Ledger
from okf.store import marks, visible
from okf.store.marks import Mark
from okf.store.models import AccessGrant, AuditEvent, Base, CustodyAccess, EmergencyAccess, ExpressAgreement, Signature
from okf.store.narrative import Narrative
from okf.terms import Action

EVENTS: Final = 200
MARKS: Final = 1_000

_BRINGING = (
    Action.GRANT,
    Action.LOAD_CASELOAD,
    Action.IMPORT_CASELOAD,
    Action.SIGN_AGREEMENT,
    Action.OPEN_EMERGENCY_ACCESS,
    Action.END_GRANT,
    Action.CLOSE_CASE,
    Action.AGREE_TO_SHARE,
    Action.WITHDRAW_AGREEMENT,
    Action.RECORD_LEAVER,
    Action.MANAGE_ACCOUNTS,
    Action.END_LAPSED_GRANTS,
    Action.VERIFY_PAPER_SIGNATURE,
    Action.REOPEN_CASE,
    Action.OPEN_CUSTODY,
    Action.END_CUSTODY,
    Action.END_EMERGENCY_ACCESS,
    Action.START_MEDIATION,
    Action.CHANGE_MEDIATOR,
    Action.AGREE_TO_LINK,
)
_NEXT = (
    select(AuditEvent.seq, AuditEvent.at, AuditEvent.actor, AuditEvent.action, AuditEvent.subject, AuditEvent.facts)
    .where(AuditEvent.action.in_(_BRINGING), AuditEvent.outcome.in_(ALLOWED), AuditEvent.seq > bindparam("after"))
    .order_by(AuditEvent.seq)
    .limit(EVENTS)
)
_SELF = select(AccessGrant.id, AccessGrant.person, AccessGrant.case_ref, AccessGrant.granted_at).where(
    AccessGrant.granted_by == AccessGrant.person
)

_ENDING: Final = (
    Action.END_GRANT,
    Action.CLOSE_CASE,
    Action.GRANT,
    Action.RECORD_LEAVER,
    Action.MANAGE_ACCOUNTS,
    Action.IMPORT_CASELOAD,
    Action.END_LAPSED_GRANTS,
    Action.CHANGE_MEDIATOR,
    Action.AGREE_TO_LINK,
)
_ENDED = select(AccessGrant.id, AccessGrant.person, AccessGrant.case_ref, AccessGrant.ended_at).where(
    AccessGrant.id.in_(bindparam("keys", expanding=True)), visible.not_ended()
)
_WITHDRAWN = select(ExpressAgreement.id, ExpressAgreement.withdrawn_at).where(
    ExpressAgreement.id.in_(bindparam("keys", expanding=True))
)
EMERGENCY, CUSTODY = Action.END_EMERGENCY_ACCESS, Action.END_CUSTODY
_LENGTHENED: Final = {
    action: select(model.id, model.person, model.case_ref).where(
        model.id.in_(bindparam("keys", expanding=True)), model.ended_at.is_(None)
    )
    for action, model in ((EMERGENCY, EmergencyAccess), (CUSTODY, CustodyAccess))
}


_NOUNS: Final = {
    "grants": "Access grant",
    "signatures": "Signature",
    "emergencies": "Emergency access",
    "express_agreements": "Express agreement",
    "custodies": "Custody access",
}


def _by_key(row: Any) -> str:
    return str(row.id)


def _by_signature(row: Any) -> str:
    return "\n".join(marks.signature_key(row.person, row.kind, row.version, row.signed_at))


@dataclass(slots=True)
class Side:
    """One kind of row: how its marks are read off events, how its rows are found, and what was astray."""

    name: str
    mark: Callable[[Any], Mark]
    key: Callable[[Any], str]
    by_keys: AnySelect
    keys: AnySelect
    size: int = 1
    ledger: Ledger = field(default_factory=Ledger)
    astray: dict[str, Behind] = field(default_factory=dict)
    strays: dict[str, Behind] = field(default_factory=dict)

    def key_of(self, mark: Sequence[str]) -> str:
        """The key that a mark begins with."""
        return "\n".join(mark[: self.size])


def _side(
    name: str,
    mark: Callable[[Any], Mark],
    model: type[Base],
    *shown: str,
    key: Callable[[Any], str] = _by_key,
    size: int = 1,
) -> Side:
    """One kind of row, found by the first of the columns shown; rows and not objects, for there may be millions."""
    ids: BindParameter[str] = bindparam("keys", expanding=True)
    columns = [getattr(model, column) for column in shown]
    whole = select(*(column for column in model.__table__.columns if not isinstance(column.type, Narrative)))
    return Side(name, mark, key, whole.where(columns[0].in_(ids)), select(*columns), size)


def _sides() -> tuple[Side, ...]:
    signed = ("person", "kind", "version", "signed_at")
    return (
        _side("grants", marks.grant_mark, AccessGrant, "id", "person", "case_ref", "granted_by"),
        _side("signatures", marks.signature_mark, Signature, *signed, key=_by_signature, size=len(signed)),
        _side("emergencies", marks.emergency_mark, EmergencyAccess, "id", "person", "case_ref", "opened_at"),
        _side("express_agreements", marks.agreement_mark, ExpressAgreement, "id", "source", "case_ref"),
        _side("custodies", marks.custody_mark, CustodyAccess, "id", "person", "case_ref", "opened_at"),
    )


def compared_with_record(session: Session) -> tuple[list[Finding], Distrusted]:
    """What is in the database and not on the record, or the reverse; and the rows that therefore open nothing.

    Always of the database and the record as they stand now: a row's absence
    has no earlier date.
    """
    sides = _sides()
    self_granted: dict[str, Behind] = {}
    reopened: dict[str, Behind] = {}
    revived: dict[str, Behind] = {}
    lengthened: dict[Action, dict[str, Behind]] = {EMERGENCY: {}, CUSTODY: {}}
    for events in _batches(session):
        for side in sides:
            _enter(session, side, events)
        _self_granted(events, self_granted)
        _still_open(session, events, reopened)
        _revived_since(session, events, revived)
        for action, told in lengthened.items():
            _not_ended(session, events, action, told)
    for side in sides:
        _close(session, side)
    for row in session.execute(_SELF):
        self_granted[row.id] = Behind(
            f"{row.person} is on file as having granted themselves {row.case_ref}.", row.person, row.case_ref, row.id
        )
    grants, signatures, emergencies, agreements, custodies = sides
    distrusted = Distrusted(
        frozenset(grants.strays),
        frozenset((a, b, c, d) for a, b, c, d in (key.split("\n") for key in signatures.strays)),
        frozenset(emergencies.strays),
        frozenset(custodies.strays),
    )
    return [
        _finding(checks.GRANTS_OFF_RECORD, grants.strays),
        _finding(checks.GRANTS_ALTERED, {**reopened, **grants.astray}),
        _finding(checks.SELF_GRANTS, self_granted),
        _finding(checks.SIGNATURES_REMOVED, signatures.astray),
        _finding(checks.SIGNATURES_OFF_RECORD, signatures.strays),
        _finding(checks.AGREEMENTS_OFF_RECORD, {**revived, **agreements.astray, **agreements.strays}),
        _finding(checks.EMERGENCIES_OFF_RECORD, {**emergencies.astray, **emergencies.strays, **lengthened[EMERGENCY]}),
        _finding(checks.CUSTODIES_OFF_RECORD, {**custodies.astray, **custodies.strays, **lengthened[CUSTODY]}),
    ], distrusted


def _finding(check: Check, told: dict[str, Behind]) -> Finding:
    return found(check, told.values())


def _batches(session: Session) -> Iterator[Sequence[Any]]:
    after = 0
    while events := session.execute(_NEXT, {"after": after}).all():
        yield events
        after = events[-1].seq


def marks_of(side: Side, event: Any) -> list[Mark]:
    """The marks that one event bears of one kind of row; of an event without them, the key that it names."""
    told = event.facts.get(side.name)
    if isinstance(told, list):
        return [mark for mark in told if isinstance(mark, list)]
    if (event.action, side.name) in (
        (Action.GRANT, "grants"),
        (Action.OPEN_EMERGENCY_ACCESS, "emergencies"),
        (Action.OPEN_CUSTODY, "custodies"),
    ):
        return [[event.subject]] if event.subject else []
    if event.action is Action.SIGN_AGREEMENT and side.name == "signatures" and event.subject:
        kind, _, version = event.subject.partition(" ")
        return [list(marks.signature_key(event.actor, kind, version, event.at))]
    return []


def _enter(session: Session, side: Side, events: Sequence[Any]) -> None:
    """Enter what these events account for; where a mark has a hash, compare the row that it names."""
    hashed: list[tuple[Any, Mark]] = []
    for event in events:
        for mark in marks_of(side, event):
            side.ledger.recorded(side.key_of(mark))
            if len(mark) > side.size:
                hashed.append((event, mark))
    for start in range(0, len(hashed), MARKS):
        batch = hashed[start : start + MARKS]
        keys = sorted({mark[0] for _, mark in batch})  # a signature's mark begins with its person
        rows = {side.key(row): row for row in session.execute(side.by_keys, {"keys": keys})}
        for event, mark in batch:
            row = rows.get(side.key_of(mark))
            if row is not None and side.mark(row) != mark:
                side.astray[side.key_of(mark)] = _changed(side, row, event)
            else:  # put right by a later event, such as an import that changed it; or missing, which `_close` finds
                side.astray.pop(side.key_of(mark), None)


def _close(session: Session, side: Side) -> None:
    """Enter what is in the database; if the sides differ, name what only one of them has."""
    for row in _stored(session, side):
        side.ledger.stored(side.key(row))
    if side.ledger.agrees:
        return
    recorded = {
        key: event
        for events in _batches(session)
        for event in events
        for mark in marks_of(side, event)
        if side.ledger.is_odd(key := side.key_of(mark))
    }
    stored = {key: row for row in _stored(session, side) if side.ledger.is_odd(key := side.key(row))}
    side.strays.update({key: _stray(side, row) for key, row in stored.items() if key not in recorded})
    side.astray.update({key: _gone(side, key, event) for key, event in recorded.items() if key not in stored})


def _stored(session: Session, side: Side) -> Iterator[Any]:
    with session.execute(side.keys.execution_options(yield_per=10_000)) as rows:
        yield from rows


def _stray(side: Side, row: Any) -> Behind:
    if side.name == "signatures":
        what = f"A signature of {row.person}, {row.kind} agreement version {row.version}, {moment(row.signed_at)}"
        return Behind(f"{what}: no event on the record says that it was given.", row.person, at=row.signed_at)
    if side.name == "grants":
        claims = f", as if by {row.granted_by}" if row.granted_by else ""
        what = f"Access grant {row.id}: lets {row.person} into {row.case_ref}{claims}; no event on the record gives it."
    elif side.name == "express_agreements":
        what = f"Express agreement {row.id}, as if by {row.source}: no event on the record says that they gave it."
        return Behind(what, None, row.case_ref, row.id)
    else:
        what = f"{_NOUNS[side.name]} {row.id}: lets {row.person} into {row.case_ref}; no event on the record opens it."
    return Behind(what, row.person, row.case_ref, row.id)


def _gone(side: Side, key: str, event: Any) -> Behind:
    on = f"event {event.seq:,} of {moment(event.at)}"
    if side.name == "signatures":
        person, kind, version, signed_at = key.split("\n")
        when = moment(datetime.fromisoformat(signed_at))
        what = f"The signature of {person}, {kind} agreement version {version}, {when}, is missing: {on} gave it."
        return Behind(what, person, ref=str(event.seq), at=event.at)
    what = f"{_NOUNS[side.name]} {key} is missing: {on} gave it."
    return Behind(what, event.facts.get("person"), ref=key, at=event.at)


def _changed(side: Side, row: Any, event: Any) -> Behind:
    noun = _NOUNS[side.name]
    named = row.id if side.name != "signatures" else f"of {row.person}, {row.kind} version {row.version},"
    what = f"{noun} {named} is not as event {event.seq:,} of {moment(event.at)} put it on record."
    return Behind(what, getattr(row, "person", None), getattr(row, "case_ref", None), str(row.id), event.at)


def _self_granted(events: Sequence[Any], told: dict[str, Behind]) -> None:
    for event in events:
        if event.action is Action.GRANT and event.facts.get("person") == event.actor and event.subject:
            what = f"Event {event.seq:,}, {moment(event.at)}: {event.actor} granted themselves {event.subject}."
            told[event.subject] = Behind(what, event.actor, ref=event.subject, at=event.at)


def _still_open(session: Session, events: Sequence[Any], told: dict[str, Behind]) -> None:
    """Grants without an end that an event ended."""
    ended: dict[str, Any] = {}
    for event in events:
        if event.action is Action.END_GRANT and event.subject:
            ended[event.subject] = event
        named = event.facts.get("grants_ended")  # of those that ran out it says how many alone
        for one in [*(named if isinstance(named, list) else ()), *filter(None, [event.facts.get("ended")])]:
            if event.action in _ENDING:
                ended[str(one)] = event
    if not ended:
        return
    for row in session.execute(_ENDED, {"keys": sorted(ended)}):
        event = ended[row.id]
        what = (
            f"Access grant {row.id} of {row.person} to {row.case_ref} is open, though event {event.seq:,} of"
            f" {moment(event.at)} ended it."
        )
        told[row.id] = Behind(what, row.person, row.case_ref, row.id, event.at)


def _revived_since(session: Session, events: Sequence[Any], told: dict[str, Behind]) -> None:
    """Express agreements that an event withdrew, and that hold again or until later."""
    withdrawn = {str(event.subject): event for event in events if event.action is Action.WITHDRAW_AGREEMENT}
    if not withdrawn:
        return
    for row in session.execute(_WITHDRAWN, {"keys": sorted(withdrawn)}):
        event = withdrawn[row.id]
        if not is_past(row.withdrawn_at, event.at):
            what = (
                f"Express agreement {row.id} holds longer than it may: event {event.seq:,} of {moment(event.at)}"
                " withdrew it."
            )
            told[row.id] = Behind(what, ref=row.id, at=event.at)


def _not_ended(session: Session, events: Sequence[Any], action: Action, told: dict[str, Behind]) -> None:
    """Emergency or custody accesses that were ended early, and are not."""
    ended = {str(event.subject): event for event in events if event.action is action}
    for row in session.execute(_LENGTHENED[action], {"keys": sorted(ended)}) if ended else ():
        event = ended[row.id]
        what = f"{row.id} of {row.person} to {row.case_ref} is open, though event {event.seq:,} ended it."
        told[row.id] = Behind(what, row.person, row.case_ref, row.id, event.at)
