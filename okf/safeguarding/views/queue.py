"""The queue of concerns with its filters, count and picture; the trustee's list; one's own reports (C9)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import streamlit as st

from okf.desk import Desk
from okf.paging import SIZE, Page, Paged
from okf.people.queries.workers import safeguarding_leads
from okf.safeguarding.queries.allegations import LadoClock, LeadAllegation, lead_allegations
from okf.safeguarding.queries.concern import own_concerns
from okf.safeguarding.queries.concerns import ConcernRow, queue_view
from okf.safeguarding.queries.figures import QueueFigures, QueuePicture, live_figures, queue_picture
from okf.safeguarding.queries.filters import ALL, DUE, NOBODY, URGENT, QueueFilter, QueueOrder
from okf.safeguarding.queries.own_reports import received_reports
from okf.safeguarding.queries.search import search_concerns
from okf.safeguarding.views import clocks
from okf.safeguarding.views.clocks import BEFORE_ANY_INQUIRY
from okf.safeguarding.views.handover import QUEUE, bulk, led_by
from okf.safeguarding.views.on_duty import whoever_it_is_about, whom_to_ring
from okf.safeguarding.views.own_report import state_told
from okf.shell import filters, scripts
from okf.shell.charts import Series, chart, columns
from okf.shell.lists import Column, show, sort_asked_for
from okf.shell.navigation import as_asked, link
from okf.shell.sheets import Cell, address, sheet
from okf.shell.tables import first_page, page_asked_for
from okf.shell.words import day, errors_shown, left_until, moment, told
from okf.terms import ENDED_CONCERN, ConcernStatus, Severity
from okf.terms.concerns import SOMEBODY_ELSE, ConcernCategory

_EVERY: Final = "10s"
_TOP: Final = 5
_BY: Final = {
    QueueOrder.URGENT: "the most urgent first",
    QueueOrder.TIME_LEFT: "by time left",
    QueueOrder.SEVERITY: "by severity",
    QueueOrder.RAISED: "by when they were raised",
}
_SORTS: Final = (QueueOrder.TIME_LEFT, QueueOrder.SEVERITY, QueueOrder.RAISED)
_COLUMNS: Final = ("Overdue", "Due today", "Due later")  # as the filter "Due" has them in the address
_SHOWN: Final = "okf_count_shown"
_DUE: Final = {"overdue": "Overdue", "today": "Due today", "this_week": "Due within a week", "next": "Due later"}
_NAME: Final = "concern_name"  # never in the address
_MANY: Final = ("concern", "concerns")
_LABELS: Final = {
    "due": "Due",
    "severity": "Severity",
    "status": "State",
    "lead": "Lead",
    "category": "Category",
    "find": "Concern or case begins with",
    "mine": "Yours",
}


def queue(desk: Desk) -> None:
    """The open concerns, filtered and sorted as the address says; the most urgent first."""
    _live_count(desk)
    words, wanted = _filters(desk)
    if words:
        with errors_shown():
            show(
                _columns(desk.now()),
                Paged(search_concerns(desk, words)),
                key="searched",
                caption="Open concerns about somebody of this name, the least time left first",
                many=_MANY,
                nothing="No open concern that you may read is about somebody of this name. Try fewer letters.",
            )
        return
    view = queue_view(desk, wanted, page_asked_for(SIZE))
    ticked = show(
        _columns(view.at),
        view.page,
        key=QUEUE,
        caption=f"Open concerns, {_BY[QueueOrder(wanted.sort.by)]}",
        many=_MANY,
        sort=wanted.sort,
        first=URGENT,
        sorts=_SORTS,
        filters=_LABELS,
        tick=lambda row: row.ref,
        nothing="No concern is open."
        if wanted == ALL
        else "No open concern fits these filters. Take one of them away to see more.",
    )
    if not view.page.rows:
        if wanted.find:
            link(f"Open {wanted.find} by its reference, if it has ended", "concern", ref=wanted.find)
        return
    bulk(desk, [row.ref for row in view.page.rows if row.ref in ticked and not row.closed])
    if st.toggle("Show the queue as a picture", key="queue_as_picture"):
        _picture(queue_picture(desk))


def top(desk: Desk) -> None:
    """The first five of the queue, by the queue's own rules; nothing where none is open."""
    view = queue_view(desk, ALL, Page(size=_TOP))
    if view.page.rows:
        st.subheader("The queue's top")
        columns = _columns(view.at)
        sheet(
            [one.title for one in columns],
            [[one.shown(row) for one in columns] for row in view.page.rows],
            caption=f"Open concerns, {_BY[QueueOrder.URGENT]}",
        )
        link("The whole queue", "concerns", icon=":material/arrow_forward:")


def own_reports(desk: Desk) -> None:
    """The concerns that this person raised: that each was received, and nothing more."""
    warned = "Of a worry about one of them tell them nothing. " if whom_to_ring(desk) else ""
    st.markdown(f"{warned}Whoever it is about: {whoever_it_is_about(desk)}.")  # a caption's links are too pale
    reports = own_concerns(desk)
    if not reports:
        st.info("You have not raised a concern. If something worries you, raise it: nobody is too junior to.")
        return
    received = received_reports(desk, [one.ref for one in reports])
    rows = [
        (
            Cell(one.ref, address("concern", ref=one.ref)),
            moment(one.raised_at),
            state_told(received[one.ref]),
            one.about or "—",
        )
        for one in reports
    ]
    sheet(("Concern", "Raised", "State", "About, as you wrote it"), rows, caption="What you reported, newest first")
    link("Raise a concern", "raise_concern", icon=":material/add_alert:")


def about_leads(desk: Desk) -> None:
    """The safeguarding trustee's list of concerns about a lead, the open ones first (C9)."""
    st.header("About a safeguarding lead")
    found = lead_allegations(desk)
    if not found:
        st.info("There is no concern about a safeguarding lead. If one is raised, you find it here and get a mail.")
        return
    titles = ("Concern", "Time left", "Designated officer", "Severity", "Status", "About", "Lead", "Raised")
    sheet(
        titles,
        [_allegation(desk, one) for one in found],
        caption="Concerns about a safeguarding lead, which are yours too",
    )


def _live_count(desk: Desk) -> None:
    """A count of the open concerns that updates itself, with a button that reloads the list below it."""
    st.session_state.pop(_SHOWN, None)
    _count(desk)


def _filters(desk: Desk) -> tuple[str, QueueFilter]:
    """The name to search for, which is never in the address, and the filters, which are."""
    as_asked(*_LABELS, _NAME)
    leads = {NOBODY: "Nobody yet", **dict(safeguarding_leads(desk))}
    box = st.popover("Search and filter", icon=":material/tune:")
    with box, st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input("Name of whom it is about", key=_NAME, type="search", max_chars=100, width=260)
        find = st.text_input(
            _LABELS["find"],
            key="find",
            type="search",
            bind="query-params",
            on_change=first_page,
            max_chars=80,
            width=240,
        )
        due = filters.choice(_LABELS["due"], "due", list(DUE), said=_DUE.__getitem__)
        severity = filters.choice(_LABELS["severity"], "severity", list(Severity))
        status = filters.choice(_LABELS["status"], "status", [one for one in ConcernStatus if one not in ENDED_CONCERN])
        lead = filters.choice(_LABELS["lead"], "lead", list(leads), said=lambda one: leads.get(one) or told(one))
        category = filters.choice(_LABELS["category"], "category", list(ConcernCategory), width=280)
        mine = st.checkbox(
            _LABELS["mine"],
            key="mine",
            bind="query-params",
            on_change=first_page,
            help="Those that you lead, or cover for a lead who is away",
        )
        st.button("Clear all", on_click=_clear, type="tertiary")
    sort = sort_asked_for(_SORTS, URGENT)
    return name.strip(), QueueFilter(due, severity, status, lead, category, mine, find.strip() or None, sort)


def _clear() -> None:
    first_page()
    for key in (*_LABELS, _NAME):
        st.session_state[key] = False if key == "mine" else "" if key in ("find", _NAME) else None


def _columns(at: datetime) -> Sequence[Column[ConcernRow]]:
    return (
        Column("Concern", lambda row: row.ref, lambda row: Cell(row.ref, address("concern", ref=row.ref))),
        Column("Time left", lambda row: row.due_at, lambda row: _time_left(row, at), QueueOrder.TIME_LEFT),
        Column("Severity, category", lambda row: told(row.severity), _severity, QueueOrder.SEVERITY),
        Column("State", lambda row: told(row.status), _state),
        Column("About, case", lambda row: ", ".join(row.about), _about),
        Column("Lead", lambda row: "—" if row.closed else led_by(row.lead)),
        Column("Raised", lambda row: row.raised_at, _raised, QueueOrder.RAISED, down=True),
    )


def _time_left(row: ConcernRow, at: datetime) -> Cell:
    if row.closed:
        return Cell(left_until(row.due_at, at), late=row.overdue(at))
    return clocks.in_lines(row.clocks, at)


def _severity(row: ConcernRow) -> Cell:
    category = None if row.closed else told(row.category) if row.category else "No category yet"
    return Cell(told(row.severity), look=row.severity, under=category)


def _state(row: ConcernRow) -> str:
    if row.closed:
        return SOMEBODY_ELSE
    return f"{told(row.status)}\nSomething new from who raised it" if row.added_to else told(row.status)


def _about(row: ConcernRow) -> Cell:
    case = Cell(row.case_ref, address("case", case=row.case_ref)) if row.case_ref else "No case"
    return Cell("—" if row.closed else ", ".join(row.about) or "Not said", under=case)


def _raised(row: ConcernRow) -> str:
    return f"{day(row.raised_at)}\nLate entry" if row.late_entry and not row.closed else day(row.raised_at)


def _allegation(desk: Desk, one: LeadAllegation) -> tuple[Cell | str, ...]:
    at = desk.now()
    left = Cell(f"Ended {moment(one.ended_at)}") if one.ended_at else clocks.in_lines(one.clocks, at)
    return (
        Cell(one.ref, address("concern", ref=one.ref)),
        left,
        Cell(_lado(one.lado, at), late=one.lado.overdue(at)) if one.lado else "—",
        Cell(told(one.severity), look=one.severity),
        told(one.status),
        ", ".join(one.about),
        one.lead or "Nobody yet",
        day(one.raised_at),
    )


def _lado(clock: LadoClock, at: datetime) -> str:
    """The state of the designated officer's clock."""
    if clock.told_at is not None:
        return f"LADO told {moment(clock.told_at)}"
    if clock.decided is not None:
        return "LADO not told, with a reason"
    return f"LADO: {left_until(clock.due_at, at)}. {BEFORE_ANY_INQUIRY}"


def _picture(found: QueuePicture) -> None:
    """Bars by severity, the most urgent first, and a table whose numbers link to their lists."""
    # The bars are no links: this page's own filters are bound to the parameters that the links would carry.
    numbers = [row[1:] for row in found.rows]
    series = [Series(title, [row[at] for row in numbers]) for at, title in enumerate(_COLUMNS)]
    cells = [
        (told(severity), *(_number(severity, due, many) for due, many in zip(_COLUMNS, counts, strict=True)))
        for severity, *counts in found.rows
    ]
    late, every = sum(row[0] for row in numbers), sum(map(sum, numbers))
    chart(
        "The queue by severity and time left",
        says=f"{late} of {every} open concerns are overdue.",
        picture=columns([told(row[0]) for row in found.rows], series, stacked=True),
        titles=("Severity", *_COLUMNS),
        rows=cells,
        key="queue_picture",
        section=True,
    )


def _number(severity: Severity, due: str, many: int) -> Cell | str:
    return Cell(str(many), address("concerns", severity=told(severity), due=due)) if many else "0"


@st.fragment(run_every=_EVERY)
def _count(desk: Desk) -> None:
    figures = live_figures(desk)
    if figures is None:
        return
    said = _in_words(figures)
    scripts.live(said)
    if st.session_state.setdefault(_SHOWN, said) == said:
        return
    if st.button("The queue has changed: show it as it is now", icon=":material/refresh:"):
        st.rerun(scope="app")


def _in_words(figures: QueueFigures) -> str:
    """`5 concerns open, 2 overdue, 1 immediate, 3 not decided yet`."""
    open_now = f"{figures.open} {'concern' if str(figures.open) == '1' else 'concerns'} open"
    return f"{open_now}, {figures.overdue} overdue, {figures.immediate} immediate, {figures.undecided} not decided yet"
