"""What opens a case besides a grant - a lead's concern, an emergency, custody - and what roles may do without one."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from okf.policy.access import decide
from okf.policy.decision import Decision
from okf.policy.facts import CheckFacts, PolicySettings, Question, RoleFacts
from okf.policy.table import ACCESS
from okf.terms import MEDIATION_MATERIAL, Action, Capacity, Outcome, Role
from tests.policy.plain import (
    NOW,
    case,
    concern,
    conflict,
    edge,
    emergency,
    grant,
    person,
    question,
    reasons,
    record,
    signed,
)
from tests.world import instant

CHRISTMAS = (date(2026, 12, 25), date(2026, 12, 28))
OPENING = sorted(action for action, rule in ACCESS.items() if rule.opens_case)
NOT_LEADS = sorted(set(Role) - {Role.DSL, Role.DEPUTY_DSL})


def conditions(decision: Decision) -> tuple[str, ...]:
    """The conditions of something that is allowed with some."""
    assert decision.decision is Outcome.ALLOW_WITH_CONDITIONS
    return decision.conditions


# A lead and a concern (C9)


def lead(*roles: Role, **facts: object) -> Question:
    """A lead without a grant asks for a record of a case with an open concern on it."""
    facts.setdefault("concerns", (concern(),))
    return question(person=person("lead", *(roles or (Role.DSL,))), grants=(), **facts)


@pytest.mark.parametrize("role", [Role.DSL, Role.DEPUTY_DSL])
def test_C9_a_lead_reads_the_records_of_a_case_with_a_concern_on_it(role):
    decision = decide(lead(role))

    assert decision.allowed
    assert "C9" in [clause.name for clause in decision.clauses]


def test_C9_a_lead_reads_as_long_as_the_concern_is_open():
    asked = lead(concerns=(concern(raised_at="2026-11-20T10:00", ended_at="2026-11-22T10:00"),))

    assert edge(asked, "2026-11-20T09:59", "2026-11-20T10:00") == (["no_grant"], [])
    assert edge(asked, "2026-11-22T09:59", "2026-11-22T10:00") == ([], ["no_grant"])


@pytest.mark.parametrize("role", NOT_LEADS)
def test_C9_a_concern_opens_the_case_to_nobody_else(role):
    assert reasons(lead(role)) == ["no_grant"]


def test_C9_a_concern_about_the_lead_opens_nothing_to_them():
    about_them = concern(about_people=["lead"])

    assert reasons(lead(concerns=(about_them,))) == ["no_grant"]
    assert reasons(lead(concerns=(about_them, concern("K-2")))) == []


@pytest.mark.parametrize("action", OPENING)
def test_C9_as_far_as_the_concern_needs(action):
    needed = {
        "list_case",
        "open_case",
        "read_record",
        "export_record",
        "add_record",
        "report_misfiling",
        "show_contact",
    }

    assert (reasons(replace(lead(), action=action)) == []) is (action in needed)


def test_C9_an_unsigned_or_conflicted_lead_is_told_what_bars_them():
    unsigned = replace(lead(), person=person("lead", Role.DSL, signatures=()))
    tied = replace(lead(), person=person("lead", Role.DSL, conflicts=(conflict("child_c"),)))

    assert reasons(unsigned) == ["no_agreement"]
    assert reasons(tied) == ["conflict_of_interest"]


def test_C9_a_lead_whose_grant_does_not_reach_still_has_the_concern():
    assert reasons(replace(lead(), grants=(grant(compartments=("joint",)),))) == []


# Emergency access (C5, C9)


def in_emergency(*opened: object, role: Role = Role.DSL, **facts: object) -> Question:
    """Somebody without a grant who opened the case in an emergency asks for a record."""
    facts.setdefault("settings", PolicySettings(bank_holidays=CHRISTMAS))
    return question(person=person("on_call", role), grants=(), emergencies=opened, **facts)


@pytest.mark.parametrize("role", [Role.DSL, Role.DEPUTY_DSL, Role.MANAGER])
def test_C5_an_emergency_access_lasts_four_hours(role):
    asked = in_emergency(emergency("2026-11-21T20:00"), role=role)

    assert edge(asked, "2026-11-21T19:59", "2026-11-21T20:00") == (["no_grant"], [])
    assert edge(asked, "2026-11-21T23:59", "2026-11-22T00:00") == ([], ["no_grant"])


def test_C5_the_hours_are_a_setting_and_count_as_hours_when_the_clocks_change():
    shorter = in_emergency(emergency("2026-11-21T20:00"), settings=PolicySettings(break_glass_hours=1))
    over_the_change = in_emergency(emergency("2026-10-24T23:30+00:00"))

    assert edge(shorter, "2026-11-21T20:59", "2026-11-21T21:00") == ([], ["no_grant"])
    assert edge(over_the_change, "2026-10-25T03:29+00:00", "2026-10-25T03:30+00:00") == ([], ["no_grant"])


def test_C5_an_emergency_access_says_that_it_is_reviewed_and_by_when():
    decision = decide(replace(in_emergency(emergency("2026-11-21T20:00")), at=instant("2026-11-21T21:00")))

    assert conditions(decision) == ("emergency_review",)
    assert decision.due == {"second_review_by": instant("2026-11-24")}
    assert [clause.name for clause in decision.clauses] == ["C2", "C5", "C6", "C7", "C9"]


@pytest.mark.parametrize("role", sorted(set(Role) - {Role.DSL, Role.DEPUTY_DSL, Role.MANAGER}))
def test_C5_nobody_else_has_an_emergency_access(role):
    asked = in_emergency(emergency("2026-11-23T09:00"), role=role)

    assert reasons(asked) == ["no_grant"]
    assert "not_permitted" in reasons(replace(asked, action=Action.OPEN_EMERGENCY_ACCESS, record=None, emergencies=()))


def test_C5_an_emergency_on_one_case_opens_no_other():
    assert reasons(in_emergency(emergency("2026-11-23T09:00", case_ref="OKF-2"))) == ["no_grant"]


@pytest.mark.parametrize("action", OPENING)
def test_C5_an_emergency_is_for_reading_and_for_putting_on_record_what_was_done(action):
    asked = replace(in_emergency(emergency("2026-11-23T09:00")), action=action)

    needed = {"list_case", "open_case", "read_record", "add_record", "report_misfiling", "show_contact"}
    assert (reasons(asked) == []) is (action in needed)


def test_C6_an_emergency_does_not_open_a_closed_case():
    closed = case(("2026-11-23T09:30", None))

    asked = in_emergency(emergency("2026-11-23T09:00"), case=closed, role=Role.MANAGER)
    assert edge(asked, "2026-11-23T09:29", "2026-11-23T09:30") == ([], ["no_grant"])
    opening = question(Action.OPEN_EMERGENCY_ACCESS, case=closed, person=person("on_call", Role.MANAGER), grants=())
    assert reasons(opening) == ["case_closed"]


def test_C7_an_emergency_access_needs_a_signature_too():
    asked = in_emergency(emergency("2026-11-23T09:00"))

    assert reasons(replace(asked, person=person("on_call", Role.DSL, signatures=()))) == ["no_agreement"]


OPEN_ANOTHER = question(
    Action.OPEN_EMERGENCY_ACCESS,
    person=person("on_call", Role.DSL),
    grants=(),
    settings=PolicySettings(bank_holidays=CHRISTMAS),
)


@pytest.mark.parametrize(
    "opened_at, overdue_from",
    [
        pytest.param("2026-11-23T10:00", "2026-11-25", id="Monday: the end of Tuesday"),
        pytest.param("2026-11-20T23:59", "2026-11-24", id="Friday night: the end of Monday"),
        pytest.param("2026-11-21T20:00", "2026-11-24", id="Saturday: the end of Monday"),
        pytest.param("2026-12-24T16:00", "2026-12-30", id="Christmas Eve: the end of the 29th"),
        pytest.param("2026-12-26T03:00", "2026-12-30", id="Boxing Day"),
        pytest.param("2026-10-23T12:00", "2026-10-27", id="over the change of the clocks"),
    ],
)
def test_C5_while_a_review_is_overdue_that_person_opens_no_other(opened_at, overdue_from):
    asked = replace(OPEN_ANOTHER, emergencies=(emergency(opened_at),))
    last_minute = instant(overdue_from).timestamp() - 60

    assert reasons(asked, instant(overdue_from).fromtimestamp(last_minute, tz=instant(overdue_from).tzinfo)) == []
    assert reasons(asked, overdue_from) == ["review_overdue"]


def test_C5_a_late_review_lets_them_open_another_from_then_on():
    asked = replace(OPEN_ANOTHER, emergencies=(emergency("2026-11-16T10:00", "2026-11-23T09:00"),))

    assert edge(asked, "2026-11-17T23:59", "2026-11-18T00:00") == ([], ["review_overdue"])
    assert edge(asked, "2026-11-23T08:59", "2026-11-23T09:00") == (["review_overdue"], [])


def test_C5_an_emergency_access_opened_past_an_overdue_review_opens_nothing():
    unreviewed, another = emergency("2026-11-16T10:00"), emergency("2026-11-23T09:00", ref="X-2")

    assert reasons(in_emergency(unreviewed, another)) == ["no_grant"]
    assert reasons(in_emergency(replace(unreviewed, reviewed_at=instant("2026-11-17T10:00")), another)) == []


def test_C5_nobody_reviews_their_own_emergency_access():
    review = question(Action.REVIEW_EMERGENCY_ACCESS, person=person("on_call", Role.DSL), grants=())

    assert reasons(review) == []
    assert reasons(replace(review, about_self=True)) == ["own_review"]


# Custody (C6)


def custodian(role: Role = Role.DATA_PROTECTION_LEAD, **facts: object) -> Question:
    """A custodian without a grant asks for a record of a closed case, with a purpose."""
    facts = {"case": case(("2026-10-30T17:00", None)), "purpose": "a subject access request", **facts}
    return question(person=person("custodian", role), grants=(), **facts)


@pytest.mark.parametrize("role", sorted(Role))
def test_C6_a_closed_case_opens_to_a_custodian_with_a_purpose_and_to_no_other(role):
    custodians = {Role.DATA_PROTECTION_LEAD, Role.DSL, Role.DEPUTY_DSL}

    if role in custodians:
        assert conditions(decide(custodian(role))) == ("custodian_purpose_logged", "time_boxed")
    else:
        assert reasons(custodian(role)) == ["no_grant"]
    assert reasons(custodian(role, purpose=None)) == ["no_grant"]
    assert reasons(custodian(role, purpose="")) == ["no_grant"]


def test_C6_custody_begins_with_the_closing_and_ends_with_the_reopening():
    asked = custodian(case=case(("2026-10-30T17:00", "2026-11-05T09:00")))

    assert edge(asked, "2026-10-30T16:59", "2026-10-30T17:00") == (["no_grant"], [])
    assert edge(asked, "2026-11-05T08:59", "2026-11-05T09:00") == ([], ["no_grant"])


@pytest.mark.parametrize("action", OPENING)
def test_C6_a_custodian_reads_and_changes_nothing(action):
    allowed = reasons(replace(custodian(), action=action)) == []

    assert allowed is (
        action in {"list_case", "open_case", "read_record", "export_record", "report_misfiling", "show_contact"}
    )


def test_C7_a_custodian_must_have_signed_and_have_no_tie():
    asked = custodian()

    bars = {
        "no_agreement": {"signatures": ()},
        "conflict_of_interest": {"conflicts": (conflict("party_b"),)},
        "check_expired": {"checks": (CheckFacts("vetting", date(2026, 1, 1), True),)},
    }
    for expected, facts in bars.items():
        barred = person("custodian", Role.DATA_PROTECTION_LEAD, **facts)
        assert reasons(replace(asked, person=barred)) == [expected]


# Concerns (C9)


@pytest.mark.parametrize("capacity", sorted(Capacity))
def test_C9_anyone_active_raises_a_concern_unsigned_without_a_grant_on_a_closed_case(capacity):
    nobody_special = person("anyone", capacity=capacity, signatures=(), organisation=None)

    asked = question(Action.RAISE_CONCERN, person=nobody_special, grants=(), case=case(("2026-10-30", None)))

    assert reasons(asked) == []
    assert reasons(replace(asked, person=replace(nobody_special, left_at=instant(NOW)))) == ["account_not_active"]


def reading(username: str, *roles: Role, **facts: object) -> Question:
    """Somebody asks to read a concern."""
    facts.setdefault("concern", concern())
    return question(Action.READ_CONCERN, person=person(username, *roles), grants=(grant(),), **facts)


def test_C9_a_concern_is_read_by_the_lead_the_deputy_and_whoever_raised_it():
    assert reasons(reading("dsl", Role.DSL)) == []
    assert reasons(reading("deputy", Role.DEPUTY_DSL)) == []
    assert reasons(reading("reporter")) == []
    for role in NOT_LEADS:
        assert reasons(reading("caseworker", role)) == ["not_safeguarding_lead"]


def test_C9_what_they_reported_themselves_they_read_even_unsigned():
    asked = reading("reporter")

    assert reasons(replace(asked, person=replace(asked.person, signatures=()))) == []
    assert reasons(replace(asked, action=Action.TRIAGE_CONCERN)) == ["not_safeguarding_lead"]


def test_C9_the_lead_a_concern_is_about_sees_nothing_of_it():
    assert reasons(reading("dsl", Role.DSL, concern=concern(about_people=["dsl"])))[0] == "subject_of_concern"
    assert reasons(reading("dsl", Role.DSL, concern=concern(about_people=["somebody_else"]))) == []


def test_C9_who_raised_it_reads_their_own_words_also_where_it_is_about_them():
    own = reading("reporter", Role.CASEWORKER, concern=concern(about_people=["reporter"]))

    assert reasons(own) == []
    assert reasons(replace(own, action=Action.ADD_TO_OWN_REPORT)) == []
    assert reasons(replace(own, action=Action.REVIEW_DECISION))[0] == "subject_of_concern"


def test_C9_a_concern_about_a_lead_is_also_the_safeguarding_trustees():
    about_lead = concern(about_people=["dsl"], about_lead=True)

    assert reasons(reading("trustee", Role.SAFEGUARDING_TRUSTEE, concern=about_lead)) == []
    assert reasons(reading("trustee", Role.SAFEGUARDING_TRUSTEE)) == ["not_safeguarding_lead"]


def test_C9_a_concern_is_not_reached_by_naming_another_case():
    assert reasons(reading("dsl", Role.DSL, concern=concern(case_ref="OKF-2"))) == ["no_grant"]


# Closing with an open concern (C6)


def closing(username: str, role: Role, *concerns: object) -> Question:
    """Somebody would close the case."""
    return question(Action.CLOSE_CASE, person=person(username, role), grants=(), concerns=concerns)


def test_C6_a_case_with_an_open_concern_closes_only_with_the_leads_word():
    decision = decide(closing("manager", Role.MANAGER, concern()))

    assert decision.decision is Outcome.ESCALATE
    assert decision.primary == "open_concern"
    assert decision.to == (Role.DSL, Role.DEPUTY_DSL)
    assert not decision.allowed
    assert decide(closing("manager", Role.MANAGER, concern(ended_at="2026-11-22"))).allowed
    assert decide(closing("dsl", Role.DSL, concern())).allowed


@pytest.mark.parametrize("who, role", [("manager", Role.MANAGER), ("dsl", Role.DSL), ("deputy", Role.DEPUTY_DSL)])
def test_C9_whom_the_open_concerns_are_about_is_answered_about_closing_as_if_there_were_none(who, role):
    about_them = [concern("K-1", about_people=[who]), concern("K-2", about_people=[who, "somebody_else"])]

    assert decide(closing(who, role, *about_them)) == decide(closing(who, role))


def test_C6_a_concern_beside_the_one_about_the_manager_still_needs_the_leads_word():
    both = [concern("K-1", about_people=["manager"]), concern("K-2")]

    assert decide(closing("manager", Role.MANAGER, *both)) == decide(closing("manager", Role.MANAGER, concern("K-2")))
    assert decide(closing("manager", Role.MANAGER, *both)).decision is Outcome.ESCALATE


def test_C6_a_lead_reopens_a_case_with_an_open_concern_on_it_and_no_other():
    def reopening(*concerns: object) -> list[str]:
        closed = case(("2026-11-20T17:00", None))
        lead = person("dsl", Role.DSL)
        return reasons(question(Action.REOPEN_CASE, person=lead, grants=(), case=closed, concerns=concerns))

    assert reopening(concern()) == []
    assert reopening() == reopening(concern(about_people=["dsl"])) == ["not_permitted"]
    assert reopening(concern(ended_at="2026-11-22")) == ["not_permitted"]


# Conduct below the threshold of harm, kept about a worker (C9)


@pytest.mark.parametrize(
    "reader, role, about, ever, against",
    [
        ("dsl", Role.DSL, "worker", Role.CASEWORKER, []),
        ("dsl", Role.DSL, "dsl", Role.DSL, ["subject_of_concern"]),
        ("deputy", Role.DEPUTY_DSL, "dsl", Role.DSL, []),
        ("trustee", Role.SAFEGUARDING_TRUSTEE, "dsl", Role.DSL, []),
        ("trustee", Role.SAFEGUARDING_TRUSTEE, "worker", Role.CASEWORKER, ["not_safeguarding_lead"]),
        ("manager", Role.MANAGER, "worker", Role.CASEWORKER, ["not_safeguarding_lead"]),
    ],
)
def test_C9_low_level_concerns_are_the_leads_and_those_about_a_lead_the_deputys_and_the_trustees(
    reader, role, about, ever, against
):
    asked = question(Action.NOTE_LOW_LEVEL, person=person(reader, role), grantee=person(about, ever), grants=())

    assert reasons(asked) == against


# Granting (C5)


@pytest.mark.parametrize("role", sorted(Role))
def test_C5_managers_and_leads_grant_to_others_and_nobody_to_themselves(role):
    asked = question(Action.GRANT, person=person("granter", role), grants=(), grantee=person("other"))
    may = role in {Role.MANAGER, Role.DSL, Role.DEPUTY_DSL}

    assert reasons(asked) == ([] if may else ["not_permitted"])
    to_self = replace(asked, grantee=asked.person)
    assert reasons(to_self) == (["own_grant"] if may else ["not_permitted", "own_grant"])


def test_C5_nobody_grants_to_one_with_a_conflict_or_on_a_closed_case():
    asked = question(Action.GRANT, person=person("manager", Role.MANAGER), grants=(), grantee=person("other"))

    tied = person("other", conflicts=(conflict("child_c", lifted_at="2026-11-23T10:01"),))
    assert reasons(replace(asked, grantee=tied)) == ["conflict_of_interest"]
    assert reasons(replace(asked, grantee=tied), "2026-11-23T10:01") == []
    assert reasons(replace(asked, case=case(("2026-11-01", None)))) == ["case_closed"]


def test_C5_one_who_worked_for_a_party_cannot_be_the_mediator():
    asked = question(Action.GRANT, person=person("manager", Role.MANAGER), grants=(), grantee_past=True)

    assert reasons(replace(asked, grantee=person("mediator", Role.MEDIATOR))) == ["conflict_of_interest"]
    assert reasons(replace(asked, grantee=person("caseworker", Role.CASEWORKER))) == []
    fresh = replace(asked, grantee=person("mediator", Role.MEDIATOR), grantee_past=False)
    assert reasons(fresh) == []


def test_C5_one_who_mediates_works_for_neither_party_besides():
    mediator = person("mediator", Role.MEDIATOR, Role.CASEWORKER)
    asked = question(Action.GRANT, person=person("manager", Role.MANAGER), grants=(), grantee=mediator)
    asked = replace(asked, grantee_mediated=True)

    notes = grant(compartments=("sole:party_b",), record_classes=("note",))
    assert reasons(replace(asked, giving=notes)) == ["conflict_of_interest"]
    assert reasons(replace(asked, lead_for="party_b")) == ["conflict_of_interest"]
    assert reasons(replace(asked, giving=replace(notes, record_classes=tuple(MEDIATION_MATERIAL)))) == []


ACTS_FOR_NEITHER = (
    Action.DECIDE_MISFILING,
    Action.LOOK_FIRST,
    Action.TAKE_OFF_LOOK_FIRST,
    Action.PUT_ON_CASE,
    Action.READ_RECORD,
)


@pytest.mark.parametrize("action", ACTS_FOR_NEITHER)
def test_C2_nobody_who_works_for_a_side_acts_on_the_case_by_their_role(action: Action):
    keeps = person("manager", Role.MANAGER, Role.CASEWORKER)
    asked = question(action, person=keeps, record=None, compartment="external", grants=())

    for own in ("sole:party_a", "child:child_c"):
        side = grant(compartments=(own,))
        assert not decide(replace(asked, grants=(side,))).allowed
        assert decide(replace(asked, grants=(replace(side, until=instant("2026-11-23T09:00")),))).allowed
    assert decide(replace(asked, grants=(grant(compartments=("joint",)),))).allowed
    assert not decide(replace(asked, across=True)).allowed


def test_C2_no_emergency_opens_the_whole_of_a_family_to_who_works_for_one_side_of_it():
    asked = question(Action.OPEN_EMERGENCY_ACCESS, person=person("manager", Role.MANAGER), grants=())

    assert reasons(asked) == []
    assert reasons(replace(asked, across=True)) == ["works_for_a_side"]
    assert reasons(replace(asked, grants=(grant(compartments=("sole:party_a",)),))) == ["works_for_a_side"]
    assert reasons(replace(asked, grants=(grant(compartments=("joint",)),))) == []


def test_C2_an_emergency_access_opens_nothing_more_once_its_holder_works_for_one_side():
    reading = question(
        Action.READ_RECORD,
        person=person("manager", Role.MANAGER),
        grants=(),
        record=record("sole:party_b"),
        emergencies=(emergency("2026-11-23T09:00"),),
    )

    assert decide(reading).allowed
    assert not decide(replace(reading, across=True)).allowed
    assert not decide(replace(reading, grants=(grant(compartments=("sole:party_a",)),))).allowed


def test_C9_a_lead_opens_what_a_concern_needs_whatever_else_they_do_there():
    reading = question(
        Action.READ_RECORD,
        person=person("lead", Role.DSL),
        grants=(grant(compartments=("sole:party_a",)),),
        record=record("sole:party_b"),
        concerns=(concern(),),
    )

    assert decide(reading).allowed


def test_C5_only_somebody_else_lifts_a_conflict():
    lifting = question(Action.LIFT_CONFLICT, person=person("manager", Role.MANAGER), grants=())

    assert reasons(lifting) == []
    assert reasons(replace(lifting, about_self=True)) == ["own_review"]


# Roles


def test_C4_an_administrator_opens_no_case():
    for action in OPENING:
        asked = question(
            action,
            person=person("administrator", Role.ADMINISTRATOR),
            grants=(),
            concerns=(concern(),),
            emergencies=(emergency("2026-11-23T09:00"),),
            purpose="curiosity",
        )
        assert reasons(asked) == ["no_grant"], action
        assert reasons(replace(asked, case=case(("2026-11-01", None)))) == ["no_grant"], action


def test_C5_a_manager_has_the_caseloads_figures_and_no_record():
    manager = person("manager", Role.MANAGER)

    assert reasons(question(Action.LIST_CASELOAD, person=manager, case=None, grants=())) == []
    assert reasons(question(person=manager, grants=())) == ["no_grant"]
    assert reasons(question(person=manager, grants=(), record=record("joint"), concerns=(concern(),))) == ["no_grant"]


def test_C7_a_manager_signs_before_they_manage():
    unsigned = person("manager", Role.MANAGER, signatures=())

    for action in (Action.LIST_CASELOAD, Action.GRANT, Action.CLOSE_CASE, Action.OPEN_NEW_CASE):
        assert reasons(question(action, person=unsigned, grants=(), grantee=person("other"))) == ["no_agreement"]


def test_a_role_counts_for_the_span_in_which_it_is_held():
    spell = RoleFacts(Role.MANAGER, instant("2026-11-01"), instant("2026-12-01"))
    stand_in = replace(person("stand_in"), held_roles=(spell,))
    asked = question(Action.LIST_CASELOAD, person=stand_in, case=None, grants=())

    assert edge(asked, "2026-10-31T23:59", "2026-11-01T00:00") == (["not_permitted"], [])
    assert edge(asked, "2026-11-30T23:59", "2026-12-01T00:00") == ([], ["not_permitted"])


@pytest.mark.parametrize(
    "action",
    [
        Action.LIST_OWN_CASES,
        Action.LIST_OWN_CONCERNS,
        Action.LIST_OWN_AGREEMENTS,
        Action.SIGN_AGREEMENT,
        Action.MANAGE_OWN_ACCOUNT,
        Action.SEE_OWN_ACCESS,
        Action.ASK_WHY,
        Action.RAISE_CONCERN,
        Action.DECLARE_CONFLICT,
    ],
)
def test_what_is_ones_own_needs_no_signature_and_no_role(action):
    anyone = person("anyone", capacity=Capacity.VOLUNTEER, signatures=())

    assert reasons(question(action, person=anyone, case=None, grants=())) == []
    gone = replace(anyone, left_at=instant(NOW))
    assert reasons(question(action, person=gone, case=None, grants=())) == ["account_not_active"]


@pytest.mark.parametrize(
    "action, roles",
    [
        (Action.MANAGE_ACCOUNTS, {Role.ADMINISTRATOR}),
        (Action.INVITE, {Role.ADMINISTRATOR}),
        (Action.CHANGE_SETTINGS, {Role.ADMINISTRATOR}),
        (Action.GIVE_ROLE, {Role.MANAGER}),
        (Action.LOAD_CASELOAD, set()),
        (Action.IMPORT_CASELOAD, {Role.ADMINISTRATOR, Role.MANAGER}),
        (Action.READ_AUDIT, {Role.DSL, Role.DEPUTY_DSL, Role.DATA_PROTECTION_LEAD}),
        (Action.LIST_CASELOAD, {Role.MANAGER}),
        (Action.OPEN_NEW_CASE, {Role.MANAGER}),
        (Action.REOPEN_CASE, {Role.MANAGER}),
        (Action.SET_CASELOAD_LIMIT, {Role.MANAGER}),
        (Action.MEND_FIGURES, set()),
        (Action.BACK_UP, set()),
        (Action.SEE_BACKUPS, {Role.ADMINISTRATOR, Role.MANAGER}),
        (Action.ASK_WHY_OF_OTHERS, {Role.MANAGER, Role.DSL, Role.DEPUTY_DSL, Role.DATA_PROTECTION_LEAD}),
        (
            Action.REHEARSE,
            {
                Role.MANAGER,
                Role.DSL,
                Role.DEPUTY_DSL,
                Role.DATA_PROTECTION_LEAD,
                Role.TRUSTEE,
                Role.SAFEGUARDING_TRUSTEE,
            },
        ),
        (
            Action.LIST_AGREEMENTS,
            {Role.MANAGER, Role.DSL, Role.DEPUTY_DSL, Role.DATA_PROTECTION_LEAD, Role.COMPLIANCE_VIEWER},
        ),
    ],
)
def test_what_needs_a_role_is_for_these_roles_alone(action, roles):
    allowed = {
        role
        for role in Role
        if reasons(question(action, person=person("anyone", role), grants=(), grantee=person("other"))) == []
    }

    assert allowed == roles


def test_the_host_does_only_what_is_marked_for_it():
    host = replace(person("host", *Role, signatures=()), is_host=True)

    for action, rule in ACCESS.items():
        if rule.by_host:
            assert reasons(question(action, person=host, grants=())) == []
        elif rule.opens_case:
            assert reasons(question(action, person=host, grants=())) == ["no_grant"]


def test_a_signature_in_one_capacity_does_not_serve_a_role_held_in_another():
    wrong = person("manager", Role.MANAGER, signatures=signed("2026-05-01", kind=Capacity.VOLUNTEER))

    assert reasons(question(Action.LIST_CASELOAD, person=wrong, case=None, grants=())) == ["agreement_wrong_capacity"]
