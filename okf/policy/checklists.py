"""Checklists of safeguarding: their questions, what the answers come to, and what is due by them; all of it data (C9).

The samples are in `checklists.toml`; what a lead sets in the place of one has
the same form.
"""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from typing import Any, Final

from okf.clock import end_of, working_day_after
from okf.policy.recipients import SAFEGUARDING_RECIPIENTS
from okf.terms.checklists import DATES, YES_OR_NO, AnswerKind, YesNo
from okf.terms.concerns import ConcernCategory

SAMPLE_SAID: Final = "Sample until your Safeguarding Policy says otherwise."
QUESTIONS_MOST: Final = 60
QUESTION: Final = 300
TITLE: Final = 150
DAYS_MOST: Final = 366
Answer = YesNo | date | str | None


class Malformed(ValueError):
    """A checklist that can't be taken as it is: which field, and what to do."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"{field}: {why}")
        self.field, self.why = field, why


@dataclass(frozen=True, slots=True)
class Asked:
    """One question."""

    kind: AnswerKind
    words: str
    choices: tuple[str, ...] = ()

    def as_line(self) -> str:
        """The question as its line says it."""
        kind = f"{self.kind} {'; '.join(self.choices)}" if self.choices else str(self.kind)
        return f"{kind} | {self.words}"


@dataclass(frozen=True, slots=True)
class Checklist:
    """One checklist. `threshold` 0 is none; `working_days` run from the date that starts the clock, for `to_do`.

    `on` is whether it is offered; `categories` are the kinds of harm for
    which it is offered first, `recipients` who is suggested by it.
    """

    key: str
    title: str
    about: str
    categories: tuple[ConcernCategory, ...]
    recipients: tuple[str, ...]
    threshold: int
    threshold_of: str
    working_days: int
    to_do: str
    on: bool
    questions: tuple[Asked, ...]

    def as_data(self) -> dict[str, Any]:
        """What `checklist_of` makes it from."""
        return {
            "title": self.title,
            "about": self.about,
            "categories": [str(one) for one in self.categories],
            "recipients": list(self.recipients),
            "threshold": self.threshold,
            "threshold_of": self.threshold_of,
            "working_days": self.working_days,
            "to_do": self.to_do,
            "on": self.on,
            "questions": "\n".join(one.as_line() for one in self.questions),
        }


@dataclass(frozen=True, slots=True)
class Result:
    """What the answers come to, in a sentence; `reached` says whether the threshold is, None where there is none."""

    told: str | None = None
    reached: bool | None = None


@dataclass(frozen=True, slots=True)
class DueByAnswer:
    """Something that is due by an answer: which question's it is, counted from one, what is to be done, by when."""

    question: int
    what: str
    at: datetime


@cache
def samples() -> Mapping[str, Checklist]:
    """The checklists that Casebook brings, each a sample until a lead says otherwise."""
    told = tomllib.loads(files("okf.policy").joinpath("checklists.toml").read_text("utf-8"))
    return {key: checklist_of(key, data) for key, data in told.items()}


def checklist_of(key: str, data: Mapping[str, Any]) -> Checklist:
    """A checklist from its data.

    Raises:
        Malformed: it asks nothing, or what it says does not hold together.
    """
    title, to_do = str(data["title"]).strip(), str(data["to_do"]).strip()
    questions = tuple(_asked(line) for line in str(data["questions"]).splitlines() if line.strip())
    threshold, days = int(data["threshold"]), int(data["working_days"])
    counted = sum(one.kind is AnswerKind.COUNTED for one in questions)
    clocks = sum(one.kind is AnswerKind.STARTS_CLOCK for one in questions)
    if not title or len(title) > TITLE:
        raise Malformed("Title", f"give it one, of at most {TITLE} characters.")
    if not 0 < len(questions) <= QUESTIONS_MOST:
        raise Malformed("Questions", f"ask something, {QUESTIONS_MOST} questions at most.")
    if not 0 <= threshold <= counted:
        raise Malformed("Threshold", f"choose 0 for none, or a number up to the {counted} questions that are counted.")
    if clocks > 1 or bool(clocks) != bool(to_do):
        raise Malformed("Clock", "say what is to be done by it, and have one question begin with “clock”; or neither.")
    if not 0 <= days <= DAYS_MOST:
        raise Malformed("Clock", f"choose from 0 to {DAYS_MOST} working days.")
    if set(data["recipients"]) - SAFEGUARDING_RECIPIENTS:
        raise Malformed("Recipients", "choose from the list for safeguarding.")
    return Checklist(
        key=key,
        title=title,
        about=str(data["about"]).strip(),
        categories=tuple(ConcernCategory(one) for one in data["categories"]),
        recipients=tuple(data["recipients"]),
        threshold=threshold,
        threshold_of=str(data["threshold_of"]).strip() or "the threshold",
        working_days=days,
        to_do=to_do,
        on=bool(data["on"]),
        questions=questions,
    )


def result_of(checklist: Checklist, answers: Sequence[Answer]) -> Result:
    """What the answers come to: the count and how it stands to the threshold, or which answer decides."""
    given = list(zip(checklist.questions, answers, strict=True))
    counted = [answer for asked, answer in given if asked.kind is AnswerKind.COUNTED]
    decisive = [asked.words for asked, answer in given if asked.kind is AnswerKind.DECISIVE and answer is YesNo.YES]
    if not checklist.threshold and not decisive:
        return Result()
    yes, unknown = counted.count(YesNo.YES), counted.count(YesNo.NOT_KNOWN)
    reached = bool(checklist.threshold) and yes >= checklist.threshold
    not_known = f", {unknown} not known" if unknown else ""
    count = f"{yes} of {len(counted)}{not_known}: {'at or over' if reached else 'below'} {checklist.threshold_of}"
    told = [f"{count} of {checklist.threshold}."] if checklist.threshold else []
    told += [f"Reached whatever the count, by yes to “{words}”" for words in decisive]
    return Result(" ".join(told), reached or bool(decisive))


def runs_undated(checklist: Checklist, answers: Sequence[Answer]) -> int | None:
    """The place of the clock's question where its day was left empty though what starts it is so; None otherwise.

    Without a threshold it is so where each question of yes or no before it is answered yes.
    """
    kinds = [asked.kind for asked in checklist.questions]
    if AnswerKind.STARTS_CLOCK not in kinds:
        return None
    at = kinds.index(AnswerKind.STARTS_CLOCK)
    before = [answer is YesNo.YES for kind, answer in zip(kinds[:at], answers, strict=False) if kind in YES_OR_NO]
    owed = result_of(checklist, answers).reached if checklist.threshold else bool(before) and all(before)
    return at if owed and answers[at] is None else None


def dues_of(
    checklist: Checklist, answers: Sequence[Answer], bank_holidays: Collection[date] = ()
) -> tuple[DueByAnswer, ...]:
    """What is due by the answers: by the clock from its date, and by each date by which something is due."""
    due = []
    for number, (asked, answer) in enumerate(zip(checklist.questions, answers, strict=True), 1):
        if not isinstance(answer, date):
            continue
        if asked.kind is AnswerKind.STARTS_CLOCK:
            last = working_day_after(answer, checklist.working_days, bank_holidays)
            due.append(DueByAnswer(number, checklist.to_do, end_of(last)))
        elif asked.kind is AnswerKind.DUE:
            due.append(DueByAnswer(number, asked.words, end_of(answer)))
    return tuple(due)


_YEARS: Final = range(1900, 2101)


def fault_of(asked: Asked, answer: Answer, today: date | None = None) -> str | None:
    """Why an answer can't be taken for a question, None where it can; only yes or no must be answered."""
    if asked.kind in YES_OR_NO:
        return None if isinstance(answer, YesNo) else "answer yes, no or not known."
    if answer is None:
        return None
    if asked.kind in DATES:
        if not isinstance(answer, date) or answer.year not in _YEARS:
            return f"choose a date between {_YEARS[0]} and {_YEARS[-1]}."
        if today is not None and asked.kind is AnswerKind.PAST and answer > today:
            return "choose today or a day before it: it can't lie in the future."
        if today is not None and asked.kind is AnswerKind.DUE and answer < today:
            return "choose today or a day to come: it can't be due on a day that has gone by."
        return None
    if asked.kind is AnswerKind.CHOICE:
        return None if answer in asked.choices else "choose one of those offered."
    return None if isinstance(answer, str) else "write it in words."


def _asked(line: str) -> Asked:
    kind, bar, words = (part.strip() for part in line.partition("|"))
    name, _, choices = kind.partition(" ")
    offered = tuple(one.strip() for one in choices.split(";") if one.strip())
    if not bar or not words or len(words) > QUESTION:
        raise Malformed("Questions", f"{_shown(line)} is not “what it asks for | the question”, {QUESTION} at most.")
    if name not in set(AnswerKind):
        raise Malformed("Questions", f"{_shown(line)} begins with none of: {', '.join(AnswerKind)}.")
    if (name == AnswerKind.CHOICE) != (len(offered) > 1) or len(set(offered)) < len(offered):
        raise Malformed(
            "Questions", f"{_shown(line)}: a choice names two things or more, each once; nothing else does."
        )
    return Asked(AnswerKind(name), words, offered)


def _shown(line: str) -> str:
    return f"“{line.strip()[:40]}”"
