"""What one person tells of another after registering: on the teller's side, and never a way to reach anybody (C2)."""

from __future__ import annotations

import random

import pytest

from okf.cases.commands.grants import NewGrant, grant_access
from okf.cases.commands.people import note_told, show_told
from okf.cases.commands.registering import put_on_case
from okf.cases.commands.to_read import TO_READ
from okf.cases.queries.case import FamilyMember, case_in_view, tasks_on
from okf.errors import Invalid, NotFound, Refused
from okf.intake.commands.enquiries import TakenPerson, take_enquiry
from okf.store.models import ContactStatement, ServiceUser, Task
from okf.terms import Action, Capacity, Role
from okf.terms.intake import EnquiryPart
from tests.cases.test_case_pages import open_page, sent
from tests.intake.test_enquiry_pages import button
from tests.world import World

pytestmark = pytest.mark.both_databases

HOUSE = "4 Heron Lane, Leeds"


@pytest.fixture
def charity(world: World) -> World:
    """Ann's caseworker and Tom's, and a volunteer beside each."""
    world.manager()
    world.caseworker("anns", name="Wanda Side")
    world.caseworker("toms", name="Willem Side")
    world.volunteer()
    world.person("intake", roles=[Role.INTAKE_OFFICER])
    world.service_user("ann", name="Ann Bell")
    world.service_user("tom", name="Tom Bell")
    world.case("OKF-1", parties=["ann", "tom"])
    world.grant("anns", "OKF-1", compartments=["sole:ann", "joint"], lead_for="ann")
    world.grant("volunteer", "OKF-1", compartments=["sole:ann"])
    return world


def toms_lead(world: World) -> None:
    world.grant("toms", "OKF-1", compartments=["sole:tom", "joint"], lead_for="tom")


def tell(world: World, by: str = "anns", of: str = "tom", source: str | None = "ann", **more: object) -> None:
    who = str(more.pop("who", "")) or None
    note_told(world.desk(by), "OKF-1", of, told={"address": HOUSE, **more}, told_by=source, who=who)


def member(world: World, who: str, ref: str = "tom") -> FamilyMember:
    return next(one for one in case_in_view(world.desk(who), "OKF-1").family if one.ref == ref)


def test_C2_it_stands_on_the_tellers_side_alone_and_is_callable_by_nobody(charity: World) -> None:
    toms_lead(charity)
    before = case_in_view(charity.desk("toms"), "OKF-1")

    tell(charity, phone="07700 900164")

    [claim] = member(charity, "anns").claims
    assert (claim.told_by, claim.values["phone"], claim.values["address"]) == ("Ann Bell", "07700 900164", "on file")
    assert case_in_view(charity.desk("toms"), "OKF-1") == before
    tom = charity.one(ServiceUser, ref="tom")
    assert (tom.phone, tom.address) == (None, None)
    [kept] = charity.all(ContactStatement)
    assert (kept.told_by, kept.noted_by, kept.checked_how) == ("ann", "anns", None)
    [event] = charity.events(action=Action.CHANGE_SAFE_CONTACT)
    assert (event.subject, event.facts["told"], HOUSE in str(event.facts)) == ("tom", ["address", "phone"], False)


def test_C5_an_address_as_told_is_shown_by_a_deed_to_whoever_reads_the_tellers_part(charity: World) -> None:
    toms_lead(charity)
    tell(charity)

    assert show_told(charity.desk("anns"), "OKF-1", "tom", told_by="ann") == {"address": HOUSE}
    [event] = charity.events(action=Action.SHOW_CONTACT)
    assert (event.actor, event.subject, event.facts) == ("anns", "tom", {"shown": ["address"], "told_by": "ann"})
    with pytest.raises((Refused, NotFound)):
        show_told(charity.desk("toms"), "OKF-1", "tom", told_by="ann")
    assert show_told(charity.desk("toms"), "OKF-1", "tom", told_by=None) == {}
    assert show_told(charity.desk("volunteer"), "OKF-1", "tom", told_by="ann") == {}


def test_C2_what_somebody_outside_told_stands_with_who_it_was_on_the_persons_own_side(charity: World) -> None:
    toms_lead(charity)

    tell(charity, by="toms", source=None, who="His sister, by telephone")

    [claim] = member(charity, "toms").claims
    assert (claim.told_by, claim.why) == (None, "Told by somebody outside the family: His sister, by telephone")
    assert member(charity, "anns").claims == ()
    assert charity.one(ServiceUser, ref="tom").address is None
    assert show_told(charity.desk("toms"), "OKF-1", "tom", told_by=None) == {"address": HOUSE}


def test_C2_what_only_they_can_tell_and_what_nobody_told_is_refused_in_words(charity: World) -> None:
    for told in ({"safe_phone": "07700 900164"}, {"code_word": "heron"}, {"safe_hours": "at six"}):
        with pytest.raises(Invalid, match="only they themselves"):
            tell(charity, **told)
    with pytest.raises(Invalid, match="choose from the list"):
        tell(charity, do_not_contact_by="Through my brother")
    with pytest.raises(Invalid, match="at least one thing"):
        note_told(charity.desk("anns"), "OKF-1", "tom", told={}, told_by="ann")
    with pytest.raises(Invalid, match="own card"):
        tell(charity, of="ann")
    with pytest.raises(Invalid, match="Who outside"):
        tell(charity, by="anns", of="ann", source=None)
    for by, of, source in (("anns", "ann", "tom"), ("anns", "tom", None), ("volunteer", "tom", "ann")):
        with pytest.raises((Refused, NotFound)):
            tell(charity, by=by, of=of, source=source, who="A neighbour")
    assert charity.count(ContactStatement) == 0


@pytest.mark.one_database
def test_the_page_takes_it_and_shows_the_address_at_a_press(charity: World) -> None:
    page = open_page(charity, "anns", "case", case="OKF-1", part="People")
    teller = next(one for one in page.selectbox if one.label == "Who told it" and "Ann Bell" in one.options)
    teller.set_value("ann").run()
    [one for one in page.text_input if one.label == "Their address, as told"][-1].set_value(HOUSE)
    next(one for one in page.button if one.key == "told_of_tom").click().run()
    assert not page.exception
    assert charity.count(ContactStatement) == 1

    page = open_page(charity, "anns", "case", case="OKF-1")
    assert HOUSE not in sent(page)
    button(page, "Show the address as told").click().run()
    assert HOUSE in sent(page)


def test_C3_whoever_comes_to_lead_after_the_call_has_the_task_to_read_it_once(charity: World) -> None:
    people = [TakenPerson(EnquiryPart.CALLER, "Tom Bell")]
    ref = take_enquiry(charity.desk("intake"), people=people, said="He takes the children's passports.")
    assert put_on_case(charity.desk("manager"), ref, "OKF-1", party="tom", seen=1) == ()
    assert charity.count(Task) == 0

    def let_in(who: str, party: str) -> None:
        new = NewGrant(who, Capacity.STAFF, [f"sole:{party}", "joint"], "Casework", lead_for=party)
        grant_access(charity.desk("manager", chance=random.Random(who)), "OKF-1", new)

    let_in("toms", "tom")

    [task] = charity.all(Task)
    assert (task.assigned_to, task.compartment) == ("toms", "sole:tom")
    assert [one.text for one in tasks_on(charity.desk("toms"), "OKF-1")] == [TO_READ]
    assert tasks_on(charity.desk("anns"), "OKF-1") == ()
