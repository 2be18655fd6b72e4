"""An enquiry decided: registered as a case, or ended without one."""

from __future__ import annotations

import streamlit as st

from okf.commands.enquiries import ENDED_WITHOUT_A_CASE, end_enquiry
from okf.commands.registering import register_enquiry
from okf.desk import Desk
from okf.intake_terms import EnquiryPart
from okf.queries.enquiry import EnquiryInView
from okf.terms import SupportKind
from okf.ui.words import told, told_plainly


def register(desk: Desk, view: EnquiryInView) -> None:
    """Open the case: who joins it, whom of them OKF knows already, what support."""
    st.subheader("Register for support")
    st.write(
        "This opens the case with these people. What the caller said becomes its first record, for their own side."
        " Nobody holds access to it yet: a manager grants it, a caseworker for each side."
    )
    with st.form(f"register_{view.ref}", border=True):
        kinds = list(SupportKind)
        kind = st.selectbox(
            "Kind of support", kinds, index=kinds.index(view.kind_of_support) if view.kind_of_support else None,
            format_func=told, placeholder="Choose",
        )  # fmt: skip
        area = st.text_input("Area", value=view.area or "", max_chars=80)
        left_out, on_file, from_now = [], {}, []
        for one in view.people:
            caller = one.part is EnquiryPart.CALLER
            with st.container(horizontal=True, vertical_alignment="bottom"):
                if not caller and not st.checkbox(f"{one.name} joins the case", value=True, key=f"joins_{one.id}"):
                    left_out.append(one.id)
                known = st.text_input(
                    f"{one.name} is on file as (reference)", key=f"on_file_{one.id}", max_chars=80,
                    placeholder="Empty: new to OKF",
                )  # fmt: skip
                if known.strip():
                    on_file[one.id] = known.strip()
            if caller and st.checkbox(
                "If the caller is on file: use the safe contact they told now from now on", key="from_now",
                help="Only if you are sure who called. The old one stays in the history.",
            ):  # fmt: skip
                from_now.append(one.id)
        if not st.form_submit_button("Register and open the case", type="primary"):
            return
    if kind is None:
        st.error("Choose the kind of support first.")
        return
    with told_plainly():
        register_enquiry(
            desk, view.ref, seen=view.version, kind_of_support=kind, area=area, on_file=on_file, left_out=left_out,
            contact_from_now=from_now,
        )  # fmt: skip
        st.rerun()


def end(desk: Desk, view: EnquiryInView) -> None:
    """No case comes of it: declined, or on file already."""
    with st.expander("End it without a case", icon=":material/block:"), st.form(f"end_{view.ref}", border=False):
        status = st.radio("Outcome", list(ENDED_WITHOUT_A_CASE), index=None, format_func=told, horizontal=True)
        reason = st.text_area("Reason", max_chars=2_000, help="Why, and what they were told.")
        sure = st.checkbox("End it: this can't be undone")
        if not st.form_submit_button("End the enquiry"):
            return
        if status is None or not sure:
            st.error("Choose the outcome and tick the box first.")
            return
        with told_plainly():
            end_enquiry(desk, view.ref, seen=view.version, status=status, reason=reason)
            st.rerun()
