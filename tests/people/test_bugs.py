"""A bug shows a reference, and nobody's words go to the browser or the log."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import Iterator
from datetime import datetime
from threading import Event

import pytest
from streamlit.testing.v1 import AppTest

from okf.cli import terminal
from okf.cli.terminal import log
from okf.desk import Desk
from okf.parts import PARTS
from okf.people.views.sign_in import SignInForm
from okf.policy.fault import refused_on_fault
from okf.shell.app_context import open_app
from okf.shell.bugs import keep_words_out_of_the_log
from okf.shell.upkeep import keep_up
from tests.browser import run_apart
from tests.conftest import Place


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


def _told_by_robin() -> None:
    try:
        raise KeyError("what Robin told us in " + "confi" + "dence")
    except KeyError as error:
        raise ValueError("and Robin's " + "confi" + "dence again") from error


def _deciding(_: Place) -> None:
    refused_on_fault(lambda _: _told_by_robin())(None)  # type: ignore[arg-type, return-value]


def _by_the_hour(place: Place) -> None:
    store = place.open()
    open_app(Desk.host(store), PARTS)

    asked = Event()

    def now() -> datetime:
        asked.set()
        _told_by_robin()
        raise AssertionError

    async def begun() -> None:
        upkeep = asyncio.create_task(keep_up(Desk.host(store, now=now)))
        await asyncio.to_thread(asked.wait, 60)
        upkeep.cancel()  # the thread that asked ends before the loop is closed

    run_apart(begun())


def _on_the_host(place: Place) -> None:
    log(_raised())


def _by_a_library(_: Place) -> None:
    error = _raised()
    library = logging.getLogger("somebodys.library")
    library.error("Exception in ASGI application\n", exc_info=error)
    library.error("it failed: %s", error)
    library.error(error)
    library.error("it failed for %(why)s", {"why": error})


def _in_a_task(_: Place) -> None:
    async def forgotten() -> None:
        async def fails() -> None:
            _told_by_robin()

        task = asyncio.create_task(fails())
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        del task
        gc.collect()

    run_apart(forgotten())


def _raised() -> Exception:
    try:
        _told_by_robin()
    except ValueError as error:
        return error
    raise AssertionError


@pytest.fixture
def wordless() -> Iterator[None]:
    """The log as the server sets it."""
    before = logging.getLogRecordFactory()
    keep_words_out_of_the_log()
    yield
    logging.setLogRecordFactory(before)


@pytest.mark.parametrize("way", [_deciding, _by_the_hour, _on_the_host, _by_a_library, _in_a_task])
@pytest.mark.usefixtures("wordless")
@pytest.mark.a_gate_breaks
@pytest.mark.one_database
def test_C1_no_errors_message_is_logged_by_whatever_way_it_comes(way, place: Place, caplog, monkeypatch, tmp_path):
    monkeypatch.setattr(terminal, "LOCAL", tmp_path)

    with caplog.at_level(logging.DEBUG):
        way(place)

    assert "ValueError" in caplog.text
    assert "_told_by_robin" in caplog.text
    assert "confidence" not in caplog.text


@pytest.mark.a_gate_breaks
def test_C1_the_policy_logs_no_message_whoever_set_up_the_log(caplog):
    _deciding(None)

    assert "went wrong" in caplog.text
    assert "KeyError" in caplog.text
    assert "confidence" not in caplog.text


@pytest.mark.usefixtures("wordless")
def test_streamlit_does_not_log_a_scripts_exception_by_itself(caplog):
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
