"""Plain facts for questions: what is left unsaid makes the permitted path, as in the world."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from okf.policy.access import decide
from okf.policy.facts import (
    CaseFacts,
    ClosureFacts,
    ConcernFacts,
    ConflictFacts,
    EmergencyFacts,
    GrantFacts,
    OrganisationFacts,
    PersonFacts,
    Question,
    RecordFacts,
    RoleFacts,
    SignatureFacts,
    VersionFacts,
)
from okf.terms import Action, Capacity, CaseStatus, Change, ConcernStatus, RecordClass, Role, Severity
from tests.world import When, instant

NOW = "2026-11-23T10:00"
STAFF = Capacity.STAFF
FIRST = {kind: (VersionFacts(kind, "1", date(2025, 1, 6), Change.MATERIAL),) for kind in Capacity}
WHOLE = ("sole:party_a", "sole:party_b", "child:child_c", "joint", "external", "internal")
OWN_PARTNER = OrganisationFacts("harbour_advice", date(2026, 1, 1), date(2027, 12, 31))


def at_(when: When | None) -> datetime | None:
    """An instant, or none."""
    return None if when is None else instant(when)


def signed(*when: When, kind: Capacity = STAFF, version: str = "1") -> tuple[SignatureFacts, ...]:
    """Signatures of one version at these instants."""
    return tuple(SignatureFacts(kind, version, instant(one)) for one in when)


def versions(*more: VersionFacts, kind: Capacity = STAFF) -> dict[Capacity, tuple[VersionFacts, ...]]:
    """The first agreements, and later versions of one of them."""
    return {**FIRST, kind: (*FIRST[kind], *more)}


def version(
    number: str,
    effective_on: str,
    change: Change = Change.MATERIAL,
    resign_by: str | None = None,
    kind: Capacity = STAFF,
) -> VersionFacts:
    """A version of an agreement."""
    by = date.fromisoformat(resign_by) if resign_by else None
    return VersionFacts(kind, number, date.fromisoformat(effective_on), change, by)


def person(username: str = "worker", *roles: Role, capacity: Capacity = STAFF, **facts: Any) -> PersonFacts:
    """Somebody who signed for their capacity on 1 May 2026."""
    facts.setdefault("signatures", signed("2026-05-01T09:00", kind=capacity))
    if capacity is Capacity.ALLIED_PARTNER:
        facts.setdefault("organisation", OWN_PARTNER)
    return PersonFacts(username, capacity, tuple(RoleFacts(role) for role in roles), **facts)


def case(*closures: tuple[When, When | None], **facts: Any) -> CaseFacts:
    """A family's case; each closing with its reopening or `None`."""
    closed = bool(closures) and closures[-1][1] is None
    facts.setdefault("status", CaseStatus.CLOSED if closed else CaseStatus.OPEN)
    facts.setdefault("closures", tuple(ClosureFacts(instant(c), at_(r)) for c, r in closures))
    return CaseFacts(
        **{
            "ref": "OKF-1",
            "opened_on": date(2026, 6, 1),
            "parties": ("party_a", "party_b"),
            "children": ("child_c",),
            **facts,
        }
    )


def grant(ref: str = "G-1", **facts: Any) -> GrantFacts:
    """A grant of the whole case from its opening."""
    for name in ("from_", "until", "granted_at", "ended_at", "revoked_at"):
        if facts.get(name) is not None:
            facts[name] = instant(facts[name])
    return GrantFacts(
        **{
            "id": ref,
            "case_ref": "OKF-1",
            "capacity": STAFF,
            "compartments": WHOLE,
            "from_": instant("2026-06-01"),
            **facts,
        }
    )


def record(
    compartment: str = "sole:party_a", record_class: RecordClass = RecordClass.NOTE, case_ref: str = "OKF-1"
) -> RecordFacts:
    """A record of the case."""
    return RecordFacts("N-1", case_ref, record_class, compartment.partition(":")[2] or compartment, compartment)


def concern(
    ref: str = "K-1",
    *,
    raised_at: When = "2026-11-20T10:00",
    ended_at: When | None = None,
    about_people: Iterable[str] = (),
    raised_by: str = "reporter",
    **facts: Any,
) -> ConcernFacts:
    """An open concern about the child of the case."""
    facts.setdefault("case_ref", "OKF-1")
    about_people = tuple(about_people)
    facts.setdefault("sealed", bool(about_people))
    facts.setdefault("ties", tuple((one, None) for one in about_people))
    facts.setdefault("status", ConcernStatus.CLOSED if ended_at else ConcernStatus.RAISED)
    return ConcernFacts(
        ref=ref,
        severity=Severity.HIGH,
        raised_by=raised_by,
        raised_at=instant(raised_at),
        about=("child_c",),
        about_people=about_people,
        ended_at=at_(ended_at),
        **facts,
    )


def emergency(
    opened_at: When, reviewed_at: When | None = None, *, ref: str = "X-1", case_ref: str = "OKF-1"
) -> EmergencyFacts:
    """An emergency access."""
    return EmergencyFacts(ref, case_ref, instant(opened_at), at_(reviewed_at))


def conflict(service_user: str, declared_at: When | None = None, lifted_at: When | None = None) -> ConflictFacts:
    """A tie to a service user."""
    return ConflictFacts(service_user, at_(declared_at), at_(lifted_at))


def question(action: Action = Action.READ_RECORD, at: When = NOW, **facts: Any) -> Question:
    """May a signed and granted worker read a record of an open case? What is named is otherwise."""
    facts.setdefault("person", person())
    facts.setdefault("agreements", FIRST)
    facts.setdefault("case", case())
    if action in (Action.READ_RECORD, Action.CHANGE_RECORD, Action.EXPORT_RECORD):
        facts.setdefault("record", record())
    facts.setdefault("grants", (grant(),))
    return Question(at=instant(at), action=action, **facts)


def reasons(asked: Question, at: When | None = None) -> list[str]:
    """The reasons against it, most important first; none when it is allowed."""
    decision = decide(asked if at is None else replace(asked, at=instant(at)))
    assert decision.allowed == (not decision.reason_keys)
    return decision.reason_keys


def edge(asked: Question, before: When, after: When) -> tuple[list[str], list[str]]:
    """The reasons at two instants, a minute apart by habit."""
    return reasons(asked, before), reasons(asked, after)
