"""How a second factor is shown: the picture to scan, the recovery codes, and one's own on the account page."""

from __future__ import annotations

from typing import Final

import streamlit as st

from okf.desk import Desk
from okf.people.commands.second_factor import (
    begin_second_factor,
    confirm_second_factor,
    remove_second_factor,
    renew_recovery_codes,
)
from okf.people.queries.own import OwnAccount
from okf.shell.words import errors_shown

_ENROLMENT: Final = "okf_own_enrolment"
_CODES: Final = "okf_own_codes"


def show_enrolment(picture: str, secret: str) -> None:
    """What an authenticator app needs, as a picture made here and in letters."""
    st.write("Scan this with an authenticator app on your telephone, then type the code that it shows.")
    st.html(f'<img src="{picture}" alt="A picture for your authenticator app" width="240" height="240">')
    st.write("Or type this into the app:")
    st.code(" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)), language=None)


def show_recovery_codes(codes: list[str]) -> None:
    """Ten codes, this once."""
    st.write(
        "Each of these lets you in once when your telephone is lost. They are shown this once: print them,"
        " or put them into your password manager."
    )
    st.code("\n".join(codes), language=None)


def code_field(help_: str = "The six digits that your app shows now, or a recovery code.") -> str:
    """Where a code is typed."""
    return st.text_input("Code", autocomplete="one-time-code", help=help_)


def username_shown(username: str) -> None:
    """Their username beside a new password, so that a password manager keeps the two together."""
    st.text_input("Your username", username, disabled=True, autocomplete="username")


def own_second_factor(desk: Desk, account: OwnAccount) -> None:
    """Set up, renew and take off one's own second factor."""
    st.caption("Any change here signs you out everywhere else.")
    if _CODES in st.session_state:
        show_recovery_codes(st.session_state[_CODES])
        st.button("I have kept them", on_click=st.session_state.pop, args=(_CODES,), type="primary")
    elif account.second_factor:
        st.write(f"It is set up. {account.recovery_codes_left} of your recovery codes are unused.")
        with st.form("okf_own_code", border=False):
            code = code_field()
            with st.container(horizontal=True):
                renew = st.form_submit_button("New recovery codes")
                remove = st.form_submit_button("Remove it")
        with errors_shown():
            if renew:
                _show(renew_recovery_codes(desk, code))
            elif remove:
                remove_second_factor(desk, code)
                st.rerun()
    elif _ENROLMENT in st.session_state:
        enrolment = st.session_state[_ENROLMENT]
        show_enrolment(enrolment.picture, enrolment.secret)
        with st.form("okf_own_enrol", border=False):
            code = code_field("The six digits that your app shows now.")
            sent = st.form_submit_button("Continue", type="primary")
        with errors_shown():
            if sent:
                _show(confirm_second_factor(desk, code))
    else:
        st.write("It is not set up: a password alone lets you in.")
        with st.form("okf_own_begin", border=False):
            password = st.text_input("Your password", type="password", autocomplete="current-password")
            sent = st.form_submit_button("Set up a second factor", type="primary")
        with errors_shown():
            if sent:
                st.session_state[_ENROLMENT] = begin_second_factor(desk, password)
                st.rerun()


def _show(codes: list[str]) -> None:
    st.session_state.pop(_ENROLMENT, None)
    st.session_state[_CODES] = codes
    st.rerun()
