"""Sharing: may this leave the circle of live grants? The first route that applies decides, the last refuses."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from okf.policy.decision import Decision, Reason, refusal
from okf.policy.express import agreed_by_all, agreed_by_sources, identifiable_people
from okf.policy.fault import refused_on_fault
from okf.policy.routes import ROUTES, in_immediate_danger
from okf.policy.share_facts import ExpressAgreementFacts, RecipientFacts, ShareQuestion
from okf.terms import Severity, ShareRoute

KEPT: Final = "not_shared"
WITHIN: Final = "safeguarding_trustee"


@refused_on_fault
def decide_share(q: ShareQuestion) -> Decision:
    """The answer to one share, by the first route that applies.

    An account that is off shares nothing, but for immediate danger.
    """
    if not q.actor.active(q.at) and not in_immediate_danger(q):
        return refusal([Reason.ACCOUNT_NOT_ACTIVE])
    route = next(route for route in ROUTES if route.applies(q))
    return route.decides(q, route)


def decide_not_to_share(q: ShareQuestion) -> Decision:
    """The answer to keeping a concern within OKF: the same form, decided by the same route, and nothing leaves.

    It is asked as a share with the safeguarding trustee, who is no outsider;
    whoever the question names as recipient, and a danger in it, count for
    nothing. Due is the second review alone: nobody is waited for.
    """
    severity = q.severity or Severity.LOW
    within = replace(
        q, recipient=RecipientFacts(WITHIN), records=(), purpose=None, compulsion=None, danger=False, severity=severity
    )
    decision = decide_share(within)
    review = {name: when for name, when in decision.due.items() if name == "second_review_by"}
    return replace(decision, primary=KEPT if decision.allowed else decision.primary, due=review)


def relied_on(q: ShareQuestion, decision: Decision) -> tuple[ExpressAgreementFacts, ...]:
    """The express agreements on whose authority an allowed share goes out, for the audit record and to use up."""
    if not decision.allowed:
        return ()
    if decision.primary == ShareRoute.PUBLIC_AGREED:
        return agreed_by_all(q, identifiable_people(q)).relied_on
    return agreed_by_sources(q).relied_on if decision.primary == ShareRoute.EXPRESS_AGREEMENT else ()
