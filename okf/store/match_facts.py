"""What the reports on possible matches mean for a grant: whether one is undecided, and who stands on another side."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import Session, aliased

from okf.store.models import AccessGrant, MatchDecision, MatchFinding
from okf.store.visible import AT, goes_on, not_ended
from okf.terms.intake import MatchOutcome

_Decision = aliased(MatchDecision)
_LAST = select(func.max(_Decision.id)).where(_Decision.report_ref == MatchFinding.report_ref).scalar_subquery()
_OUTCOME = (
    select(MatchFinding, MatchDecision.outcome)
    .outerjoin(MatchDecision, MatchDecision.id == _LAST)
    .where(or_(MatchFinding.case_ref == bindparam("case"), MatchFinding.other_case == bindparam("case")))
)
_WORKS = select(AccessGrant.person, AccessGrant.case_ref, AccessGrant.lead_for).where(
    AccessGrant.case_ref.in_(bindparam("cases", expanding=True)), not_ended(AT), goes_on()
)


@dataclass(frozen=True, slots=True)
class Link:
    """That somebody of one case may be somebody of another: `here` and `there` as seen from the case asked about."""

    here: str
    there: str
    other_case: str
    made_here: bool
    outcome: MatchOutcome | None


def links(session: Session, case_ref: str) -> tuple[Link, ...]:
    """The links of a case to others, by its own report and by theirs; what was decided to be two people is left out."""
    found = []
    for finding, outcome in session.execute(_OUTCOME, {"case": case_ref}).all():
        made_here = finding.case_ref == case_ref
        here, there = (finding.service_user, finding.other) if made_here else (finding.other, finding.service_user)
        other_case = finding.other_case if made_here else finding.case_ref
        if outcome is not MatchOutcome.NOT_THE_SAME:
            found.append(Link(here, there, other_case, made_here, outcome))
    return tuple(found)


def undecided(session: Session, case_ref: str) -> bool:
    """Whether the case's own report found somebody and nobody decided that the case may go on."""
    stops = (None, MatchOutcome.NOT_TAKEN_ON)
    return any(link.made_here and link.outcome in stops for link in links(session, case_ref))


def stands_across(session: Session, username: str, case_ref: str, lead_for: str | None, at: datetime) -> bool:
    """Whether a worker works on a linked case other than for the very person whom they would lead for here."""
    return username in workers_across(session, case_ref, lead_for, at)


def workers_across(session: Session, case_ref: str, lead_for: str | None, at: datetime) -> frozenset[str]:
    """Everyone who works on a linked case other than for the very person whom they would lead for here."""
    linked = links(session, case_ref)
    if not linked:
        return frozenset()
    works = session.execute(_WORKS, {"cases": sorted({link.other_case for link in linked}), "at": at}).all()
    return frozenset(
        work.person
        for work in works
        for link in linked
        if work.case_ref == link.other_case and not (lead_for == link.here and work.lead_for == link.there)
    )
