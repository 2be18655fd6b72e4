"""A concern as it would go out on paper: its parts in words, the versions that were prepared, and their copies."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, aliased

from okf.desk import Desk
from okf.errors import NotFound, unknown
from okf.pending import PendingItem, counted
from okf.policy.access import decide
from okf.policy.facts import PersonFacts, Question
from okf.policy.redaction import BLACK, Passage, blacked_out
from okf.safeguarding.queries.words import parts_of
from okf.store.models import ConcernPaper, ConcernPaperCopy, Person
from okf.store.rows import from_row
from okf.store.visible import WHO, binds_of, concerns_read_again_by
from okf.terms import FOR_SAFETY, Action

MOST: Final = 50
_MAKER, _READER, _TAKER = aliased(Person), aliased(Person), aliased(Person)
_PAPERS = (
    select(ConcernPaper, _MAKER.name, _READER.name)
    .join(_MAKER, _MAKER.username == ConcernPaper.made_by)
    .outerjoin(_READER, _READER.username == ConcernPaper.read_by)
    .where(ConcernPaper.concern_ref == bindparam("ref"))
    .order_by(ConcernPaper.made_at.desc(), ConcernPaper.ref)
    .limit(MOST)
)
_COPIES = (
    select(
        ConcernPaperCopy.paper_ref,
        ConcernPaperCopy.ref,
        ConcernPaperCopy.size,
        ConcernPaperCopy.sha256,
        _TAKER.name,
        ConcernPaperCopy.made_at,
    )
    .join(_TAKER, _TAKER.username == ConcernPaperCopy.made_by)
    .where(ConcernPaperCopy.concern_ref == bindparam("ref"))
    .order_by(ConcernPaperCopy.made_at, ConcernPaperCopy.ref)
)
_WAITING = (
    select(ConcernPaper.ref, ConcernPaper.concern_ref)
    .where(
        ConcernPaper.read_at.is_(None),
        ConcernPaper.replaced_at.is_(None),
        ConcernPaper.made_by != WHO,
        concerns_read_again_by(ConcernPaper.concern_ref),
    )
    .order_by(ConcernPaper.made_at, ConcernPaper.ref)
    .limit(MOST)
)


@dataclass(frozen=True, slots=True)
class Copy:
    """One copy of a paper that somebody took out, as it went."""

    ref: str
    size: int
    sha256: str
    made_by: str
    made_at: datetime


@dataclass(frozen=True, slots=True)
class Paper:
    """One version: for whom and what for, its words, what of them is black, and where it stands.

    `is_own` says that the reader made it, and so reads it for nobody.
    """

    ref: str
    recipient: str
    purpose: str
    parts: tuple[str, ...]
    passages: Mapping[int, tuple[Passage, ...]]
    reason: str
    made_by: str
    made_at: datetime
    replaced: bool
    read_by: str | None
    read_at: datetime | None
    approved: bool | None
    remark: str | None
    is_own: bool
    copies: tuple[Copy, ...]

    @property
    def waits(self) -> bool:
        """Whether it waits for its second reader."""
        return self.read_at is None and not self.replaced

    @property
    def as_it_goes(self) -> tuple[str, ...]:
        """Its parts with nothing left of what is black."""
        return as_it_goes(self.parts, self.passages)


@dataclass(frozen=True, slots=True)
class PapersView:
    """The versions of a concern's paper, newest first, its parts as they are now, and what its reader may do."""

    papers: tuple[Paper, ...]
    parts: tuple[str, ...]
    mark: str
    may_prepare: bool
    may_read_again: bool


def papers_of(desk: Desk, ref: str) -> PapersView:
    """The papers of one concern, for whoever works it or reads it again.

    Raises:
        NotFound: there is no such concern that they may read.
    """
    with desk.reading() as session:
        question = _readable(desk, session, ref)
        copies: dict[str, list[Copy]] = {}
        for row in session.execute(_COPIES, {"ref": ref}):
            copies.setdefault(row.paper_ref, []).append(from_row(Copy, row, made_by=row.name))
        papers = tuple(
            _paper(one, made_by, read_by, str(desk.actor), copies.get(one.ref, ()))
            for one, made_by, read_by in session.execute(_PAPERS, {"ref": ref})
        )
        may = {
            action: decide(desk.question(session, action, concern=ref)).allowed
            for action in (Action.PREPARE_CONCERN_PAPER, Action.READ_CONCERN_PAPER_AGAIN)
        }
        parts = parts_of(session, question)
    return PapersView(papers, parts, mark_of(parts), *may.values())


def mark_of(parts: Sequence[str]) -> str:
    """The hash by which parts are known to be those that somebody had before them."""
    return sha256(json.dumps(list(parts)).encode()).hexdigest()


def as_it_goes(parts: Sequence[str], passages: Mapping[int, Sequence[Passage]]) -> tuple[str, ...]:
    """Parts with a black box in the place of each passage, and nothing left of its words."""
    return tuple(blacked_out(part, passages.get(at, ())) for at, part in enumerate(parts))


def passages_of(kept: str) -> dict[int, tuple[Passage, ...]]:
    """The places that are black in each part, as they are kept."""
    return {int(at): tuple((start, end) for start, end in places) for at, places in json.loads(kept).items()}


def has_boxes(parts: Sequence[str]) -> bool:
    """Whether anything is black in them."""
    return any(BLACK in part for part in parts)


def papers_to_read(desk: Desk, session: Session, person: PersonFacts) -> PendingItem | None:
    """For Today: how many papers wait for this person as second reader."""
    if not person.roles(desk.now()) & FOR_SAFETY:
        return None
    rows = session.execute(_WAITING, binds_of(person, desk.now())).all()
    theirs = [row for row in rows if _may(desk, session, Action.READ_CONCERN_PAPER_AGAIN, row.concern_ref)]
    if not theirs:
        return None
    said = counted(len(theirs), "paper for a referral waits", "papers for a referral wait")
    return PendingItem(
        f"{said} for a second reader",
        "concern",
        {"ref": theirs[0].concern_ref, "part": "Paper"},
        count=len(theirs),
        act="Read",
    )


def _readable(desk: Desk, session: Session, ref: str) -> Question:
    try:
        question = desk.question(session, Action.READ_CONCERN, concern=ref)
    except NotFound:
        raise unknown("concern", ref) from None
    if not any(_may(desk, session, one, ref) for one in (Action.TRIAGE_CONCERN, Action.READ_CONCERN_PAPER_AGAIN)):
        raise unknown("concern", ref)
    return question


def _may(desk: Desk, session: Session, action: Action, ref: str) -> bool:
    return decide(desk.question(session, action, concern=ref)).allowed


def _paper(row: ConcernPaper, made_by: str, read_by: str | None, me: str, copies: Sequence[Copy]) -> Paper:
    return Paper(
        ref=row.ref,
        recipient=row.recipient,
        purpose=row.purpose,
        parts=tuple(json.loads(row.parts)),
        passages=passages_of(row.passages),
        reason=row.reason,
        made_by=made_by,
        made_at=row.made_at,
        replaced=row.replaced_at is not None,
        read_by=read_by,
        read_at=row.read_at,
        approved=row.approved,
        remark=row.remark,
        is_own=row.made_by == me,
        copies=tuple(copies),
    )
