"""The mails that Casebook sent, could not send, or is about to: to whom and of what kind, never more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from okf.asker import permitted_reader
from okf.desk import Desk
from okf.paging import COUNT_MOST, FIRST, AnySelect, Count, Order, Page, Paged, Sort, count_of, order_of
from okf.pending import PendingItem, counted
from okf.policy.access import decide
from okf.policy.chasing import MailKind, MailState
from okf.policy.facts import PersonFacts
from okf.settings import settings
from okf.store.models import Mail, Person
from okf.store.rows import from_rows
from okf.terms import Action, Role

STUCK: Final = (MailState.FAILED, MailState.UNSURE)
_READERS: Final = frozenset({Role.MANAGER, Role.ADMINISTRATOR})
SORTS: Final[Mapping[str, Order]] = {"queued": Order((Mail.queued_at, Mail.id))}
NEWEST: Final = Sort("queued", descending=True)
_COLUMNS: Any = (
    Mail.id,
    Person.name,
    Mail.kind,
    Mail.address,
    Mail.state,
    Mail.queued_at,
    Mail.queued_by,
    Mail.settled_at,
    Mail.next_try_at,
    Mail.tries,
    Mail.answer,
)
# A mail about a concern is shown by the concern, to whoever works it: here it would tell that there is one (C9).
_PLAIN = Mail.concern_ref.is_(None)
_MAILS: AnySelect = select(*_COLUMNS).join(Person, Person.username == Mail.person).where(_PLAIN)
_NARROWED = _MAILS.where(Mail.state.in_(bindparam("states", expanding=True)))
_STUCK = select(func.count()).select_from(
    select(Mail.id).where(Mail.state.in_(STUCK), _PLAIN).limit(COUNT_MOST + 1).subquery()
)


@dataclass(frozen=True, slots=True)
class MailRow:
    """One mail on its page; `answer` is what the mail server said last."""

    id: str
    name: str
    kind: MailKind
    address: str
    state: MailState
    queued_at: datetime
    queued_by: str
    settled_at: datetime | None
    next_try_at: datetime
    tries: int
    answer: str | None


@dataclass(frozen=True, slots=True)
class MailView:
    """A page of mails, how many there are of these, how many did not go, and whether a server is set at all."""

    page: Paged[MailRow]
    count: Count
    stuck: Count
    set_up: bool


def mails_in_view(
    desk: Desk, *, state: MailState | None = None, stuck: bool = False, page: Page = FIRST, sort: Sort = NEWEST
) -> MailView:
    """The mails, one page of them; those of one state, or those that did not go.

    Raises:
        Refused: their role does not include it.
    """
    permitted_reader(desk, Action.SEND_MAIL)
    narrowed = stuck or state is not None
    bounds: dict[str, Any] = {"states": list(STUCK) if stuck else [state]} if narrowed else {}
    with desk.reading() as session:
        found = order_of(SORTS, sort).page(session, _NARROWED if narrowed else _MAILS, bounds, page)
        many = count_of(session, _NARROWED if narrowed else _MAILS, bounds)
        count = Count.capped(session.scalar(_STUCK) or 0)
    rows = Paged(from_rows(MailRow, found.rows), found.next, found.previous)
    return MailView(rows, many, count, mail_is_set_up())


def mail_is_set_up() -> bool:
    """Whether a mail server is set, so that mails go at all."""
    return settings().mail is not None


def mails_that_failed(desk: Desk, session: Session, person: PersonFacts) -> PendingItem | None:
    """For managers and administrators: mails that did not go."""
    if not person.roles(desk.now()) & _READERS or not decide(desk.question(session, Action.SEND_MAIL)).allowed:
        return None
    count = session.scalar(_STUCK) or 0
    said = f"{counted(count, 'mail', 'mails')} did not go"
    return PendingItem(said, "mail", overdue=True, count=count, act="Send again") if count else None
