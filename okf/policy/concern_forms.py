"""What a lead writes down of a decision on a concern, and the share's question that it asks of the routes (C9)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from okf.policy.facts import Question
from okf.terms.decisions import Consent, LegalBasis, Threshold, Way


@dataclass(frozen=True, slots=True)
class Sharing:
    """What goes to whom and how; `acted_at` is when, where it went before it was written down, in immediate danger.

    `ticked` are the policy's conditions that the lead says are met, all of
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
