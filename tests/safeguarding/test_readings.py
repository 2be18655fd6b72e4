"""Somebody else reads each decision by the end of the next working day; if they disagree, a third (C9)."""

from __future__ import annotations

import random

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from okf.errors import Conflict, Invalid, NotFound, Refused
from okf.policy.clauses import Clause
from okf.proof.queries.assurance import assure, promise_now
from okf.proof.queries.record import RecordFilter, record_page
from okf.safeguarding.commands.decisions import review_decision
from okf.safeguarding.commands.subjects import add_subject
from okf.safeguarding.queries.concern import ConcernInView, concern_in_view
from okf.safeguarding.queries.decisions import decisions_in_view
from okf.safeguarding.queries.decisions_due import Due, decisions_due
from okf.sharing.commands.decisions import review_share
from okf.sharing.queries.lists import ShareList, shares_in_list
from okf.store.models import ConcernDecision, ConcernEntry, DecisionReading, InformationShare
from okf.terms import Action, Role
from okf.terms.decisions import DecisionState
from okf.today.queries.overview import overview
from okf.today.queries.pending import pending_items
from tests.behind import behind_casebook
from tests.safeguarding.conftest import decide, sharing
from tests.safeguarding.test_decisions import when
from tests.world import World

AGREE, DISAGREE = True, False


def read(world: World, by: str, decision: str, agrees: bool, ref: str = "K-1", **other: object) -> DecisionState:
    """Somebody reads a decision again."""
    desk = world.desk(by, chance=random.SystemRandom())
    return review_decision(desk, ref, decision, agrees=agrees, reason="I looked at it.", **other)  # type: ignore[arg-type]


def waits(world: World, who: str) -> list[str]:
    """What Today says of decisions that wait for somebody."""
    return [one.text for one in pending_items(world.desk(who)) if "decision" in one.text]


def unread_for(world: World, who: str) -> int:
    """The figure of overdue readings on a manager's Today."""
    caseload = overview(world.desk(who)).caseload
    assert caseload is not None
    return caseload.readings_overdue.number


@pytest.mark.parametrize("shared", [True, False])
def test_C9_the_second_reader_agrees_and_it_stands(charity: World, shared: bool) -> None:
    made = decide(charity, sharing=[sharing()] if shared else [])
    charity.later(hours=2)

    assert read(charity, "deputy", made.ref, AGREE) is DecisionState.STANDS

    [reading] = charity.all(DecisionReading)
    assert (reading.reader, reading.place, reading.agrees, reading.due_at) == ("deputy", 2, True, made.due_at)
    assert charity.all(ConcernEntry, concern_ref="K-1")[-1].what == "Decision 1, second reading: agrees"
    assert decisions_due(charity.desk("deputy")).readings == ()


@pytest.mark.both_databases
def test_C9_never_the_same_person_by_the_policy_and_by_the_database(charity: World) -> None:
    made = decide(charity)

    with pytest.raises(Refused) as refused:
        read(charity, "dsl", made.ref, AGREE)
    assert refused.value.decision.primary == "own_review"
    assert [one.told for one in decisions_due(charity.desk("dsl")).readings] == []

    read(charity, "deputy", made.ref, DISAGREE)
    with pytest.raises(Refused) as refused:
        read(charity, "deputy", made.ref, DISAGREE)
    assert refused.value.decision.primary == "own_review"
    with pytest.raises(DBAPIError), behind_casebook(charity.store) as connection:
        connection.execute(text("UPDATE decision_reading SET reader = decided_by"))


@pytest.mark.parametrize("agrees, stands", [(AGREE, DecisionState.STANDS), (DISAGREE, DecisionState.OVERTURNED)])
def test_C9_a_disagreement_goes_to_a_third_whose_word_stands(charity: World, agrees: bool, stands: str) -> None:
    made = decide(charity)
    assert read(charity, "deputy", made.ref, DISAGREE) is DecisionState.AWAITS_THIRD
    charity.later(hours=1)

    assert read(charity, "trustee", made.ref, agrees) is stands

    assert [one.place for one in charity.all(DecisionReading)] == [2, 3]
    with pytest.raises(NotFound):
        concern_in_view(charity.desk("trustee"), "K-1")


def test_C9_what_does_not_stand_is_decided_anew_and_must_be_shared(charity: World) -> None:
    made = decide(charity)
    read(charity, "deputy", made.ref, DISAGREE)
    with pytest.raises(Conflict, match="third reader is still to say"):
        decide(charity, "deputy")
    read(charity, "trustee", made.ref, DISAGREE)

    assert [one.what for one in decisions_due(charity.desk("dsl")).follow_ups] == [Due.ANEW]
    with pytest.raises(Conflict, match="third reader's word stands"):
        decide(charity)
    decide(charity, sharing=sharing())

    assert Due.ANEW not in [one.what for one in decisions_due(charity.desk("dsl")).follow_ups]


def test_C9_the_trustee_sees_a_concern_only_while_a_third_word_is_wanted(charity: World) -> None:
    charity.concern("OKF-1", "K-2", about=["child_c"])
    made = decide(charity)
    assert not charity.may("trustee", Action.READ_CONCERN, concern="K-1")

    read(charity, "deputy", made.ref, DISAGREE)

    assert charity.may("trustee", Action.READ_CONCERN, concern="K-1")
    assert not charity.may("trustee", Action.TRIAGE_CONCERN, concern="K-1")
    assert not charity.may("trustee", Action.DECIDE_CONCERN, concern="K-1")
    assert not charity.may("trustee", Action.READ_CONCERN, concern="K-2")
    assert [one.what for one in decisions_due(charity.desk("trustee")).readings] == [Due.THIRD]


def test_C9_a_second_reader_sees_what_the_first_saw(charity: World) -> None:
    made = decide(charity, sharing=sharing())
    first, second = (concern_in_view(charity.desk(by), "K-1") for by in ("dsl", "deputy"))
    assert isinstance(first, ConcernInView)
    assert isinstance(second, ConcernInView)
    assert first == second

    [told] = decisions_in_view(charity.desk("deputy"), "K-1").decisions

    assert (told.rationale, told.entries_before) == (made.rationale, 0)
    assert [one.least for one in told.recipients] == [made.least]
    assert [(one.name, one.informed) for one in told.told] == [
        ("Robin Example", True),
        ("Ann Example", True),
        ("Ben Example", False),
    ]
    assert told.to_read
    assert not decisions_in_view(charity.desk("dsl"), "K-1").decisions[0].to_read


@pytest.mark.parametrize(
    "made_at, due", [("2026-11-20T20:00", "2026-11-24T00:00"), ("2026-12-24T20:00", "2026-12-30T00:00")]
)
def test_C9_it_is_due_by_the_end_of_the_next_working_day(charity: World, made_at: str, due: str) -> None:
    charity.setting("bank_holidays", ["2026-12-25", "2026-12-28"])
    charity.at(made_at)

    made = decide(charity)

    assert when(made.due_at) == due


def test_C9_overdue_readings_show_to_a_manager_as_a_count_and_nothing_else(charity: World) -> None:
    decide(charity)
    assert unread_for(charity, "manager") == 0

    charity.later(days=2)

    assert unread_for(charity, "manager") == 1
    with pytest.raises(Refused):
        decisions_due(charity.desk("manager"))
    assert not [one for one in waits(charity, "manager") if "decision" in one]
    [line] = [
        one for one in promise_now(charity.desk("manager")).clauses[Clause.C9][1] if one.key == "decisions_unread"
    ]
    assert line.count == 1
    assert line.behind == ()


def test_C9_of_a_concern_about_a_worker_no_manager_counts_a_reading(charity: World) -> None:
    charity.person("other", roles=[Role.MANAGER, Role.DSL])
    charity.concern("OKF-1", "K-2", about_people=["other"])
    decide(charity, ref="K-2")
    charity.later(days=2)

    assert unread_for(charity, "manager") == unread_for(charity, "other") == 0
    assert waits(charity, "other") == []
    assert decisions_due(charity.desk("other")).readings == ()
    for key, shown in (("decisions_unread", 0), ("decisions_read_again", 0)):
        [finding] = [one for one in assure(charity.desk("other")).findings if one.check.key == key]
        assert finding.count == shown
    assert len(decisions_due(charity.desk("deputy")).readings) == 1


def test_C9_a_reading_of_the_leads_own_case_is_the_trustees(charity: World) -> None:
    charity.concern("OKF-1", "K-2", about_people=["dsl"])
    made = decide(charity, "deputy", "K-2")

    assert not charity.may("dsl", Action.REVIEW_DECISION, concern="K-2")
    assert waits(charity, "dsl") == []
    assert waits(charity, "trustee") == ["1 decision waits for you to read it again"]
    assert read(charity, "trustee", made.ref, AGREE, "K-2") is DecisionState.STANDS


def test_C9_somebody_tied_to_the_family_reads_none_of_it(charity: World) -> None:
    charity.conflict("deputy", "party_a")
    decide(charity)

    assert decisions_due(charity.desk("deputy")).readings == ()
    assert waits(charity, "deputy") == []


def test_what_was_shared_counts_as_looked_at_by_the_second_reading_and_by_nothing_else(charity: World) -> None:
    made = decide(charity, sharing=sharing())
    [share] = charity.all(InformationShare)
    with pytest.raises(Conflict, match="its second reading is the look at it"):
        review_share(charity.desk("deputy"), share.ref, finding="Right.")

    read(charity, "deputy", made.ref, AGREE)

    [share] = charity.all(InformationShare)
    assert (share.reviewed_by, share.reviewed_at) == ("deputy", charity.now)


@pytest.mark.both_databases
def test_two_readers_at_once_the_second_is_told_who_read_it(charity: World) -> None:
    charity.person("deputy2", name="Dee Uty", roles=[Role.DEPUTY_DSL])
    made = decide(charity)
    read(charity, "deputy", made.ref, AGREE)

    with pytest.raises(Conflict, match="Dev Uty"):
        read(charity, "deputy2", made.ref, DISAGREE)
    with pytest.raises(Conflict, match="Dev Uty wrote to this concern"):
        read(charity, "deputy2", made.ref, DISAGREE, entries_seen=1)


def test_a_decision_of_another_concern_is_not_there_and_a_reading_says_why(charity: World) -> None:
    charity.concern("OKF-1", "K-2", about=["child_c"])
    made = decide(charity)

    with pytest.raises(NotFound):
        read(charity, "deputy", made.ref, AGREE, "K-2")
    with pytest.raises(Invalid):
        review_decision(charity.desk("deputy"), "K-1", made.ref, agrees=True, reason=" ")
    assert charity.count(DecisionReading) == 0
    assert charity.one(ConcernDecision, ref=made.ref) is not None


def test_C9_assure_finds_a_reading_put_in_past_the_desk(charity: World) -> None:
    made = decide(charity)
    with behind_casebook(charity.store) as connection:
        connection.execute(
            text(
                "INSERT INTO decision_reading (decision_ref, concern_ref, decided_by, reader, place, due_at, read_at,"
                f" agrees, reason) SELECT ref, concern_ref, decided_by, 'deputy', 2, due_at, due_at, {True}, rationale"
                f" FROM concern_decision WHERE ref = '{made.ref}'"
            )
        )

    broken = {finding.check.key for finding in assure(charity.host()).broken}

    assert "chronologies_altered" in broken


def test_C9_whom_it_is_found_later_to_be_about_sees_nothing_of_what_was_shared(charity: World) -> None:
    made = decide(charity, sharing=sharing())
    desk = charity.desk("deputy")
    assert [one.ref for one in shares_in_list(desk, ShareList.ALL).rows] == [made.share_ref]

    add_subject(charity.desk("dsl"), "K-1", who="deputy", reason="The child said so.")

    assert shares_in_list(desk, ShareList.ALL).rows == ()
    assert decisions_due(desk).readings == ()
    assert waits(charity, "deputy") == []
    with pytest.raises(NotFound):
        decisions_in_view(desk, "K-1")
    told = str([(row.subject, dict(row.facts)) for row in record_page(desk, RecordFilter()).rows])
    assert "K-1" not in told
    assert str(made.share_ref) not in told
