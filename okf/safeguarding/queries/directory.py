"""The directory of local authorities: for those who keep it, for whoever rings, and as last known without the database.

What it tells whoever raised a concern hangs on nothing but the directory: not
on the concern, nor on whether there is a case (C9).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from okf.asker import permitted_reader
from okf.clock import london_date
from okf.desk import Desk
from okf.errors import StoreUnavailable
from okf.match.fold import begins, folded
from okf.pending import PendingItem, counted
from okf.policy.access import decide
from okf.policy.directory import Authority, Door, Step, door, named_in, of_area
from okf.policy.facts import PersonFacts
from okf.safeguarding.queries.concern import ConcernInView
from okf.store.models import AuthorityStep, Case, LocalAuthority, Person
from okf.store.rows import from_row, from_rows
from okf.terms import SAFEGUARDING_LEADS, Action

_AUTHORITIES = select(
    LocalAuthority.id,
    LocalAuthority.name,
    LocalAuthority.areas,
    LocalAuthority.is_default,
    LocalAuthority.hours,
    LocalAuthority.children_phone,
    LocalAuthority.children_email,
    LocalAuthority.out_of_hours_phone,
    LocalAuthority.lado_name,
    LocalAuthority.lado_phone,
    LocalAuthority.lado_email,
    LocalAuthority.adults_phone,
    LocalAuthority.adults_email,
    LocalAuthority.police_force,
    LocalAuthority.police_unit,
    LocalAuthority.police_phone,
    LocalAuthority.threshold_document,
    LocalAuthority.notes,
    LocalAuthority.checked_on,
    LocalAuthority.checked_by,
).order_by(LocalAuthority.name_folded)
_STEPS = select(
    AuthorityStep.authority_id, AuthorityStep.who, AuthorityStep.contact, AuthorityStep.working_days
).order_by(AuthorityStep.authority_id, AuthorityStep.place)
_NAMES = select(Person.username, Person.name).where(Person.username.in_(bindparam("people", expanding=True)))
_AREA = select(Case.area).where(Case.ref == bindparam("ref"))
_known: Final[list[tuple[datetime, tuple[Authority, ...]]]] = []


@dataclass(frozen=True, slots=True)
class Directory:
    """The authorities by name; `known_at` is when the database last told them, where it can't be read now."""

    authorities: tuple[Authority, ...]
    known_at: datetime | None = None

    @property
    def default(self) -> Authority | None:
        """The charity's default authority."""
        return of_area(self.authorities, None)


@dataclass(frozen=True, slots=True)
class DirectoryView:
    """The directory for those who keep it or read it; `overdue` names those at which nobody has looked for long.

    `names` are the names of those who looked, by username.
    """

    authorities: tuple[Authority, ...]
    overdue: frozenset[int]
    names: Mapping[str, str]
    may_change: bool
    today: date

    def found(self, words: str) -> tuple[Authority, ...]:
        """Those of whose name or areas these words begin a part."""
        wanted = folded(words).split()
        return tuple(
            one for one in self.authorities if any(begins(wanted, folded(name)) for name in (one.name, *one.areas))
        )

    def one(self, key: str) -> Authority | None:
        """The one of this number."""
        return next((one for one in self.authorities if str(one.id) == key), None)


@dataclass(frozen=True, slots=True)
class Doors:
    """The authorities for one concern: `own` is that of its case's area, else the default."""

    authorities: tuple[Authority, ...]
    own: Authority | None

    def authority(self, name: str | None) -> Authority | None:
        """The authority that a recipient's name names, else the concern's own."""
        return named_in(self.authorities, name) or self.own

    def door(self, kind: str, name: str | None) -> Door | None:
        """Whom to ring about what went to such a recipient; None where the directory has nobody."""
        at = self.authority(name)
        return door(at, kind) if at else None


def authorities(session: Session) -> tuple[Authority, ...]:
    """All that the directory holds, by name."""
    steps: dict[int, list[Step]] = defaultdict(list)
    for step in session.execute(_STEPS):
        steps[step.authority_id].append(from_row(Step, step))
    rows = session.execute(_AUTHORITIES).all()
    return tuple(from_row(Authority, row, areas=tuple(row.areas), steps=tuple(steps[row.id])) for row in rows)


def steps_of(session: Session, number: int) -> tuple[Step, ...]:
    """The steps that an authority has on file, from the first on."""
    return from_rows(Step, session.execute(_STEPS.where(AuthorityStep.authority_id == number)))


def remember_directory(desk: Desk) -> None:
    """Read the directory, on the host's desk, and keep it in memory."""
    with desk.reading() as session:
        _remembered(session, desk.now())


def numbers(desk: Desk) -> Directory:
    """The directory for everyone who is signed in; as last known where the database can't tell.

    Raises:
        Refused: the account is not active.
        StoreUnavailable: the database can't be read, and never could since the start.
    """
    try:
        question = permitted_reader(desk, Action.RAISE_CONCERN)
        with desk.reading() as session:
            return Directory(_remembered(session, question.at))
    except StoreUnavailable:
        if not _known:
            raise
        at, found = _known[0]
        return Directory(found, at)


def out_of_hours_of(desk: Desk, area: str | None = None) -> Door | None:
    """The out-of-hours number of an area's authority, else of the default one, also as last known; None without one.

    Raises:
        Refused: the account is not active.
    """
    try:
        at = of_area(numbers(desk).authorities, area)
    except StoreUnavailable:
        return None
    return door(at, "la_out_of_hours") if at and at.out_of_hours_phone else None


def directory_in_view(desk: Desk) -> DirectoryView:
    """The directory, and at which of its entries nobody has looked for as long as the setting says.

    Raises:
        Refused: the reader neither keeps it nor runs the caseload.
    """
    question = permitted_reader(desk, Action.LIST_DIRECTORY)
    today, days = london_date(question.at), question.settings.directory_check_days
    with desk.reading() as session:
        found = authorities(session)
        names = dict(session.execute(_NAMES, {"people": [one.checked_by for one in found]}).all())
    return DirectoryView(
        found,
        frozenset(one.id for one in found if one.id is not None and one.due_again(today, days)),
        names,
        decide(replace(question, action=Action.CHANGE_DIRECTORY)).allowed,
        today,
    )


def checks_pending(desk: Desk, session: Session, person: PersonFacts) -> PendingItem | None:
    """For Today, of the leads: authorities at whose numbers nobody has looked for long."""
    question = (
        desk.question(session, Action.CHANGE_DIRECTORY) if person.roles(desk.now()) & SAFEGUARDING_LEADS else None
    )
    if question is None or not decide(question).allowed:
        return None
    today, days = london_date(question.at), question.settings.directory_check_days
    many = sum(one.due_again(today, days) for one in authorities(session))
    text = counted(many, "authority's numbers are to be checked", "authorities' numbers are to be checked")
    return PendingItem(text, "directory", {"order": "checked"}, count=many, act="Check") if many else None


def doors(desk: Desk, view: ConcernInView) -> Doors:
    """The authorities for a concern whose reader may know its case's area; for others the default is its own."""
    with desk.reading() as session:
        question = desk.question(session, Action.READ_CONCERN, concern=view.ref)
        known = question.case is not None and decide(question).allowed
        return doors_of(session, question.case.ref if question.case and known else None)


def doors_of(session: Session, case_ref: str | None) -> Doors:
    """The authorities for what belongs to a case, or to none."""
    area = session.scalar(_AREA, {"ref": case_ref}) if case_ref else None
    found = authorities(session)
    return Doors(found, of_area(found, area))


def recipients_offered(desk: Desk, view: ConcernInView, kind: str) -> tuple[Door, ...]:
    """Whom the directory has for a kind of recipient, the concern's own authority first; none for other kinds."""
    at = doors(desk, view)
    ordered = sorted(at.authorities, key=lambda one: (one != at.own, not one.is_default))
    return tuple(found for one in ordered if (found := door(one, kind)) is not None)


def _remembered(session: Session, at: datetime) -> tuple[Authority, ...]:
    found = authorities(session)
    _known[:] = [(at, found)]
    return found
