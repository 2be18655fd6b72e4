"""The first questions of a call: kept with the enquiry, carried to the caller's side, and cause for a look first."""

from __future__ import annotations

import random
from dataclasses import replace
from typing import Any

import pytest

from okf.cases.commands.registering import register_enquiry
from okf.cases.queries.case import case_in_view
from okf.cases.queries.look_first import look_first_on
from okf.errors import Invalid, NotFound
from okf.intake.commands.enquiries import TakenPerson, change_enquiry, take_enquiry
from okf.intake.first_call import NOTHING_ASKED, FirstCall
from okf.intake.queries.enquiry import enquiry_in_view
from okf.store.models import CaseParty, Concern, EnquiryTriage, LookFirstStep, Mail, Record
from okf.terms import Action, Role, Severity, SupportKind
from okf.terms.intake import AbuseTold, EnquiryPart
from tests.cases.test_case_pages import open_page
from tests.intake.test_enquiry_pages import button, field, shown
from tests.world import World

ALL = FirstCall(
    safe_now=True,
    abuse=AbuseTold.SAID,
    children_present=True,
    who_may_know="MARKED-SISTER",
    interpreter=True,
    language="Polish",
    access_needs="MARKED-LOOP",
)


@pytest.fixture
def charity(world: World) -> World:
    """An intake officer, a manager, a safeguarding lead and a caseworker."""
    world.person("intake", roles=[Role.INTAKE_OFFICER])
    world.manager()
    world.dsl(email="dsl@okf.example")
    world.caseworker()
    return world


def taken(world: World, told: FirstCall = ALL, **more: Any) -> str:
    people = [TakenPerson(EnquiryPart.CALLER, "Ann Bell"), TakenPerson(EnquiryPart.OTHER_ADULT, "Tom Bell")]
    return take_enquiry(
        world.desk("intake", chance=random.Random(repr(told))), people=people, said="SAID", first_call=told, **more
    )


def registered(world: World, ref: str) -> str:
    seen = enquiry_in_view(world.desk("intake"), ref).version
    return register_enquiry(world.desk("intake"), ref, seen=seen, kind_of_support=SupportKind.PARENTING)


@pytest.mark.both_databases
def test_what_was_answered_goes_to_the_callers_side_and_no_longer_stands_in_the_enquiry(charity: World) -> None:
    ref = taken(charity)
    assert enquiry_in_view(charity.desk("intake"), ref).first_call == ALL

    case = registered(charity, ref)

    record = charity.one(Record)
    assert record is not None
    assert record.compartment == f"sole:{record.source}"
    for line in (
        "Safe to talk then: yes",
        "Domestic abuse or coercion: said",
        "Children present: yes",
        "Who may know that they called: MARKED-SISTER",
        "Language: Polish",
        "Access needs: MARKED-LOOP",
    ):
        assert line in record.text
    assert charity.count(EnquiryTriage) == 0
    assert "MARKED" not in repr([event.facts for event in charity.events()])
    found = look_first_on(charity.desk("dsl"), case)
    assert found is not None
    assert (found.stands, found.allocation_stops, found.mediation_stops) == (True, True, True)


def test_which_language_and_access_the_caller_needs_stands_on_their_card(charity: World) -> None:
    ref = taken(charity, replace(ALL, abuse=None))
    case = registered(charity, ref)
    asked, other = (party.service_user for party in charity.all(CaseParty, case_ref=case))
    charity.grant("caseworker", case, compartments=[f"sole:{asked}", f"sole:{other}", "joint"])

    cards = {one.ref: one.contact for one in case_in_view(charity.desk("caseworker"), case).family}

    assert cards[asked] is not None
    assert cards[other] is not None
    assert (cards[asked].language, cards[asked].access_needs) == ("Polish, with an interpreter", "MARKED-LOOP")
    assert (cards[other].language, cards[other].access_needs) == (None, None)
    page = open_page(charity, "caseworker", "case", case=case)
    assert "Language: Polish, with an interpreter" in shown(page)


@pytest.mark.parametrize(
    "told, looks",
    [
        (NOTHING_ASKED, False),
        (FirstCall(safe_now=True, abuse=AbuseTold.NOT_SAID, children_present=True), False),
        (FirstCall(safe_now=False), True),
        (FirstCall(abuse=AbuseTold.SAID), True),
        (FirstCall(danger=True), True),
    ],
)
@pytest.mark.one_database
def test_C3_C10_a_case_is_looked_at_first_where_the_call_gave_cause(
    charity: World, told: FirstCall, looks: bool
) -> None:
    case = registered(charity, taken(charity, told))

    assert bool(charity.all(LookFirstStep, case_ref=case)) is looks


@pytest.mark.parametrize("told", [FirstCall(abuse=AbuseTold.SAID), FirstCall(safe_now=False), FirstCall(danger=True)])
def test_C3_what_has_a_case_looked_at_first_is_not_taken_back_by_one(charity: World, told: FirstCall) -> None:
    ref = taken(charity, replace(told, language="Welsh"))
    view = enquiry_in_view(charity.desk("intake"), ref)
    people = [TakenPerson(EnquiryPart.CALLER, "Ann Bell")]

    change_enquiry(
        charity.desk("intake"), ref, seen=view.version, people=people, first_call=FirstCall(language="Polish")
    )

    now = enquiry_in_view(charity.desk("intake"), ref).first_call
    assert now == replace(told, language="Polish")


def test_it_opens_to_nobody_else_than_the_enquiry_does(charity: World) -> None:
    ref = taken(charity)

    with pytest.raises(NotFound):
        enquiry_in_view(charity.desk("caseworker"), ref)
    with pytest.raises(Invalid, match="Access needs"):
        taken(charity, FirstCall(access_needs="x" * 501))


@pytest.mark.one_database
def test_C9_a_danger_told_at_the_first_call_raises_a_concern_in_the_same_act(charity: World) -> None:
    page = open_page(charity, "intake", "enquiry")
    field(page, "Name of who asks").set_value("Zelda Marked")
    field(page, "Somebody is in danger now: what was said").set_value("He is at the door").run()
    assert "In immediate danger call [999](tel:999) first" in shown(page)
    assert charity.count(Concern) == 0

    button(page, "Save the enquiry").click().run()

    concern = charity.one(Concern)
    assert concern is not None
    assert (concern.severity, concern.account, concern.raised_by) == (Severity.IMMEDIATE, "He is at the door", "intake")
    assert charity.may("dsl", Action.LIST_CONCERNS)
    told = charity.one(EnquiryTriage)
    assert told is not None
    assert told.danger
    assert concern.ref in shown(open_page(charity, "intake", "enquiry", ref=told.enquiry_ref)) or concern.ref in shown(
        page
    )
    assert charity.all(Mail) == []


@pytest.mark.one_database
def test_a_wrong_field_raises_no_concern_and_keeps_nothing(charity: World) -> None:
    page = open_page(charity, "intake", "enquiry")
    field(page, "Somebody is in danger now: what was said").set_value("He is at the door").run()

    button(page, "Save the enquiry").click().run()

    assert charity.count(Concern) == 0
    assert charity.count(EnquiryTriage) == 0
    assert field(page, "Somebody is in danger now: what was said").value == "He is at the door"
