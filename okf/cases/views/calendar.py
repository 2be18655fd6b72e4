"""A month of somebody's appointments and tasks: a table on a desk, a list of days on a telephone."""

from __future__ import annotations

import calendar
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from html import escape
from typing import Final

import streamlit as st

from okf.cases.queries.appointments import AppointmentRow, appointments_between, overlapping
from okf.cases.queries.exports import calendar_to_export
from okf.cases.queries.tasks import OwnTask, own_tasks_between
from okf.cases.views import contact_warning
from okf.clock import clock_time, london_date, months_after
from okf.desk import Desk
from okf.shell.dates import month_asked
from okf.shell.exports import download
from okf.shell.ics import Entry, calendar_file, whole_day
from okf.shell.links import anchor
from okf.shell.sheets import address
from okf.shell.words import told

_STYLE: Final = """<style>
.okf-month { width: 100%; border-collapse: collapse; table-layout: fixed; font-size: 0.88rem }
.okf-month caption { text-align: left; padding: 0 0 .4rem; color: #333 }
.okf-month th { background: #f3f6f7; text-align: left; padding: .3rem .4rem; border: 1px solid #c3ced2 }
.okf-month td { vertical-align: top; height: 5.2rem; padding: .3rem .4rem; border: 1px solid #c3ced2;
  overflow-wrap: anywhere }
.okf-month .okf-day { font-weight: 600; display: block }
.okf-month .okf-today { background: #0b5a6b; color: #ffffff; border-radius: .25rem; padding: 0 .35rem;
  display: inline-block }
.okf-month .okf-other { color: #5a6a70 }
.okf-month ul { list-style: none; margin: .15rem 0 0; padding: 0 }
.okf-month li { margin: 0 0 .2rem }
.okf-month a { color: #0b5a6b; text-decoration: underline }
.okf-month .okf-late { color: #8f1d14; font-weight: 700 }
.okf-month .okf-long { display: none }
@media (max-width: 640px) {
  .okf-month thead { position: absolute; left: -999rem }
  .okf-month, .okf-month :is(caption, tbody, tr, td) { display: block; width: 100% }
  .okf-month td { height: auto; border: 0; border-bottom: 1px solid #c3ced2 }
  .okf-month td.okf-empty { display: none }
  .okf-month .okf-long { display: inline }
}
</style>"""


def month(desk: Desk) -> None:
    """The month that the address names, links to the months beside it, and its calendar file."""
    today = london_date(desk.now())
    first = month_asked("month", today)
    others = st.toggle(
        "Show everybody on my cases",
        key="calendar_others",
        help="Appointments of others on the parts of cases that you may read.",
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button("Previous", on_click=_turn, args=(months_after(first, -1),), icon=":material/chevron_left:")
        st.button("This month", on_click=_turn, args=(today.replace(day=1),), disabled=first == today.replace(day=1))
        st.button("Next", on_click=_turn, args=(months_after(first, 1),), icon=":material/chevron_right:")
    st.header(f"{first:%B %Y}")
    weeks = calendar.Calendar().monthdatescalendar(first.year, first.month)
    meetings = appointments_between(desk, weeks[0][0], weeks[-1][-1], others=others)
    tasks = own_tasks_between(desk, weeks[0][0], weeks[-1][-1])
    if not meetings and not tasks:
        st.info("Nothing is planned this month. Appointments and tasks are made on a case, under Tasks.")
    contact_warning.on_cases(desk, [*(one.case_ref for one in meetings), *(one.case_ref for one in tasks)])
    st.html(_STYLE + _table(weeks, first, today, meetings, tasks, overlapping(desk, meetings), desk.actor or ""))
    st.caption("Each links to its case.")
    download(
        "Calendar file (.ics)",
        lambda: _file(desk, weeks[0][0], weeks[-1][-1]),
        f"casebook-{first:%Y-%m}",
        "ics",
        disabled=not tasks and not any(row.worker == desk.actor for row in meetings),
        help="For your telephone or computer. It leaves Casebook, so it holds times and case references alone. That it"
        " was fetched goes on the audit record.",
    )


def _turn(to: date) -> None:
    st.query_params["month"] = f"{to:%Y-%m}"


def _table(
    weeks: Sequence[Sequence[date]],
    first: date,
    today: date,
    meetings: Sequence[AppointmentRow],
    tasks: Sequence[OwnTask],
    overlaps: Mapping[str, Sequence[AppointmentRow]],
    me: str,
) -> str:
    on: dict[date, list[str]] = defaultdict(list)
    for row in meetings:
        also = ", ".join(clock_time(one.starts_at) for one in overlaps.get(row.ref, ()))
        whose = f" (overlaps with {also})" if also else "" if row.worker == me else f" ({row.worker_name})"
        said = f"{clock_time(row.starts_at)} {told(row.kind)}: {row.about}{whose}"
        on[london_date(row.starts_at)].append(_item(row.case_ref, said, late=bool(also)))
    for task in tasks:
        late = task.due_on < today
        said = f"{'Overdue task' if late else 'Task'}: {task.text}"
        on[task.due_on].append(_item(task.case_ref, said, late=late))
    heads = "".join(f'<th scope="col">{name}</th>' for name in calendar.day_abbr)
    body = "".join(f"<tr>{''.join(_day(one, first, today, on[one]) for one in week)}</tr>" for week in weeks)
    return (
        f'<table class="okf-month"><caption>{first:%B %Y}, appointments and tasks</caption>'
        f"<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>"
    )


def _day(day: date, first: date, today: date, items: Sequence[str]) -> str:
    looks = "okf-day" + (" okf-today" if day == today else "") + (" okf-other" if day.month != first.month else "")
    listed = f"<ul>{''.join(items)}</ul>" if items else ""
    name = f'<span class="okf-long">{day:%A} </span>{day.day}<span class="okf-long"> {day:%B}</span>'
    now = ' aria-current="date"' if day == today else ""
    return f'<td{"" if items else " class=okf-empty"}><span class="{looks}"{now}>{name}</span>{listed}</td>'


def _item(case_ref: str, said: str, *, late: bool = False) -> str:
    href = address("case", case=case_ref, part="Tasks")
    return f"<li>{anchor(escape(said), href, more='class=okf-late' if late else '')}</li>"


def _file(desk: Desk, first: date, last: date) -> bytes:
    meetings, tasks = calendar_to_export(desk, first, last)
    entries = [Entry(row.ref, f"{told(row.kind)}, {row.case_ref}", row.starts_at, row.ends_at) for row in meetings]
    entries += [whole_day(task.ref, f"Task due, {task.case_ref}", task.due_on) for task in tasks]
    return calendar_file(entries, made_at=desk.now())
