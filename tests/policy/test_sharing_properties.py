"""What holds of every share, over generated questions."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given, strategies as st

from okf.policy.recipients import COURT_SIDE, PUBLIC, SAFEGUARDING_RECIPIENTS
from okf.policy.share_facts import CompulsionFacts, ExpressAgreementFacts, ShareQuestion
from okf.policy.sharing import decide_share, relied_on
from okf.terms import SAFEGUARDING_LEADS, Outcome, RecordClass, RecordStatus, Severity
from tests.policy.plain import person
from tests.policy.plain_sharing import DEPUTY, LEAD, MANAGER, WORKER, share, to, told_by
from tests.world import instant

NOW = instant("2026-11-23T12:00")
PEOPLE = ("party_a", "party_b", "child_c", "internal")
RECORDS = (
    told_by(),
    told_by("party_b"),
    told_by("child_c"),
    told_by("joint"),
    told_by("internal", compartment="internal"),
    told_by("joint", RecordClass.MEDIATION_JOINT_NOTE),
    told_by("party_a", RecordClass.MEDIATION_PRIVATE_NOTE),
    told_by("joint", RecordClass.OUTCOME_SUMMARY),
    told_by("joint", RecordClass.LEGAL_PAPER, mediation_ref="MED-1"),
    told_by("party_b", RecordClass.OUTCOME_SUMMARY, status=RecordStatus.DRAFT),
)
UNLISTED = ("parent", "employer", "grandparent", "police", "lawyer", "volunteer", "funder")
TYPES = (*sorted(COURT_SIDE | SAFEGUARDING_RECIPIENTS | PUBLIC), *UNLISTED, "Court", "court expert")
PURPOSES = (
    None,
    "support",
    "information",
    "legal_advice",
    "publicity",
    "subject_access",
    "proceedings",
    "court_hearing",
    "court_report",
    "Court report",
)
LEFT = person("left", left_at=NOW)
instants = st.sampled_from([NOW + timedelta(minutes=minutes) for minutes in (-600, -1, 0, 1, 600)])


@st.composite
def agreements(draw: st.DrawFn, like: str = "") -> ExpressAgreementFacts:
    """An express agreement that may name anything and may have come and gone."""
    given_at = draw(instants)
    return ExpressAgreementFacts(
        id=f"E-{draw(st.integers(1, 99))}",
        source=draw(st.sampled_from(PEOPLE)),
        records=tuple(r.id for r in draw(st.lists(st.sampled_from(RECORDS), min_size=1, max_size=10))),
        recipient={"type": like or draw(st.sampled_from(TYPES))},
        given_at=given_at,
        purpose=draw(st.sampled_from([None, None, "support", "proceedings"])),
        expires_on=draw(st.sampled_from([None, None, date(2026, 11, 23), date(2026, 11, 24)])),
        withdrawn_at=draw(st.none() | st.none() | instants),
        one_use=draw(st.booleans()),
        used_at=draw(st.none() | instants),
    )


# Three questions of four are on their way to one route, with little in the way; the fourth is anything at all.
SAFEGUARDING = {
    "severity": st.sampled_from([*Severity, None]),
    "legal_basis": st.sampled_from([("dpa18_s1_p18",), ("dpa18_s1_p18",), ("ukgdpr_6_1_f",), ("",), ()]),
    "rationale": st.sampled_from(["harm is likely", "harm is likely", " ", None]),
    "actor": st.sampled_from([LEAD, LEAD, DEPUTY, WORKER]),
    "about": st.sampled_from([("child_c",), ("dsl",)]),
}
ANYTHING = {
    **SAFEGUARDING,
    "actor": st.sampled_from([WORKER, MANAGER, LEAD, DEPUTY, LEFT]),
    "danger": st.booleans(),
    "compulsion": st.none()
    | st.builds(CompulsionFacts, st.sampled_from(["order", "letter"]), st.sampled_from([None, False])),
}
PATHS = ("agreed", "safeguarding", "summary", "anything")


@st.composite
def shares(draw: st.DrawFn, types: tuple[str, ...] = TYPES, path: str | None = None) -> ShareQuestion:
    """Any share at all, by way of one of the paths; on some everybody agreed, on others whoever was drawn."""
    path = path or draw(st.sampled_from(PATHS))
    kind = draw(st.sampled_from(("lawyer",) if path == "summary" and "lawyer" in types else types))
    some = [r for r in RECORDS if r.record_class is RecordClass.OUTCOME_SUMMARY] if path == "summary" else RECORDS
    records = tuple(draw(st.lists(st.sampled_from(some), max_size=2, unique=True)))
    agreed = draw(st.lists(agreements(like=kind), max_size=3))
    if path == "agreed" or draw(st.booleans()):
        ids = tuple(record.id for record in RECORDS)
        willing = PEOPLE if draw(st.booleans()) else draw(st.sampled_from([PEOPLE[1:], PEOPLE[:1], PEOPLE[:2]]))
        agreed += [ExpressAgreementFacts(f"E-{who}", who, ids, {"type": kind}, NOW) for who in willing]
    more = {"safeguarding": SAFEGUARDING, "anything": ANYTHING}.get(path, {})
    return share(
        records=records,
        recipient=to(
            kind,
            verified=draw(st.sampled_from([True, True, False])),
            acts_for=draw(st.sampled_from(["party_a", "party_a", "party_b", "child_c"])),
        ),
        purpose="legal_advice" if path == "summary" else draw(st.sampled_from(PURPOSES)),
        requested_by=draw(st.sampled_from([("party_a",), ("party_b",), ()])),
        agreements=tuple(agreed),
        identifiable=draw(st.sampled_from([(), ("party_a", "child_c")])),
        approved_by=draw(st.sampled_from([(LEAD,), (LEAD, MANAGER), (MANAGER,), ()])),
        **{name: draw(values) for name, values in more.items()},
    )


@given(shares(types=(*sorted(COURT_SIDE), "Court", "court expert")))
def test_C11_mediation_material_never_reaches_a_court_side_recipient(q):
    decision = decide_share(q)

    if q.mediation_material:
        assert not decision.allowed
        if decision.decision is Outcome.ESCALATE:
            assert decision.primary == "legal_compulsion"
            assert q.compulsion is not None


@given(shares())
def test_C11_mediation_material_is_never_allowed_for_proceedings_but_in_immediate_danger(q):
    for_court = q.purpose in ("proceedings", "court_hearing", "court_report", "Court report")

    if q.mediation_material and for_court and decide_share(q).allowed:
        assert decide_share(q).primary == "immediate_danger"


@given(shares())
def test_every_allowed_share_is_the_minimum_and_has_its_clause_and_authority(q):
    decision = decide_share(q)

    if decision.allowed:
        assert decision.decision is Outcome.ALLOW_WITH_CONDITIONS
        assert "minimum_necessary" in decision.conditions
        assert decision.clauses
        assert not decision.reasons
        by_agreement = decision.primary in ("express_agreement", "public_agreed")
        assert bool(relied_on(q, decision)) == by_agreement
    else:
        assert decision.primary == decision.reasons[0].key
        assert decision.clauses
        assert bool(decision.to) == (decision.decision is Outcome.ESCALATE)


@given(shares(path="summary"))
def test_C12_the_summary_goes_only_to_a_verified_lawyer_of_a_participant_who_asked(q):
    if decide_share(q).primary == "own_lawyer_summary":
        assert all(record.status == RecordStatus.ISSUED for record in q.records)
        assert q.recipient.verified
        assert q.recipient.acts_for in q.requested_by
        assert q.recipient.acts_for in ("party_a", "party_b")


@given(shares(path="agreed"))
def test_C8_whatever_leaves_on_agreement_was_agreed_by_each_source_in_time(q):
    decision = decide_share(q)

    if decision.primary == "express_agreement":
        for one in relied_on(q, decision):
            assert one.given_at <= q.at
            assert one.withdrawn_at is None or q.at < one.withdrawn_at
            assert not (one.one_use and one.used_at is not None and one.used_at <= q.at)
        for record in q.records:
            told = ("party_a", "party_b") if record.source == "joint" else (record.source,)
            assert {*told} <= {a.source for a in relied_on(q, decision) if record.id in a.records}


@given(shares())
def test_C10_mediation_material_leaves_only_with_its_marking(q):
    decision = decide_share(q)

    assert ("without_prejudice_marking" in decision.conditions) == (decision.allowed and q.mediation_material)


@given(shares())
def test_C8_without_an_agreement_only_the_three_other_ways_are_open(q):
    decision = decide_share(replace(q, agreements=()))

    if decision.allowed:
        assert decision.primary in ("immediate_danger", "safeguarding", "own_lawyer_summary")


@given(shares(), st.data())
def test_C8_an_agreement_given_later_never_changes_an_earlier_decision(q, data):
    later = replace(data.draw(agreements(like=q.recipient.type)), given_at=q.at + timedelta(minutes=1))

    before, after = decide_share(q), decide_share(replace(q, agreements=(*q.agreements, later)))

    assert (after.decision, after.primary, after.conditions, after.to) == (
        before.decision,
        before.primary,
        before.conditions,
        before.to,
    )
    assert set(after.reason_keys) - set(before.reason_keys) <= {"agreement_not_yet_given"}


@given(shares())
def test_C8_a_later_withdrawal_or_use_never_changes_an_earlier_decision(q):
    after = q.at + timedelta(minutes=1)
    untouched = tuple(replace(a, withdrawn_at=None, used_at=None) for a in q.agreements)
    ended_later = tuple(replace(a, withdrawn_at=after, used_at=after) for a in q.agreements)

    assert decide_share(replace(q, agreements=untouched)) == decide_share(replace(q, agreements=ended_later))


@given(shares(path="agreed"))
def test_C8_every_agreement_relied_on_is_needed(q):
    decision = decide_share(q)

    for one in relied_on(q, decision):
        fewer = tuple(a for a in q.agreements if a.source != one.source)
        assert not decide_share(replace(q, agreements=fewer)).allowed


@given(shares(types=(*UNLISTED, *sorted(PUBLIC)), path="safeguarding"))
def test_C9_safeguarding_sends_nothing_to_a_recipient_who_is_not_listed(q):
    assert decide_share(q).primary not in ("safeguarding", "immediate_danger")


@given(shares(path="safeguarding"))
def test_C9_safeguarding_is_decided_by_a_lead_in_writing(q):
    if decide_share(q).primary == "safeguarding":
        assert q.actor.roles(q.at) & SAFEGUARDING_LEADS
        assert q.actor.username not in q.about
        assert (q.rationale or "").strip()
        assert any(basis.strip() for basis in q.legal_basis)


@given(shares(types=tuple(sorted(SAFEGUARDING_RECIPIENTS))))
def test_C9_in_immediate_danger_nothing_stands_in_the_way(q):
    decision = decide_share(replace(q, danger=True))

    assert decision.primary == "immediate_danger"
    assert decision.allowed


@given(shares())
def test_one_who_left_shares_nothing_but_immediate_danger(q):
    decision = decide_share(replace(q, actor=LEFT))

    assert decision.primary in ("account_not_active", "immediate_danger")
