"""Who has access to a case and why; ending and revoking it."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from okf.cases.commands.grants import end_grant, revoke_grant
from okf.cases.queries.access import AccessRow, access_to
from okf.cases.queries.case import CaseView
from okf.cases.views import access_routes, conflicts, run
from okf.desk import Desk
from okf.policy.words import until_told
from okf.shell.tables import columns_of, table
from okf.shell.words import day, errors_shown, moment, plain, told, until
from okf.terms import Action


def access(desk: Desk, view: CaseView, *, log: Callable[[Desk, str], None]) -> None:
    """People, capacities, dates and standing; parts and purposes for those who run access.

    `log` shows what was done on the case.
    """
    found = access_to(desk, view.ref)
    if view.opened:
        run.handed_over(desk, view)
    if not found.live:
        st.info("Nobody holds access to this case now.")
    else:
        table(columns_of(found.live, _columns(view)), caption="Who has access now")
    if Action.END_GRANT in view.may and found.live:
        _end(desk, found.live)
    if view.opened:
        conflicts.on_case(desk, view)
    for one in found.emergencies:
        reviewed = f"reviewed {moment(one.reviewed_at)}" if one.reviewed_at else "not reviewed yet"
        st.warning(
            f"Emergency access: {plain(one.name)}, from {moment(one.opened_at)} {until_told(one.until)}, {reviewed}."
        )
    past = [row for row in found.rows if row not in found.live]
    if past:
        columns = {**_columns(view), "Ended": lambda row: moment(row.ended_at) if row.ended_at else until(row.until)}
        table(columns_of(past, columns), caption="Access that ended")
    if Action.SEE_CASE_ACCESS in view.may:
        access_routes.custody_register(desk, view.ref)
        log(desk, view.ref)


def _columns(view: CaseView) -> dict[str, Callable[[AccessRow], str]]:
    shown: dict[str, Callable[[AccessRow], str]] = {
        "Person": lambda row: row.name,
        "As": lambda row: f"{told(row.capacity)}{', lead caseworker' if row.leads else ''}",
        "Access": lambda row: told(row.status),
        "Agreement": lambda row: told(row.standing),
        "Since": lambda row: day(row.since),
        "Until": lambda row: until(row.until),
    }
    if Action.SEE_CASE_ACCESS in view.may:
        shown |= {
            "Parts of the case": lambda row: ", ".join(row.parts),
            "Kinds of record": lambda row: ", ".join(told(one) for one in row.record_classes) or "All",
            "Purpose": lambda row: row.purpose or "—",
            "Granted by": lambda row: row.granted_by or "—",
        }
    return shown


def _end(desk: Desk, live: tuple[AccessRow, ...]) -> None:
    names = {row.id: f"{row.name}, {told(row.capacity)}, since {day(row.since)}" for row in live}
    with st.expander("End an access", icon=":material/person_remove:"), st.form("end_grant", border=False):
        grant = st.selectbox("Whose", list(names), index=None, format_func=names.__getitem__)
        revoked = st.radio(
            "How",
            [False, True],
            format_func=lambda yes: "Take it away (revoked)" if yes else "No longer needed (ended)",
        )
        st.caption("It stops at their next click. A lead caseworker is better handed over, so that nobody waits.")
        if st.form_submit_button("End this access") and grant:
            with errors_shown():
                (revoke_grant if revoked else end_grant)(desk, grant)
                st.success("The access has ended.")
