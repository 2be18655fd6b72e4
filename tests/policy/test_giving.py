"""One set of rules for giving: no way of giving an access opens what another would refuse (C5, C7)."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, strategies as st

from okf.policy.access import decide
from okf.policy.facts import GrantFacts, Question
from okf.policy.scopes import covers, for_a_mediator, starting_scope
from okf.terms import MEDIATION_MATERIAL, Action, Capacity, RecordClass, Role
from tests.policy.plain import WHOLE, case, conflict, grant, person, question, record

PARTS = (*WHOLE, "safeguarding")
capacities, kinds = st.sampled_from(Capacity), st.sampled_from(RecordClass)
some_kinds = st.lists(kinds, max_size=3, unique=True) | st.sampled_from([(), tuple(MEDIATION_MATERIAL)])


@st.composite
def accesses(draw: st.DrawFn) -> GrantFacts:
    """An access as somebody may ask for it, or as it may stand in the database."""
    parts = draw(st.lists(st.sampled_from(PARTS), min_size=1, max_size=3, unique=True))
    return grant(
        capacity=draw(capacities), compartments=tuple(parts), record_classes=tuple(draw(some_kinds)), from_="2026-06-01"
    )


@st.composite
def givings(draw: st.DrawFn) -> Question:
    """Somebody gives an access to somebody, themselves perhaps, on a case that may be closed, with ties and pasts."""
    gives = person("giver", *draw(st.lists(st.sampled_from([Role.MANAGER, Role.DSL, Role.CASEWORKER]), max_size=2)))
    capacity = draw(capacities)
    left = "2026-11-01T10:00" if draw(st.integers(0, 5)) == 0 else None
    ties = (conflict("party_b", "2026-01-01"),) if draw(st.booleans()) else ()
    roles = draw(st.lists(st.sampled_from([Role.MEDIATOR, Role.CASEWORKER]), max_size=2, unique=True))
    gets = person("grantee", *roles, capacity=capacity, conflicts=ties)
    if left is not None:
        gets = replace(gets, left_at=gives.signatures[0].signed_at)
    if draw(st.booleans()):
        gives = replace(gives, conflicts=(conflict("child_c", "2026-01-01"),))
    return question(
        Action.GRANT,
        person=gives,
        grantee=gives if draw(st.integers(0, 5)) == 0 else gets,
        grantee_past=draw(st.booleans()),
        grantee_mediated=draw(st.booleans()),
        grantee_across=draw(st.integers(0, 5)) == 0,
        giving=draw(accesses()),
        case=case(("2026-11-20T17:00", None)) if draw(st.integers(0, 5)) == 0 else case(),
    )


@given(asked=givings())
def test_to_confirm_an_access_takes_what_it_takes_to_give_it(asked: Question):
    """So it is with a handover, a reopening and an import, which ask to grant each access that they give."""
    assert decide(replace(asked, action=Action.CONFIRM_GRANT)).reasons == decide(asked).reasons


@given(asked=givings())
def test_who_may_be_let_in_by_a_mediation_may_be_granted_the_same(asked: Question):
    assert asked.grantee is not None
    scope = starting_scope(Role.MEDIATOR, parties=("party_a", "party_b"))
    mediators = grant(
        capacity=asked.grantee.capacity, compartments=scope.compartments, record_classes=scope.record_classes
    )
    asked = replace(asked, giving=mediators)

    assert decide(replace(asked, action=Action.START_MEDIATION)).reasons == decide(asked).reasons
    if decide(asked).allowed:
        assert Role.MEDIATOR in asked.grantee.roles(asked.at)
        assert not asked.grantee_past


@given(asked=givings())
def test_what_is_given_is_within_its_capacity_and_to_somebody_free_of_ties(asked: Question):
    if decide(asked).allowed:
        new, who = asked.giving, asked.grantee
        assert new is not None
        assert who is not None
        assert all(covers(new.capacity, new.record_classes, part, None) for part in new.compartments)
        assert all(covers(new.capacity, new.record_classes, None, kind) for kind in new.record_classes)
        assert not who.conflicts
        assert who.username != asked.person.username
        assert who.active(asked.at)


@given(held=accesses(), part=st.sampled_from(PARTS), kind=kinds)
def test_an_access_opens_no_more_than_giving_it_would_let(held: GrantFacts, part: str, kind: RecordClass):
    """Whatever way it came to be on file, by a hand in the database too."""
    reader = person("reader", Role.MEDIATOR, capacity=held.capacity)
    asked = question(
        person=reader, grants=(held,), record=replace(record(part, kind), mediator="reader"), about_self=True
    )

    if decide(asked).allowed:
        giver = person("giver", Role.MANAGER)
        narrow = replace(held, compartments=(part,), record_classes=(kind,))
        if for_a_mediator(held.record_classes):
            assert kind in MEDIATION_MATERIAL
        given_anew = question(Action.GRANT, person=giver, grantee=reader, giving=narrow)
        assert decide(given_anew).allowed


@given(asked=givings())
def test_an_emergency_opens_nothing_to_whom_ties_or_the_closing_would_bar_any_access(asked: Question):
    themselves = replace(asked, action=Action.OPEN_EMERGENCY_ACCESS)
    granted = decide(replace(asked, grantee=person("other")))

    if decide(themselves).allowed:
        assert not asked.person.conflicts
        assert "case_closed" not in granted.reason_keys
