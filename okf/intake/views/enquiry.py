"""One enquiry on the screen: what was told, then what can be done with it as it stands."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import streamlit as st

from okf.desk import Desk
from okf.intake.contact_details import LABELS
from okf.intake.queries.enquiry import EnquiryInView, PersonTold, enquiry_in_view
from okf.intake.views import first_call, form as enquiry_form
from okf.intake.views.list import waited
from okf.intake.views.safe_contact import contact_panel, lines
from okf.shell.navigation import link
from okf.shell.sheets import facts, verbatim
from okf.shell.words import day, moment, plain, show_flash, told
from okf.terms import Action
from okf.terms.intake import EnquiryPart, EnquiryStatus

_DONE: Final = "okf_enquiry_done"
WHO: Final = {
    EnquiryPart.CALLER: "Asks for help",
    EnquiryPart.OTHER_ADULT: "Other adult, as told by the caller",
    EnquiryPart.CHILD: "Child",
}


def shown(desk: Desk, ref: str, *, decide: Callable[[Desk, EnquiryInView], None]) -> None:
    """The enquiry, its people and words; forms for those who may complete, register or end it.

    `decide` offers to register it, put it on a case, or decline it.
    """
    view = enquiry_in_view(desk, ref)
    st.title(f"Enquiry {view.ref}")
    if Action.CHANGE_ENQUIRY in view.may and st.query_params.get("complete"):
        enquiry_form.completing(desk, view)
        return
    show_flash(_DONE, ":material/check_circle:")
    taken, alarm = st.session_state.pop(enquiry_form.TAKEN, (None, None))
    if taken == ref:
        st.success("It is on file, and waits to be registered.", icon=":material/check_circle:")
    if alarm:
        st.error(plain(alarm), icon=":material/emergency:")
    _head(view)
    if view.status is EnquiryStatus.REGISTERED:
        st.info("What was told is in the case, and opens with it.", icon=":material/lock:")
        return
    if not view.whole:
        st.info("It is decided. What was told is with intake and the managers.", icon=":material/lock:")
        return
    first_call.shown(view.first_call)
    with st.grid(min_column_width=260):
        for one in view.people:
            _person(one)
    st.header("In their own words")
    if view.words:
        verbatim(view.words)
    else:
        st.text("Nothing was written down.")
    if view.note:
        st.header("Noted by whoever took it")
        verbatim(view.note)
    if view.earlier:
        st.header("Told before")
        for before in view.earlier:
            st.caption(
                plain(f"Until {before.changed_by} changed it on {moment(before.changed_at)}. Not a way to reach them.")
            )
            st.text(before.stood)
    if Action.CHANGE_ENQUIRY in view.may:
        link("Complete or correct it", "enquiry", icon=":material/edit:", ref=view.ref, complete="1")
    if view.may & {Action.REGISTER_ENQUIRY, Action.PUT_ON_CASE}:
        decide(desk, view)


def say_done(said: str) -> None:
    """Say what was done above the enquiry, once it is drawn anew."""
    st.session_state[_DONE] = said


def _head(view: EnquiryInView) -> None:
    waits = view.status is EnquiryStatus.NEW
    rows = [
        ("Status", f"Waiting for {waited(view.received_at, view.at)}" if waits else told(view.status)),
        ("Asked", f"{moment(view.received_at)}, {told(view.channel).lower()}"),
        ("Taken by", f"{view.taken_by}, {moment(view.taken_at)}"),
        ("Help asked for", told(view.kind_of_support) if view.kind_of_support else "Not clear yet"),
        ("Area", view.area or "Not said"),
    ]
    if view.decided_at:
        rows.append(("Decided", f"{view.decided_by}, {moment(view.decided_at)}"))
    if view.reason:
        rows.append(("Reason", view.reason))
    facts(rows)
    if view.case_ref:
        link(f"Case {view.case_ref}", "case", icon=":material/folder_open:", case=view.case_ref)


def _only_told(values: dict[str, object]) -> None:
    """What the caller said of reaching somebody else: in words, and never as a way to reach them."""
    if told := lines(values):
        st.caption("**What the caller told us.** Not checked with them: not a way to reach them.")
        st.text("\n".join(told))  # as text: an address must not become a link


def _person(one: PersonTold) -> None:
    with st.container(border=True, gap="small"):
        st.text(one.name)
        age = f", born {day(one.date_of_birth)}" if one.date_of_birth else f", aged {one.age}" if one.age else ""
        st.caption(f"{WHO[one.part]}{age}")
        if one.part is EnquiryPart.CHILD:
            return
        values = {name: getattr(one, name) for name in LABELS}
        if one.part is EnquiryPart.OTHER_ADULT:
            _only_told(values)
            return
        contact_panel(values, nobody="No way to reach them was told.")
        notice = f"{told(one.notice_way)}, {day(one.notice_on)}" if one.notice_way else "not given yet"
        asked = f"{told(one.undertaking)}, {day(one.undertaking_on)}" if one.undertaking else "not asked for yet"
        st.caption(plain(f"Privacy notice: {notice}"))
        st.caption(plain(f"Undertaking: {asked}"))
