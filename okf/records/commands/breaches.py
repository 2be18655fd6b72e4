"""What is decided on a breach: whether the Information Commissioner is told, and the letters to those concerned."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime

from okf.asker import on_file
from okf.desk import Deed, Desk
from okf.errors import Conflict, Invalid, unknown
from okf.records.queries.breaches import concerned_by
from okf.records.queries.misfilings import put_there_by
from okf.store.models import Breach, Misfiling, Record, StoredFile
from okf.terms import Action
from okf.terms.breaches import BreachOutcome
from okf.validation import past_moment, words

_LONGEST = 4_000


@dataclass(frozen=True, slots=True)
class BreachLetter:
    """What a letter to somebody concerned says: nothing of the record, and nothing of where it lay."""

    ref: str
    to: str
    written_at: datetime
    aware_at: datetime
    readers: int


def decide_on_breach(
    desk: Desk, ref: str, *, outcome: BreachOutcome, reason: str, told_at: datetime | None = None
) -> None:
    """Say whether the Information Commissioner is told of a breach, and why; or that it was none.

    Raises:
        NotFound: there is none of this reference.
        Refused: their role does not include it, a tie to either family is declared, or they wrote the record.
        Conflict: it is decided already, or nobody has said yet where the record belongs.
        Invalid: no reason, or no time at which the Commissioner was told.
    """
    with _on_breach(desk, ref) as (deed, breach, misfiling):
        if breach.decided_at is not None:
            raise Conflict("Somebody has decided on this breach already.")
        if outcome is BreachOutcome.NO_BREACH and misfiling.decided_at is None:
            raise Conflict("Say first where the record belongs.")
        if outcome is BreachOutcome.ICO_TOLD and told_at is None:
            raise Invalid("When they were told", "write the day and the time.")
        breach.reason = words("Why", reason, at_most=_LONGEST)
        if outcome is BreachOutcome.ICO_TOLD and told_at is not None:
            breach.told_at = past_moment("When they were told", told_at, deed.at)
        breach.outcome, breach.decided_by, breach.decided_at = outcome, str(desk.actor), deed.at
        deed.note(outcome=outcome)


def breach_letter(desk: Desk, ref: str, service_user: str) -> BreachLetter:
    """What the letter to one of those concerned says; that it was taken out goes on the audit record.

    Raises:
        NotFound: there is no such breach, or this person is not concerned by it.
        Refused: as `decide_on_breach`.
    """
    with _on_breach(desk, ref) as (deed, breach, misfiling):
        concerned = dict(concerned_by(deed.session, [misfiling])[misfiling.ref])
        if service_user not in concerned:
            raise unknown("person concerned", service_user)
        deed.note(did="letter to somebody concerned", form="pdf", service_user=service_user)
        return BreachLetter(
            ref=ref,
            to=concerned[service_user],
            written_at=_put_there_at(deed, misfiling),
            aware_at=breach.aware_at,
            readers=len(misfiling.read_by),
        )


def _put_there_at(deed: Deed, misfiling: Misfiling) -> datetime:
    if misfiling.file_ref is not None:
        return deed.session.get_one(StoredFile, misfiling.file_ref).added_at
    record = deed.session.get_one(Record, misfiling.record_id)
    return record.written_at or record.occurred_at


@contextmanager
def _on_breach(desk: Desk, ref: str) -> Iterator[tuple[Deed, Breach, Misfiling]]:
    desk.require(Action.DECIDE_BREACH)
    found = on_file(desk, Breach, ref, "breach")
    misfiling = on_file(desk, Misfiling, found.misfiling_ref, "misfiled record")
    writer = put_there_by(desk, misfiling)
    if misfiling.moved_to:
        belongs = on_file(desk, Record, misfiling.moved_to, "record").case_ref
        desk.require(Action.DECIDE_BREACH, belongs, about=writer)
    with desk.permitted(Action.DECIDE_BREACH, found.case_ref, about=writer) as deed:
        deed.about(ref, found.case_ref)
        yield deed, deed.session.get_one(Breach, ref), deed.session.get_one(Misfiling, found.misfiling_ref)
