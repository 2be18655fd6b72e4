"""Cases that ask for a manager's eye today."""

from __future__ import annotations

from dataclasses import dataclass

from okf.asker import asking
from okf.cases.queries import cases
from okf.cases.queries.filters import CaseFilters
from okf.cases.queries.loads import CaseloadFilter
from okf.desk import Desk
from okf.paging import Count
from okf.terms import Action


@dataclass(frozen=True, slots=True)
class ToWatch:
    """Cases that ask for a manager's eye today, and the numbers of days by which they are found."""

    unallocated: Count
    overdue: Count
    quiet: Count
    late_tasks: Count
    losing: Count
    no_contact_days: int
    losing_days: int


def to_watch(desk: Desk, wanted: CaseloadFilter) -> ToWatch:
    """What a manager should look at, each exact up to a thousand and equal to the list behind it.

    Raises:
        Refused: their role does not include it.
    """
    with asking(desk, Action.LIST_CASELOAD) as asker:
        only = {"kind_of_support": wanted.kind_of_support, "area": wanted.area, "caseworker": wanted.caseworker}

        def count(what: str) -> Count:
            return cases.count_of(asker, CaseFilters(**only, **{what: True}))  # type: ignore[arg-type]

        return ToWatch(
            count("unallocated"),
            count("overdue"),
            count("quiet"),
            count("late_tasks"),
            count("losing"),
            asker.settings.no_contact_days,
            asker.settings.losing_days,
        )
