"""Who decides where a misfiled record belongs."""

from __future__ import annotations

from okf.policy.decision import Reason
from okf.policy.facts import Question
from okf.policy.gates import DATA_DECIDERS, role
from okf.terms import SAFEGUARDING_LEADS


def misfiling_decider(q: Question) -> tuple[Reason, ...]:
    """They decide where a misfiled record belongs: of a safeguarding matter its leads, of all others the managers."""
    part = q.record.compartment if q.record else None
    if part is None:
        return role(DATA_DECIDERS | SAFEGUARDING_LEADS, q)
    return role(SAFEGUARDING_LEADS if part == "safeguarding" else DATA_DECIDERS, q)
