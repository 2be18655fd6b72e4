"""Enquiries taken, completed, ended and registered; safe contact and undertakings kept after it."""

from __future__ import annotations

import random
from dataclasses import fields
from datetime import date
from typing import Any

import pytest

from okf.cases.commands.people import check_contact, note_privacy_notice, note_undertaking
from okf.cases.commands.registering import register_enquiry
from okf.errors import Conflict, Invalid, NotFound, Refused
from okf.intake.commands.enquiries import TakenPerson, change_enquiry, decline_enquiry, take_enquiry
from okf.intake.first_call import NOTHING_ASKED
from okf.intake.queries.enquiries import enquiries_in_view, search_enquiries
from okf.intake.queries.enquiry import asked_of, enquiry_in_view
from okf.intake.queries.matches import Asked, known_people
from okf.match.normal import Applicant
from okf.store.contact import read
from okf.store.models import (
    Case,
    CaseChild,
    CaseParty,
    ContactStatement,
    Enquiry,
    EnquiryCorrection,
    EnquiryPerson,
    PrivacyNoticeGiven,
    Record,
    ServiceUser,
    Undertaking,
)
from okf.terms import Action, CaseStatus, Role, SupportKind
from okf.terms.intake import ContactCheck, EnquiryPart, EnquiryStatus, NoticeWay, UndertakingAnswer
from okf.today.queries.pending import pending_items
from tests.world import World

SAID = "He took the passports, MARKED-WORDS."


@pytest.fixture
def charity(world: World) -> World:
    """An intake officer, a manager, and two caseworkers."""
    world.person("intake", roles=[Role.INTAKE_OFFICER])
    world.manager()
    world.caseworker()
    world.caseworker("caseworker2")
    return world


def caller(**more: Any) -> TakenPerson:
    return TakenPerson(EnquiryPart.CALLER, more.pop("name", "Ann Bell"), **more)


def taken(world: World, by: str = "intake", **more: Any) -> str:
    more.setdefault(
        "people",
        [
            caller(
                safe_phone="+44 7700 900 001",
                safe_hours="weekdays 10 to 14",
                voicemail_safe=False,
                do_not_contact_by="Post",
                code_word="heron",
                email="Ann@Example.org",
                notice_way=NoticeWay.READ_OUT,
                undertaking=UndertakingAnswer.DECLINED,
            ),
            TakenPerson(EnquiryPart.OTHER_ADULT, "Tom Bell", phone="020 7946 0001"),
            TakenPerson(EnquiryPart.CHILD, "Ivy Bell", date_of_birth=date(2018, 2, 3)),
            TakenPerson(EnquiryPart.CHILD, "Max Bell", age=7),
        ],
    )
    more.setdefault("said", SAID)
    desk = world.desk(by, chance=random.Random(world.count(Enquiry)))
    return take_enquiry(desk, kind_of_support=SupportKind.PARENTING, area="Leeds", **more)


def registered(world: World, ref: str, by: str = "intake", **more: Any) -> str:
    more.setdefault("seen", 1)
    return register_enquiry(world.desk(by), ref, kind_of_support=SupportKind.PARENTING, **more)


def test_an_enquiry_keeps_who_asks_how_to_reach_them_and_what_they_were_told(charity: World) -> None:
    ref = taken(charity)

    view = enquiry_in_view(charity.desk("intake"), ref)
    ann, tom, ivy, max_ = view.people
    assert (view.status, view.words, view.area) == (EnquiryStatus.NEW, SAID, "Leeds")
    assert (ann.safe_phone, ann.email, ann.voicemail_safe) == ("07700 900001", "Ann@example.org", False)
    assert (ann.notice_way, ann.notice_on) == (NoticeWay.READ_OUT, date(2026, 11, 23))
    assert (ann.undertaking, ann.undertaking_on) == (UndertakingAnswer.DECLINED, date(2026, 11, 23))
    assert (tom.phone, ivy.date_of_birth, max_.age) == ("020 7946 0001", date(2018, 2, 3), 7)
    assert [(e.action, e.subject) for e in charity.events()] == [(Action.TAKE_ENQUIRY, ref), (Action.READ_ENQUIRY, ref)]
    assert "Bell" not in repr([(e.facts, e.subject) for e in charity.events()])


@pytest.mark.parametrize(
    "person, told",
    [
        (caller(name=" "), "Who asks: name"),
        (caller(safe_phone="call me"), "Who asks: Safe number: this is no telephone number"),
        (caller(phone="0113 496"), "Who asks: Other number: no telephone has this number"),
        (caller(email="ann at home"), "Who asks: E-mail: this is no e-mail address"),
        (caller(date_of_birth=date(2027, 1, 1)), "Who asks: date of birth: this date is still to come"),
        (caller(age=200), "Who asks: age"),
        (TakenPerson(EnquiryPart.OTHER_ADULT, "Tom", safe_phone="07700 900001"), "Other adult: Safe number: only they"),
        (TakenPerson(EnquiryPart.OTHER_ADULT, "Tom", code_word="heron"), "Other adult: Code word: only they"),
        (TakenPerson(EnquiryPart.CHILD, "Ivy"), "Who asks: name the one person"),
    ],
)
@pytest.mark.one_database
def test_a_wrong_value_is_named_and_nothing_is_kept(charity: World, person: TakenPerson, told: str) -> None:
    with pytest.raises(Invalid, match=told):
        taken(charity, people=[person] if person.part is not EnquiryPart.OTHER_ADULT else [caller(), person])

    assert charity.count(Enquiry) == charity.count(EnquiryPerson) == 0


@pytest.mark.one_database
def test_C5_who_may_take_read_and_register_an_enquiry(charity: World) -> None:
    charity.volunteer()
    charity.person("administrator", roles=[Role.ADMINISTRATOR])
    for other in ("volunteer", "administrator"):
        with pytest.raises(Refused):
            taken(charity, by=other)
    ref = taken(charity, by="caseworker")

    for reader in ("intake", "manager", "caseworker"):
        assert enquiry_in_view(charity.desk(reader), ref).words == SAID
    sayings = []
    for other in ("caseworker2", "volunteer", "administrator"):
        for asked in (ref, "E-NOWHERE"):
            with pytest.raises(NotFound) as missing:
                enquiry_in_view(charity.desk(other), asked)
            sayings.append(str(missing.value).replace(asked, "REF"))
    assert len(set(sayings)) == 1
    with pytest.raises(Refused):
        registered(charity, ref, by="caseworker")
    assert [row.ref for row in enquiries_in_view(charity.desk("intake")).page.rows] == [ref]
    assert enquiries_in_view(charity.desk("caseworker2")).page.rows == ()
    assert search_enquiries(charity.desk("caseworker2"), "bell") == ()
    assert [row.ref for row in search_enquiries(charity.desk("manager"), "max BELL")] == [ref]


def test_an_enquiry_is_completed_and_two_at_once_do_not_overwrite_each_other(charity: World) -> None:
    ref = taken(charity, by="caseworker")
    before = {one.name: one.id for one in enquiry_in_view(charity.desk("intake"), ref).people}
    ivy = TakenPerson(EnquiryPart.CHILD, "Ivy Bell", age=8)
    change_enquiry(charity.desk("intake"), ref, seen=1, people=[caller(name="Anne Bell"), ivy], said="More.")

    with pytest.raises(Conflict):
        change_enquiry(charity.desk("caseworker"), ref, seen=1, people=[caller()], said="Other.")
    with pytest.raises(NotFound):
        change_enquiry(charity.desk("caseworker2"), ref, seen=2, people=[caller()], said="Other.")

    view = enquiry_in_view(charity.desk("caseworker"), ref)
    assert (view.version, view.words, [one.name for one in view.people]) == (2, "More.", ["Anne Bell", "Ivy Bell"])
    assert (view.people[1].id, view.people[1].age, view.people[1].date_of_birth) == (before["Ivy Bell"], 8, None)


def corrected(charity: World) -> str:
    """An enquiry whose caller's number a manager corrected; he was taken out, and her words stand anew."""
    ref = taken(charity)
    charity.later(hours=1)
    ivy = TakenPerson(EnquiryPart.CHILD, "Ivy Bell", age=8)
    people = [caller(safe_phone="07700 900009", code_word="heron", email="Ann@Example.org"), ivy]
    change_enquiry(charity.desk("manager"), ref, seen=1, people=people, said=SAID)
    return ref


STOOD = (
    "Ann Bell (caller). Safe number: 07700 900001; Safe hours: weekdays 10 to 14; Voicemail: NOT SAFE;"
    " Do not contact by: Post\nIvy Bell (child), born 2018-02-03\nTom Bell (other adult). Other number: 020 7946 0001\n"
    "Max Bell (child), aged 7"
)


@pytest.mark.both_databases
def test_C2_what_was_told_before_a_correction_stays_with_the_enquiry(charity: World) -> None:
    ref = corrected(charity)

    [earlier] = enquiry_in_view(charity.desk("intake"), ref).earlier
    assert (earlier.stood, earlier.changed_by, earlier.changed_at) == (STOOD, "Manager", charity.now)
    again = enquiry_in_view(charity.desk("intake"), ref).people
    change_enquiry(
        charity.desk("intake"), ref, seen=2, people=[TakenPerson(**told_again(one)) for one in again], said="More."
    )
    assert enquiry_in_view(charity.desk("intake"), ref).earlier == (earlier,)  # nothing of anybody was changed
    assert not any("900001" in repr(event.facts) for event in charity.events())


def told_again(one: Any) -> dict[str, Any]:
    return {field.name: getattr(one, field.name) for field in fields(TakenPerson)}


def test_C2_what_was_told_before_goes_to_the_case_as_the_callers_word_alone(charity: World) -> None:
    ref = corrected(charity)

    case_ref = registered(charity, ref, seen=2)

    (first,) = charity.all(Record, case_ref=case_ref)
    assert first.source in [one.service_user for one in charity.all(CaseParty, case_ref=case_ref)]
    assert first.compartment == f"sole:{first.source}"
    assert first.text == f"{SAID}\n\nTold before, until Manager changed it on 23 November 2026 at 11:00:\n{STOOD}"
    assert charity.count(EnquiryCorrection) == 0
    ann = charity.one(ServiceUser, ref=first.source)
    assert (ann.safe_phone, ann.safe_hours) == ("07700 900009", None)
    assert enquiry_in_view(charity.desk("intake"), ref).earlier == ()


def test_C5_once_it_is_decided_who_took_it_no_longer_reads_what_was_told_before(charity: World) -> None:
    ref = taken(charity, by="caseworker")
    change_enquiry(charity.desk("caseworker"), ref, seen=1, people=[caller()])
    assert len(enquiry_in_view(charity.desk("caseworker"), ref).earlier) == 1

    decline_enquiry(charity.desk("intake"), ref, seen=2, reason="Elsewhere")

    assert enquiry_in_view(charity.desk("caseworker"), ref).earlier == ()
    assert len(enquiry_in_view(charity.desk("intake"), ref).earlier) == 1


@pytest.mark.both_databases
def test_registering_opens_the_case_in_one_transaction_with_all_that_was_told(charity: World) -> None:
    ref = taken(charity)
    asked_at = charity.now
    charity.later(hours=5)

    case_ref = registered(charity, ref)

    case = charity.one(Case, ref=case_ref)
    assert case is not None
    assert (case.status, case.area, case.first_contact_at) == (CaseStatus.OPEN, "Leeds", asked_at)
    ann, tom = (charity.one(ServiceUser, ref=one.service_user) for one in charity.all(CaseParty, case_ref=case_ref))
    names = {charity.one(ServiceUser, ref=one.service_user).name for one in charity.all(CaseChild, case_ref=case_ref)}
    if ann.name != "Ann Bell":
        ann, tom = tom, ann
    assert (ann.name, ann.safe_phone, ann.code_word) == ("Ann Bell", "07700 900001", "heron")
    assert (tom.name, tom.phone) == ("Tom Bell", None)  # nobody is reached by what the caller said of him
    assert names == {"Ivy Bell", "Max Bell"}
    assert charity.one(ServiceUser, name="Max Bell").told_age == 7
    (first,) = charity.all(Record, case_ref=case_ref)
    assert (first.text, first.source, first.compartment) == (SAID, ann.ref, f"sole:{ann.ref}")
    (told,) = charity.all(ContactStatement, service_user=tom.ref)
    assert (told.told_by, told.checked_how) == (ann.ref, None)
    assert "020 7946 0001" in told.told
    assert charity.one(Undertaking, service_user=ann.ref).answer is UndertakingAnswer.DECLINED
    assert charity.one(PrivacyNoticeGiven, service_user=ann.ref).way is NoticeWay.READ_OUT
    (event,) = charity.events(action=Action.REGISTER_ENQUIRY)
    assert (event.case_ref, event.facts["enquiry"]) == (case_ref, ref)


def test_C4_once_registered_nobody_reads_in_the_enquiry_what_is_the_cases(charity: World) -> None:
    ref = taken(charity)
    case_ref = registered(charity, ref)

    view = enquiry_in_view(charity.desk("manager"), ref)

    assert (view.status, view.case_ref, view.words, view.people) == (EnquiryStatus.REGISTERED, case_ref, None, ())
    assert charity.count(EnquiryPerson) == 0
    assert not charity.may("intake", Action.OPEN_CASE, case_ref)
    with pytest.raises(Conflict):
        registered(charity, ref)


def test_somebody_on_file_joins_and_only_the_callers_own_word_changes_safe_contact(charity: World) -> None:
    charity.service_user("SU-ANN", name="Ann Bell", safe_phone="020 7946 0009", code_word="wren")
    charity.service_user("SU-TOM", name="Tom Bell", safe_phone="020 7946 0008")
    ref = taken(charity)
    people = {one.name: one.id for one in enquiry_in_view(charity.desk("intake"), ref).people}

    case_ref = registered(
        charity,
        ref,
        on_file={people["Ann Bell"]: "SU-ANN", people["Tom Bell"]: "SU-TOM"},
        left_out=[people["Max Bell"]],
        contact_from_now=[people["Ann Bell"], people["Tom Bell"]],
    )

    ann, tom = charity.one(ServiceUser, ref="SU-ANN"), charity.one(ServiceUser, ref="SU-TOM")
    assert (ann.safe_phone, ann.code_word) == ("07700 900001", "heron")
    assert (tom.safe_phone, tom.phone) == ("020 7946 0008", None)
    told = [
        (one.told_by, one.checked_how, read(one.told)) for one in charity.all(ContactStatement, service_user="SU-TOM")
    ]
    assert told[1:] == [("SU-ANN", None, {"phone": "020 7946 0001"})]
    before, now = charity.all(ContactStatement, service_user="SU-ANN")
    assert read(before.told)["safe_phone"] == "020 7946 0009"
    assert (now.checked_how, now.noted_by, now.told_at) == (ContactCheck.OWN_WORD, "intake", charity.now)
    (record,) = charity.all(Record, case_ref=case_ref)
    assert "Tom" not in record.text
    assert "Told about Max Bell" in record.text
    assert len(charity.all(CaseChild, case_ref=case_ref)) == 1


def test_C4_an_officer_joins_somebody_protected_by_what_the_look_showed_and_learns_nothing(charity: World) -> None:
    charity.service_user("SU-ANN", name="Ann Bell", safe_phone="07700 900001")
    charity.case("OKF-1", parties=["SU-ANN"], granted_to=["caseworker"])
    ref = taken(charity)
    desk = charity.desk("intake")
    ann = next(one for one in enquiry_in_view(desk, ref).people if one.name == "Ann Bell")
    (protected,) = known_people(desk, asked_of(ref, ann)).protected

    case_ref = registered(charity, ref, same_as={ann.id: protected.handle})

    assert {one.case_ref for one in charity.all(CaseParty, service_user="SU-ANN")} == {"OKF-1", case_ref}
    ref = taken(charity)
    number = enquiry_in_view(desk, ref).people[0].id
    with pytest.raises(Conflict):
        registered(charity, ref, same_as={number: "nobody"})


@pytest.mark.one_database
def test_a_registration_that_cannot_be_leaves_everything_as_it_was(charity: World) -> None:
    charity.service_user("SU-ANN")
    charity.conflict("intake", "SU-ANN")
    ref = taken(charity)
    ids = [one.id for one in enquiry_in_view(charity.desk("intake"), ref).people]

    for wrong, why in (
        ({"left_out": ids[:1]}, Invalid),
        ({"on_file": {ids[0]: "SU-NOBODY"}}, NotFound),
        ({"on_file": {ids[0]: "SU-ANN"}}, Conflict),
        ({"seen": 2}, Conflict),
    ):
        with pytest.raises(why):
            registered(charity, ref, **wrong)

    assert charity.count(Case) == 0
    assert enquiry_in_view(charity.desk("intake"), ref).status is EnquiryStatus.NEW


def test_C4_whoever_took_a_call_reads_nothing_of_it_once_it_is_declined(charity: World) -> None:
    ref = taken(charity, by="caseworker", note="Noted")
    ann = Asked("Ann", Applicant("Ann Bell"))
    assert [one.enquiry for one in known_people(charity.desk("caseworker"), ann).enquiries] == [ref]
    decline_enquiry(charity.desk("manager"), ref, seen=1, reason="His other parent is with us")

    own, intake = (enquiry_in_view(charity.desk(who), ref) for who in ("caseworker", "intake"))

    assert (own.status, own.words, own.note, own.reason, own.people) == (EnquiryStatus.DECLINED, None, None, None, ())
    assert (own.first_call, own.whole) == (NOTHING_ASKED, False)
    assert (intake.words, intake.note, intake.reason) == (SAID, "Noted", "His other parent is with us")
    assert intake.whole
    assert known_people(charity.desk("caseworker"), ann).enquiries == ()
    assert [one.enquiry for one in known_people(charity.desk("manager"), ann).enquiries] == [ref]


def test_an_enquiry_ends_without_a_case_with_its_reason(charity: World) -> None:
    ref = taken(charity)
    decline_enquiry(charity.desk("intake"), ref, seen=1, reason="Lives abroad")

    view = enquiry_in_view(charity.desk("manager"), ref)
    assert (view.status, view.reason, view.decided_by, view.may) == (
        EnquiryStatus.DECLINED,
        "Lives abroad",
        "Intake",
        frozenset(),
    )
    with pytest.raises(Conflict):
        registered(charity, ref)


@pytest.mark.one_database
def test_what_waits_is_shown_to_intake_and_managers_alone(charity: World) -> None:
    taken(charity, by="caseworker")
    charity.later(days=3)

    told = {
        who: [one.text for one in pending_items(charity.desk(who)) if one.page == "enquiries"]
        for who in ("intake", "manager", "caseworker")
    }

    words = ["1 enquiry waits to be registered, the longest for 3 days"]
    assert told == {"intake": words, "manager": words, "caseworker": []}


def test_what_is_checked_with_somebody_is_callable_and_what_stood_before_stays(charity: World) -> None:
    charity.service_user("party_a", name="Ann Bell", safe_phone="07700 900001")
    charity.case("OKF-1")
    charity.grant("caseworker", "OKF-1", compartments=["sole:party_a", "joint"])
    charity.grant("caseworker2", "OKF-1", compartments=["sole:party_b", "joint"])
    desk = charity.desk("caseworker")
    told = {"safe_phone": "07700 900 002", "do_not_contact_by": "Voicemail"}
    rang = {"how": ContactCheck.THEY_RANG_US}

    assert check_contact(desk, "OKF-1", "party_a", told=told, seen=1, why="She moved", **rang)

    assert not check_contact(desk, "OKF-1", "party_a", told=told, seen=2, **rang)
    ann = charity.one(ServiceUser, ref="party_a")
    assert (ann.safe_phone, ann.do_not_contact_by) == ("07700 900002", "Voicemail")
    before, now = charity.all(ContactStatement)
    assert read(before.told) == {"safe_phone": "07700 900001"}
    assert (now.told_by, now.noted_by, now.checked_by, now.checked_how, now.why) == (
        "party_a",
        "caseworker",
        "caseworker",
        ContactCheck.THEY_RANG_US,
        "She moved",
    )
    with pytest.raises(Conflict):
        check_contact(desk, "OKF-1", "party_a", told={"safe_phone": None}, seen=1, **rang)
    with pytest.raises(Invalid, match="to come"):
        check_contact(desk, "OKF-1", "party_a", told=told, seen=2, how=ContactCheck.IN_PERSON, on=date(2027, 1, 1))
    with pytest.raises(Refused):
        check_contact(charity.desk("caseworker2"), "OKF-1", "party_a", told=told, seen=2, **rang)
    with pytest.raises(NotFound):
        check_contact(charity.desk("intake"), "OKF-1", "party_a", told=told, seen=2, **rang)
    assert "90000" not in repr([(e.facts, e.subject) for e in charity.events()])


def test_C14_an_undertaking_is_kept_as_answered_and_blocks_nothing(charity: World) -> None:
    charity.case("OKF-1", granted_to=["caseworker"])
    desk = charity.desk("caseworker")

    note_undertaking(desk, "OKF-1", "party_a", answer=UndertakingAnswer.ASKED, on=date(2026, 11, 20))
    note_undertaking(desk, "OKF-1", "party_a", answer=UndertakingAnswer.DECLINED)
    note_privacy_notice(desk, "OKF-1", "party_a", way=NoticeWay.POSTED)

    assert [one.answer for one in charity.all(Undertaking)] == [UndertakingAnswer.ASKED, UndertakingAnswer.DECLINED]
    assert charity.one(PrivacyNoticeGiven).given_on == date(2026, 11, 23)
    assert charity.may("caseworker", Action.OPEN_CASE, "OKF-1")
    with pytest.raises(Invalid):
        note_undertaking(desk, "OKF-1", "party_a", answer=UndertakingAnswer.GIVEN, on=date(2027, 1, 1))
