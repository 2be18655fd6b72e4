"""Requests for access: the form, one's own with their answers, and the decision on one."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from okf.cases.commands.access_requests import SHORTEST, refuse_access_request, request_access
from okf.cases.queries.access_requests import OpenRequest, OwnRequest
from okf.cases.views import allocation
from okf.desk import Desk
from okf.shell.fields import hinted
from okf.shell.sheets import sheet, verbatim
from okf.shell.words import errors_shown, moment, plain

_ANSWERS = {None: "Waits for its answer", True: "Granted", False: "Refused"}


def ask(desk: Desk) -> None:
    """The form of a request; what is said after it is the same for every reference."""
    with (
        st.expander("Ask for access to a case", icon=":material/front_hand:", expanded="case" in st.query_params),
        st.form("ask_access", border=False),
    ):
        ref = st.text_input(
            "Reference of the case", value=st.query_params.get("case", ""), max_chars=80, key="request_ref"
        )
        reason = hinted(
            st.text_area,
            "Why you need it",
            key="request_reason",
            max_chars=4000,
            hint=f"At least {SHORTEST} characters. A manager or a safeguarding lead reads it and answers.",
        )
        if st.form_submit_button("Ask"):
            with errors_shown():
                request_access(desk, ref, reason=reason)
                st.success("Your request was passed on. The answer will stand here.")


def own(rows: Sequence[OwnRequest]) -> None:
    """One's own requests and their answers."""
    if not rows:
        st.info("You have asked for no access. Ask above if your work needs a case that you can't open.")
        return
    sheet(
        ("Asked for", "When", "Answer", "In words"),
        [(one.asked_for, moment(one.asked_at), _ANSWERS[one.granted], one.answer or "—") for one in rows],
        caption="What you asked for, the newest first",
    )


def decide(desk: Desk, one: OpenRequest) -> None:
    """A request with the two ways to answer it."""
    with st.container(border=True):
        st.markdown(f"**{plain(one.name)}** asks for **{plain(one.asked_for)}**, {moment(one.asked_at)}")
        verbatim(one.reason)
        if not one.known:
            st.caption("There is no case of this reference that you may know of: it can only be refused.")
        elif st.toggle("Grant it", key=f"grant_{one.ref}"):
            allocation.give(desk, one.asked_for, to=one.asked_by, request=one.ref)
            return
        with st.form(f"refuse_{one.ref}", border=False):
            answer = hinted(
                st.text_area,
                "Your answer",
                key=f"answer_{one.ref}",
                max_chars=2000,
                hint="They read it. Say nothing of whether there is such a case.",
            )
            if st.form_submit_button("Refuse it"):
                with errors_shown():
                    refuse_access_request(desk, one.ref, answer=answer)
                    st.success("The request is answered.")
