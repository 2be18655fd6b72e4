"""The plain values on which a share, a recording, a rights request and a breach are decided."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from okf.policy.facts import CaseFacts, ConcernFacts, PersonFacts, PolicySettings, RecordFacts
from okf.terms import MEDIATION_MATERIAL, Severity


@dataclass(frozen=True, slots=True)
class RecipientFacts:
    """To whom something would go. `named` keeps every word of it, as an express agreement may name any."""

    type: str
    who: str | None = None
    acts_for: str | None = None
    verified: bool = False
    named: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ExpressAgreementFacts:
    """A source's permission to share named records with one recipient, half-open `[given_at, expires_on)` (C8)."""

    id: str
    source: str
    records: tuple[str, ...]
    recipient: Mapping[str, Any]
    given_at: datetime
    purpose: str | None = None
    channel: str | None = None
    expires_on: date | None = None
    withdrawn_at: datetime | None = None
    one_use: bool = False
    used_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class CompulsionFacts:
    """A legal paper that was served. `sealed` is None where nobody said."""

    type: str
    sealed: bool | None = None
    due: date | datetime | None = None


@dataclass(frozen=True, slots=True)
class ShareQuestion:
    """May this leave the circle of live grants, at this instant?

    `about` names service users and workers, `about_people` the workers among
    them. `cases` are the records' own, by reference. `children` are those of
    all the people named here who are children. `agreements` may hold more than
    apply: the policy reads who, what, to whom and when off each.
    """

    at: datetime
    actor: PersonFacts
    recipient: RecipientFacts
    records: tuple[RecordFacts, ...] = ()
    cases: Mapping[str, CaseFacts] = field(default_factory=dict)
    requested_by: tuple[str, ...] = ()
    purpose: str | None = None
    channel: str | None = None
    agreements: tuple[ExpressAgreementFacts, ...] = ()
    about: tuple[str, ...] = ()
    about_people: tuple[PersonFacts, ...] = ()
    identifiable: tuple[str, ...] = ()
    children: frozenset[str] = frozenset()
    approved_by: tuple[PersonFacts, ...] = ()
    danger: bool = False
    severity: Severity | None = None
    legal_basis: tuple[str, ...] = ()
    rationale: str | None = None
    consent: Mapping[str, Any] = field(default_factory=dict)
    inform: Mapping[str, Any] = field(default_factory=dict)
    compulsion: CompulsionFacts | None = None
    right: str | None = None
    settings: PolicySettings = field(default_factory=PolicySettings)

    @property
    def mediation_material(self) -> bool:
        """Whether anything in it comes from a mediation, formal or informal, its outcome included (C11)."""
        return any(r.record_class in MEDIATION_MATERIAL or r.mediation_ref is not None for r in self.records)

    def parties(self, record: RecordFacts) -> tuple[str, ...]:
        """Everyone who took part in what is joint in a record: the parties of its case."""
        case = self.cases.get(record.case_ref)
        return case.parties if case else ()


@dataclass(frozen=True, slots=True)
class RecordingQuestion:
    """May this mediation session be recorded, in any way (C13)?

    `participants` are the parties; the mediator is asked besides them.
    """

    at: datetime
    session_starts: datetime
    agreed: Mapping[str, datetime | None]
    participants: tuple[str, ...]
    mediator: str | None = None
    delete_by: date | None = None


@dataclass(frozen=True, slots=True)
class RightsQuestion:
    """What becomes of somebody's exercise of a data-protection right?

    `born` holds the dates of birth of the case's children and of the children
    whom its concerns are about, None where it is not known. `clarification`
    has the London days on which it was asked for and given, None while it is
    awaited.
    """

    at: datetime
    right: str
    received_on: date
    case: CaseFacts | None = None
    concerns: tuple[ConcernFacts, ...] = ()
    born: Mapping[str, date | None] = field(default_factory=dict)
    extended: bool = False
    settings: PolicySettings = field(default_factory=PolicySettings)
    identity_shown_on: date | None = None
    clarification: tuple[tuple[date, date | None], ...] = ()


@dataclass(frozen=True, slots=True)
class BreachQuestion:
    """What becomes of a personal data breach that somebody became aware of?"""

    at: datetime
    aware_at: datetime
    about: tuple[str, ...] = ()
    risk_of_harm: bool = False
