"""The attachments of a concern: marks on a body, the child's voice, files, and whether something is new."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, exists, literal, select
from sqlalchemy.orm import Session, aliased

from okf.policy.chasing import MailState
from okf.policy.facts import Question
from okf.store.models import Concern, ConcernEntry, ConcernFile, ConcernMark, ConcernVoice, Mail, Person
from okf.store.rows import from_rows
from okf.store.visible import WHO, binds_for, concerns_worked_by
from okf.terms.body import BodyRegion, BodySide, MarkKind
from okf.terms.concerns import ADDED_BY_RAISER, VoiceHow


@dataclass(frozen=True, slots=True)
class Mark:
    """One mark on the body map; `x` and `y` are for the picture, the words say the same."""

    side: BodySide
    region: BodyRegion
    x: int
    y: int
    kind: MarkKind
    size: str | None
    colour: str | None
    words: str | None
    by: str
    added_at: datetime


@dataclass(frozen=True, slots=True)
class Voice:
    """What the child said or was seen to do, or why nobody has heard it yet."""

    how: VoiceHow
    words: str
    by: str
    added_at: datetime


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file of a concern, without its content."""

    ref: str
    name: str
    kind: str
    size: int
    by: str
    added_at: datetime
    place_removed: bool | None = None


@dataclass(frozen=True, slots=True)
class Attachments:
    """The attachments of one concern, in the order in which they were put there."""

    marks: tuple[Mark, ...] = ()
    voices: tuple[Voice, ...] = ()
    files: tuple[FileRow, ...] = ()


NO_ATTACHMENTS = Attachments()


@dataclass(frozen=True, slots=True)
class MailTold:
    """A mail that was to tell a lead at once, and what became of it."""

    name: str
    state: MailState
    queued_at: datetime
    settled_at: datetime | None
    answer: str | None


_M, _V, _F = ConcernMark, ConcernVoice, ConcernFile
_BY = Person.name.label("by")
_MARKS = (
    select(_M.side, _M.region, _M.x, _M.y, _M.kind, _M.size, _M.colour, _M.words, _BY, _M.added_at)
    .join(Person, Person.username == _M.added_by)
    .where(_M.concern_ref == bindparam("ref"))
    .order_by(_M.id)
)
_VOICES = (
    select(_V.how, _V.words, _BY, _V.added_at)
    .join(Person, Person.username == _V.added_by)
    .where(_V.concern_ref == bindparam("ref"))
    .order_by(_V.id)
)
_FILES = (
    select(_F.ref, _F.name, _F.kind, _F.size, _F.place_removed, _BY, _F.added_at)
    .join(Person, Person.username == _F.added_by)
    .where(_F.concern_ref == bindparam("ref"))
    .order_by(_F.added_at, _F.ref)
)
_MAILS = (
    select(Person.name, Mail.state, Mail.queued_at, Mail.settled_at, Mail.answer)
    .join(Person, Person.username == Mail.person)
    .where(Mail.concern_ref == bindparam("ref"))
    .order_by(Mail.queued_at, Mail.id)
)
_ANSWER = aliased(ConcernEntry)
# Written out and not bound, so that the index of these lines alone is used.
_IS_ADDED = ConcernEntry.what == literal(ADDED_BY_RAISER, literal_execute=True)
_UNANSWERED = _IS_ADDED & ~exists().where(
    _ANSWER.concern_ref == ConcernEntry.concern_ref, _ANSWER.id > ConcernEntry.id, _ANSWER.what != ADDED_BY_RAISER
)
_ADDED_TO = (
    select(ConcernEntry.concern_ref)
    .where(_UNANSWERED, ConcernEntry.concern_ref.in_(bindparam("refs", expanding=True)))
    .distinct()
)


_WITH_ADDITIONS = (
    select(Concern.ref)
    .where(
        Concern.ref.in_(select(ConcernEntry.concern_ref).where(_UNANSWERED)),
        Concern.raised_by != WHO,
        concerns_worked_by(),
    )
    .order_by(Concern.raised_at, Concern.ref)
    .limit(50)
)


def unanswered_additions(session: Session, question: Question) -> list[str]:
    """Concerns of others, at most fifty, to which who raised them has added what nobody has answered."""
    return list(session.scalars(_WITH_ADDITIONS, binds_for(question)))


def attachments_of(session: Session, ref: str, *, only: str | None = None) -> Attachments:
    """The attachments of a concern; of `only` one person, their own, for who raised it."""
    return Attachments(
        from_rows(Mark, _of(session, _MARKS, ref, _M.added_by, only)),
        from_rows(Voice, _of(session, _VOICES, ref, _V.added_by, only)),
        from_rows(FileRow, _of(session, _FILES, ref, _F.added_by, only)),
    )


def _of(session: Session, statement: Any, ref: str, adder: Any, only: str | None) -> Any:
    narrowed = statement if only is None else statement.where(adder == bindparam("only"))
    return session.execute(narrowed, {"ref": ref, "only": only})


def mails_told(session: Session, ref: str) -> tuple[MailTold, ...]:
    """To whom a mail about this concern was put in the outbox, and whether it went."""
    return from_rows(MailTold, session.execute(_MAILS, {"ref": ref}))


def added_to(session: Session, refs: Iterable[str]) -> frozenset[str]:
    """To which of these concerns who raised it has put something that nobody who works it has written after."""
    asked = list(refs)
    return frozenset(session.scalars(_ADDED_TO, {"refs": asked})) if asked else frozenset()
