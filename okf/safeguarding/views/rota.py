"""The rota on the page of who is on duty: a week's pattern, single days, last week again; and the ladder's numbers."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import date, time, timedelta
from typing import Final

import streamlit as st

from okf.clock import london_date
from okf.dates import Side
from okf.desk import Desk
from okf.errors import Invalid
from okf.load.settings import BOUNDS
from okf.policy.rota import DAYS_AHEAD, Shift
from okf.safeguarding.commands.rota import (
    COLUMNS,
    LADDER,
    Hours,
    copy_week,
    enter_file,
    enter_hours,
    remove_hours,
    restore_hours,
    set_ladder,
)
from okf.safeguarding.queries.rota import RotaView, rota_view
from okf.shell.dates import day_input, taken, time_input
from okf.shell.sheets import number_to_ring, sheet
from okf.shell.words import day, errors_shown, flash, moment, show_flash, told
from okf.terms import Action
from okf.terms.rota import RotaPlace

_DONE: Final = "okf_rota_done"
_LAST: Final = "okf_rota_last"  # what was entered or removed last here, so that it can be undone
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_NOBODY: Final = ""
_LADDER_SEEN: Final = "okf_ladder_seen"  # the numbers that held as the form was drawn
_GAPS_SHOWN: Final = 6


def rota(desk: Desk) -> None:
    """The rota and its forms, for whoever keeps it; nothing for anybody else."""
    if not desk.decide(Action.KEEP_ROTA).allowed:
        return
    view = rota_view(desk)
    st.header("Rota")
    show_flash(_DONE, ":material/check:")
    _undo(desk)
    if not view.shifts:
        st.warning("No rota is entered. Until it is, nobody can see who is on duty at night or on a weekend.")
    else:
        _covered(view)
        _table(view)
    with st.expander("Enter every week's hours", icon=":material/date_range:"):
        _weekly(desk, view)
    with st.expander("Enter one day or night", icon=":material/today:"):
        _single(desk, view)
    with st.expander("Copy last week, or take in a file", icon=":material/content_copy:"):
        _many(desk)
    if view.shifts:
        with st.expander("Take hours off the rota", icon=":material/delete:"):
            _remove(desk, view)


def ladder(desk: Desk) -> None:
    """How soon the next one hears of a clock, and in which hours, for whoever sets it."""
    if not desk.decide(Action.SET_LADDER).allowed:
        return
    settings = rota_view(desk).settings
    st.header("Who hears of a clock")
    st.caption(
        "Of an immediate or high concern the lead and the deputies are e-mailed at once, at any hour. Of every clock"
        " that nobody ends, first the lead, then the deputies, then the safeguarding trustee, who learns only that"
        " something is past its time and whom to ring."
    )
    with st.expander("Set the ladder and its hours", icon=":material/tune:"), st.form("ladder"):
        stands = {name: int(getattr(settings, name)) for name in LADDER}
        if not any(f"okf_{name}" in st.session_state for name in LADDER):
            st.session_state[_LADDER_SEEN] = stands  # as the fields are drawn
        numbers = {
            name: int(st.number_input(said, *BOUNDS[name], stands[name], key=f"okf_{name}"))
            for name, said in LADDER.items()
        }
        if st.form_submit_button("Set it", type="primary"):
            with errors_shown():
                seen, st.session_state[_LADDER_SEEN] = st.session_state[_LADDER_SEEN], stands
                set_ladder(desk, numbers, seen=seen)
                st.session_state[_LADDER_SEEN] = numbers
                flash(_DONE, "The ladder is set, from now on.")


def _covered(view: RotaView) -> None:
    if not view.uncovered:
        st.text(f"Every hour of the next {DAYS_AHEAD} days is covered.")
        return
    st.warning(f"In the next {DAYS_AHEAD} days nobody is on duty in these hours:")
    rows = [(moment(begins), moment(ends)) for begins, ends in view.uncovered[:_GAPS_SHOWN]]
    more = len(view.uncovered) - _GAPS_SHOWN
    sheet(("From", "Until"), rows, caption="Hours that nobody has" + (f", and {more} more spans" if more > 0 else ""))


def _table(view: RotaView) -> None:
    rows = [
        (
            _when(one),
            view.names.get(one.person or "", one.person or "Nobody"),
            _as(one.place),
            number_to_ring(one.phone) if one.phone else "—",
        )
        for one in view.shifts
    ]
    sheet(("When", "Who", "As", "Telephone"), rows, caption="On the rota; a single day goes before the week's hours")


def _weekly(desk: Desk, view: RotaView) -> None:
    with st.container(border=True):
        days = st.multiselect("On", list(range(7)), [0, 1, 2, 3, 4], format_func=_DAYS.__getitem__, key="okf_rota_days")
        hours = _hours(view, "week", list(view.names), _today(desk), time(9), time(17), "From", days)
        if st.button("Enter every week's hours", type="primary", key="okf_rota_enter_week"):
            with errors_shown():
                if not days:
                    raise Invalid("On", "choose at least one day of the week.")
                _entered(lambda: enter_hours(desk, [taken(hours)]))


def _single(desk: Desk, view: RotaView) -> None:
    with st.container(border=True):
        hours = _hours(view, "day", [*view.names, _NOBODY], _today(desk), time(17), time(9), "Day", ())
        st.caption("What ends at or before the time of its beginning ends the next morning. The times are London's.")
        if st.button("Enter this day", type="primary", key="okf_rota_enter_day"):
            with errors_shown():
                _entered(lambda: enter_hours(desk, [taken(hours)]))


def _hours(
    view: RotaView, key: str, whom: list[str], first: date, starts: time, ends: time, on: str, weekdays: Collection[int]
) -> Hours | Invalid:
    """The fields that both forms have."""
    with st.container(horizontal=True):
        who = st.selectbox(
            "Who",
            whom,
            format_func=lambda one: view.names.get(one, "Nobody is on duty"),
            key=f"okf_rota_who_{key}",
            width=240,
        )
        place = st.selectbox("As", [one.value for one in RotaPlace], format_func=_as, key=f"okf_as_{key}", width=170)
        phone = st.text_input("Telephone", key=f"okf_rota_phone_{key}", max_chars=40, width=190)
        day_ = day_input(on, first, first, side=Side.COMING, key=f"okf_rota_on_{key}", width=200)
        begins = time_input("From this time", starts, key=f"okf_rota_from_{key}", width=160)
        over = time_input("Until", ends, key=f"okf_rota_to_{key}", width=160)
    person = who or None
    number = phone or view.phones.get(person or "")
    if isinstance(day_, Invalid):
        return day_
    if isinstance(begins, Invalid):
        return begins
    if isinstance(over, Invalid):
        return over
    return Hours(person, RotaPlace(place or "lead"), number, day_, begins, over, frozenset(weekdays))


def _many(desk: Desk) -> None:
    today = _today(desk)
    monday = today - timedelta(days=today.weekday())
    with st.container(border=True):
        to = day_input("Into the week of", monday, today, key="okf_rota_copy_to", width=200)
        if st.button("Copy the week before", key="okf_rota_copy"):
            with errors_shown():
                week = taken(to)
                _entered(lambda: copy_week(desk, week - timedelta(days=week.weekday())))
    file = st.file_uploader(f"A CSV file with the columns {', '.join(COLUMNS)}", type=["csv"], key="okf_rota_file")
    st.caption("A line each: dana,lead,020 7946 0001,2026-12-24,17:00,09:00. “nobody” says that nobody is on duty.")
    if file is not None and st.button("Import the file"):
        with errors_shown():
            try:
                text = file.getvalue().decode("utf-8")
            except UnicodeDecodeError as error:
                raise Invalid("The file", "save it as CSV in UTF-8, and choose it again.") from error
            _entered(lambda: enter_file(desk, text))


def _remove(desk: Desk, view: RotaView) -> None:
    said = {
        one.id: f"{_when(one)}: {view.names.get(one.person or '', one.person or 'Nobody')}, {_as(one.place)}"
        for one in view.shifts
    }
    chosen = st.multiselect("Which", list(said), format_func=lambda one: said.get(one, ""), key="okf_rota_remove")
    if st.button("Remove them", disabled=not chosen):
        with errors_shown():
            remove_hours(desk, chosen)
            st.session_state[_LAST] = (False, tuple(chosen))
            flash(_DONE, "Taken off the rota.")


def _undo(desk: Desk) -> None:
    last = st.session_state.get(_LAST)
    if last is None or not st.button("Undo the last change", icon=":material/undo:"):
        return
    was_entered, ids = last
    st.session_state.pop(_LAST)
    with errors_shown():
        if was_entered:
            remove_hours(desk, ids)
        else:
            restore_hours(desk, ids)
        flash(_DONE, "Undone.")


def _entered(enter: Callable[[], tuple[int, ...]]) -> None:
    ids = enter()
    st.session_state[_LAST] = (True, ids)
    flash(_DONE, f"On the rota: {len(ids)} new.")


def _when(one: Shift) -> str:
    over = " the next morning" if one.ends <= one.starts else ""
    hours = f"{one.starts.isoformat('minutes')} to {one.ends.isoformat('minutes')}{over}"
    if one.weekday is None:
        return f"{day(one.first_on)}, {hours}"
    return f"Every {_DAYS[one.weekday]} from {day(one.first_on)}, {hours}"


def _as(place: str) -> str:
    return "Second on call" if place == RotaPlace.SECOND else told(place)


def _today(desk: Desk) -> date:
    return london_date(desk.now())
