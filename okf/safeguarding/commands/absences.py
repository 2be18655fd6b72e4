"""Absences: the days on which somebody is away, and who covers for them (C9)."""

from __future__ import annotations

from datetime import date
from typing import Final

from sqlalchemy import bindparam, select

from okf.clock import is_past, london_date
from okf.desk import Deed, Desk
from okf.errors import Conflict, Invalid, NotFound
from okf.people.commands.leads_kept import leads_kept
from okf.policy.duty import uncovered
from okf.policy.words import day
from okf.store import duty
from okf.store.models import Absence, Person
from okf.terms import Action

LONGEST_DAYS: Final = 366

_OTHERS = (
    select(Absence.starts_on, Absence.ends_on)
    .where(
        Absence.person == bindparam("who"),
        Absence.cancelled_at.is_(None),
        Absence.starts_on <= bindparam("ends_on"),
        Absence.ends_on >= bindparam("starts_on"),
    )
    .limit(1)
)


def enter_absence(desk: Desk, *, person: str, starts_on: date, ends_on: date, covered_by: str | None = None) -> int:
    """Put on record that somebody is away on these days, both included, and who covers for them; its number.

    While a safeguarding lead is away, their concerns and new ones fall to
    their cover, who is a lead or deputy and there all the time.

    Raises:
        Refused: it is somebody else's, and their role does not include that.
        NotFound: nobody who works here has this username.
        Invalid: the days don't fit, or the cover can't cover.
        Conflict: they are away already; or neither a lead nor a deputy would be there.
    """
    with desk.permitted(Action.ENTER_ABSENCE, about=person) as deed, leads_kept(deed):
        _person(deed, person)
        today = london_date(deed.at)
        if ends_on < starts_on:
            raise Invalid("Last day", "it lies before the first day.")
        if ends_on < today:
            raise Invalid("Last day", "these days are over.")
        if (ends_on - starts_on).days > LONGEST_DAYS:
            raise Invalid("Last day", "enter at most a year at once.")
        other = deed.session.execute(_OTHERS, {"who": person, "starts_on": starts_on, "ends_on": ends_on}).one_or_none()
        if other is not None:
            raise Conflict(f"These days are entered already: {day(other[0])} to {day(other[1])}. Cancel those first.")
        if covered_by is not None:
            _refuse_cover(deed, person, covered_by)
        broken = {(lead.username, away) for lead, away, _ in uncovered(duty.leads(deed.session, deed.at), today)}
        row = Absence(
            person=person,
            starts_on=starts_on,
            ends_on=ends_on,
            covered_by=covered_by,
            entered_by=str(desk.actor),
            entered_at=deed.at,
        )
        deed.add(row)
        deed.session.flush()
        for lead, away, on in uncovered(duty.leads(deed.session, deed.at), today):
            if (lead.username, away) not in broken:
                _refuse_uncovered(lead.username == person, lead.name, on)
        deed.note(starts_on=starts_on, ends_on=ends_on, covered_by=covered_by)
    return row.id


def cancel_absence(desk: Desk, absence: int) -> None:
    """Cancel an absence that is planned or has begun: the person is there again from this instant.

    Raises:
        Refused: it is somebody else's, and their role does not include that.
        NotFound: there is no such absence.
        Conflict: it is over, or was cancelled.
    """
    with desk.reading() as session:
        person = session.scalar(select(Absence.person).where(Absence.id == absence))
    if person is None:
        desk.require(Action.ENTER_ABSENCE)  # a number tried by chance must not tell who is away
        raise NotFound("There is no such absence.")
    with desk.permitted(Action.ENTER_ABSENCE, about=person) as deed:
        row = deed.session.get_one(Absence, absence)
        if row.cancelled_at is not None:
            raise Conflict("It was cancelled already.")
        if row.ends_on < london_date(deed.at):
            raise Conflict("It is over.")
        row.cancelled_at, row.cancelled_by = deed.at, str(desk.actor)
        deed.note(did="absence cancelled", starts_on=row.starts_on, ends_on=row.ends_on)


def _person(deed: Deed, username: str) -> Person:
    person = deed.session.get(Person, username)
    if person is None or is_past(person.left_at, deed.at):
        raise NotFound(f"Nobody who works here has the username {username!r}.")
    return person


def _refuse_cover(deed: Deed, person: str, cover: str) -> None:
    if cover == person:
        raise Invalid("Covered by", "choose somebody else.")
    _person(deed, cover)
    leads = duty.leads(deed.session, deed.at)
    if person in leads and cover not in leads:
        raise Invalid("Covered by", "choose a safeguarding lead or deputy: nobody else may read what falls to them.")


def _refuse_uncovered(own: bool, name: str, on: date) -> None:
    """Raise the error that says who would be left without cover."""
    if own:
        raise Invalid("Covered by", f"they are away themselves on {day(on)}: choose somebody who is there.")
    raise Conflict(f"{name} is away on {day(on)} and counts on this person's cover. Choose other days, or change that.")
