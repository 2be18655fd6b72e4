"""What a lead writes down of a decision on a concern, and the share's question that it asks of the routes (C9)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from okf.policy.decision import Decision, in_order
from okf.policy.facts import Question
from okf.terms import Outcome
from okf.terms.decisions import Consent, LegalBasis, Threshold, Way


@dataclass(frozen=True, slots=True)
class Sharing:
    """What goes to one recipient, and how.

    `acted_at` is when, where it went before it was written down, in immediate
    danger. `ticked` are the policy's conditions that the lead says are met, all of
    them. `expected_on` is when an answer is expected, where no clock says it.
    """

    recipient: str
    least: str
    how: Way
    name: str | None = None
    ticked: Collection[str] = ()
    acted_at: datetime | None = None
    expected_on: date | None = None


@dataclass(frozen=True, slots=True)
class Reasons:
    """What a decision rests on, whichever way it goes."""

    legal_basis: Sequence[LegalBasis]
    rationale: str
    alternatives: str
    consent: Consent
    consent_why: str | None = None
    threshold: Threshold | None = None


@dataclass(frozen=True, slots=True)
class Informed:
    """One person who was told of the decision, or was not and why: by reference, or by what they are called."""

    informed: bool
    service_user: str | None = None
    named: str | None = None
    why: str | None = None


def asked_as(q: Question, reasons: Reasons, sharing: Sharing | None, informed: Sequence[Informed]) -> dict[str, Any]:
    """A decision on the question's concern as a share's question, in the words of its format.

    Raises:
        ValueError: there is no concern in the question.
    """
    if q.concern is None:
        raise ValueError("there is no concern in this question")
    told = {one.service_user: one.informed for one in informed if one.service_user}
    asked: dict[str, Any] = {
        "actor": q.person.username,
        "about": [*q.concern.about, *q.concern.about_people],
        "severity": q.concern.severity.value,
        "legal_basis": [str(one) for one in reasons.legal_basis],
        "rationale": reasons.rationale.strip(),
        "consent": {"sought": reasons.consent.value},
        "inform": {who: "informed" if so else "not_informed" for who, so in told.items()} or {"others": "as written"},
        "purpose": "safeguarding",
    }
    if sharing is not None:
        asked["recipient"] = {"type": sharing.recipient, **({"name": sharing.name} if sharing.name else {})}
        asked["channel"] = sharing.how.value
        if sharing.acted_at is not None:
            asked["danger"] = "immediate"
    return {key: value for key, value in asked.items() if value not in ([], {}, "")}


def together(answers: Sequence[Decision]) -> Decision:
    """The answers on all recipients of one decision as one: the first refusal, or all conditions and the tightest due.

    The route of the first recipient stands for it; each share keeps its own.
    """
    stopped = next((one for one in answers if not one.allowed), None)
    if stopped is not None or len(answers) == 1:
        return stopped or answers[0]
    names = dict.fromkeys(name for one in answers for name in one.due)
    return replace(
        answers[0],
        decision=max((one.decision for one in answers), key=(Outcome.ALLOW, Outcome.ALLOW_WITH_CONDITIONS).index),
        clauses=in_order(clause for one in answers for clause in one.clauses),
        conditions=tuple(dict.fromkeys(condition for one in answers for condition in one.conditions)),
        due={name: min(one.due[name] for one in answers if name in one.due) for name in names},
    )
