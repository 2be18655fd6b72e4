"""The routes of sharing on plain facts: what the rehearsals, which play the common cases, can't put in words."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from okf.policy.facts import RoleFacts
from okf.policy.recipients import COURT_SIDE, PUBLIC, SAFEGUARDING_RECIPIENTS, for_proceedings, kind_of
from okf.policy.routes import ROUTES
from okf.policy.share_facts import CompulsionFacts
from okf.policy.sharing import decide_share, relied_on
from okf.terms import Outcome, RecordClass, Role, Severity
from tests.policy.plain import case, person
from tests.policy.plain_sharing import DEPUTY, LEAD, MANAGER, TRUSTEE, agreement, decided, share, to, told_by
from tests.world import instant

SUMMARY = told_by("joint", RecordClass.OUTCOME_SUMMARY)
JOINT = told_by("joint")
NOTE = told_by()
DECIDED = {"legal_basis": ("dpa18_s1_p18",), "rationale": "harm is likely"}


def test_the_routes_stand_in_the_order_of_the_policy():
    assert [route.key for route in ROUTES] == [
        "immediate_danger",
        "legal_compulsion",
        "court_barred",
        "safeguarding",
        "data_subject_right",
        "own_lawyer_summary",
        "public_agreed",
        "express_agreement",
        "no_express_agreement",
    ]


def test_the_lists_of_recipients_do_not_overlap():
    assert not COURT_SIDE & SAFEGUARDING_RECIPIENTS
    assert not COURT_SIDE & PUBLIC
    assert not SAFEGUARDING_RECIPIENTS & PUBLIC


@pytest.mark.parametrize("spelled", ["Court", "court expert", "COURT-EXPERT", " judge "])
def test_C11_another_spelling_is_no_way_round(spelled):
    assert decided(records=(SUMMARY,), recipient=to(spelled)).primary == "court_barred"


@pytest.mark.parametrize("purpose", ["proceedings", "Court hearing", "court-report", "filing in court", "litigation"])
def test_C11_proceedings_are_known_by_what_they_are(purpose):
    assert for_proceedings(purpose)


def test_C11_to_anyone_for_proceedings_is_refused_even_when_both_agree():
    both = tuple(agreement(party, SUMMARY, to={"type": "gp"}) for party in ("party_a", "party_b"))

    assert decided(records=(SUMMARY,), agreements=both, purpose="support").allowed
    assert decided(records=(SUMMARY,), agreements=both, purpose="court_report").primary == "court_barred"


@pytest.mark.parametrize("purpose", [None, "legal_advice", "report", "support", "courtesy_call"])
def test_C11_other_purposes_are_no_proceedings(purpose):
    assert not for_proceedings(purpose)


def test_C11_a_document_of_a_mediation_is_mediation_material_whatever_its_class():
    filed = told_by(record_class=RecordClass.DOCUMENT, mediation_ref="MED-1")

    assert decided(records=(filed,), recipient=to("cafcass")).primary == "court_barred"


@pytest.mark.parametrize("paper", ["order", "summons", "warrant", "Court order"])
@pytest.mark.parametrize("sealed", [True, None])
def test_C9_a_legal_paper_goes_to_the_data_protection_lead_and_a_trustee(paper, sealed):
    decision = decided(records=(SUMMARY,), recipient=to("court"), compulsion=CompulsionFacts(paper, sealed))

    assert decision.decision is Outcome.ESCALATE
    assert decision.to == (Role.DATA_PROTECTION_LEAD, Role.TRUSTEE)
    assert dict(decision.due) == {}


def test_C9_immediate_danger_comes_before_a_legal_paper():
    paper = CompulsionFacts("warrant", sealed=True)

    assert decided(danger=True, recipient=to("police_999"), compulsion=paper).primary == "immediate_danger"


def test_C9_a_lead_who_is_also_the_reason_finds_it_with_the_other_lead_and_the_trustee():
    decision = decided(actor=LEAD, severity=Severity.HIGH, about=("dsl",), about_people=(LEAD,), **DECIDED)

    assert decision.primary == "subject_of_concern"
    assert decision.to == (Role.DEPUTY_DSL, Role.SAFEGUARDING_TRUSTEE)


def test_C9_a_concern_about_both_leads_is_the_trustees_to_decide():
    both = {"about": ("dsl", "deputy_dsl"), "about_people": (LEAD, DEPUTY), "severity": Severity.HIGH}

    assert decided(actor=LEAD, **both, **DECIDED).to == (Role.SAFEGUARDING_TRUSTEE,)
    assert decided(actor=TRUSTEE, **both, recipient=to("lado"), **DECIDED).allowed


def test_C9_a_concern_about_somebody_who_was_a_lead_stays_the_trustees_too():
    """As the concern itself does, for whoever leads now worked with them."""
    was_lead = replace(person("was_lead"), held_roles=(RoleFacts(Role.DSL, until=instant("2026-01-01")),))
    about = {"about": ("was_lead",), "about_people": (was_lead,), "severity": Severity.HIGH}

    assert decided(actor=TRUSTEE, **about, recipient=to("lado"), **DECIDED).allowed
    assert decided(actor=LEAD, **about, recipient=to("lado"), **DECIDED).allowed


def test_C9_the_trustee_decides_nothing_that_is_not_about_a_lead():
    assert decided(actor=TRUSTEE, severity=Severity.HIGH, **DECIDED).primary == "not_safeguarding_lead"


def test_C9_a_caseworker_who_worries_about_the_lead_is_not_sent_to_the_lead():
    decision = decided(severity=Severity.HIGH, about=("dsl",), about_people=(LEAD,), **DECIDED)

    assert decision.primary == "not_safeguarding_lead"
    assert decision.to == (Role.DEPUTY_DSL, Role.SAFEGUARDING_TRUSTEE)


def test_C9_what_is_not_said_of_consent_and_informing_is_a_condition():
    bare = decided(actor=LEAD, severity=Severity.LOW, **DECIDED)
    said = decided(
        actor=LEAD, severity=Severity.LOW, consent={"sought": True}, inform={"party_a": "informed"}, **DECIDED
    )

    assert {"record_whether_consent_was_sought", "record_who_is_informed"} <= set(bare.conditions)
    assert said.conditions == ("minimum_necessary", "second_review")


@pytest.mark.parametrize(
    "severity, confirmed",
    [(Severity.IMMEDIATE, True), (Severity.HIGH, True), (Severity.MEDIUM, False), (Severity.LOW, False)],
)
def test_C9_only_urgent_shares_are_confirmed_in_writing_within_a_day(severity, confirmed):
    decision = decided(actor=LEAD, severity=severity, **DECIDED)

    assert ("written_confirmation_by" in decision.due) is confirmed
    assert "chase_on" not in decision.due


def test_C8_a_joint_record_of_a_case_without_parties_on_file_is_agreed_by_nobody():
    assert decided(records=(JOINT,), cases={"OKF-1": case(parties=())}).primary == "no_express_agreement"
    assert decided(records=(JOINT,), cases={}).primary == "no_express_agreement"


def test_C8_what_is_kept_as_joint_needs_everyone_though_one_of_them_told_it():
    told = told_by("party_a", compartment="joint")
    one = agreement("party_a", told, to={"type": "gp"})
    other = agreement("party_b", told, to={"type": "gp"})

    assert not decided(records=(told,), agreements=(one,)).allowed
    assert decided(records=(told,), agreements=(one, other)).allowed


def test_C8_what_okf_noted_itself_no_party_can_agree_to():
    own = told_by("internal", compartment="internal")

    assert not decided(records=(own,), agreements=(agreement("party_a", own, to={"type": "gp"}),)).allowed


def test_C8_an_agreement_for_a_verified_lawyer_is_none_for_one_who_is_not():
    agreed = agreement("party_a", NOTE, to={"type": "lawyer", "acts_for": "party_a", "verified": True})

    assert decided(recipient=to("lawyer", acts_for="party_a", verified=True), agreements=(agreed,)).allowed
    assert not decided(recipient=to("lawyer", acts_for="party_a"), agreements=(agreed,)).allowed
    assert not decided(recipient=to("lawyer", acts_for="party_b", verified=True), agreements=(agreed,)).allowed


def test_C8_a_standing_agreement_is_relied_on_before_a_one_use_one_is_used_up():
    once = agreement("party_a", NOTE, to={"type": "gp"}, id="E-1", one_use=True)
    standing = agreement("party_a", NOTE, to={"type": "gp"}, id="E-2")
    q = share(agreements=(once, standing))

    assert [a.id for a in relied_on(q, decide_share(q))] == ["E-2"]
    alone = replace(q, agreements=(once,))
    assert "uses_up_the_agreement" in decide_share(alone).conditions
    assert [a.id for a in relied_on(alone, decide_share(alone))] == ["E-1"]


def test_C8_a_refused_share_relies_on_nothing():
    q = share()

    assert relied_on(q, decide_share(q)) == ()


def test_C8_an_expired_agreement_and_a_withdrawn_one_are_both_told_most_important_first():
    lapsed = (
        agreement("party_a", NOTE, to={"type": "gp"}, id="E-1", expires_on=date(2026, 11, 23)),
        agreement("party_a", NOTE, to={"type": "gp"}, id="E-2", withdrawn_at="2026-11-22T12:00"),
        agreement("party_a", NOTE, to={"type": "gp"}, id="E-3", given_at="2026-11-24T12:00"),
    )

    assert decided(agreements=lapsed).reason_keys == [
        "no_express_agreement",
        "agreement_withdrawn",
        "agreement_expired",
        "agreement_not_yet_given",
    ]


def test_C8_published_words_need_the_lead_and_a_second_person_who_still_work_here():
    everyone = tuple(agreement(who, NOTE, to={"type": "press"}) for who in ("party_a", "child_c"))
    asked = {"actor": MANAGER, "recipient": to("press"), "agreements": everyone, "identifiable": ("party_a", "child_c")}
    left = person("dsl", Role.DSL, left_at=share().at)

    assert decided(**asked, approved_by=(LEAD,)).allowed
    assert decided(**asked, approved_by=(left,)).reason_keys[-2:] == ["leads_word_missing", "second_person_missing"]
    by_lead = {**asked, "actor": LEAD}
    assert decided(**by_lead, approved_by=(LEAD,)).reason_keys == ["public_not_agreed", "second_person_missing"]
    assert decided(**by_lead, approved_by=(LEAD, MANAGER)).allowed


def test_C8_whoever_a_published_record_is_about_could_be_recognised_named_or_not():
    about_both = told_by(subjects=("party_a", "party_b"))
    one = agreement("party_a", about_both, to={"type": "social_media"})

    asked = {"actor": MANAGER, "records": (about_both,), "recipient": to("social_media"), "approved_by": (LEAD,)}

    assert decided(**asked, agreements=(one,)).primary == "public_not_agreed"
    assert decided(**asked, agreements=(one, agreement("party_b", about_both, to={"type": "social_media"}))).allowed


def test_C8_a_story_without_a_record_is_agreed_by_nobody():
    decision = decided(actor=MANAGER, records=(), recipient=to("social_media"), identifiable=(), approved_by=(LEAD,))

    assert decision.primary == "public_not_agreed"


def test_C12_a_solicitor_is_a_lawyer():
    assert kind_of("Solicitor") == "lawyer"
    asked = {"records": (SUMMARY,), "requested_by": ("party_a",), "purpose": "Legal advice"}
    assert decided(recipient=to("solicitor", acts_for="party_a", verified=True), **asked).allowed


@pytest.mark.parametrize(
    "change",
    [
        {"recipient": to("lawyer", acts_for="party_a")},
        {"recipient": to("lawyer", acts_for="party_b", verified=True)},
        {"recipient": to("lawyer", verified=True)},
        {"requested_by": ()},
        {"requested_by": ("party_b",)},
        {"requested_by": ("child_c",), "recipient": to("lawyer", acts_for="child_c", verified=True)},
        {"cases": {}},
    ],
)
def test_C12_everything_must_be_right_of_the_own_lawyer(change):
    asked = {
        "records": (SUMMARY,),
        "requested_by": ("party_a",),
        "purpose": "legal_advice",
        "recipient": to("lawyer", acts_for="party_a", verified=True),
    }

    assert decided(**asked).primary == "own_lawyer_summary"
    assert decided(**{**asked, **change}).reason_keys == ["not_own_lawyer"]


def test_C11_an_order_without_a_seal_compels_nothing():
    unsealed = CompulsionFacts("order", sealed=False)

    assert decided(records=(SUMMARY,), recipient=to("court"), compulsion=unsealed).primary == "court_barred"


def test_C8_an_agreement_ends_at_the_instant_of_its_withdrawal():
    withdrawn = agreement("party_a", NOTE, to={"type": "gp"}, withdrawn_at="2026-11-23T12:00")

    assert decided(at="2026-11-23T11:59", agreements=(withdrawn,)).allowed
    assert decided(at="2026-11-23T12:00", agreements=(withdrawn,)).reason_keys == [
        "no_express_agreement",
        "agreement_withdrawn",
    ]


def test_C12_both_faults_of_a_summary_are_told():
    draft = told_by("joint", RecordClass.OUTCOME_SUMMARY, status="draft")

    decision = decided(records=(draft,), recipient=to("lawyer"), purpose="legal_advice")

    assert decision.reason_keys == ["summary_not_issued", "not_own_lawyer"]


@pytest.mark.a_gate_breaks
def test_an_error_while_deciding_is_a_refusal_and_the_bug_is_logged(caplog):
    broken = share(actor=LEAD, severity=Severity.HIGH, settings=None, **DECIDED)

    decision = decide_share(broken)

    assert decision.decision is Outcome.DENY
    assert decision.primary == "error_while_deciding"
    assert "decide_share went wrong" in caplog.text
    assert "party_a" not in caplog.text
