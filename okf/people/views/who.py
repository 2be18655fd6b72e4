"""The one answer to whom somebody means who typed a name or a user name."""

from __future__ import annotations

from typing import Final

import streamlit as st

from okf.desk import Desk
from okf.people.queries.workers import people_called
from okf.shell.words import plain
from okf.terms import Action

LABEL: Final = "Name or user name"
_TOLD: Final = 8


def whom(desk: Desk, words: str, action: Action) -> str | None:
    """The user name of whoever is meant; None, with what to do shown, where that is nobody or several."""
    found = people_called(desk, words, action)
    if len(found) == 1:
        return found[0].username
    if not found:
        st.error(
            plain(f"Nobody here is or was called “{words.strip()}”. Look at the spelling, or write their user name.")
        )
        return None
    told = "; ".join(map(str, found[:_TOLD]))
    more = f"; and {len(found) - _TOLD} more" if len(found) > _TOLD else ""
    st.warning(
        plain(f"{len(found)} people fit “{words.strip()}”: {told}{more}. Write the user name of the one you mean.")
    )
    return None
