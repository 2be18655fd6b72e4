"""What publishing a version would do, before it is published: who must sign, whose access would pause when (C7)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import and_, bindparam, case, func, or_, select

from okf.asker import permitted_reader
from okf.desk import Desk
from okf.paging import FIRST, Page, Paged, instant_of, keyset, mark, paged, values_of
from okf.policy.access import decide
from okf.policy.facts import VersionFacts
from okf.policy.standing import NEVER, pauses_at, resign_by
from okf.store.models import AccessGrant, AgreementStanding, Person
from okf.store.rows import from_row
from okf.store.visible import account_on, live_grants
from okf.terms import Action, Capacity, Change
from okf.terms.agreements import AgreementKind


@dataclass(frozen=True, slots=True)
class Counts:
    """How many people a version would ask, and how access stands for each of them.

    `pause` would lose access by it alone, if they don't sign; `earlier` would
    lose it before that for another reason; `stopped` have none now, those
    who never signed among them (`never`).
    """

    asked: int
    never: int
    stopped: int
    earlier: int
    pause: int

    @property
    def running(self) -> int:
        """How many have access now."""
        return self.earlier + self.pause


@dataclass(frozen=True, slots=True)
class Paused:
    """Somebody whose access would pause; `cases` are those they hold then, None for who may know of no case."""

    username: str
    name: str
    team: str | None
    pauses_at: datetime
    by_this: bool
    cases: int | None


@dataclass(frozen=True, slots=True)
class Impact:
    """The whole of it. `pauses_at` is None where nothing would pause: a minor version, or an optional text."""

    kind: AgreementKind
    resign_by: date | None
    pauses_at: datetime | None
    counts: Counts
    holders: int | None
    cases: int | None
    people: Paged[Paused]


_INSTANT = AgreementStanding.overdue_at.type
_AT, _PAUSE, _NEVER = (bindparam(name, type_=_INSTANT) for name in ("at", "pause", "never"))
_KIND: Any = bindparam("kind")
_NEEDS = and_(
    AgreementStanding.kind == _KIND, or_(AgreementStanding.ended_at.is_(None), AgreementStanding.ended_at > _AT)
)
_OVERDUE = AgreementStanding.overdue_at


def _how_many(test: Any) -> Any:
    return func.coalesce(func.sum(case((test, 1), else_=0)), 0)


_COUNTS = select(
    func.count().label("asked"),
    _how_many(_OVERDUE <= _NEVER).label("never"),
    _how_many(_OVERDUE <= _AT).label("stopped"),
    _how_many(and_(_OVERDUE > _AT, _OVERDUE < _PAUSE)).label("earlier"),
    _how_many(and_(_OVERDUE > _AT, _OVERDUE >= _PAUSE)).label("pause"),
).where(_NEEDS)
_EVERYBODY = select(func.count()).where(account_on())
# Grants that live when it pauses: of a capacity, whose holder it would stop by itself.
_HELD = (AccessGrant.capacity == _KIND, live_grants(_PAUSE))
_CASES = (
    select(func.count(AccessGrant.person.distinct()), func.count(AccessGrant.case_ref.distinct()))
    .join(AgreementStanding, and_(AgreementStanding.person == AccessGrant.person, _NEEDS))
    .where(*_HELD, _OVERDUE > _AT, _OVERDUE >= _PAUSE)
)
_KEYS = (AgreementStanding.overdue_at, AgreementStanding.person)
_FROM = tuple(bindparam(f"from_{key.key}", type_=key.type) for key in _KEYS)
_PEOPLE: Any = (
    select(Person.username, Person.name, Person.team, AgreementStanding.overdue_at)
    .join(Person, Person.username == AgreementStanding.person)
    .where(_NEEDS, _OVERDUE > _AT)
    .limit(bindparam("size"))
)
_PAGES = {
    (started, backwards): keyset(_PEOPLE, _KEYS, _FROM if started else None, descending=backwards)
    for started in (False, True)
    for backwards in (False, True)
}
_THEIRS: Any = (
    select(AccessGrant.person, func.count(AccessGrant.case_ref.distinct()))
    .where(*_HELD, AccessGrant.person.in_(bindparam("people", expanding=True)))
    .group_by(AccessGrant.person)
)


def impact_of(
    desk: Desk,
    *,
    kind: AgreementKind | Capacity,
    change: Change,
    effective_on: date,
    resign_by_date: date | None = None,
    page: Page = FIRST,
) -> Impact:
    """What a version with these dates would do to whom, as everyone stands now. Costs by the people who need it.

    A test holds it against the standings that its publishing makes.

    Raises:
        Refused: the reader may not publish.
    """
    kind = AgreementKind(kind)
    question = permitted_reader(desk, Action.PUBLISH_AGREEMENT)
    sees_cases = decide(replace(question, action=Action.SEE_CASE_ACCESS)).allowed
    with desk.reading() as session:
        if kind.capacity is None:
            everybody = session.execute(_EVERYBODY, {"at": question.at}).scalar_one()
            asked = everybody if change is Change.MATERIAL else 0
            return Impact(kind, resign_by_date, None, Counts(asked, 0, 0, 0, 0), None, None, Paged(()))
        version = VersionFacts(kind.capacity, "", effective_on, change, resign_by_date)
        pause = pauses_at(version, question.settings)
        bounds = {"kind": kind.capacity.value, "at": question.at, "pause": pause, "never": NEVER}
        counts = from_row(Counts, session.execute(_COUNTS, bounds).one())
        if change is Change.MINOR:
            return Impact(kind, None, None, replace(counts, asked=0), None, None, Paged(()))
        holders, cases = session.execute(_CASES, bounds).one() if sees_cases else (None, None)
        backwards = page.after is None and page.before is not None
        start = values_of(page.before if backwards else page.after, instant_of, str)
        more = dict(zip((bound.key for bound in _FROM), start, strict=True)) if start else {}
        rows = session.execute(_PAGES[start is not None, backwards], {**bounds, **more, "size": page.size + 1}).all()
        found: Paged[Any] = paged(
            rows, page, lambda row: mark((row.overdue_at, row.username)), backwards=backwards, started=start is not None
        )
        names = [row.username for row in found.rows]
        held: dict[str, int] = {}
        if sees_cases and names:
            held = {row[0]: row[1] for row in session.execute(_THEIRS, {**bounds, "people": names})}
    people = tuple(
        from_row(
            Paused,
            row,
            pauses_at=min(row.overdue_at, pause),
            by_this=row.overdue_at >= pause,
            cases=held.get(row.username, 0) if sees_cases else None,
        )
        for row in found.rows
    )
    by = resign_by(version, question.settings)
    return Impact(kind, by, pause, counts, holders, cases, Paged(people, found.next, found.previous))
