"""A personal data breach: who decides on it, and the clock to the Information Commissioner."""

from __future__ import annotations

from okf.policy.clocks import ico_by
from okf.policy.decision import C9, Decision, Reason, in_order
from okf.policy.fault import refused_on_fault
from okf.policy.share_facts import BreachQuestion
from okf.terms import Outcome, Role


@refused_on_fault
def decide_breach(q: BreachQuestion) -> Decision:
    """The data protection lead decides; the safeguarding lead with them where harm may come of it."""
    reason = Reason.PERSONAL_DATA_BREACH
    return Decision(
        Outcome.ESCALATE,
        reason.key,
        (reason,),
        in_order((*reason.clauses, C9) if q.risk_of_harm else reason.clauses),
        due={"ico_by": ico_by(q.aware_at)},
        to=(Role.DATA_PROTECTION_LEAD, Role.DSL) if q.risk_of_harm else (Role.DATA_PROTECTION_LEAD,),
    )
