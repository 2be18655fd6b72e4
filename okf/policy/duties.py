"""The clocks of a concern: which act starts one, by when it is due, and the one act that ends it; pure (C9).

The same rules are played by the commands on the clocks that are kept, and by
the rehearsals on a list of acts. A clock never moves: where another takes its
place it ends, and the other starts.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from okf.clock import end_of, end_of_working_day_after, last_day_of
from okf.policy.clocks import (
    chase_again_at,
    chase_on,
    decide_by,
    lado_by,
    review_by,
    second_review_by,
    written_confirmation_by,
)
from okf.policy.recipients import LOCAL_AUTHORITY, kind_of
from okf.terms import ENDED_CONCERN, URGENT, ConcernStatus, Severity
from okf.terms.duties import ActKind, ClockEnd, Duty

# What goes on after a concern has ended: a referral's answer is still awaited, and a decision still read.
_WITH_CONCERN: Final = (Duty.DECIDE, Duty.REVIEW)
_AWAITED: Final = (Duty.ANSWER, Duty.CHASE, Duty.ESCALATE)
_MOST_URGENT_FIRST: Final = tuple(Severity)


@dataclass(frozen=True, slots=True)
class Act:
    """What was done to a concern, and when.

    `severity` is the one it was raised at or moved to. `of` is the decision or
    the referral that the act makes or is on; without it the oldest clock is
    meant. `replaces` are the decisions not to share in whose place a decision
    comes: what of them is still to be read is read of it. `by` is an instant that somebody chose: of
    the next review, or of the next chase.
    """

    kind: ActKind
    at: datetime
    severity: Severity | None = None
    about_worker: bool = False
    of: str | None = None
    shared: bool = True
    replaces: Collection[str] = ()
    recipient: str | None = None
    by_mouth: bool = True
    agrees: bool = True
    by: datetime | None = None
    how: ClockEnd = ClockEnd.MET


@dataclass(slots=True)
class Clock:
    """One clock: running until it is ended."""

    duty: Duty
    started_at: datetime
    due_at: datetime
    of: str | None = None
    ended_at: datetime | None = None
    how: ClockEnd | None = None


class Clocks:
    """The clocks of one concern, as acts start and end them; `severity` is None once the concern has ended."""

    def __init__(
        self, severity: Severity | None = None, holidays: Collection[date] = (), known: Iterable[Clock] = ()
    ) -> None:
        self.severity = severity
        self.holidays = holidays
        self.all = list(known)

    def running(self, *duties: Duty, of: str | None = None) -> list[Clock]:
        """Those that run, the oldest first: all, or of these duties; of one decision or referral, if it is named."""
        found = [
            clock
            for clock in self.all
            if clock.ended_at is None and (not duties or clock.duty in duties) and of in (None, clock.of)
        ]
        return sorted(found, key=lambda clock: clock.started_at)

    def due(self) -> dict[Duty, datetime]:
        """When each duty is due that has a clock running: the earliest of its own."""
        due: dict[Duty, datetime] = {}
        for clock in self.running():
            due[clock.duty] = min(clock.due_at, due.get(clock.duty, clock.due_at))
        return due

    def play(self, act: Act) -> None:
        """Start and end what this act starts and ends; most acts end nothing."""
        rule = _RULES.get(act.kind)
        if rule is not None:
            rule(self, act)

    def start(self, duty: Duty, at: datetime, due_at: datetime, of: str | None = None) -> None:
        """Start a clock."""
        self.all.append(Clock(duty, at, due_at, of))

    def end(self, duty: Duty, at: datetime, how: ClockEnd, of: str | None = None) -> None:
        """End the oldest clock of a duty that runs; where none does, nothing ends."""
        for clock in self.running(duty, of=of)[:1]:
            clock.ended_at, clock.how = at, how

    def tighten(self, duty: Duty, at: datetime, due_at: datetime) -> None:
        """Start a clock in the place of one that is due later; one that is due earlier goes on."""
        now = self.running(duty)
        if any(clock.due_at <= due_at for clock in now):
            return
        if now:
            self.end(duty, at, ClockEnd.REPLACED)
        self.start(duty, at, due_at)

    def to_decide(self, at: datetime) -> None:
        """Have it decided on by the severity's clock from an instant on."""
        if self.severity is not None:
            self.tighten(Duty.DECIDE, at, decide_by(self.severity, at, self.holidays))


def kept_of(due: Mapping[Duty, datetime]) -> dict[str, datetime | date | None]:
    """What the concern itself keeps of its clocks, by column: the first that is due, the decision's and the review's.

    Nothing of the first where none runs.
    """
    review = due.get(Duty.REVIEW)
    return {
        **({"due_at": min(due.values())} if due else {}),
        "decide_by": due.get(Duty.DECIDE),
        "next_review_on": last_day_of(review) if review else None,
    }


def clocks_found(
    *,
    status: ConcernStatus,
    raised_at: datetime,
    due_at: datetime,
    next_review_on: date | None,
    about_worker: bool,
    holidays: Collection[date],
) -> Clocks:
    """The clocks of a concern that was not raised here, from what a file or an older Casebook says of it.

    One that is referred or monitored was decided on elsewhere, and is looked
    at again by `due_at` if no day is said; any other is to be decided by then.
    """
    found = Clocks(holidays=holidays)
    if status in ENDED_CONCERN:
        return found
    decided = status in (ConcernStatus.REFERRED, ConcernStatus.MONITORING)
    if not decided:
        found.start(Duty.DECIDE, raised_at, due_at)
    if next_review_on is not None or decided:
        found.start(Duty.REVIEW, raised_at, end_of(next_review_on) if next_review_on else due_at)
    if about_worker:
        found.start(Duty.LADO, raised_at, lado_by(raised_at, holidays))
    return found


def _raised(clocks: Clocks, act: Act) -> None:
    clocks.severity = act.severity
    clocks.to_decide(act.at)
    if act.about_worker:
        _tied(clocks, act)


def _severity(clocks: Clocks, act: Act) -> None:
    before, clocks.severity = clocks.severity, act.severity
    ranks = [_MOST_URGENT_FIRST.index(one) if one else len(Severity) for one in (act.severity, before)]
    if ranks[0] < ranks[1]:
        clocks.to_decide(act.at)


def _decided(clocks: Clocks, act: Act) -> None:
    clocks.end(Duty.DECIDE, act.at, ClockEnd.MET)
    due = second_review_by(act.at, clocks.holidays)
    for clock in clocks.running(Duty.SECOND, Duty.THIRD):
        if clock.of in act.replaces:  # what still had to be read of it is read of this one, by then
            clock.ended_at, clock.how = act.at, ClockEnd.REPLACED
            due = min(due, clock.due_at)
    clocks.start(Duty.SECOND, act.at, due, act.of)
    if clocks.severity is not None:
        clocks.tighten(Duty.REVIEW, act.at, review_by(clocks.severity, act.at))


def _referred(clocks: Clocks, act: Act) -> None:
    if act.by_mouth and clocks.severity in URGENT:
        clocks.start(Duty.CONFIRM, act.at, written_confirmation_by(act.at), act.of)
    chased = act.by
    if kind_of(act.recipient) in LOCAL_AUTHORITY:
        clocks.start(Duty.ANSWER, act.at, end_of_working_day_after(act.at, 1, clocks.holidays), act.of)
        chased = min(filter(None, (act.by, chase_on(act.at, clocks.holidays))))
    if chased is not None:
        clocks.start(Duty.CHASE, act.at, chased, act.of)


def _chased(clocks: Clocks, act: Act) -> None:
    clocks.end(Duty.CHASE, act.at, ClockEnd.MET, act.of)
    clocks.start(Duty.CHASE, act.at, act.by or chase_again_at(act.at, clocks.holidays), act.of)


def _answered(clocks: Clocks, act: Act) -> None:
    awaited = clocks.running(*_AWAITED, of=act.of)[:1]
    for clock in awaited:
        for duty in _AWAITED:
            clocks.end(duty, act.at, act.how, clock.of)
    if act.by is not None:  # they said no, and are asked again
        clocks.start(Duty.CHASE, act.at, act.by, act.of)


def _escalated(clocks: Clocks, act: Act) -> None:
    for duty in (Duty.CHASE, Duty.ESCALATE):  # whom the next step names answers in the place of whoever was chased
        clocks.end(duty, act.at, ClockEnd.REPLACED, act.of)
    clocks.start(Duty.ESCALATE, act.at, act.by or chase_on(act.at, clocks.holidays), act.of)


def _confirmed(clocks: Clocks, act: Act) -> None:
    clocks.end(Duty.CONFIRM, act.at, act.how, act.of)


def _tied(clocks: Clocks, act: Act) -> None:
    if not any(clock.duty is Duty.LADO for clock in clocks.all):
        clocks.start(Duty.LADO, act.at, lado_by(act.at, clocks.holidays))


def _lado_told(clocks: Clocks, act: Act) -> None:
    clocks.end(Duty.LADO, act.at, act.how)


def _read_second(clocks: Clocks, act: Act) -> None:
    read = clocks.running(Duty.SECOND, of=act.of)[:1]
    for clock in read:
        clock.ended_at, clock.how = act.at, ClockEnd.MET
        if not act.agrees:
            clocks.start(Duty.THIRD, act.at, second_review_by(act.at, clocks.holidays), clock.of)


def _read_third(clocks: Clocks, act: Act) -> None:
    clocks.end(Duty.THIRD, act.at, ClockEnd.MET, act.of)
    if not act.agrees:
        clocks.to_decide(act.at)


def _reviewed(clocks: Clocks, act: Act) -> None:
    clocks.end(Duty.REVIEW, act.at, ClockEnd.MET)
    if clocks.severity is not None:
        due = review_by(clocks.severity, act.at)
        clocks.start(Duty.REVIEW, act.at, min(filter(None, (act.by, due))))


def _ended(clocks: Clocks, act: Act) -> None:
    clocks.severity = None
    for clock in clocks.running(*_WITH_CONCERN):
        clock.ended_at, clock.how = act.at, ClockEnd.WITH_CONCERN


# Triage, taking it up and handing it over stand nowhere here: they start nothing and end nothing.
_RULES: Final[Mapping[ActKind, Callable[[Clocks, Act], None]]] = {
    ActKind.RAISED: _raised,
    ActKind.SEVERITY: _severity,
    ActKind.DECIDED: _decided,
    ActKind.REFERRED: _referred,
    ActKind.CONFIRMED: _confirmed,
    ActKind.CHASED: _chased,
    ActKind.ANSWERED: _answered,
    ActKind.ESCALATED: _escalated,
    ActKind.TIED: _tied,
    ActKind.LADO_TOLD: _lado_told,
    ActKind.READ_SECOND: _read_second,
    ActKind.READ_THIRD: _read_third,
    ActKind.REVIEWED: _reviewed,
    ActKind.ENDED: _ended,
}
