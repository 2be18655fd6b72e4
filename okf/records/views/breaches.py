"""The breach register on the page: the clock of each, what is decided, and the letters to those concerned."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import streamlit as st

from okf.clock import london
from okf.desk import Desk
from okf.errors import Invalid
from okf.policy.words import due_told
from okf.records.commands.breaches import breach_letter, decide_on_breach
from okf.records.papers import letter_to_concerned
from okf.records.queries.breaches import BreachRow, breach_register
from okf.records.queries.readers import readers_in_words
from okf.shell.dates import day_input, moment_of, taken, time_input
from okf.shell.exports import download
from okf.shell.tables import table
from okf.shell.words import errors_shown, moment, plain
from okf.terms.breaches import BreachOutcome

_WORDS: Final = {
    BreachOutcome.ICO_TOLD: "The Information Commissioner was told",
    BreachOutcome.ICO_NOT_TOLD: "The Information Commissioner need not be told",
    BreachOutcome.NO_BREACH: "It was no breach",
}


def register(desk: Desk) -> None:
    """What waits for a decision, each with its form, and the whole register."""
    st.header("Breach register")
    rows = breach_register(desk)
    if not rows:
        st.info("Nothing is on the register.")
        return
    for row in rows:
        if row.decided_at is None or row.concerned:
            with st.expander(_head(row), expanded=row.decided_at is None):
                _one(desk, row)
    table(
        {
            "Breach": [row.ref for row in rows],
            "Record": [f"{row.record_id}, a file of it" if row.of_file else row.record_id for row in rows],
            "Noticed": [moment(row.aware_at) for row in rows],
            "Tell the ICO by": [moment(row.ico_by) for row in rows],
            "Decided": [_WORDS[row.outcome] if row.outcome else "Waits" for row in rows],
            "Why": [row.reason or "" for row in rows],
            "By": [row.decided_by or "" for row in rows],
        },
        caption="The breach register, open ones first",
    )


def _head(row: BreachRow) -> str:
    stands = _WORDS[row.outcome] if row.outcome else f"tell the ICO {due_told(row.ico_by)}"
    return f"{row.ref}, {'a file of ' if row.of_file else ''}record {row.record_id}: {stands}"


def _one(desk: Desk, row: BreachRow) -> None:
    st.caption(plain(f"Case {row.case_ref}. {readers_in_words(row.read_by, row.opened)}"))
    for ref, name in row.concerned:
        download(
            f"Letter to {name}",
            lambda ref=ref: _letter(desk, row, ref),  # type: ignore[misc]
            "letter",
            "pdf",
            key=f"letter_{row.ref}_{ref}",
            help="Nothing is sent from here. Look up how to reach them safely before you send it.",
        )
    if row.decided_at is not None:
        return
    what = st.radio("What is decided?", list(_WORDS), index=None, format_func=_WORDS.__getitem__, key=f"what_{row.ref}")
    at: datetime | Invalid | None = None
    if what is BreachOutcome.ICO_TOLD:
        now = london(desk.now())
        with st.container(horizontal=True):
            on = day_input("Told on", now.date(), now.date(), max_value=now.date(), key=f"on_{row.ref}")
            time = time_input("At (London time)", now.time().replace(second=0), key=f"at_{row.ref}")
        at = moment_of(on, time)
    reason = st.text_area("Why", key=f"why_{row.ref}", max_chars=4_000, help="Also why later than the 72 hours, if so.")
    if st.button("Put it on the register", key=f"decide_{row.ref}", type="primary"):
        if what is None:
            st.error("Say first what is decided.")
            return
        with errors_shown():
            decide_on_breach(desk, row.ref, outcome=what, reason=reason, told_at=taken(at))
            st.rerun()


def _letter(desk: Desk, row: BreachRow, service_user: str) -> bytes:
    return letter_to_concerned(breach_letter(desk, row.ref, service_user), written_at=desk.now())
