"""The words on the screen: terms, instants and dates as people here say them, and errors shown."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import Final, NoReturn

import streamlit as st

from okf.clock import clock_time, london, taken_as
from okf.errors import CasebookError, Refused, Unsealed, not_shown
from okf.policy.clauses import Clause
from okf.policy.words import due_told, until_told
from okf.terms import Outcome

_SAID = {
    "dsl": "Designated safeguarding lead",
    "deputy_dsl": "Deputy safeguarding lead",
    "resign_due": "Signing due",
    "never_signed": "Never signed",
    "no_further_action": "No further action",
    "allied_partner": "Allied partner",
    "email": "E-mail",
    "emailed": "E-mailed to them",
    "read_out": "Read out to them",
    "posted": "Posted to them",
    "handed_over": "Handed to them",
}
_BOXES: Final = {
    Outcome.ALLOW: (st.success, ":material/check_circle:"),
    Outcome.ALLOW_WITH_CONDITIONS: (st.success, ":material/rule:"),
    Outcome.DENY: (st.error, ":material/block:"),
    Outcome.ESCALATE: (st.warning, ":material/supervisor_account:"),
}


def told(value: Enum | str | None) -> str:
    """A term as the screen says it."""
    if value is None:
        return "—"
    key = str(value.value) if isinstance(value, Enum) else value
    return _SAID.get(key) or key.replace("_", " ").capitalize()


def day(value: date | datetime | None) -> str:
    """A date as `3 Nov 2026`; an instant by its London date."""
    if value is None:
        return "—"
    on = london(value).date() if isinstance(value, datetime) else value
    return f"{on.day} {on:%b %Y}"


def moment(value: datetime | None) -> str:
    """An instant as London's `3 Nov 2026, 14:05`."""
    return "—" if value is None else f"{day(value)}, {clock_time(value)}"


def percent(part: int, total: int) -> str:
    """A share of a total above nought as `67 %`; what is not all never reads as all, nor what is some as none."""
    rounded = round(100 * part / total)
    return f"{min(max(rounded, 1), 99) if 0 < part < total else rounded} %"


def until(end: datetime | date | None, otherwise: str = "Open-ended") -> str:
    """In a cell, until when something holds: `To the end of 18 Dec 2026`, `18 Dec 2026, 14:05`, or that it has no end.

    A date is kept as the first on which it no longer holds.
    """
    if end is None:
        return otherwise
    said = until_told(end).removeprefix("until ")
    return said[0].upper() + said[1:]


def say_taken_as(on: date | None, at: time | None) -> None:
    """Say under a day and a time as what they are taken, where the clocks skipped that time or showed it twice."""
    said = taken_as(datetime.combine(on, at)) if on and at else None
    if said:
        st.caption(said)


def time_left(due_at: datetime, at: datetime) -> str:
    """How long there is, in words: `45 min left`, `overdue by 2 days`."""
    left = due_at - at
    span = abs(left)
    if span < timedelta(hours=1):
        said = f"{max(1, int(span.total_seconds() // 60))} min"
    elif span < timedelta(days=1):
        said = f"{int(span.total_seconds() // 3600)} h {int(span.total_seconds() // 60 % 60)} min"
    else:
        said = f"{span.days} {'day' if span.days == 1 else 'days'}"
    return f"{said} left" if left > timedelta() else f"Overdue by {said}"


def left_until(due_at: datetime, at: datetime) -> str:
    """How long there is and until when: `45 min left (by Tue 3 Nov 2026, 14:05)`."""
    return f"{time_left(due_at, at)} ({due_told(due_at)})"


def shortened(text: str, most: int) -> str:
    """The text in one line of at most so many letters, with an ellipsis where it was cut."""
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


def flash(key: str, text: str) -> NoReturn:
    """Run the page again, and let `show_flash` of this key say the text once."""
    st.session_state[key] = text
    st.rerun()


def show_flash(key: str, icon: str | None = None) -> bool:
    """Say what `flash` left under this key; whether there was anything.

    It has a place of its own that is always there: without it, what stands
    below would move up at the next run, and close under whoever types in it.
    """
    text = st.session_state.pop(key, None)
    with st.container():
        if text:
            st.success(text, icon=icon)
    return bool(text)


def when(value: date | datetime) -> str:
    """An instant to the minute, a date as it is."""
    return moment(value) if isinstance(value, datetime) else day(value)


def answer_box(outcome: Outcome, words: str) -> None:
    """What the policy answered, in a box of the outcome's colour and sign."""
    box, icon = _BOXES[outcome]
    box(words, icon=icon)


def show_clauses(clauses: Iterable[Clause]) -> None:
    """Clauses of the promise, word for word."""
    for clause in clauses:
        st.markdown(f"**{clause.name}.** {clause.text}")


@contextmanager
def errors_shown() -> Iterator[None]:
    """Show a CasebookError, or that words are not shown, where it happened, in a sentence; else it is a bug."""
    try:
        yield
    except Refused as refused:
        st.error(str(refused), icon=":material/block:")
        if refused.decision.clauses:
            with st.expander("The promise behind this"):
                show_clauses(refused.decision.clauses)
    except CasebookError as error:
        st.error(str(error))
    except Unsealed as error:
        st.error(not_shown(error))


def call_with_errors_shown(command: Callable[..., object], *args: object) -> None:
    """Call a command for a button's `on_click`, its error shown as one plain sentence."""
    with errors_shown():
        command(*args)


_MARKS = re.compile(r"([\\`*_{}\[\]()#+\-.!|~>:$<&@/])")


def plain(text: str) -> str:
    """The text with every mark of Markdown made a plain letter: a name can't become a link or a picture."""
    return _MARKS.sub(r"\\\1", text).replace("\n", "  \n")
