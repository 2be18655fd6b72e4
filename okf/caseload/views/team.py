"""One worker for supervision, on the screen: their load, what is late, what comes, and the paper of it."""

from __future__ import annotations

import streamlit as st

from okf.caseload.papers import team_paper
from okf.caseload.queries.team import SupervisedCase, TeamView, team_view, team_view_to_print
from okf.clock import london_date
from okf.desk import Desk
from okf.paging import SIZE
from okf.people.queries.workers import MOST, workers_named
from okf.policy.words import until_told
from okf.shell.exports import download
from okf.shell.navigation import go
from okf.shell.sheets import Cell, address, badge_line, sheet
from okf.shell.tables import page_asked_for, pager
from okf.shell.words import day, errors_shown, told, until
from okf.terms import Standing


def chosen(desk: Desk) -> str | None:
    """Whose caseload the address names, or who is chosen."""
    now = st.query_params.get("person", "").strip() or None
    names = {one.username: str(one) for one in workers_named(desk)}
    if now is not None and now not in names:
        names[now] = now
    options = list(names)
    picked = st.selectbox(
        "Whose caseload?",
        options,
        index=options.index(now) if now else None,
        format_func=lambda one: names.get(one, one),
        placeholder="Choose a person",
        key=f"team_person_{now or ''}",
        width=360,
        accept_new_options=len(options) >= MOST,
    )
    if picked and picked != now:
        go("team", person=picked)
    return now


def supervision(desk: Desk, username: str) -> None:
    """The caseload of one person."""
    view = team_view(desk, username, page_asked_for(SIZE))
    _head(view)
    _cases(view)
    _coming(view)
    _standing(view)
    with errors_shown():
        download(
            "Download for print (PDF)",
            lambda: team_paper(team_view_to_print(desk, username)),
            "supervision",
            "pdf",
            icon=":material/print:",
            key="print_team",
        )
    st.caption("It names no service user, and nothing of what was said. That it was made goes on the audit record.")


def _head(view: TeamView) -> None:
    st.header(view.name)
    where = f"{told(view.capacity)}{f', {view.team}' if view.team else ''}"
    st.text(f"{where}. Left {day(view.left_at)}." if view.left_at else where)
    with st.container(horizontal=True):
        st.metric("Cases they lead", view.led, border=True)
        st.metric("Weight, of what they can carry", f"{view.weight} of {view.most}", border=True)
        st.metric("Cases they can open in all", view.held, border=True)
        st.metric("Overdue tasks", view.overdue_tasks, border=True)
    if view.weight > view.most:
        st.warning(
            f"They carry {view.weight - view.most} more than they can. Move a case, or change the number with them.",
            icon=":material/balance:",
        )


def _cases(view: TeamView) -> None:
    st.header("Cases")
    if not view.cases.rows:
        st.info(f"{view.name} holds no case now.")
        return
    sheet(
        (
            "Case",
            "Status",
            "Last contact",
            "Overdue tasks",
            "Next task",
            "Next appointment",
            "Lead",
            "Counts as",
            "Opened",
        ),
        [_row(one) for one in view.cases.rows],
        caption="Their cases, those without contact for longest first",
    )
    pager(view.cases, key="team_cases")


def _row(one: SupervisedCase) -> list[Cell | str]:
    return [
        Cell(one.ref, address("case", case=one.ref)),
        told(one.status),
        day(one.last_contact),
        Cell(str(one.overdue_tasks), late=one.overdue_tasks > 0),
        day(one.next_task),
        day(one.next_meeting),
        "Yes" if one.leads else "No",
        str(one.complexity),
        day(one.opened_on),
    ]


def _coming(view: TeamView) -> None:
    st.header("The next eight weeks")
    if not view.ending and not view.away:
        st.text("No access of theirs ends, and no leave is entered.")
    if view.away:
        sheet(
            ("Away from", "To", "Who stands in"),
            [[day(one.starts_on), day(one.ends_on), one.covered_by or "Nobody"] for one in view.away],
            caption="Leave",
        )
    if view.ending:
        sheet(
            ("Ends", "Case", "Lead caseworker"),
            [
                [
                    until(one.until),
                    Cell(one.case_ref, address("case", case=one.case_ref)),
                    "Yes: hand over first" if one.leads else "No",
                ]
                for one in view.ending
            ],
            caption="Access that ends",
        )


def _standing(view: TeamView) -> None:
    st.header("Signatures and checks")
    for one in view.standings:
        due = f"by {day(one.due_at)}" if one.standing is Standing.RESIGN_DUE else ""
        badge_line(one.standing, told(one.standing), f"{told(one.kind)} agreement {due}".strip())
    today = london_date(view.at)
    for kind, on in view.checks:
        st.text(f"{told(kind)}: {'ran out: held' if on <= today else 'holds'} {until_told(on)}")
    if not view.checks:
        st.text("No vetting or training is on file.")
