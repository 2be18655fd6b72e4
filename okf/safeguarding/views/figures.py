"""A quarter's safeguarding figures on the screen, each part with its chart, and as files."""

from __future__ import annotations

from datetime import date

import streamlit as st

from okf.caseload.views.figures import parts, under_each_other
from okf.clock import london_date
from okf.desk import Desk
from okf.policy.figures import WHY_HIDDEN
from okf.safeguarding.papers import FOR_TRUSTEES, safeguarding_figures_paper
from okf.safeguarding.queries.safeguarding_figures import (
    QuarterFigures,
    figures_to_export,
    quarter_figures,
    quarters_over,
)
from okf.shell.exports import csv_of, download, xlsx_of
from okf.shell.words import moment


def quarter(desk: Desk) -> None:
    """The figures of the quarter that the address names, else of the last one that is over."""
    over = {one.first.isoformat(): one for one in quarters_over(london_date(desk.now()))}
    chosen = st.selectbox(
        "Quarter", list(over), key="quarter", bind="query-params", format_func=lambda key: over[key].in_words()
    )
    found = quarter_figures(desk, date.fromisoformat(chosen))
    st.caption(
        f"Counted {moment(found.at)}. Concerns by the day on which they were raised, referrals and decisions by their"
        " own day. What is about somebody who works here is not in these numbers."
    )
    if found.for_trustees:
        st.info(FOR_TRUSTEES)
    _files(desk, found)
    parts(found.parts)


def sheet_of(found: QuarterFigures) -> tuple[list[str], list[list[object]]]:
    """The figures as the title and the rows of one sheet."""
    first = [[FOR_TRUSTEES]] if found.for_trustees else []
    title = f"Our Kids First: safeguarding figures, {found.period.in_words()}"
    return [title], [*first, [WHY_HIDDEN], *under_each_other(found.parts)]


def _files(desk: Desk, found: QuarterFigures) -> None:
    first = found.period.first
    with st.container(horizontal=True):
        for label, form, made in (
            ("Print (PDF)", "pdf", safeguarding_figures_paper),
            ("Download Excel", "xlsx", lambda told: xlsx_of(*sheet_of(told))),
            ("Download CSV", "csv", lambda told: csv_of(*sheet_of(told))),
        ):
            download(
                label,
                lambda form=form, made=made: made(figures_to_export(desk, first, form=form)),  # type: ignore[misc]
                f"safeguarding-{first:%Y-%m}",
                form,
                key=f"safeguarding_{form}",
            )
    st.caption("That a file was fetched goes on the audit record.")
