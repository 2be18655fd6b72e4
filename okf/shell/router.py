"""The script that Streamlit runs at every rerun: it finds the session and shows the page."""

from __future__ import annotations

import streamlit as st

from okf.errors import StoreUnavailable
from okf.shell import frame, menu, navigation
from okf.shell.app_context import desk_of, door, parts, session_here


def run() -> None:
    """Show the page of the address to whoever has a live session, and the sign-in to everybody else."""
    session_id = session_here()
    unavailable = None
    try:
        session = parts().live_session(door(), session_id) if session_id else None
    except StoreUnavailable as error:
        session, unavailable = None, error
    st.set_page_config(
        page_title="Casebook",
        page_icon=menu.ICON,
        layout="wide" if session else "centered",
        initial_sidebar_state=frame.MENU_WIDE,
    )
    if session is None:
        navigation.sign_in_page(parts().sign_in)()
        if unavailable:
            st.error(str(unavailable))
            st.text("; ".join(" ".join(one) for one in frame.AT_ANY_HOUR))
        return
    desk = desk_of(session)
    with desk.one_run():
        closed = parts().doors_closed(desk)
        page = navigation.only_page(navigation.RESTORED, desk) if closed else navigation.page_of_address(desk)
        frame.draw(desk, session, finds=not closed)
        page()


if __name__ == "__main__":
    run()
