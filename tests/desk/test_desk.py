"""The one door: decide, change, record, commit - or refuse; for whoever is here, by the desk's own clock."""

from __future__ import annotations

import random
import threading
from datetime import UTC, datetime

import pytest

from okf.desk import Desk
from okf.errors import NotFound, Refused
from okf.policy.table import ACCESS
from okf.store.models import AccessGrant, Case, CaseClosure
from okf.terms import Action, CaseStatus, Outcome, RecordClass, Role
from tests.world import World, instant


@pytest.fixture
def charity(world: World) -> World:
    """A manager, a caseworker with a case of their own, and a volunteer with none."""
    world.manager()
    world.caseworker()
    world.volunteer()
    world.case("OKF-1", granted_to=["caseworker"])
    world.record("OKF-1", "N-1", text="the confidential words")
    return world


def attempt(desk: Desk, action: Action, *args: str, **subject: object) -> None:
    """Enter a deed and do nothing."""
    with desk.permitted(action, *args, **subject):
        pass


# Refusals


def test_C5_a_refusal_is_on_record_with_all_its_reasons_and_nothing_was_done(charity: World):
    done = []

    def body() -> None:
        with charity.desk("volunteer", session_id="S-1").permitted(Action.READ_RECORD, record="N-1"):
            done.append(True)

    with pytest.raises(Refused) as refused:
        body()

    assert not done
    assert refused.value.decision.primary == "no_grant"
    (event,) = charity.events()
    assert (event.actor, event.action, event.outcome) == ("volunteer", Action.READ_RECORD, Outcome.DENY)
    assert (event.case_ref, event.subject, event.session_id) == ("OKF-1", "N-1", "S-1")
    assert event.reasons == ["no_grant"]
    assert event.clauses == ["C2", "C5", "C6", "C7"]
    assert event.facts == {}


def test_C5_the_record_never_holds_the_confidential_words(charity: World):
    attempt(charity.desk("caseworker"), Action.READ_RECORD, record="N-1")
    with pytest.raises(Refused):
        attempt(charity.desk("volunteer"), Action.READ_RECORD, record="N-1")

    told = [str(vars(event)) for event in charity.events()]
    assert len(told) == 2
    assert not [event for event in told if "confidential words" in event]


def test_a_refusal_says_one_plain_sentence_without_a_name(charity: World):
    charity.person("unsigned", signed=None)
    charity.grant("unsigned", "OKF-1")

    with pytest.raises(Refused) as refused:
        attempt(charity.desk("unsigned"), Action.READ_RECORD, record="N-1")

    assert str(refused.value) == (
        "This is refused: no Confidentiality Agreement signed by them is on file (C7). Sign it on the Agreements page."
    )


def test_what_somebody_else_must_decide_is_on_record_as_that(charity: World):
    charity.concern("OKF-1")

    with pytest.raises(Refused):
        attempt(charity.desk("manager"), Action.CLOSE_CASE, "OKF-1")

    assert [event.outcome for event in charity.events()] == [Outcome.ESCALATE]


@pytest.mark.a_gate_breaks
def test_an_error_while_deciding_is_a_refusal_on_record(charity: World, monkeypatch):
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("okf.policy.standing.latest", broken)
    with pytest.raises(Refused):
        attempt(charity.desk("caseworker"), Action.READ_RECORD, record="N-1")

    assert [event.reasons for event in charity.events()] == [["error_while_deciding"]]


# What is not there


@pytest.mark.parametrize(
    "asked",
    [
        {"case_ref": "OKF-404"},
        {"record": "N-404"},
        {"concern": "K-404"},
        {"case_ref": "OKF-1", "grantee": "nobody_at_all"},
    ],
)
@pytest.mark.one_database
def test_what_is_not_on_file_is_not_found_and_leaves_no_event(charity: World, asked: dict[str, str]):
    with pytest.raises(NotFound):
        attempt(charity.desk("manager"), Action.GRANT, **asked)

    assert charity.events() == []


@pytest.mark.one_database
def test_one_who_is_not_signed_in_or_not_on_file_is_nobody(charity: World):
    for who in (None, "stranger", "host"):
        with pytest.raises(NotFound):
            attempt(charity.desk(who), Action.LIST_OWN_CASES)

    assert charity.events() == []


def test_C2_a_record_is_not_opened_by_naming_it_on_a_case_that_one_may_open(charity: World):
    charity.case("OKF-2")
    charity.record("OKF-2", "N-2")

    with pytest.raises(Refused):
        attempt(charity.desk("caseworker"), Action.READ_RECORD, "OKF-1", record="N-2")


# The clock and other instants


def test_a_deed_happens_at_the_instant_of_the_desks_clock(charity: World):
    at = charity.at("2026-12-01T09:30")

    attempt(charity.desk("caseworker"), Action.READ_RECORD, record="N-1")

    assert [event.at for event in charity.events()] == [at]


def test_C7_a_question_about_another_instant_is_answered_as_it_stood_then(charity: World):
    volunteer = charity.volunteer("late", signed="2026-11-12T09:00")
    charity.grant(volunteer, "OKF-1")

    assert charity.reasons(volunteer, Action.READ_RECORD, record="N-1") == []
    before = charity.reasons(volunteer, Action.READ_RECORD, record="N-1", at="2026-11-12T08:59")
    assert before == ["no_agreement"]


def test_a_past_question_is_answered_with_the_settings_and_roles_of_its_day(charity: World):
    charity.setting("wind_down_days", 14)
    charity.setting("wind_down_days", 0, from_="2026-11-10T12:00")
    charity.role("volunteer", Role.MANAGER, since="2026-11-01", until="2026-11-08")
    grant = charity.all(AccessGrant)[0].id
    charity.close("OKF-1", "2026-11-05T17:00")

    assert charity.one(AccessGrant, id=grant).ended_at == instant("2026-11-05T17:00")
    assert not charity.reasons("caseworker", Action.READ_RECORD, record="N-1", at="2026-11-05T16:59")
    assert "case_closed" not in charity.reasons("caseworker", Action.READ_RECORD, record="N-1", at="2026-11-10T11:59")
    assert "case_closed" in charity.reasons("caseworker", Action.READ_RECORD, record="N-1", at="2026-11-10T12:00")
    assert charity.may("volunteer", Action.LIST_CASELOAD, at="2026-11-07T23:59")
    assert not charity.may("volunteer", Action.LIST_CASELOAD, at="2026-11-08T00:00")


def test_a_question_about_somebody_else_is_about_them(charity: World):
    asked = charity.desk("manager").decide(Action.READ_RECORD, record="N-1", actor="caseworker")

    assert asked.allowed
    assert not charity.may("manager", Action.READ_RECORD, record="N-1")


def test_asking_changes_nothing_and_is_not_a_deed(charity: World):
    charity.why("volunteer", Action.READ_RECORD, record="N-1")

    assert charity.events() == []


@pytest.mark.one_database
@pytest.mark.parametrize("other", [{"actor": "caseworker"}, {"at": instant("2026-06-02")}])
def test_nobody_does_a_deed_as_somebody_else_or_at_another_time(charity: World, other: dict[str, object]):
    with pytest.raises(TypeError):
        attempt(charity.desk("volunteer"), Action.READ_RECORD, record="N-1", **other)

    assert charity.events() == []


# The policy, through the desk: what rows say is what is decided


def test_C5_every_column_of_a_grant_counts(charity: World):
    def reasons(**columns: object) -> list[str]:
        world, who = charity, f"worker_{next(number)}"
        world.person(who)
        grant = world.grant(who, "OKF-1", **columns)
        found = world.reasons(who, Action.READ_RECORD, record="N-1")
        world.end_grant(grant)
        assert world.reasons(who, Action.READ_RECORD, record="N-1") != []
        return found

    number = iter(range(100))
    assert reasons() == []
    assert reasons(compartments=["joint"]) == ["other_source"]
    assert reasons(record_classes=[RecordClass.TASK_NOTE]) == ["out_of_scope"]
    assert reasons(actions=["list"]) == ["out_of_scope"]
    assert reasons(capacity="therapist") == ["agreement_wrong_capacity"]
    assert reasons(from_="2026-11-23T10:01") == ["no_grant"]  # granted then, too
    assert reasons(from_="2026-11-23T10:01", granted_at=instant("2026-11-01")) == ["grant_not_started"]
    assert reasons(until="2026-11-23T10:00") == ["grant_expired"]
    assert reasons(until="2026-11-23T10:01") == []


def test_C5_a_revocation_works_at_the_next_click(charity: World):
    desk = charity.desk("caseworker")
    attempt(desk, Action.READ_RECORD, record="N-1")

    charity.revoke(charity.all(AccessGrant)[0].id)

    with pytest.raises(Refused, match="revoked"):
        attempt(desk, Action.READ_RECORD, record="N-1")


def test_C6_closing_and_reopening_through_rows(charity: World):
    charity.close("OKF-1")
    closed = charity.reasons("caseworker", Action.READ_RECORD, record="N-1")
    charity.later(days=1)
    charity.reopen("OKF-1")
    reopened = charity.reasons("caseworker", Action.READ_RECORD, record="N-1")
    charity.grant("caseworker", "OKF-1", from_=charity.now)

    assert closed == ["case_closed", "grant_ended_by_closure"]
    assert reopened == ["grant_ended_by_closure"]
    assert charity.reasons("caseworker", Action.READ_RECORD, record="N-1") == []


def test_C6_a_custodian_opens_the_closed_case_with_a_purpose(charity: World):
    charity.person("data_lead", roles=[Role.DATA_PROTECTION_LEAD])
    charity.close("OKF-1")

    assert charity.reasons("data_lead", Action.READ_RECORD, record="N-1") == ["no_grant"]
    decision = charity.why("data_lead", Action.READ_RECORD, record="N-1", purpose="a subject access request")
    assert decision.conditions == ("custodian_purpose_logged", "time_boxed")


def test_C7_a_paper_signature_counts_from_its_verification(charity: World):
    charity.volunteer("on_paper", signed=None)
    charity.grant("on_paper", "OKF-1")
    charity.sign("on_paper", "2026-11-01", method="on_paper")
    assert charity.reasons("on_paper", Action.READ_RECORD, record="N-1") == ["no_agreement"]

    charity.volunteer("verified", signed=None)
    charity.grant("verified", "OKF-1")
    verified_at = instant("2026-11-20T12:00")
    charity.sign("verified", "2026-11-01", method="on_paper", verified_by="manager", verified_at=verified_at)

    asked = [
        charity.reasons("verified", Action.READ_RECORD, record="N-1", at=at)
        for at in ("2026-11-20T11:59", "2026-11-20T12:00")
    ]
    assert asked == [["no_agreement"], []]


def test_C7_a_later_signature_never_heals_an_earlier_access(charity: World):
    charity.agreement("staff", "2", datetime(2026, 9, 1, tzinfo=UTC).date())
    gap = "2026-10-01T10:00"
    before = charity.why("caseworker", Action.READ_RECORD, record="N-1", at=gap)

    charity.sign("caseworker")

    assert before.primary == "agreement_superseded"
    assert charity.why("caseworker", Action.READ_RECORD, record="N-1", at=gap) == before
    assert charity.may("caseworker", Action.READ_RECORD, record="N-1")


def test_C7_a_partner_loses_access_with_their_organisations_agreement(charity: World):
    charity.person("partner", capacity="allied_partner")
    charity.grant("partner", "OKF-1")
    assert charity.reasons("partner", Action.READ_RECORD, record="N-1") == []

    charity.organisation("harbour_advice", until=datetime(2026, 11, 23, tzinfo=UTC).date())

    assert charity.reasons("partner", Action.READ_RECORD, record="N-1") == ["partner_agreement_expired"]


def test_C5_a_conflict_bars_and_its_lifting_frees(charity: World):
    charity.conflict("caseworker", "party_b", declared_at="2026-11-01", lifted_at="2026-11-23T10:01")
    assert charity.reasons("caseworker", Action.READ_RECORD, record="N-1") == ["conflict_of_interest"]

    charity.later(minutes=1)

    assert charity.reasons("caseworker", Action.READ_RECORD, record="N-1") == []


def test_C5_emergency_access_over_a_weekend_through_rows(charity: World):
    charity.dsl()
    charity.emergency("dsl", "OKF-1", "2026-11-21T20:00")

    answers = [
        charity.why("dsl", Action.READ_RECORD, record="N-1", at=at).decision
        for at in ("2026-11-21T19:59", "2026-11-21T23:59", "2026-11-22T00:00")
    ]
    assert answers == [Outcome.DENY, Outcome.ALLOW_WITH_CONDITIONS, Outcome.DENY]
    assert charity.reasons("dsl", Action.OPEN_EMERGENCY_ACCESS, "OKF-1") == []
    charity.at("2026-11-24T00:00")
    assert charity.reasons("dsl", Action.OPEN_EMERGENCY_ACCESS, "OKF-1") == ["review_overdue"]
    assert charity.reasons("dsl", Action.REVIEW_EMERGENCY_ACCESS, "OKF-1", about="dsl") == ["own_review"]


def test_C9_concerns_through_rows(charity: World):
    charity.dsl()
    charity.person("deputy", roles=[Role.DEPUTY_DSL])
    about_dsl = charity.concern("OKF-1", about_people=["dsl"], raised_by="volunteer")

    assert charity.reasons("volunteer", Action.READ_CONCERN, concern=about_dsl) == []
    assert charity.reasons("deputy", Action.READ_CONCERN, concern=about_dsl) == []
    assert charity.reasons("dsl", Action.READ_CONCERN, concern=about_dsl) == ["subject_of_concern"]
    assert charity.reasons("caseworker", Action.READ_CONCERN, concern=about_dsl) == ["not_safeguarding_lead"]
    assert charity.reasons("deputy", Action.READ_RECORD, record="N-1") == []
    assert charity.reasons("dsl", Action.READ_RECORD, record="N-1") == ["no_grant"]


def test_C5_one_who_was_a_partys_caseworker_cannot_be_their_mediator(charity: World):
    charity.person("mediator", roles=[Role.MEDIATOR])
    charity.mediation("OKF-1")
    assert charity.reasons("manager", Action.GRANT, "OKF-1", grantee="mediator") == []

    charity.case("OKF-OLD", parties=["party_a"])
    charity.end_grant(charity.grant("mediator", "OKF-OLD", lead_for="party_a"))

    assert charity.reasons("manager", Action.GRANT, "OKF-1", grantee="mediator") == ["conflict_of_interest"]


# Two at once


def test_of_two_who_race_the_second_sees_what_the_first_did(charity: World):
    charity.manager("other_manager")
    first_in, go_on, seen = threading.Event(), threading.Event(), []

    def first() -> None:
        with charity.desk("manager").permitted(Action.CLOSE_CASE, "OKF-1") as deed:
            first_in.set()
            go_on.wait(5)
            case = deed.session.get_one(Case, "OKF-1")
            case.status, case.closed_at = CaseStatus.CLOSED, deed.at
            deed.add(CaseClosure(case_ref="OKF-1", closed_at=deed.at))

    def second() -> None:
        first_in.wait(5)
        threading.Timer(0.2, go_on.set).start()
        try:
            attempt(charity.desk("other_manager"), Action.CLOSE_CASE, "OKF-1")
        except Refused as refused:
            seen.append(refused.decision.primary)

    running = [threading.Thread(target=one) for one in (first, second)]
    for one in running:
        one.start()
    for one in running:
        one.join(20)

    assert seen == ["case_closed"]
    assert [event.outcome for event in charity.events()] == [Outcome.ALLOW, Outcome.DENY]


def test_an_access_revoked_while_a_deed_waits_refuses_it(charity: World):
    grant = charity.all(AccessGrant)[0].id
    entered, outcome = threading.Event(), []

    def late() -> None:
        entered.set()
        try:
            attempt(charity.desk("caseworker"), Action.CHANGE_RECORD, record="N-1")
        except Refused as refused:
            outcome.append(refused.decision.primary)

    waiting = threading.Thread(target=late)
    with charity.desk("manager").permitted(Action.END_GRANT, "OKF-1") as deed:
        waiting.start()
        entered.wait(5)
        waiting.join(0.2)
        row = deed.session.get_one(AccessGrant, grant)
        row.revoked_at = row.ended_at = deed.at
    waiting.join(20)

    assert outcome == ["grant_revoked"]


# The host's desk, and references


@pytest.mark.one_database
def test_the_host_does_what_is_for_the_host_and_opens_no_case(charity: World):
    host = charity.host()

    with host.permitted(Action.MANAGE_ACCOUNTS) as deed:
        assert deed.at == charity.now
    with pytest.raises(Refused):
        attempt(host, Action.READ_RECORD, record="N-1")
    for_it = {action for action, rule in ACCESS.items() if rule.by_host}
    assert {Action.MANAGE_ACCOUNTS, Action.IMPORT_CASELOAD} <= for_it
    assert not any(ACCESS[action].opens_case for action in for_it)
    assert [event.actor for event in charity.events()] == ["host", "host"]


@pytest.mark.one_database
def test_a_person_who_calls_themselves_host_is_not_the_host(charity: World):
    charity.person("host")

    with pytest.raises(Refused):
        attempt(charity.desk("host"), Action.MANAGE_ACCOUNTS)


@pytest.mark.one_database
def test_references_tell_nothing_of_how_many_there_are(charity: World):
    desk = charity.desk("manager", chance=random.Random(1))
    refs = [desk.new_ref("K") for _ in range(500)]

    assert len(set(refs)) == 500
    assert all(ref.startswith("K-") and len(ref) == 10 for ref in refs)
    assert not set("01ILOU") & set("".join(ref[2:] for ref in refs))
    assert charity.desk("manager", chance=random.Random(1)).new_ref("K") == refs[0]
    assert sorted(refs) != refs


def test_something_that_changed_no_row_is_put_on_record_too(charity: World):
    charity.desk("manager", session_id="S-1").note_event(Action.LIST_CASELOAD, subject="cases.csv", rows=12)

    (event,) = charity.events()
    assert (event.actor, event.subject, event.facts) == ("manager", "cases.csv", {"rows": 12})
