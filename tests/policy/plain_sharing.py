"""Plain facts for shares: what is left unsaid is a caseworker's share of the first party's note with their doctor."""

from __future__ import annotations

from typing import Any

from okf.policy.decision import Decision
from okf.policy.facts import RecordFacts
from okf.policy.share_facts import ExpressAgreementFacts, RecipientFacts, ShareQuestion
from okf.policy.sharing import decide_share
from okf.terms import MEDIATION_MATERIAL, RecordClass, RecordStatus, Role
from tests.policy.plain import case, person
from tests.world import When, instant

NOW = "2026-11-23T12:00"
WORKER = person("worker", Role.CASEWORKER)
LEAD = person("dsl", Role.DSL)
DEPUTY = person("deputy_dsl", Role.DEPUTY_DSL)
MANAGER = person("manager", Role.MANAGER)
TRUSTEE = person("trustee", Role.SAFEGUARDING_TRUSTEE)


def told_by(source: str = "party_a", record_class: RecordClass = RecordClass.NOTE, **facts: Any) -> RecordFacts:
    """A record that somebody told us; of a mediation if its class is."""
    kind = {"child_c": "child", "joint": "joint"}.get(source, "sole")
    mediated = record_class in MEDIATION_MATERIAL
    facts.setdefault("mediation_ref", "MED-1" if mediated else None)
    facts.setdefault("status", RecordStatus.ISSUED if record_class is RecordClass.OUTCOME_SUMMARY else None)
    facts.setdefault("compartment", source if kind == "joint" else f"{kind}:{source}")
    return RecordFacts(
        id=f"N-{source}-{record_class}", case_ref="OKF-1", record_class=record_class, source=source, **facts
    )


def to(kind: str, *, verified: bool = False, **named: str) -> RecipientFacts:
    """A recipient."""
    words = {"type": kind, **named, **({"verified": True} if verified else {})}
    return RecipientFacts(kind, named.get("who"), named.get("acts_for"), verified, words)


def agreement(
    source: str, *records: RecordFacts, to: dict[str, Any], given_at: When = "2026-11-20T12:00", **facts: Any
) -> ExpressAgreementFacts:
    """A source's express agreement to share these records with one recipient."""
    for name in ("withdrawn_at", "used_at"):
        if facts.get(name) is not None:
            facts[name] = instant(facts[name])
    facts.setdefault("id", f"E-{source}-{given_at}")
    return ExpressAgreementFacts(
        source=source, records=tuple(r.id for r in records), recipient=to, given_at=instant(given_at), **facts
    )


def share(at: When = NOW, **facts: Any) -> ShareQuestion:
    """A question of sharing; what is named is otherwise."""
    facts.setdefault("actor", WORKER)
    facts.setdefault("recipient", to("gp"))
    facts.setdefault("records", (told_by(),))
    facts.setdefault("cases", {"OKF-1": case()})
    facts.setdefault("children", frozenset({"child_c"}))
    return ShareQuestion(at=instant(at), **facts)


def decided(**facts: Any) -> Decision:
    """The decision on such a question."""
    return decide_share(share(**facts))
