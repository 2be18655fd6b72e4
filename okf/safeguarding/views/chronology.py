"""A concern's chronology on the screen: its lines oldest first, what was corrected struck through, and correcting."""

from __future__ import annotations

from typing import Final

import streamlit as st

from okf.desk import Desk
from okf.safeguarding.commands.chronology import NARRATIVE, correct_entry
from okf.safeguarding.queries.concern import ConcernInView, Entry
from okf.safeguarding.views.lying import LATE, when_told
from okf.shell import drafts
from okf.shell.sheets import Cell, sheet
from okf.shell.words import moment, told_plainly

_TITLES: Final = ("No.", "When", "Who", "What", "In their words")
_FORM: Final = "concern_correction"


def lines(view: ConcernInView) -> None:
    """Every line, oldest first."""
    st.header("Chronology")
    numbers = numbered(view.entries)
    sheet(_TITLES, [_line(one, numbers) for one in view.entries], caption="Everything done about it, oldest first")


def correct(desk: Desk, view: ConcernInView) -> None:
    """The form that puts a line right; nothing while there is no line with words."""
    open_ones = {one.id: one for one in view.entries if one.text and one.corrected_by is None}
    if open_ones:
        with st.expander("Correct a line of the chronology"):
            _correct(desk, view, open_ones, numbered(view.entries))


def numbered(entries: tuple[Entry, ...]) -> dict[int, int]:
    """The number of each line within its chronology, by its id."""
    return {one.id: number for number, one in enumerate(entries, 1)}


def said_of(entry: Entry, numbers: dict[int, int]) -> str:
    """What a line is, with what it corrects or by what it was corrected."""
    what = entry.what if entry.corrects is None else f"{entry.what} of no. {numbers[entry.corrects]}"
    if when := when_told(entry.happened_on, entry.happened_at):
        what = f"{what}. {LATE}: it happened {when}" if entry.late else f"{what}. It happened {when}"
    return what if entry.corrected_by is None else f"{what}. Corrected by no. {numbers[entry.corrected_by]}"


def _line(entry: Entry, numbers: dict[int, int]) -> tuple[Cell | str, ...]:
    gone = entry.corrected_by is not None
    return (
        str(numbers[entry.id]),
        moment(entry.entered_at),
        entry.by,
        Cell(said_of(entry, numbers), late=entry.late or entry.what == LATE),
        Cell(_words(entry), struck=gone) if entry.text else "—",
    )


def _words(entry: Entry) -> str:
    why = f"\n\nWritten down late because: {entry.late_because}" if entry.late_because else ""
    return f"{entry.text}{why}"


def _correct(desk: Desk, view: ConcernInView, entries: dict[int, Entry], numbers: dict[int, int]) -> None:
    draft = drafts.resume(desk, form=_FORM, subject=view.ref, case=None)
    which = draft.selectbox(
        "Line",
        "entry",
        list(entries),
        index=None,
        placeholder="Choose its number",
        format_func=lambda key: f"No. {numbers[key]}: {_short(entries[key].text or '')}",
    )
    text = draft.text_area("What is right", "text", max_chars=NARRATIVE)
    reason = draft.text_input("Reason for the correction", "reason", max_chars=1_000)
    st.caption("Nothing is taken away: the line stays where it is, struck through, and yours follows at the end.")
    if st.button("Put the correction on record", key=f"okf_correct_{view.ref}"):
        if which is None:
            st.error("Choose the line first.")
            return
        with told_plainly():
            correct_entry(desk, view.ref, which, text=text, reason=reason)
            draft.done("The correction is on record, at the end of the chronology.")
    draft.told()


def _short(text: str) -> str:
    one_line = " ".join(text.split())
    return one_line if len(one_line) <= 60 else f"{one_line[:59]}…"
