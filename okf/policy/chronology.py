"""What of a family's chronology may go on paper, and what goes if nobody chooses otherwise; pure (C2, C9, C11).

The defaults are ours: no source says what a meeting or a court needs.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import Any, Final

from okf.policy.facts import Question
from okf.terms.chronologies import ChronologyPurpose, LeftOut, LineKind
from okf.terms.decisions import Consent, LegalBasis

# What the leads may say of a line of their own accord; the others follow from what the line is.
CHOSEN: Final = (LeftOut.NOT_NEEDED, LeftOut.THIRD_PERSON, LeftOut.DANGER, LeftOut.LEGAL_ADVICE)
WHY: Final[Mapping[LeftOut, str]] = {
    LeftOut.ANOTHER_FAMILY: "It is about another family, or stands on another family's case.",
    LeftOut.MEDIATION: "It was written by somebody who mediates or mediated between them.",
    LeftOut.ABOUT_A_WORKER: "It is about somebody who works here: it goes from that concern's own page alone.",
    LeftOut.OUTSIDE_THE_DAYS: "It lies outside the days that were asked for.",
    LeftOut.OWN_WORK: "It tells of our own work on it, and not of what happened.",
    LeftOut.NOT_NEEDED: "It is not needed for this.",
    LeftOut.THIRD_PERSON: "It tells of a third person.",
    LeftOut.DANGER: "It would put somebody in danger.",
    LeftOut.LEGAL_ADVICE: "It is legal advice.",
}


@dataclass(frozen=True, slots=True)
class Meeting:
    """A meeting that somebody on the list for safeguarding holds, and why they need the chronology."""

    recipient: str
    name: str
    legal_basis: Sequence[LegalBasis]
    rationale: str
    consent: Consent


@dataclass(frozen=True, slots=True)
class Order:
    """A legal paper that asks for it: from which court, under which reference, whether it bears a seal, due when."""

    kind: str
    court: str
    reference: str
    sealed: bool
    rationale: str
    due: date | None = None


def asked_as(q: Question, for_what: Meeting | Order) -> dict[str, Any]:
    """A chronology as a share's question, in the words of its format, without who asks and what was typed freely.

    Raises:
        ValueError: there is no concern in the question.
    """
    if q.concern is None:
        raise ValueError("there is no concern in this question")
    about = [*q.concern.about, *q.concern.about_people]
    asked: dict[str, Any] = {"about": about} if about else {}
    if isinstance(for_what, Meeting):
        return asked | {
            "recipient": {"type": for_what.recipient},
            "purpose": "safeguarding",
            "severity": q.concern.severity.value,
            "legal_basis": [basis.value for basis in for_what.legal_basis],
            "consent": {"sought": for_what.consent.value},
        }
    due = {"due": for_what.due.isoformat()} if for_what.due else {}
    return asked | {
        "recipient": {"type": "court"},
        "purpose": "proceedings",
        "compulsion": {"type": for_what.kind, "sealed": for_what.sealed, **due},
    }


def with_words(asked: Mapping[str, Any], recipient: str, rationale: str, reference: str | None) -> dict[str, Any]:
    """The same with what was typed freely: the recipient's name, why they need it, the reference of an order."""
    named = {"recipient": {**asked["recipient"], "name": recipient}, "rationale": rationale}
    paper = {"compulsion": {**asked["compulsion"], "reference": reference}} if "compulsion" in asked else {}
    return {**asked, **named, **paper}


class Tie(IntEnum):
    """How far a concern is the family's: theirs alone, theirs and others', or none of theirs."""

    NONE = 0
    SHARED = 1
    THEIRS = 2


@dataclass(frozen=True, slots=True)
class LineFacts:
    """A line, as far as it depends on it whether it goes. `on` is the London day of what it tells.

    `by_mediator` says that whoever wrote it mediates or mediated between
    people of the family, `from_here` that it is of the concern from whose page
    it is prepared, `about_worker` that its concern is about somebody who
    works here.
    """

    key: str
    kind: LineKind
    on: date
    tie: Tie
    from_here: bool
    about_worker: bool
    by_mediator: bool
    corrects: str | None = None


def tie_of(
    about: Iterable[str], case_ref: str | None, family: Iterable[str], family_case: str | None, *, from_here: bool
) -> Tie:
    """How far a concern about these people, on this case, is one family's, whose case is `family_case`."""
    people, theirs = set(about), set(family)
    on_their_case = family_case is not None and case_ref == family_case
    if from_here or (people <= theirs and (on_their_case or (bool(people) and case_ref is None))):
        return Tie.THEIRS
    return Tie.SHARED if people & theirs or on_their_case else Tie.NONE


def barred(line: LineFacts, purpose: ChronologyPurpose) -> LeftOut | None:
    """Why a line never goes for this purpose, whoever wants it to; None if it may be chosen."""
    if line.about_worker and not line.from_here:
        return LeftOut.ABOUT_A_WORKER
    if line.tie is Tie.NONE:
        return LeftOut.ANOTHER_FAMILY
    if line.by_mediator and purpose is ChronologyPurpose.ORDER:
        return LeftOut.MEDIATION
    return None


def left_out(
    lines: Iterable[LineFacts], purpose: ChronologyPurpose, first: date | None = None, last: date | None = None
) -> dict[str, LeftOut]:
    """What is left out where nobody chooses otherwise, by the line's key: all that the purpose doesn't need."""
    out: dict[str, LeftOut] = {}
    kept = list(lines)
    for line in kept:
        why = barred(line, purpose) or _by_default(line, purpose)
        if why is None and ((first is not None and line.on < first) or (last is not None and line.on > last)):
            why = LeftOut.OUTSIDE_THE_DAYS
        if why is not None:
            out[line.key] = why
    return _in_pairs(kept, out)


def torn(lines: Iterable[LineFacts], out: Mapping[str, LeftOut]) -> tuple[str, str] | None:
    """A line and its correction of which one would go without the other, which would mislead; None if there is none."""
    for line in lines:
        if line.corrects is not None and (line.key in out) is not (line.corrects in out):
            return line.corrects, line.key
    return None


def _by_default(line: LineFacts, purpose: ChronologyPurpose) -> LeftOut | None:
    if line.tie is Tie.SHARED:
        return LeftOut.ANOTHER_FAMILY
    if line.by_mediator:
        return LeftOut.MEDIATION
    if line.kind is LineKind.OWN_WORK:
        return LeftOut.OWN_WORK
    opinion = line.kind is LineKind.OPINION and purpose is ChronologyPurpose.ORDER
    return LeftOut.NOT_NEEDED if opinion or line.kind is LineKind.NOTE else None


def _in_pairs(lines: Iterable[LineFacts], out: dict[str, LeftOut]) -> dict[str, LeftOut]:
    """A line and all that corrects it, however often, go together or stay together."""
    together: dict[str, list[str]] = {}
    first: dict[str, str] = {}
    for line in lines:
        first[line.key] = first.get(line.corrects or line.key, line.key)
        together.setdefault(first[line.key], []).append(line.key)
    for keys in together.values():
        why = next((out[key] for key in keys if key in out), None)
        if why is not None:
            out |= {key: out.get(key, why) for key in keys}
    return out
