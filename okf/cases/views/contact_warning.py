"""The neutral contact marker, shown where somebody is about to make contact: no reason, date or name (C9)."""

from __future__ import annotations

from collections.abc import Collection

import streamlit as st

from okf.cases.queries.before_contact import SPEAK_FIRST, before_contact
from okf.desk import Desk
from okf.people.queries.workers import safeguarding_leads
from okf.shell.words import plain


def on_case(desk: Desk, case_ref: str) -> None:
    """The marker of one case, with the names of the leads; nothing where there is none."""
    if before_contact(desk, [case_ref]):
        leads = plain(", ".join(name for _, name in safeguarding_leads(desk)))
        st.warning(f"**{SPEAK_FIRST}.** {leads}", icon=":material/back_hand:")


def on_cases(desk: Desk, case_refs: Collection[str]) -> None:
    """The same above a list of several cases, naming them."""
    if marked := sorted(before_contact(desk, sorted(set(case_refs)))):
        st.warning(f"**{SPEAK_FIRST}:** {', '.join(marked)}", icon=":material/back_hand:")
