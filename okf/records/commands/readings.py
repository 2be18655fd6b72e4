"""What was read where no grant opened it - in an emergency, or as a custodian - put on the audit record (C5, C6)."""

from __future__ import annotations

from collections.abc import Sequence

from okf.cases.commands.on_case import on_case
from okf.desk import Desk
from okf.terms import Action

MOST = 200


def note_reading(desk: Desk, case_ref: str, *, part: str, records: Sequence[str] = ()) -> None:
    """Put on record which part of a case was opened, and which records were shown in it.

    Raises:
        NotFound, Refused: as `on_case`.
    """
    with on_case(desk, Action.READ_RECORD, case_ref) as deed:
        deed.note(part=part, records=list(records[:MOST]), conditions=deed.decision.conditions)
