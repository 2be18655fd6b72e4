"""The texts of the agreements: which are in effect and coming, their drafts, and each version whole (C7)."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from okf.asker import permitted_reader
from okf.clock import london_date
from okf.desk import Desk
from okf.errors import NotFound
from okf.paging import Page, Paged, mark, paged, values_of
from okf.store.models import AgreementDraft, AgreementVersion, Person, Signature
from okf.store.rows import from_row
from okf.terms import Action, Change
from okf.terms.agreements import AgreementKind


@dataclass(frozen=True, slots=True)
class VersionHead:
    """One published version without its text; `signed` counts the people who signed it."""

    kind: AgreementKind
    version: str
    title: str
    effective_on: date
    change: Change
    resign_by: date | None
    published_at: datetime | None
    published_by: str | None
    signed: int


@dataclass(frozen=True, slots=True)
class VersionText:
    """One published version whole, and the one before it; `intact` says that the text is still the published one."""

    head: VersionHead
    text: str
    text_sha256: str
    intact: bool
    before: str | None
    before_text: str | None


@dataclass(frozen=True, slots=True)
class DraftText:
    """The next version of one agreement, as it was last kept; `needs_another`: this reader can't publish it alone."""

    kind: AgreementKind
    version: str
    title: str
    text: str
    change: Change
    effective_on: date | None
    resign_by: date | None
    saved_by: str
    saved_at: datetime
    needs_another: bool


@dataclass(frozen=True, slots=True)
class KindRow:
    """One agreement: its version in effect, the next one published, and its draft, by their names."""

    kind: AgreementKind
    current: str | None
    since: date | None
    coming: str | None
    coming_on: date | None
    draft: str | None


_HEAD = (
    AgreementVersion.kind,
    AgreementVersion.version,
    AgreementVersion.title,
    AgreementVersion.effective_on,
    AgreementVersion.change,
    AgreementVersion.resign_by,
    AgreementVersion.published_at,
    Person.name,
)
_HEADS = select(*_HEAD).outerjoin(Person, Person.username == AgreementVersion.published_by)
_OF_KIND: Any = _HEADS.where(AgreementVersion.kind == bindparam("kind")).order_by(AgreementVersion.effective_on.desc())
_PAGE = _OF_KIND.where(AgreementVersion.effective_on < bindparam("after")).limit(bindparam("size"))
_WHOLE = (
    select(*_HEAD, AgreementVersion.text, AgreementVersion.text_sha256)
    .outerjoin(Person, Person.username == AgreementVersion.published_by)
    .where(AgreementVersion.kind == bindparam("kind"), AgreementVersion.version == bindparam("version"))
)
_BEFORE = (
    select(AgreementVersion.version, AgreementVersion.text)
    .where(AgreementVersion.kind == bindparam("kind"), AgreementVersion.effective_on < bindparam("on"))
    .order_by(AgreementVersion.effective_on.desc())
    .limit(1)
)
_ALL = select(AgreementVersion.kind, AgreementVersion.version, AgreementVersion.effective_on).order_by(
    AgreementVersion.effective_on
)
_DRAFTS = select(AgreementDraft.kind, AgreementDraft.version)
_DRAFT: Any = select(
    AgreementDraft.kind,
    AgreementDraft.version,
    AgreementDraft.title,
    AgreementDraft.text,
    AgreementDraft.change,
    AgreementDraft.effective_on,
    AgreementDraft.resign_by,
    Person.name.label("saved_by"),
    AgreementDraft.saved_by.label("keeper"),
    AgreementDraft.saved_at,
).outerjoin(Person, Person.username == AgreementDraft.saved_by)
_DRAFT = _DRAFT.where(AgreementDraft.kind == bindparam("kind"))
_SIGNED = (
    select(Signature.version, func.count(Signature.person.distinct()))
    .where(Signature.kind == bindparam("kind"), Signature.version.in_(bindparam("versions", expanding=True)))
    .group_by(Signature.version)
)
_FAR: Final = date(9999, 1, 1)


def agreement_texts(desk: Desk) -> list[KindRow]:
    """Every agreement there can be, with what is in effect, coming and drafted of it.

    Raises:
        Refused: the reader may not work on texts.
    """
    question = permitted_reader(desk, Action.DRAFT_AGREEMENT)
    today = london_date(question.at)
    with desk.reading() as session:
        drafts: dict[AgreementKind, str] = {row.kind: row.version for row in session.execute(_DRAFTS)}
        versions: dict[AgreementKind, list[Any]] = {kind: [] for kind in AgreementKind}
        for row in session.execute(_ALL):
            versions[row.kind].append(row)
    made = []
    for kind in AgreementKind:
        current = next((row for row in reversed(versions[kind]) if row.effective_on <= today), None)
        coming = next((row for row in versions[kind] if row.effective_on > today), None)
        made.append(
            KindRow(
                kind,
                current.version if current else None,
                current.effective_on if current else None,
                coming.version if coming else None,
                coming.effective_on if coming else None,
                drafts.get(kind),
            )
        )
    return made


def versions_of(desk: Desk, kind: AgreementKind, page: Page) -> Paged[VersionHead]:
    """The published versions of one agreement, the newest first, one page of them.

    Raises:
        Refused: the reader may not work on texts.
    """
    permitted_reader(desk, Action.DRAFT_AGREEMENT)
    start = values_of(page.after, date.fromisoformat)
    with desk.reading() as session:
        bounds = {"kind": kind, "after": start[0] if start else _FAR, "size": page.size + 1}
        rows = session.execute(_PAGE, bounds).all()
        found: Paged[Any] = paged(
            rows, page, lambda row: mark((row.effective_on,)), backwards=False, started=start is not None
        )
        signed = _signed(session, kind, [row.version for row in found.rows])
    heads = tuple(_head(row, signed) for row in found.rows)
    return Paged(heads, found.next, found.previous)


def version_text(desk: Desk, kind: AgreementKind, version: str) -> VersionText:
    """One version whole, with the text of the one before it to compare.

    Raises:
        Refused: the reader may not work on texts.
        NotFound: there is no such version.
    """
    permitted_reader(desk, Action.DRAFT_AGREEMENT)
    with desk.reading() as session:
        row = session.execute(_WHOLE, {"kind": kind, "version": version}).one_or_none()
        if row is None:
            raise NotFound("There is no such version of this agreement.")
        before = session.execute(_BEFORE, {"kind": kind, "on": row.effective_on}).one_or_none()
        signed = _signed(session, kind, [version])
    return from_row(
        VersionText,
        row,
        head=_head(row, signed),
        intact=hashlib.sha256(row.text.encode()).hexdigest() == row.text_sha256,
        before=before.version if before else None,
        before_text=before.text if before else None,
    )


def draft_of(desk: Desk, kind: AgreementKind) -> DraftText | None:
    """The draft of one agreement; None where there is none.

    Raises:
        Refused: the reader may not work on texts.
    """
    permitted_reader(desk, Action.DRAFT_AGREEMENT)
    with desk.reading() as session:
        row: Any = session.execute(_DRAFT, {"kind": kind}).one_or_none()
    if row is None:
        return None
    return from_row(DraftText, row, needs_another=row.change is Change.MATERIAL and row.keeper == desk.actor)


def newest_version(desk: Desk, kind: AgreementKind) -> VersionText | None:
    """The newest published version of one agreement, coming or in effect; None where there is none.

    Raises:
        Refused: the reader may not work on texts.
    """
    newest = versions_of(desk, kind, Page(size=1)).rows
    return version_text(desk, kind, newest[0].version) if newest else None


def _signed(session: Session, kind: AgreementKind, versions: list[str]) -> dict[str, int]:
    rows = session.execute(_SIGNED, {"kind": kind, "versions": versions}).all()
    return {row[0]: row[1] for row in rows}


def _head(row: Any, signed: dict[str, int]) -> VersionHead:
    return from_row(VersionHead, row, published_by=row.name, signed=signed.get(row.version, 0))
