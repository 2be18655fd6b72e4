"""A case joined into another: closed, counted once, read by whose part covers it, and put back by two (C5, C6)."""

from __future__ import annotations

import random
from typing import Any

import pytest

from okf.cases.commands.access_routes import open_emergency_access
from okf.cases.commands.cases import close_case, reopen_case
from okf.cases.commands.families import answer_link, answer_unlink, ask_to_link, ask_to_unlink
from okf.cases.commands.look_first import set_look_first
from okf.cases.queries.case import case_in_view
from okf.cases.queries.families import joining_of
from okf.cases.queries.own_cases import cases_in_view
from okf.errors import Conflict, Invalid, NotFound, Refused
from okf.policy.look_first import stands
from okf.proof.queries.assurance import assure
from okf.records.queries.case_records import records_in_view, timeline_of
from okf.store import facts, tallies
from okf.store.kept import allocation_astray
from okf.store.models import AccessGrant, Case, CaseClosure
from okf.terms import Action, CaseStatus, RecordClass
from okf.terms.caseload import CaseLinkKind, ClosureOutcome
from tests.cases.test_case_pages import open_page, sent
from tests.world import World

pytestmark = pytest.mark.both_databases


@pytest.fixture
def charity(world: World) -> World:
    """Ann's case, in which nobody leads for Tom, and the one that Tom's own call opened a week later."""
    world.manager(name="Mona Ger")
    world.manager("manager2", name="Abe Boss")
    world.dsl()
    world.caseworker("anns", name="Wanda Side")
    world.caseworker("toms", name="Willem Side")
    world.caseworker("helper", name="Hal Per")
    world.service_user("ann", name="Ann Bell")
    world.service_user("tom", name="Tom Bell")
    world.case("OKF-1", parties=["ann", "tom"])
    world.case("OKF-2", parties=["tom"], status=CaseStatus.ON_HOLD)
    world.grant("anns", "OKF-1", compartments=["sole:ann", "joint"], lead_for="ann")
    world.grant("toms", "OKF-2", ref="G-TOMS", compartments=["sole:tom", "joint"], lead_for="tom")
    world.grant("helper", "OKF-2", ref="G-HELPER", compartments=["joint"], actions=["list", "read"])
    world.record("OKF-1", source="ann", title="Told by Ann")
    world.record("OKF-2", source="tom", title="Told by Tom")
    world.record("OKF-2", source="joint", title="Shared there")
    return world


def asked(world: World, into: str = "OKF-1", other: str = "OKF-2") -> str:
    desk = world.desk("manager", chance=random.Random(into + str(world.now)))
    return ask_to_link(desk, into, other, kind=CaseLinkKind.JOINED, why="One family.")


def joined(world: World) -> str:
    ref = asked(world)
    world.later(minutes=1)
    answer_link(world.desk("manager2", chance=random.Random("join")), ref, agree=True)
    world.later(minutes=1)
    return ref


def parted(world: World, ref: str) -> None:
    ask_to_unlink(world.desk("manager2"), ref, why="Namesakes.")
    answer_unlink(world.desk("manager", chance=random.Random("part")), ref, agree=True)
    world.later(minutes=1)


def held(world: World, case: str) -> list[tuple[Any, ...]]:
    """Who has an access that goes on, to what."""
    rows = [one for one in world.all(AccessGrant, case_ref=case) if one.ended_at is None]
    return sorted(
        (one.person, sorted(one.compartments), one.lead_for or "", one.until, tuple(one.actions or ())) for one in rows
    )


def titles(world: World, who: str, case: str) -> list[str | None]:
    return sorted(one.title or "" for one in records_in_view(world.desk(who), case).rows)


def nothing_astray(world: World) -> None:
    with world.store.reading() as session:
        assert list(allocation_astray(session, world.now)) == []
        assert tallies.differences(session.connection()) == ([], [])
    told = [str(one) for one in assure(world.desk("manager")).broken]
    made = {one.id for one in world.all(AccessGrant) if one.granted_by in ("manager", "manager2", "dsl")}
    assert [one for one in told if any(grant in one for grant in made)] == []


def test_C6_the_joined_case_is_closed_by_the_second_person_and_nobody_works_in_it_any_more(charity: World) -> None:
    ref = asked(charity)
    assert charity.one(Case, ref="OKF-2").status is CaseStatus.ON_HOLD

    charity.later(minutes=1)
    answer_link(charity.desk("manager2", chance=random.Random("join")), ref, agree=True)

    case = charity.one(Case, ref="OKF-2")
    assert (case.status, case.outcome, case.closed_at) == (CaseStatus.CLOSED, ClosureOutcome.JOINED, charity.now)
    assert charity.one(CaseClosure, case_ref="OKF-2").reason == "Joined into case OKF-1."
    assert held(charity, "OKF-2") == []
    charity.later(minutes=1)
    assert not charity.may("helper", Action.OPEN_CASE, "OKF-2")
    assert not charity.may("toms", Action.ADD_RECORD, "OKF-2", compartment="sole:tom", record_class=RecordClass.NOTE)
    assert charity.one(Case, ref="OKF-1").status is CaseStatus.OPEN
    nothing_astray(charity)


def test_C3_whoever_leads_there_for_a_side_that_has_nobody_here_goes_along(charity: World) -> None:
    assert charity.one(Case, ref="OKF-1").unallocated_since is not None
    ref = asked(charity)
    told = joining_of(charity.desk("dsl"), ref)
    assert (told.ends, told.passes) == (("Hal Per", "Willem Side"), ("Willem Side",))

    charity.later(minutes=1)
    answer_link(charity.desk("dsl", chance=random.Random("join")), ref, agree=True)

    assert ("toms", ["joint", "sole:tom"], "tom", None, ()) in held(charity, "OKF-1")
    assert charity.one(Case, ref="OKF-1").unallocated_since is None
    assert [one.ref for one in cases_in_view(charity.desk("toms")).rows] == ["OKF-1"]


def test_C5_a_side_that_has_its_lead_here_keeps_them_and_the_rules_of_giving_hold(charity: World) -> None:
    charity.caseworker("first")
    charity.grant("first", "OKF-1", compartments=["sole:tom"], lead_for="tom")

    joined(charity)

    assert [who for who, *_ in held(charity, "OKF-1")] == ["anns", "first"]
    assert not charity.may("toms", Action.OPEN_CASE, "OKF-1")


def test_C5_nobody_goes_along_whom_a_tie_bars(charity: World) -> None:
    charity.conflict("toms", "ann")

    joined(charity)

    assert [who for who, *_ in held(charity, "OKF-1")] == ["anns"]


def test_C2_whose_part_covers_somebodys_own_words_reads_them_on_both_and_nobody_else_does(charity: World) -> None:
    before = (titles(charity, "anns", "OKF-1"), timeline_of(charity.desk("anns"), "OKF-1"))
    joined(charity)

    assert titles(charity, "toms", "OKF-2") == ["Told by Tom"]
    lines = [one.what for one in timeline_of(charity.desk("toms"), "OKF-1")]
    assert "Note: Told by Tom (case OKF-2)" in lines
    assert "Told by Ann" not in str(lines)
    # What was shared there was shared without Ann, and is nobody's here.
    assert "Shared there" not in str(lines)
    assert (titles(charity, "anns", "OKF-1"), timeline_of(charity.desk("anns"), "OKF-1")) == before
    for who in ("anns", "helper"):
        with pytest.raises(NotFound):
            records_in_view(charity.desk(who), "OKF-2")


def test_C2_what_two_shared_is_read_where_the_same_two_are_party_to_both(charity: World) -> None:
    charity.case("OKF-3", parties=["ann", "tom"])
    charity.record("OKF-3", source="joint", title="Both there")
    charity.record("OKF-3", source="tom", title="Tom alone there")
    ref = asked(charity, other="OKF-3")
    charity.later(minutes=1)
    answer_link(charity.desk("manager2", chance=random.Random("join")), ref, agree=True)
    charity.later(minutes=1)

    assert titles(charity, "anns", "OKF-3") == ["Both there"]
    assert "Note: Both there (case OKF-3)" in [one.what for one in timeline_of(charity.desk("anns"), "OKF-1")]


def test_C6_it_is_read_there_and_nothing_else_is_done(charity: World) -> None:
    joined(charity)
    told = records_in_view(charity.desk("toms"), "OKF-2").rows[0]

    assert told.may == {Action.EXPORT_RECORD}
    for action in (Action.ADD_RECORD, Action.CHANGE_RECORD, Action.REPORT_MISFILING, Action.SHOW_CONTACT):
        assert not charity.may("toms", action, "OKF-2", record=told.id), action
    close_case(charity.desk("manager"), "OKF-1", reason="Done.", came_to=ClosureOutcome.SUPPORT_COMPLETED)
    charity.later(minutes=1)
    assert not charity.may("toms", Action.READ_RECORD, "OKF-2", record=told.id)


def test_the_figures_count_the_family_once(charity: World) -> None:
    def counted() -> dict[str, int]:
        with charity.store.reading() as session:
            rows = session.connection().exec_driver_sql(
                "SELECT what, SUM(cases) FROM case_tally WHERE kind = '*' AND area = '*' GROUP BY what ORDER BY what"
            )
            return {row[0]: row[1] for row in rows}

    before = counted()
    ref = joined(charity)
    once = counted()
    parted(charity, ref)

    assert (before["status"], once["status"], once["open"]) == (2, 1, 1)
    assert once["allocation"] == once["contact"] == 1
    assert once.get("closed", 0) == 0
    assert counted()["status"] == 2
    nothing_astray(charity)


def test_C5_taken_back_by_two_everything_is_as_it_was(charity: World) -> None:
    before = (held(charity, "OKF-1"), held(charity, "OKF-2"), titles(charity, "toms", "OKF-2"))
    ref = joined(charity)
    ask_to_unlink(charity.desk("manager2"), ref, why="Namesakes.")
    with pytest.raises(Refused):
        answer_unlink(charity.desk("manager2"), ref, agree=True)
    assert held(charity, "OKF-2") == []

    answer_unlink(charity.desk("manager", chance=random.Random("part")), ref, agree=True)
    charity.later(minutes=1)

    case = charity.one(Case, ref="OKF-2")
    assert (case.status, case.outcome, case.closed_at) == (CaseStatus.ON_HOLD, None, None)
    assert (held(charity, "OKF-1"), held(charity, "OKF-2"), titles(charity, "toms", "OKF-2")) == before
    assert charity.may("toms", Action.ADD_RECORD, "OKF-2", compartment="sole:tom", record_class=RecordClass.NOTE)
    assert not charity.may("toms", Action.OPEN_CASE, "OKF-1")
    assert charity.one(AccessGrant, id="G-TOMS").ended_at is not None  # given anew: an ended access stays ended (C6)
    nothing_astray(charity)


def test_C5_an_access_is_given_back_to_nobody_who_may_no_longer_have_it(charity: World) -> None:
    ref = joined(charity)
    charity.conflict("toms", "tom")
    charity.leave("helper")

    parted(charity, ref)

    assert held(charity, "OKF-2") == []


def test_C6_what_hangs_on_it_stops_a_joining_with_its_reason(charity: World) -> None:
    ref = asked(charity)
    charity.mediation("OKF-2")
    with pytest.raises(Conflict, match="mediation goes on in case OKF-2"):
        answer_link(charity.desk("manager2"), ref, agree=True)
    assert charity.one(Case, ref="OKF-2").status is CaseStatus.ON_HOLD
    assert held(charity, "OKF-2") != []


def test_C6_a_case_with_an_open_concern_is_joined_with_the_leads_word(charity: World) -> None:
    charity.concern(case="OKF-2")
    ref = asked(charity)

    with pytest.raises(Refused) as refused:
        answer_link(charity.desk("manager2"), ref, agree=True)
    assert refused.value.decision.primary == "open_concern"
    assert charity.one(Case, ref="OKF-2").status is CaseStatus.ON_HOLD

    answer_link(charity.desk("dsl", chance=random.Random("join")), ref, agree=True)
    assert charity.one(Case, ref="OKF-2").status is CaseStatus.CLOSED


def test_nothing_is_joined_into_a_closed_case(charity: World) -> None:
    ref = asked(charity)
    charity.close("OKF-1")
    with pytest.raises(Conflict, match="OKF-1 is closed"):
        answer_link(charity.desk("manager2"), ref, agree=True)


def test_C3_what_is_to_be_looked_at_first_there_is_so_here_from_then_on(charity: World) -> None:
    set_look_first(charity.desk("manager"), "OKF-2", reason="A first call gave cause.")

    joined(charity)

    with charity.store.reading() as session:
        case = facts.cases(session, ["OKF-1"])["OKF-1"]
    assert stands(case.looks)
    assert case.linked_looks == ()


def test_C6_it_is_closed_and_opened_by_its_joining_alone(charity: World) -> None:
    with pytest.raises(Invalid, match="join"):
        close_case(charity.desk("manager"), "OKF-2", reason="Joined.", came_to=ClosureOutcome.JOINED)
    joined(charity)

    with pytest.raises(Conflict, match="two people take that back"):
        reopen_case(charity.desk("manager"), "OKF-2")
    with pytest.raises(Refused):
        open_emergency_access(charity.desk("manager"), "OKF-2", reason="Somebody rang me and it is urgent")


@pytest.mark.one_database
def test_the_pages_say_where_it_went_and_who_goes_along(charity: World) -> None:
    ref = asked(charity)
    assert "Go along to case OKF-1: Willem Side." in sent(open_page(charity, "dsl", "conflicts")).replace("\\", "")
    charity.later(minutes=1)
    answer_link(charity.desk("dsl", chance=random.Random("join")), ref, agree=True)
    charity.later(minutes=1)

    for who in ("toms", "manager"):
        drawn = sent(open_page(charity, who, "case", case="OKF-2")).replace("\\", "")
        assert "This case was joined into case OKF-1 on 23 Nov 2026" in drawn, who
    assert "Case OKF-2 was joined into this one" in sent(open_page(charity, "toms", "case", case="OKF-1"))
    assert "OKF-2" not in sent(open_page(charity, "anns", "case", case="OKF-1"))
    assert case_in_view(charity.desk("toms"), "OKF-2").ref == "OKF-2"
