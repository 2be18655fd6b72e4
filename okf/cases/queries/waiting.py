"""Why a party has no lead caseworker yet, and whether one can be named at once (C3)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import bindparam, select

from okf.asker import Asker, asking
from okf.cases.queries.cases import CaseloadRow, rows_of
from okf.cases.queries.filters import CaseFilters
from okf.clock import is_past
from okf.desk import Desk
from okf.paging import FIRST, Page, Paged
from okf.policy.look_first import stops_allocation
from okf.store import facts
from okf.store.match_facts import is_undecided, links_of
from okf.store.models import AccessGrant, Person
from okf.store.visible import untied
from okf.terms import Action

SHOWN = 20
_LEADS = (
    select(
        AccessGrant.case_ref,
        AccessGrant.lead_for,
        Person.name,
        AccessGrant.from_,
        AccessGrant.until,
        AccessGrant.ended_at,
        untied().label("untied"),
    )
    .join(Person, Person.username == AccessGrant.person)
    .where(AccessGrant.lead_for.is_not(None), AccessGrant.case_ref.in_(bindparam("refs", expanding=True)))
    .order_by(AccessGrant.from_, AccessGrant.id)
)


class Why(StrEnum):
    """Why a party waits: for the first two it is allocated at once, the others ask for something else first."""

    NEW = "new"
    ENDED = "ended"
    MATCH = "match"
    LOOK_FIRST = "look_first"
    TIED = "tied"
    TO_BEGIN = "to_begin"


@dataclass(frozen=True, slots=True)
class WaitingParty:
    """A party without a lead caseworker; `number` is its place among the parties, whose names are not the list's.

    `who` led last, or is named and has a tie, or is to begin; `on` is when that ended or begins.
    """

    case_ref: str
    party: str
    number: int
    since: date
    overdue: bool
    why: Why
    who: str | None = None
    on: datetime | None = None

    @property
    def free(self) -> bool:
        """Whether somebody can be named at once, as far as the case is concerned."""
        return self.why in (Why.NEW, Why.ENDED)


def waiting_parties(desk: Desk, page: Page = FIRST) -> Paged[WaitingParty]:
    """The parties without a lead caseworker, by case, those that wait longest first; a page of cases.

    Raises:
        Refused: their role does not include the caseload.
    """
    with asking(desk, Action.LIST_CASELOAD) as asker:
        cases = rows_of(asker, page, CaseFilters(unallocated=True), None)
        return Paged(_parties(asker, cases.rows), cases.next, cases.previous)


def _parties(asker: Asker, rows: Sequence[CaseloadRow]) -> tuple[WaitingParty, ...]:
    refs = [row.ref for row in rows]
    cases, links, leads = facts.cases(asker.session, refs), links_of(asker.session, refs), _leads(asker, refs)
    found = []
    for row in rows:
        if row.unallocated_since is None:
            continue
        case = cases[row.ref]
        barred = Why.MATCH if is_undecided(links[row.ref]) else Why.LOOK_FIRST if stops_allocation(case) else None
        for number, party in enumerate(case.parties, start=1):
            told = _why(leads[row.ref, party], barred, asker.at)
            if told is not None:
                why, who, on = told
                since, overdue = row.unallocated_since, row.overdue
                found.append(WaitingParty(row.ref, party, number, since, overdue, why, who, on))
    return tuple(found)


def _leads(asker: Asker, refs: Collection[str]) -> dict[tuple[str, str], list[Any]]:
    found: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for row in asker.session.execute(_LEADS, {"refs": list(refs), "at": asker.at}):
        found[row.case_ref, row.lead_for].append(row)
    return found


def _why(leads: Sequence[Any], barred: Why | None, at: datetime) -> tuple[Why, str | None, datetime | None] | None:
    """Why this party waits; None where somebody leads for it."""
    held = [one for one in leads if one.ended_at is None and not is_past(one.until, at)]
    if any(one.untied and one.from_ <= at for one in held):
        return None
    if held:
        last = held[-1]
        return (Why.TO_BEGIN, last.name, last.from_) if last.untied else (Why.TIED, last.name, None)
    if barred is not None:
        return barred, None, None
    if leads:
        return Why.ENDED, leads[-1].name, leads[-1].ended_at or leads[-1].until
    return Why.NEW, None, None
