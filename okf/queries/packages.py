"""What a share would carry: the texts as they would go out, blacked out where two people said so; its conditions."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from okf.errors import Conflict
from okf.policy.decision import Decision
from okf.policy.redaction import Passage, blacked_out
from okf.policy.share_facts import ShareQuestion
from okf.policy.share_words import condition_in_words, recipient_in_words
from okf.policy.sharing import relied_on
from okf.queries.record_parts import now_says
from okf.store.models import ExpressAgreement, InformationShare, Record, Redaction
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
class PackagedRecord:
    """One record as it goes out."""

    record_class: RecordClass
    occurred_at: datetime
    text: str
    mediation: bool
    blacked_out: bool


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
    current = {one.record_id: one for one in session.scalars(_CURRENT, {"share": share.ref})}
    rows = {row.id: row for row in session.execute(_TEXTS, {"ids": list(share.records)})}
    said = {key: whole_text(*words) for key, words in now_says(session, rows.values()).items()}
    return PackageContent(
        ref=share.ref,
        at=question.at,
        to=recipient_in_words(asked["recipient"]),
        purpose=share.purpose,
        route=decision.primary or "",
        conditions=conditions_of(question, decision),
        records=tuple(_packaged(rows[one], said[one], current.get(one)) for one in share.records if one in rows),
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


def whole_text(title: str | None, text: str | None) -> str:
    """A record's words as one text: the title, then what was said or done."""
    return "\n\n".join(one for one in (title, text) if one)


def text_hash(text: str) -> str:
    """The hash by which a text is known to be the one in which passages were marked."""
    return sha256(text.encode()).hexdigest()


def passages_of(redaction: Redaction) -> tuple[Passage, ...]:
    """The places that a version blacks out."""
    return tuple((start, end) for start, end in json.loads(redaction.passages))


def _packaged(row: Any, text: str, redaction: Redaction | None) -> PackagedRecord:
    if redaction is not None:
        if redaction.text_sha256 != text_hash(text):
            raise Conflict(f"The text of {row.id} changed after it was blacked out: black it out again.")
        if redaction.approved is None:
            raise Conflict(f"The blacked-out text of {row.id} waits for its second reader.")
        if not redaction.approved:
            raise Conflict(f"The second reader sent the blacked-out text of {row.id} back: black it out again.")
        text = blacked_out(text, passages_of(redaction))
    mediation = row.record_class in MEDIATION_MATERIAL or row.mediation_ref is not None
    return PackagedRecord(row.record_class, row.occurred_at, text, mediation, redaction is not None)


def _own_conditions(session: Session, question: ShareQuestion, decision: Decision) -> dict[str, str]:
    ids: Iterable[str] = [one.id for one in relied_on(question, decision)]
    rows = session.execute(_OWN, {"ids": list(ids)})
    return {row.id: row.conditions for row in rows if row.conditions}
