"""What holds of every question, over generated facts with every edge an instant of its own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta

from hypothesis import given, strategies as st

from okf.clock import london_date, start_of
from okf.policy.access import decide
from okf.policy.facts import (
    CheckFacts,
    ConcernFacts,
    FormerFacts,
    GrantFacts,
    OrganisationFacts,
    PolicySettings,
    Question,
    SignatureFacts,
    VersionFacts,
)
from okf.policy.standing import agreement_reasons, standing
from okf.policy.table import ACCESS
from okf.terms import SAFEGUARDING_LEADS, Action, Capacity, Change, Outcome, RecordClass, Role, Standing
from tests.policy.plain import WHOLE, case, concern, conflict, emergency, grant, person, record
from tests.world import instant

# A few days and the minutes around their edges, so that instants meet often.
DAYS = [date(2025, 11, 8), date(2026, 9, 15), date(2026, 10, 25), date(2026, 11, 22), date(2026, 11, 23)]
INSTANTS = sorted(
    instant(day) + timedelta(minutes=minutes) for day in DAYS for minutes in (-1, 0, 1, 600, 601, 600 + 240)
)
instants = st.sampled_from(INSTANTS)
maybe = st.none() | instants
rarely = st.sampled_from([None] * (2 * len(INSTANTS)) + INSTANTS)
EARLY = st.sampled_from([INSTANTS[0]] * 3 + INSTANTS)  # most things began before the question was asked
KINDS = [Capacity.STAFF, Capacity.VOLUNTEER]
OPENING = sorted(action for action, rule in ACCESS.items() if rule.opens_case)


@st.composite
def grants(draw: st.DrawFn) -> GrantFacts:
    """A grant that may have come, gone, been revoked or been narrowed."""
    from_ = draw(EARLY)
    revoked_at = draw(rarely)
    return grant(
        f"G-{draw(st.integers(1, 99))}",
        capacity=draw(st.sampled_from([Capacity.STAFF, *KINDS])),
        compartments=draw(st.sampled_from([WHOLE, WHOLE, WHOLE, ("joint",), ()])),
        record_classes=draw(st.sampled_from([(), (), (RecordClass.NOTE,), (RecordClass.TASK_NOTE,)])),
        from_=from_,
        until=draw(rarely.filter(lambda until: until is None or until > from_)),
        granted_at=draw(rarely),
        revoked_at=revoked_at,
        ended_at=revoked_at or draw(rarely),
    )


signatures = st.builds(
    SignatureFacts, st.sampled_from([Capacity.STAFF, *KINDS]), st.sampled_from(["1", "2", "2", "2.1"]), EARLY
)
version_lists = st.sampled_from(
    [
        (),
        (("2", date(2026, 9, 1), Change.MATERIAL, date(2026, 9, 15)),),
        (("2", date(2026, 10, 25), Change.MATERIAL, None), ("2.1", date(2026, 11, 22), Change.MINOR, None)),
        (("2", date(2026, 11, 23), Change.MATERIAL, None),),
        (("2", date(2026, 11, 23), Change.MATERIAL, date(2026, 11, 20)),),  # asked for before it is in effect
    ]
)


@st.composite
def closures(draw: st.DrawFn) -> tuple[tuple[datetime, datetime | None], ...]:
    """Closings and reopenings in turn; the last closing may still stand."""
    turns = sorted(draw(st.sets(instants, max_size=3) | st.just(set())))
    pairs = [tuple(turns[start : start + 2]) for start in range(0, len(turns), 2)]
    return tuple((pair[0], pair[1] if len(pair) == 2 else None) for pair in pairs)


@st.composite
def concerns(draw: st.DrawFn) -> ConcernFacts:
    """A concern, about the child and perhaps about the person who asks."""
    return concern(
        raised_at=draw(instants),
        ended_at=draw(maybe),
        about_people=draw(st.sampled_from([(), ("worker",), ("somebody_else",)])),
        raised_by=draw(st.sampled_from(["worker", "reporter"])),
    )


@st.composite
def questions(draw: st.DrawFn, actions: Iterable[Action] = tuple(Action)) -> Question:
    """A question in a small and troubled world."""
    kinds = {
        kind: (
            VersionFacts(kind, "1", date(2025, 1, 6), Change.MATERIAL),
            *(VersionFacts(kind, *more) for more in draw(version_lists)),
        )
        for kind in KINDS
    }
    capacity = draw(st.sampled_from([Capacity.STAFF, *KINDS]))
    action = draw(st.sampled_from(list(actions)))
    told = draw(st.sampled_from([None, record(), record("joint", RecordClass.TASK_NOTE)]))
    return Question(
        at=draw(st.sampled_from(INSTANTS[6:])),
        action=action,
        person=person(
            "worker",
            *draw(st.sets(st.sampled_from(sorted(Role)), max_size=2)),
            capacity=capacity,
            left_at=draw(rarely),
            signatures=tuple(draw(st.lists(signatures, min_size=1, max_size=3) | st.just([]))),
            conflicts=draw(st.sampled_from([()] * 9 + [(conflict("party_a", INSTANTS[9], INSTANTS[-9]),)])),
            checks=draw(st.sampled_from([()] * 6 + [(CheckFacts("vetting", date(2026, 11, 22), True),)])),
        ),
        agreements=kinds,
        settings=draw(st.sampled_from([PolicySettings(), PolicySettings(wind_down_days=1)])),
        case=case(*draw(closures())),
        record=told,
        concern=draw(st.none() | concerns()) if action in CONCERN_ACTIONS else None,
        concerns=tuple(draw(st.lists(concerns(), max_size=2))),
        grants=tuple(draw(st.lists(grants(), min_size=1, max_size=3) | st.just([]))),
        emergencies=tuple(draw(st.lists(st.builds(emergency, instants, maybe), max_size=2))),
        grantee=draw(st.sampled_from([None, person("worker"), person("other")])),
        purpose=draw(st.sampled_from([None, "a purpose"])),
        about_self=draw(st.booleans()),
    )


CONCERN_ACTIONS = {
    Action.READ_CONCERN,
    Action.ADD_TO_OWN_REPORT,
    Action.TAKE_OUT_OWN_REPORT,
    Action.TRIAGE_CONCERN,
    Action.DECIDE_CONCERN,
    Action.REVIEW_DECISION,
    Action.PREPARE_CONCERN_PAPER,
    Action.READ_CONCERN_PAPER_AGAIN,
    Action.TAKE_OUT_CONCERN_PAPER,
    Action.DRAFT_INCIDENT_REPORT,
    Action.READ_INCIDENT_REPORT,
}


# A second telling of what opens a case, in the words of the Commitment and not in those of the gates.


def signed_in_time(q: Question, kind: Capacity) -> bool:
    """A signature for this capacity stands: none asked for since went unanswered, and it is not too old."""
    mine = [s for s in q.person.signatures if s.kind == kind and s.signed_at <= q.at]
    if not mine:
        return False
    known = {v.version: v for v in q.agreements[kind]}
    newest = max((known[s.version].effective_on for s in mine if s.version in known), default=date.min)
    for v in q.agreements[kind]:
        by = v.resign_by or v.effective_on + timedelta(days=14)
        if v.change is Change.MATERIAL and v.effective_on > newest and london_date(q.at) > max(by, v.effective_on):
            return False
    last = max(s.signed_at for s in mine)
    return london_date(q.at) <= london_date(last) + timedelta(days=365 + 14)


def living(q: Question, g: GrantFacts) -> bool:
    """The grant holds at the instant: given, begun, not over, not ended by a closing."""
    given = max(g.from_, g.granted_at or g.from_)
    wind_down = timedelta(days=q.settings.wind_down_days)
    closed_over_it = any(
        c.closed_at + wind_down <= q.at
        and (min(g.from_, g.granted_at or g.from_) < c.closed_at + wind_down or c.reopened_at is None)
        for c in q.case.closures
    )
    gone = [end for end in (g.until, g.revoked_at) if end is not None and end <= q.at]
    return given <= q.at and not gone and not closed_over_it


def closed_now(q: Question) -> bool:
    """The case is closed at the instant."""
    wind_down = timedelta(days=q.settings.wind_down_days)
    return any(
        c.closed_at + wind_down <= q.at and (c.reopened_at is None or q.at < c.reopened_at) for c in q.case.closures
    )


def covers(q: Question, g: GrantFacts) -> bool:
    """The grant reaches the record that is asked for."""
    return q.record is None or (
        q.record.compartment in g.compartments and (not g.record_classes or q.record.record_class in g.record_classes)
    )


@given(questions(OPENING))
def test_who_opens_a_case_holds_a_live_grant_and_signed_or_goes_one_of_the_named_ways(q: Question):
    if not decide(q).allowed:
        return

    roles = q.person.roles(q.at)
    by_grant = any(living(q, g) and covers(q, g) and signed_in_time(q, g.capacity) for g in q.grants)
    about_others = [c for c in q.concerns if c.open(q.at) and "worker" not in c.about_people]
    by_concern = bool(roles & SAFEGUARDING_LEADS and about_others)
    lately = [e for e in q.emergencies if e.opened_at <= q.at < e.opened_at + timedelta(hours=4)]
    by_emergency = bool(roles & {Role.MANAGER, *SAFEGUARDING_LEADS} and lately and not closed_now(q))
    by_custody = bool(roles & {Role.DATA_PROTECTION_LEAD, *SAFEGUARDING_LEADS} and closed_now(q) and q.purpose)
    by_role = signed_in_time(q, q.person.capacity) and (by_concern or by_emergency or by_custody)

    assert by_grant or by_role
    assert q.person.active(q.at)
    assert not any(c.stands(q.at) for c in q.person.conflicts)
    assert not any(c.blocks_access and start_of(c.expires_on) <= q.at for c in q.person.checks)


@given(questions(OPENING))
def test_a_live_grant_with_a_current_signature_and_nothing_against_it_opens_the_case(q: Question):
    nothing_against = (
        q.person.active(q.at)
        and not any(c.stands(q.at) for c in q.person.conflicts)
        and not any(c.blocks_access and start_of(c.expires_on) <= q.at for c in q.person.checks)
    )
    # `ended_at` is left out of `living`: it tells of closings too.
    plain = [replace(g, ended_at=g.revoked_at) for g in q.grants]
    q = replace(q, grants=tuple(plain))
    open_to_them = any(
        living(q, g) and covers(q, g) and signed_in_time(q, g.capacity) and not closed_now(q) for g in plain
    )

    if nothing_against and open_to_them:
        assert decide(q).allowed


@given(questions(), signatures, grants(), st.integers(1, 400_000))
def test_what_comes_later_never_changes_what_was_decided(q, signature, later_grant, minutes):
    later = q.at + timedelta(minutes=minutes)
    before = decide(q)

    more = replace(
        q,
        person=replace(
            q.person,
            signatures=(*q.person.signatures, replace(signature, signed_at=later)),
            conflicts=(*q.person.conflicts, conflict("party_b", later)),
            left_at=q.person.left_at if q.person.left_at and q.person.left_at <= q.at else later,
        ),
        grants=(*q.grants, replace(later_grant, granted_at=later)),
        case=case(*((c.closed_at, c.reopened_at) for c in q.case.closures if c.closed_at <= q.at), (later, None)),
        concerns=(*q.concerns, concern("K-9", raised_at=later)),
        emergencies=(*q.emergencies, emergency(later, ref="X-9")),
    )

    assert decide(more) == before


@given(questions(), st.sampled_from([Capacity.STAFF, *KINDS]), st.integers(1, 400_000))
def test_what_somebody_becomes_never_changes_what_was_decided(q, capacity, minutes):
    who = q.person
    before = FormerFacts(q.at + timedelta(minutes=minutes), who.capacity, who.organisation, who.left_at)

    now = replace(who, capacity=capacity, organisation=None, left_at=None, former=(before,))

    assert decide(replace(q, person=now)) == decide(q)


@given(questions())
def test_a_decision_is_whole(q: Question):
    decision = decide(q)

    ranks = [reason.rank for reason in decision.reasons]
    assert ranks == sorted(set(ranks))
    assert decision.allowed == (not decision.reasons)
    assert decision.primary == (decision.reasons[0].key if decision.reasons else None)
    assert {clause for reason in decision.reasons for clause in reason.clauses} <= set(decision.clauses)
    assert list(decision.clauses) == sorted(decision.clauses, key=lambda clause: clause.value)
    assert (decision.decision is Outcome.ALLOW_WITH_CONDITIONS) == bool(decision.conditions)
    assert decision == decide(q)


@given(questions([Action.GRANT, Action.LIFT_CONFLICT, Action.REVIEW_EMERGENCY_ACCESS]))
def test_nobody_gains_by_their_own_deed(q: Question):
    own = replace(q, grantee=q.person, about_self=True)

    assert not decide(own).allowed


@given(questions(OPENING), st.sampled_from(["party_a", "child_c"]))
def test_declaring_a_conflict_never_opens_anything(q: Question, tie: str):
    tied = replace(q, person=replace(q.person, conflicts=(*q.person.conflicts, conflict(tie))))

    assert not decide(tied).allowed


@given(questions(OPENING))
def test_a_case_closed_now_opens_to_nobody_but_leads_and_custodians(q: Question):
    if closed_now(q) and not q.person.roles(q.at) & {Role.DATA_PROTECTION_LEAD, *SAFEGUARDING_LEADS}:
        assert not decide(q).allowed


@given(questions(OPENING))
def test_the_account_comes_first_and_no_grant_tells_nothing_of_the_case(q: Question):
    stranger = replace(q, grants=(), concerns=(), emergencies=(), purpose=None)

    decision = decide(stranger)

    expected = [] if q.person.active(q.at) else ["account_not_active"]
    assert decision.reason_keys == [*expected, "no_grant"]


@given(
    st.lists(signatures, max_size=4),
    version_lists,
    st.sampled_from(KINDS),
    instants,
    st.sampled_from([PolicySettings(), PolicySettings(annual_refresh_days=40, refresh_grace_days=0)]),
)
def test_the_kept_standing_agrees_with_the_policy(signed, more, kind, at, settings):
    known = (VersionFacts(kind, "1", date(2025, 1, 6), Change.MATERIAL), *(VersionFacts(kind, *one) for one in more))
    by_then = [s for s in signed if s.signed_at <= at]  # what is kept was made after the last signature

    kept = standing(kind, by_then, known, settings, at)

    for later in (at, *INSTANTS):
        if later < at:
            continue
        wrong = agreement_reasons(kind, by_then, known, settings, later)
        assert (kept.at(later) in (Standing.NEVER_SIGNED, Standing.OVERDUE)) == bool(wrong), later


@given(st.lists(st.none() | st.sampled_from(DAYS), min_size=2, max_size=2), instants)
def test_a_partner_is_in_force_from_day_to_day(days, at):
    from_, until = days
    organisation = OrganisationFacts("harbour_advice", from_, until)
    asked = Question(
        at=at,
        action=Action.LIST_CASE,
        person=person(capacity=Capacity.ALLIED_PARTNER, organisation=organisation),
        agreements={
            Capacity.ALLIED_PARTNER: (VersionFacts(Capacity.ALLIED_PARTNER, "1", date(2025, 1, 6), Change.MINOR),)
        },
        case=case(),
        grants=(grant(capacity=Capacity.ALLIED_PARTNER, from_="2025-01-01"),),
    )

    in_force = from_ is not None and from_ <= london_date(at) and (until is None or london_date(at) < until)

    assert ("partner_agreement_expired" in decide(asked).reason_keys) == (not in_force)
