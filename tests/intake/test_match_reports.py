"""A family that is registered while one of them is in another case: nobody is allocated until somebody decides."""

from __future__ import annotations

import json
from datetime import date
from itertools import count
from random import Random
from threading import Barrier, Thread

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from okf.cases.commands.cases import NewServiceUser, open_case
from okf.cases.commands.conflicts import declare_tie, lift_conflict, lift_tie
from okf.cases.commands.grants import NewGrant, grant_access
from okf.cases.commands.handovers import hand_over
from okf.cases.commands.match_reports import decide_match
from okf.cases.queries.conflicts import conflicts_standing, own_ties, ties_standing
from okf.cases.queries.match_reports import matches_pending, reports_on, waiting_reports
from okf.errors import Conflict, Invalid, NotFound, Refused
from okf.people.queries.workers import workers_named
from okf.store.models import (
    AccessGrant,
    CaseParty,
    ConflictOfInterest,
    MatchDecision,
    MatchFinding,
    MatchReport,
    ToldApart,
)
from okf.terms import Action, Capacity, Role, SupportKind
from okf.terms.intake import Confidence, MatchOutcome
from tests.behind import behind_casebook
from tests.world import World

TOM = NewServiceUser("Thomas Bell", phone="+44 7700 900164")
EVE = NewServiceUser("Eve Harper")
APART, KEPT, NO = MatchOutcome
SEEDS = count()


@pytest.fixture
def charity(world: World) -> World:
    """Tom Bell is in a case that lives, with his caseworker; Eve Harper asks for help against him."""
    world.manager(name="Mona Ger")
    world.manager("manager2")
    world.caseworker("toms", name="Tess Toms")
    world.caseworker("free", name="Fred Free")
    world.service_user("party_a", name="Ann Bell")
    world.service_user("party_b", name="Tom Bell", phone="07700 900164")
    world.case("OKF-1")
    world.grant("toms", "OKF-1", compartments=["sole:party_b", "joint"], lead_for="party_b")
    return world


def opened(world: World, *parties: NewServiceUser | str, by: str = "manager") -> str:
    return open_case(
        world.desk(by, chance=Random(next(SEEDS))), kind_of_support=SupportKind.SEPARATION_SUPPORT, parties=parties
    )


def party(world: World, case: str, position: int) -> str:
    row = world.one(CaseParty, case_ref=case, position=position)
    assert row
    return row.service_user


def allocate(world: World, case: str, position: int, to: str = "free", by: str = "manager") -> str:
    who = party(world, case, position)
    return grant_access(
        world.desk(by, chance=Random(next(SEEDS))),
        case,
        NewGrant(
            to=to, capacity=Capacity.STAFF, compartments=[f"sole:{who}", "joint"], purpose="casework", lead_for=who
        ),
    )


def report(world: World, case: str, by: str = "manager") -> str:
    return reports_on(world.desk(by), case)[0].ref


def decided(world: World, case: str, outcome: MatchOutcome, by: str = "manager", why: str = "Asked both.") -> None:
    decide_match(world.desk(by), case, report(world, case), outcome=outcome, why=why)


def test_C5_nobody_is_allocated_until_somebody_decides(charity: World) -> None:
    case = opened(charity, EVE, TOM)

    with pytest.raises(Refused) as refused:
        allocate(charity, case, 0)
    assert refused.value.decision.primary == "undecided_match"
    assert [one.case_ref for one in waiting_reports(charity.desk("manager"))] == [case]

    decided(charity, case, KEPT)
    allocate(charity, case, 0)
    assert waiting_reports(charity.desk("manager")) == ()


@pytest.mark.one_database
def test_the_report_says_who_may_be_whom_by_place_and_no_name(charity: World) -> None:
    case = opened(charity, EVE, TOM)

    found = reports_on(charity.desk("manager"), case)[0].findings[0]

    assert (found.here, found.there, found.other_case) == ("Party 2", "Party 2", "OKF-1")
    assert found.confidence is Confidence.VERY_LIKELY
    assert set(found.reasons) == {"same phone number", "a short or other form of the name"}
    assert found.caseworkers == ("Tess Toms",)
    assert "Bell" not in repr(found)


def test_whoever_works_on_the_other_case_is_never_offered_nor_taken(charity: World) -> None:
    case = opened(charity, EVE, TOM)
    eve, tom = party(charity, case, 0), party(charity, case, 1)
    decided(charity, case, KEPT)
    desk = charity.desk("manager")

    def offered(lead_for: str) -> list[str]:
        return [one.username for one in workers_named(desk, "T", case_ref=case, lead_for=lead_for)]

    assert "toms" not in offered(eve)
    assert "toms" in offered(tom)  # for him, whom they know already
    with pytest.raises(Refused) as refused:
        allocate(charity, case, 0, to="toms")
    assert refused.value.decision.primary == "conflict_of_interest"
    allocate(charity, case, 1, to="toms")


@pytest.mark.one_database
def test_a_case_not_taken_on_stays_without_anybody_and_a_second_decision_changes_it(charity: World) -> None:
    case = opened(charity, EVE, TOM)
    decided(charity, case, NO)
    with pytest.raises(Refused):
        allocate(charity, case, 0)
    with pytest.raises(Conflict):
        decided(charity, case, NO)

    decided(charity, case, APART, by="manager2")
    allocate(charity, case, 0, to="toms")

    assert [one.outcome for one in charity.all(MatchDecision)] == [NO, APART]


@pytest.mark.one_database
def test_what_was_told_apart_is_remembered_and_taken_back_with_the_decision(charity: World) -> None:
    case = opened(charity, EVE, TOM)
    decided(charity, case, APART)
    said = charity.one(ToldApart)
    assert said
    assert (said.subject, said.service_user, said.undone_by) == (party(charity, case, 1), "party_b", None)

    decided(charity, case, KEPT, by="manager2")

    again = charity.one(ToldApart)
    assert again
    assert again.undone_by == "manager2"


def test_somebody_named_by_their_reference_in_a_second_case_stops_it_too(charity: World) -> None:
    case = opened(charity, EVE, "party_b")

    assert [one.confidence for one in charity.all(MatchFinding)] == [Confidence.THE_SAME]
    with pytest.raises(Refused):
        allocate(charity, case, 0)
    with pytest.raises(Invalid):
        decided(charity, case, APART)


@pytest.mark.one_database
def test_a_closed_case_stops_nothing_and_nobody_alike_finds_nothing(charity: World) -> None:
    charity.close("OKF-1")

    for people in ((EVE, TOM), (NewServiceUser("Quentin Nobody"),)):
        case = opened(charity, *people)
        allocate(charity, case, 0)
    assert len(charity.all(MatchReport)) == 2
    assert charity.all(MatchFinding) == []


@pytest.mark.both_databases
def test_the_report_is_kept_sealed_and_frozen(charity: World) -> None:
    opened(charity, EVE, TOM)
    row = charity.one(MatchReport)
    assert row
    told = json.loads(row.compared)
    assert {one["name"] for one in told.values()} == {"Eve Harper", "Thomas Bell"}

    with behind_casebook(charity.store) as connection:
        kept = connection.execute(text("SELECT compared FROM match_report")).scalar_one()
        assert "Bell" not in kept
        for statement in (
            "UPDATE match_report SET made_by = 'x'",
            "DELETE FROM match_finding",
            "DELETE FROM match_report",
        ):
            with pytest.raises(DatabaseError), connection.begin_nested():
                connection.execute(text(statement))


@pytest.mark.one_database
def test_only_a_manager_decides_with_a_reason_and_without_a_conflict_on_either_case(charity: World) -> None:
    case = opened(charity, EVE, TOM)
    ref = report(charity, case)
    charity.dsl()
    charity.conflict("manager2", "party_a")

    for by, error in (("dsl", Refused), ("free", Refused), ("manager2", Refused)):
        with pytest.raises(error):
            decide_match(charity.desk(by), case, ref, outcome=KEPT, why="Asked both.")
    with pytest.raises(Invalid):
        decide_match(charity.desk("manager"), case, ref, outcome=KEPT, why=" ")
    with pytest.raises(NotFound):
        decide_match(charity.desk("manager"), "OKF-1", ref, outcome=KEPT, why="Asked both.")
    assert reports_on(charity.desk("manager2"), case)[0].findings == ()
    assert charity.all(MatchDecision) == []


@pytest.mark.one_database
def test_an_allocation_that_waits_is_on_a_managers_today_alone(charity: World) -> None:
    opened(charity, EVE, TOM)

    def told(by: str) -> str | None:
        desk = charity.desk(by)
        with desk.reading() as session:
            found = matches_pending(desk, session, desk.person(session))
        return found and found.text

    assert told("manager") == "1 allocation waits for a decision on a possible match"
    assert told("free") is None


@pytest.mark.one_database
def test_handing_over_asks_the_same(charity: World) -> None:
    case = opened(charity, EVE)
    allocate(charity, case, 0)
    eve = party(charity, case, 0)
    second = opened(charity, eve, TOM)

    with pytest.raises(Refused):
        allocate(charity, second, 0)
    hand_over(charity.desk("manager", chance=Random(7)), case, party=eve, from_person="free", to_person="toms")
    assert {row.person for row in charity.all(AccessGrant, case_ref=case)} == {"free", "toms"}


@pytest.mark.both_databases
def test_two_takers_who_register_one_person_at_once_stop_the_second_of_them(charity: World) -> None:
    together, wrong = Barrier(2), []

    def register(by: str) -> None:
        try:
            together.wait(timeout=10)
            opened(charity, NewServiceUser("Zora Quill", date(1990, 5, 6)), by=by)
        except Exception as error:  # noqa: BLE001 -- a thread has nobody else to tell
            wrong.append(error)

    takers = [Thread(target=register, args=(by,)) for by in ("manager", "manager2")]
    for one in takers:
        one.start()
    for one in takers:
        one.join(timeout=30)

    assert wrong == []
    assert len(charity.all(MatchReport)) == 2
    assert [one.confidence for one in charity.all(MatchFinding)] == [Confidence.VERY_LIKELY]


# Ties declared by a name


def test_a_tie_by_name_bars_whoever_fits_now_or_later_and_says_nothing_of_it(charity: World) -> None:
    desk = charity.desk("free")
    known = declare_tie(desk, name="Bell, Thomas", phone="07700900164", reason="my brother")
    unknown = declare_tie(desk, name="Eva Harper", reason="my neighbour")

    assert [one.service_user for one in charity.all(ConflictOfInterest)] == ["party_b"]
    assert {type(known), type(unknown)} == {int}
    first, second = charity.events(action=Action.DECLARE_CONFLICT)
    assert first.facts.keys() == second.facts.keys()
    assert [(one.called, one.reason) for one in own_ties(desk)] == [
        ("Eva Harper", "my neighbour"),
        ("Bell, Thomas", "my brother"),
    ]

    case = opened(charity, NewServiceUser("Eva Harper"))
    assert [one.service_user for one in charity.all(ConflictOfInterest)] == ["party_b", party(charity, case, 0)]
    with pytest.raises(Refused) as refused:
        allocate(charity, case, 0)
    assert refused.value.decision.primary == "conflict_of_interest"


@pytest.mark.one_database
def test_a_tie_declared_in_a_case_stands_among_ones_own_without_a_name(charity: World) -> None:
    charity.conflict("free", "party_b")

    assert [(one.called, one.born, one.lifted_at) for one in own_ties(charity.desk("free"))] == [
        ("Somebody in OKF-1", None, None)
    ]


@pytest.mark.one_database
def test_C5_only_somebody_else_lifts_a_tie_and_all_that_came_of_it(charity: World) -> None:
    tie = declare_tie(charity.desk("manager2"), name="Tom Bell", reason="my brother")
    conflict = charity.one(ConflictOfInterest)
    assert conflict

    for lift, number in ((lift_tie, tie), (lift_conflict, conflict.id)):
        with pytest.raises(Refused):
            lift(charity.desk("manager2"), number, reason="We made up")
    assert [one.own for one in ties_standing(charity.desk("manager2"))] == [True]
    lift_tie(charity.desk("manager"), tie, reason="Another Tom Bell")

    again = charity.one(ConflictOfInterest)
    assert again
    assert (again.lifted_by, ties_standing(charity.desk("manager"))) == ("manager", ())


@pytest.mark.one_database
def test_the_list_of_conflicts_names_no_service_user_and_leaves_out_unknown_cases(charity: World) -> None:
    charity.dsl()
    charity.conflict("free", "party_b")

    for by, cases in (("manager", ("OKF-1",)), ("dsl", ())):
        rows = conflicts_standing(charity.desk(by)).rows
        assert [(one.person, one.cases) for one in rows] == [("free", cases)]
        assert "Bell" not in repr(rows)
    with pytest.raises(Refused):
        conflicts_standing(charity.desk("free"))


def test_the_list_of_whom_to_grant_never_offers_a_blocked_person(charity: World) -> None:
    charity.conflict("free", "party_a")
    charity.person("medi", roles=[Role.MEDIATOR])
    charity.mediation("OKF-1")
    charity.grant("medi", "OKF-1", compartments=["sole:party_a"], lead_for="party_a")
    desk = charity.desk("manager")

    offered = {one.username for one in workers_named(desk, case_ref="OKF-1")}

    assert {"toms", "manager2"} <= offered
    assert not {"free", "medi"} & offered
    for one in offered - {"manager"}:
        assert "conflict_of_interest" not in charity.reasons("manager", Action.GRANT, "OKF-1", grantee=one)
