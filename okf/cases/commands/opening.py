"""A case opened within a deed: the family put on file or found there, and the case made of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

from okf.cases.commands.match_reports import keep_report
from okf.clock import london_date
from okf.desk import Deed, Desk
from okf.errors import Invalid, unknown
from okf.intake.commands.contact import checked_contact
from okf.intake.commands.matching import carry_over
from okf.store import kept
from okf.store.models import Case, CaseChild, CaseParty, ServiceUser
from okf.terms import CaseStatus, SupportKind
from okf.validation import past_day, words, words_or_none


@dataclass(frozen=True, slots=True)
class NewServiceUser:
    """An adult or child as they are taken in, with the ways in which it is safe to reach them.

    `told_age` stands in where the date of birth is not known.
    """

    name: str
    date_of_birth: date | None = None
    phone: str | None = None
    email: str | None = None
    address: str | None = None
    safe_phone: str | None = None
    safe_hours: str | None = None
    voicemail_safe: bool | None = None
    post_safe: bool | None = None
    code_word: str | None = None
    do_not_contact_by: str | None = None
    safe_contact_notes: str | None = None
    told_age: int | None = None
    told_age_on: date | None = None


@dataclass(frozen=True, slots=True)
class OpenedCase:
    """A case just made: its reference, and the references of its people in the order in which they were given."""

    ref: str
    parties: tuple[str, ...]
    children: tuple[str, ...]


def open_within(
    desk: Desk,
    deed: Deed,
    *,
    kind_of_support: SupportKind,
    area: str | None,
    parties: Sequence[NewServiceUser | str],
    children: Sequence[NewServiceUser | str],
    opened_on: date | None = None,
    first_contact_at: datetime | None = None,
    status: CaseStatus = CaseStatus.ENQUIRY,
    subjects: Sequence[str] = (),
) -> OpenedCase:
    """Make a case within a deed that permits it. Somebody already on file is named by their reference.

    Everyone is compared with those on file, and the report kept with the case.
    `subjects` names the people, adults first, as the look for them before did.

    Raises:
        Invalid: nobody to help, somebody twice, a date to come, or a status that no new case has.
        NotFound: a reference names nobody on file.
    """
    if status not in (CaseStatus.ENQUIRY, CaseStatus.OPEN):
        raise Invalid("Status", "a new case is an enquiry or open.")
    if not parties:
        raise Invalid("Parties", "name at least one adult.")
    case = Case(
        ref=desk.new_ref("OKF"),
        status=status,
        kind_of_support=kind_of_support,
        area=words_or_none("Area", area, at_most=80),
        first_contact_at=first_contact_at,
        opened_on=past_day("Opened on", opened_on, deed.at) if opened_on else london_date(deed.at),
    )
    deed.add(case)
    refs = [_on_file(desk, deed, one) for one in (*parties, *children)]
    if len(set(refs)) < len(refs):
        raise Invalid("Parties", "the same person is named twice.")
    deed.session.flush()
    adults, young = tuple(refs[: len(parties)]), tuple(refs[len(parties) :])
    deed.add(*(CaseParty(case_ref=case.ref, service_user=ref, position=n) for n, ref in enumerate(adults)))
    deed.add(*(CaseChild(case_ref=case.ref, service_user=ref, position=n) for n, ref in enumerate(young)))
    deed.session.flush()
    carry_over(deed, dict(zip(subjects, refs, strict=True)) if subjects else {})
    keep_report(desk, deed, case.ref, refs)
    kept.refresh_allocation(deed.session, deed.at, [case.ref])
    deed.about(case.ref, case.ref)
    deed.note(status=status, kind_of_support=kind_of_support, parties=len(adults), children=len(young))
    return OpenedCase(case.ref, adults, young)


def _on_file(desk: Desk, deed: Deed, one: NewServiceUser | str) -> str:
    if isinstance(one, str):
        if deed.session.get(ServiceUser, one) is None:
            raise unknown("service user", one)
        return one
    told = asdict(one)
    told |= checked_contact(told)
    told["name"] = words("Name", one.name, at_most=200)
    if one.date_of_birth:
        past_day("Date of birth", one.date_of_birth, deed.at)
    ref = desk.new_ref("SU")
    deed.add(ServiceUser(ref=ref, **told))
    return ref
