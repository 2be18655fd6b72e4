"""Who learns that somebody is known: whoever may open the case, an intake officer that they exist, nobody else."""

from __future__ import annotations

import itertools
from datetime import date

import pytest
from hypothesis import given, settings, strategies as st
from sqlalchemy import event

from okf.desk import Desk
from okf.errors import Invalid, NotFound, Refused
from okf.intake.commands.matching import take_back, tell_apart
from okf.intake.queries.apart import told_apart
from okf.intake.queries.matches import Asked, Known, known_people
from okf.match.normal import Applicant
from okf.policy.access import decide
from okf.store.engine import Store
from okf.store.models import ToldApart
from okf.terms import Action, Role
from okf.terms.intake import Confidence
from tests.world import World

pytestmark = pytest.mark.both_databases

BORN = date(1986, 4, 7)
ANN = Applicant("Anne Bell", BORN, ("+44 7700 900118",))
NOBODY = Applicant("Quentin Nobody", date(1970, 1, 2), ("07700 900999",))
PERSON = Asked("The caller", ANN, "E-1/0")


@pytest.fixture
def charity(world: World) -> World:
    """One family, whose sides have different caseworkers, and people at intake who know nothing of it."""
    world.manager(name="Mona Ger")
    world.caseworker("worker_a", name="Wanda Side")
    world.caseworker("worker_b", name="Willem Side")
    world.caseworker("taker", name="Tara Taker")
    world.person("intake", roles=[Role.INTAKE_OFFICER], name="Ina Take")
    world.service_user("party_a", name="Ann Bell", date_of_birth=BORN, phone="07700 900118")
    world.service_user("party_b", name="Tom Bell", phone="07700 900164")
    world.case("OKF-1")
    world.grant("worker_a", "OKF-1", compartments=["sole:party_a", "joint"], lead_for="party_a")
    world.grant("worker_b", "OKF-1", compartments=["sole:party_b", "joint"], lead_for="party_b")
    return world


def found(world: World, by: str, one: Applicant = ANN, **desk: str) -> Known:
    return known_people(world.desk(by, **desk), Asked("Somebody", one, "E-1/0"))


def test_whoever_may_open_the_case_sees_who_it_is_and_why(charity: World) -> None:
    known = found(charity, "worker_a")

    assert [(one.name, one.cases, one.confidence) for one in known.seen] == [
        ("Ann Bell", ("OKF-1",), Confidence.VERY_LIKELY)
    ]
    assert known.seen[0].reasons == ("same date of birth", "a short or other form of the name", "same phone number")
    assert known.protected == ()


def test_C2_the_other_side_compares_by_name_alone(charity: World) -> None:
    known = found(charity, "worker_b")
    by_number = found(charity, "worker_b", Applicant("Ann Harper", BORN, ("07700 900118",)))

    assert known.seen[0].reasons == ("a short or other form of the name",)
    assert known.seen[0].confidence is Confidence.POSSIBLE
    assert by_number == Known()


def test_an_intake_officer_learns_that_somebody_exists_and_whom_to_ask(charity: World) -> None:
    known = found(charity, "intake")

    assert known.seen == ()
    assert [one.ask for one in known.protected] == ["Wanda Side"]
    assert not any(word in repr(known) for word in ("Bell", "OKF-1", "party_a", "side:", "birth", "phone"))


def test_without_a_lead_caseworker_a_manager_is_named_who_is_free_of_conflicts(charity: World) -> None:
    charity.service_user("stray", name="Perpetua Fallowgate")
    charity.case("OKF-2", parties=["stray"])
    charity.manager("manager2", name="Abe Boss")
    charity.conflict("manager2", "stray")

    known = found(charity, "intake", Applicant("Perpetua Fallowgate"))

    assert [one.ask for one in known.protected] == ["Mona Ger"]


def test_everybody_else_gets_nothing_and_the_same_is_done_for_it(charity: World, store: Store) -> None:
    asked: list[str] = []
    event.listen(store.engine, "before_cursor_execute", lambda *call: asked.append(call[2]))

    answers = []
    for one in (ANN, NOBODY):
        asked.clear()
        answers.append((found(charity, "taker", one), [statement.split(" IN ")[0] for statement in asked]))

    assert answers[0] == answers[1]
    assert answers[0][0] == Known()
    first, second = charity.events(actor="taker")
    assert (first.action, first.facts, first.case_ref) == (second.action, second.facts, second.case_ref)


def test_every_look_is_on_record_once_a_sign_in_and_again_when_it_shows_more(charity: World) -> None:
    for _ in range(3):
        found(charity, "intake", session_id="monday")
    looks = charity.events(action=Action.SEE_PROTECTED_MATCH)
    assert [look.facts["protected"] for look in looks] == [["party_a"]]
    assert not any("Bell" in str(value) for look in looks for value in (look.facts, look.subject))

    charity.service_user("twin", name="Ann Bell", date_of_birth=BORN)
    found(charity, "intake", session_id="monday")
    found(charity, "intake", session_id="tuesday")

    assert len(charity.events(action=Action.SEE_PROTECTED_MATCH)) == 3
    assert charity.events(action=Action.CHECK_KNOWN) == []


def test_C5_a_declared_conflict_hides_the_family_from_an_intake_officer_too(charity: World) -> None:
    charity.conflict("intake", "party_b")

    assert found(charity, "intake") == Known()


def test_C7_an_unsigned_person_may_not_look(charity: World) -> None:
    charity.person("new", roles=[Role.INTAKE_OFFICER], signed=None)

    with pytest.raises(Refused):
        found(charity, "new")


def test_not_the_same_person_is_remembered_for_that_one_and_can_be_taken_back(charity: World) -> None:
    other = Asked("Another", ANN, "E-2/0")
    for by, name in (("intake", None), ("worker_a", "Ann Bell")):
        desk = charity.desk(by)
        shown = known_people(desk, PERSON)
        tell_apart(desk, PERSON, [*shown.seen, *shown.protected][0].handle)

        assert known_people(desk, PERSON) == Known()
        assert known_people(desk, other) != Known()
        assert [one.name for one in told_apart(desk, PERSON)] == [name]
        assert told_apart(charity.desk("taker"), PERSON) == ()

        take_back(desk, PERSON, told_apart(desk, PERSON)[0].handle)
        assert known_people(desk, PERSON) == shown
    assert [(row.decided_by, row.undone_by) for row in charity.all(ToldApart)] == [
        ("intake", "intake"),
        ("worker_a", "worker_a"),
    ]


def test_nobody_tells_apart_whom_they_were_not_shown(charity: World) -> None:
    handle = known_people(charity.desk("intake"), PERSON).protected[0].handle

    for by in ("taker", "worker_a"):
        with pytest.raises(NotFound):
            tell_apart(charity.desk(by), PERSON, handle)
    with pytest.raises(Invalid):
        tell_apart(charity.desk("intake"), Asked("Somebody", ANN), handle)
    assert charity.all(ToldApart) == []


@pytest.mark.one_database
def test_the_keys_follow_every_change_of_a_person(charity: World) -> None:
    charity.service_user("party_a", name="Zora Quill", date_of_birth=None, phone=None)

    assert found(charity, "worker_a") == Known()
    assert [one.name for one in found(charity, "worker_a", Applicant("Quill Zora")).seen] == ["Zora Quill"]


COUNT = itertools.count(1)
READERS = ("worker_a", "worker_b", "taker", "intake", "manager", "dsl", "helper", "left")
NAMES = ("Ann Bell", "Anne Bell", "Tom Bell", "Bell Ann", "Ana Bell")


@pytest.fixture
def readers(world: World) -> World:
    """People of every kind; the cases are drawn."""
    for one in ("worker_a", "worker_b", "taker"):
        world.caseworker(one)
    world.person("intake", roles=[Role.INTAKE_OFFICER])
    world.manager()
    world.dsl()
    world.volunteer("helper")
    world.caseworker("left", left_at="2026-07-01")
    return world


@pytest.mark.one_database
@settings(max_examples=25)
@given(data=st.data())
def test_C5_a_look_never_shows_somebody_of_a_case_that_the_reader_may_not_open(
    readers: World, data: st.DataObject
) -> None:
    world, ref = readers, f"OKF-{next(COUNT)}"
    people = [f"{ref}_{n}" for n in range(data.draw(st.integers(1, 3)))]
    for one in people:
        world.service_user(
            one, name=data.draw(st.sampled_from(NAMES)), date_of_birth=data.draw(st.none() | st.just(BORN))
        )
    world.case(ref, parties=people[:1], children=people[1:])
    for reader in data.draw(st.sets(st.sampled_from(READERS), max_size=3)):
        parts = data.draw(st.lists(st.sampled_from([f"sole:{people[0]}", "joint"]), min_size=1, unique=True))
        world.grant(reader, ref, compartments=parts, until=data.draw(st.none() | st.just("2026-07-01")))
    if data.draw(st.booleans()):
        world.close(ref)
    if data.draw(st.booleans()):
        world.conflict(data.draw(st.sampled_from(READERS)), data.draw(st.sampled_from(people)))
    if data.draw(st.booleans()):
        world.concern(ref)
    for reader in READERS:
        desk = world.desk(reader)
        try:
            known = known_people(desk, Asked("Somebody", ANN))
        except Refused:
            continue
        for one in known.seen:
            assert one.cases
            assert all(_may_open(desk, case) for case in one.cases)
        if reader != "intake":
            assert known.protected == ()


def _may_open(desk: Desk, case: str) -> bool:
    with desk.reading() as session:
        return decide(desk.question(session, Action.OPEN_CASE, case)).allowed
