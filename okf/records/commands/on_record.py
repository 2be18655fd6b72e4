"""The door to a record: one that somebody may not read is told of as if it were not there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

from sqlalchemy import bindparam, select

from okf.cases.commands.on_case import on_case
from okf.desk import Deed, Desk
from okf.errors import NotFound, Refused, unknown
from okf.store.models import Record
from okf.terms import Action, Outcome

_CASE_OF = select(Record.case_ref).where(Record.id == bindparam("id"))


@contextmanager
def on_record(
    desk: Desk, action: Action, record_id: str | None, *, noun: str = "record", key: str | None = None, **subject: Any
) -> Iterator[Deed]:
    """A permitted deed on a record; `noun` and `key` name what was asked for, where that hangs on the record.

    Raises:
        NotFound: there is no such record, or none that this person may read.
        Refused: the policy said no, about a record that they may read.
    """
    missing = unknown(noun, key or record_id or "")
    with desk.reading() as session:
        case_ref = session.scalar(_CASE_OF, {"id": record_id})
    if case_ref is None:
        desk.note_event(action, outcome=Outcome.DENY, unknown=noun)
        raise missing
    with ExitStack() as stack:
        try:
            deed = stack.enter_context(on_case(desk, action, case_ref, record=record_id, **subject))
        except NotFound:
            raise missing from None
        except Refused:
            if desk.decide(Action.READ_RECORD, case_ref, record=record_id).allowed:
                raise
            raise missing from None
        deed.about(str(record_id), case_ref)
        yield deed
