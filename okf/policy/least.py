"""The least that each needs: what of a family those see who hold an access, by the work that they do on it (C5)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

from okf.policy.facts import CaseFacts, GrantFacts
from okf.policy.scopes import for_a_mediator
from okf.terms import Capacity, FamilyField, RecordClass, Role

Work = Role | Capacity
EVERYTHING: Final = frozenset(FamilyField)
CONTACT: Final = frozenset({FamilyField.PHONE, FamilyField.EMAIL, FamilyField.ADDRESS, FamilyField.CODE_WORD})
_CHANNEL: Final = frozenset({FamilyField.OWN_NAME, FamilyField.PHONE, FamilyField.EMAIL})

# Whoever holds accesses of two works acts in the one that stands first here until they choose, and never in both.
LEAST: Mapping[Work, frozenset[FamilyField]] = MappingProxyType(
    {
        Role.CASEWORKER: EVERYTHING,
        Role.MEDIATOR: _CHANNEL
        | {
            FamilyField.OTHER_PARTYS_NAME,
            FamilyField.CHILDS_NAME,
            FamilyField.CODE_WORD,
            FamilyField.MEDIATION,
            FamilyField.KIND_OF_SUPPORT,
        },
        Capacity.THERAPIST: _CHANNEL | {FamilyField.OWN_BIRTHDAY, FamilyField.CODE_WORD, FamilyField.OWN_CASEWORKER},
        Capacity.VOLUNTEER: frozenset({FamilyField.OWN_NAME, FamilyField.PHONE}),
        Capacity.ALLIED_PARTNER: _CHANNEL,
    }
)
# The papers that name the people whom somebody works for: a partner's pack, a volunteer's tasks; no therapist's notes.
PAPERS: Mapping[Work, RecordClass] = MappingProxyType(
    {Capacity.VOLUNTEER: RecordClass.TASK_NOTE, Capacity.ALLIED_PARTNER: RecordClass.REFERRAL_PACK}
)
# In the capacity of staff the role says the work; the first that somebody has.
_OF_STAFF: tuple[tuple[Role, Work], ...] = (
    (Role.CASEWORKER, Role.CASEWORKER),
    (Role.MEDIATOR, Role.MEDIATOR),
    (Role.THERAPIST, Capacity.THERAPIST),
    *((role, Role.CASEWORKER) for role in (Role.MANAGER, Role.DSL, Role.DEPUTY_DSL)),
)


def work_of(grant: GrantFacts, roles: Collection[Role] = ()) -> Work:
    """The work that an access is for: by what it covers, or in the capacity of staff by its holder's role.

    Staff whose role is no work with families see the least that anybody sees.
    """
    if for_a_mediator(grant.record_classes):
        return Role.MEDIATOR
    if grant.capacity is not Capacity.STAFF:
        return grant.capacity
    return next((work for role, work in _OF_STAFF if role in roles), Capacity.VOLUNTEER)


@dataclass(frozen=True, slots=True)
class Least:
    """What one reader sees of one family: which facts, and whose own; `work` is None for ways without a grant.

    `addressed` are those of whom a grant shows the address, whatever the work does.
    """

    work: Work | None = None
    fields: frozenset[FamilyField] = EVERYTHING
    own: frozenset[str] = frozenset()
    named: frozenset[str] = field(default=frozenset())
    addressed: frozenset[str] = frozenset()

    def shows(self, one: FamilyField) -> bool:
        """Whether this fact is theirs to see at all."""
        return one in self.fields

    def shows_of(self, ref: str, one: FamilyField) -> bool:
        """Whether it is theirs to see of this one of the family."""
        return self.shows(one) or (one is FamilyField.ADDRESS and ref in self.addressed)

    def names(self, ref: str, case: CaseFacts) -> bool:
        """Whether they see what somebody of the family is called."""
        if ref in self.own or ref in self.named:
            return self.shows(FamilyField.OWN_NAME)
        return self.shows(FamilyField.CHILDS_NAME if ref in case.children else FamilyField.OTHER_PARTYS_NAME)

    def shows_birthday(self, ref: str) -> bool:
        """Whether they see when somebody of the family was born, if they read in that part of the case."""
        return self.shows(FamilyField.OWN_BIRTHDAY if ref in self.own else FamilyField.CHILDS_BIRTHDAY)

    def shows_caseworker(self, ref: str) -> bool:
        """Whether they see who the caseworker of one party is."""
        mine = ref in self.own or ref in self.named
        return self.shows(FamilyField.OWN_CASEWORKER if mine else FamilyField.OTHER_CASEWORKER)

    def called(self, case: CaseFacts, names: Mapping[str, str]) -> dict[str, str]:
        """What each of the family is called for them: by name, or by a neutral word, which is never blank."""
        seen = {ref: names[ref] for ref in (*case.parties, *case.children) if ref in names and self.names(ref, case)}
        adults = [ref for ref in case.parties if ref not in seen]
        parent = "the other parent" if len(adults) < len(case.parties) else "a parent of the family"
        young = [ref for ref in case.children if ref not in seen]
        return seen | _numbered(parent, adults) | _numbered("a child of the family", young)


def _numbered(word: str, refs: Iterable[str]) -> dict[str, str]:
    """One word for one, and with a number where there are more: in a list to choose from each stands for somebody."""
    listed = list(refs)
    return {ref: word if len(listed) == 1 else f"{word} ({n})" for n, ref in enumerate(listed, 1)}


def in_one_work(
    grants: Iterable[GrantFacts], live: Iterable[GrantFacts], roles: Collection[Role], chosen: Work | None
) -> tuple[tuple[Work, ...], tuple[GrantFacts, ...]]:
    """The works of which somebody holds live accesses, the one they act in first, and the accesses of that alone.

    Nothing where these are of one work: there is no choice.
    """
    held = {work_of(grant, roles) for grant in live}
    if len(held) < 2:
        return (), ()
    acted_in = chosen if chosen in held else next(work for work in LEAST if work in held)
    works = (acted_in, *(work for work in LEAST if work in held - {acted_in}))
    return works, tuple(grant for grant in grants if work_of(grant, roles) == acted_in)


def least_of(grants: Iterable[GrantFacts], roles: Collection[Role] = (), named: Collection[str] = ()) -> Least:
    """What somebody sees by the grants that open a case to them: those of the one work that they act in."""
    by_work: dict[Work, list[GrantFacts]] = {}
    for grant in grants:
        by_work.setdefault(work_of(grant, roles), []).append(grant)
    acted_in = next((work for work in LEAST if work in by_work), None)
    if acted_in is None:
        return Least(None, frozenset())
    held = by_work[acted_in]
    addressed = _whose_part(grant for grant in held if grant.with_address)
    return Least(acted_in, LEAST[acted_in], _whose_part(held), frozenset(named), addressed)


def _whose_part(grants: Iterable[GrantFacts]) -> frozenset[str]:
    parts = [part.partition(":") for grant in grants for part in grant.compartments]
    return frozenset(whose for kind, _, whose in parts if kind in ("sole", "child"))
