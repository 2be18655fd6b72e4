"""Sound and film on what belongs to a mediation: kept as C13 has it, and opened by nobody after its day of deletion."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import bindparam, select

from okf.desk import Deed
from okf.errors import Conflict, Invalid
from okf.file_check import FIELD, RECORDINGS
from okf.policy.recording import may_be_kept
from okf.policy.share_facts import RecordingQuestion
from okf.store.models import Record, RecordingAgreement, StoredFile
from okf.store.share_facts import recording_question

_RECORDED = select(RecordingAgreement.session_starts, RecordingAgreement.agreed, RecordingAgreement.delete_by).where(
    RecordingAgreement.mediation_ref == bindparam("mediation"),
    RecordingAgreement.session_starts <= bindparam("by", type_=RecordingAgreement.session_starts.type),
)


def refuse_unagreed(deed: Deed, record_id: str) -> None:
    """Stop a recording on what belongs to a mediation, unless everyone agreed to one before its session began (C13).

    Raises:
        Invalid: they had not, or it is to be deleted by now.
    """
    mediation = _mediation_of(deed, record_id)
    if mediation and not may_be_kept(_agreements(deed, mediation, deed.at)):
        raise Invalid(
            FIELD,
            "a recording of a session is kept only where every party and the mediator agreed to it before the session"
            " began (C13): that is asked in its mediation.",
        )


def refuse_outlived(deed: Deed, file: StoredFile) -> None:
    """Stop the opening of a session's recording once every agreement that it can be of says that it is deleted (C13).

    Raises:
        Conflict: the day is over.
    """
    mediation = _mediation_of(deed, file.record_id) if file.kind in RECORDINGS else None
    if mediation and not may_be_kept(_agreements(deed, mediation, file.added_at)):
        raise Conflict("This recording was agreed to until a day that is over: nobody opens it any more (C13).")


def _mediation_of(deed: Deed, record_id: str) -> str | None:
    return deed.session.get_one(Record, record_id).mediation_ref


def _agreements(deed: Deed, mediation: str, by: Any) -> Iterator[RecordingQuestion]:
    """The recordings that were agreed to of sessions begun by an instant, as they are asked about now."""
    for row in deed.session.execute(_RECORDED, {"mediation": mediation, "by": by}):
        until = {"delete_by": row.delete_by} if row.delete_by else {}
        told = {"mediation": mediation, "session_starts": row.session_starts, "agreed": row.agreed, **until}
        yield recording_question(deed.session, told, deed.at)
