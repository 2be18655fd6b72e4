"""The forecast on the screen: the coming weeks as a table that links, and the enquiries to expect with their range."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

import streamlit as st

from okf.caseload.outlook import AHEAD, HELD_OUT, METHOD, NEEDED, SHARE, Outlook
from okf.caseload.queries.coming import ComingRow, ComingWeeks, what_comes
from okf.caseload.queries.coming_lists import LISTED
from okf.caseload.queries.expected import Expected, expected_enquiries
from okf.desk import Desk
from okf.paging import Count
from okf.shell.charts import Series, chart, columns, line
from okf.shell.sheets import Cell, address
from okf.shell.words import day
from okf.terms.caseload import Coming

SHOWN_BEHIND: Final = 18  # weeks
KINDS: Final = {
    Coming.GRANTS_END: "Access that ends",
    Coming.SIGNING_DUE: "Agreements to be signed by then",
    Coming.CONFIRMING_DUE: "Access to be confirmed",
    Coming.EMERGENCY_REVIEWS: "Emergency access to be reviewed",
    Coming.CONCERN_REVIEWS: "Concerns to be looked at by a lead",
    Coming.CASES_KEPT: "Closed cases whose keeping ends",
    Coming.ENQUIRIES_KEPT: "Enquiries whose keeping ends",
    Coming.AWAY: "People away",
    Coming.CHECKS_END: "Vetting and training that runs out",
    Coming.APPOINTMENTS: "Appointments",
}
_SAID: Final = {
    Coming.GRANTS_END: ("access ends", "accesses end"),
    Coming.SIGNING_DUE: ("agreement to be signed", "agreements to be signed"),
    Coming.CONFIRMING_DUE: ("access to be confirmed", "accesses to be confirmed"),
    Coming.EMERGENCY_REVIEWS: ("emergency access to be reviewed", "emergency accesses to be reviewed"),
    Coming.CONCERN_REVIEWS: ("concern for a lead to look at", "concerns for a lead to look at"),
    Coming.CASES_KEPT: ("closed case whose keeping ends", "closed cases whose keeping ends"),
    Coming.ENQUIRIES_KEPT: ("enquiry whose keeping ends", "enquiries whose keeping ends"),
    Coming.AWAY: ("person away", "people away"),
    Coming.CHECKS_END: ("check run out", "checks run out"),
    Coming.APPOINTMENTS: ("appointment", "appointments"),
}
_GROUPS: Final = {
    "Access and signatures": (Coming.GRANTS_END, Coming.SIGNING_DUE, Coming.CONFIRMING_DUE),
    "Reviews": (Coming.EMERGENCY_REVIEWS, Coming.CONCERN_REVIEWS),
    "Keeping ends": (Coming.CASES_KEPT, Coming.ENQUIRIES_KEPT),
    "Checks run out": (Coming.CHECKS_END,),
    "People away": (Coming.AWAY,),
}


def coming_weeks(desk: Desk) -> None:
    """What each of the next eight weeks brings; every number opens its list."""
    found = what_comes(desk)
    labels = ["This week", *(_short(week.first) for week in found.weeks[1:])]
    counts = {row.kind: row for row in found.rows}
    series = [
        Series(name, [_sum(counts, kinds, n) for n in range(AHEAD)])
        for name, kinds in _GROUPS.items()
        if any(kind in counts and counts[kind].some for kind in kinds)
    ]
    chart(
        "The next eight weeks",
        says=_in_words(found),
        picture=columns(labels, series, stacked=True),
        titles=("What comes, by the week's Monday", "Late", *labels),
        rows=[_cells(row) for row in found.rows],
        key="coming",
        opened=True,
        section=True,
    )
    st.caption(
        "A dash is none. Appointments are in the table alone. Concerns are counted and not listed here: they are for"
        " the leads."
    )


def enquiries(desk: Desk) -> None:
    """How many enquiries the next weeks are expected to bring, with a range and how well such ranges held."""
    found = expected_enquiries(desk)
    if found.outlook is None:
        st.header("Enquiries to expect")
        st.info(
            f"Casebook holds {_weeks(len(found.counts))} of enquiries. From {NEEDED} weeks on it says how many to"
            " expect; from fewer it would be a guess, and none is made."
        )
        return
    _expected(found, found.outlook)


def _expected(found: Expected, outlook: Outlook) -> None:
    behind = min(SHOWN_BEHIND, len(found.counts))
    first_shown = found.first + timedelta(weeks=len(found.counts) - behind)
    labels = [_short(first_shown + timedelta(weeks=n)) for n in range(behind + AHEAD)]
    came: list[float | None] = [*map(float, found.counts[-behind:]), *[None] * AHEAD]
    expected: list[float | None] = [*[None] * behind, *(round(one.expected, 1) for one in outlook.weeks)]
    picture = line(columns(labels, [Series("Came", came)]), labels, Series("Expected, with its range", expected))
    picture["data"][-1]["error_y"] = {
        "type": "data",
        "symmetric": False,
        "thickness": 2,
        "width": 7,
        "array": [*[0.0] * behind, *(max(0.0, one.high - one.expected) for one in outlook.weeks)],
        "arrayminus": [*[0.0] * behind, *(max(0.0, one.expected - one.low) for one in outlook.weeks)],
    }
    rows: list[list[Cell | str]] = [
        [f"{_short(first_shown + timedelta(weeks=n))}", str(count), "—", "—"]
        for n, count in enumerate(found.counts[-behind:])
    ]
    rows += [
        [labels[behind + n], "—", f"{one.expected:.1f}", f"{one.low} to {one.high}"]
        for n, one in enumerate(outlook.weeks)
    ]
    chart(
        "Enquiries to expect",
        says=_range_in_words(outlook),
        picture=picture,
        titles=("Week from", "Came", "Expected", "Range"),
        rows=rows,
        key="expected",
        section=True,
    )
    st.caption(f"{METHOD} Reckoned by statsmodels from {_weeks(len(found.counts))}, counted once a day.")


def _range_in_words(outlook: Outlook) -> str:
    one = outlook.weeks[0]
    right = round(SHARE * HELD_OUT)
    said = (
        f"About {one.expected:.0f} this week, between {one.low} and {one.high}. Checked: {outlook.inside} of the last"
        f" {HELD_OUT} weeks fell inside the range made a week before, {outlook.inside_far} inside that made eight weeks"
        f" before; the range should hold {right} of {HELD_OUT}."
    )
    return said if outlook.held else f"{said} It held less often than it should: do not lean on it."


def _in_words(found: ComingWeeks) -> str:
    late = [_said(row.behind, row.kind) for row in found.rows if row.behind and row.behind.number]
    soon = [_said(row.weeks[0], row.kind) for row in found.rows if row.weeks[0].number]
    told = f"This week: {', '.join(soon)}." if soon else "Nothing falls due this week."
    return f"{told} Late already: {', '.join(late)}." if late else f"{told} Nothing is late."


def _said(count: Count, kind: Coming) -> str:
    one, many = _SAID[kind]
    return f"{count} {one if str(count) == '1' else many}"


def _cells(row: ComingRow) -> list[Cell | str]:
    behind = _cell(row.kind, 0, row.behind, late=True) if row.behind else "—"
    return [KINDS[row.kind], behind, *(_cell(row.kind, n, count) for n, count in enumerate(row.weeks, 1))]


def _cell(kind: Coming, week: int, count: Count, *, late: bool = False) -> Cell | str:
    if not count.number:
        return "—"
    opens = address("forecast", what=kind.value, week=str(week)) if kind in LISTED else None
    return Cell(str(count), opens, late=late)


def _sum(counts: dict[Coming, Any], kinds: tuple[Coming, ...], week: int) -> float:
    return float(sum(counts[kind].weeks[week].number for kind in kinds if kind in counts))


def _weeks(number: int) -> str:
    return "no whole week" if number == 0 else "1 whole week" if number == 1 else f"{number} whole weeks"


def _short(on: date | None) -> str:
    return "" if on is None else day(on).rsplit(" ", 1)[0]
