"""The rota as it is entered, the hours ahead that nobody has, and what of it is missing (C9)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from okf.asker import permitted_reader
from okf.desk import Desk
from okf.pending import PendingItem, counted
from okf.policy.directory import of_area
from okf.policy.facts import PersonFacts, PolicySettings
from okf.policy.rota import DAYS_AHEAD, Shift, uncovered_hours
from okf.policy.table import GRANTERS
from okf.safeguarding.queries.directory import authorities
from okf.store import duty, rota
from okf.terms import Action


@dataclass(frozen=True, slots=True)
class RotaView:
    """The hours of duty that are not over, who may be entered, and the hours ahead that nobody has."""

    shifts: tuple[Shift, ...]
    names: Mapping[str, str]
    phones: Mapping[str, str | None]
    uncovered: tuple[tuple[datetime, datetime], ...]
    settings: PolicySettings


def rota_view(desk: Desk) -> RotaView:
    """The rota, for whoever keeps it.

    Raises:
        Refused: their role does not include it.
    """
    question = permitted_reader(desk, Action.KEEP_ROTA)
    with desk.reading() as session:
        leads, shifts = duty.leads(session, question.at), rota.shifts(session, question.at)
    return RotaView(
        shifts,
        {one.username: one.name for one in leads.values()},
        {one.username: one.phone for one in leads.values()},
        tuple(uncovered_hours(shifts, leads, question.at)) if shifts else (),
        question.settings,
    )


def rota_pending(desk: Desk, session: Session, person: PersonFacts) -> PendingItem | None:
    """For those who keep the rota: what is missing, until every hour ahead has somebody and somewhere to ring."""
    at = desk.now()
    if not person.roles(at) & GRANTERS:
        return None
    shifts = rota.shifts(session, at)
    if not shifts:
        said = "No rota of safeguarding is entered: nobody knows who is on duty at night or on a weekend"
        return PendingItem(said, "on_duty", act="Enter it")
    gaps = uncovered_hours(shifts, duty.leads(session, at), at)
    if gaps:
        hours = max(1, round(sum((ends - begins).total_seconds() for begins, ends in gaps) / 3600))
        said = counted(hours, "hour of the next", "hours of the next")
        return PendingItem(f"{said} {DAYS_AHEAD} days: nobody is on duty for safeguarding", "on_duty", act="Fill it")
    council = of_area(authorities(session), None)
    if council is None or not council.out_of_hours_phone:
        return PendingItem(
            "The local authority's number out of hours is not in the directory", "directory", act="Enter it"
        )
    return None
