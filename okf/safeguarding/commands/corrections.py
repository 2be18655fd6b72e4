"""Corrections of a concern's chronology: a line that points to the one it puts right, which stays readable (C9)."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from okf.desk import Desk
from okf.errors import Conflict, Invalid, NotFound
from okf.store.models import ConcernEntry
from okf.terms import Action
from okf.validation import words

LONGEST = 50_000
WHAT = "Correction"

_OTHER = select(ConcernEntry.id).where(ConcernEntry.corrects == bindparam("entry")).limit(1)


def correct_entry(desk: Desk, ref: str, entry: int, *, text: str, reason: str) -> None:
    """Say a line of a concern's chronology anew, as a further line; what it said before stays there, marked corrected.

    A correction may itself be corrected; a line that was corrected already may not.

    Raises:
        Refused, NotFound: they may not work the concern, or it has no such line.
        Conflict: somebody corrected this line before.
        Invalid: it does not say what is right now, or why; or the line tells what Casebook did.
    """
    right = words("What is right", text, at_most=LONGEST)
    why = words("Reason for the correction", reason, at_most=1_000)
    with desk.permitted(Action.TRIAGE_CONCERN, concern=ref) as deed:
        wrong = deed.session.get(ConcernEntry, entry)
        if wrong is None or wrong.concern_ref != ref:
            raise NotFound("There is no such line in this chronology.")
        if deed.session.scalar(_OTHER, {"entry": entry}) is not None:
            raise Conflict("This line was corrected already. Read the correction, and correct that one if it is wrong.")
        if wrong.text is None:
            raise Invalid("Line", "it tells what was done in Casebook, and holds no words to correct.")
        deed.add(
            ConcernEntry(
                concern_ref=ref,
                entered_at=deed.at,
                entered_by=str(desk.actor),
                what=WHAT,
                corrects=entry,
                text=f"{right}\n\nWhy it is corrected: {why}",
            )
        )
        deed.about(ref)
        deed.case_ref = None
        deed.note(did="corrected a line of the chronology")
