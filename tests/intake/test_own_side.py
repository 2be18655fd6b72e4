"""Whoever works for one side of a family reads nothing of the other side's enquiry, whatever their role (C2)."""

from __future__ import annotations

import random
from typing import Any

import pytest

from okf.cases.commands.access_routes import open_emergency_access
from okf.cases.commands.families import answer_link, ask_to_link
from okf.cases.commands.registering import put_on_case, register_enquiry
from okf.cases.queries.existing import existing_sides
from okf.errors import NotFound, Refused
from okf.intake.commands.enquiries import TakenPerson, change_enquiry, decline_enquiry, take_enquiry
from okf.intake.commands.matching import take_back, tell_apart
from okf.intake.queries.apart import told_apart
from okf.intake.queries.enquiries import enquiries_in_view, search_enquiries
from okf.intake.queries.enquiry import asked_of, enquiry_in_view
from okf.intake.queries.matches import Asked, known_people
from okf.match.normal import Applicant
from okf.store.models import EmergencyAccess, Enquiry, Record
from okf.terms import Action, Capacity, Role, SupportKind
from okf.terms.caseload import CaseLinkKind
from okf.terms.intake import EnquiryPart, EnquiryStatus
from okf.today.queries.pending import pending_items
from tests.cases.test_case_pages import open_page, sent
from tests.world import World

pytestmark = pytest.mark.both_databases

SAID = "He takes the children's passports."
TOM = TakenPerson(EnquiryPart.CALLER, "Tom Bell", phone="07700 900164")
ANN = TakenPerson(EnquiryPart.CALLER, "Ann Bell", phone="07700 900118")


@pytest.fixture
def charity(world: World) -> World:
    """Tove is a manager, and works for Ann; Ines takes enquiries, and works for Ann's child."""
    world.manager(name="Mona Ger")
    world.dsl()
    world.caseworker("plain")
    world.person("tove", roles=[Role.MANAGER, Role.CASEWORKER], name="Tove Both")
    world.person("ines", roles=[Role.INTAKE_OFFICER, Role.CASEWORKER], name="Ines Both")
    world.person("intake", roles=[Role.INTAKE_OFFICER])
    world.service_user("party_a", name="Ann Bell", phone="07700 900118")
    world.service_user("party_b", name="Tom Bell", phone="07700 900164")
    world.service_user("child_c", name="Cara Bell")
    world.case("OKF-1", children=["child_c"])
    world.grant("tove", "OKF-1", ref="G-TOVE", compartments=["sole:party_a", "joint"], lead_for="party_a")
    world.grant("ines", "OKF-1", compartments=["child:child_c"])
    return world


def taken(world: World, caller: TakenPerson = TOM, *more: TakenPerson, by: str = "intake") -> str:
    desk = world.desk(by, chance=random.Random(world.count(Enquiry)))
    return take_enquiry(desk, people=(caller, *more), said=SAID, area="Leeds", kind_of_support=SupportKind.PARENTING)


def works_for_a_side(refused: pytest.ExceptionInfo[Refused]) -> bool:
    return refused.value.decision.primary == "works_for_a_side"


def listed(world: World, who: str, status: EnquiryStatus = EnquiryStatus.NEW) -> list[tuple[Any, ...]]:
    rows = enquiries_in_view(world.desk(who), status=status).page.rows
    return [(one.ref, one.caller, one.area, one.kind_of_support, one.kept) for one in rows]


@pytest.mark.parametrize("who", ["tove", "ines"])
def test_C2_they_read_nothing_of_it_and_are_told_who_does(charity: World, who: str) -> None:
    ref = taken(charity)

    with pytest.raises(Refused) as refused:
        enquiry_in_view(charity.desk(who), ref)

    assert works_for_a_side(refused)
    assert "Another manager, or the safeguarding lead" in str(refused.value)
    assert enquiry_in_view(charity.desk("manager"), ref).words == SAID
    assert enquiry_in_view(charity.desk("intake"), ref).words == SAID
    (event,) = [one for one in charity.events(action=Action.READ_ENQUIRY) if one.actor == who]
    assert (event.outcome, event.reasons) == ("deny", ["works_for_a_side"])


def test_C2_the_list_tells_them_that_it_waits_and_nothing_else(charity: World) -> None:
    ref = taken(charity)

    assert listed(charity, "tove") == [(ref, None, None, None, True)]
    assert listed(charity, "manager") == [(ref, "Tom Bell", "Leeds", SupportKind.PARENTING, False)]
    assert search_enquiries(charity.desk("tove"), "Tom") == ()
    assert [one.ref for one in search_enquiries(charity.desk("manager"), "Tom")] == [ref]
    drawn = sent(open_page(charity, "tove", "enquiries"))
    assert "For somebody else" in drawn
    assert "Tom Bell" not in drawn
    drawn = sent(open_page(charity, "tove", "enquiry", ref=ref))
    assert "Another manager, or the safeguarding lead" in drawn
    assert "Tom Bell" not in drawn
    assert "passports" not in drawn


def test_C2_nor_does_a_look_for_somebody_show_them_that_it_is_there(charity: World) -> None:
    ref = taken(charity)
    tom = Asked("Tom", Applicant("Tom Bell", None, ("07700 900164",), None, None))

    assert known_people(charity.desk("tove"), tom).enquiries == ()
    assert [one.enquiry for one in known_people(charity.desk("manager"), tom).enquiries] == [ref]


def test_C2_they_neither_change_nor_decide_it(charity: World) -> None:
    ref = taken(charity)
    charity.case("OKF-9", parties=["party_b"])
    tove = charity.desk("tove")

    with pytest.raises(NotFound):
        change_enquiry(tove, ref, seen=1, people=[TOM])
    for deed in (
        lambda: register_enquiry(tove, ref, seen=1, kind_of_support=SupportKind.PARENTING),
        lambda: decline_enquiry(tove, ref, seen=1, reason="They did not answer."),
        lambda: put_on_case(tove, ref, "OKF-1", party="party_b", seen=1),
        lambda: put_on_case(tove, ref, "OKF-9", party="party_b", seen=1),
        lambda: existing_sides(tove, ref),
    ):
        with pytest.raises(Refused) as refused:
            deed()
        assert works_for_a_side(refused)
    assert charity.count(Record) == 0
    assert put_on_case(charity.desk("manager"), ref, "OKF-1", party="party_b", seen=1) == ()


def test_C2_a_declined_one_stays_closed_to_them_too_and_whoever_took_it(charity: World) -> None:
    ref = taken(charity, by="tove")
    assert enquiry_in_view(charity.desk("tove"), ref).words == SAID  # they heard it, and complete it
    assert enquiry_in_view(charity.desk("tove"), ref).may == {Action.CHANGE_ENQUIRY}

    decline_enquiry(charity.desk("manager"), ref, seen=1, reason="They did not answer.")

    view = enquiry_in_view(charity.desk("tove"), ref)
    assert (view.words, view.reason, view.people, view.whole) == (None, None, (), False)
    assert listed(charity, "tove", EnquiryStatus.DECLINED) == [(ref, None, None, None, True)]


def test_C2_a_call_of_somebody_new_to_the_family_is_kept_from_them_by_whom_it_names(charity: World) -> None:
    grandmother = TakenPerson(EnquiryPart.CALLER, "Olga Stone", phone="07700 900999")
    ref = taken(charity, grandmother, TakenPerson(EnquiryPart.CHILD, "Cara Bell"))

    with pytest.raises(Refused):
        enquiry_in_view(charity.desk("tove"), ref)


def test_C2_the_call_of_whom_they_work_for_and_of_strangers_is_theirs_to_read(charity: World) -> None:
    own = taken(charity, ANN, TakenPerson(EnquiryPart.OTHER_ADULT, "Tom Bell", phone="07700 900164"))
    strange = taken(charity, TakenPerson(EnquiryPart.CALLER, "Ivor Else", phone="07700 900333"))

    for ref in (own, strange):
        assert enquiry_in_view(charity.desk("tove"), ref).words == SAID
    assert listed(charity, "plain") == []


def test_C2_a_linked_case_counts_and_an_ended_access_does_not(charity: World) -> None:
    charity.service_user("new", name="Nora Bell", phone="07700 900555")
    charity.case("OKF-2", parties=["new"])
    ref = taken(charity, TakenPerson(EnquiryPart.CALLER, "Nora Bell", phone="07700 900555"))
    assert enquiry_in_view(charity.desk("tove"), ref).words == SAID

    link = ask_to_link(charity.desk("manager"), "OKF-1", "OKF-2", kind=CaseLinkKind.LINKED, why="One family.")
    answer_link(charity.desk("dsl"), link, agree=True)
    with pytest.raises(Refused):
        enquiry_in_view(charity.desk("tove"), ref)

    charity.later(days=1)
    charity.end_grant("G-TOVE")
    assert enquiry_in_view(charity.desk("tove"), ref).words == SAID


def test_C2_nobody_lets_themselves_in_by_telling_two_people_apart(charity: World) -> None:
    ref = taken(charity, by="tove")
    charity.grant("manager", "OKF-1", compartments=["joint"])
    tom = asked_of(ref, enquiry_in_view(charity.desk("tove"), ref).people[0])

    def apart(who: str) -> bool:
        """Whether Tove may register it, once somebody said that its Tom is not the Tom on file."""
        desk = charity.desk(who)
        tell_apart(desk, tom, known_people(desk, tom).seen[0].handle)
        free = Action.REGISTER_ENQUIRY in enquiry_in_view(charity.desk("tove"), ref).may
        take_back(desk, tom, told_apart(desk, tom)[0].handle)
        return free

    assert not apart("tove")
    assert apart("manager")


def test_C2_where_every_manager_works_for_a_side_the_safeguarding_lead_has_it(charity: World) -> None:
    ref = taken(charity)
    assert listed(charity, "dsl") == []
    with pytest.raises(NotFound):
        enquiry_in_view(charity.desk("dsl"), ref)

    charity.grant("manager", "OKF-1", compartments=["sole:party_a"])

    assert listed(charity, "dsl") == [(ref, "Tom Bell", "Leeds", SupportKind.PARENTING, False)]
    assert "1 enquiry waits" in str([one.text for one in pending_items(charity.desk("dsl"))])
    assert enquiry_in_view(charity.desk("dsl"), ref).words == SAID
    assert existing_sides(charity.desk("dsl"), ref)[0].party == "party_b"
    put_on_case(charity.desk("dsl"), ref, "OKF-1", party="party_b", seen=1)
    assert charity.all(Record)[0].compartment == "sole:party_b"


def test_C2_an_emergency_on_ones_own_case_does_not_open_its_other_side(charity: World) -> None:
    charity.grant("tove", "OKF-1", capacity=Capacity.VOLUNTEER, compartments=["joint"])
    charity.sign("tove", kind=Capacity.VOLUNTEER)
    told = charity.record("OKF-1", source="party_b")
    acting = charity.desk("tove")
    acting.acting["OKF-1"] = Capacity.VOLUNTEER
    for desk in (charity.desk("tove"), acting):
        with pytest.raises(Refused) as refused:
            open_emergency_access(desk, "OKF-1", reason="Somebody rang me and it is urgent")
        assert works_for_a_side(refused)
        assert "Raise a concern" in str(refused.value)
    assert charity.count(EmergencyAccess) == 0

    open_emergency_access(charity.desk("manager"), "OKF-1", reason="Somebody rang me and it is urgent")
    assert charity.may("manager", Action.READ_RECORD, record=told)
    charity.grant("manager", "OKF-1", compartments=["sole:party_a"])
    assert not charity.may("manager", Action.READ_RECORD, record=told)
