"""One concern: whole for those who work it, and for who raised it their own words and that they were received (C9)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session, aliased

from okf.asker import permitted_reader
from okf.clock import london_date
from okf.desk import Desk
from okf.errors import NotFound, unknown
from okf.people.queries.workers import leads_at
from okf.policy.access import decide
from okf.policy.clocks import recorded_late
from okf.policy.decision import Decision
from okf.policy.duty import lead_roles
from okf.policy.facts import Question
from okf.safeguarding.queries.about import about_names, is_closed
from okf.safeguarding.queries.clocks import Running, running_clocks
from okf.safeguarding.queries.concerns import NOBODY_LEADS, Leading, leading
from okf.safeguarding.queries.parts import NO_ATTACHMENTS, Attachments, MailTold, added_to, attachments_of, mails_told
from okf.safeguarding.queries.reads import put_reading_on_record, read_in_this_sign_in
from okf.store import duty
from okf.store.models import Concern, ConcernCategoryAlso, ConcernEntry, Person
from okf.store.rows import from_row, from_rows
from okf.store.sealing import astray_said
from okf.store.visible import WHO
from okf.terms import Action, ConcernStatus, Outcome, Severity
from okf.terms.concerns import ADDED_BY_RAISER, ConcernCategory
from okf.terms.decisions import Threshold

MOST: Final = 50


@dataclass(frozen=True, slots=True)
class OwnReport:
    """What somebody reported, in their own words; that it was received, and nothing of what came of it."""

    ref: str
    raised_at: datetime
    account: str | None
    opinion: str | None
    about: str | None
    case: str | None
    said_by: str | None
    seen_where: str | None
    seen_when: str | None
    actions_taken: str | None
    seen_on: date | None = None
    seen_at: datetime | None = None
    late_because: str | None = None
    attachments: Attachments = NO_ATTACHMENTS
    added: tuple[Entry, ...] = ()

    @property
    def late(self) -> bool:
        """Whether it was put on record more than a day after it was seen or said."""
        return recorded_late(self.raised_at, self.seen_on, self.seen_at)


@dataclass(frozen=True, slots=True)
class ClosedConcern:
    """One that the reader saw in the queue before it came to be about them: that it is there, and nothing more."""

    ref: str
    severity: Severity
    raised_at: datetime


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a concern's chronology; `corrects` and `corrected_by` are the ids of the lines before and after."""

    entered_at: datetime
    by: str
    what: str
    text: str | None
    id: int
    corrects: int | None
    corrected_by: int | None
    happened_on: date | None = None
    happened_at: datetime | None = None
    late_because: str | None = None

    @property
    def late(self) -> bool:
        """Whether it was written down more than a day after what it tells of."""
        return recorded_late(self.entered_at, self.happened_on, self.happened_at)


@dataclass(frozen=True, slots=True)
class ConcernInView:
    """One concern, whole, for somebody who works it. `lead` is a username, `lead_name` and `raised_by` are names.

    `leads` are those who may lead it now, by username and name. `added_to`
    says that who raised it has put something to it that nobody has answered.
    `also` are its categories beside the first; `works` is False for who only
    reads it again.
    """

    ref: str
    case_ref: str | None
    severity: Severity
    status: ConcernStatus
    category: ConcernCategory | None
    raised_by: str
    lead: str | None
    lead_name: str | None
    due_at: datetime
    next_review_on: date | None
    taken_at: datetime | None
    handed_at: datetime | None
    triaged_at: datetime | None
    ended_at: datetime | None
    about: tuple[str, ...]
    report: OwnReport
    entries: tuple[Entry, ...]
    leads: tuple[tuple[str, str], ...]
    attachments: Attachments = NO_ATTACHMENTS
    mails: tuple[MailTold, ...] = ()
    added_to: bool = False
    threshold: Threshold | None = None
    also: tuple[ConcernCategory, ...] = ()
    works: bool = True
    clocks: Running = ()
    leading: Leading = NOBODY_LEADS


_REPORT = (
    Concern.ref,
    Concern.raised_at,
    Concern.account,
    Concern.opinion,
    Concern.about_as_typed.label("about"),
    Concern.case_as_typed.label("case"),
    Concern.said_by,
    Concern.seen_where,
    Concern.seen_when,
    Concern.actions_taken,
    Concern.seen_on,
    Concern.seen_at,
    Concern.late_because,
)
_OWN = select(*_REPORT).where(Concern.raised_by == WHO).order_by(Concern.raised_at.desc(), Concern.ref).limit(MOST)
_OWN_ONE = select(*_REPORT).where(Concern.ref == bindparam("ref"))
_RAISER, _LEAD, _WRITER, _CORRECTION = aliased(Person), aliased(Person), aliased(Person), aliased(ConcernEntry)
_WHOLE = (
    select(
        Concern.ref,
        Concern.case_ref,
        Concern.severity,
        Concern.status,
        Concern.category,
        _RAISER.name.label("raised_by"),
        Concern.lead,
        _LEAD.name.label("lead_name"),
        Concern.due_at,
        Concern.next_review_on,
        Concern.taken_at,
        Concern.handed_at,
        Concern.triaged_at,
        Concern.ended_at,
    )
    .join(_RAISER, _RAISER.username == Concern.raised_by)
    .outerjoin(_LEAD, _LEAD.username == Concern.lead)
    .where(Concern.ref == bindparam("ref"))
)
_ENTRIES = (
    select(
        ConcernEntry.entered_at,
        func.coalesce(_WRITER.name, ConcernEntry.entered_by).label("by"),
        ConcernEntry.what,
        ConcernEntry.text,
        ConcernEntry.id,
        ConcernEntry.corrects,
        _CORRECTION.id.label("corrected_by"),
        ConcernEntry.happened_on,
        ConcernEntry.happened_at,
        ConcernEntry.late_because,
    )
    .outerjoin(_CORRECTION, _CORRECTION.corrects == ConcernEntry.id)
    .outerjoin(_WRITER, _WRITER.username == ConcernEntry.entered_by)
    .where(ConcernEntry.concern_ref == bindparam("ref"))
    .order_by(ConcernEntry.id)
)
_ADDED = _ENTRIES.where(ConcernEntry.what == ADDED_BY_RAISER)
_THRESHOLD = select(Concern.threshold).where(Concern.ref == bindparam("ref"))
_ALSO = (
    select(ConcernCategoryAlso.category)
    .where(ConcernCategoryAlso.concern_ref == bindparam("ref"), ConcernCategoryAlso.ended_at.is_(None))
    .order_by(ConcernCategoryAlso.id)
)


def own_concerns(desk: Desk) -> list[OwnReport]:
    """What this person reported themselves, the newest first, at most fifty.

    Raises:
        Refused: their account is not active.
    """
    permitted_reader(desk, Action.LIST_OWN_CONCERNS)
    with desk.reading() as session, astray_said(session):
        return [_own(row) for row in session.execute(_OWN, {"who": desk.actor})]


def concern_in_view(desk: Desk, ref: str) -> ConcernInView | OwnReport | ClosedConcern:
    """One concern as far as the reader may see it; reading it goes on record, once a person, concern and sign-in.

    What somebody raised is theirs to read for good, also where it is about them.

    Raises:
        NotFound: there is none, or none that the reader may know of: the same words, and the same work.
    """
    view: ConcernInView | OwnReport | None = None
    read_already = False
    with desk.reading() as session:
        question, decision = _asked(desk, session, ref)
        if question is not None and decision.allowed:
            # A report of their own is not the whole: that is for who works it, or reads its decisions again.
            sees_all = decide(replace(question, action=Action.REVIEW_DECISION)).allowed
            with astray_said(session):
                me = question.person.username
                view = whole_concern(session, question) if sees_all else own_whole(session, ref, me)
            read_already = ref in read_in_this_sign_in(desk, session, [ref])
    if question is None:
        desk.note_event(Action.READ_CONCERN, outcome=Outcome.DENY, unknown="concern")
        raise unknown("concern", ref)
    if view is None:
        closed = _closed(question, decision)
        # Without the case: whoever reads the case's trail, the refused person too, must not learn of the concern there.
        desk.note_refusal(Action.READ_CONCERN, decision, replace(question, case=None), ref)
        if closed is not None:
            return closed
        raise unknown("concern", ref)
    if not read_already:
        put_reading_on_record(desk, ref)
    return view


def may_know_concern(desk: Desk, session: Session, ref: str) -> bool:
    """Whether this person may know that a concern of this reference exists."""
    question, decision = _asked(desk, session, ref)
    return question is not None and (decision.allowed or _closed(question, decision) is not None)


def _closed(question: Question, decision: Decision) -> ClosedConcern | None:
    """For a lead whom it came to be about: as it stands in their queue (`sealed.counts_for`)."""
    concern = question.concern
    if concern is None or not is_closed(question, decision):
        return None
    return ClosedConcern(concern.ref, concern.severity, concern.raised_at)


def _asked(desk: Desk, session: Session, ref: str) -> tuple[Question | None, Decision]:
    try:
        question = desk.question(session, Action.READ_CONCERN, concern=ref)
    except NotFound:
        return None, Decision(Outcome.DENY)
    return question, decide(question)


def own_whole(session: Session, ref: str, me: str) -> OwnReport:
    """What somebody reported and has added, once the policy has allowed it."""
    return replace(
        _report(session, ref), attachments=attachments_of(session, ref, only=me), added=_lines(session, _ADDED, ref)
    )


def _lines(session: Session, statement: Any, ref: str) -> tuple[Entry, ...]:
    found = session.execute(statement, {"ref": ref})
    return from_rows(Entry, found)


def _report(session: Session, ref: str) -> OwnReport:
    return _own(session.execute(_OWN_ONE, {"ref": ref}).one())


def _own(row: Any) -> OwnReport:
    return from_row(OwnReport, row)


def whole_concern(session: Session, question: Question) -> ConcernInView:
    """The concern of a question that the policy has allowed, whole."""
    if question.concern is None:
        raise ValueError("there is no concern in this question")
    concern, ref = question.concern, question.concern.ref
    row: Any = session.execute(_WHOLE, {"ref": ref}).one()
    roles = lead_roles(concern.about_lead)
    return from_row(
        ConcernInView,
        row,
        about=about_names(session, [ref])[ref],
        report=_report(session, ref),
        entries=_lines(session, _ENTRIES, ref),
        leads=tuple(one for one in leads_at(session, question.at, roles) if one[0] not in concern.about_people),
        attachments=attachments_of(session, ref),
        mails=mails_told(session, ref),
        added_to=bool(added_to(session, [ref])),
        threshold=session.scalar(_THRESHOLD, {"ref": ref}),
        also=tuple(session.scalars(_ALSO, {"ref": ref})),
        leading=leading(
            row.lead, row.lead_name, concern.about_people, duty.leads(session, question.at), london_date(question.at)
        ),
        clocks=running_clocks(session, [ref])[ref],
        works=decide(replace(question, action=Action.TRIAGE_CONCERN)).allowed,
    )
