"""The register of everyone bound: whoever ever signed, those who left too, for the duty has no end (C15)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import bindparam, func, or_, select
from sqlalchemy.orm import Session

from okf.asker import permitted_reader
from okf.clock import is_past
from okf.desk import Desk
from okf.paging import FIRST, AnySelect, Order, Page, Paged, Sort, order_of
from okf.store.former import with_former_names
from okf.store.models import AgreementStanding, Person, Signature
from okf.store.names import NAME_HAS_LETTERS, USERNAME_HAS_LETTERS, letters
from okf.store.rows import from_row
from okf.store.visible import account_on
from okf.terms import Action, Capacity, SignatureMethod
from okf.terms.agreements import OPTIONAL_KINDS

EXPORTED_MOST: Final = 5000
_AT_ONCE: Final = 500
NAME, SIGNED, LEFT = "name", "signed", "left"
EVERYBODY, HERE, GONE = "everybody", "here", "left"

_INSTANT: Any = Person.left_at.type
_AT: Any = bindparam("at", type_=_INSTANT)
_LAST: Any = (
    select(func.max(AgreementStanding.signed_at))
    .where(AgreementStanding.person == Person.username)
    .correlate(Person)
    .scalar_subquery()
)
SORTS: Final[Mapping[str, Order]] = {
    NAME: Order((Person.name_folded, Person.username)),
    SIGNED: Order((_LAST.label("last"), Person.username)),
    LEFT: Order((Person.left_at, Person.username), gaps=True),
}
BY_NAME: Final = Sort(NAME)
_WHO: Any = {EVERYBODY: (), HERE: (account_on(),), GONE: (Person.left_at <= _AT,)}
_SIGNED = (
    select(Signature.person, Signature.kind, Signature.version, Signature.signed_at)
    .where(
        Signature.person.in_(bindparam("people", expanding=True)),
        or_(Signature.method != SignatureMethod.ON_PAPER, Signature.verified_at.is_not(None)),
        Signature.kind.not_in(OPTIONAL_KINDS),  # nothing hangs on those, nor does the duty begin with one
    )
    .order_by(Signature.signed_at)
)


@dataclass(frozen=True, slots=True)
class BoundFilter:
    """Which of the register is shown, and in what order."""

    words: str = ""
    capacity: Capacity | None = None
    who: str = EVERYBODY
    sort: Sort = BY_NAME


ALL = BoundFilter()


@dataclass(frozen=True, slots=True)
class BoundRow:
    """Somebody who is bound: by which agreements and versions, since when, and whether they left.

    `name` says by which names they were known before.
    """

    username: str
    name: str
    capacity: Capacity
    organisation: str | None
    left_at: datetime | None
    signed: tuple[tuple[Capacity, tuple[str, ...]], ...]
    bound_since: datetime | None
    last_signed: datetime | None


def people_bound(desk: Desk, wanted: BoundFilter = ALL, page: Page = FIRST) -> Paged[BoundRow]:
    """The register, one page of it.

    Raises:
        Refused: the reader may not see who signed what.
    """
    question = permitted_reader(desk, Action.LIST_AGREEMENTS)
    with desk.reading() as session:
        return _page(session, wanted, page, question.at)


def bound_to_export(desk: Desk, wanted: BoundFilter, *, form: str) -> tuple[BoundRow, ...]:
    """The register as shown, for a file; that it left is on the audit record.

    Raises:
        Refused: the reader may not see who signed what.
    """
    found: list[BoundRow] = []
    with desk.permitted(Action.LIST_AGREEMENTS) as deed:
        after: str | None = None
        while len(found) < EXPORTED_MOST:
            page = _page(deed.session, wanted, Page(after=after, size=_AT_ONCE), deed.at)
            found += page.rows
            after = page.next
            if after is None:
                break
        deed.note(export=form, register="everyone bound", rows=len(found))
    return tuple(found)


def _page(session: Session, wanted: BoundFilter, page: Page, at: datetime) -> Paged[BoundRow]:
    bounds: dict[str, Any] = {"at": at, "capacity": wanted.capacity} | letters(wanted.words)
    statement = _statement(wanted.who, bool(wanted.words.strip()), wanted.capacity is not None)
    found = order_of(SORTS, wanted.sort).page(session, statement, bounds, page)
    signed: dict[str, list[Any]] = {}
    for one in session.execute(_SIGNED, {"people": [row.username for row in found.rows]}):
        signed.setdefault(one.person, []).append(one)
    made = [_row(row, signed.get(row.username, []), at) for row in found.rows]
    return Paged(with_former_names(session, made), found.next, found.previous)


def _row(row: Any, signed: list[Any], at: datetime) -> BoundRow:
    kinds: dict[Capacity, dict[str, None]] = {}
    for one in signed:
        kinds.setdefault(one.kind, {})[one.version] = None
    return from_row(
        BoundRow,
        row,
        left_at=row.left_at if is_past(row.left_at, at) else None,
        signed=tuple((kind, tuple(versions)) for kind, versions in kinds.items()),
        bound_since=signed[0].signed_at if signed else None,
        last_signed=signed[-1].signed_at if signed else None,
    )


@cache
def _statement(who: str, named: bool, of_capacity: bool) -> AnySelect:
    columns = (Person.username, Person.name, Person.name_folded, Person.capacity, Person.organisation, Person.left_at)
    statement: AnySelect = select(*columns, _LAST.label("last")).where(_LAST.is_not(None), *_WHO[who])
    if named:
        statement = statement.where(or_(NAME_HAS_LETTERS, USERNAME_HAS_LETTERS))
    if of_capacity:
        statement = statement.where(Person.capacity == bindparam("capacity", type_=Person.capacity.type))
    return statement
