"""The audit record, searched: who did what, what was decided, and why."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Select, String, and_, bindparam, cast, literal, or_, select
from sqlalchemy.orm import Session

from okf.desk import Desk
from okf.policy.decision import Reason
from okf.store.former import Names, names
from okf.store.models import AuditEvent, ConcernAbout, ContactMarker, InformationShare, LowLevelConcern, Redaction
from okf.store.models.base import unknown_words_told
from okf.store.shares import of_concerns_about, shares_of
from okf.store.visible import about_them, of_worker, sealed_from
from okf.terms import FOR_SAFETY, Action, Outcome

PAGE = 50
LOOKED_AT = 5000
EXPORT_MOST = 5000

OF_CONCERNS = frozenset(
    {
        Action.RAISE_CONCERN,
        Action.ADD_TO_OWN_REPORT,
        Action.TAKE_OUT_OWN_REPORT,
        Action.LIST_CONCERNS,
        Action.LIST_OWN_CONCERNS,
        Action.READ_CONCERN,
        Action.TRIAGE_CONCERN,
        Action.COUNT_CONCERNS,
        Action.PREPARE_CONCERN_PAPER,
        Action.READ_CONCERN_PAPER_AGAIN,
        Action.TAKE_OUT_CONCERN_PAPER,
        Action.DRAFT_INCIDENT_REPORT,
        Action.READ_INCIDENT_REPORT,
        Action.DECIDE_CONCERN,
        Action.LIST_DECISIONS,
        Action.REVIEW_DECISION,
        Action.HAND_OVER_CONCERN,
        Action.LIST_LEAD_ALLEGATIONS,
        Action.LIST_LOW_LEVEL,
        Action.NOTE_LOW_LEVEL,
        Action.SET_CONTACT_MARKER,
        Action.LIST_CONTACT_MARKERS,
        Action.SHARE,
        Action.APPROVE_SHARE,
        Action.SEND_SHARE,
        Action.DECIDE_SHARE,
        Action.REVIEW_SHARE,
        Action.BLACK_OUT,
        Action.SECOND_READ,
        Action.OPEN_PACKAGE,
    }
)

_READER: Any = bindparam("reader", type_=AuditEvent.actor.type)
_SEALED = sealed_from(_READER)
# What came to be about the reader later: what was done before they saw, and go on seeing; since when, by concern.
_LATER = select(ConcernAbout.concern_ref, ConcernAbout.added_at).where(
    ConcernAbout.concern_ref.in_(about_them(_READER)), of_worker(_READER), ConcernAbout.concern_ref.not_in(_SEALED)
)
_LOW_LEVEL = select(LowLevelConcern.ref).where(LowLevelConcern.person == bindparam("reader"))
_MARKERS = select(ContactMarker.ref).where(ContactMarker.concern_ref.in_(_SEALED))
_SHARED = shares_of(_SEALED)
_SHARES = select(InformationShare.ref, InformationShare.particulars).where(
    cast(InformationShare.particulars, String).contains(bindparam("reader"), autoescape=False)
)
_BLACKED_OUT = select(Redaction.ref).where(Redaction.share_ref.in_(bindparam("shares", expanding=True)))


@dataclass(frozen=True, slots=True)
class RecordFilter:
    """What of the record is wanted; an empty field asks for everything. `clause` is written `C7`."""

    person: str | None = None
    case_ref: str | None = None
    action: Action | None = None
    outcome: Outcome | None = None
    clause: str | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class RecordRow:
    """One event as it is shown; the record holds no confidential words.

    `name` is what its actor was called then, and is called now; None for nobody on file.
    """

    seq: int
    at: datetime
    actor: str
    name: str | None
    action: Action
    outcome: Outcome
    case_ref: str | None
    subject: str | None
    clauses: tuple[str, ...]
    reasons: tuple[str, ...]
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RecordPage:
    """One page, newest first. `older` is where the next one begins, None at the beginning of the record.

    `looked_back_to` is set where a page is short because looking further
    back would cost too much at once: the next page goes on from there.
    """

    rows: tuple[RecordRow, ...]
    older: int | None
    looked_back_to: datetime | None


_COLUMNS = tuple(getattr(AuditEvent, one.name) for one in fields(RecordRow) if one.name != "name")


def record_page(desk: Desk, wanted: RecordFilter, *, before: int | None = None, size: int = PAGE) -> RecordPage:
    """One page of the audit record, for the data protection lead and the safeguarding leads (C4, C5).

    The search itself goes on the record, its pages do not. Costs the same at
    any length: of the events that the most telling filter finds, at most
    5,000 are looked at for a page. Events of a concern that is sealed from the
    reader are left out without trace, and of one that came to be about them
    whatever was done from then on (C9).

    Raises:
        Refused: their role does not include it.
    """
    if before is None:
        with desk.permitted(Action.READ_AUDIT, about=wanted.person) as deed:
            deed.note(**{name: value for name, value in asdict(wanted).items() if value is not None})
    with desk.reading() as session:
        if before is not None and not desk.decide(Action.READ_AUDIT).allowed:
            return RecordPage((), None, None)
        return _page(session, _Reader.of(desk, session), wanted, before, size)


def record_to_export(desk: Desk, wanted: RecordFilter, *, form: str) -> tuple[RecordRow, ...]:
    """At most 5,000 events for a file, newest first; that it left is on the record.

    Raises:
        Refused: their role does not include it.
    """
    with desk.permitted(Action.READ_AUDIT) as deed:
        rows = _page(deed.session, _Reader.of(desk, deed.session), wanted, None, EXPORT_MOST).rows
        deed.note(export=form, rows=len(rows))
        return rows


def case_log(desk: Desk, case_ref: str, *, before: int | None = None) -> RecordPage:
    """What was done on one case, and by whom, for those who may see who has access to it.

    Nothing of its concerns: who raised or worked on one is not for everyone
    who may see this (C9). An empty page for anybody else.
    """
    with desk.reading() as session:
        if not desk.decide(Action.SEE_CASE_ACCESS, case_ref).allowed:
            return RecordPage((), None, None)
        plainly = AuditEvent.action.not_in(OF_CONCERNS)
        return _page(session, _Reader.of(desk, session), RecordFilter(case_ref=case_ref), before, PAGE, plainly)


@dataclass(frozen=True, slots=True)
class _Reader:
    """Who reads, what is hidden from them, and since when what came to be about them is."""

    username: str
    at: datetime
    sealed: frozenset[str]
    hidden: frozenset[str]
    since: Mapping[str, datetime]
    works_concerns: bool

    @classmethod
    def of(cls, desk: Desk, session: Session) -> _Reader:
        """Whoever is at the desk; nothing is hidden from the host."""
        me = desk.actor or ""
        at = desk.now()
        binds = {"reader": me, "at": at}
        others: Sequence[Any] = (_LOW_LEVEL, _MARKERS)
        hidden = {ref for statement in others for ref in session.scalars(statement, binds)}
        since = {ref: tied for ref, tied in session.execute(_LATER, binds) if tied is not None}
        leads = desk.is_host or bool(desk.person(session).roles(desk.now()) & FOR_SAFETY)
        sealed = frozenset(session.scalars(_SEALED, binds))
        return cls(me, at, sealed, frozenset(hidden | set(_shares_about(session, binds))), since, leads)

    def may_not_know(self, event: RowMapping) -> bool:
        """Whether an event is of something that is hidden from them: their own look for it."""
        since = self.since.get(event["subject"])
        return event["subject"] in self.sealed | self.hidden or (since is not None and event["at"] >= since)


@unknown_words_told()
def _page(
    session: Session, reader: _Reader, wanted: RecordFilter, before: int | None, size: int, *more: ColumnElement[bool]
) -> RecordPage:
    telling, others = _conditions(wanted, reader)
    # A refusal to note something about the reader names them.
    others.append(
        or_(
            AuditEvent.action != Action.NOTE_LOW_LEVEL,
            AuditEvent.subject.is_(None),
            AuditEvent.subject != reader.username,
        )
    )
    if reader.username:  # that a clock climbed tells of a concern, though it names none
        others.append(AuditEvent.action != Action.CLIMB_LADDER)
    others += more
    telling += _span(session, wanted)
    if before is not None:
        telling.append(AuditEvent.seq < before)
    looked = _newest(telling, LOOKED_AT).subquery()
    kept = select(AuditEvent.seq).where(AuditEvent.seq.in_(select(looked.c.seq)), *others)
    newest_first = select(*_COLUMNS).where(AuditEvent.seq.in_(kept)).order_by(AuditEvent.seq.desc())
    rows = session.execute(newest_first.limit(size + 1)).mappings().all()
    called = names(session, {row["actor"] for row in rows})
    shown = tuple(_row(r, reader, called) for r in rows[:size])
    if len(rows) > size:
        return RecordPage(shown, shown[-1].seq, None)
    furthest = session.execute(_newest(telling, 1, skipping=LOOKED_AT - 1)).first()
    return RecordPage(shown, furthest.seq if furthest else None, furthest.at if furthest else None)


def _row(event: RowMapping, reader: _Reader, called: Mapping[str, Names]) -> RecordRow:
    actor = called.get(event["actor"])
    told = {
        **event,
        "name": actor.in_words(event["at"]) if actor else None,
        "clauses": tuple(event["clauses"]),
        "reasons": tuple(event["reasons"]),
    }
    if reader.may_not_know(event):  # the reader's own look for a concern about them: as for one that is not there
        told |= {"case_ref": None, "subject": None, "clauses": (), "reasons": (), "facts": {"unknown": "concern"}}
    return RecordRow(**told)


def _shares_about(session: Session, binds: Mapping[str, Any]) -> list[str]:
    """The shares that are about the reader or of what is sealed from them, and what was blacked out for them."""
    reader = str(binds["reader"])
    found = session.execute(_SHARES, {"reader": reader}).all()
    shares = [row.ref for row in found if reader in row.particulars.get("about", ())]
    shares += [*of_concerns_about(session, reader), *filter(None, session.scalars(_SHARED, binds))]
    return [*shares, *session.scalars(_BLACKED_OUT, {"shares": shares})] if shares else []


def _newest(conditions: Collection[ColumnElement[bool]], most: int, skipping: int = 0) -> Select[int, datetime]:
    newest = select(AuditEvent.seq, AuditEvent.at).where(*conditions).order_by(AuditEvent.seq.desc())
    return newest.limit(most).offset(skipping)


def _conditions(wanted: RecordFilter, reader: _Reader) -> tuple[list[ColumnElement[bool]], list[ColumnElement[bool]]]:
    """The conditions that an index finds, and those applied to what it found."""
    equal = [
        (AuditEvent.case_ref, wanted.case_ref),
        (AuditEvent.actor, wanted.person),
        (AuditEvent.action, wanted.action),
        (AuditEvent.outcome, wanted.outcome),
    ]
    asked = [column == value for column, value in equal if value is not None]
    telling, others = list(asked[:1]), list(asked[1:])
    if wanted.clause:
        others.append(cast(AuditEvent.clauses, String).contains(f'"{wanted.clause}"', autoescape=True))
    looked = and_(
        AuditEvent.actor == reader.username,
        AuditEvent.action == Action.READ_CONCERN,
        AuditEvent.outcome == Outcome.DENY,
    )
    told = cast(AuditEvent.facts, String)  # nor what was found together with one of them
    if hidden := reader.sealed | reader.hidden:
        others.append(AuditEvent.subject.is_(None) | AuditEvent.subject.not_in(hidden) | looked)
        sealed = sealed_from(literal(reader.username), literal(reader.at, AuditEvent.at.type)).subquery("sealed_")
        others.append(~select(sealed.c.ref).where(told.like('%"' + sealed.c.ref + '"%')).correlate(AuditEvent).exists())
        others += [~told.contains(f'"{ref}"', autoescape=True) for ref in reader.hidden]
    for ref, since in reader.since.items():
        others.append((AuditEvent.at < since) | AuditEvent.subject.is_(None) | (AuditEvent.subject != ref) | looked)
        others.append((AuditEvent.at < since) | ~told.contains(f'"{ref}"', autoescape=True))
    if hidden or reader.since or not reader.works_concerns:
        others.append(cast(AuditEvent.reasons, String).not_like(f'%"{Reason.SUBJECT_OF_CONCERN.key}"%') | looked)
    return telling, others


def _span(session: Session, wanted: RecordFilter) -> list[ColumnElement[bool]]:
    """The dates asked for, and the stretch of the chain in which they lie.

    The chain grows by the clock, so its numbers find a date by one look into
    an index; two writers may stand in another order than their instants, but
    never thousands of events apart.
    """
    found: list[ColumnElement[bool]] = []
    if wanted.since is not None:
        first = session.scalar(
            select(AuditEvent.seq).where(AuditEvent.at >= wanted.since).order_by(AuditEvent.at).limit(1)
        )
        found += [AuditEvent.at >= wanted.since, AuditEvent.seq >= (first or 0) - LOOKED_AT]
    if wanted.until is not None:
        last = session.scalar(
            select(AuditEvent.seq).where(AuditEvent.at < wanted.until).order_by(AuditEvent.at.desc()).limit(1)
        )
        found += [AuditEvent.at < wanted.until, AuditEvent.seq <= (last or 0) + LOOKED_AT]
    return found
