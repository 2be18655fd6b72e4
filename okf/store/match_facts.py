"""What possible matches and links of cases mean for a grant: whether one is undecided, who stands on another side."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import Session, aliased

from okf.policy.facts import PersonFacts
from okf.policy.scopes import is_own_part
from okf.policy.table import OVERSEERS
from okf.store.case_links import linked_cases
from okf.store.models import AccessGrant, ConflictOfInterest, MatchDecision, MatchFinding
from okf.store.once import once
from okf.store.rows import from_row
from okf.store.visible import AT, families, goes_on, not_ended, tie_stands
from okf.terms.intake import MatchOutcome

_Decision = aliased(MatchDecision)
_LAST = select(func.max(_Decision.id)).where(_Decision.report_ref == MatchFinding.report_ref).scalar_subquery()
_OUTCOME = (
    select(MatchFinding, MatchDecision.outcome)
    .outerjoin(MatchDecision, MatchDecision.id == _LAST)
    .where(
        or_(
            MatchFinding.case_ref.in_(bindparam("cases", expanding=True)),
            MatchFinding.other_case.in_(bindparam("cases", expanding=True)),
        )
    )
)
_WORKS = select(AccessGrant.person, AccessGrant.case_ref, AccessGrant.lead_for).where(
    AccessGrant.case_ref.in_(bindparam("cases", expanding=True)), not_ended(AT), goes_on()
)
_FAMILIES = families()
_TIED = (
    select(ConflictOfInterest.person, _FAMILIES.c.case_ref)
    .join(_FAMILIES, _FAMILIES.c.service_user == ConflictOfInterest.service_user)
    .where(_FAMILIES.c.case_ref.in_(bindparam("cases", expanding=True)), tie_stands())
)
_OWN_PARTS = select(AccessGrant.case_ref, AccessGrant.compartments).where(
    AccessGrant.person == bindparam("person"), not_ended(AT), goes_on()
)
_ANY_PART = _OWN_PARTS.limit(1)
_PARTS_IN = _OWN_PARTS.where(AccessGrant.case_ref.in_(bindparam("cases", expanding=True)))


@dataclass(frozen=True, slots=True)
class Link:
    """That somebody of one case may be somebody of another: `here` and `there` as seen from the case asked about.

    Both are None where two cases are linked as of one family: whoever works on either stands across from the other.
    """

    here: str | None
    there: str | None
    other_case: str
    made_here: bool
    outcome: MatchOutcome | None


@dataclass(frozen=True, slots=True)
class Work:
    """That somebody works on a case, and for whom they lead there; or, leading for nobody, has a tie to its family."""

    person: str
    case_ref: str
    lead_for: str | None


def links(session: Session, case_ref: str) -> tuple[Link, ...]:
    """The links of a case to others, by its own report and by theirs; what was decided to be two people is left out."""
    return links_of(session, [case_ref])[case_ref]


def links_of(session: Session, case_refs: Collection[str]) -> dict[str, tuple[Link, ...]]:
    """The same of many cases, in one query."""
    found: dict[str, list[Link]] = {ref: [] for ref in case_refs}
    for finding, outcome in session.execute(_OUTCOME, {"cases": list(found)}).all():
        if outcome is MatchOutcome.NOT_THE_SAME:
            continue
        sides = (finding.case_ref, finding.service_user), (finding.other_case, finding.other)
        for (here, who), (there, other), made_here in ((*sides, True), (*sides[::-1], False)):
            if here in found:
                found[here].append(Link(who, other, there, made_here, outcome))
    for one, another, shared in linked_cases(session, list(found)):
        for here, there in ((one, another), (another, one)):
            if here in found:
                found[here].append(Link(shared, shared, there, False, MatchOutcome.KEPT_APART))
    return {ref: tuple(told) for ref, told in found.items()}


def undecided(session: Session, case_ref: str) -> bool:
    """Whether the case's own report found somebody and nobody decided that the case may go on."""
    return is_undecided(links(session, case_ref))


def is_undecided(found: Iterable[Link]) -> bool:
    """The same of a case's links."""
    return any(link.made_here and link.outcome in (None, MatchOutcome.NOT_TAKEN_ON) for link in found)


def stands_across(session: Session, username: str, case_ref: str, lead_for: str | None, at: datetime) -> bool:
    """Whether a worker works on a linked case other than for the very person whom they would lead for here."""
    return username in workers_across(session, case_ref, lead_for, at)


def workers_across(session: Session, case_ref: str, lead_for: str | None, at: datetime) -> frozenset[str]:
    """Everyone who works on a linked case but for the very person whom they would lead for here, or has a tie there."""
    linked = links(session, case_ref)
    if not linked:
        return frozenset()
    return who_stand_across(linked, works_on(session, {link.other_case for link in linked}, at), lead_for)


def standing_across(session: Session, person: PersonFacts, case_refs: Collection[str], at: datetime) -> frozenset[str]:
    """Of these cases, those in which, or in one linked to which, a person works for a side; of who acts by a role."""
    if not person.roles(at) & OVERSEERS:
        return frozenset()
    bound = {"person": person.username, "at": at}
    if not once(session, ("any_part", *bound.values()), lambda: session.execute(_ANY_PART, bound).all()):
        return frozenset()
    linked = links_of(session, case_refs)
    near = {*case_refs, *(link.other_case for found in linked.values() for link in found)}
    own = session.execute(_PARTS_IN, bound | {"cases": sorted(near)})  # whoever oversees may hold very many
    held = frozenset(row.case_ref for row in own if any(map(is_own_part, row.compartments)))
    here = held.intersection(case_refs)
    return here.union(ref for ref, found in linked.items() if any(link.other_case in held for link in found))


def works_on(session: Session, case_refs: Collection[str], at: datetime) -> list[Work]:
    """Who works on each of these cases at an instant, or has a tie to somebody in them."""
    bound = {"cases": sorted(case_refs), "at": at}
    works = [from_row(Work, row) for row in session.execute(_WORKS, bound)]
    return works + [Work(row.person, row.case_ref, None) for row in session.execute(_TIED, bound)]


def who_stand_across(linked: Iterable[Link], works: Collection[Work], lead_for: str | None) -> frozenset[str]:
    """Of those who work on linked cases, everyone but for the very person whom they would lead for here."""
    across = {link.other_case for link in linked}
    same = {(link.other_case, link.there) for link in linked if lead_for is not None and link.here == lead_for}
    return frozenset(
        work.person for work in works if work.case_ref in across and (work.case_ref, work.lead_for) not in same
    )
