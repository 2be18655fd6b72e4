"""The parts of the page of a restoration: what came back, what is missing and what to do about it, who signs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import streamlit as st

from okf.desk import Desk
from okf.proof.commands.restoring import sign_restoration
from okf.proof.queries.restorations import Lacking, PutBackThen
from okf.shell.tables import table
from okf.shell.words import errors_shown, moment
from okf.terms.endings import LineKind, PutBack

_TO_DO: Final = {
    LineKind.CONCERN_RAISED: (
        "Concerns that are missing",
        "Ring whoever raised each today: its words are in no backup. They raise it again.",
    ),
    LineKind.RECORD_WRITTEN: ("Records that are missing", "Ask whoever wrote each to write it again and to say so."),
    LineKind.SIGNED: ("Signatures that are missing", "Ask each to sign again. Until then what needs it is suspended."),
}
_FROM: Final = {
    PutBack.RESTORED: "A backup was put back.",
    PutBack.FOUND: "An earlier copy of the database was put in its place by hand.",
}
_AT: Final = {PutBack.RESTORED: "Put back", PutBack.FOUND: "Found"}


def waits(desk: Desk, one: PutBackThen) -> None:
    """A restoration that two have yet to sign for."""
    st.warning("Nobody else can sign in until two people have signed for this.")
    _what(one)
    _lacking(one)
    st.subheader("Sign for it")
    for signed in one.signed:
        st.write(f"{signed.name} signed, {moment(signed.at)}.")
    if any(signed.username == desk.actor for signed in one.signed):
        st.info("You have signed. Somebody else signs too; then everybody can sign in again.")
        return
    st.write(
        "Two different people sign, one of them a manager, a safeguarding lead or deputy, or the data protection lead."
    )
    sure = st.checkbox(_sure(one), key=f"sure_{one.ref}")
    if st.button("Sign", type="primary", disabled=not sure, key=f"sign_{one.ref}"):
        with errors_shown():
            sign_restoration(desk)
            st.rerun()


def _sure(one: PutBackThen) -> str:
    if one.ledger_fault:
        return "I have read this. I know that what was ended after the backup may be open again, and I will look."
    return "I have read this, and what is missing will be seen to."


def _what(one: PutBackThen) -> None:
    st.write(f"{_FROM[one.how]} What was done after that copy was made is not in it.")
    if one.made_at:
        st.text(f"Backup made: {moment(one.made_at)}")
    st.text(f"{_AT[one.how]}: {moment(one.at)}")
    if one.ledger_fault:
        st.error(
            f"The ledger of endings can't be relied on: {one.ledger_fault}. Accesses, accounts, cases and agreements"
            " that were ended after the copy was made may be open again. Go through who holds which access before"
            " you sign."
        )
    if one.ended:
        table(
            {"What": [what.capitalize() for what in one.ended], "How many": list(one.ended.values())},
            caption="Ended again, as the ledger of endings says",
        )
        st.caption(
            "What was opened again later, such as an account switched on or a case reopened, stays ended: do it again."
            " Whoever changed their password needs a new invitation, or the host sets one."
        )
    else:
        st.write("Nothing that the ledger of endings names had to be ended again.")


def _lacking(one: PutBackThen) -> None:
    for kind, (title, act) in _TO_DO.items():
        rows = [row for row in one.lacking if row.kind is kind]
        if rows:
            st.subheader(title)
            st.text(act)
            _rows(rows, title)
    if one.concerns_hidden:
        st.subheader("Concerns that are missing")
        st.write(
            f"{one.concerns_hidden}: a safeguarding lead or deputy signs in, sees which, and rings who raised them."
        )


def _rows(rows: Sequence[Lacking], caption: str) -> None:
    columns = {
        "Reference": [row.ref for row in rows],
        "When": [moment(row.at) for row in rows],
        "By": [row.by or "—" for row in rows],
    }
    if any(row.case for row in rows):
        columns["Case"] = [row.case or "—" for row in rows]
    table(columns, caption=caption)


def done_before(found: Sequence[PutBackThen]) -> None:
    """The restorations that were signed for."""
    for one in found:
        with st.expander(
            f"{_AT[one.how]} {moment(one.at)}, signed for by {' and '.join(who.name for who in one.signed)}"
        ):
            _what(one)
            _lacking(one)
