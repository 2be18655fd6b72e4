"""The parts of the record's page: what is asked of it, and the table of what it says."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from okf.cases.queries.cases import case_meant
from okf.clock import end_of, london_date, start_of
from okf.dates import Side
from okf.desk import Desk
from okf.errors import Invalid, NotFound
from okf.paging import Paged
from okf.people.views.who import LABEL, whom
from okf.policy.clauses import Clause
from okf.proof.queries.record import RecordFilter, RecordPage, RecordRow, case_log, record_to_export
from okf.shell.dates import day_or_none
from okf.shell.lists import Column, file_of, show
from okf.shell.sheets import sheet
from okf.shell.tables import first_page
from okf.shell.words import moment, told
from okf.terms import Action, Outcome

COLUMNS: Final[Sequence[Column[RecordRow]]] = (
    Column("When", lambda row: row.at),
    Column("Who", lambda row: f"{row.name} ({row.actor})" if row.name else row.actor),
    Column("What", lambda row: told(row.action)),
    Column("Outcome", lambda row: told(row.outcome)),
    Column("Case", lambda row: row.case_ref or ""),
    Column("Of", lambda row: row.subject or ""),
    Column("Why", lambda row: ", ".join(told(reason) for reason in row.reasons)),
    Column("Clauses", lambda row: ", ".join(row.clauses)),
)


def wanted(desk: Desk) -> RecordFilter | None:
    """The form of filters, as it was last sent; None, with what to do shown, where no person or case is so called."""
    with st.form("record_filter"):
        first = st.columns(3)
        person = first[0].text_input(f"Person: {LABEL.lower()}", bind="query-params", key="person", max_chars=100)
        case_ref = first[1].text_input("Case", bind="query-params", key="case")
        action = first[2].selectbox("Action", [None, *Action], format_func=lambda a: told(a) if a else "Any")
        second = st.columns(4)
        outcome = second[0].selectbox("Outcome", [None, *Outcome], format_func=lambda o: told(o) if o else "Any")
        clause = second[1].selectbox("Clause", [None, *(c.name for c in Clause)], format_func=lambda c: c or "Any")
        today = london_date(desk.now())
        with second[2]:
            since = day_or_none("From", today, side=Side.PAST, key="okf_record_since")
        with second[3]:
            until = day_or_none("To", today, side=Side.PAST, key="okf_record_until")
        st.form_submit_button("Search", icon=":material/search:", on_click=first_page)
    if isinstance(since, Invalid) or isinstance(until, Invalid):
        return None
    who, which = (person or "").strip(), (case_ref or "").strip()
    meant = whom(desk, who, Action.READ_AUDIT) if who else None
    if who and meant is None:
        return None
    try:
        which = case_meant(desk, which, Action.READ_AUDIT) if which else which
    except NotFound as error:
        st.error(str(error))
        return None
    return RecordFilter(
        person=meant,
        case_ref=which or None,
        action=action,
        outcome=outcome,
        clause=clause,
        since=start_of(since) if since else None,
        until=end_of(until) if until else None,
    )


def shown(page: RecordPage) -> None:
    """One page of the record as a table, or what to do where there is none."""
    nothing = "Nothing on the record fits. Take a filter away, or widen the dates."
    show(
        COLUMNS,
        Paged(page.rows, None if page.older is None else str(page.older)),
        key="record",
        caption="Events of the audit record, newest first",
        many=("event", "events"),
        nothing=nothing if page.older is None else "Nothing so far. Press Next to look further back.",
    )
    if page.looked_back_to is not None:
        st.caption(f"Looked back to {moment(page.looked_back_to)}. Press Next to look further back.")


def as_file(desk: Desk, asked: RecordFilter, form: str) -> tuple[list[str], list[list[object]]]:
    """What was asked for, as the titles and rows of a file."""
    return file_of(COLUMNS, record_to_export(desk, asked, form=form))


def log_of_case(desk: Desk, case_ref: str) -> None:
    """Who opened and changed one case, on its own page."""
    log = case_log(desk, case_ref)
    if log.rows:
        shown = [column for column in COLUMNS if column.title in ("When", "Who", "What", "Outcome", "Why")]
        sheet(
            [column.title for column in shown],
            [[column.shown(row) for column in shown] for row in log.rows],
            caption="Who opened and changed this case, the newest first",
        )
