"""Why somebody may or may not: in plain words, and never an oracle (C2, C5, C9)."""

from __future__ import annotations

import pytest

from okf.errors import Invalid, NotFound, Refused
from okf.proof.queries.why import Explained, why
from okf.terms import Action, Role
from tests.world import World, instant


@pytest.fixture
def charity(world: World) -> World:
    world.manager(name="Mia Manager")
    world.dsl()
    world.person("deputy", roles=[Role.DEPUTY_DSL])
    world.caseworker(name="Cas Worker")
    world.volunteer(name="Vera Volunteer", signed=None)
    world.case("OKF-1", parties=["party_a", "party_b"], children=["child_c"], granted_to=["caseworker", "volunteer"])
    world.case("OKF-2", parties=["party_x"])
    world.record("OKF-1", "N-1")
    world.record("OKF-2", "N-2")
    return world


def ask(world: World, by: str, of: str, action: str, subject: str, at: str | None = None) -> Explained:
    desk = world.desk(by) if by != "host" else world.host()
    return why(desk, username=of, action=action, subject=subject, at=instant(at) if at else None)


def reasons(*asked: object) -> list[str]:
    return ask(*asked).decision.reason_keys  # type: ignore[arg-type]


def test_anyone_hears_of_themselves_with_the_clauses_word_for_word(charity):
    told = ask(charity, "volunteer", "volunteer", "read", "OKF-1").in_words()

    assert told[0] == "May Vera Volunteer read case OKF-1?"
    assert told[1] == "No, this is refused."
    assert told[2].startswith("- No Confidentiality Agreement signed by them is on file (C7). Sign it")
    assert any(line.startswith("C7. and shall require those persons to sign the relevant") for line in told)


def test_what_is_allowed_says_so(charity):
    assert ask(charity, "caseworker", "caseworker", "read", "N-1").in_words()[1] == "Yes, this is allowed."


@pytest.mark.both_databases
def test_an_earlier_instant_is_answered_by_the_facts_of_that_day(charity):
    charity.sign("volunteer", "2026-11-20T09:00")

    assert reasons(charity, "volunteer", "volunteer", "list", "OKF-1") == []
    before = ask(charity, "volunteer", "volunteer", "list", "OKF-1", "2026-11-20T08:59")
    assert before.decision.reason_keys == ["no_agreement"]
    assert before.question.endswith(", on 20 November 2026 at 08:59?")


def test_a_name_typed_in_the_place_of_a_username_goes_on_no_record(charity):
    for by in ("manager", "host"):
        with pytest.raises(NotFound):
            ask(charity, by, "Thomas Bell", "read", "OKF-1")

    assert [event.subject for event in charity.events(action=Action.ASK_WHY_OF_OTHERS)] == [None, None]


def test_who_oversees_access_asks_of_others_and_nobody_else_does(charity):
    assert reasons(charity, "manager", "volunteer", "read", "OKF-1") == ["no_agreement"]
    with pytest.raises(Refused):
        ask(charity, "volunteer", "caseworker", "read", "OKF-1")
    with pytest.raises(Refused):
        ask(charity, "volunteer", "nobody", "read", "OKF-1")
    with pytest.raises(NotFound):
        ask(charity, "manager", "nobody", "read", "OKF-1")


def said(world: World, by: str, of: str, action: str, subject: str) -> str:
    return "\n".join(ask(world, by, of, action, subject).in_words()).replace(subject, "…")


@pytest.mark.parametrize("who", ["volunteer", "caseworker", "dsl"])
@pytest.mark.parametrize("action", ["read", "add", "close", "grant", "raise_concern"])
def test_C2_a_case_one_may_not_know_of_reads_as_one_that_is_not_there(charity, who, action):
    charity.concern("OKF-2", "K-2", about_people=["dsl"])
    charity.conflict("caseworker", "party_x")

    if who != "dsl":  # who oversees access may know of any case
        assert said(charity, who, who, action, "OKF-2") == said(charity, who, who, action, "OKF-9")
    assert "party_x" not in said(charity, who, who, action, "OKF-2")


@pytest.mark.parametrize("who, of", [("caseworker", "caseworker"), ("manager", "manager"), ("manager", "caseworker")])
def test_C2_a_record_one_may_not_read_reads_as_one_that_is_not_there(charity, who, of):
    charity.record("OKF-1", "N-3", compartment="safeguarding")

    for hidden in ("N-2", "N-3"):
        if (who, hidden) != ("manager", "N-1"):
            assert said(charity, who, of, "read", hidden) == said(charity, who, of, "read", "N-9")


@pytest.mark.parametrize("who, of", [("dsl", "dsl"), ("manager", "dsl"), ("volunteer", "volunteer"), ("dsl", "deputy")])
def test_C9_a_concern_one_may_not_know_of_reads_as_one_that_is_not_there(charity, who, of):
    charity.concern("OKF-1", "K-2", about_people=["dsl", "manager"], about=["child_c"])

    told = said(charity, who, of, "read", "K-2")

    assert told == said(charity, who, of, "read", "K-9")
    assert "child_c" not in told


def test_C9_a_manager_asking_of_a_lead_does_not_learn_whether_there_is_a_concern(charity):
    before = [said(charity, "manager", "dsl", "read", "OKF-1"), said(charity, "manager", "manager", "close", "OKF-1")]
    charity.concern("OKF-1", "K-2", about_people=["manager"])

    after = [said(charity, "manager", "dsl", "read", "OKF-1"), said(charity, "manager", "manager", "close", "OKF-1")]

    assert before == after
    assert all("is not said" in told for told in after)


@pytest.mark.both_databases
def test_C9_a_lead_does_not_learn_of_the_concern_about_them_by_asking_of_the_deputy(charity):
    before = said(charity, "dsl", "deputy", "read", "OKF-1")
    charity.concern("OKF-1", "K-2", about_people=["dsl"])

    assert said(charity, "dsl", "deputy", "read", "OKF-1") == before


def test_who_raised_a_concern_hears_that_they_may_read_it_and_nothing_of_others(charity):
    charity.concern("OKF-1", "K-2", raised_by="volunteer")

    assert ask(charity, "volunteer", "volunteer", "read", "K-2").decision.allowed
    charity.concern("OKF-1", "K-3", raised_by="manager", about_people=["dsl"])
    assert said(charity, "manager", "dsl", "read", "K-3") == said(charity, "manager", "dsl", "read", "K-9")


NO_ANSWER = "This can't be answered for you."


@pytest.mark.parametrize("hidden", ["N-3", "N-9", "K-2", "K-9"])
def test_what_the_asker_may_not_know_of_is_never_a_refusal_of_somebody_else(charity, hidden):
    charity.record("OKF-1", "N-3")
    charity.concern("OKF-1", "K-2", raised_by="volunteer")
    assert ask(charity, "host", "caseworker", "read", "N-3").decision.allowed
    assert ask(charity, "host", "dsl", "read", "K-2").decision.allowed

    told = ask(charity, "manager", "dsl" if hidden.startswith("K") else "caseworker", "read", hidden)

    assert told.decision is None
    assert told.in_words()[1:] == [NO_ANSWER, told.caveats[0]]
    assert f"{hidden} is known to you" in told.caveats[0]


def test_C9_a_lead_who_would_open_a_case_by_a_concern_is_not_said_to_be_refused(charity):
    charity.concern("OKF-1", "K-2", about=["child_c"])
    assert ask(charity, "host", "dsl", "read", "OKF-1").decision.allowed

    assert ask(charity, "manager", "dsl", "read", "OKF-1").in_words()[1] == NO_ANSWER
    assert ask(charity, "manager", "volunteer", "read", "OKF-1").in_words()[1] == "No, this is refused."


def test_C7_a_lead_whom_no_concern_would_let_in_is_said_to_be_refused(charity):
    charity.person("unsigned", roles=[Role.DEPUTY_DSL], signed=None)

    assert ask(charity, "manager", "unsigned", "read", "OKF-1").in_words()[1] == "No, this is refused."


def test_the_host_is_told_all(charity):
    charity.concern("OKF-1", "K-2", about_people=["dsl"])

    assert reasons(charity, "host", "dsl", "read", "K-2") == ["subject_of_concern"]
    assert ask(charity, "host", "deputy", "read", "OKF-1").decision.allowed
    assert reasons(charity, "host", "caseworker", "list", "caseload") == ["not_permitted"]
    assert reasons(charity, "host", "caseworker", "list", "concerns") == ["not_safeguarding_lead"]


def test_asking_is_on_record_without_what_was_asked_of(charity):
    ask(charity, "volunteer", "volunteer", "read", "OKF-1")
    ask(charity, "manager", "volunteer", "read", "OKF-1")

    own, other = charity.events()
    assert (own.action, other.action, other.subject) == (Action.ASK_WHY, Action.ASK_WHY_OF_OTHERS, "volunteer")


@pytest.mark.parametrize("action, subject", [("fly", "OKF-1"), ("close", "K-9"), ("read", "  ")])
def test_a_question_that_means_nothing_says_what_to_ask(charity, action, subject):
    with pytest.raises(Invalid):
        ask(charity, "manager", "manager", action, subject)
