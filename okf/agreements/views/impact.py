"""What publishing a draft would do: who must sign, whose access would pause on which day, on how many cases."""

from __future__ import annotations

import streamlit as st

from okf.agreements.queries.impact import Impact, impact_of
from okf.agreements.queries.texts import DraftText
from okf.desk import Desk
from okf.paging import FIRST, Page
from okf.shell.sheets import Cell, address, sheet
from okf.shell.tables import page_asked_for, pager
from okf.shell.words import moment
from okf.terms import Change

SIZE = 20


def impact(desk: Desk, kept: DraftText) -> None:
    """The figures in words, and the list of those whose access would pause."""
    if kept.effective_on is None:
        st.info("Choose the day on which it takes effect, and keep the draft: the impact hangs on it.")
        return
    found = _found(desk, kept, page_asked_for(SIZE))
    for line in _lines(kept, found):
        st.text(line)
    if not found.people.rows:
        return
    cases = ("Cases then",) if found.cases is not None else ()
    rows: list[list[Cell | str]] = [
        [
            Cell(one.name, address("agreements", person=one.username)),
            one.team or "—",
            moment(one.pauses_at),
            "This version" if one.by_this else "Something earlier",
            *(f"{one.cases or 0:,}" for _ in cases),
        ]
        for one in found.people.rows
    ]
    sheet(
        ("Person", "Team", "Access would pause", "Because of", *cases),
        rows,
        caption="Whose access would pause if they don't sign, the first to pause first",
    )
    pager(found.people, key="impact")


def impact_in_words(desk: Desk, kept: DraftText) -> str:
    """The same in a few lines, for the confirmation."""
    return "\n".join(_lines(kept, _found(desk, kept, FIRST)))


def _found(desk: Desk, kept: DraftText, page: Page) -> Impact:
    if kept.effective_on is None:
        raise LookupError("a draft with its day")
    return impact_of(
        desk,
        kind=kept.kind,
        change=kept.change,
        effective_on=kept.effective_on,
        resign_by_date=kept.resign_by,
        page=page,
    )


def _lines(kept: DraftText, found: Impact) -> list[str]:
    counts = found.counts
    if kept.change is Change.MINOR:
        return ["A minor version: nobody is asked to sign, and no access pauses."]
    if found.pauses_at is None:
        return [f"{_people(counts.asked)} would be asked to sign. It is optional: no access pauses."]
    lines = [f"{_people(counts.asked)} must sign it, from the day on which it takes effect."]
    if counts.pause:
        cases = "" if found.cases is None else f" ({found.holders or 0:,} with {_cases(found.cases)})"
        lines.append(f"Access of {_people(counts.pause)} would pause on {moment(found.pauses_at)}{cases}.")
    if counts.earlier:
        lines.append(
            f"Access of {_people(counts.earlier)} would pause before that already, each on a day of their own:"
            " for the yearly signing, an earlier version, or their organisation."
        )
    if counts.stopped:
        lines.append(f"Without access already: {_people(counts.stopped)}, of whom {counts.never:,} never signed.")
    if not counts.running:
        lines.append("Nobody would lose access.")
    return lines


def _people(count: int) -> str:
    return "1 person" if count == 1 else f"{count:,} people"


def _cases(count: int) -> str:
    return "access to 1 case" if count == 1 else f"access to {count:,} cases"
