"""A concern in words, part by part, for paper: the report apart from opinion, then the chronology oldest first."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Final

from sqlalchemy.orm import Session

from okf.policy.checklists import SAMPLE_SAID
from okf.policy.facts import Question
from okf.policy.words import due_told, moment
from okf.safeguarding.queries.checklists import Filled, filled_of
from okf.safeguarding.queries.concern import ConcernInView, Entry, OwnReport, whole_concern
from okf.safeguarding.queries.parts import Attachments, Mark

LATE: Final = "Late entry"


def parts_of(session: Session, question: Question) -> tuple[str, ...]:
    """The concern of a question that the policy has allowed; the first line of each part says what it is."""
    view = whole_concern(session, question)
    numbers = {one.id: number for number, one in enumerate(view.entries, 1)}
    filled = [_filled(one) for one in reversed(filled_of(session, view.ref))]
    return (
        _head(view),
        *report_in_words(view.report),
        *attachments_in_words(view.attachments),
        *filled,
        *(_entry(one, numbers) for one in view.entries),
    )


def _head(view: ConcernInView) -> str:
    lines = [
        f"Concern {view.ref}",
        f"About: {', '.join(view.about) or 'nobody who is on file'}",
        f"Kind of harm: {_said(view.category) if view.category else 'not said yet'}",
        f"Severity: {_said(view.severity)}. It stands as: {_said(view.status).lower()}.",
        f"Raised {moment(view.report.raised_at)} by {view.raised_by}",
        f"Safeguarding lead: {view.lead_name or 'nobody yet'}",
    ]
    if view.ended_at:
        lines.append(f"Ended {moment(view.ended_at)}")
    return "\n".join(lines)


def report_in_words(report: OwnReport) -> list[str]:
    """What was reported, a part a field; the first line of each says what it is."""
    told = [
        ("What was seen or said, in the words in which it was told", report.account),
        ("Who saw or said it", report.said_by),
        ("Where", report.seen_where),
        ("When", report.seen_when),
        ("Put on record late, because", report.late_because),
        ("What had been done already", report.actions_taken),
        ("What the person who raised it thinks, apart from what was seen or said", report.opinion),
        ("Whom it was said to be about", report.about),
    ]
    return [f"{what}\n{words}" for what, words in told if words]


def _entry(entry: Entry, numbers: Mapping[int, int]) -> str:
    late = f"{LATE}, " if entry.late or entry.what == LATE else ""
    head = f"{numbers[entry.id]}. {late}{moment(entry.entered_at)}, {entry.by}: {entry.what}"
    if entry.corrects is not None:
        head += f" of no. {numbers[entry.corrects]}"
    if entry.corrected_by is not None:
        head += f" (corrected by no. {numbers[entry.corrected_by]})"
    why = f"Written down late because: {entry.late_because}" if entry.late_because else None
    return "\n".join(filter(None, (head, entry.text, why)))


def _filled(filled: Filled) -> str:
    lines = [f"{filled.title}: {filled.by}, {moment(filled.at)}"]
    lines += [f"{asked} {answer}" for asked, answer in filled.lines]
    lines += [f"Due: {one.what}, {due_told(one.due_at)}" for one in filled.dues]
    return "\n".join([*lines, *filter(None, (filled.result, SAMPLE_SAID if filled.sample else None))])


def attachments_in_words(attachments: Attachments) -> list[str]:
    """Marks on the body as words, what the child said, and which files there are."""
    parts = []
    if attachments.marks:
        marks = [f"{number}. {mark_in_words(one)}" for number, one in enumerate(attachments.marks, 1)]
        parts.append("\n".join(["Marks seen on the body, left and right as the person's own", *marks]))
    parts += [
        f"The child's voice, {_said(one.how).lower()}: {one.by}, {moment(one.added_at)}\n{one.words}"
        for one in attachments.voices
    ]
    if attachments.files:
        names = [f"{one.name}, put there by {one.by}, {moment(one.added_at)}" for one in attachments.files]
        parts.append("\n".join(["Files of this concern, not in this paper", *names]))
    return parts


def mark_in_words(mark: Mark) -> str:
    """One mark on the body as a sentence, with who put it down."""
    said = f"{_said(mark.kind)}, {_said(mark.region).lower()}, seen from the {mark.side}"
    more = [one for one in (mark.size, mark.colour, mark.words) if one]
    return f"{'; '.join([said, *more])}. Put down by {mark.by}, {moment(mark.added_at)}."


def _said(value: Enum) -> str:
    return str(value.value).replace("_", " ").capitalize()
