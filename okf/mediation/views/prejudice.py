"""The words that stand on whatever shows something of a mediation, in one place (C10)."""

from __future__ import annotations

import streamlit as st

from okf.policy.mediation import NOT_BINDING, words_to_avoid


def without_prejudice() -> None:
    """Say that it is without prejudice and not legally binding, for everyone who looks at the screen."""
    st.info(f"**{NOT_BINDING}**", icon=":material/handshake:")


def warn_of_words(text: str) -> None:
    """Tell whoever writes which of their words promise more than mediation is."""
    found = words_to_avoid(text)
    if found:
        st.warning(
            f"Mediation makes proposals and an outcome summary. Better without: {', '.join(found)}.",
            icon=":material/edit_note:",
        )
