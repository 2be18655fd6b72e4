"""The second parent's call joins the case that exists: on their own side, and nothing of it shows on the other (C2)."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any

import pytest

from okf.cases.commands.cases import close_case
from okf.cases.commands.conflicts import declare_conflict
from okf.cases.commands.registering import put_on_case, register_enquiry
from okf.cases.commands.to_read import TO_READ
from okf.cases.queries.access import access_to
from okf.cases.queries.case import case_in_view, tasks_on
from okf.cases.queries.cases import caseload_page
from okf.cases.queries.existing import existing_sides, look_for_case
from okf.cases.queries.own_cases import cases_in_view, search_own_cases
from okf.errors import Conflict, Invalid, NotFound, Refused
from okf.intake.commands.enquiries import TakenPerson, decline_enquiry, take_enquiry
from okf.intake.queries.alike import alike_in_enquiries
from okf.intake.queries.enquiries import enquiries_in_view
from okf.intake.queries.enquiry import asked_of, enquiry_in_view
from okf.intake.queries.matches import known_people
from okf.match.normal import Applicant
from okf.records.queries.case_records import records_in_view, timeline_of
from okf.store.models import (
    Case,
    CaseParty,
    ContactStatement,
    Enquiry,
    EnquiryKey,
    EnquiryPerson,
    Record,
    ServiceUser,
    Task,
)
from okf.terms import Action, CaseStatus, Role, SupportKind
from okf.terms.intake import Confidence, ContactCheck, EnquiryPart, EnquiryStatus, NoticeWay
from okf.today.queries.pending import pending_items
from tests.behind import unrecorded
from tests.cases.test_case_pages import open_page, sent
from tests.intake.test_enquiry_pages import button
from tests.world import World

pytestmark = pytest.mark.both_databases

SAID = "He takes the children's passports."
ANN = TakenPerson(EnquiryPart.CALLER, "Ann Bell", phone="07700 900118", safe_phone="07700 900118")
TOM = TakenPerson(EnquiryPart.CALLER, "Tom Bell", phone="07700 900164", safe_phone="07700 900164", code_word="heron")


@pytest.fixture
def charity(world: World) -> World:
    """Ann Bell called a week ago, and named Tom; each side may have its caseworker, and intake knows of no case."""
    world.manager(name="Mona Ger")
    world.manager("manager2")
    world.caseworker("worker_a", name="Wanda Side")
    world.caseworker("worker_b", name="Willem Side")
    world.person("intake", roles=[Role.INTAKE_OFFICER], name="Ina Take")
    world.service_user("party_a", name="Ann Bell", phone="07700 900118")
    world.service_user("party_b", name="Tom Bell", phone="07700 900164")
    world.case("OKF-1")
    world.grant("worker_a", "OKF-1", compartments=["sole:party_a", "joint"], lead_for="party_a")
    return world


def lead_for_tom(world: World) -> None:
    world.grant("worker_b", "OKF-1", compartments=["sole:party_b", "joint"], lead_for="party_b")


def taken(world: World, *people: TakenPerson, by: str = "intake", said: str | None = SAID) -> str:
    desk = world.desk(by, chance=random.Random(world.count(Enquiry)))
    other = TakenPerson(EnquiryPart.OTHER_ADULT, "Ann Bell", phone="07700 900118")
    return take_enquiry(desk, people=people or (TOM, other), said=said)


def put(world: World, ref: str, by: str = "manager", case: str = "OKF-1", **more: Any) -> tuple[str, ...]:
    desk = world.desk(by, chance=random.Random(ref))
    return put_on_case(desk, ref, case, **{"party": "party_b", "seen": 1, **more})


def seen_by(world: World, who: str) -> tuple[Any, ...]:
    """All that somebody on the case is shown of it, as far as lists, counts and dates go."""
    desk = world.desk(who)
    view = case_in_view(desk, "OKF-1")
    return (
        view,
        records_in_view(desk, "OKF-1"),
        timeline_of(desk, "OKF-1"),
        access_to(desk, "OKF-1"),
        tasks_on(desk, "OKF-1"),
        cases_in_view(desk),
        search_own_cases(desk, "Tom"),
        pending_items(desk),
    )


def test_C2_what_the_second_parent_said_is_the_first_record_on_their_own_side(charity: World) -> None:
    lead_for_tom(charity)
    ref = taken(charity)

    assert put(charity, ref) == ("worker_b",)

    (record,) = charity.all(Record)
    assert (record.source, record.compartment, record.written_by) == ("party_b", "sole:party_b", "intake")
    assert SAID in record.text
    assert "Told about Ann Bell" in record.text
    view = enquiry_in_view(charity.desk("manager"), ref)
    assert (view.status, view.case_ref, view.words, view.people) == (EnquiryStatus.REGISTERED, "OKF-1", None, ())
    assert charity.count(EnquiryPerson) == charity.count(EnquiryKey) == 0
    (event,) = [one for one in charity.events(action=Action.PUT_ON_CASE) if one.case_ref]
    assert (event.subject, event.facts["record"], event.facts["told"]) == (ref, record.id, ["worker_b"])
    assert SAID not in str(event.facts)


def test_C3_whoever_leads_for_them_has_a_task_and_without_one_the_side_waits_for_its_allocation(charity: World) -> None:
    put(charity, taken(charity))
    assert charity.count(Task) == 0
    assert [row.unallocated_since is not None for row in caseload_page(charity.desk("manager")).rows] == [True]

    lead_for_tom(charity)
    put(charity, taken(charity))

    (task,) = charity.all(Task)
    assert (task.assigned_to, task.compartment, task.text) == ("worker_b", "sole:party_b", TO_READ)
    assert [one.text for one in tasks_on(charity.desk("worker_b"), "OKF-1")] == [TO_READ]


def test_C2_nothing_that_the_other_side_is_shown_changes_by_it(charity: World) -> None:
    lead_for_tom(charity)
    before = seen_by(charity, "worker_a")
    ref = taken(charity)

    put(charity, ref, contact_from_now=True)

    assert seen_by(charity, "worker_a") == before
    assert not charity.may("worker_a", Action.READ_RECORD, record=charity.all(Record)[0].id)


def test_C4_whoever_took_the_call_is_shown_the_same_whether_there_was_a_case_or_not(charity: World) -> None:
    def shown(who: str, ref: str) -> tuple[Any, ...]:
        view = enquiry_in_view(charity.desk(who), ref)
        rows = enquiries_in_view(charity.desk(who), status=None).page.rows
        (row,) = [one for one in rows if one.ref == ref]
        known = (view.status, view.case_ref, view.words, view.people, view.decided_by, view.reason, view.may)
        return known, (row.status, row.case_ref, row.caller)

    for who in ("intake", "worker_a"):
        joined, registered = (taken(charity, by=who) for _ in range(2))
        waiting = [enquiry_in_view(charity.desk(who), ref).may for ref in (joined, registered)]
        put(charity, joined)
        register_enquiry(
            charity.desk("manager", chance=random.Random(registered)),
            registered,
            seen=1,
            kind_of_support=SupportKind.PARENTING,
        )

        assert waiting[0] == waiting[1]
        assert Action.PUT_ON_CASE not in waiting[0]
        assert shown(who, joined) == shown(who, registered)


def test_the_manager_sees_the_sides_by_place_and_puts_it_on_none_but_the_callers(charity: World) -> None:
    ref = taken(charity)

    (side,) = look_for_case(charity.desk("manager"), ref)

    assert (side.case_ref, side.place, side.confidence) == ("OKF-1", "Party 2", Confidence.VERY_LIKELY)
    assert "Bell" not in repr(side)
    assert existing_sides(charity.desk("manager"), ref) == (side,)
    (look,) = charity.events(action=Action.PUT_ON_CASE)
    assert (look.subject, look.facts["cases"]) == (ref, ["OKF-1"])
    with pytest.raises(Invalid, match="like somebody else"):
        put(charity, ref, party="party_a")
    with pytest.raises(Invalid, match="party of this case"):
        put(charity, ref, party="party_c")


def test_C5_only_a_manager_without_a_tie_puts_it_on_a_case_that_lives(charity: World) -> None:
    ref = taken(charity)
    for who in ("intake", "worker_a"):
        with pytest.raises(Refused):
            existing_sides(charity.desk(who), ref)
        with pytest.raises(Refused) as on_file:
            put(charity, ref, by=who)
        with pytest.raises(Refused) as nowhere:
            put(charity, ref, by=who, case="OKF-NONE")
        assert str(on_file.value) == str(nowhere.value)
    charity.conflict("manager2", "party_a")
    assert existing_sides(charity.desk("manager2"), ref) == ()
    with pytest.raises(Refused):
        put(charity, ref, by="manager2")
    with pytest.raises(NotFound):
        put(charity, ref, case="OKF-NONE")
    with pytest.raises(Conflict):
        put(charity, ref, seen=2)

    close_case(charity.desk("manager"), "OKF-1", reason="Done")
    assert existing_sides(charity.desk("manager"), ref) == ()
    with pytest.raises(Refused):
        put(charity, ref)
    assert enquiry_in_view(charity.desk("intake"), ref).status is EnquiryStatus.NEW


def test_how_to_reach_them_is_their_own_word_from_now_on_only_where_the_manager_is_sure(charity: World) -> None:
    caller = TakenPerson(EnquiryPart.CALLER, "Tom Bell", safe_phone="07700 900166", notice_way=NoticeWay.READ_OUT)
    put(charity, taken(charity, caller))
    assert charity.one(ServiceUser, ref="party_b").safe_phone is None
    told = charity.all(ContactStatement, service_user="party_b")[-1]
    assert (told.told_by, told.checked_how, "07700 900166" in told.told) == ("party_b", None, True)

    put(charity, taken(charity, caller), contact_from_now=True)

    assert charity.one(ServiceUser, ref="party_b").safe_phone == "07700 900166"
    assert charity.all(ContactStatement, service_user="party_b")[-1].checked_how is ContactCheck.OWN_WORD
    assert charity.one(ServiceUser, ref="party_a").safe_phone is None


def test_the_words_of_one_that_ended_as_a_duplicate_move_to_the_case_too(charity: World) -> None:
    ref = taken(charity)
    with unrecorded(charity.store) as session:
        enquiry = session.get_one(Enquiry, ref)
        enquiry.status, enquiry.decided_at, enquiry.decided_by = EnquiryStatus.DUPLICATE, charity.now, "intake"

    assert enquiry_in_view(charity.desk("manager"), ref).may == {Action.PUT_ON_CASE}
    put(charity, ref)

    assert SAID in charity.all(Record)[0].text
    assert enquiry_in_view(charity.desk("manager"), ref).status is EnquiryStatus.REGISTERED


def test_a_perpetrators_call_before_the_victims(charity: World) -> None:
    """What he said of her stays on his side, and is not how she is reached; her own call is the first on hers."""
    about_eve = TakenPerson(
        EnquiryPart.OTHER_ADULT, "Eve Stone", phone="07700 900200", safe_contact_notes="Ring at six"
    )
    first = taken(charity, TakenPerson(EnquiryPart.CALLER, "Max Stone"), about_eve, said="She is unstable.")
    case = register_enquiry(charity.desk("intake"), first, seen=1, kind_of_support=SupportKind.PARENTING)
    max_, eve = (one.service_user for one in sorted(charity.all(CaseParty, case_ref=case), key=lambda p: p.position))
    second = taken(
        charity, TakenPerson(EnquiryPart.CALLER, "Eve Stone", safe_phone="07700 900201"), said="He must not know."
    )

    side = next(one for one in existing_sides(charity.desk("manager"), second) if one.confidence)
    put_on_case(charity.desk("manager"), second, case, party=side.party, seen=1, contact_from_now=True)

    assert side.party == eve
    his, hers = sorted(charity.all(Record, case_ref=case), key=lambda one: one.compartment != f"sole:{max_}")
    assert (his.compartment, hers.compartment) == (f"sole:{max_}", f"sole:{eve}")
    assert "Ring at six" not in his.text
    assert [(one.told_by, "Ring at six" in one.told) for one in charity.all(ContactStatement, service_user=eve)] == [
        (max_, True),
        (eve, False),
    ]
    assert "He must not know." in hers.text
    assert "Ring at six" not in hers.text
    assert charity.one(ServiceUser, ref=eve).safe_phone == "07700 900201"


def test_two_calls_in_one_morning_about_one_family_find_each_other(charity: World) -> None:
    ivy = TakenPerson(EnquiryPart.CHILD, "Ivy Stone", age=4)
    first = taken(charity, TakenPerson(EnquiryPart.CALLER, "Eve Stone"), ivy, by="worker_a")
    second = taken(
        charity, TakenPerson(EnquiryPart.CALLER, "Max Stone"), TakenPerson(EnquiryPart.OTHER_ADULT, "Eve Stone")
    )

    def found(who: str) -> list[tuple[str, str]]:
        eve = next(one for one in charity.all(EnquiryPerson, enquiry_ref=second) if one.name == "Eve Stone")
        return [(one.enquiry, one.name) for one in known_people(charity.desk(who), asked_of(second, eve)).enquiries]

    assert found("intake") == found("manager") == found("worker_a") == [(first, "Eve Stone")]
    assert found("worker_b") == []


def test_C4_a_declined_enquiry_is_compared_for_as_long_as_it_is_kept(charity: World) -> None:
    first = taken(charity, TakenPerson(EnquiryPart.CALLER, "Eve Stone"))
    decline_enquiry(charity.desk("manager"), first, seen=1, reason="Lives abroad")

    def found(days: int) -> list[str]:
        with charity.store.reading() as session:
            at = charity.now + timedelta(days=days)
            return [one.enquiry for one in alike_in_enquiries(session, Applicant("Eve Stone"), at)]

    assert (found(0), found(364), found(365)) == ([first], [first], [])


def test_a_look_that_shows_another_enquiry_is_on_record_with_it(charity: World) -> None:
    first = taken(charity, TakenPerson(EnquiryPart.CALLER, "Eve Stone"))
    second = taken(charity, TakenPerson(EnquiryPart.CALLER, "Eve Stone"))
    (eve,) = charity.all(EnquiryPerson, enquiry_ref=second)

    known_people(charity.desk("intake", session_id="monday"), asked_of(second, eve))

    (look,) = charity.events(action=Action.SEE_PROTECTED_MATCH)
    assert look.facts["enquiries"] == [first]


def test_the_status_of_the_case_is_as_it_was(charity: World) -> None:
    before = case_in_view(charity.desk("manager"), "OKF-1")
    put(charity, taken(charity))
    after = case_in_view(charity.desk("manager"), "OKF-1")

    assert (after.status, after.parties, after.unallocated_since, after.first_contact_at) == (
        CaseStatus.OPEN,
        before.parties,
        before.unallocated_since,
        before.first_contact_at,
    )


@pytest.mark.one_database
def test_the_page_puts_it_on_the_case_for_a_manager_and_sends_intake_the_same_words_with_a_case_and_without(
    charity: World,
) -> None:
    with_a_case, without = taken(charity), taken(charity, TakenPerson(EnquiryPart.CALLER, "Zora Quill"))

    def offered(who: str, ref: str) -> str:
        said = sent(open_page(charity, who, "enquiry", ref=ref))
        return said.partition("Do they have a case already?")[2].partition("Register for support")[0]

    assert "A manager looks for it" in offered("intake", with_a_case)
    assert offered("intake", with_a_case) == offered("intake", without)
    assert "OKF-1" not in sent(open_page(charity, "intake", "enquiry", ref=with_a_case))

    page = open_page(charity, "manager", "enquiry", ref=with_a_case)
    button(page, "Find their case").click().run()
    choice = next(one for one in page.radio if one.label == "Who asks is")
    assert [one.replace("\\", "") for one in choice.options] == [
        "Party 2 of case OKF-1. Very likely the same: same name; same phone number. Nobody leads for them yet.",
        "None of its parties yet: a new party of case OKF-1",
        "A new party of a case that I name",
    ]
    choice.set_value(choice.options[0])
    button(page, "Put this on their existing case").click().run()
    assert [one.value for one in page.error] == ["Choose who asks and tick the box first."]
    next(one for one in page.checkbox if one.label.startswith("I am sure")).check()
    button(page, "Put this on their existing case").click().run()

    assert not page.exception
    assert "What was told is in the case, and opens with it." in sent(page)
    assert [one.compartment for one in charity.all(Record)] == ["sole:party_b"]
    assert "OKF-1" not in sent(open_page(charity, "intake", "enquiry", ref=with_a_case))
    assert "OKF-1" not in sent(open_page(charity, "intake", "enquiries", status="registered"))


def test_C5_a_lead_with_a_tie_is_neither_named_nor_told(charity: World) -> None:
    lead_for_tom(charity)
    declare_conflict(charity.desk("worker_b"), "party_b", reason="He is my cousin")
    charity.later(minutes=1)
    ref = taken(charity)

    [side] = [one for one in existing_sides(charity.desk("manager"), ref) if one.party == "party_b"]
    assert side.caseworkers == ()
    assert put(charity, ref) == ()
    assert charity.all(Task) == []
    assert charity.one(Case, ref="OKF-1").unallocated_since is not None
