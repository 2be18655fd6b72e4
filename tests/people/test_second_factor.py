"""Codes that work once, recovery codes that work once, and who may take a second factor off."""

from __future__ import annotations

import threading

import pytest
from argon2 import PasswordHasher

from okf.errors import Invalid
from okf.people.commands import codes, sign_in, tickets
from okf.people.commands.proofs import require_own_code, require_own_password
from okf.people.commands.second_factor import (
    begin_second_factor,
    confirm_second_factor,
    remove_second_factor,
    renew_recovery_codes,
    reset_second_factor,
)
from okf.people.commands.sessions import begin_session
from okf.people.commands.sign_in import Wait, Wrong
from okf.people.commands.tickets import Step, Ticket
from okf.people.queries.sessions import live_session
from okf.proof.queries.assurance.rows import rows_and_marks
from okf.store.models import AuditEvent, Credential, RecoveryCode
from okf.terms import Action, Role
from tests.people.steps import (
    HOME,
    PASSWORD,
    STRANGER,
    accept,
    account,
    account_with_second_factor,
    code,
    door,
    invite,
    sign_in as sign_in_whole,
    tries,
)


@pytest.fixture(autouse=True)
def _optional(_without_second_factor):
    """Not required, unless a test says so."""


def password_step(world, username="amelia.h") -> Ticket:
    answer = tries(world, username, PASSWORD)
    assert isinstance(answer, Ticket)
    return answer


def test_a_password_alone_lets_nobody_in_who_has_a_second_factor(world):
    account_with_second_factor(world)

    step = password_step(world)

    assert step.step == Step.CODE
    assert sign_in.finish_enrolment(door(world), step.token) is None
    with world.store.writing() as session:
        assert tickets.take_ticket(session, step.token, Step.COOKIE, world.now) is None


def test_a_code_works_once(world):
    amelia, _ = account_with_second_factor(world)
    first, second = password_step(world), password_step(world)
    now = code(world, amelia.secret)

    assert isinstance(sign_in.check_code(door(world), first.token, now, HOME), Ticket)
    assert sign_in.check_code(door(world), second.token, now, HOME) == Wrong()


@pytest.mark.both_databases
def test_a_code_works_once_under_two_requests_at_the_same_time(world):
    amelia, _ = account_with_second_factor(world)
    steps = [password_step(world) for _ in range(4)]
    now, answers = code(world, amelia.secret), []

    def give(step: Ticket) -> None:
        answers.append(sign_in.check_code(door(world), step.token, now, HOME))

    threads = [threading.Thread(target=give, args=(step,)) for step in steps]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sum(isinstance(answer, Ticket) for answer in answers) == 1


@pytest.mark.parametrize("ago, right", [(0, True), (1, True), (-1, True), (2, False), (-2, False)])
def test_a_code_of_half_a_minute_before_or_after_still_works(world, ago, right):
    amelia, _ = account_with_second_factor(world)
    world.later(minutes=5)

    answer = sign_in.check_code(door(world), password_step(world).token, code(world, amelia.secret, ago=ago), HOME)

    assert isinstance(answer, Ticket) is right


def test_a_recovery_code_works_once_however_it_is_typed(world):
    _, recovery = account_with_second_factor(world)

    typed = recovery[0].lower().replace("-", " ")
    assert isinstance(sign_in.check_code(door(world), password_step(world).token, typed, HOME), Ticket)
    assert sign_in.check_code(door(world), password_step(world).token, recovery[0], HOME) == Wrong()
    with world.store.reading() as session:
        assert codes.codes_left(session, "amelia.h") == 9


def test_whatever_is_used_up_or_made_at_the_door_is_on_record(world):
    amelia, recovery = account_with_second_factor(world)
    live, _ = sign_in_whole(world, amelia)
    require_own_code(world.desk("amelia.h", session_id=live.id), recovery[0])
    weaker = PasswordHasher(time_cost=2, memory_cost=16, parallelism=1).hash(PASSWORD)
    with world.host().permitted(Action.MANAGE_ACCOUNTS) as deed:
        deed.session.get_one(Credential, "amelia.h").password_hash = weaker
    password_step(world)

    told = [event.facts.get("did") for event in world.events(actor="amelia.h")]
    assert {"recovery code used", "password hashed anew"} <= set(told)
    with world.store.reading() as session:
        assert [one.what for finding in rows_and_marks(session) for one in finding.behind] == []


def test_recovery_codes_are_kept_as_hashes(world):
    _, recovery = account_with_second_factor(world)

    kept = str([vars(row) for row in world.all(RecoveryCode)])
    assert len(recovery) == len(set(recovery)) == 10
    assert {len(one.replace("-", "")) for one in recovery} == {24}  # of 32 letters: 120 bits, too many to try them all
    assert not any(one in kept or one.replace("-", "") in kept for one in recovery)


def test_wrong_codes_are_counted_over_all_sources(world):
    """Whoever gives codes has the password: even a known browser waits."""
    account_with_second_factor(world)
    step = password_step(world)
    for number in range(8):
        source = HOME if number % 2 else STRANGER
        assert sign_in.check_code(door(world), step.token, "000000", source) == Wrong()

    assert isinstance(sign_in.check_code(door(world), step.token, "000000", HOME), Wait)


def test_the_step_for_the_code_is_over_after_five_minutes(world):
    amelia, _ = account_with_second_factor(world)
    step = password_step(world)
    world.later(minutes=5)

    assert sign_in.check_code(door(world), step.token, code(world, amelia.secret), HOME) is None


@pytest.mark.usefixtures("_with_second_factor")
def test_where_it_is_required_somebody_without_one_sets_it_up_before_any_page(world):
    account(world)

    step = password_step(world)
    enrolment = sign_in.begin_enrolment(door(world), step.token)
    done = sign_in.end_enrolment(door(world), step.token, code(world, enrolment.secret), HOME)

    assert step.step == Step.ENROL
    assert enrolment.picture.startswith("data:image/svg+xml")
    assert isinstance(done, tuple)
    last = sign_in.finish_enrolment(door(world), done[0].token)
    assert last.step == Step.COOKIE
    assert sign_in.finish_enrolment(door(world), done[0].token) is None


@pytest.mark.usefixtures("_with_second_factor")
def test_a_secret_that_no_code_confirmed_counts_for_nothing(world):
    account(world)
    step = password_step(world)
    first = sign_in.begin_enrolment(door(world), step.token)

    assert sign_in.end_enrolment(door(world), step.token, "000000", HOME) == Wrong()
    assert sign_in.begin_enrolment(door(world), step.token) == first
    assert password_step(world).step == Step.ENROL


@pytest.mark.usefixtures("_with_second_factor")
def test_an_invitation_leads_through_the_second_factor(world):
    assert accept(world, invite(world)).step == Step.ENROL


def test_an_invitation_does_not_take_a_second_factor_off(world):
    account_with_second_factor(world)
    from okf.people.commands.invitations import invite_again

    step = accept(world, invite_again(world.host(), "amelia.h").token, "another walnut orbit kettle")

    assert step.step == Step.CODE


def test_a_second_factor_is_set_up_against_the_password_and_taken_off_against_a_code(world):
    account(world)
    desk = world.desk("amelia.h", session_id="s")
    with pytest.raises(Invalid, match="not your password"):
        begin_second_factor(desk, "wrong")
    secret = begin_second_factor(desk, PASSWORD).secret
    with pytest.raises(Invalid, match="Code"):
        confirm_second_factor(desk, "000000")
    confirm_second_factor(desk, code(world, secret))
    world.later(minutes=1)
    with pytest.raises(Invalid, match="Code"):
        remove_second_factor(desk, "000000")

    remove_second_factor(desk, code(world, secret))

    assert world.one(Credential, person="amelia.h").totp_secret is None
    assert world.count(RecoveryCode) == 0


def set_up(world, here, secret):
    confirm_second_factor(here, code(world, begin_second_factor(here, PASSWORD).secret))


def renew(world, here, secret):
    renew_recovery_codes(here, code(world, secret))


def take_off(world, here, secret):
    remove_second_factor(here, code(world, secret))


@pytest.mark.parametrize("change", [set_up, renew, take_off])
def test_a_change_of_the_second_factor_ends_every_other_way_in(world, change):
    who = account(world) if change is set_up else account_with_second_factor(world)[0]
    here, elsewhere = sign_in_whole(world, who)[0], sign_in_whole(world, later(world, who))[0]
    halfway = password_step(world)
    later(world, who)

    change(world, world.desk("amelia.h", session_id=here.id), who.secret)

    assert live_session(door(world), here.id)
    assert live_session(door(world), elsewhere.id) is None
    with world.store.reading() as session:
        assert tickets.holder(session, halfway.token, halfway.step, world.now) is None


def later(world, who):
    """A minute on: a code of this person's works again."""
    world.later(minutes=1)
    return who


@pytest.mark.usefixtures("_with_second_factor")
def test_who_began_to_set_one_up_beside_its_owner_is_out_once_it_is_set_up(world):
    """Whoever else had the password could otherwise put a second factor of theirs in its place."""
    account(world)
    owner, other = password_step(world), password_step(world)
    secret = sign_in.begin_enrolment(door(world), owner.token).secret

    done, _ = sign_in.end_enrolment(door(world), owner.token, code(world, secret), HOME)

    assert sign_in.begin_enrolment(door(world), other.token) is None
    last = sign_in.finish_enrolment(door(world), done.token)
    assert begin_session(door(world), last.token, HOME, told=None, replaces=None)


def test_new_recovery_codes_replace_the_old_ones(world):
    amelia, old = account_with_second_factor(world)
    desk = world.desk("amelia.h", session_id="s")

    new = renew_recovery_codes(desk, code(world, amelia.secret))

    assert not set(new) & set(old)
    assert sign_in.check_code(door(world), password_step(world).token, old[0], HOME) == Wrong()


def test_only_the_host_resets_somebody_elses(world):
    """An administrator who could do this and invite again could become anybody."""
    account_with_second_factor(world)
    account(world, "admin.a", Role.ADMINISTRATOR)
    with pytest.raises(Invalid, match="from the host"):
        reset_second_factor(world.desk("admin.a"), "amelia.h")

    reset_second_factor(world.host(), "amelia.h")

    assert password_step(world).step == Step.COOKIE


def test_the_password_is_asked_again_no_more_often_than_at_the_door(world):
    session, _ = sign_in_whole(world, account(world))
    desk = world.desk("amelia.h", session_id=session.id)
    for _ in range(5):
        with pytest.raises(Invalid, match="not your password"):
            require_own_password(desk, "wrong")

    with pytest.raises(Invalid, match="too many"):
        require_own_password(desk, PASSWORD)


def test_an_empty_field_is_no_wrong_password_on_record(world):
    session, _ = sign_in_whole(world, account(world))
    desk = world.desk("amelia.h", session_id=session.id)
    before = world.count(AuditEvent)

    for asked in (require_own_password, require_own_code):
        with pytest.raises(Invalid, match="type it first"):
            asked(desk, "")

    assert world.count(AuditEvent) == before
