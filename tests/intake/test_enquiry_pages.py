"""Enquiries on the screen: taken with a draft, registered, and nothing of them sent to whoever may not read them."""

from __future__ import annotations

import random
import re
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from okf.cases.commands.registering import register_enquiry
from okf.intake.commands.enquiries import TakenPerson, take_enquiry
from okf.store.models import Case, Draft, Enquiry, EnquiryPerson, ServiceUser, Undertaking
from okf.terms import Action, Role, SupportKind
from okf.terms.intake import ContactCheck, EnquiryPart, EnquiryStatus, NoticeWay, UndertakingAnswer
from tests.cases.test_case_pages import open_page, sent
from tests.world import World

pytestmark = pytest.mark.one_database

MARKED = (
    "MARKED-SAID",
    "MARKED-NOTE",
    "Zelda",
    "Quentin",
    "Ysolde",
    "07700 900001",
    "07700 900002",
    "zelda@example.org",
    "MARKED-HOURS",
    "MARKED-CODE",
    "MARKED-WAY",
    "MARKED-SAFETY",
    "MARKED-STREET",
    "020 7946 0009",
)


@pytest.fixture
def charity(world: World) -> World:
    """Everyone who works here, by what they do."""
    world.person("intake", roles=[Role.INTAKE_OFFICER])
    world.manager()
    world.dsl()
    world.caseworker("taker")
    world.caseworker("other")
    world.volunteer()
    for role in (
        Role.ADMINISTRATOR,
        Role.TRUSTEE,
        Role.COMPLIANCE_VIEWER,
        Role.MEDIATOR,
        Role.THERAPIST,
        Role.DATA_PROTECTION_LEAD,
        Role.SAFEGUARDING_TRUSTEE,
    ):
        world.person(role.value, roles=[role])
    return world


def taken(world: World, by: str = "taker", **more: Any) -> str:
    caller = TakenPerson(
        EnquiryPart.CALLER,
        "Zelda Marked",
        safe_phone="07700 900001",
        phone="07700 900002",
        email="zelda@example.org",
        safe_hours="MARKED-HOURS",
        code_word="MARKED-CODE",
        do_not_contact_by="MARKED-WAY",
        voicemail_safe=False,
        safe_contact_notes="MARKED-SAFETY",
        address="MARKED-STREET",
        notice_way=NoticeWay.READ_OUT,
        undertaking=UndertakingAnswer.DECLINED,
    )
    people = [
        caller,
        TakenPerson(EnquiryPart.OTHER_ADULT, "Quentin Marked", phone="020 7946 0009"),
        TakenPerson(EnquiryPart.CHILD, "Ysolde Marked", age=7),
    ]
    desk = world.desk(by, chance=random.Random(world.count(Enquiry)))
    return take_enquiry(
        desk, people=people, kind_of_support=SupportKind.PARENTING, said="MARKED-SAID", note="MARKED-NOTE", **more
    )


def button(page: AppTest, label: str) -> Any:
    return next(one for one in page.button if one.label == label)


def field(page: AppTest, label: str, nth: int = 0) -> Any:
    return [one for one in (*page.text_input, *page.text_area, *page.selectbox) if one.label == label][nth]


def shown(page: AppTest) -> str:
    return sent(page).replace("\\", "")


def test_an_enquiry_is_taken_in_one_page_and_a_wrong_number_loses_nothing(charity: World) -> None:
    page = open_page(charity, "intake", "enquiry")
    field(page, "Name of who asks").set_value("Zelda Marked")
    field(page, "Safe number").set_value("call me")
    field(page, "In their own words").set_value("MARKED-SAID")
    field(page, "Children").select(1).run()
    field(page, "Child 1: name").set_value("Ysolde")
    field(page, "Child 1: date of birth, or age").set_value("31/12/2015")
    button(page, "Save the enquiry").click().run()

    assert "this is no telephone number" in page.error[0].value.replace("\\", "")
    assert charity.count(Enquiry) == 0
    field(page, "Safe number").set_value("07700 900 001")
    button(page, "Save the enquiry").click().run()

    caller, child = charity.all(EnquiryPerson)
    assert (caller.name, caller.safe_phone, child.name, str(child.date_of_birth)) == (
        "Zelda Marked",
        "07700 900001",
        "Ysolde",
        "2015-12-31",
    )
    assert charity.one(Enquiry).words == "MARKED-SAID"


def test_what_was_typed_is_there_again_for_its_writer_alone(charity: World) -> None:
    page = open_page(charity, "intake", "enquiry")
    field(page, "In their own words").set_value("MARKED-SAID").run()

    again = open_page(charity, "intake", "enquiry")

    assert field(again, "In their own words").value == "MARKED-SAID"
    assert "Draft kept at" in shown(again)
    assert "MARKED" not in shown(open_page(charity, "manager", "enquiry"))


@pytest.mark.parametrize(
    "reader",
    [
        "other",
        "volunteer",
        "dsl",
        "administrator",
        "trustee",
        "compliance_viewer",
        "mediator",
        "therapist",
        "data_protection_lead",
        "safeguarding_trustee",
    ],
)
def test_C4_no_word_of_an_enquiry_is_sent_to_whoever_may_not_read_it(charity: World, reader: str) -> None:
    ref = taken(charity)

    pages = [
        open_page(charity, reader, "enquiry", ref=ref),
        open_page(charity, reader, "enquiry", ref=ref, complete="1"),
        open_page(charity, reader, "enquiries", status="all"),
        open_page(charity, reader, "overview"),
    ]

    for page in pages:
        assert not any(word in shown(page) for word in MARKED), reader


def test_C4_its_readers_see_it_and_after_registering_only_its_caseworker_does(charity: World) -> None:
    ref = taken(charity)
    for reader in ("intake", "manager", "taker"):
        assert all(word in shown(open_page(charity, reader, "enquiry", ref=ref)) for word in MARKED)
        assert "Zelda Marked" in shown(open_page(charity, reader, "enquiries"))

    case_ref = register_enquiry(charity.desk("intake"), ref, seen=1, kind_of_support=SupportKind.PARENTING)

    ann, tom = (one.service_user for one in sorted(_parties(charity, case_ref), key=lambda one: one.position))
    charity.grant("other", case_ref, compartments=[f"sole:{tom}", "joint"])
    for reader in ("intake", "manager", "taker", "dsl"):
        for page in (
            open_page(charity, reader, "enquiry", ref=ref),
            open_page(charity, reader, "enquiries", status="all"),
            open_page(charity, reader, "case", case=case_ref),
            open_page(charity, reader, "case", case=case_ref, part="People"),
        ):
            assert not any(word in shown(page) for word in MARKED), reader
    his = shown(open_page(charity, "other", "case", case=case_ref, part="People"))
    assert not any(word in his for word in MARKED if word.startswith("MARKED") or "0770" in word)
    charity.grant("taker", case_ref, compartments=[f"sole:{ann}", "joint"])
    hers = shown(open_page(charity, "taker", "case", case=case_ref, part="People"))
    assert all(word in hers for word in ("MARKED-WAY", "07700 900001", "Declined", "Read out to them"))
    assert not any(word in hers for word in ("MARKED-CODE", "MARKED-STREET"))  # until "Show" is pressed
    assert re.search("Told by Zelda Marked on [^.]*, not by Quentin Marked.[^.]* Not checked with them", hers)
    assert "020 7946 0009" in hers
    assert "020 7946 0009" not in his


def test_an_officer_looks_first_then_registers(charity: World) -> None:
    ref = taken(charity)
    page = open_page(charity, "intake", "enquiry", ref=ref)
    assert not [one for one in page.button if one.label == "Register and open the case"]

    button(page, "Check whether we know them").click().run()
    button(page, "Register and open the case").click().run()

    enquiry = charity.one(Enquiry, ref=ref)
    assert enquiry.status is EnquiryStatus.REGISTERED
    assert charity.one(Case).ref == enquiry.case_ref
    assert charity.one(Undertaking).answer is UndertakingAnswer.DECLINED


def test_registering_and_ending_are_left_off_and_gone_on_with(charity: World) -> None:
    ref = taken(charity)
    page = open_page(charity, "intake", "enquiry", ref=ref)
    button(page, "Check whether we know them").click().run()
    field(page, "Area").set_value("Camden").run()
    field(page, "Reason").set_value("MARKED-SAID").run()

    again = open_page(charity, "intake", "enquiry", ref=ref)
    assert field(again, "Reason").value == "MARKED-SAID"
    button(again, "Check whether we know them").click().run()
    assert field(again, "Area").value == "Camden"

    button(again, "Register and open the case").click().run()
    assert charity.one(Case).area == "Camden"
    assert not charity.count(Draft)


def test_whoever_took_it_completes_it(charity: World) -> None:
    ref = taken(charity)
    page = open_page(charity, "taker", "enquiry", ref=ref, complete="1")
    assert field(page, "Safe number").value == "07700 900001"
    assert field(page, "Child 1: date of birth, or age").value == "7"

    field(page, "Area").set_value("Leeds")
    button(page, "Save the changes").click().run()

    assert "Told before" not in shown(open_page(charity, "taker", "enquiry", ref=ref))
    enquiry = charity.one(Enquiry, ref=ref)
    assert (enquiry.area, enquiry.version, enquiry.words) == ("Leeds", 2, "MARKED-SAID")
    assert [one.name for one in charity.all(EnquiryPerson)] == ["Zelda Marked", "Quentin Marked", "Ysolde Marked"]


def test_what_was_told_before_a_correction_stands_below_with_who_changed_it(charity: World) -> None:
    ref = taken(charity)
    page = open_page(charity, "taker", "enquiry", ref=ref, complete="1")
    field(page, "Safe number").set_value("07700 900 009")
    button(page, "Save the changes").click().run()

    page = open_page(charity, "taker", "enquiry", ref=ref)
    assert "Told before" in shown(page)
    assert "Zelda Marked (caller). Safe number: 07700 900001" in shown(page)
    assert "Until Taker changed it on" in shown(page)


def test_contact_is_checked_with_somebody_on_their_card_with_what_stood_before(charity: World) -> None:
    charity.service_user("party_a", name="Ann Bell", safe_phone="07700 900001", do_not_contact_by="post")
    charity.case("OKF-1")
    charity.grant("taker", "OKF-1", compartments=["sole:party_a", "joint"])
    page = open_page(charity, "taker", "case", case="OKF-1", part="People")
    assert "Do not contact by:** post" in shown(page)

    field(page, "Safe number").set_value("07700 900 005")
    field(page, "Why it changes").set_value("She moved")
    button(page, "Checked with them").click().run()
    assert "choose how they told you themselves" in page.error[-1].value
    field(page, "How it was checked with them").select(ContactCheck.THEY_RANG_US)
    button(page, "Checked with them").click().run()

    assert charity.one(ServiceUser, ref="party_a").safe_phone == "07700 900005"
    again = shown(open_page(charity, "taker", "case", case="OKF-1", part="People"))
    assert "told by Ann Bell, checked with them: they rang us, noted by Taker" in again
    assert "Safe number: 07700 900001" in again
    assert "Why: She moved" in again
    assert charity.may("taker", Action.OPEN_CASE, "OKF-1")


def test_an_address_and_a_code_word_are_shown_by_a_press_that_is_on_record(charity: World) -> None:
    charity.service_user(
        "party_a", name="Ann Bell", safe_phone="07700 900001", address="MARKED-STREET", code_word="owl"
    )
    charity.case("OKF-1")
    charity.grant("taker", "OKF-1", compartments=["sole:party_a", "joint"])
    page = open_page(charity, "taker", "case", case="OKF-1", part="People")
    assert "07700 900001" in shown(page)
    assert not any(word in shown(page) for word in ("MARKED-STREET", "owl"))
    assert charity.events(action=Action.SHOW_CONTACT) == []

    button(page, "Show address and code word").click().run()

    assert all(word in shown(page) for word in ("Address: MARKED-STREET", "Code word: owl"))
    (event,) = charity.events(action=Action.SHOW_CONTACT)
    assert (event.actor, event.subject, event.facts["shown"]) == ("taker", "party_a", ["address", "code_word"])
    assert "MARKED" not in repr(event.facts)


def test_only_the_caller_is_asked_how_it_is_safe_to_reach_them(charity: World) -> None:
    page = open_page(charity, "intake", "enquiry")
    labels = [one.label for one in (*page.text_input, *page.radio)]

    for only_theirs in ("Safe number", "Hours that are safe", "Code word", "May we leave a voicemail?"):
        assert labels.count(only_theirs) == 1
    assert "What the caller told us" in shown(page)
    field(page, "Name of who asks").set_value("Zelda Marked")
    field(page, "Name").set_value("Quentin Marked")
    field(page, "Their number, as told").set_value("020 7946 0009")
    button(page, "Save the enquiry").click().run()

    told = shown(open_page(charity, "intake", "enquiry", ref=charity.one(Enquiry).ref))
    assert "What the caller told us.** Not checked with them: not a way to reach them" in told
    assert "020 7946 0009" in told


def _parties(world: World, case_ref: str) -> list[Any]:
    from okf.store.models import CaseParty

    return world.all(CaseParty, case_ref=case_ref)


def test_a_letter_that_only_looks_alike_is_pointed_out_and_a_hidden_one_refused(charity: World) -> None:
    page = open_page(charity, "intake", "enquiry")
    field(page, "Name of who asks").set_value("Zelda M\u0430rked").run()

    assert "Name of who asks: character 8 is a Cyrillic letter in a word of Latin ones" in shown(page)

    field(page, "Name of who asks").set_value("Zelda \u202edekraM")
    button(page, "Save the enquiry").click().run()

    assert "name: character 7 can't be kept: U+202E right-to-left override" in shown(page)
    assert charity.count(Enquiry) == 0
