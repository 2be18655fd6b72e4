"""The safeguarding lead's queue, and the list of what somebody reported themselves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta
from typing import Final

import streamlit as st

from okf.clock import london
from okf.desk import Desk
from okf.paging import SIZE
from okf.safeguarding.queries.allegations import BEFORE_ANY_INQUIRY, LadoClock
from okf.safeguarding.queries.concern import own_concerns
from okf.safeguarding.queries.concerns import ConcernRow, Leading, queue_view
from okf.safeguarding.queries.filters import ALL, QueueFilter
from okf.safeguarding.queries.search import search_concerns
from okf.safeguarding.views.filters import ORDERS, filters
from okf.safeguarding.views.handover import bulk
from okf.safeguarding.views.live_count import live_count
from okf.safeguarding.views.on_duty import whom_to_ring
from okf.safeguarding.views.queue_picture import picture
from okf.shell.navigation import link
from okf.shell.sheets import Cell, address, sheet
from okf.shell.tables import page_asked_for, pager
from okf.shell.words import day, moment, told, told_plainly

_TITLES: Final = ("Concern", "Time left", "Severity, category", "State", "About, case", "Lead", "Raised")
_DAY: Final = timedelta(days=1)


def queue(desk: Desk) -> None:
    """The open concerns by time left, with filters that stand in the address."""
    live_count(desk, over_a_list=True)
    words, wanted = filters(desk)
    if words:
        with told_plainly():
            _searched(search_concerns(desk, words), desk.now())
        return
    view = queue_view(desk, wanted, page_asked_for(SIZE))
    if not view.page.rows:
        _nothing(wanted)
        return
    _rows(view.page.rows, view.at, f"Open concerns, {ORDERS[wanted.order].lower()}")
    pager(view.page, key="queue")
    bulk(desk, view.page.rows)
    picture(desk)


def own_reports(desk: Desk) -> None:
    """What this person reported: that it was received, and nothing more."""
    whom_to_ring(desk)
    reports = own_concerns(desk)
    if not reports:
        st.info("You have not raised a concern. If something worries you, raise it: nobody is too junior to.")
        return
    rows = [
        (Cell(one.ref, address("concern", ref=one.ref)), moment(one.raised_at), "Received", one.about or "—")
        for one in reports
    ]
    sheet(("Concern", "Raised", "State", "About, as you wrote it"), rows, caption="What you reported, newest first")
    link("Raise a concern", "raise_concern", icon=":material/add_alert:")


def time_left(due_at: datetime, at: datetime) -> str:
    """How long there is, in words: `45 min left`, `overdue by 2 days`."""
    left = due_at - at
    span = abs(left)
    if span < timedelta(hours=1):
        said = f"{max(1, int(span.total_seconds() // 60))} min"
    elif span < _DAY:
        said = f"{int(span.total_seconds() // 3600)} h {int(span.total_seconds() // 60 % 60)} min"
    else:
        said = f"{span.days} {'day' if span.days == 1 else 'days'}"
    return f"{said} left" if left > timedelta() else f"Overdue by {said}"


def due_told(due_at: datetime) -> str:
    """An instant by which something is due; midnight is the end of the day before it."""
    there = london(due_at)
    return f"by the end of {day(due_at - timedelta(minutes=1))}" if there.time() == time() else f"by {moment(due_at)}"


def led_by(lead: Leading) -> str:
    """Who leads a concern now, in words: `Dev Uty, for Dana Lead until 3 Jan 2027`."""
    until = f" until {day(lead.until)}" if lead.until else ""
    if lead.name and lead.instead_of:
        return f"{lead.name}, for {lead.instead_of}{until}"
    if lead.instead_of:
        return f"Nobody: {lead.instead_of} {f'is away{until}' if until else 'has left'}"
    return lead.name or "Nobody yet"


def lado_told(clock: LadoClock, at: datetime) -> str:
    """Where the designated officer's clock stands, in a cell's words."""
    if clock.told_at is not None:
        return f"LADO told {moment(clock.told_at)}"
    if clock.decided is not None:
        return "LADO not told, with a reason"
    return f"LADO: {time_left(clock.due_at, at).lower()} ({due_told(clock.due_at)}). {BEFORE_ANY_INQUIRY}"


def _rows(rows: Sequence[ConcernRow], at: datetime, caption: str) -> None:
    sheet(_TITLES, [_row(row, at) for row in rows], caption=caption)


def _row(row: ConcernRow, at: datetime) -> tuple[Cell | str, ...]:
    late = row.overdue(at) or (row.lado is not None and row.lado.overdue(at))
    lado = f"\n{lado_told(row.lado, at)}" if row.lado else ""
    return (
        Cell(row.ref, address("concern", ref=row.ref)),
        Cell(f"{time_left(row.due_at, at)} ({due_told(row.due_at)}){lado}", late=late),
        Cell(told(row.severity), look=row.severity, under=told(row.category) if row.category else "No category yet"),
        f"{told(row.status)}\nSomething new from who raised it" if row.added_to else told(row.status),
        Cell(
            ", ".join(row.about) or "Not said",
            under=Cell(row.case_ref, address("case", case=row.case_ref)) if row.case_ref else "No case",
        ),
        led_by(row.lead),
        f"{day(row.raised_at)}\nLate entry" if row.late_entry else day(row.raised_at),
    )


def _searched(rows: Sequence[ConcernRow], at: datetime) -> None:
    if rows:
        _rows(rows, at, "Open concerns about somebody of this name, the least time left first")
    else:
        st.info("No open concern that you may read is about somebody of this name. Try fewer letters.")


def _nothing(wanted: QueueFilter) -> None:
    if wanted == ALL:
        st.info("No concern is open.")
        return
    st.info("No open concern fits these filters. Clear one of them to see more.")
    if wanted.find:
        link(f"Open {wanted.find.strip()} by its reference, if it has ended", "concern", ref=wanted.find.strip())
