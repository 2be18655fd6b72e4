"""The form of an enquiry, in the order of a call: who asks, how to reach them safely, what help, their family."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any, Final

import streamlit as st

from okf.clock import from_wall_clock, london_date
from okf.desk import Desk
from okf.errors import CasebookError, Invalid
from okf.intake.commands.enquiries import FORM, NARRATIVE, change_enquiry, take_enquiry
from okf.intake.queries.enquiry import EnquiryInView
from okf.intake.views import first_call
from okf.intake.views.people import MOST_ADULTS, MOST_CHILDREN, ask_adult, ask_child, ask_promises, people_of, values_of
from okf.shell.dates import known, taken
from okf.shell.drafts import views as drafts
from okf.shell.drafts.views import DraftForm
from okf.shell.navigation import go
from okf.shell.words import plain, say_taken_as, told
from okf.terms import SupportKind
from okf.terms.intake import EnquiryChannel, EnquiryPart

TAKEN: Final = "okf_enquiry_taken"
_CHANNELS: Final = tuple(one for one in EnquiryChannel if one is not EnquiryChannel.WEBSITE)


def taking(desk: Desk, *, alarm: Callable[[Desk, str, str], str]) -> None:
    """A new enquiry on one page; once it is kept, it is shown as it stands.

    `alarm` raises a concern with the words of somebody in danger, named by the
    enquiry's reference, and says what was done.
    """
    draft = drafts.resume(desk, FORM)
    _fields(draft, {}, today=london_date(desk.now()))
    draft.told()
    if not st.button("Save the enquiry", type="primary", width="stretch"):
        return
    try:
        values = draft.values
        ref = take_enquiry(
            desk,
            people=people_of(values),
            channel=EnquiryChannel(values["channel"]),
            received_at=_received(values),
            **_rest(values),
        )
        said = alarm(desk, ref, str(values["danger"])) if (values.get("danger") or "").strip() else None
    except CasebookError as error:
        st.error(plain(f"{error} Nothing that you typed is lost."))
        return
    draft.done()
    st.session_state[TAKEN] = (ref, said)
    go("enquiry", ref=ref)


def completing(desk: Desk, view: EnquiryInView) -> None:
    """An enquiry that waits, to be completed or corrected."""
    draft = drafts.resume(desk, FORM, view.ref)
    _fields(draft, _first_values(view))
    draft.told()
    with st.container(horizontal=True):
        kept = st.button("Save the changes", type="primary")
        left = st.button("Leave it as it was")
    try:
        if kept:
            change_enquiry(desk, view.ref, seen=view.version, people=people_of(draft.values), **_rest(draft.values))
    except CasebookError as error:
        st.error(plain(f"{error} Nothing that you typed is lost."))
        return
    if kept or left:
        draft.done()
        go("enquiry", ref=view.ref)


def _fields(draft: DraftForm, first: dict[str, Any], *, today: date | None = None) -> None:
    first_call.ask(draft, first, danger=today is not None)
    st.header("Who asks for help")
    if today:
        with st.container(horizontal=True):
            draft.radio("How they asked", "channel", _CHANNELS, format_func=told, horizontal=True)
            on = draft.date_input("On (empty: today)", "received_on", max_value=today)
            at = draft.time_input("At (empty: now)", "received_at")
        say_taken_as(known(on), known(at))
    ask_adult(draft, EnquiryPart.CALLER, 0, first)
    st.header("Help asked for")
    kinds = list(SupportKind)
    draft.selectbox(
        "Kind of support",
        "kind_of_support",
        kinds,
        index=_at(kinds, first.get("kind_of_support")),
        format_func=told,
        placeholder="Not clear yet",
    )
    draft.text_input("Area", "area", max_chars=80, value=first.get("area") or "")
    draft.text_area(
        "In their own words",
        "words",
        height=160,
        max_chars=NARRATIVE,
        value=first.get("words") or "",
        hint="What they said, as they said it. It becomes the first record of their case, for their own caseworker.",
    )
    st.header("Who else is in the family")
    st.caption("Whatever is told here about others was told by the caller, and stays on the caller's side.")
    adults = draft.selectbox("Other adults", "adults", list(range(MOST_ADULTS + 1)), index=first.get("adults", 1))
    for number in range(1, (adults or 0) + 1):
        with st.expander("The other adult" if number == 1 else f"Other adult {number}", expanded=True):
            ask_adult(draft, EnquiryPart.OTHER_ADULT, number, first)
    children = draft.selectbox("Children", "children", list(range(MOST_CHILDREN + 1)), index=first.get("children", 0))
    for number in range(1, (children or 0) + 1):
        ask_child(draft, number, first)
    st.header("What the caller was told and promised")
    ask_promises(draft, first)
    draft.text_area("Your own note", "note", height=80, max_chars=NARRATIVE, value=first.get("note") or "")


def _first_values(view: EnquiryInView) -> dict[str, Any]:
    return {
        "kind_of_support": view.kind_of_support,
        "area": view.area,
        "words": view.words,
        "note": view.note,
        **values_of(view.people),
        **first_call.values_of(view.first_call),
    }


def _rest(values: dict[str, Any]) -> dict[str, Any]:
    kind = values["kind_of_support"]
    return {
        "kind_of_support": SupportKind(kind) if kind else None,
        "area": values["area"],
        "said": values["words"],
        "note": values["note"],
        "first_call": first_call.answers(values),
    }


def _received(values: dict[str, Any]) -> datetime | None:
    """When they asked, as London's clocks show it; None for now."""
    day, at = taken(values.get("received_on")), taken(values.get("received_at"))
    if not day:
        if at:
            raise Invalid("On", "choose the day too, or leave both empty for now.")
        return None
    return from_wall_clock(datetime.combine(date.fromisoformat(day), time.fromisoformat(at) if at else time()))


def _at(options: list[Any], value: Any) -> int | None:
    return options.index(value) if value in options else None
