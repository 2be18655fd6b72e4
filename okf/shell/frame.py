"""The line above every page: OKF's telephone, 999, who is signed in, and the button to sign out."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

import streamlit as st

from okf.desk import Desk
from okf.errors import StoreUnavailable
from okf.shell import links, scripts
from okf.shell.app_context import changed_agreements, parts
from okf.shell.live_session import WARN_SECONDS, LiveSession, mark_of
from okf.shell.navigation import link
from okf.shell.words import plain

PHONE: Final = "020 3951 8496"
AT_ANY_HOUR: Final = (("NSPCC", "0808 800 5000"), ("Police", "101"), ("In immediate danger", "999"))
SIGNED_OUT: Final = "okf_signed_out"
# In the address itself: a named icon or an emoji would be fetched from somebody else's server.
ICON: Final = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E"
    "%3Crect width='32' height='32' rx='7' fill='%230b5a6b'/%3E"
    "%3Cpath d='M7 8h8a2 2 0 0 1 2 2v15a3 3 0 0 0-3-2H7z' fill='%23fff'/%3E"
    "%3Cpath d='M25 8h-6a2 2 0 0 0-2 2v15a3 3 0 0 1 3-2h5z' fill='%23cfe3e7'/%3E%3C/svg%3E"
)
_LINE: Final = (
    "<style>.stMainBlockContainer { padding-top: 3.75rem }"
    " .okf-line { margin: 0 } .okf-line a { color: #0b5a6b }"
    # On a telephone all tabs are seen at once, in rows, and none is beyond the edge.
    " @media (max-width: 640px) { [role=tablist] { flex-wrap: wrap; height: auto } }"
    " @media print { .stSidebar, .stAppHeader, .st-key-okf_beside, .st-key-okf_sign_out, .stPageLink { display: none }"
    " .stMainBlockContainer { padding: 0 } .stGrid { grid-template-columns: repeat(auto-fill, minmax(9rem, 1fr)) }"
    " h1, h2, h3 { break-after: avoid } .okf-sheet tr { break-inside: avoid } }"
    "</style>"
    '<p class="okf-line"><strong>Our Kids First</strong> '
    f'<a href="tel:+442039518496">{PHONE}</a> · <strong>In immediate danger call <a href="tel:999">999</a></strong></p>'
)


def emergency_line() -> None:
    """OKF's telephone number, and what to do in immediate danger."""
    st.html(_LINE)


def draw(desk: Desk, session: LiveSession) -> None:
    """The line above a page, for somebody who is signed in."""
    with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute", gap="small"):
        emergency_line()
        link("Raise a concern", "raise_concern", icon=":material/add_alert:")
        with st.container(horizontal=True, vertical_alignment="center", width="content"):
            st.text(f"Signed in as {session.name}", width="content")
            st.button("Sign out", key="okf_sign_out", on_click=_sign_out, args=(desk,), type="tertiary")
            scripts.tables()
            links.open_within()
            scripts.watch(
                session.seconds_left(desk.now()),
                warn=WARN_SECONDS,
                final=session.ends_at() == session.expires_at,
                mark=session.mark,
                who=mark_of(session.person),
            )
    behind = desk.clock_behind()
    if behind:
        st.warning(behind, icon=":material/schedule:")
    with suppress(StoreUnavailable):  # the page itself says so, or needs nothing of it
        parts().banner(desk)
    for name in changed_agreements():
        st.error(
            f"The text of the agreement {plain(name)} was changed from outside since it was published. Nobody can sign"
            " it. Tell the data protection lead now.",
            icon=":material/gpp_bad:",
        )


def _sign_out(desk: Desk) -> None:
    if desk.session_id:
        parts().end_session(desk, desk.session_id)
    st.session_state.clear()
    st.session_state[SIGNED_OUT] = True
