"""Each duty on a concern has a clock of its own, and only its own act ends it (C9)."""

from __future__ import annotations

import random
from collections.abc import Callable
from contextlib import suppress

import pytest

from okf.errors import Conflict
from okf.paging import Page
from okf.policy.concern_forms import Informed
from okf.policy.duties import Act, Clocks
from okf.proof.queries.assurance.clocks import clocks_astray
from okf.safeguarding.commands.concerns import end_concern, raise_concern, review_concern, triage_concern
from okf.safeguarding.commands.decisions import review_decision
from okf.safeguarding.commands.handovers import hand_over_concerns, take_up_concern
from okf.safeguarding.commands.referrals import note_lado, note_on_referral
from okf.safeguarding.commands.subjects import add_subject
from okf.safeguarding.queries.concerns import queue_view
from okf.safeguarding.queries.filters import QueueFilter
from okf.store.models import Concern, ConcernClock, ConcernDecision, ConcernEntry, Referral
from okf.terms import ConcernStatus, Severity
from okf.terms.decisions import DecisionState, ReferralStep, Way
from okf.terms.duties import ActKind, ClockEnd, Duty
from tests.behind import behind_casebook
from tests.safeguarding.conftest import TICKED, decide, sharing
from tests.world import World

NOBODY = [Informed(False, named="Their mother", why="It would not be safe.")]
ALLEGED = (*TICKED, "before_internal_enquiry", "nobody_tells_the_person")


class Played:
    """Commands on one concern, drawn by chance, and the acts that the policy is to play."""

    def __init__(self, world: World, chance: random.Random) -> None:
        self.world, self.chance = world, chance
        self.severity = chance.choice(list(Severity))
        self.ref = raise_concern(
            world.desk("caseworker", chance=random.SystemRandom()), severity=self.severity, account="A bruise."
        )
        self.acts = [Act(ActKind.RAISED, world.now, severity=self.severity)]
        self.unshared: list[str] = []

    def act(self, kind: ActKind, **told: object) -> None:
        self.acts.append(Act(kind, self.world.now, **told))  # type: ignore[arg-type]

    def moved_to(self, severity: Severity) -> None:
        self.act(ActKind.SEVERITY, severity=severity)
        self.severity = severity

    def triage(self) -> None:
        severity = self.chance.choice(list(Severity))
        desk = self.world.desk("dsl")
        triage_concern(desk, self.ref, severity=severity, status=ConcernStatus.TRIAGED, lead="dsl", note="Rang.")
        self.moved_to(severity)

    def review(self) -> None:
        severity = self.chance.choice(list(Severity))
        review_concern(self.world.desk("deputy"), self.ref, severity=severity, found="Quiet.")
        self.moved_to(severity)
        self.act(ActKind.REVIEWED)

    def take_up(self) -> None:
        take_up_concern(self.world.desk(self.chance.choice(["dsl", "deputy"])), self.ref)

    def hand_over(self) -> None:
        hand_over_concerns(
            self.world.desk("dsl"), [self.ref], to=self.chance.choice(["dsl", "deputy"]), reason="Leave."
        )

    def decide(self) -> None:
        made = decide(self.world, ref=self.ref, informed=NOBODY)
        self.act(ActKind.DECIDED, of=made.ref, replaces=tuple(self.unshared))
        self.unshared.append(made.ref)

    def share(self) -> None:
        how = self.chance.choice([Way.TELEPHONE, Way.SECURE_EMAIL])
        told = self.world.count(ConcernClock)
        ticked = ALLEGED if self.told_about_worker() else TICKED
        made = decide(self.world, ref=self.ref, informed=NOBODY, sharing=sharing(how=how, ticked=ticked))
        assert self.world.count(ConcernClock) > told
        self.act(ActKind.DECIDED, of=made.ref, replaces=tuple(self.unshared))
        sent = self.world.one(Referral, decision_ref=made.ref)
        assert sent is not None
        by_mouth = how is Way.TELEPHONE
        self.act(ActKind.REFERRED, of=sent.ref, recipient="la_children", by_mouth=by_mouth)

    def told_about_worker(self) -> bool:
        return any(one.kind is ActKind.TIED for one in self.acts)

    def read(self) -> None:
        waits = [one for one in self.world.all(ConcernDecision) if one.settled_at is None]
        if waits:
            made, agrees = self.chance.choice(waits), self.chance.random() < 0.5
            third = made.state is DecisionState.AWAITS_THIRD
            who = "trustee" if third else "deputy"
            review_decision(self.world.desk(who), self.ref, made.ref, agrees=agrees, reason="Read.")
            self.act(ActKind.READ_THIRD if third else ActKind.READ_SECOND, of=made.ref, agrees=agrees)

    def hear(self) -> None:
        sent = self.world.all(Referral)
        if sent:
            one, step = self.chance.choice(sent), self.chance.choice([*_HEARD])
            note_on_referral(self.world.desk("dsl"), self.ref, one.ref, step=step, text="They said so.")
            kind, how = _HEARD[step]
            self.act(kind, of=one.ref, how=how)

    def tie(self) -> None:
        add_subject(self.world.desk("deputy"), self.ref, who="manager", reason="The child said so.")
        self.act(ActKind.TIED)

    def tell(self) -> None:
        told = self.chance.choice([None, self.world.now])
        note_lado(self.world.desk("dsl"), self.ref, told_at=told, words_of_it="A talk.")
        self.act(ActKind.LADO_TOLD, how=ClockEnd.MET if told else ClockEnd.GIVEN_UP)

    def end(self) -> None:
        desk = self.world.desk("dsl")
        end_concern(desk, self.ref, status=ConcernStatus.CLOSED, outcome="All well.", lessons="None.")
        self.act(ActKind.ENDED)

    def any_of(self) -> tuple[Callable[[], None], ...]:
        often = (self.triage, self.review, self.decide, self.share, self.read, self.hear)
        return (*often, *often, self.take_up, self.hand_over, self.tie, self.tell)


_HEARD = {
    ReferralStep.CONFIRMED: (ActKind.CONFIRMED, ClockEnd.MET),
    ReferralStep.ACCEPTED: (ActKind.ANSWERED, ClockEnd.MET),
    ReferralStep.GIVEN_UP: (ActKind.ANSWERED, ClockEnd.GIVEN_UP),
    ReferralStep.CHASED: (ActKind.CHASED, ClockEnd.MET),
}


def told(rows: list[ConcernClock] | list[object]) -> list[tuple[object, ...]]:
    """Clocks as plain values, in an order of their own."""
    names = ("duty", "of", "started_at", "due_at", "ended_at")
    how = {ConcernClock: "ended_how"}
    found = [(*(getattr(row, name) for name in names), getattr(row, how.get(type(row), "how"))) for row in rows]
    return sorted(found, key=str)


@pytest.mark.one_database
@pytest.mark.parametrize("seed", range(20))
def test_C9_whatever_is_done_the_clocks_are_those_that_the_policy_plays(charity: World, seed: int) -> None:
    chance = random.Random(seed)
    played = Played(charity, chance)
    for number in range(14):
        charity.later(minutes=chance.choice([1, 40, 700, 3000]))
        with suppress(Conflict):
            played.end() if number == 12 else chance.choice(played.any_of())()

    clocks = Clocks()
    for act in played.acts:
        clocks.play(act)

    assert told(charity.all(ConcernClock, concern_ref=played.ref)) == told(list(clocks.all))
    with charity.store.reading() as session:
        assert clocks_astray(session).behind == ()


def test_C9_one_press_takes_it_up_ends_no_clock_and_is_on_record(charity: World) -> None:
    charity.concern("OKF-1", "K-2", severity=Severity.IMMEDIATE)
    before = told(charity.all(ConcernClock))

    take_up_concern(charity.desk("deputy"), "K-2")

    concern = charity.one(Concern, ref="K-2")
    assert concern is not None
    taken_at = concern.taken_at
    assert (concern.lead, taken_at) == ("deputy", charity.now)
    assert told(charity.all(ConcernClock)) == before
    assert [one.what for one in charity.all(ConcernEntry, concern_ref="K-2")] == ["Taken up"]
    charity.later(minutes=1)
    with pytest.raises(Conflict, match="Dev Uty"):
        take_up_concern(charity.desk("dsl"), "K-2")
    hand_over_concerns(charity.desk("deputy"), ["K-2"], to="dsl", reason="Leave.")
    take_up_concern(charity.desk("dsl"), "K-2")
    concern = charity.one(Concern, ref="K-2")
    assert concern is not None
    assert (concern.lead, concern.taken_at) == ("dsl", taken_at)


def test_C9_the_queue_is_immediate_and_undecided_then_past_by_severity_then_by_time_left(charity: World) -> None:
    for ref, severity, due in (
        ("K-LOW-PAST", "low", "2026-11-20T10:00"),
        ("K-HIGH-PAST", "high", "2026-11-23T09:30"),
        ("K-HIGH-LONGER", "high", "2026-11-22T09:30"),
        ("K-SOON", "low", "2026-11-23T10:05"),
        ("K-AT-ONCE", "immediate", "2026-11-23T10:30"),
        ("K-AT-ONCE-TOO", "immediate", "2026-11-23T10:40"),
    ):
        charity.concern(None, ref, severity=severity, due_at=due)
    charity.concern(None, "K-LOOKED-AT", severity="immediate", status="monitoring", due_at="2026-11-23T10:02")
    expected = ["K-AT-ONCE", "K-AT-ONCE-TOO", "K-HIGH-LONGER", "K-HIGH-PAST", "K-LOW-PAST"]
    expected += ["K-LOOKED-AT", "K-SOON", "K-1"]
    dsl = charity.desk("dsl")

    first = queue_view(dsl, QueueFilter(), Page(size=3)).page
    seen = [row.ref for row in first.rows]
    page = first
    while page.next:
        page = queue_view(dsl, QueueFilter(), Page(after=page.next, size=3)).page
        seen += [row.ref for row in page.rows]

    assert seen == expected
    back = queue_view(dsl, QueueFilter(), Page(before=page.previous, size=3)).page
    assert [row.ref for row in back.rows] == expected[3:6]
    assert [one.duty for one in first.rows[0].clocks] == [Duty.DECIDE]


def test_C9_assurance_counts_anew_what_a_concern_keeps_of_its_clocks(charity: World) -> None:
    decide(charity, sharing=sharing())
    with charity.store.reading() as session:
        assert clocks_astray(session).count == 0

    for spoilt in (
        "UPDATE concern SET due_at = '2030-01-01 00:00:00' WHERE ref = 'K-1'",
        "UPDATE concern_decision SET due_at = '2030-01-01 00:00:00'",
        "UPDATE referral SET chase_at = NULL",
        "DELETE FROM concern_clock WHERE duty = 'review'",
    ):
        with behind_casebook(charity.store) as connection:
            connection.exec_driver_sql(spoilt)
        with charity.store.reading() as session:
            assert [one.ref for one in clocks_astray(session).behind][-1] == "K-1", spoilt
