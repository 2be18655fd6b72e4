"""Every reason to refuse access, the minute before and after each edge, on plain facts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from okf.policy.access import decide
from okf.policy.decision import Reason
from okf.policy.facts import CheckFacts, OrganisationFacts, PolicySettings
from okf.policy.gates import with_signing
from okf.policy.standing import standing
from okf.terms import Action, Capacity, CaseStatus, Change, Outcome, RecordClass, Role
from tests.policy.plain import (
    FIRST,
    case,
    conflict,
    edge,
    grant,
    person,
    question,
    reasons,
    record,
    signed,
    version,
    versions,
)
from tests.world import instant

VOLUNTEER, THERAPIST, PARTNER = Capacity.VOLUNTEER, Capacity.THERAPIST, Capacity.ALLIED_PARTNER


def test_left_unsaid_everything_is_allowed():
    decision = decide(question())

    assert decision.decision is Outcome.ALLOW
    assert [clause.name for clause in decision.clauses] == ["C2", "C5", "C6", "C7"]


# The order


def test_reasons_stand_in_the_order_of_the_policy():
    listed = [
        "account_not_active",
        "subject_of_concern",
        "conflict_of_interest",
        "no_agreement",
        "agreement_wrong_capacity",
        "agreement_superseded",
        "annual_refresh_overdue",
        "partner_agreement_expired",
        "check_expired",
        "not_permitted",
        "not_safeguarding_lead",
        "own_grant",
        "case_closed",
        "grant_ended_by_closure",
        "no_grant",
        "grant_not_started",
        "grant_expired",
        "grant_revoked",
        "out_of_scope",
        "other_source",
    ]

    assert [reason.key for reason in Reason if reason.key in listed] == listed


def test_no_two_reasons_are_one_and_each_says_what_to_do():
    assert len(Reason) == len(Reason.__members__)
    assert sorted(reason.rank for reason in Reason) == list(range(len(Reason)))
    for reason in Reason:
        assert reason.clauses, reason
        assert reason.remedy.endswith("."), reason


def test_a_refusal_lists_every_reason_and_the_first_is_the_primary_one():
    everything_wrong = question(
        person=person(
            left_at=question().at,
            signatures=(),
            checks=(CheckFacts("vetting", date(2026, 1, 1), True),),
            conflicts=(conflict("party_a"),),
        ),
        case=case(("2026-11-01", None)),
        grants=(grant(until="2026-12-01", compartments=("joint",), record_classes=(RecordClass.TASK_NOTE,)),),
    )

    decision = decide(everything_wrong)

    assert decision.reason_keys == [
        "account_not_active",
        "conflict_of_interest",
        "no_agreement",
        "check_expired",
        "case_closed",
        "grant_ended_by_closure",
        "out_of_scope",
        "other_source",
    ]
    assert decision.primary == "account_not_active"
    assert [clause.name for clause in decision.clauses] == ["C2", "C4", "C5", "C6", "C7"]


# Account


def test_an_account_opens_cases_to_the_instant_it_is_switched_off():
    leaving = question(person=person(left_at=question().at))

    assert edge(leaving, "2026-11-23T09:59", "2026-11-23T10:00") == ([], ["account_not_active"])


# Conflict of interest (C5)


@pytest.mark.parametrize("relative", ["party_a", "party_b", "child_c"])
def test_C5_a_conflict_with_anyone_of_the_family_blocks_even_a_valid_grant(relative):
    assert reasons(question(person=person(conflicts=(conflict(relative),)))) == ["conflict_of_interest"]


def test_C5_a_conflict_with_another_family_blocks_nothing():
    assert reasons(question(person=person(conflicts=(conflict("party_of_another_case"),)))) == []


def test_C5_a_conflict_blocks_from_its_declaration_to_the_instant_it_is_lifted():
    tied = question(person=person(conflicts=(conflict("party_b", "2026-11-10T12:00", "2026-11-20T12:00"),)))

    assert edge(tied, "2026-11-10T11:59", "2026-11-10T12:00") == ([], ["conflict_of_interest"])
    assert edge(tied, "2026-11-20T11:59", "2026-11-20T12:00") == (["conflict_of_interest"], [])


def test_C5_lifting_one_conflict_leaves_the_other():
    tied = person(conflicts=(conflict("party_b", lifted_at="2026-11-01"), conflict("child_c")))

    assert reasons(question(person=tied)) == ["conflict_of_interest"]


# The agreement (C7)


def test_C7_access_begins_with_the_signature_and_not_before():
    late = question(person=person(signatures=signed("2026-11-12T09:00")))

    assert edge(late, "2026-11-12T08:59", "2026-11-12T09:00") == (["no_agreement"], [])


def test_C7_the_agreement_that_counts_is_the_one_for_the_capacity_of_the_grant():
    as_therapist = (grant(capacity=THERAPIST),)

    assert reasons(question(grants=as_therapist)) == ["agreement_wrong_capacity"]
    both = (*signed("2026-05-01"), *signed("2026-11-20T09:00", kind=THERAPIST))
    gained = question(person=person(signatures=both), grants=as_therapist)
    assert edge(gained, "2026-11-20T08:59", "2026-11-20T09:00") == (["agreement_wrong_capacity"], [])


def test_C7_one_who_signed_only_later_had_signed_nothing_before():
    other_kind_later = question(person=person(signatures=signed("2026-11-24", kind=VOLUNTEER)))

    assert edge(other_kind_later, "2026-11-23T23:59", "2026-11-24T00:00") == (
        ["no_agreement"],
        ["agreement_wrong_capacity"],
    )


@pytest.mark.parametrize(
    "resign_by, before, after",
    [
        pytest.param("2026-09-15", "2026-09-15T22:59+00:00", "2026-09-15T23:00+00:00", id="in summer time"),
        pytest.param("2026-11-15", "2026-11-15T23:59+00:00", "2026-11-16T00:00+00:00", id="in winter time"),
        pytest.param("2026-10-25", "2026-10-25T23:59+00:00", "2026-10-26T00:00+00:00", id="the day of 25 hours"),
        pytest.param("2026-03-29", "2026-03-29T22:59+00:00", "2026-03-29T23:00+00:00", id="the day of 23 hours"),
    ],
)
def test_C7_a_material_version_suspends_at_the_end_of_its_london_day(resign_by, before, after):
    second = versions(version("2", "2026-03-01", resign_by=resign_by))
    asked = question(
        person=person(signatures=signed("2026-02-01")), agreements=second, grants=(grant(from_="2026-02-01"),)
    )

    assert edge(asked, before, after) == ([], ["agreement_superseded"])


def test_C7_without_a_date_of_its_own_a_material_version_gives_the_settings_days():
    asked = question(agreements=versions(version("2", "2026-11-02")))

    assert edge(asked, "2026-11-16T23:59", "2026-11-17T00:00") == ([], ["agreement_superseded"])
    longer = replace(asked, settings=PolicySettings(resign_grace_days=20))
    assert edge(longer, "2026-11-22T23:59", "2026-11-23T00:00") == ([], ["agreement_superseded"])


def test_C7_a_minor_version_asks_nothing_and_signing_it_covers_the_material_one_before():
    minor = versions(version("1.1", "2026-11-02", Change.MINOR))
    after_material = versions(
        version("2", "2026-09-01", resign_by="2026-09-15"), version("2.1", "2026-11-02", Change.MINOR)
    )

    assert reasons(question(agreements=minor), "2027-01-10T10:00") == []
    signed_minor = question(person=person(signatures=signed("2026-11-03", version="2.1")), agreements=after_material)
    assert reasons(signed_minor) == []
    signed_first = question(person=person(signatures=signed("2026-08-01")), agreements=after_material)
    assert reasons(signed_first) == ["agreement_superseded"]


def test_C7_a_version_asks_nothing_before_it_is_in_effect():
    published_ahead = question(agreements=versions(version("2", "2026-12-01", resign_by="2026-12-10")))

    assert edge(published_ahead, "2026-12-10T23:59", "2026-12-11T00:00") == ([], ["agreement_superseded"])
    odd = question(agreements=versions(version("2", "2026-12-01", resign_by="2026-11-20")))
    assert edge(odd, "2026-11-30T23:59", "2026-12-01T00:00") == ([], ["agreement_superseded"])


def test_C7_the_kept_standing_knows_the_coming_version_and_never_pauses_before_it_is_in_effect():
    coming = (*FIRST[Capacity.STAFF], version("2", "2026-12-01", resign_by="2026-12-10"))
    odd = (*FIRST[Capacity.STAFF], version("2", "2026-12-01", resign_by="2026-11-20"))
    mine = signed("2026-11-01T09:00")

    kept = standing(Capacity.STAFF, mine, coming, PolicySettings(), instant("2026-11-23"))
    assert (kept.due_at, kept.overdue_at) == (instant("2026-12-01"), instant("2026-12-11"))
    kept = standing(Capacity.STAFF, mine, odd, PolicySettings(), instant("2026-11-23"))
    assert (kept.due_at, kept.overdue_at) == (instant("2026-12-01"), instant("2026-12-01"))


def test_C7_access_resumes_on_signing_and_the_gap_stays():
    second = versions(version("2", "2026-09-01", resign_by="2026-09-15"))
    twice = (*signed("2026-02-09T09:00"), *signed("2026-09-17T11:50", version="2"))
    asked = question(person=person(signatures=twice), agreements=second)

    assert edge(asked, "2026-09-15T23:59", "2026-09-16T00:00") == ([], ["agreement_superseded"])
    assert edge(asked, "2026-09-17T11:49", "2026-09-17T11:50") == (["agreement_superseded"], [])


def test_C7_signing_an_old_version_again_does_not_answer_the_new_one():
    second = versions(version("2", "2026-09-01", resign_by="2026-09-15"))

    assert reasons(question(person=person(signatures=signed("2026-10-01")), agreements=second)) == [
        "agreement_superseded"
    ]


@pytest.mark.parametrize(
    "signed_at, before, after",
    [
        pytest.param("2025-11-08T09:00", "2026-11-22T23:59", "2026-11-23T00:00", id="into winter"),
        pytest.param("2025-06-11T00:30", "2026-06-25T23:59", "2026-06-26T00:00", id="after midnight in summer"),
    ],
)
def test_C7_the_yearly_signing_suspends_after_365_days_and_14_of_grace(signed_at, before, after):
    asked = question(person=person(signatures=signed(signed_at)), grants=(grant(from_="2025-06-01"),))

    assert edge(asked, before, after) == ([], ["annual_refresh_overdue"])


def test_C7_signing_the_same_version_again_is_the_yearly_signing():
    yearly = question(person=person(signatures=signed("2025-06-01T09:00", "2026-06-20T09:00")))

    assert edge(yearly, "2026-06-20T08:59", "2026-06-20T09:00") == (["annual_refresh_overdue"], [])
    assert edge(yearly, "2027-07-04T23:59", "2027-07-05T00:00") == ([], ["annual_refresh_overdue"])


def test_C7_the_days_of_the_yearly_signing_are_settings():
    asked = question(
        person=person(signatures=signed("2026-11-01T09:00")),
        settings=PolicySettings(annual_refresh_days=20, refresh_grace_days=1),
    )

    assert edge(asked, "2026-11-22T23:59", "2026-11-23T00:00") == ([], ["annual_refresh_overdue"])


def _partner(from_: str | None, until: str | None):
    span = [date.fromisoformat(day) if day else None for day in (from_, until)]
    return question(
        person=person(capacity=PARTNER, organisation=OrganisationFacts("harbour_advice", *span)),
        grants=(grant(capacity=PARTNER),),
    )


def test_C7_a_partner_needs_their_organisations_agreement_half_open_in_london_days():
    asked = _partner("2026-07-01", "2026-12-31")

    assert edge(asked, "2026-06-30T23:59", "2026-07-01T00:00") == (["partner_agreement_expired"], [])
    assert edge(asked, "2026-12-30T23:59", "2026-12-31T00:00") == ([], ["partner_agreement_expired"])


def test_C7_a_partner_organisation_that_never_agreed_lets_nobody_in():
    assert reasons(_partner(None, None)) == ["partner_agreement_expired"]
    assert reasons(_partner(None, "2027-12-31")) == ["partner_agreement_expired"]
    assert reasons(_partner("2026-01-01", None)) == []


def test_C7_the_organisations_agreement_does_not_replace_the_persons_own():
    unsigned = replace(_partner("2026-01-01", None), person=person(capacity=PARTNER, signatures=()))

    assert reasons(unsigned) == ["no_agreement"]


# Checks


def test_a_check_that_blocks_runs_out_as_its_london_day_begins():
    asked = question(person=person(checks=(CheckFacts("vetting", date(2026, 8, 31), True),)))

    assert edge(asked, "2026-08-30T22:59+00:00", "2026-08-30T23:00+00:00") == ([], ["check_expired"])


def test_a_check_that_is_not_set_to_block_blocks_nothing():
    assert reasons(question(person=person(checks=(CheckFacts("training", date(2026, 1, 1), False),)))) == []


def test_a_renewed_check_counts_and_one_of_another_kind_does_not():
    out, renewed = CheckFacts("vetting", date(2026, 1, 1), True), CheckFacts("vetting", date(2027, 1, 1), True)
    training = CheckFacts("training", date(2027, 1, 1), True)

    assert reasons(question(person=person(checks=(renewed, out)))) == []
    assert reasons(question(person=person(checks=(out, training)))) == ["check_expired"]


# The life span of the case (C6)


def test_C6_access_ends_the_minute_the_case_closes_on_an_open_ended_grant():
    asked = question(case=case(("2026-10-30T17:00", None)))

    assert edge(asked, "2026-10-30T16:59", "2026-10-30T17:00") == ([], ["case_closed", "grant_ended_by_closure"])


@pytest.mark.parametrize("ended_at", [None, "2026-10-30T17:00"], ids=["imported", "ended by the closing"])
def test_C6_reopening_revives_no_grant_and_a_new_one_opens_it(ended_at):
    reopened = case(("2026-10-30T17:00", "2026-11-05T09:00"))
    old = grant(ended_at=ended_at)
    new = grant("G-2", from_="2026-11-05T09:30", granted_at="2026-11-05T09:30")

    asked = question(case=reopened, grants=(old,))
    assert edge(asked, "2026-11-05T08:59", "2026-11-05T09:00") == (
        ["case_closed", "grant_ended_by_closure"],
        ["grant_ended_by_closure"],
    )
    assert edge(question(case=reopened, grants=(old, new)), "2026-11-05T09:29", "2026-11-05T09:30") == (
        ["grant_ended_by_closure"],
        [],
    )


def test_C6_a_grant_made_before_the_closing_to_start_after_it_is_ended_too():
    planned = grant(granted_at="2026-10-01", from_="2026-11-10")

    asked = question(case=case(("2026-10-30T17:00", "2026-11-05T09:00")), grants=(planned,))

    assert reasons(asked) == ["grant_ended_by_closure"]


def test_C6_a_closing_ends_only_what_had_not_ended_before_it():
    reopened = case(("2026-10-30T17:00", "2026-11-05T09:00"))
    run_out, handed_over = grant(until="2026-10-01"), grant(ended_at="2026-10-02")
    revoked = grant(revoked_at="2026-10-03", ended_at="2026-10-03")

    assert reasons(question(case=reopened, grants=(run_out,))) == ["grant_expired"]
    assert reasons(question(case=reopened, grants=(handed_over,))) == ["grant_expired"]
    assert reasons(question(case=reopened, grants=(revoked,))) == ["grant_revoked"]


def test_C6_every_closing_counts_and_not_only_the_last():
    twice = case(("2026-07-01", "2026-07-10"), ("2026-09-01", "2026-09-10"))
    between = grant(from_="2026-08-01")

    assert reasons(question(case=twice, grants=(between,))) == ["grant_ended_by_closure"]
    assert reasons(question(case=twice, grants=(between,)), "2026-08-15") == []
    assert reasons(question(case=twice, grants=(grant(from_="2026-09-11"),))) == []


def test_C6_a_winding_down_is_a_setting_and_access_lasts_as_long():
    asked = question(case=case(("2026-10-30T17:00", None)), settings=PolicySettings(wind_down_days=3))

    assert edge(asked, "2026-11-02T16:59", "2026-11-02T17:00") == ([], ["case_closed", "grant_ended_by_closure"])
    ended = replace(asked, grants=(grant(ended_at="2026-11-02T17:00"),))
    assert edge(ended, "2026-11-02T16:59", "2026-11-02T17:00") == ([], ["case_closed", "grant_ended_by_closure"])


def test_C6_a_grant_made_while_a_case_winds_down_is_not_revived_either():
    during = grant(from_="2026-11-01")

    asked = question(
        case=case(("2026-10-30T17:00", "2026-11-10")), grants=(during,), settings=PolicySettings(wind_down_days=3)
    )

    assert reasons(asked) == ["grant_ended_by_closure"]


def test_C6_a_closed_case_of_which_nobody_knows_since_when_is_closed():
    assert reasons(question(case=case(status=CaseStatus.CLOSED))) == ["case_closed"]


# The grant (C5)


def test_C5_one_with_no_grant_reads_no_grant_whatever_else_is_true():
    asked = question(
        person=person(signatures=(), conflicts=(conflict("party_a"),)), case=case(("2026-10-30", None)), grants=()
    )

    assert reasons(asked) == ["no_grant"]


def test_C5_only_a_switched_off_account_comes_before_no_grant():
    assert reasons(question(person=person(left_at=question().at), grants=())) == ["account_not_active", "no_grant"]


def test_C5_a_grant_is_half_open():
    asked = question(grants=(grant(from_="2026-09-14", until="2026-12-18"),))

    assert edge(asked, "2026-09-13T23:59", "2026-09-14T00:00") == (["grant_not_started"], [])
    assert edge(asked, "2026-12-17T23:59", "2026-12-18T00:00") == ([], ["grant_expired"])


def test_C5_a_revocation_works_at_the_next_click_and_later_expiry_does_not_hide_it():
    asked = question(grants=(grant(until="2026-11-22", revoked_at="2026-11-20T10:00", ended_at="2026-11-20T10:00"),))

    assert edge(asked, "2026-11-20T09:59", "2026-11-20T10:00") == ([], ["grant_revoked"])
    assert reasons(asked, "2026-11-23") == ["grant_revoked"]


def test_C3_a_handover_ends_the_earlier_access():
    asked = question(grants=(grant(ended_at="2026-11-20T10:00"),))

    assert edge(asked, "2026-11-20T09:59", "2026-11-20T10:00") == ([], ["grant_expired"])


def test_C5_what_was_granted_later_was_not_there_before():
    back_dated = question(grants=(grant(granted_at="2026-11-20T10:00", from_="2026-06-01"),))

    assert edge(back_dated, "2026-11-20T09:59", "2026-11-20T10:00") == (["no_grant"], [])


def test_C5_a_grant_that_names_classes_covers_those_and_one_that_names_none_covers_all():
    tasks_only = (grant(record_classes=(RecordClass.TASK_NOTE,)),)

    assert reasons(question(grants=tasks_only)) == ["out_of_scope"]
    assert reasons(question(grants=tasks_only, record=record(record_class=RecordClass.TASK_NOTE))) == []
    assert reasons(question(Action.ADD_RECORD, grants=tasks_only, record_class=RecordClass.NOTE)) == ["out_of_scope"]
    for kind in RecordClass:
        assert reasons(question(record=replace(record(record_class=kind), mediator="worker"))) == []


def test_C10_a_private_note_stays_with_the_mediator_of_its_mediation_whatever_a_grant_says():
    private = record(record_class=RecordClass.MEDIATION_PRIVATE_NOTE)
    adding = question(Action.ADD_RECORD, compartment="sole:party_a", record_class=private.record_class)

    for mediator in ("another", None):
        assert reasons(question(record=replace(private, mediator=mediator))) == ["stays_with_mediator"]
    assert reasons(question(record=replace(private, mediator="worker"))) == []
    assert reasons(adding) == ["stays_with_mediator"]
    assert reasons(replace(adding, about_self=True)) == []


@pytest.mark.parametrize(
    "action, named",
    [
        (Action.LIST_CASE, "list"),
        (Action.READ_RECORD, "read"),
        (Action.ADD_RECORD, "add"),
        (Action.CHANGE_RECORD, "change"),
        (Action.EXPORT_RECORD, "export"),
    ],
)
def test_C5_a_grant_that_names_actions_covers_those(action, named):
    others = tuple({"list", "read", "add", "change", "export"} - {named})

    assert reasons(question(action, grants=(grant(actions=(named,)),))) == []
    assert reasons(question(action, grants=(grant(actions=others),))) == ["out_of_scope"]


@pytest.mark.parametrize("compartment", ["sole:party_b", "child:child_c", "joint", "external", "internal"])
def test_C2_what_another_source_told_us_stays_closed(compartment):
    own_side = (grant(compartments=("sole:party_a",)),)

    assert reasons(question(grants=own_side)) == []
    assert reasons(question(grants=own_side, record=record(compartment))) == ["other_source"]
    assert reasons(question(Action.ADD_RECORD, grants=own_side, compartment=compartment)) == ["other_source"]


def test_C2_the_records_own_compartment_counts_whatever_the_question_says():
    asked = question(grants=(grant(compartments=("joint",)),), record=record("sole:party_b"), compartment="joint")

    assert reasons(asked) == ["other_source"]


def test_C2_a_record_of_another_case_is_not_opened_by_a_grant_on_this_one():
    assert reasons(question(record=record(case_ref="OKF-2"))) == ["no_grant"]


# Several grants


def test_of_several_grants_the_one_that_allows_counts():
    run_out, other, live = grant("G-1", until="2026-07-01"), grant("G-2", compartments=()), grant("G-3")

    assert reasons(question(grants=(run_out, other, live))) == []
    assert reasons(question(grants=(live, other, run_out))) == []


@pytest.mark.parametrize("turn", [1, -1])
def test_among_grants_with_as_many_reasons_the_refusal_is_of_the_one_that_got_furthest(turn):
    grants = (
        grant("G-1", capacity=THERAPIST),
        grant("G-2", until="2026-07-01"),
        grant("G-3", compartments=("joint",)),
        grant("G-4", record_classes=(RecordClass.TASK_NOTE,)),
    )[::turn]

    assert reasons(question(grants=grants)) == ["other_source"]
    assert reasons(question(grants=[g for g in grants if g.id != "G-3"])) == ["out_of_scope"]
    assert reasons(question(grants=[g for g in grants if g.id in ("G-1", "G-2")])) == ["grant_expired"]


@pytest.mark.parametrize("turn", [1, -1])
def test_C7_if_none_allows_the_refusal_is_of_the_grant_with_the_fewest_reasons_against_it(turn):
    unsigned = grant("G-1", capacity=THERAPIST)
    elsewhere = grant("G-2", compartments=("joint",), record_classes=(RecordClass.TASK_NOTE,))
    revoked_elsewhere = grant("G-3", compartments=("joint",), revoked_at="2026-07-01")
    twice_out_of_scope = grant("G-4", record_classes=(RecordClass.TASK_NOTE,), actions=("list",))

    assert reasons(question(grants=(unsigned, elsewhere, revoked_elsewhere)[::turn])) == ["agreement_wrong_capacity"]
    assert reasons(question(grants=(elsewhere, revoked_elsewhere)[::turn])) == ["out_of_scope", "other_source"]
    assert reasons(question(grants=(unsigned, twice_out_of_scope)[::turn])) == ["out_of_scope"]


def test_no_grant_covers_half_of_what_another_covers_the_other_half_of():
    notes_of_a = grant("G-1", compartments=("sole:party_a",), record_classes=(RecordClass.NOTE,))
    tasks_of_b = grant("G-2", compartments=("sole:party_b",), record_classes=(RecordClass.TASK_NOTE,))

    assert reasons(question(grants=(notes_of_a, tasks_of_b), record=record("sole:party_b"))) != []


# A signing asked for once


def test_a_signing_asked_for_once_answers_the_same_on_every_case_and_never_for_other_facts():
    unsigned = person("unsigned", signatures=())
    once = with_signing(question(person=unsigned))

    assert once == replace(once, signing=None)
    assert reasons(replace(once, case=case(ref="OKF-2"), record=None, action=Action.LIST_CASE)) == ["no_agreement"]
    assert reasons(replace(once, person=person())) == []
    assert reasons(replace(with_signing(question()), person=unsigned)) == ["no_agreement"]
    assert reasons(replace(with_signing(question()), at=instant("2026-04-01"))) == ["no_agreement", "grant_not_started"]
    newer = versions(version("2", "2026-09-01"))
    assert reasons(replace(with_signing(question()), agreements=newer)) == ["agreement_superseded"]
    longer = replace(with_signing(question(agreements=newer)), settings=PolicySettings(resign_grace_days=365))
    assert reasons(longer) == []
    assert reasons(replace(with_signing(question()), grants=(grant(capacity=THERAPIST),))) == [
        "agreement_wrong_capacity"
    ]


# Whatever goes wrong


@pytest.mark.a_gate_breaks
def test_an_error_while_deciding_is_a_refusal_and_the_bug_is_logged(caplog):
    broken = question(agreements=FIRST, settings=None)

    decision = decide(broken)

    assert decision.decision is Outcome.DENY
    assert decision.primary == "error_while_deciding"
    assert "went wrong" in caplog.text
    assert "AttributeError" in caplog.text


def test_an_action_without_a_rule_is_refused():
    assert reasons(replace(question(person=person("anyone", *Role)), action="make_tea")) == ["not_permitted"]
