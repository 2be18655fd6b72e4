"""The whole caseload for managers: what a case is, and nothing of whom it is about or what it holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from okf.asker import Asker, asking
from okf.cases.queries.filters import NO_FILTER, CaseFilters, CaseOrder, conditions
from okf.clock import london_date
from okf.desk import Desk
from okf.errors import NotFound
from okf.paging import COUNT_MOST, FIRST, AnySelect, Count, Order, Page, Paged, Sort, order_of
from okf.policy.allocation import overdue_if_since
from okf.policy.sealed import counted
from okf.store import facts
from okf.store.case_links import joined_cases
from okf.store.models import AccessGrant, Case, Person
from okf.store.rows import from_row
from okf.store.visible import binds_for, goes_on, not_ended, tied_cases, untied
from okf.terms import Action, CaseStatus, SupportKind

# Each has its index; a list that another filter leaves short is sorted without one (`_order`).
SORTS: Mapping[str, Order] = {
    CaseOrder.OPENED: Order((Case.opened_on, Case.ref)),
    CaseOrder.REFERENCE: Order((Case.ref,)),
    CaseOrder.STATUS: Order((Case.status, Case.opened_on, Case.ref)),
    CaseOrder.KIND: Order((Case.kind_of_support, Case.opened_on, Case.ref), gaps=True),
    CaseOrder.AREA: Order((Case.area, Case.opened_on, Case.ref), gaps=True),
    CaseOrder.ALLOCATION: Order((Case.unallocated_since, Case.ref), gaps=True),
    CaseOrder.CLOSED: Order((Case.closed_at, Case.ref), gaps=True),
    CaseOrder.QUIET: Order((Case.quiet_since, Case.ref), gaps=True),
}
_COLUMNS = (
    Case.ref,
    Case.status,
    Case.kind_of_support,
    Case.area,
    Case.opened_on,
    Case.closed_at,
    Case.unallocated_since,
    Case.quiet_since,
)
_LEADS = (
    select(AccessGrant.case_ref, Person.name)
    .join(Person, Person.username == AccessGrant.person)
    .where(
        AccessGrant.case_ref.in_(bindparam("refs", expanding=True)),
        AccessGrant.lead_for.is_not(None),
        not_ended(),
        goes_on(),
        untied(),
    )
    .order_by(AccessGrant.case_ref, Person.name_folded)
)
_FIRST_AREA = select(func.min(Case.area).label("area")).cte("areas", recursive=True)
_AREAS = select(
    _FIRST_AREA.union_all(
        select(select(func.min(Case.area)).where(Case.area > _FIRST_AREA.c.area).scalar_subquery()).where(
            _FIRST_AREA.c.area.is_not(None)
        )
    ).c.area
).limit(500)


@dataclass(frozen=True, slots=True)
class CaseloadRow:
    """A case as anyone who runs the caseload may see it: no service user's name, no content (policy: manager)."""

    ref: str
    status: CaseStatus
    kind_of_support: SupportKind | None
    area: str | None
    opened_on: date
    closed_at: datetime | None
    unallocated_since: date | None
    overdue: bool
    caseworkers: tuple[str, ...]
    open_concerns: int
    joined_into: str | None = None


def case_meant(desk: Desk, words: str, action: Action) -> str:
    """The reference of the case that somebody wrote, in capitals or not, for those who may do what it is asked for.

    Raises:
        Refused: their role does not include that.
        NotFound: there is no case of this reference.
    """
    typed = words.strip()
    with asking(desk, action) as asker:
        found = asker.session.scalar(select(Case.ref).where(Case.ref.in_({typed, typed.upper()})).limit(1))
    if found is None:
        raise NotFound(f"There is no case “{typed}”. Write its reference, such as OKF-8H4EWY74.")
    return found


def caseload_page(
    desk: Desk, page: Page = FIRST, filters: CaseFilters = NO_FILTER, sort: Sort | None = None
) -> Paged[CaseloadRow]:
    """One page of every case that OKF holds, for managers.

    An order that would mean sorting more than is counted falls back to the
    filters' natural one. The count of concerns leaves out any about the
    reader. Costs by the page, not by the number of cases held.

    Raises:
        Refused: their role does not include it.
    """
    with asking(desk, Action.LIST_CASELOAD) as asker:
        return rows_of(asker, page, filters, sort)


def rows_of(asker: Asker, page: Page, filters: CaseFilters, sort: Sort | None) -> Paged[CaseloadRow]:
    """The page, for somebody whom the policy has allowed the caseload."""
    session, since = asker.session, overdue_if_since(london_date(asker.at), asker.settings)
    statement = _cases(filters.shape, session.get_bind().dialect.name)
    order = _order(asker, filters, sort or filters.sort)
    cut = order.page(session, statement, filters.values(asker.at, asker.settings), page)
    refs = [row.ref for row in cut.rows]
    leads = leads_of(session, refs, asker.at)
    concerns = concerns_counted(asker, refs)
    joined = joined_cases(session, set(refs) - _tied(asker)) if refs else {}
    return Paged(
        tuple(
            from_row(
                CaseloadRow,
                row,
                overdue=row.unallocated_since is not None and row.unallocated_since <= since,
                caseworkers=tuple(leads[row.ref]),
                open_concerns=concerns[row.ref],
                joined_into=joined.get(row.ref),
            )
            for row in cut.rows
        ),
        cut.next,
        cut.previous,
    )


def caseload_count(desk: Desk, filters: CaseFilters = NO_FILTER) -> Count | None:
    """How many cases the filters leave, exact up to a thousand; None where counting would read far more than a page.

    Raises:
        Refused: their role does not include it.
    """
    with asking(desk, Action.LIST_CASELOAD) as asker:
        return count_of(asker, filters) if filters.countable else None


def count_of(asker: Asker, filters: CaseFilters) -> Count:
    """The count, for somebody whom the policy has allowed the caseload."""
    statement = _count(filters.shape, asker.session.get_bind().dialect.name)
    return Count.capped(asker.session.scalar(statement, filters.values(asker.at, asker.settings)) or 0)


def areas(desk: Desk) -> tuple[str, ...]:
    """The areas that cases lie in, for a filter; each is found by one step in an index."""
    with asking(desk, Action.LIST_CASELOAD) as asker:
        return tuple(area for area in asker.session.scalars(_AREAS) if area)


def leads_of(session: Session, refs: Collection[str], at: datetime) -> dict[str, list[str]]:
    """The names of the lead caseworkers of these cases."""
    found: dict[str, list[str]] = defaultdict(list)
    for row in session.execute(_LEADS, {"refs": list(refs), "at": at}):
        if row.name not in found[row.case_ref]:
            found[row.case_ref].append(row.name)
    return found


def concerns_counted(asker: Asker, refs: Collection[str]) -> dict[str, int]:
    """How many open concerns each case has, without any that is sealed from the reader (C9)."""
    found: dict[str, int] = defaultdict(int)
    for ref, concerns in facts.concerns_on(asker.session, set(refs) - _tied(asker)).items():
        found[ref] = sum(one.open(asker.at) for one in counted(concerns, asker.base.person, asker.at))
    return found


def _tied(asker: Asker) -> set[str]:
    """The cases of families to whom the reader declared a tie."""
    return set(asker.session.scalars(tied_cases(), binds_for(asker.base))) if asker.base.person.conflicts else set()


def _order(asker: Asker, filters: CaseFilters, sort: Sort) -> Order:
    indexed = sort.by in filters.sorts(None)
    if not indexed and sort.by not in filters.sorts(count_of(asker, filters) if filters.countable else None):
        return _order(asker, filters, filters.sort)
    return replace(order_of(SORTS, sort), indexed=indexed)


@cache
def _cases(shape: tuple[str, ...], dialect: str) -> AnySelect:
    return select(*_COLUMNS).where(*conditions(shape, dialect))


@cache
def _count(shape: tuple[str, ...], dialect: str) -> AnySelect:
    some = select(Case.ref).where(*conditions(shape, dialect)).limit(COUNT_MOST + 1).subquery()
    return select(func.count()).select_from(some)
