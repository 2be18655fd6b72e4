"""The clocks of concerns as rows; those of concerns that were there before there were clocks, started once (0016).

Of one that was raised here, and that nobody has decided on, the decision's
clock runs on from where it began, whatever was done meanwhile.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update
from sqlalchemy.orm import Session, load_only

from okf.clock import end_of, end_of_working_day_after, utc_now
from okf.policy.clocks import decide_by, lado_by, review_by
from okf.policy.duties import Clock, clocks_found, kept_of
from okf.policy.recipients import LOCAL_AUTHORITY, kind_of
from okf.store import audit, facts, guards
from okf.store.keyring import Keyring
from okf.store.models import (
    Concern,
    ConcernAbout,
    ConcernCategoryAlso,
    ConcernClock,
    ConcernDecision,
    ConcernReview,
    LadoNotice,
    Referral,
    RowMark,
)
from okf.store.sealing import in_hand
from okf.terms import Action, Outcome
from okf.terms.concerns import ConcernCategory, ReviewOutcome
from okf.terms.decisions import DecisionState
from okf.terms.duties import ClockEnd, Duty

SINCE: Final = "0016"
KEPT: Final = ("due_at", "decide_by", "next_review_on")  # what a concern keeps of its clocks
_BATCH: Final = 500
_AWAITED: Final = {DecisionState.AWAITS_SECOND: Duty.SECOND, DecisionState.AWAITS_THIRD: Duty.THIRD}
_CONCERNS = (
    select(Concern)
    .options(
        load_only(
            Concern.severity,
            Concern.status,
            Concern.category,
            Concern.raised_at,
            Concern.due_at,
            Concern.decide_by,
            Concern.next_review_on,
            Concern.ended_at,
            Concern.ended_by,
        )
    )
    .where(Concern.ref > bindparam("after"))
    .order_by(Concern.ref)
    .limit(_BATCH)
)
_KEYS = bindparam("keys", expanding=True)
_OF_THEM: Final[Mapping[str, Any]] = {
    "decisions": select(
        ConcernDecision.concern_ref,
        ConcernDecision.ref,
        ConcernDecision.decided_at,
        ConcernDecision.decided_by,
        ConcernDecision.state,
        ConcernDecision.due_at,
        ConcernDecision.settled_at,
    )
    .where(ConcernDecision.concern_ref.in_(_KEYS))
    .order_by(ConcernDecision.number),
    "referrals": select(
        Referral.concern_ref,
        Referral.ref,
        Referral.recipient,
        Referral.sent_at,
        Referral.chase_at,
        Referral.confirm_by,
        Referral.confirmed_at,
    ).where(Referral.concern_ref.in_(_KEYS)),
    "reviews": select(ConcernReview.concern_ref, ConcernReview.reviewed_at)
    .where(ConcernReview.concern_ref.in_(_KEYS), ConcernReview.outcome == ReviewOutcome.STILL_OPEN)
    .order_by(ConcernReview.id),
    "notices": select(LadoNotice.concern_ref, LadoNotice.noted_at, LadoNotice.noted_by, LadoNotice.told_at)
    .where(LadoNotice.concern_ref.in_(_KEYS))
    .order_by(LadoNotice.id),
    "workers": select(ConcernAbout.concern_ref, ConcernAbout.added_at).where(
        ConcernAbout.concern_ref.in_(_KEYS), ConcernAbout.person.is_not(None)
    ),
    "meant": select(ConcernCategoryAlso.concern_ref).where(
        ConcernCategoryAlso.concern_ref.in_(_KEYS),
        ConcernCategoryAlso.category == ConcernCategory.ABOUT_A_WORKER,
        ConcernCategoryAlso.ended_at.is_(None),
    ),
}


@dataclass(frozen=True, slots=True)
class _History:
    """What an older Casebook kept of one concern, beside its row."""

    decisions: list[Any] = field(default_factory=list)
    referrals: list[Any] = field(default_factory=list)
    reviews: list[Any] = field(default_factory=list)
    notices: list[Any] = field(default_factory=list)
    workers: list[Any] = field(default_factory=list)
    meant: list[Any] = field(default_factory=list)


def rows_of_clocks(ref: str, clocks: Iterable[Clock], by: str | None = None) -> list[dict[str, Any]]:
    """A concern's clocks as rows; `by` ended those that have ended."""
    return [
        {
            "concern_ref": ref,
            "duty": one.duty,
            "of": one.of,
            "started_at": one.started_at,
            "due_at": one.due_at,
            "ended_at": one.ended_at,
            "ended_by": by if one.ended_at else None,
            "ended_how": one.how,
        }
        for one in clocks
    ]


def fill_clocks(connection: Connection, ring: Keyring) -> None:
    """Start the clocks of the concerns that are there, and end those that were met; costs by all concerns.

    Where there is a clock already, nothing is.
    """
    with guards.GuardedSession(connection) as session, in_hand(ring, session), guards.lifted(session):
        if session.scalar(select(ConcernClock.id).limit(1)) is not None:
            return
        holidays, some = facts.policy_settings(session, utc_now()).bank_holidays, False
        for concerns in _batches(session):
            some = True
            histories = _histories(session, [one.ref for one in concerns])
            for one in concerns:
                rows = _clocks(one, histories[one.ref], holidays)
                if rows:
                    session.execute(insert(ConcernClock), rows)
                _keep(one, rows)
            session.flush()
            session.expunge_all()
        if some and session.scalar(select(RowMark.id).limit(1)) is not None:
            _on_record(session)


def take_clocks_away(connection: Connection, ring: Keyring) -> None:
    """Leave an older Casebook, which knows no clocks, what it reads: the decision's instant of what was raised here."""
    with guards.GuardedSession(connection) as session, in_hand(ring, session), guards.lifted(session):
        if session.scalar(select(ConcernClock.id).limit(1)) is None:
            return
        decided = (
            select(ConcernClock.concern_ref, func.min(ConcernClock.due_at, type_=ConcernClock.due_at.type))
            .where(ConcernClock.duty == Duty.DECIDE, ConcernClock.ended_at.is_not(None))
            .group_by(ConcernClock.concern_ref)
        )
        change = update(Concern).where(Concern.ref == bindparam("key")).values(decide_by=bindparam("first"))
        rows = [{"key": ref, "first": due} for ref, due in session.execute(decided)]
        if rows:
            session.connection().execute(change, rows)
        session.execute(update(Concern).where(Concern.taken_at.is_not(None)).values(taken_at=None))
        session.execute(delete(ConcernClock))
        _on_record(session)


def _batches(session: Session) -> Iterator[Sequence[Concern]]:
    after = ""
    while concerns := session.scalars(_CONCERNS, {"after": after}).all():
        after = concerns[-1].ref
        yield concerns


def _histories(session: Session, refs: Sequence[str]) -> Mapping[str, _History]:
    found: dict[str, _History] = defaultdict(_History)
    for name, statement in _OF_THEM.items():
        for row in session.execute(statement, {"keys": refs}):
            getattr(found[row.concern_ref], name).append(row)
    return found


def _clocks(one: Concern, was: _History, holidays: Sequence[date]) -> list[dict[str, Any]]:
    about_worker = bool(was.workers or was.meant) or one.category is ConcernCategory.ABOUT_A_WORKER
    if one.decide_by is None and not was.decisions:
        found = clocks_found(
            status=one.status,
            raised_at=one.raised_at,
            due_at=one.due_at,
            next_review_on=one.next_review_on,
            about_worker=False,
            holidays=holidays,
        )
        rows = rows_of_clocks(one.ref, found.all)
    else:
        rows = [*_to_decide(one, was, holidays), *_to_review(one, was)]
    if about_worker:
        rows += _to_tell(one, was, holidays)
    for made in was.decisions:
        if made.state in _AWAITED:
            rows += rows_of_clocks(one.ref, [Clock(_AWAITED[made.state], made.decided_at, made.due_at, made.ref)])
    for sent in was.referrals:
        rows += rows_of_clocks(one.ref, _of_referral(sent, holidays))
    return rows


def _to_decide(one: Concern, was: _History, holidays: Sequence[date]) -> Iterator[dict[str, Any]]:
    first = was.decisions[0] if was.decisions else None
    if one.decide_by is not None:
        clock, by = Clock(Duty.DECIDE, one.raised_at, one.decide_by), None
        if first is not None:
            clock.ended_at, clock.how, by = first.decided_at, ClockEnd.MET, first.decided_by
        elif one.ended_at is not None:
            clock.ended_at, clock.how, by = one.ended_at, ClockEnd.WITH_CONCERN, one.ended_by
        yield from rows_of_clocks(one.ref, [clock], by)
    last = was.decisions[-1] if was.decisions else None
    if last is not None and last.state is DecisionState.OVERTURNED and one.ended_at is None:
        due = decide_by(one.severity, last.settled_at, holidays)
        yield from rows_of_clocks(one.ref, [Clock(Duty.DECIDE, last.settled_at, due)])


def _to_review(one: Concern, was: _History) -> Iterator[dict[str, Any]]:
    """Of one that is open, from the last review or else the decision; a triage started none."""
    looked_at = [row.reviewed_at for row in was.reviews] or [row.decided_at for row in was.decisions]
    if one.ended_at is None and looked_at:
        day = one.next_review_on
        due = end_of(day) if day else review_by(one.severity, looked_at[-1])
        yield from rows_of_clocks(one.ref, [Clock(Duty.REVIEW, looked_at[-1], due)])


def _to_tell(one: Concern, was: _History, holidays: Sequence[date]) -> list[dict[str, Any]]:
    known = min((row.added_at or one.raised_at for row in was.workers), default=one.raised_at)
    clock, by = Clock(Duty.LADO, known, lado_by(known, holidays)), None
    if was.notices:
        noted = was.notices[0]
        clock.ended_at, by = noted.noted_at, noted.noted_by
        clock.how = ClockEnd.MET if noted.told_at else ClockEnd.GIVEN_UP
    elif one.ended_at is not None:
        clock.ended_at, clock.how, by = one.ended_at, ClockEnd.WITH_CONCERN, one.ended_by
    return rows_of_clocks(one.ref, [clock], by)


def _of_referral(sent: Any, holidays: Sequence[date]) -> Iterator[Clock]:
    if sent.confirm_by is not None and sent.confirmed_at is None:
        yield Clock(Duty.CONFIRM, sent.sent_at, sent.confirm_by, sent.ref)
    if sent.chase_at is not None:
        if kind_of(sent.recipient) in LOCAL_AUTHORITY:
            due = end_of_working_day_after(sent.sent_at, 1, holidays)
            yield Clock(Duty.ANSWER, sent.sent_at, due, sent.ref)
        yield Clock(Duty.CHASE, sent.sent_at, sent.chase_at, sent.ref)


def _keep(one: Concern, rows: Iterable[Mapping[str, Any]]) -> None:
    due: dict[Duty, Any] = {}
    for row in rows:
        if row["ended_at"] is None:
            due[row["duty"]] = min(row["due_at"], due.get(row["duty"], row["due_at"]))
    for name, value in kept_of(due).items():
        setattr(one, name, value)


def _on_record(session: Session) -> None:
    session.flush()
    audit.append(session, at=utc_now(), actor="host", action=Action.MARK_ROWS, outcome=Outcome.ALLOW)
