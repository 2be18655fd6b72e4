"""A session lets in while its row does: idle, absolute, ended, switched off."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from okf.errors import NotFound, StoreUnavailable
from okf.people.commands import sessions as session_commands
from okf.people.commands.accounts import change_own_password, end_sessions, set_password, switch_off, switch_on
from okf.people.commands.sessions import begin_session, end_session, note_seen
from okf.people.commands.tickets import Ticket
from okf.people.queries import sessions
from okf.people.queries.own import own_sessions
from okf.people.queries.sessions import live_session, session_of_cookie
from okf.store.models import SignInSession, SignInTicket
from okf.terms import Role
from tests.conftest import Place
from tests.people.steps import HOME, PASSWORD, account, door, sign_in, tries


@pytest.fixture(autouse=True)
def _optional(_without_second_factor):
    """A password alone signs in."""


@pytest.fixture
def here(world):
    """Amelia's session and cookies."""
    return sign_in(world, account(world))


def lives(world, session) -> bool:
    return live_session(door(world), session.id) is not None


@pytest.mark.both_databases
def test_a_session_is_found_by_its_cookie_and_only_its_hash_is_kept(world, here):
    session, begun = here

    assert session_of_cookie(door(world), begun.cookie) == session
    assert session_of_cookie(door(world), begun.cookie + "x") is None
    assert begun.cookie not in str([vars(row) for row in world.all(SignInSession)])
    assert session.id != begun.cookie


def test_a_session_is_over_after_fifteen_idle_minutes(world, here):
    session, _ = here
    world.later(minutes=14, seconds=59)
    assert lives(world, session)

    world.later(seconds=1)

    assert not lives(world, session)


def test_use_moves_the_idle_time_at_most_once_a_minute(world, here):
    session, _ = here
    world.later(seconds=59)
    note_seen(door(world), session.id)
    assert live_session(door(world), session.id).last_seen_at == session.last_seen_at

    world.later(seconds=2)
    note_seen(door(world), session.id)

    assert live_session(door(world), session.id).last_seen_at == world.now


def test_a_session_is_over_after_eight_hours_however_it_is_used(world, here):
    session, _ = here
    for _ in range(48):
        world.later(minutes=9, seconds=59)
        note_seen(door(world), session.id)
    assert lives(world, session)

    world.later(minutes=1)

    assert not lives(world, session)


def test_an_ended_session_is_not_revived_by_use(world, here):
    session, begun = here
    end_session(world.desk("amelia.h", session_id=session.id), session.id)
    world.later(minutes=2)
    note_seen(door(world), session.id, at_once=True)

    assert not lives(world, session)
    assert session_of_cookie(door(world), begun.cookie) is None


def test_switching_an_account_off_ends_its_sessions_at_once_and_for_good(world, here):
    session, _ = here
    switch_off(world.host(), "amelia.h")
    assert not lives(world, session)

    switch_on(world.host(), "amelia.h")

    assert not lives(world, session)


def test_a_person_whose_import_says_they_left_is_out_at_once(world, here):
    session, _ = here

    world.leave("amelia.h")

    assert not lives(world, session)


def test_changing_the_password_ends_every_session_and_begins_one_here(world, here):
    session, _ = here
    other, _ = sign_in(world, type("A", (), {"username": "amelia.h", "secret": None}))

    ticket = change_own_password(world.desk("amelia.h", session_id=session.id), PASSWORD, "another walnut orbit kettle")

    assert not lives(world, session)
    assert not lives(world, other)
    assert begin_session(door(world), ticket.token, HOME, told=None, replaces=None)
    assert isinstance(tries(world, "amelia.h", "another walnut orbit kettle"), Ticket)


def test_a_password_set_from_the_host_ends_every_session(world, here):
    session, _ = here

    set_password(world.host(), "amelia.h", "another walnut orbit kettle")

    assert not lives(world, session)


def test_an_administrator_ends_sessions(world, here):
    session, _ = here
    account(world, "admin.a", Role.ADMINISTRATOR)

    end_sessions(world.desk("admin.a"), "amelia.h")

    assert not lives(world, session)


def test_nobody_ends_somebody_elses_session_as_their_own(world, here):
    session, _ = here
    account(world, "ben.k")

    with pytest.raises(NotFound):
        end_session(world.desk("ben.k"), session.id)

    assert lives(world, session)


def test_a_person_sees_their_own_sessions_alone(world, here):
    session, _ = here
    sign_in(world, account(world, "ben.k"))

    shown = own_sessions(world.desk("amelia.h", session_id=session.id))

    assert [(one.id, one.is_this) for one in shown] == [(session.id, True)]


def test_a_ticket_works_once_and_for_a_minute(world):
    account(world)
    first = tries(world, "amelia.h", PASSWORD)
    assert begin_session(door(world), first.token, HOME, told=None, replaces=None)
    assert begin_session(door(world), first.token, HOME, told=None, replaces=None) is None
    second = tries(world, "amelia.h", PASSWORD)
    world.later(seconds=61)

    assert begin_session(door(world), second.token, HOME, told=None, replaces=None) is None
    assert second.token not in str([vars(row) for row in world.all(SignInTicket)])


@pytest.mark.both_databases
def test_a_ticket_brought_twice_at_once_begins_one_session(world):
    account(world)
    ticket, begun = tries(world, "amelia.h", PASSWORD), []
    threads = [
        threading.Thread(
            target=lambda: begun.append(begin_session(door(world), ticket.token, HOME, told=None, replaces=None))
        )
        for _ in range(5)
    ]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(one is not None for one in begun) == 1


def test_a_ticket_begins_nothing_once_the_account_is_off_or_the_password_changed(world):
    account(world)
    first = tries(world, "amelia.h", PASSWORD)
    set_password(world.host(), "amelia.h", "another walnut orbit kettle")
    assert begin_session(door(world), first.token, HOME, told=None, replaces=None) is None

    second = tries(world, "amelia.h", "another walnut orbit kettle")
    world.leave("amelia.h")

    assert begin_session(door(world), second.token, HOME, told=None, replaces=None) is None


def test_signing_in_again_in_the_same_browser_ends_the_session_before(world, here):
    session, begun = here
    ticket = tries(world, "amelia.h", PASSWORD)

    begin_session(door(world), ticket.token, HOME, told=None, replaces=begun.cookie)

    assert not lives(world, session)


@contextmanager
def gone(place: Place) -> Iterator[None]:
    """The database is out of reach."""
    folder = Path(place.settings.database_url.removeprefix("sqlcipher:///")).parent
    away = folder.rename(folder.with_name("away"))
    yield
    away.rename(folder)


@pytest.mark.one_database
def test_while_the_database_is_gone_a_session_that_was_live_is_for_as_long_as_it_would_be(world, here, place):
    session, begun = here
    assert lives(world, session)
    assert session_of_cookie(door(world), begun.cookie) is not None
    with gone(place):
        for _ in range(3):
            world.later(minutes=14)
            assert lives(world, session)
            note_seen(door(world), session.id)
        assert session_of_cookie(door(world), begun.cookie).person == session.person
        world.later(minutes=15)
        assert not lives(world, session)


@pytest.mark.one_database
def test_while_the_database_is_gone_nobody_is_let_in_who_was_not_seen_before(world, here, place):
    session, begun = here
    sessions._last_known.clear()  # as in a server that has just been started
    with gone(place):
        with pytest.raises(StoreUnavailable):
            lives(world, session)
        with pytest.raises(StoreUnavailable):
            session_of_cookie(door(world), begun.cookie)
        with pytest.raises(StoreUnavailable):
            session_of_cookie(door(world), "made up")


@pytest.mark.one_database
def test_a_session_that_is_over_is_not_remembered_as_live(world, here, place):
    session, _ = here
    assert lives(world, session)
    end_sessions(world.host(), session.person)
    assert not lives(world, session)

    with gone(place), pytest.raises(StoreUnavailable):
        lives(world, session)


@pytest.mark.one_database
def test_signing_out_while_the_database_is_gone_holds_when_it_is_back(world, here, place):
    session, begun = here
    assert lives(world, session)
    with gone(place):
        end_session(world.desk(session.person, session_id=session.id), session.id)
        assert not lives(world, session)

    assert not lives(world, session)
    assert session_of_cookie(door(world), begun.cookie) is None


@pytest.mark.one_database
def test_use_while_another_writes_for_long_counts_and_keeps_nobody_waiting_for_long(world, here, place, monkeypatch):
    monkeypatch.setattr(session_commands, "SECONDS", 0.1)
    session, _ = here
    other = place.open()
    with other.writing():
        world.later(minutes=14)
        note_seen(door(world), session.id)
    other.close()
    world.later(minutes=14)

    assert lives(world, session)
