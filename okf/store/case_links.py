"""Which cases of one family are linked, and which one was joined into another: as it stands now."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import bindparam, or_, select
from sqlalchemy.orm import Session, aliased

from okf.store.models import CaseLink, CaseParty
from okf.terms.caseload import CaseLinkKind

_STANDS = (CaseLink.agreed_at.is_not(None), CaseLink.ended_at.is_(None))
_JOINED = select(CaseLink.other_case, CaseLink.case_ref).where(
    *_STANDS, CaseLink.kind == CaseLinkKind.JOINED, CaseLink.other_case.in_(bindparam("refs", expanding=True))
)
_INTO = (
    select(CaseLink.other_case)
    .where(*_STANDS, CaseLink.kind == CaseLinkKind.JOINED, CaseLink.case_ref == bindparam("ref"))
    .order_by(CaseLink.other_case)
)
_NEW_PARTIES = select(CaseLink).where(
    *_STANDS, CaseLink.kind == CaseLinkKind.NEW_PARTY, CaseLink.case_ref.in_(bindparam("refs", expanding=True))
)
_HERE, _THERE = aliased(CaseParty), aliased(CaseParty)
_LINKED = (
    select(CaseLink.case_ref, CaseLink.other_case, _THERE.service_user)
    .outerjoin(_HERE, _HERE.case_ref == CaseLink.case_ref)
    .outerjoin(_THERE, (_THERE.case_ref == CaseLink.other_case) & (_THERE.service_user == _HERE.service_user))
    .where(
        *_STANDS,
        or_(
            CaseLink.case_ref.in_(bindparam("refs", expanding=True)),
            CaseLink.other_case.in_(bindparam("refs", expanding=True)),
        ),
    )
    .distinct()
)


def joined_cases(session: Session, refs: Collection[str]) -> dict[str, str]:
    """Of these cases, those that were joined into another, with that one's reference."""
    return {row.other_case: row.case_ref for row in session.execute(_JOINED, {"refs": sorted(refs)})}


def joined_into(session: Session, case_ref: str) -> list[str]:
    """The cases that were joined into this one."""
    return list(session.scalars(_INTO, {"ref": case_ref}))


def new_parties(session: Session, refs: Collection[str]) -> dict[str, CaseLink]:
    """Of these cases, those of a new party of another one, with the link that says so."""
    return {link.case_ref: link for link in session.scalars(_NEW_PARTIES, {"refs": sorted(refs)})}


def linked_cases(session: Session, refs: Collection[str]) -> list[tuple[str, str, str | None]]:
    """The links of these cases, each with a party who is in both; with None beside, for those in only one."""
    found = session.execute(_LINKED, {"refs": sorted(refs)})
    return [(row.case_ref, row.other_case, row.service_user) for row in found]


def linked_with(session: Session, refs: Collection[str]) -> dict[str, set[str]]:
    """The cases with which each of these is linked, of those that are."""
    found: dict[str, set[str]] = {}
    for one, another, _ in linked_cases(session, refs) if refs else ():
        found.setdefault(one, set()).add(another)
        found.setdefault(another, set()).add(one)
    return found


def looked_at_with(session: Session, refs: Collection[str]) -> dict[str, set[str]]:
    """The cases whose looking first holds on each of these too, of those that are linked.

    A new party's own holds there alone: on the case that knows nothing of them, it would tell that they called.
    """
    linked = linked_with(session, refs)
    for own, link in new_parties(session, set().union(*linked.values())).items() if linked else ():
        linked.get(link.other_case, set()).discard(own)
    return linked
