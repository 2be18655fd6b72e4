"""Whether whoever acts by their role works for one side of the family: then somebody else does it (C2)."""

from __future__ import annotations

from okf.policy.decision import Reason
from okf.policy.facts import Question
from okf.policy.scopes import is_own_part


def not_across(q: Question) -> tuple[Reason, ...]:
    """They work on no case that is linked to this one."""
    return (Reason.WORKS_FOR_A_SIDE,) if q.across else ()


def on_no_side(q: Question) -> tuple[Reason, ...]:
    """Nor do they work in a party's or a child's own part of this one."""
    live = (grant for grant in q.grants if grant.on_record(q.at) and not grant.over(q.at))
    here = any(is_own_part(part) for grant in live for part in grant.compartments)
    return (Reason.WORKS_FOR_A_SIDE,) if here else not_across(q)
