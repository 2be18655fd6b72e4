"""Texts of a share on the screen: blacked out, shown as they would go out, and read by a second person."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final

import streamlit as st

from okf.desk import Desk
from okf.policy.redaction import BLACK, Passage, blacked_out, merged, sentences, where
from okf.sharing.commands.redactions import black_out, read_again
from okf.sharing.queries.view import FileVersion, SharedText, ShareView, Version
from okf.shell.sheets import verbatim
from okf.shell.words import day, errors_shown, moment, plain, shortened, told

_SHORT: Final = 90
_BOX: Final = (
    f'<span role="img" aria-label="blacked out" style="background:#111;color:#111;border-radius:2px">{BLACK}</span>'
)
_HELD: Final = "okf_share_file_open"


def text(desk: Desk, view: ShareView, one: SharedText) -> None:
    """A text as it would go out, with the form that blacks it out or the second reading."""
    with st.container(border=True, gap="small"):
        st.caption(f"{told(one.record_class)}, {day(one.occurred_at)} · {one.id}")
        version = one.version
        if version is None:
            verbatim(one.text)
        else:
            state(version)
            if version.fits:
                preview(version.text)
        if version and version.waits and version.fits and "read_again" in view.may and not version.is_own:
            with st.expander("The whole text, to compare"):
                verbatim(one.text)
            _second_reading(desk, version)
        if "black_out" in view.may:
            with st.expander("Black out words or passages", icon=":material/ink_marker:"):
                _form(desk, view, one)


def preview(words: str) -> None:
    """A text with its black boxes, which a screen reader reads as “blacked out”."""
    inner = escape(words).replace(BLACK, _BOX)
    st.html(
        '<blockquote style="margin:0;padding:.5rem .9rem;border-left:4px solid #0b5a6b;white-space:pre-wrap;'
        f'overflow-wrap:anywhere">{inner}</blockquote>'
    )


def verdict_form(key: str, whole: Sequence[str] = ()) -> tuple[bool, str] | None:
    """The second reader's form; once sent, whether it may go out and what is to be changed. `whole` is to compare."""
    with st.form(f"second_{key}", border=False):
        st.markdown("**You are the second reader.** Is everything gone that this recipient must not learn?")
        if whole:
            with st.expander("The whole words, to compare"):
                for part in whole:
                    verbatim(part)
        verdict = st.radio(
            "Your answer",
            [True, False],
            index=None,
            key=f"verdict_{key}",
            format_func=lambda yes: "It may go out as it stands" if yes else "Send it back",
        )
        remark = st.text_area("What is to be changed, if it goes back", key=f"remark_{key}", height=80)
        if not st.form_submit_button("Save your answer", type="primary"):
            return None
        if verdict is None:
            st.error("Choose one of the two first.")
            return None
    return verdict, remark


def state(version: Version | FileVersion) -> None:
    """Who made a version, why, and what the second reader said."""
    made = f"Prepared by {version.made_by}, {moment(version.made_at)}."
    if isinstance(version, Version) and not version.fits:
        st.error(f"{made} The text changed since: black it out again.")
    elif version.waits:
        st.warning(
            plain(f"{made} It waits for a second reader: nothing goes out before. {waits_for(version.awaited)}"),
            icon=":material/hourglass_top:",
        )
    elif version.approved:
        st.success(f"{made} Read again and approved by {version.read_by}, {moment(version.read_at)}.")
    else:
        st.error(f"{made} {version.read_by} sent it back, {moment(version.read_at)}:")
        st.text(version.remark or "")
    st.caption("Why something is left out:")
    st.text(version.reason)


def waits_for(people: Sequence[str]) -> str:
    """Who is awaited, in a sentence."""
    if not people:
        return "Nobody can read it: ask a manager for a second reader, who is bound and trained."
    return f"Awaited: {' or '.join(people)}."


def _second_reading(desk: Desk, version: Version) -> None:
    if word := verdict_form(version.ref):
        with errors_shown():
            read_again(desk, version.ref, approved=word[0], remark=word[1])
            st.rerun()


def _form(desk: Desk, view: ShareView, one: SharedText) -> None:
    key = f"black_{one.id}"
    words = st.text_area(
        "Words to black out, one a line",
        key=f"{key}_words",
        height=100,
        help="Every place where they stand is blacked out, whatever the capitals, with what is joined to their end.",
    )
    parts = sentences(one.text)
    whole = st.multiselect(
        "Whole sentences to black out",
        list(range(len(parts))),
        key=f"{key}_parts",
        format_func=lambda n: f"{n + 1}. {shortened(one.text[slice(*parts[n])], _SHORT)}",
    )
    passages: list[Passage] = [parts[n] for n in whole]
    for line in (line for line in (words or "").splitlines() if line.strip()):
        found = where(one.text, line)
        if not found:
            st.warning(f"“{line.strip()}” does not stand in this text: nothing is blacked out for it.")
        passages += found
    if (
        one.version
        and one.version.fits
        and st.checkbox("Keep what is blacked out already", value=True, key=f"{key}_keep")
    ):
        passages += one.version.passages
    st.caption("As it would go out:")
    preview(blacked_out(one.text, passages))
    reason = st.text_input("Why this is left out", key=f"{key}_why", max_chars=1_000)
    if st.button("Send it to a second reader", key=f"{key}_go", type="primary"):
        with errors_shown():
            black_out(desk, view.ref, one.id, passages=merged(passages, len(one.text)), reason=reason)
            for name in ("words", "parts", "keep", "why"):
                st.session_state.pop(f"{key}_{name}", None)
            st.rerun()
