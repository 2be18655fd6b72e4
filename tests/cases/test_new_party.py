"""Somebody who is no party of the family's case calls: their side is their own until two say that both may know."""

from __future__ import annotations

import random
from typing import Any

import pytest

from okf.cases.commands.families import answer_link, answer_unlink, ask_to_link, ask_to_unlink
from okf.cases.commands.grants import NewGrant, grant_access
from okf.cases.commands.look_first import decide_look_first, set_look_first
from okf.cases.commands.registering import put_as_new_party, register_enquiry
from okf.cases.queries.case import case_in_view
from okf.cases.queries.cases import caseload_page
from okf.cases.queries.existing import existing_cases, existing_sides
from okf.cases.queries.families import family_of, joining_of, links_on, links_waiting
from okf.errors import Conflict, Invalid, NotFound, Refused
from okf.intake.commands.enquiries import TakenPerson, take_enquiry
from okf.intake.first_call import FirstCall
from okf.intake.queries.enquiry import asked_of, enquiry_in_view
from okf.intake.queries.matches import known_people
from okf.proof.queries.record import case_log
from okf.records.queries.case_records import records_in_view, timeline_of
from okf.store import facts
from okf.store.models import Case, CaseLink, CaseParty, ContactStatement, EnquiryPerson, Record, ServiceUser
from okf.terms import Action, Capacity, RecordClass, Role, SupportKind
from okf.terms.caseload import CaseLinkKind, ClosureOutcome
from okf.terms.intake import EnquiryPart, EnquiryStatus
from okf.terms.look_first import LookStep
from okf.today.queries.pending import pending_items
from tests.cases.test_case_pages import open_page, sent
from tests.cases.test_joining import nothing_astray
from tests.intake.test_enquiry_pages import button
from tests.safeguarding.told import CASE_PARTS, drawn
from tests.world import World

pytestmark = pytest.mark.both_databases

SAID = "He has heard that she is with you, and is afraid of her brother."
TOM = TakenPerson(EnquiryPart.CALLER, "Tom Quill", phone="07700 900164", safe_phone="07700 900164")
ABOUT_ANN = TakenPerson(EnquiryPart.OTHER_ADULT, "Ann Bell", phone="07700 900118")
OTHER_SIDE = ("anns", "grans", "helper", "partner", "therapist", "mediator")


@pytest.fixture
def charity(world: World) -> World:
    """Ann's case with her mother as the other party, in mediation; its people, and Tom, of whom it knows nothing."""
    world.manager(name="Mona Ger")
    world.manager("manager2", name="Abe Boss")
    world.dsl()
    world.caseworker("anns", name="Wanda Side")
    world.caseworker("grans", name="Grace Side")
    world.caseworker("toms", name="Willem Side")
    world.volunteer("helper")
    world.person("partner", capacity=Capacity.ALLIED_PARTNER)
    world.person("therapist", capacity=Capacity.THERAPIST)
    world.person("mediator", roles=[Role.MEDIATOR])
    world.person("intake", roles=[Role.INTAKE_OFFICER])
    world.service_user("ann", name="Ann Bell", phone="07700 900118")
    world.service_user("gran", name="Olga Bell")
    world.case("OKF-1", parties=["ann", "gran"], children=["kid"])
    world.grant("anns", "OKF-1", compartments=["sole:ann", "child:kid", "joint"], lead_for="ann")
    world.grant("grans", "OKF-1", compartments=["sole:gran", "joint"], lead_for="gran")
    world.grant("helper", "OKF-1", compartments=["joint"], record_classes=[RecordClass.TASK_NOTE])
    world.grant("partner", "OKF-1", compartments=["joint"], record_classes=[RecordClass.REFERRAL_PACK])
    world.grant("therapist", "OKF-1", compartments=["child:kid"], record_classes=[RecordClass.THERAPY_NOTE])
    mediation = world.mediation("OKF-1", mediator="mediator")
    world.grant(
        "mediator",
        "OKF-1",
        compartments=["joint", "sole:ann", "sole:gran"],
        record_classes=[RecordClass.MEDIATION_JOINT_NOTE, RecordClass.MEDIATION_PRIVATE_NOTE],
    )
    world.record("OKF-1", source="ann")
    world.record("OKF-1", source="joint", record_class=RecordClass.MEDIATION_JOINT_NOTE, mediation_ref=mediation)
    return world


def called(world: World, *people: TakenPerson, by: str = "intake", **told: Any) -> str:
    desk = world.desk(by, chance=random.Random(str(world.now) + str(people)))
    return take_enquiry(desk, people=people or (TOM, ABOUT_ANN), **{"said": SAID, **told})


def put(world: World, ref: str, by: str = "manager", case: str = "OKF-1", **more: Any) -> str:
    desk = world.desk(by, chance=random.Random(ref))
    told = {"seen": 1, "relation": "Father of the child", "kind_of_support": SupportKind.PARENTING}
    return put_as_new_party(desk, ref, case, **{**told, **more})


def lead(world: World, own: str, who: str = "toms") -> None:
    [party] = parties(world, own)
    new = NewGrant(who, Capacity.STAFF, [f"sole:{party}", "joint"], "casework", lead_for=party)
    grant_access(world.desk("manager", chance=random.Random(own)), own, new)
    world.later(minutes=1)


def known(world: World, own: str) -> str:
    """Two people said that both sides may know; the link by which it is joined."""
    desk = world.desk("manager", chance=random.Random("known"))
    ref = ask_to_link(desk, "OKF-1", own, kind=CaseLinkKind.JOINED, why="Both sides were asked.")
    world.later(minutes=1)
    answer_link(world.desk("manager2", chance=random.Random("join")), ref, agree=True)
    world.later(minutes=1)
    return ref


def parties(world: World, case: str) -> list[str]:
    return [one.service_user for one in sorted(world.all(CaseParty, case_ref=case), key=lambda one: one.position)]


def beside(world: World, who: str, case: str) -> list[str]:
    return [one.other_case for one in family_of(world.desk(who), case)]


def told(world: World, who: str) -> dict[str, str]:
    """Every page as it is drawn for somebody, and what else is told of the case."""
    pages = drawn(world, who, concern="K-1")
    desk = world.desk(who, session_id=f"session of {who}")
    return pages | {"log": repr(_or_no(lambda: case_log(desk, "OKF-1"))), "pending": repr(pending_items(desk))}


def _or_no(asked: Any) -> Any:
    try:
        return asked()
    except (Refused, NotFound) as refused:
        return str(refused)


def moved(before: dict[str, str], after: dict[str, str]) -> list[str]:
    return [at for at in before if before[at] != after.get(at)]


def test_C2_what_they_said_is_the_first_record_on_their_own_side_and_waits_for_a_lead(charity: World) -> None:
    ref = called(charity)

    own = put(charity, ref)

    [party] = parties(charity, own)
    assert charity.one(ServiceUser, ref=party).name == "Tom Quill"
    [record] = charity.all(Record, case_ref=own)
    assert (record.source, record.compartment, record.written_by) == (party, f"sole:{party}", "intake")
    assert SAID in record.text
    assert "Told about Ann Bell" in record.text
    assert [one.unallocated_since is not None for one in caseload_page(charity.desk("manager2")).rows] == [True, False]
    view = enquiry_in_view(charity.desk("manager"), ref)
    assert (view.status, view.case_ref, view.words) == (EnquiryStatus.REGISTERED, own, None)
    assert charity.count(EnquiryPerson) == 0

    lead(charity, own)

    assert [one.title for one in records_in_view(charity.desk("toms"), own).rows] == ["First contact (phone)"]


@pytest.mark.one_database
@pytest.mark.parametrize("who", OTHER_SIDE)
def test_C2_no_page_of_the_other_side_moves_by_it(charity: World, who: str) -> None:
    """Not by the call, nor when somebody leads for them, nor when it is asked whether both may know."""
    ref = called(charity, first_call=FirstCall(danger=True))
    before = told(charity, who)

    own = put(charity, ref)
    lead_after_looking(charity, own)
    ask_to_link(charity.desk("manager"), "OKF-1", own, kind=CaseLinkKind.JOINED, why="Both sides were asked.")

    assert moved(before, told(charity, who)) == []


def lead_after_looking(world: World, own: str) -> None:
    decide_look_first(world.desk("dsl"), own, decision=LookStep.MAY_ALLOCATE, reason="Spoken through")
    now = world.now
    lead(world, own)
    world.at(now)


def test_C2_whoever_works_for_them_learns_nothing_of_the_case_that_the_family_has(charity: World) -> None:
    own = put(charity, called(charity))
    lead(charity, own)

    assert beside(charity, "toms", own) == []
    assert links_on(charity.desk("toms"), own) == ()
    with pytest.raises(NotFound):
        case_in_view(charity.desk("toms"), "OKF-1")
    assert "OKF-1" not in str([one.what for one in timeline_of(charity.desk("toms"), own)])


@pytest.mark.one_database
def test_C2_no_page_of_their_own_case_tells_whoever_works_there_of_the_other_one(charity: World) -> None:
    own = put(charity, called(charity))
    lead(charity, own)

    for part in CASE_PARTS:
        page = sent(open_page(charity, "toms", "case", case=own, part=part)).replace("\\", "")
        assert own in page
        assert not any(word in page for word in ("OKF-1", "Olga", "Wanda", "of the same family"))


def test_C2_only_who_decides_on_both_and_works_for_no_side_is_told_that_they_are_one_family(charity: World) -> None:
    charity.manager("of_ann", name="Side Manager")
    charity.grant("of_ann", "OKF-1", compartments=["sole:ann"])
    charity.manager("tied")
    charity.conflict("tied", "gran")
    own = put(charity, called(charity))

    for who in ("manager", "manager2", "dsl"):
        if who != "dsl":
            assert beside(charity, who, "OKF-1") == [own]
            assert beside(charity, who, own) == ["OKF-1"]
    for who in ("of_ann", "tied"):
        assert beside(charity, who, own) == [], who
        assert links_on(charity.desk(who), own) == (), who
    assert beside(charity, "of_ann", "OKF-1") == []
    with pytest.raises(Refused):
        enquiry_in_view(charity.desk("of_ann"), called(charity, TOM, said="Again."))
    assert links_on(charity.desk("of_ann"), "OKF-1") == ()
    ask_to_link(charity.desk("manager"), "OKF-1", own, kind=CaseLinkKind.JOINED, why="Both sides were asked.")
    for who, waits in (("manager2", 1), ("dsl", 1), ("of_ann", 0), ("tied", 0)):
        assert len(links_waiting(charity.desk(who))) == waits, who
        assert ("link of cases" in str(pending_items(charity.desk(who)))) is bool(waits), who


def test_C4_whoever_took_the_call_is_shown_the_same_as_of_a_family_without_a_case(charity: World) -> None:
    beside_it, registered = called(charity), called(charity, TOM)
    put(charity, beside_it)
    register_enquiry(
        charity.desk("manager", chance=random.Random(1)), registered, seen=1, kind_of_support=SupportKind.PARENTING
    )

    def shown(ref: str) -> tuple[Any, ...]:
        view = enquiry_in_view(charity.desk("intake"), ref)
        return view.status, view.case_ref, view.words, view.people, view.decided_by, view.reason, view.may

    assert shown(beside_it) == shown(registered)


def test_the_record_has_it_on_their_own_case_and_not_on_the_other(charity: World) -> None:
    ref = called(charity)
    own = put(charity, ref)

    [event] = charity.events(action=Action.PUT_ON_CASE)
    [link] = charity.all(CaseLink)
    assert (event.subject, event.case_ref, event.facts["link"]) == (ref, own, link.ref)
    assert "OKF-1" not in str(event.facts)
    assert (link.case_ref, link.other_case, link.kind) == (own, "OKF-1", CaseLinkKind.NEW_PARTY)
    assert (link.asked_by, link.agreed_by, link.why) == (ref, "manager", "Father of the child")
    assert SAID not in str(event.facts)


def test_nothing_on_record_of_the_case_tells_that_it_is_asked_whether_both_may_know(charity: World) -> None:
    own = put(charity, called(charity))
    ref = ask_to_link(charity.desk("manager"), "OKF-1", own, kind=CaseLinkKind.JOINED, why="Both sides were asked.")
    answer_link(charity.desk("manager2"), ref, agree=False)

    told = [(one.case_ref, one.subject, one.facts) for one in charity.events() if ref in str(one.subject)]
    assert [case for case, _, _ in told] == [own, own]
    assert "OKF-1" not in str(told)


def test_C5_nobody_who_works_on_one_is_let_into_the_other(charity: World) -> None:
    own = put(charity, called(charity))

    with pytest.raises(Refused) as refused:
        lead(charity, own, "anns")
    assert refused.value.decision.primary == "conflict_of_interest"

    lead(charity, own)
    with pytest.raises(Refused):
        grant_access(
            charity.desk("manager", chance=random.Random(3)),
            "OKF-1",
            NewGrant("toms", Capacity.STAFF, ["joint"], "casework"),
        )


def test_C5_a_tie_to_either_family_bars_from_being_let_into_the_other_and_ends_nothing(charity: World) -> None:
    """An access that ended by the call would tell its holder that somebody near to them had called."""
    charity.conflict("toms", "kid")
    charity.caseworker("free")
    own = put(charity, called(charity))
    [tom] = parties(charity, own)
    charity.conflict("anns", tom)
    charity.later(minutes=1)

    with pytest.raises(Refused) as refused:
        lead(charity, own)
    assert refused.value.decision.primary == "conflict_of_interest"
    assert charity.may("anns", Action.OPEN_CASE, "OKF-1")
    with pytest.raises(Refused):
        lead(charity, own, "anns")
    charity.conflict("helper", tom)
    gives = NewGrant("helper", Capacity.VOLUNTEER, ["joint"], "Reading", record_classes=[RecordClass.NOTE])
    with pytest.raises(Refused):
        grant_access(charity.desk("manager", chance=random.Random(4)), "OKF-1", gives)
    lead(charity, own, "free")

    known(charity, own)

    assert not charity.may("anns", Action.OPEN_CASE, "OKF-1")


def test_C3_C10_what_is_looked_at_first_there_does_not_tell_here_and_what_is_here_holds_there(charity: World) -> None:
    own = put(charity, called(charity, first_call=FirstCall(danger=True)))

    def looks() -> dict[str, tuple[int, int]]:
        with charity.store.reading() as session:
            return {ref: (len(c.looks), len(c.linked_looks)) for ref, c in facts.cases(session, ["OKF-1", own]).items()}

    assert looks() == {"OKF-1": (0, 0), own: (1, 1)}
    set_look_first(charity.desk("dsl"), "OKF-1", reason="She said so.")
    with charity.store.reading() as session:
        assert [len(one) for one in facts.cases(session, [own])[own].linked_looks] == [1]


def test_C2_it_is_put_beside_a_case_by_a_manager_for_no_side_and_a_case_that_lives(charity: World) -> None:
    ref = called(charity)
    for who in ("intake", "anns", "dsl"):
        with pytest.raises(Refused) as on_file:
            put(charity, ref, by=who)
        with pytest.raises(Refused) as nowhere:
            put(charity, ref, by=who, case="OKF-NONE")
        assert str(on_file.value) == str(nowhere.value)
    charity.manager("of_gran")
    charity.grant("of_gran", "OKF-1", compartments=["sole:gran"])
    charity.manager("tied")
    charity.conflict("tied", "ann")
    for who in ("of_gran", "tied"):
        with pytest.raises(Refused):
            put(charity, ref, by=who)
    wrong: list[tuple[dict[str, Any], type[Exception]]] = [
        ({"case": "OKF-NONE"}, NotFound),
        ({"seen": 2}, Conflict),
        ({"relation": " "}, Invalid),
        ({"kind_of_support": None}, Invalid),
        ({"same_as": "nobody"}, Conflict),
    ]
    for more, error in wrong:
        with pytest.raises(error):
            put(charity, ref, **more)
    charity.close("OKF-1")
    with pytest.raises(Refused):
        put(charity, ref)
    assert charity.count(CaseLink) == 0
    assert charity.count(Case) == 1


def test_a_new_partys_own_case_takes_no_other_new_party(charity: World) -> None:
    own = put(charity, called(charity))
    uncle = called(charity, TakenPerson(EnquiryPart.CALLER, "Uwe Quill"), TOM_AS_OTHER)

    assert existing_cases(charity.desk("manager"), uncle) == ()
    with pytest.raises(Invalid, match="put it beside that one"):
        put(charity, uncle, case=own)


TOM_AS_OTHER = TakenPerson(EnquiryPart.OTHER_ADULT, "Tom Quill", phone="07700 900164")


def test_the_look_offers_the_case_of_whom_they_named_though_they_are_like_none_of_its_parties(charity: World) -> None:
    ref = called(charity)

    assert existing_cases(charity.desk("manager"), ref) == ("OKF-1",)
    assert [one.party for one in existing_sides(charity.desk("manager"), ref)] == ["gran"]
    with pytest.raises(Refused):
        existing_cases(charity.desk("intake"), ref)


def test_C2_once_two_say_that_both_may_know_they_are_a_party_and_their_lead_goes_along(charity: World) -> None:
    own = put(charity, called(charity))
    lead(charity, own)
    [party] = parties(charity, own)
    desk = charity.desk("manager", chance=random.Random("known"))
    ref = ask_to_link(desk, "OKF-1", own, kind=CaseLinkKind.JOINED, why="Both sides were asked.")
    assert joining_of(charity.desk("manager2"), ref).makes_known
    assert joining_of(charity.desk("manager2"), ref).passes == ("Willem Side",)
    with pytest.raises(Refused):
        answer_link(charity.desk("manager"), ref, agree=True)
    assert parties(charity, "OKF-1") == ["ann", "gran"]

    charity.later(minutes=1)
    answer_link(charity.desk("manager2", chance=random.Random("join")), ref, agree=True)
    charity.later(minutes=1)

    assert parties(charity, "OKF-1") == ["ann", "gran", party]
    assert [one.name for one in case_in_view(charity.desk("anns"), "OKF-1").family if one.ref == party] == ["Tom Quill"]
    case = charity.one(Case, ref=own)
    assert case.outcome is ClosureOutcome.JOINED
    assert charity.one(Case, ref="OKF-1").unallocated_since is None
    assert case_in_view(charity.desk("toms"), "OKF-1").sides == (party,)
    assert [one.title for one in records_in_view(charity.desk("toms"), own).rows] == ["First contact (phone)"]
    with pytest.raises(NotFound):
        records_in_view(charity.desk("anns"), own)
    nothing_astray(charity)
    kept_apart = next(one for one in charity.all(CaseLink) if one.kind is CaseLinkKind.NEW_PARTY)
    assert (kept_apart.end_asked_by, kept_apart.ended_by, kept_apart.end_why) == (
        "manager",
        "manager2",
        "Both sides were asked.",
    )


def test_what_both_know_is_not_taken_back(charity: World) -> None:
    ref = known(charity, put(charity, called(charity)))

    with pytest.raises(Conflict, match="know of each other"):
        ask_to_unlink(charity.desk("manager2"), ref, why="A slip.")


def test_C5_a_call_put_beside_the_wrong_family_is_parted_by_two(charity: World) -> None:
    own = put(charity, called(charity))
    [link] = links_on(charity.desk("manager"), own)

    ask_to_unlink(charity.desk("manager"), link.ref, why="Namesakes.")
    assert beside(charity, "manager2", own) == ["OKF-1"]
    answer_unlink(charity.desk("manager2"), link.ref, agree=True)

    assert beside(charity, "manager2", own) == []
    assert parties(charity, own) != []


def test_C2_a_joining_that_waits_goes_with_the_link_that_was_taken_back(charity: World) -> None:
    own = put(charity, called(charity))
    [link] = charity.all(CaseLink)
    joins = ask_to_link(charity.desk("manager"), "OKF-1", own, kind=CaseLinkKind.JOINED, why="Both sides were asked.")
    ask_to_unlink(charity.desk("manager"), link.ref, why="Namesakes.")
    answer_unlink(charity.desk("manager2"), link.ref, agree=True)

    with pytest.raises(Conflict):
        answer_link(charity.desk("dsl"), joins, agree=True)
    assert charity.one(Case, ref=own).closed_at is None


def test_they_are_linked_in_no_other_way_meanwhile(charity: World) -> None:
    own = put(charity, called(charity))
    desk = charity.desk("manager")

    for case, other, kind in (("OKF-1", own, CaseLinkKind.LINKED), (own, "OKF-1", CaseLinkKind.JOINED)):
        with pytest.raises(Conflict):
            ask_to_link(desk, case, other, kind=kind, why="One family.")
    with pytest.raises(Invalid):
        ask_to_link(desk, "OKF-1", own, kind=CaseLinkKind.NEW_PARTY, why="One family.")


def test_somebody_on_file_is_not_put_on_file_twice(charity: World) -> None:
    charity.service_user("tom", name="Tom Quill", phone="07700 900164")
    charity.case("OKF-9", parties=["tom"])
    charity.close("OKF-9")
    charity.role("manager", Role.INTAKE_OFFICER)
    ref = called(charity)
    desk = charity.desk("manager")
    tom = asked_of(ref, enquiry_in_view(desk, ref).people[0])
    found = known_people(desk, tom)
    [handle] = [one.handle for one in (*found.seen, *found.protected)]

    own = put(charity, ref, same_as=handle)

    assert parties(charity, own) == ["tom"]
    assert charity.all(ContactStatement, service_user="tom")[-1].checked_how is None


@pytest.mark.one_database
def test_the_page_puts_it_beside_the_case_and_two_say_when_both_may_know(charity: World) -> None:
    ref = called(charity)
    page = open_page(charity, "manager", "enquiry", ref=ref)
    button(page, "Find their case").click().run()
    choice = next(one for one in page.radio if one.label == "Who asks is")
    choice.set_value(next(one for one in choice.options if "new party of case OKF-1" in one)).run()
    button(page, "Put this beside their case").click().run()
    assert "Who they are to the family" in str([one.value for one in page.error])
    next(one for one in page.text_input if one.label == "Who they are to the family").set_value("His father")
    next(one for one in page.selectbox if one.label == "Kind of support").select_index(0)
    button(page, "Put this beside their case").click().run()
    assert not page.exception
    [link] = charity.all(CaseLink)
    assert f"Their side is case {link.case_ref}" in sent(page).replace("\\", "")

    for case in ("OKF-1", link.case_ref):
        assert "tell none of them" in sent(open_page(charity, "manager2", "case", case=case))
    page = open_page(charity, "manager", "case", case="OKF-1", part="Manage")
    next(one for one in page.text_area if one.label == "Who on each side said so").set_value("Ann and Tom")
    next(one for one in page.button if one.key == f"known_{link.ref}").click().run()
    assert not page.exception
    page = open_page(charity, "dsl", "conflicts")
    assert "Each side is shown that the other one is here" in sent(page)
    button(page, "Agree").click().run()
    assert not page.exception
    assert "Tom Quill" in sent(open_page(charity, "anns", "case", case="OKF-1"))
