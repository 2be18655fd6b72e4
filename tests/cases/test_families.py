"""Cases of one family: linked or joined by two people, taken back by two, and nobody gains sight of anything by it."""

from __future__ import annotations

import random
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError, IntegrityError

from okf.asker import Asker
from okf.cases.commands.access_routes import open_emergency_access
from okf.cases.commands.families import answer_link, answer_unlink, ask_to_link, ask_to_unlink
from okf.cases.commands.grants import NewGrant, confirm_grants, grant_access
from okf.cases.commands.registering import put_on_case
from okf.cases.queries.case import case_in_view
from okf.cases.queries.cases import caseload_page
from okf.cases.queries.families import family_of, links_on, links_waiting
from okf.cases.queries.own_cases import cases_in_view
from okf.errors import CasebookError, Conflict, Invalid, NotFound, Refused
from okf.intake.commands.enquiries import TakenPerson, take_enquiry
from okf.records.queries.case_records import records_in_view, timeline_of
from okf.store.models import AccessGrant, CaseLink, CaseParty, EmergencyAccess, Record, Task
from okf.terms import Action, Capacity, Role
from okf.terms.caseload import CaseLinkKind
from okf.terms.intake import EnquiryPart
from okf.today.queries.pending import pending_items
from tests.behind import behind_casebook, unrecorded
from tests.cases.test_case_pages import open_page, sent
from tests.intake.test_enquiry_pages import button
from tests.world import World

pytestmark = pytest.mark.both_databases

LINKED, JOINED = CaseLinkKind.LINKED, CaseLinkKind.JOINED
WHY = "Both managers asked both sides."


@pytest.fixture
def charity(world: World) -> World:
    """One family with two cases: Ann's, in which Tom is the other party, and the one that Tom's call opened."""
    world.manager(name="Mona Ger")
    world.manager("manager2", name="Abe Boss")
    world.dsl()
    world.caseworker("anns", name="Wanda Side")
    world.caseworker("toms", name="Willem Side")
    world.caseworker("both", name="Bea Both")
    world.person("intake", roles=[Role.INTAKE_OFFICER])
    world.service_user("ann", name="Ann Bell")
    world.service_user("tom", name="Tom Bell", phone="07700 900164")
    world.case("OKF-1", parties=["ann", "tom"])
    world.case("OKF-2", parties=["tom"])
    world.grant("anns", "OKF-1", compartments=["sole:ann", "joint"], lead_for="ann")
    world.grant("toms", "OKF-2", compartments=["sole:tom"], lead_for="tom")
    world.grant("both", "OKF-1", compartments=["joint"])
    world.grant("both", "OKF-2", compartments=["joint"])
    world.record("OKF-1", source="ann")
    world.record("OKF-2", source="tom")
    world.task("OKF-2", "toms")
    return world


def asked(world: World, kind: CaseLinkKind = LINKED, by: str = "manager", **more: Any) -> str:
    desk = world.desk(by, chance=random.Random(world.count(CaseLink)))
    return ask_to_link(desk, "OKF-1", "OKF-2", **{"kind": kind, "why": WHY, **more})


def agreed(world: World, kind: CaseLinkKind = LINKED, by: str = "manager2") -> str:
    ref = asked(world, kind)
    answer_link(world.desk(by), ref, agree=True)
    return ref


def beside(world: World, who: str, case: str = "OKF-1") -> list[tuple[str, str | None]]:
    return [(one.other_case, one.into) for one in family_of(world.desk(who), case)]


def test_C5_a_link_stands_once_somebody_else_has_agreed_with_its_history(charity: World) -> None:
    ref = asked(charity)
    assert beside(charity, "manager") == []
    with pytest.raises(Refused) as own:
        answer_link(charity.desk("manager"), ref, agree=True)
    assert own.value.decision.primary == "own_review"

    charity.later(hours=1)
    answer_link(charity.desk("dsl"), ref, agree=True)

    assert beside(charity, "manager") == [("OKF-2", None)]
    (link,) = links_on(charity.desk("manager2"), "OKF-2")
    assert (link.stands, link.why, link.asked_by, link.agreed_by) == (True, WHY, "Mona Ger", "Dsl")
    events = charity.events(action=Action.LINK_CASES) + charity.events(action=Action.AGREE_TO_LINK)
    told = [(one.actor, one.case_ref, one.facts.get("other_case")) for one in events if one.outcome == "allow"]
    assert told == [("manager", "OKF-1", "OKF-2"), ("dsl", "OKF-1", "OKF-2")]
    assert WHY not in str([one.facts for one in events])


def test_C5_it_is_taken_back_by_two_as_well(charity: World) -> None:
    ref = agreed(charity)
    ask_to_unlink(charity.desk("manager2"), ref, why="Namesakes.")
    assert beside(charity, "manager") == [("OKF-2", None)]
    with pytest.raises(Refused):
        answer_unlink(charity.desk("manager2"), ref, agree=True)

    answer_unlink(charity.desk("manager"), ref, agree=False)
    assert beside(charity, "manager") == [("OKF-2", None)]
    ask_to_unlink(charity.desk("manager2"), ref, why="Namesakes.")
    answer_unlink(charity.desk("manager"), ref, agree=True)

    assert beside(charity, "manager") == []
    (link,) = links_on(charity.desk("manager"), "OKF-1")
    assert (link.stands, link.end_why, link.end_asked_by, link.ended_by) == (
        False,
        "Namesakes.",
        "Abe Boss",
        "Mona Ger",
    )
    with pytest.raises(Conflict):
        ask_to_unlink(charity.desk("manager"), ref, why="Again.")


def test_one_that_nobody_agreed_to_never_stood(charity: World) -> None:
    declined, withdrawn = asked(charity), None
    answer_link(charity.desk("manager2"), declined, agree=False)
    withdrawn = asked(charity)
    ask_to_unlink(charity.desk("manager"), withdrawn, why="A slip.")

    for ref in (declined, withdrawn):
        with pytest.raises(Conflict):
            answer_link(charity.desk("dsl"), ref, agree=True)
    assert beside(charity, "manager") == []
    assert not any(one.stands for one in links_on(charity.desk("manager"), "OKF-1"))


def test_C2_nobody_gains_sight_of_anything_by_a_link_and_no_row_of_either_case_moves(charity: World) -> None:
    def seen(who: str) -> list[Any]:
        desk, found = charity.desk(who), [cases_in_view(charity.desk(who))]
        for case in ("OKF-1", "OKF-2"):
            try:
                found += [case_in_view(desk, case), records_in_view(desk, case), timeline_of(desk, case)]
            except NotFound:
                found.append(None)
        return found

    def rows() -> list[str]:
        return [
            repr(vars(row)).partition("{")[2] for kind in (Record, Task, AccessGrant, CaseParty) for row in held(kind)
        ]

    def held(kind: Any) -> list[Any]:
        found = charity.all(kind)
        for row in found:
            vars(row).pop("_sa_instance_state", None)
        return found

    people = ("anns", "toms", "both", "dsl", "intake")
    before, stood = {who: seen(who) for who in people}, rows()
    opened = charity.count(AccessGrant)

    agreed(charity, LINKED)

    assert {who: seen(who) for who in people} == before
    assert (rows(), charity.count(AccessGrant)) == (stood, opened)


def test_C4_only_whoever_may_know_of_both_cases_learns_that_they_are_of_one_family(charity: World) -> None:
    agreed(charity, JOINED)
    charity.manager("tied")
    charity.conflict("tied", "ann")

    charity.later(minutes=1)
    assert beside(charity, "manager") == beside(charity, "toms") == [("OKF-2", "OKF-1")]
    assert beside(charity, "manager", "OKF-2") == beside(charity, "toms", "OKF-2") == [("OKF-1", "OKF-1")]
    assert beside(charity, "anns") == beside(charity, "both") == beside(charity, "tied", "OKF-2") == []
    for who in ("anns", "both"):
        assert links_on(charity.desk(who), "OKF-1") == ()
    assert links_on(charity.desk("tied"), "OKF-2") == ()
    for who in ("intake", "dsl", "anns", "both"):
        with pytest.raises(NotFound):
            family_of(charity.desk(who), "OKF-2")


def test_the_joined_case_is_a_shell_that_waits_for_no_allocation_and_takes_no_enquiry(charity: World) -> None:
    charity.case("OKF-3", parties=["tom"])
    desk = charity.desk("manager", chance=random.Random(9))
    waits = {row.ref: row.unallocated_since is not None for row in caseload_page(desk).rows}
    assert waits["OKF-3"]
    ref = ask_to_link(desk, "OKF-1", "OKF-3", kind=JOINED, why=WHY)
    answer_link(charity.desk("manager2"), ref, agree=True)

    rows = {row.ref: (row.unallocated_since, row.joined_into) for row in caseload_page(desk).rows}
    assert rows["OKF-3"] == (None, "OKF-1")
    people = [TakenPerson(EnquiryPart.CALLER, "Tom Bell", phone="07700 900164")]
    enquiry = take_enquiry(charity.desk("intake"), people=people)
    charity.later(minutes=1)
    with pytest.raises(Refused, match="the case is closed"):
        put_on_case(charity.desk("manager"), enquiry, "OKF-3", party="tom", seen=1)
    with pytest.raises(Conflict):
        ask_to_link(charity.desk("manager"), "OKF-2", "OKF-3", kind=LINKED, why=WHY)
    assert case_in_view(charity.desk("manager"), "OKF-3").ref == "OKF-3"

    ask_to_unlink(charity.desk("manager"), ref, why="Namesakes.")
    answer_unlink(charity.desk("dsl"), ref, agree=True)
    waits = {row.ref: row.unallocated_since is not None for row in caseload_page(desk).rows}
    assert waits["OKF-3"]


def test_C2_whoever_works_on_one_is_let_into_the_other_for_none_but_whom_they_lead_for(charity: World) -> None:
    agreed(charity)

    def let_in(who: str, case: str, party: str) -> str:
        new = NewGrant(
            to=who, capacity=Capacity.STAFF, compartments=[f"sole:{party}"], purpose="casework", lead_for=party
        )
        return grant_access(charity.desk("manager", chance=random.Random(7)), case, new)

    with pytest.raises(Refused) as barred:
        let_in("anns", "OKF-2", "tom")
    assert barred.value.decision.primary == "conflict_of_interest"
    assert let_in("toms", "OKF-1", "tom")


def test_C5_whoever_leads_for_one_person_on_both_is_confirmed_on_each(charity: World) -> None:
    held = charity.grant("toms", "OKF-1", compartments=["sole:tom", "joint"], lead_for="tom")
    agreed(charity)

    confirm_grants(charity.desk("manager"), [held])

    [confirmed] = charity.all(AccessGrant, id=held)
    assert confirmed.confirmed_by == "manager"


def test_whoever_did_not_ask_is_told_that_it_waits(charity: World) -> None:
    asked(charity)
    charity.manager("tied")
    charity.conflict("tied", "ann")

    told = {
        who: [one.text for one in pending_items(charity.desk(who)) if "link" in one.text]
        for who in ("manager", "manager2", "dsl", "tied", "anns")
    }

    words = ["1 link of cases waits for a second person"]
    assert told == {"manager": [], "manager2": words, "dsl": words, "tied": [], "anns": []}
    assert [one.may_answer for one in links_waiting(charity.desk("manager"))] == [False]
    assert [one.may_answer for one in links_waiting(charity.desk("dsl"))] == [True]
    assert links_waiting(charity.desk("tied")) == ()
    with pytest.raises(Refused):
        links_waiting(charity.desk("anns"))


def test_C5_what_can_not_be_linked_is_refused_in_words(charity: World) -> None:
    charity.manager("tied")
    charity.conflict("tied", "ann")
    wrong: list[tuple[dict[str, Any], type[CasebookError]]] = [
        ({"why": " "}, Invalid),
        ({"by": "anns"}, Refused),
        ({"by": "intake"}, Refused),
        ({"by": "dsl"}, Refused),
        ({"by": "tied"}, Refused),
    ]
    for more, error in wrong:
        with pytest.raises(error):
            asked(charity, **more)
    desk = charity.desk("manager")
    with pytest.raises(Invalid, match="same case"):
        ask_to_link(desk, "OKF-1", "OKF-1", kind=LINKED, why=WHY)
    with pytest.raises(NotFound):
        ask_to_link(desk, "OKF-1", "OKF-NONE", kind=LINKED, why=WHY)
    assert charity.count(CaseLink) == 0

    asked(charity)
    with pytest.raises(Conflict):
        ask_to_link(desk, "OKF-2", "OKF-1", kind=JOINED, why=WHY)
    with pytest.raises(Refused):
        ask_to_link(charity.desk("tied"), "OKF-2", "OKF-1", kind=JOINED, why=WHY)


def test_a_tie_to_either_family_bars_from_answering_and_is_on_record(charity: World) -> None:
    ref = asked(charity)
    charity.manager("tied")
    charity.conflict("tied", "ann")

    with pytest.raises(Refused):
        answer_link(charity.desk("tied"), ref, agree=True)

    assert [one.outcome for one in charity.events(action=Action.AGREE_TO_LINK)] == ["deny"]


def test_the_database_itself_keeps_that_two_agreed_and_what_was_asked(charity: World) -> None:
    ref = agreed(charity)

    def change(**columns: Any) -> None:
        with unrecorded(charity.store) as session:
            link = session.get_one(CaseLink, ref)
            for name, value in columns.items():
                setattr(link, name, value)

    with pytest.raises(DatabaseError):
        change(asked_by="manager2")
    with pytest.raises(IntegrityError):
        change(agreed_by="manager")
    with pytest.raises(IntegrityError):
        change(ended_at=charity.now, ended_by="manager")
    with pytest.raises(DatabaseError), behind_casebook(charity.store) as connection:
        connection.execute(text("DELETE FROM case_link"))


@pytest.mark.one_database
def test_the_pages_ask_answer_and_tell_those_who_may_know(charity: World) -> None:
    page = open_page(charity, "manager", "case", case="OKF-1", part="Manage")
    next(one for one in page.text_input if one.label == "The other case").set_value("OKF-2")
    next(one for one in page.text_area if one.label.startswith("Why they are one family")).set_value(WHY)
    button(page, "Ask for it").click().run()
    assert "Choose what they are first." in [one.value for one in page.error]
    kinds = next(one for one in page.radio if one.label == "What they are")
    kinds.set_value(kinds.options[1])
    button(page, "Ask for it").click().run()
    assert not page.exception
    assert "You asked: somebody else answers." in sent(page)

    page = open_page(charity, "dsl", "conflicts")
    assert WHY in sent(page).replace("\\", "")
    button(page, "Agree").click().run()

    assert not page.exception
    assert "None waits." in sent(page)
    said = "This case was joined into case OKF-1"
    assert said in sent(open_page(charity, "manager", "case", case="OKF-2")).replace("\\", "")
    assert "OKF-2" not in sent(open_page(charity, "anns", "case", case="OKF-1"))
    assert "Joined into OKF-1" in sent(open_page(charity, "manager", "cases", view="caseload")).replace("\\", "")


def test_C2_who_works_on_one_case_acts_by_no_role_on_the_one_across(charity: World) -> None:
    charity.person("torn", roles=[Role.MANAGER, Role.CASEWORKER])
    charity.grant("torn", "OKF-1", compartments=["sole:ann", "joint"])
    external = charity.record("OKF-2", source="external")
    assert charity.may("torn", Action.READ_RECORD, "OKF-2", record=external)
    agreed(charity)
    charity.later(minutes=1)

    torn = charity.desk("torn")
    with pytest.raises(Refused) as refused:
        open_emergency_access(torn, "OKF-2", reason="Somebody rang me and it is urgent")
    assert refused.value.decision.primary == "works_for_a_side"
    assert charity.all(EmergencyAccess) == []
    assert not charity.may("torn", Action.READ_RECORD, "OKF-2", record=external)
    with torn.reading() as session:
        assert Asker.of(torn, session).questions(["OKF-2"])["OKF-2"].across
    open_emergency_access(charity.desk("manager"), "OKF-2", reason="Somebody rang me and it is urgent")
