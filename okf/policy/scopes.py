"""What each capacity or role starts with on a case, before somebody narrows or widens it (`our default`)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from okf.terms import MEDIATION_MATERIAL, Capacity, RecordClass, Role

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


_FAMILYS = frozenset({"sole", "child", "joint"})
_EVERY_DAY = frozenset(
    {
        RecordClass.NOTE,
        RecordClass.TASK_NOTE,
        RecordClass.COMMUNICATION,
        RecordClass.DOCUMENT,
        RecordClass.REFERRAL_PACK,
    }
)
# Policy, "the most of a capacity": kinds of part and of record that no access of this capacity covers more of.
MOST: Mapping[Capacity, tuple[frozenset[str], frozenset[RecordClass]]] = MappingProxyType(
    {
        Capacity.STAFF: (_FAMILYS | {"external", "internal", "safeguarding"}, frozenset(RecordClass)),
        Capacity.THERAPIST: (_FAMILYS, _EVERY_DAY | {RecordClass.THERAPY_NOTE}),
        Capacity.VOLUNTEER: (_FAMILYS, _EVERY_DAY),
        Capacity.ALLIED_PARTNER: (_FAMILYS, _EVERY_DAY | {RecordClass.LEGAL_PAPER}),
    }
)


def for_a_mediator(record_classes: Collection[str]) -> bool:
    """Whether an access is a mediator's: of whatever capacity, it covers what a mediation makes and nothing else."""
    return bool(record_classes) and MEDIATION_MATERIAL.issuperset(record_classes)


def covers(capacity: Capacity, record_classes: Collection[str], part: str | None, kind: str | None) -> bool:
    """Whether an access of this capacity covers a part and a kind of record at the most; what is None is not asked.

    One that names no kinds covers every kind that its capacity may hold; one
    of a capacity that nobody knows covers nothing.
    """
    parts, kinds = MOST.get(capacity, (frozenset(), frozenset()))
    if for_a_mediator(record_classes):
        kinds = MEDIATION_MATERIAL
    in_parts = part is None or part.partition(":")[0] in parts
    return in_parts and (kind is None or kind in kinds)


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


def is_own_part(part: str) -> bool:
    """Whether a part of a case is one party's or one child's own: whoever works in it works for a side."""
    return part.partition(":")[0] in ("sole", "child")


def parts_covered(compartments: Sequence[str], *, leads: bool) -> frozenset[str]:
    """The parts of a case that a grant covers, with those that a lead caseworker keeps."""
    return frozenset(compartments) | (KEPT_BY_LEADS if leads else frozenset())


def read_through(
    compartments: Sequence[str], parties: Sequence[str], children: Sequence[str], *, same: bool
) -> list[str]:
    """Of the parts that an access covers on one case, those of a case joined into it that it reads.

    Of the joined case are the `parties` and `children`: somebody's own part is theirs on both. What is shared is so
    only where both cases have the `same` parties: nobody who was not there shares it.
    """
    there = compartments_of(parties, children)
    return [part for part in compartments if part in there and (same or is_own_part(part))]


SHARED_PARTS = ("joint", "external", "internal", "safeguarding")


def compartment_of(source: str, parties: Sequence[str], children: Sequence[str]) -> str | None:
    """The part of the case that a source fixes (C2); None if the source has nothing to do with it."""
    if source in parties:
        return f"sole:{source}"
    if source in children:
        return f"child:{source}"
    return source if source in SHARED_PARTS else None
