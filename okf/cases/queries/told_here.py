"""What was told of the people of one case, without what another case of a child keeps (C2)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from okf.clock import is_past
from okf.policy.contact import Statement, of_another_case
from okf.policy.facts import CaseFacts
from okf.store.contact import statements_of
from okf.store.models import AccessGrant, CaseChild, CaseParty

_REFS: Any = bindparam("refs", expanding=True)
_ELSEWHERE = (
    select(CaseChild.service_user, CaseChild.case_ref, CaseParty.service_user.label("party"))
    .outerjoin(CaseParty, CaseParty.case_ref == CaseChild.case_ref)
    .where(CaseChild.service_user.in_(_REFS), CaseChild.case_ref != bindparam("here"))
)
_WORKED = select(
    AccessGrant.case_ref,
    AccessGrant.person,
    AccessGrant.compartments,
    AccessGrant.from_,
    AccessGrant.until,
    AccessGrant.ended_at,
    AccessGrant.revoked_at,
).where(AccessGrant.case_ref.in_(_REFS), AccessGrant.person.in_(bindparam("people", expanding=True)))


def told_here(session: Session, case: CaseFacts, refs: Collection[str], who: str) -> Mapping[str, list[Statement]]:
    """What was told of these people of a case, as far as it may be known there to `who`, who reads their parts.

    A child may be in another case too, with other parties: what their own part of that keeps stays there.
    A statement is of the case on which alone of theirs its writer then had access to the child's part; of
    one that is of none, or of several, nobody but its writer knows more than age and prohibitions.
    """
    told = dict(statements_of(session, refs))
    elsewhere = children_elsewhere(session, case, refs)
    if not elsewhere:
        return told
    noters = {one.noted_by for child in elsewhere for one in told.get(child, ()) if one.noted_by}
    cases = {case.ref}.union(*elsewhere.values())
    bound = {"refs": sorted(cases), "people": sorted(noters)}
    grants = session.execute(_WORKED, bound).all()

    def stays(one: Statement) -> bool:
        at, part = one.noted_at, f"child:{one.service_user}"
        written_on = {
            row.case_ref
            for row in grants
            if row.person == one.noted_by and part in row.compartments and at is not None and _held(row, at)
        }
        return not one.is_theirs or one.noted_by == who or written_on == {case.ref}

    for child in elsewhere:
        told[child] = [one if stays(one) else of_another_case(one) for one in told.get(child, ())]
    return told


def _held(grant: Any, at: datetime) -> bool:
    ended = any(is_past(end, at) for end in (grant.until, grant.ended_at, grant.revoked_at))
    return not ended and (grant.from_ is None or is_past(grant.from_, at))


def children_elsewhere(session: Session, case: CaseFacts, refs: Collection[str]) -> Mapping[str, set[str]]:
    """Those of these who are children of a case and of others whose parties are not the same, each with those cases."""
    young = sorted({*case.children} & {*refs})
    parties: dict[tuple[str, str], set[str]] = defaultdict(set)
    for row in session.execute(_ELSEWHERE, {"refs": young, "here": case.ref}) if young else ():
        parties[row.service_user, row.case_ref].add(row.party)
    found: dict[str, set[str]] = defaultdict(set)
    for (child, ref), others in parties.items():
        if others != {*case.parties}:
            found[child].add(ref)
    return found
