"""A data-protection right that somebody exercises: who answers it, and by when."""

from __future__ import annotations

from datetime import date, datetime

from okf.clock import london_date
from okf.policy.clocks import answer_by
from okf.policy.decision import Decision, Reason
from okf.policy.fault import refused_on_fault
from okf.policy.retention import keep_until
from okf.policy.share_facts import RightsQuestion
from okf.terms import Outcome, Role

ERASURE = frozenset({"erasure", "right_to_erasure", "deletion"})


@refused_on_fault
def decide_rights(q: RightsQuestion) -> Decision:
    """The data protection lead decides; the safeguarding lead with them where a concern is on the case.

    An erasure also says until when the case must be kept, if it is closed.
    """
    concerned = any(concern.raised_at <= q.at for concern in q.concerns)
    since = max(filter(None, (q.received_on, q.identity_shown_on)))
    due: dict[str, datetime | date] = {
        "answer_by": answer_by(since, q.settings.bank_holidays, extended=q.extended, awaited=_awaited(q))
    }
    kept = keep_until(q.case, q.concerns, q.born, q.at) if q.case and q.right in ERASURE else None
    if kept is not None:
        due["keep_until"] = kept
    return Decision(
        Outcome.ESCALATE,
        Reason.DATA_SUBJECT_RIGHT.key,
        (Reason.DATA_SUBJECT_RIGHT,),
        Reason.DATA_SUBJECT_RIGHT.clauses,
        due=due,
        to=(Role.DATA_PROTECTION_LEAD, Role.DSL) if concerned else (Role.DATA_PROTECTION_LEAD,),
    )


def _awaited(q: RightsQuestion) -> int:
    """The days on which clarification was awaited, so far; a day of two requests counts once."""
    days = {
        asked_on.toordinal() + n
        for asked_on, answered_on in q.clarification
        for n in range(((answered_on or max(asked_on, london_date(q.at))) - asked_on).days)
    }
    return len(days)
