"""Reminders to sign (C7): by hand, to one or to many, and by the ladder; each on Today, and in one mail."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from sqlalchemy import and_, bindparam, exists, func, insert, or_, select

from okf.clock import last_day_of, london_date
from okf.desk import Deed, Desk
from okf.errors import Conflict, Invalid
from okf.pending import counted
from okf.people.commands.outbox import put_in_outbox
from okf.policy.chasing import MailKind, due_rung, in_hours
from okf.store import facts
from okf.store.models import AgreementStanding, PaperSignature, Person, Reminder
from okf.store.visible import account_on
from okf.terms import Action, Capacity

QUIET_DAYS: Final = 7  # our default: a reminder to everybody leaves out who had one within these days
CHOSEN_MOST: Final = 200
_AT_ONCE: Final = 500
Rung = tuple[str, Capacity, int | None]

_INSTANT = AgreementStanding.due_at.type
_AT = bindparam("at", type_=_INSTANT)
_SO_FAR = (
    select(
        Reminder.person,
        Reminder.kind,
        func.min(Reminder.reminded_on).label("first"),
        func.max(Reminder.reminded_on).label("last"),
    )
    .group_by(Reminder.person, Reminder.kind)
    .subquery()
)
_TO_SIGN: Any = (
    select(
        AgreementStanding.person,
        AgreementStanding.kind,
        AgreementStanding.signed_at,
        AgreementStanding.overdue_at,
        AgreementStanding.partner_stops_at,
        _SO_FAR.c.first,
        _SO_FAR.c.last,
    )
    .join(Person, Person.username == AgreementStanding.person)
    .outerjoin(_SO_FAR, and_(_SO_FAR.c.person == AgreementStanding.person, _SO_FAR.c.kind == AgreementStanding.kind))
    .where(
        AgreementStanding.due_at <= _AT,
        or_(AgreementStanding.ended_at.is_(None), AgreementStanding.ended_at > _AT),
        account_on(),
        ~exists()
        .where(
            PaperSignature.person == AgreementStanding.person,
            PaperSignature.kind == AgreementStanding.kind,
            PaperSignature.decided_at.is_(None),
        )
        .correlate(AgreementStanding),  # they have signed: what waits is somebody's verification
    )
    .order_by(AgreementStanding.person, AgreementStanding.kind)
)
_THEIRS = _TO_SIGN.where(AgreementStanding.person.in_(bindparam("people", expanding=True)))


@dataclass(frozen=True, slots=True)
class Reminded:
    """How many people a reminder reached, and how many of them by a mail in the outbox."""

    people: int = 0
    mails: int = 0

    def in_words(self) -> str:
        """One line for the screen and the command line."""
        if not self.people:
            return "Nobody needed a reminder."
        who = counted(self.people, "person is", "people are")
        if not self.mails:
            return f"{who} reminded on Today. No mail is sent: none is set up, or no address is on file."
        mails = counted(self.mails, "mail is", "mails are")
        return f"{who} reminded on Today; {mails} in the outbox and will be sent within the hour."


def remind(desk: Desk, people: Sequence[str]) -> Reminded:
    """Remind these people of everything that they have to sign.

    Raises:
        Refused: their role does not include it.
        Invalid: nobody is named, or too many at once.
        Conflict: none of them has anything to sign, their paper waits to be verified, or all were reminded today.
    """
    if not 0 < len(people) <= CHOSEN_MOST:
        raise Invalid("Whom to remind", f"choose between 1 and {CHOSEN_MOST} people.")
    with desk.permitted(Action.REMIND_TO_SIGN) as deed:
        today = london_date(deed.at)
        rows = deed.session.execute(_THEIRS, {"at": deed.at, "people": list(people)}).all()
        fresh: list[Rung] = [
            (row.person, row.kind, None) for row in _in_effect(deed, rows) if row.last is None or row.last < today
        ]
        if not fresh:
            raise Conflict(
                "They have nothing to sign now, were reminded today already, or have signed on paper, which waits to be"
                " verified."
            )
        if len(people) == 1:
            deed.about(people[0])
        return _put(deed, desk, today, fresh)


def remind_everybody(desk: Desk) -> Reminded:
    """Remind everybody who has something to sign and was not reminded within the last days.

    Raises:
        Refused: their role does not include it.
    """
    with desk.permitted(Action.REMIND_TO_SIGN) as deed:
        today = london_date(deed.at)
        since = today - timedelta(days=QUIET_DAYS)
        rows = _in_effect(deed, deed.session.execute(_TO_SIGN, {"at": deed.at}).all())
        whom: list[Rung] = [(r.person, r.kind, None) for r in rows if r.last is None or r.last <= since]
        return _put(deed, desk, today, whom)


def climb_ladder(desk: Desk) -> Reminded:
    """Remind, in London office hours, everyone who has reached a rung of the ladder and was not reminded since.

    Done again on the same day, by this process or another, it reminds nobody
    twice. Costs by those who have something to sign.
    """
    at = desk.now()
    if not in_hours(at):
        return Reminded()
    today = london_date(at)
    with desk.reading() as session:
        if not _reached(session.execute(_TO_SIGN, {"at": at}).all(), today):
            return Reminded()
    with desk.permitted(Action.REMIND_TO_SIGN) as deed:
        rows = _in_effect(deed, deed.session.execute(_TO_SIGN, {"at": deed.at}).all())
        return _put(deed, desk, today, _reached(rows, today))


def _reached(rows: Iterable[Any], today: date) -> list[Rung]:
    found: list[Rung] = []
    for row in rows:
        by_partner = row.partner_stops_at is not None  # then it is not the day of their own signing
        last_day = last_day_of(row.overdue_at) if row.signed_at is not None and not by_partner else None
        rung = due_rung(last_day, row.first, row.last, today)
        if rung is not None:
            found.append((row.person, row.kind, rung))
    return found


def _in_effect(deed: Deed, rows: Iterable[Any]) -> list[Any]:
    """The rows whose agreement has a text in effect."""
    today = london_date(deed.at)
    texts = facts.agreements(deed.session)
    kinds = {kind for kind, versions in texts.items() if any(v.effective_on <= today for v in versions)}
    return [row for row in rows if row.kind in kinds]


def _put(deed: Deed, desk: Desk, today: date, whom: list[Rung]) -> Reminded:
    people = list(dict.fromkeys(who for who, _, _ in whom))
    mails = put_in_outbox(deed, desk, MailKind.SOMETHING_TO_SIGN, people)
    rows = [
        {
            "person": who,
            "kind": kind,
            "reminded_on": today,
            "rung": rung,
            "asked_at": deed.at,
            "asked_by": str(desk.actor),
            "mail": mails.get(who),
        }
        for who, kind, rung in whom
    ]
    for start in range(0, len(rows), _AT_ONCE):
        deed.session.execute(insert(Reminder), rows[start : start + _AT_ONCE])
    deed.note(people=len(people), reminders=len(rows), mails=len(set(mails.values())))
    return Reminded(len(people), len(mails))
