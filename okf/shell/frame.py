"""The line above every page: OKF's telephone, 999, who is signed in, and the button to sign out."""

from __future__ import annotations

from contextlib import suppress
from typing import Final

import streamlit as st

from okf.desk import Desk
from okf.errors import StoreUnavailable
from okf.shell import fields, links, presses, scripts
from okf.shell.app_context import changed_agreements, parts
from okf.shell.live_session import WARN_SECONDS, LiveSession, mark_of
from okf.shell.navigation import RAISE, here, link
from okf.shell.phones import ringing
from okf.shell.words import plain

PHONE: Final = "020 3951 8496"
AT_ANY_HOUR: Final = (("NSPCC", "0808 800 5000"), ("Police", "101"), ("In immediate danger", "999"))
_FIND: Final = "Find a family, case, colleague or page"
MENU_WIDE: Final = 248  # pixels; beside a page on a telephone it is folded away
SIGNED_OUT: Final = "okf_signed_out"
_STYLE: Final = """<style>
.stMainBlockContainer { padding: 0 1.5rem 3rem }
.stMainBlockContainer h1 { padding: 0 0 .25rem; font-size: 1.75rem }
.stMainBlockContainer h2 { padding: .5rem 0 .1rem; font-size: 1.3rem }
.stMainBlockContainer h3 { padding: .25rem 0 0; font-size: 1.1rem }
.stAppHeader { height: 3.25rem; min-height: 0; background: none; pointer-events: none }
.stAppHeader :is(button, a) { pointer-events: auto }
.okf-line { margin: 0; white-space: nowrap } .stHtml a { color: #0b5a6b }
.st-key-okf_bar { position: relative; min-height: 3.25rem; padding: .35rem 0; border-bottom: 1px solid #d5dee1 }
.st-key-okf_bar > div:has(.st-key-okf_find) { flex: 1 1 10rem; max-width: 27rem; margin-right: auto }
.st-key-okf_bar > div:has(> .st-key-okf_scripts) { position: absolute }
.st-key-okf_find .stFormSubmitButton:not(:focus-within) { position: absolute; width: 1px; overflow: hidden;
  clip-path: inset(50%) }
.st-key-okf_find [data-testid=InputInstructions] { display: none }
.st-key-okf_find { position: relative; gap: 0 }
.st-key-okf_find .stVerticalBlock { gap: 0 }
.st-key-okf_found { position: absolute; z-index: 100; top: 2.75rem; width: min(34rem, 92vw); max-height: 75vh;
  overflow-y: auto; background: #fff; border: 1px solid #7b8f96; border-radius: .35rem; padding: .6rem 1rem .8rem;
  box-shadow: 0 6px 24px rgb(0 0 0 / .2) }
.st-key-okf_found[hidden] { display: none }
.st-key-okf_found h2 { font-size: .85rem; color: #46565c; padding: .5rem 0 .1rem }
.st-key-okf_found ul { list-style: none; margin: 0; padding: 0 }
.st-key-okf_found li { margin: 0; padding: .2rem 0 }
.st-key-okf_found a { color: #0b5a6b }
.st-key-okf_found small { color: #46565c; margin-left: .4rem }
.st-key-okf_raise a { border: 1px solid #8f1d14; border-radius: .35rem; padding: .25rem .6rem }
.st-key-okf_raise a * { color: #8f1d14 !important; font-weight: 600 }
@media (max-width: 640px) {
  .stMainBlockContainer { padding: 0 1rem 3rem } .stAppHeader { height: 2.75rem }
  .st-key-okf_bar { gap: .3rem .6rem !important; padding: .25rem 0 .4rem }
  .st-key-okf_bar > div:has(.okf-line) { order: -2; margin-left: 2.25rem; flex: 0 0 calc(100% - 7rem) }
  .st-key-okf_bar > .st-key-okf_you { order: -1 }
  .st-key-okf_bar > div:has(.st-key-okf_find) { flex: 1 1 8rem }
  .okf-long { display: none }
  .st-key-okf_you > .stPopover p { position: absolute; width: 1px; overflow: hidden; clip-path: inset(50%) }
  /* On a telephone all tabs are seen at once, in rows, and none is beyond the edge. */
  [role=tablist] { flex-wrap: wrap; height: auto }
}
@media print {
  .stSidebar, .stAppHeader, .st-key-okf_bar, .stPageLink { display: none !important }
  .stMainBlockContainer { padding: 0 } .stGrid { grid-template-columns: repeat(auto-fill, minmax(9rem, 1fr)) }
  h1, h2, h3 { break-after: avoid } .okf-sheet tr { break-inside: avoid }
}
</style>"""
_LINE: Final = (
    f'<p class="okf-line">{ringing(PHONE)} · '
    f'<span class="okf-long">In immediate danger </span><strong>call {ringing("999")}</strong></p>'
)


def emergency_line() -> None:
    """OKF's telephone number, and what to do in immediate danger, above the sign-in."""
    st.html(f"<style>.stMainBlockContainer {{ padding-top: 3.75rem }}</style>{_LINE}")


def draw(desk: Desk, session: LiveSession, *, finds: bool) -> None:
    """The bar above a page, for somebody who is signed in; without search and menu where there is one page alone."""
    st.html(_STYLE)
    with st.container(key="okf_bar", horizontal=True, vertical_alignment="center", gap="small"):
        if finds:
            _find(desk)
        st.html(_LINE, width="content")
        with st.container(key="okf_raise", width="content"):
            link("Raise a concern", RAISE, icon=":material/add_alert:")
        with st.popover(plain(session.name), icon=":material/account_circle:", key="okf_you", width="content"):
            if finds:
                link("Your account", "account", icon=":material/person:")
                link("Your agreements", "my_agreements", icon=":material/edit_document:")
            st.button("Sign out", key="okf_sign_out", icon=":material/logout:", on_click=_sign_out, args=(desk,))
        with st.container(key="okf_scripts", width="content"):
            scripts.tables()
            scripts.keys()
            links.open_within()
            fields.tie()
            presses.one_press_one_order()
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


@st.fragment
def _find(desk: Desk) -> None:
    """The box that searches everything. What it found stays until the page is run again; the words are kept nowhere."""
    with st.container(key="okf_find"):
        # A box of its own for each page: it begins empty there.
        with st.form(f"okf_find_{here()}", border=False):
            words = st.text_input(
                _FIND,
                placeholder=_FIND,
                label_visibility="collapsed",
                type="search",
                max_chars=100,
                key=f"okf_words_{here()}",
            )
            asked = st.form_submit_button("Find", icon=":material/search:")
        if asked and words.strip():
            with st.container(key="okf_found"):
                parts().found(desk, words)
