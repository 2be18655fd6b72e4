"""Whether a signature alone stands between a person and what they ask, so that a refusal can offer it at once (C7)."""

from __future__ import annotations

from dataclasses import replace

from okf.clock import london_date
from okf.policy.access import decide
from okf.policy.facts import Question, SignatureFacts, VersionFacts
from okf.terms import Capacity, Change


def signing_would_open(q: Question) -> tuple[Capacity, ...]:
    """The capacities of the person's grants of which one signature would allow what is refused; empty if none would.

    Asks the same question again as if they had signed what is in effect.
    """
    if decide(q).allowed:
        return ()
    kinds = dict.fromkeys(grant.capacity for grant in q.grants)
    return tuple(kind for kind in kinds if decide(_as_if_signed(q, kind)).allowed)


def _as_if_signed(q: Question, kind: Capacity) -> Question:
    newest = VersionFacts(kind, "", london_date(q.at), Change.MINOR)
    signature = SignatureFacts(kind, newest.version, q.at)
    return replace(
        q,
        agreements={**q.agreements, kind: (*q.agreements.get(kind, ()), newest)},
        person=replace(q.person, signatures=(*q.person.signatures, signature)),
    )
