"""The safeguarding lead's queue, and the list of what somebody reported themselves."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Final, TypeVar

import streamlit as st

from okf.clock import london
from okf.desk import Desk
from okf.queries.concern import own_concerns
from okf.queries.concerns import ALL, DUE, NOBODY, ConcernRow, QueueFilter, queue_view, safeguarding_leads
from okf.queries.paging import SIZE
from okf.terms import ENDED_CONCERN, ConcernStatus, Severity
from okf.ui.links import link
from okf.ui.sheets import Cell, address, sheet
from okf.ui.tables import first_page, page_asked_for, pager
from okf.ui.words import day, moment, told

T = TypeVar("T", bound=str)
_DUE: Final = {"overdue": "Overdue", "today": "Due today", "this_week": "Due within a week", "next": "Due later"}
_TITLES: Final = ("Concern", "Time left", "Severity", "Status", "About", "Case", "Lead", "Raised")
_DAY: Final = timedelta(days=1)


def queue(desk: Desk) -> None:
    """The open concerns by time left, with filters that stand in the address."""
    wanted = _filters(desk)
    view = queue_view(desk, wanted, page_asked_for(SIZE))
    figures = view.figures
    st.text(f"Open: {figures.open}. Overdue: {figures.overdue}. Not triaged yet: {figures.untriaged}.")
    if not view.page.rows:
        st.info("No concern is open." if wanted == ALL else "No concern fits these filters.")
        return
    sheet(_TITLES, [_row(row, view.at) for row in view.page.rows], caption="Open concerns, the least time left first")
    pager(view.page, key="queue")


def own_reports(desk: Desk) -> None:
    """What this person reported: that it was received, and nothing more."""
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


def _row(row: ConcernRow, at: datetime) -> tuple[Cell | str, ...]:
    late = row.overdue(at)
    return (
        Cell(row.ref, address("concern", ref=row.ref)),
        Cell(f"{time_left(row.due_at, at)} ({due_told(row.due_at)})", late=late),
        Cell(told(row.severity), look=row.severity),
        told(row.status) + (f", {told(row.category).lower()}" if row.category else ""),
        ", ".join(row.about) or "Not said",
        Cell(row.case_ref, address("case", case=row.case_ref)) if row.case_ref else "No case",
        row.lead or "Nobody yet",
        day(row.raised_at),
    )


def _filters(desk: Desk) -> QueueFilter:
    names = dict(safeguarding_leads(desk))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        due = _choice("Due", "due", list(DUE), _DUE)
        severity = _choice("Severity", "severity", list(Severity))
        status = _choice("Status", "status", [s for s in ConcernStatus if s not in ENDED_CONCERN])
        lead = _choice("Lead", "lead", [NOBODY, *names], {NOBODY: "Nobody yet", **names})
    return QueueFilter(due, severity, status, lead)


def _choice(label: str, key: str, options: list[T], said: Mapping[T, str] | None = None) -> T | None:
    return st.selectbox(
        label, options, index=None, format_func=lambda one: (said or {}).get(one) or told(str(one)), key=key,
        placeholder="Any", bind="query-params", on_change=first_page, width=190,
    )  # fmt: skip
