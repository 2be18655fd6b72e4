"""Whose word it is how somebody is reached: nobody is rung by what another person said of them."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from okf.caseload.queries.recount import check_figures
from okf.cases.commands.people import check_contact, show_contact
from okf.cases.commands.registering import register_enquiry
from okf.cases.queries.case import FamilyMember, case_in_view
from okf.cases.queries.contact import people_reached
from okf.errors import Invalid, NotFound, Refused
from okf.intake.commands.enquiries import TakenPerson, take_enquiry
from okf.intake.queries.alike import alike
from okf.intake.queries.enquiry import enquiry_in_view
from okf.intake.queries.matches import Asked, known_people
from okf.match.normal import Applicant
from okf.policy.contact import ANOTHER_WAY
from okf.store.contact import read
from okf.store.models import CaseParty, ContactStatement, ServiceUser
from okf.terms import Action, Role, SupportKind
from okf.terms.intake import ContactCheck, EnquiryPart
from tests.behind import behind_casebook
from tests.world import World

HIS = "07700 900666"
HERS = "07700 900111"


@pytest.fixture
def charity(world: World) -> World:
    """Intake, a manager, and a caseworker for each side."""
    world.person("intake", roles=[Role.INTAKE_OFFICER])
    world.manager()
    for username in ("of_tom", "of_ann", "of_both"):
        world.caseworker(username)
    return world


@pytest.fixture
def family(charity: World) -> tuple[str, str, str]:
    """A case, its caller Tom and the Ann of whom he tells: her number is his own other one."""
    people = [
        TakenPerson(EnquiryPart.CALLER, "Tom Bell", safe_phone="07700 900001", code_word="otter"),
        TakenPerson(
            EnquiryPart.OTHER_ADULT,
            "Ann Bell",
            date_of_birth=date(1988, 4, 7),
            phone=HIS,
            email="ann@example.org",
            address="1 His Mother's Street",
            do_not_contact_by="Post",
            safe_contact_notes="She is unstable.",
        ),
        TakenPerson(EnquiryPart.CHILD, "Ivy Bell", date_of_birth=date(2018, 2, 3)),
        TakenPerson(EnquiryPart.CHILD, "Max Bell", age=7),
    ]
    ref = take_enquiry(charity.desk("intake", chance=random.Random(1)), people=people, area="Leeds")
    return opened(charity, ref)


def opened(charity: World, ref: str, **more: Any) -> tuple[str, str, str]:
    """Register an enquiry and let a caseworker on each side, and one on both."""
    desk = charity.desk("intake")
    case = register_enquiry(desk, ref, seen=1, kind_of_support=SupportKind.PARENTING, **more)
    parties = sorted(charity.all(CaseParty, case_ref=case), key=lambda one: one.position)
    first, second = (one.service_user for one in parties)
    charity.grant("of_tom", case, compartments=[f"sole:{first}", "joint"])
    charity.grant("of_ann", case, compartments=[f"sole:{second}", "joint"])
    charity.grant("of_both", case)
    return case, first, second


def member(charity: World, reader: str, case: str, name: str) -> FamilyMember:
    """Somebody of a case as a reader sees them."""
    return next(one for one in case_in_view(charity.desk(reader), case).family if one.name == name)


def claims(one: FamilyMember) -> list[tuple[str | None, Mapping[str, Any]]]:
    """What stands of somebody as it was told: by whom, and what."""
    return [(claim.told_by, claim.values) for claim in one.claims]


def check(charity: World, case: str, whose: str, **told: Any) -> bool:
    """Ann's caseworker checks with her how she is reached."""
    desk = charity.desk("of_ann")
    seen = next(one.seen for one in people_reached(desk, case) if one.ref == whose)
    return check_contact(desk, case, whose, told=told, how=ContactCheck.IN_PERSON, seen=seen)


@pytest.mark.both_databases
def test_C2_whoever_calls_first_says_nothing_by_which_the_other_is_reached(
    charity: World, family: tuple[str, str, str]
) -> None:
    case, tom, ann = family

    hers = member(charity, "of_ann", case, "Ann Bell")
    assert hers.contact is not None
    assert (hers.contact.safe_phone, hers.contact.phone, hers.contact.email) == (None, None, None)
    assert (hers.behind, hers.date_of_birth, claims(hers)) == ((), None, [])
    with pytest.raises((NotFound, Refused)):
        show_contact(charity.desk("of_tom"), case, ann)
    assert show_contact(charity.desk("of_ann"), case, ann) == {}
    (card,) = (one for one in people_reached(charity.desk("of_ann"), case) if one.ref == ann)
    assert card.heard == ()
    assert set(card.stands) <= {"do_not_contact_by"}
    row = charity.one(ServiceUser, ref=ann)
    assert (row.phone, row.email, row.address) == (None, None, None)
    assert charity.one(ServiceUser, ref=tom).safe_phone == "07700 900001"


def test_C2_what_the_caller_told_of_another_stands_as_told_on_the_callers_side(
    charity: World, family: tuple[str, str, str]
) -> None:
    case, tom, _ = family

    told = member(charity, "of_tom", case, "Ann Bell")

    assert told.contact is None
    [(by, values)] = claims(told)
    assert by == "Tom Bell"
    assert (values["phone"], values["date_of_birth"], values["address"]) == (HIS, date(1988, 4, 7), "on file")
    for child, said in (("Ivy Bell", {"date_of_birth": date(2018, 2, 3)}), ("Max Bell", {"told_age": 7})):
        assert claims(member(charity, "of_ann", case, child)) == []
        assert member(charity, "of_ann", case, child).date_of_birth is None
        [(by, values)] = claims(member(charity, "of_tom", case, child))
        assert by == "Tom Bell"
        assert said.items() <= values.items()
    (statement,) = charity.all(ContactStatement, service_user=tom)
    assert (statement.checked_how, statement.checked_by, statement.noted_by) == (
        ContactCheck.OWN_WORD,
        "intake",
        "intake",
    )


def test_a_prohibition_is_in_force_whoever_told_it_and_names_nobody_on_the_other_side(
    charity: World, family: tuple[str, str, str]
) -> None:
    case, _, ann = family
    hers = member(charity, "of_ann", case, "Ann Bell")
    assert hers.contact is not None
    assert hers.contact.do_not_contact_by == "Post"

    assert check(charity, case, ann, do_not_contact_by=None, post_safe=True)

    hers = member(charity, "of_ann", case, "Ann Bell")
    assert hers.contact is not None
    assert (hers.contact.do_not_contact_by, hers.contact.post_safe) == (None, True)
    [(_, values)] = claims(member(charity, "of_tom", case, "Ann Bell"))
    assert values["do_not_contact_by"] == "Post"


def test_C2_a_prohibition_tells_the_other_side_nothing_in_the_tellers_own_words(charity: World) -> None:
    words = "her mobile: I read it, she hides in Leeds"
    ann = TakenPerson(EnquiryPart.OTHER_ADULT, "Ann Bell", do_not_contact_by=words)
    people = [TakenPerson(EnquiryPart.CALLER, "Tom Bell", do_not_contact_by="the van"), ann]
    with pytest.raises(Invalid, match="choose from the list"):
        take_enquiry(charity.desk("intake"), people=people)
    ref = take_enquiry(charity.desk("intake"), people=[people[0], replace(ann, do_not_contact_by="Post")])
    case, tom, hers = opened(charity, ref)

    charity.told(hers, tom, do_not_contact_by=f"post; {words}")

    avoided = {
        name: member(charity, reader, case, name).contact
        for reader, name in (("of_ann", "Ann Bell"), ("of_tom", "Tom Bell"))
    }
    assert {name: one and one.do_not_contact_by for name, one in avoided.items()} == {
        "Ann Bell": f"Post; {ANOTHER_WAY}",
        "Tom Bell": "the van",
    }
    assert words in str(claims(member(charity, "of_tom", case, "Ann Bell")))


def test_C2_how_a_child_is_reached_stays_on_the_case_on_which_it_was_checked(charity: World) -> None:
    charity.service_user("child_c", name="Ivy Bell")
    charity.case("OKF-1", children=["child_c"])
    charity.case("OKF-2", parties=["party_b", "party_n"], children=["child_c"])
    charity.caseworker("next_one")
    for who, case, party in (("of_tom", "OKF-1", "party_a"), ("of_ann", "OKF-2", "party_b")):
        charity.grant(who, case, compartments=[f"sole:{party}", "child:child_c", "joint"], lead_for=party)
    address = "4 Heron Lane, AB1 2CD"
    told = {"address": address, "date_of_birth": date(2018, 2, 3), "do_not_contact_by": "Post", "safe_phone": HIS}
    assert check_contact(charity.desk("of_tom"), "OKF-1", "child_c", told=told, how=ContactCheck.IN_PERSON, seen=0)
    charity.later(minutes=1)

    assert show_contact(charity.desk("of_ann"), "OKF-2", "child_c") == {}
    hers = next(one for one in case_in_view(charity.desk("of_ann"), "OKF-2").family if one.ref == "child_c")
    assert hers.contact is not None
    assert (hers.contact.safe_phone, hers.contact.do_not_contact_by, hers.behind) == (None, "Post", ())
    assert hers.date_of_birth == date(2018, 2, 3)
    card = next(one for one in people_reached(charity.desk("of_ann"), "OKF-2") if one.ref == "child_c")
    assert address not in str(card)
    assert HIS not in str(card)
    [seen] = known_people(charity.desk("of_ann"), Asked("x", Applicant("Ivy Bell", address=address))).seen
    assert "address" not in str(seen.reasons)

    own = {"safe_phone": HERS, "address": None}
    assert check_contact(
        charity.desk("of_ann"), "OKF-2", "child_c", told=own, how=ContactCheck.IN_PERSON, seen=card.seen
    )
    charity.later(minutes=1)
    charity.grant("next_one", "OKF-1", compartments=["child:child_c"])
    for who in ("of_tom", "next_one"):
        assert show_contact(charity.desk(who), "OKF-1", "child_c") == {"address": address}
        his = next(one for one in case_in_view(charity.desk(who), "OKF-1").family if one.ref == "child_c")
        assert his.contact is not None
        assert his.contact.safe_phone == HIS
    assert next(
        one for one in case_in_view(charity.desk("of_ann"), "OKF-2").family if one.ref == "child_c"
    ).contact == replace(hers.contact, safe_phone=HERS)


def test_C2_the_other_parents_own_word_is_callable_and_replaces_nothing_that_the_first_one_said(
    charity: World, family: tuple[str, str, str]
) -> None:
    case, _, ann = family
    before = claims(member(charity, "of_tom", case, "Ann Bell"))

    assert check(charity, case, ann, safe_phone=HERS, code_word="heron", date_of_birth=date(1989, 4, 7))

    hers = member(charity, "of_ann", case, "Ann Bell")
    assert hers.contact is not None
    assert (hers.contact.safe_phone, hers.contact.phone, hers.behind) == (HERS, None, ("code_word",))
    assert hers.date_of_birth == date(1989, 4, 7)
    assert show_contact(charity.desk("of_ann"), case, ann) == {"code_word": "heron"}
    assert claims(member(charity, "of_tom", case, "Ann Bell")) == before
    (statement,) = charity.all(ContactStatement, service_user=ann, told_by=ann)
    assert (statement.checked_how, statement.checked_by) == (ContactCheck.IN_PERSON, "of_ann")
    assert HERS not in repr([(one.facts, one.subject) for one in charity.events()])


def test_whoever_holds_both_sides_sees_whose_word_each_is(charity: World, family: tuple[str, str, str]) -> None:
    case, _, ann = family
    check(charity, case, ann, safe_phone=HERS)

    both = member(charity, "of_both", case, "Ann Bell")

    assert both.contact is not None
    assert both.contact.safe_phone == HERS
    assert [by for by, _ in claims(both)] == ["Tom Bell"]
    (card,) = (one for one in people_reached(charity.desk("of_both"), case) if one.ref == ann)
    assert [(one.told_by, one.how) for one in card.heard] == [("Ann Bell", ContactCheck.IN_PERSON), ("Tom Bell", None)]
    assert "phone" not in card.stands  # what Tom said is offered as nothing to be checked with her


def test_area_and_first_contact_are_the_callers(charity: World, family: tuple[str, str, str]) -> None:
    case = family[0]
    seen = {}
    for reader in ("of_tom", "of_ann", "of_both", "manager"):
        view = case_in_view(charity.desk(reader), case)
        seen[reader] = (view.area, view.first_contact_at is not None)

    theirs, nothing = ("Leeds", True), (None, False)
    assert seen == {"of_tom": theirs, "of_both": theirs, "of_ann": nothing, "manager": nothing}


def test_C4_somebody_is_found_by_a_number_that_another_told_and_it_is_no_reason_to_who_may_not_know(
    charity: World, family: tuple[str, str, str]
) -> None:
    _, _, ann = family

    with charity.store.reading() as session:
        assert next(one.ref for one in alike(session, Applicant("Ann Bell", phones=(HIS,)))) == ann

    def reasons(reader: str) -> set[str]:
        asked = Asked("somebody", Applicant("Anne Bell", phones=(HIS,)))
        seen = known_people(charity.desk(reader), asked).seen
        return {reason for one in seen for reason in one.reasons}

    assert not any("telephone" in reason or "number" in reason for reason in reasons("of_ann"))


def test_a_caller_of_whom_nobody_is_sure_makes_nothing_callable(charity: World) -> None:
    charity.service_user("SU-ANN", name="Ann Bell", safe_phone=HERS)
    people = [TakenPerson(EnquiryPart.CALLER, "Ann Bell", safe_phone=HIS), TakenPerson(EnquiryPart.OTHER_ADULT, "Tom")]
    ref = take_enquiry(charity.desk("intake", chance=random.Random(2)), people=people)
    number = enquiry_in_view(charity.desk("intake"), ref).people[0].id

    case, ann, _ = opened(charity, ref, on_file={number: "SU-ANN"})

    assert ann == "SU-ANN"
    hers = member(charity, "of_tom", case, "Ann Bell")
    assert hers.contact is not None
    assert hers.contact.safe_phone == HERS
    assert [(one.own_name, one.values["safe_phone"]) for one in hers.claims] == [(True, HIS)]


def test_who_called_is_the_caller_in_whatever_order_the_people_stand(charity: World) -> None:
    people = [
        TakenPerson(EnquiryPart.OTHER_ADULT, "Ann Bell", phone=HIS),
        TakenPerson(EnquiryPart.CALLER, "Tom Bell", safe_phone="07700 900001"),
    ]
    ref = take_enquiry(charity.desk("intake", chance=random.Random(3)), people=people)

    _, tom, ann = opened(charity, ref)

    assert charity.one(ServiceUser, ref=tom).name == "Tom Bell"
    assert [(one.told_by, read(one.told)) for one in charity.all(ContactStatement, service_user=ann)] == [
        (tom, {"phone": HIS})
    ]


def test_what_is_of_unknown_source_is_shown_as_such_and_callable_once_checked(charity: World) -> None:
    charity.service_user("party_b", name="Ann Bell")
    charity.told("party_b", None, safe_phone=HERS, voicemail_safe=False, post_safe=True)
    charity.case("OKF-1")
    charity.grant("of_ann", "OKF-1", compartments=["sole:party_b", "joint"])

    before = member(charity, "of_ann", "OKF-1", "Ann Bell")
    assert before.contact is not None
    assert (before.contact.safe_phone, before.contact.voicemail_safe, before.contact.post_safe) == (None, False, None)
    assert [by for by, _ in claims(before)] == [None]
    assert check(charity, "OKF-1", "party_b", safe_phone=HERS, voicemail_safe=False, post_safe=True)

    after = member(charity, "of_ann", "OKF-1", "Ann Bell")
    assert after.contact is not None
    assert (after.contact.safe_phone, after.contact.post_safe, claims(after)) == (HERS, True, [])


def test_to_show_is_a_deed_of_those_who_read_their_part(charity: World, family: tuple[str, str, str]) -> None:
    case, tom, _ = family

    assert show_contact(charity.desk("of_tom"), case, tom) == {"code_word": "otter"}

    (event,) = charity.events(action=Action.SHOW_CONTACT)
    assert (event.actor, event.case_ref, event.subject, event.facts["shown"]) == ("of_tom", case, tom, ["code_word"])
    for other, error in (("of_ann", Refused), ("manager", NotFound), ("intake", NotFound)):
        with pytest.raises((error, Refused)):
            show_contact(charity.desk(other), case, tom)


def test_what_is_kept_of_a_person_follows_from_what_was_told(charity: World, family: tuple[str, str, str]) -> None:
    case, _, ann = family
    check(charity, case, ann, safe_phone=HERS)
    assert check_figures(charity.host()).contacts == []

    with behind_casebook(charity.store) as connection:
        connection.exec_driver_sql("UPDATE service_user SET phone = '07700 900666' WHERE name = 'Ann Bell'")

    found = check_figures(charity.host())
    assert (found.contacts, found.good) == ([ann], False)
    assert f"How {ann} is reached is not what was told of it." in found.in_words()
