"""Whoever holds accesses of two works on one case acts in one of them, and has nothing of the other by it (C5)."""

from __future__ import annotations

import pytest

from okf.policy.access import acting_in, decide
from okf.policy.facts import Question
from okf.policy.least import LEAST
from okf.terms import Action, Capacity, RecordClass, Role
from tests.policy.plain import grant, person, question, record, signed

BOTH = (*signed("2026-05-01T09:00"), *signed("2026-05-01T09:00", kind=Capacity.THERAPIST))
CASEWORK = grant("G-1", compartments=("sole:party_a", "joint"), lead_for="party_a")
THERAPY = grant("G-2", capacity=Capacity.THERAPIST, compartments=("child:child_c",))
OWN, CHILDS = record("sole:party_a"), record("child:child_c", RecordClass.THERAPY_NOTE)


def asked(**facts: object) -> Question:
    """A caseworker of the mother and therapist of the child asks for a record."""
    who = person("worker", Role.CASEWORKER, signatures=facts.pop("signatures", BOTH))
    return question(person=who, grants=facts.pop("grants", (CASEWORK, THERAPY)), **facts)


@pytest.mark.parametrize("chosen, reads", [(Role.CASEWORKER, OWN), (Capacity.THERAPIST, CHILDS), (None, OWN)])
def test_C5_who_holds_two_works_reads_by_the_one_they_act_in_alone(chosen, reads):
    answers = {one: decide(acting_in(asked(record=one), chosen)) for one in (OWN, CHILDS)}

    assert [one for one, answer in answers.items() if answer.allowed] == [reads]
    assert all(decide(asked(record=one)).allowed for one in (OWN, CHILDS))  # both are theirs, and never both together


@pytest.mark.parametrize("chosen", [None, Role.CASEWORKER, Capacity.THERAPIST])
def test_a_case_is_listed_in_whichever_work_they_act(chosen):
    assert decide(acting_in(asked(action=Action.LIST_CASE), chosen)).allowed


def test_the_first_of_the_table_is_acted_in_until_they_choose_and_the_order_is_the_tables():
    assert acting_in(asked(record=OWN)).works == (Role.CASEWORKER, Capacity.THERAPIST)
    assert acting_in(asked(record=OWN), Capacity.THERAPIST).works == (Capacity.THERAPIST, Role.CASEWORKER)
    everything = tuple(grant(f"G-{n}", capacity=kind) for n, kind in enumerate(Capacity) if kind in LEAST)
    signatures = tuple(one for kind in Capacity for one in signed("2026-05-01T09:00", kind=kind))
    works = acting_in(asked(record=OWN, grants=(CASEWORK, *everything), signatures=signatures)).works
    assert list(works) == [work for work in LEAST if work in works]


@pytest.mark.parametrize(
    "grants",
    [
        (CASEWORK, grant("G-2", capacity=Capacity.THERAPIST, compartments=("child:child_c",), until="2026-11-01")),
        (CASEWORK, grant("G-2", capacity=Capacity.THERAPIST, revoked_at="2026-11-01")),
        (CASEWORK, grant("G-2", capacity=Capacity.THERAPIST, from_="2026-12-24")),
        (CASEWORK, grant("G-2", compartments=("internal",))),
        (CASEWORK,),
        (),
    ],
    ids=["run_out", "revoked", "to_come", "of_the_same_work", "one", "none"],
)
def test_what_opens_nothing_now_or_is_of_the_same_work_leaves_no_choice(grants):
    question = asked(record=OWN, grants=grants)

    assert acting_in(question, Capacity.THERAPIST) is question


def test_an_access_that_waits_for_its_signature_leaves_no_choice_and_takes_nothing_away():
    question = asked(record=OWN, signatures=signed("2026-05-01T09:00"))

    assert acting_in(question, Capacity.THERAPIST) is question
    assert decide(question).allowed


def test_a_chosen_work_that_ends_gives_way_to_what_is_left():
    ended = grant("G-2", capacity=Capacity.THERAPIST, compartments=("child:child_c",), revoked_at="2026-11-22")

    assert decide(acting_in(asked(record=OWN, grants=(CASEWORK, ended)), Capacity.THERAPIST)).allowed
