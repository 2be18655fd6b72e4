"""What each capacity or role starts with on a case, before somebody narrows or widens it (`our default`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from okf.terms import Capacity, RecordClass, Role

OWN, JOINT, EVERY_PARTY = "own", "joint", "every_party"


@dataclass(frozen=True, slots=True)
class Scope:
    """The compartments and record classes of a grant."""

    compartments: tuple[str, ...]
    record_classes: tuple[RecordClass, ...]


# Policy, "starting scope of a grant": whose parts of the case, and which kinds of record in them.
STARTING: Mapping[str, tuple[tuple[str, ...], tuple[RecordClass, ...]]] = MappingProxyType(
    {
        Role.CASEWORKER: (
            (OWN, JOINT),
            (RecordClass.NOTE, RecordClass.DOCUMENT, RecordClass.LEGAL_PAPER, RecordClass.COMMUNICATION),
        ),
        Role.MEDIATOR: (
            (JOINT, EVERY_PARTY),  # each party's part for the private notes of the mediator's own sessions alone
            (RecordClass.MEDIATION_JOINT_NOTE, RecordClass.MEDIATION_PRIVATE_NOTE, RecordClass.OUTCOME_SUMMARY),
        ),
        Capacity.THERAPIST: ((OWN,), (RecordClass.THERAPY_NOTE, RecordClass.REFERRAL_PACK)),
        Capacity.VOLUNTEER: ((JOINT,), (RecordClass.TASK_NOTE,)),
        Capacity.ALLIED_PARTNER: ((JOINT,), (RecordClass.REFERRAL_PACK,)),
    }
)


def starting_scope(
    work: Role | Capacity, *, parties: Sequence[str], children: Sequence[str] = (), own: str | None = None
) -> Scope:
    """The scope to start from; `own` is the party or child whose worker the grantee is.

    A role or capacity without a row starts with nothing.
    """
    parts, classes = STARTING.get(work, ((), ()))
    compartments: list[str] = []
    for part in parts:
        if part == OWN and own is not None:
            compartments.append(f"child:{own}" if own in children else f"sole:{own}")
        elif part == JOINT:
            compartments.append("joint")
        elif part == EVERY_PARTY:
            compartments += [f"sole:{party}" for party in parties]
    return Scope(tuple(compartments), classes)


def compartments_of(parties: Sequence[str], children: Sequence[str]) -> tuple[str, ...]:
    """Every part that a case with these people can have."""
    return (*(f"sole:{party}" for party in parties), *(f"child:{child}" for child in children), *SHARED_PARTS)


# Who reads what is nobody's side without being granted it, so that it always has a reader. What we write of a case is
# for those who answer for it, its lead caseworkers. What comes from outside may tell either side where the other one
# is, and may come from whoever stands behind one of them: it is for the managers, who work for neither.
KEPT_BY_LEADS = frozenset({"internal"})
KEPT_BY_MANAGERS = frozenset({"external"})


def parts_covered(compartments: Sequence[str], *, leads: bool) -> frozenset[str]:
    """The parts of a case that a grant covers, with those that a lead caseworker keeps."""
    return frozenset(compartments) | (KEPT_BY_LEADS if leads else frozenset())


SHARED_PARTS = ("joint", "external", "internal", "safeguarding")


def compartment_of(source: str, parties: Sequence[str], children: Sequence[str]) -> str | None:
    """The part of the case that a source fixes (C2); None if the source has nothing to do with it."""
    if source in parties:
        return f"sole:{source}"
    if source in children:
        return f"child:{source}"
    return source if source in SHARED_PARTS else None
