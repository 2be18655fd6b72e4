"""Time never runs back for whoever is decided on: the machine's clock counts only from the newest event on."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, strategies as st

from okf.cases.commands.grants import revoke_grant
from okf.clock import Onward
from okf.people.commands.sessions import end_session, note_seen
from okf.people.commands.sign_in import Wait, Wrong, check_code
from okf.people.commands.throttling import count_try
from okf.people.commands.tickets import Step, Ticket, issue_ticket, take_ticket
from okf.people.queries.sessions import live_session
from okf.proof.commands.clock import watch_clock
from okf.proof.queries.assurance import assure
from okf.proof.queries.assurance.clock import ClockNote
from okf.store import audit
from okf.store.engine import Store
from okf.store.models import SignInTry
from okf.terms import Action, Outcome, Role
from tests.people.steps import HOME, PASSWORD, account, account_with_second_factor, code, door, sign_in, tries
from tests.world import World

TEN = datetime(2026, 11, 23, 10, tzinfo=UTC)
YEAR = {"days": 365}


class Count:
    """The machine's own count of seconds, which nobody sets."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        """What it has counted."""
        return self.seconds


@pytest.fixture
def count(world: World) -> Count:
    """The seconds that pass, in a test's own hand."""
    counted = Count()
    world.store.time = Onward(counted)
    return counted


@pytest.fixture
def _password_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OKF_SECOND_FACTOR", "0")


# How time goes on


def test_it_is_what_the_machine_says_until_that_is_before_what_is_on_record():
    time = Onward(Count())
    time.see(TEN)

    assert time.at(TEN + timedelta(seconds=1)) == TEN + timedelta(seconds=1)
    assert time.at(TEN - timedelta(hours=1)) == TEN


def test_behind_the_record_time_goes_on_at_half_pace_until_the_machine_has_caught_up():
    count = Count()
    time = Onward(count)
    time.see(TEN)
    told = []
    for minute in range(0, 61, 15):
        count.seconds = minute * 60
        told.append(time.at(TEN + timedelta(minutes=minute - 20)) - TEN)

    assert told == [timedelta(minutes=one) for one in (0, 7.5, 15, 25, 40)]


@given(st.lists(st.tuples(st.integers(-9, 9), st.floats(0, 9)), max_size=40))
def test_while_it_is_held_it_never_runs_back(steps):
    count, machine = Count(), TEN
    time = Onward(count)
    before = TEN
    time.see(before)
    for set_by, passed in steps:
        count.seconds += passed
        machine += timedelta(seconds=passed + set_by)
        now = time.at(machine)
        assert now >= before
        time.see(now)  # as an event of it would
        before = now


@given(st.integers(0, 2**32))
def test_events_never_go_back_however_the_clock_is_set(seed):
    chance, world = random.Random(seed), World(Store.in_memory())
    world.manager()
    for _ in range(6):
        world.later(seconds=chance.uniform(-90_000, 90_000))
        world.host().note_event(Action.ASSURE)
        with world.store.writing() as session:  # by an instant that was read before the lock was there
            audit.append(session, at=world.now, actor="host", action=Action.ASSURE, outcome=Outcome.ALLOW)

    instants = [event.at for event in world.events()]

    assert len(instants) == 12
    assert instants == sorted(instants)


# What has ended stays ended


@pytest.mark.both_databases
def test_C5_a_clock_set_back_gives_nobody_the_case_back(world):
    world.case("OKF-1")
    world.manager()
    world.volunteer()
    grant = world.grant("volunteer", "OKF-1")
    world.role("volunteer", Role.TRUSTEE, since="2026-01-05", until=world.now)
    revoke_grant(world.desk("manager"), grant)
    world.later(hours=-1)

    assert not world.may("volunteer", Action.OPEN_CASE, "OKF-1")
    assert not world.may("volunteer", Action.READ_FIGURES)


def test_another_process_that_revoked_is_seen_by_one_that_only_reads(world):
    world.manager()
    desk = world.desk("manager")
    with world.store.writing() as session:
        later = world.now + timedelta(minutes=30)
        audit.append(session, at=later, actor="host", action=Action.END_GRANT, outcome=Outcome.ALLOW)
    world.store.time = Onward()  # what another process wrote is not in this one's memory

    with desk.one_run(), desk.reading() as session:
        assert desk.question(session, Action.SEE_COMMITMENT).at == later


# A clock that once ran a year ahead locks nobody out, and lets nobody stay


@pytest.mark.usefixtures("_password_alone")
def test_a_session_of_the_year_ahead_ends_and_its_owner_signs_in_anew(world, count):
    amelia = account(world)
    world.later(**YEAR)
    ahead, _ = sign_in(world, amelia)
    world.later(days=-365)
    count.seconds += 1

    assert live_session(door(world), ahead.id) is not None
    count.seconds += 3600
    assert live_session(door(world), ahead.id) is None

    anew, _ = sign_in(world, amelia)
    end_session(world.desk("amelia.h", session_id=anew.id), anew.id)
    assert live_session(door(world), anew.id) is None


@pytest.mark.usefixtures("_password_alone")
def test_a_session_seen_by_a_clock_that_ran_ahead_is_over(world):
    session, _ = sign_in(world, account(world))
    world.later(hours=1)
    note_seen(door(world), session.id, at_once=True)  # no event is made of it
    world.later(hours=-1)

    assert live_session(door(world), session.id) is None


@pytest.mark.usefixtures("_password_alone")
def test_wrong_tries_of_the_year_ahead_wait_for_minutes_and_are_forgotten_after_a_day(world, count):
    account(world)
    with world.store.writing() as session:
        for _ in range(5):
            count_try(session, "amelia.h", HOME, world.now + timedelta(**YEAR))

    assert isinstance(tries(world, "amelia.h", PASSWORD), Wait)
    assert {one.at for one in world.all(SignInTry)} == {world.now}

    world.later(seconds=31)
    assert isinstance(tries(world, "amelia.h", PASSWORD), Ticket)
    world.later(days=2)
    assert tries(world, "amelia.h") == Wrong()
    assert world.count(SignInTry) == 1


@pytest.mark.usefixtures("_password_alone")
def test_a_wait_ends_also_while_the_clock_is_behind(world, count):
    account(world)
    world.later(**YEAR)
    for _ in range(5):
        assert tries(world, "amelia.h") == Wrong()
    world.later(days=-365)

    assert isinstance(tries(world, "amelia.h", PASSWORD), Wait)
    count.seconds += 62
    assert isinstance(tries(world, "amelia.h", PASSWORD), Ticket)


def test_a_code_is_the_authenticators_own_time_and_one_of_the_year_ahead_shuts_nobody_out(world):
    amelia, _ = account_with_second_factor(world)
    world.later(**YEAR)
    sign_in(world, amelia)
    world.later(days=-365, minutes=5)

    step = tries(world, "amelia.h", PASSWORD)

    assert isinstance(step, Ticket)
    assert isinstance(check_code(door(world), step.token, code(world, amelia.secret), HOME), Ticket)


@pytest.mark.usefixtures("_password_alone")
def test_a_ticket_of_the_year_ahead_is_no_way_in(world):
    account(world)
    with world.store.writing() as session:
        ticket = issue_ticket(session, "amelia.h", Step.COOKIE, at=world.now + timedelta(**YEAR))
        assert take_ticket(session, ticket.token, Step.COOKIE, world.now) is None


# It is said, and on record


def notes(world: World) -> list[tuple[str, datetime]]:
    """What the record says of the clock, and for when."""
    return [(event.facts["did"], event.at) for event in world.events(action=Action.WATCH_CLOCK)]


def test_a_clock_behind_the_record_is_said_to_everybody_and_put_on_record_once(world, count):
    world.host().note_event(Action.ASSURE)
    watch_clock(world.host())
    assert world.host().clock_behind() is None
    world.later(minutes=-3)

    said = world.desk("anybody").clock_behind()
    assert said is not None
    assert "it says 23 November 2026 at 09:57" in said
    assert "record reached 23 November 2026 at 10:00" in said
    for _ in range(3):
        watch_clock(world.host())
    assert notes(world) == [(ClockNote.BEHIND, TEN)]

    world.store.time = Onward(count)  # another start in the same spell
    watch_clock(world.host())
    assert len(notes(world)) == 1
    world.later(minutes=4)
    watch_clock(world.host())
    assert notes(world)[1:] == [(ClockNote.CAUGHT_UP, TEN + timedelta(minutes=1))]


@pytest.mark.parametrize("minutes, note", [(6, ClockNote.FORWARD), (-6, ClockNote.BACK), (4, None), (-4, None)])
def test_a_clock_set_by_over_five_minutes_is_on_record(world, count, minutes, note):
    watch_clock(world.host())
    count.seconds += 10
    world.later(seconds=10, minutes=minutes)
    watch_clock(world.host())
    count.seconds += 10
    world.later(seconds=10)
    watch_clock(world.host())

    assert [did for did, _ in notes(world)] == ([note] if note else [])


def test_a_clock_that_is_wrong_for_a_moment_takes_no_time_with_it(world, count):
    watch_clock(world.host())
    for days in (365, -365):
        count.seconds += 10
        world.later(seconds=10, days=days)
        watch_clock(world.host())

    assert [did for did, _ in notes(world)] == [ClockNote.FORWARD, ClockNote.BACK]
    assert world.host().now() == world.now == TEN + timedelta(seconds=20)


def test_assure_shows_what_was_set_and_that_an_event_is_of_the_year_ahead(world, count):
    watch_clock(world.host())
    world.later(minutes=20)
    watch_clock(world.host())
    world.later(**YEAR)
    world.host().note_event(Action.ASSURE)
    world.later(days=-365)

    found = {one.check.key: one for one in assure(world.host()).findings}

    assert dict(found["clock_set"].figures) == {ClockNote.FORWARD: 1}
    assert found["clock_behind"].behind[0].what == (
        "An event is dated 23 November 2027 at 10:20, and this machine's clock says 23 November 2026 at 10:20."
    )
