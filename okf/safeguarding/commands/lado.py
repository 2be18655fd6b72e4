"""The local authority's designated officer (LADO): told of an allegation, or not and why, before any inquiry (C9)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from okf.desk import Desk
from okf.errors import Conflict, Invalid
from okf.safeguarding.commands.on_concern import append_entry, concern_to_change, keep_off_the_case
from okf.safeguarding.queries.allegations import lado_clocks
from okf.store.models import LadoNotice
from okf.terms import Action
from okf.validation import past_moment, words, words_or_none

ADVICE: Final = 10_000


def note_lado(
    desk: Desk,
    ref: str,
    *,
    told_at: datetime | None,
    words_of_it: str,
    reference: str | None = None,
    entries_seen: int | None = None,
) -> None:
    """Put on record that the designated officer was told of an allegation, and what they said; or not, and why not.

    `told_at` is None where they were not told. Each is a line of its own: a
    later telling stands beside an earlier decision not to.

    Raises:
        Refused, NotFound: they may not work it, or it is not there.
        Conflict: somebody wrote to it meanwhile, or it is no allegation.
        Invalid: the time is to come, or nothing is said of it.
    """
    said = words("What they said" if told_at else "Why they were not told", words_of_it, at_most=ADVICE)
    reference = words_or_none("Their reference", reference, at_most=200)
    with desk.permitted(Action.TRIAGE_CONCERN, concern=ref) as deed:
        concern_to_change(deed, ref, entries_seen, ended_too=True)
        if ref not in lado_clocks(deed.session, [ref], deed.question.settings.bank_holidays):
            raise Conflict("It is about nobody who works with OKF, so the designated officer has no part in it.")
        if told_at is not None:
            past_moment("Told at", told_at, deed.at)
        elif reference:
            raise Invalid("Their reference", "they give one when they are told: say when that was.")
        deed.add(
            LadoNotice(
                concern_ref=ref,
                told_at=told_at,
                reference=reference,
                words=said,
                noted_at=deed.at,
                noted_by=str(desk.actor),
            )
        )
        what = "Designated officer told" if told_at else "Designated officer not told"
        append_entry(deed, ref, str(desk.actor), what, f"Their reference: {reference}. {said}" if reference else said)
        keep_off_the_case(deed, ref)
        deed.note(did=what.lower())
