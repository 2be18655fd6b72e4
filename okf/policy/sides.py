"""Whether whoever acts by their role works for one side of the family: then somebody else does it (C2)."""

from __future__ import annotations

from collections.abc import Collection

from okf.policy.decision import Reason
from okf.policy.facts import Question
from okf.policy.gates import role
from okf.policy.scopes import is_own_part
from okf.terms import SAFEGUARDING_LEADS, Role


def on_no_side(q: Question) -> tuple[Reason, ...]:
    """They work in no party's or child's own part, here or on a linked case, whatever work they act in."""
    live = (grant for grant in q.grants if grant.on_record(q.at) and not grant.over(q.at))
    here = any(is_own_part(part) for grant in live for part in grant.compartments)
    return (Reason.WORKS_FOR_A_SIDE,) if here or q.across else ()


def on_no_side_but_own(q: Question) -> tuple[Reason, ...]:
    """The same, but for what they took down themselves: they heard it, and complete it until it is decided."""
    return () if q.about_self else on_no_side(q)


def of_intake(intake: Collection[Role], takers: Collection[Role], q: Question) -> tuple[Reason, ...]:
    """Intake's, its taker's own, or a safeguarding lead's where every manager works for a side of that family."""
    own = takers if q.about_self else ()
    return role(frozenset({*intake, *own, *(SAFEGUARDING_LEADS if q.handed_up else ())}), q)
