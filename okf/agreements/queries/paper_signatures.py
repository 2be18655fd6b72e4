"""Paper signatures: which scans wait for a second person, what became of the others, and a scan itself (C7)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session, aliased

from okf.asker import permitted_reader
from okf.clock import london_date
from okf.desk import Desk
from okf.errors import NotFound
from okf.paging import COUNT_MOST, Count, Page, Paged, instant_of, mark, paged, values_of
from okf.pending import PendingItem, counted
from okf.policy.access import decide
from okf.policy.facts import PersonFacts
from okf.policy.table import OVERSEERS
from okf.store.models import AgreementVersion, PaperSignature, Person
from okf.store.rows import from_row
from okf.store.sealing import open_bytes
from okf.terms import Action
from okf.terms.agreements import AgreementKind

_DECIDED_MOST = 20
_SIGNER, _FILER, _DECIDER = aliased(Person), aliased(Person), aliased(Person)


@dataclass(frozen=True, slots=True)
class Paper:
    """One scan. `yours_to_decide` says whether the reader is neither its signer nor who filed it."""

    ref: str
    person: str
    name: str
    kind: AgreementKind
    version: str
    title: str
    signed_on: date
    media_type: str
    filed_by: str
    filed_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    rejected_because: str | None
    yours_to_decide: bool


@dataclass(frozen=True, slots=True)
class Scan:
    """A scan's own bytes."""

    content: bytes
    media_type: str


_PAPERS: Any = (
    select(
        PaperSignature.ref,
        PaperSignature.person,
        _SIGNER.name,
        PaperSignature.kind,
        PaperSignature.version,
        AgreementVersion.title,
        PaperSignature.signed_on,
        PaperSignature.media_type,
        _FILER.name.label("filed_by_name"),
        PaperSignature.filed_at,
        _DECIDER.name.label("decided_by_name"),
        PaperSignature.decided_at,
        PaperSignature.rejected_because,
        PaperSignature.filed_by,
    )
    .join(_SIGNER, _SIGNER.username == PaperSignature.person)
    .join(_FILER, _FILER.username == PaperSignature.filed_by)
    .outerjoin(_DECIDER, _DECIDER.username == PaperSignature.decided_by)
    .join(
        AgreementVersion,
        (AgreementVersion.kind == PaperSignature.kind) & (AgreementVersion.version == PaperSignature.version),
    )
)
_KEYS = (PaperSignature.filed_at, PaperSignature.ref)
_AFTER = tuple(bindparam(f"from_{key.key}", type_=key.type) for key in _KEYS)
_WAIT: Any = _PAPERS.where(PaperSignature.decided_at.is_(None)).order_by(*_KEYS).limit(bindparam("size"))
_WAIT_ON = _WAIT.where(
    (PaperSignature.filed_at > _AFTER[0]) | ((PaperSignature.filed_at == _AFTER[0]) & (PaperSignature.ref > _AFTER[1]))
)
_DECIDED: Any = (
    _PAPERS.where(PaperSignature.decided_at.is_not(None))
    .order_by(PaperSignature.decided_at.desc(), PaperSignature.ref)
    .limit(_DECIDED_MOST)
)
_SCAN = select(PaperSignature.scan, PaperSignature.media_type, PaperSignature.person).where(
    PaperSignature.ref == bindparam("ref")
)
_COUNT = select(func.count()).select_from(
    select(PaperSignature.ref)
    .where(
        PaperSignature.decided_at.is_(None),
        PaperSignature.person != bindparam("me"),
        PaperSignature.filed_by != bindparam("me"),
    )
    .limit(COUNT_MOST + 1)
    .subquery()
)
_IN_EFFECT = (
    select(AgreementVersion.version)
    .where(AgreementVersion.kind == bindparam("kind"), AgreementVersion.effective_on <= bindparam("today"))
    .order_by(AgreementVersion.effective_on.desc())
    .limit(50)
)


def papers_waiting(desk: Desk, page: Page) -> Paged[Paper]:
    """The scans that wait for somebody's verification, the oldest first, one page of them.

    Raises:
        Refused: the reader may not see them.
    """
    permitted_reader(desk, Action.FILE_PAPER_SIGNATURE)
    start = values_of(page.after, instant_of, str)
    bounds: dict[str, Any] = {"size": page.size + 1}
    if start:
        bounds |= dict(zip((bound.key for bound in _AFTER), start, strict=True))
    with desk.reading() as session:
        rows = session.execute(_WAIT_ON if start else _WAIT, bounds).all()
        found: Paged[Any] = paged(
            rows, page, lambda row: mark((row.filed_at, row.ref)), backwards=False, started=start is not None
        )
        return Paged(tuple(_paper(row, desk.actor) for row in found.rows), found.next, found.previous)


def papers_decided(desk: Desk) -> tuple[Paper, ...]:
    """The scans decided last, the newest first.

    Raises:
        Refused: the reader may not see them.
    """
    permitted_reader(desk, Action.FILE_PAPER_SIGNATURE)
    with desk.reading() as session:
        return tuple(_paper(row, desk.actor) for row in session.execute(_DECIDED))


def scan_of(desk: Desk, ref: str) -> Scan:
    """A scan's own bytes, for who files or verifies; that it was looked at goes on record.

    Raises:
        Refused: the reader may not see it.
        NotFound: there is no such scan.
    """
    with desk.permitted(Action.FILE_PAPER_SIGNATURE) as deed:
        row = deed.session.execute(_SCAN, {"ref": ref}).one_or_none()
        if row is None:
            raise NotFound("There is no such scan.")
        deed.about(ref)
        deed.note(did="looked at", person=row.person)
        return Scan(open_bytes(deed.session, PaperSignature.scan, ref, row.scan), row.media_type)


def versions_in_effect(desk: Desk, kind: AgreementKind) -> tuple[str, ...]:
    """The versions of one agreement that may have been signed on paper by now, the newest first.

    Raises:
        Refused: the reader may not file scans.
    """
    question = permitted_reader(desk, Action.FILE_PAPER_SIGNATURE)
    with desk.reading() as session:
        return tuple(session.scalars(_IN_EFFECT, {"kind": kind, "today": london_date(question.at)}))


def papers_to_verify(desk: Desk, session: Session, person: PersonFacts) -> PendingItem | None:
    """How many scans wait for this person to verify: not their own, nor those that they filed."""
    at = desk.now()
    if not person.roles(at) & OVERSEERS:
        return None
    question = desk.question(session, Action.VERIFY_PAPER_SIGNATURE)
    if not decide(question).allowed:
        return None
    count = Count.capped(session.execute(_COUNT, {"me": person.username}).scalar_one())
    if not count.number:
        return None
    text = counted(count.number, "signature on paper waits", "signatures on paper wait")
    return PendingItem(f"{text} for your verification", "paper_signatures", count=count.number, act="Verify")


def _paper(row: Any, me: str | None) -> Paper:
    return from_row(
        Paper,
        row,
        filed_by=row.filed_by_name,
        decided_by=row.decided_by_name,
        yours_to_decide=me not in (row.person, row.filed_by),
    )
