"""The list behind a figure of the coming weeks, and what is to be done about what stands on it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

import streamlit as st

from okf.caseload.outlook import AHEAD
from okf.caseload.queries.coming_lists import LISTED, ComingOne, coming_list
from okf.caseload.views.forecast import KINDS
from okf.clock import start_of
from okf.desk import Desk
from okf.paging import SIZE
from okf.shell.navigation import link
from okf.shell.sheets import Cell, address, sheet
from okf.shell.tables import page_asked_for, pager
from okf.shell.words import day, moment, told
from okf.terms.caseload import Coming

# By each kind: the titles after the first, and where something is done about it.
_TITLES: Final[dict[Coming, tuple[str, ...]]] = {
    Coming.GRANTS_END: ("Ends", "Person", "As", "Case", "Lead caseworker"),
    Coming.SIGNING_DUE: ("Last day", "Person", "Agreement", "Holds access by it"),
    Coming.CONFIRMING_DUE: ("To be confirmed by", "Person", "As", "Case"),
    Coming.EMERGENCY_REVIEWS: ("To be reviewed by", "Opened by", "Case"),
    Coming.CASES_KEPT: ("Kept until", "Case"),
    Coming.ENQUIRIES_KEPT: ("Kept until", "Enquiry"),
    Coming.AWAY: ("Away from", "Until", "Person", "Who stands in", "Cases without their caseworker"),
    Coming.CHECKS_END: ("Runs out on", "Person", "Check"),
    Coming.APPOINTMENTS: ("Day", "Worker", "Case"),
}
_ELSEWHERE: Final = {
    Coming.SIGNING_DUE: ("Remind people of their signatures", "chasing"),
    Coming.CONFIRMING_DUE: ("Confirm access", "confirmations"),
    Coming.EMERGENCY_REVIEWS: ("Review emergency accesses", "emergency_reviews"),
    Coming.CHECKS_END: ("Put a renewal on record", "checks"),
}


def asked_for() -> tuple[Coming, int] | None:
    """Which figure's list the address names."""
    kind, week = st.query_params.get("what"), st.query_params.get("week", "")
    if kind not in {one.value for one in LISTED} or not week.isdecimal() or int(week) > AHEAD:
        return None
    return Coming(kind or ""), int(week)


def list_behind(desk: Desk, kind: Coming, number: int) -> None:
    """One page of what stands behind a figure."""
    week, page = coming_list(desk, kind, number, page_asked_for(SIZE))
    when = "late already" if week.first is None else f"in the week from {day(week.first)}"
    st.header(f"{KINDS[kind]}, {when}")
    link("Back to all eight weeks", "forecast", icon=":material/arrow_back:")
    if not page.rows:
        st.info("Nothing of this kind is left in that week.")
        return
    sheet(_TITLES[kind], [_CELLS[kind](one) for one in page.rows], caption=f"{KINDS[kind]}, {when}")
    pager(page, key="coming_list")
    if kind in _ELSEWHERE:
        link(*_ELSEWHERE[kind], icon=":material/arrow_forward:")


def _grant(one: ComingOne) -> list[Cell | str]:
    return [moment(_at(one)), _person(one), told(one.what), _case(one), "Yes: hand over first" if one.leads else "No"]


def _signing(one: ComingOne) -> list[Cell | str]:
    # The first instant of the day after, or the beginning of time for whoever never signed.
    last = day(_at(one) - timedelta(seconds=1)) if _at(one).year > 1970 else "Never signed"
    whose = Cell(one.name or "", address("agreements", person=one.username or ""))
    return [last, whose, told(one.what), "Yes: it stops then" if one.leads else "No"]


def _confirm(one: ComingOne) -> list[Cell | str]:
    return [day(one.at), _person(one), told(one.what), _case(one)]


def _review(one: ComingOne) -> list[Cell | str]:
    return [moment(_at(one)), _person(one), _case(one)]


def _kept(one: ComingOne) -> list[Cell | str]:
    return [day(one.at), _case(one)]


def _enquiry(one: ComingOne) -> list[Cell | str]:
    return [day(one.at), Cell(str(one.what), address("enquiry", ref=str(one.what)))]


def _away(one: ComingOne) -> list[Cell | str]:
    cases = Cell("See them", address("cases", view="Whole caseload", caseworker=f"{one.name} ({one.username})"))
    return [day(one.at), day(one.what), _person(one), one.leads or "Nobody", cases]


def _check(one: ComingOne) -> list[Cell | str]:
    return [day(one.at), _person(one), told(one.what)]


def _appointment(one: ComingOne) -> list[Cell | str]:
    return [day(one.at), _person(one), _case(one)]


_CELLS: Final[dict[Coming, Callable[[ComingOne], list[Cell | str]]]] = {
    Coming.GRANTS_END: _grant,
    Coming.SIGNING_DUE: _signing,
    Coming.CONFIRMING_DUE: _confirm,
    Coming.EMERGENCY_REVIEWS: _review,
    Coming.CASES_KEPT: _kept,
    Coming.ENQUIRIES_KEPT: _enquiry,
    Coming.AWAY: _away,
    Coming.CHECKS_END: _check,
    Coming.APPOINTMENTS: _appointment,
}


def _at(one: ComingOne) -> datetime:
    return one.at if isinstance(one.at, datetime) else start_of(one.at)


def _person(one: ComingOne) -> Cell:
    return Cell(one.name or "", address("team", person=one.username or ""))


def _case(one: ComingOne) -> Cell:
    return Cell(one.case_ref or "—", address("case", case=one.case_ref) if one.case_ref else None)
