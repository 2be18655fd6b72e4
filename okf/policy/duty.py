"""Who leads on safeguarding on a day: who is away, who covers for them, and whether anybody is there at all; pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from okf.match.fold import folded
from okf.terms import FOR_SAFETY, SAFEGUARDING_LEADS, Role


@dataclass(frozen=True, slots=True)
class Away:
    """London days on which somebody is out of office, both included, and who covers for them."""

    starts_on: date
    ends_on: date
    covered_by: str | None = None

    def holds(self, day: date) -> bool:
        """Whether they are away on a day."""
        return self.starts_on <= day <= self.ends_on


@dataclass(frozen=True, slots=True)
class LeadFacts:
    """A safeguarding lead or deputy whose account is on, with the days on which they are away."""

    username: str
    name: str
    roles: frozenset[Role]
    away: tuple[Away, ...] = ()
    phone: str | None = None

    def away_on(self, day: date) -> Away | None:
        """Their absence that holds on a day; the one that lasts longest."""
        return max((one for one in self.away if one.holds(day)), key=lambda one: one.ends_on, default=None)

    @property
    def is_first(self) -> bool:
        """Whether they are the lead, and not a deputy."""
        return Role.DSL in self.roles


# By username.
Leads = Mapping[str, LeadFacts]


def lead_roles(about_lead: bool) -> frozenset[Role]:
    """Who has a lead's word on a concern: the lead and the deputies; of one about a lead the trustee too (C9)."""
    return FOR_SAFETY if about_lead else SAFEGUARDING_LEADS


def may_take_up(who: str | None, lead: str | None, taken_at: datetime | None, handed_at: datetime | None) -> bool:
    """Whether somebody who works a concern may say that they have it: nobody has, or it waits for them to."""
    if lead is None or handed_at is not None:
        return lead in (None, who)
    return taken_at is None


def acting_for(leads: Leads, username: str | None, day: date, *, not_by: Collection[str] = frozenset()) -> str | None:
    """Who does a lead's work on a day: they, or their cover, or else another who is there; None if nobody is.

    Without a username it is the work that nobody leads yet: the lead's own,
    or while they are away their cover's. It falls to none of `not_by`, whom
    it is about.
    """
    if username is None:
        heads = [one.username for one in leads.values() if one.is_first]
        username = next((one for one in heads if leads[one].away_on(day) is None), next(iter(heads), None))
    tried: set[str] = set()
    while username is not None and username in leads and username not in tried:
        away = leads[username].away_on(day)
        if away is None and username not in not_by:
            return username
        tried.add(username)
        username = away.covered_by if away else None
    return next((one.username for one in _here(leads, day) if one.username not in not_by), None)


def covers_for(leads: Leads, username: str, day: date) -> tuple[LeadFacts, ...]:
    """The leads who are away on a day and whose work falls to this one."""
    return tuple(
        one for one in leads.values() if one.username != username and acting_for(leads, one.username, day) == username
    )


def on_duty(leads: Leads, day: date) -> tuple[LeadFacts, ...]:
    """Who is there on a day: the lead first, then those who cover for one, then the other deputies."""
    return tuple(
        sorted(_here(leads, day), key=lambda one: (not one.is_first, not covers_for(leads, one.username, day)))
    )


def _here(leads: Leads, day: date) -> list[LeadFacts]:
    here = [one for one in leads.values() if one.away_on(day) is None]
    return sorted(here, key=lambda one: (not one.is_first, folded(one.name), one.username))


def missing(leads: Iterable[LeadFacts]) -> tuple[Role, ...]:
    """Which of the two roles, lead and deputy, nobody holds."""
    held: set[Role] = set()
    for one in leads:
        held |= one.roles
    return tuple(role for role in (Role.DSL, Role.DEPUTY_DSL) if role not in held)


def unstaffed(leads: Leads, today: date) -> Iterator[date]:
    """The days from today on which everybody who leads is away, the first ones first."""
    last = max((away.ends_on for one in leads.values() for away in one.away), default=today)
    day = today
    while leads and day <= last:
        if all(one.away_on(day) for one in leads.values()):
            yield day
        day += timedelta(days=1)


def uncovered(leads: Leads, today: date) -> Iterator[tuple[LeadFacts, Away, date]]:
    """Each promise of cover that can't be kept from today on: the lead, the absence, and its first such day."""
    for one in leads.values():
        for away in one.away:
            if away.covered_by is None:
                continue
            day = max(away.starts_on, today)
            cover = leads.get(away.covered_by)
            while day <= away.ends_on:
                if cover is None or cover.away_on(day):
                    yield one, away, day
                    break
                day += timedelta(days=1)
