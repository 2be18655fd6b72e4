"""Whoever holds two works on a case chooses in which they act; whatever they ask of it then rests on that one (C5)."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from okf.cases.commands.cases import act_as, open_case_file
from okf.cases.queries.case import case_in_view
from okf.cases.queries.contact import people_reached
from okf.cases.queries.own_cases import cases_in_view, search_own_cases
from okf.errors import NotFound
from okf.people.commands.accounts import set_password
from okf.policy.least import Work
from okf.records.queries.case_records import records_in_view
from okf.terms import Action, Capacity, RecordClass, Role
from tests.browser import PASSWORD, Served, signed_in
from tests.cases.test_case_pages import open_page, sent
from tests.world import World

pytestmark = pytest.mark.one_database
CASE = "OKF-1"
TITLES = {Role.CASEWORKER: "HER-SIDE", Capacity.THERAPIST: "HIS-THERAPY"}


@pytest.fixture
def charity(world: World) -> World:
    return with_both(world)


def with_both(world: World) -> World:
    """Somebody who is the mother's caseworker and the child's therapist, and a record of each work."""
    world.service_user("party_a", name="Ann Heron", safe_phone="07700 900111")
    world.service_user("child_c", name="Ivy Wren")
    world.case(CASE, children=["child_c"])
    world.person("both", roles=[Role.CASEWORKER])
    world.sign("both", kind=Capacity.THERAPIST)
    world.grant("both", CASE, ref="G-CASE", compartments=["sole:party_a", "joint"], lead_for="party_a")
    world.grant(
        "both",
        CASE,
        ref="G-THERAPY",
        capacity=Capacity.THERAPIST,
        compartments=["child:child_c"],
        record_classes=[RecordClass.THERAPY_NOTE],
    )
    world.record(CASE, ref="N-CASE", source="party_a", compartment="sole:party_a", title=TITLES[Role.CASEWORKER])
    world.record(
        CASE,
        ref="N-THERAPY",
        source="child_c",
        compartment="child:child_c",
        record_class=RecordClass.THERAPY_NOTE,
        title=TITLES[Capacity.THERAPIST],
    )
    return world


@pytest.mark.parametrize(
    "work, own, other, whose",
    [(Role.CASEWORKER, "N-CASE", "N-THERAPY", "party_a"), (Capacity.THERAPIST, "N-THERAPY", "N-CASE", "child_c")],
)
def test_C5_no_question_about_the_case_is_answered_by_the_other_work(
    charity: World, work: Work, own: str, other: str, whose: str
) -> None:
    desk = charity.desk("both", session_id="one")
    act_as(desk, CASE, work)

    assert [row.id for row in records_in_view(desk, CASE).rows] == [own]
    for action in (Action.READ_RECORD, Action.EXPORT_RECORD):
        assert desk.decide(action, record=own).allowed
        assert not desk.decide(action, record=other).allowed
    assert [one.ref for one in people_reached(desk, CASE)] == [whose]
    assert case_in_view(desk, CASE).least.work == work
    assert [row.ref for row in cases_in_view(desk).rows] == [CASE]
    assert [row.ref for row in search_own_cases(desk, "Wren")] == [CASE]
    assert bool(search_own_cases(desk, "Heron")) is (work is Role.CASEWORKER)  # a therapist is not shown the mother


def test_C5_what_is_asked_of_somebody_and_of_the_past_counts_both(charity: World) -> None:
    """Who could open it, and why, is true of a person whatever they chose in their session."""
    desk = charity.desk("both")
    act_as(desk, CASE, Capacity.THERAPIST)

    with desk.reading() as session:
        for asked in ({"actor": "both"}, {"actor": "both", "at": desk.now()}, {"at": desk.now()}):
            question = desk.question(session, Action.READ_RECORD, record="N-CASE", **asked)
            assert {one.id for one in question.grants} == {"G-CASE", "G-THERAPY"}
            assert question.works == ()


def test_the_record_says_in_which_work_it_was_done_and_each_work_opens_by_its_own_access(charity: World) -> None:
    desk = charity.desk("both", session_id="one")

    open_case_file(desk, CASE)
    act_as(desk, CASE, Capacity.THERAPIST)
    open_case_file(desk, CASE)

    opened = charity.events(action=Action.OPEN_CASE)
    assert [(one.facts["acted_as"], one.facts["grants"]) for one in opened] == [
        ("caseworker", ["G-CASE"]),
        ("therapist", ["G-THERAPY"]),
    ]


def test_nothing_is_said_of_a_work_where_there_was_no_choice(charity: World) -> None:
    charity.revoke("G-THERAPY")

    open_case_file(charity.desk("both"), CASE)

    [opened] = charity.events(action=Action.OPEN_CASE)
    assert "acted_as" not in opened.facts
    assert case_in_view(charity.desk("both"), CASE).works == ()


def test_the_choice_is_for_one_case_and_one_session(charity: World) -> None:
    act_as(charity.desk("both", session_id="one"), CASE, Capacity.THERAPIST)

    assert case_in_view(charity.desk("both", session_id="two"), CASE).works[0] is Role.CASEWORKER


def test_nobody_acts_on_a_case_that_is_not_theirs(charity: World) -> None:
    charity.caseworker("outsider")

    with pytest.raises(NotFound):
        act_as(charity.desk("outsider"), CASE, Role.CASEWORKER)


def test_the_page_lets_them_choose_and_shows_one_work_at_a_time(charity: World) -> None:
    page = open_page(charity, "both", "case", case=CASE)
    [choice] = [one for one in page.radio if one.label == "You act here as"]
    assert (choice.value, choice.options) == (Role.CASEWORKER, ["Caseworker", "Therapist"])
    assert shown(sent(page)) == {Role.CASEWORKER}

    page = choice.set_value(Capacity.THERAPIST).run()

    assert shown(sent(page)) == {Capacity.THERAPIST}


def test_nobody_else_is_asked_to_choose(charity: World) -> None:
    charity.revoke("G-CASE")

    page = open_page(charity, "both", "case", case=CASE)

    assert not page.radio
    assert shown(sent(page)) == {Capacity.THERAPIST}


@pytest.mark.browser
@pytest.mark.slow
def test_what_they_chose_goes_along_from_page_to_page(served: Served, chromium) -> None:  # type: ignore[no-untyped-def]
    with_both(World(served.store))
    set_password(served.host, "both", PASSWORD)
    page = signed_in(chromium, served, "both", at=f"case?case={CASE}").pages[0]
    expect(page.get_by_text(TITLES[Role.CASEWORKER]).first).to_be_visible()

    page.get_by_role("radiogroup", name="You act here as").get_by_text("Therapist").click()
    expect(page.get_by_text(TITLES[Capacity.THERAPIST]).first).to_be_visible()
    page.get_by_role("link", name="Cases", exact=True).first.click()
    page.get_by_role("table").get_by_role("rowheader").get_by_role("link").first.click()

    expect(page.get_by_text(TITLES[Capacity.THERAPIST]).first).to_be_visible()
    expect(page.get_by_text(TITLES[Role.CASEWORKER])).to_have_count(0)


def shown(told: str) -> set[Work]:
    """Of which works a record is on the page."""
    return {work for work, title in TITLES.items() if title in told}
