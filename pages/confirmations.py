"""Confirm access: what nobody has looked at for ninety days, to be confirmed or ended with one click each."""

from __future__ import annotations

import streamlit as st

from okf.cases.commands.grants import confirm_grants, end_grant
from okf.cases.queries.confirmations import SHOWN, grants_to_confirm
from okf.desk import Desk
from okf.policy.words import until_told
from okf.shell.words import call_with_errors_shown, day, errors_shown, plain, told


def render(desk: Desk) -> None:
    """The accesses that were longest not looked at."""
    st.title("Confirm access")
    st.write("Say of each whether it is still needed. Your own is confirmed by somebody else.")
    rows = grants_to_confirm(desk)
    if not rows:
        st.info("Every access was given or confirmed lately. Nothing to do here.")
        return
    for one in rows:
        with st.container(border=True, horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            until = f", {until_told(one.until)}" if one.until else ""
            st.text(f"{one.name}, {told(one.capacity).lower()}, case {one.case_ref}{until}")
            kinds = ", ".join(told(kind) for kind in one.record_classes) or "Every kind of record"
            st.caption(plain(f"Goes on reading: {kinds}, in: {', '.join(one.parts)}"))
            st.caption(plain(f"{one.purpose or 'No purpose on file'} · last looked at {day(one.since)}"))
            with st.container(horizontal=True, width="content"):
                label = f"of {one.name} to {one.case_ref}"
                st.button(
                    "Still needed",
                    key=f"keep_{one.id}",
                    on_click=_confirm,
                    args=(desk, [one.id]),
                    help=f"Access {label}",
                )
                with st.popover("End it", help=f"Access {label}"):
                    st.button(
                        "End this access",
                        key=f"end_{one.id}",
                        on_click=call_with_errors_shown,
                        args=(end_grant, desk, one.id),
                    )
    sure = st.checkbox(f"I have looked at all of these ({len(rows)}) and each is still needed", key="confirm_all_sure")
    st.button("Confirm them all", disabled=not sure, on_click=_confirm, args=(desk, [one.id for one in rows]))
    if len(rows) == SHOWN:
        st.caption("More follow when these are done.")


def _confirm(desk: Desk, grants: list[str]) -> None:
    with errors_shown():
        confirm_grants(desk, grants)
        st.session_state.pop("confirm_all_sure", None)
