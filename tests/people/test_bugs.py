"""A bug shows a reference, and nobody's words go to the browser or the log."""

from __future__ import annotations

import logging

import pytest
from streamlit.testing.v1 import AppTest

from okf.people.views.sign_in import SignInForm
from okf.shell.bugs import keep_words_out_of_the_log


def _bug() -> None:
    from okf.shell.bugs import show_error

    try:
        raise ValueError("what Robin told us in " + "confi" + "dence")  # the log shows lines of code
    except ValueError as error:
        show_error(error)


def test_a_bug_is_a_reference_on_the_screen_and_in_the_log_without_its_words(caplog):
    with caplog.at_level(logging.ERROR, "casebook"):
        shown = AppTest.from_function(_bug, default_timeout=15).run().error[0].value

    reference = shown.rsplit(" ", 1)[1]
    assert reference.startswith("E-")
    assert reference in caplog.text
    assert "ValueError" in caplog.text
    assert "confidence" not in caplog.text + shown


def test_streamlit_does_not_log_a_scripts_exception_by_itself(caplog):
    keep_words_out_of_the_log()
    logger = logging.getLogger("streamlit.error_util")

    logger.error("Uncaught app execution", exc_info=ValueError("Robin told us in confidence"))

    assert "confidence" not in caplog.text


def _conflict() -> None:
    from okf.errors import Conflict
    from okf.shell.bugs import show_error

    show_error(Conflict("Somebody else changed this first. Look at it again."))


def test_what_a_person_can_act_on_is_said_in_a_sentence():
    at = AppTest.from_function(_conflict, default_timeout=15).run()

    assert at.error[0].value == "Somebody else changed this first. Look at it again."


@pytest.mark.parametrize("way", ["register_user", "reset_password", "forgot_password", "forgot_username"])
def test_of_the_package_only_the_form_is_left(way):
    with pytest.raises(NotImplementedError):
        getattr(SignInForm(lambda *_: None), way)()
