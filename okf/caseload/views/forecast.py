"""The forecast on the screen: the coming weeks, the list behind each figure, and the enquiries to expect."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Final

import streamlit as st

from okf.caseload.outlook import AHEAD, HELD_OUT, METHOD, NEEDED, SHARE, Outlook
from okf.caseload.queries.coming import ComingRow, ComingWeeks, what_comes
from okf.caseload.queries.coming_lists import LISTED, ComingOne, coming_list
from okf.caseload.queries.expected import Expected, expected_enquiries
from okf.clock import last_day_of, start_of
from okf.desk import Desk
from okf.paging import SIZE, Count
from okf.shell.charts import Series, chart, columns, line
from okf.shell.navigation import link
from okf.shell.sheets import Cell, address, sheet
from okf.shell.tables import page_asked_for, pager
from okf.shell.words import day, moment, told, until
from okf.terms.caseload import Coming

SHOWN_BEHIND: Final = 18  # weeks
KINDS: Final = {
    Coming.GRANTS_END: "Access that ends",
    Coming.SIGNING_DUE: "Agreements to be signed by then",
    Coming.CONFIRMING_DUE: "Access to be confirmed",
    Coming.EMERGENCY_REVIEWS: "Emergency access to be reviewed",
    Coming.CONCERN_REVIEWS: "What leads have to do on concerns",
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
    Coming.CONCERN_REVIEWS: ("duty of a lead on a concern", "duties of leads on concerns"),
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
_ELSEWHERE: Final = {
    Coming.SIGNING_DUE: ("Remind people of their signatures", "chasing"),
    Coming.CONFIRMING_DUE: ("Confirm access", "confirmations"),
    Coming.EMERGENCY_REVIEWS: ("Review emergency accesses", "emergency_reviews"),
    Coming.CHECKS_END: ("Put a renewal on record", "checks"),
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
            " expect: fewer don't show whether such numbers hold, so none is made."
        )
        return
    _expected(found, found.outlook)


def asked_for() -> tuple[Coming, int] | None:
    """Which figure's list the address names."""
    kind, week = st.query_params.get("what"), st.query_params.get("week", "")
    if kind not in {one.value for one in LISTED} or not week.isdecimal() or int(week) > AHEAD:
        return None
    return Coming(kind or ""), int(week)


def list_behind(desk: Desk, kind: Coming, number: int) -> None:
    """One page of the list behind a figure."""
    week, page = coming_list(desk, kind, number, page_asked_for(SIZE))
    when = "late already" if week.first is None else f"in the week from {day(week.first)}"
    st.header(f"{KINDS[kind]}, {when}")
    link("Back to all eight weeks", "forecast", icon=":material/arrow_back:")
    if not page.rows:
        st.info("Nothing of this kind is left in that week.")
        return
    titles, cells = _LISTS[kind]
    sheet(titles, [cells(one) for one in page.rows], caption=f"{KINDS[kind]}, {when}")
    pager(page, key="coming_list")
    if kind in _ELSEWHERE:
        link(*_ELSEWHERE[kind], icon=":material/arrow_forward:")


def _expected(found: Expected, outlook: Outlook) -> None:
    """The weeks behind, and those ahead where the range held on the last ones."""
    ahead = outlook.weeks if outlook.held else ()
    behind = min(SHOWN_BEHIND, len(found.counts))
    came = found.counts[-behind:]
    first_shown = found.first + timedelta(weeks=len(found.counts) - behind)
    labels = [_short(first_shown + timedelta(weeks=n)) for n in range(behind + len(ahead))]
    picture = columns(labels, [Series("Came", [*map(float, came), *[None] * len(ahead)])])
    titles: tuple[str, ...] = ("Week from", "Came")
    rows: list[list[Cell | str]] = [[label, str(count)] for label, count in zip(labels, came, strict=False)]
    if ahead:
        expected = [round(one.expected, 1) for one in ahead]
        picture = line(picture, labels, Series("Expected, with its range", [*[None] * behind, *expected]))
        wide = [(round(one.high - mid, 1), round(mid - one.low, 1)) for one, mid in zip(ahead, expected, strict=True)]
        picture["data"][-1]["error_y"] = {
            "type": "data",
            "symmetric": False,
            "thickness": 2,
            "width": 7,
            "array": [*[0.0] * behind, *(max(0.0, above) for above, _ in wide)],
            "arrayminus": [*[0.0] * behind, *(max(0.0, below) for _, below in wide)],
        }
        titles += ("Expected", "Range")
        rows = [[*row, "—", "—"] for row in rows]
        rows += [
            [label, "—", f"{mid:g}", f"{one.low} to {one.high}"]
            for label, mid, one in zip(labels[behind:], expected, ahead, strict=True)
        ]
    chart(
        "Enquiries to expect",
        says=_range_in_words(outlook),
        picture=picture,
        titles=titles,
        rows=rows,
        key="expected",
        section=True,
    )
    st.caption(f"{METHOD} Reckoned from {_weeks(len(found.counts))}, counted once a day.")


def _range_in_words(outlook: Outlook) -> str:
    checked = (
        f"{outlook.inside} of the last {HELD_OUT} weeks fell inside the range made a week before, {outlook.inside_far}"
        f" inside that made eight weeks before; the range should hold {round(SHARE * HELD_OUT)} of {HELD_OUT}."
    )
    if not outlook.held:
        return f"No number is expected, for the past does not bear one: {checked}"
    one = outlook.weeks[0]
    return f"About {one.expected:.0f} this week, between {one.low} and {one.high}. Checked: {checked}"


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


def _sum(counts: dict[Coming, ComingRow], kinds: tuple[Coming, ...], week: int) -> float:
    return float(sum(counts[kind].weeks[week].number for kind in kinds if kind in counts))


def _weeks(number: int) -> str:
    return "no whole week" if number == 0 else "1 whole week" if number == 1 else f"{number} whole weeks"


def _short(on: date | None) -> str:
    return "" if on is None else day(on).rsplit(" ", 1)[0]


def _at(one: ComingOne) -> datetime:
    return one.at if isinstance(one.at, datetime) else start_of(one.at)


def _last_day(one: ComingOne) -> str:
    # The first instant of the day after, or the beginning of time for those who never signed.
    return day(last_day_of(_at(one))) if _at(one).year > 1970 else "Never signed"


def _cases_of(one: ComingOne) -> Cell:
    return Cell("See them", address("cases", view="Whole caseload", caseworker=f"{one.name} ({one.username})"))


def _person(one: ComingOne) -> Cell:
    return Cell(one.name or "", address("team", person=one.username or ""))


def _case(one: ComingOne) -> Cell:
    return Cell(one.case_ref or "—", address("case", case=one.case_ref) if one.case_ref else None)


Cells = Callable[[ComingOne], list[Cell | str]]
# Of each kind, the titles of its list and what stands under them.
_LISTS: Final[dict[Coming, tuple[tuple[str, ...], Cells]]] = {
    Coming.GRANTS_END: (
        ("Ends", "Person", "As", "Case", "Lead caseworker"),
        lambda one: [
            until(one.at),
            _person(one),
            told(one.what),
            _case(one),
            "Yes: hand over first" if one.leads else "No",
        ],
    ),
    Coming.SIGNING_DUE: (
        ("Last day", "Person", "Agreement", "Holds access by it"),
        lambda one: [
            _last_day(one),
            Cell(one.name or "", address("agreements", person=one.username or "")),
            told(one.what),
            "Yes: it stops then" if one.leads else "No",
        ],
    ),
    Coming.CONFIRMING_DUE: (
        ("To be confirmed by", "Person", "As", "Case"),
        lambda one: [day(one.at), _person(one), told(one.what), _case(one)],
    ),
    Coming.EMERGENCY_REVIEWS: (
        ("To be reviewed by", "Opened by", "Case"),
        lambda one: [moment(_at(one)), _person(one), _case(one)],
    ),
    Coming.CASES_KEPT: (("Kept until", "Case"), lambda one: [day(one.at), _case(one)]),
    Coming.ENQUIRIES_KEPT: (
        ("Kept until", "Enquiry"),
        lambda one: [day(one.at), Cell(str(one.what), address("enquiry", ref=str(one.what)))],
    ),
    Coming.AWAY: (
        ("Away from", "Until", "Person", "Who stands in", "Cases without their caseworker"),
        lambda one: [day(one.at), day(one.what), _person(one), one.leads or "Nobody", _cases_of(one)],
    ),
    Coming.CHECKS_END: (("Holds until", "Person", "Check"), lambda one: [until(one.at), _person(one), told(one.what)]),
    Coming.APPOINTMENTS: (("Day", "Worker", "Case"), lambda one: [day(one.at), _person(one), _case(one)]),
}
