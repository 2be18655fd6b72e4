"""Whether people are known here: the panel beside an enquiry, and the page on which an intake officer asks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from hashlib import sha256
from typing import Final

import streamlit as st

from okf.clock import london_date
from okf.dates import Side
from okf.desk import Desk
from okf.errors import CasebookError, Invalid
from okf.intake.commands.matching import take_back, tell_apart
from okf.intake.queries.apart import told_apart
from okf.intake.queries.matches import Asked, Known, known_people
from okf.match.normal import Applicant
from okf.shell.dates import day_or_none
from okf.shell.navigation import link
from okf.shell.words import day, errors_shown, plain, told
from okf.terms.intake import Confidence, EnquiryStatus

__all__ = ["Applicant", "Asked", "panel", "search"]

SAID: Final = {
    Confidence.THE_SAME: "Is the same",
    Confidence.VERY_LIKELY: "Very likely the same",
    Confidence.LIKELY: "Likely the same",
    Confidence.POSSIBLE: "Possibly the same",
}
NOBODY: Final = "Nobody on file whom you may know of is like this."
_WRONG: Final = "okf_match_wrong"


def panel(desk: Desk, people: Sequence[Asked], *, key: str, nobody: str = NOBODY) -> None:
    """Ask whether each of these people is known, at a click, since a look is on record; `nobody` is said of none."""
    asked = [one for one in people if not one.applicant.is_empty]
    if not asked:
        st.caption("Write down a name, a telephone number or an e-mail address first: then this looks whom we know.")
        return
    typed = sha256(repr(asked).encode()).hexdigest()
    if st.button("Check whether we know them", key=f"{key}_look", icon=":material/person_search:"):
        st.session_state[f"{key}_typed"] = typed
    looked = st.session_state.get(f"{key}_typed")
    if looked is None:
        st.caption(
            "Compares names, birthdays, numbers and addresses with everyone on file and in enquiries."
            " The look is on record."
        )
        return
    if looked != typed:
        st.info("What is typed has changed since. Look again.")
        return
    _wrong()
    with errors_shown():
        for number, one in enumerate(asked):
            found = known_people(desk, one)
            with st.container(border=True):
                st.markdown(f"**{plain(one.label)}**")
                _shown(desk, one, found, f"{key}_{number}", nobody)


def search(desk: Desk) -> None:
    """The same for somebody described on the page itself."""
    with st.form("known", border=False):
        name = st.text_input("Name", key="known_name", help="In any order or spelling; short forms are found too.")
        others = st.text_input("Other names", key="known_others", help="A former name, for one; several with a comma.")
        left, right = st.columns(2)
        phone = left.text_input("Telephone", key="known_phone")
        email = right.text_input("E-mail address", key="known_email")
        with left:
            today = london_date(desk.now())
            born = day_or_none("Date of birth", today, max_value=today, side=Side.BORN, key="known_born")
        address = right.text_input("Address or postcode", key="known_address")
        sent = st.form_submit_button("Look", type="primary", icon=":material/person_search:")
    if isinstance(born, Invalid):
        return
    one = Applicant(
        name,
        born,
        tuple(filter(None, [phone])),
        email or None,
        address or None,
        tuple(part.strip() for part in others.split(",") if part.strip()),
    )
    typed = sha256(repr(one).encode()).hexdigest()
    if sent:
        st.session_state["known_typed"] = typed
    if st.session_state.get("known_typed") != typed:
        return
    if one.is_empty:
        st.info("Write down a name, a telephone number or an e-mail address.")
        return
    asked = Asked(name or "This person", one)
    with errors_shown():
        _shown(desk, asked, known_people(desk, asked), "known")


def _shown(desk: Desk, asked: Asked, found: Known, key: str, nobody: str = NOBODY) -> None:
    if not found.seen and not found.protected and not found.enquiries:
        st.text(nobody)
    for one in found.seen:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{SAID[one.confidence]}:** {plain(one.name)}  \n{plain(_because(one.reasons))}")
            for case in one.cases:
                link(f"Case {case}", "case", case=case, icon=":material/folder_open:")
            _tell_apart_button(desk, asked, one.handle, f"{key}_{one.handle}", f"Not the same person as {one.name}")
    for number, hidden in enumerate(found.protected, 1):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f":material/lock: **Exists, protected:** ask {plain(hidden.ask)}.")
            _tell_apart_button(
                desk, asked, hidden.handle, f"{key}_{hidden.handle}", f"Not the same person as protected {number}"
            )
    for waits in found.enquiries:
        with st.container(horizontal=True, vertical_alignment="center"):
            stands = "that waits" if waits.status is EnquiryStatus.NEW else f"that is {told(waits.status).lower()}"
            who = plain(f"{waits.name}, {told(waits.part).lower()} in an enquiry {stands}")
            st.markdown(f"**{SAID[waits.confidence]}:** {who}  \n{plain(_because(waits.reasons))}")
            link(f"Enquiry {waits.enquiry}", "enquiry", ref=waits.enquiry, icon=":material/contact_phone:")
    if found.more:
        st.caption("There are more. Add a date of birth or a telephone number to tell them apart.")
    _taken_back(desk, asked, key)


def _tell_apart_button(desk: Desk, asked: Asked, handle: str, key: str, help_: str) -> None:
    if asked.subject:
        st.button(
            "Not the same person",
            key=f"{key}_apart",
            help=help_,
            on_click=_try,
            args=(lambda: tell_apart(desk, asked, handle),),
        )


def _taken_back(desk: Desk, asked: Asked, key: str) -> None:
    for one in told_apart(desk, asked):
        with st.container(horizontal=True, vertical_alignment="center"):
            who = plain(one.name) if one.name else "somebody protected"
            st.caption(f"Not the same person as {who}: {plain(one.decided_by)}, {day(one.decided_at)}.")
            st.button(
                "Take this back",
                key=f"{key}_{one.handle}_back",
                on_click=_try,
                args=(lambda handle=one.handle: take_back(desk, asked, handle),),
            )


def _try(deed: Callable[[], object]) -> None:
    try:
        deed()
    except CasebookError as error:
        st.session_state[_WRONG] = str(error)


def _wrong() -> None:
    wrong = st.session_state.pop(_WRONG, None)
    if wrong:
        st.error(wrong)


def _because(reasons: Sequence[str]) -> str:
    said = "; ".join(reasons)
    return f"{said[:1].upper()}{said[1:]}."
