"""Looking first on a case's page: the banner, and the decision with its reason, for those who decide."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Final

import streamlit as st

from okf.cases.commands.look_first import answer_taking_off, ask_to_take_off, decide_look_first, set_look_first
from okf.cases.queries.look_first import LookFirst, cases_to_look_at, look_first_on
from okf.desk import Desk
from okf.shell.fields import hinted
from okf.shell.words import errors_shown, moment, plain
from okf.terms.look_first import DECISIONS, LookStep

SAID: Final[Mapping[LookStep, str]] = {
    LookStep.SET: "To be looked at first",
    LookStep.MAY_ALLOCATE: "A caseworker may lead",
    LookStep.MAY_MEDIATE: "Mediation may begin",
    LookStep.NO_MEDIATION: "No mediation",
    LookStep.OFF_ASKED: "Asked to be taken off",
    LookStep.STAYS: "It stays",
    LookStep.OFF: "Taken off by two",
}


def waiting(desk: Desk) -> None:
    """Each case that waits for whoever is here to look first; a lead decides here without opening the case."""
    found = cases_to_look_at(desk)
    if not found:
        return
    st.header("To be looked at first")
    for ref in found:
        st.text(f"Case {ref}")
        on_case(desk, ref)


def on_case(desk: Desk, case_ref: str) -> None:
    """The expander with what stands and the forms; nothing for those who don't decide on it."""
    found = look_first_on(desk, case_ref)
    if found is None:
        return
    waits = found.allocation_stops or found.asked_off
    if found.stands:
        st.warning(_banner(found), icon=":material/visibility:")
    with st.expander("Look first", icon=":material/visibility:", expanded=waits):
        st.write(
            "While this stands nobody becomes a lead caseworker, and no mediation begins, before a manager or a"
            " safeguarding lead has looked and said so. It says to nobody else why."
        )
        if not found.stands:
            _form(
                f"set_{case_ref}", "Why it is to be looked at first", "Set it", partial(set_look_first, desk, case_ref)
            )
        else:
            _decide(desk, case_ref)
            _take_off(desk, case_ref, found)
        for step in found.steps:
            st.text(f"{moment(step.at)}, {step.by}: {SAID[step.kind]}")
            if step.reason:
                st.caption(plain(step.reason))


def _banner(found: LookFirst) -> str:
    stops = {"a lead caseworker": found.allocation_stops, "mediation": found.mediation_stops}
    stopped = [what for what, stopped in stops.items() if stopped]
    if not stopped:
        return "Look first stands on this case. A lead caseworker and mediation may begin, as it was decided."
    return f"Look first: {' and '.join(stopped)} can't begin before somebody has decided: you may, here."


def _decide(desk: Desk, case_ref: str) -> None:
    with st.form(f"look_first_decide_{case_ref}", border=False):
        decision = st.radio(
            "Decision", list(DECISIONS), index=None, format_func=SAID.__getitem__, key=f"look_first_what_{case_ref}"
        )
        why = hinted(
            st.text_area,
            "Why",
            max_chars=2_000,
            key=f"look_first_why_{case_ref}",
            hint="Those who decide read it, and nobody else.",
        )
        if st.form_submit_button("Decide", type="primary"):
            if decision is None:
                st.error("Choose the decision first.")
                return
            with errors_shown():
                decide_look_first(desk, case_ref, decision=decision, reason=why)
                st.rerun()


def _take_off(desk: Desk, case_ref: str, found: LookFirst) -> None:
    if not found.asked_off:
        ask = partial(ask_to_take_off, desk, case_ref)
        _form(f"off_{case_ref}", "Why it is no longer needed", "Ask to take it off", ask)
        st.caption("A second manager or safeguarding lead has to agree.")
    elif found.own:
        st.info("You asked to take it off: a second person has to agree.")
    else:
        with st.form(f"look_first_answer_{case_ref}", border=False):
            st.write("Somebody asked to take it off. You are the second person.")
            why = st.text_area("Why", max_chars=2_000, key=f"look_first_answer_why_{case_ref}")
            agree, stays = st.columns(2)
            off = agree.form_submit_button("Remove it")
            kept = stays.form_submit_button("It stays")
            if off or kept:
                with errors_shown():
                    answer_taking_off(desk, case_ref, agree=off, reason=why)
                    st.rerun()


def _form(name: str, label: str, button: str, command: Callable[..., None]) -> None:
    with st.form(f"look_first_{name}", border=False):
        why = st.text_area(label, max_chars=2_000, key=f"look_first_{name}_why")
        if st.form_submit_button(button):
            with errors_shown():
                command(reason=why)
                st.rerun()
