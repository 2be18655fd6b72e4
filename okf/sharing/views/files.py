"""Files of a record in a share: pages chosen, areas blacked out, shown as they would go, looked at by somebody else."""

from __future__ import annotations

from typing import Final

import streamlit as st

from okf.desk import Desk
from okf.policy.redaction import Area, Shown
from okf.records.commands.files import OpenedFile, open_file
from okf.sharing.commands.redactions import GOES, PAGES_AT_MOST, add_file_to_share, leave_file_out
from okf.sharing.pdf_pages import COARSE, page_count, pictures
from okf.sharing.queries.view import SharedFile, ShareView
from okf.sharing.views.black_out import second_reading, state
from okf.shell.words import plain, told_plainly


def file(desk: Desk, view: ShareView, one: SharedFile) -> None:
    """One file: that it stays here, or what of it goes out; the form that prepares it, and the second look."""
    version = one.version
    with st.container(border=True, gap="small"):
        st.markdown(f":material/attach_file: {plain(one.name)}")
        if version is None:
            st.caption("This file stays here, unless you choose pages of it.")
        else:
            state(version)
            st.caption(f"Pages that go out: {', '.join(str(page + 1) for page in version.shown.pages)}")
        if one.kind not in GOES:
            st.caption("A file of this kind can't go out. What of it is needed, put into a record in words.")
            return
        if version and st.toggle("See the pages as they would go out", key=f"share_file_see_{one.ref}"):
            with told_plainly():
                _shown(_opened(desk, one), version.shown)
        if version and version.waits and "read_again" in view.may and not version.is_own:
            second_reading(desk, version)
        if "black_out" in view.may:
            with st.expander("Choose what of this file goes out", icon=":material/ink_marker:"), told_plainly():
                _prepare(desk, view, one)


def _prepare(desk: Desk, view: ShareView, one: SharedFile) -> None:
    key = f"share_file_{one.ref}"
    if not st.session_state.get(f"{key}_begun"):
        st.button("Open it to choose", key=f"{key}_begin", on_click=_begin, args=(key,))
        st.caption("Opening it goes on the audit record.")
        return
    opened = _opened(desk, one)
    every = list(range(min(page_count(opened.content, opened.kind), 500)))
    begun = one.version.shown if one.version else Shown(tuple(every[:PAGES_AT_MOST]))
    areas: list[Area] = st.session_state.setdefault(f"{key}_areas", list(begun.areas))
    pages = st.multiselect(
        "Pages that go out",
        every,
        list(begun.pages),
        format_func=lambda n: f"Page {n + 1}",
        key=f"{key}_pages",
        max_selections=PAGES_AT_MOST,
    )
    with st.form(f"{key}_area", clear_on_submit=True):
        st.markdown("**Black out an area**")
        page = st.selectbox("On page", pages, format_func=lambda n: str(n + 1), key=f"{key}_on")
        across = st.slider("From left to right, in hundredths of the page", 0, 100, (10, 90), key=f"{key}_across")
        down = st.slider("From top to bottom, in hundredths of the page", 0, 100, (10, 20), key=f"{key}_down")
        if st.form_submit_button("Black it out") and page is not None and across[0] < across[1] and down[0] < down[1]:
            areas.append((page, across[0] * 10, down[0] * 10, across[1] * 10, down[1] * 10))
    areas[:] = [area for area in areas if area[0] in pages]
    for number, area in enumerate(areas):
        st.button(
            f"Take away: page {area[0] + 1}, {area[1] // 10} to {area[3] // 10} across, {area[2] // 10} to"
            f" {area[4] // 10} down",
            key=f"{key}_away_{number}",
            icon=":material/undo:",
            on_click=areas.remove,
            args=(area,),
            type="tertiary",
        )
    _shown(opened, Shown(tuple(pages), tuple(areas)))
    reason = st.text_input("Why it goes out, and what is left out", key=f"{key}_why", max_chars=1_000)
    with st.container(horizontal=True):
        if st.button("Give it to a second reader", key=f"{key}_go", type="primary"):
            add_file_to_share(desk, view.ref, one.ref, shown=Shown(tuple(pages), tuple(areas)), reason=reason)
            _forget(key)
            st.rerun()
        if one.version and st.button("Leave this file out after all", key=f"{key}_out"):
            leave_file_out(desk, view.ref, one.ref)
            _forget(key)
            st.rerun()


def _shown(opened: OpenedFile, shown: Shown) -> None:
    with st.grid(min_column_width=260):
        for page, picture in zip(shown.pages, pictures(opened.content, opened.kind, shown, COARSE), strict=True):
            st.image(picture, caption=f"Page {page + 1}", width="stretch")


_HELD: Final = "okf_share_file_open"


def _opened(desk: Desk, one: SharedFile) -> OpenedFile:
    """The file in hand while it is prepared: opened, and put on record, once and not at every click."""
    held: tuple[str, OpenedFile] | None = st.session_state.get(_HELD)
    if held is None or held[0] != one.ref:
        held = st.session_state[_HELD] = (one.ref, open_file(desk, one.ref))
    return held[1]


def _begin(key: str) -> None:
    st.session_state[f"{key}_begun"] = True


def _forget(key: str) -> None:
    st.session_state.pop(_HELD, None)
    for name in [name for name in st.session_state if str(name).startswith(key)]:
        del st.session_state[name]
