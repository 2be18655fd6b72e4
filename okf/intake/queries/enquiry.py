"""One enquiry, for whoever may read it: intake, managers, and whoever took it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, func, literal, select
from sqlalchemy.orm import Session, aliased

from okf.desk import Desk
from okf.errors import Refused, unknown
from okf.intake.first_call import NOTHING_ASKED, FirstCall, first_call_of
from okf.intake.queries.matches import Asked
from okf.match.normal import Applicant
from okf.policy.access import decide
from okf.policy.decision import Reason
from okf.store.models import AuditEvent, Enquiry, EnquiryCorrection, EnquiryPerson, EnquiryTriage, Person
from okf.store.rows import from_row, from_rows
from okf.terms import Action, Outcome, SupportKind
from okf.terms.intake import EnquiryChannel, EnquiryPart, EnquiryStatus, NoticeWay, UndertakingAnswer

_TAKER, _DECIDER = aliased(Person), aliased(Person)
_HEAD = (
    select(
        Enquiry.ref,
        Enquiry.status,
        Enquiry.channel,
        Enquiry.kind_of_support,
        Enquiry.area,
        Enquiry.received_at,
        func.coalesce(_TAKER.name, Enquiry.taken_by).label("taken_by"),
        Enquiry.taken_at,
        Enquiry.version,
        Enquiry.decided_at,
        func.coalesce(_DECIDER.name, Enquiry.decided_by).label("decided_by"),
        Enquiry.reason,
        Enquiry.case_ref,
        Enquiry.words,
        Enquiry.note,
    )
    .outerjoin(_TAKER, _TAKER.username == Enquiry.taken_by)
    .outerjoin(_DECIDER, _DECIDER.username == Enquiry.decided_by)
    .where(Enquiry.ref == bindparam("ref"))
)
_PEOPLE = (
    select(
        EnquiryPerson.id,
        EnquiryPerson.part,
        EnquiryPerson.name,
        EnquiryPerson.date_of_birth,
        EnquiryPerson.age,
        EnquiryPerson.phone,
        EnquiryPerson.email,
        EnquiryPerson.address,
        EnquiryPerson.safe_phone,
        EnquiryPerson.safe_hours,
        EnquiryPerson.voicemail_safe,
        EnquiryPerson.post_safe,
        EnquiryPerson.code_word,
        EnquiryPerson.do_not_contact_by,
        EnquiryPerson.safe_contact_notes,
        EnquiryPerson.notice_on,
        EnquiryPerson.notice_way,
        EnquiryPerson.undertaking,
        EnquiryPerson.undertaking_on,
    )
    .where(EnquiryPerson.enquiry_ref == bindparam("ref"))
    .order_by(EnquiryPerson.position)
)
_EARLIER = (
    select(
        EnquiryCorrection.stood,
        func.coalesce(Person.name, EnquiryCorrection.changed_by).label("changed_by"),
        EnquiryCorrection.changed_at,
    )
    .outerjoin(Person, Person.username == EnquiryCorrection.changed_by)
    .where(EnquiryCorrection.enquiry_ref == bindparam("ref"))
    .order_by(EnquiryCorrection.version.desc())
)
_TAKEN_BY = select(Enquiry.taken_by).where(Enquiry.ref == bindparam("ref"))
_READ_ALREADY = (
    select(AuditEvent.seq)
    .where(
        # Written out and not bound: the index is of this action alone.
        AuditEvent.action == literal(Action.READ_ENQUIRY, AuditEvent.action.type, literal_execute=True),
        AuditEvent.subject == bindparam("ref"),
        AuditEvent.session_id == bindparam("session_id"),
        AuditEvent.actor == bindparam("me"),
        AuditEvent.outcome == Outcome.ALLOW,
    )
    .limit(1)
)

_OFFERED = (Action.CHANGE_ENQUIRY, Action.REGISTER_ENQUIRY, Action.PUT_ON_CASE)
_STILL_OFFERED = {
    EnquiryStatus.NEW: frozenset(_OFFERED),
    EnquiryStatus.DUPLICATE: frozenset({Action.PUT_ON_CASE}),  # its words still stand in it
}


@dataclass(frozen=True, slots=True)
class PersonTold:
    """Somebody in an enquiry, as they were told to us."""

    id: int
    part: EnquiryPart
    name: str
    date_of_birth: date | None
    age: int | None
    phone: str | None
    email: str | None
    address: str | None
    safe_phone: str | None
    safe_hours: str | None
    voicemail_safe: bool | None
    post_safe: bool | None
    code_word: str | None
    do_not_contact_by: str | None
    safe_contact_notes: str | None
    notice_on: date | None
    notice_way: NoticeWay | None
    undertaking: UndertakingAnswer | None
    undertaking_on: date | None


@dataclass(frozen=True, slots=True)
class Earlier:
    """What was told of the people in an enquiry until somebody changed it, a line a person."""

    stood: str
    changed_by: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class EnquiryInView:
    """One enquiry; once it is registered, without people and words: they are in its case and open with it.

    Whoever took it and is not of intake gets none of either once it is decided, nor the reason: then it is not `whole`.

    `taken_by` and `decided_by` are names, and `case_ref` is for those who know of every case: to anybody else it
    would tell which families have one already. `may` holds what the reader may do to it as it stands.
    """

    ref: str
    status: EnquiryStatus
    channel: EnquiryChannel
    kind_of_support: SupportKind | None
    area: str | None
    received_at: datetime
    taken_by: str
    taken_at: datetime
    version: int
    decided_at: datetime | None
    decided_by: str | None
    reason: str | None
    case_ref: str | None
    words: str | None
    note: str | None
    people: tuple[PersonTold, ...]
    first_call: FirstCall
    earlier: tuple[Earlier, ...]
    at: datetime
    may: frozenset[Action]
    whole: bool = True

    @property
    def caller(self) -> PersonTold | None:
        """Who asks for help."""
        return next((one for one in self.people if one.part is EnquiryPart.CALLER), None)


def asked_of(ref: str, one: PersonTold | EnquiryPerson) -> Asked:
    """Somebody in an enquiry, as it is asked whether they are known here."""
    numbers = tuple(number for number in (one.safe_phone, one.phone) if number)
    told = Applicant(name=one.name, born=one.date_of_birth, phones=numbers, email=one.email, address=one.address)
    return Asked(one.name, told, f"enquiry:{ref}:{one.id}")


def earlier_of(session: Session, ref: str) -> tuple[Earlier, ...]:
    """What was told of the people in an enquiry and no longer stands, the newest change first."""
    return from_rows(Earlier, session.execute(_EARLIER, {"ref": ref}))


def may_read_enquiry(desk: Desk, session: Session, ref: str) -> bool:
    """Whether there is an enquiry of this reference that this person may read."""
    taken_by = session.scalar(_TAKEN_BY, {"ref": ref})
    allowed = decide(desk.question(session, Action.READ_ENQUIRY, about=taken_by, enquiry=ref)).allowed
    return allowed and taken_by is not None


def enquiry_in_view(desk: Desk, ref: str) -> EnquiryInView:
    """One enquiry; reading it goes on record, once a person, enquiry and sign-in.

    Raises:
        NotFound: there is none, or none that this person may read: the same words, and the same work.
        Refused: they are of intake, and work for a side of that family: somebody else has it.
    """
    with desk.reading() as session:
        taken_by = session.scalar(_TAKEN_BY, {"ref": ref})
        question = desk.question(session, Action.READ_ENQUIRY, about=taken_by, enquiry=ref)
        decision = decide(question)
        view, read_already = None, False
        if taken_by is not None and decision.allowed:
            may = frozenset(one for one in _OFFERED if decide(replace(question, action=one)).allowed)
            view = _view(session, ref, question.at, may)
            if not decide(replace(question, action=Action.LIST_CASELOAD)).allowed:
                view = replace(view, case_ref=None)
            of_intake = decide(replace(question, about_self=False)).allowed
            if view.status is not EnquiryStatus.NEW and not of_intake:
                view = replace(
                    view,
                    words=None,
                    note=None,
                    reason=None,
                    people=(),
                    first_call=NOTHING_ASKED,
                    earlier=(),
                    whole=False,
                )
            here = {"ref": ref, "session_id": desk.session_id, "me": desk.actor}
            read_already = session.execute(_READ_ALREADY, here).first() is not None
    if view is None and Reason.WORKS_FOR_A_SIDE in decision.reasons and Reason.NOT_PERMITTED not in decision.reasons:
        desk.note_refusal(Action.READ_ENQUIRY, decision, question, ref)
        raise Refused(decision)
    if view is None:
        desk.note_event(Action.READ_ENQUIRY, subject=ref if taken_by else None, outcome=Outcome.DENY)
        raise unknown("enquiry", ref)
    if not read_already:
        with desk.permitted(Action.READ_ENQUIRY, about=taken_by, enquiry=ref) as deed:
            deed.about(ref)
    return view


def _view(session: Any, ref: str, at: datetime, may: frozenset[Action]) -> EnquiryInView:
    head: Any = session.execute(_HEAD, {"ref": ref}).one()
    people = from_rows(PersonTold, session.execute(_PEOPLE, {"ref": ref}))
    still = _STILL_OFFERED.get(head.status, frozenset())
    first_call = first_call_of(session.get(EnquiryTriage, ref))
    earlier = earlier_of(session, ref)
    return from_row(EnquiryInView, head, people=people, first_call=first_call, earlier=earlier, at=at, may=may & still)
