"""How accounts begin, and what an administrator may do and may not."""

from __future__ import annotations

from itertools import product

import pytest

from okf.asker import allowed_actions
from okf.errors import Conflict, Invalid, NotFound, Refused
from okf.paging import Page, Sort
from okf.people.commands import invitations
from okf.people.commands.accounts import end_sessions, lift_lockout, set_password, switch_off, switch_on
from okf.people.commands.invitations import accept_invitation, invite_again, invite_person, invitee
from okf.people.commands.tickets import Ticket
from okf.people.queries.accounts import SORTS, AccountState, accounts_in_view
from okf.people.queries.own import own_access, own_account, own_audit_trail
from okf.store.models import AgreementStanding, Invitation, Person, PersonRole
from okf.terms import Action, Capacity, Role
from tests.people.steps import HOME, PASSWORD, accept, account, door, invite, sign_in, tries


@pytest.fixture(autouse=True)
def _optional(_without_second_factor):
    """A password alone signs in."""


@pytest.mark.both_databases
def test_an_invitation_sets_ones_own_password_once(world):
    token = invite(world, "amelia.h", Role.CASEWORKER)
    assert invitee(door(world), token).name == "Amelia Hart"
    assert invitee(door(world), token).least == 15

    accept(world, token)

    assert isinstance(tries(world, "amelia.h", PASSWORD), Ticket)
    with pytest.raises(NotFound, match="used already"):
        accept(world, token, "another walnut orbit kettle")


def test_looking_at_an_invitation_uses_nothing_up(world):
    token = invite(world)
    for _ in range(3):
        invitee(door(world), token)
    with pytest.raises(Invalid):
        accept(world, token, "too short")

    assert accept(world, token)


def test_an_invitation_is_over_after_72_hours(world):
    token = invite(world)
    world.later(hours=71, minutes=59)
    assert invitee(door(world), token)
    world.later(minutes=1)

    with pytest.raises(NotFound, match="72 hours"):
        accept(world, token)


def test_a_new_invitation_voids_the_one_before_and_leaves_the_password(world):
    account(world)
    first = invite_again(world.host(), "amelia.h").token

    second = invite_again(world.host(), "amelia.h").token

    assert isinstance(tries(world, "amelia.h", PASSWORD), Ticket)
    with pytest.raises(NotFound):
        invitee(door(world), first)
    assert invitee(door(world), second)


def test_accepting_an_invitation_ends_every_session(world):
    from okf.people.queries.sessions import live_session

    session, _ = sign_in(world, account(world))

    accept(world, invite_again(world.host(), "amelia.h").token, "another walnut orbit kettle")

    assert live_session(door(world), session.id) is None


def test_an_invitation_of_an_account_that_is_switched_off_is_void(world):
    token = invite(world)
    switch_off(world.host(), "amelia.h")

    with pytest.raises(NotFound):
        accept_invitation(door(world), token, PASSWORD, HOME)


def test_the_token_of_an_invitation_is_kept_nowhere_and_stands_after_the_hash(world):
    invited = invite_person(
        world.host(), "ben.k", name="Ben Kay", email="b@example.org", roles=[], capacity=Capacity.VOLUNTEER
    )

    kept = str([vars(row) for row in (*world.all(Invitation), *world.events())])
    assert invited.token not in kept
    assert invited.address("https://casebook.example.org/") == (
        f"https://casebook.example.org/#invitation={invited.token}"
    )


@pytest.mark.parametrize(
    "change, field",
    [
        ({"username": "no"}, "Username"),
        ({"username": "ü.müller"}, "Username"),
        ({"email": "nowhere"}, "E-mail"),
        ({"name": " "}, "Name"),
        ({"capacity": Capacity.ALLIED_PARTNER}, "Organisation"),
        ({"organisation": "harbour_advice"}, "Organisation"),
    ],
)
def test_a_person_is_invited_with_what_an_account_needs(world, change, field):
    asked = {"username": "ben.k", "name": "Ben Kay", "email": "b@example.org", "capacity": Capacity.STAFF} | change
    username = asked.pop("username")

    with pytest.raises(Invalid) as refused:
        invite_person(world.host(), username, **asked)

    assert refused.value.field == field


def test_nobody_is_invited_over_somebody_else(world):
    account(world)

    with pytest.raises(Conflict):
        invite(world)


def test_an_administrator_gives_nobody_a_role(world, office):
    """Neither by inviting, which only the host does, nor by any command on the page."""
    account(world, "admin.a", Role.ADMINISTRATOR)
    account(world)
    desk, before = world.desk("admin.a"), world.count(PersonRole)

    with pytest.raises(Invalid, match="host"):
        invite_person(desk, "me.too", name="Me Too", email="m@example.org", roles=[Role.DSL], capacity=Capacity.STAFF)
    for act in (switch_off, switch_on, end_sessions, lift_lockout, invite_again):
        act(desk, "amelia.h")

    assert world.count(PersonRole) == before


def test_an_administrator_sets_nobody_elses_password(world):
    account(world, "admin.a", Role.ADMINISTRATOR)
    account(world)

    with pytest.raises(Invalid, match="host"):
        set_password(world.desk("admin.a"), "amelia.h", "another walnut orbit kettle")


def test_an_administrator_neither_switches_themselves_off_nor_invites_themselves(world):
    account(world, "admin.a", Role.ADMINISTRATOR)
    desk = world.desk("admin.a")

    with pytest.raises(Invalid):
        switch_off(desk, "admin.a")
    with pytest.raises(Invalid):
        invite_again(desk, "admin.a")


def test_nobody_else_manages_accounts(world):
    account(world)
    world.person("other", roles=[role for role in Role if role is not Role.ADMINISTRATOR])

    for act in (switch_off, switch_on, end_sessions, lift_lockout, invite_again):
        with pytest.raises(Refused):
            act(world.desk("other"), "amelia.h")


def test_the_administrators_list_shows_how_far_each_account_is(world):
    account(world, "admin.a", Role.ADMINISTRATOR)
    sign_in(world, account(world))
    invite(world, "ben.k")
    account(world, "gone.g")
    switch_off(world.host(), "gone.g")
    world.person("paper", name="Paper Only")
    tries(world, "amelia.h")

    rows = {row.username: row for row in accounts_in_view(world.desk("admin.a")).rows}

    assert {name: row.state for name, row in rows.items()} == {
        "admin.a": AccountState.ON,
        "amelia.h": AccountState.ON,
        "ben.k": AccountState.INVITED,
        "gone.g": AccountState.OFF,
        "paper": AccountState.NO_PASSWORD,
    }
    assert (rows["amelia.h"].live_sessions, rows["amelia.h"].failed_tries) == (1, 1)
    assert rows["amelia.h"].last_sign_in == world.now
    assert rows["admin.a"].roles == (Role.ADMINISTRATOR,)


@pytest.mark.both_databases
def test_the_list_comes_a_page_at_a_time_and_can_be_searched(world):
    account(world, "admin.a", Role.ADMINISTRATOR)
    for number in range(60):
        world.person(f"p{number:02}", name=f"Person {number:02}", signed=None)
    desk = world.desk("admin.a")

    first = accounts_in_view(desk)
    second = accounts_in_view(desk, page=Page(after=first.next))

    assert (len(first.rows), len(second.rows), second.next) == (50, 11, None)
    assert not {row.username for row in first.rows} & {row.username for row in second.rows}
    assert [row.username for row in accounts_in_view(desk, words="ON 4").rows] == [f"p4{n}" for n in range(10)]
    assert accounts_in_view(desk, words="100%_").rows == ()
    for by, descending in product(SORTS, (False, True)):
        rows, after = [], None
        for _ in range(9):
            page = accounts_in_view(desk, page=Page(after=after, size=25), sort=Sort(by, descending))
            rows += [row.username for row in page.rows]
            if not (after := page.next):
                break
        assert len(rows) == len(set(rows)) == 61, by


def test_only_an_administrator_sees_the_list(world):
    with pytest.raises(Refused):
        accounts_in_view(world.desk(world.manager()))


def test_the_menu_asks_the_policy(world):
    world.person("admin", roles=[Role.ADMINISTRATOR])
    world.caseworker()
    asked = {Action.MANAGE_ACCOUNTS, Action.MANAGE_OWN_ACCOUNT}

    assert allowed_actions(world.desk("admin"), asked) == asked
    assert allowed_actions(world.desk("caseworker"), asked) == {Action.MANAGE_OWN_ACCOUNT}


def test_everyone_sees_their_own_account_access_and_trail_and_nobody_elses(world):
    session, _ = sign_in(world, account(world, "amelia.h", Role.CASEWORKER))
    sign_in(world, account(world, "ben.k"))
    world.case("OKF-1", granted_to=["amelia.h"])
    world.case("OKF-2", granted_to=["ben.k"])
    desk = world.desk("amelia.h", session_id=session.id)

    assert own_account(desk).roles == (Role.CASEWORKER,)
    assert [grant.case_ref for grant in own_access(desk)] == ["OKF-1"]
    assert [event.did for event in own_audit_trail(desk)] == ["signed in"]


@pytest.mark.both_databases
def test_ones_own_trail_comes_a_page_at_a_time(world):
    account(world)
    desk = world.desk("amelia.h")
    for number in range(55):
        desk.note_event(Action.MANAGE_OWN_ACCOUNT, did=f"event {number}")

    first = own_audit_trail(desk)
    second = own_audit_trail(desk, before=first[-1].seq)

    assert [event.did for event in first][:2] == ["event 54", "event 53"]
    assert [event.did for event in second] == [f"event {n}" for n in range(4, -1, -1)]


def test_who_has_signed_what_follows_the_account(world):
    """A new person has never signed; a person switched off owes nothing more, and does again when switched on."""
    invite(world)

    def standings() -> list[tuple[Capacity, bool]]:
        return [(row.kind, row.ended_at is not None) for row in world.all(AgreementStanding, person="amelia.h")]

    new = standings()
    switch_off(world.host(), "amelia.h")
    off = standings()
    switch_on(world.host(), "amelia.h")

    assert new == standings() == [(Capacity.STAFF, False)]
    assert off == [(Capacity.STAFF, True)]


def test_every_change_of_an_account_is_on_the_audit_record_with_its_actor(world, office):
    account(world)
    account(world, "admin.a", Role.ADMINISTRATOR)
    desk = world.desk("admin.a")
    for act in (invite_again, end_sessions, lift_lockout, switch_off, switch_on):
        act(desk, "amelia.h")

    told = [(event.actor, event.subject, event.facts["did"]) for event in world.events(actor="admin.a")]

    assert told == [
        ("admin.a", "amelia.h", did)
        for did in (
            "person invited again",
            "sessions ended",
            "lockout lifted",
            "account switched off",
            "account switched on",
        )
    ]
    assert world.one(Person, username="amelia.h").left_at is None
    assert invitations.LASTS.total_seconds() == 72 * 3600
