"""Files of a share on the screen: boxes drawn on their pages, words found on them, and each page seen by a second."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from typing import Final

import streamlit as st

from okf.desk import Desk
from okf.pending import counted
from okf.policy.redaction import Area, Shown
from okf.records.commands.records import OpenedFile, open_file
from okf.sharing.commands.redactions import GOES, PAGES_AT_MOST, add_file_to_share, leave_file_out, read_again
from okf.sharing.papers import COARSE, page_count, pictures, words_on
from okf.sharing.queries.view import SharedFile, ShareView
from okf.sharing.views.redactions import state, verdict_form
from okf.shell import drawing
from okf.shell.exports import picture
from okf.shell.words import errors_shown, plain

_HELD: Final = "okf_share_file_open"
_PAGES_SHOWN: Final = 500
_UNDO: Final = "Takes back the last box, or all that the last word was found in."
Picture = Callable[[int], bytes]  # of a page, by its number from 0


@dataclass(slots=True)
class _Held:
    """The file that is open on the page, with the pictures of its pages that were made."""

    ref: str
    opened: OpenedFile
    pictures: dict[tuple[int, tuple[Area, ...]], bytes] = field(default_factory=dict)

    def page(self, number: int, areas: tuple[Area, ...] = ()) -> bytes:
        """The picture of a page, these areas blacked out."""
        if (number, areas) not in self.pictures:
            shown = Shown((number,), areas)
            [self.pictures[number, areas]] = pictures(self.opened.content, self.opened.kind, shown, COARSE)
        return self.pictures[number, areas]


def shown(desk: Desk, view: ShareView, one: SharedFile) -> None:
    """A file and what of it goes out, with the form that prepares it or the second reading."""
    version, key = one.version, f"share_file_{one.ref}"
    with st.container(border=True, gap="small"):
        st.markdown(f":material/attach_file: {plain(one.name)}")
        if version is None:
            st.caption("This file stays here, unless you choose pages of it.")
        else:
            state(version)
            st.caption(f"Pages that go out: {_numbers(version.shown.pages)}")
        if one.kind not in GOES:
            st.caption("A file of this kind can't go out. What of it is needed, put into a record in words.")
            return
        reads = version is not None and version.waits and "read_again" in view.may and not version.is_own
        if version and st.toggle("See the pages as they would go out", key=f"share_file_see_{one.ref}"):
            with errors_shown():
                held, out = _opened(desk, one), version.shown
                under = reads and st.toggle("See what lies under the boxes", key=f"share_file_under_{one.ref}")
                each_page(version.ref, out.pages, lambda n: held.page(n, () if under else out.on(n)), counts=not under)
        if version and reads:
            file_verdict(desk, version.ref, version.shown.pages)
        if "black_out" in view.may:
            with st.expander("Choose what of this file goes out", icon=":material/ink_marker:"), errors_shown():
                _prepare(desk, view, one, key)


def each_page(ref: str, pages: Sequence[int], drawn: Picture, *, counts: bool = True) -> None:
    """One page of a version after the other; each that is shown counts as seen by whoever is here."""
    number = _turned(f"share_pages_{ref}", pages)
    picture(drawn(number), caption=f"Page {number + 1}, as it would go out" if counts else f"Page {number + 1}, whole")
    if counts:
        _seen(ref).add(number)


def file_verdict(desk: Desk, ref: str, pages: Collection[int]) -> None:
    """The second reader's word on a file, once they have seen each page that goes out."""
    unseen = set(pages) - _seen(ref)
    if unseen:
        st.info(
            f"See each page before you agree to it. Pages not opened yet: {_numbers(unseen)}.",
            icon=":material/pageview:",
        )
    if word := verdict_form(ref):
        with errors_shown():
            read_again(desk, ref, approved=word[0], remark=word[1], seen=_seen(ref))
            st.session_state.pop(_HELD, None)
            st.rerun()


def _prepare(desk: Desk, view: ShareView, one: SharedFile, key: str) -> None:
    if not st.session_state.get(f"{key}_begun"):
        st.button("Open it to choose", key=f"{key}_begin", on_click=_begin, args=(key,))
        st.caption("Opening it goes on the audit record.")
        return
    held = _opened(desk, one)
    every = list(range(min(page_count(held.opened.content, one.kind), _PAGES_SHOWN)))
    begun = one.version.shown if one.version else Shown(tuple(every[:PAGES_AT_MOST]))
    steps: list[list[Area]] = st.session_state.setdefault(f"{key}_steps", [list(begun.areas)])
    pages = st.multiselect(
        "Pages that go out",
        every,
        list(begun.pages),
        format_func=lambda n: f"Page {n + 1}",
        key=f"{key}_pages",
        max_selections=PAGES_AT_MOST,
    )
    if pages:
        _black_out(held, steps, sorted(pages), key)
    reason = st.text_input("Why it goes out, and what is left out", key=f"{key}_why", max_chars=1_000)
    with st.container(horizontal=True):
        if st.button("Send it to a second reader", key=f"{key}_go", type="primary"):
            areas = tuple(dict.fromkeys(area for step in steps for area in step if area[0] in pages))
            add_file_to_share(desk, view.ref, one.ref, shown=Shown(tuple(pages), areas), reason=reason)
            _forget(key)
            st.rerun()
        if one.version and st.button("Leave this file out after all", key=f"{key}_out"):
            leave_file_out(desk, view.ref, one.ref)
            _forget(key)
            st.rerun()


def _black_out(held: _Held, steps: list[list[Area]], pages: Sequence[int], key: str) -> None:
    """One page with its boxes; what is drawn on it, found in the file or given by numbers is a step more."""
    if held.opened.kind == "pdf":
        _find(held, steps, pages, key)
    st.markdown("**Draw a box over what is left out**")
    st.caption("With a mouse, a pen or one finger; two fingers move the page. Without any: by numbers, below it.")
    page = _turned(f"{key}_at", pages)
    here = [area for step in steps for area in step if area[0] == page]
    drawing.boxes(
        held.page(page),
        [area[1:] for area in here],
        alt=f"Page {page + 1}, with {counted(len(here), 'box', 'boxes')} on it, which the list below tells",
        key=f"{key}_drawn_{page}",
        on_box=lambda: _drawn(steps, page, f"{key}_drawn_{page}"),
    )
    with st.container(horizontal=True):
        st.button(
            "Undo",
            key=f"{key}_undo",
            icon=":material/undo:",
            on_click=_undo,
            args=(steps,),
            disabled=not any(steps),
            help=_UNDO,
        )
    for number, area in enumerate(here):
        st.button(
            f"Take away box {number + 1}: {area[1] // 10} to {area[3] // 10} across, {area[2] // 10} to"
            f" {area[4] // 10} down",
            key=f"{key}_away_{page}_{number}",
            icon=":material/close:",
            on_click=_take_away,
            args=(steps, area),
            type="tertiary",
        )
    with st.expander("Black out an area by numbers", icon=":material/keyboard:"):
        _by_numbers(steps, page, key)


def _find(held: _Held, steps: list[list[Area]], pages: Sequence[int], key: str) -> None:
    with st.form(f"{key}_find", clear_on_submit=True):
        words = st.text_input(
            "Black out a word on every page that goes out",
            key=f"{key}_words",
            max_chars=200,
            help="Every place where it stands, whatever the capitals, with what is joined to its end.",
        )
        asked = st.form_submit_button("Find it and black it out", icon=":material/search:")
    if not asked or not (words or "").strip():
        return
    found, without = words_on(held.opened.content, pages, words)
    if found:
        steps.append(list(found))
        on = counted(len({area[0] for area in found}), "page", "pages")
        st.success(plain(f"“{words.strip()}” was blacked out in {counted(len(found), 'place', 'places')} on {on}."))
    else:
        st.warning(plain(f"“{words.strip()}” was found nowhere: nothing is blacked out for it."))
    if without:
        st.warning(
            f"No words can be found on {_numbers(without)}: pictures alone. Look there yourself, and draw boxes."
        )
    st.caption("Words in pictures, stamps and handwriting are not found. Look at each page.")


def _by_numbers(steps: list[list[Area]], page: int, key: str) -> None:
    with st.form(f"{key}_area", clear_on_submit=True, border=False):
        across = st.slider("From left to right, in hundredths of the page", 0, 100, (10, 90), key=f"{key}_across")
        down = st.slider("From top to bottom, in hundredths of the page", 0, 100, (10, 20), key=f"{key}_down")
        if st.form_submit_button(f"Black it out on page {page + 1}"):
            if across[0] < across[1] and down[0] < down[1]:
                steps.append([(page, across[0] * 10, down[0] * 10, across[1] * 10, down[1] * 10)])
                st.rerun()
            st.error("Give it a width and a height.")


def _turned(key: str, pages: Sequence[int]) -> int:
    """The page in sight, with the buttons that turn to the one before and the next."""
    at = min(st.session_state.setdefault(key, 0), len(pages) - 1)
    if len(pages) > 1:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.button("Previous page", key=f"{key}_back", on_click=_turn, args=(key, at - 1), disabled=at == 0)
            st.text(f"{at + 1} of {len(pages)}", width="content")
            last = at + 1 == len(pages)
            st.button("Next page", key=f"{key}_on", on_click=_turn, args=(key, at + 1), disabled=last)
    return pages[at]


def _turn(key: str, to: int) -> None:
    st.session_state[key] = to


def _drawn(steps: list[list[Area]], page: int, key: str) -> None:
    if box := drawing.box_under(key):
        steps.append([(page, *box)])


def _undo(steps: list[list[Area]]) -> None:
    steps.pop()


def _take_away(steps: list[list[Area]], area: Area) -> None:
    steps[:] = [kept for step in steps if (kept := [one for one in step if one != area])]


def _numbers(pages: Collection[int]) -> str:
    return ", ".join(str(page + 1) for page in sorted(pages))


def _seen(ref: str) -> set[int]:
    seen: set[int] = st.session_state.setdefault(f"okf_share_pages_seen_{ref}", set())
    return seen


def _opened(desk: Desk, one: SharedFile) -> _Held:
    """The file while it is prepared: opened, and the opening recorded, once and not at every click."""
    held: _Held | None = st.session_state.get(_HELD)
    if held is None or held.ref != one.ref:
        held = st.session_state[_HELD] = _Held(one.ref, open_file(desk, one.ref))
    return held


def _begin(key: str) -> None:
    st.session_state[f"{key}_begun"] = True


def _forget(key: str) -> None:
    st.session_state.pop(_HELD, None)
    for name in [name for name in st.session_state if str(name).startswith(key)]:
        del st.session_state[name]
