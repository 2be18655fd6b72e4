"""Partner organisations and their own agreements with OKF: put on record, renewed, ended (C5, C7)."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Final, NoReturn

from sqlalchemy import bindparam, exists, or_, select
from sqlalchemy.orm import Session

from okf.agreements.queries.partners import ending_soon, in_force_until
from okf.clock import day_after, london_date, start_of
from okf.desk import Deed, Desk
from okf.errors import Conflict, Invalid, NotFound
from okf.people.commands.outbox import put_in_outbox
from okf.policy.chasing import MailKind, in_hours
from okf.policy.standing import partner_covers
from okf.policy.table import MANAGERS
from okf.settings import settings
from okf.store import facts, kept
from okf.store.models import AgreementStanding, Mail, PartnerAgreement, PartnerOrganisation, Person
from okf.store.names import partner_named
from okf.store.visible import account_on, holds_role
from okf.terms import Action, Capacity
from okf.validation import words, words_or_none

_AT_ONCE: Final = 500
_FAR_AWAY, _SHORT, _LONG = timedelta(days=366), timedelta(days=27), timedelta(days=5 * 366)  # our defaults
_INSTANT = AgreementStanding.overdue_at.type
_PEOPLE = select(Person.username).where(Person.organisation == bindparam("name"), account_on())
# Their people, and the managers, whom no mail told of it since the days of warning began.
_UNTOLD = select(Person.username).where(
    or_(Person.organisation == bindparam("name"), holds_role(MANAGERS)),
    account_on(),
    Person.email.is_not(None),
    Person.email != "",
    ~exists().where(
        Mail.person == Person.username,
        Mail.kind == MailKind.PARTNER_LAPSES,
        Mail.queued_at >= bindparam("since", type_=_INSTANT),
    ),
)
_STANDING = select(PartnerAgreement).where(
    PartnerAgreement.organisation == bindparam("name"), PartnerAgreement.ended_at.is_(None)
)
_STOPPED = (
    select(AgreementStanding.person)
    .where(
        AgreementStanding.kind == Capacity.ALLIED_PARTNER,
        AgreementStanding.partner_stops_at <= bindparam("at", type_=_INSTANT),
        or_(AgreementStanding.ended_at.is_(None), AgreementStanding.ended_at > bindparam("at", type_=_INSTANT)),
    )
    .order_by(AgreementStanding.person)
)


def add_partner(
    desk: Desk,
    name: str,
    *,
    from_on: date,
    until: date | None = None,
    signed_for_them_by: str | None = None,
    dates_meant: bool = False,
) -> str:
    """Put an allied organisation on file with its agreement with OKF; its people are invited or imported. Its name.

    The agreement holds to the end of its last day, `until`. `dates_meant` says
    that dates are right that are likely wrong.

    Raises:
        Refused: their role does not include it.
        Invalid: no name, dates that don't fit, or likely wrong ones that are not meant.
        Conflict: it is on file already.
    """
    name = words("Name of the organisation", name, at_most=200)
    with desk.permitted(Action.MANAGE_PARTNERS) as deed:
        if there := partner_named(deed.session, name):
            raise Conflict(f"{there.name} is on file already: renew its agreement instead.")
        deed.add(PartnerOrganisation(name=name, agreement_from=None, agreement_until=None))
        deed.session.flush()
        _refuse_unlikely(deed, name, from_on, until, dates_meant)
        _agree(deed, desk, name, from_on, until, signed_for_them_by)
    return name


def renew_partner(
    desk: Desk,
    name: str,
    *,
    from_on: date,
    until: date | None = None,
    signed_for_them_by: str | None = None,
    dates_meant: bool = False,
) -> None:
    """Put a further agreement of an organisation on record; its people's access resumes when it begins.

    It holds from its first day, and never before now: it heals no earlier
    access; and to the end of its last day, `until`.

    Raises:
        Refused: their role does not include it.
        NotFound: there is no such organisation.
        Invalid: as `add_partner`.
    """
    with desk.permitted(Action.MANAGE_PARTNERS) as deed:
        _organisation(deed, name)
        _refuse_unlikely(deed, name, from_on, until, dates_meant)
        _agree(deed, desk, name, from_on, until, signed_for_them_by)


def end_partner(desk: Desk, name: str) -> int:
    """End every agreement of an organisation now, and with it the access of all its people; how many those are.

    Raises:
        Refused: their role does not include it.
        NotFound: there is no such organisation.
        Conflict: none of its agreements is in force or to come.
    """
    with desk.permitted(Action.MANAGE_PARTNERS) as deed:
        organisation = _organisation(deed, name)
        ended = 0
        first_runs = organisation.agreement_from is not None and organisation.agreement_ended_at is None
        if first_runs and _still(organisation.agreement_until, deed):
            organisation.agreement_ended_at, organisation.agreement_ended_by = deed.at, desk.actor
            ended += 1
        for agreement in deed.session.scalars(_STANDING, {"name": name}):
            if _still(agreement.until, deed):
                agreement.ended_at, agreement.ended_by = deed.at, str(desk.actor)
                ended += 1
        if not ended:
            raise Conflict(f"No agreement of {name} is in force or to come.")
        people = _refresh(deed, name)
        deed.about(name)
        deed.note(did="partner's agreement ended", people=people)
    return people


def resume_partners(desk: Desk) -> int:
    """Bring the board up to date for people whose organisation's renewed agreement has begun; how many.

    It changes nobody's access: the policy reads the agreements themselves.
    """
    at = desk.now()
    with desk.reading() as session:
        begun = _begun(session, at)
    if not begun:
        return 0
    with desk.permitted(Action.END_LAPSED_GRANTS) as deed:
        people = _begun(deed.session, deed.at)
        kept.refresh_standings(deed.session, deed.at, people)
        deed.note(did="partners' agreements begun", people=len(people))
    return len(people)


def warn_of_lapses(desk: Desk) -> int:
    """Tell, in office hours, an organisation's people and the managers that its agreement soon ends; how many mails.

    Each hears of one end once.
    """
    at = desk.now()
    if settings().mail is None or not in_hours(at):
        return 0
    with desk.reading() as session:
        if not _untold(session, at):
            return 0
    with desk.permitted(Action.REMIND_TO_SIGN) as deed:
        mails = put_in_outbox(deed, desk, MailKind.PARTNER_LAPSES, _untold(deed.session, deed.at))
        deed.note(did="partners' agreements end soon", mails=len(mails))
    return len(mails)


def _untold(session: Session, at: datetime) -> list[str]:
    warned = timedelta(days=facts.policy_settings(session, at).partner_warning_days)
    found: list[str] = []
    for row in ending_soon(session, at):
        if row.stops_at is not None:
            since = {"name": row.name, "at": at, "since": row.stops_at - warned}
            found += session.scalars(_UNTOLD, since)
    return list(dict.fromkeys(found))


def _begun(session: Session, at: datetime) -> list[str]:
    stopped = list(session.scalars(_STOPPED, {"at": at}))
    found = []
    for start in range(0, len(stopped), _AT_ONCE):
        people = facts.people(session, stopped[start : start + _AT_ONCE])
        found += [who for who, person in people.items() if partner_covers(person.organisation, at)]
    return found


def _refuse_unlikely(deed: Deed, name: str, from_on: date, until: date | None, meant: bool) -> None:
    """Ask about dates that are likely a slip: far away, very short or very long, or with a gap after the one before."""
    if meant:
        return
    today = london_date(deed.at)
    if abs(from_on - today) > _FAR_AWAY:
        _ask("First day", f"{from_on.year} is more than a year from now")
    if until is not None and until - from_on < _SHORT:
        _ask("Last day", "it would hold for less than four weeks")
    if until is not None and until - from_on > _LONG:
        _ask("Last day", "it would hold for more than five years")
    stops = in_force_until(deed.session, name, deed.at)
    if stops is not None and start_of(from_on) > stops:
        _ask("First day", f"the one in force ends before it: nothing would cover them from {london_date(stops)} on")


def _ask(field: str, why: str) -> NoReturn:
    raise Invalid(field, f"{why}. Look at it again; if it is right, tick that it is meant.")


def _agree(
    deed: Deed, desk: Desk, name: str, from_on: date, until: date | None, signed_for_them_by: str | None
) -> None:
    if until is not None and until < from_on:
        raise Invalid("Last day", "this must not lie before its first day.")
    if until is not None and until < london_date(deed.at):
        raise Invalid("Last day", "this agreement would be over already.")
    ends = day_after(until) if until else None
    deed.add(
        PartnerAgreement(
            organisation=name,
            from_on=from_on,
            until=ends,
            recorded_at=deed.at,
            recorded_by=str(desk.actor),
            signed_for_them_by=words_or_none("Signed for them by", signed_for_them_by, at_most=200),
        )
    )
    people = _refresh(deed, name)
    deed.about(name)
    deed.note(did="partner's agreement on record", from_on=from_on, until=ends, people=people)


def _organisation(deed: Deed, name: str) -> PartnerOrganisation:
    found = deed.session.get(PartnerOrganisation, name)
    if found is None:
        raise NotFound(f"There is no partner organisation called {name!r}.")
    return found


def _still(until: date | None, deed: Deed) -> bool:
    return until is None or start_of(until) > deed.at


def _refresh(deed: Deed, name: str) -> int:
    deed.session.flush()
    people = list(deed.session.scalars(_PEOPLE, {"name": name, "at": deed.at}))
    kept.refresh_standings(deed.session, deed.at, people)
    return len(people)
