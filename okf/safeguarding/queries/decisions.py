"""The decisions on one concern, as those who work it or read them again see them: all that was written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, aliased

from okf.desk import Desk
from okf.errors import unknown
from okf.policy.access import decide
from okf.policy.facts import Question
from okf.policy.share_words import recipient_in_words
from okf.store.models import (
    ConcernDecision,
    ConcernInformed,
    DecisionReading,
    Person,
    Referral,
    ReferralEscalation,
    ServiceUser,
)
from okf.terms import Action
from okf.terms.decisions import Consent, DecisionState, ReferralStatus, Threshold, Way
from okf.terms.escalations import EscalationEnd

_MADE, _READ = aliased(Person), aliased(Person)
_REF: Any = bindparam("ref")
_DECISIONS = (
    select(ConcernDecision, _MADE.name)
    .join(_MADE, _MADE.username == ConcernDecision.decided_by)
    .where(ConcernDecision.concern_ref == _REF)
    .order_by(ConcernDecision.number.desc())
)
_READINGS = (
    select(DecisionReading, _READ.name)
    .join(_READ, _READ.username == DecisionReading.reader)
    .where(DecisionReading.concern_ref == _REF)
    .order_by(DecisionReading.place)
)
_INFORMED = (
    select(ConcernInformed, ServiceUser.name)
    .outerjoin(ServiceUser, ServiceUser.ref == ConcernInformed.service_user)
    .where(ConcernInformed.concern_ref == _REF)
    .order_by(ConcernInformed.id)
)
_REFERRALS = select(Referral).where(Referral.concern_ref == _REF)
_ESCALATIONS = (
    select(ReferralEscalation).where(ReferralEscalation.concern_ref == _REF).order_by(ReferralEscalation.place)
)
_NAMES = select(ServiceUser.ref, ServiceUser.name).where(ServiceUser.ref.in_(bindparam("keys", expanding=True)))


@dataclass(frozen=True, slots=True)
class Told:
    """One person who was told of a decision, or was not, and why."""

    name: str
    informed: bool
    why: str | None


@dataclass(frozen=True, slots=True)
class Reading:
    """What a second or a third reader said, by when it was due and when it was done."""

    place: int
    reader: str
    read_at: datetime
    due_at: datetime
    agrees: bool
    reason: str

    @property
    def late(self) -> bool:
        """Whether it was read after its time."""
        return self.due_at <= self.read_at


@dataclass(frozen=True, slots=True)
class Climbed:
    """A step that a professional disagreement climbed; `answer` is theirs, or why it was given up."""

    place: int
    authority: str | None
    written_to: str
    said: str
    written_at: datetime
    due_at: datetime
    ended_at: datetime | None
    ended_how: EscalationEnd | None
    answer: str | None


@dataclass(frozen=True, slots=True)
class ReferralInView:
    """A referral and where it stands; `recipient` is its kind, `name` as the decision wrote it.

    `chase_at` is when its answer is chased, `confirm_by` its written word due.
    """

    ref: str
    recipient: str
    name: str | None
    to: str
    sent_at: datetime
    status: ReferralStatus
    their_reference: str | None
    chase_at: datetime | None
    confirm_by: datetime | None
    confirmed_at: datetime | None
    climbed: tuple[Climbed, ...]


@dataclass(frozen=True, slots=True)
class DecisionInView:
    """One decision, whole. `to_read` says that whoever looks may read it again, as the second or the third."""

    ref: str
    number: int
    to_share: bool
    by: str
    at: datetime
    entries_before: int
    threshold: Threshold | None
    legal_basis: tuple[str, ...]
    rationale: str
    alternatives: str
    least: str | None
    consent: Consent
    consent_why: str | None
    to: str | None
    how: Way | None
    acted_at: datetime | None
    share_ref: str | None
    state: DecisionState
    due_at: datetime
    settled_at: datetime | None
    told: tuple[Told, ...]
    readings: tuple[Reading, ...]
    referral: ReferralInView | None
    own: bool
    to_read: bool

    def overdue(self, at: datetime) -> bool:
        """Whether its reading is past its time at an instant."""
        return self.settled_at is None and self.due_at <= at


@dataclass(frozen=True, slots=True)
class DecisionsView:
    """The decisions on a concern, newest first; `family` are the people of whom each says whether they are told."""

    decisions: tuple[DecisionInView, ...]
    family: tuple[tuple[str, str], ...]
    about_workers: bool
    may_decide: bool
    at: datetime


def decisions_in_view(desk: Desk, ref: str) -> DecisionsView:
    """The decisions on one concern, for whoever may work it or read them again.

    Raises:
        NotFound: there is no such concern, or none whose decisions they may read.
    """
    with desk.reading() as session:
        question = desk.question(session, Action.REVIEW_DECISION, concern=ref)
        if question.concern is None or not decide(question).allowed:
            raise unknown("concern", ref)
        read = _by_decision(session.execute(_READINGS, {"ref": ref}).all())
        told = _by_decision(session.execute(_INFORMED, {"ref": ref}).all())
        climbed = session.scalars(_ESCALATIONS, {"ref": ref}).all()
        sent = {one.decision_ref: one for one in session.scalars(_REFERRALS, {"ref": ref})}
        return DecisionsView(
            decisions=tuple(
                _decision(question, row, by, told.get(row.ref, ()), read.get(row.ref, ()), sent.get(row.ref), climbed)
                for row, by in session.execute(_DECISIONS, {"ref": ref})
            ),
            family=_family(session, question),
            about_workers=bool(question.concern.about_people),
            may_decide=decide(replace(question, action=Action.DECIDE_CONCERN)).allowed
            and question.concern.open(question.at),
            at=question.at,
        )


def _decision(
    question: Question,
    row: ConcernDecision,
    by: str,
    told: Sequence[Any],
    read: Sequence[Any],
    sent: Referral | None,
    climbed: Sequence[ReferralEscalation],
) -> DecisionInView:
    me = question.person.username
    own = me == row.decided_by or me in {reading.reader for reading, _ in read}
    may_read = decide(replace(question, about_self=own)).allowed
    to = recipient_in_words({"type": row.recipient, "name": row.recipient_name}) if row.recipient else None
    return DecisionInView(
        ref=row.ref,
        number=row.number,
        to_share=row.to_share,
        by=by,
        at=row.decided_at,
        entries_before=row.entries_before,
        threshold=row.threshold,
        legal_basis=tuple(row.legal_basis),
        rationale=row.rationale,
        alternatives=row.alternatives,
        least=row.least,
        consent=row.consent,
        consent_why=row.consent_why,
        to=to,
        how=row.sent_how,
        acted_at=row.acted_at,
        share_ref=row.share_ref,
        state=row.state,
        due_at=row.due_at,
        settled_at=row.settled_at,
        told=tuple(Told(one.named or name or one.service_user, one.informed, one.why) for one, name in told),
        readings=tuple(
            Reading(
                place=one.place,
                reader=name,
                read_at=one.read_at,
                due_at=one.due_at,
                agrees=one.agrees,
                reason=one.reason,
            )
            for one, name in read
        ),
        referral=_referral(sent, row.recipient_name, climbed) if sent is not None else None,
        own=own,
        to_read=may_read and row.settled_at is None,
    )


def _referral(sent: Referral, name: str | None, climbed: Sequence[ReferralEscalation]) -> ReferralInView:
    return ReferralInView(
        ref=sent.ref,
        recipient=sent.recipient,
        name=name,
        to=recipient_in_words({"type": sent.recipient}),
        sent_at=sent.sent_at,
        status=sent.status,
        their_reference=sent.their_reference,
        chase_at=sent.chase_at,
        confirm_by=sent.confirm_by,
        confirmed_at=sent.confirmed_at,
        climbed=tuple(
            Climbed(
                place=one.place,
                authority=one.authority,
                written_to=one.written_to,
                said=one.said,
                written_at=one.written_at,
                due_at=one.due_at,
                ended_at=one.ended_at,
                ended_how=one.ended_how,
                answer=one.answer,
            )
            for one in climbed
            if one.referral_ref == sent.ref
        ),
    )


def _family(session: Session, question: Question) -> tuple[tuple[str, str], ...]:
    """Whom the concern is about and the case's family, by reference and name; nobody who works with OKF."""
    concern, case = question.concern, question.case
    refs = dict.fromkeys((*(concern.about if concern else ()), *((*case.children, *case.parties) if case else ())))
    names = {row.ref: row.name for row in session.execute(_NAMES, {"keys": list(refs)})} if refs else {}
    return tuple((ref, names.get(ref) or ref) for ref in refs)


def _by_decision(rows: Sequence[Any]) -> dict[str, list[Any]]:
    groups: dict[str, list[Any]] = {}
    for row in rows:
        groups.setdefault(row[0].decision_ref, []).append(row)
    return groups
