"""The sign-in: streamlit-authenticator's form over our own accounts, then the second factor, then the ticket."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import streamlit as st
from streamlit_authenticator import Authenticate
from streamlit_authenticator.controllers.authentication_controller import AuthenticationController
from streamlit_authenticator.models.authentication_model import AuthenticationModel

from okf.clock import clock_time
from okf.errors import CasebookError
from okf.people.commands import invitations, sign_in as steps
from okf.people.commands.sign_in import Answer, Closed, Wait, Wrong
from okf.people.commands.tickets import Step, Ticket
from okf.people.queries.doors import doors_closed
from okf.people.views.second_factor import code_field, show_enrolment, show_recovery_codes, username_shown
from okf.shell import frame, held, scripts
from okf.shell.app_context import door, session_here
from okf.shell.live_session import Source

STEP: Final = "okf_step"
INVITATION: Final = "okf_invitation"
CODES: Final = "okf_recovery_codes"
NOT_RIGHT: Final = "The username or the password is not right."
CLOSED: Final = (
    "Casebook was put back from an earlier copy. Until two people have signed for that, only managers, safeguarding"
    " leads, the data protection lead and trustees can sign in. Worried about somebody? Don't wait for Casebook: ring"
    " the safeguarding lead."
)
TOO_LATE: Final = "That took too long. Start again with your password."

# The package's form has a heading of the third level: screen readers need one of the second before it.
_WHAT: Final = '<h2 style="font-size:1.1rem;margin:0">The confidential case dashboard of Our Kids First</h2>'

Check = Callable[[str, str], Answer]


class _CasebookAccounts(AuthenticationModel):
    """The package's model over Casebook's database; it never marks anybody as signed in."""

    def __init__(self, check: Check) -> None:
        super().__init__({"usernames": {}}, auto_hash=False)
        self.check = check
        self.answer: Answer | None = None

    def login(self, username: str, password: str, *_: Any, **__: Any) -> None:
        if username and password:
            self.answer = self.check(username, password)


class _AsTyped(AuthenticationController):
    """The package's controller without its changes to what was typed: it strips passwords."""

    def __init__(self, model: _CasebookAccounts) -> None:  # the package's own would make its own model
        self.authentication_model = model

    def login(self, username: str | None = None, password: str | None = None, *_: Any, **__: Any) -> None:
        self.authentication_model.login(username or "", password or "")


class SignInForm(Authenticate):
    """The package's sign-in form and nothing else of it: no cookie, registration, reset, guests or mail."""

    def __init__(self, check: Check) -> None:  # the package's own would mount its cookie component
        self.model = _CasebookAccounts(check)
        self.authentication_controller = _AsTyped(self.model)

    def ask(self) -> Answer | None:
        """Draw the form; the answer to what was just sent, if anything was."""
        self.login()
        return self.model.answer

    def login(self, *_: Any, **__: Any) -> None:
        """Draw the package's two fields and its button, which turn password managers away where it draws them."""
        with st.form("Login"):
            st.subheader("Sign in")
            username = st.text_input("Username", autocomplete="username")
            password = st.text_input("Password", type="password", autocomplete="current-password")
            if st.form_submit_button("Sign in"):
                self.authentication_controller.login(username, password)

    def _closed(self, *_: Any, **__: Any) -> None:
        raise NotImplementedError("accounts begin by invitation")

    register_user = reset_password = forgot_password = forgot_username = _closed
    experimental_guest_login = update_user_details = logout = _closed


def source_here() -> Source:
    """Where this socket comes from, as the Gate told it."""
    return Source(st.context.ip_address or "127.0.0.1", st.context.headers.get("x-okf-browser"))


def sign_in() -> None:
    """The page that everybody sees who has no live session."""
    frame.emergency_line()
    if session_here():
        scripts.leave(home=bool(st.session_state.get(frame.SIGNED_OUT)))
        return
    st.title("Casebook")
    st.html(_WHAT)
    held.told_at_the_door()
    if doors_closed(door()):
        st.warning(CLOSED)
    found = scripts.invitation_in_address()
    if found:
        st.session_state.clear()
        st.session_state[INVITATION] = found
    step = st.session_state.get(STEP)
    if isinstance(step, Ticket):
        _STEPS[step.step](step)
    elif INVITATION in st.session_state:
        _accept(st.session_state[INVITATION])
    else:
        _password()


def _password() -> None:
    answer = SignInForm(
        lambda username, password: steps.check_password(door(), username, password, source_here())
    ).ask()
    if isinstance(answer, Wrong):
        st.error(NOT_RIGHT)
    _go_on(answer)
    with st.expander("I have an invitation"), st.form("okf_invited", border=False):
        typed = st.text_input("Invitation", help="The address you were sent, or what stands in it after “invitation=”.")
        if st.form_submit_button("Use the invitation") and typed.strip():
            st.session_state[INVITATION] = typed.strip().rpartition("invitation=")[2]
            st.rerun()
    st.caption("No password, or forgotten? An administrator can send you a new invitation.")


def _accept(token: str) -> None:
    try:
        invitee = invitations.invitee(door(), token)
    except CasebookError as error:
        st.error(str(error))
        st.button("Back to the sign-in", on_click=st.session_state.clear)
        return
    with st.form("okf_accept"):
        st.subheader("Choose your password")
        st.text(f"For {invitee.name}. Your username is {invitee.username}.")
        username_shown(invitee.username)
        st.caption(
            f"At least {invitee.least} characters: a few words that have nothing to do with each other are good."
            " Any letters, signs and spaces count. You can paste it from a password manager."
        )
        new = st.text_input("New password", type="password", autocomplete="new-password")
        again = st.text_input("New password again", type="password", autocomplete="new-password")
        sent = st.form_submit_button("Set password", type="primary")
    if sent and new != again:
        st.error("The two are not the same. Type the new password twice.")
    elif sent:
        try:
            _go_on(invitations.accept_invitation(door(), token, new, source_here()))
        except CasebookError as error:
            st.error(str(error))


def _code(step: Ticket) -> None:
    with st.form("okf_code"):
        st.subheader("Second factor")
        code = code_field()
        sent = st.form_submit_button("Continue", type="primary")
    if sent:
        _answer(steps.check_code(door(), step.token, code, source_here()))
    _back()


def _enrol(step: Ticket) -> None:
    enrolment = steps.begin_enrolment(door(), step.token)
    if enrolment is None:
        _answer(None)
        return
    st.subheader("Set up your second factor")
    show_enrolment(enrolment.picture, enrolment.secret)
    with st.form("okf_enrol"):
        code = code_field("The six digits that your app shows now.")
        sent = st.form_submit_button("Continue", type="primary")
    if sent:
        done = steps.end_enrolment(door(), step.token, code, source_here())
        if isinstance(done, tuple):
            st.session_state[CODES] = done[1]
            _go_on(done[0])
        else:
            _answer(done)
    _back()


def _enrolled(step: Ticket) -> None:
    st.subheader("Keep your recovery codes")
    show_recovery_codes(st.session_state.get(CODES, []))
    if st.button("I have kept them", type="primary"):
        st.session_state.pop(CODES, None)
        _answer(steps.finish_enrolment(door(), step.token))


def _hand_over(step: Ticket) -> None:
    scripts.hand_over(step.token)


def _answer(answer: Answer | None) -> None:
    """Say what came of a code, or go on."""
    if answer is None:
        st.error(TOO_LATE)
    elif isinstance(answer, Wrong):
        st.error("The code is not right. Use the one that your app shows now.")
    _go_on(answer)


def _go_on(answer: Answer | None) -> None:
    if isinstance(answer, Closed):
        st.error("Your account is in order, but you can't sign in yet: it is not yours to sign for what was put back.")
    elif isinstance(answer, Wait):
        until = clock_time(answer.until, seconds=True)
        st.warning(f"There were too many tries. The next one is looked at from {until}.")
    elif isinstance(answer, Ticket):
        st.session_state[STEP] = answer
        st.session_state.pop(INVITATION, None)
        st.rerun()


def _back() -> None:
    st.button("Start again", on_click=st.session_state.clear, type="tertiary")


_STEPS: Final[dict[Step, Callable[[Ticket], None]]] = {
    Step.CODE: _code,
    Step.ENROL: _enrol,
    Step.ENROLLED: _enrolled,
    Step.COOKIE: _hand_over,
}
