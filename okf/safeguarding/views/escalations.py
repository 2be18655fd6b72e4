"""A professional disagreement on the screen: the steps that were climbed, and which is the next (C9)."""

from __future__ import annotations

from datetime import datetime
from typing import Final

import streamlit as st

from okf.policy.words import due_told
from okf.safeguarding.commands.escalations import WRITTEN_TO
from okf.safeguarding.queries.decisions import Climbed, ReferralInView
from okf.safeguarding.queries.directory import Doors
from okf.shell.drafts.views import DraftForm
from okf.shell.sheets import Cell, sheet
from okf.shell.words import left_until, moment, plain
from okf.terms.escalations import EscalationEnd

_ENDED: Final = {
    EscalationEnd.ACCEPTED: "They accept it",
    EscalationEnd.NOT_ACCEPTED: "They don't accept it",
    EscalationEnd.CLIMBED: "No answer: the next step was taken",
    EscalationEnd.GIVEN_UP: "Given up",
}


def climbed(sent: ReferralInView, at: datetime) -> None:
    """The steps that were climbed for a referral: who was written to, what was said, by when, and their answer."""
    if not sent.climbed:
        return
    sheet(
        ("Step", "Written to", "What was said", "Their answer"),
        [(str(one.place), _to(one), _said(one), _answer(one, at)) for one in sent.climbed],
        caption="Professional disagreement, step by step",
    )


def next_step(draft: DraftForm, sent: ReferralInView, known: Doors) -> str:
    """Say which step is the next, and ask whom was written to where it was somebody else."""
    authority = known.authority(sent.name)
    steps = authority.steps if authority else ()
    taken = len(sent.climbed)
    told = ""
    if authority is not None and taken < len(steps):
        step = steps[taken]
        told = ", ".join(filter(None, (step.who, step.contact)))
        days = f"{step.working_days} working {'day' if step.working_days == 1 else 'days'}"
        st.info(plain(f"Step {taken + 1} of {len(steps)} at {authority.name}: {told}. They answer within {days}."))
    elif steps:
        st.warning("All of their steps were taken. Put on record what they say, or give it up and say why.")
    else:
        st.info("The directory has no steps of this authority: say whom you wrote to. It is due in two working days.")
    return draft.text_input("Written to, if it was somebody else" if told else "Written to", "to", max_chars=WRITTEN_TO)


def _to(one: Climbed) -> Cell:
    return Cell(one.written_to, under=f"{moment(one.written_at)}{f', {one.authority}' if one.authority else ''}")


def _said(one: Climbed) -> Cell:
    return Cell(one.said, under=f"An answer was asked for {due_told(one.due_at)}")


def _answer(one: Climbed, at: datetime) -> Cell | str:
    if one.ended_how is None:
        return Cell(f"Awaited: {left_until(one.due_at, at)}", late=one.due_at <= at)
    return Cell(f"{_ENDED[one.ended_how]}, {moment(one.ended_at)}", under=one.answer)
