"""The SQL form of each gate against the gate itself, list against door, over generated worlds."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from okf.asker import Asker, allowed_on, may_read
from okf.cases.queries.filters import NO_FILTER
from okf.cases.queries.own_cases import page_of
from okf.desk import Desk
from okf.paging import Page
from okf.policy.facts import ConcernFacts, Question
from okf.policy.gates import in_force, no_conflict
from okf.policy.sealed import counts_for
from okf.safeguarding.queries.concerns import queue_view
from okf.safeguarding.queries.figures import live_figures, queue_picture
from okf.safeguarding.queries.filters import QueueFilter
from okf.store import facts, guards, visible
from okf.store.models import AccessGrant, Concern, ConcernAbout, ConflictOfInterest, Person, PersonRole, Record
from okf.store.once import ONCE
from okf.terms import FOR_SAFETY, SAFEGUARDING_LEADS, Action, Capacity, ConcernStatus, RecordClass, Role, Severity
from okf.today.queries.overview import overview
from tests.world import World, instant

NOW = instant("2026-11-23T10:00")
INSTANTS = [NOW + timedelta(hours=hours) for hours in (-48, -1, 0, 1, 48)]
PEOPLE = ["ada", "ben", "cat", "dan"]
FAMILIES = {
    "OKF-1": ["party_a", "party_b", "child_c"],
    "OKF-2": ["party_b", "party_x"],
    "OKF-3": ["party_y", "party_z"],
}
WORKING = [Role.DSL, Role.DSL, Role.DEPUTY_DSL, Role.SAFEGUARDING_TRUSTEE, Role.MANAGER, Role.CASEWORKER]

people = st.sampled_from(PEOPLE)
maybe = st.none() | st.sampled_from(INSTANTS)
rarely = st.sampled_from([*[None] * 8, *INSTANTS])
LONG_AGO = NOW - timedelta(days=30)
EARLY = st.sampled_from([LONG_AGO] * 4 + INSTANTS)


@dataclass(frozen=True)
class Told:
    """Who is what, tied to whom and let into what, and which concerns there are; and the instant asked of."""

    at: datetime
    roles: list[PersonRole]
    left: dict[str, datetime | None]
    ties: list[ConflictOfInterest]
    grants: list[AccessGrant]
    concerns: list[Concern]
    about: list[ConcernAbout]


@st.composite
def worlds(draw: st.DrawFn) -> Told:
    roles = [
        PersonRole(person=who, role=draw(st.sampled_from(WORKING)), since=draw(rarely), until=draw(rarely))
        for who in PEOPLE
        for _ in range(draw(st.integers(1, 2)))
    ]
    ties = [
        ConflictOfInterest(
            person=draw(people),
            service_user=draw(st.sampled_from(["party_b", "child_c", "party_z"])),
            reason="sibling",
            declared_at=draw(maybe),
            lifted_at=(lifted := draw(maybe)),
            lifted_by="somebody_else" if lifted else None,
        )
        for _ in range(draw(st.integers(0, 4)))
    ]
    grants = []
    for number in range(draw(st.integers(0, 6))):
        from_, ended = draw(EARLY), draw(rarely | maybe)
        grants.append(
            AccessGrant(
                id=f"G-{number}",
                person=draw(people),
                case_ref=draw(st.sampled_from(sorted(FAMILIES))),
                case_opened_on=LONG_AGO.date(),
                capacity=Capacity.STAFF,
                compartments=["joint"],
                from_=from_,
                until=draw(rarely.filter(lambda until, from_=from_: until is None or until > from_)),
                granted_at=draw(EARLY),
                ended_at=ended,
                revoked_at=ended if draw(st.booleans()) else None,
            )
        )
    concerns, about = [], []
    for number in range(draw(st.integers(1, 5))):
        ended = draw(st.sampled_from([None, None, None, LONG_AGO]))
        concerns.append(
            Concern(
                ref=f"K-{number}",
                case_ref=draw(st.sampled_from([None, "OKF-1", *FAMILIES])),
                severity=draw(st.sampled_from(Severity)),
                status=ConcernStatus.CLOSED if ended else ConcernStatus.RAISED,
                raised_by=draw(people),
                raised_at=LONG_AGO,
                due_at=draw(st.sampled_from(INSTANTS)),
                ended_at=ended,
                ended_by="somebody_else" if ended else None,
                disputed_at=draw(rarely),
                sealed=draw(st.sampled_from([None, True])),
            )
        )
        about += [
            ConcernAbout(concern_ref=f"K-{number}", person=one, added_at=draw(maybe))
            for one in sorted(draw(st.sets(people, max_size=1) | st.just(set())))
        ]
    left = {who: draw(rarely) for who in PEOPLE}
    return Told(draw(st.sampled_from(INSTANTS)), roles, left, ties, grants, concerns, about)


class Undone(Exception):
    """Raised so that nothing of one generated world is kept for the next."""


class OneSession(Desk):
    """A desk whose every reading is of the session in which its world is being written."""

    session: Session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        yield self.session


@pytest.fixture
def charity(world: World) -> World:
    """Everybody has signed, and nobody is anything yet; a closing winds down, so grants may end later."""
    world.setting("wind_down_days", 1)
    for who in PEOPLE:
        world.person(who)
    for ref, family in FAMILIES.items():
        world.case(ref, parties=family[:2], children=family[2:], opened_on=LONG_AGO.date())
    world.conflict("ada", "party_a", lifted_at="2026-01-01")
    return world


@contextmanager
def written(world: World, told: Told) -> Iterator[Session]:
    with suppress(Undone), world.store.writing() as session:
        session.info[ONCE] = {}
        with guards.lifted(session):
            for who, left_at in told.left.items():
                session.get_one(Person, who).left_at = left_at
            for rows in (told.roles, told.ties, told.grants, told.concerns, told.about):
                session.add_all(rows)
                session.flush()
            yield session
        raise Undone


def asker_of(world: World, session: Session, who: str, at: datetime) -> Asker:
    desk = OneSession(world.store, who, now=lambda: at)
    desk.session = session
    return Asker.of(desk, session)


examples = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@given(told=worlds())
@examples
def test_accounts_roles_and_grants_are_what_their_gates_say(charity: World, told: Told) -> None:
    """Also a role that begins or ends later, and a grant that was recorded after the instant asked of."""
    with written(charity, told) as session:
        at = told.at
        found = facts.people(session, PEOPLE)
        on = set(session.scalars(select(Person.username).where(visible.account_on()), {"at": at}))
        assert on == {who for who, person in found.items() if person.active(at)}
        for roles in (SAFEGUARDING_LEADS, FOR_SAFETY, frozenset({Role.CASEWORKER})):
            held = set(session.scalars(select(Person.username).where(visible.holds_role(roles)), {"at": at}))
            assert held == {who for who, person in found.items() if person.roles(at) & roles}
            assert held == set(session.scalars(visible.holders(roles), {"at": at}))
        lasting = select(AccessGrant.id).where(visible.grants_at())
        now = select(AccessGrant.id).where(visible.live_grants())
        live = set()
        for who in PEOPLE:
            base = asker_of(charity, session, who, at).base
            for held in facts.grants(session, who, FAMILIES).values():
                live |= {one.id for one in held if one.on_record(at) and not in_force(base, one)}
        assert set(session.scalars(lasting, {"at": at})) == live
        recorded_and_unended = {
            one.id for one in told.grants if one.ended_at is None and (one.granted_at is None or one.granted_at <= at)
        }
        assert set(session.scalars(now, {"at": at})) & recorded_and_unended == live & recorded_and_unended


@given(told=worlds())
@examples
def test_the_cases_in_a_list_are_those_whose_door_opens(charity: World, told: Told) -> None:
    with written(charity, told) as session:
        for who in PEOPLE:
            asker = asker_of(charity, session, who, told.at)
            opening = set(asker.listed(FAMILIES))
            shown = page_of(asker, Page(), NO_FILTER).rows
            held = set(session.scalars(visible.cases_held(), visible.binds_for(asker.base)))
            tied = set(session.scalars(visible.tied_cases(), visible.binds_for(asker.base)))
            questions = asker.questions(list(FAMILIES))

            assert {row.ref for row in shown} == opening
            assert {row.ref for row in shown if row.by_grant} <= held, "it may offer too much, never too little"
            assert tied == {ref for ref, question in questions.items() if no_conflict(question)}


def concerns_by(session: Session, condition: object, question: Question) -> set[str]:
    return set(session.scalars(select(Concern.ref).where(condition), visible.binds_for(question)))  # type: ignore[arg-type]


@given(told=worlds())
@examples
def test_the_concerns_in_a_list_are_those_whose_door_opens(charity: World, told: Told) -> None:
    """For the tied, for whom it is about, for a lead who reported it, and for the trustee: exactly."""
    refs = [one.ref for one in told.concerns]
    with written(charity, told) as session:
        for who in PEOPLE:
            question = asker_of(charity, session, who, told.at).base
            roles = question.person.roles(told.at)
            if not roles & FOR_SAFETY or not question.person.active(told.at):
                continue
            worked = allowed_on(session, question, refs, Action.TRIAGE_CONCERN)
            read_again = allowed_on(session, question, refs, Action.REVIEW_DECISION)
            assert concerns_by(session, visible.concerns_worked_by(), question) == worked
            assert concerns_by(session, visible.concerns_read_again_by(), question) == read_again
            if roles & SAFEGUARDING_LEADS:
                assert concerns_by(session, visible.concerns_visible_to(), question) == worked
            assert not worked & set(session.scalars(visible.about_them(), {"who": who}))


@given(told=worlds())
@examples
def test_the_concerns_that_count_are_those_that_count_by_the_policy(charity: World, told: Told) -> None:
    """For whoever works here, and whenever it came to be about them, by doubt too."""
    with written(charity, told) as session:
        concerns = facts.concerns(session, [one.ref for one in told.concerns])
        for who in PEOPLE:
            question = asker_of(charity, session, who, told.at).base
            counting = {ref for ref, one in concerns.items() if _counts(question, one)}
            assert concerns_by(session, visible.concerns_counted_for(), question) == counting


def _counts(question: Question, one: ConcernFacts) -> bool:
    tied = {tie.service_user for tie in question.person.conflicts if tie.stands(question.at)}
    return counts_for(one, question.person, question.at) and not tied & set(FAMILIES.get(one.case_ref or "", ()))


def test_the_private_notes_in_a_list_are_those_whose_door_opens(charity: World) -> None:
    """A mediator's own, and nobody else's: neither another mediator's, nor of a mediation without one."""
    kinds = (RecordClass.NOTE, RecordClass.MEDIATION_JOINT_NOTE, RecordClass.MEDIATION_PRIVATE_NOTE)
    mediations = {"MED-1": "ada", "MED-2": "ben", "MED-3": None}
    for ref, mediator in mediations.items():
        charity.mediation("OKF-3", ref, mediator=mediator)
        for kind in kinds:
            charity.record("OKF-3", f"{ref}-{kind}", record_class=kind, source="party_y", mediation_ref=ref)
    for who in PEOPLE:
        charity.grant(who, "OKF-3")
    for who in PEOPLE:
        desk = charity.desk(who)
        with desk.reading() as session:
            question = desk.question(session, Action.READ_RECORD, "OKF-3")
            refs = session.scalars(select(Record.id)).all()
            door = {ref for ref, one in facts.records(session, refs).items() if may_read(question, one)}
            shown = set(session.scalars(select(Record.id).where(visible.not_kept_by_another()), {"who": who}))

        assert shown == door
        assert {ref for ref in shown if ref.endswith("private_note")} == {
            f"{ref}-mediation_private_note" for ref, mediator in mediations.items() if mediator == who
        }


@given(told=worlds())
@examples
def test_every_figure_of_the_queue_counts_what_a_walk_through_its_pages_shows(charity: World, told: Told) -> None:
    still_open = [one.ref for one in told.concerns if one.ended_at is None]
    with written(charity, told) as session:
        for who in PEOPLE:
            question = asker_of(charity, session, who, told.at).base
            if not question.person.roles(told.at) & SAFEGUARDING_LEADS or not question.person.active(told.at):
                continue
            desk = OneSession(charity.store, who, now=lambda: told.at)
            desk.session = session
            door = allowed_on(session, question, still_open, Action.REVIEW_DECISION)
            page = queue_view(desk, QueueFilter(), Page(size=2)).page
            shown = [row.ref for row in page.rows]
            while page.next:
                assert len(page.rows) == 2
                page = queue_view(desk, QueueFilter(), Page(after=page.next, size=2)).page
                shown += [row.ref for row in page.rows]

            live, figures = live_figures(desk), overview(desk).queue
            assert live is not None
            assert figures is not None
            concerns = facts.concerns(session, still_open)
            kept = {ref for ref, one in concerns.items() if who in one.about_people and _counts(question, one)}
            assert sorted(shown) == sorted(door | kept), "those that came to be about them stay as rows"
            assert len(shown) == live.open.number == sum(sum(row[1:]) for row in queue_picture(desk).rows)
            assert len(shown) == figures.overdue.number + figures.due_today.number + figures.next.number


def test_whoever_is_no_lead_asks_of_nothing_with_these_but_what_is_about_a_lead(charity: World) -> None:
    """A manager or a caseworker gets by them no more than the trustee."""
    charity.concern("OKF-1", "K-1")
    with charity.desk("ada").reading() as session:
        question = charity.desk("ada").question(session, Action.TRIAGE_CONCERN)
        assert concerns_by(session, visible.concerns_worked_by(), question) == set()
