"""A decision in plain words, with the clauses that it rests on, word for word."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, time
from typing import Final

from okf.clock import clock_time, last_day_of, london, start_of
from okf.policy.decision import Decision, Reason
from okf.terms import Outcome

_CONDITIONS: Final = {
    "emergency_review": "somebody else reviews this emergency access in time",
    "custodian_purpose_logged": "the purpose is typed and kept on the audit record",
    "time_boxed": "it ends by itself after a short time",
    "minimum_necessary": "no more than is needed",
}
_ROLES: Final = {
    "dsl": "the designated safeguarding lead",
    "deputy_dsl": "a deputy safeguarding lead",
    "data_protection_lead": "the data protection lead",
    "trustee": "a trustee",
}


def explain(decision: Decision, question: str, caveats: Iterable[str] = ()) -> list[str]:
    """The question, the answer, every reason with what to do about it, and the promise behind it, line by line."""
    lines = [question, answer(decision), *(f"- {reason}" for reason in because(decision)), *caveats]
    if decision.clauses:
        lines.append("The promise behind this:")
        lines.extend(f"{clause.name}. {clause.text}" for clause in decision.clauses)
    return lines


def answer(decision: Decision) -> str:
    """Yes or no, and on what conditions, by whom and by when."""
    if decision.decision is Outcome.ALLOW:
        return "Yes, this is allowed."
    if decision.decision is Outcome.ALLOW_WITH_CONDITIONS:
        on = _listed(_CONDITIONS.get(one, one.replace("_", " ")) for one in decision.conditions)
        return f"Yes, on condition that {on}{_dues(decision)}." if on else f"Yes, on conditions{_dues(decision)}."
    if decision.decision is Outcome.ESCALATE:
        to = _listed((_ROLES.get(role, role.replace("_", " ")) for role in decision.to), "or")
        return f"Not by them: {to or 'somebody else'} must decide{_dues(decision)}."
    return "No, this is refused."


def because(decision: Decision) -> list[str]:
    """Each reason as a sentence, most important first, with its clauses and what to do about it."""
    return [_reason(reason) for reason in decision.reasons]


def moment(at: datetime) -> str:
    """An instant as London says it, `3 May 2026 at 10:05`."""
    there = london(at)
    return f"{there.day} {there:%B %Y} at {clock_time(at)}"


def day(on: date) -> str:
    """A date as London says it, `3 May 2026`."""
    return f"{on.day} {on:%B %Y}"


def due_told(due: datetime | date) -> str:
    """By when something is due, the one sentence for it: `by Tue 1 Dec 2026, 14:05`, `by the end of Tue 1 Dec 2026`.

    A day is whole, and midnight is the end of the day before it.
    """
    if isinstance(due, datetime):
        if not _is_midnight(due):
            return f"by {_short(london(due).date())}, {clock_time(due)}"
        due = last_day_of(due)
    return f"by the end of {_short(due)}"


def until_told(end: datetime | date | None) -> str:
    """Until when something holds: `to the end of 18 Dec 2026`, `until 18 Dec 2026, 14:05`, `without an end`.

    A date is kept as the first on which it no longer holds.
    """
    if end is None:
        return "without an end"
    at = end if isinstance(end, datetime) else start_of(end)
    if _is_midnight(at):
        return f"to the end of {_plain(last_day_of(at))}"
    return f"until {_plain(london(at).date())}, {clock_time(at)}"


def _is_midnight(at: datetime) -> bool:
    return london(at).time() == time()


def _short(on: date) -> str:
    return f"{on:%a} {_plain(on)}"


def _plain(on: date) -> str:
    return f"{on.day} {on:%b %Y}"


def clock_is_behind(machine: datetime, now: datetime, since: datetime | None) -> str:
    """That the machine's clock is behind what is on record, since when, and what to do."""
    return (
        f"This machine's clock is behind: it says {moment(machine)}, and Casebook's record reached"
        f" {moment(since or now)} already. Until the clock has caught up, Casebook counts on from there at half pace,"
        f" now {moment(now)}, so times may be wrong. Whoever runs this machine sets its clock; if that is right, it"
        " once ran ahead, and the guide to operations says what to do."
    )


def _reason(reason: Reason) -> str:
    words = reason.words[0].upper() + reason.words[1:]
    return f"{words} ({', '.join(clause.name for clause in reason.clauses)}). {reason.remedy}"


def _dues(decision: Decision) -> str:
    told = [f"{_due_name(name)} {due_told(due)}" for name, due in decision.due.items()]
    return f"; {_listed(told)}" if told else ""


def _due_name(name: str) -> str:
    return name.removesuffix("_by").removesuffix("_on").replace("_", " ")


def _listed(words: Iterable[str], last: str = "and") -> str:
    said = list(words)
    return f"{', '.join(said[:-1])} {last} {said[-1]}" if len(said) > 1 else "".join(said)
