"""An invitation reaches its owner alone: nobody who works in Casebook sees one, and its owner hears of each."""

from __future__ import annotations

import re

import pytest
from streamlit.testing.v1 import AppTest

from okf.desk import Desk
from okf.errors import Invalid, NotFound, Refused
from okf.people.commands.accounts import set_password, switch_off
from okf.people.commands.invitations import invite_again, invitee
from okf.people.commands.outbox import send_again, send_at_once
from okf.people.commands.second_factor import reset_second_factor
from okf.people.queries.own import own_account_news
from okf.people.queries.sessions import live_session
from okf.policy.chasing import MailKind, MailState
from okf.store.models import Invitation, Mail, Person, SignInSession
from okf.terms import Action, Role
from tests.behind import unrecorded
from tests.people.steps import accept, account, account_with_second_factor, door, sign_in
from tests.post_office import PostOffice
from tests.world import World


@pytest.fixture(autouse=True)
def _optional(_without_second_factor: None) -> None:
    """A password alone signs in."""


@pytest.fixture
def admin(world: World) -> Desk:
    account(world, "admin.a", Role.ADMINISTRATOR)
    return world.desk("admin.a")


def token_in(mail: object) -> str:
    found = re.search(r"https://casebook.okf.example/#invitation=(\S+)", str(mail))
    assert found
    return found[1]


@pytest.mark.both_databases
def test_an_administrators_invitation_goes_to_its_owner_by_mail_and_is_in_no_ones_hands(
    world: World, admin: Desk, office: PostOffice
) -> None:
    account(world)

    assert invite_again(admin, "amelia.h") is None
    assert not world.all(Invitation, person="amelia.h", used_at=None)  # the link is made as the mail goes
    send_at_once(world.host())

    [(to, mail)] = office.taken
    token = token_in(mail.get_payload(decode=True).decode())  # type: ignore[union-attr]
    assert to == "amelia@example.org"
    assert token not in str([vars(row) for row in (*world.all(Invitation), *world.all(Mail), *world.events())])
    assert accept(world, token, "another walnut orbit kettle")


def test_the_page_shows_no_link_and_says_who_prints_one_where_no_mail_is_set(world: World, admin: Desk) -> None:
    account(world)

    def script(desk):  # type: ignore[no-untyped-def]  # Streamlit runs its source alone
        from pages.accounts import render

        render(desk)

    page = AppTest.from_function(script, kwargs={"desk": admin}, default_timeout=30).run()
    page.selectbox[0].select("amelia.h").run()
    next(button for button in page.button if button.label == "New invitation").click().run()

    assert not page.exception
    assert "python -m okf invite amelia.h" in page.error[0].value
    assert not page.code
    assert "End sessions" in [button.label for button in page.button]  # what else can be done is there still
    assert not world.all(Invitation, person="amelia.h", used_at=None)


def test_nobody_is_signed_out_where_nothing_can_be_sent(world: World, admin: Desk) -> None:
    session, _ = sign_in(world, account(world))

    with pytest.raises(Invalid, match="Ask whoever runs Casebook's machine to print it"):
        invite_again(admin, "amelia.h")

    assert live_session(door(world), session.id)


@pytest.mark.parametrize("how", ["by mail", "on the host"])
def test_whoever_is_invited_anew_is_signed_out_told_by_mail_and_at_the_next_sign_in(
    world: World, admin: Desk, office: PostOffice, how: str
) -> None:
    amelia = account(world)
    session, _ = sign_in(world, amelia)
    world.later(minutes=5)

    invite_again(admin if how == "by mail" else world.host(), "amelia.h")
    send_at_once(world.host())
    world.later(minutes=5)
    again, _ = sign_in(world, amelia)

    assert live_session(door(world), session.id) is None
    assert office.to == ["amelia@example.org"]
    [news] = own_account_news(world.desk("amelia.h", session_id=again.id))
    assert (news.by, news.did) == ("admin.a" if how == "by mail" else "host", "person invited again")
    world.later(minutes=5)
    assert own_account_news(world.desk("amelia.h", session_id=sign_in(world, amelia)[0].id)) == []


def test_a_password_or_second_factor_set_anew_ends_sessions_and_is_told_of(world: World, office: PostOffice) -> None:
    host = Desk.host(world.store, now=world.clock)
    for number, change in enumerate(
        (lambda who: set_password(host, who, "another walnut orbit kettle"), lambda who: reset_second_factor(host, who))
    ):
        who, _ = account_with_second_factor(world, f"amelia.{number}x")
        session, _ = sign_in(world, who)

        change(who.username)
        send_at_once(world.host())

        assert live_session(door(world), session.id) is None
        assert len(office.taken) == number + 1
    assert not [row for row in world.all(SignInSession) if row.ended_at is None]
    assert {mail.kind for mail in world.all(Mail)} == {MailKind.SIGN_IN_CHANGED}


def test_an_invitation_on_its_way_is_withdrawn_with_the_account(world: World, admin: Desk, office: PostOffice) -> None:
    account(world)
    invite_again(admin, "amelia.h")
    switch_off(admin, "amelia.h")

    send_at_once(world.host())

    assert office.taken == []
    assert world.one(Mail).state is MailState.WITHDRAWN


def test_an_invitation_goes_to_no_address_but_the_one_that_they_have_now(
    world: World, admin: Desk, office: PostOffice
) -> None:
    account(world)
    invite_again(admin, "amelia.h")
    with unrecorded(world.store) as session:
        session.get_one(Person, "amelia.h").email = "right@example.org"
    invite_again(admin, "amelia.h")
    send_at_once(world.host())

    assert office.to == ["right@example.org"]


def test_a_second_try_of_the_mail_voids_the_link_of_the_first(world: World, admin: Desk, office: PostOffice) -> None:
    account(world)
    invite_again(admin, "amelia.h")
    office.data_is_told = "451 try again"
    send_at_once(world.host())
    office.data_is_told = None
    world.later(hours=1)
    send_at_once(world.host())

    [(_, mail)] = office.taken
    assert invitee(door(world), token_in(mail.get_payload(decode=True).decode()))  # type: ignore[union-attr]
    assert len(world.all(Invitation, person="amelia.h", used_at=None)) == 1


def test_a_manager_sends_no_invitation_again(world: World, admin: Desk, office: PostOffice) -> None:
    account(world)
    office.refused["amelia@example.org"] = "550 no such mailbox"
    invite_again(admin, "amelia.h")
    send_at_once(world.host())
    mail = world.one(Mail, kind=MailKind.INVITATION)

    with pytest.raises(Refused):
        send_again(world.desk(world.manager()), mail.id)

    send_again(admin, mail.id)
    assert world.one(Mail).state is MailState.WAITING


def test_nobody_is_invited_who_is_not_here(admin: Desk, office: PostOffice) -> None:
    with pytest.raises(NotFound):
        invite_again(admin, "nobody.here")


def test_C5_nobody_invites_whom_they_brought_in_by_a_file(world: World, admin: Desk, office: PostOffice) -> None:
    account(world)
    account(world, "admin.b", Role.ADMINISTRATOR)
    admin.note_event(Action.IMPORT_CASELOAD, subject="amelia.h", did="brought in by a file")

    with pytest.raises(Refused) as refused:
        invite_again(admin, "amelia.h")

    assert refused.value.decision.primary == "own_import"
    assert world.events(action=Action.INVITE)[-1].outcome == "deny"
    assert invite_again(world.desk("admin.b"), "amelia.h") is None
    assert invite_again(Desk.host(world.store, now=world.clock), "amelia.h")
