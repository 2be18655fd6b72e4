"""The filters above a list of cases, kept in the address: references, dates and kinds, never a name."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import date

import streamlit as st

from okf.cases.queries.cases import areas
from okf.cases.queries.filters import CaseFilters
from okf.clock import london_date
from okf.dates import Side
from okf.desk import Desk
from okf.errors import Invalid
from okf.people.queries.workers import MOST, caseworkers
from okf.shell.dates import as_text, day_or_none, day_read, known
from okf.shell.filters import choice, tick
from okf.shell.tables import first_page
from okf.shell.words import plain
from okf.terms import CaseStatus, SupportKind
from okf.terms.caseload import ClosureOutcome, WaitBand

QUIET, LATE_TASKS, LOSING = "No contact lately", "Overdue tasks", "About to lose their caseworker"
NOT_ABLE = "Caseworker not able to open: not signed"
WAITED = {
    WaitBand.TWO_DAYS: "Up to 2 days",
    WaitBand.WEEK: "3 to 7 days",
    WaitBand.FORTNIGHT: "8 to 14 days",
    WaitBand.FOUR_WEEKS: "15 to 28 days",
    WaitBand.LONGER: "29 days or more",
    WaitBand.NOT_YET: "Not yet",
}
_TICKS = ("overdue", "unallocated", "live")
# The filters by their names in the address, as the list says them that is narrowed by them.
LABELS = {
    "reference": "Reference begins with",
    "status": "Status",
    "kind": "Kind of support",
    "live": "Not closed",
    "overdue": "Overdue",
    "unallocated": "Unallocated",
    "area": "Area",
    "caseworker": "Caseworker",
    "watch": "To watch",
    "outcome": "Outcome",
    "allocated": "Waited for a caseworker",
    "contacted": "Waited for first contact",
    "opened_from": "Opened from",
    "opened_to": "Opened to",
    "closed_from": "Closed from",
    "closed_to": "Closed to",
}
KEYS = tuple(LABELS)


def filters(desk: Desk, *, whole_caseload: bool) -> CaseFilters:
    """The filters as they are set; the whole caseload has more of them."""
    box = st.popover("Filter", icon=":material/tune:")
    with box, st.container(horizontal=True, vertical_alignment="bottom"):
        reference = st.text_input(
            LABELS["reference"],
            key="reference",
            type="search",
            bind="query-params",
            on_change=first_page,
            max_chars=80,
            width=240,
        )
        status = choice(LABELS["status"], "status", list(CaseStatus), width=200)
        kind = choice(LABELS["kind"], "kind", list(SupportKind), width=200)
        live = tick(LABELS["live"], "live")
        overdue = unallocated = False
        if whole_caseload:
            overdue, unallocated = tick(LABELS["overdue"], "overdue"), tick(LABELS["unallocated"], "unallocated")
    with box, st.container(horizontal=True):
        area = caseworker = watch = outcome = allocated = contacted = None
        if whole_caseload:
            area = _long(LABELS["area"], "area", {one: one for one in areas(desk)})
            names = {one.username: str(one) for one in caseworkers(desk)}
            caseworker = chosen_name(_long(LABELS["caseworker"], "caseworker", names))
            watch = choice(LABELS["watch"], "watch", [QUIET, LATE_TASKS, LOSING, NOT_ABLE], said=str, width=240)
            outcome = choice(LABELS["outcome"], "outcome", list(ClosureOutcome), width=200)
            bands, said = list(WAITED), WAITED.__getitem__
            allocated = choice(LABELS["allocated"], "allocated", bands, said=said, width=240)
            contacted = choice(LABELS["contacted"], "contacted", bands, said=said, width=240)
        today = london_date(desk.now())
        days = {key: _day(LABELS[key], key, today) for key in ("opened_from", "opened_to", "closed_from", "closed_to")}
        st.button("Clear all filters", on_click=_clear, type="tertiary")
    for one in days.values():
        if isinstance(one, Invalid):
            st.warning(plain(f"{one} The list is not narrowed by it."))
    return CaseFilters(
        reference or None,
        status,
        kind,
        area,
        caseworker,
        known(days["opened_from"]),
        known(days["opened_to"]),
        known(days["closed_from"]),
        known(days["closed_to"]),
        overdue,
        unallocated,
        live,
        watch == QUIET,
        watch == LATE_TASKS,
        watch == LOSING,
        outcome,
        allocated,
        contacted,
        watch == NOT_ABLE,
    )


def chosen_name(chosen: str | None) -> str | None:
    """The username, also of somebody beyond the first ones by name, who stands as `Name (username)`."""
    return chosen[:-1].rpartition("(")[2] if chosen and chosen.endswith(")") else chosen


def _long(label: str, key: str, names: Mapping[str, str]) -> str | None:
    """A choice among many; one beyond the first of them may be typed."""
    new = len(names) >= MOST
    return choice(label, key, list(names), said=lambda one: names.get(one, one), width=240, accept_new_options=new)


def _day(label: str, key: str, today: date) -> date | Invalid | None:
    return day_or_none(
        label, today, side=Side.PAST, key=key, bind="query-params", on_change=_changed_day, args=(key, today), width=200
    )


def _changed_day(key: str, today: date) -> None:
    """Keep the day itself in the address: "yesterday" would be another one for whoever opens it later."""
    with suppress(ValueError):
        st.session_state[key] = as_text(day_read(str(st.session_state[key] or ""), today, Side.PAST))
    first_page()


def _clear() -> None:
    first_page()
    for key in KEYS:
        st.session_state[key] = False if key in _TICKS else "" if key == "reference" else None
