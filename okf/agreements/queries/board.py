"""The board's rows: what it may be narrowed by, as statements each built once, and how a row is read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, literal_column, or_, select, tuple_
from sqlalchemy.orm import aliased

from okf.clock import is_past
from okf.paging import keyset
from okf.policy.standing import NEVER, StandingFacts
from okf.store.models import AccessGrant, AgreementStanding, Person
from okf.store.names import NAME_HAS_LETTERS, letters
from okf.store.rows import from_row
from okf.store.visible import live_grants
from okf.terms import Capacity, Standing


@dataclass(frozen=True, slots=True)
class BoardFilter:
    """What of the board is shown; None is everything, but for those who left, who are shown when asked for.

    `unsigned` asks for whoever never signed or is overdue, in place of one standing; `outstanding` for
    whoever is asked to sign now, those whose access still lasts too.
    """

    capacity: Capacity | None = None
    team: str | None = None
    standing: Standing | None = None
    unsigned: bool = False
    holds_grants: bool | None = None
    name: str | None = None
    outstanding: bool = False


EVERYONE = BoardFilter()


@dataclass(frozen=True, slots=True)
class BoardRow:
    """How one person stands to one agreement they need; `holds_grants` is None for who may know of no case.

    `stopped_by_partner`: it is their organisation's own agreement that is not
    in force, whatever they signed.
    """

    username: str
    name: str
    team: str | None
    kind: Capacity
    standing: Standing
    version: str | None
    signed_at: datetime | None
    due_at: datetime | None
    overdue_at: datetime | None
    holds_grants: bool | None
    stopped_by_partner: bool = False


_INSTANT = AgreementStanding.overdue_at.type
AT, _NEVER = bindparam("at", type_=_INSTANT), bindparam("never", type_=_INSTANT)
KEYS = (AgreementStanding.overdue_at, AgreementStanding.person, AgreementStanding.kind)
FROM = tuple(bindparam(f"from_{key.key}", type_=key.type) for key in KEYS)


def live_grant(stands: Any) -> ColumnElement[bool]:
    """They hold a live grant in the capacity of this agreement."""
    return (
        exists()
        .where(AccessGrant.person == stands.person, AccessGrant.capacity == stands.kind, live_grants())
        .correlate(stands)
    )


def _conditions(stands: Any) -> dict[str, Any]:
    """What the board may be narrowed by; the standings as ranges of the instants at which they change."""
    here = or_(stands.ended_at.is_(None), stands.ended_at > AT)
    return {
        "here": here,
        "unsigned": and_(stands.overdue_at <= AT, here),
        "outstanding": and_(stands.due_at <= AT, here),
        Standing.NEVER_SIGNED: and_(stands.overdue_at <= _NEVER, here),
        Standing.OVERDUE: and_(stands.overdue_at > _NEVER, stands.overdue_at <= AT, here),
        Standing.RESIGN_DUE: and_(stands.overdue_at > AT, stands.due_at <= AT, here),
        Standing.CURRENT: and_(stands.overdue_at > AT, stands.due_at > AT, here),
        Standing.ENDED: stands.ended_at <= AT,
        "capacity": stands.kind == bindparam("capacity"),
        "team": Person.team == bindparam("team"),
        "name": NAME_HAS_LETTERS,
        "holds_True": live_grant(stands),
        "holds_False": ~live_grant(stands),
    }


COLUMNS = (
    Person.username,
    Person.name,
    Person.team,
    AgreementStanding.kind,
    AgreementStanding.version,
    AgreementStanding.signed_at,
    AgreementStanding.due_at,
    AgreementStanding.overdue_at,
    AgreementStanding.ended_at,
    AgreementStanding.partner_stops_at,
)


def row_of(row: Any, at: datetime, holds_grants: bool | None) -> BoardRow:
    """A row as it stands at an instant."""
    ended = is_past(row.ended_at, at)
    stands = Standing.ENDED if ended else from_row(StandingFacts, row).at(at)
    asked = row.signed_at is not None and not ended
    return from_row(
        BoardRow,
        row,
        standing=stands,
        due_at=row.due_at if asked else None,
        overdue_at=row.overdue_at if asked else None,
        holds_grants=holds_grants,
        stopped_by_partner=stands is Standing.OVERDUE
        and row.partner_stops_at is not None
        and row.partner_stops_at <= at,
    )


def shape_of(wanted: BoardFilter, sees_access: bool) -> tuple[str, ...]:
    """Which conditions the filter needs: the statement is built once for each set of them."""
    by_value = [name for name in ("capacity", "team", "name") if getattr(wanted, name)]
    holds = [f"holds_{wanted.holds_grants}"] if wanted.holds_grants is not None and sees_access else []
    many = "outstanding" if wanted.outstanding else "unsigned" if wanted.unsigned else "here"
    stands = wanted.standing.value if wanted.standing else many
    return (stands, *by_value, *holds)


def bounds_of(wanted: BoardFilter, at: datetime) -> dict[str, Any]:
    """What its statement binds, but for the size and the start."""
    bounds = {"at": at, "never": NEVER, "capacity": wanted.capacity, "team": wanted.team}
    return bounds | letters(wanted.name or "")


@cache
def narrowed(shape: tuple[str, ...], sees_access: bool, once: bool, started: bool, backwards: bool) -> Select[Any]:
    """The statement of one shape. `once` keeps of each person the worst row; the reader may see access or not."""
    conditions = _conditions(AgreementStanding)
    statement: Any = (
        select(*COLUMNS, (live_grant(AgreementStanding) if sees_access else literal_column("NULL")).label("holds"))
        .join(Person, Person.username == AgreementStanding.person)
        .where(*(conditions[name] for name in shape))
        .limit(bindparam("size"))
    )
    if once and "capacity" not in shape:
        other = aliased(AgreementStanding)
        of_other = _conditions(other)
        worse = tuple_(other.overdue_at, other.kind) < tuple_(AgreementStanding.overdue_at, AgreementStanding.kind)
        rows_alike = [of_other[name] for name in shape if name not in ("team", "name")]  # the person is the same
        statement = statement.where(
            ~exists().where(other.person == AgreementStanding.person, worse, *rows_alike).correlate(AgreementStanding)
        )
    return keyset(statement, KEYS, FROM if started else None, descending=backwards)
