"""Appointments on a case: what is to come, and the form that makes one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import time, timedelta

import streamlit as st

from okf.cases.commands.appointments import cancel_appointment, make_appointment, move_appointment
from okf.cases.queries.appointments import AppointmentRow, appointments_on, overlapping
from okf.cases.queries.case import CaseView
from okf.cases.views import contact_warning
from okf.clock import clock_time, london, london_date
from okf.dates import Side
from okf.desk import Desk
from okf.shell.dates import day_input, taken, time_input, zone_input
from okf.shell.fields import hinted, next_turn, turn_of
from okf.shell.words import day, errors_shown, flash, show_flash, told
from okf.terms import Action
from okf.terms.records import AppointmentKind

LENGTHS = {
    "15 minutes": 15,
    "30 minutes": 30,
    "45 minutes": 45,
    "1 hour": 60,
    "90 minutes": 90,
    "2 hours": 120,
    "3 hours": 180,
    "Half a day": 240,
    "A day": 480,
}
_MADE = "appointment_made"


def span(row: AppointmentRow) -> str:
    """When it is, as London's `3 Nov 2026, 14:00 to 15:00`."""
    return f"{day(row.starts_at)}, {clock_time(row.starts_at)} to {clock_time(row.ends_at)}"


def beside(others: Sequence[AppointmentRow]) -> str:
    """Which appointments of one's own take some of the same time, in words; nothing where there is none."""
    listed = "; ".join(f"{span(one)}, case {one.case_ref}" for one in others)
    return f"It overlaps with another of yours: {listed}." if listed else ""


def on_case(desk: Desk, view: CaseView) -> None:
    """The appointments to come on a case, and the form for another."""
    st.header("Appointments")
    show_flash(_MADE)
    listed = appointments_on(desk, view.ref)
    if not listed:
        st.info("No appointment is to come. Make one below, so that it stands in your calendar.")
    overlaps = overlapping(desk, listed)
    for row in listed:
        _one(desk, view, row, beside(overlaps.get(row.ref, ())))
    if Action.MAKE_APPOINTMENT in view.may or view.sides:
        _form(desk, view)


def parts_of(view: CaseView) -> list[str]:
    """The parts of the case that this reader may choose among."""
    parts = [*(f"sole:{side}" for side in view.sides), "joint", "internal"]
    return parts + [f"child:{one.ref}" for one in view.family if one.child and one.contact is not None]


def part_in_words(view: CaseView, compartment: str) -> str:
    """Whose part of the case an appointment belongs to."""
    side, _, ref = compartment.partition(":")
    return {
        "sole": f"With {view.name_of(ref)} alone",
        "child": f"With {view.name_of(ref)}",
        "joint": "Both parties",
        "external": "Somebody outside the family",
        "internal": "Our Kids First",
        "safeguarding": "Safeguarding",
    }[side]


def _one(desk: Desk, view: CaseView, row: AppointmentRow, overlaps: str) -> None:
    with st.container(border=True):
        st.text(f"{span(row)}: {row.about}")
        where = f" Where: {row.place}." if row.place else ""
        st.caption(f"{told(row.kind)}, {row.worker_name}. {part_in_words(view, row.compartment)}.{where}")
        if overlaps:
            st.warning(overlaps, icon=":material/event_busy:")
        if not row.may_change:
            return
        with st.popover("Move or cancel"):
            starts = london(row.starts_at)
            today = london_date(desk.now())
            on = day_input("New date", starts.date(), today, side=Side.COMING, key=f"move_on_{row.ref}")
            at = time_input("New start", starts.time(), key=f"move_at_{row.ref}")
            zone = zone_input(on, at, key=f"move_zone_{row.ref}")
            minutes = int((row.ends_at - row.starts_at) / timedelta(minutes=1))
            if st.button("Move it", key=f"move_{row.ref}"):
                with errors_shown():
                    move_appointment(desk, row.ref, day=taken(on), start=taken(at), minutes=minutes, zone=zone)
                    _said(desk, view, row.ref, "The appointment is moved.")
            if st.button("Cancel the appointment", key=f"cancel_{row.ref}", icon=":material/event_busy:"):
                with errors_shown():
                    cancel_appointment(desk, row.ref)
                    _said(desk, view, row.ref, "The appointment is cancelled.")


def _form(desk: Desk, view: CaseView) -> None:
    today = london_date(desk.now())
    with st.expander("Make an appointment", icon=":material/event:"):
        contact_warning.on_case(desk, view.ref)
        turn = turn_of("appointment")
        part = hinted(
            lambda key: st.selectbox(
                "Whose part of the case", parts_of(view), format_func=lambda one: part_in_words(view, one), key=key
            ),
            key=f"{turn}_part",
            hint="Only those who may read this part see the appointment.",
        )
        kind = st.selectbox("Kind", list(AppointmentKind), format_func=told, key=f"{turn}_kind")
        with st.container(horizontal=True):
            on = day_input("Date", today + timedelta(days=1), today, min_value=today, key=f"{turn}_on")
            at = time_input("Starts at", time(10, 0), key=f"{turn}_at")
            length = st.selectbox("How long", list(LENGTHS), index=3, key=f"{turn}_length")
        zone = zone_input(on, at, key=f"{turn}_zone")
        about = st.text_input("What for", max_chars=500, key=f"{turn}_about")
        place = st.text_input(
            "Where", max_chars=300, key=f"{turn}_place", help="A place that is safe for whoever comes."
        )
        if st.button("Make the appointment", type="primary", key="appointment_make"):
            with errors_shown():
                made = make_appointment(
                    desk,
                    view.ref,
                    kind=kind or AppointmentKind.OTHER,
                    compartment=part,
                    day=taken(on),
                    start=taken(at),
                    minutes=LENGTHS[length],
                    about=about,
                    place=place,
                    zone=zone,
                )
                next_turn("appointment")
                _said(desk, view, made, "The appointment stands in your calendar.")


def _said(desk: Desk, view: CaseView, ref: str, text: str) -> None:
    overlaps = overlapping(desk, appointments_on(desk, view.ref)).get(ref, ())
    flash(_MADE, f"{text} {beside(overlaps)}".strip())
