"""Immediate danger: act first; then this form puts on record what was told to whom, by anybody, signed or not (C9)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import streamlit as st

from okf.clock import LONDON, london, london_date
from okf.desk import Desk
from okf.policy.share_words import RECIPIENTS, for_safeguarding
from okf.sharing.commands.shares import LONGEST, ask_to_share
from okf.shell.drafts import views as drafts
from okf.shell.words import told_plainly
from okf.terms import Action

FIRST: Final = ("police_999", "nhs_emergency", "la_out_of_hours", "la_children")


def form(desk: Desk, case_ref: str = "") -> None:
    """Whom somebody told, when, and what; the case as they know it. Nothing of what is known here is told back."""
    with st.expander("Somebody is in immediate danger", icon=":material/emergency:"):
        st.error("**Call 999 first.** Nothing here is asked for before help is called. Write it down afterwards.")
        draft = drafts.resume(desk, "danger", case_ref or None, action=Action.SHARE)
        listed = [kind for kind in RECIPIENTS if for_safeguarding(kind) and kind not in FIRST]
        kind = draft.selectbox(
            "Whom you told", "kind", [*FIRST, *listed], index=None, format_func=RECIPIENTS.__getitem__
        )
        name = draft.text_input("Their name, number or reference, if you have it", "name", max_chars=300)
        with st.container(horizontal=True):
            day = draft.date_input("On", "on", value=london_date(desk.now()), max_value=london_date(desk.now()))
            time = draft.time_input("At (London time)", "at", value=london(desk.now()).time().replace(second=0))
        told = draft.text_area("What you told them, and why", "told", height=150, max_chars=LONGEST)
        case = draft.text_input("Case reference, if you know it", "case", value=case_ref, max_chars=80)
        draft.told()
        if not st.button("Put it on record", type="primary", key=f"danger_{case_ref}"):
            return
        if kind is None or not told.strip() or day is None or time is None:
            st.error("Say whom you told, when, and what. Everything that you typed is still here.")
            return
        with told_plainly():
            recipient: dict[str, Any] = {"type": kind, **({"name": name.strip()} if name.strip() else {})}
            at = datetime.combine(day, time, LONDON).astimezone(UTC)
            asked = ask_to_share(
                desk,
                recipient=recipient,
                danger="immediate",
                sent_already_at=at,
                told=told,
                case_ref=case.strip() or None,
            )
            draft.done(
                f"Share {asked.ref} is on record. Tell the safeguarding lead now: Casebook has telephoned nobody."
            )
