"""The caseload at a glance: what to watch, and charts each of whose bars opens the list behind it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from okf.caseload.commands.caseload import LIMIT_MOST, limit_caseload
from okf.caseload.queries.caseload import CaseloadPicture, CaseloadTeam
from okf.caseload.views.filters import Addresses, last_day, months_before
from okf.cases.queries.loads import BUSIEST, CaseloadFilter, Load
from okf.cases.queries.watch import ToWatch
from okf.cases.views.filters import LATE_TASKS, LOSING, QUIET, WAITED
from okf.desk import Desk
from okf.pending import counted
from okf.people.queries.workers import caseworkers
from okf.shell.charts import Series, bars, chart, columns, flow, line
from okf.shell.navigation import box
from okf.shell.sheets import Cell
from okf.shell.words import errors_shown, percent, told
from okf.terms import CaseStatus
from okf.terms.caseload import WaitBand

# Months gone by since that of the opening, first and last.
_AGES: Final = (
    ("This month", 0, 0),
    ("1 to 2 months", 1, 2),
    ("3 to 5 months", 3, 5),
    ("6 to 11 months", 6, 11),
    ("1 to 2 years", 12, 23),
    ("Over 2 years", 24, None),
)
_NONE: Final = "Not stated"
_NOTHING: Final = "There is none here. Widen the period, or clear a filter."


def watch(found: ToWatch, to: Addresses) -> None:
    """What a manager should look at today, each with a link to its list."""
    st.header("To watch today")
    st.text(
        f"Losing caseworker: within {found.losing_days} days their access ends, they leave, or they are away for a week"
        " with nobody standing in."
    )
    with st.grid(min_column_width=150):
        box("Unallocated", found.unallocated, "cases", unallocated="true", **to.kept)
        box("Allocation overdue", found.overdue, "cases", overdue="true", **to.kept)
        box(f"No contact, {found.no_contact_days} days", found.quiet, "cases", watch=QUIET, **to.kept)
        box("Overdue tasks", found.late_tasks, "cases", watch=LATE_TASKS, **to.kept)
        box("Losing caseworker", found.losing, "cases", watch=LOSING, **to.kept)


def loads(team: CaseloadTeam, wanted: CaseloadFilter, to: Addresses) -> None:
    """Open cases per caseworker, against what they can carry."""
    if not team.loads:
        st.header("Open cases per caseworker")
        st.info("No caseworker leads an open case here. Allocate one on a case's page, under Manage.")
        return
    narrowed = bool(wanted.kind_of_support or wanted.area)
    names = _distinct_names(team.loads)
    opens = [to(caseworker=f"{one.name} ({one.username})") for one in team.loads]
    chart(
        "Open cases per caseworker",
        says=_loads_say(team, narrowed),
        picture=bars(
            names,
            [
                Series("Cases", [one.cases for one in team.loads], opens),
                Series("More for complexity", [one.weight - one.cases for one in team.loads], opens),
            ],
            limits=[] if narrowed else [one.most for one in team.loads],
        ),
        titles=("Caseworker", "Open cases", "They count as", "Can carry", "Over or within"),
        rows=[
            [
                Cell(name, href),
                f"{one.cases:,}",
                f"{one.weight:,}",
                f"{one.most:,}",
                "—" if narrowed else Cell("Over", late=True) if one.over else "Within",
            ]
            for name, href, one in zip(names, opens, team.loads, strict=True)
        ],
        key="chart_loads",
        section=True,
    )


def over_time(picture: CaseloadPicture, to: Addresses) -> None:
    """Opened, closed and open, month by month."""
    months = [f"{one.month:%b %Y}" for one in picture.months]
    opened = [to(opened_from=one.month, opened_to=last_day(one.month)) for one in picture.months]
    closed = [to(closed_from=one.month, closed_to=last_day(one.month)) for one in picture.months]
    came, went = sum(one.opened for one in picture.months), sum(one.closed for one in picture.months)
    more = "grew" if came > went else "shrank" if came < went else "stayed as it was"
    chart(
        "Opened, closed and open",
        says=f"Opened in this time: {_cases(came)}; closed: {went:,}. The caseload {more};"
        f" {picture.open_now:,} open now. A case that was reopened counts as open.",
        picture=line(
            columns(
                months,
                [
                    Series("Opened", [one.opened for one in picture.months], opened),
                    Series("Closed", [one.closed for one in picture.months], closed),
                ],
            ),
            months,
            Series("Open at the month's end", [one.open_at_end for one in picture.months]),
        ),
        titles=("Month", "Opened", "Closed", "Open at its end"),
        rows=[
            [name, _linked(one.opened, first), _linked(one.closed, second), f"{one.open_at_end:,}"]
            for name, first, second, one in zip(months, opened, closed, picture.months, strict=True)
        ],
        key="chart_months",
        section=True,
    )


def waiting(picture: CaseloadPicture, wanted: CaseloadFilter, to: Addresses) -> None:
    """How long families waited, of the cases opened in the period."""
    span = {"opened_from": wanted.first, "opened_to": last_day(wanted.last)}
    sides = (("a caseworker", "allocated", picture.allocation), ("first contact", "contacted", picture.contact))
    words = [
        f"{_share(found[WaitBand.TWO_DAYS] + found[WaitBand.WEEK], sum(found.values()))} had {what} within a week"
        for what, _, found in sides
    ]
    opens = {key: [to(**span, **{key: WAITED[band]}) for band in WaitBand] for _, key, _ in sides}
    chart(
        "How long families waited",
        says=f"Of the cases opened in this time, {' and '.join(words)} of asking. Days run from the enquiry; contact"
        " is OKF's first call, message, letter or meeting on record after it.",
        picture=columns(
            [WAITED[band] for band in WaitBand],
            [Series(f"For {what}", [found[band] for band in WaitBand], opens[key]) for what, key, found in sides],
        ),
        titles=("Waited", "For a caseworker", "For first contact"),
        rows=[
            [WAITED[band], *(_linked(found[band], opens[key][number]) for _, key, found in sides)]
            for number, band in enumerate(WaitBand)
        ],
        key="chart_waits",
        section=True,
    )


def ages(picture: CaseloadPicture, wanted: CaseloadFilter, to: Addresses) -> None:
    """How long ago the open cases were opened."""
    labels, numbers, opens = [], [], []
    for label, newest, oldest in _AGES:
        last = last_day(months_before(wanted.last, newest))
        first = None if oldest is None else months_before(wanted.last, oldest)
        labels.append(label)
        numbers.append(
            sum(n for month, n in picture.opened_in.items() if month <= last and (not first or month >= first))
        )
        opens.append(to(live="true", opened_from=first, opened_to=last))
    old = sum(numbers[4:])
    _plain(
        "Age of open cases",
        f"Opened a year ago or earlier: {_share(old, picture.open_now)} of {picture.open_now:,} open.",
        ("Opened", "Open cases"),
        labels,
        numbers,
        opens,
        "chart_ages",
    )


def kinds(picture: CaseloadPicture, to: Addresses) -> None:
    """Open cases by kind of support."""
    opens = [to(live="true", kind=told(kind)) if kind else None for kind in picture.kinds]
    labels = [told(kind) if kind else _NONE for kind in picture.kinds]
    numbers = list(picture.kinds.values())
    says = _most(labels, numbers, picture.open_now)
    _plain(
        "Open cases by kind of support", says, ("Kind of support", "Open cases"), labels, numbers, opens, "chart_kinds"
    )


def areas(picture: CaseloadPicture, to: Addresses) -> None:
    """Open cases by area."""
    shown = dict(list(picture.areas.items())[:BUSIEST])
    opens = [to(live="true", area=area) if area else None for area in shown]
    labels, numbers = [area or _NONE for area in shown], list(shown.values())
    says = _most(labels, numbers, picture.open_now)
    _plain("Open cases by area", says, ("Area", "Open cases"), labels, numbers, opens, "chart_areas")


def outcomes(picture: CaseloadPicture, wanted: CaseloadFilter, to: Addresses) -> None:
    """What the closings of the period came to."""
    span = {"closed_from": wanted.first, "closed_to": last_day(wanted.last)}
    labels = [told(outcome) if outcome else _NONE for outcome in picture.outcomes]
    opens = [to(**span, outcome=told(outcome)) if outcome else None for outcome in picture.outcomes]
    numbers = list(picture.outcomes.values())
    says = _most(labels, numbers, sum(numbers), "cases closed in this time")
    _plain("What closed cases came to", says, ("Outcome", "Closed cases"), labels, numbers, opens, "chart_outcomes")


def stands(picture: CaseloadPicture, wanted: CaseloadFilter, to: Addresses) -> None:
    """Where the cases that were opened in the period stand now, as a flow."""
    title, total = "From opening to outcome", sum(picture.stands.values())
    if not total:
        st.header(title)
        st.info(_NOTHING)
        return
    statuses = [status for status in CaseStatus if picture.stands.get(status)]
    labels = ["Opened in this time", *(told(status) for status in statuses)]
    ways = [(0, number, picture.stands[status]) for number, status in enumerate(statuses, 1)]
    if CaseStatus.CLOSED in statuses:
        closed = statuses.index(CaseStatus.CLOSED) + 1
        for outcome, number in picture.came_to.items():
            labels.append(told(outcome) if outcome else "Outcome not stated")
            ways.append((closed, len(labels) - 1, number))
    span = {"opened_from": wanted.first, "opened_to": last_day(wanted.last)}
    rows: list[list[Cell | str]] = [
        [told(status), _linked(picture.stands[status], to(**span, status=told(status)))] for status in statuses
    ]
    rows += [
        [
            f"Closed: {told(outcome).lower() if outcome else 'outcome not stated'}",
            _linked(number, to(**span, status=told(CaseStatus.CLOSED), outcome=told(outcome)) if outcome else None),
        ]
        for outcome, number in picture.came_to.items()
    ]
    over = picture.stands.get(CaseStatus.CLOSED, 0)
    chart(
        title,
        says=f"Of {_cases(total)} opened in this time, {total - over:,} still open and {over:,} closed.",
        picture=flow(labels, ways),
        titles=("Where they stand now", "Cases"),
        rows=rows,
        key="chart_stands",
        section=True,
    )


def open_alone() -> None:
    """Say what the figures of one caseworker are of."""
    st.caption("With a caseworker chosen, these count the cases that are open now, and no closed one.")


def limits(desk: Desk) -> None:
    """How many ordinary cases somebody can carry."""
    with st.expander("How much somebody can carry", icon=":material/scale:"), st.form("limit", border=False):
        names = {one.username: str(one) for one in caseworkers(desk)}
        who = st.selectbox("Who", list(names), index=None, format_func=lambda one: names.get(one, one), key="limit_who")
        most = st.number_input(
            "Ordinary cases",
            min_value=0,
            max_value=LIMIT_MOST,
            value=None,
            step=1,
            key="limit_most",
            help="Left empty, the number that holds for everyone. What a case counts as is set on its page.",
        )
        if st.form_submit_button("Set"):
            with errors_shown():
                if who is None:
                    st.error("Choose whose number it is.")
                else:
                    limit_caseload(desk, who, most=None if most is None else int(most))
                    st.rerun()


def _plain(
    title: str,
    says: str,
    titles: Sequence[str],
    labels: list[str],
    numbers: list[int],
    opens: Sequence[str | None],
    key: str,
) -> None:
    if not sum(numbers):
        st.header(title)
        st.info(_NOTHING)
        return
    rows = [[label, _linked(number, href)] for label, number, href in zip(labels, numbers, opens, strict=True)]
    picture = bars(labels, [Series(titles[1], numbers, opens)])
    chart(title, says=says, picture=picture, titles=titles, rows=rows, key=key, section=True)


def _loads_say(team: CaseloadTeam, narrowed: bool) -> str:
    busiest = team.loads[0]
    shown = f" The {BUSIEST} busiest of {team.workers:,} are shown." if team.workers > len(team.loads) else ""
    if narrowed:
        return f"{busiest.name} has the most of these, {busiest.cases:,}.{shown}"
    over = f"Over what they can carry: {team.over or 'none'} of {team.workers:,} caseworkers"
    most = f"{busiest.name} carries the most: {_cases(busiest.cases)}, counting as {busiest.weight:,}"
    return f"{over}. {most}.{shown}"


def _distinct_names(loads: Sequence[Load]) -> list[str]:
    """Their names, with the username where two are alike: equal names would share a bar."""
    names = [one.name for one in loads]
    return [one.name if names.count(one.name) == 1 else f"{one.name} ({one.username})" for one in loads]


def _most(labels: Sequence[str], numbers: Sequence[int], total: int, of: str = "open cases") -> str:
    return f"{labels[0]} is the largest part: {numbers[0]:,} of {total:,} {of}." if numbers else ""


def _cases(number: int) -> str:
    return counted(number, "case", "cases")


def _share(part: int, total: int) -> str:
    return percent(part, total) if total else "none"


def _linked(number: int, href: str | None) -> Cell | str:
    return Cell(f"{number:,}", href) if number and href else f"{number:,}"
