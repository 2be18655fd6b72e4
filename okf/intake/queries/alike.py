"""Who on file, or in an enquiry, may be somebody described: found by keys, compared one by one, the likeliest first.

Knows nothing of who asks: what of it anyone sees is decided by whoever asks here.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, bindparam, func, select, union_all
from sqlalchemy.orm import Session

from okf.clock import london_date, months_after
from okf.match.compare import Match, compare
from okf.match.keys import sought_keys
from okf.match.normal import Applicant, Described
from okf.policy.retention import ENQUIRY_MONTHS
from okf.store.contact import born_of, statements_of
from okf.store.match_keys import DESCRIBED, IN_ENQUIRIES, ON_FILE, TOLD_OF, Hasher, Kept, applicant_of
from okf.store.models import CaseChild, CaseParty, Enquiry, EnquiryPerson, ServiceUser, ToldApart
from okf.terms.intake import EnquiryPart, EnquiryStatus

STRONG_MOST: Final = 400  # people looked at for strong keys; a placeholder that stands for thousands ends here
WEAK_MOST: Final = 200
FOUND_MOST: Final = 50
NOBODY: Final = "-"  # no reference is this: for statements that are asked whether or not there is anything to ask


def _by_key(kept: Kept) -> Select[Any]:
    whose = kept.whose
    sharing = select(whose).where(whose.class_.key.in_(bindparam("keys", expanding=True))).group_by(whose)
    return sharing.order_by(func.count().desc(), whose).limit(bindparam("most"))


_BY_KEY, _BY_KEY_IN_ENQUIRIES = _by_key(ON_FILE), _by_key(IN_ENQUIRIES)
_DESCRIBED = select(*DESCRIBED).where(ServiceUser.ref.in_(bindparam("refs", expanding=True)))
_IN_ENQUIRIES = (
    select(
        *TOLD_OF, EnquiryPerson.enquiry_ref, EnquiryPerson.part, Enquiry.status, Enquiry.taken_by, Enquiry.decided_at
    )
    .join(Enquiry, Enquiry.ref == EnquiryPerson.enquiry_ref)
    .where(EnquiryPerson.id.in_(bindparam("people", expanding=True)))
)
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


@dataclass(frozen=True, slots=True)
class InEnquiry:
    """Somebody in an enquiry who may be the person described; `taken_by` is a username."""

    enquiry: str
    name: str
    part: EnquiryPart
    status: EnquiryStatus
    taken_by: str
    match: Match


def alike(session: Session, one: Applicant, *, subject: str | None = None) -> tuple[Alike, ...]:
    """Service users who may be this person, the likeliest first, at most fifty.

    Whoever was told apart from `subject`, and `subject` itself, is left out.
    Asks as many questions of the store whether or not anyone is found, and
    costs by the people who share a key, not by how many are on file.
    """
    told = Described.of(one)
    left_out = {subject, *session.scalars(_APART, {"subject": subject or NOBODY})}
    candidates = _sharing_keys(session, _BY_KEY, told)
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


def alike_in_enquiries(
    session: Session, one: Applicant, at: datetime, *, subject: str | None = None
) -> tuple[InEnquiry, ...]:
    """People of enquiries that wait, or were declined and are kept still, who may be this person; as `alike`.

    The enquiry that `subject` is in is left out.
    """
    told = Described.of(one)
    people = sorted(_sharing_keys(session, _BY_KEY_IN_ENQUIRIES, told)) or [0]
    own = (subject or "").removeprefix("enquiry:").rpartition(":")[0]
    found = []
    for row in session.execute(_IN_ENQUIRIES, {"people": people}).all():
        if row.enquiry_ref == own or not _kept_at(row.decided_at, at):
            continue
        match = compare(told, Described.of(applicant_of(row)))
        if match:
            found.append(InEnquiry(row.enquiry_ref, row.name, row.part, row.status, row.taken_by, match))
    found.sort(key=lambda one: (-one.match.weight, one.enquiry, one.name))
    return tuple(found[:FOUND_MOST])


def _kept_at(decided_at: datetime | None, at: datetime) -> bool:
    """Whether an enquiry that ended without a case is still kept."""
    return decided_at is None or london_date(at) < months_after(london_date(decided_at), ENQUIRY_MONTHS)


def _sharing_keys(session: Session, by_key: Select[Any], told: Described) -> set[Any]:
    """Who shares a key with somebody; as many questions whether or not anyone does."""
    sought, hasher = sought_keys(told), Hasher.of(session)
    found: set[Any] = set()
    for keys, most in ((sought.strong, STRONG_MOST), (sought.weak, WEAK_MOST)):
        hashed = sorted(hasher.hashed(keys)) if hasher else []
        found.update(session.scalars(by_key, {"keys": hashed or [0], "most": most}))
    return found


def cases_of(session: Session, refs: Collection[str]) -> dict[str, list[str]]:
    """The cases that each of these service users is in, as party or child."""
    found: dict[str, list[str]] = {ref: [] for ref in refs}
    for service_user, case_ref in session.execute(_CASES, {"refs": sorted(refs) or [NOBODY]}).all():
        found[service_user].append(case_ref)
    return found
