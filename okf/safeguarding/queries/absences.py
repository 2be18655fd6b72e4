"""Who is there for safeguarding now, for everyone who asks whom to ring; and who is away (C9)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import aliased

from okf.asker import permitted_reader
from okf.clock import london_date
from okf.desk import Desk
from okf.errors import StoreUnavailable
from okf.policy.duty import LeadFacts, Leads, covers_for, on_duty
from okf.policy.rota import next_on_rota, on_rota
from okf.safeguarding.queries.last_known import Known, duty_last_known, leads_remembered
from okf.store import duty
from okf.store.models import Absence, Person
from okf.store.rows import from_rows
from okf.terms import Action
from okf.terms.rota import RotaPlace

MOST: Final = 200


@dataclass(frozen=True, slots=True)
class OnDuty:
    """Somebody to ring now, on this number; `covers` are the leads who are away and whom they stand in for."""

    username: str
    name: str
    place: RotaPlace
    phone: str
    covers: tuple[tuple[str, date], ...]


@dataclass(frozen=True, slots=True)
class LeadAway:
    """A safeguarding lead or deputy who is out of office now, until the end of a day."""

    name: str
    until: date
    covered_by: str | None


@dataclass(frozen=True, slots=True)
class Duty:
    """Who can be rung for safeguarding at this instant, the first to ring first; and who of them is away.

    Where no rota is entered it is not known who is on duty (`is_known`):
    `here` are those who are not away and have a number, `no_number` those
    without one. Where it is nobody's hours, `off_duty` are those who are not
    away and have a number. `next_at` is when somebody is on duty again, and
    `known_at` when the database last told it, where it can't be read now.
    """

    here: tuple[OnDuty, ...]
    away: tuple[LeadAway, ...]
    is_known: bool
    no_number: tuple[str, ...] = ()
    off_duty: tuple[OnDuty, ...] = ()
    next_at: datetime | None = None
    known_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class AbsenceRow:
    """Days on which somebody is away, from today on."""

    id: int
    person: str
    name: str
    starts_on: date
    ends_on: date
    covered_by: str | None
    entered_by: str


_PERSON, _COVER = aliased(Person), aliased(Person)
_COMING: Any = (
    select(
        Absence.id,
        Absence.person,
        _PERSON.name,
        Absence.starts_on,
        Absence.ends_on,
        _COVER.name.label("covered_by"),
        Absence.entered_by,
    )
    .join(_PERSON, _PERSON.username == Absence.person)
    .outerjoin(_COVER, _COVER.username == Absence.covered_by)
    .where(Absence.ends_on >= bindparam("today"), Absence.cancelled_at.is_(None))
    .order_by(Absence.starts_on, Absence.id)
    .limit(MOST)
)
_OWN = _COMING.where(Absence.person == bindparam("me"))
_LEADS = _COMING.where(Absence.person.in_(bindparam("people", expanding=True)))


def duty_now(desk: Desk) -> Duty:
    """Who can be rung now: for everyone who is signed in; as last known where the database can't tell.

    Raises:
        Refused: the account is not active.
        StoreUnavailable: the database can't be read, and never could since the start.
    """
    lost = False
    try:
        question = permitted_reader(desk, Action.RAISE_CONCERN)
        with desk.reading() as session:
            known = leads_remembered(session, question.at)
    except StoreUnavailable:
        last = duty_last_known()
        if last is None:
            raise
        known, lost = last, True
    return _duty(known, desk.now(), known.at if lost else None)


def _duty(known: Known, now: datetime, known_at: datetime | None) -> Duty:
    leads, today = known.duty(), london_date(now)
    away = []
    for one in leads.values():
        spell = one.away_on(today)
        if spell is not None:
            cover = leads.get(spell.covered_by or "")
            away.append(LeadAway(one.name, spell.ends_on, cover.name if cover else None))
    rest: dict[str, Any] = {"away": tuple(away), "known_at": known_at}
    there = on_duty(leads, today)
    if known.shifts:
        now_on = on_rota(known.shifts, leads, now)
        here = [_on(leads, today, str(one.person), one.place, str(one.phone)) for one in now_on]
        if here:
            return Duty(tuple(here), is_known=True, **rest)
        numbers = [(one, known.phone(one, now)) for one in there]
        off_duty = tuple(_on(leads, today, one.username, _place(one), phone) for one, phone in numbers if phone)
        next_at = next_on_rota(known.shifts, leads, now)
        return Duty((), is_known=True, off_duty=off_duty, next_at=next_at, **rest)
    here = [_on(leads, today, one.username, _place(one), one.phone) for one in there if one.phone]
    no_number = tuple(one.name for one in there if not one.phone)
    return Duty(tuple(here), is_known=False, no_number=no_number, **rest)


def leads_there(desk: Desk) -> tuple[tuple[str, str], ...]:
    """The leads and deputies who are not away today, by username and name: to whom a concern can be handed."""
    with desk.reading() as session:
        leads = duty.leads(session, desk.now())
    return tuple((one.username, one.name) for one in on_duty(leads, london_date(desk.now())))


def leads_away(desk: Desk) -> tuple[AbsenceRow, ...]:
    """The days on which a lead or deputy is away, from today on, the soonest first: for everyone who is signed in.

    Raises:
        Refused: the account is not active.
    """
    question = permitted_reader(desk, Action.RAISE_CONCERN)
    with desk.reading() as session:
        bounds = {"today": london_date(question.at), "people": list(duty.leads(session, question.at))}
        return from_rows(AbsenceRow, session.execute(_LEADS, bounds))


def own_absences(desk: Desk) -> tuple[AbsenceRow, ...]:
    """One's own days away, from today on."""
    with desk.reading() as session:
        bounds = {"today": london_date(desk.now()), "me": desk.actor}
        return from_rows(AbsenceRow, session.execute(_OWN, bounds))


def may_cover(desk: Desk) -> tuple[tuple[str, str], ...]:
    """The leads and deputies who could cover for one of them, by username and name."""
    with desk.reading() as session:
        return tuple((one.username, one.name) for one in duty.leads(session, desk.now()).values())


def _on(leads: Leads, today: date, username: str, place: RotaPlace, phone: str) -> OnDuty:
    covers = tuple((one.name, _until(one, today)) for one in covers_for(leads, username, today))
    return OnDuty(username, leads[username].name, place, phone, covers)


def _place(lead: LeadFacts) -> RotaPlace:
    return RotaPlace.LEAD if lead.is_first else RotaPlace.DEPUTY


def _until(lead: LeadFacts, today: date) -> date:
    spell = lead.away_on(today)
    return spell.ends_on if spell else today
