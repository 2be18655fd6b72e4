"""What left OKF, decided again for the instant at which it left; and the recordings of mediation sessions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, defer

from okf.errors import Invalid, Unsealed
from okf.policy.recipients import kind_of
from okf.policy.recording import decide_recording
from okf.policy.routes import heads_for_court
from okf.policy.words import due_told, moment
from okf.proof.queries.assurance import attention, checks
from okf.proof.queries.assurance.accesses import ALLOWED
from okf.proof.queries.assurance.findings import Behind, Check, Finding, found
from okf.store.models import AuditEvent, InformationShare, RecordingAgreement, RecordingIncident
from okf.store.share_facts import recording_question
from okf.store.shares import may_leave, question_of
from okf.terms import Action, RecordClass, RecordingStatus

BATCH: Final = 200
MARKING: Final = "without_prejudice_marking"

_SENT = (
    select(InformationShare)
    .options(  # a text that was changed from outside must not hide the others: each is opened by itself
        defer(InformationShare.purpose),
        defer(InformationShare.words),
        defer(InformationShare.refused_because),
        defer(InformationShare.review),
    )
    .where(
        InformationShare.sent_at.is_not(None),
        InformationShare.sent_at <= bindparam("at"),
        InformationShare.ref > bindparam("after"),
    )
    .order_by(InformationShare.ref)
    .limit(BATCH)
)
_SENDING = select(AuditEvent.subject).where(
    AuditEvent.action.in_((Action.SHARE, Action.SEND_SHARE)),
    AuditEvent.outcome.in_(ALLOWED),
    AuditEvent.subject.is_not(None),
)
_DECIDED = select(AuditEvent.facts).where(
    AuditEvent.action == Action.DECIDE_CONCERN, AuditEvent.outcome.in_(ALLOWED)
)  # a lead's decision sends its share by the same deed
_RECORDINGS = (
    select(RecordingAgreement)
    .where(
        RecordingAgreement.asked_at <= bindparam("at"),
        RecordingAgreement.recorded_at.is_not(None) | (RecordingAgreement.status == RecordingStatus.AGREED),
    )
    .order_by(RecordingAgreement.session_starts)
)
_INCIDENT = (
    select(
        RecordingIncident.ref, RecordingIncident.case_ref, RecordingIncident.review_by, RecordingIncident.reviewed_at
    )
    .where(RecordingIncident.recording_id == bindparam("recording"), RecordingIncident.noted_at <= bindparam("at"))
    .order_by(RecordingIncident.noted_at)
    .limit(1)
)


def shares_that_left(session: Session, at: datetime) -> list[Finding]:
    """Every share that was sent by an instant, decided again; costs by the shares, a dozen queries each."""
    sending = {subject for subject in session.scalars(_SENDING) if subject}
    sending |= {str(facts["shared"]) for facts in session.scalars(_DECIDED) if facts.get("shared")}
    told: dict[str, list[Behind]] = {check.key: [] for check in _CHECKS}
    routes: Counter[str] = Counter()
    for share in _shares(session, at):
        routes[share.route or "none"] += 1
        against: dict[str, list[str]] = {}
        for check, why in _against(session, share, sending):
            against.setdefault(check.key, []).append(why)
        for key, whys in against.items():
            told[key].append(_told(share, "; ".join(whys)))
        session.expunge(share)
    evidence = Finding(checks.SHARED, sum(routes.values()), figures=dict(sorted(routes.items())))
    return [*(found(check, told[check.key]) for check in _CHECKS), evidence]


_CHECKS: Final = (checks.SHARES_UNAUTHORISED, checks.MARKING_MISSING, checks.COURT_SIDE_SENT, checks.SUMMARIES_ASTRAY)


def _shares(session: Session, at: datetime) -> Iterator[InformationShare]:
    after = ""
    while batch := session.scalars(_SENT, {"at": at, "after": after}).all():
        after = batch[-1].ref
        yield from batch


def _against(session: Session, share: InformationShare, sending: set[str]) -> Iterator[tuple[Check, str]]:
    """Each check that a share does not stand, and why."""
    sent_at = share.sent_at
    if sent_at is None:
        return
    if share.ref not in sending:
        yield checks.SHARES_UNAUTHORISED, "no event on the record says that it was sent"
    try:
        q = question_of(session, share, sent_at)
    except Unsealed:
        yield checks.SHARES_UNAUTHORISED, "its words were changed from outside, so it can't be decided again"
        return
    except Invalid:
        yield checks.SHARES_UNAUTHORISED, "what it was about is not on file, so it can't be decided again"
        return
    allowed, decision = may_leave(session, share, q)
    why = "; ".join(reason.words for reason in decision.reasons) or "nothing on record allowed it"
    if not allowed:
        yield checks.SHARES_UNAUTHORISED, why
    if q.mediation_material and MARKING not in share.conditions:
        yield checks.MARKING_MISSING, "it does not bear the words"
    if heads_for_court(q) and not allowed:
        yield checks.COURT_SIDE_SENT, "no order, summons or warrant was approved by the two who decide"
    summary = any(record.record_class is RecordClass.OUTCOME_SUMMARY for record in q.records)
    if summary and kind_of(q.recipient.type) == "lawyer" and not allowed:
        yield checks.SUMMARIES_ASTRAY, why


def _told(share: InformationShare, why: str) -> Behind:
    to = str(share.recipient.get("type", "somebody")).replace("_", " ")
    when = moment(share.sent_at) if share.sent_at else ""
    what = f"Share {share.ref} to {to}, sent {when} by {share.sent_by}: {why}."
    return Behind(what, share.sent_by, share.case_ref, share.ref, share.sent_at)


def recordings(session: Session, at: datetime) -> list[Finding]:
    """Sessions cleared for recording, or recorded, without everyone's agreement before they began.

    One that was recorded so and reported is no fault of OKF's: it waits for its
    review, and after that the promise was kept (C13).
    """
    broken, waiting = [], []
    for one in session.scalars(_RECORDINGS, {"at": at}):
        asked = {"mediation": one.mediation_ref, "session_starts": one.session_starts, "agreed": one.agreed}
        if decide_recording(recording_question(session, asked, one.session_starts)).allowed:
            continue
        incident = session.execute(_INCIDENT, {"recording": one.id, "at": at}).first()
        when = moment(one.session_starts)
        if one.status is RecordingStatus.UNAUTHORISED and incident is not None:
            if incident.reviewed_at is None or incident.reviewed_at > at:
                what = (
                    f"{incident.ref}: the session of {one.mediation_ref} on {when} was recorded, and not everyone had"
                    f" agreed; a review is due {due_told(incident.review_by)}."
                )
                waiting.append(Behind(what, None, incident.case_ref, incident.ref, one.session_starts))
            continue
        did = "was recorded" if one.recorded_at else "was cleared for recording"
        what = f"{one.id}: the session of {one.mediation_ref} on {when} {did}, and not everyone had agreed."
        broken.append(Behind(what, ref=one.id, at=one.session_starts))
    return [found(checks.RECORDINGS, broken), found(attention.INCIDENTS, waiting)]
