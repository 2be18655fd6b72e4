"""The mails that Casebook sent, could not send, or is about to: to whom and of what kind, never more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from okf.asker import permitted_reader
from okf.desk import Desk
from okf.paging import COUNT_MOST, FIRST, AnySelect, Count, Page, Paged, instant_of, keyset, mark, paged, values_of
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
_KEYS = (Mail.queued_at, Mail.id)
_FROM = tuple(bindparam(f"from_{key.key}", type_=key.type) for key in _KEYS)
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
    """A page of mails, how many did not go, and whether a server is set at all."""

    page: Paged[MailRow]
    stuck: Count
    set_up: bool


def mails_in_view(desk: Desk, *, state: MailState | None = None, stuck: bool = False, page: Page = FIRST) -> MailView:
    """The mails, the newest first, one page of them; those of one state, or those that did not go.

    Raises:
        Refused: their role does not include it.
    """
    permitted_reader(desk, Action.SEND_MAIL)
    backwards = page.after is None and page.before is not None
    start = values_of(page.before if backwards else page.after, instant_of, str)
    bounds: dict[str, Any] = {"size": page.size + 1, "states": list(STUCK) if stuck else [state]}
    if start:
        bounds |= dict(zip((bound.key for bound in _FROM), start, strict=True))
    narrowed = stuck or state is not None
    with desk.reading() as session:
        rows = session.execute(_statement(narrowed, start is not None, backwards), bounds).all()
        count = Count.capped(session.scalar(_STUCK) or 0)
    found = paged(rows, page, lambda row: mark((row.queued_at, row.id)), backwards=backwards, started=start is not None)
    return MailView(Paged(from_rows(MailRow, found.rows), found.next, found.previous), count, mail_is_set_up())


def mail_is_set_up() -> bool:
    """Whether a mail server is set, so that mails go at all."""
    return settings().mail is not None


def mails_that_failed(desk: Desk, session: Session, person: PersonFacts) -> PendingItem | None:
    """For managers and administrators: mails that did not go."""
    if not person.roles(desk.now()) & _READERS or not decide(desk.question(session, Action.SEND_MAIL)).allowed:
        return None
    count = session.scalar(_STUCK) or 0
    said = f"{counted(count, 'mail', 'mails')} did not go"
    return PendingItem(said, "mail", overdue=True, act="Send again") if count else None


@cache
def _statement(narrowed: bool, started: bool, backwards: bool) -> AnySelect:
    joined = select(*_COLUMNS).join(Person, Person.username == Mail.person)
    statement: AnySelect = joined.where(_PLAIN).limit(bindparam("size"))
    if narrowed:
        statement = statement.where(Mail.state.in_(bindparam("states", expanding=True)))
    return keyset(statement, _KEYS, _FROM if started else None, descending=not backwards)
