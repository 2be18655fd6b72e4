"""Raising a concern, which nothing gates, and working it, which only a lead may (C9)."""

from __future__ import annotations

import random

import pytest

from okf.clock import london
from okf.errors import Conflict, Invalid, NotFound
from okf.safeguarding.commands.chronology import add_to_concern
from okf.safeguarding.commands.concerns import end_concern, raise_concern, triage_concern
from okf.store import chained
from okf.store.models import AuditEvent, Concern, ConcernAbout, ConcernEntry
from okf.terms import Action, ConcernStatus, Role, Severity
from okf.terms.concerns import ConcernCategory
from tests.world import World

WORDS = 'He said: "I don\'t want to go home."'


@pytest.fixture
def charity(world: World) -> World:
    world.manager()
    world.dsl(name="Dana Lead")
    world.person("deputy", name="Dev Uty", roles=[Role.DEPUTY_DSL])
    world.person("trustee", roles=[Role.SAFEGUARDING_TRUSTEE])
    world.volunteer(signed=None)
    world.service_user("child_c", name="Robin Example")
    world.case("OKF-1", children=["child_c"])
    return world


def raised(world: World, by: str = "volunteer", severity: Severity = Severity.HIGH, **other: object) -> Concern:
    ref = raise_concern(world.desk(by, chance=random.SystemRandom()), severity=severity, account=WORDS, **other)  # type: ignore[arg-type]
    found = world.one(Concern, ref=ref)
    assert found is not None
    return found


def told(event: AuditEvent) -> object:
    """What an event says; of the rows that it seals, of which kind and how many there are."""
    rows = {table: [len(mark) for mark in marks] for table, marks in event.facts[chained.FACT].items()}
    return event.facts | {chained.FACT: rows}


def triage(world: World, ref: str, by: str = "dsl", **other: object) -> None:
    wanted = {
        "severity": Severity.MEDIUM,
        "status": ConcernStatus.TRIAGED,
        "lead": "dsl",
        "note": "Spoke to the school.",
    } | other
    triage_concern(world.desk(by), ref, **wanted)  # type: ignore[arg-type]


@pytest.mark.parametrize("case", [None, "OKF-1", "okf-1", "OKF-CLOSED", "OKF-NEVER"])
def test_C9_somebody_unsigned_without_a_grant_raises_one_on_any_case_closed_or_none(charity, case):
    charity.case("OKF-CLOSED", parties=["party_x"])
    charity.close("OKF-CLOSED")

    concern = raised(charity, case_ref=case)

    assert concern.account == WORDS
    assert concern.case_as_typed == case
    assert concern.case_ref == {"okf-1": "OKF-1", "OKF-NEVER": None}.get(case, case)


def test_C2_the_record_of_raising_one_is_the_same_whether_the_case_and_the_names_exist_or_not(charity):
    raised(charity, case_ref="OKF-1", about=["child_c", "dsl"])
    raised(charity, case_ref="OKF-9", about=["child_x", "nobody"])

    one, other = charity.events(action=Action.RAISE_CONCERN)
    for name in ("actor", "action", "outcome", "case_ref", "clauses", "reasons"):
        assert getattr(one, name) == getattr(other, name)
    assert told(one) == told(other)
    assert one.case_ref is None
    assert WORDS not in str(one.facts)


@pytest.mark.parametrize(
    "severity, due",
    [
        (Severity.IMMEDIATE, "2026-11-20T17:30"),
        (Severity.HIGH, "2026-11-21T00:00"),
        (Severity.MEDIUM, "2026-11-24T00:00"),
        (Severity.LOW, "2026-11-25T00:00"),
    ],
)
def test_the_clock_of_its_severity_starts_at_once(charity, severity, due):
    charity.at("2026-11-20T16:30")  # a Friday

    assert f"{london(raised(charity, severity=severity).due_at):%Y-%m-%dT%H:%M}" == due


def test_whom_it_is_about_is_tied_by_reference_by_username_and_by_name_within_the_case(charity):
    about = ["Robin  example", "party_a, manager", "the neighbour"]

    ref = raised(charity, case_ref="OKF-1", about=about).ref

    tied = charity.all(ConcernAbout, concern_ref=ref)
    assert {row.service_user or row.person for row in tied} == {"child_c", "party_a", "manager"}


def test_a_service_users_name_is_not_tied_without_their_case(charity):
    ref = raised(charity, about=["Robin Example"]).ref

    assert charity.all(ConcernAbout, concern_ref=ref) == []


@pytest.mark.parametrize("about", [["dsl"], ["Dana Lead"], ["I mean dana lead, who was there"]])
def test_C9_what_is_about_the_lead_is_an_allegation_and_closed_to_them_at_that_instant(charity, about):
    concern = raised(charity, about=about)

    assert concern.category is ConcernCategory.ABOUT_A_WORKER
    assert charity.reasons("dsl", Action.READ_CONCERN, concern=concern.ref) == ["subject_of_concern"]
    assert charity.may("deputy", Action.READ_CONCERN, concern=concern.ref)
    assert charity.may("trustee", Action.READ_CONCERN, concern=concern.ref)


def test_C9_half_a_leads_name_closes_it_to_them_and_is_an_allegation_where_a_worker_is_meant(charity):
    meant, in_doubt = raised(charity, about=["Dana"], about_a_worker=True), raised(charity, about=["Dana"])

    assert (meant.category, in_doubt.category) == (ConcernCategory.ABOUT_A_WORKER, None)
    for concern in (meant, in_doubt):
        assert not charity.may("dsl", Action.READ_CONCERN, concern=concern.ref)


def test_nothing_said_is_no_concern_and_nothing_is_kept(charity):
    with pytest.raises(Invalid):
        raise_concern(charity.desk("volunteer"), severity=Severity.LOW, account="  ")

    assert charity.count(Concern) == 0


@pytest.mark.both_databases
def test_a_lead_judges_it_and_the_chronology_tells_what_changed_and_why(charity):
    ref = raised(charity).ref

    triage(charity, ref, category=ConcernCategory.CHILD_NEGLECT)

    concern = charity.one(Concern, ref=ref)
    assert (concern.severity, concern.status, concern.lead) == (Severity.MEDIUM, ConcernStatus.TRIAGED, "dsl")
    assert concern.next_review_on is None
    assert f"{london(concern.due_at):%Y-%m-%dT%H:%M}" == "2026-11-24T00:00"  # as it was raised, and not one day later
    told = charity.all(ConcernEntry, concern_ref=ref)
    assert [entry.what for entry in told] == [
        "Raised",
        "Triaged: severity high → medium, status raised → triaged, category child neglect, lead Dana Lead",
    ]
    assert told[1].text == "Spoke to the school."
    [event] = charity.events(action=Action.TRIAGE_CONCERN)
    assert event.subject == ref
    assert "school" not in str(event.facts)


@pytest.mark.both_databases
def test_two_leads_at_once_and_the_second_hears_of_the_first(charity):
    ref = raised(charity).ref
    triage(charity, ref, entries_seen=1)

    with pytest.raises(Conflict, match="Dana Lead wrote to this concern at 10:00"):
        triage(charity, ref, by="deputy", lead="deputy", entries_seen=1)

    triage(charity, ref, by="deputy", lead="deputy", entries_seen=2)


@pytest.mark.parametrize(
    "wrong, field",
    [
        ({"lead": "manager"}, "Lead"),
        ({"lead": "nobody"}, "Lead"),
        ({"status": ConcernStatus.CLOSED}, "Status"),
        ({"note": " "}, "Why"),
    ],
)
def test_a_judgement_that_does_not_hold_is_told_by_its_field(charity, wrong, field):
    ref = raised(charity).ref

    with pytest.raises(Invalid) as told:
        triage(charity, ref, **wrong)

    assert told.value.field == field
    assert charity.one(Concern, ref=ref).status is ConcernStatus.RAISED


def test_C9_an_allegation_is_not_led_by_the_lead_whom_it_is_about(charity):
    ref = raised(charity, about=["dsl"]).ref

    with pytest.raises(Invalid):
        triage(charity, ref, by="deputy", lead="dsl")
    triage(charity, ref, by="deputy", lead="trustee")


@pytest.mark.parametrize("who", ["volunteer", "manager"])
def test_C9_nobody_but_a_lead_works_a_concern_not_even_who_raised_it(charity, who):
    ref = raised(charity).ref

    with pytest.raises(NotFound):
        triage(charity, ref, by=who)
    assert charity.count(ConcernEntry) == 1


def test_it_ends_with_its_outcome_and_then_takes_entries_only(charity):
    ref = raised(charity).ref
    end_concern(
        charity.desk("dsl"), ref, status=ConcernStatus.NO_FURTHER_ACTION, outcome="A misunderstanding.", lessons="None."
    )

    concern = charity.one(Concern, ref=ref)
    assert (concern.status, concern.ended_by) == (ConcernStatus.NO_FURTHER_ACTION, "dsl")
    with pytest.raises(Conflict):
        triage(charity, ref)
    add_to_concern(charity.desk("dsl"), ref, what="Late entry", text="Found on paper.")
    assert charity.all(ConcernEntry, concern_ref=ref)[-1].what == "Late entry"


def test_a_concern_that_is_not_there_can_not_be_worked(charity):
    with pytest.raises(NotFound):
        triage(charity, "K-NOTHERE")
