"""What shows that the promise is kept: who is bound by it, and what was refused for it."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from okf.policy.clauses import Clause
from okf.policy.decision import Reason
from okf.policy.words import moment
from okf.proof.queries.assurance import checks
from okf.proof.queries.assurance.findings import SHOWN, Behind, Finding
from okf.store.models import AuditEvent, Person, Signature
from okf.terms import Outcome

BATCH: Final = 5_000

_AT: Any = bindparam("at", type_=Signature.signed_at.type)
_BOUND = select(func.count(Signature.person.distinct())).where(Signature.signed_at <= _AT)
_LEFT = _BOUND.join(Person, Person.username == Signature.person).where(Person.left_at <= _AT)
_REFUSED = (
    select(AuditEvent.seq, AuditEvent.at, AuditEvent.actor, AuditEvent.case_ref, AuditEvent.reasons, AuditEvent.clauses)
    .where(AuditEvent.outcome == Outcome.DENY, AuditEvent.at <= _AT)
    .order_by(AuditEvent.seq)
)


def people_bound(session: Session, at: datetime) -> Finding:
    """Everyone who ever signed, leavers included: the duty has no end date."""
    bound = session.execute(_BOUND, {"at": at}).scalar_one()
    left = session.execute(_LEFT, {"at": at}).scalar_one()
    return Finding(checks.BOUND, bound, figures={"still working with OKF": bound - left, "left": left})


def refusals(session: Session, at: datetime) -> tuple[Finding, Finding]:
    """How often each reason stood against what somebody asked for; and refusals for want of an undertaking (C14)."""
    reasons: Counter[str] = Counter()
    count, unhelped = 0, 0
    behind: list[Behind] = []
    with session.execute(_REFUSED.execution_options(yield_per=BATCH), {"at": at}) as rows:
        for row in rows:
            count += 1
            # That somebody looked for a concern about them is told as a look for what is not here (C9).
            of_subject = Reason.SUBJECT_OF_CONCERN.key in row.reasons
            reasons.update(["unknown here"] if of_subject else row.reasons or ["unknown here"])
            if Clause.C14.name in row.clauses:
                unhelped += 1
                what = f"Event {row.seq:,}, {moment(row.at)}: {row.actor} was refused."
                behind.append(Behind(what, row.actor, row.case_ref, str(row.seq), row.at))
                del behind[SHOWN:]
    figures = dict(sorted(reasons.items(), key=lambda one: (-one[1], one[0])))
    return Finding(checks.REFUSALS, count, figures=figures), Finding(checks.HELP_REFUSED, unhelped, tuple(behind))
