"""Failed tries are counted in the database, and nobody can lock somebody else out for good."""

from __future__ import annotations

import hashlib
import threading
import time

import pytest

from okf.people.commands import throttling as throttle
from okf.people.commands.accounts import lift_lockout
from okf.people.commands.sign_in import Wait, Wrong
from okf.people.commands.tickets import Ticket, sha256
from okf.shell.live_session import Source
from okf.store.models import AuditEvent, SignInTry
from okf.terms import Outcome, Role
from tests.people.steps import HOME, PASSWORD, STRANGER, account, sign_in, tries

pytestmark = pytest.mark.usefixtures("_without_second_factor")


def test_after_five_wrong_passwords_the_next_waits_even_if_it_is_right(world):
    account(world)
    for _ in range(5):
        assert tries(world, "amelia.h") == Wrong()

    answer = tries(world, "amelia.h", PASSWORD)

    assert isinstance(answer, Wait)
    assert (answer.until - world.now).total_seconds() == 30


def test_the_wait_doubles_and_ends_at_a_quarter_of_an_hour(world):
    account(world)
    waits = []
    for _ in range(14):
        answer = tries(world, "amelia.h")
        if isinstance(answer, Wait):
            waits.append(int((answer.until - world.now).total_seconds()))
            world.at(answer.until)
            assert tries(world, "amelia.h") == Wrong()

    assert waits[:7] == [30, 60, 120, 240, 480, 900, 900]


def test_tries_made_while_waiting_are_neither_looked_at_nor_counted(world):
    account(world)
    for _ in range(5):
        tries(world, "amelia.h")
    for _ in range(50):
        assert isinstance(tries(world, "amelia.h", PASSWORD), Wait)

    world.later(seconds=31)

    assert isinstance(tries(world, "amelia.h", PASSWORD), Ticket)


def test_a_stranger_who_knows_the_name_does_not_keep_its_owner_out(world):
    """Not from a browser of theirs, and not for more than minutes from a new one."""
    amelia = account(world)
    _, begun = sign_in(world, amelia)
    at_home = Source(STRANGER.address, browser=sha256(begun.browser))  # even behind the stranger's own address
    world.later(hours=2)
    for number in range(200):
        tries(world, "amelia.h", source=Source(f"203.0.113.{number % 50}"))
        tries(world, "amelia.h", source=STRANGER)

    from_elsewhere = tries(world, "amelia.h", PASSWORD, source=Source("192.0.2.44"))
    assert isinstance(from_elsewhere, Wait)
    assert (from_elsewhere.until - world.now).total_seconds() <= 300
    assert isinstance(tries(world, "amelia.h", PASSWORD, source=at_home), Ticket)


def test_a_browser_known_to_one_person_is_not_known_to_another(world):
    _, begun = sign_in(world, account(world))
    account(world, "ben.k")
    marked = Source(STRANGER.address, browser=sha256(begun.browser))

    for _ in range(5):
        tries(world, "ben.k", source=marked)

    assert isinstance(tries(world, "ben.k", source=STRANGER), Wait)


def test_one_source_that_tries_many_names_waits(world):
    for number in range(30):
        assert tries(world, f"guess{number}") == Wrong()

    assert isinstance(tries(world, "guess99"), Wait)
    assert tries(world, "guess99", source=STRANGER) == Wrong()


@pytest.mark.both_databases
def test_a_hundred_tries_at_once_are_counted_before_they_are_looked_at(world):
    account(world)
    answers = []
    threads = [threading.Thread(target=lambda: answers.append(tries(world, "amelia.h"))) for _ in range(12)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(isinstance(answer, Wrong) for answer in answers) == 5
    assert sum(isinstance(answer, Wait) for answer in answers) == 7


def test_an_unknown_name_is_answered_and_counted_like_a_known_one(world):
    account(world)

    known = [type(tries(world, "amelia.h")) for _ in range(7)]
    unknown = [type(tries(world, "nobody.here", source=STRANGER)) for _ in range(7)]

    assert known == unknown


@pytest.mark.usefixtures("slow_hashes")
def test_an_unknown_name_takes_the_same_time(world):
    account(world)

    def seconds(username: str) -> float:
        times = []
        for number in range(5):
            start = time.perf_counter()
            tries(world, username, source=Source(f"192.0.2.{number}"))
            times.append(time.perf_counter() - start)
        return sorted(times)[2]

    known, unknown = seconds("amelia.h"), seconds("nobody.here")

    assert 0.5 < known / unknown < 2


def test_an_account_that_is_switched_off_reads_like_a_wrong_password(world):
    account(world)
    world.leave("amelia.h")

    assert tries(world, "amelia.h", PASSWORD) == Wrong()


def test_what_was_typed_as_an_unknown_name_is_kept_nowhere(world):
    """People type their password into the wrong field."""
    tries(world, "my secret passphrase", "x")

    kept = str([vars(row) for row in (*world.all(SignInTry), *world.all(AuditEvent))])
    assert "secret passphrase" not in kept
    assert "unknown:" in kept
    assert hashlib.sha256(b"my secret passphrase").hexdigest()[:8] not in kept  # who has the database could guess it


def test_failed_tries_are_on_the_audit_record_with_their_source_and_no_password(world):
    account(world)

    tries(world, "amelia.h", "not the password")

    event = world.all(AuditEvent)[-1]
    assert (event.actor, event.outcome) == ("amelia.h", Outcome.DENY)
    assert event.facts == {"did": "sign-in failed", "source": HOME.address, "step": "password"}
    assert "not the password" not in str(vars(event))


def test_signing_in_forgets_the_tries_of_that_source_alone(world):
    amelia = account(world)
    for _ in range(3):
        tries(world, "amelia.h")
        tries(world, "amelia.h", source=STRANGER)

    sign_in(world, amelia)

    assert {row.source for row in world.all(SignInTry)} == {STRANGER.address}


def test_an_administrator_lifts_a_lockout(world):
    account(world)
    account(world, "admin.a", Role.ADMINISTRATOR)
    for _ in range(6):
        tries(world, "amelia.h")

    lift_lockout(world.desk("admin.a"), "amelia.h")

    assert isinstance(tries(world, "amelia.h", PASSWORD), Ticket)


def test_tries_are_purged_after_a_day(world):
    tries(world, "amelia.h")
    world.later(days=1, minutes=1)

    tries(world, "ben.k")

    assert len(world.all(SignInTry)) == 1


def test_the_limits_are_what_the_documents_say():
    assert throttle.BY_ACCOUNT_AND_SOURCE.free == 5
    assert throttle.BY_SOURCE.free == 30
    assert throttle.BY_ACCOUNT.free == 20
