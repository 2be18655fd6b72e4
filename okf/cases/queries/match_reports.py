"""The reports on possible matches, for managers: who of a case may be in which other one, and what was decided."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, exists, func, select
from sqlalchemy.orm import Session

from okf.asker import Asker, asking
from okf.cases.queries.case import case_question, family_names
from okf.cases.queries.cases import leads_of
from okf.desk import Desk
from okf.pending import PendingItem, counted
from okf.policy.access import decide
from okf.policy.facts import CaseFacts, PersonFacts
from okf.store.models import Case, MatchDecision, MatchFinding, MatchReport, Person
from okf.store.rows import from_row, from_rows
from okf.terms import Action, CaseStatus, Role
from okf.terms.intake import Confidence, MatchOutcome

WAITING_MOST = 50

_REPORTS = (
    select(MatchReport.ref, MatchReport.made_at, Person.name)
    .outerjoin(Person, Person.username == MatchReport.made_by)
    .where(MatchReport.case_ref == bindparam("case"))
    .order_by(MatchReport.made_at, MatchReport.ref)
)
_FINDINGS = (
    select(MatchFinding)
    .where(MatchFinding.report_ref.in_(bindparam("reports", expanding=True)))
    .order_by(MatchFinding.report_ref, MatchFinding.position)
)
_DECISIONS = (
    select(MatchDecision, Person.name)
    .outerjoin(Person, Person.username == MatchDecision.decided_by)
    .where(MatchDecision.report_ref.in_(bindparam("reports", expanding=True)))
    .order_by(MatchDecision.id)
)
_UNDECIDED = (
    select(MatchFinding.case_ref, MatchReport.made_at, func.count().label("findings"))
    .join(MatchReport, MatchReport.ref == MatchFinding.report_ref)
    .join(Case, Case.ref == MatchFinding.case_ref)
    .where(~exists().where(MatchDecision.report_ref == MatchFinding.report_ref), Case.status != CaseStatus.CLOSED)
    .group_by(MatchFinding.case_ref, MatchReport.made_at)
    .order_by(MatchReport.made_at, MatchFinding.case_ref)
    .limit(WAITING_MOST)
)


@dataclass(frozen=True, slots=True)
class Finding:
    """That somebody here may be somebody there: by their place in the case, and by name for who may open both."""

    here: str
    there: str
    other_case: str
    caseworkers: tuple[str, ...]
    confidence: Confidence
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Decided:
    """One decision on a report; the last one stands."""

    outcome: MatchOutcome
    why: str
    decided_by: str
    decided_at: datetime


@dataclass(frozen=True, slots=True)
class Report:
    """What was found when the family was registered, and every decision on it."""

    ref: str
    made_at: datetime
    made_by: str
    findings: tuple[Finding, ...]
    decisions: tuple[Decided, ...]

    @property
    def waits(self) -> bool:
        """Whether something was found on which nobody has decided."""
        return bool(self.findings) and not self.decisions


@dataclass(frozen=True, slots=True)
class WaitingReport:
    """A case whose allocation waits for a decision."""

    case_ref: str
    made_at: datetime
    findings: int


def reports_on(desk: Desk, case_ref: str) -> tuple[Report, ...]:
    """The reports on a case, for whoever may decide on them; none for anybody else."""
    with desk.reading() as session:
        question = case_question(desk, session, case_ref)
        if not decide(desk.question(session, Action.DECIDE_MATCH, case_ref)).allowed or question.case is None:
            return ()
        rows = session.execute(_REPORTS, {"case": case_ref}).all()
        bound = {"reports": [row.ref for row in rows]}
        findings = session.scalars(_FINDINGS, bound).all()
        asker = Asker.of(desk, session)
        others = asker.questions(sorted({one.other_case for one in findings}), Action.DECIDE_MATCH)
        names = _names(asker, [case_ref, *others])
        leads = leads_of(session, list(others), asker.at)
        found, decisions = defaultdict(list), defaultdict(list)
        for one in findings:
            other = others[one.other_case]
            if decide(other).allowed and other.case is not None:  # not one with which they have a conflict
                found[one.report_ref].append(
                    Finding(
                        here=_place(question.case, one.service_user, names),
                        there=_place(other.case, one.other, names),
                        other_case=one.other_case,
                        caseworkers=tuple(leads[one.other_case]),
                        confidence=one.confidence,
                        reasons=tuple(one.reasons),
                    )
                )
        for said, name in session.execute(_DECISIONS, bound):
            decisions[said.report_ref].append(
                Decided(
                    outcome=said.outcome, why=said.why, decided_by=name or said.decided_by, decided_at=said.decided_at
                )
            )
        return tuple(
            from_row(
                Report,
                row,
                made_by=row.name or "Casebook",
                findings=tuple(found[row.ref]),
                decisions=tuple(decisions[row.ref]),
            )
            for row in rows
        )


def waiting_reports(desk: Desk) -> tuple[WaitingReport, ...]:
    """The cases whose allocation waits for a decision, the oldest first, at most fifty, for managers.

    Raises:
        Refused: their role does not include it.
    """
    with asking(desk, Action.DECIDE_MATCH) as asker:
        return from_rows(WaitingReport, asker.session.execute(_UNDECIDED))


def matches_pending(_: Desk, session: Session, person: PersonFacts) -> PendingItem | None:
    """What waits for a manager: allocations that are stopped."""
    if not any(held.role is Role.MANAGER for held in person.held_roles):
        return None
    count = len(session.execute(_UNDECIDED).all())
    said = counted(count, "allocation waits", "allocations wait")
    said = f"{said} for a decision on a possible match"
    why = "Nobody can be allocated until it is decided."
    return PendingItem(said, "conflicts", why=why, count=count, act="Decide") if count else None


def _names(asker: Asker, case_refs: Collection[str]) -> Mapping[str, str]:
    """The names of the people of those cases that the reader may open: for anybody else a case has no names."""
    found: dict[str, str] = {}
    for question in asker.questions(case_refs, Action.OPEN_CASE).values():
        if decide(question).allowed:
            found |= family_names(asker.session, question)
    return found


def _place(case: CaseFacts, ref: str, names: Mapping[str, str]) -> str:
    """Who somebody is in a case, as `Party 1`, with the name for those who may know it."""
    people = [*(f"Party {n}" for n in range(1, len(case.parties) + 1))]
    people += [f"Child {n}" for n in range(1, len(case.children) + 1)]
    placed = dict(zip((*case.parties, *case.children), people, strict=True))
    said = placed.get(ref, "Somebody")
    return f"{said}, {names[ref]}" if ref in names else said
