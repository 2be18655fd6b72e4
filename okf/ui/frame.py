"""What stands on every page in the same place: OKF's telephone, 999, who is signed in, and the way out."""

from __future__ import annotations

from typing import Final

import streamlit as st

from okf.commands.sessions import end_session
from okf.desk import Desk
from okf.queries.sessions import LiveSession
from okf.ui import scripts
from okf.ui.sessions import WARN_SECONDS, seconds_left

PHONE: Final = "020 3951 8496"
SIGNED_OUT: Final = "okf_signed_out"
_LINE: Final = (
    "<style>.stMainBlockContainer { padding-top: 3.75rem }"
    " .okf-line { margin: 0 } .okf-line a { color: #0b5a6b }</style>"
    '<p class="okf-line"><strong>Our Kids First</strong> '
    f'<a href="tel:+442039518496">{PHONE}</a> · <strong>In immediate danger call <a href="tel:999">999</a></strong></p>'
)


def emergency_line() -> None:
    """OKF's telephone number, and what to do in immediate danger."""
    st.html(_LINE)


def draw(desk: Desk, session: LiveSession) -> None:
    """The line above a page, for somebody who is signed in."""
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
        emergency_line()
        with st.container(horizontal=True, vertical_alignment="center", width="content"):
            st.text(f"Signed in as {session.name}", width="content")
            st.button("Sign out", key="okf_sign_out", on_click=_sign_out, args=(desk,), type="tertiary")
    scripts.watch(seconds_left(session), warn=WARN_SECONDS, final=session.ends_at() == session.expires_at)


def _sign_out(desk: Desk) -> None:
    if desk.session_id:
        end_session(desk, desk.session_id)
    st.session_state.clear()
    st.session_state[SIGNED_OUT] = True
