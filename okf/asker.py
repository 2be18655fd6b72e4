"""Whoever is here, read once, and what the policy answers them on many cases, lists and records."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from okf.desk import Desk
from okf.errors import NotFound, Refused, unknown
from okf.policy import gates
from okf.policy.access import acting_in, decide
from okf.policy.decision import Decision
from okf.policy.facts import CaseFacts, GrantFacts, PolicySettings, Question, RecordFacts
from okf.policy.least import Work
from okf.store import facts
from okf.store.match_facts import standing_across
from okf.store.models import AccessGrant, Base
from okf.store.visible import WHO, live_grants
from okf.terms import Action, Capacity, Role

Row = TypeVar("Row", bound=Base)
_WATCHERS = frozenset({Role.ADMINISTRATOR, Role.COMPLIANCE_VIEWER, Role.TRUSTEE})
_HOLDS = select(AccessGrant.id).where(AccessGrant.person == WHO, live_grants()).limit(1)


@dataclass(slots=True)
class Asker:
    """Whoever is here, in one reading of the store; every answer is the policy's own.

    `acting` is the desk's: the work that they chose to act in, by case.
    """

    session: Session
    base: Question
    found: dict[str, Question] = field(default_factory=dict)
    acting: Mapping[str, Work] = field(default_factory=dict)

    @classmethod
    def of(cls, desk: Desk, session: Session, *, enquiry: str | None = None) -> Asker:
        """The asker at this desk; `enquiry` where it is about one."""
        return cls(session, desk.question(session, Action.LIST_OWN_CASES, enquiry=enquiry), acting=desk.acting)

    @property
    def at(self) -> datetime:
        """The instant of every question."""
        return self.base.at

    @property
    def who(self) -> str:
        """Their username."""
        return self.base.person.username

    @property
    def settings(self) -> PolicySettings:
        """The organisation's settings at that instant."""
        return self.base.settings

    @property
    def roles(self) -> frozenset[Role]:
        """Their roles at that instant."""
        return self.base.person.roles(self.at)

    def decide(self, action: Action) -> Decision:
        """The answer about no case in particular."""
        return decide(replace(self.base, action=action))

    def may(self, action: Action) -> bool:
        """Whether they may do this at all."""
        return self.decide(action).allowed

    def questions(self, case_refs: Collection[str], action: Action = Action.LIST_CASE) -> dict[str, Question]:
        """A question about each of these cases that exist, in a handful of queries however many there are."""
        missing = [ref for ref in case_refs if ref not in self.found]
        if missing:
            cases = facts.cases(self.session, missing)
            grants = facts.grants(self.session, self.who, missing)
            concerns = facts.concerns_on(self.session, missing)
            across = standing_across(self.session, self.base.person, missing, self.at)
            for ref, case in cases.items():
                question = replace(
                    self.base,
                    action=Action.LIST_CASE,
                    case=case,
                    grants=grants[ref],
                    concerns=concerns[ref],
                    across=self.base.across or ref in across,
                )
                self.found[ref] = acting_in(question, self.acting.get(ref))
        found = {ref: self.found[ref] for ref in case_refs if ref in self.found}
        if action is Action.LIST_CASE:
            return found
        return {ref: replace(question, action=action) for ref, question in found.items()}

    def listed(self, case_refs: Iterable[str]) -> dict[str, Question]:
        """Of these cases, those that the policy lists to this person."""
        return {ref: question for ref, question in self.questions(list(case_refs)).items() if decide(question).allowed}

    def capacities(self) -> tuple[Capacity, ...]:
        """The capacities in which a grant of theirs can open anything now: the first step of a narrowed list.

        Asks the gates that hang on the person and the capacity alone, so
        somebody suspended costs nothing, however many grants they hold.
        """
        if any(gate(self.base) for gate in (gates.account, gates.checks)):
            return ()
        return tuple(kind for kind in Capacity if not gates.agreement(self.base, GrantFacts("", "", kind, ())))

    def opened_cases(self) -> tuple[str, ...]:
        """The cases on which an emergency or a custody access of theirs may still last."""
        since = self.at - timedelta(hours=self.settings.break_glass_hours)
        emergencies = (e.case_ref for e in self.base.emergencies if since < e.opened_at <= self.at)
        custodies = (c.case_ref for c in self.base.custodies if c.lasts(self.at))
        return tuple(dict.fromkeys([*emergencies, *custodies]))


@contextmanager
def asking(desk: Desk, action: Action, *, enquiry: str | None = None) -> Iterator[Asker]:
    """The asker, once the policy lets them do this at all; `enquiry` where it is about one.

    Raises:
        Refused: it does not; the refusal is on the audit record.
    """
    with desk.reading() as session:
        asker = Asker.of(desk, session, enquiry=enquiry)
        decision = asker.decide(action)
        if decision.allowed:
            yield asker
            return
    desk.note_refusal(action, decision, asker.base)
    raise Refused(decision)


def permitted_reader(desk: Desk, action: Action) -> Question:
    """The facts of the reader, on no case in particular, once the policy lets them; to decide each row on.

    Raises:
        Refused: it does not; the refusal is on the audit record.
    """
    with asking(desk, action) as asker:
        return replace(asker.base, action=action)


def may_read(question: Question, record: RecordFacts) -> bool:
    """Whether the policy opens this record to the person of a question about its case."""
    return decide(replace(question, action=Action.READ_RECORD, record=record)).allowed


def may_read_part(question: Question, compartment: str) -> bool:
    """Whether the policy opens this part of the case to them, whatever kinds of record in it."""
    return decide(replace(question, action=Action.READ_RECORD, compartment=compartment)).allowed


def family(case: CaseFacts) -> tuple[str, ...]:
    """The adults and children of a case."""
    return (*case.parties, *case.children)


def allowed_on(session: Session, question: Question, refs: Iterable[str], action: Action) -> set[str]:
    """Of these concerns, those on which the policy lets the reader do this: their own reports count for nothing."""
    asked = set(refs)
    concerns = facts.concerns(session, asked) if asked else {}
    cases = facts.cases(session, {one.case_ref for one in concerns.values() if one.case_ref})
    return {
        ref
        for ref, one in concerns.items()
        if decide(replace(question, action=action, concern=one, case=cases.get(one.case_ref or ""))).allowed
    }


def allowed_actions(desk: Desk, actions: Iterable[Action]) -> frozenset[Action]:
    """Which of these actions, on no case in particular, the policy allows this person now; for the menu."""
    with desk.reading() as session:
        question = desk.question(session, Action.MANAGE_OWN_ACCOUNT)
    return frozenset(action for action in actions if decide(replace(question, action=action)).allowed)


def works_on_cases(desk: Desk) -> bool:
    """Whether a list of cases can have anything for this person: by a role that does more than watch, or an access."""
    with desk.reading() as session:
        asker = Asker.of(desk, session)
        return bool(asker.roles - _WATCHERS) or session.scalar(_HOLDS, {"who": asker.who, "at": asker.at}) is not None


def may_know_case(desk: Desk, session: Session, case_ref: str) -> bool:
    """Whether this person may know that a case of this reference exists: it is in one of their lists."""
    try:
        listed = decide(desk.question(session, Action.LIST_CASE, case_ref))
    except NotFound:
        return False
    return listed.allowed or decide(desk.question(session, Action.LIST_CASELOAD)).allowed


def on_file(desk: Desk, kind: type[Row], key: str | int, noun: str) -> Row:
    """The row of this key as it is before a deed on it.

    Raises:
        NotFound: there is none.
    """
    with desk.reading() as session:
        row = session.get(kind, key)
    if row is None:
        raise unknown(noun, str(key))
    return row
