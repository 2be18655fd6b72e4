"""The agreement pages and Why? on the screen (C7)."""

from __future__ import annotations

from datetime import date

import pytest
from streamlit.testing.v1 import AppTest

from okf.people.commands.accounts import set_password
from okf.store.models import Signature
from okf.terms import Action, Role
from tests.safeguarding.test_concern_pages import field, open_page, shown
from tests.world import World

pytestmark = pytest.mark.one_database
PASSWORD = "violet tractor ledger"
TEXT = "# Heading\n\nI keep what I am told, **whole**."


@pytest.fixture
def charity(world: World) -> World:
    world.manager(name="Mia Manager", team="Office")
    world.volunteer(name="Vera Volunteer", signed=None)
    world.volunteer("signed", name="Sid Signed")
    world.case("OKF-1", granted_to=["volunteer"])
    world.agreement("volunteer", "2", date(2026, 11, 1), resign_by=date(2026, 11, 30), text=TEXT)
    set_password(world.host(), "volunteer", PASSWORD)
    return world


def filled(page: AppTest, name: str = "vera  volunteer", password: str = PASSWORD) -> AppTest:
    field(page, "Your full name").set_value(name)
    field(page, "Your password").set_value(password)
    page.checkbox[0].check()
    return page.button[0].click().run()


def test_C7_the_text_stands_whole_and_the_signing_takes_a_second_look(charity: World) -> None:
    page = open_page(charity, "volunteer", "my_agreements")
    assert "I keep what I am told, **whole**." in shown(page)
    assert "Your access to 1 case waits for it." in shown(page)

    filled(page)
    assert charity.all(Signature, person="volunteer") == []
    page.button(key="okf_final_volunteer").click().run()

    [signature] = charity.all(Signature, person="volunteer")
    assert (signature.version, signature.session_id) == ("2", "session of volunteer")
    assert "You signed" in page.success[0].value
    assert charity.may("volunteer", Action.OPEN_CASE, "OKF-1")


@pytest.mark.parametrize(
    "name, password, told", [("Somebody Else", PASSWORD, "Your full name"), ("Vera Volunteer", "wrong", "Password")]
)
def test_a_wrong_name_or_password_signs_nothing_and_loses_nothing(
    charity: World, name: str, password: str, told: str
) -> None:
    page = filled(open_page(charity, "volunteer", "my_agreements"), name, password)
    page.button(key="okf_final_volunteer").click().run()

    assert told in page.error[0].value
    assert field(page, "Your full name").value == name
    assert charity.all(Signature, person="volunteer") == []


def test_an_incomplete_form_does_not_come_to_the_second_look(charity: World) -> None:
    page = open_page(charity, "volunteer", "my_agreements")
    page.button[0].click().run()

    assert "Nothing is signed yet" in page.error[0].value
    with pytest.raises(KeyError):
        page.button(key="okf_final_volunteer")


def test_C7_what_is_signed_is_what_was_on_the_screen(charity: World) -> None:
    page = filled(open_page(charity, "volunteer", "my_agreements"))
    charity.agreement("volunteer", "3", date(2026, 11, 23), text="Another text.")

    page.button(key="okf_final_volunteer").click().run()

    assert "has changed since you opened this page" in page.error[0].value
    assert charity.all(Signature, person="volunteer") == []
    assert "Another text." in shown(page)


def test_the_board_tells_standing_in_words_the_worst_first_and_the_share(charity: World) -> None:
    page = open_page(charity, "manager", "agreements")

    told = shown(page)
    assert page.metric[0].value == "67 %"
    assert told.index("Vera Volunteer") < told.index("Sid Signed") < told.index("Mia Manager")
    for words in ("Never signed", "Signing due", "Current", "agreements?person=volunteer"):
        assert words in told


def test_a_signature_that_was_never_given_counts_until_no_day_at_all(charity: World) -> None:
    told = shown(open_page(charity, "manager", "agreements", view="By agreement"))

    assert "To the end of" in told
    assert "Open-ended" not in told


def test_the_board_narrows_to_the_unsigned_who_hold_access(charity: World) -> None:
    page = open_page(charity, "manager", "agreements")
    next(box for box in page.selectbox if box.label == "Standing").set_value("unsigned")
    page.checkbox[0].check().run()

    told = shown(page)
    assert "Vera Volunteer" in told
    assert "Sid Signed" not in told


def test_C5_a_compliance_viewer_is_sent_nothing_of_access(charity: World) -> None:
    charity.person("viewer", roles=[Role.COMPLIANCE_VIEWER])

    told = shown(open_page(charity, "viewer", "agreements"))

    assert "Vera Volunteer" in told
    assert "Yes" not in told


def test_one_persons_signatures_are_for_who_may_see_the_board(charity: World) -> None:
    assert "Sid Signed" in shown(open_page(charity, "manager", "agreements", person="signed"))
    refused = open_page(charity, "volunteer", "agreements", person="signed")
    assert "Sid Signed" not in shown(refused)
    assert refused.error


def test_why_answers_of_oneself_and_only_who_oversees_may_name_others(charity: World) -> None:
    page = open_page(charity, "volunteer", "why")
    assert [box.label for box in page.text_input] == [
        "Which? A case, record or concern by its reference; or caseload, or concerns",
        "When? Empty is now",
        "At, London time",
    ]
    field(page, "Which").set_value("OKF-1")
    page.button[0].click().run()

    assert page.header[0].value == "May Vera Volunteer read case OKF\\-1?"
    assert "No Confidentiality Agreement signed by them is on file" in page.error[0].value
    assert "**C7.**" in shown(page)
    assert open_page(charity, "manager", "why").text_input[0].label == "Who? Name or user name"


def test_what_was_entered_of_one_persons_paper_is_not_there_for_the_next(charity: World) -> None:
    charity.volunteer("second", name="Sid Signed-Too")
    page = open_page(charity, "manager", "paper_signatures")
    field(page, "Find a person by name").set_value("Sid").run()
    page.selectbox(key="paper_person").select("signed").run()
    field(page, "Signed on").set_value("1/11/2026").run()
    assert "Sunday 1 November 2026" in [one.value for one in page.caption]

    page.selectbox(key="paper_person").select("second").run()
    assert not field(page, "Signed on").value
