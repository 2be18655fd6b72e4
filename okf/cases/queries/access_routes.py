"""The access routes into a case beside a grant: which of them it is that opens it now, and until when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from okf.policy.decision import Decision
from okf.policy.facts import Question


@dataclass(frozen=True, slots=True)
class Opened:
    """An emergency or custody access that is all the reader has here, and when it ends by itself."""

    id: str
    until: datetime


def emergency_of(question: Question, decision: Decision) -> Opened | None:
    """The emergency access by which the case of a decided question is open, if that is all."""
    if "emergency_review" not in decision.conditions or question.case is None:
        return None
    hours = timedelta(hours=question.settings.break_glass_hours)
    live = [
        Opened(e.id, e.opened_at + hours)
        for e in question.emergencies
        if e.case_ref == question.case.ref and e.ended_at is None
    ]
    return max(live, key=lambda one: one.until, default=None)


def custody_of(question: Question, decision: Decision) -> Opened | None:
    """The custody access by which it is, if that is all."""
    if "custodian_purpose_logged" not in decision.conditions or question.case is None:
        return None
    live = [
        Opened(c.id, c.until) for c in question.custodies if c.case_ref == question.case.ref and c.lasts(question.at)
    ]
    return max(live, key=lambda one: one.until, default=None)
