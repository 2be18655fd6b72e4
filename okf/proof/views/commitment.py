"""The parts of the Commitment's page: how it stands, what to act on, and each clause with what rests on it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import streamlit as st

from okf.desk import Desk
from okf.proof.queries.assurance import Line, Promise, State, assure
from okf.proof.queries.assurance.errands import Link
from okf.proof.queries.commitment import ClauseTold, Published
from okf.shell.navigation import link
from okf.shell.sheets import Cell, address
from okf.shell.tables import table
from okf.shell.words import moment, told

# In words, icon and colour: nobody needs the colour to tell them apart.
BADGES: Final = {
    State.KEPT: ":green-badge[:material/check_circle: Kept]",
    State.ATTENTION: ":orange-badge[:material/schedule: Needs attention]",
    State.BROKEN: ":red-badge[:material/error: Broken]",
}
ICONS: Final = {
    State.KEPT: ":material/check:",
    State.ATTENTION: ":material/schedule:",
    State.BROKEN: ":material/error:",
}


def summary(promise: Promise, commitment: Published) -> None:
    """How the promise as a whole stands, which Commitment this is, and when it was proved."""
    st.markdown(
        f"{BADGES[promise.state]} The Confidentiality Commitment, {commitment.version}, as published on"
        f" {commitment.captured_on}, and how it stands on {moment(promise.at)}."
    )
    if not promise.shows_figures:
        return
    if promise.proved_at is None:
        st.caption("The whole record has not been proved yet.")
    elif promise.proved_at == promise.at:
        st.caption(f"Proved whole just now, over all {promise.events:,} events of the record.")
    else:
        st.caption(
            f"What reads the whole record was last proved on {moment(promise.proved_at)}, over {promise.events:,}"
            " events. The newest accesses, the end of the record and all that waits were looked at just now."
        )


def to_act_on(lines: Iterable[Line]) -> None:
    """What somebody must act on, the broken first, each with whose act it is and the page that gets the reader on."""
    for line in lines:
        with st.container(border=True):
            st.markdown(f"{BADGES[line.state]} **{_plain(line.sentence)}** {line.remedy}")
            if line.errand:
                st.text(f"Whose act it is: {line.errand.whose}.")
                if line.errand.to:
                    to = line.errand.to
                    link(to.label, to.page, icon=":material/arrow_forward:", **to.query)
            if line.proved_at is not None:
                st.caption(f"As proved on {moment(line.proved_at)}.")
            if line.behind:
                _behind(line)


def _behind(line: Line) -> None:
    shown = len(line.behind)
    columns: dict[str, list[Cell | str]] = {
        "What": [one.what for one in line.behind],
        "Who": [one.who or "" for one in line.behind],
        "Case": [one.case_ref or "" for one in line.behind],
        "Reference": [one.ref or "" for one in line.behind],
    }
    if line.errand and any(line.errand.rows):
        columns["Next"] = [_next(to) for to in line.errand.rows]
    with st.expander("What is behind it" if shown == line.count else f"What is behind it, the first {shown}"):
        table({title: cells for title, cells in columns.items() if any(cells)}, caption=line.sentence)


def _next(to: Link | None) -> Cell | str:
    return Cell(to.label, address(to.page, **to.query)) if to else ""


def clause(told_of: ClauseTold, state: State, lines: Iterable[Line]) -> None:
    """One clause word for word, how it stands, and on demand how it is read and what rests on it."""
    said = [
        f"### {told_of.clause.name} {BADGES[state]}",
        "",
        f"> {told_of.text}",
        "",
        *(f"- {ICONS[line.state]} {_plain(line.sentence)}{_figures(line)}{_by(line)}" for line in lines),
    ]
    st.markdown("\n".join(said))
    with st.expander(f"How {told_of.clause.name} is read, and what decides by it"):
        st.markdown(_decides(told_of))


def _figures(line: Line) -> str:
    if not line.figures:
        return ""
    return " " + ", ".join(f"{told(name)}: {figure:,}" for name, figure in line.figures.items()) + "."


def _by(line: Line) -> str:
    return f" (By {moment(line.by)}.)" if line.by else ""


def _decides(told_of: ClauseTold) -> str:
    said = [f"**How it is read.** {_plain(told_of.reading)}"]
    if told_of.rules:
        said.append("**Rules.** Whoever wants to do this needs all that follows it:")
        said += [
            f"- **{', '.join(told(action) for action in rule.actions)}**: {' '.join(rule.requires)}"
            for rule in told_of.rules
        ]
    if told_of.routes:
        said.append("**Routes of sharing**, in the order in which they are tried:")
        said += [f"- {route.place}. {told(route.words)}. {route.taken}" for route in told_of.routes]
    if told_of.reasons:
        said.append("**Reasons** for which something is refused:")
        said += [f"- {told(reason.key)}: {reason.words}. {reason.remedy}" for reason in told_of.reasons]
    if told_of.also:
        said.append("**And**, worked out the same way everywhere:")
        said += [f"- {line}" for line in told_of.also]
    return "\n\n".join(said).replace("\n\n- ", "\n- ")


def prove(desk: Desk, promise: Promise) -> None:
    """The record's head, to be kept elsewhere, and the button that proves everything now."""
    if promise.head is not None:
        st.header("Audit record")
        st.markdown(
            f"{promise.head.seq:,} events. The head, to be written down and kept elsewhere; with it a cut at the end is"
            f" found:\n\n`{promise.head.seq} {promise.head.hash}`"
        )
        if st.button(
            "Check everything now", icon=":material/verified:", help="Reads the whole record; this takes a while."
        ):
            with st.spinner("Reading the whole record, and deciding every access again"):
                assure(desk)
            st.rerun()


def _plain(words: str) -> str:
    """Words without the signs that Markdown would take for its own."""
    return words.replace("<", "&lt;").replace("$", "\\$")
