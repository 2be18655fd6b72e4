"""The pages of allegations, reviews, markers and low-level concerns: what is asked, what is shown to whom (C9)."""

from __future__ import annotations

import random
from datetime import date

import pytest
from streamlit.testing.v1 import AppTest

from okf.safeguarding.commands.concerns import review_concern, triage_concern
from okf.safeguarding.commands.contact_markers import set_marker
from okf.safeguarding.commands.low_level import note_low_level
from okf.store.models import ConcernReview, ContactMarker, LadoNotice, LowLevelConcern
from okf.terms import ConcernStatus, Role, Severity
from okf.terms.concerns import MarkerKind
from tests.safeguarding.test_concern_pages import field, open_page, shown
from tests.world import World

pytestmark = pytest.mark.one_database
MARK = "Kesselpauke"
WARNING = "Speak to the safeguarding lead before contact"


@pytest.fixture
def charity(world: World) -> World:
    world.manager()
    world.dsl(name="Dana Lead")
    world.person("deputy", name="Dev Uty", roles=[Role.DEPUTY_DSL])
    world.person("trustee", name="Tess Trust", roles=[Role.SAFEGUARDING_TRUSTEE])
    world.caseworker(name="Cas Worker")
    world.person("mediator", roles=[Role.MEDIATOR])
    world.service_user("child_c", name="Robin Example")
    world.case("OKF-1", children=["child_c"], granted_to=["caseworker", "mediator"])
    return world


def press(page: AppTest, label: str) -> AppTest:
    [button] = [one for one in page.button if one.label == label]
    return button.click().run()


def test_C9_the_clock_and_its_words_stand_on_an_allegation_and_in_the_queue(charity: World) -> None:
    charity.concern("OKF-1", "K-1", about_people=["caseworker"])
    charity.concern("OKF-1", "K-2", about=["child_c"])

    people = shown(open_page(charity, "dsl", "concern", ref="K-1", part="People"))
    queue = shown(open_page(charity, "dsl", "concerns"))

    for words in (
        "1 day left (by the end of Tue 24 Nov 2026)",
        "before any internal enquiry. Don\\'t tell the person.",
    ):
        assert words in people
    assert queue.count("LADO: 1 day left (by the end of Tue 24 Nov 2026)") == 1
    assert "enquiry" not in shown(open_page(charity, "dsl", "concern", ref="K-2", part="People"))
    charity.later(days=3)
    assert "LADO: Overdue by 1 day" in shown(open_page(charity, "dsl", "concerns"))


def test_C9_it_is_asked_whether_the_officer_was_told_before_anything_is_kept(charity: World) -> None:
    charity.concern("OKF-1", "K-1", about_people=["caseworker"])
    page = open_page(charity, "dsl", "concern", ref="K-1", part="People")
    field(page, "To whom you spoke").set_value(MARK)
    press(page, "Put it on record")
    assert "Say whether they were told" in page.error[-1].value
    assert charity.count(LadoNotice) == 0

    page.radio[0].set_value("No").run()
    field(page, "Why they were not told").set_value(MARK)
    press(page, "Put it on record")

    [notice] = charity.all(LadoNotice)
    assert (notice.told_at, notice.words) == (None, MARK)


def test_C9_somebody_is_added_on_the_page_of_which_no_word_is_then_left_for_them(charity: World) -> None:
    charity.concern("OKF-1", "K-1", about=["child_c"])
    open_before = open_page(charity, "dsl", "concern", ref="K-1", part="People")
    assert "Robin Example" in shown(open_before)

    page = open_page(charity, "deputy", "concern", ref="K-1", part="People")
    field(page, "Who").set_value("Dana Lead")
    field(page, "Why it is about them too").set_value(MARK)
    press(page, "Add them")
    open_before.run()

    assert "Dana Lead (works with OKF)" in shown(page)
    assert "Another lead works on it" in shown(open_before)
    assert not any(word in shown(open_before) for word in ("Robin", "Dana Lead", MARK, "People"))


def test_C9_the_trustee_has_a_page_of_what_is_about_a_lead_and_nothing_else(charity: World) -> None:
    charity.concern("OKF-1", "K-1", about_people=["caseworker"])
    charity.concern("OKF-1", "K-2", about_people=["dsl"])

    told = shown(open_page(charity, "trustee", "concerns"))

    assert "concern?ref=K-2" in told
    assert "K-1" not in told
    assert "Dana Lead (works with OKF)" in told
    for who in ("manager", "caseworker"):
        assert "About a safeguarding lead" not in shown(open_page(charity, who, "concerns"))


def test_a_review_keeps_what_was_typed_and_says_when_the_next_is(charity: World) -> None:
    charity.concern("OKF-1", "K-1", severity="high")
    triage_concern(
        charity.desk("dsl"), "K-1", severity=Severity.HIGH, status=ConcernStatus.TRIAGED, lead="dsl", note="Rang."
    )
    review_concern(charity.desk("dsl"), "K-1", severity=Severity.HIGH, found="Quiet.")
    charity.later(days=9)
    page = open_page(charity, "dsl", "concern", ref="K-1", part="Reviews")
    assert "Overdue: to be looked at by the end of Mon 30 Nov 2026" in page.error[0].value
    press(page, "Save the review: it stays open")
    assert charity.count(ConcernReview) == 1

    field(page, "What the review found").set_value(MARK)
    press(page, "Save the review: it stays open")

    assert "The review is on record. Next: 9 Dec 2026." in shown(page)
    assert charity.count(ConcernReview) == 2


@pytest.mark.parametrize("part", ["Records", "People", "Tasks"])
def test_C9_the_marker_stands_before_contact_without_a_reason(charity: World, part: str) -> None:
    set_marker(charity.desk("dsl"), kind=MarkerKind.CONTACT, reason=MARK, review_on=date(2027, 1, 4), case_ref="OKF-1")

    told = shown(open_page(charity, "caseworker", "case", case="OKF-1", part=part))

    assert WARNING in told
    assert "Dana Lead, Dev Uty" in told
    for hidden in (MARK, "4 Jan", "4 January"):
        assert hidden not in told
    assert WARNING not in shown(open_page(charity, "manager", "case", case="OKF-1"))


def test_C9_the_mediator_and_the_calendar_are_warned_too(charity: World) -> None:
    charity.mediation("OKF-1", "MED-1", mediator="mediator")
    charity.task("OKF-1", "caseworker")
    set_marker(charity.desk("dsl"), kind=MarkerKind.CONTACT, reason=MARK, review_on=date(2027, 1, 4), case_ref="OKF-1")

    assert WARNING in shown(open_page(charity, "mediator", "mediation", ref="MED-1"))
    assert f"{WARNING}:** OKF-1" in shown(open_page(charity, "caseworker", "calendar"))


def test_a_marker_is_set_on_its_page_and_listed_with_its_reason_for_the_leads(charity: World) -> None:
    page = open_page(charity, "dsl", "contact_markers")
    press(page, "Set it")
    assert "Say on what it is to stand" in page.error[-1].value

    field(page, "Its reference, or theirs").set_value("OKF-1")
    field(page, "Why: the safeguarding leads alone read it").set_value(MARK)
    press(page, "Set it")

    assert charity.one(ContactMarker).case_ref == "OKF-1"  # type: ignore[union-attr]
    assert MARK in shown(open_page(charity, "deputy", "contact_markers"))


def test_a_low_level_concern_is_noted_on_its_page_and_a_pattern_shows(charity: World) -> None:
    deputy = charity.desk("deputy", chance=random.SystemRandom())
    note_low_level(deputy, about="caseworker", happened_on=date(2026, 11, 2), conduct="Texted at night.", done="-")
    page = open_page(charity, "dsl", "low_level")
    field(page, "About: their name or username").set_value("Cas Worker")
    field(page, "What happened").set_value(MARK)
    field(page, "What was done about it").set_value("Spoke with him.")
    press(page, "Note it")

    told = shown(page)
    assert charity.count(LowLevelConcern) == 2
    assert told.count("2 about the same person") == 2
    assert MARK not in shown(open_page(charity, "trustee", "low_level"))
