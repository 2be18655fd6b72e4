"""Who has signed what, and who has not (C7): the board, its figures, and who is unsigned while holding live grants."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Final

from sqlalchemy import and_, bindparam, case, func, literal_column, or_, select
from sqlalchemy.orm import Session

from okf.agreements.queries.board import (
    AT,
    COLUMNS,
    EVERYONE,
    FROM,
    BoardFilter,
    BoardRow,
    bounds_of,
    narrowed,
    row_of,
    shape_of,
)
from okf.agreements.queries.own_agreements import SignedVersion, signatures_of
from okf.asker import permitted_reader
from okf.desk import Desk
from okf.errors import NotFound
from okf.paging import FIRST, Page, Paged, instant_of, mark, paged, values_of
from okf.policy.access import decide
from okf.policy.facts import Question
from okf.policy.standing import NEVER
from okf.store.former import with_former_names
from okf.store.models import AgreementStanding, Person
from okf.terms import Action, Capacity, Standing

EXPORTED_MOST: Final = 5000
_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person of the matrix: their standing to each agreement they need, and the worst of those first."""

    username: str
    name: str
    team: str | None
    holds_grants: bool | None
    cells: dict[Capacity, BoardRow]


@dataclass(frozen=True, slots=True)
class PersonAgreements:
    """One person's standings, and everything they signed, the newest first."""

    username: str
    name: str
    standings: tuple[BoardRow, ...]
    signatures: tuple[SignedVersion, ...]


@dataclass(frozen=True, slots=True)
class BoardFigures:
    """How many people stand how to each agreement, those who left apart."""

    counts: dict[Capacity, dict[Standing, int]]

    def total(self, *standings: Standing) -> int:
        """How many signings stand in one of these ways, over all agreements."""
        return sum(count for kinds in self.counts.values() for kind, count in kinds.items() if kind in standings)

    @property
    def asked(self) -> int:
        """How many signatures are needed now."""
        return self.total(Standing.NEVER_SIGNED, Standing.OVERDUE, Standing.RESIGN_DUE, Standing.CURRENT)

    @property
    def signed(self) -> int:
        """How many of them are there and count."""
        return self.total(Standing.RESIGN_DUE, Standing.CURRENT)


@dataclass(frozen=True, slots=True)
class BoardView:
    """The board as its page shows it: `people` or else `rows`, by the view asked for."""

    people: Paged[PersonRow] | None
    rows: Paged[BoardRow] | None
    figures: BoardFigures
    sees_access: bool


_NEVER: Any = bindparam("never", type_=AgreementStanding.overdue_at.type)
# Standings change at midnights, so people stand alike by the hundred: they are first counted by their instants, in the
# order of the one index that has them all, and only the few hundred kinds of standing so found are told apart.
_ALIKE: Any = (
    select(
        AgreementStanding.kind,
        AgreementStanding.overdue_at,
        AgreementStanding.due_at,
        AgreementStanding.ended_at,
        func.count().label("people"),
    )
    .group_by(
        AgreementStanding.kind, AgreementStanding.overdue_at, AgreementStanding.due_at, AgreementStanding.ended_at
    )
    .subquery()
)
_HERE = or_(_ALIKE.c.ended_at.is_(None), _ALIKE.c.ended_at > AT)
_STOPPED = _ALIKE.c.overdue_at <= AT
_COUNTED: Final = {
    Standing.NEVER_SIGNED: _ALIKE.c.overdue_at <= _NEVER,
    Standing.OVERDUE: and_(_ALIKE.c.overdue_at > _NEVER, _STOPPED),
    Standing.RESIGN_DUE: and_(~_STOPPED, _ALIKE.c.due_at <= AT),
    Standing.CURRENT: and_(~_STOPPED, _ALIKE.c.due_at > AT),
}
_FIGURES: Any = (
    select(_ALIKE.c.kind, *(func.sum(case((test, _ALIKE.c.people), else_=0)) for test in _COUNTED.values()))
    .where(_HERE)
    .group_by(_ALIKE.c.kind)
)
_TEAMS = select(Person.team).where(Person.team.is_not(None)).distinct().order_by(Person.team)
_THEIRS: Any = (
    select(*COLUMNS, literal_column("NULL").label("holds"))
    .join(Person, Person.username == AgreementStanding.person)
    .where(AgreementStanding.person.in_(bindparam("people", expanding=True)))
)


@dataclass(frozen=True, slots=True)
class Board:
    """The board, opened once for a reader who may see it: its filters' choices and its page."""

    desk: Desk
    question: Question

    @classmethod
    def opened(cls, desk: Desk) -> Board:
        """The board of whoever is here.

        Raises:
            Refused: they may not see who signed what.
        """
        return cls(desk, permitted_reader(desk, Action.LIST_AGREEMENTS))

    def teams(self) -> tuple[str, ...]:
        """The teams that people are in, by name."""
        with self.desk.reading() as session:
            return tuple(str(team) for team in session.scalars(_TEAMS))

    def view(self, wanted: BoardFilter = EVERYONE, page: Page = FIRST, *, matrix: bool = True) -> BoardView:
        """Who has signed what, the worst first, with the figures over everyone.

        Costs by the page, but for the figures: those are one count over an index of the kept standings.
        """
        with self.desk.reading() as session:
            return BoardView(
                people=people_page(session, self.question, wanted, page) if matrix else None,
                rows=None if matrix else _board(session, self.question, wanted, page, once=False),
                figures=_figures(session, self.question),
                sees_access=_sees_access(self.question),
            )


def board_to_export(desk: Desk, wanted: BoardFilter, *, form: str) -> tuple[tuple[BoardRow, ...], bool]:
    """The board as shown, for a file, and whether it is cut short; that it left is on the audit record.

    Raises:
        Refused: the reader may not see who signed what.
    """
    found: list[BoardRow] = []
    with desk.permitted(Action.LIST_AGREEMENTS) as deed:
        after: str | None = None
        while len(found) <= EXPORTED_MOST:
            page = _board(deed.session, deed.question, wanted, Page(after=after, size=_AT_ONCE), once=False)
            found += page.rows
            after = page.next
            if after is None:
                break
        rows = tuple(found[:EXPORTED_MOST])
        deed.note(export=form, rows=len(rows))
    return rows, len(found) > EXPORTED_MOST


def agreements_of(desk: Desk, username: str) -> PersonAgreements:
    """One person's standings and signatures.

    Raises:
        Refused: the reader may not see who signed what.
        NotFound: nobody has this username.
    """
    question = permitted_reader(desk, Action.LIST_AGREEMENTS)
    with desk.reading() as session:
        rows = session.execute(_THEIRS, {"people": [username]}).all()
    if not rows:
        raise NotFound(f"Nobody here has the username {username!r}.")
    standings = tuple(row_of(row, question.at, None) for row in rows)
    return PersonAgreements(username, rows[0].name, standings, tuple(signatures_of(desk, username)))


def _sees_access(question: Question) -> bool:
    """Holding access says something of cases: a compliance viewer sees names and signatures alone."""
    return decide(replace(question, action=Action.SEE_CASE_ACCESS)).allowed


def _board(session: Session, question: Question, wanted: BoardFilter, page: Page, *, once: bool) -> Paged[BoardRow]:
    sees_access = _sees_access(question)
    backwards = page.after is None and page.before is not None
    start = values_of(page.before if backwards else page.after, instant_of, str, Capacity)
    bounds: dict[str, Any] = {"size": page.size + 1, **bounds_of(wanted, question.at)}
    if start:
        bounds |= dict(zip((bound.key for bound in FROM), start, strict=True))
    statement = narrowed(shape_of(wanted, sees_access), sees_access, once, start is not None, backwards)
    rows = session.execute(statement, bounds).all()
    found = paged(rows, page, _mark, backwards=backwards, started=start is not None)
    made = [row_of(row, question.at, bool(row.holds) if sees_access else None) for row in found.rows]
    return Paged(with_former_names(session, made), found.next, found.previous)


def people_page(session: Session, question: Question, wanted: BoardFilter, page: Page) -> Paged[PersonRow]:
    """The board with a row a person, each at the place of the worst of what was asked for."""
    found = _board(session, question, wanted, page, once=True)
    cells: dict[str, dict[Capacity, BoardRow]] = {}
    for row in session.execute(_THEIRS, {"people": [row.username for row in found.rows]}):
        cells.setdefault(row.username, {})[row.kind] = row_of(row, question.at, None)
    people = tuple(PersonRow(r.username, r.name, r.team, r.holds_grants, cells[r.username]) for r in found.rows)
    return Paged(people, found.next, found.previous)


def _figures(session: Session, question: Question) -> BoardFigures:
    counts: dict[Capacity, dict[Standing, int]] = {}
    for kind, *found in session.execute(_FIGURES, {"at": question.at, "never": NEVER}):
        counts[kind] = {stands: int(count) for stands, count in zip(_COUNTED, found, strict=True) if count}
    return BoardFigures(counts)


def _mark(row: Any) -> str:
    return mark((row.overdue_at, row.username, row.kind))
