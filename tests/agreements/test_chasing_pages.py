"""The pages of chasing on the screen: what is sent to whom, and what a click does."""

from __future__ import annotations

import pytest

from okf.caseload.commands.digest import send_mails
from okf.store.models import Mail, Reminder
from okf.terms import Role
from okf.today.queries.pending import pending_items
from tests.post_office import PostOffice
from tests.safeguarding.test_concern_pages import open_page, shown
from tests.world import World

pytestmark = pytest.mark.one_database


@pytest.fixture
def charity(world: World) -> World:
    world.manager(name="Mona Ger", email="mona@okf.example")
    world.volunteer("vera", signed=None, name="Vera Unsigned", email="vera@okf.example")
    world.volunteer("sid", name="Sid Signed", email="sid@okf.example")
    world.volunteer("left", signed=None, name="Lena Left", left_at="2026-11-01")
    world.case("OKF-1", granted_to=["vera"])
    return world


def test_one_click_reminds_one_person(charity: World) -> None:
    page = open_page(charity, "manager", "chasing")
    told = shown(page)
    assert "Vera Unsigned" in told
    assert "Not reminded yet" in told
    assert not [name for name in ("Sid Signed", "Lena Left", "OKF-1") if name in told]

    page.button(key="remind_vera").click().run()

    assert charity.one(Reminder).person == "vera"
    assert "1 person is reminded" in page.success[0].value
    assert "Last reminded 23 Nov 2026" in shown(page)


def test_a_reminder_to_everybody_asks_first_and_reaches_all(charity: World) -> None:
    charity.volunteer("victor", signed=None)
    page = open_page(charity, "manager", "chasing")

    next(button for button in page.button if button.label == "Remind them all").click().run()

    assert {one.person for one in charity.all(Reminder)} == {"vera", "victor"}


def test_the_compliance_viewer_reminds_too_and_learns_of_no_case(charity: World) -> None:
    charity.person("viewer", roles=[Role.COMPLIANCE_VIEWER])
    assert "chasing" in [one.page for one in pending_items(charity.desk("viewer"))]
    page = open_page(charity, "viewer", "chasing")

    page.button(key="remind_vera").click().run()

    assert charity.one(Reminder).asked_by == "viewer"
    assert "OKF-1" not in shown(page)


def test_a_mail_that_did_not_go_is_shown_and_sent_again(charity: World, office: PostOffice) -> None:
    office.refused["vera@okf.example"] = "550 no such mailbox"
    open_page(charity, "manager", "chasing").button(key="remind_vera").click().run()
    send_mails(charity.host())

    assert "did not go" in " ".join(one.text for one in pending_items(charity.desk("manager")))
    page = open_page(charity, "manager", "mail")
    assert "550 no such mailbox" in shown(page)
    next(button for button in page.button if button.label == "Send again").click().run()

    assert charity.one(Mail).state == "waiting"


def test_today_tells_what_waits(charity: World) -> None:
    assert [one.text for one in pending_items(charity.desk("vera"))] == ["You have 1 agreement to sign"]
    assert "1 person has something to sign" in [one.text for one in pending_items(charity.desk("manager"))]
    assert pending_items(charity.desk("sid")) == []


def test_mails_are_for_managers_and_administrators(charity: World) -> None:
    charity.caseworker()
    assert open_page(charity, "caseworker", "mail").error
    assert not open_page(charity, "manager", "mail").error
