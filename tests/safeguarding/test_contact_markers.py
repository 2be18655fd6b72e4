"""Contact markers and flags: seen before contact, never without a review date, and never telling why (C9)."""

from __future__ import annotations

from datetime import date

import pytest

from okf.cases.queries.before_contact import before_contact
from okf.errors import Conflict, Invalid, NotFound, Refused
from okf.proof.queries.record import RecordFilter, case_log, record_page
from okf.safeguarding.commands.contact_markers import lift_marker, renew_marker, set_marker
from okf.safeguarding.commands.subjects import add_subject
from okf.safeguarding.queries.contact_markers import markers
from okf.store.models import ContactMarkerStep
from okf.terms import Role
from okf.terms.concerns import MarkerKind, MarkerStepKind
from okf.today.queries.pending import pending_items
from tests.world import World

pytestmark = pytest.mark.one_database
MARK = "Mirabellenkern"
IN_A_MONTH = date(2026, 12, 23)


@pytest.fixture
def charity(world: World) -> World:
    world.manager()
    world.dsl(name="Dana Lead")
    world.person("deputy", roles=[Role.DEPUTY_DSL])
    world.person("trustee", roles=[Role.SAFEGUARDING_TRUSTEE])
    world.caseworker()
    world.caseworker("other")
    world.case("OKF-1", parties=["party_a", "party_b"], granted_to=["caseworker", "other"])
    world.case("OKF-2", parties=["party_a", "party_x"], granted_to=["other"])
    return world


def put(world: World, by: str = "dsl", **other: object) -> str:
    wanted = {"kind": MarkerKind.CONTACT, "reason": MARK, "review_on": IN_A_MONTH, "case_ref": "OKF-1"} | other
    return set_marker(world.desk(by), **wanted)  # type: ignore[arg-type]


def warned(world: World, who: str) -> list[str]:
    return sorted(before_contact(world.desk(who), ["OKF-1", "OKF-2"]))


def test_C9_who_works_the_case_is_warned_and_learns_no_more(charity: World) -> None:
    put(charity)

    assert warned(charity, "caseworker") == warned(charity, "other") == ["OKF-1"]
    assert warned(charity, "manager") == []
    with pytest.raises(Refused):
        markers(charity.desk("caseworker"))
    assert MARK not in str([event.facts for event in charity.events()])
    assert case_log(charity.desk("manager"), "OKF-1").rows == ()


def test_a_marker_on_a_service_user_stands_in_every_case_of_theirs(charity: World) -> None:
    put(charity, case_ref=None, service_user="party_a")

    assert warned(charity, "other") == ["OKF-1", "OKF-2"]
    assert warned(charity, "caseworker") == ["OKF-1"]


def test_an_internal_flag_is_for_the_leads_alone(charity: World) -> None:
    put(charity, kind=MarkerKind.INTERNAL)

    assert warned(charity, "caseworker") == []
    assert [one.steps[0].reason for one in markers(charity.desk("deputy"))] == [MARK]


@pytest.mark.parametrize("review_on", [date(2026, 11, 23), date(2027, 11, 24)])
def test_C9_a_marker_can_not_live_without_a_review_date_at_most_a_year_on(charity: World, review_on: date) -> None:
    with pytest.raises(Invalid):
        put(charity, review_on=review_on)

    ref = put(charity, review_on=date(2027, 11, 23))
    with pytest.raises(Invalid):
        renew_marker(charity.desk("dsl"), ref, reason="Still.", review_on=review_on)


def test_C9_past_its_date_it_still_warns_and_is_overdue_for_the_leads(charity: World) -> None:
    ref = put(charity)
    charity.at("2026-12-24T09:00")

    assert warned(charity, "caseworker") == ["OKF-1"]
    assert [one.overdue for one in markers(charity.desk("deputy"))] == [True]
    line = "1 contact marker or flag is to be looked at again"
    assert [one.overdue for one in pending_items(charity.desk("dsl")) if one.text == line] == [True]
    assert not [one for one in pending_items(charity.desk("manager")) if one.text == line]
    renew_marker(charity.desk("deputy"), ref, reason="He is still there.", review_on=date(2027, 1, 23))
    assert not [one for one in pending_items(charity.desk("dsl")) if one.text == line]


def test_setting_renewing_and_lifting_stay_on_record_each_with_its_reason(charity: World) -> None:
    ref = put(charity)
    renew_marker(charity.desk("deputy"), ref, reason="Still there.", review_on=date(2027, 1, 23))
    with pytest.raises(Invalid):
        lift_marker(charity.desk("dsl"), ref, reason=" ")
    lift_marker(charity.desk("dsl"), ref, reason="He moved away.")

    assert warned(charity, "caseworker") == []
    assert markers(charity.desk("dsl")) == ()
    [gone] = markers(charity.desk("dsl"), lifted=True)
    assert [(step.kind, step.reason) for step in gone.steps] == [
        (MarkerStepKind.SET, MARK),
        (MarkerStepKind.RENEWED, "Still there."),
        (MarkerStepKind.LIFTED, "He moved away."),
    ]
    with pytest.raises(Conflict):
        lift_marker(charity.desk("dsl"), ref, reason="Again.")


@pytest.mark.parametrize("wrong", [{"case_ref": None}, {"service_user": "party_a"}, {"case_ref": "OKF-9"}])
def test_it_stands_on_one_case_or_one_service_user_who_is_on_file(charity: World, wrong: dict[str, object]) -> None:
    with pytest.raises(Invalid):
        put(charity, **wrong)
    assert charity.count(ContactMarkerStep) == 0


@pytest.mark.parametrize("who", ["manager", "caseworker", "trustee"])
def test_C9_nobody_but_a_lead_sets_one(charity: World, who: str) -> None:
    with pytest.raises(Refused):
        put(charity, by=who)
    with pytest.raises(NotFound):
        lift_marker(charity.desk("dsl"), "F-NOTHERE", reason="?")


@pytest.mark.parametrize("on", ["the concern", "the case", "the service user"])
def test_C9_the_worker_whom_a_concern_is_about_does_not_see_a_marker_set_while_it_is_open(
    charity: World, on: str
) -> None:
    charity.concern("OKF-1", "K-1", about_people=["caseworker"], about=["party_a"])
    where = {
        "the concern": {"concern": "K-1"},
        "the case": {},
        "the service user": {"case_ref": None, "service_user": "party_a"},
    }[on]

    put(charity, **where)

    assert warned(charity, "caseworker") == []
    assert "OKF-1" in warned(charity, "other")


def test_a_lead_may_say_that_they_see_it_too_since_they_may_be_in_danger(charity: World) -> None:
    charity.concern("OKF-1", "K-1", about_people=["caseworker"])

    put(charity, shown_to_subjects=True)

    assert warned(charity, "caseworker") == ["OKF-1"]


def test_C9_a_marker_that_they_saw_before_the_concern_does_not_vanish_and_so_tells_nothing(charity: World) -> None:
    charity.concern("OKF-1", "K-1", about=["party_a"])
    put(charity, concern="K-1")
    assert warned(charity, "caseworker") == ["OKF-1"]
    charity.later(days=1)
    add_subject(charity.desk("deputy"), "K-1", who="caseworker", reason="The child said so.")

    assert warned(charity, "caseworker") == ["OKF-1"]


def test_C9_why_a_marker_was_set_for_a_concern_is_gone_for_a_lead_whom_it_is_about(charity: World) -> None:
    charity.concern("OKF-1", "K-1", about_people=["dsl"])
    ref = put(charity, by="deputy", concern="K-1")

    assert markers(charity.desk("dsl")) == ()
    assert [one.ref for one in markers(charity.desk("trustee"))] == [ref]
    assert ref not in str(record_page(charity.desk("dsl"), RecordFilter()).rows)
    for deed in (
        lambda: lift_marker(charity.desk("dsl"), ref, reason="?"),
        lambda: put(charity, by="dsl", concern="K-1"),
    ):
        with pytest.raises(NotFound):
            deed()


def test_after_the_concern_has_ended_a_later_marker_is_for_them_too(charity: World) -> None:
    charity.concern("OKF-1", "K-1", about_people=["caseworker"], status="closed")
    charity.later(days=1)

    put(charity)

    assert warned(charity, "caseworker") == ["OKF-1"]
