"""What a decision on a concern sends out: its share, sent by the same deed, and the referral that awaits an answer."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time
from hashlib import sha256
from typing import Any, Final

from okf.clock import LONDON, london_date
from okf.desk import Deed, Desk
from okf.errors import Invalid
from okf.policy.decision import Decision
from okf.store.models import ConcernDecision, InformationShare, Referral, SharePackage
from okf.store.sealing import seal_bytes
from okf.store.shares import apart
from okf.terms import ShareStatus
from okf.terms.decisions import ReferralStatus

CHASED_FROM: Final = time(9)
_OWN: Final = {"actor", "recipient", "purpose"}


def share_sent(
    desk: Desk,
    deed: Deed,
    asked: Mapping[str, Any],
    answer: Decision,
    *,
    case_ref: str | None,
    sent_at: datetime,
    what: str,
) -> InformationShare:
    """The share of a decision, as the routes allowed it: its question as it was asked, and what went out, sealed."""
    recipient, particulars, sealed_words = apart(
        dict(asked["recipient"]), {key: value for key, value in asked.items() if key not in _OWN}
    )
    by = deed.question.person.username
    share = InformationShare(
        ref=desk.new_ref("S"),
        case_ref=case_ref,
        status=ShareStatus.SENT,
        records=[],
        recipient=recipient,
        purpose=str(asked["purpose"]),
        requested_by=[],
        particulars=particulars,
        words=sealed_words,
        asked_by=by,
        asked_at=deed.at,
        route=answer.primary,
        agreements=[],
        clauses=[clause.name for clause in answer.clauses],
        approvals={},
        decided_by=by,
        decided_at=deed.at,
        conditions=list(answer.conditions),
        ticked=list(answer.conditions),
        due={name: when.isoformat() for name, when in answer.due.items()},
        sent_by=by,
        sent_at=sent_at,
    )
    deed.add(share)
    deed.session.flush()
    content = what.encode()
    share.sent_sha256 = sha256(content).hexdigest()
    sealed = seal_bytes(deed.session, share.sealed_under(), content)
    deed.add(
        SharePackage(
            share_ref=share.ref,
            media_type="text/plain",
            content=sealed,
            size=len(content),
            sha256=share.sent_sha256,
            made_by=by,
            made_at=deed.at,
        )
    )
    return share


def refer(
    desk: Desk, deed: Deed, made: ConcernDecision, answer: Decision, sent_at: datetime, expected_at: datetime | None
) -> None:
    """Open the referral of a decision to share: chased on the policy's clock, or when the lead expects an answer."""
    clocks = [when for when in (answer.due.get("chase_on"), expected_at) if isinstance(when, datetime)]
    confirm_by = answer.due.get("written_confirmation_by")
    deed.add(
        Referral(
            ref=desk.new_ref("R"),
            concern_ref=made.concern_ref,
            decision_ref=made.ref,
            recipient=str(made.recipient),
            sent_at=sent_at,
            status=ReferralStatus.SENT,
            chase_at=min(clocks, default=None),
            confirm_by=confirm_by if isinstance(confirm_by, datetime) else None,
        )
    )


def expected(on: date | None, at: datetime) -> datetime | None:
    """When an answer that is expected on a day is chased: nine o'clock in London.

    Raises:
        Invalid: the day is not to come.
    """
    if on is None:
        return None
    if on <= london_date(at):
        raise Invalid("Answer expected on", "choose a day that is still to come.")
    return datetime.combine(on, CHASED_FROM, LONDON)
