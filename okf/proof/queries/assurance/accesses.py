"""Decide every opening and reading on the record again, for its own instant.

What it costs: about a dozen queries a thousand events, however many cases
there are, and one decision an event. Nothing of an earlier proof is trusted,
so a full proof reads the record from its first event.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final, TypeVar

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from okf.paging import AnySelect
from okf.policy.access import decide
from okf.policy.decision import Decision
from okf.policy.facts import (
    CustodyFacts,
    EmergencyFacts,
    GrantFacts,
    PersonFacts,
    PolicySettings,
    Question,
    RecordFacts,
    VersionFacts,
)
from okf.policy.table import ACCESS
from okf.policy.words import moment
from okf.proof.queries.assurance.checks import ACCESSES
from okf.proof.queries.assurance.findings import Behind, Finding, found
from okf.store import facts, selects
from okf.store.marks import signature_key
from okf.store.models import AccessGrant, AuditEvent, CustodyAccess, EmergencyAccess, Mediation, PolicySetting
from okf.terms import Action, Capacity, Outcome, RecordClass

F = TypeVar("F", EmergencyFacts, CustodyFacts)
BATCH: Final = 1_000
OPENING: Final = tuple(action for action, rule in ACCESS.items() if rule.opens_case)
ALLOWED: Final = (Outcome.ALLOW, Outcome.ALLOW_WITH_CONDITIONS)

_EVENT = (
    AuditEvent.seq,
    AuditEvent.at,
    AuditEvent.actor,
    AuditEvent.action,
    AuditEvent.case_ref,
    AuditEvent.subject,
    AuditEvent.facts,
)
_ALL = select(*_EVENT).where(
    AuditEvent.action.in_(OPENING), AuditEvent.outcome.in_(ALLOWED), AuditEvent.at <= bindparam("at")
)
_NEXT = _ALL.where(AuditEvent.seq > bindparam("after")).order_by(AuditEvent.seq).limit(BATCH)
_NEWEST = _ALL.where(AuditEvent.seq > bindparam("after")).order_by(AuditEvent.seq.desc()).limit(bindparam("most"))
_GRANTS = select(
    AccessGrant.id,
    AccessGrant.person,
    AccessGrant.case_ref,
    AccessGrant.capacity,
    AccessGrant.compartments,
    AccessGrant.record_classes,
    AccessGrant.actions,
    AccessGrant.from_,
    AccessGrant.until,
    AccessGrant.granted_at,
    AccessGrant.ended_at,
    AccessGrant.revoked_at,
    AccessGrant.lead_for,
    AccessGrant.with_address,
).where(
    AccessGrant.case_ref.in_(bindparam("cases", expanding=True)),
    AccessGrant.person.in_(bindparam("people", expanding=True)),
)
_EMERGENCIES = selects.EMERGENCIES.add_columns(EmergencyAccess.person)
_CUSTODIES = selects.CUSTODIES.add_columns(CustodyAccess.person)
_MEDIATORS = select(Mediation.ref, Mediation.mediator).where(
    Mediation.case_ref.in_(bindparam("cases", expanding=True)), Mediation.mediator.is_not(None)
)
_HOLDS_FROM = select(PolicySetting.holds_from).where(PolicySetting.holds_from.is_not(None))


@dataclass(frozen=True, slots=True)
class Distrusted:
    """Rows that no event accounts for: they open nothing when the past is decided again."""

    grants: frozenset[str] = frozenset()
    signatures: frozenset[tuple[str, str, str, str]] = frozenset()
    emergencies: frozenset[str] = frozenset()
    custodies: frozenset[str] = frozenset()


@dataclass(slots=True)
class Past:
    """What does not change from batch to batch: agreements, and the settings of each span of time."""

    session: Session
    distrusted: Distrusted = Distrusted()
    _turns: list[datetime] = field(init=False)
    _settings: dict[int, PolicySettings] = field(init=False, default_factory=dict)
    agreements: Mapping[Capacity, tuple[VersionFacts, ...]] = field(init=False)

    def __post_init__(self) -> None:
        self.agreements = facts.agreements(self.session)
        self._turns = sorted(at for at in self.session.scalars(_HOLDS_FROM) if at)

    def settings(self, at: datetime) -> PolicySettings:
        """The settings as they stood at an instant."""
        turn = sum(1 for one in self._turns if one <= at)
        if turn not in self._settings:
            self._settings[turn] = facts.policy_settings(self.session, at)
        return self._settings[turn]

    def people(self, usernames: Iterable[str]) -> dict[str, PersonFacts]:
        """These people, without a signature that no event accounts for."""
        people = facts.people(self.session, usernames)
        for username in {person for person, *_ in self.distrusted.signatures} & people.keys():
            kept = tuple(
                s
                for s in people[username].signatures
                if signature_key(username, s.kind, s.version, s.signed_at) not in self.distrusted.signatures
            )
            people[username] = replace(people[username], signatures=kept)
        return people


def accesses_without_right(
    session: Session,
    at: datetime,
    distrusted: Distrusted = Distrusted(),
    *,
    newest: int | None = None,
    after: int = 0,
    progress: Callable[[int], None] | None = None,
) -> tuple[Finding, int]:
    """The openings and readings that the policy would not have allowed, and how many were decided in all.

    `newest` decides only so many of the last ones, and only those after an event.
    """
    past = Past(session, distrusted)
    behind: list[Behind] = []
    wrong = decided = 0
    for batch in _batches(session, at, newest, after):
        for event, why in _decided(past, batch):
            decided += 1
            if why:
                wrong += 1
                behind.append(_told(event, why))
        del behind[1_000:]
        if progress:
            progress(batch[-1].seq)
    return found(ACCESSES, behind, count=wrong), decided


def _batches(session: Session, at: datetime, newest: int | None, after: int) -> Iterator[Sequence[Any]]:
    if newest is not None:
        batch = session.execute(_NEWEST, {"at": at, "most": newest, "after": after}).all()
        if batch:
            yield batch
        return
    while batch := session.execute(_NEXT, {"at": at, "after": after}).all():
        yield batch
        after = batch[-1].seq


def _decided(past: Past, batch: Sequence[Any]) -> Iterator[tuple[Any, str | None]]:
    """Each event of a batch, with why it would be refused, or None."""
    session = past.session
    actors, refs = {event.actor for event in batch}, {event.case_ref for event in batch if event.case_ref}
    people, cases = past.people(actors), facts.cases(session, refs)
    concerns = facts.concerns_on(session, refs)
    records = facts.records(session, {event.subject for event in batch if event.subject})
    grants = _grants(past, actors, refs)
    emergencies = _opened(past, EmergencyFacts, _EMERGENCIES, past.distrusted.emergencies, actors)
    custodies = _opened(past, CustodyFacts, _CUSTODIES, past.distrusted.custodies, actors)
    mediators = _mediators(session, refs)
    for event in batch:
        person, case = people.get(event.actor), cases.get(event.case_ref or "")
        if person is None:
            yield event, "nobody of this name is on file"
        elif case is None:
            yield event, "the case it names is not in the database"
        else:
            question = Question(
                at=event.at,
                action=event.action,
                person=person,
                agreements=past.agreements,
                settings=past.settings(event.at),
                case=case,
                record=_as_it_was(records.get(event.subject or ""), event.facts),
                concerns=concerns[case.ref],
                grants=grants[event.actor, case.ref],
                emergencies=emergencies[event.actor],
                custodies=custodies[event.actor],
                compartment=event.facts.get("compartment"),
                record_class=_class_of(event.facts),
                purpose=event.facts.get("purpose"),
                about_self=mediators.get(event.subject or "") == event.actor,
            )
            yield event, _against(decide(question))


def _mediators(session: Session, refs: Iterable[str]) -> dict[str, str]:
    """The mediator of each mediation of these cases, who never changes."""
    return {row.ref: row.mediator for row in session.execute(_MEDIATORS, {"cases": list(refs)})}


def _against(decision: Decision) -> str | None:
    if decision.allowed:
        return None
    return "; ".join(reason.words for reason in decision.reasons) or "it is not allowed"


def _as_it_was(record: RecordFacts | None, told: Mapping[str, Any]) -> RecordFacts | None:
    """A record under the part and kind that the event names: it may have been moved since."""
    if record is None:
        return None
    return replace(
        record,
        compartment=told.get("compartment") or record.compartment,
        record_class=_class_of(told) or record.record_class,
    )


def _class_of(told: Mapping[str, Any]) -> RecordClass | None:
    named = told.get("record_class")
    return RecordClass(named) if named in set(RecordClass) else None


def _grants(past: Past, people: Iterable[str], refs: Iterable[str]) -> dict[tuple[str, str], tuple[GrantFacts, ...]]:
    held: dict[tuple[str, str], tuple[GrantFacts, ...]] = defaultdict(tuple)
    for row in past.session.execute(_GRANTS, {"people": list(people), "cases": list(refs)}):
        if row.id not in past.distrusted.grants:
            held[row.person, row.case_ref] += (facts.grant(row),)
    return held


def _opened(
    past: Past, kind: type[F], statement: AnySelect, distrusted: Collection[str], people: Iterable[str]
) -> dict[str, tuple[F, ...]]:
    """The emergency or custody accesses of these people, oldest first."""
    opened: dict[str, tuple[F, ...]] = defaultdict(tuple)
    for row in past.session.execute(statement, {"keys": list(people)}).mappings():
        told = dict(row)
        person = told.pop("person")
        if told["id"] not in distrusted:
            opened[person] += (kind(**told),)
    return opened


_DID: Final[Mapping[Action, str]] = {
    Action.OPEN_CASE: "opened",
    Action.READ_RECORD: "read a record of",
    Action.EXPORT_RECORD: "exported from",
    Action.ADD_RECORD: "wrote to",
    Action.CHANGE_RECORD: "changed a record of",
}


def _told(event: Any, why: str) -> Behind:
    did = _DID.get(event.action, f"did “{event.action.value.replace('_', ' ')}” on")
    what = f"Event {event.seq:,}, {moment(event.at)}: {event.actor} {did} {event.case_ref or 'no case'}, and {why}."
    return Behind(what, event.actor, event.case_ref, str(event.seq), event.at)
