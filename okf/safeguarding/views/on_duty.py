"""Who is there for safeguarding, whom to ring, and days away: of the leads, one's own, and everybody's leave (C9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Final

import streamlit as st

from okf.clock import end_of, london_date
from okf.dates import Side
from okf.desk import Desk
from okf.errors import CasebookError, Invalid, StoreUnavailable
from okf.people.queries.workers import workers_named
from okf.policy.words import until_told
from okf.safeguarding.commands.absences import cancel_absence, enter_absence
from okf.safeguarding.queries.absences import AbsenceRow, Duty, OnDuty, duty_now, leads_away, may_cover, own_absences
from okf.safeguarding.queries.directory import out_of_hours_of
from okf.safeguarding.queries.leave import Leave, leave_ahead
from okf.safeguarding.queries.past_the_lead import past_the_lead
from okf.shell.dates import day_input, taken
from okf.shell.frame import AT_ANY_HOUR, PHONE
from okf.shell.phones import ringing_markdown
from okf.shell.sheets import Cell, address, facts, number_to_ring, sheet
from okf.shell.words import day, errors_shown, flash, moment, plain, show_flash, until
from okf.terms import Action
from okf.terms.rota import RotaPlace

_DONE: Final = "okf_absence_done"
_UNKNOWN: Final = "It is not known who is on duty for safeguarding at this hour: no rota is entered"
_PLACES: Final = {
    RotaPlace.LEAD: "Designated safeguarding lead",
    RotaPlace.DEPUTY: "Deputy",
    RotaPlace.SECOND: "Second on call",
}
_PLACES_SAID: Final = {RotaPlace.LEAD: "lead", RotaPlace.DEPUTY: "deputy", RotaPlace.SECOND: "second on call"}
_LEAVE_DONE = "okf_leave_done"


def whom_to_ring(desk: Desk) -> bool:
    """Whom to ring now, with their numbers, as last known where the database can't tell; whether any works here.

    The authorities' numbers stand there always: the reader may be worried
    about the very people who are on duty, and nothing shows of whom.
    """
    try:
        duty = duty_now(desk)
    except StoreUnavailable:
        st.error(f"Casebook can't tell now who is there for safeguarding. Ring {ringing_markdown(PHONE)}, or:")
        _outside(desk)
        return False
    known = f" (as known at {moment(duty.known_at)})" if duty.known_at else ""
    if not duty.here:
        _nobody(desk, duty)
        return bool(duty.off_duty)
    named = _line(duty)
    if duty.is_known:
        st.markdown(f"On duty for safeguarding now{known}: {named}.")
    else:
        st.markdown(f"{_UNKNOWN}{known}. Not away today: {named}.")
    _outside(desk, instead=True)
    return True


def ring_now(desk: Desk) -> str:
    """The same leads and deputies in one line, for our own sentences; empty where none has a number."""
    try:
        return _line(duty_now(desk))
    except StoreUnavailable:
        return ""


def tell_nobody(desk: Desk) -> None:
    """What is said in place of whom to ring where somebody who works here may be meant: one line, whoever it is."""
    st.warning(
        f"**Tell nobody whom it is about, and nobody who may tell them.** Speak to whoever of these it is not about:"
        f" {whoever_it_is_about(desk)}.",
        icon=":material/do_not_disturb_on:",
    )
    _outside(desk)


def whoever_it_is_about(desk: Desk) -> str:
    """The one line of whom to speak to of somebody who works here, with their numbers to ring."""
    return "; ".join(
        f"{plain(name)}{f', {ringing_markdown(phone)}' if phone else ''}" for name, phone in past_the_lead(desk)
    )


def duty_board(desk: Desk) -> None:
    """Which leads can be rung now, whom to ring where none can, and which are away."""
    now = duty_now(desk)
    if now.here and not now.is_known:
        st.warning(f"{_UNKNOWN}. These are not away today:")
    rows = [
        (
            one.name,
            _PLACES[one.place],
            number_to_ring(one.phone),
            ", ".join(f"{name} {until_told(end_of(last))}" for name, last in one.covers) or "—",
        )
        for one in now.here
    ]
    if rows:
        caption = "On duty now, the first to ring first" if now.is_known else "The first to ring first"
        sheet(("Name", "As", "Telephone", "Stands in for"), rows, caption=caption)
        _outside(desk, instead=True)
    else:
        _nobody(desk, now)
    if now.no_number:
        st.text(f"Not away, but without a number here: {', '.join(now.no_number)}.")
    if now.away:
        st.header("Away now")
        facts([(one.name, f"{until(end_of(one.until))}. {_covered(one.covered_by)}") for one in now.away])
    if rows or now.off_duty or now.no_number or now.away:
        st.caption("If your worry is about one of them, speak to another, or to the safeguarding trustee.")


def _nobody(desk: Desk, duty: Duty) -> None:
    if duty.is_known:
        again = f" Somebody is again from {moment(duty.next_at)}." if duty.next_at else ""
        st.error(f"Nobody is on duty for safeguarding now.{again} Don't wait: ring one of these.")
    else:
        st.error(f"{_UNKNOWN}, and nobody who is there has a number here. Ring one of these.")
    if duty.off_duty:
        sheet(
            ("Name", "As", "Telephone"),
            [(one.name, _PLACES[one.place], number_to_ring(one.phone)) for one in duty.off_duty],
            caption="Not on duty, and not away",
        )
    _outside(desk)


def _line(duty: Duty) -> str:
    return "; ".join(_named(one) for one in (duty.here or duty.off_duty)[:3])


def _outside(desk: Desk, *, instead: bool = False) -> None:
    """Who answers at any hour, inside or outside of OKF."""
    found = out_of_hours_of(desk)
    door = (
        (found.name, found.phone or "")
        if found
        else ("Your council's children's services: ask for their number", "101")
    )
    sheet(
        ("Whom to ring", "Telephone"),
        [(name, number_to_ring(phone)) for name, phone in (door, *AT_ANY_HOUR)],
        caption="If none of them answers, or your worry is about one of them" if instead else "Who answers at any hour",
    )


def days_away(desk: Desk) -> None:
    """The days on which a lead or deputy will be away, and for leads and managers the form that enters them."""
    st.header("Out of office")
    names = dict(may_cover(desk))
    rows = leads_away(desk)
    _list(rows, "Leads and deputies who are or will be away")
    if not rows:
        st.text("No lead or deputy has entered days away.")
    if desk.decide(Action.ENTER_ABSENCE).allowed:
        whom = [str(desk.actor), *(one for one in names if one != desk.actor)] if desk.actor in names else list(names)
        _enter(desk, whom, names, key="duty")
        _cancel(desk, rows, key="duty")


def own_days(desk: Desk) -> None:
    """One's own days away."""
    names = dict(may_cover(desk))
    rows = own_absences(desk)
    _list(rows, "Your days away")
    if not rows:
        st.text("You have entered no days away.")
    _enter(desk, [str(desk.actor)], names if desk.actor in names else {}, key="own")
    _cancel(desk, rows, key="own")


def leave(desk: Desk) -> None:
    """For managers: who is away in the coming weeks, which cases wait meanwhile, and the form that enters leave."""
    st.header("Leave")
    show_flash(_LEAVE_DONE, ":material/check:")
    rows = leave_ahead(desk)
    if rows:
        sheet(
            ("Person", "From", "To the end of", "Who stands in", "Open cases without their caseworker meanwhile"),
            [_cells(one) for one in rows],
            caption="Days away in the next eight weeks",
        )
    else:
        st.text("Nobody has leave in the next eight weeks, as far as it is entered.")
    if desk.decide(Action.ENTER_ABSENCE).allowed:
        with st.expander("Enter leave", icon=":material/event_busy:"):
            _enter_leave(desk)


def _list(rows: Sequence[AbsenceRow], caption: str) -> None:
    if rows:
        sheet(
            ("Who", "From", "Until the end of", "Covered by"),
            [(one.name, day(one.starts_on), day(one.ends_on), one.covered_by or "Whoever is there") for one in rows],
            caption=caption,
        )


def _first_and_last(desk: Desk, key: str) -> tuple[date | Invalid, date | Invalid]:
    today = london_date(desk.now())
    tomorrow = today + timedelta(days=1)
    first = day_input("First day", tomorrow, today, side=Side.COMING, key=f"{key}_first", width=200)
    return first, day_input("Last day", tomorrow, today, side=Side.COMING, key=f"{key}_last", width=200)


def _enter(desk: Desk, whom: Sequence[str], names: Mapping[str, str], *, key: str) -> None:
    show_flash(_DONE)
    if not whom:
        return
    with st.container(border=True):
        st.markdown("**Enter days away**")
        with st.container(horizontal=True):
            person = whom[0]
            if len(whom) > 1:
                person = st.selectbox("Who is away", whom, format_func=lambda one: names.get(one, one), width=260)
            first, last = _first_and_last(desk, f"okf_absence_{key}")
            cover = None
            if names:
                cover = st.selectbox(
                    "Covered by",
                    list(names),
                    index=None,
                    format_func=names.__getitem__,
                    placeholder="Whoever is there",
                    width=260,
                )
        if names:
            st.caption("What a lead has open, and what is new, falls to their cover from the first day to the last.")
        if not st.button("Enter it", type="primary", key=f"okf_absence_{key}"):
            return
    try:
        starts, ends = taken(first), taken(last)
        enter_absence(desk, person=person, starts_on=starts, ends_on=ends, covered_by=cover)
    except CasebookError as error:
        st.error(plain(str(error)))
        return
    flash(_DONE, f"On record: away from {day(starts)} to the end of {day(ends)}.")


def _cancel(desk: Desk, rows: Sequence[AbsenceRow], *, key: str) -> None:
    if not rows:
        return
    said = {one.id: f"{one.name}, {day(one.starts_on)} to {day(one.ends_on)}" for one in rows}
    with st.expander("Cancel days away, or be back early"):
        chosen = st.selectbox(
            "Which", list(said), index=None, format_func=lambda one: said.get(one, ""), key=f"okf_cancel_{key}"
        )
        if st.button("Cancel these days", key=f"okf_cancel_it_{key}", disabled=chosen is None) and chosen is not None:
            with errors_shown():
                cancel_absence(desk, chosen)
                flash(_DONE, "Cancelled.")


def _named(one: OnDuty) -> str:
    said = f"{plain(one.name)} ({_PLACES_SAID[one.place]}, {ringing_markdown(one.phone)})"
    instead = [plain(f"{name} {until_told(end_of(last))}") for name, last in one.covers]
    return f"{said}, for {' and '.join(instead)}" if instead else said


def _covered(name: str | None) -> str:
    return f"{name} covers." if name else "Whoever is there takes what is theirs."


def _cells(one: Leave) -> list[Cell | str]:
    # The filter of the caseload knows a caseworker by name and username.
    cases = address("cases", view="Whole caseload", caseworker=f"{one.name} ({one.username})")
    return [
        Cell(one.name, address("team", person=one.username)),
        day(one.starts_on),
        day(one.ends_on),
        Cell(one.covered_by or "Nobody", late=one.covered_by is None and one.led > 0),
        Cell(str(one.led), cases if one.led else None),
    ]


def _enter_leave(desk: Desk) -> None:
    names = {one.username: str(one) for one in workers_named(desk)}
    with st.container(border=True):
        with st.container(horizontal=True):
            who = st.selectbox(
                "Who is away",
                list(names),
                index=None,
                format_func=lambda one: names.get(one, one),
                placeholder="Choose",
                width=300,
            )
            first, last = _first_and_last(desk, "okf_leave")
            cover = st.selectbox(
                "Who stands in",
                list(names),
                index=None,
                format_func=lambda one: names.get(one, one),
                placeholder="Nobody yet",
                width=300,
            )
        st.caption("Standing in opens no case: whoever needs one meanwhile is given access on it.")
        if st.button("Enter leave", type="primary", key="okf_leave"):
            if not who:
                st.error("Choose who is away first.")
                return
            with errors_shown():
                starts, ends = taken(first), taken(last)
                enter_absence(desk, person=who, starts_on=starts, ends_on=ends, covered_by=cover)
                st.session_state[_LEAVE_DONE] = (
                    f"On record: {names[who]} is away from {day(starts)} to the end of {day(ends)}."
                )
                st.rerun()
