"""The routes of sharing, one by one: whether each applies to a question, and what it then decides."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from okf.policy import clocks
from okf.policy.clauses import Clause
from okf.policy.decision import C1, C2, C8, C9, C10, C11, C12, C15, Decision, Reason, in_order
from okf.policy.duty import lead_roles
from okf.policy.express import agreed_by_all, agreed_by_sources, identifiable_people
from okf.policy.recipients import (
    COMPULSIONS,
    COURT_SIDE,
    LEGAL_ADVICE,
    LOCAL_AUTHORITY,
    PUBLIC,
    RIGHTS_PURPOSES,
    SAFEGUARDING_RECIPIENTS,
    for_proceedings,
    is_safeguarding_basis,
    kind_of,
    plain,
)
from okf.policy.share_deciders import DECIDERS
from okf.policy.share_facts import ShareQuestion
from okf.terms import SAFEGUARDING_LEADS, URGENT, Outcome, RecordClass, RecordStatus, Role, Severity, ShareRoute


@dataclass(frozen=True, slots=True)
class Route:
    """One way by which something may leave, or not: when it is taken, on which clauses it rests, what it answers."""

    key: ShareRoute
    told: str
    under: tuple[Clause, ...]
    applies: Callable[[ShareQuestion], bool]
    decides: Callable[[ShareQuestion, Route], Decision]


def allowed(
    q: ShareQuestion, route: Route, conditions: Iterable[str] = (), due: Mapping[str, datetime | date] | None = None
) -> Decision:
    """A share that may go out: never more than is needed, and marked where it comes from a mediation (C10)."""
    marked = ("without_prejudice_marking",) if q.mediation_material else ()
    kept = tuple(dict.fromkeys((*conditions, "minimum_necessary", *marked)))
    clauses = in_order((*route.under, *((C10,) if marked else ())))
    return Decision(Outcome.ALLOW_WITH_CONDITIONS, route.key, clauses=clauses, conditions=kept, due=due or {})


def stopped(
    outcome: Outcome,
    route: Route,
    reasons: Iterable[Reason],
    to: Iterable[Role] = (),
    due: Mapping[str, datetime | date] | None = None,
    under: Iterable[Clause] = (),
) -> Decision:
    """A share that may not go out, or not yet: the first reason is the primary one."""
    listed = tuple(dict.fromkeys(reasons))
    clauses = in_order([*route.under, *under, *(clause for reason in listed for clause in reason.clauses)])
    return Decision(outcome, listed[0].key, listed, clauses, due=due or {}, to=tuple(to))


def sorted_details(details: Iterable[Reason]) -> tuple[Reason, ...]:
    """Details in the order of the reasons."""
    return tuple(sorted(details, key=lambda reason: reason.rank))


# 1. Immediate danger: anyone, signed or not; the software is never a gate.


def in_immediate_danger(q: ShareQuestion) -> bool:
    """Someone is in immediate danger, and the recipient is one who can act on it."""
    return q.danger and kind_of(q.recipient.type) in SAFEGUARDING_RECIPIENTS


def act_first(q: ShareQuestion, route: Route) -> Decision:
    """Go ahead; the record, the lead and the second look follow."""
    due = {"record_by": clocks.record_by(q.at), "second_review_by": _second_review(q)}
    if kind_of(q.recipient.type) in LOCAL_AUTHORITY:
        due |= {"written_confirmation_by": clocks.written_confirmation_by(q.at), "chase_on": _chase(q)}
    return allowed(q, route, ("act_first", "minimum_necessary", "tell_dsl", "second_review"), due)


# 2. A legal paper that compels.


def is_compelled(q: ShareQuestion) -> bool:
    """An order, a summons or a warrant was served, and nobody said that it bears no seal."""
    paper = q.compulsion
    return paper is not None and plain(paper.type) in COMPULSIONS and paper.sealed is not False


def pass_to_data_protection(q: ShareQuestion, route: Route) -> Decision:
    """The data protection lead decides with a trustee, by the paper's own date."""
    due = {"answer_by": q.compulsion.due} if q.compulsion and q.compulsion.due else {}
    under = (C10, C11) if q.mediation_material else ()
    return stopped(Outcome.ESCALATE, route, [Reason.LEGAL_COMPULSION], DECIDERS, due, under)


# 3. Mediation material never reaches a court.


def heads_for_court(q: ShareQuestion) -> bool:
    """It holds mediation material, and a court-side person or proceedings are at the other end."""
    court_side = kind_of(q.recipient.type) in COURT_SIDE
    return q.mediation_material and (court_side or for_proceedings(q.purpose))


def bar(_q: ShareQuestion, route: Route) -> Decision:
    """Refused, whoever agreed."""
    return stopped(Outcome.DENY, route, [Reason.COURT_BARRED])


# 4. Safeguarding: the lead's or deputy's decision, to a listed recipient, in the form that C9 asks for.


def is_safeguarding(q: ShareQuestion) -> bool:
    """A severity, a safeguarding legal basis or an immediate danger is named."""
    return q.severity is not None or q.danger or is_safeguarding_basis(q.legal_basis)


def as_lead(q: ShareQuestion, route: Route) -> Decision:
    """Allowed to the lead or deputy with listed recipient, rationale and legal basis; else whoever must decide."""
    reasons: list[Reason] = []
    to: list[Role] = []
    if q.actor.username in q.about:
        reasons.append(Reason.SUBJECT_OF_CONCERN)
        to += _leads_free_of(q, trustee=bool(q.actor.roles(q.at) & SAFEGUARDING_LEADS))
    if not _decides_safeguarding(q):
        reasons.append(Reason.NOT_SAFEGUARDING_LEAD)
        to += _leads_free_of(q)
    if kind_of(q.recipient.type) not in SAFEGUARDING_RECIPIENTS:
        reasons.append(Reason.RECIPIENT_NOT_LISTED)
        to += _leads_free_of(q, trustee=True)
    if not (q.rationale or "").strip() or not any(basis.strip() for basis in q.legal_basis):
        reasons.append(Reason.DECISION_INCOMPLETE)
    if reasons:
        outcome = Outcome.ESCALATE if to else Outcome.DENY
        return stopped(outcome, route, reasons, dict.fromkeys(to))
    return allowed(q, route, _safeguarding_conditions(q), _safeguarding_due(q))


def _decides_safeguarding(q: ShareQuestion) -> bool:
    return bool(q.actor.roles(q.at) & lead_roles(any(person.ever_led for person in q.about_people)))


def _leads_free_of(q: ShareQuestion, *, trustee: bool = False) -> list[Role]:
    """The leads whom it is not about; the trustee too where asked, or where it is about a lead."""
    tied = frozenset[Role]().union(*(person.roles(q.at) for person in q.about_people)) & SAFEGUARDING_LEADS
    free = [role for role in (Role.DSL, Role.DEPUTY_DSL) if role not in tied]
    return [*free, Role.SAFEGUARDING_TRUSTEE] if trustee or tied else free


def _safeguarding_conditions(q: ShareQuestion) -> list[str]:
    conditions = ["minimum_necessary", "second_review"]
    if not q.consent:
        conditions.append("record_whether_consent_was_sought")
    if not q.inform:
        conditions.append("record_who_is_informed")
    if _about_a_worker(q):
        conditions += ["before_internal_enquiry", "nobody_tells_the_person"]
    return conditions


def _safeguarding_due(q: ShareQuestion) -> dict[str, datetime | date]:
    severity = q.severity or (Severity.IMMEDIATE if q.danger else None)
    due: dict[str, datetime | date] = {"second_review_by": _second_review(q)}
    if severity in URGENT:
        due["written_confirmation_by"] = clocks.written_confirmation_by(q.at)
    if kind_of(q.recipient.type) in LOCAL_AUTHORITY:
        due["chase_on"] = _chase(q)
    if _about_a_worker(q):
        due["lado_by"] = clocks.lado_by(q.at, q.settings.bank_holidays)
    return due


def _about_a_worker(q: ShareQuestion) -> bool:
    return bool(q.about_people) or kind_of(q.recipient.type) == "lado"


def _second_review(q: ShareQuestion) -> datetime:
    return clocks.second_review_by(q.at, q.settings.bank_holidays)


def _chase(q: ShareQuestion) -> datetime:
    return clocks.chase_on(q.at, q.settings.bank_holidays)


# 5. A right is not a share.


def is_a_right(q: ShareQuestion) -> bool:
    """Somebody exercises a data-protection right."""
    asked = plain(q.purpose or "") in RIGHTS_PURPOSES or kind_of(q.recipient.type) == "data_subject"
    return q.right is not None or asked


def pass_as_right(_q: ShareQuestion, route: Route) -> Decision:
    """The data protection lead answers it on its own clock."""
    return stopped(Outcome.ESCALATE, route, [Reason.DATA_SUBJECT_RIGHT], [Role.DATA_PROTECTION_LEAD])


# 6. The outcome summary to the asking party's own lawyer.


def is_summary_for_advice(q: ShareQuestion) -> bool:
    """Nothing but outcome summaries, to a lawyer, for legal advice."""
    only_summaries = bool(q.records) and all(r.record_class is RecordClass.OUTCOME_SUMMARY for r in q.records)
    return only_summaries and kind_of(q.recipient.type) == "lawyer" and plain(q.purpose or "") == LEGAL_ADVICE


def to_own_lawyer(q: ShareQuestion, route: Route) -> Decision:
    """The issued summary, to a verified lawyer acting for the participant who asks."""
    reasons = []
    if any(record.status != RecordStatus.ISSUED for record in q.records):
        reasons.append(Reason.SUMMARY_NOT_ISSUED)
    party = q.recipient.acts_for
    takes_part = party is not None and all(party in q.parties(record) for record in q.records)
    if not q.recipient.verified or party not in q.requested_by or not takes_part:
        reasons.append(Reason.NOT_OWN_LAWYER)
    if reasons:
        return stopped(Outcome.DENY, route, reasons)
    conditions = ("issued_version_only", "without_prejudice_marking", "for_advice_not_filing", "secure_channel")
    return allowed(q, route, conditions)


# 7. Social media and press.


def is_public(q: ShareQuestion) -> bool:
    """Anyone at all could read it."""
    return kind_of(q.recipient.type) in PUBLIC


def by_every_test(q: ShareQuestion, route: Route) -> Decision:
    """Every identifiable person's own agreement, the lead's word for a child, and a second person."""
    people = identifiable_people(q)
    agreed = agreed_by_all(q, people)
    approvers = [person for person in q.approved_by if person.active(q.at) and person.username not in q.about]
    details = set(agreed.details)
    with_child = not q.children.isdisjoint(people)
    if with_child and not any(person.roles(q.at) & SAFEGUARDING_LEADS for person in approvers):
        details.add(Reason.LEADS_WORD_MISSING)
    if all(person.username == q.actor.username for person in approvers):
        details.add(Reason.SECOND_PERSON_MISSING)
    if not agreed.whole:
        details.add(Reason.NO_EXPRESS_AGREEMENT)
    if details:
        return stopped(Outcome.DENY, route, [Reason.PUBLIC_NOT_AGREED, *sorted_details(details)])
    return allowed(q, route, [*(_uses(a.one_use) for a in agreed.relied_on), "stop_when_withdrawn"])


# 8. Every source agreed; 9. nothing else did.


def is_expressly_agreed(q: ShareQuestion) -> bool:
    """Every source of every record agreed to exactly this."""
    return agreed_by_sources(q).whole


def on_agreement(q: ShareQuestion, route: Route) -> Decision:
    """Allowed, and says whether an agreement is used up by it."""
    return allowed(q, route, dict.fromkeys(_uses(a.one_use) for a in agreed_by_sources(q).relied_on))


def refuse(q: ShareQuestion, route: Route) -> Decision:
    """Refused, with what is wrong with the agreements that come near."""
    details = sorted_details(agreed_by_sources(q).details)
    under = [*((C12,) if kind_of(q.recipient.type) == "lawyer" else ()), *((C10,) if q.mediation_material else ())]
    return stopped(Outcome.DENY, route, [Reason.NO_EXPRESS_AGREEMENT, *details], under=under)


def _uses(one_use: bool) -> str:
    return "uses_up_the_agreement" if one_use else "on_standing_agreement"


ROUTES: tuple[Route, ...] = (
    Route(
        ShareRoute.IMMEDIATE_DANGER, "immediate danger: act first, record after", (C9,), in_immediate_danger, act_first
    ),
    Route(ShareRoute.LEGAL_COMPULSION, "an order, summons or warrant", (C9,), is_compelled, pass_to_data_protection),
    Route(ShareRoute.COURT_BARRED, "mediation material bound for a court", (C10, C11), heads_for_court, bar),
    Route(ShareRoute.SAFEGUARDING, "safeguarding, by the lead or a deputy", (C9,), is_safeguarding, as_lead),
    Route(ShareRoute.DATA_SUBJECT_RIGHT, "a data-protection right", (C1, C2, C15), is_a_right, pass_as_right),
    Route(
        ShareRoute.OWN_LAWYER_SUMMARY, "the summary to the own lawyer", (C10, C12), is_summary_for_advice, to_own_lawyer
    ),
    Route(ShareRoute.PUBLIC_AGREED, "social media and press", (C2, C8), is_public, by_every_test),
    Route(
        ShareRoute.EXPRESS_AGREEMENT, "every source's express agreement", (C2, C8), is_expressly_agreed, on_agreement
    ),
    Route(ShareRoute.NO_EXPRESS_AGREEMENT, "nothing else applies", (C2, C8), lambda _q: True, refuse),
)
