"""The filters of the caseload page, kept in the address, and the way from a figure to its list."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import streamlit as st

from okf.caseload.queries.caseload import areas_tallied
from okf.cases.queries.loads import CaseloadFilter
from okf.cases.views.filters import chosen_name
from okf.clock import london_date
from okf.desk import Desk
from okf.people.queries.workers import MOST, caseworkers
from okf.shell.sheets import address
from okf.shell.words import told
from okf.terms import SupportKind

PERIODS: Final = {"Last 3 months": 3, "Last 6 months": 6, "Last 12 months": 12, "Last 2 years": 24, "Last 5 years": 60}
USUAL: Final = "Last 12 months"


def filters(desk: Desk) -> CaseloadFilter:
    """The period, kind, area and caseworker, kept in the address.

    By other names than on the list of cases: Streamlit refuses to go to an
    address with a name that a widget of this page is bound to.
    """
    with st.container(horizontal=True, vertical_alignment="bottom"):
        period = st.selectbox(
            "Period",
            list(PERIODS),
            index=2,
            key="period",
            bind="query-params",
            width=170,
            help="Of Trends and Outcomes. Today and Team are as of now.",
        )
        kind = st.selectbox(
            "Kind of support",
            list(SupportKind),
            index=None,
            format_func=told,
            key="kind_of_support",
            placeholder="Any",
            bind="query-params",
            width=210,
        )
        area = st.selectbox(
            "Area", areas_tallied(desk), index=None, key="in_area", placeholder="Any", bind="query-params", width=180
        )
        names = {one.username: str(one) for one in caseworkers(desk)}
        worker = st.selectbox(
            "Caseworker",
            list(names),
            index=None,
            key="worker",
            placeholder="Everyone",
            bind="query-params",
            format_func=lambda one: names.get(one, one),
            accept_new_options=len(names) >= MOST,
            width=260,
        )
    today = london_date(desk.now())
    return CaseloadFilter(
        months_before(today, PERIODS[period or USUAL] - 1), today.replace(day=1), kind, area, chosen_name(worker)
    )


@dataclass(frozen=True, slots=True)
class Addresses:
    """The way from a figure to the list of cases behind it, with the page's own filters."""

    kept: Mapping[str, str]

    @classmethod
    def of(cls, desk: Desk, wanted: CaseloadFilter) -> Addresses:
        """The filters of the page, in the words in which they stand in an address."""
        names = {one.username: str(one) for one in caseworkers(desk)} if wanted.caseworker else {}
        said = {
            "kind": told(wanted.kind_of_support) if wanted.kind_of_support else None,
            "area": wanted.area,
            "caseworker": names.get(str(wanted.caseworker), wanted.caseworker),
        }
        return cls({name: value for name, value in said.items() if value})

    def __call__(self, **more: str | date | None) -> str:
        asked = {name: str(value) for name, value in more.items() if value is not None}
        return address("cases", **{**self.kept, **asked})


def months_before(day: date, months: int) -> date:
    """The first day of the month so many before a day's."""
    years, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(years, month + 1, 1)


def last_day(month: date) -> date:
    """The last day of the month that begins on a day."""
    return months_before(month, -1) - timedelta(days=1)
