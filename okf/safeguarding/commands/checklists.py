"""Checklists filled in on a concern, what is due by them done or given up, and the checklists themselves set (C9)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from okf.clock import london_date
from okf.desk import Desk
from okf.errors import Conflict, Invalid, unknown
from okf.policy.checklists import Answer, Malformed, checklist_of, dues_of, fault_of, result_of, runs_undated
from okf.policy.words import day, due_told
from okf.safeguarding.commands.chronology import LINE, append_entry, on_concern
from okf.safeguarding.commands.clocks import end, start
from okf.safeguarding.queries.checklists import due_of, filled_of, in_force
from okf.store.models import ChecklistVersion, FilledChecklist
from okf.terms import Action
from okf.terms.checklists import YesNo
from okf.terms.duties import ClockEnd, Duty
from okf.validation import words, words_or_none

ANSWER: Final = 5_000
WHY: Final = 20_000


def fill_checklist(
    desk: Desk, ref: str, *, key: str, version: int, answers: Sequence[Answer], entries_seen: int | None = None
) -> str:
    """Put a checklist, filled in, on record on an open concern; its reference.

    What is due by its answers starts a clock each, from today where its day is left empty
    though what starts it is so. `version` is the one whose
    questions were answered, in their order.

    Raises:
        Refused, NotFound: they may not work the concern, or it is not there.
        Conflict: somebody wrote to it meanwhile, it has ended, or the checklist was changed meanwhile.
        Invalid: a question of yes or no is not answered, or an answer does not fit its question.
    """
    filled = desk.new_ref("L")
    with on_concern(desk, Action.TRIAGE_CONCERN, ref, entries_seen, still_open=True) as (deed, _):
        held = in_force(deed.session).get(key)
        if held is None or not held.checklist.on:
            raise Conflict("This checklist is not in use: choose another one.")
        checklist = held.checklist
        if held.version != version or len(answers) != len(checklist.questions):
            raise Conflict(
                "A lead changed this checklist while you filled it in. What you answered to what is still asked stands:"
                " look at all of it."
            )
        given = [
            words_or_none(asked.words, answer, at_most=ANSWER) if type(answer) is str else answer
            for asked, answer in zip(checklist.questions, answers, strict=True)
        ]
        today = london_date(deed.at)
        for asked, answer in zip(checklist.questions, given, strict=True):
            if (fault := fault_of(asked, answer, today)) is not None:
                raise Invalid(asked.words, fault)
        if all(answer is None for answer in given):
            raise Invalid(checklist.title, "write down at least one answer.")
        result = result_of(checklist, given)
        said = [result.told] if result.told else []
        dated = list(given)
        if (undated := runs_undated(checklist, given)) is not None:
            dated[undated] = today
            said.append(f"No day was given from which the clock runs, so it runs from {day(today)}.")
        dues = dues_of(checklist, dated, deed.question.settings.bank_holidays)
        told = {
            "title": checklist.title,
            "lines": [[asked.words, _said(one)] for asked, one in zip(checklist.questions, given, strict=True)],
            "result": " ".join(said) or None,
            "recipients": list(checklist.recipients),
            "due": {one.question: one.what for one in dues},
        }
        deed.add(
            FilledChecklist(
                ref=filled,
                concern_ref=ref,
                key=key,
                version=version,
                reached=result.reached,
                told=json.dumps(told, ensure_ascii=False),
                filled_by=str(desk.actor),
                filled_at=deed.at,
            )
        )
        for one in dues:
            start(deed, ref, Duty.CHECKLIST, one.at, of=due_of(filled, one.question))
        lines = [*said, *(f"Due: {one.what}, {due_told(one.at)}." for one in dues)]
        append_entry(deed, ref, f"Checklist: {checklist.title}"[:LINE], "\n".join(lines) or None)
        deed.note(checklist=key, version=version, filled=filled)
    return filled


def settle_due(desk: Desk, ref: str, of: str, *, done: bool, text: str, entries_seen: int | None = None) -> None:
    """Put on record that what a checklist says is due was done, or is given up and why; its clock ends.

    Raises:
        Refused, NotFound: they may not work the concern, or nothing of it is so due.
        Conflict: somebody wrote to it meanwhile, or it was settled already.
        Invalid: nothing is said.
    """
    said = words("By whom and when; or why it is given up", text, at_most=WHY)
    with on_concern(desk, Action.TRIAGE_CONCERN, ref, entries_seen) as (deed, _):
        found = next((due for one in filled_of(deed.session, ref) for due in one.dues if due.of == of), None)
        if found is None:
            raise unknown("due date", of)
        if found.ended_at is not None:
            raise Conflict("It is on record already that this was done, or given up.")
        end(deed, ref, Duty.CHECKLIST, ClockEnd.MET if done else ClockEnd.GIVEN_UP, of=of)
        append_entry(deed, ref, f"{'Done' if done else 'Given up'}: {found.what}"[:LINE], said)
        deed.note(settled=of, done=done)


def set_checklist(desk: Desk, key: str, data: Mapping[str, Any], *, version: int) -> int:
    """Have a checklist be so from now on, in the place of the version that was looked at; the new version's number.

    What was filled in before stays as it was asked and answered.

    Raises:
        Refused: they are no safeguarding lead.
        NotFound: there is no such checklist.
        Conflict: somebody else set it meanwhile.
        Invalid: it asks nothing, or what it says does not hold together.
    """
    with desk.permitted(Action.SET_CHECKLISTS) as deed:
        held = in_force(deed.session).get(key)
        if held is None:
            raise unknown("checklist", key)
        if held.version != version:
            raise Conflict(f"{held.set_by} set this checklist meanwhile. Nothing was kept: look at what holds now.")
        try:
            checklist = checklist_of(key, data)
        except Malformed as fault:
            raise Invalid(fault.field, fault.why) from fault
        deed.add(
            ChecklistVersion(
                key=key, version=version + 1, data=checklist.as_data(), set_by=str(desk.actor), set_at=deed.at
            )
        )
        deed.note(checklist=key, version=version + 1, on=checklist.on)
    return version + 1


def _said(answer: Answer) -> str:
    if isinstance(answer, YesNo):
        return answer.value
    return day(answer) if isinstance(answer, date) else answer or "—"
