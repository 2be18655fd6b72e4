"""Who on file may be somebody described: found by keys, compared one by one, the likeliest first.

Knows nothing of who asks: what of it anyone sees is decided by whoever asks here.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Final

from sqlalchemy import bindparam, func, select, union_all
from sqlalchemy.orm import Session

from okf.match.compare import Match, compare
from okf.match.keys import sought_keys
from okf.match.normal import Applicant, Described
from okf.store.contact import born_of, statements_of
from okf.store.match_keys import DESCRIBED, Hasher, applicant_of
from okf.store.models import CaseChild, CaseParty, MatchKey, ServiceUser, ToldApart

STRONG_MOST: Final = 400  # people looked at for strong keys; a placeholder that stands for thousands ends here
WEAK_MOST: Final = 200
FOUND_MOST: Final = 50
NOBODY: Final = "-"  # no reference is this: for statements that are asked whether or not there is anything to ask

_BY_KEY = (
    select(MatchKey.service_user)
    .where(MatchKey.key.in_(bindparam("keys", expanding=True)))
    .group_by(MatchKey.service_user)
    .order_by(func.count().desc(), MatchKey.service_user)
    .limit(bindparam("most"))
)
_DESCRIBED = select(*DESCRIBED).where(ServiceUser.ref.in_(bindparam("refs", expanding=True)))
_APART = union_all(
    select(ToldApart.service_user).where(ToldApart.subject == bindparam("subject"), ToldApart.undone_at.is_(None)),
    select(ToldApart.subject).where(ToldApart.service_user == bindparam("subject"), ToldApart.undone_at.is_(None)),
)
_CASES = union_all(
    select(CaseParty.service_user, CaseParty.case_ref).where(
        CaseParty.service_user.in_(bindparam("refs", expanding=True))
    ),
    select(CaseChild.service_user, CaseChild.case_ref).where(
        CaseChild.service_user.in_(bindparam("refs", expanding=True))
    ),
)


@dataclass(frozen=True, slots=True)
class Alike:
    """A service user who may be the person described; `own` is without what another person told of them."""

    ref: str
    name: str
    told: Described
    own: Described
    match: Match


def alike(session: Session, one: Applicant, *, subject: str | None = None) -> tuple[Alike, ...]:
    """Service users who may be this person, the likeliest first, at most fifty.

    Whoever was told apart from `subject`, and `subject` itself, is left out.
    Asks as many questions of the store whether or not anyone is found, and
    costs by the people who share a key, not by how many are on file.
    """
    told = Described.of(one)
    sought = sought_keys(told)
    hasher = Hasher.of(session)
    left_out = {subject, *session.scalars(_APART, {"subject": subject or NOBODY})}
    candidates: set[str] = set()
    for keys, most in ((sought.strong, STRONG_MOST), (sought.weak, WEAK_MOST)):
        hashed = sorted(hasher.hashed(keys)) if hasher else []
        candidates.update(session.scalars(_BY_KEY, {"keys": hashed or [0], "most": most}))
    found = []
    rows = session.execute(_DESCRIBED, {"refs": sorted(candidates - left_out) or [NOBODY]}).all()
    statements = statements_of(session, [row.ref for row in rows] or [NOBODY])
    for row in rows:
        heard = statements.get(row.ref, [])
        on_file = Described.of(applicant_of(row, heard))
        match = compare(told, on_file)
        if match:
            theirs = [one for one in heard if one.is_theirs]
            own = Described.of(replace(applicant_of(row, theirs), born=born_of(theirs)))
            found.append(Alike(row.ref, row.name or row.ref, on_file, own, match))
    found.sort(key=lambda one: (-one.match.weight, one.ref))
    return tuple(found[:FOUND_MOST])


def cases_of(session: Session, refs: Collection[str]) -> dict[str, list[str]]:
    """The cases that each of these service users is in, as party or child."""
    found: dict[str, list[str]] = {ref: [] for ref in refs}
    for service_user, case_ref in session.execute(_CASES, {"refs": sorted(refs) or [NOBODY]}).all():
        found[service_user].append(case_ref)
    return found
