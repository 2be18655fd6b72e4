"""Proof for any instant: who could open a case, by which grant, under which signature of which version."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from okf.clock import clock_time, london
from okf.desk import Desk
from okf.policy.access import decide, grants_that_open
from okf.policy.decision import Decision
from okf.policy.standing import latest, newest_signed
from okf.store.former import names
from okf.store.models import AccessGrant, CustodyAccess, EmergencyAccess
from okf.store.visible import ever_held
from okf.terms import SAFEGUARDING_LEADS, Action, Capacity

CANDIDATES_MOST = 500


@dataclass(frozen=True, slots=True)
class Proof:
    """One person who could open the case then, or who held a grant and could not; `name` as they were called."""

    person: str
    name: str
    decision: Decision
    grant: str | None
    capacity: Capacity
    compartments: tuple[str, ...]
    version: str | None
    signed_at: datetime | None

    def in_words(self) -> str:
        """One line, as the command line prints it."""
        signed = (
            f"version {self.version} signed {london(self.signed_at):%Y-%m-%d} {clock_time(self.signed_at)}"
            if self.signed_at
            else "unsigned"
        )
        by = f"grant {self.grant} as {self.capacity}" if self.grant else "no grant"
        answer = "could" if self.decision.allowed else f"could not: {', '.join(self.decision.reason_keys)}"
        clauses = ", ".join(c.name for c in self.decision.clauses)
        return f"{self.name} ({self.person}): {answer} ({by}; {signed}; {clauses})"


def access_at(desk: Desk, case_ref: str, at: datetime) -> list[Proof]:
    """Everyone who held a grant, another way in or a lead's role then, and what the policy says of each.

    The same function that keeps the door, asked of another instant. Those who
    could open the case come first. For the data protection lead and the
    leads; the question goes on the record. Costs by the people ever granted.

    Raises:
        Refused: their role does not include it.
        NotFound: there is no such case.
    """
    with desk.permitted(Action.READ_AUDIT, case_ref) as deed:
        deed.note(asked_of=at)
        session = deed.session
        usernames = session.scalars(
            select(AccessGrant.person)
            .where(AccessGrant.case_ref == case_ref)
            .union(
                select(EmergencyAccess.person).where(EmergencyAccess.case_ref == case_ref),
                select(CustodyAccess.person).where(CustodyAccess.case_ref == case_ref),
                ever_held(SAFEGUARDING_LEADS),
            )
            .limit(CANDIDATES_MOST)
        ).all()
        called = names(session, usernames)
        found = []
        for name in sorted(usernames):
            question = desk.question(session, Action.LIST_CASE, case_ref, at=at, actor=name)
            decision = decide(question)
            opening = grants_that_open(question)
            held = opening or tuple(one for one in question.grants if one.on_record(at))
            if not decision.allowed and not held:
                continue
            grant = held[0] if held else None
            kind = grant.capacity if grant else question.person.as_of(at).capacity
            signatures = question.person.signatures
            signed = latest(kind, signatures, at)
            version = newest_signed(question.agreements.get(kind, ()), kind, signatures, at)
            found.append(
                Proof(
                    name,
                    called[name].in_words(at),
                    decision,
                    grant.id if grant else None,
                    kind,
                    grant.compartments if grant else (),
                    version.version if version else None,
                    signed.signed_at if signed else None,
                )
            )
        return sorted(found, key=lambda proof: (not proof.decision.allowed, proof.person))
