"""A version that one of the pool reads again in their turn: what would go out, and nothing else of the case."""

from __future__ import annotations

from typing import Final

import streamlit as st

from okf.desk import Desk
from okf.policy.redaction import Shown
from okf.policy.share_words import purpose_in_words
from okf.sharing.commands.redactions import open_prepared, read_again
from okf.sharing.papers import COARSE, pictures
from okf.sharing.queries.packages import PackagedFile
from okf.sharing.queries.second_readers import reading_in_turn
from okf.sharing.views import files
from okf.sharing.views.redactions import preview, verdict_form
from okf.shell.sheets import facts
from okf.shell.words import day, errors_shown, moment, told

_HELD: Final = "okf_second_reading_open"


def reading(desk: Desk, ref: str) -> None:
    """The version that the address names, with the form of its second reader."""
    one = reading_in_turn(desk, ref)
    facts(
        [
            ("To", one.to),
            ("For what", purpose_in_words(one.purpose)),
            ("What it is", f"{told(one.record_class)}, {day(one.occurred_at)}"),
            ("Prepared by", f"{one.made_by}, {moment(one.made_at)}"),
            ("Why something is left out", one.reason),
        ]
    )
    if one.shown is not None:
        _pages(desk, ref, one.shown)
        return
    preview(one.text or "")
    if word := verdict_form(ref):
        with errors_shown():
            read_again(desk, ref, approved=word[0], remark=word[1])
            st.rerun()


def _pages(desk: Desk, ref: str, out: Shown) -> None:
    held: tuple[str, PackagedFile] | None = st.session_state.get(_HELD)
    if held is None or held[0] != ref:
        st.caption("Opening it goes on the audit record.")
        if not st.button("See its pages"):
            return
        held = st.session_state[_HELD] = (ref, open_prepared(desk, ref))
    file = held[1]
    files.each_page(ref, out.pages, lambda n: pictures(file.content, file.kind, Shown((n,), out.on(n)), COARSE)[0])
    files.file_verdict(desk, ref, out.pages)
