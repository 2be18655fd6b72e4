"""The words on the screen: terms, instants and dates as people here say them, and errors told plainly."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from enum import Enum

import streamlit as st

from okf.clock import london
from okf.errors import CasebookError, Refused

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
    return "—" if value is None else f"{day(value)}, {london(value):%H:%M}"


@contextmanager
def told_plainly() -> Iterator[None]:
    """Show a CasebookError where it happened, as one plain sentence; anything else goes on as the bug it is."""
    try:
        yield
    except Refused as refused:
        st.error(str(refused), icon=":material/block:")
        if refused.decision.clauses:
            with st.expander("The promise behind this"):
                for clause in refused.decision.clauses:
                    st.markdown(f"**{clause.name}.** {clause.text}")
    except CasebookError as error:
        st.error(str(error))


def call_plainly(command: Callable[..., object], *args: object) -> None:
    """Call a command for a button's `on_click`, its error shown as one plain sentence."""
    with told_plainly():
        command(*args)
