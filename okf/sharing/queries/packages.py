"""What a share would carry: the texts as they would go out, blacked out where two people said so; its conditions."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session, undefer

from okf.errors import Conflict
from okf.policy.decision import Decision
from okf.policy.redaction import Passage, Shown, blacked_out
from okf.policy.share_facts import ShareQuestion
from okf.policy.share_words import condition_in_words, recipient_in_words
from okf.policy.sharing import relied_on
from okf.records.queries.parts import now_says
from okf.store.models import ExpressAgreement, InformationShare, Record, Redaction, StoredFile
from okf.store.rows import from_row
from okf.store.sealing import open_bytes
from okf.store.shares import asked_of
from okf.terms import MEDIATION_MATERIAL, RecordClass

MARKED: Final = "without_prejudice_marking"
OWN_CONDITION: Final = "condition_of"

_TEXTS = select(
    Record.id, Record.record_class, Record.occurred_at, Record.title, Record.text, Record.mediation_ref
).where(Record.id.in_(bindparam("ids", expanding=True)))
_CURRENT = (
    select(Redaction)
    .where(Redaction.share_ref == bindparam("share"), Redaction.replaced_at.is_(None))
    .order_by(Redaction.made_at, Redaction.ref)
)
_OWN = select(ExpressAgreement.id, ExpressAgreement.conditions).where(
    ExpressAgreement.id.in_(bindparam("ids", expanding=True))
)


@dataclass(frozen=True, slots=True)
class RecordWords:
    """What a record says today, its last correction in the place of the first words."""

    id: str
    record_class: RecordClass
    occurred_at: datetime
    title: str | None
    text: str
    mediation: bool


@dataclass(frozen=True, slots=True)
class PackagedFile:
    """A file of a record, of which only what is `shown` goes out."""

    kind: str
    content: bytes
    shown: Shown


@dataclass(frozen=True, slots=True)
class PackagedRecord:
    """One record as it goes out."""

    record_class: RecordClass
    occurred_at: datetime
    text: str
    mediation: bool
    blacked_out: bool
    files: tuple[PackagedFile, ...] = ()


@dataclass(frozen=True, slots=True)
class PackageContent:
    """Everything that the paper says, and nothing else: no case reference, no name that is not in the texts."""

    ref: str
    at: datetime
    to: str
    purpose: str | None
    route: str
    conditions: tuple[str, ...]
    records: tuple[PackagedRecord, ...]

    @property
    def mediation(self) -> bool:
        """Whether anything in it comes from a mediation."""
        return any(record.mediation for record in self.records)


def content_of(
    session: Session, share: InformationShare, question: ShareQuestion, decision: Decision
) -> PackageContent:
    """What a share carries, as it would go out at the instant of the question.

    Raises:
        Conflict: a text was blacked out and waits for its second reader, or was changed since.
    """
    asked = asked_of(share)
    prepared = session.scalars(_CURRENT, {"share": share.ref}).all()
    current = {one.record_id: one for one in prepared if one.file_ref is None}
    files: dict[str, list[PackagedFile]] = {}
    for one in prepared:
        if one.file_ref is not None:
            files.setdefault(one.record_id, []).append(_packaged_file(session, one))
    words = record_words(session, share.records)
    return PackageContent(
        ref=share.ref,
        at=question.at,
        to=recipient_in_words(asked["recipient"]),
        purpose=share.purpose,
        route=decision.primary or "",
        conditions=conditions_of(question, decision),
        records=tuple(_packaged(one, current.get(one.id), files.get(one.id, ())) for one in words),
    )


def conditions_of(question: ShareQuestion, decision: Decision) -> tuple[str, ...]:
    """The policy's conditions of a share, the mediation's marking always among them where it applies (C10)."""
    marked = (MARKED,) if question.mediation_material else ()
    return tuple(dict.fromkeys((*decision.conditions, *marked)))


def to_be_ticked(session: Session, question: ShareQuestion, decision: Decision) -> dict[str, str]:
    """Every condition to be met before a share goes out, by its key, in words: the policy's, then the sources'."""
    own = _own_conditions(session, question, decision)
    return {
        **{one: condition_in_words(one) for one in conditions_of(question, decision)},
        **{f"{OWN_CONDITION}:{key}": f"Asked for by whoever agreed: {words}" for key, words in own.items()},
    }


def record_words(session: Session, ids: Iterable[str]) -> tuple[RecordWords, ...]:
    """What these records say today, each as one text: the title, then what was said or done."""
    keys = {"ids": list(ids)}
    rows = {row.id: row for row in session.execute(_TEXTS, keys)}
    said = now_says(session, rows.values())
    made = []
    for row in (rows[one] for one in keys["ids"] if one in rows):
        title, text = said[row.id]
        whole = "\n\n".join(one for one in (title, text) if one)
        mediation = row.record_class in MEDIATION_MATERIAL or row.mediation_ref is not None
        made.append(from_row(RecordWords, row, title=title, text=whole, mediation=mediation))
    return tuple(made)


def text_hash(text: str) -> str:
    """The hash by which a text is known to be the one in which passages were marked."""
    return sha256(text.encode()).hexdigest()


def passages_of(redaction: Redaction) -> tuple[Passage, ...]:
    """The places that a version blacks out."""
    return tuple((start, end) for start, end in json.loads(redaction.passages))


def shown_of(redaction: Redaction) -> Shown:
    """What of a file a version lets go out."""
    said = json.loads(redaction.passages)
    return Shown(tuple(said["pages"]), tuple((a, b, c, d, e) for a, b, c, d, e in said["areas"]))


def _packaged_file(session: Session, redaction: Redaction) -> PackagedFile:
    if not redaction.approved:
        what = "waits for its second reader" if redaction.approved is None else "was sent back by its second reader"
        raise Conflict(f"A file of {redaction.record_id} {what}: prepare it again, or leave it out.")
    return packaged_file(session, redaction)


def packaged_file(session: Session, redaction: Redaction) -> PackagedFile:
    """A file with what a version lets go out of it."""
    file = session.get_one(StoredFile, redaction.file_ref, options=[undefer(StoredFile.content)])
    return PackagedFile(file.kind, open_bytes(session, StoredFile.content, file.ref, file.content), shown_of(redaction))


def _packaged(words: RecordWords, redaction: Redaction | None, files: Sequence[PackagedFile]) -> PackagedRecord:
    text = words.text
    if redaction is not None:
        if redaction.text_sha256 != text_hash(text):
            raise Conflict(f"The text of {words.id} changed after it was blacked out: black it out again.")
        if redaction.approved is None:
            raise Conflict(f"The blacked-out text of {words.id} waits for its second reader.")
        if not redaction.approved:
            raise Conflict(f"The second reader sent the blacked-out text of {words.id} back: black it out again.")
        text = blacked_out(text, passages_of(redaction))
    blacked = redaction is not None
    return PackagedRecord(words.record_class, words.occurred_at, text, words.mediation, blacked, tuple(files))


def _own_conditions(session: Session, question: ShareQuestion, decision: Decision) -> dict[str, str]:
    ids: Iterable[str] = [one.id for one in relied_on(question, decision)]
    rows = session.execute(_OWN, {"ids": list(ids)})
    return {row.id: row.conditions for row in rows if row.conditions}
