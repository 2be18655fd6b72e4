"""Sets of figures for funders: the form that makes one, and the list of all."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from okf.caseload.commands.figures import WORDS_MOST, prepare_figures
from okf.caseload.queries.figures import FigureRow
from okf.clock import london_date
from okf.desk import Desk
from okf.policy.figures import LENGTHS, Period, may_give_away, periods_over
from okf.policy.suppression import may_be_shown_beside
from okf.shell.drafts import views as drafts
from okf.shell.navigation import go
from okf.shell.sheets import Cell, address, sheet
from okf.shell.words import day, told, told_plainly

_LENGTHS = dict(zip(LENGTHS, ("A quarter", "Half a year", "A year"), strict=True))


def prepare(desk: Desk, rows: Sequence[FigureRow]) -> None:
    """The form that counts, hides what would give somebody away, and freezes the rest."""
    draft = drafts.resume(desk, "figures")
    months = draft.selectbox("How long", "months", LENGTHS, format_func=lambda one: _LENGTHS[one]) or LENGTHS[0]
    taken = [(row.period.first, row.period.until) for row in rows if row.approved_at is not None]
    free = [
        one for one in periods_over(london_date(desk.now()), months) if may_be_shown_beside(one.first, one.until, taken)
    ]
    if not free:
        st.info("Over all of the last such times figures were approved. For a longer time add up what was filed.")
        return
    period = st.selectbox("Which days", free, format_func=Period.in_words, key=f"figures_period_{months}")
    st.caption("Days over which figures were approved are not offered: two that overlap could be subtracted.")
    words = draft.text_area(
        "In words",
        "words",
        height=180,
        max_chars=WORDS_MOST,
        placeholder="What the figures show, for whom they are, and what the work was like, without anybody in it.",
        help="It leaves with the figures. No names, no single family, no number under five: Casebook points out what"
        " looks like it, and looks nobody up, since its answer would say who is known here.",
    )
    draft.told()
    sure = looked_through(words, key="figures_sure")
    if not st.button("Count and keep", type="primary", disabled=not sure):
        return
    with told_plainly():
        shown = st.progress(0.0, "Counting")

        def progress(done: int, of: int) -> None:
            shown.progress(done / of, f"Counted {done} of {of}")

        ref = prepare_figures(desk, period, words=words, progress=progress)
        draft.done()
        go("figure_set", ref=ref)


def looked_through(words: str, *, key: str) -> bool:
    """Point out what in these words could give somebody away; whether there is nothing, or they were looked through."""
    found = may_give_away(words)
    if not found:
        return True
    st.warning("\n".join(["Read these again before they leave:", "", *(f"- {one}" for one in found)]))
    return st.checkbox("I have read them again: nobody can be recognised, and no hidden number is told.", key=key)


def listed(rows: Sequence[FigureRow]) -> None:
    """All sets, the newest first, each with where it stands."""
    if not rows:
        st.info("No figures have been made yet. A manager chooses the days above, and Casebook counts.")
        return
    sheet(
        ("Days", "Where it stands", "Made", "Approved", "Set"),
        [
            (
                Cell(row.period.in_words(), address("figure_set", ref=row.ref)),
                told(row.status),
                f"{day(row.prepared_at)}, {row.prepared_by}",
                f"{day(row.approved_at)}, {row.approved_by}" if row.approved_at else "—",
                row.ref,
            )
            for row in rows
        ],
        caption=f"{len(rows)} {'set' if len(rows) == 1 else 'sets'} of figures, the newest first",
    )
