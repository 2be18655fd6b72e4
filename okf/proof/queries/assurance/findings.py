"""What a live check is, what it found, and how the promise stands by it, in words and as plain values."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from okf.errors import CasebookError, log_bug
from okf.policy.clauses import Clause
from okf.policy.words import moment
from okf.store.audit import Head, Verdict
from okf.terms import Action

SHOWN: Final = 50


class Kind(StrEnum):
    """What a check says of the promise when it finds anything."""

    BROKEN = "broken"
    ATTENTION = "attention"
    EVIDENCE = "evidence"


class State(StrEnum):
    """How the promise stands: worst last."""

    KEPT = "kept"
    ATTENTION = "needs attention"
    BROKEN = "broken"


_RANK: Final = tuple(State)


@dataclass(frozen=True, slots=True)
class Check:
    """One question put to the store and the audit record.

    `none`, `one` and `many` say the answer in words, `{n}` is the figure;
    `remedy` says who does what about it. `rows_for` is the action that lets
    somebody see what is behind it. A check that `is_live` costs little enough
    to be asked whenever the page is opened; the others belong to a full proof.
    """

    key: str
    clauses: tuple[Clause, ...]
    none: str
    one: str
    many: str
    remedy: str = ""
    rows_for: Action = Action.ASSURE
    kind: Kind = Kind.BROKEN
    is_live: bool = False


@dataclass(frozen=True, slots=True)
class Behind:
    """One thing behind a figure, in plain words, and the person, case or row that it concerns."""

    what: str
    who: str | None = None
    case_ref: str | None = None
    ref: str | None = None
    at: datetime | None = None

    def as_json(self) -> dict[str, Any]:
        """The parts that apply, as plain values."""
        told = {"what": self.what, "who": self.who, "case": self.case_ref, "ref": self.ref}
        return {key: value for key, value in told.items() if value} | ({"at": self.at.isoformat()} if self.at else {})


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found: a figure, and the first of what is behind it.

    `more` says that the figure was counted only so far. `figures` breaks
    evidence down. `proved_at` is set when it was found earlier, by the last
    full proof on record. `unanswered` says that it could not be asked, since
    something in the database can't be read: then nobody knows.
    """

    check: Check
    count: int
    behind: tuple[Behind, ...] = ()
    more: bool = False
    figures: Mapping[str, int] = field(default_factory=dict)
    proved_at: datetime | None = None
    unanswered: bool = False

    @property
    def state(self) -> State:
        """How the promise stands by this check alone."""
        if self.unanswered:
            return State.BROKEN
        if self.count == 0 or self.check.kind is Kind.EVIDENCE:
            return State.KEPT
        return State.BROKEN if self.check.kind is Kind.BROKEN else State.ATTENTION

    @property
    def sentence(self) -> str:
        """The answer in plain words."""
        if self.unanswered:
            return f"Not known, since something in the database can't be read: “{self.check.none}”"
        if self.count == 0:
            return self.check.none
        return self.check.one if self.count == 1 else self.check.many.format(n=f"{self.count:,}{'+' * self.more}")

    def as_json(self) -> dict[str, Any]:
        """The finding as plain values."""
        told: dict[str, Any] = {
            "key": self.check.key,
            "clauses": [clause.name for clause in self.check.clauses],
            "kind": self.check.kind.value,
            "state": self.state.value,
            "count": self.count,
            "sentence": self.sentence,
        }
        if self.more:
            told["counted_to"] = self.count
        if self.figures:
            told["figures"] = dict(self.figures)
        if self.count and self.check.kind is not Kind.EVIDENCE:
            told["remedy"] = self.check.remedy
            told["exceptions"] = [one.as_json() for one in self.behind]
        return told


def found(check: Check, behind: Iterable[Behind], *, count: int | None = None, more: bool = False) -> Finding:
    """A finding of so many things, of which the first are kept to be shown."""
    every = tuple(behind)
    return Finding(check, len(every) if count is None else count, every[:SHOWN], more)


def asked(wanted: Iterable[Check], *questions: Callable[[], Finding | Iterable[Finding]]) -> list[Finding]:
    """The findings of these questions; each of the wanted checks that a failed one leaves open is told as unanswered.

    One row that can't be read must not hide what is wrong with all the others.
    """
    answers: list[Finding] = []
    failed = []
    for question in questions:
        try:
            answer = question()
            answers += [answer] if isinstance(answer, Finding) else answer
        except CasebookError:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it was: its reference is told, and the log says where
            failed.append(log_bug(error))
    if failed:
        told = (Behind(f"It could not be asked. Reference: {', '.join(failed)}."),)
        answers += [Finding(one, 1, told, unanswered=True) for one in wanted if one not in {f.check for f in answers}]
    return answers


@dataclass(frozen=True, slots=True)
class Assurance:
    """How every clause of the promise stands at an instant, with what was found and the record it rests on."""

    at: datetime
    as_at: datetime
    findings: tuple[Finding, ...]
    head: Head
    verdict: Verdict | None = None
    accesses: int = 0

    @property
    def broken(self) -> tuple[Finding, ...]:
        """What breaks the promise."""
        return tuple(finding for finding in self.findings if finding.state is State.BROKEN)

    @property
    def attention(self) -> tuple[Finding, ...]:
        """What somebody must act on, while the promise holds."""
        return tuple(finding for finding in self.findings if finding.state is State.ATTENTION)

    @property
    def state(self) -> State:
        """How the promise as a whole stands."""
        return worst(finding.state for finding in self.findings)

    def of(self, clause: Clause) -> tuple[Finding, ...]:
        """What was asked about one clause."""
        return tuple(finding for finding in self.findings if clause in finding.check.clauses)

    def state_of(self, clause: Clause) -> State:
        """How one clause stands."""
        return worst(finding.state for finding in self.of(clause))

    def in_words(self) -> list[str]:
        """The whole of it in lines, for a terminal."""
        lines = [
            f"The Confidentiality Commitment on {moment(self.as_at)} (London): {self.state}.",
            f"The audit record has {self.head.seq:,} events. Its head, to be kept elsewhere:",
            f"{self.head.seq} {self.head.hash}",
            f"{self.accesses:,} openings and readings were decided again, each for its own instant.",
            "",
        ]
        for clause in Clause:
            lines.append(f"{clause.name:<4} {self.state_of(clause)}")
            lines += [f"     {'  ' if f.state is State.KEPT else '! '}{f.sentence}" for f in self.of(clause)]
        for title, findings in (("BROKEN", self.broken), ("NEEDS ATTENTION", self.attention)):
            for finding in findings:
                lines += ["", f"{title}: {finding.sentence} {finding.check.remedy}"]
                lines += [f"  - {one.what}" for one in finding.behind]
                if finding.count > len(finding.behind):
                    lines.append(f"  and {finding.count - len(finding.behind):,} more.")
        return [*lines, "", f"What to do next: {self._next()}"]

    def _next(self) -> str:
        first = next(iter((*self.broken, *self.attention)), None)
        if first is None:
            return "nothing; keep the head elsewhere, and prove it again within a week."
        rest = len(self.broken) + len(self.attention) - 1
        others = f" Then the {rest} other{'s' * (rest > 1)} above, in their order." if rest else ""
        return f"{first.check.remedy}{others} The Commitment's page names who does it, and leads there."

    def as_json(self) -> dict[str, Any]:
        """The whole of it as plain values."""
        return {
            "as_at": self.as_at.isoformat(),
            "made_at": self.at.isoformat(),
            "state": self.state.value,
            "broken": [finding.check.key for finding in self.broken],
            "needs_attention": [finding.check.key for finding in self.attention],
            "head": {"seq": self.head.seq, "hash": self.head.hash},
            "accesses_recomputed": self.accesses,
            "clauses": {clause.name: self.state_of(clause).value for clause in Clause},
            "checks": [finding.as_json() for finding in self.findings],
        }


def worst(states: Iterable[State]) -> State:
    """The worst of these states; kept if there are none."""
    return max(states, key=_RANK.index, default=State.KEPT)
