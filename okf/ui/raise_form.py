"""The form that raises a concern: quick on a telephone, and nothing typed is lost by an error."""

from __future__ import annotations

from typing import Any, Final

import streamlit as st

from okf.commands.concerns import LINE, NARRATIVE, raise_concern
from okf.desk import Desk
from okf.errors import CasebookError
from okf.terms import Severity
from okf.ui.frame import PHONE
from okf.ui.links import link
from okf.ui.plain import plain
from okf.ui.words import moment

_DRAFT: Final = "okf_concern_draft"
_RAISED: Final = "okf_concern_raised"
_URGENT: Final = {
    Severity.IMMEDIATE: "Somebody is in immediate danger now",
    Severity.HIGH: "It should be decided today",
    Severity.MEDIUM: "By the end of the next working day",
    Severity.LOW: "Within two working days",
}


def danger_first() -> None:
    """What comes before any form."""
    st.error(
        f"**In immediate danger call 999 first**, then write it down here. OKF's telephone: {PHONE}.",
        icon=":material/emergency:",
    )


def form(desk: Desk) -> None:
    """The form; once it is sent, the reference of what is on record instead, until another is begun."""
    if _RAISED in st.session_state:
        _on_record(*st.session_state[_RAISED])
        return
    number = st.session_state.setdefault(_DRAFT, 0)
    with st.form(f"concern_{number}", border=False):
        urgent = st.radio(
            "How urgent is it?", list(_URGENT), index=None, format_func=_URGENT.__getitem__, key=_key("urgent")
        )
        account = _text("What was seen or said, in the words that were used", "account", height=150)
        about = _line("Who is it about? A name or a reference, one a line or with commas", "about", 1_900)
        worker = st.checkbox("It is about somebody who works with OKF", key=_key("worker"), persist_state="session")
        st.markdown("**If you know it**")
        fields: dict[str, Any] = {
            "said_by": _line("Who saw or said it?", "said_by"),
            "seen_where": _line("Where?", "seen_where"),
            "seen_when": _line("When?", "seen_when"),
            "actions_taken": _text("What has been done already?", "actions_taken", height=80),
            "opinion": _text("What you think about it, apart from what was seen or said", "opinion", height=80),
            "case_ref": _line("Case reference", "case_ref"),
        }
        sent = st.form_submit_button("Raise concern", type="primary", width="stretch")
    if not sent:
        return
    if urgent is None:
        st.error("Say how urgent it is. Everything that you typed is still here.")
        return
    try:
        ref = raise_concern(
            desk, severity=urgent, account=account, about=[about] if about else [], about_a_worker=worker, **fields
        )
    except CasebookError as error:
        st.error(plain(f"{error} Everything that you typed is still here."))
        return
    _forget_draft(number)
    st.session_state[_RAISED] = (ref, moment(desk.now()), urgent is Severity.IMMEDIATE)
    st.rerun()


def case_from_address() -> None:
    """Take over the case that a link named, unless one is typed already."""
    named = st.query_params.get("case")
    number = st.session_state.setdefault(_DRAFT, 0)
    key = f"concern_{number}_case_ref"
    if named and not st.session_state.get(key):
        st.session_state[key] = named[:LINE]


def _on_record(ref: str, at: str, danger: bool) -> None:
    st.success(f"Concern {ref} is on record since {at}.", icon=":material/check_circle:")
    st.write(
        "A safeguarding lead finds it in their queue. Casebook has telephoned and e-mailed nobody:"
        " if it can't wait until they look, ring them."
    )
    if danger:
        st.error("If you have not called 999 yet, do it now.", icon=":material/emergency:")
    link(f"Read what you reported ({ref})", "concern", icon=":material/description:", ref=ref)
    st.button("Raise another concern", on_click=st.session_state.pop, args=(_RAISED,))


def _key(name: str) -> str:
    return f"concern_{st.session_state[_DRAFT]}_{name}"


def _line(label: str, name: str, most: int = LINE) -> str:
    return st.text_input(label, key=_key(name), max_chars=most, persist_state="session") or ""


def _text(label: str, name: str, *, height: int) -> str:
    key = _key(name)
    return st.text_area(label, key=key, height=height, max_chars=NARRATIVE, persist_state="session") or ""


def _forget_draft(number: int) -> None:
    """An empty form next time: new keys, and nothing of the old words kept in the session."""
    st.session_state[_DRAFT] = number + 1
    for key in [key for key in st.session_state if str(key).startswith(f"concern_{number}_")]:
        del st.session_state[key]
