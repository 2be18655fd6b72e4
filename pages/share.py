"""Share: one, as far as whoever looks may see it, and what is still to be done before it goes (C8-C12)."""

from __future__ import annotations

import streamlit as st

from okf.desk import Desk
from okf.errors import NotFound
from okf.sharing.queries.view import share_in_view
from okf.sharing.views import share
from okf.shell.navigation import link
from okf.shell.words import plain


def render(desk: Desk) -> None:
    """The share that the address names."""
    ref = st.query_params.get("ref", "").strip()
    st.title(plain(f"Share {ref}"[:60]))
    with st.container(horizontal=True):
        link("All shares", "shares", icon=":material/arrow_back:")
        if not ref:
            st.info("Choose a share from the list.")
            return
        try:
            view = share_in_view(desk, ref)
        except NotFound as error:
            st.warning(plain(str(error)))
            return
        if view.case_ref:
            link(f"Case {view.case_ref}", "case", icon=":material/folder_open:", case=view.case_ref, part="Sharing")
    share.head(view)
    share.answer(view)
    share.texts(desk, view)
    share.decisions(desk, view)
    share.send(desk, view)
    share.package(desk, view)
    share.refuse(desk, view)
