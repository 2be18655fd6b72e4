"""The ways into a case without a grant: a lead's open concern, an emergency, custody once closed, keeping a part."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from okf.policy.clauses import Clause
from okf.policy.decision import C5, C9, C15, Decision, in_order
from okf.policy.facts import Question
from okf.policy.gates import is_closed, review_by, review_overdue
from okf.policy.scopes import KEPT_BY_MANAGERS
from okf.policy.sealed import open_and_counted
from okf.policy.sides import on_no_side
from okf.terms import FOR_SAFETY, SAFEGUARDING_LEADS, Action, Outcome, Role

EMERGENCY_OPENERS = SAFEGUARDING_LEADS | {Role.MANAGER}  # the on-call manager is whichever manager is on call
CUSTODIANS = SAFEGUARDING_LEADS | {Role.DATA_PROTECTION_LEAD}
# A role of these opens cases or concerns without a grant; it ends with the account, and only the host gives it.
OPENING_ROLES = CUSTODIANS | FOR_SAFETY
READING = frozenset(
    {Action.LIST_CASE, Action.OPEN_CASE, Action.READ_RECORD, Action.SHOW_CONTACT, Action.REPORT_MISFILING}
)
FOR_A_CONCERN = READING | {Action.EXPORT_RECORD, Action.ADD_RECORD}
IN_AN_EMERGENCY = READING | {Action.ADD_RECORD}  # to put on record what was learnt or done
IN_CUSTODY = READING | {Action.EXPORT_RECORD}
AS_KEEPER = frozenset({Action.READ_RECORD, Action.REPORT_MISFILING})


def by_concern(q: Question, under: tuple[Clause, ...], roles: frozenset[Role]) -> Decision | None:
    """A lead opens the records of a case with an open concern on it, as far as the concern needs (C9).

    Also one whom it came to be about: that the case no longer opened would tell them.
    """
    if not roles & SAFEGUARDING_LEADS or not open_and_counted(q) or q.action not in FOR_A_CONCERN:
        return None
    return Decision(Outcome.ALLOW, clauses=in_order((*under, C9)))


def by_emergency(q: Question, under: tuple[Clause, ...], roles: frozenset[Role]) -> Decision | None:
    """For a few hours after an emergency access was opened on the case, while the case lives (C5, C6, C9).

    Never the whole of a family to whoever works for one side of it (C2).
    """
    if not roles & EMERGENCY_OPENERS or q.case is None or is_closed(q) or q.action not in IN_AN_EMERGENCY:
        return None
    if on_no_side(q):
        return None
    for opened in q.emergencies:
        until = opened.opened_at + timedelta(hours=q.settings.break_glass_hours)
        lasts = opened.opened_at <= q.at < min(until, opened.ended_at or until)
        earlier = [e for e in q.emergencies if e.opened_at < opened.opened_at]
        if opened.case_ref == q.case.ref and lasts and not review_overdue(q, opened.opened_at, earlier):
            return Decision(
                Outcome.ALLOW_WITH_CONDITIONS,
                clauses=in_order((*under, C5, C9)),
                conditions=("emergency_review",),
                due={"second_review_by": review_by(opened.opened_at, q)},
            )
    return None


def by_custody(q: Question, under: tuple[Clause, ...], roles: frozenset[Role]) -> Decision | None:
    """A records custodian opens a closed case, with a purpose (C6): one named in the question, or one on record."""
    on_record = any(c.lasts(q.at) for c in q.custodies if q.case is not None and c.case_ref == q.case.ref)
    if not roles & CUSTODIANS or not (q.purpose or on_record) or not is_closed(q) or q.action not in IN_CUSTODY:
        return None
    return Decision(
        Outcome.ALLOW_WITH_CONDITIONS,
        clauses=in_order((*under, C15)),
        conditions=("custodian_purpose_logged", "time_boxed"),
    )


def as_keeper(q: Question, under: tuple[Clause, ...], roles: frozenset[Role]) -> Decision | None:
    """A manager on nobody's side reads what came from outside on a case that lives, and nothing else of it."""
    part = q.record.compartment if q.record else q.compartment
    keeps = Role.MANAGER in roles and part in KEPT_BY_MANAGERS
    if not keeps or q.case is None or is_closed(q) or q.action not in AS_KEEPER or on_no_side(q):
        return None
    return Decision(Outcome.ALLOW, clauses=in_order(under))


WITHOUT_A_GRANT: Final = (by_concern, by_emergency, by_custody, as_keeper)
