"""Who may do what here: one question decided by the table's rows, with every reason against it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace

from okf.policy.access_routes import WITHOUT_A_GRANT
from okf.policy.decision import Decision, Reason, in_order, refusal
from okf.policy.facts import GrantFacts, Question
from okf.policy.fault import refused_on_fault
from okf.policy.gates import GRANT_GATES, PERSON_GATES, account, agreement, in_force, life_span, own_agreement
from okf.policy.least import Least, Work, in_one_work, least_of
from okf.policy.sealed import open_and_counted
from okf.policy.table import ACCESS, Rule
from okf.terms import SAFEGUARDING_LEADS, Action, Outcome, Role

_LIVE = (agreement, life_span, in_force)


@refused_on_fault
def decide(q: Question) -> Decision:
    """The answer to one question, with every reason against it.

    An action without a rule is refused, and so is a question over which the
    deciding itself fails: that is a bug, and it is logged. Costs by the grants
    in the question.
    """
    rule = ACCESS.get(q.action)
    if rule is None:
        return refusal([Reason.NOT_PERMITTED])
    if rule.by_host and q.person.is_host:
        return Decision(Outcome.ALLOW, clauses=rule.under)
    if _elsewhere(q):
        return refusal([Reason.NO_GRANT], rule.under)
    if rule.opens_case:
        return _opening(q, rule)
    if _own_report(q):
        return _by_gates(q, replace(rule, gates=(account,)))
    decision = _by_gates(q, rule)
    return _lead_first(q, decision) if decision.allowed and q.action is Action.CLOSE_CASE else decision


def _elsewhere(q: Question) -> bool:
    """Whether what is asked about belongs to another case than the one it is asked on."""
    case_ref = q.case.ref if q.case else None
    return (q.record is not None and q.record.case_ref != case_ref) or (
        q.concern is not None and q.concern.case_ref != case_ref
    )


def _own_report(q: Question) -> bool:
    return q.action is Action.READ_CONCERN and q.concern is not None and q.concern.raised_by == q.person.username


def _by_gates(q: Question, rule: Rule) -> Decision:
    reasons = [reason for gate in rule.gates for reason in gate(q)]
    return refusal(reasons, rule.under) if reasons else Decision(Outcome.ALLOW, clauses=in_order(rule.under))


def _lead_first(q: Question, allowed: Decision) -> Decision:
    """A case with an open concern closes with a lead's word, which a lead's own deed is (C6).

    Of one that is sealed everybody else is answered as if it were not there: a
    refusal would tell of it (C9). It stays open, and its leads hear of the closing.
    """
    if q.person.roles(q.at) & SAFEGUARDING_LEADS or not open_and_counted(q):
        return allowed
    refused = refusal([Reason.OPEN_CONCERN], allowed.clauses)
    return replace(refused, decision=Outcome.ESCALATE, to=(Role.DSL, Role.DEPUTY_DSL))


def _opening(q: Question, rule: Rule) -> Decision:
    """By a grant; or by a lead's concern, an emergency or custody; the grant nearest to opening speaks for the rest."""
    by_grants = [_reasons_of(q, grant) for grant in q.grants if grant.on_record(q.at)]
    if [] in by_grants:
        return Decision(Outcome.ALLOW, clauses=in_order(rule.under))
    roles = q.person.roles(q.at)
    barred = [reason for gate in (*PERSON_GATES, own_agreement) for reason in gate(q)]
    for route in WITHOUT_A_GRANT:
        decision = route(q, rule.under, roles)
        if decision is not None:
            if not barred:
                return decision
            if not by_grants:
                return refusal(barred, rule.under)
    if not by_grants:
        return refusal([*account(q), Reason.NO_GRANT], rule.under)
    return refusal(min(by_grants, key=_from_opening), rule.under)


def least(q: Question, named: Collection[str] = ()) -> Least:
    """What the person of a question sees of its family, for somebody whom the policy lets into the case.

    A way without a grant shows all of it, as it opens all of it. `named` are
    the people of the papers and tasks that they work on.
    """
    opening = replace(q, action=Action.OPEN_CASE, record=None, compartment=None, record_class=None)
    roles = q.person.roles(q.at)
    barred = any(gate(opening) for gate in (*PERSON_GATES, own_agreement))
    if not barred and any(route(opening, (), roles) for route in WITHOUT_A_GRANT):
        return Least()
    return least_of(grants_that_open(opening), roles, named)


def acting_in(q: Question, chosen: Work | None = None) -> Question:
    """The same question by the accesses of one work alone, for whoever holds live ones of two on the case (C5).

    The chosen work, or the first in `LEAST` where none is chosen or it opens
    nothing any more. An access that is not signed for yet leaves no choice.
    """
    if len(q.grants) < 2:
        return q
    live = [one for one in q.grants if one.on_record(q.at) and not any(gate(q, one) for gate in _LIVE)]
    works, grants = in_one_work(q.grants, live, q.person.roles(q.at), chosen)
    return replace(q, works=works, grants=grants) if works else q


def _from_opening(reasons: Iterable[Reason]) -> tuple[int, int]:
    """How far a grant is from opening: the fewest reasons come first, and among equals the one that got furthest."""
    ranks = {reason.rank for reason in reasons}
    return len(ranks), -min(ranks)


def grants_that_open(q: Question) -> tuple[GrantFacts, ...]:
    """The grants by which the person may do what the question asks; empty where none does."""
    return tuple(grant for grant in q.grants if grant.on_record(q.at) and not _reasons_of(q, grant))


def _reasons_of(q: Question, grant: GrantFacts) -> list[Reason]:
    rule = ACCESS.get(q.action)
    found = [reason for gate in (*PERSON_GATES, *(rule.gates if rule else ())) for reason in gate(q)]
    return found + [reason for gate in GRANT_GATES for reason in gate(q, grant)]
