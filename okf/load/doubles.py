"""Whom a caseload may bring in twice: two of its rows that may be one person, and people who are on file already.

Who on file it may be is told as on the page that asks whether somebody is
known: by name to whoever may open their case, to an intake officer as somebody
protected, to nobody else at all (C2).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from okf.desk import Desk
from okf.intake.queries.alike import alike
from okf.intake.queries.matches import Asked, look, look_action
from okf.load.plan import Plan
from okf.load.rows import Entry
from okf.match.compare import compare
from okf.match.keys import kept_keys
from okf.match.normal import Applicant, Described
from okf.store.models import ServiceUser

_TOLD_MOST: Final = 50
_CROWD: Final = 50  # rows that share one key, such as a placeholder for a number: no sign of one person


def doubles(desk: Desk, session: Session, plan: Plan) -> tuple[list[str], list[str]]:
    """A sentence for each pair that may be one person, and the references of those on file whom they tell of."""
    entries = [entry for entry in plan.new.get("service_users", ()) if not _applicant(entry).is_empty]
    told = [*((sentence, None) for sentence in _within(entries)), *_on_file(desk, session, entries)]
    more = [f"... and {len(told) - _TOLD_MOST} more who may be one person."] if len(told) > _TOLD_MOST else []
    shown = told[:_TOLD_MOST]
    return [*(sentence for sentence, _ in shown), *more], sorted({ref for _, ref in shown if ref})


def _applicant(entry: Entry) -> Applicant:
    told = entry.values
    phones = tuple(filter(None, (told.get("phone"), told.get("safe_phone"))))
    return Applicant(told.get("name") or "", told.get("date_of_birth"), phones, told.get("email"), told.get("address"))


def _within(entries: Sequence[Entry]) -> Iterator[str]:
    described = {entry.number: Described.of(_applicant(entry)) for entry in entries}
    sharing: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        for key in kept_keys(described[entry.number]):
            sharing[key].append(entry)
    pairs = {
        (one.number, other.number): one
        for them in sharing.values()
        if len(them) <= _CROWD
        for at, one in enumerate(them)
        for other in them[at + 1 :]
    }
    for (one, other), entry in sorted(pairs.items(), key=lambda pair: pair[0]):
        match = compare(described[one], described[other])
        if match:
            place = f"{entry.table.where}, {entry.table.told([one, other])}"
            yield f"{place}: these may be one person ({_why(match.reasons)})."


def _on_file(desk: Desk, session: Session, entries: Sequence[Entry]) -> Iterator[tuple[str, str]]:
    if session.scalar(select(ServiceUser.ref).limit(1)) is None:
        return
    if not desk.is_host and not desk.decide(look_action(desk)).allowed:
        return
    for entry in entries:
        place = f"{entry.table.where}, {entry.table.told([entry.number])}: this may be"
        if desk.is_host:
            for one in alike(session, _applicant(entry)):
                yield f"{place} {one.ref}, who is on file ({_why(one.match.reasons)}).", one.ref
            continue
        found = look(desk, session, Asked(place, _applicant(entry)))
        for seen in found.known.seen:
            ref = found.people[seen.handle]
            yield f"{place} {seen.name} ({ref}), who is on file ({_why(seen.reasons)}).", ref
        for protected in found.known.protected:
            yield f"{place} somebody on file who is protected: ask {protected.ask}.", found.people[protected.handle]


def _why(reasons: Sequence[str]) -> str:
    return ", ".join(reasons)
